/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calc_common - what the files of the pocket calculator share. */
#ifndef PUMPCTL_COMMANDS_CALC_COMMON_H
#define PUMPCTL_COMMANDS_CALC_COMMON_H

#include "command.h"
#include "output.h"

#define CALC_DOWN "rounded down"
#define CALC_UP   "rounded up"

/* Rows of arguments that are introduced by a word; CALC_NEEDED ones may not be left out. */
#define CALC_NEEDED(word, kind, shown, text)                                                       \
	{.type = (kind), .name = (shown), .keyword = (word), .required = true, .help = (text)}
#define CALC_KEYWORD(word, kind, shown, text)                                                      \
	{.type = (kind), .name = (shown), .keyword = (word), .help = (text)}

/* NOT_COMPUTABLE with detail; the mark stands under value if it was typed (value may be NULL). */
enum error_code calc_refuse(struct error *error, const struct value *value, const char *detail);
/* Says of the quantity parent[key] how it was rounded, unless it is exact. */
void calc_mark(struct cJSON *parent, const char *key, bool exact, const char *how);

#endif
