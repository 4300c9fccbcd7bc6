/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The role matrix, written out once more by hand from docs/protocol.md section 7: the programmer's
 * check and the pump's both say what it says, for every role and every kind of order.
 */
#include "operator.h"
#include "pump_operators.h"
#include "suite.h"

#include <string.h>

static const uint8_t roles[] = {OPERATOR_VIEWER, OPERATOR_NURSE, OPERATOR_PROGRAMMER,
				OPERATOR_SUPERVISOR};

static const struct {
	const char *what;
	uint32_t parts;
	bool only_alarms, stops_bolus;
	const char *who; /* V, N, P, S */
} rows[] = {
	{"stop", PART_THERAPY, false, false, "VNPS"},
	{"stop for a while", PART_THERAPY | PART_DURATION, false, false, "VNPS"},
	{"bolus stop", PART_BOLUS, false, true, "VNPS"},
	{"refill", PART_FILL, false, false, "NPS"},
	{"refill with alarm settings", PART_FILL | PART_IMAGE, true, false, "NPS"},
	{"alarm settings", PART_IMAGE, true, false, "NPS"},
	{"alarm", PART_ALARM, false, false, "NPS"},
	{"program", PART_IMAGE, false, false, "PS"},
	{"program with a reason", PART_IMAGE | PART_REASON, false, false, "PS"},
	{"refill with a program", PART_FILL | PART_IMAGE, false, false, "PS"},
	{"refill with catheter", PART_FILL | PART_CATHETER, false, false, "PS"},
	{"catheter", PART_CATHETER, false, false, "PS"},
	{"bolus", PART_BOLUS, false, false, "PS"},
	{"clock", PART_CLOCK, false, false, "PS"},
	{"tag", PART_TAG, false, false, "PS"},
	{"countersign", PART_COUNTERSIGN, false, false, "PS"},
	{"operators", PART_OPERATOR, false, false, "S"},
	{"revoke", PART_REVOKE, false, false, "S"},
	{"card", PART_CARD, false, false, "S"},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

START_TEST(both_sides_keep_to_the_role_matrix)
{
	struct read_change change = {.parts = rows[_i].parts};

	change.bolus = rows[_i].stops_bolus ? BOLUS_STOP : BOLUS_SINGLE;
	for (size_t i = 0; i < 4; i++) {
		bool allowed = strchr(rows[_i].who, "VNPS"[i]) != NULL;

		ck_assert_msg(operator_may_order(roles[i], rows[_i].parts, rows[_i].only_alarms,
						 rows[_i].stops_bolus) == allowed,
			      "programmer's side, %s, role %zu", rows[_i].what, i);
		ck_assert_msg(pump_operators_allow(roles[i], &change, rows[_i].only_alarms) == allowed,
			      "pump's side, %s, role %zu", rows[_i].what, i);
	}
	/* What is no role may do nothing. */
	ck_assert(!operator_may_order(0, rows[_i].parts, false, true));
	ck_assert(!pump_operators_allow(0, &change, rows[_i].only_alarms));
}
END_TEST

START_TEST(only_a_supervisor_overrides)
{
	for (size_t i = 0; i < 4; i++) {
		ck_assert_int_eq(operator_may(roles[i], RIGHT_OVERRIDE), roles[i] == OPERATOR_SUPERVISOR);
		ck_assert_int_eq(pump_operators_override(roles[i]), roles[i] == OPERATOR_SUPERVISOR);
	}
}
END_TEST

START_TEST(both_sides_agree_on_what_a_kind_may_hold)
{
	static const uint8_t boluses[] = {BOLUS_SINGLE, BOLUS_PRIMING, BOLUS_STOP};
	size_t good = 0;

	for (uint32_t parts = 0; parts < 1u << 14; parts++) {
		for (unsigned low = 0; low < 256; low++) {
			uint16_t kind = (uint16_t)(0x3300 | low);
			struct read_change change = {.parts = parts, .bolus = BOLUS_PRIMING};
			bool fits = order_kind_fits(kind, parts);
			bool pump = false;

			for (size_t i = 0; fits && i < 3 * 3; i++) {
				static const enum therapy_act acts[] = {ACT_STOP, ACT_RESUME, ACT_MINIMUM};

				change.bolus = boluses[i / 3];
				change.act = acts[i % 3];
				pump |= pump_operators_kind_fits(kind, &change);
			}
			if (!fits)
				pump = pump_operators_kind_fits(kind, &change);
			ck_assert_msg(fits == pump, "kind %04X, parts %x", kind, parts);
			good += fits;
		}
	}
	ck_assert_uint_gt(good, 10);
}
END_TEST

START_TEST(a_kind_wants_its_own_act)
{
	struct read_change change = {.parts = PART_THERAPY, .act = ACT_STOP};

	ck_assert(pump_operators_kind_fits(ORDER_STOP, &change));
	ck_assert(!pump_operators_kind_fits(ORDER_RESUME, &change));
	ck_assert(!pump_operators_kind_fits(ORDER_MINIMUM, &change));
	change.act = ACT_MINIMUM;
	ck_assert(!pump_operators_kind_fits(ORDER_STOP, &change));
	change.parts = PART_BOLUS;
	change.bolus = BOLUS_SINGLE;
	ck_assert(!pump_operators_kind_fits(ORDER_BOLUS_STOP, &change));
	change.parts = PART_FILL | PART_BOLUS;
	ck_assert(!pump_operators_kind_fits(ORDER_REFILL, &change));
	change.bolus = BOLUS_PRIMING;
	ck_assert(pump_operators_kind_fits(ORDER_REFILL, &change));
}
END_TEST

static struct pump_operators two_supervisors(void)
{
	return (struct pump_operators){.version = 4,
				       .count = 2,
				       .list = {{"anna", OPERATOR_SUPERVISOR, {1}},
						{"bo", OPERATOR_SUPERVISOR, {2}}}};
}

static enum result_code change(struct pump_operators *operators, uint8_t what, const char *id,
			       uint8_t role, uint8_t key)
{
	struct read_operator act = {.what = what, .role = role, .key = {key}};

	memcpy(act.id, id, strlen(id));
	return pump_operators_change(operators, &act);
}

START_TEST(every_change_of_the_list_raises_its_version)
{
	struct pump_operators list = two_supervisors();

	ck_assert_int_eq(change(&list, OPERATOR_PUT, "cy", OPERATOR_NURSE, 3), CODE_DONE);
	ck_assert_uint_eq(list.version, 5);
	ck_assert_uint_eq(list.count, 3);
	ck_assert_int_eq(change(&list, OPERATOR_PUT, "cy", OPERATOR_PROGRAMMER, 4), CODE_DONE);
	ck_assert_uint_eq(list.count, 3);
	ck_assert_uint_eq(pump_operators_find(&list, "cy")->role, OPERATOR_PROGRAMMER);
	ck_assert_uint_eq(pump_operators_find(&list, "cy")->key[0], 4);
	ck_assert_int_eq(change(&list, OPERATOR_REMOVE, "anna", 0, 0), CODE_DONE);
	ck_assert_uint_eq(list.version, 7);
	ck_assert_ptr_null(pump_operators_find(&list, "anna"));
	ck_assert_str_eq(list.list[0].id, "bo");
}
END_TEST

START_TEST(the_last_supervisor_stays)
{
	struct pump_operators list = two_supervisors(), before;

	ck_assert_int_eq(change(&list, OPERATOR_PUT, "bo", OPERATOR_NURSE, 2), CODE_DONE);
	before = list;
	ck_assert_int_eq(change(&list, OPERATOR_REMOVE, "anna", 0, 0), CODE_LAST_SUPERVISOR);
	ck_assert_int_eq(change(&list, OPERATOR_PUT, "anna", OPERATOR_PROGRAMMER, 1),
			 CODE_LAST_SUPERVISOR);
	ck_assert_mem_eq(&list, &before, sizeof list);
	/* Another key for the same supervisor is how a forgotten passphrase is healed. */
	ck_assert_int_eq(change(&list, OPERATOR_PUT, "anna", OPERATOR_SUPERVISOR, 9), CODE_DONE);
}
END_TEST

START_TEST(one_key_has_one_id_and_the_list_has_an_end)
{
	struct pump_operators list = two_supervisors();
	char id[] = "oa";

	ck_assert_int_eq(change(&list, OPERATOR_PUT, "cy", OPERATOR_NURSE, 1), CODE_OUT_OF_RANGE);
	ck_assert_int_eq(change(&list, OPERATOR_REMOVE, "cy", 0, 0), CODE_NO_SUCH_THING);
	for (uint8_t i = 2; i < OPERATORS_MAX; i++, id[1]++)
		ck_assert_int_eq(change(&list, OPERATOR_PUT, id, OPERATOR_NURSE, (uint8_t)(10 + i)), CODE_DONE);
	ck_assert_int_eq(change(&list, OPERATOR_PUT, id, OPERATOR_NURSE, 99), CODE_OUT_OF_RANGE);
	ck_assert_int_eq(change(&list, OPERATOR_PUT, "oa", OPERATOR_NURSE, 99), CODE_DONE);
}
END_TEST

START_TEST(the_list_survives_its_bytes)
{
	struct pump_operators list = two_supervisors(), read = {.version = 1};
	uint8_t bytes[PUMP_OPERATORS_LEN];

	pump_operators_write(bytes, &list);
	ck_assert(pump_operators_read(bytes, &read));
	ck_assert_mem_eq(&read, &list, sizeof list);
	bytes[4] = OPERATORS_MAX + 1;
	read.version = 99;
	ck_assert(!pump_operators_read(bytes, &read));
	ck_assert_uint_eq(read.version, 99);
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("operator_rights");

	tcase_set_timeout(cases, 60);
	tcase_add_loop_test(cases, both_sides_keep_to_the_role_matrix, 0, ROWS);
	tcase_add_test(cases, only_a_supervisor_overrides);
	tcase_add_test(cases, both_sides_agree_on_what_a_kind_may_hold);
	tcase_add_test(cases, a_kind_wants_its_own_act);
	tcase_add_test(cases, every_change_of_the_list_raises_its_version);
	tcase_add_test(cases, the_last_supervisor_stays);
	tcase_add_test(cases, one_key_has_one_id_and_the_list_has_an_end);
	tcase_add_test(cases, the_list_survives_its_bytes);
	return suite_run(cases);
}
