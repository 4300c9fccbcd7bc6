/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "session_state.h"
#include "wireless.h"

/* A person who sees nothing for longer thinks that the program hangs. */
#define SESSION_SILENCE_MS 2000
/* A pump has sixteen links for those who proved nothing; whoever takes all of them this often does it on purpose. */
#define REACH_TRIES 16

static enum error_code link_error(struct session *s, struct error *why)
{
	switch (s->close_why) {
	case GATT_CLOSE_TIMEOUT:
		return error_set(why, ERR_TIMED_OUT, "it gave no answer for 30 seconds");
	case GATT_CLOSE_PROTOCOL:
		return error_set(why, ERR_PROTOCOL, NULL);
	case GATT_CLOSE_LINK:
	case GATT_CLOSE_NO_SERVICE:
	case GATT_CLOSE_REFUSED:
		break;
	}
	if (s->wireless)
		return wireless_end(s->wireless, s->close_error, why);
	return error_set(why, ERR_LINK_LOST, "the link ended");
}

static enum error_code end_error(struct session *s, enum client_end end, struct error *why)
{
	switch (end) {
	case CLIENT_END_LINK:
		return link_error(s, why);
	case CLIENT_END_VERSION:
		return error_set(why, ERR_PROTOCOL, "the pump speaks another protocol version");
	case CLIENT_END_UNKNOWN_HERE:
		return error_set(why, ERR_NOT_KNOWN_THERE, NULL);
	case CLIENT_END_KEY:
		return error_set(why, ERR_NOT_AUTHENTIC,
				 "it does not hold this workstation's key, or it is another pump");
	case CLIENT_END_CARD_CODE:
		return error_set(why, ERR_CARD_CODE, NULL);
	case CLIENT_END_CARD_CLOSED:
		return error_set(why, ERR_NO_MAGNET, NULL);
	case CLIENT_END_CARD_TRIES:
		return error_set(why, ERR_CARD_TRIES, NULL);
	case CLIENT_END_TAMPERED:
		return error_set(why, ERR_TAMPERED, NULL);
	case CLIENT_END_PROTOCOL:
		return error_set(why, ERR_PROTOCOL, NULL);
	case CLIENT_END_TIMEOUT:
		return error_set(why, ERR_TIMED_OUT, NULL);
	case CLIENT_END_EXPIRED:
		return error_set(why, ERR_LINK_LOST, "the session reached its longest duration; connect again");
	}
	return error_set(why, ERR_FAILED, NULL);
}

static void session_take_report(struct session *s, const struct report *report)
{
	switch (report->type) {
	case REPORT_RESOLVED:
		if (s->resolved_count < SESSION_RESOLVED_MAX)
			s->resolved[s->resolved_count++] = report->as.outcome;
		return;
	case REPORT_READY:
		s->pump = report->as.started;
		s->ready = true;
		return;
	case REPORT_ENDED:
		s->ended = true;
		end_error(s, report->as.end, &s->why);
		if (!s->in_call && s->config.on_closed)
			s->config.on_closed(s->config.ctx, &s->why);
		return;
	case REPORT_ENROLLED:
	case REPORT_SLOTS:
	case REPORT_SECURITY:
	case REPORT_STATUS:
	case REPORT_CARE:
	case REPORT_PROGRAM:
	case REPORT_OPERATORS:
	case REPORT_UNREADABLE:
	case REPORT_RANGE:
	case REPORT_PULLED:
	case REPORT_STAGED:
	case REPORT_STAGE_DIFFERS:
	case REPORT_OUTCOME:
	case REPORT_REFUSED:
	case REPORT_FORK:
		s->report = *report;
		s->has_report = true;
		return;
	}
}

static void on_wake(void *ctx)
{
	struct session *s = ctx;
	s->wake_timer = 0;
	client_tick(&s->client, loop_now_ms());
	session_drain(s);
}

static void session_send(struct session *s, const uint8_t *value, size_t len)
{
	enum { IN = 1 };
	if (!s->gatt || gatt_client_write(s->gatt, IN, value, len) != 0)
		client_sent(&s->client, CLIENT_WRITE_NOT_SENT, loop_now_ms());
}

static void session_sign(struct session *s, const uint8_t *order, size_t len)
{
	struct order_signature signatures[SIGNATURES_MAX];
	const int count = s->config.on_sign ? s->config.on_sign(s->config.ctx, order, len, signatures) : -1;
	if (count < 0)
		client_sign_failed(&s->client, loop_now_ms());
	else
		client_signed(&s->client, signatures, (uint8_t)count, loop_now_ms());
}

static void session_set_wake(struct session *s, uint64_t at_ms)
{
	loop_cancel_timer(s->config.loop, s->wake_timer);
	s->wake_timer = loop_add_timer(s->config.loop, at_ms, on_wake, s);
	if (s->wake_timer < 0)
		s->wake_timer = 0;
}

/* From the pump's own word on, every record of the trail says whether it is a virtual one. */
static void session_set_context(struct session *s)
{
	const struct msg_started *pump = client_pump(&s->client);
	if (s->context_set || !pump)
		return;
	audit_set_context(s->config.audit, s->pairing.serial, pump->is_virtual, s->id);
	s->context_set = true;
}

void session_drain(struct session *s)
{
	struct action *action = &s->action;
	if (s->draining)
		return;
	s->draining = true;
	while (client_next_action(&s->client, action)) {
		session_set_context(s);
		s->active_ms = loop_now_ms();
		s->told_waiting = false;
		switch (action->type) {
		case ACTION_SEND:
			session_send(s, action->as.send.value, action->as.send.len);
			break;
		case ACTION_SIGN:
			session_sign(s, action->as.sign.order, action->as.sign.len);
			break;
		case ACTION_STORE_INTENT:
			session_store_intent(s, &action->as.intent);
			break;
		case ACTION_STORE_OUTCOME:
			session_store_outcome(s, &action->as.store.outcome,
					      action->as.store.resolution);
			break;
		case ACTION_STORE_RECORDS:
			session_store_records(s, &action->as.records);
			break;
		case ACTION_WAKE_AT:
			session_set_wake(s, action->as.wake_at_ms);
			break;
		case ACTION_REPORT:
			session_take_report(s, &action->as.report);
			break;
		case ACTION_CLOSE:
			gatt_client_destroy(s->gatt);
			s->gatt = NULL;
			break;
		}
	}
	s->draining = false;
}

void session_turn(struct session *s)
{
	const uint64_t now = loop_now_ms(), tell_at = s->active_ms + SESSION_SILENCE_MS;
	if (s->told_waiting || !s->config.on_waiting) {
		(void)loop_turn(s->config.loop, -1);
	} else if (now < tell_at) {
		(void)loop_turn(s->config.loop, (int)(tell_at - now));
	} else {
		s->told_waiting = true;
		s->config.on_waiting(s->config.ctx);
	}
}

enum error_code session_wait(struct session *s, enum report_type wanted, struct error *error)
{
	session_drain(s);
	while (!s->has_report && !s->ended)
		session_turn(s);
	if (!s->has_report) {
		if (error)
			*error = s->why;
		return s->why.code;
	}
	s->has_report = false;
	if (s->report.type == wanted)
		return ERR_NONE;
	if (s->report.type == REPORT_REFUSED)
		return error_set(error, ERR_PUMP_REFUSED, "%s (code %04X)",
				 session_code_text(s->report.as.refused.code),
				 (unsigned)s->report.as.refused.code);
	if (s->report.type == REPORT_UNREADABLE)
		return error_set(error, ERR_UNREADABLE,
				 "its form is not known here, or it is not the one that the pump's digest names");
	if (s->report.type == REPORT_STAGE_DIFFERS)
		return error_set(error, ERR_STAGE_DIFFERS, NULL);
	if (s->report.type == REPORT_FORK)
		return error_set(error, ERR_INTEGRITY,
				 "the pump's log does not continue the stored one at record %" PRIu64,
				 s->report.as.fork_seq);
	return error_set(error, ERR_PROTOCOL, "an answer came that was not asked for");
}

enum error_code session_start(struct session *s, struct error *error)
{
	struct order_intent open[INTENTS_MAX];
	struct client_config config = {
		.mtu = s->mtu,
		.secret = s->card_code ? SECRET_CARD : SECRET_KEY,
		.open = open,
		.open_count = session_load_intents(s, open, INTENTS_MAX),
	};
	config.last_token = audit_last_token(s->config.audit, s->pairing.serial);
	randombytes_buf(config.seed, sizeof(config.seed));
	if (s->card_code)
		memcpy(config.card_code, s->card_code, sizeof(config.card_code));
	memcpy(config.pairing_key, s->pairing.key, sizeof(config.pairing_key));
	memcpy(config.workstation, s->pairing.workstation, sizeof(config.workstation));
	memcpy(config.serial, s->pairing.serial, sizeof(config.serial));
	client_start(&s->client, &config, loop_now_ms());
	sodium_memzero(&config, sizeof(config));
	session_drain(s);
	while (!s->ready && !s->ended)
		session_turn(s);
	if (s->ended) {
		if (error)
			*error = s->why;
		return s->why.code;
	}
	return ERR_NONE;
}

/*
 * The link went before anything was proved on it: the radio lost it, or the pump gave it to
 * newcomers (docs/decisions/0008-links-that-prove-nothing.md). Nothing can have come of it.
 */
static bool was_given_away(const struct session *s)
{
	return s->link_ready && s->ended && s->close_why == GATT_CLOSE_LINK && !client_pump(&s->client);
}

static enum error_code try_once(struct session *s, struct error *error)
{
	s->why = (struct error){0};
	const enum error_code code = session_connect(s, error);
	return code ? code : session_start(s, error);
}

static enum error_code reach_pump(struct session *s, struct error *error)
{
	const uint64_t deadline = loop_now_ms() + (uint64_t)s->config.timeout_ms;
	enum error_code code = try_once(s, error);
	for (int tries = 1; code && was_given_away(s) && tries < REACH_TRIES && loop_now_ms() < deadline; tries++) {
		if (s->wireless)
			wireless_drop(s->wireless);
		code = try_once(s, error);
	}
	sodium_memzero(s->pairing.key, sizeof(s->pairing.key));
	return code;
}

enum error_code session_lock(struct session *s, struct error *error)
{
	const struct session_config *config = &s->config;
	long holder = 0;
	s->lock_fd = state_pump_lock(config->state_dir, s->pairing.serial, &holder);
	if (s->lock_fd == -EBUSY)
		return error_set(error, ERR_BUSY,
				 "process %ld of this workstation has a session with %s", holder,
				 s->pairing.serial);
	if (s->lock_fd < 0)
		return error_set(error, ERR_FAILED, "the pump's lock file cannot be used: %s",
				 strerror(-s->lock_fd));
	return ERR_NONE;
}

static enum error_code session_pairing(struct session *s, struct error *error)
{
	const struct session_config *config = &s->config;
	const int err = state_pairing_find(config->state_dir, config->pump, &s->pairing);
	if (err == -ENOENT)
		return error_set(error, ERR_NOT_PAIRED, "no key for \"%s\"", config->pump);
	if (err)
		return error_set(error, ERR_FAILED, "the pairing file cannot be used: %s",
				 strerror(-err));
	return session_lock(s, error);
}

struct session *session_create(const struct session_config *config)
{
	uint8_t id[SESSION_ID_TEXT / 2];
	struct session *s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->config = *config;
	s->lock_fd = -1;
	s->in_call = true;
	randombytes_buf(id, sizeof(id));
	sodium_bin2hex(s->id, sizeof(s->id), id, sizeof(id));
	return s;
}

enum error_code session_open(struct session **out, const struct session_config *config,
			     struct error *error)
{
	struct session *s = session_create(config);
	*out = NULL;
	if (!s)
		return error_set(error, ERR_FAILED, "out of memory");
	enum error_code code = session_pairing(s, error);
	if (!code)
		code = reach_pump(s, error);
	if (code) {
		session_close(s);
		return code;
	}
	s->in_call = false;
	session_note_opened(s);
	*out = s;
	return ERR_NONE;
}

void session_close(struct session *s)
{
	if (!s)
		return;
	session_store_unsaved(s);
	if (s->ready)
		session_note_closed(s);
	if (s->context_set)
		audit_set_context(s->config.audit, NULL, false, NULL);
	loop_cancel_timer(s->config.loop, s->wake_timer);
	gatt_client_destroy(s->gatt);
	wireless_close(s->wireless);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	sodium_memzero(s, sizeof(*s));
	free(s);
}

bool session_is_open(const struct session *s)
{
	return s && s->ready && !s->ended;
}

const struct msg_started *session_pump(const struct session *s)
{
	return &s->pump;
}

size_t session_resolved(const struct session *s, const struct client_outcome **outcomes)
{
	*outcomes = s->resolved;
	return s->resolved_count;
}

bool session_has_open_intent(const struct session *s)
{
	return client_has_open_intent(&s->client);
}

const char *session_trail_gap(const struct session *s)
{
	if (s->intent_missing)
		return "the audit trail could not take a record of this order; the pump's own log holds it";
	if (s->record_missing || s->unsaved_count)
		return "the audit trail could not take every record of this session";
	return NULL;
}
