/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "second.h"

#include "second_acts.h"
#include "second_image.h"

#include <sodium.h>
#include <string.h>

/* name: NUL-terminated in room for DRUG_NAME_MAX + 1. */
static bool is_name(const struct second_drug *drug, const char *name)
{
	return memcmp(drug->name, name, drug->name_len) == 0 && name[drug->name_len] == '\0';
}

static bool is_number(const uint8_t *bytes, size_t width, int64_t meant)
{
	return second_number(bytes, width) == (uint64_t)meant;
}

static bool flex_agrees_with_meant(const struct second_image *image,
				   const struct program_flex *meant)
{
	if (meant->count != image->patterns)
		return false;
	for (size_t day = 0; day < WEEKDAYS; day++)
		if (meant->of_day[day] != image->days[day])
			return false;
	for (size_t i = 0; i < image->patterns; i++) {
		if (meant->patterns[i].count != image->step_count[i])
			return false;
		for (size_t k = 0; k < image->step_count[i]; k++) {
			const uint8_t *step = image->steps[i] + k * SECOND_STEP_LEN;

			if (!is_number(step, 2, meant->patterns[i].steps[k].minute) ||
			    !is_number(step + 2, 8, meant->patterns[i].steps[k].dose.ng_per_day))
				return false;
		}
	}
	return true;
}

static bool base_agrees_with_meant(const struct second_image *image, const struct program *meant)
{
	switch (meant->mode) {
	case PROGRAM_SIMPLE:
		return image->mode == SECOND_SIMPLE &&
		       (uint64_t)meant->dose.ng_per_day == image->dose;
	case PROGRAM_FLEX:
		return image->mode == SECOND_FLEX && flex_agrees_with_meant(image, &meant->flex);
	case PROGRAM_PERIODIC:
		return image->mode == SECOND_PERIODIC &&
		       (uint64_t)meant->periodic.dose.ng == image->periodic_dose &&
		       (uint64_t)meant->periodic.duration.s == image->periodic_s &&
		       (uint64_t)meant->periodic.interval.s == image->interval_s &&
		       (uint64_t)meant->periodic.base.ng_per_day == image->dose;
	case PROGRAM_MINIMUM:
		return image->mode == SECOND_MINIMUM;
	case PROGRAM_STOPPED:
		return image->mode == SECOND_STOPPED;
	}
	return false;
}

static bool patient_agrees_with_meant(const uint8_t *body, const struct program_patient_bolus *meant)
{
	if (!body || !meant->present)
		return !body && !meant->present;
	return is_number(body, 8, meant->dose.ng) && is_number(body + 8, 4, meant->duration.s) &&
	       is_number(body + 12, 4, meant->lockout.s) && is_number(body + 16, 1, meant->most);
}

static bool bridge_agrees_with_meant(const uint8_t *body, const struct program_bridge *meant)
{
	static const uint8_t codes[] = {[BRIDGE_LINE_ASPIRATED] = 0x33,
					[BRIDGE_LINE_EMPTY] = 0x55,
					[BRIDGE_ACCEPTED] = 0x66};

	switch (meant->kind) {
	case BRIDGE_UNSAID:
		return !body;
	case BRIDGE_NONE:
		return body && body[0] == 0x33 && body[1] == codes[meant->reason];
	case BRIDGE_RUNS:
		return body && body[0] == 0x55 && is_number(body + 1, 4, meant->volume.nl) &&
		       is_number(body + 5, 4, meant->rate.nl_per_day);
	}
	return false;
}

static bool agrees_with_meant(const struct second_image *image, const struct program *meant)
{
	if (meant->mixture.count != image->count || !base_agrees_with_meant(image, meant) ||
	    (uint64_t)meant->low_alarm.nl != image->low_alarm ||
	    !patient_agrees_with_meant(image->patient, &meant->patient) ||
	    !bridge_agrees_with_meant(image->bridge, &meant->bridge))
		return false;
	for (size_t i = 0; i < image->count; i++) {
		const struct mixture_part *part = &meant->mixture.parts[i];

		if (!is_name(&image->drugs[i], part->name) ||
		    (uint64_t)part->concentration.ng_per_ml != image->drugs[i].concentration)
			return false;
	}
	return true;
}

static bool flex_agrees_with_staged(const struct second_image *image,
				    const struct staged_flex *theirs)
{
	if (theirs->count != image->patterns ||
	    memcmp(theirs->of_day, image->days, sizeof theirs->of_day) != 0)
		return false;
	for (size_t i = 0; i < image->patterns; i++) {
		if (theirs->steps[i] != image->step_count[i])
			return false;
		for (size_t k = 0; k < image->step_count[i]; k++) {
			const uint8_t *step = image->steps[i] + k * SECOND_STEP_LEN;

			if (theirs->minute[i][k] != second_number(step, 2) ||
			    theirs->dose_ng_per_day[i][k] != second_number(step + 2, 8))
				return false;
		}
	}
	return true;
}

static bool base_agrees_with_staged(const struct second_image *image,
				    const struct staged_image *theirs)
{
	if (theirs->mode != image->mode)
		return false;
	if (image->mode == SECOND_SIMPLE)
		return theirs->dose_ng_per_day == image->dose;
	if (image->mode == SECOND_FLEX)
		return flex_agrees_with_staged(image, &theirs->flex);
	return image->mode != SECOND_PERIODIC ||
	       (theirs->periodic.dose_ng == image->periodic_dose &&
		theirs->periodic.duration_s == image->periodic_s &&
		theirs->periodic.interval_s == image->interval_s &&
		theirs->periodic.base_ng_per_day == image->dose);
}

static bool patient_agrees_with_staged(const uint8_t *body, const struct staged_image *theirs)
{
	if (!body || !theirs->has_patient)
		return !body && !theirs->has_patient;
	return theirs->patient.dose_ng == second_number(body, 8) &&
	       theirs->patient.duration_s == second_number(body + 8, 4) &&
	       theirs->patient.lockout_s == second_number(body + 12, 4) &&
	       theirs->patient.most == body[16];
}

static bool bridge_agrees_with_staged(const uint8_t *body, const struct staged_image *theirs)
{
	uint64_t volume, rate;

	if (!body)
		return theirs->bridge == 0x0F;
	if (theirs->bridge != body[0])
		return false;
	if (body[0] == 0x33)
		return theirs->bridge_reason == body[1];
	volume = second_number(body + 1, 4);
	rate = second_number(body + 5, 4);
	return rate > 0 && theirs->bridge_volume_nl == volume &&
	       theirs->bridge_rate_nl_per_day == rate &&
	       theirs->bridge_duration_s == (volume * 86400 + rate - 1) / rate;
}

static bool drugs_agree_with_staged(const struct second_image *image,
				    const struct second_totals *totals,
				    const struct staged_image *theirs)
{
	if (theirs->count != image->count)
		return false;
	for (size_t i = 0; i < image->count; i++) {
		const struct second_drug *drug = &image->drugs[i];
		second_wide day = totals->day * drug->concentration + 999999;
		second_wide worst = totals->worst * drug->concentration + 999999;

		if (!is_name(drug, theirs->drugs[i].name) ||
		    theirs->drugs[i].concentration_ng_per_ml != drug->concentration ||
		    theirs->drugs[i].daily_ng != day / 1000000 ||
		    theirs->drugs[i].worst_ng != worst / 1000000)
			return false;
	}
	return true;
}

static bool agrees_with_staged(const struct second_image *image, const struct msg_staged *staged)
{
	const struct staged_image *theirs = &staged->image;
	struct second_totals totals;

	/* At minimum rate the number is the pump's own: here only that all of it fits together. */
	second_image_totals(image, staged->rate_nl_per_day, &totals);
	return base_agrees_with_staged(image, theirs) &&
	       theirs->low_alarm_nl == image->low_alarm && staged->rate_nl_per_day == totals.rate &&
	       theirs->volume_24h_nl == totals.day && theirs->greatest_hour_nl == totals.hour &&
	       theirs->worst_24h_nl == totals.worst &&
	       drugs_agree_with_staged(image, &totals, theirs) &&
	       patient_agrees_with_staged(image->patient, theirs) &&
	       bridge_agrees_with_staged(image->bridge, theirs);
}

static enum therapy_state therapy_of(const struct second_image *image)
{
	if (image->mode == SECOND_STOPPED)
		return THERAPY_STOPPED;
	return image->mode == SECOND_MINIMUM ? THERAPY_MINIMUM : THERAPY_RUNNING;
}

static bool is_digest_of(const uint8_t *digest, const uint8_t *bytes, size_t len)
{
	uint8_t own[DIGEST_LEN];

	crypto_generichash(own, sizeof own, bytes, len, NULL, 0);
	return memcmp(own, digest, sizeof own) == 0;
}

static enum pump_err compare_image(const uint8_t *bytes, size_t len, const struct program *meant,
				   const struct msg_staged *staged)
{
	struct second_image image;

	if (!second_image_walk(bytes, len, &image))
		return PUMP_EFORM;
	if (!agrees_with_meant(&image, meant) || !staged->has_image ||
	    staged->therapy != therapy_of(&image) ||
	    !is_digest_of(staged->active_digest, bytes, len) ||
	    !agrees_with_staged(&image, staged))
		return PUMP_EMISMATCH;
	return PUMP_OK;
}

static enum pump_err compare_therapy(enum order_kind kind, const struct msg_staged *staged)
{
	if (kind == ORDER_STOP &&
	    (staged->therapy != THERAPY_STOPPED || staged->rate_nl_per_day != 0))
		return PUMP_EMISMATCH;
	/* What is resumed may be a program that holds the pump at its least rate, or stopped. */
	if ((kind == ORDER_RESUME && staged->therapy == THERAPY_UNDETERMINED) ||
	    (kind == ORDER_MINIMUM && staged->therapy != THERAPY_MINIMUM))
		return PUMP_EMISMATCH;
	return PUMP_OK;
}

/* Acts whose body says which kind they are. */
static bool is_of_kind(enum order_kind kind, const struct change *meant)
{
	if (kind == ORDER_STOP)
		return meant->therapy == ACT_STOP;
	if (kind == ORDER_RESUME)
		return meant->therapy == ACT_RESUME;
	if (kind == ORDER_MINIMUM)
		return meant->therapy == ACT_MINIMUM;
	return kind != ORDER_BOLUS_STOP || meant->bolus.what == BOLUS_STOP;
}

enum pump_err second_compare(const uint8_t *change, size_t len, enum order_kind kind,
			     const struct change *meant, const struct program *program,
			     const struct msg_staged *staged)
{
	size_t image_len = 0;
	const uint8_t *image;
	enum pump_err err;

	if (!order_kind_fits((uint16_t)kind, meant->parts) || !is_of_kind(kind, meant))
		return PUMP_EFORM;
	err = second_acts_compare(change, len, meant, staged);
	if (err != PUMP_OK)
		return err;
	if (!is_digest_of(staged->stage_digest, change, len))
		return PUMP_EMISMATCH;
	image = second_acts_image(change, len, &image_len);
	if (!image)
		return staged->has_image ? PUMP_EMISMATCH : compare_therapy(kind, staged);
	return program ? compare_image(image, image_len, program, staged) : PUMP_EFORM;
}

bool second_amounts_agree(const struct change *meant, uint64_t primary_ng_per_ml,
			  const struct msg_staged *staged)
{
	const struct act_bolus *bolus = &meant->bolus;
	second_wide nl = bolus->amount;

	if (!(meant->parts & PART_CLOCK) && staged->clock_nl != 0)
		return false;
	if (!(meant->parts & PART_BOLUS) || bolus->what == BOLUS_STOP)
		return staged->bolus_nl == 0 && staged->bolus_nl_per_day == 0 && staged->bolus_s == 0;
	if (bolus->what == BOLUS_SINGLE) {
		if (primary_ng_per_ml == 0)
			return false;
		nl = nl * 1000000 / primary_ng_per_ml;
	}
	return bolus->seconds > 0 && staged->bolus_s == bolus->seconds && staged->bolus_nl == nl &&
	       staged->bolus_nl_per_day == nl * 86400 / bolus->seconds;
}
