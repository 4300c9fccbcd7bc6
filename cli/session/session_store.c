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

static int save(struct session *s, struct audit *audit, const struct session_unsaved *u)
{
	return audit_outcome(audit, s->pairing.serial, u->token, u->outcome, u->reason, u->resolution,
			     NULL);
}

static int save_afresh(struct session *s, const struct session_unsaved *u)
{
	struct audit *fresh;
	int err = audit_open(&fresh, s->config.state_dir);
	if (err)
		return err;
	audit_set_context(fresh, s->pairing.serial, s->pump.is_virtual, s->id);
	err = save(s, fresh, u);
	audit_close(fresh);
	return err;
}

void session_store_unsaved(struct session *s)
{
	while (s->unsaved_count) {
		int err = save(s, s->config.audit, &s->unsaved[0]);
		if (err && audit_state(s->config.audit) == AUDIT_DAMAGED)
			err = save_afresh(s, &s->unsaved[0]);
		/* Not open: the outcome was stored, or the intent was not, whatever the write said. */
		if (err && err != -ENOENT)
			return;
		s->unsaved_count--;
		memmove(&s->unsaved[0], &s->unsaved[1], s->unsaved_count * sizeof(s->unsaved[0]));
	}
}

/* What does not fit is settled by the next session, as all of them are if this process dies. */
static void keep_unsaved(struct session *s, const struct session_unsaved *u)
{
	if (s->unsaved_count < AUDIT_OPEN_MAX)
		s->unsaved[s->unsaved_count++] = *u;
	else
		s->record_missing = true;
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
	session_store_unsaved(s);
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
	const struct session_unsaved u = {.token = outcome->token,
					  .outcome = outcome_to_audit(outcome->outcome),
					  .reason = outcome->reason,
					  .resolution = resolution};
	const int err = save(s, s->config.audit, &u);
	if (err == -ENOENT)
		s->record_missing = true;
	if (err)
		keep_unsaved(s, &u);
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
	if (!s->archive) { /* session_measure: only how fast they come is asked */
		client_records_stored(&s->client, loop_now_ms());
		return;
	}
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

size_t session_load_intents(struct session *s, struct order_intent *out, size_t max)
{
	struct audit_intent found[AUDIT_OPEN_MAX];
	s->record_missing |= audit_refresh(s->config.audit) != 0;
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
