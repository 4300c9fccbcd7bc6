/* SPDX-License-Identifier: GPL-3.0-or-later */
/* refill: the reservoir is filled with the mixture that runs. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act.h"
#include "describe.h"
#include "drug_site.h"
#include "groups.h"
#include "refill.h"
#include "refusal.h"
#include "schedule.h"

enum { REFILL_VOLUME, REFILL_LABEL, REFILL_OTHERS, REFILL_DRAWN = REFILL_OTHERS + MIXTURE_MAX - 1, REFILL_LOT, REFILL_EXPIRY,
       REFILL_RINSED };

#define REFILL_ALL_FINDINGS (FINDINGS_MAX + REFILL_FINDINGS_MAX)

/* Everything known at the visit; on the heap. */
struct visit {
	struct act act;
	struct msg_status status;
	struct msg_care care;
	struct client_program running;
	const struct pump_limits *model;
	struct date today; /* by the pump's clock and zone */
	struct finding findings[REFILL_ALL_FINDINGS];
	size_t count;
};

static enum error_code read_visit(struct app *app, struct visit *v, struct error *error)
{
	enum error_code code = session_read_status(app->session, &v->status, error);
	if (!code)
		code = session_read_care(app->session, &v->care, error);
	if (!code)
		code = session_read_program(app->session, &v->running, error);
	v->model = pump_limits_find(session_pump(app->session)->model);
	if (!code && !v->model)
		code = error_set(error, ERR_REFUSED_ACT, "%s", rule_at(RULE_MODEL_UNKNOWN)->text);
	if (!code && !v->running.present)
		code = error_set(error, ERR_REFUSED_ACT,
				 "the pump has no program yet, so it is not known what it is to be filled with; program it first");
	v->today.day = (v->status.clock_s + v->care.zone_min * INT64_C(60)) / SECONDS_PER_DAY;
	return code;
}

/* What the labels say, as a mixture. */
static void mixture_of(const struct value *at, struct mixture *mixture)
{
	memset(mixture, 0, sizeof(*mixture));
	for (size_t i = REFILL_LABEL; i < REFILL_DRAWN; i++) {
		if (!at[i].present)
			continue;
		const struct preparation *typed = &at[i].as.preparation;
		struct mixture_part *part = &mixture->parts[mixture->count++];
		(void)snprintf(part->name, sizeof(part->name), "%s", typed->drug->name);
		part->concentration = typed->strength.concentration;
	}
}

/* The label against the mixture that runs: another one is another order. */
static enum error_code check_label(const struct value *at, const struct visit *v, struct output *out,
				   struct error *error)
{
	struct mixture typed;
	char name[DESCRIBE_NAME_MAX], strength[DECIMAL_TEXT_MAX];
	const struct mixture *running = &v->running.program.mixture;
	mixture_of(at, &typed);
	if (!typed.count) {
		describe_drug(running, 0, name);
		(void)concentration_display(running->parts[0].concentration, describe_concentration_unit(running, 0), strength);
		output_warn(out, "LABEL_NOT_TYPED",
			    "The label was not typed: it counts as %s %s. Read the syringe with a second person.", name, strength);
		return ERR_NONE;
	}
	if (mixture_equal(&typed, running))
		return ERR_NONE;
	return error_set_at(error, ERR_REFUSED_ACT, at[REFILL_LABEL].column,
			 "L-mixture-changed: this label is not the mixture that the pump runs. A filling with another one needs a "
			 "new program and a bridge: let a programmer order the new program with its bridge first (pumpctl program apply), "
			 "then run this again");
}

/* Before the rest is judged: the order could not even say so much. */
static enum error_code refuse_capacity(const struct value *volume, struct error *error)
{
	struct finding finding;
	struct findings list = {.at = &finding, .max = 1};
	return refusal_tell(ERR_REFUSED_ACT, findings_add(&list, RULE_FILL_CAPACITY), volume, error);
}

static enum error_code build(const struct value *at, struct visit *v, struct error *error)
{
	struct act_fill *fill = &v->act.change.fill;
	const char *lot = at[REFILL_LOT].present ? at[REFILL_LOT].as.text : "";
	if (at[REFILL_VOLUME].as.volume.nl > v->model->reservoir.nl)
		return refuse_capacity(&at[REFILL_VOLUME], error);
	if (at[REFILL_VOLUME].as.volume.nl <= v->model->residual.nl)
		return error_set_at(error, ERR_REFUSED_ACT, at[REFILL_VOLUME].column,
				 "this is no more than what the pump cannot deliver; type what the reservoir holds now");
	if (strlen(lot) > LOT_MAX)
		return error_set_at(error, ERR_USAGE, at[REFILL_LOT].column, "a lot has at most 20 characters");
	if (at[REFILL_DRAWN].as.volume.nl > 2 * v->model->reservoir.nl)
		return error_set_at(error, ERR_USAGE, at[REFILL_DRAWN].column, "no reservoir holds so much");
	if (at[REFILL_EXPIRY].present && at[REFILL_EXPIRY].as.date.day <= v->today.day)
		return error_set_at(error, ERR_REFUSED_ACT, at[REFILL_EXPIRY].column,
				 "this drug has expired by the pump's clock; see also: pumpctl clock show");
	v->act.change.parts = PART_FILL;
	*fill = (struct act_fill){.volume_nl = (uint32_t)at[REFILL_VOLUME].as.volume.nl,
				  .drawn_nl = UINT32_MAX,
				  .rinsed = at[REFILL_RINSED].present,
				  .expiry_day = at[REFILL_EXPIRY].present ? (uint32_t)at[REFILL_EXPIRY].as.date.day : 0,
				  .mixture = v->running.program.mixture};
	if (at[REFILL_DRAWN].present)
		fill->drawn_nl = (uint32_t)at[REFILL_DRAWN].as.volume.nl;
	(void)snprintf(fill->lot, sizeof(fill->lot), "%s", lot);
	return ERR_NONE;
}

/* What was to be left, by the pump's own account since the last filling, against what was drawn out. */
static void judge_residual(const struct value *at, struct visit *v, struct output *out)
{
	struct cJSON *data = output_data(out);
	const struct volume level = {(int64_t)v->status.reservoir_nl};
	const struct volume since_birth = {level.nl + (int64_t)v->status.delivered_nl};
	const struct volume filled = {v->care.filled_nl ? (int64_t)v->care.filled_nl : since_birth.nl};
	struct refill_visit visit = {.filled = filled, .found = at[REFILL_DRAWN].as.volume, .reservoir = v->model->reservoir};
	const struct refill_use use = {.other = {filled.nl > level.nl ? filled.nl - level.nl : 0}};
	output_measured_volume(data, "expected_residual", level, OUTPUT_LEFT_STEP_NL);
	if (!at[REFILL_DRAWN].present) {
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
	v->count += refill_check(&visit, v->findings + v->count);
}

static enum error_code judge(struct app *app, const struct value *at, struct visit *v, struct output *out,
			     struct error *error)
{
	struct limits_request request = {
		.program = &v->running.program,
		.running = &v->running.program,
		.is_idle = v->status.therapy != THERAPY_RUNNING,
		.model = v->model,
		.has_fill = true,
		.fill = at[REFILL_VOLUME].as.volume,
		.fill_day = calendar_weekday(v->today),
		.has_expiry = at[REFILL_EXPIRY].present,
		.expiry_days = at[REFILL_EXPIRY].as.date.day - v->today.day,
	};
	const enum error_code code = drug_site_use(app, &request.site, error);
	if (code)
		return code;
	v->count = limits_check(&request, v->findings);
	judge_residual(at, v, out);
	struct findings list = {.at = v->findings, .count = v->count, .max = REFILL_ALL_FINDINGS};
	findings_sort(&list);
	describe_findings(out, v->findings, v->count);
	return ERR_NONE;
}

static void add_date(struct cJSON *data, const char *key, struct date from, int64_t days)
{
	char text[DATE_TEXT_MAX];
	struct date date;
	if (calendar_add(from, days, &date)) {
		output_unknown(data, key);
		return;
	}
	(void)date_print(date, text);
	output_string(data, key, text);
}

/* When the alarm, the end and the next filling come, all patient boluses counted as given. */
static void add_dates(const struct visit *v, const struct act_fill *fill, struct output *out)
{
	const struct program *program = &v->running.program;
	struct cJSON *data = output_data(out);
	struct schedule *schedule = calloc(1, sizeof(*schedule));
	struct refill_days days;
	struct refill_plan plan = {.filled = {fill->volume_nl},
				   .alarm = program->low_alarm,
				   .has_residual = true,
				   .residual = v->model->residual,
				   .first = calendar_weekday(v->today),
				   .lead_days = REFILL_LEAD_DAYS,
				   .has_expiry = fill->expiry_day != 0,
				   .expiry_days = fill->expiry_day - v->today.day};
	const bool runs = v->status.therapy == THERAPY_RUNNING && schedule && !schedule_make(program, v->model, schedule);
	for (size_t i = 0; runs && i < DAYS_PER_WEEK; i++)
		plan.daily[i].nl = schedule_day(schedule, i).nl +
				   schedule_boluses(schedule, (struct duration){SECONDS_PER_DAY}) * schedule->patient.volume.nl;
	if (runs && !refill_schedule(&plan, &days)) {
		add_date(data, "alarm_date", v->today, days.alarm);
		add_date(data, "empty_date", v->today, days.empty);
		add_date(data, "refill_date", v->today, days.refill);
		output_note(out, "The dates count every patient bolus as given, and hold for this program and filling alone.");
	} else {
		output_note(out, "No dates: they hold only while the program runs.");
	}
	free(schedule);
}

static void show(void *ctx, struct output *out, const struct change *understood, struct act_words *words)
{
	struct visit *v = ctx;
	const struct act_fill *fill = &understood->fill;
	struct cJSON *data = output_data(out);
	char name[DESCRIBE_NAME_MAX], volume[DECIMAL_TEXT_MAX];
	describe_drug(&fill->mixture, 0, name);
	output_volume(data, "reservoir_after", (struct volume){fill->volume_nl});
	output_string(data, "drug", name);
	output_concentration(data, "concentration", fill->mixture.parts[0].concentration,
			     describe_concentration_unit(&fill->mixture, 0));
	output_flag(data, "rinsed", fill->rinsed);
	if (fill->lot[0])
		output_peer(data, "lot", fill->lot, strlen(fill->lot));
	if (fill->expiry_day)
		add_date(data, "expiry", (struct date){fill->expiry_day}, 0);
	add_dates(v, fill, out);
	(void)volume_print((struct volume){fill->volume_nl}, volume);
	(void)snprintf(words->text, sizeof(words->text), "refill %s", volume);
	(void)snprintf(words->ordered, sizeof(words->ordered), "the reservoir counted as %s", volume);
}

static void tell(void *ctx, struct output *out, const struct msg_status *now)
{
	char volume[OUTPUT_VOLUME_TEXT_MAX];
	(void)ctx;
	output_measured_volume_text((struct volume){(int64_t)now->reservoir_nl}, OUTPUT_LEFT_STEP_NL, volume);
	output_measured_volume(output_data(out), "reservoir_now", (struct volume){(int64_t)now->reservoir_nl}, OUTPUT_LEFT_STEP_NL);
	output_note(out, "Pump now reports %s in the reservoir.", volume);
}

/* A BLOCK is never overridden; an OVERRIDE by a reason, which two sign. */
static enum error_code check_findings(struct app *app, const struct value *at, struct visit *v, struct error *error)
{
	const bool is_override = v->findings[0].severity == SEVERITY_OVERRIDE;
	if (!findings_refuse(v->findings, v->count))
		return ERR_NONE;
	if (!refusal_is_overridden(app, v->findings, v->count))
		return refusal_tell(ERR_REFUSED_ACT, v->findings, &at[is_override ? REFILL_DRAWN : REFILL_VOLUME], error);
	act_add_reason(app, &v->act.change);
	return ERR_NONE;
}

/* Strings only: the trail holds decimal text. */
static struct cJSON *audit_details(const struct visit *v)
{
	const struct act_fill *fill = &v->act.change.fill;
	char text[DECIMAL_TEXT_MAX];
	struct cJSON *details = cJSON_CreateObject();
	(void)volume_print((struct volume){(int64_t)v->status.reservoir_nl}, text);
	output_string(details, "before", text);
	if (fill->drawn_nl != UINT32_MAX)
		(void)volume_print((struct volume){fill->drawn_nl}, text);
	output_string(details, "drawn", fill->drawn_nl != UINT32_MAX ? text : "not measured");
	output_string(details, "lot", fill->lot);
	if (v->act.change.parts & PART_REASON)
		output_string(details, "reason", v->act.change.reason);
	refusal_note_rules(details, v->findings, v->count);
	return details;
}

static enum error_code fill_up(struct app *app, const struct value *at, struct visit *v, struct output *out,
			       struct error *error)
{
	enum error_code code = read_visit(app, v, error);
	if (!code)
		code = check_label(at, v, out, error);
	if (!code)
		code = build(at, v, error);
	if (!code)
		code = judge(app, at, v, out, error);
	if (!code)
		code = check_findings(app, at, v, error);
	if (code)
		return code;
	struct cJSON *details = audit_details(v);
	v->act.details = details;
	(void)snprintf(v->act.unchanged, sizeof(v->act.unchanged), "the reservoir counted as before");
	code = act_carry_out(app, out, &v->act, error);
	cJSON_Delete(details);
	return code;
}

static enum error_code refill(struct app *app, const struct values *args, struct output *out, struct error *error)
{
	struct visit *v = calloc(1, sizeof(*v));
	if (!v)
		return error_set(error, ERR_FAILED, "out of memory");
	v->act.kind = ORDER_REFILL;
	v->act.show = show;
	v->act.tell = tell;
	v->act.ctx = v;
	const enum error_code code = fill_up(app, args->at, v, out, error);
	free(v);
	return code;
}

#define OTHER {.type = ARG_PREPARATION, .name = "PREPARATION", .keyword = "other", .help = "another drug of the mixture"}

static const struct command rows[] = {
	{.words = "refill",
	 .summary = "tell the pump that it was filled with the mixture that runs, and what was drawn out before",
	 .flags = NEEDS_LINK | CHANGES_THERAPY,
	 .right = RIGHT_FILL,
	 .args = {[REFILL_VOLUME] = {.type = ARG_VOLUME, .name = "VOLUME", .help = "that the reservoir holds now, such as 20 mL"},
		  [REFILL_LABEL] = {.type = ARG_PREPARATION, .name = "PREPARATION", .optional = true,
				    .help = "as the label says, such as morphine 10 mg/mL"},
		  [REFILL_OTHERS] = OTHER, OTHER, OTHER, OTHER, OTHER,
		  [REFILL_DRAWN] = {.type = ARG_VOLUME, .name = "VOLUME", .keyword = "drawn",
				    .help = "drawn out before, such as 4.9 mL"},
		  [REFILL_LOT] = {.type = ARG_NAME, .name = "LOT", .keyword = "lot", .help = "of the drug, from its label"},
		  [REFILL_EXPIRY] = {.type = ARG_DATE, .name = "DATE", .keyword = "expiry",
				     .help = "of the drug in the pump, such as 2026-08-19"},
		  [REFILL_RINSED] = {.type = ARG_FLAG, .keyword = "rinsed", .help = "the reservoir was rinsed with it first"}},
	 .example = "refill 20 mL morphine 10 mg/mL drawn 4.9 mL lot A17 rinsed",
	 .run = refill},
};

const struct command_group refill_commands = {"Refill", rows, sizeof(rows) / sizeof(rows[0])};
