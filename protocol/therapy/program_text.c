/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text to programs. */
#include "program_text.h"

#include <string.h>

#include "text.h"
#include "text_cursor.h"

static int64_t take_minute(struct text_cursor *c)
{
	size_t from = c->at;
	int64_t hour = cursor_take_digits(c, 2), minute;

	cursor_need(c, ":", "a time of day is spelt as 06:00");
	minute = cursor_take_digits(c, 2);
	if (c->err == PUMP_OK && (hour > 23 || minute > 59))
		cursor_fail(c, from, PUMP_ERANGE, "a day goes from 00:00 to 23:59");
	return hour * 60 + minute;
}

static void take_pattern(struct text_cursor *c, struct program_pattern *pattern)
{
	do {
		size_t from = c->at;
		int64_t minute = take_minute(c);

		if (pattern->count == FLEX_STEPS_MAX)
			cursor_fail(c, from, PUMP_ERANGE, "a day has at most 13 steps");
		else if (pattern->count == 0 && minute != 0)
			cursor_fail(c, from, PUMP_ERANGE, "the first step of a day begins at 00:00");
		else if (pattern->count > 0 &&
			 minute <= pattern->steps[pattern->count - 1].minute)
			cursor_fail(c, from, PUMP_ERANGE, "the steps of a day follow one another");
		cursor_need(c, " ", "a dose follows the time of day");
		if (c->err != PUMP_OK)
			return;
		pattern->steps[pattern->count].minute = minute;
		pattern->steps[pattern->count].dose = cursor_take_dose(c);
		pattern->count++;
	} while (cursor_take(c, ", "));
}

static bool take_weekday(struct text_cursor *c, size_t *day)
{
	for (*day = 0; *day < WEEKDAYS; (*day)++)
		if (cursor_take(c, program_text_weekday(*day)))
			return true;
	return false;
}

/* "mon,tue "; seen: days that have a pattern. */
static void take_days(struct text_cursor *c, struct program_flex *flex, bool seen[WEEKDAYS])
{
	do {
		size_t from = c->at, day;

		if (!take_weekday(c, &day))
			cursor_fail(c, from, PUMP_EFORM,
				"the weekdays are mon, tue, wed, thu, fri, sat and sun, without blanks");
		else if (seen[day])
			cursor_fail(c, from, PUMP_EFORM, "this weekday has its steps already");
		if (c->err != PUMP_OK)
			return;
		seen[day] = true;
		flex->of_day[day] = flex->count;
	} while (cursor_take(c, ","));
	cursor_need(c, " ", "the steps follow the weekdays");
}

static bool is_same_pattern(const struct program_pattern *a, const struct program_pattern *b)
{
	size_t i = 0;

	while (i < a->count && i < b->count && a->steps[i].minute == b->steps[i].minute &&
	       a->steps[i].dose.ng_per_day == b->steps[i].dose.ng_per_day)
		i++;
	return i == a->count && i == b->count;
}

/* Whatever the order that was typed: each pattern once, numbered by its first weekday. */
static void number_patterns(struct program_flex *flex)
{
	struct program_flex numbered = {.count = 0};

	for (size_t day = 0; day < WEEKDAYS; day++) {
		const struct program_pattern *pattern = &flex->patterns[flex->of_day[day]];
		size_t i = 0;

		while (i < numbered.count && !is_same_pattern(&numbered.patterns[i], pattern))
			i++;
		if (i == numbered.count)
			numbered.patterns[numbered.count++] = *pattern;
		numbered.of_day[day] = i;
	}
	*flex = numbered;
}

static void take_flex(struct text_cursor *c, struct program_flex *flex)
{
	bool seen[WEEKDAYS] = {false};
	size_t from = c->at;

	if (c->at < c->len && c->text[c->at] >= '0' && c->text[c->at] <= '9') {
		flex->count = 1;
		take_pattern(c, &flex->patterns[0]);
		return;
	}
	do {
		if (flex->count == FLEX_PATTERNS_MAX)
			cursor_fail(c, c->at, PUMP_ERANGE, "a week has at most 7 patterns");
		if (c->err != PUMP_OK)
			return;
		take_days(c, flex, seen);
		take_pattern(c, &flex->patterns[flex->count]);
		flex->count++;
	} while (cursor_take(c, " / "));
	for (size_t day = 0; day < WEEKDAYS; day++)
		if (!seen[day])
			cursor_fail(c, from, PUMP_ERANGE, "every weekday needs its steps");
	if (c->err == PUMP_OK)
		number_patterns(flex);
}

static void take_periodic(struct text_cursor *c, struct program_periodic *periodic)
{
	size_t from;

	periodic->dose = cursor_take_mass(c);
	cursor_need(c, " every ", "the word every and an interval follow the dose");
	from = c->at;
	periodic->interval =
		cursor_take_duration(c, PERIODIC_INTERVAL_LEAST_S, PERIODIC_INTERVAL_GREATEST_S,
			      "an interval lasts from 1 min to 7 d");
	if (periodic->interval.s % 60 != 0)
		cursor_fail(c, from, PUMP_ERANGE, "an interval is a number of whole minutes");
	cursor_need(c, " over ", "the word over and a duration follow the interval");
	periodic->duration = cursor_take_duration(c, PERIODIC_DURATION_LEAST_S, periodic->interval.s,
					   "a dose takes at least 1 min and ends before the next");
	cursor_need(c, " base ", "the word base and a daily dose follow the duration");
	periodic->base = cursor_take_dose(c);
}

static void take_regimen(struct text_cursor *c, struct program *program)
{
	program->dose.ng_per_day = 0;
	program->flex = (struct program_flex){.count = 0};
	program->periodic = (struct program_periodic){.dose = {0}};
	if (cursor_take(c, "flex ")) {
		program->mode = PROGRAM_FLEX;
		take_flex(c, &program->flex);
	} else if (cursor_take(c, "periodic ")) {
		program->mode = PROGRAM_PERIODIC;
		take_periodic(c, &program->periodic);
	} else if (cursor_take(c, "minimum")) {
		program->mode = PROGRAM_MINIMUM;
	} else if (cursor_take(c, "stopped")) {
		program->mode = PROGRAM_STOPPED;
	} else {
		program->mode = PROGRAM_SIMPLE;
		program->dose = cursor_take_dose(c);
	}
}

static void take_patient(struct text_cursor *c, struct program_patient_bolus *patient)
{
	size_t from, digits = 0;

	*patient = (struct program_patient_bolus){.present = true, .dose = cursor_take_mass(c)};
	cursor_need(c, " over ", "the word over and a duration follow the dose");
	patient->duration =
		cursor_take_duration(c, PATIENT_DURATION_LEAST_S, PATIENT_DURATION_GREATEST_S,
			      "a bolus takes from 1 min to 1 h");
	cursor_need(c, " lockout ", "the word lockout and a time follow the duration");
	patient->lockout = cursor_take_duration(c, patient->duration.s > 60 ? patient->duration.s : 60,
					 PATIENT_LOCKOUT_GREATEST_S,
					 "a lockout lasts at least as long as the bolus, at most 24 h");
	cursor_need(c, " most ", "the word most and a number follow the lockout");
	from = c->at;
	while (c->err == PUMP_OK && c->at < c->len && c->text[c->at] >= '0' &&
	       c->text[c->at] <= '9' && digits++ < 3)
		patient->most = patient->most * 10 + (c->text[c->at++] - '0');
	if (c->err == PUMP_OK && (digits == 0 || c->text[from] == '0' || patient->most < 1 ||
				  patient->most > PATIENT_MOST_GREATEST))
		cursor_fail(c, from, PUMP_ERANGE, "a patient gets 1 to 48 boluses in 24 h");
}

static void take_bridge(struct text_cursor *c, struct program_bridge *bridge)
{
	size_t from = c->at;

	*bridge = (struct program_bridge){.kind = BRIDGE_RUNS};
	if (!cursor_take(c, "none ")) {
		bridge->volume = cursor_take_volume(c);
		cursor_need(c, " at ", "the word at and a rate follow the volume");
		bridge->rate = cursor_take_rate(c);
		if (c->err == PUMP_OK && (bridge->volume.nl < 1 || bridge->rate.nl_per_day < 1))
			cursor_fail(c, from, PUMP_ERANGE, "a bridge has a volume and a rate above 0");
		return;
	}
	bridge->kind = BRIDGE_NONE;
	for (size_t i = 0; i <= BRIDGE_ACCEPTED; i++) {
		if (!cursor_take(c, program_text_reason(i)))
			continue;
		bridge->reason = (enum bridge_reason)i;
		return;
	}
	cursor_fail(c, c->at, PUMP_EFORM,
		"the reason is line-aspirated, line-empty or accepted");
}

static void take_mixture(struct text_cursor *c, struct mixture *mixture)
{
	do {
		struct mixture_part *part = &mixture->parts[mixture->count];
		struct text_error why = {.column = 1};
		size_t len = cursor_word_len(c, c->at), from;
		const char *text;
		enum pump_err err;

		if (mixture->count == MIXTURE_MAX) {
			cursor_fail(c, c->at, PUMP_ERANGE, "a mixture has at most six drugs");
			return;
		}
		if (!drug_name_is_valid(c->text + c->at, len)) {
			cursor_fail(c, c->at, PUMP_EFORM, "a generic drug name is expected");
			return;
		}
		memcpy(part->name, c->text + c->at, len);
		c->at += len;
		cursor_need(c, " ", "a concentration follows the drug");
		if (c->err != PUMP_OK)
			return;
		from = c->at;
		len = cursor_take_quantity(c, &text);
		err = concentration_parse(text, len, &part->concentration, &why);
		if (err != PUMP_OK)
			cursor_take_error(c, from, err, &why);
		mixture->count++;
	} while (cursor_take(c, ", "));
}

static enum pump_err finish(struct text_cursor *c)
{
	if (c->at < c->len)
		cursor_fail(c, c->at, PUMP_EFORM, "nothing more is expected here");
	return c->err;
}

enum pump_err program_text_regimen(const char *text, size_t len, enum mass_unit unit,
				   struct program *program, struct text_error *error)
{
	struct text_cursor c;

	cursor_begin(&c, text, len, unit, error);
	take_regimen(&c, program);
	return finish(&c);
}

enum pump_err program_text_patient(const char *text, size_t len, enum mass_unit unit,
				   struct program_patient_bolus *patient, struct text_error *error)
{
	struct text_cursor c;

	cursor_begin(&c, text, len, unit, error);
	take_patient(&c, patient);
	return finish(&c);
}

enum pump_err program_text_bridge(const char *text, size_t len, struct program_bridge *bridge,
				  struct text_error *error)
{
	struct text_cursor c;

	cursor_begin(&c, text, len, UNIT_MCG, error);
	take_bridge(&c, bridge);
	return finish(&c);
}

enum pump_err program_text_parse(const char *text, size_t len, struct program *program,
				 struct text_error *error)
{
	struct text_cursor c;

	cursor_begin(&c, text, len, UNIT_MCG, error);
	*program = (struct program){.mode = PROGRAM_SIMPLE};
	take_mixture(&c, &program->mixture);
	if (c.err == PUMP_OK)
		c.unit = mixture_unit(&program->mixture, 0);
	cursor_need(&c, "; ", "a semicolon and the program follow the mixture");
	if (c.err == PUMP_OK)
		take_regimen(&c, program);
	cursor_need(&c, "; low-alarm ", "the words low-alarm and a volume follow the program");
	program->low_alarm = cursor_take_volume(&c);
	if (cursor_take(&c, "; patient-bolus "))
		take_patient(&c, &program->patient);
	if (cursor_take(&c, "; bridge "))
		take_bridge(&c, &program->bridge);
	if (finish(&c) == PUMP_OK && !program_is_valid(program))
		cursor_fail(&c, 0, PUMP_ERANGE,
			"a pump that is stopped or at minimum rate gives no patient bolus");
	return c.err;
}
