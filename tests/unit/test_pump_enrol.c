/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Enrolment by card code: the magnet's window, its tries, the slot, the first supervisor. */
#include "pump_rig.h"
#include "suite.h"

#include <string.h>

static struct rig *r;
static const uint8_t supervisor_key[OPERATOR_KEY_LEN] = {0xD7, 1, 2};

static void setup(void)
{
	struct pump_birth birth;

	rig_default_birth(&birth);
	birth.paired = false;
	memset(birth.operator_id, 0, sizeof birth.operator_id);
	r = rig_create_from(&birth, 64);
	r->setup.secret_kind = SECRET_CARD;
	memset(r->setup.secret, 0, sizeof r->setup.secret);
	memcpy(r->setup.secret, birth.card_code, CARD_CODE_LEN);
}

static void teardown(void)
{
	rig_destroy(r);
}

static void press_magnet(void)
{
	pump_press_magnet(&r->pump, r->now_ms);
	rig_run(r);
}

static uint16_t enrol(const char *operator_id, struct msg_enrolled *enrolled)
{
	struct message m = {.op = OP_ENROL, .as.enrol.has_operator = operator_id != NULL};
	struct message answer;

	if (operator_id) {
		memcpy(m.as.enrol.operator_id, operator_id, strlen(operator_id));
		memcpy(m.as.enrol.operator_key, supervisor_key, sizeof supervisor_key);
	}
	rig_ask(r, &m, &answer);
	if (answer.op == OP_REFUSED)
		return answer.as.refused.code;
	ck_assert_uint_eq(answer.op, OP_ENROLLED);
	if (enrolled)
		*enrolled = answer.as.enrolled;
	return CODE_DONE;
}

/* From the magnet to a session of its own; the programmer holds the new key afterwards. */
static uint16_t enrol_whole(const char *operator_id, struct msg_enrolled *enrolled)
{
	struct message answer;
	uint8_t key[PAIRING_KEY_LEN];
	uint16_t code;

	r->setup.secret_kind = SECRET_CARD;
	memcpy(r->setup.secret, r->birth.card_code, CARD_CODE_LEN);
	press_magnet();
	rig_greet(r);
	ck_assert(r->hello_done);
	handshake_pairing_key(&r->hand, key);
	rig_ask_op(r, OP_START, &answer);
	ck_assert_uint_eq(answer.op, OP_STARTED);
	ck_assert_uint_eq(answer.as.started.slot, SLOT_NONE);
	code = enrol(operator_id, enrolled);
	r->setup.secret_kind = SECRET_KEY;
	memcpy(r->setup.secret, key, sizeof key);
	return code;
}

START_TEST(enrolment_leaves_a_slot_a_key_and_the_first_supervisor)
{
	struct msg_enrolled enrolled;
	struct msg_started started;
	struct message answer;
	uint64_t before = r->pump.log.last;

	ck_assert_uint_eq(enrol_whole("anna", &enrolled), CODE_DONE);
	ck_assert_uint_eq(enrolled.slot, 0);
	ck_assert_mem_eq(enrolled.advert_key, r->birth.advert_key, ADVERT_KEY_LEN);
	ck_assert_str_eq(enrolled.patient_tag, "W4-BED2");
	ck_assert_uint_eq(rig_record(r, before + 1)->type, RECORD_PAIRING);
	rig_boot(r, true);
	rig_connect(r, &started);
	ck_assert_uint_eq(started.slot, 0);
	ck_assert_uint_eq(started.operators, 1);
	ck_assert_uint_eq(r->pump.memory.operators.count, 1);
	ck_assert_str_eq(r->pump.memory.operators.list[0].id, "anna");
	ck_assert_uint_eq(r->pump.memory.operators.list[0].role, OPERATOR_SUPERVISOR);
	ck_assert_mem_eq(r->pump.memory.operators.list[0].key, supervisor_key, OPERATOR_KEY_LEN);
	rig_ask_op(r, OP_GET_SLOTS, &answer);
	ck_assert_uint_eq(answer.as.slots.count, 1);
	ck_assert_mem_eq(answer.as.slots.rows[0].workstation, r->setup.workstation, WORKSTATION_LEN);
	ck_assert_uint_eq(answer.as.slots.card_tries, 0);
}
END_TEST

START_TEST(power_lost_at_any_byte_leaves_all_of_an_enrolment_or_nothing)
{
	uint8_t *before = malloc(r->nvm_size);
	struct rig_write *write;

	ck_assert_ptr_nonnull(before);
	press_magnet();
	rig_greet(r);
	memcpy(before, r->nvm, r->nvm_size);
	r->write_count = 0;
	r->keeps_writes = true;
	ck_assert_uint_eq(enrol("anna", NULL), CODE_DONE);
	r->keeps_writes = false;
	write = &r->writes[0];
	for (size_t at = 0; at <= write->len; at += at + 64 < write->len && at > 64 ? 61 : 1) {
		memcpy(r->nvm, before, r->nvm_size);
		memcpy(r->nvm + write->offset, write->bytes, at);
		rig_boot(r, true);
		ck_assert(r->pump.memory.pairs[0].used == (r->pump.memory.operators.count == 1));
		ck_assert(at == write->len || at + 4 > write->len || !r->pump.memory.pairs[0].used);
	}
	ck_assert(r->pump.memory.pairs[0].used);
	free(before);
}
END_TEST

START_TEST(a_session_by_card_code_carries_nothing_but_enrolment)
{
	static const uint16_t ops[] = {OP_GET_STATUS, OP_GET_IMAGE,  OP_GET_RANGE,   OP_PULL,
				       OP_STAGE,      OP_COMMIT,     OP_FIND_ORDER,  OP_GET_SLOTS,
				       OP_GET_SECURITY, OP_GET_OPERATORS};
	struct message answer;

	press_magnet();
	rig_greet(r);
	for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
		rig_ask_op(r, ops[i], &answer);
		ck_assert_uint_eq(answer.op, OP_REFUSED);
		ck_assert_uint_eq(answer.as.refused.code, CODE_NOT_ENROLLED);
	}
	rig_ask_op(r, OP_PING, &answer);
	ck_assert_uint_eq(answer.op, OP_PONG);
}
END_TEST

START_TEST(a_session_under_the_pairing_key_enrols_nobody)
{
	ck_assert_uint_eq(enrol_whole("anna", NULL), CODE_DONE);
	rig_connect(r, NULL);
	ck_assert_uint_eq(enrol("bert", NULL), CODE_NOT_NOW);
}
END_TEST

START_TEST(the_window_is_two_minutes_after_the_magnet)
{
	rig_greet(r);
	ck_assert(!r->hello_done);
	ck_assert_uint_eq(r->inbox[0].plain[1], HELLO_CARD_CLOSED);
	press_magnet();
	rig_wait(r, 119999);
	rig_greet(r);
	ck_assert(r->hello_done);
	press_magnet();
	rig_wait(r, 120000);
	rig_greet(r);
	ck_assert(!r->hello_done);
}
END_TEST

START_TEST(five_tries_in_a_window_each_counted_durably_before_the_answer)
{
	press_magnet();
	r->setup.secret[0] ^= 1;
	for (unsigned i = 1; i <= 5; i++) {
		rig_greet(r);
		ck_assert(!r->hello_done);
		ck_assert_uint_eq(r->pump.memory.access.card_tries, i);
		ck_assert_uint_eq(r->pump.security.events[r->pump.security.count - 1].kind,
				  SECURITY_CARD_CODE);
	}
	r->setup.secret[0] ^= 1;
	rig_greet(r);
	ck_assert(!r->hello_done);
	ck_assert_uint_eq(r->inbox[0].plain[1], HELLO_CARD_TRIES);
	ck_assert_uint_eq(r->pump.memory.access.card_tries, 5);
	press_magnet();
	r->hold_writes = true;
	rig_greet(r);
	ck_assert(r->held_write);
	ck_assert_int_eq(r->hand.state, HANDSHAKE_SHARE); /* no share before the store */
	r->hold_writes = false;
	rig_boot(r, true);
	ck_assert_uint_eq(r->pump.memory.access.card_tries, 5);
	press_magnet();
	rig_greet(r);
	ck_assert(r->hello_done);
	ck_assert_uint_eq(r->pump.memory.access.card_tries, 6);
}
END_TEST

START_TEST(a_workstation_that_is_enrolled_again_keeps_its_slot_and_its_token)
{
	struct msg_enrolled enrolled;
	struct msg_started started;

	ck_assert_uint_eq(enrol_whole(NULL, &enrolled), CODE_DONE);
	r->pump.memory.pairs[0].last_token = 41;
	ck_assert_uint_eq(enrol_whole(NULL, &enrolled), CODE_DONE);
	ck_assert_uint_eq(enrolled.slot, 0);
	rig_connect(r, &started);
	ck_assert_uint_eq(started.last_token, 41);
}
END_TEST

START_TEST(eight_workstations_find_a_slot_and_the_ninth_does_not)
{
	struct msg_enrolled enrolled;

	for (uint8_t i = 0; i < SLOTS_MAX; i++) {
		r->setup.workstation[0] = (uint8_t)(0x60 + i);
		ck_assert_uint_eq(enrol_whole(NULL, &enrolled), CODE_DONE);
		ck_assert_uint_eq(enrolled.slot, i);
	}
	r->setup.workstation[0] = 0x70;
	ck_assert_uint_eq(enrol_whole(NULL, NULL), CODE_NO_SLOT);
	rig_greet(r);
	ck_assert(!r->hello_done);
}
END_TEST

START_TEST(a_pump_with_operators_takes_none_by_card_code)
{
	ck_assert_uint_eq(enrol_whole("anna", NULL), CODE_DONE);
	r->setup.workstation[0] ^= 1;
	ck_assert_uint_eq(enrol_whole("mallory", NULL), CODE_HAS_OPERATORS);
	ck_assert_uint_eq(enrol_whole(NULL, NULL), CODE_DONE);
	ck_assert_uint_eq(r->pump.memory.operators.count, 1);
}
END_TEST

START_TEST(a_pump_that_lost_its_memory_is_reached_by_its_card)
{
	memset(r->nvm + 4096, 0xEE, 2 * 28672);
	rig_boot(r, true);
	ck_assert_uint_eq(enrol_whole("anna", NULL), CODE_DONE);
	rig_connect(r, NULL);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		enrolment_leaves_a_slot_a_key_and_the_first_supervisor,
		power_lost_at_any_byte_leaves_all_of_an_enrolment_or_nothing,
		a_session_by_card_code_carries_nothing_but_enrolment,
		a_session_under_the_pairing_key_enrols_nobody,
		the_window_is_two_minutes_after_the_magnet,
		five_tries_in_a_window_each_counted_durably_before_the_answer,
		a_workstation_that_is_enrolled_again_keeps_its_slot_and_its_token,
		eight_workstations_find_a_slot_and_the_ninth_does_not,
		a_pump_with_operators_takes_none_by_card_code,
		a_pump_that_lost_its_memory_is_reached_by_its_card,
		NULL,
	};

	return suite_run_tests("pump_enrol", tests, setup, teardown);
}
