/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order_bytes.h"

#include "bytes.h"

#define ORDER_VERSION 1

static bool ends(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (text[i] == '\0')
			return true;
	return false;
}

enum pump_err order_encode(const struct order *order, uint8_t *buf, size_t size, size_t *len)
{
	struct writer w;

	if (!ends(order->serial, sizeof order->serial))
		return PUMP_ERANGE;
	writer_init(&w, buf, size);
	writer_u8(&w, ORDER_VERSION);
	writer_string8(&w, order->serial);
	writer_u64(&w, order->token);
	writer_u16(&w, order->kind);
	writer_copy(&w, order->stage_digest, DIGEST_LEN);
	writer_copy(&w, order->expected_digest, DIGEST_LEN);
	writer_u32(&w, order->operators);
	writer_u64(&w, order->not_after_ms);
	if (w.failed)
		return PUMP_ESHORT;
	*len = writer_len(&w);
	return PUMP_OK;
}

enum pump_err order_decode(const uint8_t *buf, size_t len, struct order *order)
{
	struct order decoded = {0};
	struct reader r;

	reader_init(&r, buf, len);
	if (reader_u8(&r) != ORDER_VERSION)
		return r.failed ? PUMP_EFORM : PUMP_EUNKNOWN;
	reader_string8(&r, decoded.serial, sizeof decoded.serial);
	decoded.token = reader_u64(&r);
	decoded.kind = reader_u16(&r);
	reader_copy(&r, decoded.stage_digest, DIGEST_LEN);
	reader_copy(&r, decoded.expected_digest, DIGEST_LEN);
	decoded.operators = reader_u32(&r);
	decoded.not_after_ms = reader_u64(&r);
	if (!reader_done(&r))
		return PUMP_EFORM;
	*order = decoded;
	return PUMP_OK;
}

bool order_gets_safe(uint16_t kind)
{
	return kind == ORDER_STOP || kind == ORDER_RESUME || kind == ORDER_MINIMUM ||
	       kind == ORDER_BOLUS_STOP;
}
