/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_session.h"

#include "pump_requests.h"
#include "pump_visit.h"

#include <sodium.h>
#include <string.h>

enum { ATT_HEADER = 3 };

void pump_session_close(struct pump *p)
{
	struct pump_session *s = &p->session;

	seal_finish(&s->seal);
	sodium_memzero(s->pairing_key, sizeof s->pairing_key);
	sodium_memzero(s->request, sizeof s->request);
	sodium_memzero(s->plain, sizeof s->plain);
	joiner_init(&s->in);
	splitter_init(&s->out.splitter);
	splitter_init(&s->stream.splitter);
	s->out.in_flight = false;
	s->stream.in_flight = false;
	s->request_waiting = false;
	s->started = false;
	s->is_open = false;
	p->pull.running = false;
}

void pump_session_end(struct pump *p)
{
	if (!p->session.is_open)
		return;
	pump_session_close(p);
	pump_visit_end(p, p->session.link);
}

void pump_session_end_revoked(struct pump *p)
{
	const struct pump_session *s = &p->session;

	if (s->is_open && !s->is_card && !p->memory.pairs[s->slot].used)
		pump_session_end(p);
}

void pump_session_begin(struct pump *p, unsigned link)
{
	struct pump_session *s = &p->session;
	struct pump_visit *v = &p->visits[link];

	pump_session_end(p);
	s->is_open = true;
	s->link = link;
	s->number++;
	s->opened_ms = p->now_ms;
	s->received_ms = p->now_ms;
	s->is_card = v->is_card;
	s->slot = v->slot;
	memcpy(s->workstation, v->workstation, WORKSTATION_LEN);
	if (v->is_card)
		handshake_pairing_key(&v->handshake, s->pairing_key);
	handshake_seal(&v->handshake, &s->seal);
	handshake_finish(&v->handshake);
	/* Segments are counted from the connection on; the tag is still to be sent. */
	s->in = v->in;
	s->out = v->out;
	v->phase = PUMP_VISIT_SESSION;
}

static bool take_sealed(struct pump *p)
{
	struct pump_session *s = &p->session;
	enum pump_err err;

	if (s->request_waiting)
		return false;
	err = seal_open(&s->seal, CHANNEL_IN, s->in.message, s->in.len, s->request, &s->request_len);
	if (err == PUMP_EAUTH || err == PUMP_EFORM)
		pump_security_note(p, SECURITY_CHANGED, s->workstation);
	else if (err == PUMP_ESEQ)
		pump_security_note(p, SECURITY_OUT_OF_ORDER, s->workstation);
	if (err != PUMP_OK)
		return false;
	if (pump_requests_acknowledge(p))
		return true;
	/* The programmer waits for each answer; a request on top of another breaks the protocol. */
	s->request_waiting = !splitter_pending(&s->out.splitter);
	return s->request_waiting;
}

bool pump_session_feed(struct pump *p, const uint8_t *value, size_t len)
{
	struct pump_session *s = &p->session;
	enum pump_err err;

	s->received_ms = p->now_ms;
	err = joiner_add(&s->in, value, len, p->now_ms);
	if (err == PUMP_EAGAIN || (err == PUMP_OK && take_sealed(p)))
		return true;
	if (err != PUMP_OK)
		pump_security_note(p, err == PUMP_ESEQ ? SECURITY_OUT_OF_ORDER : SECURITY_FORM,
				   s->workstation);
	pump_session_end(p);
	return false;
}

uint64_t pump_session_deadline(const struct pump *p)
{
	const struct pump_session *s = &p->session;
	uint64_t deadline = s->received_ms + PUMP_SILENCE_TIMEOUT_MS;

	if (!s->is_open)
		return UINT64_MAX;
	if (s->opened_ms + PUMP_SESSION_MAX_MS < deadline)
		deadline = s->opened_ms + PUMP_SESSION_MAX_MS;
	if (s->in.in_message && s->in.started_ms + SEGMENT_TIMEOUT_MS < deadline)
		deadline = s->in.started_ms + SEGMENT_TIMEOUT_MS;
	return deadline;
}

void pump_session_check(struct pump *p)
{
	if (p->now_ms >= pump_session_deadline(p))
		pump_session_end(p);
}

static struct pump_sender *sender_of(struct pump_session *s, enum channel channel)
{
	return channel == CHANNEL_STREAM ? &s->stream : &s->out;
}

bool pump_session_can_send(const struct pump *p, enum channel channel)
{
	const struct pump_session *s = &p->session;
	const struct pump_sender *sender = channel == CHANNEL_STREAM ? &s->stream : &s->out;

	return s->is_open && !splitter_pending(&sender->splitter);
}

void pump_session_send(struct pump *p, enum channel channel, const struct message *m)
{
	struct pump_session *s = &p->session;
	size_t len;

	if (message_encode(m, s->plain, sizeof s->plain, &len) != PUMP_OK ||
	    seal_message(&s->seal, channel, s->plain, len, s->sealed, &len) != PUMP_OK ||
	    splitter_load(&sender_of(s, channel)->splitter, s->sealed, len) != PUMP_OK)
		pump_session_end(p);
}

bool pump_session_next_value(struct pump_sender *sender, enum channel channel, unsigned link,
			     uint16_t mtu, struct pump_action *out)
{
	if (sender->in_flight || !splitter_pending(&sender->splitter))
		return false;
	*out = (struct pump_action){
		.type = PUMP_SEND, .link = link, .channel = channel, .data = sender->value};
	out->len = splitter_next(&sender->splitter, sender->value, (size_t)mtu - ATT_HEADER);
	sender->in_flight = true;
	return true;
}

bool pump_session_action(struct pump *p, struct pump_action *out)
{
	struct pump_session *s = &p->session;
	uint16_t mtu = p->visits[s->link].mtu;

	if (!s->is_open)
		return false;
	return pump_session_next_value(&s->out, CHANNEL_OUT, s->link, mtu, out) ||
	       pump_session_next_value(&s->stream, CHANNEL_STREAM, s->link, mtu, out);
}

void pump_session_sent(struct pump *p, enum channel channel)
{
	struct pump_session *s = &p->session;

	sender_of(s, channel)->in_flight = false;
	/* A workstation that revoked itself is still answered. */
	if (channel == CHANNEL_OUT && !splitter_pending(&s->out.splitter))
		pump_session_end_revoked(p);
}
