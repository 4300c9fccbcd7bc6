/* SPDX-License-Identifier: GPL-3.0-or-later */
/* program_plan - a program as it was typed, beside what the pump runs, and what the rules say of it. */
#ifndef PUMPCTL_COMMANDS_PROGRAM_PLAN_H
#define PUMPCTL_COMMANDS_PROGRAM_PLAN_H

#include "app.h"
#include "command.h"
#include "program_screen.h"
#include "refill.h"
#include "session.h"

#define PROGRAM_PLAN_FINDINGS_MAX (FINDINGS_MAX + 2 * REFILL_FINDINGS_MAX) /* a filling adds its own */

struct program_plan {
	struct msg_status status;
	struct msg_care care;
	struct client_program running;
	struct program program; /* that was typed */
	const struct pump_limits *model;
	struct program_amounts amounts; /* of program */
	bool has_amounts;
	struct finding findings[PROGRAM_PLAN_FINDINGS_MAX];
	size_t count;
};

/* What the rules take into account besides the pump and the program; as in struct limits_request. */
struct program_facts {
	struct duration without_drug;
	bool has_since_change, has_fill, has_expiry;
	struct duration since_change;
	struct volume fill;
	enum weekday fill_day;
	int64_t expiry_days;
};

/* Reads status, care and the running program. Errors of reading; the model may be unknown. */
enum error_code program_plan_read(struct app *app, struct program_plan *plan, struct error *error)
	__attribute__((warn_unused_result));
/* Checks plan->program, into findings; suggests the bridge that is not said. Errors of the clinic's drug file. */
enum error_code program_plan_check(struct app *app, const struct program_facts *facts, struct output *out,
				   struct program_plan *plan, struct error *error)
	__attribute__((warn_unused_result));

typedef enum error_code (*program_plan_fn)(struct app *app, const struct values *args, struct output *out,
					   struct program_plan *plan, struct error *error);

/*
 * Reads the pump, builds what was typed as program_args says, checks it. Then runs body: the plan is too large for the
 * stack. Errors of reading, of program_args_build and of checking, and body's.
 */
enum error_code program_plan_with(struct app *app, const struct values *args, struct output *out,
				  struct error *error, program_plan_fn body)
	__attribute__((warn_unused_result));

/* By the pump's clock and zone. */
struct date program_plan_today(const struct program_plan *plan);
/* NULL: the pump has no program. */
const struct program *program_plan_running(const struct program_plan *plan);
/* The pump runs another mixture; false where it runs none. */
bool program_plan_changes_mixture(const struct program_plan *plan);
/* What the screens are made from, of the program as typed. */
struct program_view program_plan_view(const struct program_plan *plan);
/* REFUSED_LIMIT, with the worst finding and where it was typed. */
enum error_code program_plan_refuse(const struct program_plan *plan, const struct values *args,
				    struct error *error);

#endif
