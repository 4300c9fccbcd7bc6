/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_visit.h"

#include "pump_session.h"
#include "pump_store.h"

#include <sodium.h>
#include <string.h>

enum { MTU_LEAST = 23 };

static void clear(struct pump_visit *v)
{
	handshake_finish(&v->handshake);
	sodium_memzero(v->share, sizeof v->share);
	v->share_len = 0;
	v->proven = false;
	joiner_init(&v->in);
	splitter_init(&v->out.splitter);
	v->out.in_flight = false;
}

void pump_visit_open(struct pump *p, unsigned link, uint16_t mtu)
{
	struct pump_visit *v = &p->visits[link];

	v->mtu = mtu < MTU_LEAST ? MTU_LEAST : mtu;
	if (v->phase != PUMP_VISIT_FREE)
		return;
	clear(v);
	memset(v->workstation, 0, sizeof v->workstation);
	v->phase = PUMP_VISIT_HELLO;
	v->connected_ms = p->now_ms;
	v->arrival = p->arrivals++;
	v->disconnect_due = false;
}

void pump_visit_close(struct pump *p, unsigned link)
{
	struct pump_visit *v = &p->visits[link];

	clear(v);
	v->phase = PUMP_VISIT_FREE;
	v->disconnect_due = false;
}

void pump_visit_end(struct pump *p, unsigned link)
{
	struct pump_visit *v = &p->visits[link];

	if (v->phase == PUMP_VISIT_FREE || v->phase == PUMP_VISIT_GONE)
		return;
	clear(v);
	v->phase = PUMP_VISIT_GONE;
	v->disconnect_due = true;
}

/* Seeds are BLAKE2b-256(key = seed of this boot, input = how many there were before). */
static void make_seed(struct pump *p, uint8_t seed[32])
{
	uint8_t count[8];

	for (unsigned i = 0; i < sizeof count; i++)
		count[i] = (uint8_t)(p->seeds >> (8 * i));
	crypto_generichash(seed, 32, count, sizeof count, p->seed, sizeof p->seed);
	p->seeds++;
}

static const struct pump_pair *find_pair(const struct pump *p, const uint8_t *workstation,
					 uint8_t *slot)
{
	for (uint8_t i = 0; i < PUMP_SLOTS; i++) {
		const struct pump_pair *pair = &p->memory.pairs[i];

		if (!pair->used || memcmp(pair->workstation, workstation, WORKSTATION_LEN) != 0)
			continue;
		*slot = i;
		return pair;
	}
	return NULL;
}

static bool say(struct pump_visit *v, const uint8_t *message, size_t len)
{
	return splitter_load(&v->out.splitter, message, len) == PUMP_OK;
}

static bool refuse(struct pump *p, struct pump_visit *v, enum hello_refusal refusal,
		   enum security_kind kind)
{
	uint8_t message[HELLO_REFUSED_LEN];

	pump_security_note(p, kind, v->workstation);
	hello_refuse(refusal, message);
	v->phase = PUMP_VISIT_REFUSED;
	return say(v, message, sizeof message);
}

static bool has_card_try(const struct pump *p)
{
	return p->memory.access.card_tries - p->window_tries < PUMP_CARD_TRIES;
}

static bool meet(struct pump_visit *v, const struct handshake_setup *setup)
{
	uint8_t answer[HELLO_PUMP_LEN];

	handshake_meet(&v->handshake, setup, v->in.message, answer);
	v->phase = PUMP_VISIT_SHARE;
	return say(v, answer, sizeof answer);
}

static bool meet_card(struct pump *p, struct pump_visit *v, struct handshake_setup *setup)
{
	if (p->now_ms >= p->magnet_ms)
		return refuse(p, v, HELLO_CARD_CLOSED, SECURITY_CARD_CLOSED);
	if (!has_card_try(p))
		return refuse(p, v, HELLO_CARD_TRIES, SECURITY_CARD_CLOSED);
	memcpy(setup->secret, p->memory.access.card_code, CARD_CODE_LEN);
	return meet(v, setup);
}

static bool take_hello(struct pump *p, struct pump_visit *v)
{
	struct hello_programmer hello;
	struct handshake_setup setup = {.role = ROLE_PUMP, .capabilities = PUMP_IS_VIRTUAL};
	const struct pump_pair *pair;
	enum pump_err err = hello_programmer_decode(v->in.message, v->in.len, &hello);
	bool goes_on = true;

	if (err != PUMP_OK) {
		pump_security_note(p, err == PUMP_EPEER ? SECURITY_REFLECTED : SECURITY_FORM, NULL);
		return false;
	}
	memcpy(v->workstation, hello.workstation, WORKSTATION_LEN);
	if (hello.major != PROTOCOL_MAJOR)
		return refuse(p, v, HELLO_VERSION, SECURITY_VERSION);
	setup.secret_kind = hello.secret;
	memcpy(setup.workstation, hello.workstation, WORKSTATION_LEN);
	memcpy(setup.serial, p->serial, sizeof setup.serial);
	make_seed(p, setup.seed);
	v->is_card = hello.secret == SECRET_CARD;
	if (v->is_card) {
		goes_on = meet_card(p, v, &setup);
	} else {
		pair = find_pair(p, hello.workstation, &v->slot);
		if (pair)
			memcpy(setup.secret, pair->key, PAIRING_KEY_LEN);
		goes_on = pair ? meet(v, &setup)
			       : refuse(p, v, HELLO_UNKNOWN_WORKSTATION, SECURITY_WORKSTATION);
	}
	sodium_memzero(&setup, sizeof setup);
	return goes_on;
}

/* What a failed step of the handshake is called in the ring. */
static void note_failure(struct pump *p, const struct pump_visit *v, enum pump_err err)
{
	enum security_kind kind = v->is_card ? SECURITY_CARD_CODE : SECURITY_KEY;

	if (err == PUMP_EPEER)
		kind = SECURITY_REFLECTED;
	else if (err != PUMP_EAUTH)
		kind = SECURITY_FORM;
	pump_security_note(p, kind, v->workstation);
}

static bool take_step(struct pump *p, struct pump_visit *v, const uint8_t *message, size_t len)
{
	uint8_t answer[HANDSHAKE_MAX];
	size_t answer_len;
	enum pump_err err = handshake_take(&v->handshake, message, len, answer, &answer_len);

	if (err != PUMP_OK) {
		note_failure(p, v, err);
		return false;
	}
	v->phase = PUMP_VISIT_TAG;
	return say(v, answer, answer_len);
}

static bool take_share(struct pump *p, struct pump_visit *v)
{
	enum pump_err err = handshake_check_share(&v->handshake, v->in.message, v->in.len);

	if (err != PUMP_OK) {
		note_failure(p, v, err);
		return false;
	}
	if (!v->is_card) {
		v->proven = true;
		return take_step(p, v, v->in.message, v->in.len);
	}
	/* Counted before anything is computed: a run that is broken off was a run. */
	memcpy(v->share, v->in.message, v->in.len);
	v->share_len = v->in.len;
	v->phase = PUMP_VISIT_COUNTING;
	return true;
}

static bool take_tag(struct pump *p, struct pump_visit *v)
{
	if (!v->is_card && !p->memory.pairs[v->slot].used) {
		pump_security_note(p, SECURITY_WORKSTATION, v->workstation);
		return false;
	}
	if (!take_step(p, v, v->in.message, v->in.len))
		return false;
	pump_session_begin(p, (unsigned)(v - p->visits));
	return true;
}

static bool take_message(struct pump *p, struct pump_visit *v)
{
	switch (v->phase) {
	case PUMP_VISIT_HELLO:
		return take_hello(p, v);
	case PUMP_VISIT_SHARE:
		return take_share(p, v);
	case PUMP_VISIT_TAG:
		return take_tag(p, v);
	case PUMP_VISIT_COUNTING:
	case PUMP_VISIT_REFUSED:
		pump_security_note(p, SECURITY_FORM, v->workstation);
		return false;
	case PUMP_VISIT_FREE:
	case PUMP_VISIT_SESSION:
	case PUMP_VISIT_GONE:
		break;
	}
	return false;
}

void pump_visit_end_all(struct pump *p)
{
	for (unsigned i = 0; i < PUMP_LINKS; i++)
		if (p->visits[i].phase != PUMP_VISIT_FREE &&
		    p->visits[i].phase != PUMP_VISIT_SESSION)
			pump_visit_end(p, i);
}

bool pump_visit_feed(struct pump *p, unsigned link, const uint8_t *value, size_t len)
{
	struct pump_visit *v = &p->visits[link];
	enum pump_err err;

	if (v->phase == PUMP_VISIT_FREE || v->phase == PUMP_VISIT_GONE)
		return false;
	err = joiner_add(&v->in, value, len, p->now_ms);
	if (err == PUMP_EAGAIN && v->in.len <= HANDSHAKE_MAX)
		return true;
	if (err == PUMP_OK && take_message(p, v))
		return true;
	if (err != PUMP_OK)
		pump_security_note(p, err == PUMP_ESEQ ? SECURITY_OUT_OF_ORDER : SECURITY_FORM,
				   v->workstation);
	pump_visit_end(p, link);
	return false;
}

void pump_visit_sent(struct pump *p, unsigned link)
{
	struct pump_visit *v = &p->visits[link];

	v->out.in_flight = false;
	if (v->phase == PUMP_VISIT_REFUSED && !splitter_pending(&v->out.splitter))
		pump_visit_end(p, link);
}

bool pump_visit_count(struct pump *p)
{
	for (unsigned i = 0; i < PUMP_LINKS; i++) {
		if (p->visits[i].phase != PUMP_VISIT_COUNTING)
			continue;
		/* Another run may have used up the last one since this one's HELLO. */
		if (!has_card_try(p) || p->now_ms >= p->magnet_ms) {
			pump_security_note(p, SECURITY_CARD_CLOSED, p->visits[i].workstation);
			pump_visit_end(p, i);
			return true;
		}
		p->counted_link = i;
		pump_store_begin(p);
		p->next.access.card_tries++;
		pump_store_commit(p, PUMP_AFTER_CARD_TRY);
		return true;
	}
	return false;
}

void pump_visit_counted(struct pump *p)
{
	struct pump_visit *v = &p->visits[p->counted_link];

	/* Its link may have gone meanwhile, and another one come. */
	if (v->phase == PUMP_VISIT_COUNTING && !take_step(p, v, v->share, v->share_len))
		pump_visit_end(p, p->counted_link);
}

static bool has_deadline(const struct pump_visit *v)
{
	return v->phase != PUMP_VISIT_FREE && v->phase != PUMP_VISIT_SESSION &&
	       v->phase != PUMP_VISIT_GONE;
}

static uint64_t deadline_of(const struct pump_visit *v)
{
	uint64_t deadline = v->connected_ms + PUMP_PROOF_TIMEOUT_MS;

	if (v->in.in_message && v->in.started_ms + SEGMENT_TIMEOUT_MS < deadline)
		deadline = v->in.started_ms + SEGMENT_TIMEOUT_MS;
	return deadline;
}

uint64_t pump_visit_deadline(const struct pump *p)
{
	uint64_t deadline = UINT64_MAX;

	for (unsigned i = 0; i < PUMP_LINKS; i++)
		if (has_deadline(&p->visits[i]) && deadline_of(&p->visits[i]) < deadline)
			deadline = deadline_of(&p->visits[i]);
	return deadline;
}

void pump_visit_check(struct pump *p)
{
	for (unsigned i = 0; i < PUMP_LINKS; i++) {
		struct pump_visit *v = &p->visits[i];

		if (!has_deadline(v) || p->now_ms < deadline_of(v))
			continue;
		pump_security_note(p, SECURITY_LATE, v->workstation);
		pump_visit_end(p, i);
	}
}

int pump_visit_pick(const struct pump *p)
{
	int oldest = -1;

	for (int i = 0; i < PUMP_LINKS; i++) {
		const struct pump_visit *v = &p->visits[i];

		if (v->phase == PUMP_VISIT_FREE)
			return i;
		if (v->phase == PUMP_VISIT_SESSION || v->proven)
			continue;
		if (oldest < 0 || v->arrival < p->visits[oldest].arrival)
			oldest = i;
	}
	return oldest;
}

bool pump_visit_action(struct pump *p, struct pump_action *out)
{
	for (unsigned i = 0; i < PUMP_LINKS; i++) {
		struct pump_visit *v = &p->visits[i];

		if (v->disconnect_due) {
			v->disconnect_due = false;
			*out = (struct pump_action){.type = PUMP_DISCONNECT, .link = i};
			return true;
		}
		if (v->phase != PUMP_VISIT_SESSION &&
		    pump_session_next_value(&v->out, CHANNEL_OUT, i, v->mtu, out))
			return true;
	}
	return false;
}
