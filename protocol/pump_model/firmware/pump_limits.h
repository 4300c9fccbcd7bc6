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
	uint32_t stroke_nl;          /* the motor moves whole strokes */
};

/* By model name; NULL if there is no such model. */
const struct pump_model_limits *pump_limits_of(const char *model);
struct pump_amounts;
struct read_image;
/*
 * True if the model can run an image that means these amounts: base within its rates, everything
 * together within the greatest one, a dose or bolus of at least one stroke, a bridge within
 * rates and reservoir, a low reservoir volume that it can watch for.
 */
bool pump_limits_allow(const struct pump_model_limits *limits, const struct read_image *image,
		       const struct pump_amounts *amounts);

#endif
