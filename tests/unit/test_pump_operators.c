/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may order what, enforced by the pump on signed orders; and getting safe by the magnet. */
#include "pump_rig.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

static struct rig *r;
static struct msg_staged staged;
static struct msg_committed committed;
static struct rig_order order;
static uint64_t token;

static void setup(void)
{
	r = rig_create(64);
	rig_connect(r, NULL);
	token = 0;
}

static void teardown(void)
{
	rig_destroy(r);
}

/* A good order for this change, with the signatures still to be chosen. */
static void prepare(uint16_t kind, const struct change *change)
{
	ck_assert_uint_eq(rig_stage_change(r, change, &staged), CODE_DONE);
	rig_order(r, &order, kind, ++token, &staged);
	order.signer_count = 0;
}

static void prepare_dose(uint64_t dose_ng_per_day)
{
	rig_stage_dose(r, dose_ng_per_day, &staged);
	rig_order(r, &order, ORDER_PROGRAM, ++token, &staged);
	order.signer_count = 0;
}

static uint16_t commit(void)
{
	return rig_commit(r, &order, &committed);
}

static uint16_t change_list(uint8_t what, const char *id, uint8_t role, uint8_t key)
{
	struct change change = {.parts = PART_OPERATOR, .operator_act = {.what = what, .row = {.role = role}}};

	memcpy(change.operator_act.row.id, id, strlen(id));
	rig_operator_key(key, change.operator_act.row.key, NULL);
	prepare(ORDER_OPERATORS, &change);
	rig_signer(&order, "anna", 0);
	return commit();
}

/* vera, nora, paul and bo: one of each role, with keys 10, 11, 12 and 13. */
static void list_everybody(void)
{
	ck_assert_uint_eq(change_list(OPERATOR_PUT, "vera", OPERATOR_VIEWER, 10), CODE_DONE);
	ck_assert_uint_eq(change_list(OPERATOR_PUT, "nora", OPERATOR_NURSE, 11), CODE_DONE);
	ck_assert_uint_eq(change_list(OPERATOR_PUT, "paul", OPERATOR_PROGRAMMER, 12), CODE_DONE);
	ck_assert_uint_eq(change_list(OPERATOR_PUT, "bo", OPERATOR_SUPERVISOR, 13), CODE_DONE);
}

static const struct {
	const char *id;
	uint8_t key;
	char letter;
} people[] = {{"vera", 10, 'V'}, {"nora", 11, 'N'}, {"paul", 12, 'P'}, {"bo", 13, 'S'}};

enum { PEOPLE = sizeof people / sizeof people[0] };

static struct change refill(void)
{
	return (struct change){.parts = PART_FILL,
			       .fill = {.volume_nl = 19000000, .drawn_nl = UINT32_MAX,
					.lot = "L1", .mixture = {1, {{"morphine", {MG_PER_ML_10}}}}}};
}

static uint16_t prepare_later_row(int row, const char **who)
{
	struct change change = {.parts = 0};

	switch (row) {
	case 7:
		change.parts = PART_OPERATOR;
		change.operator_act = (struct act_operator){OPERATOR_PUT, {"zoe", OPERATOR_NURSE, {0x33}}};
		prepare(ORDER_OPERATORS, &change);
		*who = "S";
		return ORDER_OPERATORS;
	case 8:
		change.parts = PART_THERAPY;
		change.therapy = ACT_STOP;
		prepare(ORDER_STOP, &change);
		*who = "VNPS";
		return ORDER_STOP;
	case 9:
		change.parts = PART_BOLUS;
		change.bolus.what = BOLUS_STOP;
		prepare(ORDER_BOLUS_STOP, &change);
		*who = "VNPS";
		return ORDER_BOLUS_STOP;
	default:
		ck_abort_msg("no row %d", row);
	}
}

/* Row by row of the role matrix: the change, and who may order it. */
static uint16_t prepare_row(int row, const char **who)
{
	struct change change = {.parts = 0};
	uint8_t image[IMAGE_MAX];

	*who = "PS";
	switch (row) {
	case 0:
		prepare_dose(1300000);
		return ORDER_PROGRAM;
	case 1: /* the same program with another low alarm */
		change.parts = PART_IMAGE;
		change.image = image;
		change.image_len = rig_image(image, "morphine", MG_PER_ML_10, 1200000, 3000000);
		prepare(ORDER_PROGRAM, &change);
		*who = "NPS";
		return ORDER_PROGRAM;
	case 2:
		change = refill();
		prepare(ORDER_REFILL, &change);
		*who = "NPS";
		return ORDER_REFILL;
	case 3:
		change.parts = PART_CATHETER;
		change.catheter = (struct act_catheter){CATHETER_SET, 890, 198000, "T10", CONTENTS_RESERVOIR};
		prepare(ORDER_CATHETER, &change);
		return ORDER_CATHETER;
	case 4:
		change.parts = PART_CLOCK;
		change.clock.clock_s = 1700003600;
		prepare(ORDER_CLOCK, &change);
		return ORDER_CLOCK;
	case 5:
		change.parts = PART_TAG;
		memcpy(change.tag, "bed 12", 7);
		prepare(ORDER_TAG, &change);
		return ORDER_TAG;
	case 6:
		change.parts = PART_ALARM;
		change.alarm.what = ALARM_TEST;
		prepare(ORDER_ALARM, &change);
		*who = "NPS";
		return ORDER_ALARM;
	default:
		return prepare_later_row(row, who);
	}
}

START_TEST(the_pump_keeps_to_the_role_matrix)
{
	list_everybody();
	for (size_t i = 0; i < PEOPLE; i++) {
		const char *who;
		uint16_t code;

		prepare_row(_i, &who);
		rig_signer(&order, people[i].id, people[i].key);
		code = commit();
		ck_assert_msg(code == (strchr(who, people[i].letter) ? CODE_DONE : CODE_NOT_ALLOWED),
			      "%s in row %d: %04X", people[i].id, _i, code);
	}
}
END_TEST

/* Every way in which a signature can be wrong. */
START_TEST(a_wrong_signature_moves_nothing)
{
	uint8_t *before = malloc(r->nvm_size);

	ck_assert_uint_eq(change_list(OPERATOR_PUT, "bo", OPERATOR_SUPERVISOR, 1), CODE_DONE);
	memcpy(before, r->nvm, r->nvm_size);
	prepare_dose(1300000);
	ck_assert_uint_eq(commit(), CODE_NEEDS_SIGNATURE); /* nobody's */
	rig_signer(&order, "anna", 1);                     /* bo's key under anna's name */
	ck_assert_uint_eq(commit(), CODE_BAD_SIGNATURE);
	order.signer_count = 0;
	rig_signer(&order, "zoe", 0); /* not listed */
	ck_assert_uint_eq(commit(), CODE_BAD_SIGNATURE);
	order.signer_count = 0;
	rig_signer(&order, "anna", 0);
	rig_signer(&order, "anna", 0); /* one person twice */
	ck_assert_uint_eq(commit(), CODE_BAD_SIGNATURE);
	order.signer_count = 1;
	rig_signer(&order, "bo", 2); /* a good first one and a wrong second one */
	ck_assert_uint_eq(commit(), CODE_BAD_SIGNATURE);
	order.signer_count = 1;
	order.order.operators--;
	ck_assert_uint_eq(commit(), CODE_OLD_OPERATORS);
	order.order.operators += 2;
	ck_assert_uint_eq(commit(), CODE_OLD_OPERATORS);
	ck_assert_mem_eq(r->nvm, before, r->nvm_size);
	order.order.operators--;
	ck_assert_uint_eq(commit(), CODE_DONE);
	free(before);
}
END_TEST

START_TEST(every_byte_of_the_order_is_signed)
{
	struct message m = {.op = OP_COMMIT}, answer;
	size_t len;

	prepare_dose(1300000);
	rig_signer(&order, "anna", 0);
	len = rig_commit_plain(&order, r->plain);
	ck_assert_int_eq(message_decode(r->plain, len, &m), PUMP_OK);
	for (size_t at = 0; at < m.as.commit.order_len * 8; at++) {
		uint8_t *byte = r->plain + (m.as.commit.order - r->plain) + at / 8;

		*byte ^= (uint8_t)(1u << at % 8);
		ck_assert(rig_send_plain(r, r->plain, len));
		ck_assert(rig_take(r, CHANNEL_OUT, &answer));
		ck_assert_uint_eq(answer.op, OP_REFUSED);
		len = rig_commit_plain(&order, r->plain);
	}
	ck_assert_uint_eq(commit(), CODE_DONE);
}
END_TEST

START_TEST(a_signature_of_another_order_is_none)
{
	struct message m, answer;
	struct order_signature old;
	size_t len;

	prepare_dose(1300000);
	rig_signer(&order, "anna", 0);
	len = rig_commit_plain(&order, r->plain);
	ck_assert_int_eq(message_decode(r->plain, len, &m), PUMP_OK);
	old = m.as.commit.signatures[0];
	prepare_dose(1400000);
	rig_signer(&order, "anna", 0);
	len = rig_commit_plain(&order, r->plain);
	ck_assert_int_eq(message_decode(r->plain, len, &m), PUMP_OK);
	m.as.commit.signatures[0] = old;
	ck_assert_int_eq(message_encode(&m, r->sealed, sizeof r->sealed, &len), PUMP_OK);
	memcpy(r->plain, r->sealed, len);
	ck_assert(rig_send_plain(r, r->plain, len));
	ck_assert(rig_take(r, CHANNEL_OUT, &answer));
	ck_assert_uint_eq(answer.as.refused.code, CODE_BAD_SIGNATURE);
}
END_TEST

START_TEST(a_tenfold_step_needs_two)
{
	ck_assert_uint_eq(change_list(OPERATOR_PUT, "paul", OPERATOR_PROGRAMMER, 12), CODE_DONE);
	prepare_dose(11999999);
	ck_assert_uint_eq(staged.second, 0);
	prepare_dose(12000000);
	ck_assert_uint_eq(staged.second, SECOND_TENFOLD);
	rig_signer(&order, "paul", 12);
	ck_assert_uint_eq(commit(), CODE_NEEDS_SECOND);
	rig_signer(&order, "anna", 0);
	ck_assert_uint_eq(commit(), CODE_DONE);
}
END_TEST

START_TEST(the_first_program_of_an_implant_needs_two)
{
	struct pump_birth birth;

	rig_destroy(r);
	rig_default_birth(&birth);
	birth.image_len = 0;
	r = rig_create_from(&birth, 64);
	rig_connect(r, NULL);
	ck_assert_uint_eq(change_list(OPERATOR_PUT, "paul", OPERATOR_PROGRAMMER, 12), CODE_DONE);
	prepare_dose(1000000);
	ck_assert_uint_eq(staged.second, SECOND_FIRST);
	memset(order.order.expected_digest, 0, DIGEST_LEN);
	rig_signer(&order, "anna", 0);
	ck_assert_uint_eq(commit(), CODE_NEEDS_SECOND);
	rig_signer(&order, "paul", 12);
	ck_assert_uint_eq(commit(), CODE_DONE);
	prepare_dose(1000001);
	ck_assert_uint_eq(staged.second, 0);
}
END_TEST

START_TEST(a_nurse_is_no_second_person_for_a_program)
{
	list_everybody();
	prepare_dose(12000000);
	rig_signer(&order, "paul", 12);
	rig_signer(&order, "nora", 11);
	ck_assert_uint_eq(commit(), CODE_NOT_ALLOWED);
}
END_TEST

START_TEST(a_reason_needs_two_and_one_supervisor)
{
	uint8_t image[IMAGE_MAX];
	struct change change = {.parts = PART_IMAGE | PART_REASON, .image = image, .reason = "aspirated"};

	list_everybody();
	ck_assert_uint_eq(change_list(OPERATOR_PUT, "pia", OPERATOR_PROGRAMMER, 20), CODE_DONE);
	change.image_len = rig_image(image, "morphine", 2 * MG_PER_ML_10, 1200000, LOW_NL);
	prepare(ORDER_PROGRAM, &change);
	ck_assert_uint_eq(staged.second, SECOND_OVERRIDE);
	rig_signer(&order, "paul", 12);
	ck_assert_uint_eq(commit(), CODE_NEEDS_SECOND);
	rig_signer(&order, "pia", 20);
	ck_assert_uint_eq(commit(), CODE_NOT_ALLOWED);
	order.signer_count = 1;
	rig_signer(&order, "bo", 13);
	ck_assert_uint_eq(commit(), CODE_DONE);
	/* The same change without a reason is refused whoever signs. */
	change.parts = PART_IMAGE;
	change.image_len = rig_image(image, "morphine", MG_PER_ML_10, 1200000, LOW_NL);
	prepare(ORDER_PROGRAM, &change);
	rig_signer(&order, "anna", 0);
	rig_signer(&order, "bo", 13);
	ck_assert_uint_eq(commit(), CODE_NEEDS_BRIDGE);
}
END_TEST

START_TEST(getting_safe_needs_any_listed_operator_with_any_list_version)
{
	static const struct {
		uint16_t kind;
		enum therapy_act act;
	} rows[] = {{ORDER_STOP, ACT_STOP}, {ORDER_MINIMUM, ACT_MINIMUM}, {ORDER_RESUME, ACT_RESUME}};
	struct change change = {.parts = PART_THERAPY, .therapy = rows[_i].act};

	list_everybody();
	prepare(rows[_i].kind, &change);
	order.order.operators = 0;
	ck_assert_uint_eq(commit(), CODE_NEEDS_SIGNATURE);
	rig_signer(&order, "vera", 11);
	ck_assert_uint_eq(commit(), CODE_BAD_SIGNATURE);
	order.signer_count = 0;
	rig_signer(&order, "vera", 10);
	ck_assert_uint_eq(commit(), CODE_DONE);
}
END_TEST

START_TEST(the_magnet_opens_getting_safe_alone_and_asks_for_a_countersignature)
{
	struct change stop = {.parts = PART_THERAPY, .therapy = ACT_STOP};
	struct change sign = {.parts = PART_COUNTERSIGN};
	const struct record_view *record;
	uint64_t seq;

	pump_press_magnet(&r->pump, r->now_ms);
	prepare_dose(1300000);
	ck_assert_uint_eq(commit(), CODE_NEEDS_SIGNATURE);
	prepare(ORDER_STOP, &stop);
	ck_assert_uint_eq(commit(), CODE_DONE);
	seq = committed.record_seq;
	record = rig_record(r, seq);
	ck_assert_uint_eq(record->fields[10].len, 0); /* operator: nobody */
	ck_assert_uint_eq(r->pump.memory.care.due_count, 1);
	ck_assert_uint_eq(r->pump.memory.care.due[0].seq, seq);
	ck_assert_uint_eq(r->pump.memory.care.due[0].due_s, record->time_s + 86400);
	rig_wait(r, 119999);
	rig_connect(r, NULL);
	prepare(ORDER_STOP, &stop);
	ck_assert_uint_eq(commit(), CODE_DONE);
	rig_wait(r, 1);
	prepare(ORDER_STOP, &stop);
	ck_assert_uint_eq(commit(), CODE_NEEDS_SIGNATURE);
	/* It stays due over a restart, until somebody signs for it. */
	pump_save_body(&r->pump, r->body);
	rig_boot(r, true);
	rig_connect(r, NULL);
	ck_assert_uint_eq(r->pump.memory.care.due_count, 2);
	sign.countersign = seq + 99;
	prepare(ORDER_COUNTERSIGN, &sign);
	rig_signer(&order, "anna", 0);
	ck_assert_uint_eq(commit(), CODE_NO_SUCH_THING);
	sign.countersign = seq;
	prepare(ORDER_COUNTERSIGN, &sign);
	rig_signer(&order, "anna", 0);
	ck_assert_uint_eq(commit(), CODE_DONE);
	ck_assert_uint_eq(r->pump.memory.care.due_count, 1);
	ck_assert_uint_ne(r->pump.memory.care.due[0].seq, seq);
}
END_TEST

START_TEST(the_order_record_names_who_signed)
{
	const struct record_view *record;

	ck_assert_uint_eq(change_list(OPERATOR_PUT, "bo", OPERATOR_SUPERVISOR, 1), CODE_DONE);
	prepare_dose(12000000);
	rig_signer(&order, "bo", 1);
	rig_signer(&order, "anna", 0);
	ck_assert_uint_eq(commit(), CODE_DONE);
	record = rig_record(r, committed.record_seq);
	ck_assert_int_eq(record->fields[9].number, 2); /* version of the list */
	ck_assert_mem_eq(record->fields[10].bytes, "bo", 3);
	ck_assert_mem_eq(record->fields[11].bytes, "anna", 5);
}
END_TEST

START_TEST(a_removed_operator_signs_nothing_any_more)
{
	ck_assert_uint_eq(change_list(OPERATOR_PUT, "bo", OPERATOR_SUPERVISOR, 1), CODE_DONE);
	ck_assert_uint_eq(change_list(OPERATOR_REMOVE, "bo", 0, 0), CODE_DONE);
	prepare_dose(1300000);
	rig_signer(&order, "bo", 1);
	ck_assert_uint_eq(commit(), CODE_BAD_SIGNATURE);
	ck_assert_uint_eq(change_list(OPERATOR_REMOVE, "anna", 0, 0), CODE_LAST_SUPERVISOR);
}
END_TEST

START_TEST(the_list_is_told_and_survives_a_restart)
{
	struct message answer;

	ck_assert_uint_eq(change_list(OPERATOR_PUT, "bo", OPERATOR_NURSE, 1), CODE_DONE);
	pump_save_body(&r->pump, r->body);
	rig_boot(r, true);
	rig_connect(r, NULL);
	rig_ask_op(r, OP_GET_OPERATORS, &answer);
	ck_assert_uint_eq(answer.as.operators.version, 2);
	ck_assert_uint_eq(answer.as.operators.count, 2);
	ck_assert_str_eq(answer.as.operators.rows[0].id, "anna");
	ck_assert_uint_eq(answer.as.operators.rows[0].role, OPERATOR_SUPERVISOR);
	ck_assert_str_eq(answer.as.operators.rows[1].id, "bo");
	ck_assert_uint_eq(answer.as.operators.rows[1].role, OPERATOR_NURSE);
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("pump_operators");

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_set_timeout(cases, 60);
	tcase_add_loop_test(cases, the_pump_keeps_to_the_role_matrix, 0, 10);
	tcase_add_test(cases, a_wrong_signature_moves_nothing);
	tcase_add_test(cases, every_byte_of_the_order_is_signed);
	tcase_add_test(cases, a_signature_of_another_order_is_none);
	tcase_add_test(cases, a_tenfold_step_needs_two);
	tcase_add_test(cases, the_first_program_of_an_implant_needs_two);
	tcase_add_test(cases, a_nurse_is_no_second_person_for_a_program);
	tcase_add_test(cases, a_reason_needs_two_and_one_supervisor);
	tcase_add_loop_test(cases, getting_safe_needs_any_listed_operator_with_any_list_version, 0, 3);
	tcase_add_test(cases, the_magnet_opens_getting_safe_alone_and_asks_for_a_countersignature);
	tcase_add_test(cases, the_order_record_names_who_signed);
	tcase_add_test(cases, a_removed_operator_signs_nothing_any_more);
	tcase_add_test(cases, the_list_is_told_and_survives_a_restart);
	return suite_run(cases);
}
