/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The accidents of docs/hazards.md that need a state which no command brings about: what happened is
 * given to the rules as data.
 */
#include "limits_case.h"
#include "limits_state.h"
#include "suite.h"

#include <string.h>

static const struct finding *check_state(const struct pump_state *state, const char *rule)
{
	finding_count = limits_check_state(state, findings);
	return find_rule(rule);
}

START_TEST(a_10_a_programmer_that_cannot_deal_with_what_runs)
{
	struct pump_state state = {.program = &program, .rate = {100000}, .model = NULL};

	program = simple_program("oldname", MG(10), MG(1));
	ck_assert_str_eq(check_state(&state, "L-running-untabled")->value, "oldname");
	ck_assert_ptr_nonnull(strstr(find_rule("L-running-untabled")->text, "read and got safe"));
	ck_assert_ptr_nonnull(strstr(find_rule("L-model-unknown")->text, "read and got safe"));
	/* Stopping it is never held up by a rule. */
	finding_count = limits_check_stop(&program, findings);
	ck_assert(!findings_refuse(findings, finding_count));
	request.model = NULL;
	ck_assert_int_eq(check_rule("L-model-unknown")->severity, SEVERITY_BLOCK);
}
END_TEST

START_TEST(a_29_a_fault_sets_the_rate_to_a_very_low_one)
{
	struct pump_state state = {.program = &program, .rate = {6000},
				   .model = pump_limits_find("PX20")};

	program = simple_program("baclofen", MCG(500), MCG(200));
	ck_assert_int_eq(check_state(&state, "L-running-drift")->severity, SEVERITY_WARN);
	ck_assert_str_eq(find_rule("L-running-drift")->value, "0.006 mL per day");
	ck_assert_str_eq(find_rule("L-running-drift")->limit, "0.4 mL per day");
	ck_assert_ptr_nonnull(strstr(find_rule("L-running-drift")->text, "Do not rely on this pump"));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_10_a_programmer_that_cannot_deal_with_what_runs,
		a_29_a_fault_sets_the_rate_to_a_very_low_one,
		NULL,
	};

	return suite_run_tests("accidents", tests, limits_case_reset, NULL);
}
