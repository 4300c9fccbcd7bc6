/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_rig.h"
#include "pump_birth.h"
#include "suite.h"

#include <string.h>

#define NO_DIGEST ((const uint8_t[DIGEST_LEN]){0})

static void spoil_block(struct rig *r, unsigned slot)
{
	r->nvm[PUMP_BLOCK_AT + slot * PUMP_BLOCK_STEP + 1000] ^= 1;
}

START_TEST(both_blocks_bad_means_minimum_rate_alarm_and_a_way_back)
{
	struct rig *r = rig_create(64);
	struct msg_started started;
	struct message answer;
	uint64_t ticks;

	rig_connect(r, NULL);
	rig_program(r, 5, 2400000);
	rig_advance(r, 10000);
	rig_wait(r, 1);
	ticks = rig_ask_ticks(r);
	spoil_block(r, 0);
	spoil_block(r, 1);
	pump_save_body(&r->pump, r->body);
	rig_boot(r, true);
	rig_connect(r, &started);
	ck_assert_uint_eq(started.last_token, 5);
	ck_assert_uint_ge(started.ticks_ms, ticks);
	rig_ask_op(r, OP_GET_STATUS, &answer);
	ck_assert_uint_eq(answer.as.status.therapy, THERAPY_MINIMUM);
	ck_assert_uint_eq(answer.as.status.rate_nl_per_day, 6000);
	ck_assert_uint_eq(answer.as.status.alarms, ALARM_MEMORY);
	ck_assert_mem_eq(answer.as.status.active_digest, NO_DIGEST, DIGEST_LEN);
	ck_assert_uint_eq(r->pump.body.flow_nl_per_day, 6000);
	/* 240,000 nL/day for 7,200 s are in the log, the rest was minimum rate as far as it knows:
	 * one whole stroke of 194 nL. */
	ck_assert_uint_eq(answer.as.status.delivered_nl, 20000 + 100);
	ck_assert_uint_eq(answer.as.status.reservoir_nl, 20000000 - answer.as.status.delivered_nl);
	ck_assert_int_eq(answer.as.status.clock_s, 1700000000 + 10000);
	rig_check_chain(r);
	rig_list_second(r, 6);
	rig_program(r, 7, 1200000);
	rig_ask_op(r, OP_GET_STATUS, &answer);
	ck_assert_uint_eq(answer.as.status.therapy, THERAPY_RUNNING);
	ck_assert_uint_eq(answer.as.status.alarms, 0);
	rig_check_log(r);
	rig_destroy(r);
}
END_TEST

START_TEST(a_pump_without_memory_that_was_stopped_can_go_back_to_minimum)
{
	struct rig *r = rig_create(64);
	struct msg_staged staged;
	struct msg_committed committed;
	struct rig_order o;

	rig_connect(r, NULL);
	spoil_block(r, 0);
	spoil_block(r, 1);
	pump_save_body(&r->pump, r->body);
	rig_boot(r, true);
	rig_connect(r, NULL);
	ck_assert_uint_eq(rig_stage_act(r, ACT_STOP, &staged), CODE_DONE);
	rig_order(r, &o, ORDER_STOP, 6, &staged);
	ck_assert_uint_eq(rig_commit(r, &o, &committed), CODE_DONE);
	ck_assert_uint_eq(r->pump.body.flow_nl_per_day, 0);
	ck_assert_uint_eq(rig_stage_act(r, ACT_MINIMUM, &staged), CODE_DONE);
	ck_assert_uint_eq(staged.rate_nl_per_day, 6000);
	rig_order(r, &o, ORDER_MINIMUM, 7, &staged);
	ck_assert_uint_eq(rig_commit(r, &o, &committed), CODE_DONE);
	ck_assert_uint_eq(r->pump.body.flow_nl_per_day, 6000);
	ck_assert_uint_eq(rig_stage_act(r, ACT_RESUME, &staged), CODE_NO_PROGRAM);
	rig_destroy(r);
}
END_TEST

START_TEST(a_token_of_the_lost_memory_is_answered_from_the_log)
{
	struct rig *r = rig_create(64);
	uint8_t image[IMAGE_MAX];
	size_t len = rig_image(image, "morphine", 10000000, 2400000, 2000000);
	struct msg_staged staged;
	struct msg_committed first, again;
	struct rig_order order;

	rig_connect(r, NULL);
	ck_assert_uint_eq(rig_stage_image(r, image, len, &staged), CODE_DONE);
	rig_order(r, &order, ORDER_PROGRAM, 5, &staged);
	ck_assert_uint_eq(rig_commit(r, &order, &first), CODE_DONE);
	spoil_block(r, 0);
	spoil_block(r, 1);
	rig_boot(r, true);
	rig_connect(r, NULL);
	ck_assert_uint_eq(rig_stage_image(r, image, len, &staged), CODE_DONE);
	ck_assert_uint_eq(rig_commit(r, &order, &again), CODE_DONE);
	rig_check_same_answer(&first, &again);
	ck_assert_uint_eq(r->pump.memory.core.therapy, THERAPY_MINIMUM);
	rig_destroy(r);
}
END_TEST

START_TEST(losing_the_newest_block_never_brings_an_older_therapy_back)
{
	struct rig *r = rig_create(64);

	rig_connect(r, NULL);
	rig_program(r, 1, 2400000);
	rig_advance(r, 3600);
	spoil_block(r, r->pump.store.current);
	rig_boot(r, true);
	ck_assert_uint_eq(r->pump.memory.core.therapy, THERAPY_MINIMUM);
	ck_assert_uint_eq(r->pump.memory.core.alarms, ALARM_MEMORY);
	ck_assert_uint_eq(r->pump.memory.pairs[0].last_token, 1);
	rig_check_chain(r);
	rig_destroy(r);
}
END_TEST

START_TEST(losing_the_older_block_is_no_loss)
{
	struct rig *r = rig_create(64);

	rig_connect(r, NULL);
	rig_program(r, 1, 2400000);
	spoil_block(r, r->pump.store.current ^ 1);
	rig_boot(r, true);
	ck_assert_uint_eq(r->pump.memory.core.therapy, THERAPY_RUNNING);
	ck_assert_uint_eq(r->pump.memory.core.alarms, 0);
	ck_assert_uint_eq(r->pump.program.rate_nl_per_day, 240000);
	rig_destroy(r);
}
END_TEST

START_TEST(a_lost_log_does_not_lose_the_therapy_nor_the_numbers)
{
	struct rig *r = rig_create(64);

	rig_connect(r, NULL);
	rig_advance(r, 5 * 3600);
	rig_program(r, 1, 2400000);
	memset(r->nvm + PUMP_NVM_BASE, 0xA5, r->nvm_size - PUMP_NVM_BASE);
	/* The block that counts still holds the entry of its own record. */
	rig_boot(r, true);
	ck_assert_uint_eq(r->pump.program.rate_nl_per_day, 240000);
	ck_assert_uint_eq(r->pump.log.first, 8);
	ck_assert_uint_eq(r->pump.log.last, 9);
	rig_check_chain(r);
	rig_destroy(r);
}
END_TEST

START_TEST(alarms_and_volumes_of_the_lost_memory_come_from_the_log)
{
	struct pump_birth birth;
	struct rig *r;
	struct pump_view before, after;

	rig_default_birth(&birth);
	birth.image_len = rig_image(birth.image, "morphine", 1000000, 24000000, 2000000);
	birth.reservoir_nl = 2500000;
	r = rig_create_from(&birth, 64);
	rig_advance(r, 3000); /* the low alarm is the last record */
	pump_set_reservoir(&r->pump, 1900000, r->now_ms);
	rig_run(r);
	rig_advance(r, 1800 + 600);
	spoil_block(r, 0);
	spoil_block(r, 1);
	pump_look(&r->pump, &before);
	ck_assert_uint_eq(before.alarms, ALARM_LOW);
	pump_save_body(&r->pump, r->body);
	rig_boot(r, true);
	pump_look(&r->pump, &after);
	/* Low at 1,800 s with 2,000,000 nL; without an image there is no such limit any more. */
	ck_assert_uint_eq(after.alarms, ALARM_MEMORY);
	ck_assert_uint_eq(after.believed_reservoir_nl, 2000000);
	rig_check_chain(r);
	rig_destroy(r);
}
END_TEST

START_TEST(a_block_without_a_record_knows_the_numbers_of_a_lost_log)
{
	struct rig *r = rig_create(64);
	uint8_t chain[DIGEST_LEN];

	rig_advance(r, 5 * 3600);
	pump_shut_down(&r->pump, r->now_ms);
	rig_run(r);
	memcpy(chain, r->pump.log.chain, DIGEST_LEN);
	memset(r->nvm + PUMP_NVM_BASE, 0xA5, r->nvm_size - PUMP_NVM_BASE);
	rig_boot(r, true);
	ck_assert_uint_eq(r->pump.log.first, 8);
	ck_assert_uint_eq(r->pump.log.last, 8);
	ck_assert_mem_eq(r->nvm + PUMP_NVM_BASE + 7 * PUMP_LOG_SLOT + 28, chain, DIGEST_LEN);
	rig_check_chain(r);
	rig_connect(r, NULL);
	rig_check_log(r);
	rig_destroy(r);
}
END_TEST

START_TEST(a_pump_that_lost_everything_says_so_and_can_be_programmed)
{
	struct rig *r = rig_create(64);
	struct msg_started started;
	struct message answer;

	rig_advance(r, 5 * 3600);
	memset(r->nvm + PUMP_BLOCK_AT, 0x3C, r->nvm_size - PUMP_BLOCK_AT);
	pump_save_body(&r->pump, r->body);
	rig_boot(r, true);
	rig_connect(r, &started);
	ck_assert_str_eq(started.serial, "PX40-000123");
	/* The numbers begin again, under another epoch. */
	ck_assert_uint_eq(started.epoch, 2);
	rig_ask_op(r, OP_GET_STATUS, &answer);
	ck_assert_uint_eq(answer.as.status.therapy, THERAPY_MINIMUM);
	ck_assert_uint_eq(answer.as.status.alarms, ALARM_MEMORY | ALARM_EMPTY);
	ck_assert_int_eq(answer.as.status.clock_s, 1700000000 + 5 * 3600);
	rig_check_log(r);
	rig_list_second(r, 1);
	rig_program(r, 2, 1200000);
	pump_set_reservoir(&r->pump, 20000000, r->now_ms);
	rig_run(r);
	rig_ask_op(r, OP_GET_STATUS, &answer);
	ck_assert_uint_eq(answer.as.status.alarms, 0);
	ck_assert_uint_eq(answer.as.status.rate_nl_per_day, 120000);
	rig_destroy(r);
}
END_TEST

START_TEST(hours_go_on_where_no_delivery_record_is_left)
{
	struct rig *r = rig_create(64);
	const struct record_view *record;

	rig_advance(r, 2 * 3600 + 100);
	pump_save_body(&r->pump, r->body);
	for (int i = 0; i < 70; i++)
		rig_boot(r, true);
	spoil_block(r, 0);
	spoil_block(r, 1);
	rig_boot(r, true);
	rig_advance(r, 3 * 3600);
	record = rig_record(r, r->pump.log.last);
	ck_assert_uint_eq(record->type, RECORD_DELIVERY);
	ck_assert_uint_eq(record->time_s, 3 * 3600);
	ck_assert_int_eq(record->fields[0].number, 3600);
	rig_check_chain(r);
	rig_destroy(r);
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("pump_recover");

	tcase_set_timeout(cases, 60);
	tcase_add_test(cases, both_blocks_bad_means_minimum_rate_alarm_and_a_way_back);
	tcase_add_test(cases, a_pump_without_memory_that_was_stopped_can_go_back_to_minimum);
	tcase_add_test(cases, a_token_of_the_lost_memory_is_answered_from_the_log);
	tcase_add_test(cases, losing_the_newest_block_never_brings_an_older_therapy_back);
	tcase_add_test(cases, losing_the_older_block_is_no_loss);
	tcase_add_test(cases, a_lost_log_does_not_lose_the_therapy_nor_the_numbers);
	tcase_add_test(cases, alarms_and_volumes_of_the_lost_memory_come_from_the_log);
	tcase_add_test(cases, a_block_without_a_record_knows_the_numbers_of_a_lost_log);
	tcase_add_test(cases, a_pump_that_lost_everything_says_so_and_can_be_programmed);
	tcase_add_test(cases, hours_go_on_where_no_delivery_record_is_left);
	return suite_run(cases);
}
