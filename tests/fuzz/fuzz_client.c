/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A hostile pump that holds the pairing key: the input is a list of steps and what each takes. Sealed plaintext of
 * its own, right answers with one byte changed, raw segments, time, ends of writes and stores, and requests come in
 * any order. No commit leaves before its intent is stored, nothing follows REPORT_ENDED, no outcome is invented.
 */
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "fuzz.h"

enum step {
	STEP_OUT, STEP_STREAM, STEP_RAW_OUT, STEP_RAW_STREAM, STEP_ANSWER, STEP_BLOCK, STEP_TIME,
	STEP_SENT, STEP_STORED, STEP_ASK, STEP_GREET, STEP_LINK_LOST, STEPS,
};

struct input {
	const uint8_t *data;
	size_t len, at;
};

static struct {
	struct client client;
	struct handshake hand;
	uint8_t reply[HANDSHAKE_MAX]; /* of the handshake */
	size_t reply_len;
	struct seal seal;
	struct joiner in;
	struct splitter out, stream;
	struct message request; /* points into plain */
	uint8_t plain[PLAINTEXT_MAX], bytes[PLAINTEXT_MAX], sealed[MESSAGE_MAX];
	bool is_greeted;
	uint64_t now_ms, next_seq;
	uint32_t next_block;
	/* What the client is owed, and what it said. */
	bool writing, owes_intent, owes_outcome, owes_records, intent_is_stored, has_ended;
	struct order_intent intent;
	uint8_t stage_digest[DIGEST_LEN];
} f;

static const char serial[] = "PX40-000123";

static void require(bool is_true)
{
	if (!is_true)
		abort();
}

static uint8_t next_byte(struct input *in)
{
	return in->at < in->len ? in->data[in->at++] : 0;
}

static const uint8_t *next_bytes(struct input *in, size_t *len)
{
	size_t left = in->len - in->at;
	const uint8_t *bytes = in->data + in->at;

	if (*len > left)
		*len = left;
	in->at += *len;
	return bytes;
}

static void take_hand(void)
{
	static const struct handshake_setup setup = {.role = ROLE_PUMP, .secret_kind = SECRET_KEY,
						     .secret = {0x4B}, .serial = "PX40-000123",
						     .seed = {9}};

	if (f.hand.state == HANDSHAKE_FAILED) {
		require(f.in.len == HELLO_PROGRAMMER_LEN);
		handshake_meet(&f.hand, &setup, f.in.message, f.reply);
		f.reply_len = HELLO_PUMP_LEN;
		return;
	}
	require(handshake_take(&f.hand, f.in.message, f.in.len, f.reply, &f.reply_len) == PUMP_OK);
	f.is_greeted = f.hand.state == HANDSHAKE_DONE;
	if (f.is_greeted)
		handshake_seal(&f.hand, &f.seal);
}

static void take_message(void)
{
	size_t len;

	if (!f.is_greeted) {
		take_hand();
		return;
	}
	require(seal_open(&f.seal, CHANNEL_IN, f.in.message, f.in.len, f.plain, &len) == PUMP_OK);
	require(message_decode(f.plain, len, &f.request) == PUMP_OK);
	if (f.request.op == OP_COMMIT)
		require(f.intent_is_stored);
}

static void take_write(const struct action *action)
{
	enum pump_err err;

	require(!f.writing && action->as.send.len >= 2 && action->as.send.len <= 61);
	require(!action->as.send.commits || f.intent_is_stored);
	f.writing = true;
	err = joiner_add(&f.in, action->as.send.value, action->as.send.len, 0);
	require(err == PUMP_OK || err == PUMP_EAGAIN);
	if (err == PUMP_OK)
		take_message();
}

static void take_report(const struct report *report)
{
	if (report->type == REPORT_ENDED)
		f.has_ended = true;
	if (report->type == REPORT_STAGED)
		memcpy(f.stage_digest, report->as.staged.stage_digest, DIGEST_LEN);
	if (report->type == REPORT_OUTCOME) {
		require(report->as.outcome.reason != NULL && !f.owes_outcome);
		require(report->as.outcome.token == f.intent.token);
		if (report->as.outcome.outcome != OUTCOME_NOT_SENT)
			require(f.intent_is_stored);
		f.intent_is_stored = false;
	}
}

static void take(const struct action *action)
{
	require(!f.has_ended);
	switch (action->type) {
	case ACTION_SEND:
		take_write(action);
		return;
	case ACTION_SIGN: /* nobody signs: what is signed is the pump's affair */
		client_signed(&f.client, NULL, 0, f.now_ms);
		return;
	case ACTION_STORE_INTENT:
		require(!f.owes_intent && action->as.intent.token > f.intent.token);
		f.owes_intent = true;
		f.intent_is_stored = false;
		f.intent = action->as.intent;
		return;
	case ACTION_STORE_OUTCOME:
		require(!f.owes_outcome && action->as.store.outcome.reason != NULL);
		f.owes_outcome = true;
		return;
	case ACTION_STORE_RECORDS:
		require(!f.owes_records && action->as.records.count > 0);
		f.owes_records = true;
		return;
	case ACTION_REPORT:
		take_report(&action->as.report);
		return;
	case ACTION_WAKE_AT:
	case ACTION_CLOSE:
		break;
	}
}

static void run(void)
{
	struct action action;

	for (unsigned i = 0; client_next_action(&f.client, &action); i++) {
		require(i < 1000);
		take(&action);
	}
}

static void feed(enum channel channel, const uint8_t *message, size_t len)
{
	struct splitter *splitter = channel == CHANNEL_STREAM ? &f.stream : &f.out;
	uint8_t value[SEGMENT_VALUE_MAX];
	size_t n;

	if (splitter_load(splitter, message, len) != PUMP_OK)
		return;
	while ((n = splitter_next(splitter, value, 244)) > 0)
		client_feed(&f.client, channel, value, n, f.now_ms);
}

static void say(enum channel channel, const uint8_t *plain, size_t len)
{
	if (f.is_greeted &&
	    seal_message(&f.seal, channel, plain, len, f.sealed, &len) == PUMP_OK)
		feed(channel, f.sealed, len);
}

/* Says m with byte number at changed by mask. */
static void say_changed(enum channel channel, const struct message *m, size_t at, uint8_t mask)
{
	size_t len;

	if (message_encode(m, f.bytes, sizeof f.bytes, &len) != PUMP_OK)
		return;
	f.bytes[at % len] ^= mask;
	say(channel, f.bytes, len);
}

static struct program program(void)
{
	struct program program = {.dose = {1200000}, .low_alarm = {2000000},
				  .mixture = {.count = 1}};

	memcpy(program.mixture.parts[0].name, "morphine", sizeof "morphine");
	program.mixture.parts[0].concentration.ng_per_ml = 8000000;
	return program;
}

static size_t program_image(uint8_t image[IMAGE_MAX], uint8_t digest[DIGEST_LEN])
{
	struct program meant = program();
	size_t len = 0;

	require(client_program_image(&meant, image, &len) == PUMP_OK);
	digest_bytes(image, len, digest);
	return len;
}

static void fill_staged(struct msg_staged *staged)
{
	const struct msg_stage *stage = &f.request.as.stage;
	struct staged_image *image = &staged->image;
	uint8_t bytes[IMAGE_MAX];

	digest_bytes(stage->change, stage->change_len, staged->stage_digest);
	program_image(bytes, staged->active_digest);
	staged->therapy = THERAPY_RUNNING;
	if (stage->change_len <= 5) { /* a therapy act has the same code as the state it leads to */
		staged->therapy = stage->change[4];
		return;
	}
	staged->rate_nl_per_day = 150000;
	staged->has_image = true;
	*image = (struct staged_image){.mode = 0x55, .dose_ng_per_day = 1200000,
				       .low_alarm_nl = 2000000, .volume_24h_nl = 150000,
				       .greatest_hour_nl = 6250, .count = 1};
	memcpy(image->drugs[0].name, "morphine", sizeof "morphine");
	image->drugs[0].concentration_ng_per_ml = 8000000;
	image->drugs[0].daily_ng = 1200000;
}

static void fill_state(struct message *m)
{
	static uint8_t image[IMAGE_MAX];
	uint8_t digest[DIGEST_LEN];
	size_t len = program_image(image, digest);

	if (m->op == OP_IMAGE) {
		m->as.image.image = image;
		m->as.image.image_len = len;
		memcpy(m->as.image.active_digest, digest, DIGEST_LEN);
		return;
	}
	m->as.status.therapy = f.intent.result_therapy ? f.intent.result_therapy : THERAPY_RUNNING;
	m->as.status.rate_nl_per_day = m->as.status.therapy == THERAPY_RUNNING ? 150000 : 0;
	memcpy(m->as.status.active_digest, digest, DIGEST_LEN);
}

static void fill_orders(struct message *m)
{
	if (m->op == OP_COMMITTED) {
		m->as.committed.token = f.intent.token;
		m->as.committed.code = CODE_DONE;
		m->as.committed.therapy = f.intent.result_therapy;
		memcpy(m->as.committed.active_digest, f.intent.result_digest, DIGEST_LEN);
	} else if (m->op == OP_FOUND) {
		m->as.found.token = f.request.as.find_order.token;
		m->as.found.last_token = 9;
	} else if (m->op == OP_PULLED) {
		m->as.pulled.epoch = 1;
		m->as.pulled.first = 1;
		m->as.pulled.last = f.next_seq - 1;
		m->as.pulled.blocks = f.next_block;
	}
}

static struct message right_answer(void)
{
	static const uint16_t answers[][2] = {
		{OP_START, OP_STARTED}, {OP_PING, OP_PONG}, {OP_GET_STATUS, OP_STATUS},
		{OP_GET_IMAGE, OP_IMAGE}, {OP_GET_RANGE, OP_RANGE}, {OP_PULL, OP_PULLED},
		{OP_ACK, OP_PULLED}, {OP_STAGE, OP_STAGED}, {OP_COMMIT, OP_COMMITTED},
		{OP_FIND_ORDER, OP_FOUND},
	};
	struct message m;

	memset(&m, 0, sizeof m);
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
		if (answers[i][0] == f.request.op)
			m.op = answers[i][1];
	if (m.op == OP_STARTED)
		memcpy(m.as.started.serial, serial, sizeof serial);
	else if (m.op == OP_STAGED)
		fill_staged(&m.as.staged);
	else if (m.op == OP_STATUS || m.op == OP_IMAGE)
		fill_state(&m);
	else
		fill_orders(&m);
	return m;
}

static void answer(struct input *in)
{
	struct message m = right_answer();
	size_t at = next_byte(in);

	say_changed(CHANNEL_OUT, &m, at, next_byte(in));
}

static void say_block(struct input *in)
{
	static const uint8_t packed[] = {10, 0x33, 0x33, 1, 0, 0, 0, 0, 0, 0, 0};
	struct message m;
	size_t at = next_byte(in);

	memset(&m, 0, sizeof m);
	m.op = OP_BLOCK;
	m.as.block = (struct msg_block){.number = f.next_block++, .first = f.next_seq++,
					.count = 1, .records = packed,
					.records_len = sizeof packed};
	say_changed(CHANNEL_STREAM, &m, at, next_byte(in));
}

static void ask_to_change(uint8_t what)
{
	struct program meant = program();
	uint8_t zeros[DIGEST_LEN] = {0};
	enum pump_err err;

	switch (what % 5) {
	case 0:
		err = client_stage(&f.client, ORDER_PROGRAM, &meant, zeros, f.now_ms);
		break;
	case 1:
		err = client_stage(&f.client, ORDER_STOP, NULL, NULL, f.now_ms);
		break;
	case 2:
		err = client_stage(&f.client, ORDER_RESUME, NULL, NULL, f.now_ms);
		break;
	case 3:
		err = client_stage(&f.client, ORDER_MINIMUM, NULL, NULL, f.now_ms);
		break;
	default:
		err = client_confirm(&f.client, f.stage_digest, f.now_ms);
		break;
	}
	require(err != PUMP_OK || !client_is_idle(&f.client));
}

static void ask(uint8_t what)
{
	enum pump_err err = PUMP_EBUSY;

	if (what < 128) {
		ask_to_change(what);
		return;
	}
	switch (what % 4) {
	case 0:
		err = client_read_status(&f.client, f.now_ms);
		break;
	case 1:
		err = client_read_program(&f.client, f.now_ms);
		break;
	case 2:
		err = client_read_range(&f.client, f.now_ms);
		break;
	default:
		err = client_pull(&f.client, 1, 1, 4, f.stage_digest, NULL, f.now_ms);
		if (err == PUMP_OK) {
			f.next_seq = 1;
			f.next_block = 0;
		}
		break;
	}
	require(err != PUMP_OK || !client_is_idle(&f.client));
}

static void tell_stored(uint8_t how)
{
	static const uint8_t bytes[DIGEST_LEN] = {1};

	if (f.owes_intent && how % 2) {
		f.owes_intent = false;
		f.intent_is_stored = true;
		client_intent_stored(&f.client, f.intent.token, bytes, 1, bytes, f.now_ms);
	} else if (f.owes_intent) {
		f.owes_intent = false;
		client_intent_failed(&f.client, f.now_ms);
	} else if (f.owes_outcome) {
		f.owes_outcome = false;
		client_outcome_stored(&f.client, f.now_ms);
	} else if (f.owes_records && how % 2) {
		f.owes_records = false;
		client_records_stored(&f.client, f.now_ms);
	} else if (f.owes_records) {
		f.owes_records = false;
		client_records_failed(&f.client, f.now_ms);
	}
}

static void start(uint8_t options)
{
	struct order_intent open[3] = {{.token = 1}, {.token = 2}, {.token = 3}};
	struct client_config config = {.secret = SECRET_KEY, .pairing_key = {0x4B}, .mtu = 64, .open = open};

	memset(&f, 0, sizeof f);
	memcpy(config.serial, serial, sizeof serial);
	config.open_count = options % 4;
	f.now_ms = 1000;
	client_start(&f.client, &config, f.now_ms);
	run();
}

static void greet(void)
{
	uint8_t reply[HANDSHAKE_MAX];

	while (f.reply_len > 0) {
		size_t len = f.reply_len;

		memcpy(reply, f.reply, len);
		f.reply_len = 0;
		feed(CHANNEL_OUT, reply, len);
		run();
		for (; f.writing; run()) {
			f.writing = false;
			client_sent(&f.client, CLIENT_WRITE_DELIVERED, f.now_ms);
		}
	}
}

static void one_step(struct input *in)
{
	enum step step = (enum step)(next_byte(in) % STEPS);
	size_t len;
	const uint8_t *bytes;

	switch (step) {
	case STEP_OUT:
	case STEP_STREAM:
		len = next_byte(in);
		bytes = next_bytes(in, &len);
		say(step == STEP_OUT ? CHANNEL_OUT : CHANNEL_STREAM, bytes, len);
		return;
	case STEP_RAW_OUT:
	case STEP_RAW_STREAM:
		len = next_byte(in);
		bytes = next_bytes(in, &len);
		client_feed(&f.client, step == STEP_RAW_OUT ? CHANNEL_OUT : CHANNEL_STREAM, bytes, len,
			    f.now_ms);
		return;
	case STEP_ANSWER:
		answer(in);
		return;
	case STEP_BLOCK:
		say_block(in);
		return;
	case STEP_TIME:
		f.now_ms += next_byte(in) * 200u;
		client_tick(&f.client, f.now_ms);
		return;
	case STEP_SENT:
		f.writing = false;
		client_sent(&f.client, (enum client_write)(next_byte(in) % 4), f.now_ms);
		return;
	case STEP_STORED:
		tell_stored(next_byte(in));
		return;
	case STEP_ASK:
		ask(next_byte(in));
		return;
	case STEP_GREET:
		greet();
		return;
	case STEP_LINK_LOST:
		client_link_lost(&f.client, f.now_ms);
		return;
	case STEPS:
		return;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {.data = data, .len = size};

	start(next_byte(&in));
	while (in.at < in.len) {
		one_step(&in);
		run();
		/* Unless the input says otherwise, writes are delivered. */
		while (f.writing && !(in.at < in.len && data[in.at] % STEPS == STEP_SENT)) {
			f.writing = false;
			client_sent(&f.client, CLIENT_WRITE_DELIVERED, f.now_ms);
			run();
		}
	}
	return 0;
}
