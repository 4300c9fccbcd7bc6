/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "limits_state.h"

#include "limits_check.h"
#include "text.h"

static void check_drugs(const struct program *program, struct findings *list)
{
	for (size_t i = 0; i < program->mixture.count && i < MIXTURE_MAX; i++) {
		const char *name = program->mixture.parts[i].name;

		if (!drug_find(name, text_len(name)))
			finding_set_value(findings_add(list, RULE_RUNNING_UNTABLED), name, "", "");
	}
}

/* False: what runs is not the program's own rate, and its rate is not known. */
static bool rates_of(const struct pump_state *state, struct volume_rate *least, struct volume_rate *greatest)
{
	const struct program *program = state->program;
	struct program_totals totals;

	if (program_totals(program, state->model, &totals) != PUMP_OK)
		return false;
	*least = totals.least;
	*greatest = totals.greatest;
	if (!state->has_bridge)
		return true;
	*least = *greatest = program->bridge.rate;
	return program->bridge.kind == BRIDGE_RUNS;
}

/* A pump that says it runs its program runs at a rate that the program can have. */
static void check_rate(const struct pump_state *state, struct findings *list)
{
	struct volume_rate lowest, highest;
	struct finding *finding;
	char least[DECIMAL_TEXT_MAX], greatest[DECIMAL_TEXT_MAX];
	struct text limit;

	if (state->delivery != DELIVERY_PROGRAM || !rates_of(state, &lowest, &highest) ||
	    (state->rate.nl_per_day >= lowest.nl_per_day &&
	     (state->has_bolus || state->rate.nl_per_day <= highest.nl_per_day)))
		return;
	finding = findings_add(list, RULE_RUNNING_DRIFT);
	volume_rate_display(state->rate, finding->value);
	volume_rate_display(lowest, least);
	volume_rate_display(highest, greatest);
	text_init(&limit, finding->limit, sizeof finding->limit);
	text_add(&limit, least);
	if (lowest.nl_per_day != highest.nl_per_day) {
		text_add(&limit, " to ");
		text_add(&limit, greatest);
	}
}

static void check_state(const struct pump_state *state, struct findings *list)
{
	if (!state->model)
		findings_add(list, RULE_MODEL_UNKNOWN);
	if (state->delivery == DELIVERY_NONE)
		findings_add(list, RULE_PUMP_STOPPED);
	if (state->delivery == DELIVERY_MINIMUM)
		volume_rate_display(state->rate, findings_add(list, RULE_PUMP_MINIMUM)->value);
	if (state->program) {
		check_drugs(state->program, list);
		check_rate(state, list);
	}
}

size_t limits_check_state(const struct pump_state *state, struct finding *findings)
{
	struct findings list = {.at = findings, .max = FINDINGS_MAX};

	check_state(state, &list);
	findings_sort(&list);
	return list.count;
}

size_t limits_check_mri(const struct pump_state *state, struct finding *findings)
{
	struct findings list = {.at = findings, .max = FINDINGS_MAX};

	check_state(state, &list);
	findings_add(&list, RULE_MRI_CARD);
	findings_add(&list, RULE_MRI_AGAIN);
	findings_sort(&list);
	return list.count;
}

void limits_add_stop(const struct program *program, struct findings *list)
{
	static const char *const classes[] = {[WITHDRAWAL_OPIOID] = "opioid withdrawal",
					      [WITHDRAWAL_SEVERE] = "severe withdrawal"};

	for (size_t i = 0; i < program->mixture.count && i < MIXTURE_MAX; i++) {
		const struct drug *drug = limits_drug_of(&program->mixture.parts[i]);
		struct finding *finding;

		if (!drug || drug->withdrawal == WITHDRAWAL_NONE)
			continue;
		finding = findings_add(list, RULE_STOP_WITHDRAWAL);
		finding->source = drug->withdrawal_source;
		finding_set_value(finding, drug->display, "  ", classes[drug->withdrawal]);
	}
}

size_t limits_check_stop(const struct program *program, struct finding *findings)
{
	struct findings list = {.at = findings, .max = FINDINGS_MAX};

	limits_add_stop(program, &list);
	return list.count;
}
