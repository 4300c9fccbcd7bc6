/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_requests.h"

#include "bytes.h"
#include "pump_enrol.h"
#include "pump_infusion.h"
#include "pump_log.h"
#include "pump_order.h"
#include "pump_session.h"
#include "pump_store.h"
#include "pump_stream.h"
#include "pump_tell.h"

#include <string.h>

#define FIRMWARE "sim-1.0.0"

uint64_t pump_requests_ticks(const struct pump *p)
{
	return p->boot_ticks_ms + (p->now_ms - p->boot_ms);
}

static void copy_text(char *to, size_t size, const char *from)
{
	size_t i = 0;

	for (; i + 1 < size && from[i] != '\0'; i++)
		to[i] = from[i];
	to[i] = '\0';
}

static enum result_code answer_start(struct pump *p, const struct message *m,
				     struct message *answer)
{
	static const struct pump_pair nobody;
	const struct pump_session *session = &p->session;
	const struct pump_pair *pair = session->is_card ? &nobody : &p->memory.pairs[session->slot];
	struct msg_started *started = &answer->as.started;

	(void)m;
	if (p->session.started)
		return CODE_NOT_NOW;
	p->session.started = true;
	answer->op = OP_STARTED;
	copy_text(started->serial, sizeof started->serial, p->serial);
	copy_text(started->model, sizeof started->model, p->limits->model);
	copy_text(started->firmware, sizeof started->firmware, FIRMWARE);
	copy_text(started->patient_tag, sizeof started->patient_tag, p->memory.care.tag);
	started->slot = session->is_card ? SLOT_NONE : session->slot;
	started->operators = p->memory.operators.count;
	started->epoch = p->memory.core.epoch;
	started->ticks_ms = pump_requests_ticks(p);
	started->last_token = pair->last_token;
	memcpy(started->witness_origin, pair->origin, ORIGIN_LEN);
	started->witness_size = pair->size;
	memcpy(started->witness_root, pair->root, DIGEST_LEN);
	return CODE_DONE;
}

static enum result_code answer_ping(struct pump *p, const struct message *m,
				    struct message *answer)
{
	(void)m;
	answer->op = OP_PONG;
	answer->as.pong.ticks_ms = pump_requests_ticks(p);
	return CODE_DONE;
}

static enum result_code answer_image(struct pump *p, const struct message *m,
				     struct message *answer)
{
	(void)m;
	answer->op = OP_IMAGE;
	memcpy(answer->as.image.active_digest, p->program.digest, DIGEST_LEN);
	answer->as.image.image = p->memory.core.image;
	answer->as.image.image_len = p->memory.core.image_len;
	return CODE_DONE;
}

static enum result_code answer_operators(struct pump *p, const struct message *m,
					 struct message *answer)
{
	const struct pump_operators *operators = &p->memory.operators;
	struct msg_operators *out = &answer->as.operators;

	(void)m;
	answer->op = OP_OPERATORS;
	out->version = operators->version;
	out->count = operators->count;
	for (uint8_t i = 0; i < operators->count; i++) {
		copy_text(out->rows[i].id, sizeof out->rows[i].id, operators->list[i].id);
		out->rows[i].role = operators->list[i].role;
		memcpy(out->rows[i].key, operators->list[i].key, OPERATOR_KEY_LEN);
	}
	return CODE_DONE;
}

static enum result_code answer_range(struct pump *p, const struct message *m,
				     struct message *answer)
{
	struct msg_range *range = &answer->as.range;
	struct pump_entry first;

	(void)m;
	answer->op = OP_RANGE;
	range->epoch = p->memory.core.epoch;
	range->first = p->log.first;
	range->last = p->log.last;
	memcpy(range->last_hash, p->log.chain, DIGEST_LEN);
	/* Nothing is retained: then h before the first record to come is h of the last. */
	memcpy(range->before, p->log.chain, DIGEST_LEN);
	if (pump_log_get(p, p->log.first, &first))
		memcpy(range->before, first.before, DIGEST_LEN);
	return CODE_DONE;
}

static const struct request {
	uint16_t op;
	bool in_pull;     /* may come while a pull runs */
	bool by_card;     /* may come in a session that the card code opened */
	bool needs_time;  /* waits until infusion has reached the time that was told */
	/* answer->op 0: the answer comes later, or there is none. */
	enum result_code (*run)(struct pump *, const struct message *, struct message *answer);
} REQUESTS[] = {
	{.op = OP_START, .by_card = true, .run = answer_start},
	{.op = OP_ENROL, .by_card = true, .run = pump_enrol},
	{.op = OP_PING, .by_card = true, .run = answer_ping},
	{.op = OP_GET_SLOTS, .run = pump_enrol_list},
	{.op = OP_GET_SECURITY, .run = pump_enrol_security},
	{.op = OP_GET_STATUS, .run = pump_tell_status},
	{.op = OP_GET_CARE, .run = pump_tell_care},
	{.op = OP_GET_IMAGE, .run = answer_image},
	{.op = OP_GET_OPERATORS, .run = answer_operators},
	{.op = OP_GET_RANGE, .run = answer_range},
	{.op = OP_PULL, .run = pump_stream_pull},
	{.op = OP_ACK, .in_pull = true, .run = pump_stream_acknowledge},
	{.op = OP_STAGE, .run = pump_order_stage},
	{.op = OP_COMMIT, .needs_time = true, .run = pump_order_commit},
	{.op = OP_FIND_ORDER, .run = pump_order_find},
};

static const struct request *find_request(uint16_t op)
{
	for (size_t i = 0; i < sizeof REQUESTS / sizeof REQUESTS[0]; i++)
		if (REQUESTS[i].op == op)
			return &REQUESTS[i];
	return NULL;
}

void pump_requests_refuse(struct pump *p, uint16_t op, enum result_code code)
{
	struct message m = {.op = OP_REFUSED, .as.refused = {.op = op, .code = (uint16_t)code}};

	pump_session_send(p, CHANNEL_OUT, &m);
}

/* No tick is shown that a power loss could take back. */
static bool promise_ticks(struct pump *p)
{
	uint64_t ticks = pump_requests_ticks(p);

	if (ticks <= p->memory.core.ticks_limit_ms)
		return false;
	pump_store_begin(p);
	p->next.core.ticks_limit_ms = ticks + PUMP_TICKS_AHEAD_MS;
	pump_store_commit(p, PUMP_AFTER_NOTHING);
	return true;
}

static enum result_code run_decoded(struct pump *p, const struct request *request,
				    struct message *answer)
{
	struct message m;

	if (message_decode(p->session.request, p->session.request_len, &m) != PUMP_OK)
		return CODE_MALFORMED;
	return request->run(p, &m, answer);
}

static void carry_out(struct pump *p, const struct request *request, uint16_t op)
{
	const struct pump_session *s = &p->session;
	struct message answer = {.op = 0};
	enum result_code code = CODE_UNKNOWN_OP;

	if (p->pull.running && !(request && request->in_pull))
		code = CODE_NOT_NOW;
	else if (request && s->is_card && !request->by_card)
		code = CODE_NOT_ENROLLED;
	else if (request)
		code = run_decoded(p, request, &answer);
	if (code != CODE_DONE)
		pump_requests_refuse(p, op, code);
	else if (answer.op != 0)
		pump_session_send(p, CHANNEL_OUT, &answer);
}

static uint16_t read_op(const struct pump_session *s)
{
	struct reader r;

	reader_init(&r, s->request, s->request_len);
	return reader_u16(&r);
}

bool pump_requests_acknowledge(struct pump *p)
{
	if (read_op(&p->session) != OP_ACK)
		return false;
	carry_out(p, find_request(OP_ACK), OP_ACK);
	return true;
}

bool pump_requests_run(struct pump *p, bool all_told)
{
	struct pump_session *s = &p->session;
	const struct request *request;
	uint16_t op;

	if (!s->request_waiting || !pump_session_can_send(p, CHANNEL_OUT))
		return false;
	op = read_op(s);
	request = find_request(op);
	if (request && request->needs_time && !all_told)
		return false;
	if (promise_ticks(p))
		return true;
	s->request_waiting = false;
	carry_out(p, request, op);
	return true;
}
