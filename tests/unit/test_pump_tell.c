/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a programmer reads of a pump: STATUS and CARE, from what orders and time brought. */
#include "pump_rig.h"
#include "suite.h"

#include <string.h>

static struct rig *r;
static struct msg_staged staged;
static struct msg_committed committed;

static void setup(void)
{
	r = rig_create(64);
	rig_connect(r, NULL);
}

static void teardown(void)
{
	rig_destroy(r);
}

static void give(uint16_t kind, const struct change *change)
{
	ck_assert_uint_eq(rig_give(r, kind, change, &staged, &committed), CODE_DONE);
}

static struct msg_status status(void)
{
	struct message answer;

	rig_ask_op(r, OP_GET_STATUS, &answer);
	ck_assert_uint_eq(answer.op, OP_STATUS);
	return answer.as.status;
}

static struct msg_care care(void)
{
	struct message answer;

	rig_ask_op(r, OP_GET_CARE, &answer);
	ck_assert_uint_eq(answer.op, OP_CARE);
	return answer.as.care;
}

/* Anna gives the order by the magnet alone: nobody signs. */
static void break_glass(uint16_t kind, enum therapy_act act)
{
	struct rig_order order;

	pump_press_magnet(&r->pump, r->now_ms);
	ck_assert_uint_eq(rig_stage_act(r, act, &staged), CODE_DONE);
	rig_order(r, &order, kind, ++r->token, &staged);
	order.signer_count = 0;
	ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_DONE);
}

START_TEST(a_pump_that_was_told_nothing_says_so)
{
	struct msg_care told;

	rig_advance(r, 90);
	told = care();
	ck_assert_uint_eq(told.filled_nl, 0);
	ck_assert_uint_eq(told.drawn_nl, CARE_NOT_MEASURED);
	ck_assert_str_eq(told.lot, "");
	ck_assert_uint_eq(told.catheter_nl, 0);
	ck_assert_uint_eq(told.contents, CONTENTS_UNKNOWN);
	ck_assert_uint_eq(told.filled_ago_s, 90);
	ck_assert_uint_eq(told.clock_set_ago_s, 90);
	ck_assert_uint_eq(told.due_count, 0);
}
END_TEST

START_TEST(every_field_of_a_fill_can_be_read_again)
{
	struct change change = {.parts = PART_FILL,
				.fill = {.volume_nl = 19000000, .drawn_nl = 1500000, .rinsed = true,
					 .expiry_day = 20600, .lot = "LOT-4711",
					 .mixture = {1, {{"morphine", {MG_PER_ML_10}}}}}};
	struct msg_care told;

	rig_advance(r, 1000);
	give(ORDER_REFILL, &change);
	rig_advance(r, 1600);
	told = care();
	ck_assert_uint_eq(told.filled_ago_s, 600);
	ck_assert_uint_eq(told.filled_nl, 19000000);
	ck_assert_uint_eq(told.drawn_nl, 1500000);
	ck_assert(told.rinsed);
	ck_assert_uint_eq(told.expiry_day, 20600);
	ck_assert_str_eq(told.lot, "LOT-4711");
	change.fill.drawn_nl = UINT32_MAX;
	change.fill.rinsed = false;
	give(ORDER_REFILL, &change);
	told = care();
	ck_assert_uint_eq(told.drawn_nl, CARE_NOT_MEASURED);
	ck_assert(!told.rinsed);
}
END_TEST

START_TEST(every_field_of_a_catheter_can_be_read_again)
{
	struct change change = {.parts = PART_CATHETER,
				.catheter = {.what = CATHETER_SET, .length_mm = 380, .volume_nl = 190000,
					     .tip = "T10", .contents = CONTENTS_RESERVOIR}};
	struct msg_care told;

	rig_advance(r, 100);
	give(ORDER_CATHETER, &change);
	rig_advance(r, 150);
	told = care();
	ck_assert_uint_eq(told.catheter_ago_s, 50);
	ck_assert_uint_eq(told.catheter_length_mm, 380);
	ck_assert_uint_eq(told.catheter_nl, 190000);
	ck_assert_str_eq(told.tip, "T10");
	ck_assert_uint_eq(told.contents, CONTENTS_RESERVOIR);
	/* What was aspirated changes what it holds, not what it is. */
	change.catheter = (struct act_catheter){.what = CATHETER_ASPIRATED, .contents = CONTENTS_FLUID};
	give(ORDER_CATHETER, &change);
	told = care();
	ck_assert_uint_eq(told.catheter_ago_s, 0);
	ck_assert_uint_eq(told.catheter_nl, 190000);
	ck_assert_uint_eq(told.contents, CONTENTS_FLUID);
}
END_TEST

START_TEST(ordered_boluses_count_for_24_hours_after_their_end_through_a_loss_of_power)
{
	struct change change = {.parts = PART_BOLUS, .bolus = {BOLUS_SINGLE, 100000, 600}};
	struct change prime = {.parts = PART_BOLUS, .bolus = {BOLUS_PRIMING, 20000, 600}};
	const uint64_t day_s = 86400;

	ck_assert_uint_eq(care().boluses_24h_nl, 0);
	rig_advance(r, 1000);
	give(ORDER_BOLUS, &change); /* 0.1 mg of 10 mg/mL */
	ck_assert_uint_eq(care().boluses_24h_nl, 0);
	rig_advance(r, 1600);
	ck_assert_uint_eq(care().boluses_24h_nl, 10000);
	give(ORDER_BOLUS, &prime);
	rig_advance(r, 2200);
	ck_assert_uint_eq(care().boluses_24h_nl, 30000);
	rig_boot(r, true);
	rig_connect(r, NULL);
	ck_assert_uint_eq(care().boluses_24h_nl, 30000);
	rig_advance(r, 1600 + day_s);
	ck_assert_uint_eq(care().boluses_24h_nl, 30000);
	rig_advance(r, 1601 + day_s);
	ck_assert_uint_eq(care().boluses_24h_nl, 20000);
	rig_advance(r, 2201 + day_s);
	ck_assert_uint_eq(care().boluses_24h_nl, 0);
}
END_TEST

START_TEST(the_clock_is_told_with_its_zone_and_how_long_it_stands)
{
	struct change change = {.parts = PART_CLOCK};
	struct msg_care told;

	rig_advance(r, 500);
	change.clock.ticks_ms = rig_ask_ticks(r);
	change.clock.clock_s = 1800000000;
	change.clock.zone_min = -210;
	give(ORDER_CLOCK, &change);
	rig_advance(r, 560);
	told = care();
	ck_assert_int_eq(told.zone_min, -210);
	ck_assert_int_eq(told.clock_s, 1800000060);
	ck_assert_uint_eq(told.clock_set_ago_s, 60);
	ck_assert_uint_eq(told.ticks_ms, rig_ask_ticks(r));
}
END_TEST

START_TEST(a_countersignature_that_is_due_is_named_and_counted_until_it_comes)
{
	struct change change = {.parts = PART_COUNTERSIGN};
	struct msg_care told;

	break_glass(ORDER_STOP, ACT_STOP);
	change.countersign = committed.record_seq;
	ck_assert_uint_eq(status().countersign_due, 1);
	rig_advance(r, 86400 + 5);
	told = care();
	ck_assert_uint_eq(told.due_count, 1);
	ck_assert_uint_eq(told.due[0].record_seq, change.countersign);
	ck_assert_int_eq(told.due[0].left_s, -5);
	give(ORDER_COUNTERSIGN, &change);
	ck_assert_uint_eq(care().due_count, 0);
	ck_assert_uint_eq(status().countersign_due, 0);
}
END_TEST

START_TEST(a_stop_with_a_duration_says_how_long_it_lasts)
{
	struct change change = {.parts = PART_THERAPY | PART_DURATION, .therapy = ACT_STOP, .stop_s = 7200};

	give(ORDER_STOP, &change);
	rig_advance(r, 200);
	ck_assert_uint_eq(status().stop_left_s, 7000);
	rig_advance(r, 7300);
	ck_assert_uint_eq(status().stop_left_s, 0);
	give(ORDER_STOP, &change);
	ck_assert_uint_eq(status().stop_left_s, 7200);
	ck_assert_uint_eq(rig_commit_act(r, ORDER_RESUME, ACT_RESUME, ++r->token, &committed), CODE_DONE);
	ck_assert_uint_eq(status().stop_left_s, 0);
}
END_TEST

static void restart_with(const struct program *program)
{
	rig_destroy(r);
	r = rig_create_running(program, 0);
}

START_TEST(a_bolus_that_runs_is_told_with_what_is_left_of_it)
{
	struct program program = rig_baclofen();

	program.patient = (struct program_patient_bolus){
		.present = true, .dose = {25000}, .duration = {600}, .lockout = {600}, .most = 4};
	restart_with(&program);
	rig_advance(r, 1000);
	ck_assert_uint_eq(status().bolus, 0);
	pump_press_button(&r->pump, r->now_ms);
	rig_run(r);
	rig_advance(r, 1150);
	/* 0.05 mL in 10 min: three quarters of it are left. */
	ck_assert_uint_eq(status().bolus, BOLUS_KIND_PATIENT);
	ck_assert_uint_eq(status().bolus_left_nl, 37500);
	ck_assert_uint_eq(status().boluses_24h, 1);
	rig_advance(r, 1600);
	ck_assert_uint_eq(status().bolus, 0);
	ck_assert_uint_eq(status().bolus_left_nl, 0);
	ck_assert_uint_eq(status().boluses_24h, 1);
}
END_TEST

START_TEST(a_periodic_dose_is_told_while_it_runs)
{
	struct program program = rig_baclofen();

	program.mode = PROGRAM_PERIODIC;
	program.dose.ng_per_day = 0;
	program.periodic = (struct program_periodic){
		.dose = {60000}, .duration = {1800}, .interval = {6 * 3600}, .base = {100000}};
	restart_with(&program);
	rig_advance(r, 6 * 3600 + 600);
	/* 0.12 mL in 30 min: two thirds of it are left. */
	ck_assert_uint_eq(status().bolus, BOLUS_KIND_PERIODIC);
	ck_assert_uint_eq(status().bolus_left_nl, 80000);
}
END_TEST

START_TEST(a_bridge_is_told_until_it_is_delivered)
{
	struct program program = rig_baclofen();
	struct change change = {.parts = PART_IMAGE};
	uint8_t image[IMAGE_MAX];

	restart_with(&program);
	program.bridge = (struct program_bridge){
		.kind = BRIDGE_RUNS, .volume = {100000}, .rate = {2400000}};
	ck_assert_int_eq(image_encode(&program, image, sizeof image, &change.image_len), PUMP_OK);
	change.image = image;
	give(ORDER_PROGRAM, &change);
	ck_assert_uint_eq(status().bridge_left_nl, 100000);
	rig_advance(r, 900);
	/* 2.4 mL/day are 0.1 mL an hour. */
	ck_assert_uint_eq(status().bridge_left_nl, 75000);
	rig_advance(r, 3600);
	ck_assert_uint_eq(status().bridge_left_nl, 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_pump_that_was_told_nothing_says_so,
		every_field_of_a_fill_can_be_read_again,
		every_field_of_a_catheter_can_be_read_again,
		ordered_boluses_count_for_24_hours_after_their_end_through_a_loss_of_power,
		the_clock_is_told_with_its_zone_and_how_long_it_stands,
		a_countersignature_that_is_due_is_named_and_counted_until_it_comes,
		a_stop_with_a_duration_says_how_long_it_lasts,
		a_bolus_that_runs_is_told_with_what_is_left_of_it,
		a_periodic_dose_is_told_while_it_runs,
		a_bridge_is_told_until_it_is_delivered,
		NULL,
	};

	return suite_run_tests("pump tell", tests, setup, teardown);
}
