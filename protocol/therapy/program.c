/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "program.h"

#include "schedule.h"
#include "text.h"

static bool is_between(int64_t value, int64_t least, int64_t greatest)
{
	return value >= least && value <= greatest;
}

static bool pattern_is_valid(const struct program_pattern *pattern)
{
	if (!is_between((int64_t)pattern->count, 1, FLEX_STEPS_MAX) || pattern->steps[0].minute != 0)
		return false;
	for (size_t i = 0; i < pattern->count; i++) {
		const struct program_step *step = &pattern->steps[i];

		if (step->dose.ng_per_day < 1 || step->minute >= MINUTES_PER_DAY ||
		    (i > 0 && step->minute <= pattern->steps[i - 1].minute))
			return false;
	}
	return true;
}

static bool pattern_equal(const struct program_pattern *a, const struct program_pattern *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->steps[i].minute != b->steps[i].minute ||
		    a->steps[i].dose.ng_per_day != b->steps[i].dose.ng_per_day)
			return false;
	return true;
}

static bool flex_is_valid(const struct program_flex *flex)
{
	size_t seen = 0;

	if (!is_between((int64_t)flex->count, 1, FLEX_PATTERNS_MAX))
		return false;
	for (size_t i = 0; i < flex->count; i++) {
		if (!pattern_is_valid(&flex->patterns[i]))
			return false;
		for (size_t k = 0; k < i; k++)
			if (pattern_equal(&flex->patterns[i], &flex->patterns[k]))
				return false;
	}
	for (size_t day = 0; day < WEEKDAYS; day++) {
		if (flex->of_day[day] > seen || flex->of_day[day] >= flex->count)
			return false;
		if (flex->of_day[day] == seen)
			seen++;
	}
	return seen == flex->count;
}

static bool periodic_is_valid(const struct program_periodic *periodic)
{
	return periodic->dose.ng >= 1 && periodic->base.ng_per_day >= 1 &&
	       is_between(periodic->interval.s, PERIODIC_INTERVAL_LEAST_S,
			  PERIODIC_INTERVAL_GREATEST_S) &&
	       periodic->interval.s % 60 == 0 &&
	       is_between(periodic->duration.s, PERIODIC_DURATION_LEAST_S, periodic->interval.s);
}

static bool patient_is_valid(const struct program_patient_bolus *patient)
{
	if (!patient->present)
		return patient->dose.ng == 0 && patient->duration.s == 0 &&
		       patient->lockout.s == 0 && patient->most == 0;
	return patient->dose.ng >= 1 &&
	       is_between(patient->duration.s, PATIENT_DURATION_LEAST_S,
			  PATIENT_DURATION_GREATEST_S) &&
	       is_between(patient->lockout.s, PATIENT_LOCKOUT_LEAST_S, PATIENT_LOCKOUT_GREATEST_S) &&
	       patient->lockout.s >= patient->duration.s &&
	       is_between(patient->most, 1, PATIENT_MOST_GREATEST);
}

static bool bridge_is_valid(const struct program_bridge *bridge)
{
	switch (bridge->kind) {
	case BRIDGE_RUNS:
		return bridge->volume.nl >= 1 && bridge->rate.nl_per_day >= 1;
	case BRIDGE_NONE:
		return bridge->volume.nl == 0 && bridge->rate.nl_per_day == 0 &&
		       bridge->reason <= BRIDGE_ACCEPTED;
	case BRIDGE_UNSAID:
		break;
	}
	return bridge->kind == BRIDGE_UNSAID && bridge->volume.nl == 0 &&
	       bridge->rate.nl_per_day == 0;
}

static bool mode_is_valid(const struct program *program)
{
	const struct program_periodic *periodic = &program->periodic;

	if (program->mode != PROGRAM_SIMPLE && program->dose.ng_per_day != 0)
		return false;
	if (program->mode != PROGRAM_FLEX && program->flex.count != 0)
		return false;
	if (program->mode != PROGRAM_PERIODIC &&
	    (periodic->dose.ng != 0 || periodic->duration.s != 0 || periodic->interval.s != 0 ||
	     periodic->base.ng_per_day != 0))
		return false;
	switch (program->mode) {
	case PROGRAM_SIMPLE:
		return program->dose.ng_per_day >= 1;
	case PROGRAM_FLEX:
		return flex_is_valid(&program->flex);
	case PROGRAM_PERIODIC:
		return periodic_is_valid(periodic);
	case PROGRAM_MINIMUM:
	case PROGRAM_STOPPED:
		return true;
	}
	return false;
}

bool program_is_valid(const struct program *program)
{
	const struct mixture *mixture = &program->mixture;

	if (!is_between((int64_t)mixture->count, 1, MIXTURE_MAX) || program->low_alarm.nl < 0)
		return false;
	for (size_t i = 0; i < mixture->count; i++)
		if (mixture->parts[i].concentration.ng_per_ml < 1)
			return false;
	/* A pump that stands still by order, or runs at its least, has no base to add a bolus to. */
	if (program->patient.present &&
	    (program->mode == PROGRAM_MINIMUM || program->mode == PROGRAM_STOPPED))
		return false;
	return mode_is_valid(program) && patient_is_valid(&program->patient) &&
	       bridge_is_valid(&program->bridge);
}

static void count_volumes(const struct schedule *s, struct program_totals *totals)
{
	static const struct duration day = {SECONDS_PER_DAY}, hour = {3600};

	totals->rate = schedule_mean_rate(s, ROUND_DOWN);
	totals->least = schedule_least_rate(s);
	totals->greatest = schedule_peak_rate(s);
	totals->volume_24h = schedule_greatest(s, MINUTES_PER_DAY);
	totals->greatest_hour = schedule_greatest(s, 60);
	totals->patient_boluses = schedule_boluses(s, day);
	totals->periodic_doses = schedule_doses(s, day);
	totals->worst_24h.nl =
		totals->volume_24h.nl + totals->patient_boluses * s->patient.volume.nl;
	totals->worst_hour.nl =
		totals->greatest_hour.nl + schedule_boluses(s, hour) * s->patient.volume.nl;
}

enum pump_err program_totals(const struct program *program, const struct pump_limits *model,
			     struct program_totals *out)
{
	const struct mixture *mixture = &program->mixture;
	struct program_totals totals = {.rate = {0}};
	struct schedule schedule;
	enum pump_err err = schedule_make(program, model, &schedule);

	if (err != PUMP_OK)
		return err;
	count_volumes(&schedule, &totals);
	for (size_t i = 0; err == PUMP_OK && i < mixture->count; i++) {
		const struct concentration concentration = mixture->parts[i].concentration;
		struct volume_rate day = {totals.volume_24h.nl}, worst = {totals.worst_24h.nl};

		err = dose_from_rate(day, concentration, ROUND_UP, &totals.daily[i]);
		if (err == PUMP_OK)
			err = dose_from_rate(worst, concentration, ROUND_UP, &totals.worst[i]);
	}
	if (err == PUMP_OK)
		*out = totals;
	return err;
}

struct dose_rate program_daily_dose(const struct program *program,
				    const struct program_totals *totals)
{
	return program->mode == PROGRAM_SIMPLE ? program->dose : totals->daily[0];
}

bool mixture_equal(const struct mixture *a, const struct mixture *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->parts[i].concentration.ng_per_ml != b->parts[i].concentration.ng_per_ml ||
		    !text_equal(a->parts[i].name, b->parts[i].name, text_len(b->parts[i].name)))
			return false;
	return true;
}

size_t mixture_find(const struct mixture *mixture, const char *drug)
{
	size_t at = 0;

	while (at < mixture->count && !text_equal(mixture->parts[at].name, drug, text_len(drug)))
		at++;
	return at;
}

enum mass_unit mixture_unit(const struct mixture *mixture, size_t part)
{
	const char *name = mixture->parts[part].name;
	const struct drug *drug = drug_find(name, text_len(name));

	return drug ? drug->unit : UNIT_MCG;
}
