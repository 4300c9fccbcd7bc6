/* SPDX-License-Identifier: GPL-3.0-or-later */
/* help - at three depths, from the command table: all groups, one group's word, one command. */
#ifndef PUMPCTL_HELP_H
#define PUMPCTL_HELP_H

#include <stddef.h>

struct words;

/* Prints help on words to stdout (NULL or none: the groups). Unknown words get the groups. */
void help_print(const struct words *words);
void help_print_version(void);

#endif
