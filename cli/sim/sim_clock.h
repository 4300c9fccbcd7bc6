/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sim_clock - therapy time of a virtual pump: what was reached before, plus elapsed time times
 * speed, plus what was advanced by hand. Sessions, stage and expiry do not use it; they run on
 * unscaled milliseconds.
 */
#ifndef PUMPSIM_SIM_CLOCK_H
#define PUMPSIM_SIM_CLOCK_H

#include <stdint.h>

#define SIM_CLOCK_SPEED_MAX   1000000 /* therapy seconds in one second */
/* Longest time that can be reached: 1,000 years. Leaves every product below far from overflow. */
#define SIM_CLOCK_THERAPY_MAX UINT64_C(31557600000)

struct sim_clock {
	uint64_t therapy_ms; /* at since_ms */
	uint64_t since_ms;   /* unscaled */
	uint32_t speed;
};

/* therapy_s: reached so far. speed: 1..SIM_CLOCK_SPEED_MAX. now_ms: unscaled, never goes back. */
void sim_clock_start(struct sim_clock *clock, uint64_t therapy_s, uint32_t speed, uint64_t now_ms);
/* Therapy time now, whole seconds, rounded down; at most SIM_CLOCK_THERAPY_MAX. */
uint64_t sim_clock_therapy_s(const struct sim_clock *clock, uint64_t now_ms);
/* From now on at another speed; nothing jumps. */
void sim_clock_set_speed(struct sim_clock *clock, uint32_t speed, uint64_t now_ms);
/* Jumps ahead by seconds. */
void sim_clock_advance(struct sim_clock *clock, uint64_t seconds, uint64_t now_ms);

#endif
