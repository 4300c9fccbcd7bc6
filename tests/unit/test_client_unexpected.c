/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every message that a pump may not send in a state ends the session there, for every state. */
#include "fake_pump.h"
#include "suite.h"

#include <string.h>

static struct rig rig;

enum at {
	AT_HELLO, AT_STARTING, AT_RESOLVING, AT_ASKING_AGAIN, AT_SETTLING_RESOLUTION, AT_READY,
	AT_PINGING, AT_STATUS, AT_IMAGE, AT_RANGE, AT_PULLING, AT_STAGING, AT_STAGED, AT_STORING,
	AT_COMMITTING, AT_READING_STATUS, AT_READING_IMAGE, AT_SETTLING, AT_COUNT,
};

/* What each state may be told: an answer, and the request that may be refused. 0: nothing. */
static const struct {
	uint16_t answer, refusable;
	bool doubt; /* an order may have been executed */
} states[AT_COUNT] = {
	[AT_HELLO] = {0, 0, false},
	[AT_STARTING] = {OP_STARTED, 0, false},
	[AT_RESOLVING] = {OP_FOUND, OP_FIND_ORDER, false},
	[AT_ASKING_AGAIN] = {0, 0, false},
	[AT_SETTLING_RESOLUTION] = {0, 0, false},
	[AT_READY] = {0, 0, false},
	[AT_PINGING] = {OP_PONG, 0, false},
	[AT_STATUS] = {OP_STATUS, OP_GET_STATUS, false},
	[AT_IMAGE] = {OP_IMAGE, OP_GET_IMAGE, false},
	[AT_RANGE] = {OP_RANGE, OP_GET_RANGE, false},
	[AT_PULLING] = {0, OP_PULL, false}, /* PULLED only after a block */
	[AT_STAGING] = {OP_STAGED, OP_STAGE, false},
	[AT_STAGED] = {0, 0, false},
	[AT_STORING] = {0, 0, false},
	[AT_COMMITTING] = {OP_COMMITTED, OP_COMMIT, true},
	[AT_READING_STATUS] = {OP_STATUS, OP_GET_STATUS, true},
	[AT_READING_IMAGE] = {OP_IMAGE, OP_GET_IMAGE, true},
	[AT_SETTLING] = {0, 0, false},
};

static const uint16_t ops[] = {
	OP_START, OP_STARTED, OP_PING, OP_PONG, OP_REFUSED, OP_GET_STATUS, OP_STATUS, OP_GET_IMAGE,
	OP_IMAGE, OP_GET_RANGE, OP_RANGE, OP_PULL, OP_BLOCK, OP_ACK, OP_PULLED, OP_STAGE, OP_STAGED,
	OP_COMMIT, OP_COMMITTED, OP_FIND_ORDER, OP_FOUND,
};

static const uint8_t raw[] = {10, 0x33, 0x0F, 1, 0, 0, 0, 0, 0, 0, 0}; /* one packed record */

static struct order_intent open_intent(void)
{
	struct order_intent intent = {.token = 41, .kind = ORDER_PROGRAM};

	memcpy(intent.serial, FAKE_SERIAL, sizeof FAKE_SERIAL);
	return intent;
}

static void go_opening(enum at at)
{
	static struct order_intent intent;
	struct message m = fake_started();

	rig_start(&rig);
	if (at == AT_HELLO)
		return;
	rig_greet(&rig);
	if (at == AT_STARTING)
		return;
	intent = open_intent();
	rig_init(&rig);
	rig.config.open = &intent;
	rig.config.open_count = 1;
	rig_ready(&rig);
	if (at == AT_RESOLVING)
		return;
	m = fake_found(&rig, at == AT_SETTLING_RESOLUTION);
	m.as.found.pending = true;
	rig_say(&rig, &m);
}

static void go_asking(enum at at)
{
	rig_ready(&rig);
	if (at == AT_PINGING) {
		rig.now_ms += CLIENT_PING_MS;
		client_tick(&rig.client, rig.now_ms);
	} else if (at == AT_STATUS) {
		ck_assert_int_eq(client_read_status(&rig.client, rig.now_ms), PUMP_OK);
	} else if (at == AT_IMAGE) {
		ck_assert_int_eq(client_read_program(&rig.client, rig.now_ms), PUMP_OK);
	} else if (at == AT_RANGE) {
		ck_assert_int_eq(client_read_range(&rig.client, rig.now_ms), PUMP_OK);
	} else if (at == AT_PULLING) {
		ck_assert_int_eq(client_pull(&rig.client, 1, 1, 9, NULL, NULL, rig.now_ms),
				 PUMP_OK);
	}
	rig_run(&rig);
}

static void go_ordering(enum at at)
{
	struct program program = fake_program();
	uint8_t zeros[DIGEST_LEN] = {0};
	struct message m;

	rig_ready(&rig);
	if (at == AT_STAGING) {
		ck_assert_int_eq(client_stage(&rig.client, ORDER_PROGRAM, &program, zeros,
					      rig.now_ms),
				 PUMP_OK);
		rig_run(&rig);
		return;
	}
	rig_stage(&rig, ORDER_PROGRAM);
	if (at == AT_STAGED)
		return;
	rig_confirm(&rig);
	if (at == AT_STORING)
		return;
	rig_store_intent(&rig);
	if (at == AT_COMMITTING)
		return;
	m = fake_committed(&rig, at == AT_SETTLING ? CODE_EXPIRED : CODE_DONE);
	rig_say(&rig, &m);
	if (at != AT_READING_IMAGE)
		return;
	m = fake_status();
	rig_say(&rig, &m);
}

static void go(enum at at)
{
	rig_init(&rig);
	if (at < AT_READY)
		go_opening(at);
	else if (at < AT_STAGING)
		go_asking(at);
	else
		go_ordering(at);
}

/* The session has ended as broken; a doubt is stored and reported as one before that. */
static void assert_ended(enum at at, enum client_end end, const char *by, unsigned number)
{
	bool was_settling = at == AT_SETTLING || at == AT_SETTLING_RESOLUTION;

	if (at == AT_STORING) {
		ck_assert_msg(!rig_ended(&rig, end), "%s %#x", by, number);
		client_intent_failed(&rig.client, rig.now_ms);
		rig_run(&rig);
	}
	if (states[at].doubt || was_settling) {
		ck_assert_msg(!rig_ended(&rig, end), "%s %#x", by, number);
		ck_assert_uint_eq(rig.outcomes, 1);
		rig_store_outcome(&rig);
	}
	ck_assert_msg(rig_ended(&rig, end), "state %d, %s %#x", (int)at, by, number);
	ck_assert(rig.is_closed);
	if (states[at].doubt)
		ck_assert_int_eq(rig_outcome(&rig)->outcome, OUTCOME_UNKNOWN);
	ck_assert_int_eq(client_read_status(&rig.client, rig.now_ms), PUMP_ESTATE);
}

static void assert_broken(enum at at, const char *by, unsigned number)
{
	assert_ended(at, CLIENT_END_PROTOCOL, by, number);
}

/* A well-formed message of any op. */
static struct message sample(uint16_t op)
{
	struct message m;

	memset(&m, 0, sizeof m);
	if (op == OP_STARTED)
		m = fake_started();
	if (op == OP_BLOCK) {
		m.as.block.first = 1;
		m.as.block.count = 1;
		m.as.block.records = raw;
		m.as.block.records_len = sizeof raw;
	}
	if (op == OP_REFUSED)
		m.as.refused = (struct msg_refused){OP_ACK, CODE_NOT_NOW};
	m.op = op;
	return m;
}

START_TEST(every_message_out_of_place_ends_the_session)
{
	for (enum at at = AT_STARTING; at < AT_COUNT; at++) {
		for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
			struct message m = sample(ops[i]);

			if (ops[i] == states[at].answer)
				continue;
			go(at);
			rig_say(&rig, &m);
			assert_broken(at, "message", ops[i]);
		}
	}
}
END_TEST

START_TEST(every_refusal_of_what_was_not_asked_ends_the_session)
{
	for (enum at at = AT_STARTING; at < AT_COUNT; at++) {
		for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
			if (ops[i] == states[at].refusable)
				continue;
			go(at);
			rig_say_refused(&rig, ops[i], CODE_NOT_NOW);
			assert_broken(at, "refusal", ops[i]);
		}
	}
}
END_TEST

START_TEST(every_form_of_garbage_ends_the_session)
{
	static const uint8_t garbage[][4] = {{0}, {0xFF, 0xFF}, {0x3C, 0x0F, 1, 2}, {0x33}};
	static const size_t lens[] = {0, 2, 4, 1};

	for (enum at at = AT_STARTING; at < AT_COUNT; at++) {
		for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
			go(at);
			rig_say_plain(&rig, CHANNEL_OUT, garbage[i], lens[i]);
			assert_broken(at, "garbage", (unsigned)i);
		}
	}
}
END_TEST

START_TEST(every_message_that_is_not_sealed_ends_the_session)
{
	static const uint8_t clear[60] = {0x3C, 0x0F};

	for (enum at at = AT_HELLO; at < AT_COUNT; at++) {
		go(at);
		rig_say_clear(&rig, clear, sizeof clear);
		assert_ended(at, at == AT_HELLO ? CLIENT_END_PROTOCOL : CLIENT_END_TAMPERED,
			     "clear message", 0);
	}
}
END_TEST

START_TEST(every_broken_segment_ends_the_session)
{
	for (enum at at = AT_HELLO; at < AT_COUNT; at++) {
		go(at);
		client_feed(&rig.client, CHANNEL_OUT, (const uint8_t *)"\xF8\x00", 2, rig.now_ms);
		rig_run(&rig);
		assert_broken(at, "segment", 0);
		go(at);
		client_feed(&rig.client, CHANNEL_OUT, (const uint8_t *)"", 0, rig.now_ms);
		rig_run(&rig);
		assert_broken(at, "empty value", 0);
	}
}
END_TEST

START_TEST(a_value_on_the_wrong_characteristic_ends_the_session)
{
	for (enum at at = AT_HELLO; at < AT_COUNT; at++) {
		go(at);
		client_feed(&rig.client, CHANNEL_IN, (const uint8_t *)"\x03\x00", 2, rig.now_ms);
		rig_run(&rig);
		assert_broken(at, "value on In", 0);
		if (at == AT_PULLING)
			continue;
		go(at);
		client_feed(&rig.client, CHANNEL_STREAM, (const uint8_t *)"\x01\x00", 2, rig.now_ms);
		rig_run(&rig);
		assert_broken(at, "value on Stream", 0);
	}
}
END_TEST

START_TEST(an_answer_with_another_token_ends_the_session)
{
	struct message m;

	go(AT_RESOLVING);
	m = fake_found(&rig, true);
	m.as.found.token++;
	rig_say(&rig, &m);
	assert_broken(AT_RESOLVING, "token", 0);
	go(AT_COMMITTING);
	m = fake_committed(&rig, CODE_DONE);
	m.as.committed.token--;
	rig_say(&rig, &m);
	assert_broken(AT_COMMITTING, "token", 0);
}
END_TEST

START_TEST(a_range_that_cannot_be_ends_the_session)
{
	static const struct {
		uint64_t first, last;
		bool good;
	} rows[] = {
		{0, 5, false}, {7, 5, false}, {UINT64_MAX, UINT64_MAX, false},
		{1, (uint64_t)INT64_MAX, false}, {6, 5, true}, {1, 0, true},
		{1, (uint64_t)INT64_MAX - 1, true},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct message m = {.op = OP_RANGE};

		m.as.range.first = rows[i].first;
		m.as.range.last = rows[i].last;
		go(AT_RANGE);
		rig_say(&rig, &m);
		ck_assert(rig_ended(&rig, CLIENT_END_PROTOCOL) != rows[i].good);
	}
}
END_TEST

START_TEST(a_token_that_no_pump_can_have_ends_the_session)
{
	struct message m = fake_started();

	m.as.started.last_token = (uint64_t)INT64_MAX + 1;
	go(AT_STARTING);
	rig_say(&rig, &m);
	ck_assert(rig_ended(&rig, CLIENT_END_PROTOCOL));
}
END_TEST

START_TEST(a_code_that_is_not_known_is_no_refusal_of_a_commit)
{
	static const uint16_t codes[] = {0, 0xFFFF, 0x0F5A, CODE_NO_SUCH_RECORD};
	struct message m;

	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		go(AT_COMMITTING);
		m = fake_committed(&rig, (enum result_code)codes[i]);
		rig_say(&rig, &m);
		assert_broken(AT_COMMITTING, "code", codes[i]);
		go(AT_COMMITTING);
		rig_say_refused(&rig, OP_COMMIT, (enum result_code)codes[i]);
		assert_broken(AT_COMMITTING, "refusal code", codes[i]);
	}
	go(AT_COMMITTING);
	rig_say_refused(&rig, OP_COMMIT, CODE_DONE);
	assert_broken(AT_COMMITTING, "refusal code", CODE_DONE);
}
END_TEST

START_TEST(nothing_is_heard_or_said_after_the_end)
{
	struct message m = fake_started();
	size_t writes;

	go(AT_READY);
	rig_say(&rig, &m);
	ck_assert(rig_ended(&rig, CLIENT_END_PROTOCOL));
	writes = rig.writes;
	for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
		m = sample(ops[i]);
		rig_say(&rig, &m);
	}
	client_tick(&rig.client, rig.now_ms + 9999999);
	client_link_lost(&rig.client, rig.now_ms);
	rig_run(&rig);
	ck_assert_uint_eq(rig.writes, writes);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		every_message_out_of_place_ends_the_session,
		every_refusal_of_what_was_not_asked_ends_the_session,
		every_form_of_garbage_ends_the_session,
		every_message_that_is_not_sealed_ends_the_session,
		every_broken_segment_ends_the_session,
		a_value_on_the_wrong_characteristic_ends_the_session,
		an_answer_with_another_token_ends_the_session,
		a_range_that_cannot_be_ends_the_session,
		a_token_that_no_pump_can_have_ends_the_session,
		a_code_that_is_not_known_is_no_refusal_of_a_commit,
		nothing_is_heard_or_said_after_the_end,
		NULL,
	};

	return suite_run_tests("client_unexpected", tests, NULL, NULL);
}
