/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake_pump.h"

#include <check.h>
#include <string.h>

static const uint8_t fake_origin[ORIGIN_LEN] = {0x0A};
static const uint8_t fake_root[DIGEST_LEN] = {0x0B};

void rig_init(struct rig *rig)
{
	memset(rig, 0, sizeof *rig);
	rig->now_ms = 1000;
	memset(rig->config.seed, 0x5E, sizeof rig->config.seed);
	rig->config.secret = SECRET_KEY;
	memset(rig->config.pairing_key, 0x4B, PAIRING_KEY_LEN);
	memset(rig->config.workstation, 0x57, WORKSTATION_LEN);
	memcpy(rig->config.serial, FAKE_SERIAL, sizeof FAKE_SERIAL);
	rig->config.mtu = 64;
	rig->pump.setup = (struct handshake_setup){
		.role = ROLE_PUMP, .secret_kind = SECRET_KEY, .capabilities = PUMP_IS_VIRTUAL};
	memset(rig->pump.setup.secret, 0x4B, PAIRING_KEY_LEN);
	memset(rig->pump.setup.workstation, 0x57, WORKSTATION_LEN);
	memcpy(rig->pump.setup.serial, FAKE_SERIAL, sizeof FAKE_SERIAL);
	memset(rig->pump.setup.seed, 0x99, sizeof rig->pump.setup.seed);
	rig->pump.value_max = 61;
	joiner_init(&rig->pump.in);
	splitter_init(&rig->pump.out);
	splitter_init(&rig->pump.stream);
}

static void pump_take_hand(struct fake_pump *pump)
{
	struct hello_programmer hello;

	if (pump->received == 1) {
		ck_assert_int_eq(hello_programmer_decode(pump->in.message, pump->in.len, &hello),
				 PUMP_OK);
		handshake_meet(&pump->hand, &pump->setup, pump->in.message, pump->reply);
		pump->reply_len = HELLO_PUMP_LEN;
		return;
	}
	/* A pump with another key has nothing right to say. */
	if (handshake_take(&pump->hand, pump->in.message, pump->in.len, pump->reply,
			   &pump->reply_len) != PUMP_OK)
		pump->reply_len = 0;
	if (pump->hand.state != HANDSHAKE_DONE)
		return;
	handshake_seal(&pump->hand, &pump->seal);
	pump->is_greeted = true;
}

static void pump_take_message(struct fake_pump *pump)
{
	size_t len;

	pump->received++;
	if (!pump->is_greeted) {
		pump_take_hand(pump);
		return;
	}
	ck_assert_int_eq(seal_open(&pump->seal, CHANNEL_IN, pump->in.message, pump->in.len,
				   pump->plain, &len),
			 PUMP_OK);
	ck_assert_int_eq(message_decode(pump->plain, len, &pump->request), PUMP_OK);
}

static void take_write(struct rig *rig, const struct action *action)
{
	enum pump_err err;

	rig->writes++;
	if (action->as.send.commits)
		rig->commit_writes++;
	ck_assert_uint_ge(action->as.send.len, 2);
	ck_assert_uint_le(action->as.send.len, rig->config.mtu - 3u);
	if (rig->fail_write && rig->writes >= rig->fail_write) {
		client_sent(&rig->client, rig->write_result, rig->now_ms);
		return;
	}
	err = joiner_add(&rig->pump.in, action->as.send.value, action->as.send.len, rig->now_ms);
	ck_assert(err == PUMP_OK || err == PUMP_EAGAIN);
	client_sent(&rig->client, CLIENT_WRITE_DELIVERED, rig->now_ms);
	if (err == PUMP_OK)
		pump_take_message(&rig->pump);
}

void rig_sign(struct rig *rig)
{
	static const struct order_signature signature = {.id = "anna", .bytes = {0x51}};

	client_signed(&rig->client, &signature, 1, rig->now_ms);
}

static void take(struct rig *rig, const struct action *action)
{
	ck_assert_msg(!rig->report_count || rig_last(rig)->type != REPORT_ENDED,
		      "an action after REPORT_ENDED");
	switch (action->type) {
	case ACTION_SEND:
		take_write(rig, action);
		return;
	case ACTION_SIGN:
		rig->signs++;
		rig->sign = *action;
		if (!rig->holds_signature)
			rig_sign(rig);
		return;
	case ACTION_STORE_INTENT:
		rig->intents++;
		rig->store = *action;
		return;
	case ACTION_STORE_OUTCOME:
		rig->outcomes++;
		rig->store = *action;
		return;
	case ACTION_STORE_RECORDS:
		rig->records++;
		rig->store = *action;
		return;
	case ACTION_WAKE_AT:
		rig->wake_at_ms = action->as.wake_at_ms;
		return;
	case ACTION_REPORT:
		ck_assert_uint_lt(rig->report_count, RIG_REPORTS_MAX);
		rig->reports[rig->report_count++] = action->as.report;
		return;
	case ACTION_CLOSE:
		rig->is_closed = true;
		return;
	}
	ck_abort_msg("an action of no type");
}

void rig_run(struct rig *rig)
{
	struct action action;

	while (client_next_action(&rig->client, &action))
		take(rig, &action);
}

void rig_start(struct rig *rig)
{
	client_start(&rig->client, &rig->config, rig->now_ms);
	rig_run(rig);
}

static void feed(struct rig *rig, enum channel channel, const uint8_t *message, size_t len)
{
	struct splitter *splitter =
		channel == CHANNEL_STREAM ? &rig->pump.stream : &rig->pump.out;
	uint8_t value[SEGMENT_VALUE_MAX];
	size_t n;

	ck_assert_int_eq(splitter_load(splitter, message, len), PUMP_OK);
	while ((n = splitter_next(splitter, value, rig->pump.value_max)) > 0)
		client_feed(&rig->client, channel, value, n, rig->now_ms);
	rig_run(rig);
}

void rig_say_clear(struct rig *rig, const uint8_t *message, size_t len)
{
	feed(rig, CHANNEL_OUT, message, len);
}

void rig_reply(struct rig *rig)
{
	uint8_t reply[HANDSHAKE_MAX];
	size_t len = rig->pump.reply_len;

	ck_assert_uint_gt(len, 0);
	memcpy(reply, rig->pump.reply, len);
	rig->pump.reply_len = 0;
	rig_say_clear(rig, reply, len);
}

void rig_greet(struct rig *rig)
{
	while (rig->pump.reply_len > 0)
		rig_reply(rig);
}

void rig_refuse_hello(struct rig *rig, enum hello_refusal refusal)
{
	uint8_t refused[2] = {0xF0, (uint8_t)refusal};

	rig_say_clear(rig, refused, sizeof refused);
}

void rig_say_plain(struct rig *rig, enum channel channel, const uint8_t *plain, size_t len)
{
	static uint8_t sealed[MESSAGE_MAX];
	size_t sealed_len;

	ck_assert_int_eq(seal_message(&rig->pump.seal, channel, plain, len, sealed, &sealed_len),
			 PUMP_OK);
	feed(rig, channel, sealed, sealed_len);
}

void rig_say_on(struct rig *rig, enum channel channel, const struct message *m)
{
	static uint8_t plain[PLAINTEXT_MAX];
	size_t len;

	ck_assert_int_eq(message_encode(m, plain, sizeof plain, &len), PUMP_OK);
	rig_say_plain(rig, channel, plain, len);
}

void rig_say(struct rig *rig, const struct message *m)
{
	rig_say_on(rig, CHANNEL_OUT, m);
}

void rig_say_refused(struct rig *rig, enum message_op op, enum result_code code)
{
	struct message m = {.op = OP_REFUSED};

	m.as.refused.op = (uint16_t)op;
	m.as.refused.code = (uint16_t)code;
	rig_say(rig, &m);
}

struct program fake_program(void)
{
	struct program program = {.mode = PROGRAM_SIMPLE,
				  .dose = {1200000},
				  .low_alarm = {2000000},
				  .mixture = {.count = 2}};

	memcpy(program.mixture.parts[0].name, "morphine", sizeof "morphine");
	program.mixture.parts[0].concentration.ng_per_ml = 7000000;
	memcpy(program.mixture.parts[1].name, "bupivacaine", sizeof "bupivacaine");
	program.mixture.parts[1].concentration.ng_per_ml = 3000001;
	return program;
}

/* By hand: 1.2 mg/day at 7 mg/mL, and 3.000001 mg/mL of the other drug. */
enum {
	FAKE_RATE = 171428,        /* floor(1,200,000 / 7) */
	FAKE_HOUR = 7143,          /* ceil(171,428 / 24) */
	FAKE_DAILY_0 = 1199996,    /* 171,428 x 7 */
	FAKE_DAILY_1 = 514285,     /* ceil(171,428 x 3.000001) */
};

size_t fake_program_image(uint8_t image[IMAGE_MAX], uint8_t digest[DIGEST_LEN])
{
	struct program program = fake_program();
	size_t len;

	ck_assert_int_eq(client_program_image(&program, image, &len), PUMP_OK);
	digest_bytes(image, len, digest);
	return len;
}

struct message fake_started(void)
{
	struct message m = {.op = OP_STARTED};
	struct msg_started *started = &m.as.started;

	memcpy(started->serial, FAKE_SERIAL, sizeof FAKE_SERIAL);
	memcpy(started->model, "PX40", sizeof "PX40");
	memcpy(started->firmware, "1.0", sizeof "1.0");
	started->epoch = 1;
	started->ticks_ms = 500000;
	started->last_token = 40;
	return m;
}

struct message fake_status(void)
{
	struct message m = {.op = OP_STATUS};
	uint8_t image[IMAGE_MAX];

	fake_program_image(image, m.as.status.active_digest);
	m.as.status.therapy = THERAPY_RUNNING;
	m.as.status.rate_nl_per_day = FAKE_RATE;
	m.as.status.reservoir_nl = 20000000;
	m.as.status.low_alarm_nl = 2000000;
	m.as.status.ticks_ms = 600000;
	return m;
}

struct message fake_image(void)
{
	static uint8_t image[IMAGE_MAX];
	struct message m = {.op = OP_IMAGE};

	m.as.image.image_len = fake_program_image(image, m.as.image.active_digest);
	m.as.image.image = image;
	return m;
}

static void decode_staged(struct msg_staged *staged)
{
	struct staged_image *image = &staged->image;
	struct program program = fake_program();

	staged->rate_nl_per_day = FAKE_RATE;
	staged->therapy = THERAPY_RUNNING;
	staged->has_image = true;
	image->mode = 0x55;
	image->dose_ng_per_day = 1200000;
	image->low_alarm_nl = 2000000;
	image->volume_24h_nl = FAKE_RATE;
	image->greatest_hour_nl = FAKE_HOUR;
	image->worst_24h_nl = FAKE_RATE;
	image->bridge = BRIDGE_CODE_UNSAID;
	image->count = 2;
	for (size_t i = 0; i < 2; i++) {
		memcpy(image->drugs[i].name, program.mixture.parts[i].name, DRUG_NAME_MAX + 1);
		image->drugs[i].concentration_ng_per_ml =
			(uint32_t)program.mixture.parts[i].concentration.ng_per_ml;
	}
	image->drugs[0].daily_ng = FAKE_DAILY_0;
	image->drugs[1].daily_ng = FAKE_DAILY_1;
	image->drugs[0].worst_ng = FAKE_DAILY_0;
	image->drugs[1].worst_ng = FAKE_DAILY_1;
}

struct message fake_staged(const struct rig *rig)
{
	struct message m = {.op = OP_STAGED};
	struct msg_staged *staged = &m.as.staged;
	const struct msg_stage *stage = &rig->pump.request.as.stage;
	uint8_t image[IMAGE_MAX];

	ck_assert_uint_eq(rig->pump.request.op, OP_STAGE);
	digest_bytes(stage->change, stage->change_len, staged->stage_digest);
	fake_program_image(image, staged->active_digest);
	staged->expires_ticks_ms = 700000;
	staged->operators = 3;
	/* A change of five bytes is a therapy act, its code the last of them. */
	if (stage->change_len > 5) {
		decode_staged(staged);
		return m;
	}
	memcpy(staged->acts, stage->change, stage->change_len);
	staged->acts_len = stage->change_len;
	staged->therapy = stage->change[4] == ACT_STOP	   ? THERAPY_STOPPED
			  : stage->change[4] == ACT_RESUME ? THERAPY_RUNNING
							   : THERAPY_MINIMUM;
	staged->rate_nl_per_day = stage->change[4] == ACT_STOP	   ? 0
				  : stage->change[4] == ACT_RESUME ? FAKE_RATE
								   : 6000;
	return m;
}

struct message fake_committed(const struct rig *rig, enum result_code code)
{
	struct message m = {.op = OP_COMMITTED};
	const struct order_intent *intent = &rig->store.as.intent;

	m.as.committed.token = intent->token;
	m.as.committed.code = (uint16_t)code;
	memcpy(m.as.committed.active_digest, intent->result_digest, DIGEST_LEN);
	m.as.committed.therapy = intent->result_therapy;
	m.as.committed.record_seq = 77;
	return m;
}

struct message fake_found(const struct rig *rig, bool found)
{
	struct message m = {.op = OP_FOUND};
	const struct order_intent *intent = &rig->client.open[rig->client.open_at];

	m.as.found.token = intent->token;
	m.as.found.found = found;
	m.as.found.last_token = found ? intent->token : intent->token - 1;
	m.as.found.first_seq = 1;
	m.as.found.kind = intent->kind;
	memcpy(m.as.found.stage_digest, intent->stage_digest, DIGEST_LEN);
	memcpy(m.as.found.active_digest, intent->result_digest, DIGEST_LEN);
	m.as.found.therapy = intent->result_therapy;
	m.as.found.record_seq = 77;
	return m;
}

void rig_ready(struct rig *rig)
{
	struct message m = fake_started();

	rig_start(rig);
	rig_greet(rig);
	rig_say(rig, &m);
}

void rig_stage(struct rig *rig, enum order_kind kind)
{
	struct program program = fake_program();
	bool has_program = kind == ORDER_PROGRAM;
	uint8_t expected[DIGEST_LEN] = {0xEE};
	struct message m;

	ck_assert_int_eq(client_stage(&rig->client, kind, has_program ? &program : NULL,
				      has_program ? expected : NULL, rig->now_ms),
			 PUMP_OK);
	rig_run(rig);
	m = fake_staged(rig);
	rig_say(rig, &m);
	ck_assert_int_eq(rig_last(rig)->type, REPORT_STAGED);
}

void rig_confirm(struct rig *rig)
{
	ck_assert_int_eq(client_confirm(&rig->client, rig_last(rig)->as.staged.stage_digest,
					rig->now_ms),
			 PUMP_OK);
	rig_run(rig);
}

void rig_store_intent(struct rig *rig)
{
	client_intent_stored(&rig->client, rig->store.as.intent.token, fake_origin, 9, fake_root,
			     rig->now_ms);
	rig_run(rig);
}

void rig_store_outcome(struct rig *rig)
{
	client_outcome_stored(&rig->client, rig->now_ms);
	rig_run(rig);
}

const struct report *rig_last(const struct rig *rig)
{
	return rig->report_count ? &rig->reports[rig->report_count - 1] : NULL;
}

bool rig_ended(const struct rig *rig, enum client_end end)
{
	const struct report *last = rig_last(rig);

	return last && last->type == REPORT_ENDED && last->as.end == end;
}

const struct client_outcome *rig_outcome(const struct rig *rig)
{
	for (size_t i = rig->report_count; i > 0; i--)
		if (rig->reports[i - 1].type == REPORT_OUTCOME)
			return &rig->reports[i - 1].as.outcome;
	return NULL;
}
