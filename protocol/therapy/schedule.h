/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * schedule - a program as volumes over a week: pure functions, integers, every loop bounded.
 *
 * The base of a schedule is a list of rates over the minutes of a week that begins on Monday at
 * 00:00; together they cover it without gap or overlap. On it come bursts: periodic doses, one
 * every interval, whose phase is not known here, and patient boluses. Whatever is compared with a
 * maximum is the greatest over every phase and rounds up; a mean and a rate round down. So the pump
 * never delivers more than a total says.
 *
 * Rates and volumes above SCHEDULE_MAX, far beyond any pump, are refused by schedule_make; no
 * later sum overflows.
 */
#ifndef PUMPCTL_SCHEDULE_H
#define PUMPCTL_SCHEDULE_H

#include "program.h"

#define SCHEDULE_SEGMENTS_MAX (WEEKDAYS * FLEX_STEPS_MAX)
#define SCHEDULE_MAX          INT64_C(1000000000000) /* nL, nL/day: 1,000 L */
#define SCHEDULE_DAYS_MAX     3660                   /* of schedule_volume */

struct schedule_segment {
	int64_t minute; /* of the week; it ends where the next one begins */
	struct volume_rate rate;
};

/* So much volume in duration, again after interval at the earliest. volume 0: none. */
struct schedule_burst {
	struct volume volume;
	struct duration duration, interval;
	struct volume_rate rate; /* floor(volume / duration) */
};

struct schedule {
	size_t count; /* 1..SCHEDULE_SEGMENTS_MAX */
	struct schedule_segment segments[SCHEDULE_SEGMENTS_MAX];
	int64_t before[SCHEDULE_SEGMENTS_MAX]; /* sum of rate * minutes from Monday 00:00 until each */
	int64_t week;                          /* the same over the week */
	struct schedule_burst periodic;
	struct schedule_burst patient; /* interval: the lockout */
	int64_t patient_most;          /* in any 24 h */
};

/*
 * What schedule_make makes and the contracts below start from. rates_hold: the segments of a week
 * follow one another and their rates are bounded; sums_hold: so are the sums; burst_holds: a burst
 * ends before it comes again. base_at, is_sum, is_window: sums of rate * minutes within segment i,
 * from Monday on, and over a window.
 */
/*@ predicate rates_hold(struct schedule *s) =
      1 <= s->count <= SCHEDULE_SEGMENTS_MAX && s->segments[0].minute == 0 &&
      (\forall integer i; 0 <= i < s->count ==>
         0 <= s->segments[i].minute < MINUTES_PER_WEEK &&
         0 <= s->segments[i].rate.nl_per_day <= SCHEDULE_MAX) &&
      (\forall integer i; 0 < i < s->count ==> s->segments[i - 1].minute < s->segments[i].minute);
    logic integer base_at(struct schedule *s, integer i, integer minute) =
      s->before[i] + s->segments[i].rate.nl_per_day * (minute - s->segments[i].minute);
    predicate sums_hold(struct schedule *s) =
      s->before[0] == 0 &&
      (\forall integer i; 0 <= i < s->count ==>
         0 <= s->before[i] <= SCHEDULE_MAX * s->segments[i].minute) &&
      0 <= s->week <= SCHEDULE_MAX * MINUTES_PER_WEEK;
    predicate burst_holds(struct schedule_burst burst) =
      0 <= burst.volume.nl <= SCHEDULE_MAX &&
      (burst.volume.nl > 0 ==> 60 <= burst.duration.s <= burst.interval.s <= 7 * SECONDS_PER_DAY);
    predicate schedule_holds(struct schedule *s) =
      rates_hold(s) && sums_hold(s) && burst_holds(s->periodic) && burst_holds(s->patient) &&
      0 <= s->patient_most <= PATIENT_MOST_GREATEST &&
      (s->patient_most > 0 ==> 60 <= s->patient.interval.s <= SECONDS_PER_DAY);
    predicate in_segment(struct schedule *s, integer i, integer minute) =
      0 <= i < s->count && s->segments[i].minute <= minute &&
      (i + 1 < s->count ==> minute < s->segments[i + 1].minute);
    predicate is_sum(struct schedule *s, integer minute, integer sum) =
      \exists integer i; in_segment(s, i, minute % MINUTES_PER_WEEK) &&
        sum == minute / MINUTES_PER_WEEK * s->week + base_at(s, i, minute % MINUTES_PER_WEEK);
    predicate is_window(struct schedule *s, integer from, integer minutes, integer sum) =
      \exists integer a, integer b; is_sum(s, from, a) && is_sum(s, from + minutes, b) && sum == b - a; */

/* Errors as program_totals; *out is untouched then. */
enum pump_err schedule_make(const struct program *program, const struct pump_limits *model,
			    struct schedule *out) PUMP_CHECKED;

/* Base rate at a minute of the week, 0..MINUTES_PER_WEEK - 1. */
struct volume_rate schedule_rate_at(const struct schedule *s, int64_t minute);
/* Minutes from that minute until the base rate next may change, at least 1. */
int64_t schedule_minutes_left(const struct schedule *s, int64_t minute);
struct volume_rate schedule_least_rate(const struct schedule *s);
/* Greatest base rate, alone. */
struct volume_rate schedule_greatest_rate(const struct schedule *s);
/* Greatest base rate with a periodic dose and a patient bolus at the same time. */
struct volume_rate schedule_peak_rate(const struct schedule *s);
/* Of base and periodic doses over the real week. */
/*@ requires \valid_read(s) && schedule_holds(s);
    assigns \nothing;
    ensures s->periodic.volume.nl == 0 ==>
              quotient(\result.nl_per_day, s->week, MINUTES_PER_WEEK, rounding);
    ensures 0 <= \result.nl_per_day; */
struct volume_rate schedule_mean_rate(const struct schedule *s, enum rounding rounding);

/* Greatest scheduled volume in any window of 1..MINUTES_PER_WEEK minutes, rounded up. */
/*@ requires \valid_read(s) && schedule_holds(s) && 1 <= minutes <= MINUTES_PER_WEEK;
    assigns \nothing;
    ensures 0 <= \result.nl; */
struct volume schedule_greatest(const struct schedule *s, int64_t minutes);
/* Volume of base and periodic doses on one weekday (0: Monday), rounded up. */
/*@ requires \valid_read(s) && schedule_holds(s) && weekday < WEEKDAYS;
    assigns \nothing;
    ensures \exists integer sum; is_window(s, weekday * MINUTES_PER_DAY, MINUTES_PER_DAY, sum) &&
              sum <= \result.nl * MINUTES_PER_DAY; */
struct volume schedule_day(const struct schedule *s, size_t weekday);
/*
 * Volume in so many whole days (0..SCHEDULE_DAYS_MAX) from a minute of the week on. With
 * ROUND_UP periodic doses count as in the worst phase, with ROUND_DOWN as in the best one; with
 * boluses as many patient boluses come on top as the patient can get.
 */
/*@ requires \valid_read(s) && schedule_holds(s) && 0 <= minute < MINUTES_PER_WEEK;
    requires 0 <= days <= SCHEDULE_DAYS_MAX;
    assigns \nothing;
    ensures rounding == ROUND_UP ==> \exists integer sum;
              is_window(s, minute, days % WEEKDAYS * MINUTES_PER_DAY, sum) &&
              days / WEEKDAYS * s->week + sum <= \result.nl * MINUTES_PER_DAY; */
struct volume schedule_volume(const struct schedule *s, int64_t minute, int64_t days,
			      bool boluses, enum rounding rounding);
/* Patient boluses that can begin in any window of so many seconds, at most a day:
 * min(most, ceil(seconds / lockout)). */
/*@ requires \valid_read(s) && schedule_holds(s) && 0 <= window.s <= SECONDS_PER_DAY;
    assigns \nothing;
    ensures 0 <= \result <= s->patient_most;
    ensures 0 < \result < s->patient_most ==>
              quotient(\result, window.s, s->patient.interval.s, ROUND_UP); */
int64_t schedule_boluses(const struct schedule *s, struct duration window);
/* Periodic doses that can begin in any window: ceil(seconds / interval); 0 without any. */
/*@ requires \valid_read(s) && schedule_holds(s) && 0 <= window.s <= SCHEDULE_DAYS_MAX * SECONDS_PER_DAY;
    assigns \nothing;
    ensures s->periodic.volume.nl == 0 ==> \result == 0;
    ensures s->periodic.volume.nl > 0 ==>
              quotient(\result, window.s, s->periodic.interval.s, ROUND_UP); */
int64_t schedule_doses(const struct schedule *s, struct duration window);

/*
 * Whole strokes in each segment, from Monday 00:00 on with nothing carried in; what is left of a
 * stroke carries over to the next segment. stroke: at least 1 nL. Returns the number of segments that
 * deliver something and get no whole stroke.
 */
size_t schedule_strokes(const struct schedule *s, struct volume stroke,
			int64_t strokes[SCHEDULE_SEGMENTS_MAX]);
/* The part of a volume that whole strokes deliver. */
/*@ requires 0 <= volume.nl && 1 <= stroke.nl;
    assigns \nothing;
    ensures volume.nl - stroke.nl < \result.nl <= volume.nl && \result.nl % stroke.nl == 0; */
struct volume schedule_achievable(struct volume volume, struct volume stroke);

#endif
