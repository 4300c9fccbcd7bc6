/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The door for changes of therapy: staging, confirming, and the barrier before the commit. */
#include "fake_pump.h"
#include "suite.h"

#include <string.h>

static struct rig rig;

static void setup(void)
{
	rig_init(&rig);
}

static void committing(enum order_kind kind)
{
	rig_init(&rig);
	rig_ready(&rig);
	rig_stage(&rig, kind);
	rig_confirm(&rig);
	rig_store_intent(&rig);
	ck_assert_uint_eq(rig.pump.request.op, OP_COMMIT);
}

START_TEST(no_commit_exists_before_the_intent_is_stored)
{
	size_t writes;

	rig_ready(&rig);
	rig_stage(&rig, ORDER_PROGRAM);
	rig_confirm(&rig);
	ck_assert_uint_eq(rig.intents, 1);
	writes = rig.writes;
	/* Neither time nor any other event brings it out. */
	for (int i = 0; i < 100; i++) {
		rig.now_ms += 1000;
		client_tick(&rig.client, rig.now_ms);
		client_sent(&rig.client, CLIENT_WRITE_DELIVERED, rig.now_ms);
		client_outcome_stored(&rig.client, rig.now_ms);
		client_records_stored(&rig.client, rig.now_ms);
		rig_run(&rig);
	}
	ck_assert_uint_eq(rig.writes, writes);
	ck_assert_uint_eq(rig.commit_writes, 0);
	rig_store_intent(&rig);
	ck_assert_uint_eq(rig.commit_writes, 1);
	ck_assert_uint_eq(rig.pump.request.op, OP_COMMIT);
}
END_TEST

START_TEST(nothing_is_stored_or_sent_before_it_is_signed)
{
	size_t writes;

	rig.holds_signature = true;
	rig_ready(&rig);
	rig_stage(&rig, ORDER_PROGRAM);
	rig_confirm(&rig);
	ck_assert_uint_eq(rig.signs, 1);
	ck_assert_uint_eq(rig.sign.as.sign.kind, ORDER_PROGRAM);
	writes = rig.writes;
	rig_store_intent(&rig);
	ck_assert_uint_eq(rig.intents, 0);
	ck_assert_uint_eq(rig.writes, writes);
	rig_sign(&rig);
	rig_run(&rig);
	ck_assert_uint_eq(rig.intents, 1);
	ck_assert_uint_eq(rig.commit_writes, 0);
	rig_store_intent(&rig);
	ck_assert_uint_eq(rig.commit_writes, 1);
	/* What was signed is what is sent. */
	ck_assert_uint_eq(rig.pump.request.as.commit.order_len, rig.sign.as.sign.len);
	ck_assert_mem_eq(rig.pump.request.as.commit.order, rig.sign.as.sign.order,
			 rig.sign.as.sign.len);
}
END_TEST

START_TEST(an_order_that_nobody_signs_is_not_sent)
{
	rig.holds_signature = true;
	rig_ready(&rig);
	rig_stage(&rig, ORDER_STOP);
	rig_confirm(&rig);
	client_sign_failed(&rig.client, rig.now_ms);
	rig_run(&rig);
	ck_assert_int_eq(rig_outcome(&rig)->outcome, OUTCOME_NOT_SENT);
	ck_assert_str_eq(rig_outcome(&rig)->reason, "not-signed");
	ck_assert_uint_eq(rig.intents, 0);
	ck_assert(!client_has_open_intent(&rig.client));
	ck_assert(client_is_idle(&rig.client));
	/* A late signature is nobody's. */
	rig_sign(&rig);
	rig_run(&rig);
	ck_assert_uint_eq(rig.intents, 0);
}
END_TEST

START_TEST(a_link_that_is_lost_while_somebody_signs_leaves_no_intent)
{
	rig.holds_signature = true;
	rig_ready(&rig);
	rig_stage(&rig, ORDER_STOP);
	rig_confirm(&rig);
	client_link_lost(&rig.client, rig.now_ms);
	rig_run(&rig);
	ck_assert_int_eq(rig_outcome(&rig)->outcome, OUTCOME_NOT_SENT);
	ck_assert(rig_ended(&rig, CLIENT_END_LINK) || rig_last(&rig)->type == REPORT_ENDED);
	rig_sign(&rig);
	rig_run(&rig);
	ck_assert_uint_eq(rig.intents, 0);
}
END_TEST

START_TEST(another_token_does_not_open_the_barrier)
{
	static const uint8_t bytes[DIGEST_LEN] = {1};

	rig_ready(&rig);
	rig_stage(&rig, ORDER_STOP);
	rig_confirm(&rig);
	client_intent_stored(&rig.client, rig.store.as.intent.token + 1, bytes, 1, bytes, 0);
	client_intent_stored(&rig.client, 0, bytes, 1, bytes, 0);
	rig_run(&rig);
	ck_assert_uint_eq(rig.commit_writes, 0);
}
END_TEST

START_TEST(the_barrier_opens_once)
{
	size_t writes;

	committing(ORDER_STOP);
	writes = rig.writes;
	rig_store_intent(&rig);
	ck_assert_uint_eq(rig.writes, writes);
	ck_assert_uint_eq(rig.commit_writes, 1);
}
END_TEST

START_TEST(an_intent_is_not_stored_before_its_action_was_taken)
{
	static const uint8_t bytes[DIGEST_LEN] = {1};

	rig_ready(&rig);
	rig_stage(&rig, ORDER_STOP);
	ck_assert_int_eq(client_confirm(&rig.client, rig_last(&rig)->as.staged.stage_digest,
					rig.now_ms),
			 PUMP_OK);
	client_intent_stored(&rig.client, 41, bytes, 1, bytes, rig.now_ms);
	rig_run(&rig);
	ck_assert_uint_eq(rig.intents, 1);
	ck_assert_uint_eq(rig.commit_writes, 0);
}
END_TEST

START_TEST(order_carries_what_was_staged_confirmed_and_witnessed)
{
	struct order order;
	const struct msg_commit *commit = &rig.pump.request.as.commit;
	const struct order_intent *intent = &rig.store.as.intent;
	uint8_t image[IMAGE_MAX], digest[DIGEST_LEN];

	rig.config.last_token = 99;
	rig_ready(&rig);
	rig.now_ms += 1500;
	rig_stage(&rig, ORDER_PROGRAM);
	rig.now_ms += 2500;
	rig_confirm(&rig);
	rig_store_intent(&rig);
	ck_assert_int_eq(order_decode(commit->order, commit->order_len, &order), PUMP_OK);
	ck_assert_str_eq(order.serial, FAKE_SERIAL);
	ck_assert_uint_eq(order.token, 100);
	ck_assert_uint_eq(order.kind, ORDER_PROGRAM);
	/* STARTED said 500,000 ms; 4 s have gone by. */
	ck_assert_uint_eq(order.not_after_ms, 500000 + 4000 + CLIENT_ORDER_LIFE_MS);
	ck_assert_uint_eq(order.expected_digest[0], 0xEE);
	ck_assert_mem_eq(order.stage_digest, intent->stage_digest, DIGEST_LEN);
	ck_assert_uint_eq(commit->witness_origin[0], 0x0A);
	ck_assert_uint_eq(commit->witness_size, 9);
	ck_assert_uint_eq(commit->witness_root[0], 0x0B);
	ck_assert_uint_eq(commit->signature_count, 1);
	ck_assert_str_eq(commit->signatures[0].id, "anna");
	ck_assert_uint_eq(order.operators, 3);

	fake_program_image(image, digest);
	ck_assert_str_eq(intent->serial, FAKE_SERIAL);
	ck_assert_uint_eq(intent->token, 100);
	ck_assert_mem_eq(intent->result_digest, digest, DIGEST_LEN);
	ck_assert_uint_eq(intent->result_therapy, THERAPY_RUNNING);
	ck_assert_uint_eq(intent->not_after_ms, order.not_after_ms);
	ck_assert(!intent->gets_safe);
}
END_TEST

START_TEST(a_token_is_above_every_token_known)
{
	static const struct {
		uint64_t config, started, expected;
	} rows[] = {{0, 0, 1}, {7, 3, 8}, {3, 7, 8}, {40, 40, 41}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct message m = fake_started();

		rig_init(&rig);
		rig.config.last_token = rows[i].config;
		m.as.started.last_token = rows[i].started;
		rig_start(&rig);
		rig_greet(&rig);
		rig_say(&rig, &m);
		for (uint64_t n = 0; n < 3; n++) {
			rig_stage(&rig, ORDER_STOP);
			rig_confirm(&rig);
			ck_assert_uint_eq(rig.store.as.intent.token, rows[i].expected + n);
			client_intent_failed(&rig.client, rig.now_ms);
			rig_run(&rig);
		}
	}
}
END_TEST

START_TEST(no_order_is_made_when_no_token_is_left)
{
	struct message m = fake_started();

	m.as.started.last_token = INT64_MAX; /* docs/protocol.md 9: none is higher */
	rig_start(&rig);
	rig_greet(&rig);
	rig_say(&rig, &m);
	ck_assert_int_eq(client_stage(&rig.client, ORDER_STOP, NULL, NULL, rig.now_ms),
			 PUMP_ERANGE);
}
END_TEST

START_TEST(ticks_near_their_end_do_not_wrap)
{
	struct message m = fake_started();

	m.as.started.ticks_ms = UINT64_MAX - 5;
	rig_start(&rig);
	rig_greet(&rig);
	rig_say(&rig, &m);
	rig_stage(&rig, ORDER_STOP);
	rig_confirm(&rig);
	ck_assert_uint_eq(rig.store.as.intent.not_after_ms, UINT64_MAX);
}
END_TEST

START_TEST(only_what_was_shown_can_be_confirmed)
{
	uint8_t digest[DIGEST_LEN];

	rig_ready(&rig);
	memset(digest, 0, sizeof digest);
	ck_assert_int_eq(client_confirm(&rig.client, digest, rig.now_ms), PUMP_ESTATE);
	rig_stage(&rig, ORDER_PROGRAM);
	for (size_t i = 0; i < DIGEST_LEN; i++) {
		memcpy(digest, rig_last(&rig)->as.staged.stage_digest, DIGEST_LEN);
		digest[i] ^= 0x80;
		ck_assert_int_eq(client_confirm(&rig.client, digest, rig.now_ms), PUMP_EMISMATCH);
	}
	rig_run(&rig);
	ck_assert_uint_eq(rig.intents, 0);
}
END_TEST

START_TEST(a_stage_that_differs_cannot_be_confirmed)
{
	struct program program = fake_program();
	uint8_t zeros[DIGEST_LEN] = {0};
	struct message m;

	rig_ready(&rig);
	ck_assert_int_eq(client_stage(&rig.client, ORDER_PROGRAM, &program, zeros, rig.now_ms),
			 PUMP_OK);
	rig_run(&rig);
	m = fake_staged(&rig);
	m.as.staged.image.dose_ng_per_day *= 10;
	rig_say(&rig, &m);
	ck_assert_int_eq(rig_last(&rig)->type, REPORT_STAGE_DIFFERS);
	ck_assert_int_eq(client_confirm(&rig.client, m.as.staged.stage_digest, rig.now_ms),
			 PUMP_ESTATE);
	ck_assert(client_is_idle(&rig.client));
}
END_TEST

START_TEST(a_refused_stage_is_reported_and_forgotten)
{
	rig_ready(&rig);
	ck_assert_int_eq(client_stage(&rig.client, ORDER_RESUME, NULL, NULL, rig.now_ms), PUMP_OK);
	rig_run(&rig);
	rig_say_refused(&rig, OP_STAGE, CODE_NO_PROGRAM);
	ck_assert_int_eq(rig_last(&rig)->type, REPORT_REFUSED);
	ck_assert_uint_eq(rig_last(&rig)->as.refused.code, CODE_NO_PROGRAM);
	ck_assert(client_is_idle(&rig.client));
}
END_TEST

START_TEST(reading_between_stage_and_confirm_keeps_the_stage)
{
	struct message m = fake_status();
	uint8_t digest[DIGEST_LEN];

	rig_ready(&rig);
	rig_stage(&rig, ORDER_PROGRAM);
	memcpy(digest, rig_last(&rig)->as.staged.stage_digest, DIGEST_LEN);
	ck_assert_int_eq(client_read_status(&rig.client, rig.now_ms), PUMP_OK);
	rig_run(&rig);
	ck_assert_int_eq(client_confirm(&rig.client, digest, rig.now_ms), PUMP_EBUSY);
	rig_say(&rig, &m);
	ck_assert_int_eq(client_confirm(&rig.client, digest, rig.now_ms), PUMP_OK);
}
END_TEST

START_TEST(arguments_that_do_not_fit_the_kind_are_refused)
{
	struct program program = fake_program();
	uint8_t zeros[DIGEST_LEN] = {0};

	rig_ready(&rig);
	ck_assert_int_eq(client_stage(&rig.client, ORDER_PROGRAM, NULL, zeros, 0), PUMP_ERANGE);
	ck_assert_int_eq(client_stage(&rig.client, ORDER_PROGRAM, &program, NULL, 0), PUMP_ERANGE);
	ck_assert_int_eq(client_stage(&rig.client, ORDER_STOP, &program, NULL, 0), PUMP_ERANGE);
	ck_assert_int_eq(client_stage(&rig.client, ORDER_STOP, NULL, zeros, 0), PUMP_ERANGE);
	program.dose.ng_per_day = 0;
	ck_assert_int_eq(client_stage(&rig.client, ORDER_PROGRAM, &program, zeros, 0), PUMP_ERANGE);
	ck_assert(client_is_idle(&rig.client));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		no_commit_exists_before_the_intent_is_stored,
		nothing_is_stored_or_sent_before_it_is_signed,
		an_order_that_nobody_signs_is_not_sent,
		a_link_that_is_lost_while_somebody_signs_leaves_no_intent,
		another_token_does_not_open_the_barrier,
		the_barrier_opens_once,
		an_intent_is_not_stored_before_its_action_was_taken,
		order_carries_what_was_staged_confirmed_and_witnessed,
		a_token_is_above_every_token_known,
		no_order_is_made_when_no_token_is_left,
		ticks_near_their_end_do_not_wrap,
		only_what_was_shown_can_be_confirmed,
		a_stage_that_differs_cannot_be_confirmed,
		a_refused_stage_is_reported_and_forgotten,
		reading_between_stage_and_confirm_keeps_the_stage,
		arguments_that_do_not_fit_the_kind_are_refused,
		NULL,
	};

	return suite_run_tests("client_order", tests, setup, NULL);
}
