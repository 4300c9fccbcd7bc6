/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "read_back.h"

#include <string.h>

#include "image.h"
#include "models.h"
#include "second_image.h"

#define DAY_S UINT64_C(86400)

/* Rates on top of the base: one patient bolus, one periodic dose, the order's own bolus. */
enum { EXTRAS = 3 };

struct extras {
	second_wide rates[EXTRAS];
};

static bool is_program(const struct read_back_ordered *ordered, const struct msg_status *status,
		       const struct msg_image *image)
{
	uint8_t digest[DIGEST_LEN] = {0};

	/* The bytes decide, not the digests that the pump says beside them. */
	if (image->image_len > 0)
		digest_bytes(image->image, image->image_len, digest);
	return memcmp(digest, ordered->digest, DIGEST_LEN) == 0 &&
	       memcmp(image->active_digest, ordered->digest, DIGEST_LEN) == 0 &&
	       memcmp(status->active_digest, ordered->digest, DIGEST_LEN) == 0;
}

static bool is_minimum(const struct read_back_ordered *ordered, uint64_t rate)
{
	const struct pump_limits *model = pump_limits_find(ordered->model);

	return rate == (model ? (uint64_t)model->minimum.nl_per_day : ordered->rate_nl_per_day);
}

static second_wide burst(second_wide nl, uint64_t seconds)
{
	return seconds > 0 ? nl * DAY_S / seconds : 0;
}

static void find_extras(const struct read_back_ordered *ordered, const struct second_image *image,
			struct extras *out)
{
	memset(out, 0, sizeof *out);
	if (image->patient)
		out->rates[0] = burst(second_image_volume(image, second_number(image->patient, 8)),
				      second_number(image->patient + 8, 4));
	if (image->mode == SECOND_PERIODIC)
		out->rates[1] = burst(second_image_volume(image, image->periodic_dose),
				      image->periodic_s);
	out->rates[2] = ordered->bolus_nl_per_day;
}

/* True if rate is base with any of the extras, or with none. */
static bool is_above(second_wide base, const struct extras *extras, uint64_t rate)
{
	for (unsigned chosen = 0; chosen < 1u << EXTRAS; chosen++) {
		second_wide sum = base;

		for (unsigned i = 0; i < EXTRAS; i++)
			if (chosen & 1u << i)
				sum += extras->rates[i];
		if (sum == rate)
			return true;
	}
	return false;
}

static bool is_step_rate(const struct second_image *image, const struct extras *extras,
			 uint64_t rate)
{
	for (size_t i = 0; i < image->patterns; i++)
		for (size_t k = 0; k < image->step_count[i]; k++) {
			const uint8_t *step = image->steps[i] + k * SECOND_STEP_LEN;

			if (is_above(second_image_volume(image, second_number(step + 2, 8)), extras,
				     rate))
				return true;
		}
	return false;
}

/* An image may leave the bridge to the one before it, whose rate is not known here. */
static bool is_bridge_rate(const struct second_image *image, uint64_t rate)
{
	return !image->bridge || (image->bridge[0] == BRIDGE_CODE_RUNS &&
				  second_number(image->bridge + 5, 4) == rate);
}

/* A rate that the image may have at some time of the week. */
static bool is_running(const struct read_back_ordered *ordered, const struct msg_status *status,
		       const struct msg_image *read)
{
	const uint64_t rate = status->rate_nl_per_day;
	struct second_image image;
	struct extras extras;

	/* What another programmer left in the pump may be beyond this one's understanding. */
	if (!second_image_walk(read->image, read->image_len, &image))
		return rate == ordered->rate_nl_per_day;
	if (status->bridge_left_nl > 0)
		return is_bridge_rate(&image, rate);
	if (ordered->leaves_delivery && status->bolus != 0)
		return true;
	find_extras(ordered, &image, &extras);
	if (image.mode == SECOND_FLEX)
		return is_step_rate(&image, &extras, rate);
	return is_above(second_image_volume(&image, image.dose), &extras, rate);
}

static bool is_rate(const struct read_back_ordered *ordered, const struct msg_status *status,
		    const struct msg_image *image)
{
	switch (ordered->therapy) {
	case THERAPY_STOPPED:
		return status->rate_nl_per_day == 0;
	case THERAPY_MINIMUM:
		return is_minimum(ordered, status->rate_nl_per_day);
	default:
		return is_running(ordered, status, image);
	}
}

enum read_back_finding read_back_compare(const struct read_back_ordered *ordered,
					 const struct msg_status *status,
					 const struct msg_image *image)
{
	if (status->therapy != ordered->therapy)
		return READ_BACK_THERAPY;
	if (!is_program(ordered, status, image))
		return READ_BACK_PROGRAM;
	return is_rate(ordered, status, image) ? READ_BACK_EQUAL : READ_BACK_RATE;
}
