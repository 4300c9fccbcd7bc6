/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_birth.h"

#include "pump_amounts.h"
#include "pump_crc.h"
#include "pump_describe.h"
#include "pump_log.h"

#include <string.h>

enum { CRC_AT = PUMP_SUPER_LEN - 4, FIRST_EPOCH = 1, CAUSE_FIRST_START = 0x33 };

static const uint8_t MAGIC[8] = {'I', 'T', 'P', 'U', 'M', 'P', '1', '\n'};

_Static_assert(PUMP_BLOCK_LEN <= PUMP_BLOCK_STEP, "blocks do not overlap");
_Static_assert(PUMP_BLOCK_AT + 2 * PUMP_BLOCK_STEP <= PUMP_NVM_BASE, "blocks lie before the log");
_Static_assert(PUMP_LOG_SLOT == PUMP_ENTRY_LEN, "a block embeds a whole log entry");
_Static_assert(PUMP_BODY_LEN == BODY_LEN, "the body is saved as a whole");

/* What pump_format works out before it writes. */
struct newborn {
	const struct pump_birth *birth;
	const struct pump_model_limits *limits;
	uint8_t therapy;
	uint64_t log_last;
	uint8_t chain[DIGEST_LEN];
};

static void write_super(const struct pump_birth *birth, uint8_t *nvm, size_t nvm_size)
{
	struct writer w;

	writer_init(&w, nvm, CRC_AT);
	writer_copy(&w, MAGIC, sizeof MAGIC);
	writer_u64(&w, nvm_size);
	writer_string8(&w, birth->serial);
	writer_string8(&w, birth->model);
	writer_u32(&w, FIRST_EPOCH);
	writer_i64(&w, birth->utc_s);
	writer_u8(&w, birth->paired);
	writer_copy(&w, birth->workstation, WORKSTATION_LEN);
	writer_copy(&w, birth->pairing_key, PAIRING_KEY_LEN);
	writer_string8(&w, birth->operator_id);
	writer_copy(&w, birth->operator_key, OPERATOR_KEY_LEN);
	writer_copy(&w, (const uint8_t *)birth->card_code, CARD_CODE_LEN);
	writer_copy(&w, birth->advert_key, ADVERT_KEY_LEN);
	writer_init(&w, nvm + CRC_AT, 4);
	writer_u32(&w, pump_crc(nvm, CRC_AT));
}

enum pump_err pump_birth_read(const uint8_t *nvm, size_t nvm_size, struct pump_super *out)
{
	struct reader r;
	uint8_t magic[sizeof MAGIC];

	if (nvm_size < PUMP_NVM_MIN)
		return PUMP_EFORM;
	reader_init(&r, nvm + CRC_AT, 4);
	if (reader_u32(&r) != pump_crc(nvm, CRC_AT))
		return PUMP_EFORM;
	reader_init(&r, nvm, CRC_AT);
	reader_copy(&r, magic, sizeof magic);
	out->nvm_size = reader_u64(&r);
	reader_string8(&r, out->serial, sizeof out->serial);
	reader_string8(&r, out->model, sizeof out->model);
	out->epoch = reader_u32(&r);
	out->utc_s = reader_i64(&r);
	out->paired = reader_u8(&r) != 0;
	reader_copy(&r, out->workstation, WORKSTATION_LEN);
	reader_copy(&r, out->key, PAIRING_KEY_LEN);
	reader_string8(&r, out->operator_id, sizeof out->operator_id);
	reader_copy(&r, out->operator_key, OPERATOR_KEY_LEN);
	reader_copy(&r, (uint8_t *)out->card_code, CARD_CODE_LEN);
	reader_copy(&r, out->advert_key, ADVERT_KEY_LEN);
	if (r.failed || memcmp(magic, MAGIC, sizeof MAGIC) != 0 || out->nvm_size != nvm_size)
		return PUMP_EFORM;
	return PUMP_OK;
}

void pump_birth_operators(const struct pump_super *super, struct pump_operators *out)
{
	pump_operators_first(super->operator_id, super->operator_key, out);
}

static void add_record(struct newborn *n, uint8_t *nvm, size_t nvm_size, const uint8_t *raw,
		       size_t len)
{
	uint64_t slots = (nvm_size - PUMP_NVM_BASE) / PUMP_LOG_SLOT;
	struct pump_entry entry = {.seq = n->log_last + 1, .len = len};

	memcpy(entry.before, n->chain, DIGEST_LEN);
	memcpy(entry.raw, raw, len);
	pump_log_encode(&entry, nvm + pump_log_offset(slots, entry.seq));
	record_chain(n->chain, FIRST_EPOCH, entry.seq, raw, len, n->chain);
	n->log_last = entry.seq;
}

static void write_log(struct newborn *n, uint8_t *nvm, size_t nvm_size)
{
	uint8_t raw[RECORD_MAX];
	struct writer w;

	pump_log_begin(&w, raw, RECORD_POWER_ON, 0);
	writer_u8(&w, CAUSE_FIRST_START);
	add_record(n, nvm, nvm_size, raw, writer_len(&w));
	pump_log_begin(&w, raw, RECORD_REFERENCE_TIME, 0);
	writer_i64(&w, n->birth->utc_s);
	add_record(n, nvm, nvm_size, raw, writer_len(&w));
}

static void write_core(const struct newborn *n, uint8_t *block)
{
	const struct pump_birth *birth = n->birth;
	struct pump_core core = {
		.epoch = FIRST_EPOCH,
		.fill_nl = birth->reservoir_nl,
		.clean = true,
		.utc_s = birth->utc_s,
		.therapy = n->therapy,
		.log_last = n->log_last,
		.image_len = (uint16_t)birth->image_len,
	};

	memcpy(core.log_chain, n->chain, DIGEST_LEN);
	memcpy(core.image, birth->image, birth->image_len);
	pump_block_put_core(block, &core);
}

static void write_block(const struct newborn *n, uint8_t *block)
{
	const struct pump_birth *birth = n->birth;
	struct pump_pair pair = {.used = birth->paired};
	struct pump_access access = {.card_tries = 0};
	struct pump_care care = {.due_count = 0};
	struct pump_operators operators;

	if (birth->paired) {
		memcpy(pair.workstation, birth->workstation, WORKSTATION_LEN);
		memcpy(pair.key, birth->pairing_key, PAIRING_KEY_LEN);
	}
	memcpy(access.card_code, birth->card_code, CARD_CODE_LEN);
	memcpy(access.advert_key, birth->advert_key, ADVERT_KEY_LEN);
	memcpy(care.tag, birth->patient_tag, sizeof care.tag);
	write_core(n, block);
	pump_block_put_pair(block, 0, &pair);
	pump_operators_first(birth->operator_id, birth->operator_key, &operators);
	pump_block_put_operators(block, &operators);
	pump_block_put_care(block, &care);
	pump_block_put_access(block, &access);
	pump_block_seal(block, 1);
}

/* Length of text that ends within size, all visible ASCII; 0 if it is not so. */
static size_t text_len(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\0')
			return i;
		if (text[i] < 0x21 || text[i] > 0x7e)
			return 0;
	}
	return 0;
}

static enum pump_err check_birth(struct newborn *n)
{
	const struct pump_birth *birth = n->birth;
	struct read_image image;
	struct pump_amounts amounts;

	if (text_len(birth->serial, sizeof birth->serial) == 0 ||
	    text_len(birth->model, sizeof birth->model) == 0 ||
	    (birth->patient_tag[0] != '\0' &&
	     text_len(birth->patient_tag, sizeof birth->patient_tag) == 0))
		return PUMP_ERANGE;
	if (birth->operator_id[0] != '\0' &&
	    (text_len(birth->operator_id, sizeof birth->operator_id) == 0 ||
	     !change_read_is_id(birth->operator_id)))
		return PUMP_ERANGE;
	n->limits = pump_limits_of(birth->model);
	if (!n->limits || birth->reservoir_nl > n->limits->reservoir_nl ||
	    birth->image_len > IMAGE_MAX)
		return PUMP_ERANGE;
	n->therapy = THERAPY_STOPPED;
	if (birth->image_len == 0)
		return PUMP_OK;
	if (image_read(birth->image, birth->image_len, &image) != PUMP_OK ||
	    !pump_amounts_work_out(&image, n->limits, &amounts) ||
	    !pump_limits_allow(n->limits, &image, &amounts))
		return PUMP_ERANGE;
	n->therapy = pump_describe_therapy(&image);
	return PUMP_OK;
}

enum pump_err pump_format(const struct pump_birth *birth, uint8_t *nvm, size_t nvm_size,
			  uint8_t body[PUMP_BODY_LEN])
{
	struct newborn n = {.birth = birth};
	struct body truth;

	if (nvm_size < PUMP_NVM_MIN || check_birth(&n) != PUMP_OK)
		return PUMP_ERANGE;
	memset(nvm, 0, nvm_size);
	write_super(birth, nvm, nvm_size);
	write_log(&n, nvm, nvm_size);
	write_block(&n, nvm + PUMP_BLOCK_AT);
	truth = (struct body){
		.reservoir_nl = birth->reservoir_nl,
		.residual_nl = n.limits->residual_nl,
		.stroke_nl = n.limits->stroke_nl,
	};
	body_save(&truth, body);
	return PUMP_OK;
}
