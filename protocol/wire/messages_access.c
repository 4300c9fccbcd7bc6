/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "messages_access.h"

#include "operator.h"

static bool is_operator_id(const char id[OPERATOR_ID_MAX + 1])
{
	size_t len = 0;

	while (len <= OPERATOR_ID_MAX && id[len] != '\0')
		len++;
	return len <= OPERATOR_ID_MAX && operator_id_is_valid(id, len);
}

enum pump_err enrol_body_write(const struct message *m, struct writer *w)
{
	const struct msg_enrol *enrol = &m->as.enrol;

	if (!enrol->has_operator)
		return PUMP_OK;
	if (!is_operator_id(enrol->operator_id))
		return PUMP_ERANGE;
	writer_string8(w, enrol->operator_id);
	writer_copy(w, enrol->operator_key, OPERATOR_KEY_LEN);
	return PUMP_OK;
}

void enrol_body_read(struct reader *r, struct message *m)
{
	struct msg_enrol *enrol = &m->as.enrol;

	if (!enrol->has_operator)
		return;
	reader_string8(r, enrol->operator_id, sizeof enrol->operator_id);
	reader_copy(r, enrol->operator_key, OPERATOR_KEY_LEN);
	if (!is_operator_id(enrol->operator_id))
		r->failed = true;
}

enum pump_err slots_body_write(const struct message *m, struct writer *w)
{
	const struct msg_slots *slots = &m->as.slots;

	if (slots->count > SLOTS_MAX)
		return PUMP_ERANGE;
	for (size_t i = 0; i < slots->count; i++) {
		writer_u8(w, slots->rows[i].slot);
		writer_copy(w, slots->rows[i].workstation, WORKSTATION_LEN);
		writer_u64(w, slots->rows[i].last_token);
		writer_u64(w, slots->rows[i].witness_size);
	}
	return PUMP_OK;
}

void slots_body_read(struct reader *r, struct message *m)
{
	struct msg_slots *slots = &m->as.slots;

	if (slots->count > SLOTS_MAX)
		r->failed = true;
	for (size_t i = 0; !r->failed && i < slots->count; i++) {
		slots->rows[i].slot = reader_u8(r);
		reader_copy(r, slots->rows[i].workstation, WORKSTATION_LEN);
		slots->rows[i].last_token = reader_u64(r);
		slots->rows[i].witness_size = reader_u64(r);
	}
}

static bool rows_are_whole(const struct msg_security *security)
{
	return security->count <= SECURITY_EVENTS_MAX &&
	       security->rows_len == security->count * (size_t)SECURITY_ROW_LEN;
}

enum pump_err security_body_write(const struct message *m, struct writer *w)
{
	if (!rows_are_whole(&m->as.security))
		return PUMP_ERANGE;
	writer_copy(w, m->as.security.rows, m->as.security.rows_len);
	return PUMP_OK;
}

void security_body_read(struct reader *r, struct message *m)
{
	struct msg_security *security = &m->as.security;

	security->rows_len = reader_left(r);
	security->rows = reader_take(r, security->rows_len);
	if (!rows_are_whole(security))
		r->failed = true;
}

void security_row_write(const struct security_row *row, uint8_t bytes[SECURITY_ROW_LEN])
{
	struct writer w;

	writer_init(&w, bytes, SECURITY_ROW_LEN);
	writer_u8(&w, row->kind);
	writer_copy(&w, row->workstation, WORKSTATION_LEN);
	writer_u64(&w, row->first_ticks_ms);
	writer_u64(&w, row->last_ticks_ms);
	writer_u32(&w, row->times);
}

void security_row_read(const uint8_t bytes[SECURITY_ROW_LEN], struct security_row *row)
{
	struct reader r;

	reader_init(&r, bytes, SECURITY_ROW_LEN);
	row->kind = reader_u8(&r);
	reader_copy(&r, row->workstation, WORKSTATION_LEN);
	row->first_ticks_ms = reader_u64(&r);
	row->last_ticks_ms = reader_u64(&r);
	row->times = reader_u32(&r);
}
