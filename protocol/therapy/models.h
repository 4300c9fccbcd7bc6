/* SPDX-License-Identifier: GPL-3.0-or-later */
/* models - what each (fictional) pump model can do: the one versioned table, models.def. */
#ifndef PUMPCTL_MODELS_H
#define PUMPCTL_MODELS_H

#include <stddef.h>

#include "quantity.h"

#define PUMP_MODELS_VERSION 1

struct pump_limits {
	const char *model;
	struct volume reservoir;      /* nominal capacity */
	struct volume residual;       /* cannot be delivered */
	struct volume_rate least;     /* smallest programmable rate */
	struct volume_rate greatest;  /* of everything together */
	struct volume_rate minimum;   /* the model's minimum-rate mode */
	struct volume stroke;         /* the motor moves whole strokes */
	struct volume tubing;         /* from the reservoir to the catheter's connector */
	int64_t accuracy_permille;    /* of the delivered volume, either way */
	int64_t battery_days;         /* designed life */
};

size_t pump_limits_count(void);
/* index < pump_limits_count(). Static storage. */
const struct pump_limits *pump_limits_at(size_t index);
/* By model name; NULL if unknown. */
const struct pump_limits *pump_limits_find(const char *model);

#endif
