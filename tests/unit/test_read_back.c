/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is read back is equal only where therapy, program and rate are those that were ordered. */
#include "read_back.h"

#include "any_program.h"
#include "image.h"
#include "pump_amounts.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 40, STEP_MIN = 487 /* no divisor of a day or an hour */ };

static uint8_t bytes[IMAGE_MAX];
static uint8_t digest[DIGEST_LEN];
static struct read_back_ordered ordered;
static struct msg_status status;
static struct msg_image image;

/* An order of this program, carried out as it should be, at this rate. */
static void carry_out(const struct program *program, uint8_t therapy, uint64_t rate)
{
	memset(&image, 0, sizeof image);
	memset(&status, 0, sizeof status);
	ck_assert_int_eq(image_encode(program, bytes, sizeof bytes, &image.image_len), PUMP_OK);
	digest_bytes(bytes, image.image_len, digest);
	image.image = bytes;
	memcpy(image.active_digest, digest, DIGEST_LEN);
	memcpy(status.active_digest, digest, DIGEST_LEN);
	status.therapy = therapy;
	status.rate_nl_per_day = rate;
	ordered = (struct read_back_ordered){
		.model = "PX20", .therapy = therapy, .digest = digest, .rate_nl_per_day = rate};
}

static enum read_back_finding at_rate(uint64_t rate)
{
	status.rate_nl_per_day = rate;
	return read_back_compare(&ordered, &status, &image);
}

/* 1.2 mg/day of 10 mg/mL. */
static struct program simple(void)
{
	struct program program = {
		.mode = PROGRAM_SIMPLE, .dose = {1200000}, .low_alarm = {2000000}, .mixture = {.count = 1}};

	memcpy(program.mixture.parts[0].name, "morphine", sizeof "morphine");
	program.mixture.parts[0].concentration.ng_per_ml = 10000000;
	return program;
}

START_TEST(each_state_has_its_own_rates)
{
	static const struct {
		uint8_t therapy;
		const char *model;
		uint64_t staged, rate;
		enum read_back_finding finding;
	} rows[] = {
		{THERAPY_RUNNING, "PX20", 120000, 120000, READ_BACK_EQUAL},
		{THERAPY_RUNNING, "PX20", 120000, 60000, READ_BACK_RATE},
		{THERAPY_RUNNING, "PX20", 120000, 120001, READ_BACK_RATE},
		{THERAPY_RUNNING, "PX20", 120000, 0, READ_BACK_RATE},
		/* The bytes decide, whatever the pump said when it was staged. */
		{THERAPY_RUNNING, "PX20", 60000, 60000, READ_BACK_RATE},
		{THERAPY_STOPPED, "PX20", 0, 0, READ_BACK_EQUAL},
		{THERAPY_STOPPED, "PX20", 0, 1, READ_BACK_RATE},
		{THERAPY_STOPPED, "PX20", 1, 1, READ_BACK_RATE},
		{THERAPY_MINIMUM, "PX20", 6000, 6000, READ_BACK_EQUAL},
		{THERAPY_MINIMUM, "PX20", 6000, 3000, READ_BACK_RATE},
		{THERAPY_MINIMUM, "PX20", 3000, 3000, READ_BACK_RATE},
		/* A model without a row here: its own word is all there is. */
		{THERAPY_MINIMUM, "QX1", 5000, 5000, READ_BACK_EQUAL},
		{THERAPY_MINIMUM, "QX1", 5000, 6000, READ_BACK_RATE},
	};
	struct program program = simple();

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		carry_out(&program, rows[i].therapy, rows[i].staged);
		ordered.model = rows[i].model;
		ck_assert_msg(at_rate(rows[i].rate) == rows[i].finding, "row %zu", i);
	}
}
END_TEST

START_TEST(another_state_is_found_before_everything_else)
{
	struct program program = simple();

	carry_out(&program, THERAPY_RUNNING, 120000);
	status.therapy = THERAPY_STOPPED;
	status.active_digest[0] ^= 1;
	ck_assert_int_eq(at_rate(0), READ_BACK_THERAPY);
}
END_TEST

START_TEST(any_other_bit_of_the_image_or_its_digests_is_another_program)
{
	struct program program = simple();

	carry_out(&program, THERAPY_RUNNING, 120000);
	for (size_t bit = 0; bit < 8 * image.image_len; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert_int_eq(at_rate(120000), READ_BACK_PROGRAM);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t i = 0; i < DIGEST_LEN; i++) {
		status.active_digest[i] ^= 1;
		ck_assert_int_eq(at_rate(120000), READ_BACK_PROGRAM);
		status.active_digest[i] ^= 1;
		image.active_digest[i] ^= 1;
		ck_assert_int_eq(at_rate(120000), READ_BACK_PROGRAM);
		image.active_digest[i] ^= 1;
	}
	ck_assert_int_eq(at_rate(120000), READ_BACK_EQUAL);
	image.image_len = 0;
	ck_assert_int_eq(at_rate(120000), READ_BACK_PROGRAM);
}
END_TEST

START_TEST(a_pump_without_a_program_reads_back_none)
{
	static const uint8_t none[DIGEST_LEN];

	memset(&image, 0, sizeof image);
	memset(&status, 0, sizeof status);
	status.therapy = THERAPY_MINIMUM;
	ordered = (struct read_back_ordered){.model = "PX40", .therapy = THERAPY_MINIMUM, .digest = none};
	ck_assert_int_eq(at_rate(6000), READ_BACK_EQUAL);
	ck_assert_int_eq(at_rate(6001), READ_BACK_RATE);
}
END_TEST

START_TEST(what_the_order_itself_begins_may_run_on_top)
{
	struct program program = simple();

	carry_out(&program, THERAPY_RUNNING, 120000);
	ck_assert_int_eq(at_rate(120000 + 3600000), READ_BACK_RATE);
	ordered.bolus_nl_per_day = 3600000;
	ck_assert_int_eq(at_rate(120000 + 3600000), READ_BACK_EQUAL);
	ck_assert_int_eq(at_rate(120000), READ_BACK_EQUAL); /* it was over before the read-back */
	ck_assert_int_eq(at_rate(120000 + 1800000), READ_BACK_RATE);
}
END_TEST

START_TEST(while_a_bridge_runs_no_rate_but_its_own_is_right)
{
	struct program program;

	srandom(42);
	do
		any_program(&program);
	while (program.bridge.kind != BRIDGE_RUNS || program.mode == PROGRAM_STOPPED ||
	       program.mode == PROGRAM_MINIMUM);
	carry_out(&program, THERAPY_RUNNING, 0);
	status.bridge_left_nl = 1;
	ck_assert_int_eq(at_rate((uint64_t)program.bridge.rate.nl_per_day), READ_BACK_EQUAL);
	ck_assert_int_eq(at_rate((uint64_t)program.bridge.rate.nl_per_day + 1), READ_BACK_RATE);
	/* The rate of a bridge that an image leaves to the one before it is not known. */
	program = simple();
	carry_out(&program, THERAPY_RUNNING, 120000);
	status.bridge_left_nl = 1;
	ck_assert_int_eq(at_rate(77), READ_BACK_EQUAL);
}
END_TEST

START_TEST(a_bolus_of_before_may_run_on_where_nothing_of_delivery_was_ordered)
{
	struct program program = simple();

	carry_out(&program, THERAPY_RUNNING, 120000);
	status.bolus = BOLUS_KIND_SINGLE;
	ck_assert_int_eq(at_rate(130000), READ_BACK_RATE);
	ordered.leaves_delivery = true;
	ck_assert_int_eq(at_rate(130000), READ_BACK_EQUAL);
	status.bolus = 0;
	ck_assert_int_eq(at_rate(130000), READ_BACK_RATE);
}
END_TEST

START_TEST(an_image_that_is_not_understood_is_held_to_what_was_staged)
{
	carry_out(&(struct program){.mode = PROGRAM_STOPPED, .mixture = simple().mixture,
				    .low_alarm = {2000000}},
		  THERAPY_RUNNING, 1000);
	bytes[0] = 2; /* a later version */
	digest_bytes(bytes, image.image_len, digest);
	memcpy(image.active_digest, digest, DIGEST_LEN);
	memcpy(status.active_digest, digest, DIGEST_LEN);
	ck_assert_int_eq(at_rate(1000), READ_BACK_EQUAL);
	ck_assert_int_eq(at_rate(500), READ_BACK_RATE);
}
END_TEST

/* By the pump's own arithmetic: true if the image can run at this rate when no bridge does. */
static bool can_run_at(const uint64_t *bases, const struct pump_amounts *amounts, uint64_t rate)
{
	for (uint32_t minute = 0; minute < PUMP_WEEK_MIN; minute++)
		for (unsigned extras = 0; extras < 4; extras++)
			if (rate == bases[minute] + (extras & 1 ? amounts->patient_nl_per_day : 0) +
					    (extras & 2 ? amounts->periodic_nl_per_day : 0))
				return true;
	return false;
}

static void check_rates(const struct read_image *read)
{
	static uint64_t bases[PUMP_WEEK_MIN];
	const struct pump_model_limits *limits = pump_limits_of("PX20");
	struct pump_amounts amounts;

	ck_assert(pump_amounts_work_out(read, limits, &amounts));
	for (uint32_t minute = 0; minute < PUMP_WEEK_MIN; minute++)
		ck_assert(pump_amounts_base(read, limits, minute, &bases[minute]));
	for (uint32_t minute = 0; minute < PUMP_WEEK_MIN; minute += STEP_MIN) {
		const uint64_t rates[] = {bases[minute], bases[minute] / 2, bases[minute] + 1};

		for (size_t i = 0; i < 3; i++)
			ck_assert_int_eq(at_rate(rates[i]), can_run_at(bases, &amounts, rates[i])
								    ? READ_BACK_EQUAL
								    : READ_BACK_RATE);
	}
}

START_TEST(every_rate_of_any_program_is_equal_and_no_other_one)
{
	struct program program;
	struct read_image read;

	srandom(41);
	for (int round = 0; round < ROUNDS; round++) {
		do
			any_program(&program);
		while (program.mode == PROGRAM_STOPPED || program.mode == PROGRAM_MINIMUM);
		carry_out(&program, THERAPY_RUNNING, 0);
		ck_assert_int_eq(image_read(bytes, image.image_len, &read), PUMP_OK);
		check_rates(&read);
	}
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("read_back");

	tcase_set_timeout(cases, 200);
	tcase_add_test(cases, each_state_has_its_own_rates);
	tcase_add_test(cases, another_state_is_found_before_everything_else);
	tcase_add_test(cases, any_other_bit_of_the_image_or_its_digests_is_another_program);
	tcase_add_test(cases, a_pump_without_a_program_reads_back_none);
	tcase_add_test(cases, what_the_order_itself_begins_may_run_on_top);
	tcase_add_test(cases, while_a_bridge_runs_no_rate_but_its_own_is_right);
	tcase_add_test(cases, a_bolus_of_before_may_run_on_where_nothing_of_delivery_was_ordered);
	tcase_add_test(cases, an_image_that_is_not_understood_is_held_to_what_was_staged);
	tcase_add_test(cases, every_rate_of_any_program_is_equal_and_no_other_one);
	return suite_run(cases);
}
