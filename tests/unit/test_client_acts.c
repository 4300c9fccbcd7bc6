/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Acts through the programmer's engine: what a bolus must come to, care, and one's own pairing. */
#include "fake_pump.h"
#include "suite.h"

#include <string.h>

static struct rig rig;
static uint8_t digest[DIGEST_LEN];

static void setup(void)
{
	uint8_t image[IMAGE_MAX];

	fake_program_image(image, digest);
	rig_init(&rig);
	rig_ready(&rig);
}

static void read_program(void)
{
	struct message m = fake_image();

	ck_assert_int_eq(client_read_program(&rig.client, rig.now_ms), PUMP_OK);
	rig_run(&rig);
	rig_say(&rig, &m);
	ck_assert_int_eq(rig_last(&rig)->type, REPORT_PROGRAM);
}

static enum pump_err ask(enum order_kind kind, const struct change *change)
{
	enum pump_err err = client_stage_change(&rig.client, kind, change, NULL, digest, rig.now_ms);

	rig_run(&rig);
	return err;
}

/* What the pump answers to an act: all of it understood, nothing of a program. */
static struct message answer(void)
{
	const struct msg_stage *stage = &rig.pump.request.as.stage;
	struct message m = {.op = OP_STAGED};
	struct msg_staged *staged = &m.as.staged;

	ck_assert_uint_eq(rig.pump.request.op, OP_STAGE);
	digest_bytes(stage->change, stage->change_len, staged->stage_digest);
	memcpy(staged->active_digest, digest, DIGEST_LEN);
	staged->therapy = THERAPY_RUNNING;
	staged->acts_len = stage->change_len;
	memcpy(staged->acts, stage->change, stage->change_len);
	return m;
}

/* Stages the change and lets the pump tell these amounts; what the engine reports. */
static enum report_type stage(enum order_kind kind, const struct change *change, uint64_t nl,
			      uint64_t nl_per_day, uint32_t seconds, int64_t clock_nl)
{
	struct message m;

	ck_assert_int_eq(ask(kind, change), PUMP_OK);
	m = answer();
	m.as.staged.bolus_nl = nl;
	m.as.staged.bolus_nl_per_day = nl_per_day;
	m.as.staged.bolus_s = seconds;
	m.as.staged.clock_nl = clock_nl;
	rig_say(&rig, &m);
	return rig_last(&rig)->type;
}

START_TEST(a_single_bolus_is_staged_only_into_the_program_that_was_read)
{
	const struct change change = {.parts = PART_BOLUS, .bolus = {BOLUS_SINGLE, 1000000, 600}};

	ck_assert_int_eq(ask(ORDER_BOLUS, &change), PUMP_ERANGE);
	read_program();
	digest[0] ^= 1;
	ck_assert_int_eq(ask(ORDER_BOLUS, &change), PUMP_ERANGE);
	digest[0] ^= 1;
	ck_assert_int_eq(ask(ORDER_BOLUS, &change), PUMP_OK);
}
END_TEST

/* 1 mg of 7 mg/mL: floor(10^12 / 7,000,000) nL, 144 times as much a day. */
enum { NL = 142857, NL_PER_DAY = 20571408, S = 600 };

START_TEST(the_pumps_amounts_of_a_single_bolus_must_be_ours)
{
	const struct change change = {.parts = PART_BOLUS, .bolus = {BOLUS_SINGLE, 1000000, S}};

	read_program();
	ck_assert_int_eq(stage(ORDER_BOLUS, &change, NL, NL_PER_DAY, S, 0), REPORT_STAGED);
	ck_assert_int_eq(stage(ORDER_BOLUS, &change, NL + 1, NL_PER_DAY, S, 0), REPORT_STAGE_DIFFERS);
	ck_assert_int_eq(stage(ORDER_BOLUS, &change, NL - 1, NL_PER_DAY, S, 0), REPORT_STAGE_DIFFERS);
	ck_assert_int_eq(stage(ORDER_BOLUS, &change, NL, NL_PER_DAY + 1, S, 0), REPORT_STAGE_DIFFERS);
	ck_assert_int_eq(stage(ORDER_BOLUS, &change, NL, NL_PER_DAY - 1, S, 0), REPORT_STAGE_DIFFERS);
	ck_assert_int_eq(stage(ORDER_BOLUS, &change, NL, NL_PER_DAY, S + 1, 0), REPORT_STAGE_DIFFERS);
	ck_assert_int_eq(stage(ORDER_BOLUS, &change, NL, NL_PER_DAY, S, 1), REPORT_STAGE_DIFFERS);
	ck_assert_int_eq(stage(ORDER_BOLUS, &change, 0, 0, 0, 0), REPORT_STAGE_DIFFERS);
}
END_TEST

START_TEST(the_pumps_amounts_of_a_priming_bolus_must_be_ours)
{
	const struct change change = {.parts = PART_BOLUS, .bolus = {BOLUS_PRIMING, 150000, 900}};

	ck_assert_int_eq(stage(ORDER_BOLUS, &change, 150000, 14400000, 900, 0), REPORT_STAGED);
	ck_assert_int_eq(stage(ORDER_BOLUS, &change, 150001, 14400000, 900, 0), REPORT_STAGE_DIFFERS);
	ck_assert_int_eq(stage(ORDER_BOLUS, &change, 150000, 14400001, 900, 0), REPORT_STAGE_DIFFERS);
	ck_assert_int_eq(stage(ORDER_BOLUS, &change, 150000, 14400000, 899, 0), REPORT_STAGE_DIFFERS);
}
END_TEST

START_TEST(amounts_of_an_act_that_was_not_meant_are_caught)
{
	const struct change clock = {.parts = PART_CLOCK, .clock = {1800000000, 5, 60}};
	const struct change tag = {.parts = PART_TAG, .tag = "BED 7"};

	ck_assert_int_eq(stage(ORDER_CLOCK, &clock, 0, 0, 0, -15000), REPORT_STAGED);
	ck_assert_int_eq(stage(ORDER_CLOCK, &clock, 1, 0, 0, 0), REPORT_STAGE_DIFFERS);
	ck_assert_int_eq(stage(ORDER_CLOCK, &clock, 0, 1, 0, 0), REPORT_STAGE_DIFFERS);
	ck_assert_int_eq(stage(ORDER_CLOCK, &clock, 0, 0, 1, 0), REPORT_STAGE_DIFFERS);
	ck_assert_int_eq(stage(ORDER_TAG, &tag, 0, 0, 0, 0), REPORT_STAGED);
	ck_assert_int_eq(stage(ORDER_TAG, &tag, 0, 0, 0, 1), REPORT_STAGE_DIFFERS);
}
END_TEST

START_TEST(care_is_read)
{
	struct message m = {.op = OP_CARE};

	ck_assert_int_eq(client_read_care(&rig.client, rig.now_ms), PUMP_OK);
	rig_run(&rig);
	ck_assert_uint_eq(rig.pump.request.op, OP_GET_CARE);
	m.as.care.filled_nl = 19000000;
	m.as.care.contents = CONTENTS_UNKNOWN;
	m.as.care.ticks_ms = 600000;
	rig_say(&rig, &m);
	ck_assert_int_eq(rig_last(&rig)->type, REPORT_CARE);
	ck_assert_uint_eq(rig_last(&rig)->as.care.filled_nl, 19000000);
	ck_assert_int_eq(client_read_care(&rig.client, rig.now_ms), PUMP_OK);
	rig_run(&rig);
	rig_say_refused(&rig, OP_GET_CARE, CODE_NOT_NOW);
	ck_assert_int_eq(rig_last(&rig)->type, REPORT_REFUSED);
}
END_TEST

static void commit_revoke(uint8_t slot)
{
	const struct change change = {.parts = PART_REVOKE, .revoke = slot};

	ck_assert_int_eq(stage(ORDER_REVOKE, &change, 0, 0, 0, 0), REPORT_STAGED);
	rig_confirm(&rig);
	rig_store_intent(&rig);
	ck_assert_uint_eq(rig.pump.request.op, OP_COMMIT);
}

START_TEST(who_revoked_his_own_pairing_takes_the_answer_for_the_proof)
{
	struct message m;

	commit_revoke(0); /* the slot of fake_started */
	m = fake_committed(&rig, CODE_DONE);
	rig_say(&rig, &m);
	client_link_lost(&rig.client, rig.now_ms);
	rig_run(&rig);
	rig_store_outcome(&rig);
	ck_assert_int_eq(rig_outcome(&rig)->outcome, OUTCOME_APPLIED);
	ck_assert_str_eq(rig_outcome(&rig)->reason, "own-pairing-revoked");
	ck_assert(!rig_outcome(&rig)->differs);
}
END_TEST

START_TEST(another_pairing_is_read_back_and_an_own_one_may_differ)
{
	struct message m;

	commit_revoke(3);
	m = fake_committed(&rig, CODE_DONE);
	rig_say(&rig, &m);
	ck_assert_uint_eq(rig.pump.request.op, OP_GET_STATUS);
	setup();
	commit_revoke(0);
	m = fake_committed(&rig, CODE_DONE);
	m.as.committed.therapy = THERAPY_STOPPED;
	rig_say(&rig, &m);
	rig_store_outcome(&rig);
	ck_assert(rig_outcome(&rig)->differs);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_single_bolus_is_staged_only_into_the_program_that_was_read,
		the_pumps_amounts_of_a_single_bolus_must_be_ours,
		the_pumps_amounts_of_a_priming_bolus_must_be_ours,
		amounts_of_an_act_that_was_not_meant_are_caught,
		care_is_read,
		who_revoked_his_own_pairing_takes_the_answer_for_the_proof,
		another_pairing_is_read_back_and_an_own_one_may_differ,
		NULL,
	};

	return suite_run_tests("client acts", tests, setup, NULL);
}
