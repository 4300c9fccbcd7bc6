/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base_read.h"

/* docs/protocol.md section 5. */
enum {
	DAY_MIN = 1440,
	INTERVAL_GREATEST_S = 7 * 86400,
	PATIENT_GREATEST_S = 3600,
	LOCKOUT_GREATEST_S = 86400,
	LEAST_S = 60,
};

enum reason { REASON_ASPIRATED = 0x33, REASON_EMPTY = 0x55, REASON_STEP_ACCEPTED = 0x66 };

/* Amounts are from 1 to 2^63 - 1. */
static uint64_t read_amount(struct reader *r)
{
	uint64_t amount = reader_u64(r);

	if (amount == 0 || amount >> 63 != 0)
		r->failed = true;
	return amount;
}

static void read_pattern(struct reader *r, struct read_pattern *pattern)
{
	uint8_t count = reader_u8(r);

	if (count == 0 || count > READ_STEPS_MAX)
		r->failed = true;
	for (pattern->count = 0; pattern->count < count && !r->failed; pattern->count++) {
		uint16_t minute = reader_u16(r);

		if (pattern->count == 0 ? minute != 0
					: minute <= pattern->steps[pattern->count - 1].minute)
			r->failed = true;
		if (minute >= DAY_MIN)
			r->failed = true;
		pattern->steps[pattern->count].minute = minute;
		pattern->steps[pattern->count].dose_ng_per_day = read_amount(r);
	}
}

static bool is_same_pattern(const struct read_pattern *a, const struct read_pattern *b)
{
	uint8_t i = 0;

	while (i < a->count && i < b->count && a->steps[i].minute == b->steps[i].minute &&
	       a->steps[i].dose_ng_per_day == b->steps[i].dose_ng_per_day)
		i++;
	return i == a->count && i == b->count;
}

/* A week has one form: each pattern is new where the first day that uses it comes. */
static bool is_one_form(const struct read_image *image)
{
	uint8_t used = 0;

	for (unsigned day = 0; day < READ_DAYS; day++) {
		if (image->of_day[day] > used)
			return false;
		if (image->of_day[day] == used)
			used++;
	}
	for (uint8_t i = 0; i < image->pattern_count; i++)
		for (uint8_t k = 0; k < i; k++)
			if (is_same_pattern(&image->patterns[i], &image->patterns[k]))
				return false;
	return used == image->pattern_count;
}

static bool read_flex(struct reader *r, struct read_image *out)
{
	reader_copy(r, out->of_day, READ_DAYS);
	out->pattern_count = reader_u8(r);
	if (out->pattern_count == 0 || out->pattern_count > READ_PATTERNS_MAX)
		return false;
	for (uint8_t i = 0; i < out->pattern_count && !r->failed; i++)
		read_pattern(r, &out->patterns[i]);
	return !r->failed && is_one_form(out);
}

static bool read_periodic(struct reader *r, struct read_image *out)
{
	out->periodic_ng = read_amount(r);
	out->periodic_s = reader_u32(r);
	out->interval_s = reader_u32(r);
	out->dose_ng_per_day = read_amount(r);
	return !r->failed && out->interval_s >= LEAST_S && out->interval_s <= INTERVAL_GREATEST_S &&
	       out->interval_s % 60 == 0 && out->periodic_s >= LEAST_S &&
	       out->periodic_s <= out->interval_s;
}

bool base_read(struct reader *r, struct read_image *out)
{
	out->mode = reader_u8(r);
	switch (out->mode) {
	case READ_MODE_SIMPLE:
		out->dose_ng_per_day = read_amount(r);
		return !r->failed;
	case READ_MODE_FLEX:
		return read_flex(r, out);
	case READ_MODE_PERIODIC:
		return read_periodic(r, out);
	default:
		return out->mode == READ_MODE_STOPPED || out->mode == READ_MODE_MINIMUM;
	}
}

bool base_read_patient(struct reader *r, struct read_image *out)
{
	out->has_patient = true;
	out->patient_ng = read_amount(r);
	out->patient_s = reader_u32(r);
	out->lockout_s = reader_u32(r);
	out->most = reader_u8(r);
	return !r->failed && out->mode != READ_MODE_STOPPED && out->mode != READ_MODE_MINIMUM &&
	       out->patient_s >= LEAST_S && out->patient_s <= PATIENT_GREATEST_S &&
	       out->lockout_s >= out->patient_s && out->lockout_s <= LOCKOUT_GREATEST_S &&
	       out->most >= 1 && out->most <= READ_BOLUSES_MAX;
}

bool base_read_bridge(struct reader *r, struct read_image *out)
{
	out->bridge = reader_u8(r);
	if (out->bridge == READ_BRIDGE_RUNS) {
		out->bridge_nl = reader_u32(r);
		out->bridge_nl_per_day = reader_u32(r);
		return out->bridge_nl >= 1 && out->bridge_nl_per_day >= 1;
	}
	out->bridge_reason = reader_u8(r);
	return out->bridge == READ_BRIDGE_NONE &&
	       (out->bridge_reason == REASON_ASPIRATED || out->bridge_reason == REASON_EMPTY ||
		out->bridge_reason == REASON_STEP_ACCEPTED);
}
