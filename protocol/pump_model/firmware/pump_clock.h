/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump_clock - the calendar time that the firmware believes it is. It leads flex through its steps
 * and dates what is shown; lockouts, counts and periodic doses run on therapy time instead.
 */
#ifndef PUMPCTL_PUMP_CLOCK_H
#define PUMPCTL_PUMP_CLOCK_H

#include "pump.h"

/* s since 1970-01-01 UTC. */
int64_t pump_clock_now(const struct pump *p);
/* Second of the local week from Monday 00:00 on. */
uint32_t pump_clock_local_second(const struct pump *p);

/* True if a clock order names a zone that exists and ticks that were. */
bool pump_clock_is_good(const struct pump *p, const struct read_change *change);
/* What the clock says now by a good clock order: it was right at its ticks. */
int64_t pump_clock_ordered(const struct pump *p, const struct read_change *change);
/*
 * Base volume (nL) of the flex steps between the local times before and after a good clock order:
 * above 0 they are repeated, below 0 skipped. 0 where no flex program runs.
 */
int64_t pump_clock_moves_nl(const struct pump *p, const struct read_change *change);

#endif
