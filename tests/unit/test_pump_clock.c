/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a clock order moves: the phase of flex and dates, and nothing that guards the patient. */
#include "pump_rig.h"
#include "suite.h"

#include <string.h>

#define HOUR_S UINT64_C(3600)
#define DAY_S  INT64_C(86400)
/* A Monday, 00:00. */
#define MONDAY INT64_C(1767571200)

static struct rig *r;
static struct msg_staged staged;
static struct msg_committed committed;

/* 0.36 mL/day until 06:00, then 0.48 mL/day; on Sunday 0.4 mL/day. */
static struct program flex(void)
{
	return (struct program){
		.mixture = {.count = 1, .parts = {{"baclofen", {500000}}}},
		.mode = PROGRAM_FLEX,
		.low_alarm = {2000000},
		.flex = {.count = 2,
			 .patterns = {{.count = 2, .steps = {{0, {180000}}, {360, {240000}}}},
				      {.count = 1, .steps = {{0, {200000}}}}},
			 .of_day = {[6] = 1}}};
}

static void start(const struct program *program)
{
	if (r)
		rig_destroy(r);
	r = rig_create_running(program, MONDAY + 5 * (int64_t)HOUR_S);
}

static void setup(void)
{
	struct program program = flex();

	r = NULL;
	start(&program);
}

static void teardown(void)
{
	rig_destroy(r);
}

/* Stages a clock that is right at the pump's present ticks; what the pump says that it moves. */
static int64_t stage(int64_t clock_s, int16_t zone_min)
{
	struct change change = {.parts = PART_CLOCK,
				.clock = {.clock_s = clock_s, .zone_min = zone_min}};

	change.clock.ticks_ms = rig_ask_ticks(r);
	ck_assert_uint_eq(rig_stage_change(r, &change, &staged), CODE_DONE);
	return staged.clock_nl;
}

static void set(int64_t clock_s, int16_t zone_min)
{
	struct rig_order order;

	stage(clock_s, zone_min);
	rig_order(r, &order, ORDER_CLOCK, ++r->token, &staged);
	ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_DONE);
}

static struct pump_view look(uint64_t therapy_s)
{
	struct pump_view view;

	rig_advance(r, therapy_s);
	pump_look(&r->pump, &view);
	return view;
}

START_TEST(what_a_clock_skips_or_repeats_of_flex_is_told)
{
	const int64_t now = MONDAY + 5 * (int64_t)HOUR_S;

	/* An hour ahead skips 05:00 to 06:00 at 0.36 mL/day, two hours ahead also one of 0.48. */
	ck_assert_int_eq(stage(now + 3600, 0), -15000);
	ck_assert_int_eq(stage(now + 7200, 0), -35000);
	/* An hour back repeats 04:00 to 05:00; six hours back also an hour of Sunday. */
	ck_assert_int_eq(stage(now - 3600, 0), 15000);
	ck_assert_int_eq(stage(now - 6 * 3600, 0), 5 * 15000 + 16667);
	/* A zone moves the local time as a clock does, and both together add up. */
	ck_assert_int_eq(stage(now, 60), -15000);
	ck_assert_int_eq(stage(now - 3600, 60), 0);
	ck_assert_int_eq(stage(now, 0), 0);
	/* A week: six days of 0.45 mL and a Sunday. */
	ck_assert_int_eq(stage(now + 7 * DAY_S, 0), -(6 * 450000 + 400000));
	ck_assert_int_eq(stage(now - 7 * DAY_S - 3600, 0), 6 * 450000 + 400000 + 15000);
	/* 30 s within a minute; less than a nL is rounded up. */
	ck_assert_int_eq(stage(now + 30, 0), -125);
	ck_assert_int_eq(stage(now + 1, 0), -5);
	ck_assert_int_eq(stage(INT64_MAX, 0) < 0, 1);
	ck_assert_int_eq(stage(INT64_MIN, 0) > 0, 1);
}
END_TEST

START_TEST(nothing_is_skipped_where_no_flex_program_runs)
{
	struct program program = flex();

	ck_assert_uint_eq(rig_commit_act(r, ORDER_STOP, ACT_STOP, ++r->token, &committed), CODE_DONE);
	ck_assert_int_eq(stage(MONDAY, 0), 0);
	program.mode = PROGRAM_SIMPLE;
	program.dose.ng_per_day = 200000;
	memset(&program.flex, 0, sizeof program.flex);
	start(&program);
	ck_assert_int_eq(stage(MONDAY, 0), 0);
	ck_assert_int_eq(stage(MONDAY, 600), 0);
}
END_TEST

START_TEST(flex_follows_the_new_clock_at_once)
{
	ck_assert_uint_eq(look(600).rate_nl_per_day, 360000);
	set(MONDAY + 6 * (int64_t)HOUR_S, 0);
	ck_assert_uint_eq(look(600).rate_nl_per_day, 480000);
	set(MONDAY + 6 * (int64_t)HOUR_S, -60);
	ck_assert_uint_eq(look(600).rate_nl_per_day, 360000);
	ck_assert_uint_eq(look(600 + 3599).rate_nl_per_day, 360000);
	ck_assert_uint_eq(look(600 + 3600).rate_nl_per_day, 480000);
}
END_TEST

START_TEST(no_clock_moves_lockout_count_or_a_running_bolus)
{
	struct program program = flex();

	program.patient = (struct program_patient_bolus){
		.present = true, .dose = {25000}, .duration = {600}, .lockout = {7200}, .most = 4};
	start(&program);
	look(7200);
	pump_press_button(&r->pump, r->now_ms);
	rig_run(r);
	set(MONDAY + 400 * DAY_S, 120);
	ck_assert_uint_eq(look(7200).boluses_24h, 1);
	ck_assert_uint_eq(look(7799).rate_nl_per_day, 360000 + 7200000);
	look(7200 + 7199);
	pump_press_button(&r->pump, r->now_ms);
	rig_run(r);
	ck_assert_int_eq(rig_record(r, look(0).log_last)->fields[0].number, 0x66);
	set(MONDAY - 400 * DAY_S, 0);
	look(14400);
	pump_press_button(&r->pump, r->now_ms);
	rig_run(r);
	ck_assert_int_eq(rig_record(r, look(0).log_last)->fields[0].number, 0x55);
	ck_assert_uint_eq(look(7200 + 86399).boluses_24h, 2);
	ck_assert_uint_eq(look(7200 + 86400).boluses_24h, 1);
}
END_TEST

START_TEST(no_clock_moves_periodic_doses)
{
	struct program program = flex();

	program.mode = PROGRAM_PERIODIC;
	memset(&program.flex, 0, sizeof program.flex);
	program.periodic = (struct program_periodic){
		.dose = {60000}, .duration = {1800}, .interval = {6 * 3600}, .base = {100000}};
	start(&program);
	look(3 * HOUR_S);
	ck_assert_int_eq(stage(MONDAY + 40 * DAY_S, 60), 0);
	set(MONDAY + 40 * DAY_S + 77, 60);
	ck_assert_uint_eq(look(6 * HOUR_S - 1).rate_nl_per_day, 200000);
	ck_assert_uint_eq(look(6 * HOUR_S).rate_nl_per_day, 200000 + 5760000);
}
END_TEST

START_TEST(ticks_that_were_not_yet_and_zones_that_do_not_exist_are_refused)
{
	struct change change = {.parts = PART_CLOCK, .clock = {.clock_s = MONDAY}};
	struct rig_order order;

	change.clock.ticks_ms = rig_ask_ticks(r) + 1000;
	ck_assert_uint_eq(rig_stage_change(r, &change, &staged), CODE_DONE);
	ck_assert_int_eq(staged.clock_nl, 0);
	rig_order(r, &order, ORDER_CLOCK, 1, &staged);
	ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_OUT_OF_RANGE);
	change.clock.ticks_ms = 0;
	change.clock.zone_min = 841;
	ck_assert_uint_eq(rig_stage_change(r, &change, &staged), CODE_DONE);
	rig_order(r, &order, ORDER_CLOCK, 1, &staged);
	ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_OUT_OF_RANGE);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		what_a_clock_skips_or_repeats_of_flex_is_told,
		nothing_is_skipped_where_no_flex_program_runs,
		flex_follows_the_new_clock_at_once,
		no_clock_moves_lockout_count_or_a_running_bolus,
		no_clock_moves_periodic_doses,
		ticks_that_were_not_yet_and_zones_that_do_not_exist_are_refused,
		NULL,
	};

	return suite_run_tests("pump clock", tests, setup, teardown);
}
