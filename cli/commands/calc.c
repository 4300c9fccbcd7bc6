/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calc rate, dose, mixture, refill, residual: the pocket calculator. No pump, no state. */
#include <stdlib.h>
#include <string.h>

#include "calc_common.h"
#include "describe.h"
#include "drug_site.h"
#include "groups.h"
#include "refill.h"


/* What was typed, as it was understood: a total over a volume becomes a concentration here. */
static void echo_strength(struct cJSON *parent, const struct strength *strength, enum mass_unit unit)
{
	if (strength->total.ng) {
		output_mass(parent, "total", strength->total, unit);
		output_volume(parent, "in_volume", strength->in);
	}
	output_concentration(parent, "concentration", strength->concentration, unit);
	calc_mark(parent, "concentration", strength->is_exact, CALC_UP);
}

/* Nothing was cut off where the dose comes back whole. */
static bool is_rate_exact(struct dose_rate dose, struct concentration concentration,
			  struct volume_rate rate)
{
	struct dose_rate least, most;
	return !dose_from_rate(rate, concentration, ROUND_DOWN, &least) &&
	       !dose_from_rate(rate, concentration, ROUND_UP, &most) &&
	       least.ng_per_day == dose.ng_per_day && most.ng_per_day == dose.ng_per_day;
}

/* A total over a volume was typed: what came of it must be compared with the label. */
static void tell_total(struct output *out, const struct strength *strength, enum mass_unit unit)
{
	struct finding finding;
	struct findings list = {.at = &finding, .max = 1};
	char total[DECIMAL_TEXT_MAX], volume[DECIMAL_TEXT_MAX];
	if (strength->total.ng) {
		struct finding *added = findings_add(&list, RULE_STRENGTH_TOTAL);
		(void)mass_print(strength->total, unit, total);
		(void)volume_print(strength->in, volume);
		finding_set_value(added, total, " in ", volume);
		(void)concentration_display(strength->concentration, unit, added->limit);
	}
	describe_findings(out, &finding, list.count);
}

enum { RATE_DOSE, RATE_STRENGTH };

static enum error_code calc_rate(struct app *app, const struct values *args, struct output *out,
				 struct error *error)
{
	(void)app;
	const struct dose_rate dose = args->at[RATE_DOSE].as.dose;
	const struct strength *strength = &args->at[RATE_STRENGTH].as.strength;
	struct volume_rate rate;
	if (rate_from_dose(dose, strength->concentration, &rate))
		return calc_refuse(error, &args->at[RATE_DOSE], "the rate is too large to be counted");
	const bool exact = strength->is_exact && is_rate_exact(dose, strength->concentration, rate);
	struct cJSON *data = output_data(out);
	output_dose(data, "dose", dose, args->at[RATE_DOSE].unit);
	echo_strength(data, strength, args->at[RATE_STRENGTH].unit);
	output_rate(data, "rate", rate);
	calc_mark(data, "rate", exact, CALC_DOWN);
	output_rate_hourly(data, "rate_per_hour", rate.nl_per_day / 24);
	calc_mark(data, "rate_per_hour", exact && rate.nl_per_day % 24 == 0, CALC_DOWN);
	tell_total(out, strength, args->at[RATE_STRENGTH].unit);
	return ERR_NONE;
}

enum { DOSE_RATE, DOSE_STRENGTH };

static enum error_code calc_dose(struct app *app, const struct values *args, struct output *out,
				 struct error *error)
{
	(void)app;
	const struct volume_rate rate = args->at[DOSE_RATE].as.rate;
	const struct strength *strength = &args->at[DOSE_STRENGTH].as.strength;
	const enum mass_unit unit = args->at[DOSE_STRENGTH].unit;
	struct dose_rate least, most;
	if (dose_from_rate(rate, strength->concentration, ROUND_DOWN, &least) ||
	    dose_from_rate(rate, strength->concentration, ROUND_UP, &most))
		return calc_refuse(error, &args->at[DOSE_RATE], "the dose is too large to be counted");
	struct cJSON *data = output_data(out);
	output_rate(data, "rate", rate);
	echo_strength(data, strength, unit);
	output_dose(data, "dose", most, unit);
	calc_mark(data, "dose", strength->is_exact && least.ng_per_day == most.ng_per_day, CALC_UP);
	tell_total(out, strength, unit);
	return ERR_NONE;
}

enum { MIXTURE_PRIMARY, MIXTURE_OTHERS, MIXTURE_DOSE = MIXTURE_MAX };

/* The parts as typed, as a program that the limits can be asked about. */
static struct program program_of(const struct values *args)
{
	struct program program = {.mode = PROGRAM_SIMPLE, .dose = args->at[MIXTURE_DOSE].as.dose};
	for (size_t i = MIXTURE_PRIMARY; i < MIXTURE_DOSE; i++) {
		if (!args->at[i].present)
			continue;
		const struct preparation *typed = &args->at[i].as.preparation;
		struct mixture_part *part = &program.mixture.parts[program.mixture.count++];
		memcpy(part->name, typed->drug->name, strlen(typed->drug->name) + 1);
		part->concentration = typed->strength.concentration;
	}
	return program;
}

static enum error_code check_mixture(struct app *app, const struct values *args,
				     struct output *out, struct error *error)
{
	const struct program program = program_of(args);
	struct limits_request request = {.program = &program};
	struct finding *findings = calloc(FINDINGS_MAX, sizeof(*findings));
	if (!findings)
		return error_set(error, ERR_FAILED, "out of memory");
	const enum error_code code = drug_site_use(app, &request.site, error);
	if (!code)
		describe_findings(out, findings, limits_check_mixture(&request, findings));
	free(findings);
	return code;
}

static enum error_code check_dose_unit(const struct values *args, struct error *error)
{
	const struct drug *drug = args->at[MIXTURE_PRIMARY].as.preparation.drug;
	const struct value *dose = &args->at[MIXTURE_DOSE];
	char text[DECIMAL_TEXT_MAX];
	if (dose->unit == drug->unit)
		return ERR_NONE;
	(void)dose_rate_print(dose->as.dose, drug->unit, text);
	return error_set_at(error, ERR_BAD_QUANTITY, dose->column,
			    "DOSE: this drug is dosed in another unit; type it as: %s", text);
}

/* Dose of a part with the rest cut off, and with it rounded up. */
struct share {
	struct dose_rate least, most;
};

static bool share_of(const struct values *args, size_t part, struct share *share)
{
	const struct concentration own =
		args->at[MIXTURE_PRIMARY].as.preparation.strength.concentration;
	const struct concentration other = args->at[part].as.preparation.strength.concentration;
	const struct dose_rate dose = args->at[MIXTURE_DOSE].as.dose;
	return !dose_in_mixture(dose, own, other, ROUND_DOWN, &share->least) &&
	       !dose_in_mixture(dose, own, other, ROUND_UP, &share->most);
}

static void add_total(const struct values *args, size_t index, const struct share *share,
		      struct cJSON *list)
{
	const struct preparation *primary = &args->at[MIXTURE_PRIMARY].as.preparation;
	const struct preparation *part = &args->at[index].as.preparation;
	/* The primary drug's own dose is the one typed, however its concentration was rounded. */
	const bool exact =
		part == primary || (share->least.ng_per_day == share->most.ng_per_day &&
				    primary->strength.is_exact && part->strength.is_exact);
	struct cJSON *row = output_object(list, NULL);
	output_string(row, "drug", part->drug->display);
	output_concentration(row, "concentration", part->strength.concentration, args->at[index].unit);
	calc_mark(row, "concentration", part->strength.is_exact, CALC_UP);
	output_dose(row, "dose", share->most, part->drug->unit);
	calc_mark(row, "dose", exact, CALC_UP);
}

static enum error_code calc_mixture(struct app *app, const struct values *args, struct output *out,
				    struct error *error)
{
	const struct strength *own = &args->at[MIXTURE_PRIMARY].as.preparation.strength;
	const struct dose_rate dose = args->at[MIXTURE_DOSE].as.dose;
	struct share shares[MIXTURE_MAX] = {0};
	struct volume_rate rate;
	const enum error_code code = check_dose_unit(args, error);
	if (code)
		return code;
	bool counted = !rate_from_dose(dose, own->concentration, &rate);
	for (size_t i = MIXTURE_PRIMARY; i < MIXTURE_DOSE; i++)
		counted = counted && (!args->at[i].present || share_of(args, i, &shares[i]));
	if (!counted)
		return calc_refuse(error, &args->at[MIXTURE_DOSE],
				      "the rate or the dose of another drug is too large to be counted");
	struct cJSON *data = output_data(out);
	output_rate(data, "rate", rate);
	calc_mark(data, "rate", own->is_exact && is_rate_exact(dose, own->concentration, rate), CALC_DOWN);
	struct cJSON *list = output_array(data, "total_per_day");
	for (size_t i = MIXTURE_PRIMARY; i < MIXTURE_DOSE; i++)
		if (args->at[i].present)
			add_total(args, i, &shares[i], list);
	return check_mixture(app, args, out, error);
}

enum { REFILL_RESERVOIR, REFILL_ALARM, REFILL_RATE, REFILL_BOLUS, REFILL_BOLUSES, REFILL_LOCKOUT,
       REFILL_FILLED, REFILL_EXPIRY, REFILL_LEAD, REFILL_RESIDUAL };

/* The plan for 24 h that are all alike. */
static bool plan_of(const struct values *args, struct refill_plan *plan)
{
	const struct value *at = args->at;
	const int64_t boluses =
		refill_patient_boluses(at[REFILL_BOLUSES].present ? at[REFILL_BOLUSES].as.integer : 0,
				       at[REFILL_LOCKOUT].as.duration);
	*plan = (struct refill_plan){
		.filled = at[REFILL_RESERVOIR].as.volume,
		.alarm = at[REFILL_ALARM].as.volume,
		.has_residual = at[REFILL_RESIDUAL].present,
		.residual = at[REFILL_RESIDUAL].as.volume,
		.lead_days = at[REFILL_LEAD].present ? at[REFILL_LEAD].as.integer : REFILL_LEAD_DAYS,
		.has_expiry = at[REFILL_EXPIRY].present,
		.expiry_days = at[REFILL_EXPIRY].as.integer,
	};
	for (size_t i = 0; i < DAYS_PER_WEEK; i++)
		if (refill_daily(at[REFILL_RATE].as.rate, at[REFILL_BOLUS].as.volume, boluses,
				 &plan->daily[i]))
			return false;
	return true;
}

static void add_dates(const struct values *args, const struct refill_plan *plan,
		      const struct refill_days *days, struct output *out)
{
	const struct date filled = args->at[REFILL_FILLED].as.date;
	struct cJSON *data = output_data(out);
	char text[DATE_TEXT_MAX];
	struct date date;
	describe_date(data, "alarm_date", filled, days->alarm);
	if (plan->has_residual)
		describe_date(data, "empty_date", filled, days->empty);
	if (plan->has_expiry)
		describe_date(data, "expiry_date", filled, plan->expiry_days);
	describe_date(data, "refill_date", filled, days->refill);
	if (calendar_add(filled, days->refill, &date))
		return;
	(void)date_display(date, text);
	output_note(out, "Refill on %s at the latest.", text);
}

static void note_assumptions(const struct values *args, const struct refill_plan *plan,
			     struct output *out)
{
	if (args->at[REFILL_BOLUSES].present)
		output_note(out, "Every patient bolus that is allowed is counted as given.");
	if (!plan->has_residual)
		output_note(out, "When the reservoir is empty depends on what the pump cannot deliver; "
				 "give it with residual VOLUME.");
}

static void tell_inputs(const struct refill_plan *plan, struct findings *list)
{
	char filled[DECIMAL_TEXT_MAX], rate[DECIMAL_TEXT_MAX];
	struct finding *finding = findings_add(list, RULE_DATE_INPUTS);
	(void)volume_display(plan->filled, filled);
	(void)volume_rate_display((struct volume_rate){plan->daily[0].nl}, rate);
	finding_set_value(finding, filled, ", ", rate);
	(void)volume_display(plan->alarm, finding->limit);
}

static enum error_code calc_refill(struct app *app, const struct values *args, struct output *out,
				   struct error *error)
{
	(void)app;
	struct refill_plan plan;
	struct refill_days days;
	struct finding findings[REFILL_FINDINGS_MAX + 1];
	if (args->at[REFILL_BOLUS].present != args->at[REFILL_BOLUSES].present)
		return error_set(error, ERR_USAGE,
				 "bolus and boluses-per-day belong together; one of them is missing");
	if (!plan_of(args, &plan) || refill_schedule(&plan, &days))
		return calc_refuse(error, &args->at[REFILL_RATE],
				      "nothing is delivered, or a volume is too large to be counted");
	struct cJSON *data = output_data(out);
	output_volume(data, "delivered_per_day", plan.daily[0]);
	output_days(data, "alarm_in", days.alarm);
	output_days(data, "alarm_in_over_infusion", days.alarm_over);
	if (plan.has_residual)
		output_days(data, "empty_in", days.empty);
	else
		output_unknown(data, "empty_in");
	output_days(data, "lead", plan.lead_days);
	if (plan.has_expiry)
		output_days(data, "expiry_in", plan.expiry_days);
	output_days(data, "refill_in", days.refill);
	if (args->at[REFILL_FILLED].present)
		add_dates(args, &plan, &days, out);
	note_assumptions(args, &plan, out);
	struct findings list = {.at = findings, .max = REFILL_FINDINGS_MAX + 1};
	list.count = refill_schedule_check(&plan, &days, findings);
	if (args->at[REFILL_FILLED].present)
		tell_inputs(&plan, &list);
	describe_findings(out, list.at, list.count);
	return ERR_NONE;
}

enum { RESIDUAL_FILLED, RESIDUAL_RATE, RESIDUAL_DAYS, RESIDUAL_ASPIRATED, RESIDUAL_SIZE,
       RESIDUAL_STOPPED, RESIDUAL_PRIMED, RESIDUAL_BOLUS, RESIDUAL_BOLUSES,
       RESIDUAL_PREVIOUS_EXPECTED, RESIDUAL_PREVIOUS_ASPIRATED, RESIDUAL_LEVEL };

static enum error_code check_pairs(const struct values *args, struct error *error)
{
	const struct value *at = args->at;
	if (at[RESIDUAL_BOLUS].present != at[RESIDUAL_BOLUSES].present)
		return error_set(error, ERR_USAGE,
				 "bolus and boluses belong together; one of them is missing");
	if (at[RESIDUAL_PREVIOUS_EXPECTED].present != at[RESIDUAL_PREVIOUS_ASPIRATED].present)
		return error_set(error, ERR_USAGE,
				 "previous-expected and previous-aspirated belong together; one of them "
				 "is missing");
	if (at[RESIDUAL_STOPPED].as.duration.s > at[RESIDUAL_DAYS].as.integer * SECONDS_PER_DAY)
		return calc_refuse(error, &at[RESIDUAL_STOPPED],
				      "the pump was stopped for longer than the days counted");
	return ERR_NONE;
}

static enum pump_err visit_of(const struct values *args, struct refill_visit *visit)
{
	const struct value *at = args->at;
	const struct refill_span span = {
		.rate = at[RESIDUAL_RATE].as.rate,
		.time = {at[RESIDUAL_DAYS].as.integer * SECONDS_PER_DAY - at[RESIDUAL_STOPPED].as.duration.s},
		.is_recorded = true,
	};
	const struct refill_use use = {
		.spans = &span,
		.span_count = 1,
		.other = at[RESIDUAL_PRIMED].as.volume,
		.patient_bolus = at[RESIDUAL_BOLUS].as.volume,
		.patient_least = at[RESIDUAL_BOLUSES].as.integer,
		.patient_greatest = at[RESIDUAL_BOLUSES].as.integer,
	};
	*visit = (struct refill_visit){
		.filled = at[RESIDUAL_FILLED].as.volume,
		.found = at[RESIDUAL_ASPIRATED].as.volume,
		.reservoir = at[RESIDUAL_SIZE].as.volume,
		.is_recheck = at[RESIDUAL_DAYS].as.integer == 0,
		.has_level = at[RESIDUAL_LEVEL].present,
		.level = at[RESIDUAL_LEVEL].as.volume,
		.has_previous = at[RESIDUAL_PREVIOUS_EXPECTED].present,
		.previous_expected = at[RESIDUAL_PREVIOUS_EXPECTED].as.volume,
		.previous_found = at[RESIDUAL_PREVIOUS_ASPIRATED].as.volume,
	};
	const enum pump_err err = refill_expect(visit->filled, &use, &visit->expected);
	return err ? err : refill_compare(visit->filled, &visit->expected, visit->found,
					  &visit->comparison);
}

static void note_difference(const struct refill_comparison *comparison, struct output *out)
{
	if (comparison->difference.nl > 0)
		output_note(out, "More was left than expected: less was delivered than programmed.");
	if (comparison->difference.nl < 0)
		output_note(out, "Less was left than expected: more left the reservoir than programmed.");
}

static enum error_code calc_residual(struct app *app, const struct values *args, struct output *out,
				     struct error *error)
{
	(void)app;
	struct refill_visit visit;
	struct finding findings[REFILL_FINDINGS_MAX];
	const enum error_code code = check_pairs(args, error);
	if (code)
		return code;
	if (visit_of(args, &visit))
		return calc_refuse(error, &args->at[RESIDUAL_RATE], "a volume is too large to be counted");
	const struct refill_comparison *comparison = &visit.comparison;
	const bool exact = visit.expected.is_exact;
	struct cJSON *data = output_data(out);
	output_volume(data, "delivered", visit.expected.delivered_greatest);
	calc_mark(data, "delivered", exact, CALC_UP);
	output_volume(data, "expected_residual", visit.expected.residual_least);
	calc_mark(data, "expected_residual", exact || visit.expected.ran_empty, CALC_DOWN);
	output_volume(data, "aspirated", visit.found);
	output_volume(data, "difference", comparison->difference);
	calc_mark(data, "difference", exact || visit.expected.ran_empty, CALC_UP);
	output_volume(data, "accuracy_band", comparison->band);
	calc_mark(data, "accuracy_band", exact && comparison->band_is_exact, CALC_DOWN);
	if (comparison->has_ratio) {
		output_ratio(data, "delivered_ratio", comparison->ratio);
		calc_mark(data, "delivered_ratio", exact && comparison->ratio_is_exact, "rounded");
	} else {
		output_unknown(data, "delivered_ratio");
	}
	note_difference(comparison, out);
	describe_findings(out, findings, refill_check(&visit, findings));
	return ERR_NONE;
}

#define COUNT(word, text, first, last)                                                             \
	.type = ARG_INTEGER, .name = "NUMBER", .keyword = (word), .help = (text), .least = (first),   \
	.greatest = (last)
#define STRENGTH(text) CALC_NEEDED("concentration", ARG_STRENGTH, "CONCENTRATION", text)
#define OTHER          CALC_KEYWORD("other", ARG_PREPARATION, "PREPARATION", "another drug of the mixture")

static const struct command rows[] = {
	{.words = "calc rate",
	 .summary = "the rate that gives a dose",
	 .flags = OFFLINE,
	 .args = {[RATE_DOSE] = CALC_NEEDED("dose", ARG_DOSE, "DOSE", "a day; 200 mcg/day"),
		  [RATE_STRENGTH] = STRENGTH("500 mcg/mL, or 10 mg in 20 mL")},
	 .example = "calc rate dose 200 mcg/day concentration 500 mcg/mL",
	 .run = calc_rate},
	{.words = "calc dose",
	 .summary = "the dose that a rate gives",
	 .flags = OFFLINE,
	 .args = {[DOSE_RATE] = CALC_NEEDED("rate", ARG_RATE, "RATE", "0.4 mL/day"),
		  [DOSE_STRENGTH] = STRENGTH("500 mcg/mL, or 10 mg in 20 mL")},
	 .example = "calc dose rate 0.4 mL/day concentration 500 mcg/mL",
	 .run = calc_dose},
	{.words = "calc mixture",
	 .summary = "the doses of all drugs of a mixture, and the limits of each",
	 .flags = OFFLINE,
	 .args = {[MIXTURE_PRIMARY] = CALC_NEEDED("primary", ARG_PREPARATION, "PREPARATION",
					     "the drug that is dosed; morphine 20 mg/mL"),
		  [MIXTURE_OTHERS] = OTHER, OTHER, OTHER, OTHER, OTHER,
		  [MIXTURE_DOSE] = CALC_NEEDED("dose", ARG_DOSE, "DOSE", "of the primary drug a day; 5 mg/day")},
	 .example = "calc mixture primary morphine 20 mg/mL other bupivacaine 30 mg/mL dose 5 mg/day",
	 .run = calc_mixture},
	{.words = "calc refill",
	 .summary = "days until the alarm and until the next refill",
	 .flags = OFFLINE,
	 .args = {[REFILL_RESERVOIR] = CALC_NEEDED("reservoir", ARG_VOLUME, "VOLUME", "filled; 20 mL"),
		  [REFILL_ALARM] = CALC_NEEDED("alarm", ARG_VOLUME, "VOLUME", "level of the low alarm; 2 mL"),
		  [REFILL_RATE] = CALC_NEEDED("rate", ARG_RATE, "RATE", "mean of a day; 0.25 mL/day"),
		  [REFILL_BOLUS] = CALC_KEYWORD("bolus", ARG_VOLUME, "VOLUME", "of one patient bolus"),
		  [REFILL_BOLUSES] = {COUNT("boluses-per-day", "patient boluses allowed in 24 h", 0, 1440)},
		  [REFILL_LOCKOUT] = CALC_KEYWORD("lockout", ARG_DURATION, "DURATION",
					     "between patient boluses; 4h"),
		  [REFILL_FILLED] = CALC_KEYWORD("filled", ARG_DATE, "DATE", "of the filling; 2026-08-19"),
		  [REFILL_EXPIRY] = CALC_KEYWORD("expiry", ARG_DAYS, "DAYS", "the drug keeps in the pump; 90 d"),
		  [REFILL_LEAD] = CALC_KEYWORD("lead", ARG_DAYS, "DAYS", "from refill to alarm; 7 d"),
		  [REFILL_RESIDUAL] = CALC_KEYWORD("residual", ARG_VOLUME, "VOLUME",
					      "what the pump cannot deliver")},
	 .example = "calc refill reservoir 20 mL alarm 2 mL rate 0.25 mL/day filled 2026-08-19",
	 .run = calc_refill},
	{.words = "calc residual",
	 .summary = "what should be left at a refill, and what a difference means",
	 .flags = OFFLINE,
	 .args = {[RESIDUAL_FILLED] = CALC_NEEDED("filled", ARG_VOLUME, "VOLUME", "at the last refill; 20 mL"),
		  [RESIDUAL_RATE] = CALC_NEEDED("rate", ARG_RATE, "RATE", "mean since then; 0.25 mL/day"),
		  [RESIDUAL_DAYS] = {COUNT("days", "since the last refill; 0: aspirated again at once", 0, 36500),
				     .required = true},
		  [RESIDUAL_ASPIRATED] = CALC_NEEDED("aspirated", ARG_VOLUME, "VOLUME", "found now; 7.4 mL"),
		  [RESIDUAL_SIZE] = CALC_NEEDED("reservoir-size", ARG_VOLUME, "VOLUME",
					   "what the pump holds; 20 mL"),
		  [RESIDUAL_STOPPED] = CALC_KEYWORD("stopped", ARG_DURATION, "DURATION",
					       "in all, stalls included; 30h"),
		  [RESIDUAL_PRIMED] = CALC_KEYWORD("primed", ARG_VOLUME, "VOLUME",
					      "priming and single boluses in all"),
		  [RESIDUAL_BOLUS] = CALC_KEYWORD("bolus", ARG_VOLUME, "VOLUME", "of one patient bolus"),
		  [RESIDUAL_BOLUSES] = {COUNT("boluses", "patient boluses given", 0, 1000000)},
		  [RESIDUAL_PREVIOUS_EXPECTED] = CALC_KEYWORD("previous-expected", ARG_VOLUME, "VOLUME",
							 "expected at the visit before"),
		  [RESIDUAL_PREVIOUS_ASPIRATED] = CALC_KEYWORD("previous-aspirated", ARG_VOLUME, "VOLUME",
							  "found at the visit before"),
		  [RESIDUAL_LEVEL] = CALC_KEYWORD("pump-level", ARG_VOLUME, "VOLUME", "that the pump shows")},
	 .example = "calc residual filled 20 mL rate 0.25 mL/day days 60 aspirated 7.4 mL "
		    "reservoir-size 20 mL",
	 .run = calc_residual},
};

const struct command_group calc_commands = {"Calculator", rows, sizeof(rows) / sizeof(rows[0])};
