/* SPDX-License-Identifier: GPL-3.0-or-later */
/* program show, check, diff, apply. */
#include <cjson/cJSON.h>
#include <stdlib.h>

#include "describe.h"
#include "groups.h"
#include "order_words.h"
#include "program_args.h"
#include "program_drift.h"
#include "program_file.h"
#include "program_order.h"
#include "refusal.h"

static void show_amounts(struct output *out, const struct program_view *view, bool side_by_side)
{
	if (side_by_side)
		program_screen_compare(out, view);
	program_screen_amounts(out, view);
	program_screen_notes(out, view);
}

static enum error_code check_body(struct app *app, const struct values *args, struct output *out,
				  struct program_plan *plan, struct error *error)
{
	const struct program_view view = program_plan_view(plan);
	(void)app;
	if (plan->has_amounts)
		show_amounts(out, &view, false);
	if (findings_refuse(plan->findings, plan->count))
		return program_plan_refuse(plan, args, error);
	output_note(out, "No rule refuses this program. Nothing was sent.");
	return ERR_NONE;
}

static enum error_code diff_body(struct app *app, const struct values *args, struct output *out,
				 struct program_plan *plan, struct error *error)
{
	const struct program_view view = program_plan_view(plan);
	(void)app;
	if (plan->has_amounts)
		show_amounts(out, &view, true);
	if (findings_refuse(plan->findings, plan->count))
		return program_plan_refuse(plan, args, error);
	output_note(out, "Nothing was sent.");
	return ERR_NONE;
}

/* The pump then counts the reservoir as what it was, and nothing tells what stayed behind. */
static void warn_apart(struct output *out, const struct program_plan *plan)
{
	if (program_plan_changes_mixture(plan))
		output_warn(out, "FILLED_APART",
			    "This order brings another mixture without its filling. If the reservoir is filled with it now, order both as "
			    "one: pumpctl refill ... program TEXT");
}

static enum error_code apply_body(struct app *app, const struct values *args, struct output *out,
				  struct program_plan *plan, struct error *error)
{
	if (findings_refuse(plan->findings, plan->count) && !refusal_is_overridden(app, plan->findings, plan->count))
		return program_plan_refuse(plan, args, error);
	warn_apart(out, plan);
	return program_order_carry_out(app, out, plan, NULL, error);
}

static enum error_code program_check(struct app *app, const struct values *args, struct output *out,
				     struct error *error)
{
	return program_plan_with(app, args, out, error, check_body);
}

static enum error_code program_diff(struct app *app, const struct values *args, struct output *out,
				    struct error *error)
{
	return program_plan_with(app, args, out, error, diff_body);
}

static enum error_code program_apply(struct app *app, const struct values *args, struct output *out,
				     struct error *error)
{
	return program_plan_with(app, args, out, error, apply_body);
}

static enum error_code program_show(struct app *app, const struct values *args, struct output *out,
				    struct error *error)
{
	(void)args;
	struct client_program *read = calloc(1, sizeof(*read));
	struct msg_status status;
	if (!read)
		return error_set(error, ERR_FAILED, "out of memory");
	enum error_code code = session_read_status(app->session, &status, error);
	if (!code)
		code = session_read_program(app->session, read, error);
	if (!code) {
		struct cJSON *data = output_data(out);
		program_drift_tell(app, out, status.active_digest);
		output_string(data, "therapy", therapy_state_name(status.therapy));
		output_flag(data, "has_program", read->present);
		if (read->present) {
			output_hex(data, "digest", read->digest, DIGEST_LEN);
			describe_program(data, &read->program);
			program_file_print(data, &read->program);
		} else {
			output_note(out, "The pump has no program.");
		}
	}
	free(read);
	return code;
}

static const struct command rows[] = {
	{.words = "program show",
	 .summary = "the program that the pump runs, also as it can be typed or read from a file",
	 .flags = NEEDS_LINK,
	 .example = "program show",
	 .run = program_show},
	{.words = "program check",
	 .summary = "check a program against drug table, pump and running program",
	 .flags = NEEDS_LINK,
	 .args = {PROGRAM_ARGS},
	 .example = "program check morphine 1.2 mg/day",
	 .run = program_check},
	{.words = "program diff",
	 .summary = "show a program beside the running one",
	 .flags = NEEDS_LINK,
	 .args = {PROGRAM_ARGS},
	 .example = "program diff morphine 1.2 mg/day",
	 .run = program_diff},
	{.words = "program apply",
	 .summary = "check, show, confirm, write and read back a program",
	 .flags = NEEDS_LINK | CHANGES_THERAPY,
	 .right = RIGHT_ALARMS, /* a nurse may change those; sign_obtain looks at the rest */
	 .args = {PROGRAM_ARGS},
	 .example = "program apply morphine 1.2 mg/day",
	 .run = program_apply},
};

const struct command_group program_commands = {"Program", rows, sizeof(rows) / sizeof(rows[0])};
