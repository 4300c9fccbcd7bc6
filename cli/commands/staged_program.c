/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "staged_program.h"

#include <string.h>

static void read_flex(const struct staged_flex *flex, struct program_flex *out)
{
	out->count = flex->count <= FLEX_PATTERNS_MAX ? flex->count : 0;
	for (size_t day = 0; day < WEEKDAYS; day++)
		out->of_day[day] = flex->of_day[day];
	for (size_t i = 0; i < out->count; i++) {
		struct program_pattern *pattern = &out->patterns[i];
		pattern->count = flex->steps[i] <= FLEX_STEPS_MAX ? flex->steps[i] : 0;
		for (size_t k = 0; k < pattern->count; k++)
			pattern->steps[k] = (struct program_step){
				.minute = flex->minute[i][k],
				.dose = {(int64_t)flex->dose_ng_per_day[i][k]}};
	}
}

static bool read_base(const struct staged_image *image, struct program *out)
{
	switch ((enum base_mode)image->mode) {
	case MODE_SIMPLE:
		out->mode = PROGRAM_SIMPLE;
		out->dose.ng_per_day = (int64_t)image->dose_ng_per_day;
		return true;
	case MODE_FLEX:
		out->mode = PROGRAM_FLEX;
		read_flex(&image->flex, &out->flex);
		return true;
	case MODE_PERIODIC:
		out->mode = PROGRAM_PERIODIC;
		out->periodic = (struct program_periodic){
			.dose = {(int64_t)image->periodic.dose_ng},
			.duration = {image->periodic.duration_s},
			.interval = {image->periodic.interval_s},
			.base = {(int64_t)image->periodic.base_ng_per_day}};
		return true;
	case MODE_MINIMUM:
		out->mode = PROGRAM_MINIMUM;
		return true;
	case MODE_STOPPED:
		out->mode = PROGRAM_STOPPED;
		return true;
	}
	return false;
}

static bool read_bridge(const struct staged_image *image, struct program_bridge *out)
{
	switch ((enum bridge_code)image->bridge) {
	case BRIDGE_CODE_UNSAID:
		return true;
	case BRIDGE_CODE_RUNS:
		*out = (struct program_bridge){.kind = BRIDGE_RUNS,
					       .volume = {image->bridge_volume_nl},
					       .rate = {image->bridge_rate_nl_per_day}};
		return true;
	case BRIDGE_CODE_NONE:
		break;
	}
	out->kind = BRIDGE_NONE;
	switch ((enum bridge_reason_code)image->bridge_reason) {
	case REASON_LINE_ASPIRATED:
		out->reason = BRIDGE_LINE_ASPIRATED;
		return true;
	case REASON_LINE_EMPTY:
		out->reason = BRIDGE_LINE_EMPTY;
		return true;
	case REASON_ACCEPTED:
		out->reason = BRIDGE_ACCEPTED;
		return true;
	}
	return false;
}

static void read_patient(const struct staged_image *image, struct program_patient_bolus *out)
{
	if (!image->has_patient)
		return;
	*out = (struct program_patient_bolus){.present = true,
					      .dose = {(int64_t)image->patient.dose_ng},
					      .duration = {image->patient.duration_s},
					      .lockout = {image->patient.lockout_s},
					      .most = image->patient.most};
}

static void read_mixture(const struct staged_image *image, struct program *out,
			 struct program_amounts *amounts)
{
	out->mixture.count = image->count <= MIXTURE_MAX ? image->count : 0;
	for (size_t i = 0; i < out->mixture.count; i++) {
		memcpy(out->mixture.parts[i].name, image->drugs[i].name, sizeof(image->drugs[i].name));
		out->mixture.parts[i].concentration.ng_per_ml = image->drugs[i].concentration_ng_per_ml;
		amounts->daily[i].ng_per_day = (int64_t)image->drugs[i].daily_ng;
		amounts->worst[i].ng_per_day = (int64_t)image->drugs[i].worst_ng;
	}
}

/* The number that a worst day counts follows from the two figures that the pump named. */
static int64_t count_boluses(const struct program_patient_bolus *patient)
{
	if (!patient->present)
		return 0;
	const int64_t fit = (SECONDS_PER_DAY + patient->lockout.s - 1) / patient->lockout.s;
	return fit < patient->most ? fit : patient->most;
}

bool staged_program_read(const struct msg_staged *staged, struct program *out,
			 struct program_amounts *amounts)
{
	const struct staged_image *image = &staged->image;
	memset(out, 0, sizeof(*out));
	memset(amounts, 0, sizeof(*amounts));
	if (!staged->has_image || !read_base(image, out) || !read_bridge(image, &out->bridge))
		return false;
	out->low_alarm.nl = image->low_alarm_nl;
	read_mixture(image, out, amounts);
	read_patient(image, &out->patient);
	if (!program_is_valid(out))
		return false;
	amounts->day.nl = (int64_t)image->volume_24h_nl;
	amounts->hour.nl = (int64_t)image->greatest_hour_nl;
	amounts->worst_day.nl = (int64_t)image->worst_24h_nl;
	amounts->patient_boluses = count_boluses(&out->patient);
	return true;
}

bool program_amounts_plan(const struct program *program, const struct pump_limits *model,
			  struct program_amounts *out)
{
	struct program_totals totals;
	memset(out, 0, sizeof(*out));
	if (program_totals(program, model, &totals) != PUMP_OK)
		return false;
	out->day = totals.volume_24h;
	out->hour = totals.greatest_hour;
	out->worst_day = totals.worst_24h;
	memcpy(out->daily, totals.daily, sizeof(out->daily));
	memcpy(out->worst, totals.worst, sizeof(out->worst));
	out->patient_boluses = totals.patient_boluses;
	return true;
}
