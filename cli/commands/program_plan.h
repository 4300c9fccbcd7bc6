/* SPDX-License-Identifier: GPL-3.0-or-later */
/* program_plan - a program as it was typed, beside what the pump runs, and what the rules say of it. */
#ifndef PUMPCTL_COMMANDS_PROGRAM_PLAN_H
#define PUMPCTL_COMMANDS_PROGRAM_PLAN_H

#include "app.h"
#include "command.h"
#include "program_screen.h"
#include "session.h"
#include "therapy_limits.h"

struct program_plan {
	struct msg_status status;
	struct msg_care care;
	struct client_program running;
	struct program program; /* that was typed */
	const struct pump_limits *model;
	struct program_amounts amounts; /* of program */
	bool has_amounts;
	struct finding findings[FINDINGS_MAX];
	size_t count;
};

typedef enum error_code (*program_plan_fn)(struct app *app, const struct values *args, struct output *out,
					   struct program_plan *plan, struct error *error);

/*
 * Reads the pump, builds what was typed, checks it; findings are in data whatever they say. Then runs body: the plan is
 * too large for the stack. Errors of reading, of program_args_build, and body's.
 */
enum error_code program_plan_with(struct app *app, const struct values *args, struct output *out,
				  struct error *error, program_plan_fn body)
	__attribute__((warn_unused_result));

/* NULL: the pump has no program. */
const struct program *program_plan_running(const struct program_plan *plan);
/* What the screens are made from, of the program as typed. */
struct program_view program_plan_view(const struct program_plan *plan);
/* REFUSED_LIMIT, with the worst finding and where it was typed. */
enum error_code program_plan_refuse(const struct program_plan *plan, const struct values *args,
				    struct error *error);

/* program apply. */
enum error_code program_apply_run(struct app *app, const struct values *args, struct output *out,
				  struct error *error) __attribute__((warn_unused_result));

#endif
