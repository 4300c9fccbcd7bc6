/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pump_flow - the rate that the firmware commands at a moment, and how long it stands. */
#ifndef PUMPCTL_PUMP_FLOW_H
#define PUMPCTL_PUMP_FLOW_H

#include "pump.h"

struct pump_flow {
	uint64_t nl_per_day;
	uint64_t until_s; /* therapy time at which it may change by itself; UINT64_MAX: never */
};

/*
 * At the therapy time that infusion has reached: by therapy state, bridge, base at the local minute,
 * periodic dose and bolus. What volumes bring (a bridge that ends) is not in until_s.
 */
void pump_flow_now(const struct pump *p, struct pump_flow *out);

/* A bolus or periodic dose on top of the base. */
struct pump_burst {
	uint8_t kind; /* enum bolus_kind */
	uint64_t nl_per_day, left_s;
};
/* The one that runs now, a bolus before a periodic dose. False: none. */
bool pump_flow_burst(const struct pump *p, struct pump_burst *out);

#endif
