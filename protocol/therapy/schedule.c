/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "schedule.h"

static int64_t divide(int64_t sum, int64_t divisor, enum rounding rounding)
{
	return sum / divisor + (rounding == ROUND_UP && sum % divisor > 0 ? 1 : 0);
}

static enum pump_err step_rate(const struct program *program, struct dose_rate dose,
			       struct volume_rate *out)
{
	enum pump_err err = rate_from_dose(dose, program->mixture.parts[0].concentration, out);

	if (err == PUMP_OK && out->nl_per_day > SCHEDULE_MAX)
		return PUMP_ERANGE;
	return err;
}

static void add_segment(struct schedule *s, int64_t minute, struct volume_rate rate)
{
	s->segments[s->count].minute = minute;
	s->segments[s->count].rate = rate;
	s->count++;
}

static enum pump_err add_day(const struct program *program, size_t day, struct schedule *s)
{
	const struct program_pattern *pattern = &program->flex.patterns[program->flex.of_day[day]];

	for (size_t i = 0; i < pattern->count; i++) {
		struct volume_rate rate;
		enum pump_err err = step_rate(program, pattern->steps[i].dose, &rate);

		if (err != PUMP_OK)
			return err;
		add_segment(s, (int64_t)day * MINUTES_PER_DAY + pattern->steps[i].minute, rate);
	}
	return PUMP_OK;
}

static enum pump_err add_constant(struct schedule *s, enum pump_err err, struct volume_rate rate)
{
	if (err == PUMP_OK)
		add_segment(s, 0, rate);
	return err;
}

static enum pump_err add_base(const struct program *program, const struct pump_limits *model,
			      struct schedule *s)
{
	struct volume_rate rate = {0};
	enum pump_err err = PUMP_OK;

	switch (program->mode) {
	case PROGRAM_SIMPLE:
		err = step_rate(program, program->dose, &rate);
		return add_constant(s, err, rate);
	case PROGRAM_PERIODIC:
		err = step_rate(program, program->periodic.base, &rate);
		return add_constant(s, err, rate);
	case PROGRAM_MINIMUM:
		if (!model)
			return PUMP_ESTATE;
		return add_constant(s, PUMP_OK, model->minimum);
	case PROGRAM_STOPPED:
		return add_constant(s, PUMP_OK, rate);
	case PROGRAM_FLEX:
		break;
	}
	for (size_t day = 0; err == PUMP_OK && day < WEEKDAYS; day++)
		err = add_day(program, day, s);
	return err;
}

static enum pump_err make_burst(const struct program *program, struct mass dose,
				struct duration duration, struct duration interval,
				struct schedule_burst *out)
{
	struct volume_rate volume;
	/* A mass over a concentration rounds as a dose of that size in a day does. */
	enum pump_err err = step_rate(program, (struct dose_rate){dose.ng}, &volume);

	if (err != PUMP_OK)
		return err;
	*out = (struct schedule_burst){
		.volume = {volume.nl_per_day},
		.duration = duration,
		.interval = interval,
		.rate = {volume.nl_per_day * SECONDS_PER_DAY / duration.s},
	};
	return PUMP_OK;
}

static void sum_up(struct schedule *s)
{
	int64_t sum = 0;

	for (size_t i = 0; i < s->count; i++) {
		int64_t end = i + 1 < s->count ? s->segments[i + 1].minute : MINUTES_PER_WEEK;

		s->segments[i].before = sum;
		sum += s->segments[i].rate.nl_per_day * (end - s->segments[i].minute);
	}
	s->week = sum;
}

enum pump_err schedule_make(const struct program *program, const struct pump_limits *model,
			    struct schedule *out)
{
	const struct program_periodic *periodic = &program->periodic;
	const struct program_patient_bolus *patient = &program->patient;
	enum pump_err err;

	if (!program_is_valid(program))
		return PUMP_ERANGE;
	out->count = 0;
	out->periodic = out->patient = (struct schedule_burst){.volume = {0}};
	out->patient_most = 0;
	err = add_base(program, model, out);
	if (err == PUMP_OK && program->mode == PROGRAM_PERIODIC)
		err = make_burst(program, periodic->dose, periodic->duration, periodic->interval,
				 &out->periodic);
	if (err == PUMP_OK && patient->present) {
		err = make_burst(program, patient->dose, patient->duration, patient->lockout,
				 &out->patient);
		out->patient_most = patient->most;
	}
	if (err == PUMP_OK)
		sum_up(out);
	return err;
}

static size_t segment_at(const struct schedule *s, int64_t minute)
{
	size_t i = 0;

	while (i + 1 < s->count && s->segments[i + 1].minute <= minute)
		i++;
	return i;
}

struct volume_rate schedule_rate_at(const struct schedule *s, int64_t minute)
{
	return s->segments[segment_at(s, minute)].rate;
}

int64_t schedule_minutes_left(const struct schedule *s, int64_t minute)
{
	size_t i = segment_at(s, minute);

	return (i + 1 < s->count ? s->segments[i + 1].minute : MINUTES_PER_WEEK) - minute;
}

struct volume_rate schedule_least_rate(const struct schedule *s)
{
	struct volume_rate least = s->segments[0].rate;

	for (size_t i = 1; i < s->count; i++)
		if (s->segments[i].rate.nl_per_day < least.nl_per_day)
			least = s->segments[i].rate;
	return least;
}

struct volume_rate schedule_greatest_rate(const struct schedule *s)
{
	struct volume_rate greatest = s->segments[0].rate;

	for (size_t i = 1; i < s->count; i++)
		if (s->segments[i].rate.nl_per_day > greatest.nl_per_day)
			greatest = s->segments[i].rate;
	return greatest;
}

struct volume_rate schedule_peak_rate(const struct schedule *s)
{
	return (struct volume_rate){schedule_greatest_rate(s).nl_per_day +
				    s->periodic.rate.nl_per_day + s->patient.rate.nl_per_day};
}

struct volume_rate schedule_mean_rate(const struct schedule *s, enum rounding rounding)
{
	int64_t rate = divide(s->week, MINUTES_PER_WEEK, rounding);

	if (s->periodic.volume.nl > 0)
		rate += divide(s->periodic.volume.nl * SECONDS_PER_DAY, s->periodic.interval.s,
			       rounding);
	return (struct volume_rate){rate};
}

/* Sum of rate * minutes from Monday 00:00 on, for 0..2 weeks. */
static int64_t base_until(const struct schedule *s, int64_t minute)
{
	int64_t weeks = minute / MINUTES_PER_WEEK, rest = minute % MINUTES_PER_WEEK;
	const struct schedule_segment *segment = &s->segments[segment_at(s, rest)];

	return weeks * s->week + segment->before +
	       segment->rate.nl_per_day * (rest - segment->minute);
}

static int64_t base_between(const struct schedule *s, int64_t from, int64_t minutes)
{
	return base_until(s, from + minutes) - base_until(s, from);
}

/* Volume of bursts, one every interval, in the window that catches the most of them. */
static int64_t bursts_most(const struct schedule_burst *burst, int64_t seconds)
{
	int64_t whole, part;

	if (burst->volume.nl == 0)
		return 0;
	whole = seconds / burst->interval.s;
	part = seconds % burst->interval.s;
	if (part > burst->duration.s)
		part = burst->duration.s;
	return whole * burst->volume.nl +
	       divide(burst->volume.nl * part, burst->duration.s, ROUND_UP);
}

static int64_t bursts_least(const struct schedule_burst *burst, int64_t seconds)
{
	return burst->volume.nl == 0 ? 0 : seconds / burst->interval.s * burst->volume.nl;
}

struct volume schedule_greatest(const struct schedule *s, int64_t minutes)
{
	int64_t greatest = 0;

	/* The sum over a window is greatest where the window begins or ends with a segment. */
	for (size_t i = 0; i < s->count; i++) {
		int64_t from = s->segments[i].minute;
		int64_t back = (from + MINUTES_PER_WEEK - minutes) % MINUTES_PER_WEEK;
		int64_t ahead_sum = base_between(s, from, minutes);
		int64_t back_sum = base_between(s, back, minutes);

		if (ahead_sum > greatest)
			greatest = ahead_sum;
		if (back_sum > greatest)
			greatest = back_sum;
	}
	return (struct volume){divide(greatest, MINUTES_PER_DAY, ROUND_UP) +
			       bursts_most(&s->periodic, minutes * 60)};
}

struct volume schedule_day(const struct schedule *s, size_t weekday)
{
	int64_t sum = base_between(s, (int64_t)weekday * MINUTES_PER_DAY, MINUTES_PER_DAY);

	return (struct volume){divide(sum, MINUTES_PER_DAY, ROUND_UP) +
			       bursts_most(&s->periodic, SECONDS_PER_DAY)};
}

struct volume schedule_volume(const struct schedule *s, int64_t minute, int64_t days,
			      bool boluses, enum rounding rounding)
{
	int64_t base = days / WEEKDAYS * s->week +
		       base_between(s, minute, days % WEEKDAYS * MINUTES_PER_DAY);
	int64_t volume = divide(base, MINUTES_PER_DAY, rounding);

	if (rounding == ROUND_UP)
		volume += bursts_most(&s->periodic, days * SECONDS_PER_DAY);
	else
		volume += bursts_least(&s->periodic, days * SECONDS_PER_DAY);
	if (boluses)
		volume += days * schedule_boluses(s, (struct duration){SECONDS_PER_DAY}) *
			  s->patient.volume.nl;
	return (struct volume){volume};
}

int64_t schedule_boluses(const struct schedule *s, struct duration window)
{
	int64_t fit;

	if (s->patient_most == 0)
		return 0;
	fit = divide(window.s, s->patient.interval.s, ROUND_UP);
	return fit < s->patient_most ? fit : s->patient_most;
}

int64_t schedule_doses(const struct schedule *s, struct duration window)
{
	return s->periodic.volume.nl == 0 ? 0 : divide(window.s, s->periodic.interval.s, ROUND_UP);
}

size_t schedule_strokes(const struct schedule *s, struct volume stroke,
			int64_t strokes[SCHEDULE_SEGMENTS_MAX])
{
	const int64_t whole = stroke.nl * MINUTES_PER_DAY;
	size_t without = 0;

	for (size_t i = 0; i < s->count; i++) {
		int64_t from = s->segments[i].before;
		int64_t until = i + 1 < s->count ? s->segments[i + 1].before : s->week;

		strokes[i] = until / whole - from / whole;
		if (strokes[i] == 0 && s->segments[i].rate.nl_per_day > 0)
			without++;
	}
	return without;
}

struct volume schedule_achievable(struct volume volume, struct volume stroke)
{
	return (struct volume){volume.nl - volume.nl % stroke.nl};
}
