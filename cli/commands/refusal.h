/* SPDX-License-Identifier: GPL-3.0-or-later */
/* refusal - what the findings of a check mean for an order: the same for programs, boluses and fillings. */
#ifndef PUMPCTL_COMMANDS_REFUSAL_H
#define PUMPCTL_COMMANDS_REFUSAL_H

#include "app.h"
#include "command.h"
#include "findings.h"
#include "output.h"

/* True if --reason lets the order go out all the same: something is OVERRIDE and nothing BLOCK. Two sign it then. */
bool refusal_is_overridden(const struct app *app, const struct finding *findings, size_t count);
/*
 * Error code with the rule, its text, what was found and its limit, and whether a reason would help. worst: the gravest
 * finding. typed: the value to change, pointed at.
 */
enum error_code refusal_tell(enum error_code code, const struct finding *worst, const struct value *typed,
			     struct error *error);
/* details get "rules", the ids of all findings: a part of the audit trail. */
void refusal_note_rules(struct cJSON *details, const struct finding *findings, size_t count);

#endif
