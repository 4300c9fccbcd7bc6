/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_doses.h"

#include "bytes.h"

#include <string.h>

#define DAY_S UINT64_C(86400)

void pump_doses_write(uint8_t *bytes, const struct pump_doses *doses)
{
	struct writer w;

	writer_init(&w, bytes, PUMP_DOSES_LEN);
	writer_u64(&w, doses->order_s);
	writer_u64(&w, doses->lockout_s);
	writer_u64(&w, doses->bridge_end_nl);
	writer_u64(&w, doses->bridge_nl);
	writer_u64(&w, doses->bridge_nl_per_day);
	writer_u8(&w, doses->bolus_kind);
	writer_u64(&w, doses->bolus_from_s);
	writer_u64(&w, doses->bolus_end_s);
	writer_u64(&w, doses->bolus_s);
	writer_u64(&w, doses->bolus_nl_per_day);
	writer_u8(&w, doses->start_count);
	for (size_t i = 0; i < READ_BOLUSES_MAX; i++)
		writer_u64(&w, doses->starts[i]);
}

bool pump_doses_read(const uint8_t *bytes, struct pump_doses *out)
{
	struct pump_doses read;
	struct reader r;

	reader_init(&r, bytes, PUMP_DOSES_LEN);
	read.order_s = reader_u64(&r);
	read.lockout_s = reader_u64(&r);
	read.bridge_end_nl = reader_u64(&r);
	read.bridge_nl = reader_u64(&r);
	read.bridge_nl_per_day = reader_u64(&r);
	read.bolus_kind = reader_u8(&r);
	read.bolus_from_s = reader_u64(&r);
	read.bolus_end_s = reader_u64(&r);
	read.bolus_s = reader_u64(&r);
	read.bolus_nl_per_day = reader_u64(&r);
	read.start_count = reader_u8(&r);
	for (size_t i = 0; i < READ_BOLUSES_MAX; i++)
		read.starts[i] = reader_u64(&r);
	if (read.start_count > READ_BOLUSES_MAX)
		return false;
	*out = read;
	return true;
}

void pump_doses_end_bolus(struct pump_doses *doses, uint64_t now_s)
{
	if (doses->bolus_end_s > now_s)
		doses->bolus_end_s = now_s;
}

bool pump_doses_has_bolus(const struct pump_doses *doses)
{
	return doses->bolus_end_s > 0;
}

void pump_doses_begin_bolus(struct pump_doses *doses, uint8_t kind, uint64_t now_s,
			    uint32_t seconds, uint64_t nl_per_day)
{
	doses->bolus_kind = kind;
	doses->bolus_from_s = now_s;
	doses->bolus_end_s = now_s + seconds;
	doses->bolus_s = seconds;
	doses->bolus_nl_per_day = nl_per_day;
}

void pump_doses_lock(struct pump_doses *doses, uint64_t now_s)
{
	doses->lockout_s = now_s;
}

void pump_doses_order(struct pump_doses *doses, uint64_t now_s)
{
	doses->order_s = now_s;
	pump_doses_lock(doses, now_s);
	pump_doses_end_bolus(doses, now_s);
}

/* A bridge that is said again is the one that began: to run it twice would deliver the new drug at the old rate. */
static bool is_said_again(const struct read_image *before, const struct read_image *image)
{
	return before->bridge == READ_BRIDGE_RUNS && image->bridge == READ_BRIDGE_RUNS &&
	       before->bridge_nl == image->bridge_nl &&
	       before->bridge_nl_per_day == image->bridge_nl_per_day;
}

void pump_doses_image(struct pump_doses *doses, const struct read_image *before,
		      const struct read_image *image, uint64_t delivered_nl)
{
	bool same_mixture = before && image_read_same_mixture(before, image);

	if (same_mixture && is_said_again(before, image))
		return;
	if (image->bridge == READ_BRIDGE_RUNS) {
		doses->bridge_nl = image->bridge_nl;
		doses->bridge_nl_per_day = image->bridge_nl_per_day;
		doses->bridge_end_nl = delivered_nl + image->bridge_nl;
	} else if (image->bridge == READ_BRIDGE_NONE || !same_mixture) {
		doses->bridge_end_nl = 0;
	}
}

uint64_t pump_doses_bridge_left(const struct pump_doses *doses, uint64_t delivered_nl)
{
	return doses->bridge_end_nl > delivered_nl ? doses->bridge_end_nl - delivered_nl : 0;
}

uint8_t pump_doses_count(const struct pump_doses *doses, uint64_t now_s)
{
	uint8_t count = 0;

	for (uint8_t i = 0; i < doses->start_count; i++)
		if (now_s - doses->starts[i] < DAY_S)
			count++;
	return count;
}

enum patient_answer pump_doses_may_start(const struct pump_doses *doses,
					 const struct read_image *image, uint64_t now_s)
{
	uint64_t last_s = doses->lockout_s;

	if (doses->start_count > 0 && doses->starts[doses->start_count - 1] > last_s)
		last_s = doses->starts[doses->start_count - 1];
	if (pump_doses_has_bolus(doses) || now_s - last_s < image->lockout_s)
		return PATIENT_LOCKOUT;
	return pump_doses_count(doses, now_s) < image->most ? PATIENT_GRANTED : PATIENT_MOST;
}

void pump_doses_start(struct pump_doses *doses, uint64_t now_s, uint32_t seconds,
		      uint64_t nl_per_day)
{
	if (doses->start_count == READ_BOLUSES_MAX) {
		memmove(doses->starts, doses->starts + 1,
			(READ_BOLUSES_MAX - 1) * sizeof doses->starts[0]);
		doses->start_count--;
	}
	doses->starts[doses->start_count++] = now_s;
	pump_doses_begin_bolus(doses, BOLUS_KIND_PATIENT, now_s, seconds, nl_per_day);
}
