/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "exchange.h"

#include <sodium.h>
#include <string.h>

#include "download.h"
#include "order.h"

/* Largest message of the programmer: STAGE with a whole change. */
#define REQUEST_MAX (CHANGE_MAX + 16)

struct action *exchange_push(struct client *c, enum action_type type)
{
	struct action *action = &c->queue[(c->queue_at + c->queue_count) % CLIENT_QUEUE_MAX];

	if (c->queue_count < CLIENT_QUEUE_MAX)
		c->queue_count++;
	memset(action, 0, sizeof *action);
	action->type = type;
	return action;
}

struct report *exchange_report(struct client *c, enum report_type type)
{
	struct action *action = exchange_push(c, ACTION_REPORT);

	action->as.report.type = type;
	return &action->as.report;
}

enum pump_err exchange_may_request(const struct client *c)
{
	switch (c->state) {
	case CLIENT_READY:
	case CLIENT_STAGED:
		return c->request || c->queue_count > 0 ? PUMP_EBUSY : PUMP_OK;
	case CLIENT_STAGING:
	case CLIENT_SIGNING:
	case CLIENT_STORING:
	case CLIENT_COMMITTING:
	case CLIENT_READING_BACK:
	case CLIENT_SETTLING:
		return PUMP_EBUSY;
	case CLIENT_CLOSED:
	case CLIENT_SHAKING:
	case CLIENT_STARTING:
	case CLIENT_RESOLVING:
	case CLIENT_ENDING:
	case CLIENT_ENDED:
		break;
	}
	return PUMP_ESTATE;
}

void exchange_send(struct client *c, const struct message *m)
{
	uint8_t plain[REQUEST_MAX];
	uint8_t sealed[REQUEST_MAX + SEAL_OVERHEAD];
	size_t len;
	enum pump_err err;

	err = message_encode(m, plain, sizeof plain, &len);
	if (err == PUMP_OK)
		err = seal_message(&c->seal, CHANNEL_IN, plain, len, sealed, &len);
	if (err == PUMP_OK)
		err = splitter_load(&c->out, sealed, len);
	if (err != PUMP_OK) {
		exchange_end(c, CLIENT_END_EXPIRED);
		return;
	}
	c->sent_ms = c->now_ms;
	c->asked_ms = c->now_ms;
	if (m->op != OP_ACK)
		c->request = m->op;
}

void exchange_ask(struct client *c, enum message_op op)
{
	struct message m;

	memset(&m, 0, sizeof m);
	m.op = (uint16_t)op;
	exchange_send(c, &m);
}

enum pump_err exchange_request(struct client *c, enum message_op op, uint64_t now_ms)
{
	enum pump_err err = exchange_may_request(c);

	if (err != PUMP_OK)
		return err;
	c->now_ms = now_ms;
	exchange_ask(c, op);
	return PUMP_OK;
}

void exchange_settle(struct client *c, const struct client_outcome *outcome, bool is_resolution)
{
	struct action *action = exchange_push(c, ACTION_STORE_OUTCOME);

	c->is_settling = true;
	c->outcome = *outcome;
	c->is_resolution = is_resolution;
	action->as.store.outcome = *outcome;
	action->as.store.resolution = is_resolution;
}

void exchange_finish(struct client *c)
{
	c->state = CLIENT_ENDED;
	if (!c->is_link_lost)
		exchange_push(c, ACTION_CLOSE);
	exchange_report(c, REPORT_ENDED)->as.end = c->end;
}

void exchange_end(struct client *c, enum client_end why)
{
	enum client_state state = c->state;

	if (state == CLIENT_CLOSED || state == CLIENT_ENDING || state == CLIENT_ENDED)
		return;
	c->state = CLIENT_ENDING;
	c->end = why;
	c->request = 0;
	splitter_init(&c->out);
	seal_finish(&c->seal);
	handshake_finish(&c->handshake);
	sodium_memzero(c->pairing_key, sizeof c->pairing_key);
	if (!c->is_settling && !order_on_end(c, state))
		exchange_finish(c);
}

bool exchange_awaits_pump(const struct client *c)
{
	/* While our own disk is slow, the pump owes nothing. */
	if (c->request == OP_PULL && c->pull.stored < c->pull.received)
		return false;
	return c->state == CLIENT_SHAKING || c->request != 0;
}

bool exchange_is_quiet(const struct client *c)
{
	return c->request == 0 && (c->state == CLIENT_READY || c->state == CLIENT_STAGED);
}

static void keep_earliest(uint64_t *earliest, uint64_t at_ms)
{
	if (at_ms < *earliest)
		*earliest = at_ms;
}

uint64_t exchange_deadline(const struct client *c)
{
	uint64_t at_ms = c->opened_ms + CLIENT_SESSION_MS;

	if (c->answers.in_message)
		keep_earliest(&at_ms, c->answers.started_ms + SEGMENT_TIMEOUT_MS);
	if (c->stream.in_message)
		keep_earliest(&at_ms, c->stream.started_ms + SEGMENT_TIMEOUT_MS);
	if (c->ask_at_ms)
		keep_earliest(&at_ms, c->ask_at_ms);
	keep_earliest(&at_ms, download_acknowledge_at(c));
	if (exchange_awaits_pump(c))
		keep_earliest(&at_ms, c->asked_ms + CLIENT_ANSWER_TIMEOUT_MS);
	if (exchange_is_quiet(c))
		keep_earliest(&at_ms, c->sent_ms + CLIENT_PING_MS);
	return at_ms;
}
