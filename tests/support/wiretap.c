/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wiretap.h"

#include <check.h>
#include <sodium.h>
#include <string.h>

/* The pump has run for 50 h when the listener comes, so that its log has something to download. */
enum { STEP_MS = 250, SILENCE_MS = 6000, STEPS_MAX = 20000, HISTORY_S = 50 * 3600 };

static const char serial[] = "PX40-000123", card[] = "7K3M9QXA", operator_id[] = "anna";

static void run_pump(struct wiretap *t);

static void operator_key(uint8_t *public, uint8_t *secret)
{
	static const uint8_t seed[crypto_sign_SEEDBYTES] = {0x0A};

	crypto_sign_seed_keypair(public, secret, seed);
}

static void fill_seed(struct wiretap *t, uint8_t seed[32])
{
	memset(seed, 0x5E, 32);
	memcpy(seed, &t->seeds, sizeof t->seeds);
	t->seeds++;
}

static struct program program_of(unsigned number)
{
	struct program program = {.mode = PROGRAM_SIMPLE,
				  .dose = {1200000 + 100000 * (int64_t)number},
				  .low_alarm = {2000000},
				  .mixture = {.count = 1}};

	memcpy(program.mixture.parts[0].name, "morphine", sizeof "morphine");
	program.mixture.parts[0].concentration.ng_per_ml = 10000000;
	return program;
}

void wiretap_restart(struct wiretap *t)
{
	uint8_t seed[32];

	fill_seed(t, seed);
	ck_assert_int_eq(pump_boot(&t->pump, t->nvm, sizeof t->nvm, t->body, seed, false, t->now_ms), PUMP_OK);
}

void wiretap_init(struct wiretap *t)
{
	struct pump_birth birth = {.model = "PX40", .utc_s = 1700000000, .reservoir_nl = 20000000};
	struct program program = program_of(0);
	uint8_t secret[crypto_sign_SECRETKEYBYTES];

	memset(t, 0, sizeof *t);
	t->now_ms = 1000;
	memset(t->workstation, 0x17, sizeof t->workstation);
	memcpy(birth.serial, serial, sizeof serial);
	memcpy(birth.card_code, card, CARD_CODE_LEN);
	memcpy(birth.operator_id, operator_id, sizeof operator_id);
	operator_key(birth.operator_key, secret);
	ck_assert_int_eq(client_program_image(&program, birth.image, &birth.image_len), PUMP_OK);
	ck_assert_int_eq(pump_format(&birth, t->nvm, sizeof t->nvm, t->body), PUMP_OK);
	wiretap_restart(t);
	pump_set_clocks(&t->pump, t->now_ms, HISTORY_S);
	run_pump(t);
}


static void push(struct wiretap *t, enum channel channel, const uint8_t *bytes, size_t len)
{
	struct wire_value *value = &t->wire[(t->wire_at + t->wire_count) % WIRE_MAX];

	ck_assert_uint_lt(t->wire_count++, WIRE_MAX);
	value->channel = channel;
	value->len = len;
	memcpy(value->bytes, bytes, len);
}

static void run_pump(struct wiretap *t)
{
	struct pump_action action;

	while (pump_next_action(&t->pump, &action)) {
		switch (action.type) {
		case PUMP_SEND:
			if (t->is_linked)
				push(t, action.channel, action.data, action.len);
			break;
		case PUMP_NVM_WRITE:
			memcpy(t->nvm + action.offset, action.data, action.len);
			pump_nvm_done(&t->pump, t->now_ms);
			break;
		case PUMP_DISCONNECT:
			t->is_closing = true;
			break;
		case PUMP_WAKE_AT:
			break;
		case PUMP_RESTART:
			ck_abort_msg("the pump restarts by itself");
		}
	}
}

static void sign(struct wiretap *t, const struct action *action)
{
	const size_t prefix = sizeof ORDER_SIGNED_PREFIX - 1;
	struct order_signature signature = {.id = "anna"};
	uint8_t message[ORDER_SIGNED_MAX], public[OPERATOR_KEY_LEN], secret[crypto_sign_SECRETKEYBYTES];

	operator_key(public, secret);
	memcpy(message, ORDER_SIGNED_PREFIX, prefix);
	memcpy(message + prefix, action->as.sign.order, action->as.sign.len);
	crypto_sign_detached(signature.bytes, NULL, message, prefix + action->as.sign.len, secret);
	client_signed(&t->client, &signature, 1, t->now_ms);
}

static void store_intent(struct wiretap *t, const struct order_intent *intent)
{
	static const uint8_t origin[ORIGIN_LEN] = {7};
	uint8_t root[DIGEST_LEN] = {0};

	t->intent = *intent;
	root[0] = (uint8_t)++t->audit_size;
	client_intent_stored(&t->client, intent->token, origin, t->audit_size, root, t->now_ms);
}

static void take_report(struct wiretap *t, const struct report *report)
{
	if (report->type == REPORT_ENDED) {
		t->is_ended = true;
	} else if (report->type == REPORT_READY) {
		t->is_ready = true;
	} else {
		t->has_report = true;
		t->report = *report;
	}
}

static void take_action(struct wiretap *t, const struct action *action)
{
	switch (action->type) {
	case ACTION_SEND:
		if (t->is_linked && !t->is_closing)
			push(t, CHANNEL_IN, action->as.send.value, action->as.send.len);
		else
			client_sent(&t->client, CLIENT_WRITE_NOT_SENT, t->now_ms);
		return;
	case ACTION_SIGN:
		sign(t, action);
		return;
	case ACTION_STORE_INTENT:
		store_intent(t, &action->as.intent);
		return;
	case ACTION_STORE_OUTCOME:
		client_outcome_stored(&t->client, t->now_ms);
		return;
	case ACTION_STORE_RECORDS:
		client_records_stored(&t->client, t->now_ms);
		return;
	case ACTION_REPORT:
		take_report(t, &action->as.report);
		return;
	case ACTION_CLOSE:
		t->is_closing = true;
		return;
	case ACTION_WAKE_AT:
		return;
	}
}

static void run_client(struct wiretap *t)
{
	static struct action action;

	while (client_next_action(&t->client, &action))
		take_action(t, &action);
}

static void run_both(struct wiretap *t)
{
	run_pump(t);
	run_client(t);
	if (!t->is_closing)
		return;
	t->is_closing = false;
	t->is_linked = false;
	t->wire_count = 0;
	pump_disconnected(&t->pump, 0, t->now_ms);
	client_link_lost(&t->client, t->now_ms);
	run_pump(t);
	run_client(t);
	t->is_closing = false;
}

static void take_off(struct wiretap *t)
{
	t->wire_at = (t->wire_at + 1) % WIRE_MAX;
	t->wire_count--;
}

void wiretap_swallow(struct wiretap *t)
{
	enum channel channel = t->wire[t->wire_at].channel;

	take_off(t);
	if (channel == CHANNEL_IN)
		client_sent(&t->client, CLIENT_WRITE_DELIVERED, t->now_ms);
	else
		pump_sent(&t->pump, 0, channel, t->now_ms);
	run_both(t);
}

static void hand_over(struct wiretap *t, const struct wire_value *value, bool is_genuine)
{
	if (value->channel == CHANNEL_IN) {
		bool taken = pump_feed(&t->pump, 0, value->bytes, value->len, t->now_ms);

		if (is_genuine)
			client_sent(&t->client, taken ? CLIENT_WRITE_DELIVERED : CLIENT_WRITE_REFUSED, t->now_ms);
	} else {
		client_feed(&t->client, value->channel, value->bytes, value->len, t->now_ms);
		if (is_genuine)
			pump_sent(&t->pump, 0, value->channel, t->now_ms);
	}
	run_both(t);
}

void wiretap_inject(struct wiretap *t, const struct wire_value *value)
{
	if (t->is_linked)
		hand_over(t, value, false);
}

static void deliver(struct wiretap *t)
{
	struct wire_value value = t->wire[t->wire_at];

	if (t->listen)
		t->listen(t, &value);
	take_off(t);
	hand_over(t, &value, true);
}

static void let_time_pass(struct wiretap *t, uint64_t ms)
{
	t->now_ms += ms;
	pump_set_clocks(&t->pump, t->now_ms, HISTORY_S);
	client_tick(&t->client, t->now_ms);
	run_both(t);
}

void wiretap_run_out(struct wiretap *t)
{
	run_both(t);
	for (unsigned steps = 0; t->is_linked; steps++) {
		ck_assert_uint_lt(steps, STEPS_MAX);
		if (t->wire_count > 0)
			deliver(t);
		else
			let_time_pass(t, SILENCE_MS);
	}
}

static void run_until(struct wiretap *t, const bool *flag)
{
	run_both(t);
	for (unsigned steps = 0; !*flag; steps++) {
		ck_assert_uint_lt(steps, STEPS_MAX);
		ck_assert(!t->is_ended);
		if (t->wire_count > 0)
			deliver(t);
		else
			let_time_pass(t, STEP_MS);
	}
}

/* The request was made with err; its answer is a report of this type. */
static const struct report *answer(struct wiretap *t, enum pump_err err, enum report_type type)
{
	ck_assert_int_eq(err, PUMP_OK);
	t->has_report = false;
	run_until(t, &t->has_report);
	ck_assert_int_eq(t->report.type, type);
	return &t->report;
}

static void call(struct wiretap *t, enum hello_secret secret, bool is_unsettled)
{
	struct client_config config = {.secret = secret, .mtu = WIRETAP_MTU, .last_token = t->intent.token};

	memcpy(config.serial, serial, sizeof serial);
	memcpy(config.card_code, card, CARD_CODE_LEN);
	memcpy(config.pairing_key, t->pairing_key, PAIRING_KEY_LEN);
	memcpy(config.workstation, t->workstation, WORKSTATION_LEN);
	fill_seed(t, config.seed);
	if (is_unsettled) {
		config.open = &t->intent;
		config.open_count = 1;
	}
	t->is_ready = t->is_ended = t->has_report = false;
	wiretap_visit(t);
	client_start(&t->client, &config, t->now_ms);
}

static void start(struct wiretap *t, enum hello_secret secret, bool is_unsettled)
{
	call(t, secret, is_unsettled);
	run_until(t, &t->is_ready);
}

void wiretap_visit(struct wiretap *t)
{
	t->is_linked = true;
	pump_connected(&t->pump, 0, WIRETAP_MTU, t->now_ms);
}

void wiretap_call(struct wiretap *t)
{
	call(t, SECRET_KEY, false);
	run_both(t);
}

void wiretap_open(struct wiretap *t, bool is_unsettled)
{
	start(t, SECRET_KEY, is_unsettled);
}

void wiretap_enrol(struct wiretap *t)
{
	pump_press_magnet(&t->pump, t->now_ms);
	start(t, SECRET_CARD, false);
	memcpy(t->pairing_key,
	       answer(t, client_enrol(&t->client, NULL, NULL, t->now_ms), REPORT_ENROLLED)->as.enrolled.pairing_key,
	       PAIRING_KEY_LEN);
}

void wiretap_read(struct wiretap *t)
{
	struct client *c = &t->client;
	struct msg_range range;

	answer(t, client_read_status(c, t->now_ms), REPORT_STATUS);
	answer(t, client_read_program(c, t->now_ms), REPORT_PROGRAM);
	answer(t, client_read_operators(c, t->now_ms), REPORT_OPERATORS);
	answer(t, client_read_slots(c, t->now_ms), REPORT_SLOTS);
	answer(t, client_read_security(c, t->now_ms), REPORT_SECURITY);
	range = answer(t, client_read_range(c, t->now_ms), REPORT_RANGE)->as.range;
	answer(t, client_pull(c, range.epoch, range.first, range.last, range.before, range.last_hash, t->now_ms),
	       REPORT_PULLED);
}

void wiretap_order(struct wiretap *t, enum order_kind kind, unsigned number)
{
	struct program program = program_of(number);
	bool is_program = kind == ORDER_PROGRAM;
	uint8_t expected[DIGEST_LEN], staged[DIGEST_LEN];

	memcpy(expected, answer(t, client_read_program(&t->client, t->now_ms), REPORT_PROGRAM)->as.program.digest,
	       DIGEST_LEN);
	memcpy(staged,
	       answer(t,
		      client_stage(&t->client, kind, is_program ? &program : NULL, is_program ? expected : NULL,
				   t->now_ms),
		      REPORT_STAGED)
		       ->as.staged.stage_digest,
	       DIGEST_LEN);
	ck_assert_int_eq(answer(t, client_confirm(&t->client, staged, t->now_ms), REPORT_OUTCOME)->as.outcome.outcome,
			 OUTCOME_APPLIED);
}

void wiretap_close(struct wiretap *t)
{
	t->is_closing = true;
	run_both(t);
	ck_assert(t->is_ended);
}
