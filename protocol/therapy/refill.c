/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "refill.h"

#include "path_ahead.h"

/* One product of two 64-bit values fits without a check. */
__extension__ typedef __int128 wide;

#define RATIO_SCALE 10000

/* No remainders are taken in this file: quotient and remainder of one division in 128 bits would
 * need one more of the compiler's own routines. */
static bool divides(wide value, wide divisor)
{
	return value / divisor * divisor == value;
}

static wide divide_up(wide value, wide divisor)
{
	return value / divisor + (divides(value, divisor) ? 0 : 1);
}

static bool is_valid(const struct refill_use *use)
{
	if (use->span_count > REFILL_SPANS_MAX || use->other.nl < 0 || use->patient_bolus.nl < 0 ||
	    use->patient_least < 0 || use->patient_greatest < use->patient_least)
		return false;
	for (size_t i = 0; i < use->span_count; i++)
		if (use->spans[i].rate.nl_per_day < 0 || use->spans[i].time.s < 0)
			return false;
	return true;
}

/* What the spans delivered, rounded up, and what came in boluses. */
static bool add_up(wide infused, const struct refill_use *use, int64_t boluses, int64_t *nl)
{
	wide sum = divide_up(infused, SECONDS_PER_DAY) + use->other.nl;

	if (__builtin_add_overflow(sum, (wide)use->patient_bolus.nl * boluses, &sum) ||
	    sum > INT64_MAX)
		return false;
	*nl = (int64_t)sum;
	return true;
}

enum pump_err refill_expect(struct volume filled, const struct refill_use *use,
			    struct refill_expectation *out)
{
	wide recorded = 0, all = 0;
	int64_t least, greatest;

	if (filled.nl < 0 || !is_valid(use))
		return PUMP_ERANGE;
	for (size_t i = 0; i < use->span_count; i++) {
		const struct refill_span *span = &use->spans[i];
		wide product = (wide)span->rate.nl_per_day * span->time.s;

		if (__builtin_add_overflow(all, product, &all))
			return PUMP_ERANGE;
		recorded += span->is_recorded ? product : 0;
	}
	if (!add_up(recorded, use, use->patient_least, &least) ||
	    !add_up(all, use, use->patient_greatest, &greatest))
		return PUMP_ERANGE;
	*out = (struct refill_expectation){
		.delivered_least = {least},
		.delivered_greatest = {greatest},
		.residual_least = {greatest < filled.nl ? filled.nl - greatest : 0},
		.residual_greatest = {least < filled.nl ? filled.nl - least : 0},
		.is_exact = divides(recorded, SECONDS_PER_DAY) && divides(all, SECONDS_PER_DAY),
		.ran_empty = greatest > filled.nl,
	};
	return PUMP_OK;
}

enum pump_err refill_compare(struct volume filled, const struct refill_expectation *expected,
			     struct volume found, struct refill_comparison *out)
{
	int64_t reference = found.nl, delivered, gone;
	wide twice, ratio;

	if (filled.nl < 0 || found.nl < 0 || expected->residual_least.nl < 0 ||
	    expected->residual_greatest.nl < expected->residual_least.nl ||
	    expected->residual_greatest.nl > filled.nl)
		return PUMP_ERANGE;
	if (reference < expected->residual_least.nl)
		reference = expected->residual_least.nl;
	if (reference > expected->residual_greatest.nl)
		reference = expected->residual_greatest.nl;
	delivered = filled.nl - reference;
	gone = filled.nl - found.nl;
	*out = (struct refill_comparison){
		.difference = {found.nl - reference},
		.band = {(int64_t)((wide)delivered * REFILL_BAND_PERMILLE / 1000)},
		.band_is_exact = divides((wide)delivered * REFILL_BAND_PERMILLE, 1000),
	};
	if (delivered < 1 || gone < 0)
		return PUMP_OK;
	twice = (wide)gone * RATIO_SCALE * 2 + delivered;
	ratio = twice / (2 * (wide)delivered);
	if (ratio > INT64_MAX)
		return PUMP_OK;
	out->has_ratio = true;
	out->ratio = (int64_t)ratio;
	out->ratio_is_exact = ratio * delivered == (wide)gone * RATIO_SCALE;
	return PUMP_OK;
}

int64_t refill_patient_boluses(int64_t allowed, struct duration lockout)
{
	int64_t fit;

	if (lockout.s < 1)
		return allowed;
	fit = (SECONDS_PER_DAY - 1) / lockout.s + 1;
	return fit < allowed ? fit : allowed;
}

enum pump_err refill_daily(struct volume_rate rate, struct volume patient_bolus, int64_t boluses,
			   struct volume *out)
{
	wide sum = (wide)patient_bolus.nl * boluses + rate.nl_per_day;

	if (rate.nl_per_day < 0 || patient_bolus.nl < 0 || boluses < 0 || sum > INT64_MAX)
		return PUMP_ERANGE;
	out->nl = (int64_t)sum;
	return PUMP_OK;
}

/* Whole days for which usable lasts when the pump delivers permille of its program. */
static int64_t days_for(const struct refill_plan *plan, int64_t usable, int64_t permille)
{
	wide left = (wide)usable * 1000, day[DAYS_PER_WEEK], week = 0;
	int64_t weeks, days;

	for (size_t i = 0; i < DAYS_PER_WEEK; i++) {
		size_t from = ((size_t)plan->first + i) % DAYS_PER_WEEK, to = (from + 1) % DAYS_PER_WEEK;
		int64_t greater = plan->daily[from].nl > plan->daily[to].nl ? plan->daily[from].nl
									   : plan->daily[to].nl;

		day[i] = (wide)greater * permille;
		week += day[i];
	}
	weeks = (int64_t)(left / week);
	days = weeks * DAYS_PER_WEEK;
	left -= weeks * week;
	for (size_t i = 0; i < DAYS_PER_WEEK && left >= day[i]; i++) {
		left -= day[i];
		days++;
	}
	return days;
}

static bool is_plan(const struct refill_plan *plan)
{
	wide week = 0;

	/* 7 * 1000 times the filling must fit the days' 64 bits. */
	if (plan->filled.nl < 0 || plan->filled.nl > INT64_MAX / 7000 || plan->alarm.nl < 0 ||
	    plan->bridge_extra.nl < 0 || plan->bridge_extra.nl > INT64_MAX / 7000 ||
	    plan->lead_days < 0 || (plan->has_residual && plan->residual.nl < 0) ||
	    (plan->has_expiry && plan->expiry_days < 0))
		return false;
	for (size_t i = 0; i < DAYS_PER_WEEK; i++) {
		if (plan->daily[i].nl < 0)
			return false;
		week += plan->daily[i].nl;
	}
	return week > 0;
}

static int64_t usable_above(const struct refill_plan *plan, struct volume level)
{
	int64_t usable = plan->filled.nl - plan->bridge_extra.nl;

	return usable > level.nl ? usable - level.nl : 0;
}

static struct volume bridge_extra(const struct program_bridge *bridge, const struct volume daily[DAYS_PER_WEEK])
{
	struct duration time;
	int64_t least = daily[0].nl;
	wide meanwhile;

	if (bridge->kind != BRIDGE_RUNS || path_time(bridge->volume, bridge->rate, &time) != PUMP_OK)
		return (struct volume){0};
	for (size_t i = 1; i < DAYS_PER_WEEK; i++)
		least = daily[i].nl < least ? daily[i].nl : least;
	meanwhile = (wide)least * time.s / SECONDS_PER_DAY;
	return (struct volume){meanwhile < bridge->volume.nl ? bridge->volume.nl - (int64_t)meanwhile : 0};
}

void refill_plan_days(struct refill_plan *plan, const struct schedule *schedule, const struct program_bridge *bridge)
{
	int64_t boluses = schedule_boluses(schedule, (struct duration){SECONDS_PER_DAY});

	for (size_t day = 0; day < DAYS_PER_WEEK; day++)
		plan->daily[day].nl = schedule_day(schedule, day).nl + boluses * schedule->patient.volume.nl;
	plan->bridge_extra = bridge ? bridge_extra(bridge, plan->daily) : (struct volume){0};
}

enum pump_err refill_schedule(const struct refill_plan *plan, struct refill_days *out)
{
	struct refill_days days = {0};

	if (!is_plan(plan))
		return PUMP_ERANGE;
	days.alarm = days_for(plan, usable_above(plan, plan->alarm), 1000);
	days.alarm_over = days_for(plan, usable_above(plan, plan->alarm), 1000 + REFILL_BAND_PERMILLE);
	if (plan->has_residual)
		days.empty = days_for(plan, usable_above(plan, plan->residual), 1000);
	days.refill = days.alarm > plan->lead_days ? days.alarm - plan->lead_days : 0;
	if (plan->has_expiry && plan->expiry_days < days.refill)
		days.refill = plan->expiry_days;
	*out = days;
	return PUMP_OK;
}
