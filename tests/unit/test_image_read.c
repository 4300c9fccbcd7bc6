/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image_read.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

/* Written by hand from docs/protocol.md section 5: morphine 10 mg/mL with bupivacaine 5 mg/mL. */
static const uint8_t IMAGE[] = {
	0x01,
	0x0F, 30, 0, 2,
	8, 'm', 'o', 'r', 'p', 'h', 'i', 'n', 'e', 0x80, 0x96, 0x98, 0x00,
	11, 'b', 'u', 'p', 'i', 'v', 'a', 'c', 'a', 'i', 'n', 'e', 0x40, 0x4B, 0x4C, 0x00,
	0x33, 9, 0, 0x55, 0x80, 0x4F, 0x12, 0, 0, 0, 0, 0,
	0x55, 4, 0, 0x80, 0x84, 0x1E, 0x00,
};

enum {
	MIXTURE_AT = 1, COUNT_AT = 4, NAME_AT = 6, CONCENTRATION_AT = 14, BASE_AT = 34, MODE_AT = 37,
	DOSE_AT = 38, ALARMS_AT = 46,
};

/* Exact heap copies let AddressSanitizer see one byte too far. */
static enum pump_err read_copy(const uint8_t *bytes, size_t len, struct read_image *out)
{
	uint8_t *copy = malloc(len ? len : 1);
	enum pump_err err;

	memcpy(copy, bytes, len);
	err = image_read(copy, len, out);
	free(copy);
	return err;
}

START_TEST(image_is_read_as_documented)
{
	struct read_image image;

	ck_assert_int_eq(read_copy(IMAGE, sizeof IMAGE, &image), PUMP_OK);
	ck_assert_uint_eq(image.count, 2);
	ck_assert_str_eq(image.drugs[0].name, "morphine");
	ck_assert_uint_eq(image.drugs[0].concentration_ng_per_ml, 10000000);
	ck_assert_str_eq(image.drugs[1].name, "bupivacaine");
	ck_assert_uint_eq(image.drugs[1].concentration_ng_per_ml, 5000000);
	ck_assert_uint_eq(image.mode, 0x55);
	ck_assert_uint_eq(image.dose_ng_per_day, 1200000);
	ck_assert_uint_eq(image.low_alarm_nl, 2000000);
}
END_TEST

START_TEST(every_truncation_and_every_further_byte_is_refused)
{
	struct read_image image;
	uint8_t longer[sizeof IMAGE + 1] = {0};

	for (size_t len = 0; len < sizeof IMAGE; len++)
		ck_assert_int_eq(read_copy(IMAGE, len, &image), PUMP_EFORM);
	memcpy(longer, IMAGE, sizeof IMAGE);
	ck_assert_int_eq(read_copy(longer, sizeof longer, &image), PUMP_EFORM);
}
END_TEST

START_TEST(every_other_byte_of_the_frame_is_refused)
{
	static const size_t places[] = {
		0, MIXTURE_AT, MIXTURE_AT + 1, MIXTURE_AT + 2, COUNT_AT, COUNT_AT + 1,
		BASE_AT, BASE_AT + 1, BASE_AT + 2, MODE_AT, ALARMS_AT, ALARMS_AT + 1, ALARMS_AT + 2,
	};
	struct read_image image;
	uint8_t bytes[sizeof IMAGE];

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		for (unsigned value = 0; value < 256; value++) {
			memcpy(bytes, IMAGE, sizeof IMAGE);
			if (bytes[places[i]] == value)
				continue;
			bytes[places[i]] = (uint8_t)value;
			ck_assert_int_eq(read_copy(bytes, sizeof bytes, &image), PUMP_EFORM);
		}
	}
}
END_TEST

START_TEST(names_have_letters_digits_and_hyphens_and_begin_with_a_letter)
{
	struct read_image image;
	uint8_t bytes[sizeof IMAGE];

	for (size_t at = NAME_AT; at < NAME_AT + 8; at++) {
		for (unsigned value = 0; value < 256; value++) {
			bool letter = value >= 'a' && value <= 'z';
			bool inner = (value >= '0' && value <= '9') || value == '-';
			bool good = letter || (inner && at > NAME_AT);

			memcpy(bytes, IMAGE, sizeof IMAGE);
			bytes[at] = (uint8_t)value;
			ck_assert_int_eq(read_copy(bytes, sizeof bytes, &image),
					 good ? PUMP_OK : PUMP_EFORM);
		}
	}
}
END_TEST

START_TEST(zero_concentration_and_zero_dose_are_refused)
{
	struct read_image image;
	uint8_t bytes[sizeof IMAGE];

	memcpy(bytes, IMAGE, sizeof IMAGE);
	memset(bytes + CONCENTRATION_AT, 0, 4);
	ck_assert_int_eq(read_copy(bytes, sizeof bytes, &image), PUMP_EFORM);
	bytes[CONCENTRATION_AT] = 1;
	ck_assert_int_eq(read_copy(bytes, sizeof bytes, &image), PUMP_OK);
	memset(bytes + DOSE_AT, 0, 8);
	ck_assert_int_eq(read_copy(bytes, sizeof bytes, &image), PUMP_EFORM);
	bytes[DOSE_AT] = 1;
	ck_assert_int_eq(read_copy(bytes, sizeof bytes, &image), PUMP_OK);
}
END_TEST

/* An image of count drugs with names "a" and one digit; same: the last is called as the first. */
static size_t make_image(uint8_t *bytes, uint8_t count, size_t name_len, bool same)
{
	size_t at = 5;

	bytes[0] = 1;
	bytes[1] = 0x0F;
	bytes[4] = count;
	for (uint8_t i = 0; i < count; i++) {
		bytes[at++] = (uint8_t)name_len;
		memset(bytes + at, 'a', name_len);
		bytes[at + name_len - 1] = (uint8_t)('b' + (same && i + 1 == count ? 0 : i));
		at += name_len;
		memcpy(bytes + at, IMAGE + CONCENTRATION_AT, 4);
		at += 4;
	}
	bytes[2] = (uint8_t)(at - 4);
	bytes[3] = (uint8_t)((at - 4) >> 8);
	memcpy(bytes + at, IMAGE + BASE_AT, sizeof IMAGE - BASE_AT);
	return at + sizeof IMAGE - BASE_AT;
}

START_TEST(one_to_six_drugs_of_different_names)
{
	struct read_image image;
	uint8_t bytes[512];

	for (uint8_t count = 0; count < 9; count++)
		ck_assert_int_eq(read_copy(bytes, make_image(bytes, count, 5, false), &image),
				 count >= 1 && count <= 6 ? PUMP_OK : PUMP_EFORM);
	for (uint8_t count = 2; count <= 6; count++)
		ck_assert_int_eq(read_copy(bytes, make_image(bytes, count, 5, true), &image),
				 PUMP_EFORM);
	for (size_t len = 1; len < 30; len++)
		ck_assert_int_eq(read_copy(bytes, make_image(bytes, 2, len, false), &image),
				 len <= 24 ? PUMP_OK : PUMP_EFORM);
}
END_TEST

START_TEST(sections_come_once_and_in_order)
{
	struct read_image image;
	uint8_t bytes[2 * sizeof IMAGE];
	const size_t mixture = BASE_AT - MIXTURE_AT, base = ALARMS_AT - BASE_AT,
		     alarms = sizeof IMAGE - ALARMS_AT;

	bytes[0] = 1;
	memcpy(bytes + 1, IMAGE + BASE_AT, base);
	memcpy(bytes + 1 + base, IMAGE + MIXTURE_AT, mixture);
	memcpy(bytes + 1 + base + mixture, IMAGE + ALARMS_AT, alarms);
	ck_assert_int_eq(read_copy(bytes, sizeof IMAGE, &image), PUMP_EFORM);
	memcpy(bytes, IMAGE, sizeof IMAGE);
	memcpy(bytes + sizeof IMAGE, IMAGE + ALARMS_AT, alarms);
	ck_assert_int_eq(read_copy(bytes, sizeof IMAGE + alarms, &image), PUMP_EFORM);
	memcpy(bytes + ALARMS_AT, IMAGE + BASE_AT, base);
	memcpy(bytes + ALARMS_AT + base, IMAGE + ALARMS_AT, alarms);
	ck_assert_int_eq(read_copy(bytes, sizeof IMAGE + base, &image), PUMP_EFORM);
	/* Each section left out. */
	memcpy(bytes, IMAGE, sizeof IMAGE);
	memmove(bytes + BASE_AT, bytes + ALARMS_AT, alarms);
	ck_assert_int_eq(read_copy(bytes, sizeof IMAGE - base, &image), PUMP_EFORM);
	memcpy(bytes, IMAGE, sizeof IMAGE);
	memmove(bytes + MIXTURE_AT, bytes + BASE_AT, base + alarms);
	ck_assert_int_eq(read_copy(bytes, sizeof IMAGE - mixture, &image), PUMP_EFORM);
	ck_assert_int_eq(read_copy(IMAGE, ALARMS_AT, &image), PUMP_EFORM);
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("image_read");

	tcase_add_test(cases, image_is_read_as_documented);
	tcase_add_test(cases, every_truncation_and_every_further_byte_is_refused);
	tcase_add_test(cases, every_other_byte_of_the_frame_is_refused);
	tcase_add_test(cases, names_have_letters_digits_and_hyphens_and_begin_with_a_letter);
	tcase_add_test(cases, zero_concentration_and_zero_dose_are_refused);
	tcase_add_test(cases, one_to_six_drugs_of_different_names);
	tcase_add_test(cases, sections_come_once_and_in_order);
	return suite_run(cases);
}
