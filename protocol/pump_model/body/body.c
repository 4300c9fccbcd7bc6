/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "body.h"

#include "bytes.h"
#include "pump_crc.h"

#include <string.h>

#define DAY_S UINT64_C(86400)

enum { BODY_VERSION = 1, CRC_AT = BODY_LEN - 4 };

void body_advance(struct body *body, uint64_t therapy_s)
{
	uint64_t left = body->reservoir_nl > body->residual_nl
				? body->reservoir_nl - body->residual_nl
				: 0;
	const uint64_t whole = body->stroke_nl * DAY_S;
	uint64_t sum = 0;
	uint64_t volume = UINT64_MAX;

	if (therapy_s <= body->therapy_s)
		return;
	if (body->is_stalled) {
		body->therapy_s = therapy_s;
		return;
	}
	/* What overflows is more than any reservoir holds. */
	if (!__builtin_mul_overflow(body->flow_nl_per_day, therapy_s - body->therapy_s, &sum) &&
	    !__builtin_add_overflow(sum, body->remainder, &sum))
		volume = sum / whole * body->stroke_nl;
	body->remainder = (uint32_t)(sum % whole);
	if (volume >= left) {
		volume = left;
		body->remainder = 0;
	}
	body->reservoir_nl -= volume;
	body->delivered_nl += volume;
	body->therapy_s = therapy_s;
}

void body_fill(struct body *body, uint64_t nl)
{
	body->reservoir_nl = nl;
}

void body_save(const struct body *body, uint8_t out[BODY_LEN])
{
	struct writer w;

	memset(out, 0, BODY_LEN);
	writer_init(&w, out, CRC_AT);
	writer_u8(&w, BODY_VERSION);
	writer_u64(&w, body->therapy_s);
	writer_u64(&w, body->reservoir_nl);
	writer_u64(&w, body->residual_nl);
	writer_u64(&w, body->delivered_nl);
	writer_u64(&w, body->flow_nl_per_day);
	writer_u32(&w, body->remainder);
	writer_u32(&w, body->stroke_nl);
	writer_u8(&w, body->is_stalled);
	writer_init(&w, out + CRC_AT, BODY_LEN - CRC_AT);
	writer_u32(&w, pump_crc(out, CRC_AT));
}

bool body_load(struct body *body, const uint8_t in[BODY_LEN])
{
	struct reader r;
	struct body loaded;

	reader_init(&r, in + CRC_AT, BODY_LEN - CRC_AT);
	if (reader_u32(&r) != pump_crc(in, CRC_AT))
		return false;
	reader_init(&r, in, CRC_AT);
	if (reader_u8(&r) != BODY_VERSION)
		return false;
	loaded.therapy_s = reader_u64(&r);
	loaded.reservoir_nl = reader_u64(&r);
	loaded.residual_nl = reader_u64(&r);
	loaded.delivered_nl = reader_u64(&r);
	loaded.flow_nl_per_day = reader_u64(&r);
	loaded.remainder = reader_u32(&r);
	loaded.stroke_nl = reader_u32(&r);
	loaded.is_stalled = reader_u8(&r) != 0;
	if (loaded.stroke_nl < 1)
		return false;
	*body = loaded;
	return true;
}
