/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What reaches the tip in the 24 h after a program begins. */
#include <string.h>

#include "path_day.h"
#include "suite.h"

static struct program program;
static struct path path;
static struct path_amount amount;

/* Baclofen of so many ng/mL; the line of 0.2 mL and 0.2 mL holds 500 mcg/mL unless told otherwise. */
static struct path_contents baclofen(int64_t concentration)
{
	struct path_contents contents = {.holds = PATH_DECLARED, .mixture = {.count = 1}};
	memcpy(contents.mixture.parts[0].name, "baclofen", sizeof "baclofen");
	contents.mixture.parts[0].concentration.ng_per_ml = concentration;
	return contents;
}

static void start(int64_t reservoir, const struct path_contents *line)
{
	const struct path_contents reservoir_holds = baclofen(reservoir);
	ck_assert_int_eq(path_init(&path, &(struct path_setup){.reservoir = {10000000},
							       .tubing = {200000},
							       .catheter = {200000},
							       .reservoir_holds = &reservoir_holds,
							       .tubing_holds = line,
							       .catheter_holds = line}),
			 PUMP_OK);
	memset(&program, 0, sizeof(program));
	program.mixture = reservoir_holds.mixture;
	program.mode = PROGRAM_SIMPLE;
	program.dose.ng_per_day = 200000;
	program.low_alarm.nl = 2000000;
}

/* ng in the next 24 h. */
static int64_t day_from(int64_t minute, int64_t bridge_nl, int64_t bridge_rate)
{
	struct schedule schedule;
	struct mass mass = {-1};
	size_t slot;
	ck_assert_int_eq(schedule_make(&program, NULL, &schedule), PUMP_OK);
	ck_assert_int_eq(path_day_ahead(&path,
					&(struct path_day){.schedule = &schedule,
							   .minute = minute,
							   .bridge = {bridge_nl},
							   .bridge_rate = {bridge_rate}},
					&amount),
			 PUMP_OK);
	ck_assert_int_eq(path_drug_slot(&path, "baclofen", &slot), PUMP_OK);
	ck_assert_int_eq(path_amount_mass(&amount, slot, ROUND_UP, &mass), PUMP_OK);
	return mass.ng;
}

START_TEST(a_line_of_the_same_liquid_brings_the_programmed_dose)
{
	const struct path_contents line = baclofen(500000);
	start(500000, &line);
	ck_assert_int_eq(day_from(0, 0, 0), 200000);
	ck_assert_int_eq(amount.volume.nl, 400000);
}
END_TEST

START_TEST(without_a_bridge_the_old_liquid_comes_at_the_new_rate)
{
	const struct path_contents line = baclofen(500000);
	start(2000000, &line);
	ck_assert_int_eq(day_from(0, 0, 0), 50000); /* 0.1 mL of 500 mcg/mL: a quarter of the dose */
}
END_TEST

START_TEST(a_bridge_keeps_the_old_dose_and_the_program_follows)
{
	const struct path_contents line = baclofen(500000);
	start(2000000, &line);
	ck_assert_int_eq(day_from(0, 400000, 400000), 200000);
	start(2000000, &line);
	/* 0.2 mL in 12 h, and 12 h at 0.1 mL a day of what still lies in the line */
	ck_assert_int_eq(day_from(0, 200000, 400000), 125000);
}
END_TEST

/* 100 mcg a day, on Sundays 200. */
static void make_flex(void)
{
	program.mode = PROGRAM_FLEX;
	program.dose.ng_per_day = 0;
	program.flex = (struct program_flex){
		.count = 2,
		.patterns = {{.count = 1, .steps = {{0, {100000}}}}, {.count = 1, .steps = {{0, {200000}}}}},
		.of_day = {[6] = 1}};
}

START_TEST(steps_follow_the_minute_of_the_week)
{
	const struct path_contents line = baclofen(500000);
	start(500000, &line);
	make_flex();
	ck_assert_int_eq(day_from(0, 0, 0), 100000);
	start(500000, &line);
	make_flex();
	/* Sunday from noon on, and half a Monday */
	ck_assert_int_eq(day_from(6 * MINUTES_PER_DAY + 720, 0, 0), 150000);
}
END_TEST

START_TEST(the_first_periodic_dose_comes_after_one_interval)
{
	const struct path_contents line = baclofen(500000);
	start(500000, &line);
	program.mode = PROGRAM_PERIODIC;
	program.dose.ng_per_day = 0;
	program.periodic = (struct program_periodic){
		.dose = {20000}, .duration = {600}, .interval = {36000}, .base = {100000}};
	ck_assert_int_eq(day_from(0, 0, 0), 140000); /* at 10 h and at 20 h */
}
END_TEST

START_TEST(what_is_not_known_stays_so)
{
	const struct path_contents unknown = {.holds = PATH_UNKNOWN};
	struct schedule schedule;
	struct mass mass;
	start(500000, &unknown);
	ck_assert_int_eq(schedule_make(&program, NULL, &schedule), PUMP_OK);
	ck_assert_int_eq(path_day_ahead(&path, &(struct path_day){.schedule = &schedule}, &amount), PUMP_OK);
	ck_assert_int_eq(path_amount_mass(&amount, 0, ROUND_UP, &mass), PUMP_EUNKNOWN);
}
END_TEST

START_TEST(an_empty_reservoir_is_an_error)
{
	const struct path_contents line = baclofen(500000);
	struct schedule schedule;
	start(500000, &line);
	program.dose.ng_per_day = 6000000;
	ck_assert_int_eq(schedule_make(&program, NULL, &schedule), PUMP_OK);
	ck_assert_int_eq(path_day_ahead(&path, &(struct path_day){.schedule = &schedule}, &amount), PUMP_ERANGE);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_line_of_the_same_liquid_brings_the_programmed_dose,
		without_a_bridge_the_old_liquid_comes_at_the_new_rate,
		a_bridge_keeps_the_old_dose_and_the_program_follows,
		steps_follow_the_minute_of_the_week,
		the_first_periodic_dose_comes_after_one_interval,
		what_is_not_known_stays_so,
		an_empty_reservoir_is_an_error,
		NULL,
	};

	return suite_run_tests("path_day", tests, NULL, NULL);
}
