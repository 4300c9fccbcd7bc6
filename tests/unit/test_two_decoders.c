/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Three readings of one program, written apart: the programmer's schedule, the pump's walk over the
 * minutes and the second decoder. Any program goes the whole way, and no number may differ.
 */
#include "any_program.h"
#include "change.h"
#include "change_read.h"
#include "image.h"
#include "pump_describe.h"
#include "second.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 150 };

static uint8_t change[CHANGE_MAX];
static size_t change_len;

/* What the pump answers to STAGE, but for what needs its clock. */
static void stage(const struct program *program, struct msg_staged *staged)
{
	const struct pump_model_limits *limits = pump_limits_of("PX20");
	uint8_t image[IMAGE_MAX];
	size_t len;
	struct read_change read;
	struct pump_amounts amounts;

	memset(staged, 0, sizeof *staged);
	ck_assert_int_eq(image_encode(program, image, sizeof image, &len), PUMP_OK);
	ck_assert_int_eq(change_encode_image(image, len, change, sizeof change, &change_len),
			 PUMP_OK);
	ck_assert_int_eq(change_read(change, change_len, &read), PUMP_OK);
	ck_assert(pump_amounts_work_out(&read.image, limits, &amounts));
	image_read_digest(change, change_len, staged->stage_digest);
	image_read_digest(image, len, staged->active_digest);
	staged->therapy = pump_describe_therapy(&read.image);
	staged->rate_nl_per_day = amounts.mean_nl_per_day;
	staged->has_image = true;
	ck_assert(pump_describe_image(&read.image, &amounts, &staged->image));
}

static void check_totals(const struct program *program, const struct msg_staged *staged)
{
	struct program_totals totals;

	ck_assert_int_eq(program_totals(program, pump_limits_find("PX20"), &totals), PUMP_OK);
	ck_assert_uint_eq((uint64_t)totals.rate.nl_per_day, staged->rate_nl_per_day);
	ck_assert_uint_eq((uint64_t)totals.volume_24h.nl, staged->image.volume_24h_nl);
	ck_assert_uint_eq((uint64_t)totals.greatest_hour.nl, staged->image.greatest_hour_nl);
	ck_assert_uint_eq((uint64_t)totals.worst_24h.nl, staged->image.worst_24h_nl);
	for (size_t i = 0; i < program->mixture.count; i++) {
		ck_assert_uint_eq((uint64_t)totals.daily[i].ng_per_day, staged->image.drugs[i].daily_ng);
		ck_assert_uint_eq((uint64_t)totals.worst[i].ng_per_day, staged->image.drugs[i].worst_ng);
	}
}

static enum pump_err compare_with(const struct program *meant, const struct msg_staged *staged)
{
	static const struct change only_image = {.parts = PART_IMAGE};

	return second_amounts_agree(&only_image, 0, staged)
		       ? second_compare(change, change_len, ORDER_PROGRAM, &only_image, meant, staged)
		       : PUMP_EMISMATCH;
}

START_TEST(all_three_agree_on_any_program)
{
	struct msg_staged staged;
	struct program program;

	srandom(7);
	for (int round = 0; round < ROUNDS; round++) {
		any_program(&program);
		stage(&program, &staged);
		check_totals(&program, &staged);
		ck_assert_int_eq(compare_with(&program, &staged), PUMP_OK);
	}
}
END_TEST

/* Bytes of STAGED that are not about the image: reservoir, expiry, operators, second. */
enum { ELSE_AT = 75, ELSE_END = 96 };

/* Every other byte of the pump's decoding that lies on the wire counts. */
START_TEST(any_other_byte_of_the_pumps_decoding_is_caught)
{
	static uint8_t plain[PLAINTEXT_MAX];
	struct message m = {.op = OP_STAGED}, other;
	struct program program;
	size_t len;

	srandom(8);
	for (int round = 0; round < ROUNDS; round++) {
		size_t at;

		any_program(&program);
		stage(&program, &m.as.staged);
		ck_assert_int_eq(message_encode(&m, plain, sizeof plain, &len), PUMP_OK);
		at = 2 + (size_t)random() % (len - 2);
		plain[at] ^= (uint8_t)(1 + random() % 255);
		if ((at >= ELSE_AT && at < ELSE_END) ||
		    message_decode(plain, len, &other) != PUMP_OK)
			continue;
		ck_assert_msg(compare_with(&program, &other.as.staged) != PUMP_OK,
			      "byte %zu of %zu", at, len);
	}
}
END_TEST

START_TEST(any_other_program_than_the_one_meant_is_caught)
{
	static uint8_t one[IMAGE_MAX], two[IMAGE_MAX];
	struct msg_staged staged;
	struct program program, other;
	size_t one_len, two_len;

	srandom(9);
	for (int round = 0; round < ROUNDS; round++) {
		any_program(&program);
		other = program;
		any_program_change(&other);
		ck_assert_int_eq(image_encode(&program, one, sizeof one, &one_len), PUMP_OK);
		ck_assert_int_eq(image_encode(&other, two, sizeof two, &two_len), PUMP_OK);
		if (one_len == two_len && memcmp(one, two, one_len) == 0)
			continue;
		stage(&program, &staged);
		ck_assert_int_eq(
			compare_with(&other, &staged),
			PUMP_EMISMATCH);
	}
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("two_decoders");

	tcase_set_timeout(cases, 200);
	tcase_add_test(cases, all_three_agree_on_any_program);
	tcase_add_test(cases, any_other_byte_of_the_pumps_decoding_is_caught);
	tcase_add_test(cases, any_other_program_than_the_one_meant_is_caught);
	return suite_run(cases);
}
