/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules about programs of every mode: flex, periodic, patient bolus, stopped. */
#include "limits_case.h"
#include "suite.h"

#include <string.h>

/* Baclofen 500 mcg/mL; dose over 10 min every interval on a base of 48 mcg/day. */
static void make_periodic(struct program *to, int64_t dose, int64_t interval_s)
{
	*to = simple_program("baclofen", MCG(500), 0);
	to->mode = PROGRAM_PERIODIC;
	to->periodic = (struct program_periodic){.dose = {dose}, .duration = {600},
						 .interval = {interval_s}, .base = {MCG(48)}};
}

START_TEST(an_interval_below_an_hour_needs_an_override)
{
	make_periodic(&program, MCG(5), 59 * 60);
	expect_rule("L-interval-short", SEVERITY_OVERRIDE, "every 59min: 25 doses in 24 h",
		    "24 doses in 24 h");
	make_periodic(&program, MCG(5), 3600);
	expect_rule("L-interval-short", SEVERITY_WARN, "every 1h: 24 doses in 24 h", "6 doses in 24 h");
	make_periodic(&program, MCG(5), 4 * 3600);
	ck_assert_ptr_null(check_rule("L-interval-short"));
	make_periodic(&program, MCG(5), 30 * 60);
	make_periodic(&running, MCG(5), 30 * 60);
	request.running = &running;
	ck_assert_int_eq(check_rule("L-interval-short")->severity, SEVERITY_WARN);
	make_periodic(&running, MCG(5), 31 * 60);
	ck_assert_int_eq(check_rule("L-interval-short")->severity, SEVERITY_OVERRIDE);
}
END_TEST

START_TEST(twelve_minutes_for_twelve_hours_are_sixty_times_the_doses)
{
	make_periodic(&running, MCG(50), 12 * 3600);
	make_periodic(&program, MCG(50), 12 * 60);
	request.running = &running;
	expect_rule("L-interval-short", SEVERITY_OVERRIDE, "every 12min: 120 doses in 24 h",
		    "24 doses in 24 h");
	ck_assert_ptr_nonnull(find_rule("L-ten-fold"));
	ck_assert_str_eq(find_rule("L-daily-maximum")->value, "baclofen  6,048 mcg per day");
}
END_TEST

START_TEST(the_worst_day_counts_every_bolus_that_the_patient_can_get)
{
	program = simple_program("morphine", MG(10), 19 * MG(1));
	running = program;
	request.running = &running;
	program.patient = (struct program_patient_bolus){
		.present = true, .dose = {MG(1)}, .duration = {600}, .lockout = {12 * 3600}, .most = 4};
	expect_rule("L-daily-maximum", SEVERITY_OVERRIDE, "morphine  21 mg per day", "20 mg per day");
	expect_rule("L-bolus-unreachable", SEVERITY_INFO, "4 allowed in 24 h", "2 in 24 h");
	program.patient.most = 1;
	ck_assert_ptr_null(check_rule("L-daily-maximum"));
	ck_assert_ptr_null(find_rule("L-bolus-unreachable"));
}
END_TEST

START_TEST(base_and_bolus_together_must_not_pass_the_greatest_rate)
{
	/* 1 mg of 10 mg/mL is 0.1 mL: over 6 min 24 mL/day, and the base comes on top. */
	program = simple_program("morphine", MG(10), MG(1));
	program.patient = (struct program_patient_bolus){
		.present = true, .dose = {MG(1)}, .duration = {360}, .lockout = {3600}, .most = 2};
	expect_rule("L-bolus-rate", SEVERITY_BLOCK, "24.1 mL per day", "24 mL per day");
	ck_assert_ptr_null(find_rule("L-rate-greatest"));
	program.patient.duration.s = 420;
	ck_assert_ptr_null(check_rule("L-bolus-rate"));
}
END_TEST

START_TEST(every_step_of_a_flex_day_has_to_be_within_the_pump_s_rates)
{
	program = simple_program("morphine", MG(10), 0);
	program.mode = PROGRAM_FLEX;
	program.flex = (struct program_flex){
		.count = 1, .patterns = {{.count = 2, .steps = {{0, {MG(1)}}, {60, {MCG(100)}}}}}};
	expect_rule("L-rate-least", SEVERITY_BLOCK, "0.01 mL per day", "0.048 mL per day");
	program.flex.patterns[0].steps[1].dose.ng_per_day = 241 * MG(1);
	expect_rule("L-rate-greatest", SEVERITY_BLOCK, "24.1 mL per day", "24 mL per day");
	program.flex.patterns[0].steps[1].dose.ng_per_day = MCG(500);
	ck_assert_ptr_null(check_rule("L-rate-least"));
	ck_assert_ptr_null(find_rule("L-rate-greatest"));
}
END_TEST

START_TEST(what_moves_no_whole_stroke_is_told)
{
	/* The first minute of the week at 0.05 mL/day is 34 nL; a stroke is 100 nL. */
	program = simple_program("morphine", MG(10), 0);
	program.mode = PROGRAM_FLEX;
	program.flex = (struct program_flex){
		.count = 1, .patterns = {{.count = 2, .steps = {{0, {MCG(500)}}, {1, {MG(1)}}}}}};
	ck_assert_ptr_nonnull(check_rule("L-stroke-none"));
	program.flex.patterns[0].steps[1].minute = 60;
	ck_assert_ptr_null(check_rule("L-stroke-none"));
	make_periodic(&program, 49, 12 * 3600);
	expect_rule("L-stroke-none", SEVERITY_WARN, "1 without a whole stroke", "0.0001 mL");
	make_periodic(&program, 50, 12 * 3600);
	ck_assert_ptr_null(check_rule("L-stroke-none"));
	program = simple_program("morphine", MG(10), MG(1));
	program.patient = (struct program_patient_bolus){
		.present = true, .dose = {999}, .duration = {60}, .lockout = {3600}, .most = 2};
	expect_rule("L-stroke-none", SEVERITY_WARN, "1 without a whole stroke", "0.0001 mL");
}
END_TEST

START_TEST(a_program_that_stands_still_names_the_withdrawal)
{
	program = simple_program("baclofen", MCG(500), 0);
	program.mode = PROGRAM_STOPPED;
	expect_rule("L-stop-withdrawal", SEVERITY_WARN, "baclofen  severe withdrawal", "");
	program.mode = PROGRAM_MINIMUM;
	ck_assert_ptr_nonnull(check_rule("L-stop-withdrawal"));
	ck_assert_ptr_null(find_rule("L-rate-least"));
	program = simple_program("baclofen", MCG(500), MCG(100));
	ck_assert_ptr_null(check_rule("L-stop-withdrawal"));
}
END_TEST

START_TEST(from_a_minimum_rate_there_is_no_ratio)
{
	running = simple_program("morphine", MG(10), 0);
	running.mode = PROGRAM_MINIMUM;
	program = simple_program("morphine", MG(10), 2 * MG(1));
	request.running = &running;
	ck_assert_ptr_nonnull(check_rule("L-first-program"));
	ck_assert_ptr_nonnull(find_rule("L-start-range"));
	ck_assert_ptr_null(find_rule("L-ten-fold"));
}
END_TEST

START_TEST(a_second_step_within_the_interval_is_told)
{
	running = simple_program("baclofen", MCG(500), MCG(300));
	program = simple_program("baclofen", MCG(500), MCG(330));
	request.running = &running;
	request.has_since_change = true;
	request.since_change.s = 86399;
	expect_rule("L-step-early", SEVERITY_WARN, "23 h after the last one", "24 h");
	request.since_change.s = 86400;
	ck_assert_ptr_null(check_rule("L-step-early"));
	request.since_change.s = 0;
	program.dose.ng_per_day = MCG(270);
	ck_assert_ptr_null(check_rule("L-step-early"));
	program.dose.ng_per_day = MCG(330);
	request.has_since_change = false;
	ck_assert_ptr_null(check_rule("L-step-early"));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		an_interval_below_an_hour_needs_an_override,
		twelve_minutes_for_twelve_hours_are_sixty_times_the_doses,
		the_worst_day_counts_every_bolus_that_the_patient_can_get,
		base_and_bolus_together_must_not_pass_the_greatest_rate,
		every_step_of_a_flex_day_has_to_be_within_the_pump_s_rates,
		what_moves_no_whole_stroke_is_told,
		a_program_that_stands_still_names_the_withdrawal,
		from_a_minimum_rate_there_is_no_ratio,
		a_second_step_within_the_interval_is_told,
		NULL,
	};

	return suite_run_tests("limits_schedule", tests, limits_case_reset, NULL);
}
