/* SPDX-License-Identifier: GPL-3.0-or-later */
/* filling - what a visit finds in the reservoir, brings into it, and how long that lasts. */
#ifndef PUMPCTL_COMMANDS_FILLING_H
#define PUMPCTL_COMMANDS_FILLING_H

#include "act.h"
#include "program_plan.h"

/* Everything known at the visit; too large for the stack. */
struct filling {
	struct act act;           /* change.fill: what goes in, and what was drawn out */
	struct program_plan plan; /* plan.program runs after the visit */
	bool is_program_new;      /* it was typed with the filling */
	struct date today;        /* by the pump's clock and zone */
};

/* Reads the pump into plan and today. REFUSED_ACT: its model is not known; errors of reading. */
enum error_code filling_read(struct app *app, struct filling *filling, struct error *error)
	__attribute__((warn_unused_result));
/*
 * All rules, of the program, of what was drawn out and of what stays behind, into plan and data, most severe first; beside
 * them what was to be left, and what the reservoir will hold if that is not what the label says. Errors of the clinic's
 * drug file.
 */
enum error_code filling_judge(struct app *app, const struct program_facts *facts, struct filling *filling,
			      struct output *out, struct error *error) __attribute__((warn_unused_result));
/* When the alarm, the end and the next filling come, all patient boluses counted as given. */
void filling_add_dates(const struct filling *filling, struct output *out);

#endif
