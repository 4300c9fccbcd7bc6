/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "refill.h"
#include "suite.h"

#define ML(n) INT64_C(n) * NL_PER_ML
#define DAY   SECONDS_PER_DAY

static struct refill_expectation expect(int64_t filled, int64_t rate, int64_t days)
{
	const struct refill_span span = {{rate}, {days * DAY}, true};
	const struct refill_use use = {.spans = &span, .span_count = 1};
	struct refill_expectation out;

	ck_assert_int_eq(refill_expect((struct volume){filled}, &use, &out), PUMP_OK);
	return out;
}

static struct refill_comparison compare(int64_t filled, const struct refill_expectation *expected,
					int64_t found)
{
	struct refill_comparison out;

	ck_assert_int_eq(refill_compare((struct volume){filled}, expected, (struct volume){found}, &out),
			 PUMP_OK);
	return out;
}

START_TEST(sixty_days_of_a_quarter_mL_leave_five_of_twenty)
{
	struct refill_expectation expected = expect(ML(20), 250000, 60);
	struct refill_comparison more = compare(ML(20), &expected, 7400000);
	struct refill_comparison less = compare(ML(20), &expected, 2500000);

	ck_assert_int_eq(expected.residual_least.nl, ML(5));
	ck_assert_int_eq(expected.residual_greatest.nl, ML(5));
	ck_assert(expected.is_exact && !expected.ran_empty);
	ck_assert_int_eq(more.difference.nl, 2400000);
	ck_assert_int_eq(more.ratio, 8400);
	ck_assert(more.has_ratio && more.ratio_is_exact);
	ck_assert_int_eq(more.band.nl, 2175000);
	ck_assert_int_eq(less.difference.nl, -2500000);
	ck_assert_int_eq(less.ratio, 11667);
	ck_assert(less.has_ratio && !less.ratio_is_exact);
}
END_TEST

START_TEST(stops_stalls_and_boluses_are_counted)
{
	const struct refill_span spans[] = {
		{{250000}, {10 * DAY}, true},
		{{0}, {2 * DAY}, true}, /* stopped */
		{{500000}, {DAY / 2}, true},
	};
	const struct refill_use use = {.spans = spans, .span_count = 3, .other = {234000},
				       .patient_bolus = {25000}, .patient_least = 7,
				       .patient_greatest = 7};
	struct refill_expectation out;

	ck_assert_int_eq(refill_expect((struct volume){ML(20)}, &use, &out), PUMP_OK);
	ck_assert_int_eq(out.delivered_least.nl, 2500000 + 250000 + 234000 + 175000);
	ck_assert_int_eq(out.delivered_greatest.nl, out.delivered_least.nl);
	ck_assert_int_eq(out.residual_least.nl, ML(20) - out.delivered_least.nl);
}
END_TEST

START_TEST(an_incomplete_log_gives_a_range_and_only_what_is_outside_it_differs)
{
	const struct refill_span spans[] = {{{250000}, {50 * DAY}, true}, {{250000}, {10 * DAY}, false}};
	const struct refill_use use = {.spans = spans, .span_count = 2, .patient_bolus = {100000},
				       .patient_least = 5, .patient_greatest = 10};
	struct refill_expectation out;

	ck_assert_int_eq(refill_expect((struct volume){ML(20)}, &use, &out), PUMP_OK);
	ck_assert_int_eq(out.delivered_least.nl, 13000000);
	ck_assert_int_eq(out.delivered_greatest.nl, ML(16));
	ck_assert_int_eq(out.residual_least.nl, ML(4));
	ck_assert_int_eq(out.residual_greatest.nl, ML(7));
	ck_assert_int_eq(compare(ML(20), &out, ML(5)).difference.nl, 0);
	ck_assert_int_eq(compare(ML(20), &out, ML(5)).ratio, 10000);
	ck_assert_int_eq(compare(ML(20), &out, ML(8)).difference.nl, ML(1));
	ck_assert_int_eq(compare(ML(20), &out, ML(3)).difference.nl, -ML(1));
}
END_TEST

START_TEST(what_does_not_come_out_even_leaves_less_rather_than_more)
{
	const struct refill_span span = {{1}, {1}, true};
	const struct refill_use use = {.spans = &span, .span_count = 1};
	struct refill_expectation out;

	ck_assert_int_eq(refill_expect((struct volume){10}, &use, &out), PUMP_OK);
	ck_assert_int_eq(out.delivered_least.nl, 1);
	ck_assert_int_eq(out.residual_least.nl, 9);
	ck_assert(!out.is_exact);
}
END_TEST

START_TEST(a_reservoir_is_never_less_than_empty)
{
	struct refill_expectation out = expect(ML(20), 500000, 60);

	ck_assert_int_eq(out.delivered_greatest.nl, ML(30));
	ck_assert_int_eq(out.residual_least.nl, 0);
	ck_assert(out.ran_empty);
	ck_assert_int_eq(compare(ML(20), &out, ML(1)).ratio, 9500);
}
END_TEST

START_TEST(no_ratio_of_nothing_delivered_or_more_found_than_filled)
{
	struct refill_expectation none = expect(ML(20), 250000, 0);
	struct refill_expectation some = expect(ML(20), 250000, 60);

	ck_assert(!compare(ML(20), &none, ML(19)).has_ratio);
	ck_assert_int_eq(compare(ML(20), &none, ML(19)).difference.nl, -ML(1));
	ck_assert(!compare(ML(20), &some, ML(21)).has_ratio);
	ck_assert_int_eq(compare(ML(20), &some, ML(21)).difference.nl, ML(16));
}
END_TEST

START_TEST(impossible_use_is_refused)
{
	struct refill_span span = {{250000}, {DAY}, true};
	const struct refill_span long_spans[3] = {{{INT64_MAX}, {INT64_MAX}, true},
						  {{INT64_MAX}, {INT64_MAX}, true},
						  {{INT64_MAX}, {INT64_MAX}, true}};
	struct refill_use use = {.spans = &span, .span_count = 1};
	struct refill_expectation out = {.residual_least = {-7}};
	struct volume filled = {ML(20)};

	ck_assert_int_eq(refill_expect((struct volume){-1}, &use, &out), PUMP_ERANGE);
	span.rate.nl_per_day = -1;
	ck_assert_int_eq(refill_expect(filled, &use, &out), PUMP_ERANGE);
	span = (struct refill_span){{1}, {-1}, true};
	ck_assert_int_eq(refill_expect(filled, &use, &out), PUMP_ERANGE);
	span = (struct refill_span){{INT64_MAX}, {INT64_MAX}, true};
	ck_assert_int_eq(refill_expect(filled, &use, &out), PUMP_ERANGE);
	use = (struct refill_use){.spans = long_spans, .span_count = 3};
	ck_assert_int_eq(refill_expect(filled, &use, &out), PUMP_ERANGE);
	use = (struct refill_use){.patient_bolus = {1}, .patient_least = 2, .patient_greatest = 1};
	ck_assert_int_eq(refill_expect(filled, &use, &out), PUMP_ERANGE);
	use = (struct refill_use){.patient_bolus = {INT64_MAX}, .patient_greatest = INT64_MAX};
	ck_assert_int_eq(refill_expect(filled, &use, &out), PUMP_ERANGE);
	use = (struct refill_use){.other = {-1}};
	ck_assert_int_eq(refill_expect(filled, &use, &out), PUMP_ERANGE);
	use = (struct refill_use){.span_count = REFILL_SPANS_MAX + 1};
	ck_assert_int_eq(refill_expect(filled, &use, &out), PUMP_ERANGE);
	ck_assert_int_eq(out.residual_least.nl, -7);
}
END_TEST

START_TEST(the_greatest_of_everything_is_refused_or_right_but_never_wraps)
{
	const struct refill_expectation expected = {.residual_least = {0}, .residual_greatest = {0}};
	struct refill_comparison out;

	ck_assert_int_eq(refill_compare((struct volume){INT64_MAX}, &expected, (struct volume){0}, &out),
			 PUMP_OK);
	ck_assert_int_eq(out.ratio, 10000);
	ck_assert_int_eq(out.band.nl, INT64_C(1337388945343942492));
	ck_assert_int_eq(refill_compare((struct volume){-1}, &expected, (struct volume){0}, &out),
			 PUMP_ERANGE);
	ck_assert_int_eq(refill_compare((struct volume){1}, &expected, (struct volume){-1}, &out),
			 PUMP_ERANGE);
}
END_TEST

static struct refill_plan plan_of(int64_t rate, int64_t bolus, int64_t boluses)
{
	struct refill_plan plan = {.filled = {ML(20)}, .alarm = {ML(2)}, .lead_days = REFILL_LEAD_DAYS};

	for (size_t i = 0; i < DAYS_PER_WEEK; i++)
		ck_assert_int_eq(refill_daily((struct volume_rate){rate}, (struct volume){bolus}, boluses,
					      &plan.daily[i]), PUMP_OK);
	return plan;
}

static struct refill_days days_of(const struct refill_plan *plan)
{
	struct refill_days days;

	ck_assert_int_eq(refill_schedule(plan, &days), PUMP_OK);
	return days;
}

START_TEST(alarm_dates_of_the_worked_example)
{
	struct refill_plan plain = plan_of(250000, 0, 0), boluses = plan_of(250000, 25000, 4);

	ck_assert_int_eq(days_of(&plain).alarm, 72);
	ck_assert_int_eq(days_of(&plain).alarm_over, 62);
	ck_assert_int_eq(days_of(&boluses).alarm, 51);
	ck_assert_int_eq(days_of(&plain).refill, 65);
	plain.has_residual = true;
	plain.residual.nl = 1400000;
	ck_assert_int_eq(days_of(&plain).empty, 74);
}
END_TEST

START_TEST(the_refill_is_the_earlier_of_lead_and_expiry)
{
	struct refill_plan plan = plan_of(250000, 0, 0);

	plan.has_expiry = true;
	plan.expiry_days = 40;
	ck_assert_int_eq(days_of(&plan).refill, 40);
	plan.expiry_days = 90;
	ck_assert_int_eq(days_of(&plan).refill, 65);
	plan.lead_days = 72;
	ck_assert_int_eq(days_of(&plan).refill, 0);
	plan.lead_days = 1000;
	ck_assert_int_eq(days_of(&plan).refill, 0);
}
END_TEST

/* Day by day, as one would on paper. */
static int64_t count_days(const struct refill_plan *plan, int64_t level)
{
	int64_t left = plan->filled.nl - level, days = 0;

	for (size_t day = plan->first;; day++, days++) {
		int64_t one = plan->daily[day % 7].nl, next = plan->daily[(day + 1) % 7].nl;

		left -= one > next ? one : next;
		if (left < 0)
			return days;
	}
}

START_TEST(a_week_of_unlike_days_is_counted_day_by_day)
{
	struct refill_plan plan = plan_of(250000, 0, 0);
	uint32_t state = 1;

	plan.has_residual = true;
	plan.residual.nl = 1400000;
	for (int round = 0; round < 2000; round++) {
		struct refill_days days;

		for (size_t i = 0; i < DAYS_PER_WEEK; i++) {
			state = state * 1664525u + 1013904223u;
			plan.daily[i].nl = 20000 + (int64_t)(state >> 12) % 600000;
		}
		plan.first = (enum weekday)(round % 7);
		days = days_of(&plan);
		if (days.alarm != count_days(&plan, ML(2)) || days.empty != count_days(&plan, 1400000))
			ck_abort_msg("round %d: %lld days", round, (long long)days.alarm);
	}
}
END_TEST

START_TEST(the_worst_day_has_every_bolus_that_the_lockout_lets_through)
{
	struct volume volume;

	ck_assert_int_eq(refill_patient_boluses(4, (struct duration){0}), 4);
	ck_assert_int_eq(refill_patient_boluses(10, (struct duration){4 * 3600}), 6);
	ck_assert_int_eq(refill_patient_boluses(10, (struct duration){5 * 3600}), 5);
	ck_assert_int_eq(refill_patient_boluses(10, (struct duration){48 * 3600}), 1);
	ck_assert_int_eq(refill_patient_boluses(3, (struct duration){3600}), 3);
	ck_assert_int_eq(refill_daily((struct volume_rate){250000}, (struct volume){25000}, 4, &volume),
			 PUMP_OK);
	ck_assert_int_eq(volume.nl, 350000);
	ck_assert_int_eq(refill_daily((struct volume_rate){-1}, (struct volume){0}, 0, &volume), PUMP_ERANGE);
	ck_assert_int_eq(refill_daily((struct volume_rate){0}, (struct volume){-1}, 1, &volume), PUMP_ERANGE);
	ck_assert_int_eq(refill_daily((struct volume_rate){0}, (struct volume){1}, -1, &volume), PUMP_ERANGE);
	ck_assert_int_eq(refill_daily((struct volume_rate){INT64_MAX}, (struct volume){1}, 1, &volume),
			 PUMP_ERANGE);
}
END_TEST

START_TEST(a_plan_that_delivers_nothing_or_is_negative_has_no_dates)
{
	struct refill_plan plan = plan_of(0, 0, 0);
	struct refill_days days = {.alarm = -7};

	ck_assert_int_eq(refill_schedule(&plan, &days), PUMP_ERANGE);
	plan = plan_of(1, 0, 0);
	plan.filled.nl = INT64_MAX;
	ck_assert_int_eq(refill_schedule(&plan, &days), PUMP_ERANGE);
	plan.filled.nl = -1;
	ck_assert_int_eq(refill_schedule(&plan, &days), PUMP_ERANGE);
	plan = plan_of(1, 0, 0);
	plan.alarm.nl = -1;
	ck_assert_int_eq(refill_schedule(&plan, &days), PUMP_ERANGE);
	plan = plan_of(1, 0, 0);
	plan.lead_days = -1;
	ck_assert_int_eq(refill_schedule(&plan, &days), PUMP_ERANGE);
	plan = plan_of(1, 0, 0);
	plan.has_expiry = true;
	plan.expiry_days = -1;
	ck_assert_int_eq(refill_schedule(&plan, &days), PUMP_ERANGE);
	ck_assert_int_eq(days.alarm, -7);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		sixty_days_of_a_quarter_mL_leave_five_of_twenty,
		stops_stalls_and_boluses_are_counted,
		an_incomplete_log_gives_a_range_and_only_what_is_outside_it_differs,
		what_does_not_come_out_even_leaves_less_rather_than_more,
		a_reservoir_is_never_less_than_empty,
		no_ratio_of_nothing_delivered_or_more_found_than_filled,
		impossible_use_is_refused,
		the_greatest_of_everything_is_refused_or_right_but_never_wraps,
		alarm_dates_of_the_worked_example,
		the_refill_is_the_earlier_of_lead_and_expiry,
		a_week_of_unlike_days_is_counted_day_by_day,
		the_worst_day_has_every_bolus_that_the_lockout_lets_through,
		a_plan_that_delivers_nothing_or_is_negative_has_no_dates,
		NULL,
	};

	return suite_run_tests("refill", tests, NULL, NULL);
}
