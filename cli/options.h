/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * options - pumpctl's own options, one table for the command line, the lines of a script and
 * the help. Exact spelling only: no abbreviation is accepted.
 */
#ifndef PUMPCTL_OPTIONS_H
#define PUMPCTL_OPTIONS_H

#include "app.h"

/* What main does apart from running the words. */
struct options_main {
	bool version, help;
	const char *commands[16]; /* -c, in order */
	size_t command_count;
	const char *file; /* -f; NULL: none */
	int first_word;   /* index into argv */
};

/* One row, for help and the command list. */
struct option_row {
	const char *name;  /* "pump" */
	char letter;       /* 0: none */
	const char *value; /* "SERIAL"; NULL: takes none */
	const char *help;
	bool in_line;      /* also allowed in a line of the shell or of a script */
};

void options_init(struct app_options *options);
size_t options_count(void);
const struct option_row *options_at(size_t index);

/* Options before the command. USAGE: unknown, no value, value not understood. */
enum error_code options_parse(int argc, char *argv[], struct app_options *options,
			      struct options_main *out, struct error *error)
	__attribute__((warn_unused_result));

/*
 * Takes options out of words and applies them. in_line: a line of the shell or a script, where
 * only some are allowed. Words that are no option stay; the command's own parser judges them.
 */
enum error_code options_take(struct words *words, struct app_options *options, bool in_line,
			     struct error *error) __attribute__((warn_unused_result));

#endif
