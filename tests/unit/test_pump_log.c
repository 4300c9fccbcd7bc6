/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_rig.h"
#include "suite.h"

#include <string.h>

static void ask_range(struct rig *r, struct msg_range *range)
{
	struct message answer;

	rig_ask_op(r, OP_GET_RANGE, &answer);
	ck_assert_uint_eq(answer.op, OP_RANGE);
	*range = answer.as.range;
}

static bool start_pull(struct rig *r, uint32_t epoch, uint64_t first, uint64_t last)
{
	struct message pull = {.op = OP_PULL,
			       .as.pull = {.epoch = epoch, .first = first, .last = last}};

	return rig_send(r, &pull);
}

static bool acknowledge(struct rig *r, uint32_t number)
{
	struct message ack = {.op = OP_ACK, .as.ack.number = number};

	return rig_send(r, &ack);
}

/* A pull as a programmer sees it. */
struct pulled {
	uint64_t next;
	uint32_t blocks;
	uint8_t hash[DIGEST_LEN];
};

static void take_block(const struct rig *r, const struct message *m, struct pulled *state)
{
	const uint8_t *raw;
	uint8_t own[RECORD_MAX];
	size_t len;
	size_t at = 0;
	unsigned count = 0;

	ck_assert_uint_eq(m->op, OP_BLOCK);
	ck_assert_uint_eq(m->as.block.number, state->blocks++);
	ck_assert_uint_eq(m->as.block.first, state->next);
	while (record_next(m->as.block.records, m->as.block.records_len, &at, &raw, &len)) {
		ck_assert_uint_eq(pump_log_read(&r->pump, state->next, own), len);
		ck_assert_mem_eq(own, raw, len);
		rig_chain(state->hash, 1, state->next++, raw, len, state->hash);
		count++;
	}
	ck_assert_uint_eq(m->as.block.count, count);
}

static void pull_all(struct rig *r, uint64_t first, uint64_t last, struct pulled *state)
{
	struct message m;

	state->next = first;
	state->blocks = 0;
	ck_assert(start_pull(r, 1, first, last));
	while (rig_take(r, CHANNEL_STREAM, &m)) {
		take_block(r, &m, state);
		ck_assert(acknowledge(r, state->blocks - 1));
	}
	ck_assert(rig_take(r, CHANNEL_OUT, &m));
	ck_assert_uint_eq(m.op, OP_PULLED);
	ck_assert_uint_eq(m.as.pulled.first, first);
	ck_assert_uint_eq(m.as.pulled.last, state->next - 1);
	ck_assert_uint_eq(m.as.pulled.blocks, state->blocks);
}

START_TEST(a_pull_of_everything_joins_the_chain_of_range)
{
	struct rig *r = rig_create(_i ? 64 : 2048);
	struct msg_range range;
	struct pulled state;

	rig_connect(r, NULL);
	rig_advance(r, 1500 * 3600);
	ask_range(r, &range);
	/* Both alarms come within 1,500 h of 5,000 nL: no. All are delivery records but two. */
	ck_assert_uint_eq(range.last, 1502);
	ck_assert_uint_eq(range.first, _i ? 1502 - 62 : 1);
	memcpy(state.hash, range.before, DIGEST_LEN);
	pull_all(r, range.first, range.last, &state);
	ck_assert_mem_eq(state.hash, range.last_hash, DIGEST_LEN);
	ck_assert_uint_eq(state.next, range.last + 1);
	rig_check_log(r);
	rig_destroy(r);
}
END_TEST

START_TEST(first_record_follows_zeros)
{
	struct rig *r = rig_create(64);
	struct msg_range range;

	rig_connect(r, NULL);
	ask_range(r, &range);
	ck_assert_uint_eq(range.first, 1);
	ck_assert_uint_eq(range.last, 2);
	ck_assert_mem_eq(range.before, ((const uint8_t[DIGEST_LEN]){0}), DIGEST_LEN);
	rig_destroy(r);
}
END_TEST

START_TEST(the_ring_overwrites_the_oldest_and_a_boot_finds_the_rest)
{
	struct rig *r = rig_create(64);
	struct msg_range before, after;

	rig_connect(r, NULL);
	for (uint64_t hour = 1; hour < 200; hour++) {
		uint64_t expected = hour + 2 > 63 ? hour + 2 - 62 : 1;

		rig_advance(r, hour * 3600);
		ck_assert_uint_eq(r->pump.log.last, hour + 2);
		ck_assert_uint_eq(r->pump.log.first, expected);
	}
	ask_range(r, &before);
	pump_shut_down(&r->pump, r->now_ms);
	rig_run(r);
	pump_save_body(&r->pump, r->body);
	rig_boot(r, false);
	rig_connect(r, NULL);
	ask_range(r, &after);
	ck_assert_uint_eq(after.first, before.first);
	ck_assert_uint_eq(after.last, before.last);
	ck_assert_mem_eq(after.before, before.before, DIGEST_LEN);
	ck_assert_mem_eq(after.last_hash, before.last_hash, DIGEST_LEN);
	rig_check_log(r);
	rig_destroy(r);
}
END_TEST

START_TEST(five_blocks_go_ahead_of_the_acknowledgement)
{
	struct rig *r = rig_create(2048);
	struct pulled state = {.next = 1};
	struct message m;
	struct pump_view view;

	rig_connect(r, NULL);
	rig_advance(r, 1500 * 3600);
	ck_assert(start_pull(r, 1, 1, 1502));
	while (rig_take(r, CHANNEL_STREAM, &m))
		take_block(r, &m, &state);
	ck_assert_uint_eq(state.blocks, 5);
	ck_assert(acknowledge(r, 1));
	while (rig_take(r, CHANNEL_STREAM, &m))
		take_block(r, &m, &state);
	ck_assert_uint_eq(state.blocks, 7);
	ck_assert(acknowledge(r, 0)); /* an older one changes nothing */
	ck_assert(!rig_take(r, CHANNEL_STREAM, &m));
	for (uint32_t number = 4; state.next <= 1502; number += 2) {
		ck_assert(acknowledge(r, number));
		while (rig_take(r, CHANNEL_STREAM, &m))
			take_block(r, &m, &state);
	}
	ck_assert(!rig_take(r, CHANNEL_OUT, &m));
	ck_assert(acknowledge(r, state.blocks - 1));
	ck_assert(rig_take(r, CHANNEL_OUT, &m));
	ck_assert_uint_eq(m.op, OP_PULLED);
	pump_look(&r->pump, &view);
	ck_assert_uint_eq(view.log_last, 1502);
	rig_destroy(r);
}
END_TEST

START_TEST(blocks_are_as_full_as_whole_records_allow)
{
	struct rig *r = rig_create(2048);
	struct message m;

	rig_connect(r, NULL);
	rig_advance(r, 1500 * 3600);
	ck_assert(start_pull(r, 1, 3, 1502));
	/* A delivery record has 22 bytes and its length: (4072 - 16) / 23. */
	for (int i = 0; i < 5; i++) {
		ck_assert(rig_take(r, CHANNEL_STREAM, &m));
		ck_assert_uint_eq(m.as.block.count, 176);
	}
	rig_destroy(r);
}
END_TEST

START_TEST(the_stream_goes_on_only_after_the_link_took_the_last_value)
{
	struct rig *r = rig_create(64);
	struct message m;
	unsigned values = 0;

	rig_connect(r, NULL);
	rig_advance(r, 30 * 3600);
	r->hold_stream = true;
	ck_assert(start_pull(r, 1, 1, 32));
	while (r->held_stream) {
		ck_assert_uint_eq(r->held_stream, 1);
		ck_assert(values == 0 || r->mail_count <= 1);
		values++;
		rig_release_stream(r);
	}
	/* 16 bytes, records of 12, 19 and 30 times 23 bytes, and 24 of sealing in values of 243. */
	ck_assert_uint_eq(values, (16 + 12 + 19 + 30 * 23 + 24 + 242) / 243);
	ck_assert(rig_take(r, CHANNEL_STREAM, &m));
	rig_destroy(r);
}
END_TEST

START_TEST(windows_that_hold_no_retained_record_are_refused)
{
	static const struct {
		uint32_t epoch;
		uint64_t first, last;
	} rows[] = {
		{1, 203, 203}, {1, 203, UINT64_MAX}, {2, 150, 160},       {0, 150, 160},
		{1, 139, 202}, {1, 1, 10},           {1, 0, 202},         {1, 160, 150},
		{1, 0, 0},     {1, UINT64_MAX, 1},   {1, UINT64_MAX, UINT64_MAX},
	};
	struct rig *r = rig_create(64);
	struct message answer;
	struct msg_range range;
	struct pulled state;

	rig_connect(r, NULL);
	rig_advance(r, 200 * 3600);
	ask_range(r, &range);
	ck_assert_uint_eq(range.first, 140);
	ck_assert_uint_eq(range.last, 202);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ck_assert(start_pull(r, rows[i].epoch, rows[i].first, rows[i].last));
		ck_assert(rig_take(r, CHANNEL_OUT, &answer));
		ck_assert_uint_eq(answer.op, OP_REFUSED);
		ck_assert_uint_eq(answer.as.refused.code, CODE_NO_SUCH_RECORD);
	}
	memcpy(state.hash, range.before, DIGEST_LEN);
	pull_all(r, 140, UINT64_MAX, &state);
	ck_assert_uint_eq(state.next, 203);
	rig_destroy(r);
}
END_TEST

START_TEST(while_a_pull_runs_other_requests_are_refused)
{
	struct rig *r = rig_create(64);
	struct message answer;

	rig_connect(r, NULL);
	rig_advance(r, 10 * 3600);
	ck_assert(start_pull(r, 1, 1, 12));
	rig_ask_op(r, OP_GET_STATUS, &answer);
	ck_assert_uint_eq(answer.op, OP_REFUSED);
	ck_assert_uint_eq(answer.as.refused.code, CODE_NOT_NOW);
	ck_assert(acknowledge(r, 0));
	ck_assert(rig_take(r, CHANNEL_OUT, &answer));
	ck_assert_uint_eq(answer.op, OP_PULLED);
	rig_ask_op(r, OP_GET_STATUS, &answer);
	ck_assert_uint_eq(answer.op, OP_STATUS);
	rig_destroy(r);
}
END_TEST

START_TEST(acknowledging_what_was_not_sent_ends_the_session)
{
	struct rig *r = rig_create(64);

	rig_connect(r, NULL);
	ck_assert(acknowledge(r, 7)); /* no pull: nothing to say */
	ck_assert(start_pull(r, 1, 1, 2));
	acknowledge(r, 1);
	ck_assert(r->disconnected);
	rig_destroy(r);
}
END_TEST

START_TEST(acknowledgements_do_not_wait_for_the_memory)
{
	struct rig *r = rig_create(2048);
	struct pulled state = {.next = 1};
	struct message m;

	rig_connect(r, NULL);
	rig_advance(r, 1500 * 3600);
	ck_assert(start_pull(r, 1, 1, 1502));
	r->hold_writes = true;
	rig_advance(r, 1501 * 3600);
	ck_assert(r->held_write);
	for (uint32_t number = 0; number < 5; number++)
		ck_assert(acknowledge(r, number));
	ck_assert(!r->disconnected);
	while (rig_take(r, CHANNEL_STREAM, &m))
		take_block(r, &m, &state);
	ck_assert_uint_eq(state.blocks, 9); /* all of them */
	r->hold_writes = false;
	rig_release_write(r);
	rig_destroy(r);
}
END_TEST

/* At the least MTU the refusal needs two values, so it is under way for a while. */
START_TEST(an_acknowledgement_that_crosses_the_end_of_a_pull_is_no_offence)
{
	struct rig *r = rig_create(400);
	struct message answer;

	r->mtu = 23;
	rig_connect(r, NULL);
	rig_advance(r, 390 * 3600);
	r->hold_stream = true;
	ck_assert(start_pull(r, 1, 1, 392));
	rig_advance(r, 1000 * 3600);
	r->hold_out = true;
	r->hold_stream = false;
	while (r->held_stream)
		rig_release_stream(r);
	ck_assert(acknowledge(r, 0));
	ck_assert(!r->disconnected);
	rig_release_out(r);
	ck_assert(rig_take(r, CHANNEL_OUT, &answer));
	ck_assert_uint_eq(answer.op, OP_REFUSED);
	rig_ask_op(r, OP_PING, &answer);
	ck_assert_uint_eq(answer.op, OP_PONG);
	rig_destroy(r);
}
END_TEST

START_TEST(records_overwritten_during_a_pull_end_it_with_a_refusal)
{
	struct rig *r = rig_create(400);
	struct message answer;

	rig_connect(r, NULL);
	rig_advance(r, 390 * 3600);
	r->hold_stream = true;
	ck_assert(start_pull(r, 1, 1, 392));
	rig_advance(r, 1000 * 3600);
	r->hold_stream = false;
	while (r->held_stream)
		rig_release_stream(r);
	ck_assert(rig_take(r, CHANNEL_STREAM, &answer));
	ck_assert(rig_take(r, CHANNEL_OUT, &answer));
	ck_assert_uint_eq(answer.op, OP_REFUSED);
	ck_assert_uint_eq(answer.as.refused.op, OP_PULL);
	ck_assert_uint_eq(answer.as.refused.code, CODE_NO_SUCH_RECORD);
	rig_destroy(r);
}
END_TEST

START_TEST(a_damaged_record_ends_what_is_retained_before_it)
{
	struct rig *r = rig_create(64);

	rig_advance(r, 20 * 3600);
	r->nvm[PUMP_NVM_BASE + 9 * PUMP_LOG_SLOT + 70] ^= 1; /* record 10 */
	pump_save_body(&r->pump, r->body);
	rig_boot(r, true);
	ck_assert_uint_eq(r->pump.log.first, 11);
	ck_assert_uint_eq(r->pump.log.last, 23);
	rig_connect(r, NULL);
	rig_check_log(r);
	rig_destroy(r);
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("pump_log");

	tcase_set_timeout(cases, 60);
	tcase_add_loop_test(cases, a_pull_of_everything_joins_the_chain_of_range, 0, 2);
	tcase_add_test(cases, first_record_follows_zeros);
	tcase_add_test(cases, the_ring_overwrites_the_oldest_and_a_boot_finds_the_rest);
	tcase_add_test(cases, five_blocks_go_ahead_of_the_acknowledgement);
	tcase_add_test(cases, blocks_are_as_full_as_whole_records_allow);
	tcase_add_test(cases, the_stream_goes_on_only_after_the_link_took_the_last_value);
	tcase_add_test(cases, windows_that_hold_no_retained_record_are_refused);
	tcase_add_test(cases, while_a_pull_runs_other_requests_are_refused);
	tcase_add_test(cases, acknowledging_what_was_not_sent_ends_the_session);
	tcase_add_test(cases, acknowledgements_do_not_wait_for_the_memory);
	tcase_add_test(cases, an_acknowledgement_that_crosses_the_end_of_a_pull_is_no_offence);
	tcase_add_test(cases, records_overwritten_during_a_pull_end_it_with_a_refusal);
	tcase_add_test(cases, a_damaged_record_ends_what_is_retained_before_it);
	return suite_run(cases);
}
