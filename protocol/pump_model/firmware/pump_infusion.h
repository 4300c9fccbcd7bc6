/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump_infusion - what the firmware believes it delivers. It integrates the commanded rate over
 * therapy time in whole strokes with exact remainders, also where the rate changes, writes a delivery record every hour and raises alarms at
 * the exact second, so that one long step and many short ones give the same bytes.
 */
#ifndef PUMPCTL_PUMP_INFUSION_H
#define PUMPCTL_PUMP_INFUSION_H

#include "pump.h"

#define PUMP_HOUR_S UINT64_C(3600)
#define PUMP_DAY_S  UINT64_C(86400)

/*
 * Reads core's image into *program, which holds the one before, or nothing; no rate is commanded yet. False: it is not
 * readable; *program untouched.
 */
bool pump_infusion_understand(const struct pump_core *core, const struct pump_model_limits *limits,
			      struct pump_program *program);
/* Rate of a therapy state, given the mean rate of the image (if any). nL/day. */
uint64_t pump_infusion_rate(const struct pump_model_limits *limits, uint8_t therapy,
			    uint64_t image_rate_nl_per_day);
/* Commands what p->memory means from now on. */
void pump_infusion_command(struct pump *p);

/* What the firmware believes to be in the reservoir, nL. */
uint64_t pump_infusion_reservoir(const struct pump *p);

/*
 * One step towards the therapy time that was told: an alarm record, a delivery record (both
 * start a write) or the time until the next of them. False: nothing is left to do.
 */
bool pump_infusion_step(struct pump *p);

#endif
