/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump_limits - the firmware's own table of what each (fictional) model can do. It is written
 * apart from the programmer's table on purpose: neither can be wrong alone.
 */
#ifndef PUMPCTL_PUMP_LIMITS_H
#define PUMPCTL_PUMP_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

struct pump_model_limits {
	const char *model;
	uint64_t reservoir_nl;
	uint64_t residual_nl; /* below it nothing flows */
	uint64_t least_nl_per_day, greatest_nl_per_day;
	uint64_t minimum_nl_per_day; /* of the minimum-rate mode */
};

/* By model name; NULL if there is no such model. */
const struct pump_model_limits *pump_limits_of(const char *model);
/* True if the model can run this rate and can watch for this low reservoir volume. */
bool pump_limits_allow(const struct pump_model_limits *limits, uint64_t rate_nl_per_day,
		       uint64_t low_alarm_nl);

#endif
