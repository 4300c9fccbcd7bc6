/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_enrol.h"

#include "pump_log.h"
#include "pump_session.h"
#include "pump_store.h"

#include <string.h>

enum { PAIRING_REVOKED = 0x33, PAIRING_ENROLLED = 0x55 };

/* Its own slot, else the first free one; PUMP_SLOTS: none. */
static uint8_t choose_slot(const struct pump *p)
{
	uint8_t slot = PUMP_SLOTS;

	for (uint8_t i = PUMP_SLOTS; i-- > 0;) {
		const struct pump_pair *pair = &p->memory.pairs[i];

		if (!pair->used)
			slot = i;
		else if (memcmp(pair->workstation, p->session.workstation, WORKSTATION_LEN) == 0)
			return i;
	}
	return slot;
}

static void prepare_record(struct pump *p, uint8_t slot, const uint8_t *workstation, uint8_t change)
{
	uint8_t raw[RECORD_MAX];
	struct writer w;

	pump_log_begin(&w, raw, RECORD_PAIRING, p->counters.therapy_s);
	writer_u8(&w, slot);
	writer_copy(&w, workstation, WORKSTATION_LEN);
	writer_u8(&w, change);
	pump_log_prepare(p, raw, writer_len(&w));
}

enum result_code pump_enrol(struct pump *p, const struct message *m, struct message *answer)
{
	const struct msg_enrol *enrol = &m->as.enrol;
	uint8_t slot = choose_slot(p);
	struct pump_pair *pair;

	(void)answer;
	if (!p->session.is_card)
		return CODE_NOT_NOW;
	if (enrol->has_operator && p->memory.operators.count > 0)
		return CODE_HAS_OPERATORS;
	if (enrol->has_operator && !change_read_is_id(enrol->operator_id))
		return CODE_MALFORMED;
	if (slot == PUMP_SLOTS)
		return CODE_NO_SLOT;
	prepare_record(p, slot, p->session.workstation, PAIRING_ENROLLED);
	pump_store_begin(p);
	pair = &p->next.pairs[slot];
	if (!pair->used)
		memset(pair, 0, sizeof *pair);
	pair->used = true;
	memcpy(pair->workstation, p->session.workstation, WORKSTATION_LEN);
	memcpy(pair->key, p->session.pairing_key, PAIRING_KEY_LEN);
	p->next.access.card_tries = 0;
	if (enrol->has_operator)
		pump_operators_first(enrol->operator_id, enrol->operator_key, &p->next.operators);
	p->enrol_session = p->session.number;
	p->enrol_slot = slot;
	pump_store_commit(p, PUMP_AFTER_ENROL);
	return CODE_DONE;
}

bool pump_enrol_record_revoked(struct pump *p)
{
	const struct pump_access *access = &p->memory.access;

	if (!access->revoked)
		return false;
	prepare_record(p, access->revoked_slot, access->revoked_workstation, PAIRING_REVOKED);
	pump_store_begin(p);
	p->next.access.revoked = false;
	pump_store_commit(p, PUMP_AFTER_NOTHING);
	return true;
}

void pump_enrol_stored(struct pump *p)
{
	struct message answer = {.op = OP_ENROLLED};
	struct msg_enrolled *enrolled = &answer.as.enrolled;

	if (p->session.number != p->enrol_session || !pump_session_can_send(p, CHANNEL_OUT))
		return;
	enrolled->slot = p->enrol_slot;
	memcpy(enrolled->advert_key, p->memory.access.advert_key, ADVERT_KEY_LEN);
	memcpy(enrolled->patient_tag, p->memory.care.tag, sizeof enrolled->patient_tag);
	pump_session_send(p, CHANNEL_OUT, &answer);
}

enum result_code pump_enrol_list(struct pump *p, const struct message *m, struct message *answer)
{
	struct msg_slots *slots = &answer->as.slots;

	(void)m;
	answer->op = OP_SLOTS;
	slots->card_tries = p->memory.access.card_tries;
	slots->count = 0;
	for (uint8_t i = 0; i < PUMP_SLOTS; i++) {
		const struct pump_pair *pair = &p->memory.pairs[i];
		struct slot_row *row = &slots->rows[slots->count];

		if (!pair->used)
			continue;
		row->slot = i;
		memcpy(row->workstation, pair->workstation, WORKSTATION_LEN);
		row->last_token = pair->last_token;
		row->witness_size = pair->size;
		slots->count++;
	}
	return CODE_DONE;
}

enum result_code pump_enrol_security(struct pump *p, const struct message *m,
				     struct message *answer)
{
	const struct pump_security *ring = &p->security;
	struct msg_security *security = &answer->as.security;

	(void)m;
	answer->op = OP_SECURITY;
	security->total = ring->total;
	security->count = ring->count;
	/* No pull runs now, so its bytes are free. */
	security->rows = p->pull.packed;
	security->rows_len = ring->count * (size_t)SECURITY_ROW_LEN;
	for (uint8_t i = 0; i < ring->count; i++) {
		const struct pump_security_event *event = &ring->events[i];
		struct security_row row = {.kind = event->kind,
					   .first_ticks_ms = event->first_ms,
					   .last_ticks_ms = event->last_ms,
					   .times = event->times};

		memcpy(row.workstation, event->workstation, WORKSTATION_LEN);
		security_row_write(&row, p->pull.packed + i * SECURITY_ROW_LEN);
	}
	return CODE_DONE;
}
