/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_block.h"

#include "bytes.h"
#include "pump_crc.h"

#include <string.h>

enum {
	BLOCK_VERSION = 1,
	CORE_AT = 1,
	ENTRY_AT = CORE_AT + PUMP_CORE_LEN,
	PAIRS_AT = ENTRY_AT + PUMP_ENTRY_LEN,
	OPERATORS_AT = PAIRS_AT + PUMP_SLOTS * PUMP_PAIR_LEN,
	CARE_AT = OPERATORS_AT + PUMP_OPERATORS_LEN,
	ACCESS_AT = CARE_AT + PUMP_CARE_LEN,
	SECURITY_AT = ACCESS_AT + PUMP_ACCESS_LEN,
	DOSES_AT = SECURITY_AT + PUMP_SECURITY_LEN,
	GENERATION_AT = DOSES_AT + PUMP_DOSES_LEN,
	CRC_AT = GENERATION_AT + 8,
	/* Within their part: */
	IMAGE_LEN_AT = PUMP_CORE_LEN - 2,
	RESULT_COUNT_AT = PUMP_PAIR_LEN - PUMP_RESULTS * PUMP_RESULT_LEN - 1,
};

_Static_assert(CRC_AT + 4 == PUMP_BLOCK_LEN, "the parts make the block");

void pump_block_put_core(uint8_t *block, const struct pump_core *core)
{
	struct writer w;

	block[0] = BLOCK_VERSION;
	writer_init(&w, block + CORE_AT, PUMP_CORE_LEN);
	writer_u32(&w, core->epoch);
	writer_u64(&w, core->counters.therapy_s);
	writer_u64(&w, core->counters.delivered_nl);
	writer_u32(&w, core->counters.remainder);
	writer_u64(&w, core->counters.mark_s);
	writer_u64(&w, core->counters.mark_delivered_nl);
	writer_u64(&w, core->fill_nl);
	writer_u64(&w, core->fill_delivered_nl);
	writer_u64(&w, core->ticks_limit_ms);
	writer_u8(&w, core->clean);
	writer_i64(&w, core->utc_s);
	writer_u64(&w, core->utc_at_s);
	writer_u8(&w, core->therapy);
	writer_u8(&w, core->memory_lost);
	writer_u32(&w, core->alarms);
	writer_u64(&w, core->log_last);
	writer_copy(&w, core->log_chain, DIGEST_LEN);
	writer_copy(&w, core->image, IMAGE_MAX);
	writer_u16(&w, core->image_len);
}

static void read_core(const uint8_t *block, struct pump_core *core)
{
	struct reader r;

	reader_init(&r, block + CORE_AT, PUMP_CORE_LEN);
	core->epoch = reader_u32(&r);
	core->counters.therapy_s = reader_u64(&r);
	core->counters.delivered_nl = reader_u64(&r);
	core->counters.remainder = reader_u32(&r);
	core->counters.mark_s = reader_u64(&r);
	core->counters.mark_delivered_nl = reader_u64(&r);
	core->fill_nl = reader_u64(&r);
	core->fill_delivered_nl = reader_u64(&r);
	core->ticks_limit_ms = reader_u64(&r);
	core->clean = reader_u8(&r) != 0;
	core->utc_s = reader_i64(&r);
	core->utc_at_s = reader_u64(&r);
	core->therapy = reader_u8(&r);
	core->memory_lost = reader_u8(&r) != 0;
	core->alarms = reader_u32(&r);
	core->log_last = reader_u64(&r);
	reader_copy(&r, core->log_chain, DIGEST_LEN);
	reader_copy(&r, core->image, IMAGE_MAX);
	core->image_len = reader_u16(&r);
}

static void write_result(struct writer *w, const struct pump_result *result)
{
	writer_u64(w, result->token);
	writer_u16(w, result->kind);
	writer_copy(w, result->stage_digest, DIGEST_LEN);
	writer_copy(w, result->active_digest, DIGEST_LEN);
	writer_u8(w, result->therapy);
	writer_u64(w, result->record_seq);
}

static void read_result(struct reader *r, struct pump_result *result)
{
	result->token = reader_u64(r);
	result->kind = reader_u16(r);
	reader_copy(r, result->stage_digest, DIGEST_LEN);
	reader_copy(r, result->active_digest, DIGEST_LEN);
	result->therapy = reader_u8(r);
	result->record_seq = reader_u64(r);
}

void pump_block_put_pair(uint8_t *block, unsigned slot, const struct pump_pair *pair)
{
	struct writer w;

	writer_init(&w, block + PAIRS_AT + slot * PUMP_PAIR_LEN, PUMP_PAIR_LEN);
	writer_u8(&w, pair->used);
	writer_copy(&w, pair->workstation, WORKSTATION_LEN);
	writer_copy(&w, pair->key, PAIRING_KEY_LEN);
	writer_u64(&w, pair->last_token);
	writer_copy(&w, pair->origin, ORIGIN_LEN);
	writer_u64(&w, pair->size);
	writer_copy(&w, pair->root, DIGEST_LEN);
	writer_u8(&w, pair->result_count);
	for (unsigned i = 0; i < PUMP_RESULTS; i++)
		write_result(&w, &pair->results[i]);
}

static void read_pair(const uint8_t *block, unsigned slot, struct pump_pair *pair)
{
	struct reader r;

	reader_init(&r, block + PAIRS_AT + slot * PUMP_PAIR_LEN, PUMP_PAIR_LEN);
	pair->used = reader_u8(&r) != 0;
	reader_copy(&r, pair->workstation, WORKSTATION_LEN);
	reader_copy(&r, pair->key, PAIRING_KEY_LEN);
	pair->last_token = reader_u64(&r);
	reader_copy(&r, pair->origin, ORIGIN_LEN);
	pair->size = reader_u64(&r);
	reader_copy(&r, pair->root, DIGEST_LEN);
	pair->result_count = reader_u8(&r);
	for (unsigned i = 0; i < PUMP_RESULTS; i++)
		read_result(&r, &pair->results[i]);
}

void pump_block_put_operators(uint8_t *block, const struct pump_operators *operators)
{
	pump_operators_write(block + OPERATORS_AT, operators);
}

void pump_block_put_care(uint8_t *block, const struct pump_care *care)
{
	pump_care_write(block + CARE_AT, care);
}

void pump_block_put_access(uint8_t *block, const struct pump_access *access)
{
	pump_access_put(block + ACCESS_AT, access);
}

void pump_block_put_security(uint8_t *block, const struct pump_security *ring)
{
	pump_security_put(block + SECURITY_AT, ring);
}

void pump_block_put_doses(uint8_t *block, const struct pump_doses *doses)
{
	pump_doses_write(block + DOSES_AT, doses);
}

void pump_block_put_entry(uint8_t *block, const uint8_t *entry)
{
	if (entry)
		memcpy(block + ENTRY_AT, entry, PUMP_ENTRY_LEN);
	else
		memset(block + ENTRY_AT, 0, PUMP_ENTRY_LEN);
}

void pump_block_seal(uint8_t *block, uint64_t generation)
{
	struct writer w;

	writer_init(&w, block + GENERATION_AT, 8);
	writer_u64(&w, generation);
	writer_init(&w, block + CRC_AT, 4);
	writer_u32(&w, pump_crc(block, CRC_AT));
}

/* Counts are bounds of arrays: they must hold even where a CRC was made to fit. */
static bool has_good_counts(const uint8_t *block)
{
	struct pump_operators operators;
	struct pump_care care;
	struct pump_doses doses;
	struct reader r;

	reader_init(&r, block + CORE_AT + IMAGE_LEN_AT, 2);
	if (reader_u16(&r) > IMAGE_MAX)
		return false;
	for (unsigned i = 0; i < PUMP_SLOTS; i++)
		if (block[PAIRS_AT + i * PUMP_PAIR_LEN + RESULT_COUNT_AT] > PUMP_RESULTS)
			return false;
	return pump_operators_read(block + OPERATORS_AT, &operators) &&
	       pump_care_read(block + CARE_AT, &care) &&
	       pump_doses_read(block + DOSES_AT, &doses);
}

bool pump_block_check(const uint8_t *block, uint64_t *generation)
{
	struct reader r;

	reader_init(&r, block + CRC_AT, 4);
	if (block[0] != BLOCK_VERSION || reader_u32(&r) != pump_crc(block, CRC_AT))
		return false;
	reader_init(&r, block + GENERATION_AT, 8);
	*generation = reader_u64(&r);
	return has_good_counts(block);
}

void pump_block_read(const uint8_t *block, struct pump_memory *out)
{
	read_core(block, &out->core);
	for (unsigned i = 0; i < PUMP_SLOTS; i++)
		read_pair(block, i, &out->pairs[i]);
	/* pump_block_check has read them before. */
	(void)pump_operators_read(block + OPERATORS_AT, &out->operators);
	(void)pump_care_read(block + CARE_AT, &out->care);
	(void)pump_doses_read(block + DOSES_AT, &out->doses);
	pump_access_get(block + ACCESS_AT, &out->access);
}

void pump_block_read_security(const uint8_t *block, struct pump_security *ring)
{
	pump_security_get(block + SECURITY_AT, ring);
}

const uint8_t *pump_block_entry(const uint8_t *block)
{
	for (size_t i = 0; i < PUMP_ENTRY_LEN; i++)
		if (block[ENTRY_AT + i] != 0)
			return block + ENTRY_AT;
	return NULL;
}

bool pump_block_same(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, GENERATION_AT) == 0;
}

void pump_block_add_result(struct pump_pair *pair, const struct pump_result *result)
{
	if (pair->result_count == PUMP_RESULTS) {
		memmove(pair->results, pair->results + 1,
			(PUMP_RESULTS - 1) * sizeof pair->results[0]);
		pair->result_count--;
	}
	pair->results[pair->result_count++] = *result;
}
