/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes and orders: the programmer's encoder against bytes by hand and against the pump's reader. */
#include "change.h"
#include "change_read.h"
#include "order_bytes.h"
#include "suite.h"

#include <string.h>

static uint8_t buf[CHANGE_MAX + 1];

/* Morphine 10 mg/mL at 1.2 mg/day, low alarm at 4 mL, by hand. */
static const uint8_t image[] = {
	1, 0x0F, 14, 0, 1, 8, 'm', 'o', 'r', 'p', 'h', 'i', 'n', 'e', 0x80, 0x96, 0x98, 0,
	0x33, 9, 0, 0x55, 0x80, 0x4F, 0x12, 0, 0, 0, 0, 0, 0x55, 4, 0, 0, 9, 0x3D, 0};

static const uint32_t all_parts[] = {
	PART_COUNTERSIGN, PART_IMAGE, PART_REASON, PART_THERAPY, PART_DURATION, PART_FILL,
	PART_CATHETER, PART_BOLUS, PART_CLOCK, PART_OPERATOR, PART_REVOKE, PART_CARD, PART_TAG,
	PART_ALARM};

enum { PARTS = sizeof all_parts / sizeof all_parts[0] };

/* Every part, each with values of its own. */
static struct change full_change(void)
{
	struct change change = {
		.countersign = 77, .image = image, .image_len = sizeof image, .reason = "no bridge: new catheter",
		.therapy = ACT_STOP, .stop_s = 1800,
		.fill = {.volume_nl = 20000000, .drawn_nl = 1500000, .rinsed = true, .expiry_day = 20500,
			 .lot = "LOT 7", .mixture = {1, {{"morphine", {10000000}}}}},
		.catheter = {CATHETER_SET, 890, 198000, "T10", CONTENTS_RESERVOIR},
		.bolus = {BOLUS_SINGLE, 25000, 600},
		.clock = {1700000000, 123456, -90},
		.operator_act = {OPERATOR_PUT, {"anna.b", OPERATOR_NURSE, {9, 8, 7}}},
		.revoke = 3, .card = "7KQ2ZZ09", .card_salt = {[15] = 1}, .tag = "bed 12", .alarm = {ALARM_ACKNOWLEDGE, 5}};

	for (size_t i = 0; i < PARTS; i++)
		change.parts |= all_parts[i];
	return change;
}

static size_t encode(const struct change *change)
{
	size_t len = 0;

	ck_assert_int_eq(change_encode(change, buf, CHANGE_MAX, &len), PUMP_OK);
	return len;
}

START_TEST(every_part_is_written_and_read_by_both_sides_alike)
{
	struct change change = full_change(), decoded;
	struct read_change read;
	uint8_t first[CHANGE_MAX], told[CHANGE_MAX];
	struct writer w;
	size_t len;

	change.parts = all_parts[_i];
	if (all_parts[_i] == PART_DURATION)
		change.parts |= PART_THERAPY;
	len = encode(&change);
	memcpy(first, buf, len);
	ck_assert_int_eq(change_decode(first, len, &decoded), PUMP_OK);
	ck_assert_uint_eq(decoded.parts, change.parts);
	ck_assert_uint_eq(encode(&decoded), len);
	ck_assert_mem_eq(buf, first, len);
	ck_assert_int_eq(change_read(first, len, &read), PUMP_OK);
	ck_assert_uint_eq(read.parts, change.parts);
	writer_init(&w, told, sizeof told);
	change_read_tell(&read, &w);
	if (all_parts[_i] == PART_IMAGE) {
		ck_assert_uint_eq(writer_len(&w), 0);
	} else {
		ck_assert_uint_eq(writer_len(&w), len);
		ck_assert_mem_eq(told, first, len);
	}
}
END_TEST

START_TEST(a_change_of_all_parts_says_what_was_put_in)
{
	struct change change = full_change();
	struct read_change read;

	ck_assert_int_eq(change_read(buf, encode(&change), &read), PUMP_OK);
	ck_assert_uint_eq(read.countersign, 77);
	ck_assert_str_eq(read.reason, "no bridge: new catheter");
	ck_assert_int_eq(read.act, ACT_STOP);
	ck_assert_uint_eq(read.stop_s, 1800);
	ck_assert_uint_eq(read.fill.volume_nl, 20000000);
	ck_assert_uint_eq(read.fill.drawn_nl, 1500000);
	ck_assert(read.fill.rinsed);
	ck_assert_uint_eq(read.fill.expiry_day, 20500);
	ck_assert_str_eq(read.fill.lot, "LOT 7");
	ck_assert_uint_eq(read.fill.count, 1);
	ck_assert_str_eq(read.fill.drugs[0].name, "morphine");
	ck_assert_uint_eq(read.catheter.length_mm, 890);
	ck_assert_uint_eq(read.catheter.volume_nl, 198000);
	ck_assert_str_eq(read.catheter.tip, "T10");
	ck_assert_uint_eq(read.bolus_amount, 25000);
	ck_assert_uint_eq(read.bolus_s, 600);
	ck_assert_int_eq(read.clock_s, 1700000000);
	ck_assert_uint_eq(read.clock_ticks_ms, 123456);
	ck_assert_int_eq(read.zone_min, -90);
	ck_assert_str_eq(read.operator_act.id, "anna.b");
	ck_assert_uint_eq(read.operator_act.role, OPERATOR_NURSE);
	ck_assert_uint_eq(read.operator_act.key[2], 7);
	ck_assert_uint_eq(read.revoke, 3);
	ck_assert_str_eq(read.card, "7KQ2ZZ09");
	ck_assert_str_eq(read.tag, "bed 12");
	ck_assert_uint_eq(read.alarm_bits, 5);
}
END_TEST

START_TEST(a_change_cut_at_any_length_or_longer_by_a_byte_is_refused_by_both)
{
	struct change change = full_change(), decoded;
	struct read_change read;
	size_t len = encode(&change), whole = 0;

	for (size_t cut = 0; cut <= len; cut++) {
		bool ours = change_decode(buf, cut, &decoded) == PUMP_OK;

		ck_assert_int_eq(ours, change_read(buf, cut, &read) == PUMP_OK);
		whole += ours;
	}
	/* Whole sections may be cut off the end; the version alone is no change. */
	ck_assert_uint_eq(whole, PARTS);
	buf[len] = 0;
	ck_assert_int_eq(change_decode(buf, len + 1, &decoded), PUMP_EFORM);
	ck_assert_int_eq(change_read(buf, len + 1, &read), PUMP_EFORM);
}
END_TEST

START_TEST(what_a_section_may_not_say_is_not_encoded)
{
	enum { ROWS = 18 };
	struct change change = full_change();
	size_t len = 99;

	switch (_i) {
	case 0: change.parts = 0; break;
	case 1: change.reason[0] = '\0'; break;
	case 2: memset(change.reason, 'x', sizeof change.reason); break;
	case 3: change.reason[1] = '\n'; break;
	case 4: change.therapy = ACT_RESUME; break; /* beside a duration */
	case 5: change.stop_s = 0; break;
	case 6: change.stop_s = 31536001; break;
	case 7: change.fill.mixture.count = 0; break;
	case 8: change.catheter.length_mm = 0; break;
	case 9: change.catheter.what = CATHETER_ASPIRATED; break; /* with a length */
	case 10: change.catheter.contents = 0x0F; break;
	case 11: change.bolus.what = BOLUS_STOP; break; /* with an amount */
	case 12: change.bolus.amount = 0; break;
	case 13: change.operator_act.row.role = 0x0F; break;
	case 14: change.operator_act.row.id[0] = 'A'; break;
	case 15: change.card[0] = 'O'; break;
	case 16: change.alarm.bits = 0; break;
	case 17: change.card_salt[15] = 0; break;
	default: ck_abort(); break;
	}
	ck_assert_int_eq(_i < ROWS, true);
	ck_assert_int_eq(change_encode(&change, buf, CHANGE_MAX, &len), PUMP_ERANGE);
	ck_assert_uint_eq(len, 99);
}
END_TEST

START_TEST(changes_of_another_form_are_refused_by_both)
{
	static const struct {
		uint8_t bytes[12];
		size_t len;
	} rows[] = {
		{{1}, 1},                                      /* no section */
		{{2, 0x55, 1, 0, 0x33}, 5},                    /* version */
		{{1, 0x55, 1, 0, 0x34}, 5},                    /* act */
		{{1, 0x55, 2, 0, 0x33, 0x33}, 6},              /* length */
		{{1, 0x55, 0, 0}, 4},
		{{1, 0x34, 1, 0, 0x33}, 5},                    /* tag */
		{{1, 0x55, 1, 0, 0x33, 0x55, 1, 0, 0x33}, 9},  /* twice */
		{{1, 0xAA, 1, 0, 2, 0x55, 1, 0, 0x33}, 9},     /* order of tags */
		{{1, 0x5A, 4, 0, 1, 0, 0, 0}, 8},              /* duration without a stop */
		{{1, 0x33, 0, 0}, 4},                          /* image */
	};
	struct change decoded;
	struct read_change read;

	ck_assert_int_eq(change_decode(rows[_i].bytes, rows[_i].len, &decoded), PUMP_EFORM);
	ck_assert_int_eq(change_read(rows[_i].bytes, rows[_i].len, &read), PUMP_EFORM);
}
END_TEST

START_TEST(an_image_or_an_act_alone_has_a_short_way)
{
	static const uint8_t stop[] = {1, 0x55, 1, 0, 0x33};
	size_t len;

	ck_assert_int_eq(change_encode_image(image, sizeof image, buf, sizeof buf, &len), PUMP_OK);
	ck_assert_uint_eq(len, 4 + sizeof image);
	ck_assert_uint_eq(buf[1], 0x33);
	ck_assert_uint_eq(buf[2], sizeof image);
	ck_assert_mem_eq(buf + 4, image, sizeof image);
	ck_assert_int_eq(change_encode_act(ACT_STOP, buf, sizeof buf, &len), PUMP_OK);
	ck_assert_uint_eq(len, sizeof stop);
	ck_assert_mem_eq(buf, stop, sizeof stop);
	ck_assert_int_eq(change_encode_act(ACT_STOP, buf, 4, &len), PUMP_ESHORT);
	ck_assert_int_eq(change_encode_image(image, 0, buf, sizeof buf, &len), PUMP_ERANGE);
	ck_assert_int_eq(change_encode_image(image, IMAGE_MAX + 1, buf, sizeof buf, &len), PUMP_ERANGE);
	ck_assert_int_eq(change_encode_image(image, sizeof image, buf, 3 + sizeof image, &len), PUMP_ESHORT);
}
END_TEST

static struct order make_order(void)
{
	struct order order = {.serial = "PX40-000123", .token = 42, .kind = ORDER_PROGRAM,
			      .operators = 7, .not_after_ms = 120000};

	memset(order.stage_digest, 0x11, DIGEST_LEN);
	memset(order.expected_digest, 0x22, DIGEST_LEN);
	return order;
}

START_TEST(an_order_survives_and_every_other_length_is_refused_by_both)
{
	struct order order = make_order(), decoded = {.kind = 7};
	struct read_order read;
	size_t len;

	ck_assert_int_eq(order_encode(&order, buf, ORDER_MAX, &len), PUMP_OK);
	buf[len] = 0;
	for (size_t other = 0; other <= len + 1; other++) {
		if (other == len)
			continue;
		ck_assert_int_eq(order_decode(buf, other, &decoded), PUMP_EFORM);
		ck_assert_int_eq(change_read_order(buf, other, &read), PUMP_EFORM);
	}
	ck_assert_uint_eq(decoded.kind, 7);
	ck_assert_int_eq(order_decode(buf, len, &decoded), PUMP_OK);
	ck_assert_mem_eq(&decoded, &order, sizeof order);
	ck_assert_int_eq(change_read_order(buf, len, &read), PUMP_OK);
	ck_assert_str_eq(read.serial, order.serial);
	ck_assert_uint_eq(read.token, 42);
	ck_assert_uint_eq(read.kind, ORDER_PROGRAM);
	ck_assert_uint_eq(read.operators, 7);
	ck_assert_uint_eq(read.not_after_ms, 120000);
	ck_assert_mem_eq(read.stage_digest, order.stage_digest, DIGEST_LEN);
	ck_assert_mem_eq(read.expected_digest, order.expected_digest, DIGEST_LEN);
	buf[0] = 2;
	ck_assert_int_eq(order_decode(buf, len, &decoded), PUMP_EUNKNOWN);
	ck_assert_int_eq(change_read_order(buf, len, &read), PUMP_EFORM);
}
END_TEST

START_TEST(an_order_with_the_longest_serial_fits_and_one_without_end_does_not)
{
	struct order order = make_order();
	size_t len;

	memset(order.serial, 'X', SERIAL_MAX);
	order.serial[SERIAL_MAX] = '\0';
	ck_assert_int_eq(order_encode(&order, buf, ORDER_MAX, &len), PUMP_OK);
	ck_assert_int_eq(order_encode(&order, buf, len - 1, &len), PUMP_ESHORT);
	order.serial[SERIAL_MAX] = 'X';
	ck_assert_int_eq(order_encode(&order, buf, ORDER_MAX, &len), PUMP_ERANGE);
}
END_TEST

START_TEST(four_kinds_get_safe)
{
	unsigned safe = 0;

	for (unsigned kind = 0; kind <= UINT16_MAX; kind++)
		safe += order_gets_safe((uint16_t)kind);
	ck_assert_uint_eq(safe, 4);
	ck_assert(order_gets_safe(ORDER_STOP) && order_gets_safe(ORDER_RESUME) &&
		  order_gets_safe(ORDER_MINIMUM) && order_gets_safe(ORDER_BOLUS_STOP));
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("change");

	tcase_add_loop_test(cases, every_part_is_written_and_read_by_both_sides_alike, 0, PARTS);
	tcase_add_test(cases, a_change_of_all_parts_says_what_was_put_in);
	tcase_add_test(cases, a_change_cut_at_any_length_or_longer_by_a_byte_is_refused_by_both);
	tcase_add_loop_test(cases, what_a_section_may_not_say_is_not_encoded, 0, 18);
	tcase_add_loop_test(cases, changes_of_another_form_are_refused_by_both, 0, 10);
	tcase_add_test(cases, an_image_or_an_act_alone_has_a_short_way);
	tcase_add_test(cases, an_order_survives_and_every_other_length_is_refused_by_both);
	tcase_add_test(cases, an_order_with_the_longest_serial_fits_and_one_without_end_does_not);
	tcase_add_test(cases, four_kinds_get_safe);
	return suite_run(cases);
}
