/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the client machine begins a session, and how it enrols a workstation. */
#include "fake_pump.h"
#include "suite.h"

#include <string.h>

static struct rig rig;

static void setup(void)
{
	rig_init(&rig);
}

START_TEST(nonce_is_fresh_for_a_fresh_seed_and_is_not_the_seed)
{
	uint8_t first[HELLO_PROGRAMMER_LEN];

	rig_start(&rig);
	memcpy(first, rig.pump.in.message, sizeof first);
	ck_assert_mem_ne(first + 17, rig.config.seed, NONCE_LEN);
	rig_init(&rig);
	rig_start(&rig);
	ck_assert_mem_eq(rig.pump.in.message, first, sizeof first);
	rig_init(&rig);
	rig.config.seed[0] ^= 1;
	rig_start(&rig);
	ck_assert_mem_ne(rig.pump.in.message + 17, first + 17, NONCE_LEN);
}
END_TEST

START_TEST(a_refused_hello_names_why)
{
	rig_start(&rig);
	rig_refuse_hello(&rig, HELLO_VERSION);
	ck_assert(rig_ended(&rig, CLIENT_END_VERSION));
	ck_assert(rig.is_closed);
	rig_init(&rig);
	rig_start(&rig);
	rig_refuse_hello(&rig, HELLO_UNKNOWN_WORKSTATION);
	ck_assert(rig_ended(&rig, CLIENT_END_UNKNOWN_HERE));
	rig_init(&rig);
	rig_start(&rig);
	rig_refuse_hello(&rig, HELLO_CARD_CLOSED);
	ck_assert(rig_ended(&rig, CLIENT_END_CARD_CLOSED));
	rig_init(&rig);
	rig_start(&rig);
	rig_refuse_hello(&rig, HELLO_CARD_TRIES);
	ck_assert(rig_ended(&rig, CLIENT_END_CARD_TRIES));
}
END_TEST

START_TEST(a_hello_of_another_major_version_ends_the_session)
{
	rig_start(&rig);
	rig.pump.reply[1] = 1;
	rig_greet(&rig);
	ck_assert(rig_ended(&rig, CLIENT_END_VERSION));
}
END_TEST

START_TEST(its_own_hello_sent_back_ends_the_session)
{
	rig_start(&rig);
	rig_say_clear(&rig, rig.pump.in.message, HELLO_PROGRAMMER_LEN);
	ck_assert(rig_ended(&rig, CLIENT_END_TAMPERED));
}
END_TEST

/* Goes on as if it held the secret: with a share of its own, and a tag that it cannot make. */
static void pretend(void)
{
	struct cpace_context context = {.secret = {(const uint8_t *)"guess", 5}};
	uint8_t seed[CPACE_SEED_LEN] = {7}, scalar[CPACE_SCALAR_LEN];
	uint8_t share[HAND_SHARE_LEN] = {HAND_SHARE}, tag[HAND_TAG_LEN] = {HAND_TAG, 1, 2};

	rig_start(&rig);
	rig_reply(&rig);
	ck_assert_int_eq(cpace_share(&context, seed, scalar, share + 1), PUMP_OK);
	rig_say_clear(&rig, share, sizeof share);
	ck_assert_uint_eq(rig.pump.received, 3);
	rig_say_clear(&rig, tag, sizeof tag);
}

START_TEST(a_pump_without_the_pairing_key_is_found_out_before_anything_is_said)
{
	pretend();
	ck_assert(rig_ended(&rig, CLIENT_END_KEY));
	ck_assert_uint_eq(rig.pump.received, 3);
}
END_TEST

START_TEST(a_pump_without_the_card_code_is_found_out)
{
	rig.config.secret = SECRET_CARD;
	memcpy(rig.config.card_code, "7K3M9QXA", CARD_CODE_LEN);
	pretend();
	ck_assert(rig_ended(&rig, CLIENT_END_CARD_CODE));
}
END_TEST

START_TEST(a_pump_that_drops_share_or_tag_does_not_share_the_secret)
{
	for (size_t step = 0; step < 4; step++) {
		rig_init(&rig);
		if (step / 2) {
			rig.config.secret = SECRET_CARD;
			rig.pump.setup.secret_kind = SECRET_CARD;
			memcpy(rig.config.card_code, "7K3M9QXA", CARD_CODE_LEN);
			memcpy(rig.pump.setup.secret, "7K3M9QXA", CARD_CODE_LEN);
		}
		rig_start(&rig);
		if (step % 2)
			rig_reply(&rig);
		rig.fail_write = rig.writes + 1;
		rig.write_result = CLIENT_WRITE_REFUSED;
		rig_reply(&rig);
		ck_assert(rig_ended(&rig, step / 2 ? CLIENT_END_CARD_CODE : CLIENT_END_KEY));
	}
}
END_TEST

START_TEST(its_own_share_sent_back_ends_the_session)
{
	uint8_t share[HAND_SHARE_LEN];

	rig_start(&rig);
	rig_reply(&rig);
	memcpy(share, rig.pump.in.message, sizeof share);
	rig_say_clear(&rig, share, sizeof share);
	ck_assert(rig_ended(&rig, CLIENT_END_TAMPERED));
}
END_TEST

START_TEST(an_answer_before_its_question_has_left_ends_the_session)
{
	uint8_t hello[HELLO_PUMP_LEN], value[1 + HELLO_PUMP_LEN] = {3};

	rig_start(&rig);
	memcpy(hello, rig.pump.reply, sizeof hello);
	memcpy(value + 1, hello, sizeof hello);
	client_start(&rig.client, &rig.config, rig.now_ms);
	client_feed(&rig.client, CHANNEL_OUT, value, sizeof value, rig.now_ms);
	rig_run(&rig);
	ck_assert(rig_ended(&rig, CLIENT_END_PROTOCOL));
}
END_TEST

START_TEST(enrolment_tells_the_key_of_later_sessions)
{
	struct message m = fake_started();
	struct message enrolled = {.op = OP_ENROLLED, .as.enrolled = {.slot = 3, .patient_tag = "W4"}};
	uint8_t key[OPERATOR_KEY_LEN] = {0x0F}, expected[PAIRING_KEY_LEN];

	rig.config.secret = SECRET_CARD;
	rig.pump.setup.secret_kind = SECRET_CARD;
	memcpy(rig.config.card_code, "7K3M9QXA", CARD_CODE_LEN);
	memcpy(rig.pump.setup.secret, "7K3M9QXA", CARD_CODE_LEN);
	m.as.started.slot = SLOT_NONE;
	rig_start(&rig);
	rig_greet(&rig);
	handshake_pairing_key(&rig.pump.hand, expected);
	rig_say(&rig, &m);
	ck_assert_int_eq(client_enrol(&rig.client, "seventeen-letters", key, rig.now_ms), PUMP_ERANGE);
	ck_assert_int_eq(client_enrol(&rig.client, "", key, rig.now_ms), PUMP_ERANGE);
	ck_assert_int_eq(client_enrol(&rig.client, "anna", key, rig.now_ms), PUMP_OK);
	rig_run(&rig);
	ck_assert_uint_eq(rig.pump.request.op, OP_ENROL);
	ck_assert_str_eq(rig.pump.request.as.enrol.operator_id, "anna");
	ck_assert_mem_eq(rig.pump.request.as.enrol.operator_key, key, sizeof key);
	rig_say(&rig, &enrolled);
	ck_assert_int_eq(rig_last(&rig)->type, REPORT_ENROLLED);
	ck_assert_uint_eq(rig_last(&rig)->as.enrolled.pump.slot, 3);
	ck_assert_mem_eq(rig_last(&rig)->as.enrolled.pairing_key, expected, sizeof expected);
}
END_TEST

START_TEST(a_session_under_the_pairing_key_enrols_nobody)
{
	rig_ready(&rig);
	ck_assert_int_eq(client_enrol(&rig.client, NULL, NULL, rig.now_ms), PUMP_ESTATE);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		nonce_is_fresh_for_a_fresh_seed_and_is_not_the_seed,
		a_refused_hello_names_why,
		a_hello_of_another_major_version_ends_the_session,
		its_own_hello_sent_back_ends_the_session,
		a_pump_without_the_pairing_key_is_found_out_before_anything_is_said,
		a_pump_without_the_card_code_is_found_out,
		a_pump_that_drops_share_or_tag_does_not_share_the_secret,
		its_own_share_sent_back_ends_the_session,
		an_answer_before_its_question_has_left_ends_the_session,
		enrolment_tells_the_key_of_later_sessions,
		a_session_under_the_pairing_key_enrols_nobody,
		NULL,
	};

	return suite_run_tests("client access", tests, setup, NULL);
}
