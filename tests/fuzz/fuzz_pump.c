/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A hostile programmer that holds the pairing key, a bad link and a power supply that fails: the
 * input is a list of steps. Whatever they are, the pump keeps its own promises: it never runs a
 * rate outside its limits, never loses or repeats a token, and what it stored is what it boots.
 */
#include "fuzz.h"

#include "bytes.h"
#include "handshake.h"
#include "image_read.h"
#include "messages.h"
#include "pump.h"
#include "pump_views.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { ACTIONS_MAX = 200000, ADVANCE_MAX_S = 400 * 3600, PLAIN_MAX = 255 };

struct bench {
	struct pump pump;
	uint8_t nvm[PUMP_NVM_MIN], body[PUMP_BODY_LEN];
	uint64_t now_ms;
	struct handshake_setup setup;
	struct handshake hand;
	uint8_t reply[HANDSHAKE_MAX]; /* of the handshake */
	size_t reply_len;
	struct seal seal;
	struct splitter in;
	struct joiner out;
	bool greeted, connected, hold_stream;
	bool cut_next, fail_next;
	uint8_t cut_part; /* of 255 of the write that are done when the power fails */
	uint8_t stage_digest[DIGEST_LEN];
	/* never to go back */
	uint64_t token, delivered_nl;
};

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check(struct bench *b)
{
	struct pump_view view;

	pump_look(&b->pump, &view);
	require(view.rate_nl_per_day == 0 || view.rate_nl_per_day == 6000 ||
		(view.rate_nl_per_day >= 48000 && view.rate_nl_per_day <= 24000000));
	require(view.believed_reservoir_nl <= 20000000);
	require(view.true_reservoir_nl <= 20000000);
	require(view.delivered_nl >= b->delivered_nl);
	require(view.log_first <= view.log_last + 1);
	require(view.log_last - view.log_first + 1 <= 63);
	require(b->pump.memory.pairs[0].last_token >= b->token);
	b->delivered_nl = view.delivered_nl;
	b->token = b->pump.memory.pairs[0].last_token;
}

static void boot(struct bench *b, bool power_lost)
{
	uint8_t seed[32] = {0};

	b->connected = false;
	b->greeted = false;
	/* Time that passed without a write is the body's to remember. */
	pump_save_body(&b->pump, b->body);
	require(pump_boot(&b->pump, b->nvm, sizeof b->nvm, b->body, seed, power_lost, b->now_ms) ==
		PUMP_OK);
	b->delivered_nl = b->pump.counters.delivered_nl;
}

static void take_value(struct bench *b, const struct pump_action *action)
{
	require(action->len >= 2 && action->len <= SEGMENT_VALUE_MAX);
	if (action->channel == CHANNEL_STREAM)
		return;
	if (joiner_add(&b->out, action->data, action->len, b->now_ms) != PUMP_OK || b->greeted)
		return;
	if (handshake_take(&b->hand, b->out.message, b->out.len, b->reply, &b->reply_len) != PUMP_OK)
		b->reply_len = 0;
	b->greeted = b->hand.state == HANDSHAKE_DONE;
	if (b->greeted)
		handshake_seal(&b->hand, &b->seal);
}

static void take_write(struct bench *b, const struct pump_action *action)
{
	size_t len = action->len;

	require(action->offset <= sizeof b->nvm && len <= sizeof b->nvm - action->offset);
	if (b->cut_next)
		len = len * b->cut_part / 255;
	if (!b->fail_next)
		memcpy(b->nvm + action->offset, action->data, len);
	if (b->cut_next) {
		b->cut_next = false;
		boot(b, true);
	} else if (b->fail_next) {
		b->fail_next = false;
		pump_nvm_failed(&b->pump, b->now_ms);
	} else {
		pump_nvm_done(&b->pump, b->now_ms);
	}
}

static void run(struct bench *b)
{
	struct pump_action action;
	unsigned count = 0;

	while (pump_next_action(&b->pump, &action)) {
		require(++count < ACTIONS_MAX);
		switch (action.type) {
		case PUMP_SEND:
			take_value(b, &action);
			if (action.channel == CHANNEL_OUT || !b->hold_stream)
				pump_sent(&b->pump, action.link, action.channel, b->now_ms);
			break;
		case PUMP_NVM_WRITE:
			take_write(b, &action);
			break;
		case PUMP_WAKE_AT:
			require(action.wake_at_ms >= b->now_ms);
			break;
		case PUMP_DISCONNECT:
			if (action.link == 0)
				b->connected = false;
			pump_disconnected(&b->pump, action.link, b->now_ms);
			break;
		case PUMP_RESTART:
			boot(b, false);
			break;
		}
	}
	check(b);
}

static void connect(struct bench *b, uint16_t mtu)
{
	if (!b->connected) {
		splitter_init(&b->in);
		joiner_init(&b->out);
		b->greeted = false;
		b->connected = true;
	}
	pump_connected(&b->pump, 0, mtu, b->now_ms);
	run(b);
}

static void feed(struct bench *b, const uint8_t *message, size_t len)
{
	uint8_t value[64];

	splitter_init(&b->in);
	b->in.counter = b->pump.session.is_open ? b->pump.session.in.counter
						: b->pump.visits[0].in.counter;
	if (splitter_load(&b->in, message, len) != PUMP_OK)
		return;
	while (splitter_pending(&b->in)) {
		size_t value_len = splitter_next(&b->in, value, sizeof value);

		pump_feed(&b->pump, 0, value, value_len, b->now_ms);
		run(b);
	}
}

static void send_plain(struct bench *b, const uint8_t *plain, size_t len)
{
	static uint8_t sealed[MESSAGE_MAX];
	size_t sealed_len;

	if (b->greeted && seal_message(&b->seal, CHANNEL_IN, plain, len, sealed, &sealed_len) == PUMP_OK)
		feed(b, sealed, sealed_len);
}

static void send_message(struct bench *b, const struct message *m)
{
	static uint8_t plain[PLAINTEXT_MAX];
	size_t len;

	if (message_encode(m, plain, sizeof plain, &len) == PUMP_OK)
		send_plain(b, plain, len);
}

static void step_session(struct bench *b, struct reader *r)
{
	static const struct message start = {.op = OP_START};

	uint8_t message[HANDSHAKE_MAX];
	size_t len = HELLO_PROGRAMMER_LEN;

	connect(b, reader_u8(r));
	handshake_begin(&b->hand, &b->setup, message);
	while (len > 0) {
		b->reply_len = 0;
		feed(b, message, len);
		len = b->reply_len;
		memcpy(message, b->reply, len);
	}
	send_message(b, &start);
}

static void step_plain(struct bench *b, struct reader *r)
{
	size_t len = reader_u8(r);
	const uint8_t *plain = reader_take(r, len);

	if (plain)
		send_plain(b, plain, len);
}

static void step_value(struct bench *b, struct reader *r)
{
	size_t len = reader_u8(r);
	const uint8_t *value = reader_take(r, len);

	if (value)
		pump_feed(&b->pump, 0, value, len, b->now_ms);
}

static void step_advance(struct bench *b, struct reader *r)
{
	uint64_t seconds = reader_u16(r) * UINT64_C(37);

	pump_set_clocks(&b->pump, b->now_ms,
			pump_therapy_s(&b->pump) + (seconds < ADVANCE_MAX_S ? seconds : ADVANCE_MAX_S));
}

static void step_wait(struct bench *b, struct reader *r)
{
	b->now_ms += reader_u16(r);
	pump_set_clocks(&b->pump, b->now_ms, 0);
}

static void step_disconnect(struct bench *b, struct reader *r)
{
	(void)r;
	b->connected = false;
	pump_disconnected(&b->pump, 0, b->now_ms);
}

static void step_cut(struct bench *b, struct reader *r)
{
	b->cut_next = true;
	b->cut_part = reader_u8(r);
}

static void step_fail(struct bench *b, struct reader *r)
{
	(void)r;
	b->fail_next = true;
}

static void step_refill(struct bench *b, struct reader *r)
{
	pump_set_reservoir(&b->pump, reader_u8(r) * UINT64_C(100000), b->now_ms);
}

/* STAGE with bytes of the input as change, or a whole one made of a few of them. */
static void step_stage(struct bench *b, struct reader *r)
{
	static const uint8_t frame[] = {1, 0x33, 29, 0, 1, 0x0F, 6, 0, 1, 1, 'm', 0, 0, 0, 0,
					0x33, 9, 0, 0x55, 0, 0, 0, 0, 0, 0, 0, 0, 0x55, 4, 0};
	uint8_t change[sizeof frame + 4];
	struct message m = {.op = OP_STAGE, .as.stage = {change, sizeof change}};
	uint8_t act = reader_u8(r);

	memcpy(change, frame, sizeof frame);
	change[2] = sizeof change - 4;
	reader_copy(r, change + 11, 4);
	reader_copy(r, change + 19, 5);
	reader_copy(r, change + sizeof frame, 4);
	if (act != 0) {
		memcpy(change, (const uint8_t[]){1, 0x55, 1, 0, act}, 5);
		m.as.stage.change_len = 5;
	}
	image_read_digest(change, m.as.stage.change_len, b->stage_digest);
	send_message(b, &m);
}

static void step_commit(struct bench *b, struct reader *r)
{
	static const uint16_t kinds[] = {ORDER_PROGRAM, ORDER_STOP, ORDER_RESUME, ORDER_MINIMUM, 0};
	uint8_t order[128];
	struct writer w;
	struct message m = {.op = OP_COMMIT, .as.commit.order = order};
	struct pump_view before, after;
	uint64_t token = b->token + reader_u8(r);
	bool is_old = token <= b->token && !b->cut_next && !b->fail_next;

	writer_init(&w, order, sizeof order);
	writer_u8(&w, 1);
	writer_string8(&w, b->pump.serial);
	writer_u64(&w, token);
	writer_u16(&w, kinds[reader_u8(r) % 5]);
	writer_copy(&w, b->stage_digest, DIGEST_LEN);
	writer_copy(&w, b->pump.program.digest, DIGEST_LEN);
	writer_u64(&w, UINT64_MAX);
	m.as.commit.order_len = writer_len(&w);
	m.as.commit.witness_size = reader_u8(r);
	pump_look(&b->pump, &before);
	send_message(b, &m);
	pump_look(&b->pump, &after);
	require(!is_old || views_are_same(&before, &after));
}

static void step_power(struct bench *b, struct reader *r)
{
	struct pump_view before, after;
	bool faults = b->cut_next || b->fail_next;

	(void)r;
	pump_shut_down(&b->pump, b->now_ms);
	run(b);
	pump_look(&b->pump, &before);
	boot(b, false);
	pump_look(&b->pump, &after);
	require(faults || views_are_same(&before, &after));
}

static void step_pull(struct bench *b, struct reader *r)
{
	struct message m = {.op = OP_PULL, .as.pull = {.epoch = 1, .first = reader_u8(r)}};

	m.as.pull.last = m.as.pull.first + reader_u8(r);
	send_message(b, &m);
}

static void step_acknowledge(struct bench *b, struct reader *r)
{
	struct message m = {.op = OP_ACK, .as.ack.number = reader_u8(r)};

	send_message(b, &m);
}

static void step_hold(struct bench *b, struct reader *r)
{
	b->hold_stream = reader_u8(r) & 1;
	pump_sent(&b->pump, 0, CHANNEL_STREAM, b->now_ms);
}

static void (*const STEPS[])(struct bench *, struct reader *) = {
	step_session, step_plain,  step_value,  step_advance, step_wait,
	step_disconnect, step_cut, step_fail,   step_refill,  step_stage,
	step_commit,  step_power,  step_pull,   step_acknowledge, step_hold,
};

static void setup(struct bench *b)
{
	static const uint8_t image[] = {1, 0x0F, 7, 0, 1, 1, 'm', 0x40, 0x42, 0x0F, 0,
					0x33, 9, 0, 0x55, 0x80, 0x84, 0x1E, 0, 0, 0, 0, 0,
					0x55, 4, 0, 0x80, 0x84, 0x1E, 0};
	static struct pump_birth birth;
	uint8_t seed[32] = {0};

	memset(b, 0, sizeof *b);
	memcpy(birth.serial, "F", 2);
	memcpy(birth.model, "PX20", 5);
	memcpy(birth.image, image, sizeof image);
	birth.image_len = sizeof image;
	birth.reservoir_nl = 10000000;
	birth.paired = true;
	b->setup = (struct handshake_setup){
		.role = ROLE_PROGRAMMER, .secret_kind = SECRET_KEY, .serial = "F"};
	require(pump_format(&birth, b->nvm, sizeof b->nvm, b->body) == PUMP_OK);
	require(pump_boot(&b->pump, b->nvm, sizeof b->nvm, b->body, seed, false, 0) == PUMP_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bench bench;
	struct reader r;

	require(sodium_init() >= 0);
	setup(&bench);
	reader_init(&r, data, size);
	while (reader_left(&r) > 0) {
		STEPS[reader_u8(&r) % (sizeof STEPS / sizeof STEPS[0])](&bench, &r);
		run(&bench);
	}
	return 0;
}
