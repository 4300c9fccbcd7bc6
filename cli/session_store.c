/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "records.h"
#include "session_state.h"

static enum audit_outcome outcome_to_audit(enum order_outcome outcome)
{
	static const enum audit_outcome map[] = {
		[OUTCOME_NOT_SENT] = AUDIT_NOT_SENT,
		[OUTCOME_REFUSED] = AUDIT_REFUSED,
		[OUTCOME_APPLIED] = AUDIT_APPLIED,
		[OUTCOME_UNKNOWN] = AUDIT_UNKNOWN,
	};
	return map[outcome];
}

void session_store_intent(struct session *s, const struct order_intent *intent)
{
	struct audit_intent record = {
		.token = intent->token,
		.kind = intent->kind,
		.result_state = intent->result_therapy,
		.not_after = intent->not_after_ms,
		.gets_safe = intent->gets_safe,
	};
	struct audit_head head;
	(void)snprintf(record.serial, sizeof(record.serial), "%s", intent->serial);
	(void)snprintf(record.text, sizeof(record.text), "%s", s->order_text);
	memcpy(record.stage_digest, intent->stage_digest, DIGEST_LEN);
	memcpy(record.expected_digest, intent->expected_digest, DIGEST_LEN);
	memcpy(record.result_digest, intent->result_digest, DIGEST_LEN);
	int err = 0;
	if (s->image_len)
		err = audit_program(s->config.audit, intent->result_digest, s->image, s->image_len,
				    s->order_text);
	if (!err)
		err = audit_intent(s->config.audit, &record, s->order_details, &head);
	if (!err) {
		client_intent_stored(&s->client, intent->token, head.origin, head.size, head.root,
				     loop_now_ms());
		return;
	}
	error_set(&s->why, ERR_AUDIT_DAMAGED, "the audit trail cannot be written: %s",
		  strerror(-err));
	if (!intent->gets_safe) {
		client_intent_failed(&s->client, loop_now_ms());
		return;
	}
	/* Getting safe is never held up by the trail: the pump's own record stands for the intent. */
	static const uint8_t none[DIGEST_LEN];
	s->intent_missing = true;
	client_intent_stored(&s->client, intent->token, none, 0, none, loop_now_ms());
}

void session_store_outcome(struct session *s, const struct client_outcome *outcome, bool resolution)
{
	/* If this fails the intent stays open in the trail and the next session settles it again. */
	const int err = audit_outcome(s->config.audit, s->pairing.serial, outcome->token,
				      outcome_to_audit(outcome->outcome), outcome->reason,
				      resolution, NULL);
	s->record_missing |= err != 0;
	client_outcome_stored(&s->client, loop_now_ms());
}

static int add_records(struct session *s, const struct action_records *records)
{
	const char *serial = s->pairing.serial;
	const uint8_t *raw;
	size_t len, at = 0;
	uint64_t seq = records->first;
	int err = 0;
	while (!err && record_next(records->packed, records->packed_len, &at, &raw, &len))
		err = archive_add(s->archive, serial, records->epoch, seq++, raw, len);
	if (!err && records->has_chain)
		err = archive_set_chain(s->archive, serial, records->epoch, seq - 1, records->chain);
	return err;
}

void session_store_records(struct session *s, const struct action_records *records)
{
	int err = archive_begin(s->archive);
	if (!err) {
		err = add_records(s, records);
		if (!err)
			err = archive_commit(s->archive);
		if (err)
			archive_rollback(s->archive);
	}
	if (err) {
		s->store_error = err;
		client_records_failed(&s->client, loop_now_ms());
		return;
	}
	s->stored += records->count;
	if (s->progress)
		s->progress(s->progress_ctx, s->stored, s->wanted);
	client_records_stored(&s->client, loop_now_ms());
}

_Static_assert(sizeof(((struct order_intent *)0)->serial) ==
		       sizeof(((struct audit_intent *)0)->serial),
	       "one length of serials");

size_t session_load_intents(const struct session *s, struct order_intent *out, size_t max)
{
	struct audit_intent found[AUDIT_OPEN_MAX];
	size_t count = audit_open_intents(s->config.audit, s->pairing.serial, found, AUDIT_OPEN_MAX);
	if (count > max)
		count = max;
	for (size_t i = 0; i < count; i++) {
		struct order_intent *to = &out[i];
		*to = (struct order_intent){
			.token = found[i].token,
			.kind = found[i].kind,
			.result_therapy = (uint8_t)found[i].result_state,
			.not_after_ms = found[i].not_after,
			.gets_safe = found[i].gets_safe,
		};
		memcpy(to->serial, found[i].serial, sizeof(to->serial));
		memcpy(to->stage_digest, found[i].stage_digest, DIGEST_LEN);
		memcpy(to->expected_digest, found[i].expected_digest, DIGEST_LEN);
		memcpy(to->result_digest, found[i].result_digest, DIGEST_LEN);
	}
	return count;
}

void session_note_opened(struct session *s)
{
	struct cJSON *data = cJSON_CreateObject();
	cJSON_AddStringToObject(data, "model", s->pump.model);
	cJSON_AddStringToObject(data, "firmware", s->pump.firmware);
	cJSON_AddStringToObject(data, "address", s->pairing.address);
	/* Reading goes on without it; the dispatcher shows a damaged trail in its own words. */
	s->record_missing |= audit_append(s->config.audit, "session-opened", data, NULL) != 0;
	cJSON_Delete(data);
}

void session_note_closed(struct session *s)
{
	struct cJSON *data = cJSON_CreateObject();
	cJSON_AddStringToObject(data, "end", s->ended ? error_name(s->why.code) : "closed-here");
	s->record_missing |= audit_append(s->config.audit, "session-closed", data, NULL) != 0;
	cJSON_Delete(data);
}
