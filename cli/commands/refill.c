/* SPDX-License-Identifier: GPL-3.0-or-later */
/* refill: the reservoir is filled, with the mixture that runs or, in one order with the program for it, with another. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "filling.h"
#include "groups.h"
#include "program_order.h"
#include "program_text.h"
#include "refusal.h"

enum { REFILL_VOLUME, REFILL_LABEL, REFILL_OTHERS, REFILL_DRAWN = REFILL_OTHERS + MIXTURE_MAX - 1, REFILL_LOT, REFILL_EXPIRY,
       REFILL_RINSED, REFILL_PROGRAM, REFILL_WITHOUT };

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

/* The program that was typed with the filling, or the one that runs. */
static enum error_code take_program(const struct value *at, struct filling *filling, struct error *error)
{
	const struct program *running = program_plan_running(&filling->plan);
	const struct value *typed = &at[REFILL_PROGRAM];
	struct text_error why = {0};
	filling->is_program_new = typed->present;
	if (typed->present) /* its column was told when it was parsed */
		return program_text_parse(typed->as.text, strlen(typed->as.text), &filling->plan.program, &why) == PUMP_OK
			       ? ERR_NONE
			       : error_set_at(error, ERR_BAD_QUANTITY, typed->column, "%s", why.reason);
	if (at[REFILL_WITHOUT].present)
		return error_set_at(error, ERR_USAGE, at[REFILL_WITHOUT].column, "without-drug belongs to a program");
	if (!running)
		return error_set(error, ERR_REFUSED_ACT,
				 "the pump has no program yet, so it is not known what it is to be filled with; program it first, or "
				 "order its program with the filling: refill ... program TEXT");
	filling->plan.program = *running;
	return ERR_NONE;
}

static void warn_no_label(const struct mixture *mixture, struct output *out)
{
	char name[DESCRIBE_NAME_MAX], strength[DECIMAL_TEXT_MAX];
	describe_drug(mixture, 0, name);
	(void)concentration_display(mixture->parts[0].concentration, describe_concentration_unit(mixture, 0), strength);
	output_warn(out, "LABEL_NOT_TYPED",
		    "The label was not typed: it counts as %s %s. Read the syringe with a second person.", name, strength);
}

/* Another mixture than the one that runs has its label read, its program typed, and the old one drawn out. */
static enum error_code check_label(const struct value *at, const struct filling *filling, struct output *out,
				   struct error *error)
{
	struct mixture label;
	const struct mixture *next = &filling->plan.program.mixture;
	const struct program *running = program_plan_running(&filling->plan);
	const bool changes = !running || program_plan_changes_mixture(&filling->plan);
	mixture_of(at, &label);
	if (label.count && !mixture_equal(&label, next))
		return filling->is_program_new
			       ? error_set_at(error, ERR_REFUSED_ACT, at[REFILL_PROGRAM].column,
					   "L-mixture-changed: the program is not for the mixture that the label names. Read both "
					   "again")
			       : error_set_at(error, ERR_REFUSED_ACT, at[REFILL_LABEL].column,
					   "L-mixture-changed: this label is not the mixture that the pump runs. Another one is filled "
					   "and programmed in one order, with a bridge: add program and the program's text to this "
					   "line, as program show prints it");
	if (changes && (!label.count || (running && !at[REFILL_DRAWN].present)))
		return error_set_at(error, ERR_USAGE, at[REFILL_PROGRAM].column,
				 "with another mixture the label is typed, and what was drawn out before, as in: refill 20 mL morphine 20 "
				 "mg/mL drawn 4.9 mL");
	if (!label.count)
		warn_no_label(next, out);
	return ERR_NONE;
}

/* Before the rest is judged: the order could not even say so much. */
static enum error_code refuse_capacity(const struct value *volume, struct error *error)
{
	struct finding finding;
	struct findings list = {.at = &finding, .max = 1};
	return refusal_tell(ERR_REFUSED_ACT, findings_add(&list, RULE_FILL_CAPACITY), volume, error);
}

static enum error_code check_values(const struct value *at, const struct filling *filling, struct error *error)
{
	const struct pump_limits *model = filling->plan.model;
	if (at[REFILL_VOLUME].as.volume.nl > model->reservoir.nl)
		return refuse_capacity(&at[REFILL_VOLUME], error);
	if (at[REFILL_VOLUME].as.volume.nl <= model->residual.nl)
		return error_set_at(error, ERR_REFUSED_ACT, at[REFILL_VOLUME].column,
				 "this is no more than what the pump cannot deliver; type what the reservoir holds now");
	if (at[REFILL_LOT].present && strlen(at[REFILL_LOT].as.text) > LOT_MAX)
		return error_set_at(error, ERR_USAGE, at[REFILL_LOT].column, "a lot has at most 20 characters");
	if (at[REFILL_DRAWN].as.volume.nl > 2 * model->reservoir.nl)
		return error_set_at(error, ERR_USAGE, at[REFILL_DRAWN].column, "no reservoir holds so much");
	if (at[REFILL_EXPIRY].present && at[REFILL_EXPIRY].as.date.day <= filling->today.day)
		return error_set_at(error, ERR_REFUSED_ACT, at[REFILL_EXPIRY].column,
				 "this drug has expired by the pump's clock; see also: pumpctl clock show");
	return ERR_NONE;
}

static void build(const struct value *at, struct filling *filling)
{
	struct act_fill *fill = &filling->act.change.fill;
	filling->act.change.parts = PART_FILL;
	*fill = (struct act_fill){.volume_nl = (uint32_t)at[REFILL_VOLUME].as.volume.nl,
				  .drawn_nl = UINT32_MAX,
				  .rinsed = at[REFILL_RINSED].present,
				  .expiry_day = at[REFILL_EXPIRY].present ? (uint32_t)at[REFILL_EXPIRY].as.date.day : 0,
				  .mixture = filling->plan.program.mixture};
	if (at[REFILL_DRAWN].present)
		fill->drawn_nl = (uint32_t)at[REFILL_DRAWN].as.volume.nl;
	(void)snprintf(fill->lot, sizeof(fill->lot), "%s", at[REFILL_LOT].present ? at[REFILL_LOT].as.text : "");
}

static void show(void *ctx, struct output *out, const struct change *understood, struct act_words *words)
{
	const struct filling *filling = ctx;
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
		describe_date(data, "expiry", (struct date){fill->expiry_day}, 0);
	filling_add_dates(filling, out);
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

/* What was typed that a rule is about. */
static const struct value *refused_of(const struct value *at, const struct finding *finding)
{
	const enum rule rule = finding->id;
	if (rule == RULE_FILL_BLEND || !strncmp(finding->rule, "L-residual-", strlen("L-residual-")))
		return &at[REFILL_DRAWN];
	if (rule == RULE_RESTART_GAP && at[REFILL_WITHOUT].present)
		return &at[REFILL_WITHOUT];
	return &at[at[REFILL_PROGRAM].present && rule != RULE_FILL_CAPACITY ? REFILL_PROGRAM : REFILL_VOLUME];
}

/* A BLOCK is never overridden; an OVERRIDE by a reason, which two sign. */
static enum error_code check_findings(struct app *app, const struct value *at, struct filling *filling, struct error *error)
{
	const struct program_plan *plan = &filling->plan;
	const struct finding *worst = &plan->findings[0];
	if (!findings_refuse(plan->findings, plan->count))
		return ERR_NONE;
	return refusal_is_overridden(app, plan->findings, plan->count)
		       ? ERR_NONE
		       : refusal_tell(ERR_REFUSED_ACT, worst, refused_of(at, worst), error);
}

/* Strings only: the trail holds decimal text. */
static struct cJSON *audit_details(const struct filling *filling)
{
	const struct act_fill *fill = &filling->act.change.fill;
	const struct program_plan *plan = &filling->plan;
	char text[DECIMAL_TEXT_MAX];
	struct cJSON *details = cJSON_CreateObject();
	(void)volume_print((struct volume){(int64_t)plan->status.reservoir_nl}, text);
	output_string(details, "level-before", text);
	if (fill->drawn_nl != UINT32_MAX)
		(void)volume_print((struct volume){fill->drawn_nl}, text);
	output_string(details, "drawn", fill->drawn_nl != UINT32_MAX ? text : "not measured");
	output_string(details, "lot", fill->lot);
	return details;
}

/* By now the new drug may be in the reservoir, whatever the pump was told. */
static void tell_filled(const struct filling *filling, struct error *error)
{
	const size_t used = strlen(error->now);
	if (!program_plan_changes_mixture(&filling->plan))
		return;
	(void)snprintf(error->now + used, sizeof(error->now) - used,
		       "%sif the new drug is in the reservoir already, its dose is wrong: order again, or stop therapy", used ? "; " : "");
}

/* Alone the filling says in the trail what a program would have said. */
static enum error_code order(struct app *app, struct filling *filling, struct output *out, struct error *error)
{
	const struct program_plan *plan = &filling->plan;
	struct cJSON *details = audit_details(filling);
	enum error_code code;
	filling->act.details = details;
	(void)snprintf(filling->act.unchanged, sizeof(filling->act.unchanged), "the reservoir counted as before");
	if (filling->is_program_new) {
		code = program_order_carry_out(app, out, plan, &filling->act, error);
		if (code && error)
			tell_filled(filling, error);
	} else {
		if (refusal_is_overridden(app, plan->findings, plan->count)) {
			act_add_reason(app, &filling->act.change);
			output_string(details, "reason", app->options.reason);
		}
		refusal_note_rules(details, plan->findings, plan->count);
		code = act_carry_out(app, out, &filling->act, error);
	}
	cJSON_Delete(details);
	return code;
}

static enum error_code fill_up(struct app *app, const struct value *at, struct filling *filling, struct output *out,
			       struct error *error)
{
	enum error_code code = filling_read(app, filling, error);
	if (!code)
		code = take_program(at, filling, error);
	if (!code)
		code = check_label(at, filling, out, error);
	if (!code)
		code = check_values(at, filling, error);
	if (code)
		return code;
	const struct program_facts facts = {.without_drug = at[REFILL_WITHOUT].as.duration,
					    .has_fill = true,
					    .fill = at[REFILL_VOLUME].as.volume,
					    .fill_day = calendar_weekday(filling->today),
					    .has_expiry = at[REFILL_EXPIRY].present,
					    .expiry_days = at[REFILL_EXPIRY].as.date.day - filling->today.day};
	build(at, filling);
	code = filling_judge(app, &facts, filling, out, error);
	if (!code)
		code = check_findings(app, at, filling, error);
	return code ? code : order(app, filling, out, error);
}

static enum error_code refill(struct app *app, const struct values *args, struct output *out, struct error *error)
{
	struct filling *filling = calloc(1, sizeof(*filling));
	if (!filling)
		return error_set(error, ERR_FAILED, "out of memory");
	filling->act.kind = ORDER_REFILL;
	filling->act.show = show;
	filling->act.tell = tell;
	filling->act.ctx = filling;
	const enum error_code code = fill_up(app, args->at, filling, out, error);
	free(filling);
	return code;
}

#define OTHER {.type = ARG_PREPARATION, .name = "PREPARATION", .keyword = "other", .help = "another drug of the mixture"}

static const struct command rows[] = {
	{.words = "refill",
	 .summary = "tell the pump that it was filled and with what, and what was drawn out before",
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
		  [REFILL_RINSED] = {.type = ARG_FLAG, .keyword = "rinsed", .help = "the reservoir was rinsed with it first"},
		  [REFILL_PROGRAM] = {.type = ARG_PROGRAM, .name = "PROGRAM", .keyword = "program",
				      .help = "that runs from now on, in quotes as program show prints it; another mixture needs one"},
		  [REFILL_WITHOUT] = {.type = ARG_DURATION, .name = "TIME", .keyword = "without-drug",
				      .help = "how long the patient was without drug, such as 30h"}},
	 .example = "refill 20 mL morphine 10 mg/mL drawn 4.9 mL lot A17 rinsed",
	 .run = refill},
};

const struct command_group refill_commands = {"Refill", rows, sizeof(rows) / sizeof(rows[0])};
