/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each alarm that the pump raises by itself: when, until when, acknowledged, and over power loss. */
#include "pump_alarms.h"
#include "pump_rig.h"
#include "suite.h"

#include <string.h>

#define HOUR_S   UINT64_C(3600)
#define STAGE_MS UINT64_C(180000)

static uint32_t raised(const struct rig *r)
{
	struct pump_view view;

	pump_look(&r->pump, &view);
	return view.alarms;
}

/* Changes of one alarm in the log; *time_s: of the last. They alternate, beginning with a raise. */
static unsigned changes_of(struct rig *r, uint8_t code, uint64_t *time_s)
{
	struct pump_view view;
	unsigned count = 0;

	pump_look(&r->pump, &view);
	for (uint64_t seq = view.log_first; seq <= view.log_last; seq++) {
		const struct record_view *record = rig_record(r, seq);

		if (record->type != RECORD_ALARM || record->fields[0].number != code)
			continue;
		ck_assert_int_eq(record->fields[1].number,
				 count % 2 == 0 ? PUMP_ALARM_RAISED : PUMP_ALARM_CLEARED);
		*time_s = record->time_s;
		count++;
	}
	return count;
}

static void act(struct rig *r, uint16_t kind, enum therapy_act what, uint64_t token)
{
	struct msg_committed committed;

	ck_assert_uint_eq(rig_commit_act(r, kind, what, token, &committed), CODE_DONE);
}

static uint16_t commit_change(struct rig *r, uint16_t kind, const struct change *change, uint64_t token)
{
	struct msg_staged staged;
	struct msg_committed committed;

	r->token = token - 1;
	return rig_give(r, kind, change, &staged, &committed);
}

static void stop_for(struct rig *r, uint32_t seconds, uint64_t token)
{
	struct change change = {
		.parts = PART_THERAPY | PART_DURATION, .therapy = ACT_STOP, .stop_s = seconds};

	ck_assert_uint_eq(commit_change(r, ORDER_STOP, &change, token), CODE_DONE);
}

START_TEST(a_stop_without_end_alarms_after_48_hours_to_the_second)
{
	struct rig *r = rig_create(512);
	uint64_t time_s = 0;

	rig_connect(r, NULL);
	rig_advance(r, 100);
	act(r, ORDER_STOP, ACT_STOP, 1);
	rig_advance(r, 100 + 48 * HOUR_S - 1);
	ck_assert_uint_eq(raised(r), 0);
	rig_advance(r, 100 + 60 * HOUR_S);
	ck_assert_uint_eq(raised(r), ALARM_STOPPED);
	ck_assert_uint_eq(changes_of(r, ALARM_STOPPED_CODE, &time_s), 1);
	ck_assert_uint_eq(time_s, 100 + 48 * HOUR_S);
	act(r, ORDER_RESUME, ACT_RESUME, 2);
	ck_assert_uint_eq(raised(r), 0);
	ck_assert_uint_eq(changes_of(r, ALARM_STOPPED_CODE, &time_s), 2);
	ck_assert_uint_eq(time_s, 100 + 60 * HOUR_S);
	rig_advance(r, 200 * HOUR_S);
	ck_assert_uint_eq(raised(r), 0);
	rig_destroy(r);
}
END_TEST

START_TEST(a_stop_with_a_duration_alarms_when_it_is_over)
{
	struct rig *r = rig_create(512);
	uint64_t time_s = 0;

	rig_connect(r, NULL);
	stop_for(r, 1800, 1);
	rig_advance(r, 1799);
	ck_assert_uint_eq(raised(r), 0);
	rig_advance(r, 1801);
	ck_assert_uint_eq(raised(r), ALARM_STOPPED);
	ck_assert_uint_eq(changes_of(r, ALARM_STOPPED_CODE, &time_s), 1);
	ck_assert_uint_eq(time_s, 1800);
	/* A new stop counts from its own order. */
	stop_for(r, 7200, 2);
	ck_assert_uint_eq(raised(r), 0);
	rig_advance(r, 1801 + 7200);
	ck_assert_uint_eq(raised(r), ALARM_STOPPED);
	act(r, ORDER_MINIMUM, ACT_MINIMUM, 3);
	ck_assert_uint_eq(raised(r), 0);
	rig_destroy(r);
}
END_TEST

START_TEST(a_duration_above_48_hours_is_kept)
{
	struct rig *r = rig_create(512);

	rig_connect(r, NULL);
	stop_for(r, 72 * 3600, 1);
	rig_advance(r, 72 * HOUR_S - 1);
	ck_assert_uint_eq(raised(r), 0);
	rig_advance(r, 72 * HOUR_S);
	ck_assert_uint_eq(raised(r), ALARM_STOPPED);
	rig_destroy(r);
}
END_TEST

START_TEST(a_pump_that_was_never_programmed_is_not_stopped_too_long)
{
	struct pump_birth birth;
	struct rig *r;

	rig_default_birth(&birth);
	birth.image_len = 0;
	r = rig_create_from(&birth, 512);
	rig_advance(r, 100 * HOUR_S);
	ck_assert_uint_eq(raised(r), 0);
	rig_destroy(r);
}
END_TEST

START_TEST(a_change_left_unfinished_while_stopped_alarms_when_its_stage_expires)
{
	struct msg_staged staged;
	struct rig *r = rig_create(512);
	uint64_t time_s = 0;

	rig_connect(r, NULL);
	act(r, ORDER_STOP, ACT_STOP, 1);
	rig_stage_dose(r, 1300000, &staged);
	rig_wait(r, STAGE_MS - 1);
	ck_assert_uint_eq(raised(r), 0);
	ck_assert_uint_le(r->wake_ms, r->now_ms + 1); /* the pump is woken for it */
	rig_wait(r, 1);
	ck_assert_uint_eq(raised(r), ALARM_UPDATE);
	/* Another try does not end it, delivery does. */
	rig_connect(r, NULL);
	rig_stage_dose(r, 1300000, &staged);
	ck_assert_uint_eq(raised(r), ALARM_UPDATE);
	act(r, ORDER_RESUME, ACT_RESUME, 2);
	ck_assert_uint_eq(raised(r), 0);
	ck_assert_uint_eq(changes_of(r, ALARM_UPDATE_CODE, &time_s), 2);
	rig_destroy(r);
}
END_TEST

START_TEST(a_change_that_is_committed_in_time_is_finished)
{
	struct msg_staged staged;
	struct rig *r = rig_create(512);

	rig_connect(r, NULL);
	act(r, ORDER_STOP, ACT_STOP, 1);
	rig_stage_dose(r, 1300000, &staged);
	rig_program(r, 2, 1300000);
	act(r, ORDER_STOP, ACT_STOP, 3);
	rig_wait(r, 2 * STAGE_MS);
	ck_assert_uint_eq(raised(r), 0);
	rig_destroy(r);
}
END_TEST

START_TEST(what_is_staged_while_the_pump_runs_or_ends_no_stop_is_no_update)
{
	struct change change = {.parts = PART_TAG, .tag = "bed 12"};
	struct msg_staged staged;
	struct rig *r = rig_create(512);

	rig_connect(r, NULL);
	rig_stage_dose(r, 1300000, &staged);
	rig_wait(r, 2 * STAGE_MS);
	ck_assert_uint_eq(raised(r), 0);
	rig_connect(r, NULL);
	act(r, ORDER_STOP, ACT_STOP, 1);
	ck_assert_uint_eq(rig_stage_change(r, &change, &staged), CODE_DONE);
	rig_wait(r, 2 * STAGE_MS);
	ck_assert_uint_eq(raised(r), 0);
	rig_destroy(r);
}
END_TEST

START_TEST(a_motor_that_stands_still_alarms_and_counts_nothing)
{
	struct rig *r = rig_create(512);
	struct pump_view view;
	uint64_t time_s = 0;

	rig_connect(r, NULL);
	rig_advance(r, 24 * HOUR_S);
	pump_set_fault(&r->pump, PUMP_STALL, r->now_ms);
	rig_run(r);
	ck_assert_uint_eq(raised(r), ALARM_STALL);
	rig_advance(r, 48 * HOUR_S);
	pump_look(&r->pump, &view);
	ck_assert_uint_eq(view.delivered_nl, 120000);
	ck_assert_uint_eq(view.true_reservoir_nl, 20000000 - 120000);
	ck_assert_uint_eq(view.believed_reservoir_nl, view.true_reservoir_nl);
	/* A motor that is not to move shows nothing: the alarm stays. */
	act(r, ORDER_STOP, ACT_STOP, 1);
	ck_assert_uint_eq(raised(r), ALARM_STALL);
	act(r, ORDER_RESUME, ACT_RESUME, 2);
	pump_set_fault(&r->pump, PUMP_SOUND, r->now_ms);
	rig_run(r);
	ck_assert_uint_eq(raised(r), 0);
	ck_assert_uint_eq(changes_of(r, ALARM_STALL_CODE, &time_s), 2);
	ck_assert_uint_eq(time_s, 48 * HOUR_S);
	rig_advance(r, 72 * HOUR_S);
	pump_look(&r->pump, &view);
	ck_assert_uint_eq(view.delivered_nl, 240000);
	ck_assert_uint_eq(view.believed_reservoir_nl, view.true_reservoir_nl);
	rig_destroy(r);
}
END_TEST

START_TEST(a_stalled_motor_of_a_stopped_pump_alarms_when_it_is_to_move)
{
	struct rig *r = rig_create(512);

	rig_connect(r, NULL);
	act(r, ORDER_STOP, ACT_STOP, 1);
	pump_set_fault(&r->pump, PUMP_STALL, r->now_ms);
	rig_run(r);
	ck_assert_uint_eq(raised(r), 0);
	act(r, ORDER_RESUME, ACT_RESUME, 2);
	ck_assert_uint_eq(raised(r), ALARM_STALL);
	rig_destroy(r);
}
END_TEST

static uint16_t acknowledge(struct rig *r, uint32_t bits, uint64_t token)
{
	struct change change = {.parts = PART_ALARM, .alarm = {ALARM_ACKNOWLEDGE, bits}};

	return commit_change(r, ORDER_ALARM, &change, token);
}

START_TEST(what_was_acknowledged_stays_so_until_the_alarm_clears)
{
	struct rig *r = rig_create(512);

	rig_connect(r, NULL);
	stop_for(r, 60, 1);
	ck_assert_uint_eq(acknowledge(r, ALARM_STOPPED, 2), CODE_NO_SUCH_THING);
	rig_advance(r, 60);
	ck_assert_uint_eq(acknowledge(r, ALARM_STOPPED | ALARM_LOW, 2), CODE_NO_SUCH_THING);
	ck_assert_uint_eq(acknowledge(r, ALARM_STOPPED, 2), CODE_DONE);
	ck_assert_uint_eq(raised(r), ALARM_STOPPED);
	ck_assert_uint_eq(r->pump.memory.care.acknowledged, ALARM_STOPPED);
	rig_boot(r, true);
	ck_assert_uint_eq(r->pump.memory.care.acknowledged, ALARM_STOPPED);
	rig_connect(r, NULL);
	act(r, ORDER_RESUME, ACT_RESUME, 3);
	ck_assert_uint_eq(raised(r), 0);
	ck_assert_uint_eq(r->pump.memory.care.acknowledged, 0);
	/* The next one is a new alarm. */
	stop_for(r, 60, 4);
	rig_advance(r, 200);
	ck_assert_uint_eq(raised(r), ALARM_STOPPED);
	ck_assert_uint_eq(r->pump.memory.care.acknowledged, 0);
	rig_destroy(r);
}
END_TEST

START_TEST(a_test_sounds_and_changes_nothing_else)
{
	struct change change = {.parts = PART_ALARM, .alarm = {.what = ALARM_TEST}};
	struct rig *r = rig_create(512);
	uint64_t last = r->pump.log.last;

	rig_connect(r, NULL);
	ck_assert_uint_eq(commit_change(r, ORDER_ALARM, &change, 1), CODE_DONE);
	ck_assert_uint_eq(raised(r), 0);
	ck_assert_uint_eq(r->pump.memory.care.acknowledged, 0);
	ck_assert_uint_eq(r->pump.log.last, last + 1);
	ck_assert_uint_eq(rig_record(r, last + 1)->type, RECORD_ORDER);
	rig_destroy(r);
}
END_TEST

/* Brings the alarm about; the writes that raise it are held. */
static void bring_about(struct rig *r, uint32_t alarm)
{
	struct msg_staged staged;

	if (alarm == ALARM_UPDATE)
		rig_stage_dose(r, 1300000, &staged);
	r->hold_writes = true;
	if (alarm == ALARM_STALL) {
		pump_set_fault(&r->pump, PUMP_STALL, r->now_ms);
		pump_save_body(&r->pump, r->body);
	} else if (alarm == ALARM_STOPPED) {
		pump_set_clocks(&r->pump, r->now_ms, 60);
		pump_save_body(&r->pump, r->body);
	} else {
		r->now_ms += STAGE_MS;
		pump_set_clocks(&r->pump, r->now_ms, pump_therapy_s(&r->pump));
	}
}

START_TEST(an_alarm_is_raised_once_wherever_the_power_fails)
{
	static const struct {
		uint32_t alarm;
		uint8_t code;
	} rows[] = {{ALARM_STALL, ALARM_STALL_CODE}, {ALARM_STOPPED, ALARM_STOPPED_CODE},
		    {ALARM_UPDATE, ALARM_UPDATE_CODE}};
	uint64_t time_s;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (unsigned writes = 0; writes < 3; writes++) {
			struct rig *r = rig_create(512);

			rig_connect(r, NULL);
			if (rows[i].alarm != ALARM_STALL)
				stop_for(r, 60, 1);
			bring_about(r, rows[i].alarm);
			rig_run(r);
			for (unsigned done = 0; done < writes && r->held_write; done++)
				rig_release_write(r);
			r->hold_writes = false;
			rig_boot(r, true);
			/* The stage was in memory alone, so before the first write nobody knows of it. */
			ck_assert_uint_eq(raised(r),
					  rows[i].alarm == ALARM_UPDATE && writes == 0 ? 0
										      : rows[i].alarm);
			ck_assert_uint_le(changes_of(r, rows[i].code, &time_s), 1);
			rig_connect(r, NULL);
			rig_check_log(r);
			rig_destroy(r);
		}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_stop_without_end_alarms_after_48_hours_to_the_second,
		a_stop_with_a_duration_alarms_when_it_is_over,
		a_duration_above_48_hours_is_kept,
		a_pump_that_was_never_programmed_is_not_stopped_too_long,
		a_change_left_unfinished_while_stopped_alarms_when_its_stage_expires,
		a_change_that_is_committed_in_time_is_finished,
		what_is_staged_while_the_pump_runs_or_ends_no_stop_is_no_update,
		a_motor_that_stands_still_alarms_and_counts_nothing,
		a_stalled_motor_of_a_stopped_pump_alarms_when_it_is_to_move,
		what_was_acknowledged_stays_so_until_the_alarm_clears,
		a_test_sounds_and_changes_nothing_else,
		an_alarm_is_raised_once_wherever_the_power_fails,
		NULL,
	};

	return suite_run_tests("pump_alarms", tests, NULL, NULL);
}
