/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session that starts with open intents asks about them first, and about nothing else. */
#include "fake_pump.h"
#include "suite.h"

#include <string.h>

static struct rig rig;
static struct order_intent intents[INTENTS_MAX];

static void setup(void)
{
	rig_init(&rig);
	memset(intents, 0, sizeof intents);
	for (size_t i = 0; i < INTENTS_MAX; i++) {
		memcpy(intents[i].serial, FAKE_SERIAL, sizeof FAKE_SERIAL);
		intents[i].token = 31 + i;
		intents[i].kind = i % 2 ? ORDER_STOP : ORDER_PROGRAM;
		intents[i].gets_safe = i % 2;
		memset(intents[i].stage_digest, (int)(0xD0 + i), DIGEST_LEN);
		memset(intents[i].result_digest, 0xAA, DIGEST_LEN);
		intents[i].result_therapy = i % 2 ? THERAPY_STOPPED : THERAPY_RUNNING;
	}
	rig.config.open = intents;
}

static void ready_with(size_t count)
{
	setup();
	rig.config.open_count = count;
	rig_ready(&rig);
}

static void say(struct message m)
{
	rig_say(&rig, &m);
}

static const struct client_outcome *resolved(void)
{
	ck_assert(rig.report_count > 0);
	for (size_t i = rig.report_count; i > 0; i--)
		if (rig.reports[i - 1].type == REPORT_RESOLVED)
			return &rig.reports[i - 1].as.outcome;
	ck_abort_msg("nothing was resolved");
	return NULL;
}

START_TEST(nothing_but_find_order_is_sent_before_all_are_resolved)
{
	ready_with(INTENTS_MAX);
	for (size_t i = 0; i < INTENTS_MAX; i++) {
		ck_assert_uint_eq(rig.pump.received, 5 + i);
		ck_assert_uint_eq(rig.pump.request.op, OP_FIND_ORDER);
		ck_assert_uint_eq(rig.pump.request.as.find_order.token, 31 + i);
		ck_assert(!client_is_idle(&rig.client));
		ck_assert_int_eq(client_read_status(&rig.client, rig.now_ms), PUMP_ESTATE);
		ck_assert_int_eq(client_stage(&rig.client, ORDER_STOP, NULL, NULL, rig.now_ms),
				 PUMP_ESTATE);
		say(fake_found(&rig, true));
		ck_assert_uint_eq(rig.outcomes, i + 1);
		ck_assert(rig.store.as.store.resolution);
		ck_assert_uint_eq(rig.store.as.store.outcome.token, 31 + i);
		/* The next question waits for the disk. */
		ck_assert_uint_eq(rig.pump.received, 5 + i);
		rig_store_outcome(&rig);
	}
	ck_assert_int_eq(rig_last(&rig)->type, REPORT_READY);
	ck_assert_uint_eq(rig.report_count, INTENTS_MAX + 1);
	ck_assert(!client_has_open_intent(&rig.client));
}
END_TEST

START_TEST(evidence_decides)
{
	static const struct {
		bool found, pending, same;
		uint64_t last_token;
		enum order_outcome outcome;
		const char *reason;
	} rows[] = {
		{true, false, true, 31, OUTCOME_APPLIED, "recorded-by-pump"},
		{true, false, false, 31, OUTCOME_REFUSED, "token-used-by-other-order"},
		{false, false, true, 30, OUTCOME_NOT_SENT, "never-reached-pump"},
		{false, false, true, 31, OUTCOME_UNKNOWN, "evidence-gone"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct message m;

		ready_with(1);
		m = fake_found(&rig, rows[i].found);
		m.as.found.pending = rows[i].pending;
		m.as.found.last_token = rows[i].last_token;
		m.as.found.stage_digest[0] ^= rows[i].same ? 0 : 1;
		say(m);
		rig_store_outcome(&rig);
		ck_assert_int_eq(resolved()->outcome, rows[i].outcome);
		ck_assert_str_eq(resolved()->reason, rows[i].reason);
		ck_assert_uint_eq(resolved()->record_seq,
				  rows[i].outcome == OUTCOME_APPLIED ? 77 : 0);
		ck_assert_int_eq(rig_last(&rig)->type, REPORT_READY);
		ck_assert(client_has_open_intent(&rig.client) ==
			  (rows[i].outcome == OUTCOME_UNKNOWN));
	}
}
END_TEST

START_TEST(applied_with_another_result_than_meant_is_told)
{
	struct message m;

	ready_with(1);
	m = fake_found(&rig, true);
	say(m);
	rig_store_outcome(&rig);
	ck_assert(!resolved()->differs);
	ready_with(1);
	m = fake_found(&rig, true);
	m.as.found.therapy = THERAPY_STOPPED;
	say(m);
	rig_store_outcome(&rig);
	ck_assert(resolved()->differs);
	ready_with(1);
	m = fake_found(&rig, true);
	m.as.found.active_digest[0] ^= 1;
	say(m);
	rig_store_outcome(&rig);
	ck_assert(resolved()->differs);
}
END_TEST

static struct message pending(void)
{
	struct message m = fake_found(&rig, false);

	m.as.found.pending = true;
	return m;
}

START_TEST(a_pump_still_working_is_asked_again_five_times)
{
	ready_with(1);
	for (unsigned i = 0; i < 5; i++) {
		say(pending());
		ck_assert_uint_eq(rig.outcomes, 0);
		ck_assert_uint_eq(rig.wake_at_ms, rig.now_ms + 1000);
		rig.now_ms += 999;
		client_tick(&rig.client, rig.now_ms);
		rig_run(&rig);
		ck_assert_uint_eq(rig.pump.received, 5 + i);
		rig.now_ms += 1;
		client_tick(&rig.client, rig.now_ms);
		rig_run(&rig);
		ck_assert_uint_eq(rig.pump.received, 6 + i);
		ck_assert_uint_eq(rig.pump.request.op, OP_FIND_ORDER);
	}
	say(pending());
	rig_store_outcome(&rig);
	ck_assert_int_eq(resolved()->outcome, OUTCOME_UNKNOWN);
	ck_assert_str_eq(resolved()->reason, "pump-still-working");
	ck_assert_int_eq(rig_last(&rig)->type, REPORT_READY);
}
END_TEST

START_TEST(the_answer_after_a_pause_counts)
{
	ready_with(1);
	say(pending());
	rig.now_ms += 1000;
	client_tick(&rig.client, rig.now_ms);
	rig_run(&rig);
	say(fake_found(&rig, true));
	rig_store_outcome(&rig);
	ck_assert_int_eq(resolved()->outcome, OUTCOME_APPLIED);
}
END_TEST

START_TEST(a_pump_that_will_not_say_leaves_it_unknown)
{
	ready_with(1);
	rig_say_refused(&rig, OP_FIND_ORDER, CODE_UNKNOWN_OP);
	rig_store_outcome(&rig);
	ck_assert_int_eq(resolved()->outcome, OUTCOME_UNKNOWN);
	ck_assert_int_eq(rig_last(&rig)->type, REPORT_READY);
}
END_TEST

START_TEST(an_unknown_blocks_orders_except_getting_safe)
{
	struct program program = fake_program();
	uint8_t zeros[DIGEST_LEN] = {0};
	static const enum order_kind kinds[] = {ORDER_STOP, ORDER_RESUME, ORDER_MINIMUM};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		ready_with(1);
		rig_say_refused(&rig, OP_FIND_ORDER, CODE_NOT_NOW);
		rig_store_outcome(&rig);
		ck_assert_int_eq(client_stage(&rig.client, ORDER_PROGRAM, &program, zeros,
					      rig.now_ms),
				 PUMP_ESTATE);
		rig_stage(&rig, kinds[i]);
		rig_confirm(&rig);
		rig_store_intent(&rig);
		say(fake_committed(&rig, CODE_NOT_NOW));
		rig_store_outcome(&rig);
		ck_assert_int_eq(rig_outcome(&rig)->outcome, OUTCOME_REFUSED);
		/* Its own end does not close the other one. */
		ck_assert(client_has_open_intent(&rig.client));
	}
}
END_TEST

START_TEST(a_new_token_is_above_those_of_open_intents)
{
	struct message m = fake_started();

	setup();
	rig.config.open_count = 2;
	rig.config.last_token = 5;
	m.as.started.last_token = 5;
	rig_start(&rig);
	rig_greet(&rig);
	say(m);
	for (int i = 0; i < 2; i++) {
		say(fake_found(&rig, false));
		rig_store_outcome(&rig);
	}
	rig_stage(&rig, ORDER_STOP);
	rig_confirm(&rig);
	ck_assert_uint_eq(rig.store.as.intent.token, 33);
}
END_TEST

START_TEST(a_link_lost_while_resolving_leaves_the_rest_open)
{
	/* While the answer is awaited. */
	ready_with(2);
	client_link_lost(&rig.client, rig.now_ms);
	rig_run(&rig);
	ck_assert(rig_ended(&rig, CLIENT_END_LINK));
	ck_assert_uint_eq(rig.outcomes, 0);
	ck_assert(client_has_open_intent(&rig.client));
	/* While the first resolution is stored: it stands. */
	ready_with(2);
	say(fake_found(&rig, true));
	client_link_lost(&rig.client, rig.now_ms);
	rig_run(&rig);
	ck_assert_int_ne(rig_last(&rig) ? (int)rig_last(&rig)->type : -1, REPORT_ENDED);
	rig_store_outcome(&rig);
	ck_assert_int_eq(resolved()->outcome, OUTCOME_APPLIED);
	ck_assert(rig_ended(&rig, CLIENT_END_LINK));
	ck_assert_uint_eq(rig.outcomes, 1);
	ck_assert(client_has_open_intent(&rig.client));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		nothing_but_find_order_is_sent_before_all_are_resolved,
		evidence_decides,
		applied_with_another_result_than_meant_is_told,
		a_pump_still_working_is_asked_again_five_times,
		the_answer_after_a_pause_counts,
		a_pump_that_will_not_say_leaves_it_unknown,
		an_unknown_blocks_orders_except_getting_safe,
		a_new_token_is_above_those_of_open_intents,
		a_link_lost_while_resolving_leaves_the_rest_open,
		NULL,
	};

	return suite_run_tests("client_resolve", tests, setup, NULL);
}
