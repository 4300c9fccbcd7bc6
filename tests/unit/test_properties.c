/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Properties of the therapy arithmetic on millions of random cases, each against an independent
 * count in 128 bits or minute by minute. Every case comes from its own seed; one that fails prints
 * the line that runs it alone: test_properties NAME SEED.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "refill.h"
#include "schedule.h"
#include "strength.h"

__extension__ typedef __int128 wide;

struct dice {
	uint64_t state;
};

static uint64_t roll(struct dice *dice)
{
	uint64_t z = dice->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static int64_t below(struct dice *dice, int64_t bound)
{
	return (int64_t)(roll(dice) % (uint64_t)bound);
}

/* 0..greatest, as many small as large ones, powers of ten and their neighbours among them. */
static int64_t any(struct dice *dice, int64_t greatest)
{
	int64_t value = (int64_t)(roll(dice) >> (1 + roll(dice) % 63));

	if (below(dice, 4) == 0) {
		value = 1;
		for (int64_t i = below(dice, 19); i > 0; i--)
			value *= 10;
		value += below(dice, 3) - 1;
	} else if (below(dice, 50) == 0) {
		value = greatest - below(dice, 3);
	}
	return value >= 0 && value <= greatest ? value : below(dice, greatest);
}

/* err and out are n / d, rounded; anything else is refused. */
static bool is_quotient(enum pump_err err, int64_t out, wide n, int64_t d, enum rounding rounding)
{
	wide q = n / d;

	if (rounding == ROUND_UP && q * d != n)
		q++;
	return q > INT64_MAX ? err == PUMP_ERANGE : err == PUMP_OK && out == q;
}

static bool quantities_hold(struct dice *dice)
{
	const int64_t a = any(dice, INT64_MAX), b = any(dice, INT64_MAX);
	const struct concentration own = {1 + any(dice, DIVISOR_MAX - 1)}, other = {1 + any(dice, INT64_MAX - 1)};
	const enum rounding rounding = below(dice, 2) ? ROUND_UP : ROUND_DOWN;
	struct volume_rate rate = {0};
	struct dose_rate dose = {0};
	struct volume volume = {0};
	struct mass mass = {0};
	enum pump_err err = rate_from_dose((struct dose_rate){a}, own, &rate);

	if (!is_quotient(err, rate.nl_per_day, (wide)a * NL_PER_ML, own.ng_per_ml, ROUND_DOWN))
		return false;
	/* What was programmed is never exceeded by what the rate delivers, totals included. */
	if (err == PUMP_OK && (dose_from_rate(rate, own, ROUND_UP, &dose) != PUMP_OK || dose.ng_per_day > a))
		return false;
	err = dose_from_rate((struct volume_rate){a}, other, rounding, &dose);
	if (!is_quotient(err, dose.ng_per_day, (wide)a * other.ng_per_ml, NL_PER_ML, rounding))
		return false;
	err = dose_in_mixture((struct dose_rate){a}, own, other, rounding, &dose);
	if (!is_quotient(err, dose.ng_per_day, (wide)a * other.ng_per_ml, own.ng_per_ml, rounding))
		return false;
	err = volume_from_rate((struct volume_rate){a}, (struct duration){b}, rounding, &volume);
	if (!is_quotient(err, volume.nl, (wide)a * b, SECONDS_PER_DAY, rounding))
		return false;
	err = mass_in_volume((struct volume){a}, other, rounding, &mass);
	return is_quotient(err, mass.ng, (wide)a * other.ng_per_ml, NL_PER_ML, rounding);
}

static bool percents_hold(struct dice *dice)
{
	const int64_t a = 1 + any(dice, PERCENT_BASE_MAX - 1), b = any(dice, INT64_MAX);
	int64_t percent = 0;
	enum pump_err err = percent_change(a, b, &percent);
	wide twice = 200 * ((wide)b - a), nearest = (twice + (twice < 0 ? -(wide)a : a)) / (2 * (wide)a);

	return nearest > INT64_MAX ? err == PUMP_ERANGE : err == PUMP_OK && percent == nearest;
}

/* Canonical text and parse are inverse, for every kind of quantity in every unit it is printed in. */
static bool texts_hold(struct dice *dice)
{
	const int64_t value = any(dice, INT64_MAX);
	const enum mass_unit unit = (enum mass_unit)below(dice, 3), large = below(dice, 2) ? UNIT_MG : UNIT_MCG;
	char text[DECIMAL_TEXT_MAX];
	struct text_error error;
	struct concentration concentration = {-1};
	struct volume_rate rate = {-1};
	struct dose_rate dose = {-1};
	struct duration time = {-1};
	struct volume volume = {-1};
	struct mass mass = {-1};
	int64_t days = -1;
	size_t len;

	switch (below(dice, 7)) {
	case 0:
		len = dose_rate_print((struct dose_rate){value}, unit, text);
		return dose_rate_parse(text, len, &dose, &error) == PUMP_OK && dose.ng_per_day == value;
	case 1:
		len = concentration_print((struct concentration){value}, large, text);
		return concentration_parse(text, len, &concentration, &error) == PUMP_OK &&
		       concentration.ng_per_ml == value;
	case 2:
		len = volume_print((struct volume){value}, text);
		return volume_parse(text, len, &volume, &error) == PUMP_OK && volume.nl == value;
	case 3:
		len = volume_rate_print((struct volume_rate){value}, text);
		return volume_rate_parse(text, len, &rate, &error) == PUMP_OK && rate.nl_per_day == value;
	case 4:
		len = mass_print((struct mass){value}, unit, text);
		return mass_parse(text, len, &mass, &error) == PUMP_OK && mass.ng == value;
	case 5:
		len = days_print(value, text);
		return days_parse(text, len, &days, &error) == PUMP_OK && days == value;
	default:
		len = duration_print((struct duration){value}, text);
		return duration_parse(text, len, &time, &error) == PUMP_OK && time.s == value;
	}
}

/* Text with one byte changed says something else, or nothing; never the same number. */
static bool typos_hold(struct dice *dice)
{
	static const char typos[] = "0123456789.,- emgcnL/day";
	const int64_t value = any(dice, INT64_MAX);
	struct dose_rate dose = {value};
	struct text_error error;
	char text[DECIMAL_TEXT_MAX];
	size_t len = dose_rate_print(dose, (enum mass_unit)below(dice, 3), text), at = (size_t)below(dice, (int64_t)len);
	char typo = typos[below(dice, sizeof typos - 1)];

	if (text[at] == typo)
		return true;
	text[at] = typo;
	if (dose_rate_parse(text, len, &dose, &error) == PUMP_OK)
		return dose.ng_per_day != value || value == 0;
	return dose.ng_per_day == value && error.column >= 1 && error.column <= len + 1 && error.reason;
}

static struct program_pattern any_pattern(struct dice *dice)
{
	struct program_pattern pattern = {.count = 1 + (size_t)below(dice, FLEX_STEPS_MAX)};

	for (size_t i = 0; i < pattern.count; i++) {
		const int64_t room = MINUTES_PER_DAY / (int64_t)pattern.count;

		pattern.steps[i].minute = i ? (int64_t)i * room + below(dice, room) : 0;
		pattern.steps[i].dose.ng_per_day = 1 + any(dice, 9999999);
	}
	return pattern;
}

static struct program any_program(struct dice *dice)
{
	struct program program = {.mixture = {.count = 1, .parts = {{.name = "morphine"}}},
				  .mode = (enum program_mode)below(dice, 3)};

	program.mixture.parts[0].concentration.ng_per_ml = 1 + any(dice, 50000000);
	if (program.mode == PROGRAM_SIMPLE)
		program.dose.ng_per_day = 1 + any(dice, 9999999);
	for (size_t day = 0; program.mode == PROGRAM_FLEX && day < WEEKDAYS; day++) {
		program.flex.of_day[day] = day;
		program.flex.patterns[program.flex.count++] = any_pattern(dice);
	}
	if (program.mode == PROGRAM_PERIODIC) {
		const int64_t minutes = 1 + below(dice, 10080);

		program.periodic = (struct program_periodic){.dose = {1 + any(dice, 999999)},
							     .duration = {60 + below(dice, minutes * 60 - 59)},
							     .interval = {minutes * 60},
							     .base = {1 + any(dice, 9999999)}};
	}
	if (below(dice, 2)) {
		const int64_t duration = 60 + below(dice, 3541);

		program.patient = (struct program_patient_bolus){
			.present = true, .dose = {1 + any(dice, 99999)}, .duration = {duration},
			.lockout = {duration + below(dice, 86401 - duration)}, .most = 1 + below(dice, 48)};
	}
	return program;
}

/* What the proofs take for granted of a schedule, and what they leave open. */
static bool schedule_is_sound(const struct schedule *s)
{
	int64_t sum = 0;

	if (s->count < 1 || s->count > SCHEDULE_SEGMENTS_MAX || s->segments[0].minute != 0)
		return false;
	for (size_t i = 0; i < s->count; i++) {
		const struct schedule_segment *segment = &s->segments[i];
		const int64_t end = i + 1 < s->count ? s->segments[i + 1].minute : MINUTES_PER_WEEK;

		if (segment->minute >= end || s->before[i] != sum || segment->rate.nl_per_day < 0 ||
		    segment->rate.nl_per_day > SCHEDULE_MAX)
			return false;
		sum += segment->rate.nl_per_day * (end - segment->minute);
	}
	return s->week == sum && s->patient_most >= 0 && s->patient_most <= PATIENT_MOST_GREATEST;
}

static bool schedules_hold(struct dice *dice)
{
	const struct program program = any_program(dice);
	const int64_t from = below(dice, MINUTES_PER_WEEK), stroke = 1 + below(dice, 5000);
	static struct schedule s;
	int64_t strokes[SCHEDULE_SEGMENTS_MAX], days = 0, sum = 0;
	enum pump_err err = schedule_make(&program, NULL, &s);

	if (err != PUMP_OK)
		return err == PUMP_ERANGE;
	if (!schedule_is_sound(&s))
		return false;
	schedule_strokes(&s, (struct volume){stroke}, strokes);
	for (size_t i = 0; i < s.count; i++)
		sum += strokes[i];
	/* The remainders of strokes carry over, so that none is lost and none is added. */
	if (sum != s.week / (stroke * MINUTES_PER_DAY))
		return false;
	for (size_t day = 0; day < WEEKDAYS; day++) {
		if (schedule_day(&s, day).nl > schedule_greatest(&s, MINUTES_PER_DAY).nl)
			return false;
		days += schedule_day(&s, day).nl;
	}
	/* Totals are never too low, means never too high, and seven days make a week from any minute. */
	return days * MINUTES_PER_DAY >= s.week &&
	       schedule_mean_rate(&s, ROUND_DOWN).nl_per_day <= schedule_mean_rate(&s, ROUND_UP).nl_per_day &&
	       schedule_volume(&s, from, 7, false, ROUND_UP).nl >=
		       schedule_volume(&s, from, 7, false, ROUND_DOWN).nl &&
	       schedule_volume(&s, from, 7, false, ROUND_DOWN).nl ==
		       schedule_volume(&s, 0, 7, false, ROUND_DOWN).nl &&
	       schedule_boluses(&s, (struct duration){SECONDS_PER_DAY}) <= s.patient_most;
}

static bool refills_hold(struct dice *dice)
{
	struct refill_span spans[4];
	struct refill_use use = {.spans = spans, .span_count = 1 + (size_t)below(dice, 4),
				 .other = {any(dice, 5000000)}, .patient_bolus = {any(dice, 500000)},
				 .patient_least = below(dice, 500)};
	const int64_t filled = any(dice, 40000000);
	struct refill_expectation out;
	wide recorded = 0, all = 0, least, greatest;

	use.patient_greatest = use.patient_least + below(dice, 50);
	for (size_t i = 0; i < use.span_count; i++) {
		spans[i] = (struct refill_span){{any(dice, 4000000)}, {any(dice, 200 * SECONDS_PER_DAY)}, below(dice, 3) > 0};
		all += (wide)spans[i].rate.nl_per_day * spans[i].time.s;
		recorded += spans[i].is_recorded ? (wide)spans[i].rate.nl_per_day * spans[i].time.s : 0;
	}
	if (refill_expect((struct volume){filled}, &use, &out) != PUMP_OK)
		return false;
	least = (recorded + SECONDS_PER_DAY - 1) / SECONDS_PER_DAY + use.other.nl +
		use.patient_bolus.nl * use.patient_least;
	greatest = (all + SECONDS_PER_DAY - 1) / SECONDS_PER_DAY + use.other.nl +
		   use.patient_bolus.nl * use.patient_greatest;
	return out.delivered_least.nl == least && out.delivered_greatest.nl == greatest &&
	       out.residual_least.nl == (greatest < filled ? filled - greatest : 0) &&
	       out.residual_greatest.nl == (least < filled ? filled - least : 0) &&
	       out.ran_empty == (greatest > filled);
}

static bool dates_hold(struct dice *dice)
{
	struct date first = {0}, date, back, parsed;
	const struct date_parts last = {CALENDAR_YEAR_LAST, 12, 31}, origin = {CALENDAR_YEAR_FIRST, 1, 1};
	struct date end = {0};
	struct date_parts parts;
	struct text_error error;
	char text[DATE_TEXT_MAX];
	int64_t days;

	if (calendar_from_parts(origin, &first) != PUMP_OK || calendar_from_parts(last, &end) != PUMP_OK)
		return false;
	date.day = first.day + below(dice, end.day - first.day + 1);
	days = below(dice, 2000000) - 1000000;
	parts = calendar_parts(date);
	if (calendar_from_parts(parts, &back) != PUMP_OK || back.day != date.day || parts.day < 1 ||
	    parts.day > calendar_month_days(parts.year, parts.month))
		return false;
	/* A month is as long as the days until the next one. */
	back.day += calendar_month_days(parts.year, parts.month) - parts.day + 1;
	if (back.day <= end.day && calendar_parts(back).day != 1)
		return false;
	if (date_parse(text, date_print(date, text), &parsed, &error) != PUMP_OK || parsed.day != date.day)
		return false;
	if (calendar_add(date, days, &back) != PUMP_OK)
		return date.day + days < first.day || date.day + days > end.day;
	/* 1970-01-01 was a Thursday. */
	return back.day == date.day + days &&
	       (int64_t)calendar_weekday(back) == ((back.day + THURSDAY) % 7 + 7) % 7;
}

static const struct {
	const char *name;
	bool (*holds)(struct dice *dice);
	uint64_t cases;
} properties[] = {
	{"quantities", quantities_hold, 2500000}, {"percents", percents_hold, 1000000},
	{"texts", texts_hold, 3500000},           {"typos", typos_hold, 1000000},
	{"schedules", schedules_hold, 500000},    {"refills", refills_hold, 1000000},
	{"dates", dates_hold, 1500000},
};

#define PROPERTIES (sizeof properties / sizeof properties[0])

static bool run_case(size_t property, uint64_t seed)
{
	struct dice dice = {seed * UINT64_C(0xd1342543de82ef95)};

	if (properties[property].holds(&dice))
		return true;
	printf("replay: test_properties %s %" PRIu64 "\n", properties[property].name, seed);
	return false;
}

int main(int argc, char **argv)
{
	uint64_t total = 0, failures = 0;

	for (size_t i = 0; i < PROPERTIES; i++) {
		if (argc == 3 && strcmp(argv[1], properties[i].name) == 0)
			return run_case(i, strtoull(argv[2], NULL, 10)) ? EXIT_SUCCESS : EXIT_FAILURE;
		for (uint64_t seed = 1; argc == 1 && seed <= properties[i].cases && failures < 10; seed++) {
			failures += !run_case(i, seed);
			total++;
		}
	}
	printf("cases: %" PRIu64 " random cases of therapy arithmetic, %" PRIu64 " failed\n", total, failures);
	return argc == 1 && total > 0 && failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
