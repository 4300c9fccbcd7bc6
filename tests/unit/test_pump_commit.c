/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_rig.h"
#include "suite.h"

#include <string.h>

START_TEST(a_repeated_token_is_answered_and_not_executed)
{
	struct rig *r = rig_create(64);
	struct msg_staged staged;
	struct msg_committed first, again;
	struct rig_order order;
	uint64_t last;

	rig_connect(r, NULL);
	rig_stage_dose(r, 2400000, &staged);
	rig_order(r, &order, ORDER_PROGRAM, 1, &staged);
	ck_assert_uint_eq(rig_commit(r, &order, &first), CODE_DONE);
	rig_program(r, 2, 1250000);
	last = r->pump.log.last;
	rig_connect(r, NULL);
	rig_stage_dose(r, 2400000, &staged);
	ck_assert_uint_eq(rig_commit(r, &order, &again), CODE_DONE);
	rig_check_same_answer(&first, &again);
	ck_assert_uint_eq(r->pump.log.last, last);
	ck_assert_uint_eq(r->pump.program.rate_nl_per_day, 125000);
	/* The same token for something else. */
	order.order.kind = ORDER_STOP;
	ck_assert_uint_eq(rig_commit(r, &order, &again), CODE_TOKEN_USED);
	order.order.kind = ORDER_PROGRAM;
	order.order.stage_digest[31] ^= 1;
	ck_assert_uint_eq(rig_commit(r, &order, &again), CODE_TOKEN_USED);
	rig_destroy(r);
}
END_TEST

START_TEST(sixteen_results_are_kept)
{
	struct rig *r = rig_create(64);
	struct msg_committed committed;
	struct message answer;
	struct message find = {.op = OP_FIND_ORDER};

	rig_connect(r, NULL);
	for (uint64_t token = 1; token <= 20; token++)
		ck_assert_uint_eq(rig_commit_act(r, token % 2 ? ORDER_STOP : ORDER_RESUME,
					     token % 2 ? ACT_STOP : ACT_RESUME, token, &committed),
				  CODE_DONE);
	for (uint64_t token = 1; token <= 21; token++) {
		find.as.find_order.token = token;
		rig_ask(r, &find, &answer);
		ck_assert_uint_eq(answer.op, OP_FOUND);
		ck_assert_uint_eq(answer.as.found.token, token);
		ck_assert(answer.as.found.found == (token >= 5 && token <= 20));
		ck_assert(!answer.as.found.pending);
		ck_assert_uint_eq(answer.as.found.last_token, 20);
		ck_assert_uint_eq(answer.as.found.first_seq, 1);
		if (!answer.as.found.found)
			continue;
		ck_assert_uint_eq(answer.as.found.kind, token % 2 ? ORDER_STOP : ORDER_RESUME);
		ck_assert_uint_eq(answer.as.found.record_seq, 2 + token);
		ck_assert_uint_eq(answer.as.found.therapy,
				  token % 2 ? THERAPY_STOPPED : THERAPY_RUNNING);
	}
	rig_destroy(r);
}
END_TEST

START_TEST(a_stage_expires_and_is_used_once)
{
	struct rig *r = rig_create(64);
	struct msg_staged staged;
	struct msg_committed committed;
	struct rig_order order;
	struct message answer;

	rig_connect(r, NULL);
	rig_stage_dose(r, 2400000, &staged);
	rig_order(r, &order, ORDER_PROGRAM, 1, &staged);
	for (int i = 0; i < 9; i++) {
		rig_wait(r, 20000);
		rig_ask_op(r, OP_PING, &answer);
	}
	ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_NO_STAGE);
	rig_stage_dose(r, 2400000, &staged);
	for (int i = 0; i < 8; i++) {
		rig_wait(r, 20000);
		rig_ask_op(r, OP_PING, &answer);
	}
	rig_wait(r, 19999);
	ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_DONE);
	order.order.token = 2;
	order.size = 2;
	memcpy(order.order.expected_digest, staged.active_digest, DIGEST_LEN);
	ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_NO_STAGE);
	rig_destroy(r);
}
END_TEST

START_TEST(an_order_is_good_until_its_last_tick)
{
	struct rig *r = rig_create(64);
	struct msg_staged staged;
	struct msg_committed committed;
	struct rig_order order;

	rig_connect(r, NULL);
	rig_stage_dose(r, 2400000, &staged);
	rig_order(r, &order, ORDER_PROGRAM, 1, &staged);
	order.order.not_after_ms = 1000;
	rig_wait(r, 1000);
	if (_i) {
		rig_wait(r, 1);
		ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_EXPIRED);
	} else {
		ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_DONE);
	}
	rig_destroy(r);
}
END_TEST

START_TEST(nothing_is_answered_nor_changed_before_the_order_is_durable)
{
	struct rig *r = rig_create(64);
	struct msg_staged staged;
	struct rig_order order;
	struct message answer;

	rig_connect(r, NULL);
	rig_stage_dose(r, 2400000, &staged);
	rig_order(r, &order, ORDER_PROGRAM, 1, &staged);
	r->hold_writes = true;
	ck_assert(rig_send_plain(r, r->plain, rig_commit_plain(&order, r->plain)));
	ck_assert(r->held_write);
	ck_assert_uint_eq(r->mail_count, 0);
	ck_assert_uint_eq(r->pump.body.flow_nl_per_day, 120000);
	rig_release_write(r); /* the block */
	ck_assert_uint_eq(r->mail_count, 0);
	rig_release_write(r); /* the entry */
	ck_assert(rig_take(r, CHANNEL_OUT, &answer));
	ck_assert_uint_eq(answer.op, OP_COMMITTED);
	ck_assert_uint_eq(r->pump.body.flow_nl_per_day, 240000);
	rig_destroy(r);
}
END_TEST

START_TEST(a_store_that_fails_restarts_the_pump_without_an_answer)
{
	struct rig *r = rig_create(64);
	struct msg_staged staged;
	struct rig_order order;
	struct msg_started started;
	struct pump_action action;

	rig_connect(r, NULL);
	rig_stage_dose(r, 2400000, &staged);
	rig_order(r, &order, ORDER_PROGRAM, 1, &staged);
	r->fail_write = true;
	rig_send_plain(r, r->plain, rig_commit_plain(&order, r->plain));
	ck_assert(r->restarted);
	ck_assert_uint_eq(r->mail_count, 0);
	ck_assert(!pump_next_action(&r->pump, &action));
	ck_assert(!rig_feed(r, (const uint8_t[]){3, 1}, 2));
	rig_boot(r, false);
	rig_connect(r, &started);
	ck_assert_uint_eq(started.last_token, 0);
	ck_assert_uint_eq(r->pump.program.rate_nl_per_day, 120000);
	rig_destroy(r);
}
END_TEST

START_TEST(a_new_session_learns_what_became_of_an_order_cut_off)
{
	struct rig *r = rig_create(64);
	struct msg_staged staged;
	struct rig_order order;
	struct message answer;
	struct message find = {.op = OP_FIND_ORDER, .as.find_order.token = 1};
	struct message start = {.op = OP_START};

	rig_connect(r, NULL);
	rig_stage_dose(r, 2400000, &staged);
	rig_order(r, &order, ORDER_PROGRAM, 1, &staged);
	r->hold_writes = true;
	rig_send_plain(r, r->plain, rig_commit_plain(&order, r->plain));
	rig_greet(r);
	ck_assert(rig_send(r, &start));
	ck_assert_uint_eq(r->mail_count, 0);
	rig_release_write(r);
	r->hold_writes = false;
	rig_release_write(r);
	ck_assert(rig_take(r, CHANNEL_OUT, &answer));
	ck_assert_uint_eq(answer.op, OP_STARTED);
	ck_assert_uint_eq(answer.as.started.last_token, 1);
	ck_assert_uint_eq(r->mail_count, 0);
	rig_ask(r, &find, &answer);
	ck_assert(answer.as.found.found);
	ck_assert_mem_eq(answer.as.found.stage_digest, staged.stage_digest, DIGEST_LEN);
	rig_destroy(r);
}
END_TEST

START_TEST(an_order_acts_at_the_time_that_was_told_when_it_arrived)
{
	struct rig *r = rig_create(64);
	struct msg_staged staged;
	struct msg_committed committed;
	struct rig_order order;
	struct message answer;

	rig_connect(r, NULL);
	rig_stage_dose(r, 2400000, &staged);
	rig_order(r, &order, ORDER_PROGRAM, 1, &staged);
	r->hold_writes = true;
	rig_advance(r, 5 * 3600 + 72);
	rig_send_plain(r, r->plain, rig_commit_plain(&order, r->plain));
	while (r->held_write)
		rig_release_write(r);
	ck_assert(rig_take(r, CHANNEL_OUT, &answer));
	committed = answer.as.committed;
	ck_assert_uint_eq(committed.record_seq, 2 + 5 + 1);
	ck_assert_uint_eq(r->pump.counters.delivered_nl, 5 * 5000 + 100);
	rig_destroy(r);
}
END_TEST

/* For every cut of the power during the same order sent again and again, it is executed once. */
START_TEST(a_token_runs_at_most_once_whenever_the_power_fails)
{
	static const struct {
		unsigned write;
		size_t at;
	} cuts[] = {{0, 0}, {0, 1}, {0, 6000}, {0, PUMP_BLOCK_LEN - 1}, {0, PUMP_BLOCK_LEN},
		    {1, 0}, {1, 100}, {1, PUMP_LOG_SLOT}};
	struct rig *r = rig_create(64);
	uint8_t *before = malloc(r->nvm_size);
	struct msg_staged staged;
	struct msg_committed committed;
	struct rig_order order;
	unsigned records = 0;
	uint8_t raw[RECORD_MAX];

	rig_connect(r, NULL);
	rig_stage_dose(r, 2400000, &staged);
	rig_order(r, &order, ORDER_PROGRAM, 1, &staged);
	memcpy(before, r->nvm, r->nvm_size);
	r->write_count = 0;
	r->keeps_writes = true;
	ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_DONE);
	r->keeps_writes = false;
	memcpy(r->nvm, before, r->nvm_size);
	for (unsigned w = 0; w < cuts[_i].write; w++)
		memcpy(r->nvm + r->writes[w].offset, r->writes[w].bytes, r->writes[w].len);
	memcpy(r->nvm + r->writes[cuts[_i].write].offset, r->writes[cuts[_i].write].bytes,
	       cuts[_i].at);
	rig_boot(r, true);
	for (int attempt = 0; attempt < 3; attempt++) {
		rig_connect(r, NULL);
		rig_stage_dose(r, 2400000, &staged);
		ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_DONE);
		ck_assert_uint_eq(committed.token, 1);
	}
	for (uint64_t seq = 1; pump_log_read(&r->pump, seq, raw) > 0; seq++)
		records += raw[0] == 0x33 && raw[1] == 0x55;
	ck_assert_uint_eq(records, 1);
	ck_assert_uint_eq(r->pump.program.rate_nl_per_day, 240000);
	rig_check_log(r);
	free(before);
	rig_destroy(r);
}
END_TEST

START_TEST(an_order_without_a_witness_only_gets_safe)
{
	struct rig *r = rig_create(64);
	struct msg_staged staged;
	struct msg_committed committed;
	struct rig_order order;

	rig_connect(r, NULL);
	rig_program(r, 50, 1250000);
	rig_stage_dose(r, 1300000, &staged);
	rig_order(r, &order, ORDER_PROGRAM, 51, &staged);
	memset(order.origin, 0, sizeof order.origin);
	ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_ROLLED_BACK);
	ck_assert_uint_eq(rig_stage_act(r, ACT_MINIMUM, &staged), CODE_DONE);
	rig_order(r, &order, ORDER_MINIMUM, 51, &staged);
	memset(order.origin, 0, sizeof order.origin);
	ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_DONE);
	ck_assert_uint_eq(r->pump.memory.pairs[0].size, 50);
	ck_assert_uint_eq(r->pump.memory.pairs[0].origin[0], 0x77);
	rig_destroy(r);
}
END_TEST

START_TEST(witness_of_the_same_size_must_have_the_same_root)
{
	struct rig *r = rig_create(64);
	struct msg_staged staged;
	struct msg_committed committed;
	struct rig_order order;
	struct msg_started started;

	rig_connect(r, NULL);
	rig_program(r, 5, 1250000);
	rig_stage_dose(r, 1300000, &staged);
	rig_order(r, &order, ORDER_PROGRAM, 6, &staged);
	order.size = 5;
	ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_ROLLED_BACK);
	memset(order.root, 5, sizeof order.root);
	ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_DONE);
	/* Another origin begins anew. */
	rig_stage_dose(r, 1250000, &staged);
	rig_order(r, &order, ORDER_PROGRAM, 7, &staged);
	memset(order.origin, 0x11, sizeof order.origin);
	order.size = 1;
	ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_DONE);
	rig_connect(r, &started);
	ck_assert_uint_eq(started.witness_size, 1);
	ck_assert_mem_eq(started.witness_origin, order.origin, ORIGIN_LEN);
	ck_assert_mem_eq(started.witness_root, order.root, DIGEST_LEN);
	ck_assert_uint_eq(started.last_token, 7);
	rig_destroy(r);
}
END_TEST

START_TEST(tokens_and_sizes_beyond_63_bits_do_not_exist)
{
	struct rig *r = rig_create(64);
	struct msg_staged staged;
	struct msg_committed committed;
	struct rig_order order;

	rig_connect(r, NULL);
	ck_assert_uint_eq(rig_stage_act(r, ACT_STOP, &staged), CODE_DONE);
	rig_order(r, &order, ORDER_STOP, UINT64_C(1) << 63, &staged);
	order.size = 1;
	ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_MALFORMED);
	rig_order(r, &order, ORDER_STOP, 1, &staged);
	order.size = UINT64_C(1) << 63;
	ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_MALFORMED);
	rig_order(r, &order, ORDER_STOP, INT64_MAX, &staged);
	ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_DONE);
	rig_destroy(r);
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("pump_commit");

	tcase_set_timeout(cases, 60);
	tcase_add_test(cases, a_repeated_token_is_answered_and_not_executed);
	tcase_add_test(cases, sixteen_results_are_kept);
	tcase_add_test(cases, a_stage_expires_and_is_used_once);
	tcase_add_loop_test(cases, an_order_is_good_until_its_last_tick, 0, 2);
	tcase_add_test(cases, nothing_is_answered_nor_changed_before_the_order_is_durable);
	tcase_add_test(cases, a_store_that_fails_restarts_the_pump_without_an_answer);
	tcase_add_test(cases, a_new_session_learns_what_became_of_an_order_cut_off);
	tcase_add_test(cases, an_order_acts_at_the_time_that_was_told_when_it_arrived);
	tcase_add_loop_test(cases, a_token_runs_at_most_once_whenever_the_power_fails, 0, 8);
	tcase_add_test(cases, an_order_without_a_witness_only_gets_safe);
	tcase_add_test(cases, witness_of_the_same_size_must_have_the_same_root);
	tcase_add_test(cases, tokens_and_sizes_beyond_63_bits_do_not_exist);
	return suite_run(cases);
}
