/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_clock.h"

#include "pump_amounts.h"
#include "pump_requests.h"

enum { MINUTE_S = 60, DAY_S = 86400, WEEK_S = 7 * DAY_S, THURSDAY = 3, ZONE_MAX_MIN = 14 * 60 };

int64_t pump_clock_now(const struct pump *p)
{
	const struct pump_core *core = &p->memory.core;

	/* Unsigned sums wrap; as a signed number the result is right for every clock that can be set. */
	return (int64_t)((uint64_t)core->utc_s + (p->counters.therapy_s - core->utc_at_s));
}

static uint32_t second_of_week(int64_t clock_s, int16_t zone_min)
{
	int64_t second = (clock_s % WEEK_S + zone_min * MINUTE_S + THURSDAY * DAY_S) % WEEK_S;

	return (uint32_t)(second < 0 ? second + WEEK_S : second);
}

uint32_t pump_clock_local_second(const struct pump *p)
{
	return second_of_week(pump_clock_now(p), p->memory.care.zone_min);
}

bool pump_clock_is_good(const struct pump *p, const struct read_change *change)
{
	return change->zone_min >= -ZONE_MAX_MIN && change->zone_min <= ZONE_MAX_MIN &&
	       change->clock_ticks_ms <= pump_requests_ticks(p);
}

int64_t pump_clock_ordered(const struct pump *p, const struct read_change *change)
{
	uint64_t late_s = (pump_requests_ticks(p) - change->clock_ticks_ms) / 1000;

	return (int64_t)((uint64_t)change->clock_s + late_s);
}

/* Base of the running image over so many seconds of the week, at most one week; nL times a day. */
static uint64_t base_over(const struct pump *p, uint32_t from_s, uint32_t seconds)
{
	uint64_t sum = 0, rate;

	while (seconds > 0) {
		uint32_t minute = from_s / MINUTE_S;
		uint32_t step = MINUTE_S - from_s % MINUTE_S;

		if (step > seconds)
			step = seconds;
		/* An active image has amounts: they were worked out when it became active. */
		if (pump_amounts_base(&p->program.image, p->limits, minute, &rate))
			sum += rate * step;
		from_s = (from_s + step) % WEEK_S;
		seconds -= step;
	}
	return sum;
}

/* nL from a second of the week on, rounded up; INT64_MAX where no number holds it. */
static int64_t volume_over(const struct pump *p, uint32_t from_s, uint64_t seconds)
{
	uint64_t weeks = seconds / WEEK_S, sum;

	if (__builtin_mul_overflow(base_over(p, 0, WEEK_S), weeks, &sum) ||
	    __builtin_add_overflow(sum, base_over(p, from_s, (uint32_t)(seconds % WEEK_S)), &sum))
		return INT64_MAX;
	return (int64_t)(sum / DAY_S + (sum % DAY_S > 0 ? 1 : 0));
}

int64_t pump_clock_moves_nl(const struct pump *p, const struct read_change *change)
{
	const struct pump_memory *memory = &p->memory;
	int64_t after_s = pump_clock_ordered(p, change);
	int64_t zone_s = (int64_t)(change->zone_min - memory->care.zone_min) * MINUTE_S;
	int64_t forward_s;

	if (memory->core.therapy != THERAPY_RUNNING || !p->program.present ||
	    p->program.image.mode != READ_MODE_FLEX)
		return 0;
	if (__builtin_sub_overflow(after_s, pump_clock_now(p), &forward_s) ||
	    __builtin_add_overflow(forward_s, zone_s, &forward_s))
		return after_s < 0 ? INT64_MAX : -INT64_MAX;
	if (forward_s >= 0)
		return -volume_over(p, pump_clock_local_second(p), (uint64_t)forward_s);
	return volume_over(p, second_of_week(after_s, change->zone_min), 0 - (uint64_t)forward_s);
}
