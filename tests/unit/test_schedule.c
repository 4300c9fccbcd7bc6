/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Amounts of a schedule, by worked figures and against a count of every minute of the week. */
#include "schedule.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

enum { PROPERTY_ROUNDS = 200 };

static struct program baclofen(void)
{
	return (struct program){
		.mixture = {.count = 1, .parts = {{"baclofen", {500000}}}},
		.mode = PROGRAM_SIMPLE, .dose = {200000}, .low_alarm = {4000000}};
}

/* 180 mcg/day in the night and 240 mcg/day from 06:00 on, every day. */
static struct program flex(void)
{
	struct program program = baclofen();

	program.mode = PROGRAM_FLEX;
	program.dose.ng_per_day = 0;
	program.flex = (struct program_flex){
		.count = 1,
		.patterns = {{.count = 2, .steps = {{0, {180000}}, {360, {240000}}}}}};
	return program;
}

static struct program periodic(void)
{
	struct program program = baclofen();

	program.mode = PROGRAM_PERIODIC;
	program.dose.ng_per_day = 0;
	program.periodic = (struct program_periodic){
		.dose = {60000}, .duration = {1800}, .interval = {86400}, .base = {100000}};
	return program;
}

static struct schedule make(const struct program *program)
{
	struct schedule schedule;

	ck_assert_int_eq(schedule_make(program, pump_limits_find("PX20"), &schedule), PUMP_OK);
	return schedule;
}

START_TEST(a_step_runs_from_its_minute_until_the_next)
{
	struct program program = flex();
	struct schedule s = make(&program);

	ck_assert_uint_eq(s.count, 14);
	ck_assert_int_eq(schedule_rate_at(&s, 0).nl_per_day, 360000);
	ck_assert_int_eq(schedule_rate_at(&s, 359).nl_per_day, 360000);
	ck_assert_int_eq(schedule_rate_at(&s, 360).nl_per_day, 480000);
	ck_assert_int_eq(schedule_rate_at(&s, MINUTES_PER_WEEK - 1).nl_per_day, 480000);
	ck_assert_int_eq(schedule_minutes_left(&s, 0), 360);
	ck_assert_int_eq(schedule_minutes_left(&s, 360), 1080);
	ck_assert_int_eq(schedule_minutes_left(&s, MINUTES_PER_WEEK - 1), 1);
	ck_assert_int_eq(schedule_least_rate(&s).nl_per_day, 360000);
	ck_assert_int_eq(schedule_greatest_rate(&s).nl_per_day, 480000);
}
END_TEST

START_TEST(the_day_of_a_flex_program_is_the_sum_of_its_steps)
{
	struct program program = flex();
	struct schedule s = make(&program);

	/* 360000 / 4 + 480000 * 3 / 4 */
	ck_assert_int_eq(schedule_greatest(&s, MINUTES_PER_DAY).nl, 450000);
	ck_assert_int_eq(schedule_day(&s, 3).nl, 450000);
	ck_assert_int_eq(schedule_greatest(&s, 60).nl, 20000);
	ck_assert_int_eq(schedule_mean_rate(&s, ROUND_DOWN).nl_per_day, 450000);
	ck_assert_int_eq(schedule_volume(&s, 720, 30, false, ROUND_UP).nl, 30 * 450000);
}
END_TEST

START_TEST(a_window_across_two_weekdays_can_be_the_greatest)
{
	struct program program = flex();
	struct schedule s;

	/* High from Saturday noon until Sunday noon only. */
	program.flex = (struct program_flex){
		.count = 3,
		.patterns = {{.count = 1, .steps = {{0, {100000}}}},
			     {.count = 2, .steps = {{0, {100000}}, {720, {400000}}}},
			     {.count = 2, .steps = {{0, {400000}}, {720, {100000}}}}},
		.of_day = {0, 0, 0, 0, 0, 1, 2}};
	s = make(&program);
	ck_assert_int_eq(schedule_greatest(&s, MINUTES_PER_DAY).nl, 800000);
	ck_assert_int_eq(schedule_day(&s, 5).nl, 500000);
	ck_assert_int_eq(schedule_day(&s, 6).nl, 500000);
	ck_assert_int_eq(schedule_day(&s, 0).nl, 200000);
	/* 7 * 200000 + 600000, over 7 */
	ck_assert_int_eq(schedule_mean_rate(&s, ROUND_DOWN).nl_per_day, 285714);
	ck_assert_int_eq(schedule_mean_rate(&s, ROUND_UP).nl_per_day, 285715);
}
END_TEST

START_TEST(an_interval_of_one_hour_instead_of_one_day_shows_as_24_doses)
{
	struct program program = periodic();
	struct program_totals once, hourly;

	ck_assert_int_eq(program_totals(&program, NULL, &once), PUMP_OK);
	ck_assert_int_eq(once.periodic_doses, 1);
	ck_assert_int_eq(once.daily[0].ng_per_day, 160000);
	program.periodic.interval.s = 3600;
	ck_assert_int_eq(program_totals(&program, NULL, &hourly), PUMP_OK);
	ck_assert_int_eq(hourly.periodic_doses, 24);
	ck_assert_int_eq(hourly.daily[0].ng_per_day, 1540000);
}
END_TEST

START_TEST(an_interval_of_12_minutes_instead_of_12_hours_gives_sixty_times_the_doses)
{
	struct program program = periodic();
	struct schedule s;

	program.periodic.duration.s = 600;
	program.periodic.interval.s = 12 * 3600;
	s = make(&program);
	ck_assert_int_eq(schedule_doses(&s, (struct duration){SECONDS_PER_DAY}), 2);
	program.periodic.interval.s = 12 * 60;
	s = make(&program);
	ck_assert_int_eq(schedule_doses(&s, (struct duration){SECONDS_PER_DAY}), 120);
}
END_TEST

START_TEST(a_window_that_cuts_a_dose_counts_its_part)
{
	struct program program = periodic();
	struct schedule s;

	program.periodic.interval.s = 5400;
	s = make(&program);
	/* In one hour: one dose of 120,000 nL whole, at most; base 200,000 / 24. */
	ck_assert_int_eq(schedule_greatest(&s, 60).nl, 120000 + 8334);
	/* In 110 minutes: one whole, and 20 of the 30 minutes of the next. */
	ck_assert_int_eq(schedule_greatest(&s, 110).nl, 120000 + 80000 + 15278);
}
END_TEST

START_TEST(the_worst_day_counts_what_lockout_and_allowance_let_through)
{
	struct program program = baclofen();
	struct program_totals totals;

	program.patient = (struct program_patient_bolus){
		.present = true, .dose = {25000}, .duration = {600}, .lockout = {7200}, .most = 4};
	ck_assert_int_eq(program_totals(&program, NULL, &totals), PUMP_OK);
	ck_assert_int_eq(totals.patient_boluses, 4);
	ck_assert_int_eq(totals.daily[0].ng_per_day, 200000);
	ck_assert_int_eq(totals.worst[0].ng_per_day, 300000);
	ck_assert_int_eq(totals.worst_24h.nl, 600000);
	/* 50,000 nL in 10 minutes on top of 400,000 nL per day. */
	ck_assert_int_eq(totals.greatest.nl_per_day, 400000 + 7200000);
	program.patient.lockout.s = 36000;
	ck_assert_int_eq(program_totals(&program, NULL, &totals), PUMP_OK);
	ck_assert_int_eq(totals.patient_boluses, 3);
	ck_assert_int_eq(totals.worst[0].ng_per_day, 275000);
}
END_TEST

START_TEST(minimum_rate_is_the_models_and_stopped_is_nothing)
{
	struct program program = baclofen();
	struct schedule s;

	program.dose.ng_per_day = 0;
	program.mode = PROGRAM_MINIMUM;
	ck_assert_int_eq(schedule_make(&program, NULL, &s), PUMP_ESTATE);
	s = make(&program);
	ck_assert_int_eq(schedule_mean_rate(&s, ROUND_DOWN).nl_per_day, 6000);
	program.mode = PROGRAM_STOPPED;
	s = make(&program);
	ck_assert_int_eq(schedule_greatest(&s, MINUTES_PER_DAY).nl, 0);
}
END_TEST

START_TEST(what_is_left_of_a_stroke_carries_over_to_the_next_step)
{
	struct program program = flex();
	int64_t strokes[SCHEDULE_SEGMENTS_MAX];
	struct schedule s;

	/* 75 nL in each of the first two steps: none, then one stroke of 100 nL. */
	program.flex = (struct program_flex){
		.count = 1,
		.patterns = {{.count = 3, .steps = {{0, {54000}}, {1, {54000}}, {2, {240000}}}}}};
	s = make(&program);
	/* 83.3 nL are left on Monday, 66.7 on Tuesday, and so on: four steps of the week get none. */
	ck_assert_uint_eq(schedule_strokes(&s, (struct volume){100}, strokes), 4);
	ck_assert_int_eq(strokes[0], 0);
	ck_assert_int_eq(strokes[1], 1);
	ck_assert_int_eq(schedule_achievable((struct volume){1999}, (struct volume){100}).nl, 1900);
}
END_TEST

START_TEST(what_is_not_valid_has_no_schedule)
{
	struct program good = flex(), program;
	struct schedule s;

	program = good;
	program.flex.patterns[0].steps[0].minute = 1;
	ck_assert_int_eq(schedule_make(&program, NULL, &s), PUMP_ERANGE);
	program = good;
	program.flex.patterns[0].steps[1].minute = 0;
	ck_assert_int_eq(schedule_make(&program, NULL, &s), PUMP_ERANGE);
	program = good;
	program.flex.patterns[0].steps[1].minute = 1440;
	ck_assert_int_eq(schedule_make(&program, NULL, &s), PUMP_ERANGE);
	program = good;
	program.flex.patterns[0].steps[1].dose.ng_per_day = 0;
	ck_assert_int_eq(schedule_make(&program, NULL, &s), PUMP_ERANGE);
	program = good;
	program.flex.of_day[2] = 1;
	ck_assert_int_eq(schedule_make(&program, NULL, &s), PUMP_ERANGE);
	program = good;
	program.flex.count = 2;
	program.flex.patterns[1] = program.flex.patterns[0];
	program.flex.of_day[2] = 1;
	ck_assert_int_eq(schedule_make(&program, NULL, &s), PUMP_ERANGE);
	program = periodic();
	program.periodic.duration.s = program.periodic.interval.s + 60;
	ck_assert_int_eq(schedule_make(&program, NULL, &s), PUMP_ERANGE);
	program = periodic();
	program.periodic.interval.s = 3601;
	ck_assert_int_eq(schedule_make(&program, NULL, &s), PUMP_ERANGE);
	program = baclofen();
	program.periodic.base.ng_per_day = 1;
	ck_assert_int_eq(schedule_make(&program, NULL, &s), PUMP_ERANGE);
	program = baclofen();
	program.dose.ng_per_day = INT64_C(500000000001);
	ck_assert_int_eq(schedule_make(&program, NULL, &s), PUMP_ERANGE);
}
END_TEST

static int64_t between(int64_t least, int64_t greatest)
{
	return least + random() % (greatest - least + 1);
}

static void any_pattern(struct program_pattern *pattern)
{
	pattern->count = (size_t)between(1, FLEX_STEPS_MAX);
	for (size_t i = 0; i < pattern->count; i++) {
		pattern->steps[i].minute = i == 0 ? 0 : pattern->steps[i - 1].minute + between(1, 110);
		pattern->steps[i].dose.ng_per_day = between(1, 12000000);
	}
}

static struct program any_flex(void)
{
	struct program program = flex();

	memset(&program.flex, 0, sizeof program.flex);
	for (size_t day = 0; day < WEEKDAYS; day++) {
		size_t pattern = (size_t)between(0, (int64_t)program.flex.count);

		if (pattern == program.flex.count)
			any_pattern(&program.flex.patterns[program.flex.count++]);
		program.flex.of_day[day] = pattern;
	}
	return program;
}

/* Sum of the rates of so many minutes from each minute on: the slow way, with no segment. */
static int64_t greatest_by_minutes(const int64_t *rates, int64_t minutes)
{
	int64_t sum = 0, greatest;

	for (int64_t m = 0; m < minutes; m++)
		sum += rates[m];
	greatest = sum;
	for (int64_t m = 0; m < MINUTES_PER_WEEK; m++) {
		sum += rates[(m + minutes) % MINUTES_PER_WEEK] - rates[m];
		greatest = sum > greatest ? sum : greatest;
	}
	return (greatest + MINUTES_PER_DAY - 1) / MINUTES_PER_DAY;
}

START_TEST(every_window_agrees_with_a_count_of_minutes)
{
	static int64_t rates[MINUTES_PER_WEEK];

	srandom(1);
	for (int round = 0; round < PROPERTY_ROUNDS; round++) {
		struct program program = any_flex();
		struct schedule s = make(&program);
		int64_t window = between(1, MINUTES_PER_WEEK);
		int64_t sum = 0, wrong = 0;

		for (int64_t m = 0; m < MINUTES_PER_WEEK; m++) {
			const struct program_pattern *p =
				&program.flex.patterns[program.flex.of_day[m / MINUTES_PER_DAY]];
			size_t i = p->count - 1;

			while (p->steps[i].minute > m % MINUTES_PER_DAY)
				i--;
			rates[m] = p->steps[i].dose.ng_per_day * 2;
			wrong += schedule_rate_at(&s, m).nl_per_day != rates[m];
			sum += rates[m];
		}
		ck_assert_int_eq(wrong, 0);
		ck_assert_int_eq(s.week, sum);
		ck_assert_int_eq(schedule_greatest(&s, window).nl, greatest_by_minutes(rates, window));
		ck_assert_int_eq(schedule_greatest(&s, 60).nl, greatest_by_minutes(rates, 60));
		ck_assert_int_eq(schedule_greatest(&s, MINUTES_PER_DAY).nl,
				 greatest_by_minutes(rates, MINUTES_PER_DAY));
	}
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("schedule");

	tcase_set_timeout(cases, 120);
	tcase_add_test(cases, a_step_runs_from_its_minute_until_the_next);
	tcase_add_test(cases, the_day_of_a_flex_program_is_the_sum_of_its_steps);
	tcase_add_test(cases, a_window_across_two_weekdays_can_be_the_greatest);
	tcase_add_test(cases, an_interval_of_one_hour_instead_of_one_day_shows_as_24_doses);
	tcase_add_test(cases,
		       an_interval_of_12_minutes_instead_of_12_hours_gives_sixty_times_the_doses);
	tcase_add_test(cases, a_window_that_cuts_a_dose_counts_its_part);
	tcase_add_test(cases, the_worst_day_counts_what_lockout_and_allowance_let_through);
	tcase_add_test(cases, minimum_rate_is_the_models_and_stopped_is_nothing);
	tcase_add_test(cases, what_is_left_of_a_stroke_carries_over_to_the_next_step);
	tcase_add_test(cases, what_is_not_valid_has_no_schedule);
	tcase_add_test(cases, every_window_agrees_with_a_count_of_minutes);
	return suite_run(cases);
}
