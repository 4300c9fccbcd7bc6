/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world.h"

#include <sodium.h>
#include <string.h>

#include "records.h"
#include "world_inside.h"

struct stored *world_find_stored(struct world *w, uint64_t token)
{
	for (size_t i = 0; i < w->desk->stored_count; i++)
		if (w->desk->stored[i].intent.token == token)
			return &w->desk->stored[i];
	return NULL;
}

static void store_intent(struct world *w, const struct order_intent *intent)
{
	uint8_t origin[ORIGIN_LEN] = {0x0A}, root[DIGEST_LEN] = {0};
	bool gets_safe = order_gets_safe(intent->kind);

	if (w->desk->disk_dead && gets_safe) {
		/* Without a witness: the pump's record stands for the intent. */
		origin[0] = 0;
		client_intent_stored(&w->desk->client, intent->token, origin, 0, root, world_client_ms(w));
		return;
	}
	if (w->desk->disk_dead || world_strikes(w, FAULT_STORE, ++w->stores_done) || (w->desk->disk_failed && !gets_safe)) {
		client_intent_failed(&w->desk->client, world_client_ms(w));
		return;
	}
	for (size_t i = 0; i < w->desk->stored_count; i++) {
		world_expect(w, intent->token > w->desk->stored[i].intent.token, "tokens go up");
		world_expect(w, w->desk->stored[i].is_final || gets_safe,
			     "no order but getting safe while another is open");
	}
	world_expect(w, w->desk->stored_count < STORED_MAX, "the disk has room");
	w->desk->stored[w->desk->stored_count++] = (struct stored){.intent = *intent};
	w->desk->audit_size++;
	memcpy(origin + 1, w->desk->workstation, ORIGIN_LEN - 1 < WORKSTATION_LEN ? ORIGIN_LEN - 1 : WORKSTATION_LEN);
	memcpy(root, &w->desk->audit_size, sizeof w->desk->audit_size);
	client_intent_stored(&w->desk->client, intent->token, origin, w->desk->audit_size, root, world_client_ms(w));
}

static void store_outcome(struct world *w, const struct client_outcome *outcome)
{
	struct stored *stored = world_find_stored(w, outcome->token);

	world_expect(w, stored != NULL || w->desk->disk_dead, "an outcome is of a stored intent");
	if (w->desk->disk_dead) {
		client_outcome_stored(&w->desk->client, world_client_ms(w));
		return;
	}
	if (stored && world_strikes(w, FAULT_STORE, ++w->stores_done)) {
		stored->is_lost = true;
		w->desk->disk_failed = true;
	} else if (stored) {
		world_expect(w, !stored->is_final, "an outcome is final once");
		stored->is_told = true;
		stored->was_unknown |= outcome->outcome == OUTCOME_UNKNOWN;
		stored->is_final = outcome->outcome != OUTCOME_UNKNOWN;
		stored->outcome = outcome->outcome;
		w->desk->audit_size++;
	}
	client_outcome_stored(&w->desk->client, world_client_ms(w));
}

static void store_records(struct world *w, const struct action_records *records)
{
	const uint8_t *raw;
	size_t at = 0, len;
	uint64_t seq = records->first;

	if (w->desk->disk_dead || world_strikes(w, FAULT_STORE, ++w->stores_done)) {
		client_records_failed(&w->desk->client, world_client_ms(w));
		return;
	}
	for (; record_next(records->packed, records->packed_len, &at, &raw, &len); seq++) {
		world_expect(w, seq < ARCHIVE_MAX, "the archive has room");
		if (seq >= ARCHIVE_MAX)
			break;
		memcpy(w->desk->archive[seq], raw, len);
		w->desk->archive_len[seq] = (uint8_t)len;
		if (seq > w->desk->archive_last)
			w->desk->archive_last = seq;
	}
	client_records_stored(&w->desk->client, world_client_ms(w));
}

static void take_report(struct world *w, const struct report *report)
{
	switch (report->type) {
	case REPORT_READY:
		w->desk->is_ready = true;
		return;
	case REPORT_ENDED:
		w->desk->is_ended = true;
		w->desk->end = report->as.end;
		return;
	case REPORT_RESOLVED:
		return;
	case REPORT_OUTCOME:
		w->desk->has_outcome = true;
		w->desk->outcome = report->as.outcome;
		return;
	case REPORT_STATUS:
	case REPORT_CARE:
		w->desk->pump_ticks_ms = report->as.status.ticks_ms;
		/* fall through */
	case REPORT_ENROLLED:
	case REPORT_SLOTS:
	case REPORT_SECURITY:
	case REPORT_PROGRAM:
	case REPORT_OPERATORS:
	case REPORT_UNREADABLE:
	case REPORT_RANGE:
	case REPORT_PULLED:
	case REPORT_STAGED:
	case REPORT_STAGE_DIFFERS:
	case REPORT_REFUSED:
	case REPORT_FORK:
		w->desk->has_report = true;
		w->desk->report = *report;
		return;
	}
}

static void sign(struct world *w, const struct action *action)
{
	static const uint8_t prefix[] = {'I', 'I', 'S', '-', 'o', 'r', 'd', 'e', 'r', '-', '1'};
	struct order_signature signature = {.id = WORLD_OPERATOR};
	uint8_t message[sizeof prefix + ORDER_MAX];
	uint8_t public[OPERATOR_KEY_LEN], secret[crypto_sign_SECRETKEYBYTES];

	world_operator_key(public, secret);
	memcpy(message, prefix, sizeof prefix);
	memcpy(message + sizeof prefix, action->as.sign.order, action->as.sign.len);
	crypto_sign_detached(signature.bytes, NULL, message, sizeof prefix + action->as.sign.len,
			     secret);
	client_signed(&w->desk->client, &signature, w->desk->signs_nothing ? 0 : 1, world_client_ms(w));
}

static void send(struct world *w, const struct action *action)
{
	if (action->as.send.commits && !w->desk->disk_dead)
		world_expect(w, w->desk->stored_count > 0 && !w->desk->stored[w->desk->stored_count - 1].is_told,
			     "the intent is durable before the commit");
	if (!w->desk->is_linked || w->desk->link_dropping) {
		client_sent(&w->desk->client, CLIENT_WRITE_NOT_SENT, world_client_ms(w));
		return;
	}
	/* The PDU would be the next one after those on their way. */
	if (world_strikes(w, FAULT_NOT_SENT, w->pdus_carried + w->desk->pdu_count + 1)) {
		w->desk->link_dropping = true;
		client_sent(&w->desk->client, CLIENT_WRITE_NOT_SENT, world_client_ms(w));
		return;
	}
	w->desk->is_writing = true;
	world_push(w, w->desk, PDU_WRITE_REQUEST, action->as.send.value, action->as.send.len);
}

static void take_action(struct world *w, const struct action *action)
{
	switch (action->type) {
	case ACTION_SEND:
		send(w, action);
		return;
	case ACTION_SIGN:
		sign(w, action);
		return;
	case ACTION_STORE_INTENT:
		store_intent(w, &action->as.intent);
		return;
	case ACTION_STORE_OUTCOME:
		store_outcome(w, &action->as.store.outcome);
		return;
	case ACTION_STORE_RECORDS:
		store_records(w, &action->as.records);
		return;
	case ACTION_WAKE_AT:
		w->desk->wake_ms = action->as.wake_at_ms;
		return;
	case ACTION_REPORT:
		take_report(w, &action->as.report);
		return;
	case ACTION_CLOSE:
		w->desk->link_dropping = w->desk->is_linked;
		return;
	}
}

static void crash(struct world *w, bool delivers)
{
	struct pdu *pdu = &w->desk->pdus[w->desk->pdu_at];

	for (; delivers && w->desk->pdu_count > 0; w->desk->pdu_count--) {
		if (pdu->type == PDU_WRITE_REQUEST &&
		    !pump_feed(&w->pump, w->desk->link, pdu->value, pdu->len,
			       world_pump_ms(w)))
			break;
		w->desk->pdu_at = (w->desk->pdu_at + 1) % PDUS_MAX;
		pdu = &w->desk->pdus[w->desk->pdu_at];
	}
	world_kill_client(w);
	world_run_pump(w);
}

static bool crashes_at(const struct world *w, size_t number)
{
	const struct fault *next = &w->faults[w->happened];

	return !world_all_happened(w) && next->kind == FAULT_CRASH && next->at == number;
}

void world_run_client(struct world *w)
{
	struct action action;

	while (w->desk->has_client && client_next_action(&w->desk->client, &action)) {
		/* The moment between doing a thing and saying that it was done is a crash as well. */
		if (action.type != ACTION_STORE_INTENT || !crashes_at(w, w->actions_taken + 1))
			take_action(w, &action);
		else
			w->desk->stored[w->desk->stored_count++] = (struct stored){.intent = action.as.intent};
		w->actions_taken++;
		if (world_strikes(w, FAULT_CRASH, w->actions_taken))
			crash(w, false);
		else if (world_strikes(w, FAULT_CRASH_SENT, w->actions_taken))
			crash(w, true);
	}
}

void world_connect(struct world *w)
{
	struct client_config config = {.mtu = w->mtu,
				       .serial = WORLD_SERIAL,
				       .secret = w->desk->is_paired ? SECRET_KEY : SECRET_CARD};
	struct order_intent open[INTENTS_MAX];

	/* The link of a process that died is gone before a new one comes. */
	w->desk->link_dropping = w->desk->is_linked;
	w->desk->has_client = false;
	if (w->desk->link_dropping)
		world_step(w);
	world_fill_seed(w, config.seed);
	memcpy(config.pairing_key, w->desk->key, PAIRING_KEY_LEN);
	memcpy(config.card_code, WORLD_CARD, CARD_CODE_LEN);
	memcpy(config.workstation, w->desk->workstation, WORKSTATION_LEN);
	config.open = open;
	config.last_token = w->desk->last_token;
	for (size_t i = 0; i < w->desk->stored_count; i++) {
		const struct stored *stored = &w->desk->stored[i];

		if (stored->intent.token > config.last_token)
			config.last_token = stored->intent.token;
		world_expect(w, config.open_count < INTENTS_MAX, "few intents are open");
		if (!stored->is_final && config.open_count < INTENTS_MAX)
			open[config.open_count++] = stored->intent;
	}
	w->desk->has_client = true;
	w->desk->is_writing = false;
	w->desk->disk_failed = false;
	w->desk->is_linked = true;
	w->desk->is_ready = w->desk->is_ended = w->desk->has_report = w->desk->has_outcome = false;
	w->desk->wake_ms = UINT64_MAX;
	client_start(&w->desk->client, &config, world_client_ms(w));
	pump_connected(&w->pump, w->desk->link, w->mtu, world_pump_ms(w));
}
