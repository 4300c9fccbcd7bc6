/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each row of what an order may come to: NOT_SENT, REFUSED, APPLIED, UNKNOWN. */
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

static void say_committed(enum result_code code)
{
	struct message m = fake_committed(&rig, code);

	rig_say(&rig, &m);
}

static void lose_link(void)
{
	client_link_lost(&rig.client, rig.now_ms);
	rig_run(&rig);
}

/* The outcome is stored first, then reported; the same in both. */
static void expect_stored(enum order_outcome outcome, const char *reason)
{
	ck_assert_uint_eq(rig.outcomes, 1);
	ck_assert(!rig.store.as.store.resolution);
	ck_assert_int_eq(rig.store.as.store.outcome.outcome, outcome);
	ck_assert_ptr_null(rig_outcome(&rig));
	ck_assert(client_has_open_intent(&rig.client));
	rig_store_outcome(&rig);
	ck_assert_ptr_nonnull(rig_outcome(&rig));
	ck_assert_int_eq(rig_outcome(&rig)->outcome, outcome);
	ck_assert_str_eq(rig_outcome(&rig)->reason, reason);
	ck_assert_uint_eq(rig_outcome(&rig)->token, 41);
	ck_assert(client_has_open_intent(&rig.client) == (outcome == OUTCOME_UNKNOWN));
}

START_TEST(done_and_equal_read_back_is_applied)
{
	static const enum order_kind kinds[] = {ORDER_PROGRAM, ORDER_STOP, ORDER_RESUME,
						ORDER_MINIMUM};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct message m;

		committing(kinds[i]);
		ck_assert(rig.store.as.intent.gets_safe == (kinds[i] != ORDER_PROGRAM));
		m = fake_status();
		m.as.status.therapy = rig.store.as.intent.result_therapy;
		m.as.status.rate_nl_per_day = rig.client.order.staged.rate_nl_per_day;
		say_committed(CODE_DONE);
		ck_assert_uint_eq(rig.pump.request.op, OP_GET_STATUS);
		rig_say(&rig, &m);
		ck_assert_uint_eq(rig.pump.request.op, OP_GET_IMAGE);
		m = fake_image();
		rig_say(&rig, &m);
		expect_stored(OUTCOME_APPLIED, "read-back-equal");
		ck_assert(!rig_outcome(&rig)->differs);
		ck_assert_uint_eq(rig_outcome(&rig)->record_seq, 77);
		ck_assert(client_is_idle(&rig.client));
	}
}
END_TEST

enum difference {
	DIFFERS_COMMITTED_THERAPY, DIFFERS_COMMITTED_DIGEST, DIFFERS_THERAPY, DIFFERS_RATE,
	DIFFERS_STATUS_DIGEST, DIFFERS_IMAGE_DIGEST, DIFFERS_IMAGE, DIFFERS_NO_IMAGE, DIFFERENCES,
};

static void say_committed_with(enum difference difference)
{
	struct message m = fake_committed(&rig, CODE_DONE);

	if (difference == DIFFERS_COMMITTED_THERAPY)
		m.as.committed.therapy = THERAPY_STOPPED;
	if (difference == DIFFERS_COMMITTED_DIGEST)
		m.as.committed.active_digest[0] ^= 1;
	rig_say(&rig, &m);
	m = fake_status();
	if (difference == DIFFERS_THERAPY)
		m.as.status.therapy = THERAPY_MINIMUM;
	if (difference == DIFFERS_RATE)
		m.as.status.rate_nl_per_day++;
	if (difference == DIFFERS_STATUS_DIGEST)
		m.as.status.active_digest[31] ^= 1;
	rig_say(&rig, &m);
}

static const char *reason_of(enum difference difference)
{
	if (difference == DIFFERS_RATE)
		return "read-back-other-rate";
	return difference == DIFFERS_COMMITTED_THERAPY || difference == DIFFERS_THERAPY
		       ? "read-back-other-therapy"
		       : "read-back-other-program";
}

START_TEST(done_and_another_read_back_is_applied_with_the_difference)
{
	for (enum difference difference = 0; difference < DIFFERENCES; difference++) {
		uint8_t image[IMAGE_MAX];
		struct message m;

		committing(ORDER_PROGRAM);
		say_committed_with(difference);
		m = fake_image();
		memcpy(image, m.as.image.image, m.as.image.image_len);
		m.as.image.image = image;
		if (difference == DIFFERS_IMAGE_DIGEST)
			m.as.image.active_digest[7] ^= 1;
		if (difference == DIFFERS_IMAGE)
			image[m.as.image.image_len - 1] ^= 1;
		if (difference == DIFFERS_NO_IMAGE)
			m = (struct message){.op = OP_IMAGE};
		rig_say(&rig, &m);
		expect_stored(OUTCOME_APPLIED, reason_of(difference));
		ck_assert_msg(rig_outcome(&rig)->differs, "difference %d", (int)difference);
		ck_assert(client_is_idle(&rig.client));
	}
}
END_TEST

START_TEST(every_no_of_the_pump_is_refused_with_its_code)
{
	static const enum result_code codes[] = {
		CODE_UNKNOWN_OP, CODE_MALFORMED, CODE_NOT_NOW, CODE_NO_STAGE, CODE_ACTIVE_CHANGED,
		CODE_EXPIRED, CODE_TOKEN_USED, CODE_OUT_OF_RANGE, CODE_NEEDS_BRIDGE,
		CODE_WRONG_SERIAL, CODE_ROLLED_BACK, CODE_NO_PROGRAM,
	};

	for (size_t i = 0; i < 2 * sizeof codes / sizeof codes[0]; i++) {
		enum result_code code = codes[i / 2];

		committing(ORDER_PROGRAM);
		if (i % 2)
			say_committed(code);
		else
			rig_say_refused(&rig, OP_COMMIT, code);
		expect_stored(OUTCOME_REFUSED, "refused-by-pump");
		ck_assert_uint_eq(rig_outcome(&rig)->code, code);
		ck_assert(client_is_idle(&rig.client));
	}
}
END_TEST

START_TEST(an_intent_that_cannot_be_stored_ends_not_sent)
{
	rig_ready(&rig);
	rig_stage(&rig, ORDER_PROGRAM);
	rig_confirm(&rig);
	client_intent_failed(&rig.client, rig.now_ms);
	rig_run(&rig);
	ck_assert_int_eq(rig_outcome(&rig)->outcome, OUTCOME_NOT_SENT);
	ck_assert_str_eq(rig_outcome(&rig)->reason, "intent-not-stored");
	ck_assert_uint_eq(rig.outcomes, 0);
	ck_assert_uint_eq(rig.commit_writes, 0);
	ck_assert(!client_has_open_intent(&rig.client));
	ck_assert(client_is_idle(&rig.client));
}
END_TEST

/* Confirms with the commit's writes from the first one on ending as result. mtu 64: three writes. */
static void commit_with(size_t failing, enum client_write result)
{
	rig_init(&rig);
	rig_ready(&rig);
	rig_stage(&rig, ORDER_PROGRAM);
	rig_confirm(&rig);
	rig.fail_write = rig.writes + failing;
	rig.write_result = result;
	rig_store_intent(&rig);
}

START_TEST(a_commit_whose_first_write_was_not_sent_is_not_sent)
{
	commit_with(1, CLIENT_WRITE_NOT_SENT);
	expect_stored(OUTCOME_NOT_SENT, "commit-not-sent");
	ck_assert(rig_ended(&rig, CLIENT_END_LINK));
}
END_TEST

START_TEST(any_other_end_of_a_commit_write_is_unknown)
{
	static const struct {
		size_t failing;
		enum client_write result;
		const char *reason;
	} rows[] = {
		{1, CLIENT_WRITE_REFUSED, "protocol-broken-after-commit"},
		{1, CLIENT_WRITE_UNKNOWN, "link-lost-after-commit"},
		{2, CLIENT_WRITE_NOT_SENT, "link-lost-after-commit"},
		{2, CLIENT_WRITE_REFUSED, "protocol-broken-after-commit"},
		{2, CLIENT_WRITE_UNKNOWN, "link-lost-after-commit"},
		{3, CLIENT_WRITE_NOT_SENT, "link-lost-after-commit"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		commit_with(rows[i].failing, rows[i].result);
		expect_stored(OUTCOME_UNKNOWN, rows[i].reason);
		ck_assert_int_eq(rig_last(&rig)->type, REPORT_ENDED);
	}
}
END_TEST

START_TEST(a_link_lost_around_the_commit_is_told_apart)
{
	struct action action;

	/* Stored, but nobody has taken the first write. */
	rig_ready(&rig);
	rig_stage(&rig, ORDER_STOP);
	rig_confirm(&rig);
	client_intent_stored(&rig.client, 41, rig.config.seed, 1, rig.config.seed, rig.now_ms);
	lose_link();
	expect_stored(OUTCOME_NOT_SENT, "commit-not-sent");
	/* Taken, but its end is not known. */
	rig_init(&rig);
	rig_ready(&rig);
	rig_stage(&rig, ORDER_STOP);
	rig_confirm(&rig);
	client_intent_stored(&rig.client, 41, rig.config.seed, 1, rig.config.seed, rig.now_ms);
	ck_assert(client_next_action(&rig.client, &action));
	ck_assert(action.type == ACTION_SEND && action.as.send.commits);
	lose_link();
	expect_stored(OUTCOME_UNKNOWN, "link-lost-after-commit");
	/* Delivered. */
	committing(ORDER_STOP);
	lose_link();
	expect_stored(OUTCOME_UNKNOWN, "link-lost-after-commit");
	ck_assert(rig_ended(&rig, CLIENT_END_LINK));
}
END_TEST

START_TEST(no_answer_to_a_commit_is_unknown)
{
	committing(ORDER_PROGRAM);
	rig.now_ms += CLIENT_ANSWER_TIMEOUT_MS;
	client_tick(&rig.client, rig.now_ms);
	rig_run(&rig);
	expect_stored(OUTCOME_UNKNOWN, "no-answer-to-commit");
	ck_assert(rig_ended(&rig, CLIENT_END_TIMEOUT));
}
END_TEST

START_TEST(done_without_read_back_is_unknown)
{
	struct message m = fake_status();

	committing(ORDER_PROGRAM);
	say_committed(CODE_DONE);
	lose_link();
	expect_stored(OUTCOME_UNKNOWN, "link-lost-before-read-back");
	ck_assert_uint_eq(rig_outcome(&rig)->record_seq, 77);
	committing(ORDER_PROGRAM);
	say_committed(CODE_DONE);
	rig_say(&rig, &m);
	rig.now_ms += CLIENT_ANSWER_TIMEOUT_MS;
	client_tick(&rig.client, rig.now_ms);
	rig_run(&rig);
	expect_stored(OUTCOME_UNKNOWN, "session-ended-before-read-back");
}
END_TEST

START_TEST(a_refused_read_back_is_unknown_and_leaves_the_session_up)
{
	struct program program = fake_program();
	uint8_t zeros[DIGEST_LEN] = {0};

	committing(ORDER_PROGRAM);
	say_committed(CODE_DONE);
	rig_say_refused(&rig, OP_GET_STATUS, CODE_NOT_NOW);
	expect_stored(OUTCOME_UNKNOWN, "read-back-refused");
	ck_assert(client_is_idle(&rig.client));
	ck_assert_int_eq(client_stage(&rig.client, ORDER_PROGRAM, &program, zeros, rig.now_ms),
			 PUMP_ESTATE);
	ck_assert_int_eq(client_stage(&rig.client, ORDER_STOP, NULL, NULL, rig.now_ms), PUMP_OK);
}
END_TEST

START_TEST(a_link_lost_before_the_intent_is_stored_is_not_sent)
{
	/* The action was not taken: nothing is owed. */
	rig_ready(&rig);
	rig_stage(&rig, ORDER_PROGRAM);
	ck_assert_int_eq(client_confirm(&rig.client, rig_last(&rig)->as.staged.stage_digest, 0),
			 PUMP_OK);
	lose_link();
	ck_assert_int_eq(rig_outcome(&rig)->outcome, OUTCOME_NOT_SENT);
	ck_assert_uint_eq(rig.intents + rig.outcomes, 0);
	ck_assert(rig_ended(&rig, CLIENT_END_LINK));
	/* It is on its way to the disk, and arrives there. */
	rig_init(&rig);
	rig_ready(&rig);
	rig_stage(&rig, ORDER_PROGRAM);
	rig_confirm(&rig);
	lose_link();
	ck_assert_ptr_null(rig_outcome(&rig));
	rig_store_intent(&rig);
	expect_stored(OUTCOME_NOT_SENT, "session-ended-before-commit");
	ck_assert(rig_ended(&rig, CLIENT_END_LINK));
	ck_assert_uint_eq(rig.commit_writes, 0);
}
END_TEST

START_TEST(a_link_lost_while_the_outcome_is_stored_does_not_change_it)
{
	committing(ORDER_PROGRAM);
	say_committed(CODE_EXPIRED);
	lose_link();
	expect_stored(OUTCOME_REFUSED, "refused-by-pump");
	ck_assert(rig_ended(&rig, CLIENT_END_LINK));
}
END_TEST

START_TEST(one_session_carries_one_order_after_the_other)
{
	rig_ready(&rig);
	for (uint64_t token = 41; token < 60; token++) {
		rig_stage(&rig, token % 2 ? ORDER_PROGRAM : ORDER_STOP);
		rig_confirm(&rig);
		ck_assert_uint_eq(rig.store.as.intent.token, token);
		rig_store_intent(&rig);
		say_committed(CODE_NOT_NOW);
		rig_store_outcome(&rig);
		ck_assert_uint_eq(rig_outcome(&rig)->token, token);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		done_and_equal_read_back_is_applied,
		done_and_another_read_back_is_applied_with_the_difference,
		every_no_of_the_pump_is_refused_with_its_code,
		an_intent_that_cannot_be_stored_ends_not_sent,
		a_commit_whose_first_write_was_not_sent_is_not_sent,
		any_other_end_of_a_commit_write_is_unknown,
		a_link_lost_around_the_commit_is_told_apart,
		no_answer_to_a_commit_is_unknown,
		done_without_read_back_is_unknown,
		a_refused_read_back_is_unknown_and_leaves_the_session_up,
		a_link_lost_before_the_intent_is_stored_is_not_sent,
		a_link_lost_while_the_outcome_is_stored_does_not_change_it,
		one_session_carries_one_order_after_the_other,
		NULL,
	};

	return suite_run_tests("client_outcome", tests, setup, NULL);
}
