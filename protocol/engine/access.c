/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "access.h"

#include <sodium.h>
#include <string.h>

#include "exchange.h"

void access_begin(struct client *c, const struct client_config *config,
		  uint8_t hello[HELLO_PROGRAMMER_LEN])
{
	struct handshake_setup setup = {.role = ROLE_PROGRAMMER, .secret_kind = config->secret};

	if (c->is_card)
		memcpy(setup.secret, config->card_code, CARD_CODE_LEN);
	else
		memcpy(setup.secret, config->pairing_key, PAIRING_KEY_LEN);
	memcpy(setup.workstation, config->workstation, WORKSTATION_LEN);
	memcpy(setup.serial, c->serial, sizeof setup.serial);
	memcpy(setup.seed, config->seed, sizeof setup.seed);
	handshake_begin(&c->handshake, &setup, hello);
	sodium_memzero(&setup, sizeof setup);
}

static enum client_end end_of_refusal(enum hello_refusal refusal)
{
	switch (refusal) {
	case HELLO_VERSION:
		return CLIENT_END_VERSION;
	case HELLO_UNKNOWN_WORKSTATION:
		return CLIENT_END_UNKNOWN_HERE;
	case HELLO_CARD_CLOSED:
		return CLIENT_END_CARD_CLOSED;
	case HELLO_CARD_TRIES:
		return CLIENT_END_CARD_TRIES;
	}
	return CLIENT_END_PROTOCOL;
}

static enum client_end end_of_handshake(const struct client *c, enum pump_err err)
{
	if (err == PUMP_EUNKNOWN)
		return end_of_refusal(c->handshake.refusal);
	if (err == PUMP_EAUTH)
		return c->is_card ? CLIENT_END_CARD_CODE : CLIENT_END_KEY;
	return err == PUMP_EPEER ? CLIENT_END_TAMPERED : CLIENT_END_PROTOCOL;
}

static void on_shaken(struct client *c)
{
	handshake_seal(&c->handshake, &c->seal);
	if (c->is_card)
		handshake_pairing_key(&c->handshake, c->pairing_key);
	c->is_virtual = (c->handshake.pump.capabilities & PUMP_IS_VIRTUAL) != 0;
	handshake_finish(&c->handshake);
	c->state = CLIENT_STARTING;
	exchange_ask(c, OP_START);
}

void access_on_message(struct client *c)
{
	uint8_t answer[HANDSHAKE_MAX];
	size_t len;
	enum pump_err err = PUMP_EFORM;

	/* An answer before its question has left is none. */
	if (!splitter_pending(&c->out))
		err = handshake_take(&c->handshake, c->answers.message, c->answers.len, answer, &len);
	if (err == PUMP_OK && c->handshake.state == HANDSHAKE_DONE) {
		on_shaken(c);
		return;
	}
	if (err == PUMP_OK)
		err = splitter_load(&c->out, answer, len);
	if (err != PUMP_OK)
		exchange_end(c, end_of_handshake(c, err));
	c->asked_ms = c->now_ms;
}

/* The pump ends a handshake so when what it was sent is not made with its secret. */
enum client_end access_end_of_refused_write(const struct client *c)
{
	if (c->state != CLIENT_SHAKING)
		return CLIENT_END_TAMPERED;
	if (c->handshake.state == HANDSHAKE_HELLO)
		return CLIENT_END_PROTOCOL;
	return c->is_card ? CLIENT_END_CARD_CODE : CLIENT_END_KEY;
}

void access_on_enrolled(struct client *c, const struct message *m)
{
	struct client_enrolled *enrolled = &exchange_report(c, REPORT_ENROLLED)->as.enrolled;

	enrolled->pump = m->as.enrolled;
	memcpy(enrolled->pairing_key, c->pairing_key, PAIRING_KEY_LEN);
	sodium_memzero(c->pairing_key, sizeof c->pairing_key);
}

void access_on_slots(struct client *c, const struct message *m)
{
	exchange_report(c, REPORT_SLOTS)->as.slots = m->as.slots;
}

void access_on_security(struct client *c, const struct message *m)
{
	exchange_report(c, REPORT_SECURITY)->as.security = m->as.security;
}

enum pump_err client_read_slots(struct client *c, uint64_t now_ms)
{
	return exchange_request(c, OP_GET_SLOTS, now_ms);
}

enum pump_err client_read_security(struct client *c, uint64_t now_ms)
{
	return exchange_request(c, OP_GET_SECURITY, now_ms);
}

enum pump_err client_enrol(struct client *c, const char *operator_id,
			   const uint8_t operator_key[OPERATOR_KEY_LEN], uint64_t now_ms)
{
	enum pump_err err = c->is_card ? exchange_may_request(c) : PUMP_ESTATE;
	struct message m;
	size_t len = 0;

	if (err != PUMP_OK)
		return err;
	memset(&m, 0, sizeof m);
	m.op = OP_ENROL;
	m.as.enrol.has_operator = operator_id != NULL;
	if (operator_id) {
		while (operator_id[len] != '\0' && len < OPERATOR_ID_MAX)
			len++;
		if (len == 0 || operator_id[len] != '\0')
			return PUMP_ERANGE;
		memcpy(m.as.enrol.operator_id, operator_id, len);
		memcpy(m.as.enrol.operator_key, operator_key, OPERATOR_KEY_LEN);
	}
	c->now_ms = now_ms;
	exchange_send(c, &m);
	return PUMP_OK;
}
