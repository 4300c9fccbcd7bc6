/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "program_text.h"
#include "refill.h"
#include "schedule.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

#define ML(n) INT64_C(n) * NL_PER_ML

static struct finding findings[REFILL_FINDINGS_MAX];
static size_t count;

/* filled, expected and found in thousandths of a mL, in a pump of 20 mL. */
static struct refill_visit visit_of(int64_t filled, int64_t expected, int64_t found)
{
	struct refill_visit visit = {.filled = {filled * 1000}, .found = {found * 1000},
				     .reservoir = {ML(20)}};

	visit.expected = (struct refill_expectation){
		.delivered_least = {(filled - expected) * 1000},
		.delivered_greatest = {(filled - expected) * 1000},
		.residual_least = {expected * 1000},
		.residual_greatest = {expected * 1000},
		.is_exact = true};
	ck_assert_int_eq(refill_compare(visit.filled, &visit.expected, visit.found, &visit.comparison),
			 PUMP_OK);
	return visit;
}

static void check(struct refill_visit visit)
{
	count = refill_check(&visit, findings);
	ck_assert_uint_le(count, REFILL_FINDINGS_MAX);
	for (size_t i = 0; i < count; i++)
		ck_assert_int_ne(findings[i].severity, SEVERITY_BLOCK);
}

static const struct finding *find(const char *rule)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(findings[i].rule, rule))
			return &findings[i];
	return NULL;
}

static bool has(const char *rule)
{
	return find(rule) != NULL;
}

START_TEST(what_is_as_expected_raises_nothing)
{
	check(visit_of(20000, 5000, 5000));
	ck_assert_uint_eq(count, 0);
	check(visit_of(20000, 5000, 5400));
	ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(both_worked_examples_need_a_reason)
{
	check(visit_of(20000, 5000, 7400));
	ck_assert(has("L-residual-large") && has("L-residual-band") && has("L-residual-share"));
	ck_assert_int_eq(find("L-residual-large")->severity, SEVERITY_OVERRIDE);
	ck_assert_str_eq(find("L-residual-large")->value, "+2.4 mL");
	ck_assert_str_eq(find("L-residual-band")->limit, "2.175 mL");
	ck_assert_ptr_nonnull(strstr(find("L-residual-large")->text, "More was left"));
	check(visit_of(20000, 5000, 2500));
	ck_assert(has("L-residual-large") && has("L-residual-band") && has("L-residual-share"));
	ck_assert_str_eq(find("L-residual-band")->value, "-2.5 mL");
	ck_assert_ptr_nonnull(strstr(find("L-residual-band")->text, "Less was left"));
}
END_TEST

START_TEST(two_mL_are_allowed_and_one_nL_more_is_not)
{
	check(visit_of(20000, 5000, 7000));
	ck_assert(!has("L-residual-large"));
	check(visit_of(20000, 5000, 7001));
	ck_assert(has("L-residual-large"));
	check(visit_of(20000, 5000, 2999));
	ck_assert(has("L-residual-large"));
}
END_TEST

START_TEST(the_accuracy_band_is_of_what_was_to_be_delivered)
{
	/* 14.5 % of 10 mL */
	check(visit_of(20000, 10000, 11450));
	ck_assert(!has("L-residual-band"));
	check(visit_of(20000, 10000, 11451));
	ck_assert(has("L-residual-band"));
	check(visit_of(20000, 10000, 8549));
	ck_assert(has("L-residual-band"));
}
END_TEST

START_TEST(a_share_of_the_residual_counts_only_from_half_a_mL)
{
	check(visit_of(20000, 8000, 8800));
	ck_assert(!has("L-residual-share"));
	check(visit_of(20000, 8000, 8801));
	ck_assert(has("L-residual-share"));
	check(visit_of(20000, 2000, 2500));
	ck_assert(!has("L-residual-share"));
	check(visit_of(20000, 2000, 2501));
	ck_assert(has("L-residual-share"));
	ck_assert_str_eq(find("L-residual-share")->limit, "0.5 mL");
}
END_TEST

static bool is_trend(int64_t found, int64_t previous_expected, int64_t previous_found)
{
	struct refill_visit visit = visit_of(20000, 8000, found);

	visit.has_previous = true;
	visit.previous_expected.nl = previous_expected * 1000;
	visit.previous_found.nl = previous_found * 1000;
	check(visit);
	return has("L-residual-trend");
}

START_TEST(two_visits_off_to_the_same_side_need_a_reason)
{
	ck_assert(is_trend(8401, 6000, 6301));
	ck_assert(is_trend(7599, 6000, 5699));
	ck_assert(!is_trend(8401, 6000, 5699)); /* other side */
	ck_assert(!is_trend(8400, 6000, 6301)); /* 5 % now */
	ck_assert(!is_trend(8401, 6000, 6300)); /* 5 % then */
	ck_assert(!is_trend(8000, 6000, 6301));
	check(visit_of(20000, 8000, 8401));
	ck_assert(!has("L-residual-trend"));
}
END_TEST

START_TEST(more_than_was_filled_or_fits_is_told)
{
	check(visit_of(18000, 5000, 18001));
	ck_assert(has("L-residual-above-fill") && !has("L-residual-capacity"));
	check(visit_of(18000, 5000, 18000));
	ck_assert(!has("L-residual-above-fill"));
	check(visit_of(40000, 5000, 5000));
	ck_assert(has("L-residual-capacity"));
	ck_assert_str_eq(find("L-residual-capacity")->value, "40 mL");
	check(visit_of(20000, 5000, 20001));
	ck_assert(has("L-residual-capacity") && has("L-residual-above-fill"));
}
END_TEST

START_TEST(an_account_that_runs_empty_is_told)
{
	struct refill_visit visit = visit_of(20000, 0, 0);

	check(visit);
	ck_assert(!has("L-residual-empty"));
	visit.expected.ran_empty = true;
	visit.expected.delivered_greatest.nl = ML(30);
	check(visit);
	ck_assert_int_eq(find("L-residual-empty")->severity, SEVERITY_WARN);
	ck_assert_str_eq(find("L-residual-empty")->value, "30 mL");
}
END_TEST

START_TEST(next_to_nothing_delivered_forbids_a_restart)
{
	/* 15 mL were to leave; a tenth of it is 1.5 mL. */
	check(visit_of(20000, 5000, 18500));
	ck_assert_int_eq(find("L-residual-none")->severity, SEVERITY_OVERRIDE);
	ck_assert_str_eq(find("L-residual-none")->value, "1.5 mL");
	ck_assert_str_eq(find("L-residual-none")->limit, "15 mL");
	check(visit_of(20000, 5000, 18498));
	ck_assert(!has("L-residual-none"));
	check(visit_of(20000, 18000, 20000));
	ck_assert(!has("L-residual-none"));
	check(visit_of(20000, 17999, 20000));
	ck_assert(has("L-residual-none"));
}
END_TEST

/* Filled and aspirated again at once, in thousandths of a mL. */
static bool is_pocket(int64_t reservoir_ml, int64_t filled, int64_t found)
{
	struct refill_visit visit = visit_of(filled, filled, found);

	visit.is_recheck = true;
	visit.reservoir.nl = reservoir_ml * NL_PER_ML;
	check(visit);
	ck_assert(!has("L-residual-large") && !has("L-residual-share") && !has("L-residual-band"));
	return has("L-fill-pocket");
}

START_TEST(what_does_not_come_back_after_a_filling_may_lie_beside_the_pump)
{
	ck_assert(!is_pocket(20, 18000, 17000));
	ck_assert(is_pocket(20, 18000, 16999));
	ck_assert_str_eq(find("L-fill-pocket")->limit, "1 mL");
	ck_assert(!is_pocket(40, 35000, 33000));
	ck_assert(is_pocket(40, 35000, 32999));
	ck_assert(!is_pocket(40, 35000, 35000));
}
END_TEST

START_TEST(the_pump_s_own_level_is_compared_with_what_was_aspirated)
{
	struct refill_visit visit = visit_of(20000, 5000, 5000);

	visit.has_level = true;
	visit.level.nl = ML(7);
	check(visit);
	ck_assert(!has("L-level-differs"));
	visit.level.nl++;
	check(visit);
	ck_assert_str_eq(find("L-level-differs")->value, "7.000001 mL");
	ck_assert_str_eq(find("L-level-differs")->limit, "5 mL");
	/* little was to be delivered: 1 mL counts */
	visit = visit_of(20000, 19000, 19000);
	visit.has_level = true;
	visit.level.nl = ML(18);
	check(visit);
	ck_assert(!has("L-level-differs"));
	visit.level.nl--;
	check(visit);
	ck_assert(has("L-level-differs"));
}
END_TEST

START_TEST(every_rule_at_once_fits)
{
	struct refill_visit visit = visit_of(30000, 5000, 31000);

	visit.has_previous = true;
	visit.previous_expected.nl = ML(1);
	visit.previous_found.nl = ML(2);
	visit.expected.ran_empty = true;
	check(visit);
	ck_assert_uint_eq(count, 7);
}
END_TEST

static void check_plan(int64_t alarm_ml, int64_t lead, int64_t expiry)
{
	struct refill_plan plan = {.filled = {ML(20)}, .alarm = {alarm_ml * NL_PER_ML}, .lead_days = lead,
				   .has_expiry = expiry > 0, .expiry_days = expiry};
	struct refill_days days;

	for (size_t i = 0; i < DAYS_PER_WEEK; i++)
		plan.daily[i].nl = 250000;
	ck_assert_int_eq(refill_schedule(&plan, &days), PUMP_OK);
	count = refill_schedule_check(&plan, &days, findings);
}

START_TEST(dates_that_leave_no_room_are_told)
{
	check_plan(2, 10, 0); /* alarm after 72, over-infusing 62 */
	ck_assert_uint_eq(count, 0);
	check_plan(2, 9, 0);
	ck_assert(count == 1 && has("L-refill-over-infusion"));
	ck_assert_str_eq(findings[0].value, "62 days");
	check_plan(2, 72, 0);
	ck_assert(count == 1 && has("L-refill-lead"));
	check_plan(20, 7, 0);
	ck_assert(count == 1 && has("L-refill-alarm"));
	check_plan(2, 10, 72);
	ck_assert_uint_eq(count, 0);
	check_plan(2, 10, 71);
	ck_assert(count == 1 && has("L-refill-expiry"));
	ck_assert_int_eq(findings[0].severity, SEVERITY_INFO);
}
END_TEST

/* The days of a program at 10 mg/mL: regimen in its text form. */
static void take_days(struct refill_plan *plan, const char *regimen, bool bridges)
{
	struct program program;
	struct schedule schedule;
	struct text_error why;
	char text[200];
	int len = snprintf(text, sizeof text, "morphine 10 mg/mL; %s; low-alarm 2 mL; bridge 0.2 mL at 0.1 mL/day", regimen);

	ck_assert_int_eq(program_text_parse(text, (size_t)len, &program, &why), PUMP_OK);
	ck_assert_int_eq(schedule_make(&program, NULL, &schedule), PUMP_OK);
	refill_plan_days(plan, &schedule, bridges ? &program.bridge : NULL);
}

START_TEST(what_a_bridge_takes_makes_the_dates_earlier)
{
	/* 0.2 mL at 0.1 mL a day take two days, in which the program itself would have taken 0.12 mL. */
	struct refill_plan plan = {.filled = {ML(18)}, .alarm = {ML(2)}};
	struct refill_days days;

	take_days(&plan, "0.6 mg/day", false);
	ck_assert_int_eq(plan.bridge_extra.nl, 0);
	ck_assert_int_eq(refill_schedule(&plan, &days), PUMP_OK);
	ck_assert_int_eq(days.alarm, 266);
	take_days(&plan, "0.6 mg/day", true);
	ck_assert_int_eq(plan.bridge_extra.nl, 80000);
	for (size_t i = 0; i < DAYS_PER_WEEK; i++)
		ck_assert_int_eq(plan.daily[i].nl, 60000);
	ck_assert_int_eq(refill_schedule(&plan, &days), PUMP_OK);
	ck_assert_int_eq(days.alarm, 265);
	/* The least day counts. */
	take_days(&plan, "flex mon,tue,thu,fri,sat,sun 00:00 0.6 mg/day / wed 00:00 0.59999 mg/day", true);
	ck_assert_int_eq(plan.bridge_extra.nl, 80002);
	take_days(&plan, "1 mg/day", true);
	ck_assert_int_eq(plan.bridge_extra.nl, 0);
	plan.bridge_extra.nl = -1;
	ck_assert_int_eq(refill_schedule(&plan, &days), PUMP_ERANGE);
}
END_TEST

static struct mixture of(const char *drug, int64_t ng_per_ml)
{
	struct mixture mixture = {.count = 1};

	(void)snprintf(mixture.parts[0].name, sizeof mixture.parts[0].name, "%s", drug);
	mixture.parts[0].concentration.ng_per_ml = ng_per_ml;
	return mixture;
}

/* So many thousandths of a mL stayed behind of 20 mL. */
static void check_blend(const struct mixture *stayed, const struct mixture *label, int64_t left)
{
	struct refill_blend blend = {.stayed = stayed, .label = label, .left = {left * 1000}, .after = {ML(20)}};

	count = refill_check_blend(&blend, findings);
}

START_TEST(a_filling_that_is_over_5_per_cent_off_its_label_needs_a_reason)
{
	/* (left x 10 + (20 - left) x 20) / 20: 5 % off with 2 mL. */
	struct mixture weak = of("morphine", 10000000), strong = of("morphine", 20000000);

	check_blend(&weak, &strong, 2000);
	ck_assert_uint_eq(count, 0);
	check_blend(&weak, &strong, 2001);
	ck_assert(count == 1 && has("L-fill-blend"));
	ck_assert_int_eq(findings[0].severity, SEVERITY_OVERRIDE);
	ck_assert_str_eq(findings[0].value, "morphine  18.9995 mg per mL");
	ck_assert_str_eq(findings[0].limit, "20 mg per mL");
	/* The other way it is too strong: 10.5 mg/mL with 1 mL. */
	check_blend(&strong, &weak, 1000);
	ck_assert_uint_eq(count, 0);
	check_blend(&strong, &weak, 1001);
	ck_assert(count == 1 && has("L-fill-blend"));
}
END_TEST

START_TEST(a_drug_that_is_not_on_the_label_stays_in_the_filling_and_is_told)
{
	struct mixture old = of("morphine", 10000000), new = of("baclofen", 500000);

	check_blend(&old, &new, 1000);
	ck_assert_uint_eq(count, 0);
	check_blend(&old, &new, 1400);
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(findings[0].value, "baclofen  465 mcg per mL");
	ck_assert_str_eq(findings[1].value, "morphine  0.7 mg per mL");
	ck_assert_str_eq(findings[1].limit, "0 mg per mL");
}
END_TEST

START_TEST(an_estimate_is_of_a_drug_that_is_there_and_of_volumes_that_can_be)
{
	struct mixture old = of("morphine", 10000000), new = of("baclofen", 500000);
	struct refill_blend blend = {.stayed = &old, .label = &new, .left = {ML(1)}, .after = {ML(20)}};
	struct concentration out = {-1};

	ck_assert_int_eq(refill_estimate(&blend, "clonidine", &out), PUMP_EUNKNOWN);
	blend.left = blend.after;
	ck_assert_int_eq(refill_estimate(&blend, "morphine", &out), PUMP_ERANGE);
	blend.left.nl = -1;
	ck_assert_int_eq(refill_estimate(&blend, "morphine", &out), PUMP_ERANGE);
	ck_assert_int_eq(out.ng_per_ml, -1);
	blend.left.nl = 0;
	ck_assert_int_eq(refill_estimate(&blend, "baclofen", &out), PUMP_OK);
	ck_assert_int_eq(out.ng_per_ml, 500000);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		what_is_as_expected_raises_nothing,
		both_worked_examples_need_a_reason,
		two_mL_are_allowed_and_one_nL_more_is_not,
		the_accuracy_band_is_of_what_was_to_be_delivered,
		a_share_of_the_residual_counts_only_from_half_a_mL,
		two_visits_off_to_the_same_side_need_a_reason,
		more_than_was_filled_or_fits_is_told,
		an_account_that_runs_empty_is_told,
		next_to_nothing_delivered_forbids_a_restart,
		what_does_not_come_back_after_a_filling_may_lie_beside_the_pump,
		the_pump_s_own_level_is_compared_with_what_was_aspirated,
		every_rule_at_once_fits,
		dates_that_leave_no_room_are_told,
		what_a_bridge_takes_makes_the_dates_earlier,
		a_filling_that_is_over_5_per_cent_off_its_label_needs_a_reason,
		a_drug_that_is_not_on_the_label_stays_in_the_filling_and_is_told,
		an_estimate_is_of_a_drug_that_is_there_and_of_volumes_that_can_be,
		NULL,
	};

	return suite_run_tests("refill_rules", tests, NULL, NULL);
}
