/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "schedule.h"

/*@ requires -INT64_MAX <= sum < INT64_MAX && 1 <= divisor <= DIVISOR_MAX;
    assigns \nothing;
    ensures 0 <= sum ==> quotient(\result, sum, divisor, rounding);
    ensures rounding == ROUND_UP ==> sum <= \result * divisor;
    ensures 0 <= sum ==> \result <= sum;
    ensures sum < 0 ==> sum <= \result <= 0; */
static int64_t divide(int64_t sum, int64_t divisor, enum rounding rounding)
{
	//@ assert sum == (sum / divisor) * divisor + sum % divisor;
	return sum / divisor + (rounding == ROUND_UP && sum % divisor > 0 ? 1 : 0);
}

/* What a rate adds to a sum of rate * minutes from one minute of the week until another. */
/*@ requires 0 <= rate <= SCHEDULE_MAX && 0 <= begun <= minute <= MINUTES_PER_WEEK;
    requires 0 <= before <= SCHEDULE_MAX * begun;
    assigns \nothing;
    ensures \result == before + rate * (minute - begun);
    ensures before <= \result <= SCHEDULE_MAX * minute; */
static int64_t sum_at(int64_t before, int64_t rate, int64_t begun, int64_t minute)
{
	//@ assert 0 <= rate * (minute - begun) <= SCHEDULE_MAX * (minute - begun);
	return before + rate * (minute - begun);
}

/*@ requires 0 <= week <= SCHEDULE_MAX * MINUTES_PER_WEEK && 0 <= weeks <= SCHEDULE_DAYS_MAX / WEEKDAYS;
    assigns \nothing;
    ensures \result == weeks * week;
    ensures 0 <= \result <= weeks * (SCHEDULE_MAX * MINUTES_PER_WEEK); */
static int64_t sum_of_weeks(int64_t week, int64_t weeks)
{
	//@ assert 0 <= weeks * week <= weeks * (SCHEDULE_MAX * MINUTES_PER_WEEK);
	return weeks * week;
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

		s->before[i] = sum;
		sum = sum_at(sum, s->segments[i].rate.nl_per_day, s->segments[i].minute, end);
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

/*@ requires \valid_read(s) && rates_hold(s) && 0 <= minute < MINUTES_PER_WEEK;
    assigns \nothing;
    ensures in_segment(s, \result, minute); */
static size_t segment_at(const struct schedule *s, int64_t minute)
{
	size_t i = 0;

	/*@ loop invariant 0 <= i < s->count && s->segments[i].minute <= minute;
	    loop assigns i;
	    loop variant s->count - i; */
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
/*@ requires \valid_read(s) && schedule_holds(s) && 0 <= minute <= 2 * MINUTES_PER_WEEK;
    assigns \nothing;
    ensures is_sum(s, minute, \result);
    ensures 0 <= \result <= 3 * SCHEDULE_MAX * MINUTES_PER_WEEK; */
static int64_t base_until(const struct schedule *s, int64_t minute)
{
	int64_t rest = minute % MINUTES_PER_WEEK;
	size_t i = segment_at(s, rest);

	return sum_of_weeks(s->week, minute / MINUTES_PER_WEEK) +
	       sum_at(s->before[i], s->segments[i].rate.nl_per_day, s->segments[i].minute, rest);
}

/*@ requires \valid_read(s) && schedule_holds(s) && 0 <= from < MINUTES_PER_WEEK;
    requires 0 <= minutes <= MINUTES_PER_WEEK;
    assigns \nothing;
    ensures is_window(s, from, minutes, \result);
    ensures -3 * SCHEDULE_MAX * MINUTES_PER_WEEK <= \result <= 3 * SCHEDULE_MAX * MINUTES_PER_WEEK; */
static int64_t base_between(const struct schedule *s, int64_t from, int64_t minutes)
{
	return base_until(s, from + minutes) - base_until(s, from);
}

/*@ requires 0 <= volume <= SCHEDULE_MAX && 0 <= times <= SCHEDULE_DAYS_MAX * 1440;
    assigns \nothing;
    ensures \result == times * volume;
    ensures 0 <= \result <= times * SCHEDULE_MAX; */
static int64_t repeat(int64_t volume, int64_t times)
{
	//@ assert 0 <= times * volume <= times * SCHEDULE_MAX;
	return times * volume;
}

/*@ requires 0 <= volume <= SCHEDULE_MAX && 0 <= a_day <= PATIENT_MOST_GREATEST;
    requires 0 <= days <= SCHEDULE_DAYS_MAX;
    assigns \nothing;
    ensures \result == days * (a_day * volume);
    ensures 0 <= \result <= days * (PATIENT_MOST_GREATEST * SCHEDULE_MAX); */
static int64_t boluses_of(int64_t volume, int64_t a_day, int64_t days)
{
	//@ assert 0 <= a_day * volume <= PATIENT_MOST_GREATEST * SCHEDULE_MAX;
	//@ assert 0 <= days * (a_day * volume) <= days * (PATIENT_MOST_GREATEST * SCHEDULE_MAX);
	return days * (a_day * volume);
}

/* The part of a burst that part of its duration delivers, rounded up. */
/*@ requires 0 <= volume <= SCHEDULE_MAX && 0 <= part <= duration && 60 <= duration <= 7 * SECONDS_PER_DAY;
    assigns \nothing;
    ensures quotient(\result, volume * part, duration, ROUND_UP);
    ensures 0 <= \result <= volume; */
static int64_t share_of_burst(int64_t volume, int64_t part, int64_t duration)
{
	//@ assert 0 <= volume * part <= volume * duration <= SCHEDULE_MAX * duration;
	return divide(volume * part, duration, ROUND_UP);
}

/* Volume of bursts, one every interval, in the window that catches the most of them. */
/*@ requires \valid_read(burst) && burst_holds(*burst);
    requires 0 <= seconds <= SCHEDULE_DAYS_MAX * SECONDS_PER_DAY;
    assigns \nothing;
    ensures burst->volume.nl == 0 ==> \result == 0;
    ensures burst->volume.nl > 0 ==> 0 <= \result - seconds / burst->interval.s * burst->volume.nl
                                       <= burst->volume.nl;
    ensures 0 <= \result <= (SCHEDULE_DAYS_MAX * 1440 + 1) * SCHEDULE_MAX; */
static int64_t bursts_most(const struct schedule_burst *burst, int64_t seconds)
{
	int64_t whole, part;

	if (burst->volume.nl == 0)
		return 0;
	whole = seconds / burst->interval.s;
	part = seconds % burst->interval.s;
	if (part > burst->duration.s)
		part = burst->duration.s;
	//@ assert 0 <= whole <= seconds / 60;
	return repeat(burst->volume.nl, whole) +
	       share_of_burst(burst->volume.nl, part, burst->duration.s);
}

/*@ requires \valid_read(burst) && burst_holds(*burst);
    requires 0 <= seconds <= SCHEDULE_DAYS_MAX * SECONDS_PER_DAY;
    assigns \nothing;
    ensures burst->volume.nl == 0 ==> \result == 0;
    ensures burst->volume.nl > 0 ==> \result == seconds / burst->interval.s * burst->volume.nl;
    ensures 0 <= \result <= SCHEDULE_DAYS_MAX * 1440 * SCHEDULE_MAX; */
static int64_t bursts_least(const struct schedule_burst *burst, int64_t seconds)
{
	if (burst->volume.nl == 0)
		return 0;
	//@ assert 0 <= seconds / burst->interval.s <= seconds / 60;
	return repeat(burst->volume.nl, seconds / burst->interval.s);
}

struct volume schedule_greatest(const struct schedule *s, int64_t minutes)
{
	int64_t greatest = 0, volume;

	/* The sum over a window is greatest where the window begins or ends with a segment. */
	/*@ loop invariant 0 <= i <= s->count && 0 <= greatest <= 3 * SCHEDULE_MAX * MINUTES_PER_WEEK;
	    loop assigns i, greatest;
	    loop variant s->count - i; */
	for (size_t i = 0; i < s->count; i++) {
		int64_t from = s->segments[i].minute;
		int64_t back = (from + MINUTES_PER_WEEK - minutes) % MINUTES_PER_WEEK;
		int64_t ahead_sum = base_between(s, from, minutes);
		int64_t back_sum = base_between(s, back, minutes);

		if (ahead_sum > greatest)
			greatest = ahead_sum;
		if (back_sum > greatest)
			greatest = back_sum;
		//@ assert is_window(s, s->segments[i].minute, minutes, ahead_sum) && ahead_sum <= greatest;
	}
	volume = divide(greatest, MINUTES_PER_DAY, ROUND_UP);
	//@ assert greatest <= volume * MINUTES_PER_DAY;
	return (struct volume){volume + bursts_most(&s->periodic, minutes * 60)};
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
	int64_t base = sum_of_weeks(s->week, days / WEEKDAYS) +
		       base_between(s, minute, days % WEEKDAYS * MINUTES_PER_DAY);
	int64_t volume = divide(base, MINUTES_PER_DAY, rounding);

	if (rounding == ROUND_UP)
		volume += bursts_most(&s->periodic, days * SECONDS_PER_DAY);
	else
		volume += bursts_least(&s->periodic, days * SECONDS_PER_DAY);
	if (boluses)
		volume += boluses_of(s->patient.volume.nl,
				     schedule_boluses(s, (struct duration){SECONDS_PER_DAY}), days);
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
		int64_t from = s->before[i];
		int64_t until = i + 1 < s->count ? s->before[i + 1] : s->week;

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
