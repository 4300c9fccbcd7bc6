/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One test for each row of the truth table in reconcile.h. */
#include "reconcile.h"
#include "suite.h"

#include <string.h>

static struct order_intent intent;
static struct evidence evidence;

static void setup(void)
{
	memset(&intent, 0, sizeof intent);
	memset(&evidence, 0, sizeof evidence);
	intent.token = 41;
	intent.kind = ORDER_PROGRAM;
	memset(intent.stage_digest, 0xD1, DIGEST_LEN);
	evidence.kind = ORDER_PROGRAM;
	memset(evidence.stage_digest, 0xD1, DIGEST_LEN);
}

static void expect(enum order_outcome outcome, const char *word)
{
	const char *reason = NULL;

	ck_assert_int_eq(reconcile_intent(&intent, &evidence, &reason), outcome);
	ck_assert_str_eq(reason, word);
}

START_TEST(found_with_equal_kind_and_digest_is_applied)
{
	evidence.found = true;
	for (evidence.last_token = 0; evidence.last_token < 90; evidence.last_token++) {
		evidence.pending = evidence.last_token % 2 == 0;
		expect(OUTCOME_APPLIED, "recorded-by-pump");
	}
}
END_TEST

START_TEST(found_with_another_digest_is_refused)
{
	evidence.found = true;
	for (size_t i = 0; i < DIGEST_LEN; i++) {
		evidence.stage_digest[i] ^= 0x01;
		expect(OUTCOME_REFUSED, "token-used-by-other-order");
		evidence.stage_digest[i] ^= 0x01;
	}
}
END_TEST

START_TEST(found_with_another_kind_is_refused)
{
	evidence.found = true;
	evidence.kind = ORDER_STOP;
	expect(OUTCOME_REFUSED, "token-used-by-other-order");
}
END_TEST

START_TEST(pending_is_unknown_whatever_the_last_token)
{
	evidence.pending = true;
	for (evidence.last_token = 0; evidence.last_token < 90; evidence.last_token++)
		expect(OUTCOME_UNKNOWN, "pump-still-working");
}
END_TEST

START_TEST(a_last_token_below_proves_that_it_never_arrived)
{
	for (evidence.last_token = 0; evidence.last_token < 41; evidence.last_token++)
		expect(OUTCOME_NOT_SENT, "never-reached-pump");
}
END_TEST

START_TEST(a_last_token_at_or_above_without_a_record_stays_unknown)
{
	static const uint64_t tokens[] = {41, 42, UINT64_MAX};

	for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
		evidence.last_token = tokens[i];
		expect(OUTCOME_UNKNOWN, "evidence-gone");
	}
}
END_TEST

START_TEST(kind_and_digest_mean_nothing_unless_found)
{
	evidence.kind = ORDER_STOP;
	evidence.last_token = 40;
	expect(OUTCOME_NOT_SENT, "never-reached-pump");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		found_with_equal_kind_and_digest_is_applied,
		found_with_another_digest_is_refused,
		found_with_another_kind_is_refused,
		pending_is_unknown_whatever_the_last_token,
		a_last_token_below_proves_that_it_never_arrived,
		a_last_token_at_or_above_without_a_record_stays_unknown,
		kind_and_digest_mean_nothing_unless_found,
		NULL,
	};

	return suite_run_tests("reconcile", tests, setup, NULL);
}
