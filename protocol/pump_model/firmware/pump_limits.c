/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_limits.h"

#include <stddef.h>

static const struct pump_model_limits MODELS[] = {
	{.model = "PX20", .reservoir_nl = 20000000, .residual_nl = 1400000,
	 .least_nl_per_day = 48000, .greatest_nl_per_day = 24000000, .minimum_nl_per_day = 6000},
	{.model = "PX40", .reservoir_nl = 40000000, .residual_nl = 1400000,
	 .least_nl_per_day = 48000, .greatest_nl_per_day = 24000000, .minimum_nl_per_day = 6000},
};

static bool is_same(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

const struct pump_model_limits *pump_limits_of(const char *model)
{
	for (size_t i = 0; i < sizeof MODELS / sizeof MODELS[0]; i++)
		if (is_same(MODELS[i].model, model))
			return &MODELS[i];
	return NULL;
}

bool pump_limits_allow(const struct pump_model_limits *limits, uint64_t rate_nl_per_day,
		       uint64_t low_alarm_nl)
{
	return rate_nl_per_day >= limits->least_nl_per_day &&
	       rate_nl_per_day <= limits->greatest_nl_per_day &&
	       low_alarm_nl <= limits->reservoir_nl;
}
