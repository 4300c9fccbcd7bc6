/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world.h"

#include <sodium.h>
#include <string.h>

#include "records.h"
#include "world_inside.h"

static const uint8_t origin[ORIGIN_LEN] = {0x0A, 7, 8, 9};

static struct stored *find_stored(struct world *w, uint64_t token)
{
	for (size_t i = 0; i < w->stored_count; i++)
		if (w->stored[i].intent.token == token)
			return &w->stored[i];
	return NULL;
}

static void store_intent(struct world *w, const struct order_intent *intent)
{
	uint8_t root[DIGEST_LEN] = {0};
	bool gets_safe = order_gets_safe(intent->kind);

	if (world_strikes(w, FAULT_STORE, ++w->stores_done) || (w->disk_failed && !gets_safe)) {
		client_intent_failed(&w->client, w->now_ms);
		return;
	}
	for (size_t i = 0; i < w->stored_count; i++) {
		world_expect(w, intent->token > w->stored[i].intent.token, "tokens go up");
		world_expect(w, w->stored[i].is_final || gets_safe,
			     "no order but getting safe while another is open");
	}
	world_expect(w, w->stored_count < STORED_MAX, "the disk has room");
	w->stored[w->stored_count++] = (struct stored){.intent = *intent};
	w->audit_size++;
	memcpy(root, &w->audit_size, sizeof w->audit_size);
	client_intent_stored(&w->client, intent->token, origin, w->audit_size, root, w->now_ms);
}

static void store_outcome(struct world *w, const struct client_outcome *outcome)
{
	struct stored *stored = find_stored(w, outcome->token);

	world_expect(w, stored != NULL, "an outcome is of a stored intent");
	if (stored && world_strikes(w, FAULT_STORE, ++w->stores_done)) {
		stored->is_lost = true;
		w->disk_failed = true;
	} else if (stored) {
		world_expect(w, !stored->is_final, "an outcome is final once");
		stored->is_told = true;
		stored->is_final = outcome->outcome != OUTCOME_UNKNOWN;
		stored->outcome = outcome->outcome;
		w->audit_size++;
	}
	client_outcome_stored(&w->client, w->now_ms);
}

static void store_records(struct world *w, const struct action_records *records)
{
	const uint8_t *raw;
	size_t at = 0, len;
	uint64_t seq = records->first;

	if (world_strikes(w, FAULT_STORE, ++w->stores_done)) {
		client_records_failed(&w->client, w->now_ms);
		return;
	}
	for (; record_next(records->packed, records->packed_len, &at, &raw, &len); seq++) {
		world_expect(w, seq < ARCHIVE_MAX, "the archive has room");
		if (seq >= ARCHIVE_MAX)
			break;
		memcpy(w->archive[seq], raw, len);
		w->archive_len[seq] = (uint8_t)len;
		if (seq > w->archive_last)
			w->archive_last = seq;
	}
	client_records_stored(&w->client, w->now_ms);
}

static void take_report(struct world *w, const struct report *report)
{
	switch (report->type) {
	case REPORT_READY:
		w->is_ready = true;
		return;
	case REPORT_ENDED:
		w->is_ended = true;
		w->end = report->as.end;
		return;
	case REPORT_RESOLVED:
		return;
	case REPORT_OUTCOME:
		w->has_outcome = true;
		w->outcome = report->as.outcome;
		return;
	case REPORT_ENROLLED:
	case REPORT_SLOTS:
	case REPORT_SECURITY:
	case REPORT_STATUS:
	case REPORT_PROGRAM:
	case REPORT_OPERATORS:
	case REPORT_UNREADABLE:
	case REPORT_RANGE:
	case REPORT_PULLED:
	case REPORT_STAGED:
	case REPORT_STAGE_DIFFERS:
	case REPORT_REFUSED:
	case REPORT_FORK:
		w->has_report = true;
		w->report = *report;
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
	client_signed(&w->client, &signature, 1, w->now_ms);
}

static void send(struct world *w, const struct action *action)
{
	if (action->as.send.commits)
		world_expect(w, w->stored_count > 0 && !w->stored[w->stored_count - 1].is_told,
			     "the intent is durable before the commit");
	if (!w->is_linked || w->link_dropping) {
		client_sent(&w->client, CLIENT_WRITE_NOT_SENT, w->now_ms);
		return;
	}
	/* The PDU would be the next one after those on their way. */
	if (world_strikes(w, FAULT_NOT_SENT, w->pdus_carried + w->pdu_count + 1)) {
		w->link_dropping = true;
		client_sent(&w->client, CLIENT_WRITE_NOT_SENT, w->now_ms);
		return;
	}
	w->is_writing = true;
	world_push(w, PDU_WRITE_REQUEST, action->as.send.value, action->as.send.len);
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
		w->client_wake_ms = action->as.wake_at_ms;
		return;
	case ACTION_REPORT:
		take_report(w, &action->as.report);
		return;
	case ACTION_CLOSE:
		w->link_dropping = w->is_linked;
		return;
	}
}

static void crash(struct world *w, bool delivers)
{
	struct pdu *pdu = &w->pdus[w->pdu_at];

	for (; delivers && w->pdu_count > 0; w->pdu_count--) {
		if (pdu->type == PDU_WRITE_REQUEST &&
		    !pump_feed(&w->pump, 0, pdu->value, pdu->len, w->now_ms))
			break;
		w->pdu_at = (w->pdu_at + 1) % PDUS_MAX;
		pdu = &w->pdus[w->pdu_at];
	}
	world_kill_client(w);
	world_run_pump(w);
}

void world_run_client(struct world *w)
{
	struct action action;

	while (w->has_client && client_next_action(&w->client, &action)) {
		/* The moment between doing a thing and saying that it was done is a crash as well. */
		if (action.type != ACTION_STORE_INTENT || w->fault.kind != FAULT_CRASH ||
		    w->fault.at != w->actions_taken + 1)
			take_action(w, &action);
		else
			w->stored[w->stored_count++] = (struct stored){.intent = action.as.intent};
		w->actions_taken++;
		if (world_strikes(w, FAULT_CRASH, w->actions_taken))
			crash(w, false);
		else if (world_strikes(w, FAULT_CRASH_SENT, w->actions_taken))
			crash(w, true);
	}
}

void world_connect(struct world *w)
{
	struct client_config config = {.mtu = w->mtu, .serial = "PX40-000123", .secret = SECRET_KEY};
	struct order_intent open[INTENTS_MAX];

	/* The link of a process that died is gone before a new one comes. */
	w->link_dropping = w->is_linked;
	if (w->link_dropping)
		world_step(w);
	world_fill_seed(w, config.seed);
	memcpy(config.pairing_key, world_pairing_key, PAIRING_KEY_LEN);
	memcpy(config.workstation, world_workstation, WORKSTATION_LEN);
	config.open = open;
	for (size_t i = 0; i < w->stored_count; i++) {
		const struct stored *stored = &w->stored[i];

		if (stored->intent.token > config.last_token)
			config.last_token = stored->intent.token;
		world_expect(w, config.open_count < INTENTS_MAX, "few intents are open");
		if (!stored->is_final && config.open_count < INTENTS_MAX)
			open[config.open_count++] = stored->intent;
	}
	w->has_client = true;
	w->is_writing = false;
	w->disk_failed = false;
	w->is_linked = true;
	w->is_ready = w->is_ended = w->has_report = w->has_outcome = false;
	w->client_wake_ms = UINT64_MAX;
	client_start(&w->client, &config, w->now_ms);
	pump_connected(&w->pump, 0, w->mtu, w->now_ms);
}
