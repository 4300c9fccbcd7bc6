/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_describe.h"

#include <string.h>

#define NL_PER_ML_U UINT64_C(1000000)
#define DAY_S       UINT64_C(86400)

uint8_t pump_describe_therapy(const struct read_image *image)
{
	switch (image->mode) {
	case READ_MODE_STOPPED:
		return THERAPY_STOPPED;
	case READ_MODE_MINIMUM:
		return THERAPY_MINIMUM;
	default:
		return THERAPY_RUNNING;
	}
}

/* ceil(volume * concentration / 1,000,000), ng; false if no number holds it. */
static bool mass_in(uint64_t nl, uint32_t concentration, uint64_t *ng)
{
	uint64_t product;

	if (__builtin_mul_overflow(nl, concentration, &product))
		return false;
	*ng = product / NL_PER_ML_U + (product % NL_PER_ML_U > 0 ? 1 : 0);
	return true;
}

static void describe_flex(const struct read_image *image, struct staged_flex *flex)
{
	memcpy(flex->of_day, image->of_day, sizeof flex->of_day);
	flex->count = image->pattern_count;
	for (uint8_t i = 0; i < image->pattern_count; i++) {
		const struct read_pattern *pattern = &image->patterns[i];

		flex->steps[i] = pattern->count;
		for (uint8_t k = 0; k < pattern->count; k++) {
			flex->minute[i][k] = pattern->steps[k].minute;
			flex->dose_ng_per_day[i][k] = pattern->steps[k].dose_ng_per_day;
		}
	}
}

static void describe_base(const struct read_image *image, struct staged_image *out)
{
	out->mode = image->mode;
	if (image->mode == READ_MODE_SIMPLE)
		out->dose_ng_per_day = image->dose_ng_per_day;
	if (image->mode == READ_MODE_FLEX)
		describe_flex(image, &out->flex);
	if (image->mode == READ_MODE_PERIODIC) {
		out->periodic.dose_ng = image->periodic_ng;
		out->periodic.duration_s = image->periodic_s;
		out->periodic.interval_s = image->interval_s;
		out->periodic.base_ng_per_day = image->dose_ng_per_day;
	}
	out->has_patient = image->has_patient;
	if (image->has_patient) {
		out->patient.dose_ng = image->patient_ng;
		out->patient.duration_s = image->patient_s;
		out->patient.lockout_s = image->lockout_s;
		out->patient.most = image->most;
	}
}

static bool describe_bridge(const struct read_image *image, struct staged_image *out)
{
	uint64_t seconds;

	out->bridge = image->bridge;
	out->bridge_reason = image->bridge_reason;
	if (image->bridge != READ_BRIDGE_RUNS)
		return true;
	seconds = (image->bridge_nl * DAY_S + image->bridge_nl_per_day - 1) /
		  image->bridge_nl_per_day;
	out->bridge_volume_nl = image->bridge_nl;
	out->bridge_rate_nl_per_day = image->bridge_nl_per_day;
	out->bridge_duration_s = (uint32_t)seconds;
	return seconds <= UINT32_MAX;
}

bool pump_describe_image(const struct read_image *image, const struct pump_amounts *amounts,
			 struct staged_image *out)
{
	_Static_assert(sizeof out->drugs[0].name == sizeof image->drugs[0].name, "same names");
	memset(out, 0, sizeof *out);
	describe_base(image, out);
	out->low_alarm_nl = image->low_alarm_nl;
	out->volume_24h_nl = amounts->volume_24h_nl;
	out->greatest_hour_nl = amounts->greatest_hour_nl;
	out->worst_24h_nl = amounts->worst_24h_nl;
	out->count = image->count;
	for (uint8_t i = 0; i < image->count; i++) {
		uint32_t concentration = image->drugs[i].concentration_ng_per_ml;

		memcpy(out->drugs[i].name, image->drugs[i].name, sizeof out->drugs[i].name);
		out->drugs[i].concentration_ng_per_ml = concentration;
		if (!mass_in(amounts->volume_24h_nl, concentration, &out->drugs[i].daily_ng) ||
		    !mass_in(amounts->worst_24h_nl, concentration, &out->drugs[i].worst_ng))
			return false;
	}
	return describe_bridge(image, out);
}
