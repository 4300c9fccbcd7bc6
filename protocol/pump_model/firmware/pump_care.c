/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_care.h"

#include "bytes.h"

#include <string.h>

void pump_care_write(uint8_t *bytes, const struct pump_care *care)
{
	struct writer w;

	writer_init(&w, bytes, PUMP_CARE_LEN);
	writer_u64(&w, care->filled_s);
	writer_u32(&w, care->filled_nl);
	writer_u32(&w, care->drawn_nl);
	writer_u8(&w, care->rinsed);
	writer_u32(&w, care->expiry_day);
	writer_copy(&w, (const uint8_t *)care->lot, LOT_MAX);
	writer_u8(&w, care->contents);
	writer_u16(&w, care->length_mm);
	writer_u32(&w, care->catheter_nl);
	writer_copy(&w, (const uint8_t *)care->tip, TIP_MAX);
	writer_u64(&w, care->catheter_s);
	writer_u64(&w, care->stop_until_s);
	writer_u16(&w, (uint16_t)care->zone_min);
	writer_copy(&w, (const uint8_t *)care->tag, TAG_MAX);
	writer_u32(&w, care->acknowledged);
	writer_u8(&w, care->due_count);
	for (size_t i = 0; i < PUMP_DUE_MAX; i++) {
		writer_u64(&w, care->due[i].seq);
		writer_u64(&w, care->due[i].due_s);
	}
}

bool pump_care_read(const uint8_t *bytes, struct pump_care *out)
{
	struct pump_care read;
	struct reader r;

	memset(&read, 0, sizeof read);
	reader_init(&r, bytes, PUMP_CARE_LEN);
	read.filled_s = reader_u64(&r);
	read.filled_nl = reader_u32(&r);
	read.drawn_nl = reader_u32(&r);
	read.rinsed = reader_u8(&r) != 0;
	read.expiry_day = reader_u32(&r);
	reader_copy(&r, (uint8_t *)read.lot, LOT_MAX);
	read.contents = reader_u8(&r);
	read.length_mm = reader_u16(&r);
	read.catheter_nl = reader_u32(&r);
	reader_copy(&r, (uint8_t *)read.tip, TIP_MAX);
	read.catheter_s = reader_u64(&r);
	read.stop_until_s = reader_u64(&r);
	read.zone_min = (int16_t)reader_u16(&r);
	reader_copy(&r, (uint8_t *)read.tag, TAG_MAX);
	read.acknowledged = reader_u32(&r);
	read.due_count = reader_u8(&r);
	for (size_t i = 0; i < PUMP_DUE_MAX; i++) {
		read.due[i].seq = reader_u64(&r);
		read.due[i].due_s = reader_u64(&r);
	}
	if (read.due_count > PUMP_DUE_MAX)
		return false;
	*out = read;
	return true;
}

static void remove_due(struct pump_care *care, size_t at)
{
	care->due_count--;
	memmove(&care->due[at], &care->due[at + 1], (care->due_count - at) * sizeof care->due[0]);
	memset(&care->due[care->due_count], 0, sizeof care->due[0]);
}

void pump_care_add_due(struct pump_care *care, uint64_t seq, uint64_t due_s)
{
	if (care->due_count == PUMP_DUE_MAX)
		remove_due(care, 0);
	care->due[care->due_count++] = (struct pump_due){.seq = seq, .due_s = due_s};
}

bool pump_care_take_due(struct pump_care *care, uint64_t seq)
{
	for (size_t i = 0; i < care->due_count; i++) {
		if (care->due[i].seq != seq)
			continue;
		remove_due(care, i);
		return true;
	}
	return false;
}
