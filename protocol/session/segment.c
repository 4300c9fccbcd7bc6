/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "segment.h"

#include <string.h>

enum { SEGMENT_FIRST = 1 << 0, SEGMENT_LAST = 1 << 1, COUNTER_SHIFT = 2, COUNTER_MASK = 63 };

void splitter_init(struct splitter *s)
{
	s->len = 0;
	s->at = 0;
	s->counter = 0;
}

enum pump_err splitter_load(struct splitter *s, const uint8_t *message, size_t len)
{
	if (splitter_pending(s))
		return PUMP_EBUSY;
	if (len < 1 || len > sizeof s->message)
		return PUMP_ERANGE;
	memcpy(s->message, message, len);
	s->len = len;
	s->at = 0;
	return PUMP_OK;
}

bool splitter_pending(const struct splitter *s)
{
	return s->at < s->len;
}

bool splitter_at_start(const struct splitter *s)
{
	return splitter_pending(s) && s->at == 0;
}

size_t splitter_next(struct splitter *s, uint8_t *value, size_t value_max)
{
	size_t left = s->len - s->at;
	size_t payload;
	unsigned header = (unsigned)s->counter << COUNTER_SHIFT;

	if (left == 0 || value_max < 2)
		return 0;
	if (value_max > SEGMENT_VALUE_MAX)
		value_max = SEGMENT_VALUE_MAX;
	payload = left < value_max - 1 ? left : value_max - 1;
	if (s->at == 0)
		header |= SEGMENT_FIRST;
	if (payload == left)
		header |= SEGMENT_LAST;
	value[0] = (uint8_t)header;
	memcpy(value + 1, s->message + s->at, payload);
	s->at += payload;
	s->counter = (s->counter + 1) & COUNTER_MASK;
	return payload + 1;
}

void joiner_init(struct joiner *j)
{
	j->len = 0;
	j->counter = 0;
	j->in_message = false;
	j->started_ms = 0;
}

enum pump_err joiner_add(struct joiner *j, const uint8_t *value, size_t len, uint64_t now_ms)
{
	bool is_first, is_last;
	size_t payload;

	if (len < 2)
		return PUMP_EFORM;
	if (value[0] >> COUNTER_SHIFT != j->counter)
		return PUMP_ESEQ;
	is_first = (value[0] & SEGMENT_FIRST) != 0;
	is_last = (value[0] & SEGMENT_LAST) != 0;
	if (is_first == j->in_message)
		return PUMP_EFORM;
	if (joiner_check(j, now_ms) != PUMP_OK)
		return PUMP_ETIME;
	if (is_first) {
		j->len = 0;
		j->started_ms = now_ms;
	}
	payload = len - 1;
	if (payload > sizeof j->message - j->len)
		return PUMP_ERANGE;
	memcpy(j->message + j->len, value + 1, payload);
	j->len += payload;
	j->counter = (j->counter + 1) & COUNTER_MASK;
	j->in_message = !is_last;
	return is_last ? PUMP_OK : PUMP_EAGAIN;
}

enum pump_err joiner_check(const struct joiner *j, uint64_t now_ms)
{
	if (j->in_message && now_ms - j->started_ms >= SEGMENT_TIMEOUT_MS)
		return PUMP_ETIME;
	return PUMP_OK;
}
