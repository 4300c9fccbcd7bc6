/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client.h"

#include <sodium.h>
#include <string.h>

#include "access.h"
#include "download.h"
#include "exchange.h"
#include "order.h"
#include "resolve.h"

#define ATT_MTU_MIN       23
#define ATT_WRITE_HEADER  3

static void on_started(struct client *c, const struct message *m)
{
	const struct msg_started *started = &m->as.started;

	if (sodium_memcmp(started->serial, c->serial, sizeof c->serial) != 0) {
		exchange_end(c, CLIENT_END_KEY);
		return;
	}
	if (started->last_token > INT64_MAX) {
		exchange_end(c, CLIENT_END_PROTOCOL);
		return;
	}
	c->started = *started;
	c->started.is_virtual = c->is_virtual;
	c->ticks_ms = started->ticks_ms;
	c->ticks_at_ms = c->now_ms;
	if (started->last_token > c->last_token)
		c->last_token = started->last_token;
	c->state = CLIENT_RESOLVING;
	resolve_next(c);
}

static void on_pong(struct client *c, const struct message *m)
{
	c->ticks_ms = m->as.pong.ticks_ms;
	c->ticks_at_ms = c->now_ms;
}

static void on_status(struct client *c, const struct message *m)
{
	c->ticks_ms = m->as.status.ticks_ms;
	c->ticks_at_ms = c->now_ms;
	if (c->state == CLIENT_READING_BACK)
		order_on_status(c, &m->as.status);
	else
		exchange_report(c, REPORT_STATUS)->as.status = m->as.status;
}

static void on_care(struct client *c, const struct message *m)
{
	c->ticks_ms = m->as.care.ticks_ms;
	c->ticks_at_ms = c->now_ms;
	exchange_report(c, REPORT_CARE)->as.care = m->as.care;
}

static enum pump_err take_program(const struct msg_image *image, struct client_program *out)
{
	uint8_t digest[DIGEST_LEN] = {0};

	if (image->image_len > sizeof out->image)
		return PUMP_EPEER;
	if (image->image_len > 0)
		digest_bytes(image->image, image->image_len, digest);
	memcpy(out->digest, image->active_digest, DIGEST_LEN);
	if (memcmp(digest, image->active_digest, DIGEST_LEN) != 0)
		return PUMP_EPEER;
	if (image->image_len == 0)
		return PUMP_OK;
	out->present = true;
	out->image_len = image->image_len;
	memcpy(out->image, image->image, image->image_len);
	return image_decode(image->image, image->image_len, &out->program);
}

static void remember_program(struct client *c, const struct client_program *program)
{
	memcpy(c->read_digest, program->digest, DIGEST_LEN);
	if (program->present)
		c->read_primary_ng_per_ml =
			(uint64_t)program->program.mixture.parts[0].concentration.ng_per_ml;
}

static void on_image(struct client *c, const struct message *m)
{
	struct client_program program;

	if (c->state == CLIENT_READING_BACK) {
		order_on_image(c, &m->as.image);
		return;
	}
	memset(&program, 0, sizeof program);
	c->read_primary_ng_per_ml = 0;
	if (take_program(&m->as.image, &program) == PUMP_OK) {
		remember_program(c, &program);
		exchange_report(c, REPORT_PROGRAM)->as.program = program;
	} else { /* the session goes on: getting safe needs no program that can be read */
		exchange_report(c, REPORT_UNREADABLE);
	}
}

static void on_operators(struct client *c, const struct message *m)
{
	exchange_report(c, REPORT_OPERATORS)->as.operators = m->as.operators;
}

static void on_range(struct client *c, const struct message *m)
{
	const struct msg_range *range = &m->as.range;

	/* first is last + 1 where nothing is retained; sequences have 63 bits. */
	if (range->first == 0 || range->last >= INT64_MAX || range->first > range->last + 1)
		exchange_end(c, CLIENT_END_PROTOCOL);
	else
		exchange_report(c, REPORT_RANGE)->as.range = *range;
}

static void on_read_refused(struct client *c, const struct msg_refused *refused)
{
	if (c->state == CLIENT_READING_BACK)
		order_on_read_back_refused(c);
	else
		exchange_report(c, REPORT_REFUSED)->as.refused = *refused;
}

struct answer_row {
	uint16_t request, answer;
	void (*on_answer)(struct client *c, const struct message *m);
	/* NULL: a pump that refuses this breaks the protocol. */
	void (*on_refused)(struct client *c, const struct msg_refused *refused);
};

static const struct answer_row answer_rows[] = {
	{OP_START, OP_STARTED, on_started, NULL},
	{OP_ENROL, OP_ENROLLED, access_on_enrolled, on_read_refused},
	{OP_GET_SLOTS, OP_SLOTS, access_on_slots, on_read_refused},
	{OP_GET_SECURITY, OP_SECURITY, access_on_security, on_read_refused},
	{OP_PING, OP_PONG, on_pong, NULL},
	{OP_GET_STATUS, OP_STATUS, on_status, on_read_refused},
	{OP_GET_CARE, OP_CARE, on_care, on_read_refused},
	{OP_GET_IMAGE, OP_IMAGE, on_image, on_read_refused},
	{OP_GET_OPERATORS, OP_OPERATORS, on_operators, on_read_refused},
	{OP_GET_RANGE, OP_RANGE, on_range, on_read_refused},
	{OP_PULL, OP_PULLED, download_on_pulled, download_on_refused},
	{OP_STAGE, OP_STAGED, order_on_staged, order_on_stage_refused},
	{OP_COMMIT, OP_COMMITTED, order_on_committed, order_on_commit_refused},
	{OP_FIND_ORDER, OP_FOUND, resolve_on_found, resolve_on_refused},
};

static void on_answer(struct client *c, const struct message *m)
{
	const struct answer_row *row = answer_rows;
	const struct answer_row *end = row + sizeof answer_rows / sizeof answer_rows[0];

	while (row < end && row->request != c->request)
		row++;
	/* An answer before the request has left is none. */
	if (row == end || splitter_pending(&c->out)) {
		exchange_end(c, CLIENT_END_PROTOCOL);
		return;
	}
	if (m->op == row->answer) {
		c->request = 0;
		row->on_answer(c, m);
	} else if (m->op == OP_REFUSED && m->as.refused.op == row->request && row->on_refused) {
		c->request = 0;
		row->on_refused(c, &m->as.refused);
	} else {
		exchange_end(c, CLIENT_END_PROTOCOL);
	}
}

static enum client_end end_of_unopened(enum pump_err err)
{
	if (err == PUMP_ESTATE)
		return CLIENT_END_EXPIRED;
	return err == PUMP_EAUTH || err == PUMP_ESEQ ? CLIENT_END_TAMPERED : CLIENT_END_PROTOCOL;
}

static void on_sealed(struct client *c)
{
	uint8_t *plain = c->answers.message + SEAL_OVERHEAD - crypto_aead_chacha20poly1305_ietf_ABYTES;
	struct message m;
	size_t len;
	enum pump_err err = seal_open(&c->seal, CHANNEL_OUT, c->answers.message, c->answers.len,
				      plain, &len);

	if (err != PUMP_OK)
		exchange_end(c, end_of_unopened(err));
	else if (message_decode(plain, len, &m) != PUMP_OK)
		exchange_end(c, CLIENT_END_PROTOCOL);
	else
		on_answer(c, &m);
}

static bool is_over(const struct client *c)
{
	return c->state == CLIENT_CLOSED || c->state == CLIENT_ENDING || c->state == CLIENT_ENDED;
}

void client_start(struct client *c, const struct client_config *config, uint64_t now_ms)
{
	uint8_t hello[HELLO_PROGRAMMER_LEN];
	size_t mtu = config->mtu > ATT_MTU_MIN ? config->mtu : ATT_MTU_MIN;

	memset(c, 0, sizeof *c);
	c->state = CLIENT_SHAKING;
	c->now_ms = now_ms;
	c->opened_ms = now_ms;
	c->asked_ms = now_ms;
	c->value_max = mtu - ATT_WRITE_HEADER;
	c->is_card = config->secret == SECRET_CARD;
	for (size_t i = 0; i < SERIAL_MAX && config->serial[i] != '\0'; i++)
		c->serial[i] = config->serial[i];
	c->last_token = config->last_token;
	c->unsettled = config->open_count;
	c->open_count = config->open_count < INTENTS_MAX ? config->open_count : INTENTS_MAX;
	for (size_t i = 0; i < c->open_count; i++) {
		c->open[i] = config->open[i];
		if (c->open[i].token > c->last_token)
			c->last_token = c->open[i].token;
	}
	splitter_init(&c->out);
	joiner_init(&c->answers);
	joiner_init(&c->stream);
	access_begin(c, config, hello);
	if (splitter_load(&c->out, hello, sizeof hello) != PUMP_OK)
		exchange_end(c, CLIENT_END_PROTOCOL);
}

static void feed_out(struct client *c, const uint8_t *value, size_t len)
{
	enum pump_err err = joiner_add(&c->answers, value, len, c->now_ms);

	if (err == PUMP_EAGAIN)
		return;
	if (err != PUMP_OK)
		exchange_end(c, err == PUMP_ETIME ? CLIENT_END_TIMEOUT : CLIENT_END_PROTOCOL);
	else if (c->state == CLIENT_SHAKING)
		access_on_message(c);
	else
		on_sealed(c);
}

static void feed_stream(struct client *c, const uint8_t *value, size_t len)
{
	enum pump_err err = PUMP_EPEER;

	if (c->request == OP_PULL)
		err = joiner_add(&c->stream, value, len, c->now_ms);
	if (err == PUMP_OK)
		download_on_block(c);
	else if (err != PUMP_EAGAIN)
		exchange_end(c, err == PUMP_ETIME ? CLIENT_END_TIMEOUT : CLIENT_END_PROTOCOL);
}

void client_feed(struct client *c, enum channel channel, const uint8_t *value, size_t len,
		 uint64_t now_ms)
{
	if (is_over(c))
		return;
	c->now_ms = now_ms;
	switch (channel) {
	case CHANNEL_OUT:
		feed_out(c, value, len);
		return;
	case CHANNEL_STREAM:
		feed_stream(c, value, len);
		return;
	case CHANNEL_IN:
		break;
	}
	exchange_end(c, CLIENT_END_PROTOCOL);
}

void client_sent(struct client *c, enum client_write result, uint64_t now_ms)
{
	if (!c->is_writing)
		return;
	c->is_writing = false;
	if (is_over(c))
		return;
	c->now_ms = now_ms;
	switch (result) {
	case CLIENT_WRITE_DELIVERED:
		c->sent_ms = now_ms;
		c->order.commit_delivered = c->order.commit_begun;
		download_acknowledge(c);
		return;
	case CLIENT_WRITE_NOT_SENT:
		/* Only here is it certain that not one byte of the commit left. */
		if (!c->order.commit_delivered)
			c->order.commit_begun = false;
		exchange_end(c, CLIENT_END_LINK);
		return;
	case CLIENT_WRITE_REFUSED:
		exchange_end(c, access_end_of_refused_write(c));
		return;
	case CLIENT_WRITE_UNKNOWN:
		break;
	}
	exchange_end(c, CLIENT_END_LINK);
}

void client_outcome_stored(struct client *c, uint64_t now_ms)
{
	if (!c->owes_outcome)
		return;
	c->owes_outcome = false;
	c->is_settling = false;
	c->now_ms = now_ms;
	if (c->outcome.outcome != OUTCOME_UNKNOWN)
		c->unsettled--;
	exchange_report(c, c->is_resolution ? REPORT_RESOLVED : REPORT_OUTCOME)->as.outcome =
		c->outcome;
	if (c->state == CLIENT_ENDING)
		exchange_finish(c);
	else if (c->is_resolution)
		resolve_on_stored(c);
	else
		c->state = CLIENT_READY;
}

void client_link_lost(struct client *c, uint64_t now_ms)
{
	c->is_link_lost = true;
	if (is_over(c))
		return;
	c->now_ms = now_ms;
	exchange_end(c, CLIENT_END_LINK);
}

void client_tick(struct client *c, uint64_t now_ms)
{
	if (is_over(c))
		return;
	c->now_ms = now_ms;
	if (joiner_check(&c->answers, now_ms) != PUMP_OK ||
	    joiner_check(&c->stream, now_ms) != PUMP_OK) {
		exchange_end(c, CLIENT_END_TIMEOUT);
	} else if (now_ms - c->opened_ms >= CLIENT_SESSION_MS) {
		exchange_end(c, CLIENT_END_EXPIRED);
	} else if (exchange_awaits_pump(c) && now_ms - c->asked_ms >= CLIENT_ANSWER_TIMEOUT_MS) {
		exchange_end(c, CLIENT_END_TIMEOUT);
	} else if (exchange_is_quiet(c) && now_ms - c->sent_ms >= CLIENT_PING_MS) {
		exchange_ask(c, OP_PING);
	} else {
		download_acknowledge(c);
		resolve_on_tick(c);
	}
}

static void take_queued(struct client *c, struct action *out)
{
	*out = c->queue[c->queue_at];
	sodium_memzero(&c->queue[c->queue_at], sizeof c->queue[0]); /* REPORT_ENROLLED holds a key */
	c->queue_at = (c->queue_at + 1) % CLIENT_QUEUE_MAX;
	c->queue_count--;
	if (out->type == ACTION_SIGN)
		c->owes_signature = true;
	if (out->type == ACTION_STORE_INTENT)
		c->owes_intent = true;
	if (out->type == ACTION_STORE_OUTCOME)
		c->owes_outcome = true;
}

static void take_write(struct client *c, struct action *out)
{
	bool commits = c->state == CLIENT_COMMITTING && splitter_at_start(&c->out);

	out->type = ACTION_SEND;
	out->as.send.value = c->value;
	out->as.send.commits = commits;
	out->as.send.len = splitter_next(&c->out, c->value, c->value_max);
	c->is_writing = true;
	if (commits)
		c->order.commit_begun = true;
}

bool client_next_action(struct client *c, struct action *out)
{
	uint64_t deadline;

	memset(out, 0, sizeof *out);
	if (c->queue_count > 0) {
		take_queued(c, out);
		return true;
	}
	if (is_over(c))
		return false;
	if (download_next_action(c, out))
		return true;
	if (!c->is_writing && splitter_pending(&c->out)) {
		take_write(c, out);
		return true;
	}
	deadline = exchange_deadline(c);
	if (deadline == c->wake_told_ms)
		return false;
	c->wake_told_ms = deadline;
	out->type = ACTION_WAKE_AT;
	out->as.wake_at_ms = deadline;
	return true;
}

enum pump_err client_read_status(struct client *c, uint64_t now_ms)
{
	return exchange_request(c, OP_GET_STATUS, now_ms);
}

enum pump_err client_read_care(struct client *c, uint64_t now_ms)
{
	return exchange_request(c, OP_GET_CARE, now_ms);
}

enum pump_err client_read_program(struct client *c, uint64_t now_ms)
{
	return exchange_request(c, OP_GET_IMAGE, now_ms);
}

enum pump_err client_read_operators(struct client *c, uint64_t now_ms)
{
	return exchange_request(c, OP_GET_OPERATORS, now_ms);
}

enum pump_err client_read_range(struct client *c, uint64_t now_ms)
{
	return exchange_request(c, OP_GET_RANGE, now_ms);
}

const struct msg_started *client_pump(const struct client *c)
{
	return c->started.serial[0] != '\0' ? &c->started : NULL;
}

bool client_has_open_intent(const struct client *c)
{
	return c->unsettled > 0;
}

bool client_is_idle(const struct client *c)
{
	return exchange_may_request(c) == PUMP_OK;
}
