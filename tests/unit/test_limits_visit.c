/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules about a filling and about the bridge to another mixture. */
#include "limits_case.h"
#include "suite.h"

#include <string.h>

/* Baclofen 500 to 2,000 mcg/mL at 200 mcg/day: 0.4 mL/day before, 0.1 mL/day after. */
static void change_mixture(enum bridge_kind kind)
{
	running = simple_program("baclofen", MCG(500), MCG(200));
	program = simple_program("baclofen", MCG(2000), MCG(200));
	program.bridge.kind = kind;
	request.running = &running;
}

static void bridge(int64_t nl, int64_t nl_per_day)
{
	change_mixture(BRIDGE_RUNS);
	program.bridge.volume.nl = nl;
	program.bridge.rate.nl_per_day = nl_per_day;
}

START_TEST(a_change_without_a_word_about_the_line_is_blocked)
{
	change_mixture(BRIDGE_UNSAID);
	expect_rule("L-mixture-changed", SEVERITY_BLOCK, "", "");
	running = program;
	ck_assert_ptr_null(check_rule("L-mixture-changed"));
}
END_TEST

START_TEST(a_bridge_keeps_the_old_mean_rate)
{
	bridge(400000, 400000);
	ck_assert_ptr_null(check_rule("L-bridge-rate"));
	ck_assert_ptr_null(find_rule("L-mixture-changed"));
	bridge(400000, 401000);
	expect_rule("L-bridge-rate", SEVERITY_OVERRIDE, "0.401 mL per day", "0.4 mL per day");
	bridge(400000, 100000);
	ck_assert_ptr_nonnull(check_rule("L-bridge-rate"));
}
END_TEST

START_TEST(without_an_old_dose_the_bridge_stays_below_the_old_maximum)
{
	bridge(400000, 2398000);
	request.is_idle = true;
	ck_assert_ptr_null(check_rule("L-bridge-dose"));
	ck_assert_ptr_null(find_rule("L-bridge-rate"));
	bridge(400000, 2398001);
	expect_rule("L-bridge-dose", SEVERITY_OVERRIDE, "baclofen  1,199.001 mcg per day",
		    "1,199 mcg per day");
}
END_TEST

START_TEST(a_bridge_without_a_change_brings_exactly_what_was_left)
{
	bridge(400000, 400000);
	running.mixture = program.mixture;
	expect_rule("L-bridge-volume", SEVERITY_OVERRIDE, "0.4 mL", "0 mL");
	request.bridge_left.nl = 399999;
	expect_rule("L-bridge-volume", SEVERITY_OVERRIDE, "0.4 mL", "0.399999 mL");
	ck_assert_ptr_nonnull(strstr(find_rule("L-bridge-volume")->text, "goes on after"));
	request.bridge_left.nl = 400001;
	expect_rule("L-bridge-volume", SEVERITY_OVERRIDE, "0.4 mL", "0.400001 mL");
	ck_assert_ptr_nonnull(strstr(find_rule("L-bridge-volume")->text, "ends before"));
	request.bridge_left.nl = 400000;
	ck_assert_ptr_null(check_rule("L-bridge-volume"));
	request.bridge_left.nl = 0;
	running.bridge = program.bridge; /* said again: the pump does not run it twice */
	ck_assert_ptr_null(check_rule("L-bridge-volume"));
	running.bridge.rate.nl_per_day++;
	ck_assert_ptr_nonnull(check_rule("L-bridge-volume"));
	program.bridge.kind = BRIDGE_NONE;
	ck_assert_ptr_null(check_rule("L-bridge-volume"));
}
END_TEST

START_TEST(a_bridge_fills_the_line_and_no_more)
{
	bridge(198999, 400000);
	expect_rule("L-bridge-volume", SEVERITY_OVERRIDE, "0.198999 mL", "0.199 mL");
	bridge(433000, 400000);
	ck_assert_ptr_null(check_rule("L-bridge-volume"));
	request.has_catheter = true;
	request.catheter.nl = 234000;
	ck_assert_ptr_null(check_rule("L-bridge-volume"));
	bridge(432999, 400000);
	ck_assert_ptr_nonnull(strstr(check_rule("L-bridge-volume")->text, "ends before"));
	bridge(433001, 400000);
	ck_assert_ptr_nonnull(strstr(check_rule("L-bridge-volume")->text, "goes on after"));
}
END_TEST

START_TEST(a_bridge_over_a_line_that_nobody_told_of_needs_a_reason)
{
	bridge(199000, 400000);
	expect_rule("L-bridge-unknown", SEVERITY_OVERRIDE, "0.199 mL, the tubing alone 0.199 mL", "");
	request.has_catheter = true;
	request.catheter.nl = 234000;
	ck_assert_ptr_null(check_rule("L-bridge-unknown"));
	request.holds_unknown = true;
	ck_assert_ptr_nonnull(check_rule("L-bridge-unknown"));
	program.bridge.kind = BRIDGE_NONE;
	program.bridge.reason = BRIDGE_LINE_ASPIRATED;
	ck_assert_ptr_null(check_rule("L-bridge-unknown"));
}
END_TEST

START_TEST(a_bridge_over_one_that_runs_needs_a_reason_whatever_its_rate)
{
	/* The line holds two mixtures: no rate keeps the old dose. */
	bridge(433000, 400000);
	request.has_catheter = true;
	request.catheter.nl = 234000;
	request.bridge_left.nl = 1;
	ck_assert_int_eq(check_rule("L-bridge-unknown")->severity, SEVERITY_OVERRIDE);
	bridge(433000, 100000);
	ck_assert_ptr_nonnull(check_rule("L-bridge-unknown"));
	ck_assert_ptr_null(find_rule("L-bridge-rate"));
}
END_TEST

START_TEST(a_program_that_stands_still_or_goes_at_the_minimum_bridges_nothing)
{
	bridge(400000, 400000);
	ck_assert_ptr_null(check_rule("L-bridge-idle"));
	program.mode = PROGRAM_STOPPED;
	program.dose.ng_per_day = 0;
	ck_assert_int_eq(check_rule("L-bridge-idle")->severity, SEVERITY_BLOCK);
	program.mode = PROGRAM_MINIMUM;
	ck_assert_int_eq(check_rule("L-bridge-idle")->severity, SEVERITY_BLOCK);
}
END_TEST

START_TEST(no_bridge_for_a_stated_reason_says_what_the_patient_gets)
{
	change_mixture(BRIDGE_NONE);
	program.bridge.reason = BRIDGE_ACCEPTED;
	expect_rule("L-bridge-none", SEVERITY_OVERRIDE, "baclofen  50 mcg per day", "200 mcg per day");
	program.bridge.reason = BRIDGE_LINE_ASPIRATED;
	expect_rule("L-bridge-none", SEVERITY_WARN, "", "");
}
END_TEST

START_TEST(a_bridge_the_pump_cannot_run_is_blocked)
{
	bridge(400000, 24000001);
	expect_rule("L-rate-greatest", SEVERITY_BLOCK, "24.000001 mL per day", "24 mL per day");
	bridge(400000, 47999);
	expect_rule("L-rate-least", SEVERITY_BLOCK, "0.047999 mL per day", "0.048 mL per day");
}
END_TEST

START_TEST(a_filling_that_does_not_fit_is_blocked)
{
	program = simple_program("morphine", MG(10), MG(1));
	request.model = pump_limits_find("PX20");
	request.has_fill = true;
	request.fill.nl = ML(40);
	expect_rule("L-fill-capacity", SEVERITY_BLOCK, "40 mL", "20 mL");
	request.fill.nl = ML(20);
	ck_assert_ptr_null(check_rule("L-fill-capacity"));
	request.fill.nl++;
	ck_assert_ptr_nonnull(check_rule("L-fill-capacity"));
}
END_TEST

START_TEST(a_filling_brings_the_list_of_what_software_cannot_see)
{
	static const char *const rules[] = {"L-check-label", "L-check-air", "L-check-port",
					    "L-check-aspirate"};

	program = simple_program("morphine", MG(10), MG(1));
	for (size_t i = 0; i < 4; i++)
		ck_assert_ptr_null(check_rule(rules[i]));
	request.has_fill = true;
	request.fill.nl = ML(18);
	for (size_t i = 0; i < 4; i++) {
		ck_assert_ptr_nonnull(check_rule(rules[i]));
		ck_assert_int_eq(find_rule(rules[i])->severity, SEVERITY_INFO);
	}
}
END_TEST

START_TEST(how_long_a_filling_lasts_is_judged_by_the_worst_day)
{
	/* 0.1 mL a day; with boluses 1.1 mL. 12.8 mL above the alarm: 128 days or 11. */
	program = simple_program("morphine", MG(10), MG(1));
	request.has_fill = true;
	request.fill.nl = 12800000;
	ck_assert_ptr_null(check_rule("L-refill-lead"));
	program.patient = (struct program_patient_bolus){
		.present = true, .dose = {10 * MG(1)}, .duration = {3600}, .lockout = {3600}, .most = 1};
	request.fill.nl = 11 * MG(1);
	expect_rule("L-refill-lead", SEVERITY_WARN, "6 days", "7 days");
	request.fill.nl = ML(3);
	expect_rule("L-refill-alarm", SEVERITY_WARN, "4 mL", "3 mL");
	request.fill.nl = ML(40);
	request.has_expiry = true;
	request.expiry_days = 14;
	expect_rule("L-refill-expiry", SEVERITY_INFO, "14 days", "32 days");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_change_without_a_word_about_the_line_is_blocked,
		a_bridge_keeps_the_old_mean_rate,
		without_an_old_dose_the_bridge_stays_below_the_old_maximum,
		a_bridge_without_a_change_brings_exactly_what_was_left,
		a_bridge_fills_the_line_and_no_more,
		a_bridge_over_a_line_that_nobody_told_of_needs_a_reason,
		a_bridge_over_one_that_runs_needs_a_reason_whatever_its_rate,
		a_program_that_stands_still_or_goes_at_the_minimum_bridges_nothing,
		no_bridge_for_a_stated_reason_says_what_the_patient_gets,
		a_bridge_the_pump_cannot_run_is_blocked,
		a_filling_that_does_not_fit_is_blocked,
		a_filling_brings_the_list_of_what_software_cannot_see,
		how_long_a_filling_lasts_is_judged_by_the_worst_day,
		NULL,
	};

	return suite_run_tests("limits_visit", tests, limits_case_reset, NULL);
}
