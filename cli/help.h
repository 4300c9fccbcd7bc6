/* SPDX-License-Identifier: GPL-3.0-or-later */
/* help - at three depths, from the command table: all groups, one group's word, one command. */
#ifndef PUMPCTL_HELP_H
#define PUMPCTL_HELP_H

#include "error.h"

struct words;

/*
 * Prints help on words to stdout (NULL or none: the groups). USAGE: they begin no command; nothing
 * was printed and *error says which word and what is near.
 */
enum error_code help_print(const struct words *words, struct error *error)
	__attribute__((warn_unused_result));
void help_print_version(void);

#endif
