/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_session.h"

#include "hello.h"
#include "pump_requests.h"

#include <sodium.h>
#include <string.h>

enum { ATT_HEADER = 3, MTU_LEAST = 23 };

static void clear_session(struct pump *p)
{
	struct pump_session *s = &p->session;

	seal_finish(&s->seal);
	sodium_memzero(s->request, sizeof s->request);
	sodium_memzero(s->plain, sizeof s->plain);
	joiner_init(&s->in);
	splitter_init(&s->out.splitter);
	splitter_init(&s->stream.splitter);
	s->out.in_flight = false;
	s->stream.in_flight = false;
	s->request_waiting = false;
	s->started = false;
	p->pull.running = false;
}

void pump_session_open(struct pump *p, uint16_t mtu)
{
	struct pump_session *s = &p->session;

	s->mtu = mtu < MTU_LEAST ? MTU_LEAST : mtu;
	if (s->phase != PUMP_PHASE_OFF)
		return;
	clear_session(p);
	s->phase = PUMP_PHASE_LINKED;
	s->number++;
	s->connected_ms = p->now_ms;
	s->received_ms = p->now_ms;
	s->disconnect_due = false;
}

void pump_session_close(struct pump *p)
{
	clear_session(p);
	p->session.phase = PUMP_PHASE_OFF;
	p->session.disconnect_due = false;
}

void pump_session_end(struct pump *p)
{
	if (p->session.phase == PUMP_PHASE_OFF || p->session.phase == PUMP_PHASE_ENDED)
		return;
	clear_session(p);
	p->session.phase = PUMP_PHASE_ENDED;
	p->session.disconnect_due = true;
}

/* Nonces are BLAKE2b-256(key = seed of this boot, input = how many there were before). */
static void make_nonce(struct pump *p, uint8_t nonce[NONCE_LEN])
{
	uint8_t count[8];

	for (unsigned i = 0; i < sizeof count; i++)
		count[i] = (uint8_t)(p->nonces >> (8 * i));
	crypto_generichash(nonce, NONCE_LEN, count, sizeof count, p->seed, sizeof p->seed);
	p->nonces++;
}

static const struct pump_pair *find_pair(struct pump *p, const uint8_t *workstation)
{
	for (uint8_t i = 0; i < PUMP_SLOTS; i++) {
		const struct pump_pair *pair = &p->memory.pairs[i];

		if (!pair->used || memcmp(pair->workstation, workstation, WORKSTATION_LEN) != 0)
			continue;
		p->session.slot = i;
		return pair;
	}
	return NULL;
}

static bool load_clear(struct pump *p, const uint8_t *message, size_t len)
{
	return splitter_load(&p->session.out.splitter, message, len) == PUMP_OK;
}

static bool refuse_hello(struct pump *p, enum hello_refusal reason)
{
	uint8_t message[2] = {0xF0, (uint8_t)reason};

	p->session.phase = PUMP_PHASE_REFUSED;
	return load_clear(p, message, sizeof message);
}

static bool take_hello(struct pump *p)
{
	struct pump_session *s = &p->session;
	struct hello_programmer peer;
	struct hello_pump own = {.major = PROTOCOL_MAJOR, .minor = PROTOCOL_MINOR};
	uint8_t answer[HELLO_PUMP_LEN];
	const struct pump_pair *pair;

	if (hello_programmer_decode(s->in.message, s->in.len, &peer) != PUMP_OK)
		return false;
	if (peer.major != PROTOCOL_MAJOR)
		return refuse_hello(p, HELLO_VERSION);
	pair = find_pair(p, peer.workstation);
	if (!pair)
		return refuse_hello(p, HELLO_UNKNOWN_WORKSTATION);
	make_nonce(p, own.nonce);
	hello_pump_encode(&own, answer);
	seal_init(&s->seal, ROLE_PUMP, pair->key, s->in.message, answer);
	s->phase = PUMP_PHASE_GREETED;
	return load_clear(p, answer, sizeof answer);
}

static bool is_start(const struct pump_session *s)
{
	return s->request_len == 2 && s->request[0] == (OP_START & 0xFF) &&
	       s->request[1] == OP_START >> 8;
}

static bool take_sealed(struct pump *p)
{
	struct pump_session *s = &p->session;

	if (s->request_waiting)
		return false;
	if (seal_open(&s->seal, CHANNEL_IN, s->in.message, s->in.len, s->request,
		      &s->request_len) != PUMP_OK)
		return false;
	if (s->phase == PUMP_PHASE_GREETED) {
		if (!is_start(s))
			return false;
		s->phase = PUMP_PHASE_OPEN;
	}
	if (pump_requests_acknowledge(p))
		return true;
	/* The programmer waits for each answer; a request on top of another breaks the protocol. */
	s->request_waiting = !splitter_pending(&s->out.splitter);
	return s->request_waiting;
}

static bool take_message(struct pump *p)
{
	switch (p->session.phase) {
	case PUMP_PHASE_LINKED:
		return take_hello(p);
	case PUMP_PHASE_GREETED:
	case PUMP_PHASE_OPEN:
		return take_sealed(p);
	case PUMP_PHASE_REFUSED:
	case PUMP_PHASE_OFF:
	case PUMP_PHASE_ENDED:
		break;
	}
	return false;
}

bool pump_session_feed(struct pump *p, const uint8_t *value, size_t len)
{
	struct pump_session *s = &p->session;
	enum pump_err err;

	if (s->phase == PUMP_PHASE_OFF || s->phase == PUMP_PHASE_ENDED)
		return false;
	s->received_ms = p->now_ms;
	err = joiner_add(&s->in, value, len, p->now_ms);
	if (err == PUMP_EAGAIN || (err == PUMP_OK && take_message(p)))
		return true;
	pump_session_end(p);
	return false;
}

uint64_t pump_session_deadline(const struct pump *p)
{
	const struct pump_session *s = &p->session;
	uint64_t deadline = s->received_ms + PUMP_SILENCE_TIMEOUT_MS;
	uint64_t other = s->connected_ms +
			 (s->phase == PUMP_PHASE_OPEN ? PUMP_SESSION_MAX_MS : PUMP_START_TIMEOUT_MS);

	if (s->phase == PUMP_PHASE_OFF || s->phase == PUMP_PHASE_ENDED)
		return UINT64_MAX;
	if (other < deadline)
		deadline = other;
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

	return s->phase == PUMP_PHASE_OPEN && !splitter_pending(&sender->splitter);
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

static bool next_value(struct pump *p, enum channel channel, struct pump_action *out)
{
	struct pump_sender *sender = sender_of(&p->session, channel);

	if (sender->in_flight || !splitter_pending(&sender->splitter))
		return false;
	*out = (struct pump_action){.type = PUMP_SEND, .channel = channel, .data = sender->value};
	out->len = splitter_next(&sender->splitter, sender->value,
				 (size_t)p->session.mtu - ATT_HEADER);
	sender->in_flight = true;
	return true;
}

bool pump_session_action(struct pump *p, struct pump_action *out)
{
	struct pump_session *s = &p->session;

	if (s->disconnect_due) {
		s->disconnect_due = false;
		*out = (struct pump_action){.type = PUMP_DISCONNECT};
		return true;
	}
	return next_value(p, CHANNEL_OUT, out) || next_value(p, CHANNEL_STREAM, out);
}

void pump_session_sent(struct pump *p, enum channel channel)
{
	struct pump_session *s = &p->session;
	struct pump_sender *sender = sender_of(s, channel);

	sender->in_flight = false;
	if (s->phase == PUMP_PHASE_REFUSED && !splitter_pending(&s->out.splitter))
		pump_session_end(p);
}
