/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image.h"
#include "suite.h"

#include <string.h>

static const struct program program = {
	.mixture = {.count = 2, .parts = {{"morphine", {10000000}}, {"clonidine", {20000}}}},
	.mode = PROGRAM_SIMPLE, .dose = {1200000}, .low_alarm = {4000000}};

/* Offsets in the image of program. */
#define AT_MIXTURE 1
#define AT_COUNT   4
#define AT_NAME    6
#define AT_BASE    32
#define AT_ALARMS  44
#define WHOLE      51

static uint8_t image[IMAGE_MAX];
static size_t image_len;

static void setup(void)
{
	ck_assert_int_eq(image_encode(&program, image, sizeof image, &image_len), PUMP_OK);
	ck_assert_uint_eq(image_len, WHOLE);
	ck_assert_uint_eq(image[AT_MIXTURE], 0x0F);
	ck_assert_uint_eq(image[AT_BASE], 0x33);
	ck_assert_uint_eq(image[AT_ALARMS], 0x55);
}

static enum pump_err decode(void)
{
	struct program decoded;
	enum pump_err err;

	memset(&decoded, 0x5a, sizeof decoded);
	err = image_decode(image, image_len, &decoded);
	if (err != PUMP_OK)
		for (size_t i = 0; i < sizeof decoded; i++)
			ck_assert_uint_eq(((uint8_t *)&decoded)[i], 0x5a);
	return err;
}

START_TEST(an_image_survives_encoding_and_decoding)
{
	struct program decoded;
	uint8_t again[IMAGE_MAX];
	size_t len;

	ck_assert_int_eq(image_decode(image, image_len, &decoded), PUMP_OK);
	ck_assert(mixture_equal(&decoded.mixture, &program.mixture));
	ck_assert_int_eq(decoded.dose.ng_per_day, program.dose.ng_per_day);
	ck_assert_int_eq(decoded.low_alarm.nl, program.low_alarm.nl);
	ck_assert_int_eq(image_encode(&decoded, again, sizeof again, &len), PUMP_OK);
	ck_assert_uint_eq(len, image_len);
	ck_assert_mem_eq(again, image, len);
}
END_TEST

START_TEST(the_largest_image_fits)
{
	struct program largest = program;

	largest.mixture.count = MIXTURE_MAX;
	for (size_t i = 0; i < MIXTURE_MAX; i++) {
		struct mixture_part *part = &largest.mixture.parts[i];

		memset(part->name, 'a', DRUG_NAME_MAX);
		part->name[DRUG_NAME_MAX - 1] = (char)('a' + i);
		part->name[DRUG_NAME_MAX] = '\0';
		part->concentration.ng_per_ml = UINT32_MAX;
	}
	largest.mode = PROGRAM_FLEX;
	largest.dose.ng_per_day = 0;
	largest.flex.count = FLEX_PATTERNS_MAX;
	for (size_t day = 0; day < WEEKDAYS; day++) {
		struct program_pattern *pattern = &largest.flex.patterns[day];

		largest.flex.of_day[day] = day;
		pattern->count = FLEX_STEPS_MAX;
		for (size_t i = 0; i < FLEX_STEPS_MAX; i++)
			pattern->steps[i] = (struct program_step){
				(int64_t)i * 119, {INT64_MAX - (int64_t)day}};
	}
	largest.patient = (struct program_patient_bolus){
		.present = true, .dose = {INT64_MAX}, .duration = {3600}, .lockout = {86400},
		.most = 48};
	largest.bridge = (struct program_bridge){
		.kind = BRIDGE_RUNS, .volume = {UINT32_MAX}, .rate = {UINT32_MAX}};
	largest.low_alarm.nl = UINT32_MAX;
	ck_assert_int_eq(image_encode(&largest, image, sizeof image, &image_len), PUMP_OK);
	ck_assert_uint_eq(image_len, 1147);
	ck_assert_int_eq(decode(), PUMP_OK);
}
END_TEST

START_TEST(an_image_cut_at_any_length_or_longer_by_a_byte_is_refused)
{
	size_t whole = image_len;

	for (image_len = 0; image_len < whole; image_len++)
		ck_assert_msg(decode() == PUMP_EFORM, "%zu bytes", image_len);
	for (unsigned int byte = 0; byte < 256; byte++) {
		image[whole] = (uint8_t)byte;
		image_len = whole + 1;
		ck_assert_msg(decode() == PUMP_EFORM, "byte %u", byte);
	}
}
END_TEST

START_TEST(an_image_that_is_accepted_has_one_byte_form)
{
	/* Every single changed byte: refused, or another image of exactly these bytes. */
	for (size_t at = 0; at < WHOLE; at++)
		for (unsigned int flip = 1; flip < 256; flip++) {
			uint8_t again[IMAGE_MAX];
			struct program decoded;
			size_t len;

			image[at] ^= (uint8_t)flip;
			if (image_decode(image, image_len, &decoded) == PUMP_OK) {
				ck_assert_int_eq(
					image_encode(&decoded, again, sizeof again, &len),
					PUMP_OK);
				ck_assert_uint_eq(len, image_len);
				ck_assert_mem_eq(again, image, len);
			}
			image[at] ^= (uint8_t)flip;
		}
}
END_TEST

START_TEST(unknown_version_section_and_mode_are_named_so)
{
	image[0] = 2;
	ck_assert_int_eq(decode(), PUMP_EUNKNOWN);
	setup();
	image[AT_ALARMS] = 0xAA;
	ck_assert_int_eq(decode(), PUMP_EUNKNOWN);
	setup();
	image[AT_BASE + 3] = 0x5A;
	ck_assert_int_eq(decode(), PUMP_EUNKNOWN);
}
END_TEST

START_TEST(sections_out_of_order_twice_or_missing_are_refused)
{
	uint8_t base[AT_ALARMS - AT_BASE], alarms[WHOLE - AT_ALARMS];

	memcpy(base, image + AT_BASE, sizeof base);
	memcpy(alarms, image + AT_ALARMS, sizeof alarms);
	memcpy(image + AT_BASE, alarms, sizeof alarms);
	memcpy(image + AT_BASE + sizeof alarms, base, sizeof base);
	ck_assert_int_eq(decode(), PUMP_EFORM);
	setup();
	memcpy(image + WHOLE, alarms, sizeof alarms);
	image_len = WHOLE + sizeof alarms;
	ck_assert_int_eq(decode(), PUMP_EFORM);
	setup();
	memcpy(image + AT_ALARMS, base, sizeof base);
	image_len = AT_ALARMS + sizeof base;
	ck_assert_int_eq(decode(), PUMP_EFORM);
	setup();
	image_len = AT_ALARMS;
	ck_assert_int_eq(decode(), PUMP_EFORM);
	memcpy(image + AT_BASE, alarms, sizeof alarms);
	image_len = AT_BASE + sizeof alarms;
	ck_assert_int_eq(decode(), PUMP_EFORM);
}
END_TEST

START_TEST(values_outside_their_range_are_refused)
{
	image[AT_COUNT] = 0;
	ck_assert_int_eq(decode(), PUMP_ERANGE);
	setup();
	image[AT_COUNT] = 7;
	ck_assert_int_eq(decode(), PUMP_ERANGE);
	setup();
	memset(image + AT_NAME + 8, 0, 4); /* concentration of morphine */
	ck_assert_int_eq(decode(), PUMP_ERANGE);
	setup();
	memset(image + AT_BASE + 4, 0, 8); /* dose */
	ck_assert_int_eq(decode(), PUMP_ERANGE);
	setup();
	image[AT_BASE + 11] = 0x80; /* dose above the signed range */
	ck_assert_int_eq(decode(), PUMP_ERANGE);
}
END_TEST

START_TEST(names_that_are_no_drug_names_or_come_twice_are_refused)
{
	struct program almost = program;

	image[AT_NAME] = 'M';
	ck_assert_int_eq(decode(), PUMP_EFORM);
	setup();
	image[AT_NAME + 3] = ' ';
	ck_assert_int_eq(decode(), PUMP_EFORM);
	memcpy(almost.mixture.parts[1].name, "morphink", 9);
	ck_assert_int_eq(image_encode(&almost, image, sizeof image, &image_len), PUMP_OK);
	ck_assert_int_eq(decode(), PUMP_OK);
	image[AT_NAME + 8 + 4 + 1 + 7] = 'e';
	ck_assert_int_eq(decode(), PUMP_EFORM);
}
END_TEST

START_TEST(what_the_layout_cannot_say_is_not_encoded)
{
	struct program bad[9];
	size_t len = 77;

	for (size_t i = 0; i < 9; i++)
		bad[i] = program;
	bad[0].mixture.count = 0;
	bad[1].mixture.count = MIXTURE_MAX + 1;
	bad[2].mixture.parts[1] = bad[2].mixture.parts[0];
	bad[3].mixture.parts[0].name[0] = 'M';
	bad[4].mixture.parts[0].concentration.ng_per_ml = 0;
	bad[5].mixture.parts[0].concentration.ng_per_ml = (int64_t)UINT32_MAX + 1;
	bad[6].dose.ng_per_day = 0;
	bad[7].low_alarm.nl = -1;
	bad[8].low_alarm.nl = (int64_t)UINT32_MAX + 1;
	for (size_t i = 0; i < 9; i++)
		ck_assert_msg(image_encode(&bad[i], image, sizeof image, &len) == PUMP_ERANGE,
			      "row %zu", i);
	ck_assert_uint_eq(len, 77);
}
END_TEST

START_TEST(a_buffer_that_is_too_small_is_an_error)
{
	size_t len = 77;

	for (size_t size = 0; size < WHOLE; size++)
		ck_assert_int_eq(image_encode(&program, image, size, &len), PUMP_ESHORT);
	ck_assert_uint_eq(len, 77);
	ck_assert_int_eq(image_encode(&program, image, WHOLE, &len), PUMP_OK);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		an_image_survives_encoding_and_decoding,
		the_largest_image_fits,
		an_image_cut_at_any_length_or_longer_by_a_byte_is_refused,
		an_image_that_is_accepted_has_one_byte_form,
		unknown_version_section_and_mode_are_named_so,
		sections_out_of_order_twice_or_missing_are_refused,
		values_outside_their_range_are_refused,
		names_that_are_no_drug_names_or_come_twice_are_refused,
		what_the_layout_cannot_say_is_not_encoded,
		a_buffer_that_is_too_small_is_an_error,
		NULL,
	};

	return suite_run_tests("image", tests, setup, NULL);
}
