/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * line - splits a typed line into words.
 *
 * Blanks separate words; '…' and "…" keep blanks in a word; nothing is expanded and nothing is
 * escaped. A '#' that begins a word begins a comment. Control characters and bytes outside
 * ASCII are refused: a command line has no use for them.
 */
#ifndef PUMPCTL_LINE_H
#define PUMPCTL_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

#define LINE_TEXT_MAX    896
#define LINE_WORDS_MAX   40
#define LINE_CONFIRM_MAX 4

struct word {
	const char *text; /* NUL-terminated, in the owner's text */
	size_t len;
	size_t column; /* 1-based place of its first character in the typed line */
	bool quoted;
};

struct words {
	char line[LINE_TEXT_MAX];  /* as typed, for showing where a mistake is */
	char text[LINE_TEXT_MAX + LINE_WORDS_MAX]; /* the words, NUL-terminated, one after another */
	struct word at[LINE_WORDS_MAX];
	size_t count;
};

/*
 * Splits line (NUL-terminated) into *out. USAGE: quote not closed, control character, too long,
 * too many words; with the column. An empty line or a comment gives count 0.
 */
enum error_code line_split(const char *line, struct words *out, struct error *error)
	__attribute__((warn_unused_result));

/* The same from an argument vector: each argument is one word; columns are those of the
 * arguments joined by single spaces. Errors as above. */
enum error_code line_from_arguments(int count, char *const arguments[], struct words *out,
				    struct error *error) __attribute__((warn_unused_result));

#endif
