/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What runs beside a constant rate: flex, periodic doses, the bridge, patient boluses. */
#include "any_program.h"
#include "pump_rig.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#define HOUR_S UINT64_C(3600)
#define DAY_S  UINT64_C(86400)
/* A Monday, 00:00. */
#define MONDAY INT64_C(1767571200)

static struct program baclofen(void)
{
	return (struct program){
		.mixture = {.count = 1, .parts = {{"baclofen", {500000}}}},
		.mode = PROGRAM_SIMPLE, .dose = {200000}, .low_alarm = {2000000}};
}

/* 0.36 mL/day until 06:00, then 0.48 mL/day; on Sunday 0.4 mL/day. */
static struct program flex(void)
{
	struct program program = baclofen();

	program.mode = PROGRAM_FLEX;
	program.dose.ng_per_day = 0;
	program.flex = (struct program_flex){
		.count = 2,
		.patterns = {{.count = 2, .steps = {{0, {180000}}, {360, {240000}}}},
			     {.count = 1, .steps = {{0, {200000}}}}},
		.of_day = {[6] = 1}};
	return program;
}

/* 25 mcg (0.05 mL) over 10 min, every 2 h, at most 4 in 24 h. */
static void add_patient(struct program *program)
{
	program->patient = (struct program_patient_bolus){
		.present = true, .dose = {25000}, .duration = {600}, .lockout = {7200}, .most = 4};
}

static struct rig *start(const struct program *program, int64_t utc_s)
{
	struct pump_birth birth;

	rig_default_birth(&birth);
	birth.utc_s = utc_s;
	ck_assert_int_eq(image_encode(program, birth.image, sizeof birth.image, &birth.image_len),
			 PUMP_OK);
	return rig_create_from(&birth, 512);
}

static uint64_t delivered(struct rig *r, uint64_t therapy_s)
{
	struct pump_view view;

	rig_advance(r, therapy_s);
	pump_look(&r->pump, &view);
	ck_assert_uint_eq(view.true_reservoir_nl, view.believed_reservoir_nl);
	return view.delivered_nl;
}

static uint16_t order(struct rig *r, uint64_t token, const struct program *program)
{
	uint8_t image[IMAGE_MAX];
	size_t len;
	struct msg_staged staged;
	struct msg_committed committed;
	struct rig_order o;

	ck_assert_int_eq(image_encode(program, image, sizeof image, &len), PUMP_OK);
	ck_assert_uint_eq(rig_stage_image(r, image, len, &staged), CODE_DONE);
	rig_order(r, &o, ORDER_PROGRAM, token, &staged);
	return rig_commit(r, &o, &committed);
}

static void press(struct rig *r)
{
	pump_press_button(&r->pump, r->now_ms);
	rig_run(r);
}

/* The newest record of a type; its number field. */
static int64_t newest(struct rig *r, uint16_t type, const char *name)
{
	struct pump_view view;

	pump_look(&r->pump, &view);
	for (uint64_t seq = view.log_last; seq >= view.log_first; seq--) {
		const struct record_view *record = rig_record(r, seq);

		for (size_t i = 0; record->type == type && i < record->count; i++)
			if (strcmp(record->fields[i].name, name) == 0)
				return record->fields[i].number;
	}
	ck_abort_msg("no record %04X with %s", type, name);
	return 0;
}

START_TEST(flex_follows_the_local_minute_of_the_pumps_clock)
{
	struct program program = flex();
	struct rig *r = start(&program, MONDAY + 5 * 3600);

	ck_assert_uint_eq(delivered(r, HOUR_S), 15000);
	ck_assert_uint_eq(delivered(r, 2 * HOUR_S), 15000 + 20000);
	/* Until Monday 24:00 0.48 mL/day, then six hours of 0.36 mL/day. */
	ck_assert_uint_eq(delivered(r, 25 * HOUR_S), 15000 + 18 * 20000 + 6 * 15000);
	/* Saturday 24:00, then a Sunday of 0.4 mL. */
	ck_assert_uint_eq(delivered(r, (24 * 6 - 5) * HOUR_S), 5 * 450000 + 15000 + 18 * 20000);
	ck_assert_uint_eq(delivered(r, (24 * 7 - 5) * HOUR_S),
			  5 * 450000 + 15000 + 18 * 20000 + 400000);
	rig_destroy(r);
}
END_TEST

START_TEST(a_zone_moves_the_local_minute)
{
	struct program program = flex();
	struct rig *r = start(&program, MONDAY + 5 * 3600);

	r->pump.memory.care.zone_min = 90;
	ck_assert_uint_eq(delivered(r, HOUR_S), 20000);
	rig_destroy(r);
}
END_TEST

START_TEST(the_first_periodic_dose_comes_one_interval_after_the_order)
{
	struct program program = baclofen();
	struct rig *r;

	program.mode = PROGRAM_PERIODIC;
	program.dose.ng_per_day = 0;
	program.periodic = (struct program_periodic){
		.dose = {60000}, .duration = {1800}, .interval = {6 * 3600}, .base = {100000}};
	r = start(&program, MONDAY);
	ck_assert_uint_eq(delivered(r, 6 * HOUR_S), 50000);
	ck_assert_uint_eq(delivered(r, 6 * HOUR_S + 900), 50000 + 60000 + 2000);
	ck_assert_uint_eq(delivered(r, 6 * HOUR_S + 1800), 50000 + 120000 + 4100);
	ck_assert_uint_eq(delivered(r, 12 * HOUR_S), 100000 + 120000);
	rig_connect(r, NULL);
	rig_advance(r, 12 * HOUR_S + 60);
	ck_assert_uint_eq(order(r, 1, &program), CODE_DONE);
	/* The dose that had begun does not go on. */
	ck_assert_uint_eq(delivered(r, 18 * HOUR_S), 150000 + 120000 + 4000);
	rig_destroy(r);
}
END_TEST

START_TEST(a_bridge_runs_first_and_the_program_after_it)
{
	struct program program = baclofen(), next;
	struct rig *r = start(&program, MONDAY);

	next = program;
	next.mixture.parts[0].concentration.ng_per_ml = 2000000;
	rig_connect(r, NULL);
	ck_assert_uint_eq(order(r, 1, &next), CODE_NEEDS_BRIDGE);
	next.bridge = (struct program_bridge){
		.kind = BRIDGE_RUNS, .volume = {200000}, .rate = {400000}};
	ck_assert_uint_eq(order(r, 1, &next), CODE_DONE);
	ck_assert_uint_eq(delivered(r, 12 * HOUR_S - 1), 199900);
	ck_assert_uint_eq(delivered(r, 12 * HOUR_S), 200000);
	ck_assert_int_eq(newest(r, RECORD_BRIDGE_END, "volume"), 200000);
	/* 200 mcg/day of 2,000 mcg/mL: 0.1 mL/day. */
	ck_assert_uint_eq(delivered(r, 36 * HOUR_S), 300000);
	rig_destroy(r);
}
END_TEST

START_TEST(an_interrupted_bridge_delivers_what_was_left)
{
	struct program program = baclofen(), next;
	struct rig *r = start(&program, MONDAY);
	struct pump_view view;

	next = program;
	next.mixture.parts[0].concentration.ng_per_ml = 2000000;
	next.bridge = (struct program_bridge){
		.kind = BRIDGE_RUNS, .volume = {200000}, .rate = {400000}};
	rig_connect(r, NULL);
	ck_assert_uint_eq(order(r, 1, &next), CODE_DONE);
	ck_assert_uint_eq(delivered(r, 6 * HOUR_S), 100000);
	next.bridge = (struct program_bridge){.kind = BRIDGE_UNSAID};
	next.dose.ng_per_day = 400000;
	ck_assert_uint_eq(order(r, 2, &next), CODE_DONE);
	pump_look(&r->pump, &view);
	ck_assert_uint_eq(view.bridge_nl, 100000);
	ck_assert_uint_eq(view.rate_nl_per_day, 400000);
	ck_assert_uint_eq(delivered(r, 12 * HOUR_S), 200000);
	ck_assert_uint_eq(delivered(r, 36 * HOUR_S), 400000);
	rig_destroy(r);
}
END_TEST

START_TEST(a_bridge_that_is_said_again_is_not_run_again)
{
	struct program next = baclofen();
	struct rig *r = start(&next, MONDAY);
	struct pump_view view;

	next.mixture.parts[0].concentration.ng_per_ml = 2000000;
	next.bridge = (struct program_bridge){
		.kind = BRIDGE_RUNS, .volume = {200000}, .rate = {400000}};
	rig_connect(r, NULL);
	ck_assert_uint_eq(order(r, 1, &next), CODE_DONE);
	rig_advance(r, 6 * HOUR_S);
	next.low_alarm.nl = 3000000;
	ck_assert_uint_eq(order(r, 2, &next), CODE_DONE);
	pump_look(&r->pump, &view);
	ck_assert_uint_eq(view.bridge_nl, 100000);
	rig_advance(r, DAY_S);
	ck_assert_uint_eq(order(r, 3, &next), CODE_DONE);
	pump_look(&r->pump, &view);
	ck_assert_uint_eq(view.bridge_nl, 0);
	next.bridge.volume.nl = 100000;
	ck_assert_uint_eq(order(r, 4, &next), CODE_DONE);
	pump_look(&r->pump, &view);
	ck_assert_uint_eq(view.bridge_nl, 100000);
	rig_destroy(r);
}
END_TEST

START_TEST(a_stated_reason_ends_a_bridge)
{
	struct program program = baclofen(), next;
	struct rig *r = start(&program, MONDAY);
	struct pump_view view;

	next = program;
	next.bridge = (struct program_bridge){
		.kind = BRIDGE_RUNS, .volume = {200000}, .rate = {400000}};
	rig_connect(r, NULL);
	ck_assert_uint_eq(order(r, 1, &next), CODE_DONE);
	next.bridge = (struct program_bridge){
		.kind = BRIDGE_NONE, .reason = BRIDGE_LINE_ASPIRATED};
	next.mixture.parts[0].concentration.ng_per_ml = 2000000;
	ck_assert_uint_eq(order(r, 2, &next), CODE_DONE);
	pump_look(&r->pump, &view);
	ck_assert_uint_eq(view.bridge_nl, 0);
	ck_assert_uint_eq(view.rate_nl_per_day, 100000);
	rig_destroy(r);
}
END_TEST

START_TEST(lockout_and_count_hold_over_rolling_windows)
{
	struct program program = baclofen();
	struct rig *r;

	add_patient(&program);
	r = start(&program, MONDAY);
	rig_advance(r, 7199);
	press(r);
	ck_assert_int_eq(newest(r, RECORD_PATIENT_BOLUS, "answer"), 0x66);
	for (uint64_t i = 1; i <= 4; i++) {
		rig_advance(r, i * 7200);
		press(r);
		ck_assert_int_eq(newest(r, RECORD_PATIENT_BOLUS, "answer"), 0x55);
		ck_assert_int_eq(newest(r, RECORD_PATIENT_BOLUS, "volume"), 50000);
		ck_assert_int_eq(newest(r, RECORD_PATIENT_BOLUS, "in-24-hours"), (int64_t)i);
		rig_advance(r, i * 7200 + 7199);
		press(r);
		ck_assert_int_eq(newest(r, RECORD_PATIENT_BOLUS, "answer"), 0x66);
	}
	rig_advance(r, DAY_S + 7199);
	press(r);
	ck_assert_int_eq(newest(r, RECORD_PATIENT_BOLUS, "answer"), 0x69);
	/* The first of the four leaves the window. */
	rig_advance(r, DAY_S + 7200);
	press(r);
	ck_assert_int_eq(newest(r, RECORD_PATIENT_BOLUS, "answer"), 0x55);
	rig_advance(r, DAY_S + 7200 + 600);
	ck_assert_int_eq(newest(r, RECORD_BOLUS, "end"), 0x55);
	ck_assert_int_eq(newest(r, RECORD_BOLUS, "volume"), 50000);
	rig_destroy(r);
}
END_TEST

START_TEST(an_order_ends_the_bolus_and_starts_the_lockout_anew)
{
	struct program program = baclofen();
	struct rig *r;

	add_patient(&program);
	r = start(&program, MONDAY);
	rig_connect(r, NULL);
	rig_advance(r, 3 * HOUR_S);
	press(r);
	rig_advance(r, 3 * HOUR_S + 300);
	program.dose.ng_per_day = 210000;
	ck_assert_uint_eq(order(r, 1, &program), CODE_DONE);
	ck_assert_int_eq(newest(r, RECORD_BOLUS, "end"), 0x33);
	ck_assert_int_eq(newest(r, RECORD_BOLUS, "volume"), 25000);
	ck_assert_int_eq(newest(r, RECORD_BOLUS, "seconds"), 300);
	rig_advance(r, 5 * HOUR_S + 299);
	press(r);
	ck_assert_int_eq(newest(r, RECORD_PATIENT_BOLUS, "answer"), 0x66);
	rig_advance(r, 5 * HOUR_S + 300);
	press(r);
	ck_assert_int_eq(newest(r, RECORD_PATIENT_BOLUS, "answer"), 0x55);
	ck_assert_int_eq(newest(r, RECORD_PATIENT_BOLUS, "in-24-hours"), 2);
	rig_destroy(r);
}
END_TEST

START_TEST(a_bolus_is_denied_where_it_must_not_be_given)
{
	struct program program = baclofen();
	struct msg_committed committed;
	struct rig *r = start(&program, MONDAY);

	rig_connect(r, NULL);
	press(r);
	ck_assert_int_eq(newest(r, RECORD_PATIENT_BOLUS, "answer"), 0x33);
	add_patient(&program);
	program.bridge = (struct program_bridge){
		.kind = BRIDGE_RUNS, .volume = {200000}, .rate = {400000}};
	ck_assert_uint_eq(order(r, 1, &program), CODE_DONE);
	rig_advance(r, 11 * HOUR_S);
	press(r);
	ck_assert_int_eq(newest(r, RECORD_PATIENT_BOLUS, "answer"), 0x5A);
	rig_advance(r, 13 * HOUR_S);
	press(r);
	ck_assert_int_eq(newest(r, RECORD_PATIENT_BOLUS, "answer"), 0x55);
	ck_assert_uint_eq(rig_commit_act(r, ORDER_STOP, ACT_STOP, 2, &committed), CODE_DONE);
	rig_advance(r, 24 * HOUR_S);
	press(r);
	ck_assert_int_eq(newest(r, RECORD_PATIENT_BOLUS, "answer"), 0x3C);
	rig_destroy(r);
}
END_TEST

START_TEST(a_bolus_that_loses_power_is_not_resumed_and_counts_stand)
{
	struct program program = baclofen();
	struct pump_view view;
	struct rig *r;

	add_patient(&program);
	r = start(&program, MONDAY);
	rig_advance(r, 3 * HOUR_S);
	press(r);
	rig_advance(r, 3 * HOUR_S + 120);
	pump_save_body(&r->pump, r->body);
	rig_boot(r, true);
	rig_run(r);
	ck_assert_int_eq(newest(r, RECORD_BOLUS, "end"), 0x33);
	ck_assert_int_eq(newest(r, RECORD_BOLUS, "seconds"), 120);
	/* Three hours and two minutes of 0.4 mL/day, and 120 of 600 s of 0.05 mL. */
	ck_assert_uint_eq(delivered(r, 3 * HOUR_S + 120), 50500 + 10000);
	pump_look(&r->pump, &view);
	ck_assert_uint_eq(view.rate_nl_per_day, 400000);
	ck_assert_uint_eq(view.boluses_24h, 1);
	rig_advance(r, 5 * HOUR_S - 1);
	press(r);
	ck_assert_int_eq(newest(r, RECORD_PATIENT_BOLUS, "answer"), 0x66);
	rig_destroy(r);
}
END_TEST

START_TEST(a_clock_that_is_set_moves_no_lockout)
{
	struct program program = baclofen();
	struct rig *r;

	add_patient(&program);
	r = start(&program, MONDAY);
	rig_advance(r, 2 * HOUR_S);
	press(r);
	ck_assert_int_eq(newest(r, RECORD_PATIENT_BOLUS, "answer"), 0x55);
	r->pump.memory.core.utc_s += 86400;
	rig_advance(r, 4 * HOUR_S - 1);
	press(r);
	ck_assert_int_eq(newest(r, RECORD_PATIENT_BOLUS, "answer"), 0x66);
	rig_advance(r, 4 * HOUR_S);
	press(r);
	ck_assert_int_eq(newest(r, RECORD_PATIENT_BOLUS, "in-24-hours"), 2);
	rig_destroy(r);
}
END_TEST

/* A program that a PX40 runs for two days on what is in the reservoir. */
static void any_modest_program(struct program *program)
{
	do {
		any_program(program);
		for (size_t i = 0; i < program->mixture.count; i++)
			program->mixture.parts[i].concentration.ng_per_ml = 10000000;
		for (size_t i = 0; i < program->flex.count; i++)
			for (size_t k = 0; k < program->flex.patterns[i].count; k++)
				program->flex.patterns[i].steps[k].dose.ng_per_day =
					any_between(500000, 20000000);
		program->periodic.dose.ng = program->mode == PROGRAM_PERIODIC
						    ? any_between(10000, 900000)
						    : 0;
		if (program->mode == PROGRAM_PERIODIC) {
			program->periodic.interval.s = 60 * any_between(120, 1440);
			program->periodic.duration.s = any_between(600, 7200);
			program->periodic.base.ng_per_day = any_between(500000, 20000000);
		}
		if (program->mode == PROGRAM_SIMPLE)
			program->dose.ng_per_day = any_between(500000, 20000000);
		if (program->patient.present) {
			program->patient.dose.ng = any_between(10000, 100000);
			program->patient.most = any_between(1, 8);
		}
		program->bridge = (struct program_bridge){.kind = BRIDGE_UNSAID};
	} while (!program_is_valid(program));
}

static void run(struct rig *r, const uint64_t *presses, uint64_t step_s, uint64_t end_s)
{
	size_t next = 0;

	for (uint64_t t = 0; t < end_s; t += step_s) {
		while (presses[next] < t && presses[next] < end_s) {
			rig_advance(r, presses[next++]);
			press(r);
		}
		rig_advance(r, t);
	}
	while (presses[next] < end_s) {
		rig_advance(r, presses[next++]);
		press(r);
	}
	rig_advance(r, end_s);
}

START_TEST(nothing_delivers_more_than_the_totals_say_however_time_passes)
{
	enum { PRESSES = 40 };
	uint64_t presses[PRESSES + 1];

	srandom((unsigned)_i);
	for (int round = 0; round < 6; round++) {
		struct pump_view a, b;
		struct program_totals totals;
		struct program program;
		struct rig *jump, *step;

		any_modest_program(&program);
		if (program_totals(&program, pump_limits_find("PX40"), &totals) != PUMP_OK ||
		    totals.greatest.nl_per_day > 24000000)
			continue;
		for (size_t i = 0; i < PRESSES; i++)
			presses[i] = (i + 1) * 4000;
		presses[PRESSES] = UINT64_MAX;
		jump = start(&program, MONDAY + any_between(0, 604800));
		step = start(&program, jump->birth.utc_s);
		run(jump, presses, 2 * DAY_S, 2 * DAY_S);
		run(step, presses, (uint64_t)any_between(300, 5000), 2 * DAY_S);
		pump_look(&jump->pump, &a);
		pump_look(&step->pump, &b);
		ck_assert_mem_eq(jump->nvm, step->nvm, jump->nvm_size);
		ck_assert_uint_eq(a.delivered_nl, b.delivered_nl);
		ck_assert_uint_eq(a.true_reservoir_nl, a.believed_reservoir_nl);
		ck_assert_uint_le(a.delivered_nl, 2 * (uint64_t)totals.worst_24h.nl);
		rig_check_chain(jump);
		rig_destroy(jump);
		rig_destroy(step);
	}
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("pump_doses");

	tcase_set_timeout(cases, 200);
	tcase_add_test(cases, flex_follows_the_local_minute_of_the_pumps_clock);
	tcase_add_test(cases, a_zone_moves_the_local_minute);
	tcase_add_test(cases, the_first_periodic_dose_comes_one_interval_after_the_order);
	tcase_add_test(cases, a_bridge_runs_first_and_the_program_after_it);
	tcase_add_test(cases, an_interrupted_bridge_delivers_what_was_left);
	tcase_add_test(cases, a_bridge_that_is_said_again_is_not_run_again);
	tcase_add_test(cases, a_stated_reason_ends_a_bridge);
	tcase_add_test(cases, lockout_and_count_hold_over_rolling_windows);
	tcase_add_test(cases, an_order_ends_the_bolus_and_starts_the_lockout_anew);
	tcase_add_test(cases, a_bolus_is_denied_where_it_must_not_be_given);
	tcase_add_test(cases, a_bolus_that_loses_power_is_not_resumed_and_counts_stand);
	tcase_add_test(cases, a_clock_that_is_set_moves_no_lockout);
	tcase_add_loop_test(cases, nothing_delivers_more_than_the_totals_say_however_time_passes, 0, 4);
	return suite_run(cases);
}
