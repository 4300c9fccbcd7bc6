/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim_clock.h"

#define MS_PER_S       1000
#define THERAPY_MAX_MS (SIM_CLOCK_THERAPY_MAX * MS_PER_S)

static uint64_t therapy_ms(const struct sim_clock *clock, uint64_t now_ms)
{
	uint64_t elapsed = now_ms - clock->since_ms;
	uint64_t room = THERAPY_MAX_MS - clock->therapy_ms;
	if (elapsed > room / clock->speed)
		return THERAPY_MAX_MS;
	return clock->therapy_ms + elapsed * clock->speed;
}

static void settle(struct sim_clock *clock, uint64_t now_ms)
{
	clock->therapy_ms = therapy_ms(clock, now_ms);
	clock->since_ms = now_ms;
}

void sim_clock_start(struct sim_clock *clock, uint64_t therapy_s, uint32_t speed, uint64_t now_ms)
{
	if (therapy_s > SIM_CLOCK_THERAPY_MAX)
		therapy_s = SIM_CLOCK_THERAPY_MAX;
	clock->therapy_ms = therapy_s * MS_PER_S;
	clock->since_ms = now_ms;
	clock->speed = speed;
}

uint64_t sim_clock_therapy_s(const struct sim_clock *clock, uint64_t now_ms)
{
	return therapy_ms(clock, now_ms) / MS_PER_S;
}

void sim_clock_set_speed(struct sim_clock *clock, uint32_t speed, uint64_t now_ms)
{
	settle(clock, now_ms);
	clock->speed = speed;
}

void sim_clock_advance(struct sim_clock *clock, uint64_t seconds, uint64_t now_ms)
{
	settle(clock, now_ms);
	uint64_t room = THERAPY_MAX_MS - clock->therapy_ms;
	clock->therapy_ms += seconds > room / MS_PER_S ? room : seconds * MS_PER_S;
}
