/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_log.h"

#include "pump_crc.h"

#include <string.h>

enum { CRC_AT = PUMP_LOG_SLOT - 4, RAW_AT = CRC_AT - RECORD_MAX, REMAINDER_BITS = 24 };

void pump_log_begin(struct writer *w, uint8_t *raw, enum record_type type, uint64_t therapy_s)
{
	writer_init(w, raw, RECORD_MAX);
	writer_u16(w, (uint16_t)type);
	writer_u64(w, therapy_s);
}

void pump_log_encode(const struct pump_entry *entry, uint8_t out[PUMP_LOG_SLOT])
{
	struct writer w;

	memset(out, 0, PUMP_LOG_SLOT);
	writer_init(&w, out, CRC_AT);
	writer_u64(&w, entry->seq);
	writer_u64(&w, entry->ticks_limit_ms);
	writer_u64(&w, entry->delivered_nl);
	writer_u32(&w, (uint32_t)entry->len << REMAINDER_BITS | entry->remainder);
	writer_copy(&w, entry->before, DIGEST_LEN);
	writer_copy(&w, entry->raw, entry->len);
	writer_init(&w, out + CRC_AT, 4);
	writer_u32(&w, pump_crc(out, CRC_AT));
}

bool pump_log_decode(const uint8_t in[PUMP_LOG_SLOT], struct pump_entry *entry)
{
	struct reader r;
	uint32_t mixed;

	reader_init(&r, in + CRC_AT, 4);
	if (reader_u32(&r) != pump_crc(in, CRC_AT))
		return false;
	reader_init(&r, in, CRC_AT);
	entry->seq = reader_u64(&r);
	entry->ticks_limit_ms = reader_u64(&r);
	entry->delivered_nl = reader_u64(&r);
	mixed = reader_u32(&r);
	entry->len = mixed >> REMAINDER_BITS;
	entry->remainder = mixed & ((UINT32_C(1) << REMAINDER_BITS) - 1);
	reader_copy(&r, entry->before, DIGEST_LEN);
	reader_copy(&r, entry->raw, RECORD_MAX);
	return entry->seq > 0 && entry->len <= RECORD_MAX;
}

size_t pump_log_offset(uint64_t slots, uint64_t seq)
{
	return PUMP_NVM_BASE + (size_t)((seq - 1) % slots) * PUMP_LOG_SLOT;
}

static bool read_slot(const struct pump *p, uint64_t seq, struct pump_entry *entry)
{
	return pump_log_decode(p->nvm + pump_log_offset(p->log.slots, seq), entry) &&
	       entry->seq == seq;
}

/* What a slot claims to be, without the work of its CRC; 0: not an entry of this slot. */
static uint64_t claimed_seq(const struct pump *p, const uint8_t *slot, uint64_t index)
{
	struct reader r;
	uint64_t seq;

	reader_init(&r, slot, PUMP_LOG_SLOT);
	seq = reader_u64(&r);
	return seq > 0 && (seq - 1) % p->log.slots == index ? seq : 0;
}

static uint64_t newest_seq(const struct pump *p)
{
	uint64_t newest = 0;
	struct pump_entry entry;

	for (uint64_t i = 0; i < p->log.slots; i++) {
		const uint8_t *slot = p->nvm + PUMP_NVM_BASE + (size_t)i * PUMP_LOG_SLOT;
		uint64_t seq = claimed_seq(p, slot, i);

		if (seq > newest && pump_log_decode(slot, &entry))
			newest = seq;
	}
	return newest;
}

void pump_log_recover(struct pump *p)
{
	struct pump_entry entry;

	p->log.slots = (p->nvm_size - PUMP_NVM_BASE) / PUMP_LOG_SLOT;
	p->log.last = newest_seq(p);
	p->log.first = p->log.last + 1;
	while (p->log.first > 1 && p->log.last + 1 - p->log.first < p->log.slots - 1 &&
	       read_slot(p, p->log.first - 1, &entry))
		p->log.first--;
}

bool pump_log_get(const struct pump *p, uint64_t seq, struct pump_entry *entry)
{
	return seq >= p->log.first && seq <= p->log.last && read_slot(p, seq, entry);
}

uint16_t pump_log_type(const struct pump_entry *entry, uint64_t *therapy_s)
{
	struct reader r;
	uint16_t type;

	reader_init(&r, entry->raw, entry->len);
	type = reader_u16(&r);
	*therapy_s = reader_u64(&r);
	return type;
}

void pump_log_prepare(struct pump *p, const uint8_t *raw, size_t len)
{
	struct pump_entry entry = {
		.seq = p->log.last + 1,
		.ticks_limit_ms = p->memory.core.ticks_limit_ms,
		.delivered_nl = p->counters.delivered_nl,
		.remainder = p->counters.remainder,
		.len = len,
	};

	memcpy(entry.before, p->log.chain, DIGEST_LEN);
	memcpy(entry.raw, raw, len);
	pump_log_encode(&entry, p->store.entry);
	record_chain(p->log.chain, p->memory.core.epoch, entry.seq, raw, len,
		     p->store.entry_chain);
	p->store.has_entry = true;
}

void pump_log_added(struct pump *p)
{
	p->log.last++;
	memcpy(p->log.chain, p->store.entry_chain, DIGEST_LEN);
	if (p->log.last + 1 - p->log.first > p->log.slots - 1)
		p->log.first = p->log.last + 2 - p->log.slots;
}
