/* SPDX-License-Identifier: GPL-3.0-or-later */
/* parse - what parse.c and parse_quantity.c share; private to them. */
#ifndef PUMPCTL_PARSE_H
#define PUMPCTL_PARSE_H

#include "command.h"

struct parser {
	const struct words *words;
	const struct command *command;
	struct values *out;
	size_t at; /* next word */
	struct error *error;
};

/* Fills the parser's error; column: 1-based in the typed line. Returns code. */
enum error_code parse_refuse(struct parser *p, enum error_code code, size_t column,
			     const char *detail);
/* The argument that this word introduces, or NULL. */
const struct arg *parse_keyword(const struct command *command, const struct word *word);

/*
 * Takes the words of a quantity, date, strength or preparation from p->at on, which is a word;
 * p->at is past them afterwards. BAD_QUANTITY or UNKNOWN_DRUG with the column in the typed line.
 */
enum error_code parse_quantity(struct parser *p, const struct arg *arg, struct value *value)
	__attribute__((warn_unused_result));
/*
 * Checks a word that holds a part of a program in its text form. USAGE or BAD_QUANTITY with the column in the
 * typed line.
 */
enum error_code parse_program(struct parser *p, const struct arg *arg, const struct word *word,
			      struct value *value) __attribute__((warn_unused_result));
/* By generic name (NUL-terminated). UNKNOWN_DRUG: *drug is NULL. */
enum error_code parse_drug(struct parser *p, const char *name, size_t column,
			   const struct drug **drug) __attribute__((warn_unused_result));

#endif
