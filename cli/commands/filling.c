/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filling.h"

#include <stdlib.h>

#include "describe.h"
#include "schedule.h"

enum error_code filling_read(struct app *app, struct filling *filling, struct error *error)
{
	struct program_plan *plan = &filling->plan;
	const enum error_code code = program_plan_read(app, plan, error);
	if (code)
		return code;
	if (!plan->model)
		return error_set(error, ERR_REFUSED_ACT, "%s", rule_at(RULE_MODEL_UNKNOWN)->text);
	filling->today = program_plan_today(plan);
	return ERR_NONE;
}

/* The pump's own account: what it holds now, and what it was filled with. */
static struct volume level_of(const struct filling *filling)
{
	return (struct volume){(int64_t)filling->plan.status.reservoir_nl};
}

static struct volume filled_of(const struct filling *filling)
{
	const int64_t since_birth = level_of(filling).nl + (int64_t)filling->plan.status.delivered_nl;
	return (struct volume){filling->plan.care.filled_nl ? (int64_t)filling->plan.care.filled_nl : since_birth};
}

/* What was to be left since the last filling, against what was drawn out. */
static void judge_residual(struct filling *filling, struct output *out)
{
	struct cJSON *data = output_data(out);
	struct program_plan *plan = &filling->plan;
	const uint32_t drawn_nl = filling->act.change.fill.drawn_nl;
	const struct volume level = level_of(filling), filled = filled_of(filling);
	struct refill_visit visit = {.filled = filled, .found = {drawn_nl}, .reservoir = plan->model->reservoir};
	const struct refill_use use = {.other = {filled.nl > level.nl ? filled.nl - level.nl : 0}};
	output_measured_volume(data, "expected_residual", level, OUTPUT_LEFT_STEP_NL);
	if (drawn_nl == UINT32_MAX) {
		output_unknown(data, "drawn_out");
		output_warn(out, "DRAWN_NOT_MEASURED",
			    "What was drawn out was not typed, so nothing tells whether the pump delivered what it counted.");
		return;
	}
	output_volume(data, "drawn_out", visit.found);
	if (refill_expect(filled, &use, &visit.expected) || refill_compare(filled, &visit.expected, visit.found, &visit.comparison))
		return;
	output_measured_volume(data, "difference", visit.comparison.difference, OUTPUT_LEFT_STEP_NL);
	if (visit.comparison.has_ratio)
		output_ratio(data, "delivered_ratio", visit.comparison.ratio);
	else
		output_unknown(data, "delivered_ratio");
	plan->count += refill_check(&visit, plan->findings + plan->count);
}

static void show_estimate(const struct refill_blend *blend, const struct mixture *mixture, size_t part,
			  struct cJSON *list)
{
	struct concentration estimate;
	char name[DESCRIBE_NAME_MAX];
	if (refill_estimate(blend, mixture->parts[part].name, &estimate))
		return;
	describe_drug(mixture, part, name);
	struct cJSON *row = output_object(list, NULL);
	output_string(row, "drug", name);
	output_concentration(row, "estimated", estimate, describe_concentration_unit(mixture, part));
}

/* What the pump cannot give up mixes with what is filled, and so does what was not drawn out. */
static void judge_blend(struct filling *filling, struct output *out)
{
	struct program_plan *plan = &filling->plan;
	const struct act_fill *fill = &filling->act.change.fill;
	const struct program *running = program_plan_running(plan);
	const int64_t behind = level_of(filling).nl - (int64_t)fill->drawn_nl;
	struct refill_blend blend = {.label = &fill->mixture,
				     .left = {behind > plan->model->residual.nl ? behind : plan->model->residual.nl},
				     .after = {fill->volume_nl}};
	if (fill->rinsed || !program_plan_changes_mixture(plan))
		return;
	blend.stayed = &running->mixture;
	/* By the account more stayed behind than there is now: next to nothing can be new. */
	if (blend.left.nl >= blend.after.nl)
		blend.left.nl = blend.after.nl - 1;
	struct cJSON *list = output_array(output_data(out), "reservoir_mixture");
	for (size_t i = 0; i < fill->mixture.count; i++)
		show_estimate(&blend, &fill->mixture, i, list);
	for (size_t i = 0; i < running->mixture.count; i++)
		if (mixture_find(&fill->mixture, running->mixture.parts[i].name) == fill->mixture.count)
			show_estimate(&blend, &running->mixture, i, list);
	plan->count += refill_check_blend(&blend, plan->findings + plan->count);
}

enum error_code filling_judge(struct app *app, const struct program_facts *facts, struct filling *filling,
			      struct output *out, struct error *error)
{
	struct program_plan *plan = &filling->plan;
	const enum error_code code = program_plan_check(app, facts, out, plan, error);
	if (code)
		return code;
	judge_residual(filling, out);
	judge_blend(filling, out);
	struct findings list = {.at = plan->findings, .count = plan->count, .max = PROGRAM_PLAN_FINDINGS_MAX};
	findings_sort(&list);
	describe_findings(out, plan->findings, plan->count);
	return ERR_NONE;
}

void filling_add_dates(const struct filling *filling, struct output *out)
{
	const struct program_plan *plan = &filling->plan;
	const struct act_fill *fill = &filling->act.change.fill;
	struct cJSON *data = output_data(out);
	struct schedule *schedule = calloc(1, sizeof(*schedule));
	struct refill_days days;
	struct refill_plan asked = {.filled = {fill->volume_nl},
				    .alarm = plan->program.low_alarm,
				    .has_residual = true,
				    .residual = plan->model->residual,
				    .first = calendar_weekday(filling->today),
				    .lead_days = REFILL_LEAD_DAYS,
				    .has_expiry = fill->expiry_day != 0,
				    .expiry_days = fill->expiry_day - filling->today.day};
	const bool runs = (filling->is_program_new || plan->status.therapy == THERAPY_RUNNING) && schedule &&
			  !schedule_make(&plan->program, plan->model, schedule);
	if (runs)
		refill_plan_days(&asked, schedule, program_plan_changes_mixture(plan) ? &plan->program.bridge : NULL);
	if (runs && !refill_schedule(&asked, &days)) {
		describe_date(data, "alarm_date", filling->today, days.alarm);
		describe_date(data, "empty_date", filling->today, days.empty);
		describe_date(data, "refill_date", filling->today, days.refill);
		output_note(out, "The dates count every patient bolus as given, and hold for this program and filling alone.");
	} else {
		output_note(out, "No dates: they hold only while the program runs.");
	}
	free(schedule);
}
