/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The second decoder of acts: every single field that differs from what was meant is caught. */
#include "second_acts.h"
#include "suite.h"

#include <string.h>

static uint8_t bytes[CHANGE_MAX];
static size_t len;
static struct change meant;
static struct msg_staged staged;

static const uint8_t image[] = {1, 2, 3};

/* Encodes what is meant now, and lets the pump say that it understood it. */
static void stage(void)
{
	struct change acts = meant;

	ck_assert_int_eq(change_encode(&meant, bytes, sizeof bytes, &len), PUMP_OK);
	acts.parts &= ~(uint32_t)PART_IMAGE;
	staged.acts_len = 0;
	if (acts.parts != 0)
		ck_assert_int_eq(change_encode(&acts, staged.acts, sizeof staged.acts, &staged.acts_len),
				 PUMP_OK);
}

static void setup(void)
{
	meant = (struct change){
		.parts = 0x3FFF, .countersign = 77, .image = image, .image_len = sizeof image,
		.reason = "new catheter", .therapy = ACT_STOP, .stop_s = 1800,
		.fill = {.volume_nl = 20000000, .drawn_nl = 1500000, .rinsed = true, .expiry_day = 20500,
			 .lot = "LOT 7",
			 .mixture = {2, {{"morphine", {10000000}}, {"clonidine", {20000}}}}},
		.catheter = {CATHETER_SET, 890, 198000, "T10", CONTENTS_RESERVOIR},
		.bolus = {BOLUS_SINGLE, 25000, 600}, .clock = {1700000000, 123456, -90},
		.operator_act = {OPERATOR_PUT, {"anna.b", OPERATOR_NURSE, {9, 8, 7}}},
		.revoke = 3, .card = "7KQ2ZZ09", .card_salt = {[15] = 1}, .tag = "bed 12", .alarm = {ALARM_ACKNOWLEDGE, 5}};
	memset(&staged, 0, sizeof staged);
	stage();
}

static enum pump_err compare(void)
{
	return second_acts_compare(bytes, len, &meant, &staged);
}

START_TEST(what_was_meant_agrees)
{
	ck_assert_int_eq(compare(), PUMP_OK);
	meant.parts = PART_IMAGE;
	stage();
	ck_assert_int_eq(compare(), PUMP_OK);
}
END_TEST

#define CATCHES(field)                                                                             \
	do {                                                                                       \
		ck_assert_int_eq(compare(), PUMP_OK);                                              \
		(field)++;                                                                         \
		ck_assert_msg(compare() == PUMP_EMISMATCH, #field);                                \
		(field)--;                                                                         \
	} while (0)

START_TEST(every_single_field_of_what_was_meant_is_compared)
{
	CATCHES(meant.countersign);
	CATCHES(meant.reason[11]);
	CATCHES(meant.stop_s);
	CATCHES(meant.fill.volume_nl);
	CATCHES(meant.fill.drawn_nl);
	CATCHES(meant.fill.expiry_day);
	CATCHES(meant.fill.lot[0]);
	CATCHES(meant.fill.mixture.count);
	CATCHES(meant.fill.mixture.parts[1].name[8]);
	CATCHES(meant.fill.mixture.parts[1].concentration.ng_per_ml);
	CATCHES(meant.catheter.what);
	CATCHES(meant.catheter.length_mm);
	CATCHES(meant.catheter.volume_nl);
	CATCHES(meant.catheter.tip[0]);
	CATCHES(meant.catheter.contents);
	CATCHES(meant.bolus.what);
	CATCHES(meant.bolus.amount);
	CATCHES(meant.bolus.seconds);
	CATCHES(meant.clock.clock_s);
	CATCHES(meant.clock.ticks_ms);
	CATCHES(meant.clock.zone_min);
	CATCHES(meant.operator_act.what);
	CATCHES(meant.operator_act.row.id[0]);
	CATCHES(meant.operator_act.row.role);
	CATCHES(meant.operator_act.row.key[31]);
	CATCHES(meant.revoke);
	CATCHES(meant.card[7]);
	CATCHES(meant.card_salt[0]);
	CATCHES(meant.card_salt[15]);
	CATCHES(meant.tag[5]);
	CATCHES(meant.alarm.what);
	CATCHES(meant.alarm.bits);
	meant.fill.rinsed = false;
	ck_assert_int_eq(compare(), PUMP_EMISMATCH);
	meant.fill.rinsed = true;
	meant.therapy = ACT_MINIMUM;
	ck_assert_int_eq(compare(), PUMP_EMISMATCH);
}
END_TEST

START_TEST(every_part_that_is_missing_or_too_many_is_caught)
{
	for (unsigned part = 0; part < 14; part++) {
		meant.parts = 0x3FFF & ~(1u << part);
		ck_assert_int_eq(compare(), PUMP_EMISMATCH);
	}
}
END_TEST

START_TEST(every_byte_of_what_the_pump_understood_is_compared)
{
	for (size_t i = 0; i < staged.acts_len; i++) {
		staged.acts[i] ^= 1;
		ck_assert_int_eq(compare(), PUMP_EMISMATCH);
		staged.acts[i] ^= 1;
	}
	staged.acts_len--;
	ck_assert_int_eq(compare(), PUMP_EMISMATCH);
	staged.acts_len += 2;
	ck_assert_int_eq(compare(), PUMP_EMISMATCH);
}
END_TEST

START_TEST(every_changed_byte_and_every_other_length_of_the_change_is_caught)
{
	size_t image_len, whole = len;
	const uint8_t *found = second_acts_image(bytes, len, &image_len);

	ck_assert_ptr_nonnull(found);
	ck_assert_uint_eq(image_len, sizeof image);
	for (size_t i = 0; i < whole; i++) {
		if (bytes + i >= found && bytes + i < found + image_len)
			continue;
		bytes[i] ^= 0x40;
		ck_assert_int_ne(compare(), PUMP_OK);
		bytes[i] ^= 0x40;
	}
	for (len = 0; len < whole; len++)
		ck_assert_int_ne(compare(), PUMP_OK);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		what_was_meant_agrees,
		every_single_field_of_what_was_meant_is_compared,
		every_part_that_is_missing_or_too_many_is_caught,
		every_byte_of_what_the_pump_understood_is_compared,
		every_changed_byte_and_every_other_length_of_the_change_is_caught,
		NULL,
	};

	return suite_run_tests("second_acts", tests, setup, NULL);
}
