/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Boluses that are ordered: what the pump tells, gives, refuses and writes down. */
#include "pump_rig.h"
#include "suite.h"

#include <string.h>

enum { BASE_RATE = 400000, RESERVOIR_NL = 20000000, RESIDUAL_NL = 1400000, GREATEST = 24000000 };

static struct rig *r;
static struct msg_staged staged;
static struct msg_committed committed;

static void start(const struct program *program)
{
	if (r)
		rig_destroy(r);
	r = rig_create_running(program, 0);
}

static void setup(void)
{
	struct program program = rig_baclofen();

	r = NULL;
	start(&program);
}

static void teardown(void)
{
	rig_destroy(r);
}

static uint16_t give(uint16_t kind, const struct change *change)
{
	return rig_give(r, kind, change, &staged, &committed);
}

static uint16_t give_bolus(enum bolus_act what, uint64_t amount, uint32_t seconds)
{
	struct change change = {.parts = PART_BOLUS, .bolus = {(uint8_t)what, amount, seconds}};

	return give(what == BOLUS_STOP ? ORDER_BOLUS_STOP : ORDER_BOLUS, &change);
}

static uint16_t give_image(const struct program *program, uint32_t more, const struct change *acts)
{
	struct change change = *acts;
	uint8_t image[IMAGE_MAX];

	ck_assert_int_eq(image_encode(program, image, sizeof image, &change.image_len), PUMP_OK);
	change.image = image;
	change.parts = PART_IMAGE | more;
	return give(more & PART_FILL ? ORDER_REFILL : ORDER_PROGRAM, &change);
}

static struct pump_view look(uint64_t therapy_s)
{
	struct pump_view view;

	rig_advance(r, therapy_s);
	pump_look(&r->pump, &view);
	return view;
}

/* The newest bolus record. */
static int64_t record(const char *name)
{
	struct pump_view view = look(0);

	for (uint64_t seq = view.log_last; seq >= view.log_first; seq--) {
		const struct record_view *found = rig_record(r, seq);

		for (size_t i = 0; found->type == RECORD_BOLUS && i < found->count; i++)
			if (strcmp(found->fields[i].name, name) == 0)
				return found->fields[i].number;
	}
	ck_abort_msg("no bolus record");
	return 0;
}

/* To the patient's button, from the newest record of it. */
static int64_t newest_answer(void)
{
	for (uint64_t seq = look(0).log_last; seq >= 1; seq--)
		if (rig_record(r, seq)->type == RECORD_PATIENT_BOLUS)
			return rig_record(r, seq)->fields[0].number;
	ck_abort_msg("no answer to the patient");
	return 0;
}

START_TEST(a_single_bolus_says_what_it_delivers_delivers_it_and_returns_to_the_program)
{
	ck_assert_uint_eq(give_bolus(BOLUS_SINGLE, 25000, 600), CODE_DONE);
	ck_assert_uint_eq(staged.bolus_nl, 50000);
	ck_assert_uint_eq(staged.bolus_nl_per_day, 7200000);
	ck_assert_uint_eq(staged.bolus_s, 600);
	ck_assert_uint_eq(staged.rate_nl_per_day, BASE_RATE);
	ck_assert_uint_eq(staged.therapy, THERAPY_RUNNING);
	ck_assert_uint_eq(look(0).rate_nl_per_day, BASE_RATE + 7200000);
	ck_assert_uint_eq(look(599).rate_nl_per_day, BASE_RATE + 7200000);
	ck_assert_uint_eq(look(600).rate_nl_per_day, BASE_RATE);
	/* 0.05 mL and ten minutes of 0.4 mL/day, in whole strokes of 100 nL. */
	ck_assert_uint_eq(look(600).delivered_nl, 52700);
	ck_assert_int_eq(record("kind"), BOLUS_KIND_SINGLE);
	ck_assert_int_eq(record("end"), 0x55);
	ck_assert_int_eq(record("volume"), 50000);
	ck_assert_int_eq(record("seconds"), 600);
	ck_assert_uint_eq(look(86400).delivered_nl, BASE_RATE + 50000);
}
END_TEST

START_TEST(a_priming_bolus_is_a_volume_and_needs_no_program_of_its_own)
{
	ck_assert_uint_eq(give_bolus(BOLUS_PRIMING, 150000, 900), CODE_DONE);
	ck_assert_uint_eq(staged.bolus_nl, 150000);
	ck_assert_uint_eq(staged.bolus_nl_per_day, 14400000);
	look(900);
	ck_assert_int_eq(record("kind"), BOLUS_KIND_PRIMING);
	ck_assert_int_eq(record("volume"), 150000);
	ck_assert_uint_eq(look(86400).delivered_nl, BASE_RATE + 150000);
}
END_TEST

START_TEST(an_order_record_of_a_bolus_holds_its_amount)
{
	const struct record_view *found;

	ck_assert_uint_eq(give_bolus(BOLUS_SINGLE, 25000, 600), CODE_DONE);
	found = rig_record(r, committed.record_seq);
	ck_assert_int_eq(found->fields[3].number, ORDER_BOLUS);
	ck_assert_str_eq(found->fields[found->count - 1].name, "amount");
	ck_assert_int_eq(found->fields[found->count - 1].number, 25000);
}
END_TEST

START_TEST(a_stopped_bolus_ends_early_and_is_never_resumed)
{
	ck_assert_uint_eq(give_bolus(BOLUS_SINGLE, 25000, 600), CODE_DONE);
	look(300);
	ck_assert_uint_eq(give_bolus(BOLUS_STOP, 0, 0), CODE_DONE);
	ck_assert_uint_eq(look(300).rate_nl_per_day, BASE_RATE);
	ck_assert_int_eq(record("end"), 0x33);
	ck_assert_int_eq(record("volume"), 25000);
	ck_assert_int_eq(record("seconds"), 300);
	ck_assert_uint_eq(look(86400).delivered_nl, BASE_RATE + 25000);
	/* Where none runs, stopping it does no harm. */
	ck_assert_uint_eq(give_bolus(BOLUS_STOP, 0, 0), CODE_DONE);
}
END_TEST

START_TEST(a_stop_of_therapy_and_a_program_end_a_bolus)
{
	struct program program = rig_baclofen();
	const struct change none = {.parts = 0};

	ck_assert_uint_eq(give_bolus(BOLUS_SINGLE, 25000, 600), CODE_DONE);
	look(120);
	ck_assert_uint_eq(rig_commit_act(r, ORDER_STOP, ACT_STOP, ++r->token, &committed), CODE_DONE);
	ck_assert_uint_eq(look(121).rate_nl_per_day, 0);
	ck_assert_int_eq(record("seconds"), 120);
	ck_assert_uint_eq(rig_commit_act(r, ORDER_RESUME, ACT_RESUME, ++r->token, &committed), CODE_DONE);
	ck_assert_uint_eq(look(130).rate_nl_per_day, BASE_RATE);
	ck_assert_uint_eq(give_bolus(BOLUS_SINGLE, 25000, 600), CODE_DONE);
	look(190);
	program.dose.ng_per_day = 210000;
	ck_assert_uint_eq(give_image(&program, 0, &none), CODE_DONE);
	ck_assert_uint_eq(look(191).rate_nl_per_day, 420000);
	ck_assert_int_eq(record("seconds"), 60);
}
END_TEST

START_TEST(a_power_loss_ends_a_bolus)
{
	ck_assert_uint_eq(give_bolus(BOLUS_PRIMING, 150000, 900), CODE_DONE);
	look(300);
	pump_save_body(&r->pump, r->body);
	rig_boot(r, true);
	ck_assert_uint_eq(look(400).rate_nl_per_day, BASE_RATE);
	ck_assert_int_eq(record("kind"), BOLUS_KIND_PRIMING);
	ck_assert_int_eq(record("end"), 0x33);
	ck_assert_int_eq(record("seconds"), 300);
	/* A restart without loss of power goes on. */
	rig_connect(r, NULL);
	ck_assert_uint_eq(give_bolus(BOLUS_PRIMING, 150000, 900), CODE_DONE);
	pump_save_body(&r->pump, r->body);
	rig_boot(r, false);
	ck_assert_uint_eq(look(500).rate_nl_per_day, BASE_RATE + 14400000);
}
END_TEST

START_TEST(one_bolus_runs_at_a_time)
{
	struct program program = rig_baclofen();

	program.patient = (struct program_patient_bolus){
		.present = true, .dose = {25000}, .duration = {600}, .lockout = {600}, .most = 4};
	start(&program);
	ck_assert_uint_eq(give_bolus(BOLUS_SINGLE, 25000, 3600), CODE_DONE);
	ck_assert_uint_eq(give_bolus(BOLUS_SINGLE, 25000, 600), CODE_BOLUS_RUNS);
	ck_assert_uint_eq(give_bolus(BOLUS_PRIMING, 1000, 600), CODE_BOLUS_RUNS);
	/* The patient's lockout is over, the ordered bolus is not. */
	look(1200);
	pump_press_button(&r->pump, r->now_ms);
	rig_run(r);
	ck_assert_int_eq(rig_record(r, look(1200).log_last)->fields[0].number, 0x66);
	look(3600);
	pump_press_button(&r->pump, r->now_ms);
	rig_run(r);
	ck_assert_int_eq(rig_record(r, look(3600).log_last)->fields[0].number, 0x55);
	ck_assert_uint_eq(give_bolus(BOLUS_SINGLE, 25000, 600), CODE_BOLUS_RUNS);
	ck_assert_uint_eq(look(3600).boluses_24h, 1);
	ck_assert_uint_eq(give_bolus(BOLUS_STOP, 0, 0), CODE_DONE);
	rig_run(r);
	ck_assert_int_eq(record("kind"), BOLUS_KIND_PATIENT);
	ck_assert_uint_eq(give_bolus(BOLUS_SINGLE, 25000, 600), CODE_DONE);
}
END_TEST

START_TEST(each_bolus_order_starts_the_patients_lockout_anew)
{
	struct program program = rig_baclofen();

	program.patient = (struct program_patient_bolus){
		.present = true, .dose = {25000}, .duration = {600}, .lockout = {7200}, .most = 4};
	start(&program);
	look(8000);
	ck_assert_uint_eq(give_bolus(BOLUS_SINGLE, 25000, 600), CODE_DONE);
	look(8000 + 7199);
	pump_press_button(&r->pump, r->now_ms);
	rig_run(r);
	ck_assert_int_eq(rig_record(r, look(0).log_last)->fields[0].number, 0x66);
	look(8000 + 7200);
	pump_press_button(&r->pump, r->now_ms);
	rig_run(r);
	ck_assert_int_eq(rig_record(r, look(0).log_last)->fields[0].number, 0x55);
}
END_TEST

START_TEST(a_refill_and_catheter_data_start_the_patients_lockout_anew_and_a_tag_does_not)
{
	struct program program = rig_baclofen();
	struct change fill = {.parts = PART_FILL,
			      .fill = {.volume_nl = 19000000, .drawn_nl = UINT32_MAX,
				       .mixture = {1, {{"baclofen", {500000}}}}}};
	struct change catheter = {.parts = PART_CATHETER,
				  .catheter = {CATHETER_ASPIRATED, 0, 0, "", CONTENTS_FLUID}};
	struct change tag = {.parts = PART_TAG, .tag = "BED 7"};

	program.patient = (struct program_patient_bolus){
		.present = true, .dose = {25000}, .duration = {600}, .lockout = {7200}, .most = 4};
	start(&program);
	look(8000);
	ck_assert_uint_eq(give(ORDER_REFILL, &fill), CODE_DONE);
	ck_assert_uint_eq(r->pump.memory.doses.lockout_s, 8000);
	look(9000);
	ck_assert_uint_eq(give(ORDER_CATHETER, &catheter), CODE_DONE);
	ck_assert_uint_eq(r->pump.memory.doses.lockout_s, 9000);
	look(10000);
	ck_assert_uint_eq(give(ORDER_TAG, &tag), CODE_DONE);
	ck_assert_uint_eq(r->pump.memory.doses.lockout_s, 9000);
}
END_TEST

START_TEST(a_patients_bolus_that_the_reservoir_cannot_give_whole_is_denied)
{
	struct program program = rig_baclofen();

	program.patient = (struct program_patient_bolus){
		.present = true, .dose = {25000}, .duration = {600}, .lockout = {600}, .most = 4};
	start(&program);
	look(600);
	/* 0.05 mL, and ten minutes of 0.4 mL/day beside it: 2,778 nL. */
	pump_set_reservoir(&r->pump, RESIDUAL_NL + 50000 + 2777, r->now_ms);
	pump_press_button(&r->pump, r->now_ms);
	rig_run(r);
	ck_assert_int_eq(newest_answer(), 0x96);
	pump_set_reservoir(&r->pump, RESIDUAL_NL + 50000 + 2778, r->now_ms);
	pump_press_button(&r->pump, r->now_ms);
	rig_run(r);
	ck_assert_int_eq(newest_answer(), 0x55);
}
END_TEST

START_TEST(a_bolus_leaves_the_phase_of_periodic_doses_alone)
{
	struct program program = rig_baclofen();

	program.mode = PROGRAM_PERIODIC;
	program.dose.ng_per_day = 0;
	program.periodic = (struct program_periodic){
		.dose = {60000}, .duration = {1800}, .interval = {6 * 3600}, .base = {100000}};
	start(&program);
	look(3 * 3600);
	ck_assert_uint_eq(give_bolus(BOLUS_SINGLE, 25000, 600), CODE_DONE);
	ck_assert_uint_eq(look(6 * 3600 - 1).rate_nl_per_day, 200000);
	ck_assert_uint_eq(look(6 * 3600).rate_nl_per_day, 200000 + 5760000);
}
END_TEST

START_TEST(no_bolus_is_given_while_therapy_does_not_run)
{
	struct pump_birth birth;

	ck_assert_uint_eq(rig_commit_act(r, ORDER_MINIMUM, ACT_MINIMUM, ++r->token, &committed), CODE_DONE);
	ck_assert_uint_eq(give_bolus(BOLUS_SINGLE, 25000, 600), CODE_NOT_RUNNING);
	ck_assert_uint_eq(rig_commit_act(r, ORDER_STOP, ACT_STOP, ++r->token, &committed), CODE_DONE);
	ck_assert_uint_eq(give_bolus(BOLUS_PRIMING, 1000, 600), CODE_NOT_RUNNING);
	ck_assert_uint_eq(give_bolus(BOLUS_STOP, 0, 0), CODE_DONE);
	rig_destroy(r);
	rig_default_birth(&birth);
	birth.image_len = 0;
	r = rig_create_from(&birth, 64);
	rig_connect(r, NULL);
	ck_assert_uint_eq(give_bolus(BOLUS_SINGLE, 25000, 600), CODE_NO_PROGRAM);
	ck_assert_uint_eq(give_bolus(BOLUS_PRIMING, 1000, 600), CODE_NOT_RUNNING);
}
END_TEST

START_TEST(no_bolus_is_given_before_a_bridge_has_ended)
{
	struct program program = rig_baclofen();
	struct change acts = {.fill = {.volume_nl = 19000000, .drawn_nl = UINT32_MAX,
				       .mixture = {1, {{"baclofen", {1000000}}}}},
			      .bolus = {BOLUS_PRIMING, 150000, 900}};

	program.mixture.parts[0].concentration.ng_per_ml = 1000000;
	program.bridge = (struct program_bridge){
		.kind = BRIDGE_RUNS, .volume = {100000}, .rate = {400000}};
	ck_assert_uint_eq(give_image(&program, PART_FILL | PART_BOLUS, &acts), CODE_BOLUS_RUNS);
	ck_assert_uint_eq(give_image(&program, PART_FILL, &acts), CODE_DONE);
	ck_assert_uint_eq(give_bolus(BOLUS_SINGLE, 25000, 600), CODE_BOLUS_RUNS);
	ck_assert_uint_eq(give_bolus(BOLUS_STOP, 0, 0), CODE_DONE);
	ck_assert_uint_eq(look(21599).bridge_nl, 100);
	look(21600);
	ck_assert_uint_eq(give_bolus(BOLUS_SINGLE, 25000, 600), CODE_DONE);
}
END_TEST

START_TEST(a_refill_primes_by_the_image_and_the_fill_that_it_brings)
{
	struct program program = rig_baclofen();
	struct change acts = {.fill = {.volume_nl = RESIDUAL_NL + 150000 + 2083, .drawn_nl = UINT32_MAX,
				       .mixture = {1, {{"baclofen", {1000000}}}}},
			      .bolus = {BOLUS_PRIMING, 150000, 900}};

	ck_assert_uint_eq(rig_commit_act(r, ORDER_STOP, ACT_STOP, ++r->token, &committed), CODE_DONE);
	program.mixture.parts[0].concentration.ng_per_ml = 1000000;
	program.bridge = (struct program_bridge){.kind = BRIDGE_NONE, .reason = BRIDGE_LINE_ASPIRATED};
	ck_assert_uint_eq(give_image(&program, PART_FILL | PART_BOLUS, &acts), CODE_OUT_OF_RANGE);
	acts.fill.volume_nl++;
	ck_assert_uint_eq(give_image(&program, PART_FILL | PART_BOLUS, &acts), CODE_DONE);
	ck_assert_uint_eq(look(1).rate_nl_per_day, 200000 + 14400000);
	look(900);
	ck_assert_int_eq(record("kind"), BOLUS_KIND_PRIMING);
}
END_TEST

START_TEST(a_bolus_keeps_to_what_the_model_can_do)
{
	/* Of the greatest rate the base takes 0.4 mL/day. */
	ck_assert_uint_eq(give_bolus(BOLUS_PRIMING, GREATEST - BASE_RATE + 1, 86400), CODE_OUT_OF_RANGE);
	ck_assert_uint_eq(give_bolus(BOLUS_PRIMING, 100, 86401), CODE_OUT_OF_RANGE);
	ck_assert_uint_eq(give_bolus(BOLUS_PRIMING, 99, 60), CODE_OUT_OF_RANGE);
	ck_assert_uint_eq(give_bolus(BOLUS_SINGLE, 49, 60), CODE_OUT_OF_RANGE);
	ck_assert_uint_eq(give_bolus(BOLUS_SINGLE, INT64_MAX, 60), CODE_OUT_OF_RANGE);
	ck_assert_uint_eq(give_bolus(BOLUS_PRIMING, INT64_MAX, 60), CODE_OUT_OF_RANGE);
	/* The residual volume stays, after what the base delivers meanwhile. */
	ck_assert_uint_eq(give_bolus(BOLUS_PRIMING, RESERVOIR_NL - RESIDUAL_NL - BASE_RATE + 1, 86400),
			  CODE_OUT_OF_RANGE);
	ck_assert_uint_eq(give_bolus(BOLUS_PRIMING, RESERVOIR_NL - RESIDUAL_NL - BASE_RATE, 86400), CODE_DONE);
	ck_assert_uint_eq(give_bolus(BOLUS_STOP, 0, 0), CODE_DONE);
	rig_run(r);
	ck_assert_uint_eq(give_bolus(BOLUS_SINGLE, 50, 60), CODE_DONE);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_single_bolus_says_what_it_delivers_delivers_it_and_returns_to_the_program,
		a_priming_bolus_is_a_volume_and_needs_no_program_of_its_own,
		an_order_record_of_a_bolus_holds_its_amount,
		a_stopped_bolus_ends_early_and_is_never_resumed,
		a_stop_of_therapy_and_a_program_end_a_bolus,
		a_power_loss_ends_a_bolus,
		one_bolus_runs_at_a_time,
		each_bolus_order_starts_the_patients_lockout_anew,
		a_refill_and_catheter_data_start_the_patients_lockout_anew_and_a_tag_does_not,
		a_patients_bolus_that_the_reservoir_cannot_give_whole_is_denied,
		a_bolus_leaves_the_phase_of_periodic_doses_alone,
		no_bolus_is_given_while_therapy_does_not_run,
		no_bolus_is_given_before_a_bridge_has_ended,
		a_refill_primes_by_the_image_and_the_fill_that_it_brings,
		a_bolus_keeps_to_what_the_model_can_do,
		NULL,
	};

	return suite_run_tests("pump bolus", tests, setup, teardown);
}
