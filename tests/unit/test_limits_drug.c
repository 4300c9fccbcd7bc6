/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules about drugs: strengths, mixtures, first doses, steps, time without drug, clinic rows. */
#include "limits_case.h"
#include "suite.h"

#include <string.h>

START_TEST(a_strength_in_stock_with_a_moved_point_needs_an_override)
{
	program = simple_program("morphine", 2500000, 500000);
	expect_rule("L-concentration-ten-fold", SEVERITY_OVERRIDE, "morphine  2.5 mg per mL", "25 mg per mL");
	program = simple_program("ziconotide", 10000, 2000);
	expect_rule("L-concentration-ten-fold", SEVERITY_OVERRIDE, "ziconotide  10 mcg per mL",
	       "100 mcg per mL");
	program = simple_program("morphine", 20000000, 1000000);
	ck_assert_ptr_null(check_rule("L-concentration-ten-fold"));
	program = simple_program("morphine", 10000000, 1000000);
	ck_assert_ptr_null(check_rule("L-concentration-ten-fold"));
	program = simple_program("morphine", 1000000, 1000000);
	ck_assert_ptr_null(check_rule("L-concentration-ten-fold"));
	ck_assert_ptr_nonnull(find_rule("L-concentration-range"));
}
END_TEST

START_TEST(what_is_in_the_pump_with_a_moved_point_needs_an_override)
{
	running = simple_program("hydromorphone", 5000000, 1000000);
	program = simple_program("hydromorphone", 500000, 1000000);
	request.running = &running;
	expect_rule("L-concentration-ten-fold", SEVERITY_OVERRIDE, "HYDROmorphone  0.5 mg per mL",
	       "5 mg per mL");
	running = simple_program("hydromorphone", 6000000, 1000000);
	ck_assert_ptr_null(check_rule("L-concentration-ten-fold"));
	/* what is in the pump already is no slip of the hand */
	program = running = simple_program("morphine", 2500000, 500000);
	ck_assert_ptr_null(check_rule("L-concentration-ten-fold"));
}
END_TEST

START_TEST(a_drug_without_a_least_concentration_says_so)
{
	program = simple_program("hydromorphone", 10000000, 100000);
	expect_rule("L-concentration-open", SEVERITY_WARN, "HYDROmorphone  10 mg per mL", "");
	program = simple_program("morphine", 10000000, 1000000);
	ck_assert_ptr_null(check_rule("L-concentration-open"));
}
END_TEST

START_TEST(a_consensus_below_the_label_is_a_warning_that_is_marked_unverified)
{
	program = running = simple_program("morphine", 25000000, 15000001);
	request.running = &running;
	expect_rule("L-consensus-maximum", SEVERITY_WARN, "morphine  15.000001 mg per day", "15 mg per day");
	ck_assert(find_rule("L-consensus-maximum")->unverified);
	ck_assert_ptr_null(find_rule("L-daily-maximum"));
	program.dose.ng_per_day = 15000000;
	ck_assert_ptr_null(check_rule("L-consensus-maximum"));
	program.dose.ng_per_day = 20000001;
	ck_assert_ptr_null(check_rule("L-consensus-maximum"));
	ck_assert_ptr_nonnull(find_rule("L-daily-maximum"));
}
END_TEST

START_TEST(a_first_dose_above_the_start_range_needs_an_override)
{
	program = simple_program("morphine", 10000000, 1000001);
	expect_rule("L-start-range", SEVERITY_OVERRIDE, "morphine  1.000001 mg per day", "1 mg per day");
	ck_assert(!find_rule("L-start-range")->unverified);
	program.dose.ng_per_day = 1000000;
	ck_assert_ptr_null(check_rule("L-start-range"));
	running = simple_program("ziconotide", 25000, 2400);
	program.dose.ng_per_day = 1000001;
	request.running = &running;
	ck_assert_ptr_nonnull(check_rule("L-start-range"));
	running = simple_program("morphine", 10000000, 1000000);
	ck_assert_ptr_null(check_rule("L-start-range"));
	program = simple_program("hydromorphone", 10000000, 150001);
	ck_assert(check_rule("L-start-range")->unverified);
}
END_TEST

START_TEST(a_stopped_pump_gives_no_ratio_but_the_rules_of_a_first_dose)
{
	running = simple_program("morphine", 10000000, 1000000);
	program = simple_program("morphine", 10000000, 10000000);
	request.running = &running;
	request.is_idle = true;
	ck_assert_ptr_nonnull(check_rule("L-first-program"));
	ck_assert_ptr_nonnull(find_rule("L-start-range"));
	ck_assert_ptr_null(find_rule("L-ten-fold"));
	request.is_idle = false;
	ck_assert_ptr_nonnull(check_rule("L-ten-fold"));
	ck_assert_ptr_null(find_rule("L-first-program"));
}
END_TEST

START_TEST(the_old_dose_after_a_day_without_drug_needs_an_override)
{
	program = running = simple_program("baclofen", 500000, 300000);
	request.running = &running;
	request.without_drug.s = 86400;
	ck_assert_ptr_null(check_rule("L-restart-gap"));
	request.without_drug.s = 86401;
	expect_rule("L-restart-gap", SEVERITY_OVERRIDE, "24 h without drug", "24 h");
	ck_assert(find_rule("L-restart-gap")->unverified);
	program.dose.ng_per_day = 299999;
	ck_assert_ptr_null(check_rule("L-restart-gap"));
	ck_assert_ptr_nonnull(find_rule("L-first-program"));
}
END_TEST

START_TEST(a_clinic_sets_the_time_without_drug)
{
	struct drug_site site = {.restart_after = {12 * 3600}};

	program = running = simple_program("baclofen", 500000, 300000);
	request.running = &running;
	request.site = &site;
	request.without_drug.s = 12 * 3600;
	ck_assert_ptr_null(check_rule("L-restart-gap"));
	request.without_drug.s++;
	expect_rule("L-restart-gap", SEVERITY_OVERRIDE, "12 h without drug", "12 h");
	ck_assert(!find_rule("L-restart-gap")->unverified);
}
END_TEST

START_TEST(a_step_is_measured_by_the_drug_s_own_rule)
{
	running = simple_program("ziconotide", 25000, 9600);
	program = simple_program("ziconotide", 25000, 12001);
	request.running = &running;
	expect_rule("L-change-large", SEVERITY_WARN, "+25 % (higher)", "2.4 mcg per day");
	program.dose.ng_per_day = 12000;
	ck_assert_ptr_null(check_rule("L-change-large"));
	running = simple_program("baclofen", 500000, 300000);
	program = simple_program("baclofen", 500000, 390001);
	expect_rule("L-change-large", SEVERITY_WARN, "+30 % (higher)", "+30 %");
	ck_assert_ptr_nonnull(strstr(find_rule("L-change-large")->source, "Gablofen"));
}
END_TEST

START_TEST(every_drug_of_a_changed_mixture_is_compared)
{
	running = simple_program("morphine", 10000000, 5000000);
	add_drug(&running, "bupivacaine", 3000000);
	program = simple_program("morphine", 10000000, 5000000);
	add_drug(&program, "bupivacaine", 30000000);
	request.running = &running;
	ck_assert_str_eq(check_rule("L-ten-fold")->value, "1.5 mg per day to 15 mg per day");
	ck_assert_ptr_nonnull(find_rule("L-mixture-changed"));
}
END_TEST

START_TEST(mixtures_against_a_label_need_an_override_and_unknown_ones_are_told)
{
	program = simple_program("baclofen", 500000, 100000);
	add_drug(&program, "morphine", 10000000);
	expect_rule("L-mixing-label", SEVERITY_OVERRIDE, "baclofen with morphine", "");
	program = simple_program("morphine", 10000000, 1000000);
	add_drug(&program, "ziconotide", 25000);
	expect_rule("L-mixing-label", SEVERITY_OVERRIDE, "morphine with ziconotide", "");
	running = program;
	request.running = &running;
	expect_rule("L-mixing-label", SEVERITY_WARN, "morphine with ziconotide", "");
	request.running = NULL;
	program = simple_program("hydromorphone", 10000000, 100000);
	add_drug(&program, "bupivacaine", 30000000);
	expect_rule("L-mixing-unknown", SEVERITY_WARN, "HYDROmorphone with BUPivacaine", "");
	program = simple_program("morphine", 10000000, 1000000);
	add_drug(&program, "bupivacaine", 20000000);
	add_drug(&program, "clonidine", 100000);
	ck_assert_ptr_null(check_rule("L-mixing-unknown"));
	ck_assert_ptr_null(find_rule("L-mixing-label"));
}
END_TEST

START_TEST(an_unknown_pump_model_cannot_be_programmed)
{
	program = simple_program("morphine", 10000000, 1000000);
	request.model = NULL;
	expect_rule("L-model-unknown", SEVERITY_BLOCK, "", "");
}
END_TEST

START_TEST(a_filling_that_does_not_fit_is_blocked)
{
	program = simple_program("morphine", 10000000, 1000000);
	request.model = pump_limits_find("PX20");
	request.has_fill = true;
	request.fill.nl = 40 * NL_PER_ML;
	expect_rule("L-fill-capacity", SEVERITY_BLOCK, "40 mL", "20 mL");
	request.fill.nl = 20 * NL_PER_ML;
	ck_assert_ptr_null(check_rule("L-fill-capacity"));
	request.fill.nl++;
	ck_assert_ptr_nonnull(check_rule("L-fill-capacity"));
}
END_TEST

START_TEST(without_a_pump_only_drugs_are_judged)
{
	program = simple_program("baclofen", 500000, 1);
	program.low_alarm.nl = 0;
	request.model = NULL;
	ck_assert_uint_eq(limits_check_mixture(&request, findings), 0);
}
END_TEST

START_TEST(rules_have_distinct_ids_and_texts)
{
	for (enum rule i = 0; i < RULE_COUNT; i++) {
		ck_assert_int_eq(strncmp(rule_at(i)->id, "L-", 2), 0);
		for (enum rule k = 0; k < i; k++) {
			ck_assert_str_ne(rule_at(i)->id, rule_at(k)->id);
			ck_assert_str_ne(rule_at(i)->text, rule_at(k)->text);
		}
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_strength_in_stock_with_a_moved_point_needs_an_override,
		what_is_in_the_pump_with_a_moved_point_needs_an_override,
		a_drug_without_a_least_concentration_says_so,
		a_consensus_below_the_label_is_a_warning_that_is_marked_unverified,
		a_first_dose_above_the_start_range_needs_an_override,
		a_stopped_pump_gives_no_ratio_but_the_rules_of_a_first_dose,
		the_old_dose_after_a_day_without_drug_needs_an_override,
		a_clinic_sets_the_time_without_drug,
		a_step_is_measured_by_the_drug_s_own_rule,
		every_drug_of_a_changed_mixture_is_compared,
		mixtures_against_a_label_need_an_override_and_unknown_ones_are_told,
		an_unknown_pump_model_cannot_be_programmed,
		a_filling_that_does_not_fit_is_blocked,
		without_a_pump_only_drugs_are_judged,
		rules_have_distinct_ids_and_texts,
		NULL,
	};

	return suite_run_tests("limits_drug", tests, limits_case_reset, NULL);
}
