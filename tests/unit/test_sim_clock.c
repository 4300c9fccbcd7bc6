/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <check.h>
#include <stdlib.h>

#include "sim_clock.h"
#include "sim_number.h"

START_TEST(therapy_time_is_start_plus_elapsed_times_speed)
{
	struct sim_clock clock;
	sim_clock_start(&clock, 100, 60, 5000);
	ck_assert_uint_eq(sim_clock_therapy_s(&clock, 5000), 100);
	ck_assert_uint_eq(sim_clock_therapy_s(&clock, 5016), 100); /* 0.96 s, rounded down */
	ck_assert_uint_eq(sim_clock_therapy_s(&clock, 5017), 101);
	ck_assert_uint_eq(sim_clock_therapy_s(&clock, 15000), 700);
}
END_TEST

START_TEST(nothing_jumps_when_the_speed_changes)
{
	struct sim_clock clock;
	sim_clock_start(&clock, 0, 10, 0);
	sim_clock_set_speed(&clock, 1, 1000);
	ck_assert_uint_eq(sim_clock_therapy_s(&clock, 1000), 10);
	ck_assert_uint_eq(sim_clock_therapy_s(&clock, 3000), 12);
}
END_TEST

START_TEST(advance_adds_to_what_has_passed)
{
	struct sim_clock clock;
	sim_clock_start(&clock, 7, 1, 0);
	sim_clock_advance(&clock, 3600, 2000);
	ck_assert_uint_eq(sim_clock_therapy_s(&clock, 2000), 3609);
	ck_assert_uint_eq(sim_clock_therapy_s(&clock, 3000), 3610);
}
END_TEST

START_TEST(time_ends_at_its_greatest_value)
{
	struct sim_clock clock;
	sim_clock_start(&clock, SIM_CLOCK_THERAPY_MAX - 1, SIM_CLOCK_SPEED_MAX, 0);
	ck_assert_uint_eq(sim_clock_therapy_s(&clock, UINT64_MAX), SIM_CLOCK_THERAPY_MAX);
	sim_clock_advance(&clock, UINT64_MAX, 0);
	ck_assert_uint_eq(sim_clock_therapy_s(&clock, 0), SIM_CLOCK_THERAPY_MAX);
}
END_TEST

START_TEST(numbers_are_digits_within_the_limit)
{
	static const char *const wrong[] = {"", " 1", "1 ", "+1", "-1", "0x1", "1.0", "101",
					    "18446744073709551616", "99999999999999999999"};
	uint64_t number = 42;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(!sim_number_parse(wrong[i], 100, &number), "%s", wrong[i]);
	ck_assert_uint_eq(number, 42);
	ck_assert(sim_number_parse("100", 100, &number));
	ck_assert_uint_eq(number, 100);
	ck_assert(sim_number_parse("18446744073709551615", UINT64_MAX, &number));
	ck_assert(number == UINT64_MAX);
}
END_TEST

START_TEST(hex_has_exactly_the_length_asked_for)
{
	uint8_t bytes[2];
	ck_assert(sim_hex_parse("0aff", bytes, 2));
	ck_assert_uint_eq(bytes[0], 0x0a);
	ck_assert_uint_eq(bytes[1], 0xff);
	ck_assert(!sim_hex_parse("0af", bytes, 2));
	ck_assert(!sim_hex_parse("0aff0", bytes, 2));
	ck_assert(!sim_hex_parse("0AFF", bytes, 2));
	ck_assert(!sim_hex_parse("0ag0", bytes, 2));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sim_clock");
	TCase *tests = tcase_create("sim_clock");
	tcase_add_test(tests, therapy_time_is_start_plus_elapsed_times_speed);
	tcase_add_test(tests, nothing_jumps_when_the_speed_changes);
	tcase_add_test(tests, advance_adds_to_what_has_passed);
	tcase_add_test(tests, time_ends_at_its_greatest_value);
	tcase_add_test(tests, numbers_are_digits_within_the_limit);
	tcase_add_test(tests, hex_has_exactly_the_length_asked_for);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
