/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_recover.h"

#include "pump_alarms.h"
#include "pump_infusion.h"
#include "pump_log.h"
#include "pump_store.h"

#include <string.h>

static const uint8_t *block_at(const struct pump *p, unsigned slot)
{
	return p->nvm + PUMP_BLOCK_AT + (size_t)slot * PUMP_BLOCK_STEP;
}

static bool find_block(struct pump *p)
{
	uint64_t generation;
	bool found = false;

	p->store.generation = 0;
	p->store.current = 1;
	for (unsigned slot = 0; slot < 2; slot++) {
		if (!pump_block_check(block_at(p, slot), &generation) ||
		    (found && generation < p->store.generation))
			continue;
		p->store.generation = generation;
		p->store.current = slot;
		found = true;
	}
	if (!found)
		return false;
	pump_block_read(block_at(p, p->store.current), &p->memory);
	pump_block_read_security(block_at(p, p->store.current), &p->security);
	return true;
}

static void take_counters(struct pump_counters *counters, const struct pump_entry *entry)
{
	if (pump_log_type(entry, &counters->therapy_s) == RECORD_DELIVERY) {
		counters->mark_s = counters->therapy_s;
		counters->mark_delivered_nl = entry->delivered_nl;
	}
	counters->delivered_nl = entry->delivered_nl;
	counters->remainder = entry->remainder;
}

static void take_chain(struct pump *p, const struct pump_entry *entry)
{
	record_chain(entry->before, p->memory.core.epoch, entry->seq, entry->raw, entry->len,
		     p->log.chain);
}

/* The log is older than the block: its record was not written yet, or the log was lost. */
static void catch_up_log(struct pump *p)
{
	const struct pump_core *core = &p->memory.core;
	const uint8_t *redo = pump_block_entry(block_at(p, p->store.current));
	struct pump_entry entry;

	if (!redo || !pump_log_decode(redo, &entry) || entry.seq != core->log_last) {
		p->log.last = core->log_last;
		p->log.first = core->log_last + 1;
		memcpy(p->log.chain, core->log_chain, DIGEST_LEN);
		return;
	}
	if (p->log.last != entry.seq - 1) {
		p->log.last = entry.seq - 1;
		p->log.first = entry.seq;
	}
	memcpy(p->log.chain, entry.before, DIGEST_LEN);
	memcpy(p->store.entry, redo, PUMP_LOG_SLOT);
	memcpy(p->store.entry_chain, core->log_chain, DIGEST_LEN);
	p->store.has_entry = true;
	p->redo_due = true;
}

/* Delivery records after the block. False: there are others, so a newer block is lost. */
static bool follow_log(struct pump *p)
{
	uint64_t seq = p->memory.core.log_last + 1;
	struct pump_entry entry = {.seq = 0};
	uint64_t time_s;

	if (seq < p->log.first)
		seq = p->log.first;
	for (; pump_log_get(p, seq, &entry); seq++)
		if (pump_log_type(&entry, &time_s) != RECORD_DELIVERY)
			return false;
	take_counters(&p->counters, &entry);
	take_chain(p, &entry);
	return true;
}

static bool use_block(struct pump *p)
{
	if (!find_block(p) || !pump_infusion_understand(&p->memory.core, p->limits, &p->program))
		return false;
	p->counters = p->memory.core.counters;
	memcpy(p->log.chain, p->memory.core.log_chain, DIGEST_LEN);
	if (p->log.last < p->memory.core.log_last)
		catch_up_log(p);
	else if (p->log.last > p->memory.core.log_last)
		return follow_log(p);
	return true;
}

static void take_fill(struct pump_core *core, uint64_t reservoir_nl, uint64_t delivered_nl)
{
	core->fill_nl = reservoir_nl;
	core->fill_delivered_nl = delivered_nl;
}

static void take_alarm(struct pump_core *core, struct reader *r, uint64_t delivered_nl)
{
	uint32_t bit = pump_alarms_bit(reader_u8(r));

	if (reader_u8(r) == PUMP_ALARM_RAISED)
		core->alarms |= bit;
	else
		core->alarms &= ~bit;
	take_fill(core, reader_u32(r), delivered_nl);
}

static void take_order(struct pump_memory *memory, struct reader *r, uint64_t seq)
{
	struct pump_result result = {.record_seq = seq};
	uint8_t slot = reader_u8(r);

	reader_take(r, WORKSTATION_LEN);
	result.token = reader_u64(r);
	result.kind = reader_u16(r);
	reader_copy(r, result.stage_digest, DIGEST_LEN);
	reader_copy(r, result.active_digest, DIGEST_LEN);
	result.therapy = reader_u8(r);
	if (r->failed || slot >= PUMP_SLOTS)
		return;
	pump_block_add_result(&memory->pairs[slot], &result);
	memory->pairs[slot].last_token = result.token;
}

static void take_patient(struct pump_doses *doses, struct reader *r, uint64_t time_s)
{
	if (reader_u8(r) == PATIENT_GRANTED)
		pump_doses_start(doses, time_s, 0, 0);
}

static void take_entry(struct pump *p, const struct pump_entry *entry)
{
	struct pump_core *core = &p->memory.core;
	struct reader r;
	uint64_t time_s;
	uint16_t type = pump_log_type(entry, &time_s);

	take_counters(&p->counters, entry);
	if (entry->ticks_limit_ms > core->ticks_limit_ms)
		core->ticks_limit_ms = entry->ticks_limit_ms;
	reader_init(&r, entry->raw, entry->len);
	reader_take(&r, 2 + 8);
	if (type == RECORD_DELIVERY) {
		reader_take(&r, 4 + 4);
		take_fill(core, reader_u32(&r), entry->delivered_nl);
	} else if (type == RECORD_ALARM) {
		take_alarm(core, &r, entry->delivered_nl);
	} else if (type == RECORD_REFERENCE_TIME) {
		core->utc_s = reader_i64(&r);
		core->utc_at_s = time_s;
	} else if (type == RECORD_ORDER) {
		take_order(&p->memory, &r, entry->seq);
		p->memory.doses.order_s = time_s;
		pump_doses_lock(&p->memory.doses, time_s);
	} else if (type == RECORD_PATIENT_BOLUS) {
		take_patient(&p->memory.doses, &r, time_s);
	}
}

static void rebuild(struct pump *p, const struct pump_super *super)
{
	struct pump_core *core = &p->memory.core;
	struct pump_entry entry;

	memset(&p->memory, 0, sizeof p->memory);
	memset(&p->counters, 0, sizeof p->counters);
	memset(p->log.chain, 0, DIGEST_LEN);
	/* Without any record the numbers begin again, so they must not look like the old ones. */
	core->epoch = p->log.last > 0 ? super->epoch : super->epoch + 1;
	core->therapy = THERAPY_MINIMUM;
	core->memory_lost = true;
	core->utc_s = super->utc_s;
	p->memory.pairs[0].used = super->paired;
	memcpy(p->memory.pairs[0].workstation, super->workstation, WORKSTATION_LEN);
	memcpy(p->memory.pairs[0].key, super->key, PAIRING_KEY_LEN);
	pump_birth_operators(super, &p->memory.operators);
	memcpy(p->memory.access.card_code, super->card_code, CARD_CODE_LEN);
	memcpy(p->memory.access.advert_key, super->advert_key, ADVERT_KEY_LEN);
	for (uint64_t seq = p->log.first; pump_log_get(p, seq, &entry); seq++) {
		take_entry(p, &entry);
		take_chain(p, &entry);
	}
	/* Entries are an hour apart, so one promise of ticks may be newer than the last of them. */
	core->ticks_limit_ms += 2 * PUMP_TICKS_AHEAD_MS;
	if (p->counters.therapy_s - p->counters.mark_s >= PUMP_HOUR_S) {
		p->counters.mark_s = p->counters.therapy_s - p->counters.therapy_s % PUMP_HOUR_S;
		p->counters.mark_delivered_nl = p->counters.delivered_nl;
	}
}

void pump_recover(struct pump *p, const struct pump_super *super)
{
	pump_log_recover(p);
	if (use_block(p))
		return;
	rebuild(p, super);
	/* An empty image is always understood. */
	(void)pump_infusion_understand(&p->memory.core, p->limits, &p->program);
}
