/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "limits_state.h"
#include "suite.h"

#include <string.h>

static struct finding findings[FINDINGS_MAX];
static struct program program;
static struct pump_state state;
static size_t count;

static void name_drug(size_t part, const char *name, int64_t concentration)
{
	memcpy(program.mixture.parts[part].name, name, strlen(name) + 1);
	program.mixture.parts[part].concentration.ng_per_ml = concentration;
}

/* Morphine 10 mg/mL, 1 mg/day: 0.1 mL/day. */
static void reset(void)
{
	program = (struct program){.mode = PROGRAM_SIMPLE, .dose = {1000000}, .mixture = {.count = 1}};
	name_drug(0, "morphine", 10000000);
	state = (struct pump_state){.program = &program, .rate = {100000},
				    .model = pump_limits_find("PX20")};
}

static const struct finding *check(const char *rule)
{
	count = limits_check_state(&state, findings);
	for (size_t i = 0; i < count; i++)
		if (strcmp(findings[i].rule, rule) == 0)
			return &findings[i];
	return NULL;
}

START_TEST(a_pump_that_runs_its_program_raises_nothing)
{
	ck_assert_ptr_null(check(""));
	ck_assert_uint_eq(count, 0);
	state.program = NULL;
	ck_assert_ptr_null(check(""));
	ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(a_stopped_pump_and_a_minimum_rate_are_told)
{
	state.delivery = DELIVERY_NONE;
	state.rate.nl_per_day = 0;
	ck_assert_ptr_nonnull(check("L-pump-stopped"));
	ck_assert_uint_eq(count, 1);
	state.delivery = DELIVERY_MINIMUM;
	state.rate.nl_per_day = 6000;
	ck_assert_str_eq(check("L-pump-minimum")->value, "0.006 mL per day");
	ck_assert_uint_eq(count, 1);
}
END_TEST

START_TEST(a_rate_that_the_program_cannot_have_is_told)
{
	state.rate.nl_per_day = 6000;
	ck_assert_str_eq(check("L-running-drift")->value, "0.006 mL per day");
	ck_assert_str_eq(findings[0].limit, "0.1 mL per day");
	state.rate.nl_per_day = 100001;
	ck_assert_ptr_nonnull(check("L-running-drift"));
	program.bridge.kind = BRIDGE_RUNS;
	program.bridge.volume.nl = 400000;
	program.bridge.rate.nl_per_day = 100001;
	ck_assert_ptr_nonnull(check("L-running-drift"));
	state.has_bridge = true;
	ck_assert_ptr_null(check("L-running-drift"));
	state.rate.nl_per_day = 100000;
	ck_assert_str_eq(check("L-running-drift")->limit, "0.100001 mL per day");
}
END_TEST

START_TEST(a_bolus_may_run_on_top_of_the_program_and_not_below_it)
{
	state.rate.nl_per_day = 1540000;
	ck_assert_ptr_nonnull(check("L-running-drift"));
	state.has_bolus = true;
	ck_assert_ptr_null(check("L-running-drift"));
	state.rate.nl_per_day = 99999;
	ck_assert_ptr_nonnull(check("L-running-drift"));
}
END_TEST

START_TEST(the_rate_of_a_bridge_that_an_earlier_program_began_is_not_judged)
{
	state.has_bridge = true;
	state.rate.nl_per_day = 77;
	ck_assert_ptr_null(check("L-running-drift"));
}
END_TEST

START_TEST(every_rate_of_a_flex_program_is_its_own)
{
	program.mode = PROGRAM_FLEX;
	program.dose.ng_per_day = 0;
	program.flex = (struct program_flex){.count = 1,
					     .patterns = {{.count = 2,
							   .steps = {{0, {1000000}}, {480, {2000000}}}}}};
	ck_assert_ptr_null(check("L-running-drift"));
	state.rate.nl_per_day = 200000;
	ck_assert_ptr_null(check("L-running-drift"));
	state.rate.nl_per_day = 200001;
	ck_assert_str_eq(check("L-running-drift")->limit, "0.1 mL per day to 0.2 mL per day");
}
END_TEST

START_TEST(a_drug_or_model_that_is_not_known_is_told)
{
	name_drug(0, "oldname", 10000000);
	ck_assert_str_eq(check("L-running-untabled")->value, "oldname");
	ck_assert_int_eq(findings[0].severity, SEVERITY_WARN);
	name_drug(0, "morphine", 10000000);
	state.model = NULL;
	ck_assert_ptr_nonnull(check("L-model-unknown"));
	ck_assert_uint_eq(count, 1);
}
END_TEST

START_TEST(around_mri_a_running_pump_still_has_its_two_warnings)
{
	count = limits_check_mri(&state, findings);
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(findings[0].rule, "L-mri-card");
	ck_assert_str_eq(findings[1].rule, "L-mri-again");
	state.delivery = DELIVERY_NONE;
	count = limits_check_mri(&state, findings);
	ck_assert_uint_eq(count, 3);
	ck_assert_str_eq(findings[0].rule, "L-pump-stopped");
}
END_TEST

START_TEST(stopping_names_each_drug_that_is_missed)
{
	program.mixture.count = 3;
	name_drug(1, "bupivacaine", 30000000);
	name_drug(2, "clonidine", 100000);
	count = limits_check_stop(&program, findings);
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(findings[0].rule, "L-stop-withdrawal");
	ck_assert_str_eq(findings[0].value, "morphine  opioid withdrawal");
	ck_assert_str_eq(findings[1].value, "cloNIDine  severe withdrawal");
	program.mixture.count = 1;
	name_drug(0, "ziconotide", 25000);
	ck_assert_uint_eq(limits_check_stop(&program, findings), 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_pump_that_runs_its_program_raises_nothing,
		a_stopped_pump_and_a_minimum_rate_are_told,
		a_rate_that_the_program_cannot_have_is_told,
		a_bolus_may_run_on_top_of_the_program_and_not_below_it,
		the_rate_of_a_bridge_that_an_earlier_program_began_is_not_judged,
		every_rate_of_a_flex_program_is_its_own,
		a_drug_or_model_that_is_not_known_is_told,
		around_mri_a_running_pump_still_has_its_two_warnings,
		stopping_names_each_drug_that_is_missed,
		NULL,
	};

	return suite_run_tests("limits_state", tests, reset, NULL);
}
