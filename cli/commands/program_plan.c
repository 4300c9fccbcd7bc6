/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "program_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "drug_site.h"
#include "program_args.h"
#include "program_drift.h"
#include "refusal.h"

const struct program *program_plan_running(const struct program_plan *plan)
{
	return plan->running.present ? &plan->running.program : NULL;
}

bool program_plan_changes_mixture(const struct program_plan *plan)
{
	const struct program *running = program_plan_running(plan);
	return running && !mixture_equal(&running->mixture, &plan->program.mixture);
}

struct date program_plan_today(const struct program_plan *plan)
{
	/* Days first: the pump may say any number. */
	const int64_t day = plan->status.clock_s / SECONDS_PER_DAY;
	const int64_t second = plan->status.clock_s % SECONDS_PER_DAY + plan->care.zone_min * INT64_C(60);
	return (struct date){day + (second < 0 ? -1 : second / SECONDS_PER_DAY)};
}

/* The pump was told of all from the reservoir to the tip; 0: of nothing. */
static struct volume catheter_of(const struct program_plan *plan)
{
	const int64_t to_tip = plan->care.catheter_nl, tubing = plan->model ? plan->model->tubing.nl : 0;
	return (struct volume){to_tip > tubing ? to_tip - tubing : 0};
}

/* The line holds what the reservoir holds: so it was told, or so much was delivered since a filling after it was told. */
static bool line_is_filled(const struct program_plan *plan)
{
	const struct msg_care *care = &plan->care;
	const uint64_t left_nl = plan->status.reservoir_nl;
	if (care->contents == CONTENTS_RESERVOIR)
		return true;
	return care->catheter_ago_s >= care->filled_ago_s && care->filled_nl > left_nl &&
	       care->filled_nl - left_nl >= care->catheter_nl;
}

struct program_view program_plan_view(const struct program_plan *plan)
{
	return (struct program_view){.running = program_plan_running(plan),
				     .is_idle = plan->status.therapy != THERAPY_RUNNING,
				     .next = &plan->program,
				     .amounts = &plan->amounts,
				     .model = plan->model,
				     .clock_s = plan->status.clock_s,
				     .bridge_left = {(int64_t)plan->status.bridge_left_nl},
				     .has_catheter = catheter_of(plan).nl > 0,
				     .catheter = catheter_of(plan),
				     .is_filled = line_is_filled(plan),
				     .zone_min = plan->care.zone_min,
				     .reservoir = {(int64_t)plan->status.reservoir_nl}};
}

enum error_code program_plan_refuse(const struct program_plan *plan, const struct values *args,
				    struct error *error)
{
	const struct finding *worst = &plan->findings[0];
	return refusal_tell(ERR_REFUSED_LIMIT, worst, program_args_refused(args, worst->rule), error);
}

/* The bridge that keeps the old dose until the new drug has arrived, where the pump knows enough for it. */
static void suggest_bridge(struct output *out, const struct program_plan *plan)
{
	const struct program *running = program_plan_running(plan);
	struct program_totals totals;
	char volume[DECIMAL_TEXT_MAX], rate[DECIMAL_TEXT_MAX];
	if (!program_plan_changes_mixture(plan) || !catheter_of(plan).nl ||
	    !line_is_filled(plan) || plan->status.bridge_left_nl || plan->status.therapy != THERAPY_RUNNING ||
	    program_totals(running, plan->model, &totals) != PUMP_OK || totals.rate.nl_per_day < 1)
		return;
	(void)volume_print((struct volume){plan->care.catheter_nl}, volume);
	(void)volume_rate_print(totals.rate, rate);
	output_note(out, "To keep the old dose until the new drug is at the tip, the bridge is: %s at %s.", volume, rate);
}

enum error_code program_plan_read(struct app *app, struct program_plan *plan, struct error *error)
{
	enum error_code code = session_read_status(app->session, &plan->status, error);
	if (!code)
		code = session_read_care(app->session, &plan->care, error);
	if (!code)
		code = session_read_program(app->session, &plan->running, error);
	plan->model = pump_limits_find(session_pump(app->session)->model);
	return code;
}

enum error_code program_plan_check(struct app *app, const struct program_facts *facts, struct output *out,
				   struct program_plan *plan, struct error *error)
{
	struct limits_request request = {
		.program = &plan->program,
		.running = program_plan_running(plan),
		.is_idle = plan->status.therapy != THERAPY_RUNNING,
		.model = plan->model,
		.has_since_change = facts->has_since_change,
		.since_change = facts->since_change,
		.without_drug = facts->without_drug,
		.has_catheter = catheter_of(plan).nl > 0,
		.catheter = catheter_of(plan),
		.holds_unknown = !line_is_filled(plan),
		.bridge_left = {(int64_t)plan->status.bridge_left_nl},
		.has_fill = facts->has_fill,
		.fill = facts->fill,
		.fill_day = facts->fill_day,
		.has_expiry = facts->has_expiry,
		.expiry_days = facts->expiry_days,
	};
	const enum error_code code = drug_site_use(app, &request.site, error);
	if (code)
		return code;
	program_drift_tell(app, out, plan->status.active_digest);
	plan->count = limits_check(&request, plan->findings);
	if (plan->program.bridge.kind == BRIDGE_UNSAID)
		suggest_bridge(out, plan);
	plan->has_amounts = program_amounts_plan(&plan->program, plan->model, &plan->amounts);
	return ERR_NONE;
}

static enum error_code prepare(struct app *app, const struct values *args, struct output *out,
			       struct program_plan *plan, struct error *error)
{
	const struct value *at = args->at;
	struct program_facts facts = {.without_drug = at[ARG_OF_WITHOUT].as.duration,
				      .has_since_change = at[ARG_OF_LAST_CHANGE].present,
				      .since_change = at[ARG_OF_LAST_CHANGE].as.duration,
				      .has_fill = at[ARG_OF_FILL].present,
				      .fill = at[ARG_OF_FILL].as.volume};
	enum error_code code = program_plan_read(app, plan, error);
	facts.fill_day = calendar_weekday(program_plan_today(plan));
	if (!code)
		code = program_args_build(args, program_plan_running(plan), &plan->program, error);
	if (!code)
		code = program_plan_check(app, &facts, out, plan, error);
	if (!code)
		describe_findings(out, plan->findings, plan->count);
	return code;
}

enum error_code program_plan_with(struct app *app, const struct values *args, struct output *out,
				  struct error *error, program_plan_fn body)
{
	struct program_plan *plan = calloc(1, sizeof(*plan));
	if (!plan)
		return error_set(error, ERR_FAILED, "out of memory");
	enum error_code code = prepare(app, args, out, plan, error);
	if (!code)
		code = body(app, args, out, plan, error);
	free(plan);
	return code;
}
