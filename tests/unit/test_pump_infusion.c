/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_rig.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#define DAY_S UINT64_C(86400)

/* Rate of the rig's pump: 1.2 mg/day of 10 mg/mL. */
#define RATE UINT64_C(120000)

static uint64_t count_records(struct rig *r, uint16_t type, uint64_t *last_time)
{
	struct pump_view view;
	uint64_t count = 0;

	pump_look(&r->pump, &view);
	for (uint64_t seq = view.log_first; seq <= view.log_last; seq++) {
		if (rig_record(r, seq)->type != type)
			continue;
		count++;
		*last_time = r->record.time_s;
	}
	return count;
}

static void check_same(struct rig *a, struct rig *b)
{
	uint8_t body_a[PUMP_BODY_LEN], body_b[PUMP_BODY_LEN];

	pump_shut_down(&a->pump, a->now_ms);
	rig_run(a);
	pump_shut_down(&b->pump, b->now_ms);
	rig_run(b);
	pump_save_body(&a->pump, body_a);
	pump_save_body(&b->pump, body_b);
	ck_assert_mem_eq(body_a, body_b, PUMP_BODY_LEN);
	ck_assert_mem_eq(a->nvm, b->nvm, a->nvm_size);
}

/* 24 mL/day and 0.5 mL above the alarm: both alarms and the stop at the residual come within a day. */
static void fast_birth(struct pump_birth *birth)
{
	rig_default_birth(birth);
	birth->image_len = rig_image(birth->image, "morphine", 1000000, 23999999, 2000000);
	birth->reservoir_nl = 2500000;
}

START_TEST(one_jump_gives_the_same_bytes_as_steps_of_any_size)
{
	static const uint64_t steps[] = {1, 7, 59, 3599, 3600, 3601, 40000};
	struct pump_birth births[2];

	rig_default_birth(&births[0]);
	fast_birth(&births[1]);
	for (size_t b = 0; b < 2; b++) {
		struct rig *jump = rig_create_from(&births[b], 256);
		struct rig *step = rig_create_from(&births[b], 256);
		uint64_t end = 2 * DAY_S + 1234;

		for (uint64_t t = 0; t < end; t += steps[_i])
			rig_advance(step, t);
		rig_advance(step, end);
		rig_advance(jump, end);
		check_same(jump, step);
		rig_destroy(jump);
		rig_destroy(step);
	}
}
END_TEST

START_TEST(volumes_are_exact_over_days)
{
	struct rig *r = rig_create(256);
	struct pump_view view;

	for (uint64_t day = 1; day <= 30; day++) {
		rig_advance(r, day * DAY_S);
		pump_look(&r->pump, &view);
		ck_assert_uint_eq(view.delivered_nl, day * RATE);
		ck_assert_uint_eq(view.believed_reservoir_nl, 20000000 - day * RATE);
		ck_assert_uint_eq(view.true_reservoir_nl, view.believed_reservoir_nl);
	}
	/* 120,000 nL a day is a stroke of 100 nL in 72 s. */
	rig_advance(r, 30 * DAY_S + 71);
	pump_look(&r->pump, &view);
	ck_assert_uint_eq(view.delivered_nl, 30 * RATE);
	rig_advance(r, 30 * DAY_S + 72);
	pump_look(&r->pump, &view);
	ck_assert_uint_eq(view.delivered_nl, 30 * RATE + 100);
	rig_destroy(r);
}
END_TEST

START_TEST(remainder_survives_a_change_of_rate)
{
	struct rig *r = rig_create(256);
	struct pump_view view;

	rig_connect(r, NULL);
	rig_advance(r, 70); /* 120,000 nL/day: 97 nL and 19,200/86,400 */
	rig_program(r, 1, 2400000);
	rig_advance(r, 71); /* and 240,000 nL/day for one second: one stroke and the 0 nL left of it */
	pump_look(&r->pump, &view);
	ck_assert_uint_eq(view.delivered_nl, 100);
	ck_assert_uint_eq(view.rate_nl_per_day, 240000);
	ck_assert_uint_eq(r->pump.counters.remainder, 0);
	rig_destroy(r);
}
END_TEST

START_TEST(delivery_is_recorded_every_hour)
{
	struct rig *r = rig_create(256);
	uint64_t last_time = 0;

	rig_advance(r, 3599);
	ck_assert_uint_eq(count_records(r, RECORD_DELIVERY, &last_time), 0);
	rig_advance(r, 3600);
	ck_assert_uint_eq(count_records(r, RECORD_DELIVERY, &last_time), 1);
	rig_advance(r, 3 * 3600 + 10);
	ck_assert_uint_eq(count_records(r, RECORD_DELIVERY, &last_time), 3);
	ck_assert_uint_eq(last_time, 3 * 3600);
	ck_assert_int_eq(rig_record(r, 3)->fields[0].number, 3600);
	ck_assert_int_eq(r->record.fields[1].number, 5000);
	ck_assert_int_eq(r->record.fields[2].number, 20000000 - 5000);
	rig_destroy(r);
}
END_TEST

static void check_alarm(struct rig *r, uint64_t seq, uint64_t time_s, uint8_t code,
			uint8_t state)
{
	const struct record_view *record = rig_record(r, seq);

	ck_assert_uint_eq(record->type, RECORD_ALARM);
	ck_assert_uint_eq(record->time_s, time_s);
	ck_assert_int_eq(record->fields[0].number, code);
	ck_assert_int_eq(record->fields[1].number, state);
}

START_TEST(alarms_are_raised_at_the_exact_second_and_cleared_by_a_refill)
{
	/* 23,999,999 nL/day: 500,000 nL take ceil(500000 * 86400 / 23999999) = 1801 s, 1,100,000 nL
	 * 3961 s. */
	struct pump_birth birth;
	struct pump_view view;
	struct rig *r;

	fast_birth(&birth);
	r = rig_create_from(&birth, 256);
	rig_advance(r, 1800);
	pump_look(&r->pump, &view);
	ck_assert_uint_eq(view.alarms, 0);
	rig_advance(r, 1801);
	pump_look(&r->pump, &view);
	ck_assert_uint_eq(view.alarms, ALARM_LOW);
	check_alarm(r, 3, 1801, 0x33, 0x55);
	rig_advance(r, 3960);
	pump_look(&r->pump, &view);
	ck_assert_uint_eq(view.alarms, ALARM_LOW);
	rig_advance(r, 5000);
	pump_look(&r->pump, &view);
	ck_assert_uint_eq(view.alarms, ALARM_LOW | ALARM_EMPTY);
	check_alarm(r, 5, 3961, 0x3C, 0x55);
	ck_assert_uint_eq(view.believed_reservoir_nl, 1400000);
	ck_assert_uint_eq(view.true_reservoir_nl, 1400000);
	ck_assert_uint_eq(view.delivered_nl, 1100000);
	pump_set_reservoir(&r->pump, 20000000, r->now_ms);
	rig_run(r);
	pump_look(&r->pump, &view);
	ck_assert_uint_eq(view.alarms, 0);
	ck_assert_uint_eq(view.believed_reservoir_nl, 20000000);
	ck_assert_uint_eq(view.true_reservoir_nl, 20000000);
	check_alarm(r, 6, 5000, 0x33, 0x33);
	check_alarm(r, 7, 5000, 0x3C, 0x33);
	rig_advance(r, 5000 + DAY_S / 2);
	pump_look(&r->pump, &view);
	ck_assert_uint_eq(view.delivered_nl, 1100000 + 11999900);
	rig_destroy(r);
}
END_TEST

START_TEST(the_fraction_beyond_the_residual_is_not_delivered_later)
{
	/* 1.5 nL a second and 1 nL left: the stroke of 100 nL takes 67 s. */
	struct pump_birth birth;
	struct pump_view view;
	struct rig *r;

	rig_default_birth(&birth);
	birth.image_len = rig_image(birth.image, "morphine", 1000000, 129600, 0);
	birth.reservoir_nl = 1400001;
	r = rig_create_from(&birth, 64);
	rig_advance(r, 67);
	ck_assert_uint_eq(r->pump.counters.remainder, 0);
	ck_assert_uint_eq(r->pump.body.remainder, 0);
	pump_set_reservoir(&r->pump, 20000000, r->now_ms);
	rig_run(r);
	rig_advance(r, 134);
	pump_look(&r->pump, &view);
	ck_assert_uint_eq(view.delivered_nl, 101);
	ck_assert_uint_eq(view.true_reservoir_nl, 20000000 - 100);
	rig_destroy(r);
}
END_TEST

START_TEST(a_reservoir_is_never_filled_above_its_capacity)
{
	struct rig *r = rig_create(64);
	struct pump_view view;

	pump_set_reservoir(&r->pump, UINT64_MAX, r->now_ms);
	rig_run(r);
	pump_look(&r->pump, &view);
	ck_assert_uint_eq(view.believed_reservoir_nl, 40000000);
	ck_assert_uint_eq(view.true_reservoir_nl, 40000000);
	rig_destroy(r);
}
END_TEST

START_TEST(refill_that_was_not_stored_did_not_happen)
{
	struct rig *r = rig_create(64);
	struct pump_view view;

	r->fail_write = true;
	pump_set_reservoir(&r->pump, 30000000, r->now_ms);
	rig_run(r);
	ck_assert(r->restarted);
	pump_save_body(&r->pump, r->body);
	rig_boot(r, true);
	pump_look(&r->pump, &view);
	ck_assert_uint_eq(view.believed_reservoir_nl, 20000000);
	ck_assert_uint_eq(view.true_reservoir_nl, 20000000);
	rig_destroy(r);
}
END_TEST

START_TEST(time_does_not_go_back)
{
	struct rig *r = rig_create(64);
	struct pump_view view;

	rig_advance(r, 5000);
	rig_advance(r, 100);
	ck_assert_uint_eq(pump_therapy_s(&r->pump), 5000);
	pump_look(&r->pump, &view);
	ck_assert_uint_eq(view.therapy_s, 5000);
	rig_destroy(r);
}
END_TEST

START_TEST(belief_catches_up_with_the_body_after_a_power_loss)
{
	struct rig *r = rig_create(64);
	struct rig *steady = rig_create(64);
	struct pump_view view, expected;

	rig_advance(r, 5000);
	pump_save_body(&r->pump, r->body);
	rig_boot(r, true);
	rig_advance(r, 9000);
	rig_advance(steady, 9000);
	pump_look(&r->pump, &view);
	pump_look(&steady->pump, &expected);
	ck_assert_uint_eq(view.therapy_s, 9000);
	ck_assert_uint_eq(view.delivered_nl, expected.delivered_nl);
	ck_assert_uint_eq(view.true_reservoir_nl, expected.true_reservoir_nl);
	ck_assert_uint_eq(view.believed_reservoir_nl, expected.believed_reservoir_nl);
	ck_assert_uint_eq(r->pump.counters.remainder, steady->pump.counters.remainder);
	rig_destroy(r);
	rig_destroy(steady);
}
END_TEST

START_TEST(a_long_advance_writes_one_entry_for_each_hour)
{
	struct rig *r = rig_create(1024);
	struct pump_view view;

	/* The low and the empty alarm come on the way, each with a block and an entry. */
	rig_advance(r, 20000 * UINT64_C(3600));
	pump_look(&r->pump, &view);
	ck_assert_uint_eq(view.therapy_s, 20000 * UINT64_C(3600));
	ck_assert_uint_eq(view.log_last, 2 + 20000 + 2);
	ck_assert_uint_eq(r->write_count, 20000 + 2 * 2);
	rig_destroy(r);
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("pump_infusion");

	tcase_set_timeout(cases, 60);
	tcase_add_loop_test(cases, one_jump_gives_the_same_bytes_as_steps_of_any_size, 0, 7);
	tcase_add_test(cases, volumes_are_exact_over_days);
	tcase_add_test(cases, remainder_survives_a_change_of_rate);
	tcase_add_test(cases, delivery_is_recorded_every_hour);
	tcase_add_test(cases, alarms_are_raised_at_the_exact_second_and_cleared_by_a_refill);
	tcase_add_test(cases, the_fraction_beyond_the_residual_is_not_delivered_later);
	tcase_add_test(cases, a_reservoir_is_never_filled_above_its_capacity);
	tcase_add_test(cases, refill_that_was_not_stored_did_not_happen);
	tcase_add_test(cases, time_does_not_go_back);
	tcase_add_test(cases, belief_catches_up_with_the_body_after_a_power_loss);
	tcase_add_test(cases, a_long_advance_writes_one_entry_for_each_hour);
	return suite_run(cases);
}
