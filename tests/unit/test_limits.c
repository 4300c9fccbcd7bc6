/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "therapy_limits.h"
#include "suite.h"

#include <string.h>

static struct finding findings[FINDINGS_MAX];
static struct limits_request request;
static size_t count;

static struct program make(const char *drug, int64_t concentration, int64_t dose)
{
	struct program program = {.mixture = {.count = 1, .parts = {{.concentration = {concentration}}}},
				  .mode = PROGRAM_SIMPLE,
				  .dose = {dose},
				  .low_alarm = {4000000}};

	memcpy(program.mixture.parts[0].name, drug, strlen(drug) + 1);
	return program;
}

static void check(const struct program *program, const struct program *running)
{
	const struct pump_limits *model = pump_limits_find("PX40");

	ck_assert_ptr_nonnull(model);
	memset(findings, 0xee, sizeof findings);
	request = (struct limits_request){.program = program, .running = running, .model = model};
	count = limits_check(&request, findings);
}

static const struct finding *find(const char *rule)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(findings[i].rule, rule) == 0)
			return &findings[i];
	return NULL;
}

static const struct finding *expect(const char *rule, enum severity severity, const char *value,
				    const char *limit)
{
	const struct finding *finding = find(rule);

	ck_assert_msg(finding != NULL, "no %s", rule);
	ck_assert_int_eq(finding->severity, severity);
	ck_assert_str_eq(finding->value, value);
	ck_assert_str_eq(finding->limit, limit);
	ck_assert_uint_gt(strlen(finding->text), 20);
	ck_assert_uint_gt(strlen(finding->source), 10);
	return finding;
}

START_TEST(a_small_step_of_a_known_drug_has_no_findings)
{
	struct program running = make("morphine", 10000000, 1000000);
	struct program program = make("morphine", 10000000, 1200000);

	check(&program, &running);
	ck_assert_uint_eq(count, 0);
	ck_assert(!findings_refuse(findings, count));
	check(&running, &running);
	ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(an_unknown_drug_is_blocked)
{
	struct program program = make("morphin", 10000000, 1200000);

	check(&program, NULL);
	expect("L-drug-unknown", SEVERITY_BLOCK, "morphin  not in the table", "");
	ck_assert(findings_refuse(findings, count));
}
END_TEST

START_TEST(a_concentration_outside_the_drug_s_range_is_blocked)
{
	struct program program = make("baclofen", 2000001, 300000);

	check(&program, NULL);
	expect("L-concentration-range", SEVERITY_BLOCK, "baclofen  2,000.001 mcg per mL",
	       "500 mcg per mL to 2,000 mcg per mL");
	program = make("baclofen", 499999, 300000);
	check(&program, NULL);
	ck_assert_ptr_nonnull(find("L-concentration-range"));
	program = make("hydromorphone", 15000001, 1500000);
	check(&program, NULL);
	expect("L-concentration-range", SEVERITY_BLOCK, "HYDROmorphone  15.000001 mg per mL",
	       "at most 15 mg per mL");
	program = make("baclofen", 2000000, 300000);
	check(&program, NULL);
	ck_assert_ptr_null(find("L-concentration-range"));
	program = make("baclofen", 500000, 300000);
	check(&program, NULL);
	ck_assert_ptr_null(find("L-concentration-range"));
}
END_TEST

START_TEST(a_rate_above_the_pump_s_greatest_is_blocked)
{
	/* 24 mL/day of 10 mg/mL = 240 mg/day */
	struct program program = make("morphine", 10000000, 240000010);

	check(&program, NULL);
	expect("L-rate-greatest", SEVERITY_BLOCK, "24.000001 mL per day", "24 mL per day");
	program.dose.ng_per_day = 240000000;
	check(&program, NULL);
	ck_assert_ptr_null(find("L-rate-greatest"));
}
END_TEST

START_TEST(a_rate_below_the_pump_s_least_is_blocked)
{
	/* 0.048 mL/day of 10 mg/mL = 0.48 mg/day */
	struct program program = make("morphine", 10000000, 479999);

	check(&program, NULL);
	expect("L-rate-least", SEVERITY_BLOCK, "0.047999 mL per day", "0.048 mL per day");
	program.dose.ng_per_day = 480000;
	check(&program, NULL);
	ck_assert_ptr_null(find("L-rate-least"));
}
END_TEST

START_TEST(a_changed_mixture_is_blocked_for_want_of_a_bridge)
{
	struct program running = make("morphine", 10000000, 1200000);
	struct program program = make("morphine", 20000000, 1200000);
	const struct finding *finding;

	check(&program, &running);
	finding = expect("L-mixture-changed", SEVERITY_BLOCK, "", "");
	ck_assert_ptr_nonnull(strstr(finding->text, "nothing bridges the change"));
	program = make("baclofen", 2000000, 300000);
	check(&program, &running);
	ck_assert_ptr_nonnull(find("L-mixture-changed"));
}
END_TEST

START_TEST(crossing_or_raising_above_the_daily_maximum_needs_an_override)
{
	struct program below = make("morphine", 25000000, 19000000);
	struct program above = make("morphine", 25000000, 21000000);
	struct program higher = make("morphine", 25000000, 21000001);

	check(&above, &below);
	expect("L-daily-maximum", SEVERITY_OVERRIDE, "morphine  21 mg per day", "20 mg per day");
	ck_assert(findings_refuse(findings, count));
	check(&higher, &above);
	ck_assert_int_eq(find("L-daily-maximum")->severity, SEVERITY_OVERRIDE);
	check(&above, NULL);
	ck_assert_int_eq(find("L-daily-maximum")->severity, SEVERITY_OVERRIDE);
}
END_TEST

START_TEST(a_lower_or_equal_dose_above_the_maximum_needs_no_override)
{
	struct program above = make("morphine", 25000000, 21000000);
	struct program higher = make("morphine", 25000000, 22000000);
	struct program at = make("morphine", 25000000, 20000000);

	check(&above, &higher);
	expect("L-daily-maximum", SEVERITY_WARN, "morphine  21 mg per day", "20 mg per day");
	ck_assert(!findings_refuse(findings, count));
	check(&above, &above);
	ck_assert(!findings_refuse(findings, count));
	check(&at, &higher);
	ck_assert_ptr_null(find("L-daily-maximum"));
}
END_TEST

START_TEST(the_maximum_holds_for_every_drug_of_a_mixture)
{
	struct program program = make("morphine", 10000000, 10000000);

	program.mixture.count = 2;
	memcpy(program.mixture.parts[1].name, "ziconotide", 11);
	program.mixture.parts[1].concentration.ng_per_ml = 25000;
	check(&program, NULL);
	expect("L-daily-maximum", SEVERITY_OVERRIDE, "ziconotide  25 mcg per day",
	       "19.2 mcg per day");
}
END_TEST

START_TEST(ten_fold_or_more_needs_an_override)
{
	struct program running = make("morphine", 10000000, 1100000);
	struct program program = make("morphine", 10000000, 12000000);

	check(&program, &running);
	expect("L-ten-fold", SEVERITY_OVERRIDE, "1.1 mg per day to 12 mg per day", "");
	ck_assert_ptr_null(find("L-change-large"));
	program.dose.ng_per_day = 11000000;
	check(&program, &running);
	ck_assert_ptr_nonnull(find("L-ten-fold"));
	program.dose.ng_per_day = 10999999;
	check(&program, &running);
	ck_assert_ptr_null(find("L-ten-fold"));
	check(&running, &program);
	ck_assert_ptr_null(find("L-ten-fold"));
}
END_TEST

START_TEST(the_same_digits_with_a_moved_point_need_an_override_upwards)
{
	struct program running = make("morphine", 10000000, 1200000);
	struct program program = make("morphine", 10000000, 12000000);

	check(&program, &running);
	expect("L-moved-point", SEVERITY_OVERRIDE, "1.2 mg per day to 12 mg per day", "");
	check(&running, &program);
	expect("L-moved-point", SEVERITY_WARN, "12 mg per day to 1.2 mg per day", "");
	ck_assert(!findings_refuse(findings, count));
	program.dose.ng_per_day = 12100000;
	check(&program, &running);
	ck_assert_ptr_null(find("L-moved-point"));
}
END_TEST

START_TEST(more_than_thirty_per_cent_up_is_a_warning)
{
	struct program running = make("morphine", 10000000, 1000000);
	struct program program = make("morphine", 10000000, 1450000);

	check(&program, &running);
	expect("L-change-large", SEVERITY_WARN, "+45 % (higher)", "+30 %");
	ck_assert(!findings_refuse(findings, count));
	program.dose.ng_per_day = 1300001;
	check(&program, &running);
	expect("L-change-large", SEVERITY_WARN, "+30 % (higher)", "+30 %");
	program.dose.ng_per_day = 1300000;
	check(&program, &running);
	ck_assert_ptr_null(find("L-change-large"));
	program.dose.ng_per_day = 500000;
	check(&program, &running);
	ck_assert_ptr_null(find("L-change-large"));
}
END_TEST

START_TEST(another_primary_drug_gives_no_ratio)
{
	struct program running = make("ziconotide", 25000, 2400);
	struct program program = make("morphine", 10000000, 2400000);

	check(&program, &running);
	ck_assert_ptr_null(find("L-ten-fold"));
	ck_assert_ptr_null(find("L-moved-point"));
	ck_assert_ptr_null(find("L-change-large"));
}
END_TEST

START_TEST(a_drug_with_unverified_figures_says_so)
{
	struct program program = make("hydromorphone", 10000000, 1200000);

	check(&program, &program);
	expect("L-unverified", SEVERITY_WARN, "HYDROmorphone  unverified", "");
	ck_assert(!findings_refuse(findings, count));
}
END_TEST

START_TEST(a_low_alarm_for_a_drug_with_dangerous_withdrawal_is_a_warning)
{
	struct program program = make("baclofen", 2000000, 300000);

	program.low_alarm.nl = 3999999;
	check(&program, &program);
	expect("L-low-alarm", SEVERITY_WARN, "3.999999 mL", "4 mL");
	program.low_alarm.nl = 4000000;
	check(&program, &program);
	ck_assert_ptr_null(find("L-low-alarm"));
	program = make("morphine", 10000000, 1200000);
	program.low_alarm.nl = 2000000;
	check(&program, &program);
	ck_assert_ptr_null(find("L-low-alarm"));
}
END_TEST

START_TEST(less_than_three_days_from_alarm_to_empty_is_a_warning)
{
	/* 1 mL/day; the last 1.4 mL do not come out: 4.4 mL last 72 h. */
	struct program program = make("morphine", 10000000, 10000000);

	program.low_alarm.nl = 4399999;
	check(&program, &program);
	expect("L-alarm-to-empty", SEVERITY_WARN, "71 h", "72 h");
	program.low_alarm.nl = 4400000;
	check(&program, &program);
	ck_assert_ptr_null(find("L-alarm-to-empty"));
	program.low_alarm.nl = 1000000;
	check(&program, &program);
	expect("L-alarm-to-empty", SEVERITY_WARN, "0 h", "72 h");
}
END_TEST

START_TEST(an_alarm_above_the_reservoir_is_blocked)
{
	struct program program = make("morphine", 10000000, 1200000);

	program.low_alarm.nl = 40000001;
	check(&program, &program);
	expect("L-alarm-range", SEVERITY_BLOCK, "40.000001 mL", "40 mL");
	program.low_alarm.nl = 40000000;
	check(&program, &program);
	ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(a_drug_named_twice_is_blocked)
{
	struct program program = make("morphine", 10000000, 1200000);

	program.mixture.count = 2;
	program.mixture.parts[1] = program.mixture.parts[0];
	check(&program, NULL);
	expect("L-drug-twice", SEVERITY_BLOCK, "morphine  named twice", "");
}
END_TEST

START_TEST(a_program_that_cannot_be_computed_is_blocked)
{
	struct program program = make("morphine", 10000000, 0);

	check(&program, NULL);
	ck_assert_uint_eq(count, 1);
	expect("L-not-computable", SEVERITY_BLOCK, "", "");
}
END_TEST

START_TEST(a_first_program_is_told_as_such)
{
	struct program program = make("morphine", 10000000, 1000000);

	check(&program, NULL);
	ck_assert_uint_eq(count, 1);
	expect("L-first-program", SEVERITY_INFO, "", "");
	ck_assert(!findings_refuse(findings, count));
}
END_TEST

START_TEST(the_most_severe_finding_comes_first)
{
	struct program running = make("hydromorphone", 10000000, 1000000);
	struct program program = make("hydromorphone", 16000000, 12000000);

	check(&program, &running);
	ck_assert_uint_ge(count, 5);
	ck_assert_int_eq(findings[0].severity, SEVERITY_BLOCK);
	for (size_t i = 1; i < count; i++)
		ck_assert_int_ge(findings[i - 1].severity, findings[i].severity);
}
END_TEST

START_TEST(the_worst_program_of_all_fits_into_the_findings)
{
	struct program running = make("morphine", 1, 1);
	struct program program = make("morphine", 30000000, 1);

	program.mixture.count = MIXTURE_MAX;
	for (size_t i = 0; i < MIXTURE_MAX && i < drug_count(); i++) {
		const struct drug *drug = drug_at(i);

		memcpy(program.mixture.parts[i].name, drug->name, strlen(drug->name) + 1);
		program.mixture.parts[i].concentration.ng_per_ml = INT64_C(4000000000);
	}
	program.dose.ng_per_day = INT64_C(400000000000);
	program.low_alarm.nl = 0;
	check(&program, &running);
	ck_assert_uint_gt(count, 15);
	ck_assert_uint_le(count, FINDINGS_MAX);
}
END_TEST

START_TEST(both_models_are_known_and_no_other)
{
	static const char *const names[] = {"PX20", "PX40"};

	for (size_t i = 0; i < 2; i++) {
		const struct pump_limits *model = pump_limits_find(names[i]);

		ck_assert_str_eq(model->model, names[i]);
		ck_assert_int_eq(model->residual.nl, 1400000);
		ck_assert_int_eq(model->least.nl_per_day, 48000);
		ck_assert_int_eq(model->greatest.nl_per_day, 24000000);
		ck_assert_int_eq(model->minimum.nl_per_day, 6000);
	}
	ck_assert_int_eq(pump_limits_find("PX20")->reservoir.nl, 20000000);
	ck_assert_int_eq(pump_limits_find("PX40")->reservoir.nl, 40000000);
	ck_assert_ptr_null(pump_limits_find("PX4"));
	ck_assert_ptr_null(pump_limits_find("PX400"));
}
END_TEST

START_TEST(severities_have_their_names)
{
	ck_assert_str_eq(severity_name(SEVERITY_BLOCK), "BLOCK");
	ck_assert_str_eq(severity_name(SEVERITY_OVERRIDE), "OVERRIDE");
	ck_assert_str_eq(severity_name(SEVERITY_WARN), "WARN");
	ck_assert_str_eq(severity_name(SEVERITY_INFO), "INFO");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_small_step_of_a_known_drug_has_no_findings,
		an_unknown_drug_is_blocked,
		a_concentration_outside_the_drug_s_range_is_blocked,
		a_rate_above_the_pump_s_greatest_is_blocked,
		a_rate_below_the_pump_s_least_is_blocked,
		a_changed_mixture_is_blocked_for_want_of_a_bridge,
		crossing_or_raising_above_the_daily_maximum_needs_an_override,
		a_lower_or_equal_dose_above_the_maximum_needs_no_override,
		the_maximum_holds_for_every_drug_of_a_mixture,
		ten_fold_or_more_needs_an_override,
		the_same_digits_with_a_moved_point_need_an_override_upwards,
		more_than_thirty_per_cent_up_is_a_warning,
		another_primary_drug_gives_no_ratio,
		a_drug_with_unverified_figures_says_so,
		a_low_alarm_for_a_drug_with_dangerous_withdrawal_is_a_warning,
		less_than_three_days_from_alarm_to_empty_is_a_warning,
		an_alarm_above_the_reservoir_is_blocked,
		a_drug_named_twice_is_blocked,
		a_program_that_cannot_be_computed_is_blocked,
		a_first_program_is_told_as_such,
		the_most_severe_finding_comes_first,
		the_worst_program_of_all_fits_into_the_findings,
		both_models_are_known_and_no_other,
		severities_have_their_names,
		NULL,
	};

	return suite_run_tests("limits", tests, NULL, NULL);
}
