/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "messages_body.h"

#include "records.h"

#include <string.h>

static bool records_are_whole(const struct msg_block *block)
{
	const uint8_t *raw;
	size_t at = 0, len;
	uint32_t count = 0;

	while (record_next(block->records, block->records_len, &at, &raw, &len)) {
		if (len < RECORD_MIN || len > RECORD_MAX)
			return false;
		count++;
	}
	return count > 0 && count == block->count && at == block->records_len;
}

enum pump_err block_body_write(const struct message *m, struct writer *w)
{
	if (!records_are_whole(&m->as.block))
		return PUMP_ERANGE;
	writer_copy(w, m->as.block.records, m->as.block.records_len);
	return PUMP_OK;
}

void block_body_read(struct reader *r, struct message *m)
{
	struct msg_block *block = &m->as.block;

	block->records_len = reader_left(r);
	block->records = reader_take(r, block->records_len);
	if (!r->failed && !records_are_whole(block))
		r->failed = true;
}

static bool id_is_good(const char id[OPERATOR_ID_MAX + 1])
{
	size_t len = 0;

	while (len <= OPERATOR_ID_MAX && id[len] != '\0')
		len++;
	return operator_id_is_valid(id, len);
}

enum pump_err commit_body_write(const struct message *m, struct writer *w)
{
	const struct msg_commit *commit = &m->as.commit;

	if (commit->signature_count > SIGNATURES_MAX)
		return PUMP_ERANGE;
	writer_u8(w, commit->signature_count);
	for (size_t i = 0; i < commit->signature_count; i++) {
		if (!id_is_good(commit->signatures[i].id))
			return PUMP_ERANGE;
		writer_string8(w, commit->signatures[i].id);
		writer_copy(w, commit->signatures[i].bytes, SIGNATURE_LEN);
	}
	return PUMP_OK;
}

void commit_body_read(struct reader *r, struct message *m)
{
	struct msg_commit *commit = &m->as.commit;

	commit->signature_count = reader_u8(r);
	if (commit->signature_count > SIGNATURES_MAX)
		r->failed = true;
	for (size_t i = 0; !r->failed && i < commit->signature_count; i++) {
		reader_string8(r, commit->signatures[i].id, sizeof commit->signatures[i].id);
		reader_copy(r, commit->signatures[i].bytes, SIGNATURE_LEN);
		if (!id_is_good(commit->signatures[i].id))
			r->failed = true;
	}
}

enum pump_err care_body_write(const struct message *m, struct writer *w)
{
	const struct msg_care *care = &m->as.care;

	if (care->due_count > CARE_DUE_MAX)
		return PUMP_ERANGE;
	for (size_t i = 0; i < care->due_count; i++) {
		writer_u64(w, care->due[i].record_seq);
		writer_u64(w, (uint64_t)care->due[i].left_s);
	}
	return PUMP_OK;
}

void care_body_read(struct reader *r, struct message *m)
{
	struct msg_care *care = &m->as.care;

	if (care->due_count > CARE_DUE_MAX)
		r->failed = true;
	for (size_t i = 0; !r->failed && i < care->due_count; i++) {
		care->due[i].record_seq = reader_u64(r);
		care->due[i].left_s = (int64_t)reader_u64(r);
	}
}

enum pump_err operators_body_write(const struct message *m, struct writer *w)
{
	const struct msg_operators *operators = &m->as.operators;

	if (operators->count > OPERATORS_MAX)
		return PUMP_ERANGE;
	writer_u8(w, operators->count);
	for (size_t i = 0; i < operators->count; i++) {
		const struct operator_row *row = &operators->rows[i];

		if (!id_is_good(row->id) || !operator_role_is_valid(row->role))
			return PUMP_ERANGE;
		writer_string8(w, row->id);
		writer_u8(w, row->role);
		writer_copy(w, row->key, OPERATOR_KEY_LEN);
	}
	return PUMP_OK;
}

void operators_body_read(struct reader *r, struct message *m)
{
	struct msg_operators *operators = &m->as.operators;

	operators->count = reader_u8(r);
	if (operators->count > OPERATORS_MAX)
		r->failed = true;
	for (size_t i = 0; !r->failed && i < operators->count; i++) {
		struct operator_row *row = &operators->rows[i];

		reader_string8(r, row->id, sizeof row->id);
		row->role = reader_u8(r);
		reader_copy(r, row->key, OPERATOR_KEY_LEN);
		if (!id_is_good(row->id) || !operator_role_is_valid(row->role))
			r->failed = true;
	}
}

enum pump_err found_body_write(const struct message *m, struct writer *w)
{
	const struct msg_found *found = &m->as.found;

	if (!found->found)
		return PUMP_OK;
	writer_u16(w, found->kind);
	writer_copy(w, found->stage_digest, DIGEST_LEN);
	writer_copy(w, found->active_digest, DIGEST_LEN);
	writer_u8(w, found->therapy);
	writer_u64(w, found->record_seq);
	return PUMP_OK;
}

void found_body_read(struct reader *r, struct message *m)
{
	struct msg_found *found = &m->as.found;

	if (!found->found)
		return;
	found->kind = reader_u16(r);
	reader_copy(r, found->stage_digest, DIGEST_LEN);
	reader_copy(r, found->active_digest, DIGEST_LEN);
	found->therapy = reader_u8(r);
	found->record_seq = reader_u64(r);
}
