/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_limits.h"

#include "pump_amounts.h"

#include <stddef.h>

static const struct pump_model_limits MODELS[] = {
	{.model = "PX20", .reservoir_nl = 20000000, .residual_nl = 1400000,
	 .least_nl_per_day = 48000, .greatest_nl_per_day = 24000000, .minimum_nl_per_day = 6000,
	 .stroke_nl = 100},
	{.model = "PX40", .reservoir_nl = 40000000, .residual_nl = 1400000,
	 .least_nl_per_day = 48000, .greatest_nl_per_day = 24000000, .minimum_nl_per_day = 6000,
	 .stroke_nl = 100},
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

static bool allows_base(const struct pump_model_limits *limits, const struct read_image *image,
			const struct pump_amounts *amounts)
{
	uint64_t together = amounts->greatest_nl_per_day + amounts->periodic_nl_per_day +
			    amounts->patient_nl_per_day;

	if (image->mode == READ_MODE_STOPPED || image->mode == READ_MODE_MINIMUM)
		return true;
	return amounts->least_nl_per_day >= limits->least_nl_per_day &&
	       together <= limits->greatest_nl_per_day;
}

static bool allows_bursts(const struct pump_model_limits *limits, const struct read_image *image,
			  const struct pump_amounts *amounts)
{
	if (image->mode == READ_MODE_PERIODIC && amounts->periodic_nl < limits->stroke_nl)
		return false;
	return !image->has_patient || amounts->patient_nl >= limits->stroke_nl;
}

static bool allows_bridge(const struct pump_model_limits *limits, const struct read_image *image)
{
	return image->bridge != READ_BRIDGE_RUNS ||
	       (image->bridge_nl <= limits->reservoir_nl &&
		image->bridge_nl_per_day >= limits->least_nl_per_day &&
		image->bridge_nl_per_day <= limits->greatest_nl_per_day);
}

bool pump_limits_allow(const struct pump_model_limits *limits, const struct read_image *image,
		       const struct pump_amounts *amounts)
{
	return allows_base(limits, image, amounts) && allows_bursts(limits, image, amounts) &&
	       allows_bridge(limits, image) && image->low_alarm_nl <= limits->reservoir_nl;
}
