/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A window of the log: order, chain, acknowledgements only for what is stored. */
#include "fake_pump.h"
#include "log_view.h"
#include "suite.h"

#include <string.h>

enum { EPOCH = 3, RAW_LEN = 14 };

static struct rig rig;
static uint8_t before[DIGEST_LEN]; /* h(first - 1) of every window here */
static uint32_t acknowledged;      /* blocks acknowledged to the pump */

static void setup(void)
{
	rig_init(&rig);
	rig_ready(&rig);
	memset(before, 0xBE, sizeof before);
}

/* Every record tells its sequence in its last bytes. */
static void make_record(uint64_t seq, uint8_t raw[RAW_LEN])
{
	memset(raw, 0x33, RAW_LEN);
	raw[RAW_LEN - 1] = (uint8_t)(seq >> 8);
	raw[RAW_LEN - 2] = (uint8_t)seq;
}

static void chain_to(uint64_t first, uint64_t last, uint8_t hash[DIGEST_LEN])
{
	uint8_t raw[RAW_LEN];

	memcpy(hash, before, DIGEST_LEN);
	for (uint64_t seq = first; seq <= last; seq++) {
		make_record(seq, raw);
		record_chain(hash, EPOCH, seq, raw, sizeof raw, hash);
	}
}

static void say_block(uint32_t number, uint64_t first, uint16_t count)
{
	static uint8_t packed[4096];
	struct message m = {.op = OP_BLOCK};

	for (uint16_t i = 0; i < count; i++) {
		packed[i * (RAW_LEN + 1)] = RAW_LEN;
		make_record(first + i, packed + i * (RAW_LEN + 1) + 1);
	}
	m.as.block = (struct msg_block){.number = number, .first = first, .count = count,
					.records = packed,
					.records_len = (size_t)count * (RAW_LEN + 1)};
	rig_say_on(&rig, CHANNEL_STREAM, &m);
}

static void say_pulled(uint64_t first, uint64_t last, uint32_t blocks)
{
	struct message m = {.op = OP_PULLED, .as.pulled = {EPOCH, first, last, blocks}};

	rig_say(&rig, &m);
}

static void note_acknowledgement(void)
{
	rig_run(&rig);
	if (rig.pump.request.op == OP_ACK)
		acknowledged = rig.pump.request.as.ack.number + 1;
}

static void store_at_once(void)
{
	client_records_stored(&rig.client, rig.now_ms);
	note_acknowledgement();
}

static void wait_quietly(uint64_t ms)
{
	rig.now_ms += ms;
	client_tick(&rig.client, rig.now_ms);
	note_acknowledgement();
}

/* ... and no other comes until an acknowledgement is due. */
static void store(void)
{
	store_at_once();
	wait_quietly(CLIENT_ACK_WAIT_MS);
}

static void pull(uint64_t first, uint64_t last, bool with_chain, const uint8_t *last_hash)
{
	acknowledged = 0;
	ck_assert_int_eq(client_pull(&rig.client, EPOCH, first, last, with_chain ? before : NULL,
				     last_hash, rig.now_ms),
			 PUMP_OK);
	rig_run(&rig);
	ck_assert_uint_eq(rig.pump.request.op, OP_PULL);
	ck_assert_uint_eq(rig.pump.request.as.pull.first, first);
	ck_assert_uint_eq(rig.pump.request.as.pull.last, last);
}

START_TEST(a_window_comes_whole_in_blocks_and_is_acknowledged)
{
	uint8_t last_hash[DIGEST_LEN], hash[DIGEST_LEN];
	const struct action_records *records = &rig.store.as.records;

	chain_to(5, 304, last_hash);
	pull(5, 304, true, last_hash);
	for (uint32_t i = 0; i < 30; i++) {
		say_block(i, 5 + 10 * i, 10);
		ck_assert_uint_eq(rig.records, i + 1);
		ck_assert_uint_eq(records->epoch, EPOCH);
		ck_assert_uint_eq(records->first, 5 + 10 * i);
		ck_assert_uint_eq(records->count, 10);
		ck_assert_uint_eq(records->packed_len, 10 * (RAW_LEN + 1));
		ck_assert_uint_eq(records->packed[RAW_LEN - 1], (uint8_t)(5 + 10 * i));
		chain_to(5, 14 + 10 * i, hash);
		ck_assert(records->has_chain);
		ck_assert_mem_eq(records->chain, hash, DIGEST_LEN);
		ck_assert_uint_eq(acknowledged, i);
		store();
		ck_assert_uint_eq(acknowledged, i + 1);
	}
	say_pulled(5, 304, 30);
	ck_assert_int_eq(rig_last(&rig)->type, REPORT_PULLED);
	ck_assert_uint_eq(rig_last(&rig)->as.pulled.last, 304);
	ck_assert(client_is_idle(&rig.client));
}
END_TEST

START_TEST(one_acknowledgement_stands_for_three_blocks)
{
	pull(1, 50, false, NULL);
	for (uint32_t i = 0; i < 4; i++) {
		say_block(i, 1 + 10 * i, 10);
		store_at_once();
		ck_assert_uint_eq(acknowledged, i < 2 ? 0 : 3);
	}
	say_block(4, 41, 10); /* nothing more will come */
	store_at_once();
	ck_assert_uint_eq(acknowledged, 5);
}
END_TEST

START_TEST(a_block_by_itself_is_acknowledged_when_the_stream_is_quiet)
{
	pull(1, 50, false, NULL);
	say_block(0, 1, 10);
	store_at_once();
	ck_assert_uint_eq(rig.wake_at_ms, rig.now_ms + CLIENT_ACK_WAIT_MS);
	wait_quietly(CLIENT_ACK_WAIT_MS - 1);
	ck_assert_uint_eq(acknowledged, 0);
	wait_quietly(1);
	ck_assert_uint_eq(acknowledged, 1);
	wait_quietly(CLIENT_ACK_WAIT_MS);
	ck_assert_uint_eq(rig.pump.request.as.ack.number, 0);
}
END_TEST

START_TEST(five_blocks_may_wait_for_the_disk_and_come_out_in_order)
{
	pull(1, 50, false, NULL);
	for (uint32_t i = 0; i < BLOCKS_UNACKNOWLEDGED_MAX; i++)
		say_block(i, 1 + 10 * i, 10);
	ck_assert_uint_eq(rig.records, 1);
	for (uint32_t i = 0; i < BLOCKS_UNACKNOWLEDGED_MAX; i++) {
		ck_assert_uint_eq(rig.store.as.records.first, 1 + 10 * i);
		ck_assert_uint_eq(rig.store.as.records.packed[RAW_LEN - 1], 1 + 10 * i);
		ck_assert(!rig.store.as.records.has_chain);
		store();
		ck_assert_uint_eq(acknowledged, i + 1);
	}
	say_pulled(1, 50, 5);
	ck_assert_int_eq(rig_last(&rig)->type, REPORT_PULLED);
}
END_TEST

START_TEST(a_sixth_block_without_acknowledgement_ends_the_session)
{
	pull(1, 60, false, NULL);
	for (uint32_t i = 0; i <= BLOCKS_UNACKNOWLEDGED_MAX; i++)
		say_block(i, 1 + 10 * i, 10);
	ck_assert(rig_ended(&rig, CLIENT_END_PROTOCOL));
}
END_TEST

START_TEST(acknowledgements_add_up_while_the_way_is_blocked)
{
	struct action action;

	rig.client.value_max = 20;
	pull(1, 50, false, NULL);
	for (uint32_t i = 0; i < 5; i++)
		say_block(i, 1 + 10 * i, 10);
	/* The first acknowledgement takes two writes, and the first of them does not end. */
	for (uint32_t i = 0; i < CLIENT_ACK_BLOCKS; i++) {
		client_records_stored(&rig.client, rig.now_ms);
		ck_assert(client_next_action(&rig.client, &action));
		ck_assert_int_eq(action.type, ACTION_STORE_RECORDS);
	}
	ck_assert(client_next_action(&rig.client, &action));
	ck_assert_int_eq(action.type, ACTION_SEND);
	ck_assert_int_eq(joiner_add(&rig.pump.in, action.as.send.value, action.as.send.len, 0),
			 PUMP_EAGAIN);
	client_records_stored(&rig.client, rig.now_ms);
	ck_assert(client_next_action(&rig.client, &action));
	ck_assert_int_eq(action.type, ACTION_STORE_RECORDS);
	client_records_stored(&rig.client, rig.now_ms);
	while (client_next_action(&rig.client, &action))
		ck_assert(action.type != ACTION_WAKE_AT || action.as.wake_at_ms > rig.now_ms);
	client_sent(&rig.client, CLIENT_WRITE_DELIVERED, rig.now_ms);
	rig_run(&rig);
	ck_assert_uint_eq(rig.pump.request.as.ack.number, 4);
	say_pulled(1, 50, 5);
	ck_assert_int_eq(rig_last(&rig)->type, REPORT_PULLED);
}
END_TEST

START_TEST(a_log_that_does_not_lead_to_the_known_end_is_a_fork)
{
	uint8_t last_hash[DIGEST_LEN];

	chain_to(1, 20, last_hash);
	last_hash[0] ^= 1;
	pull(1, 20, true, last_hash);
	say_block(0, 1, 20);
	store();
	say_pulled(1, 20, 1);
	ck_assert_int_eq(rig_last(&rig)->type, REPORT_FORK);
	ck_assert_uint_eq(rig_last(&rig)->as.fork_seq, 1);
	ck_assert(client_is_idle(&rig.client));
}
END_TEST

START_TEST(a_stored_beginning_that_is_another_is_a_fork)
{
	uint8_t last_hash[DIGEST_LEN];

	chain_to(8, 20, last_hash);
	before[31] ^= 1;
	pull(8, 20, true, last_hash);
	say_block(0, 8, 13);
	store();
	say_pulled(8, 20, 1);
	ck_assert_int_eq(rig_last(&rig)->type, REPORT_FORK);
	ck_assert_uint_eq(rig_last(&rig)->as.fork_seq, 8);
}
END_TEST

START_TEST(holes_repeats_and_surpluses_end_the_session)
{
	/* A good block 0 holds 1 to 10 of a window 1 to 20; then this comes. */
	static const struct {
		uint32_t number;
		uint64_t first;
		uint16_t count;
	} rows[] = {
		{1, 12, 5}, /* hole */
		{1, 10, 5}, /* repeat */
		{0, 11, 5}, /* number again */
		{2, 11, 5}, /* number left out */
		{1, 11, 11}, /* beyond the window */
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		setup();
		pull(1, 20, true, NULL);
		say_block(0, 1, 10);
		store();
		say_block(rows[i].number, rows[i].first, rows[i].count);
		ck_assert_msg(rig_ended(&rig, CLIENT_END_PROTOCOL), "row %zu", i);
	}
	setup();
	pull(1, 10, true, NULL);
	say_block(0, 1, 10);
	store();
	say_block(1, 11, 1);
	ck_assert(rig_ended(&rig, CLIENT_END_PROTOCOL));
	setup();
	pull(2, 10, true, NULL);
	say_block(0, 1, 9);
	ck_assert(rig_ended(&rig, CLIENT_END_PROTOCOL));
}
END_TEST

START_TEST(malformed_blocks_end_the_session)
{
	static const uint8_t plain[][20] = {
		{0x55, 0x66, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}, /* no record */
		{0x55, 0x66, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 9, 1, 1, 1}, /* cut */
		{0x55, 0x66, 0, 0},
		{0x5A, 0x0F, 0, 0, 0, 0, 0, 0, 0, 0}, /* PONG */
	};
	static const size_t lens[] = {16, 20, 4, 10};

	for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
		setup();
		pull(1, 10, false, NULL);
		rig_say_plain(&rig, CHANNEL_STREAM, plain[i], lens[i]);
		ck_assert_msg(rig_ended(&rig, CLIENT_END_PROTOCOL), "row %zu", i);
	}
}
END_TEST

START_TEST(a_lost_notification_ends_the_session)
{
	pull(1, 10, false, NULL);
	rig.pump.stream.counter++;
	say_block(0, 1, 10);
	ck_assert(rig_ended(&rig, CLIENT_END_PROTOCOL));
	ck_assert_uint_eq(rig.records, 0);
}
END_TEST

START_TEST(pulled_must_say_what_came)
{
	static const struct {
		uint64_t first, last;
		uint32_t blocks;
	} rows[] = {{1, 20, 1}, {1, 9, 1}, {2, 10, 1}, {1, 10, 2}, {1, 10, 0}};
	struct message m = {.op = OP_PULLED, .as.pulled = {EPOCH + 1, 1, 10, 1}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		setup();
		pull(1, 20, false, NULL);
		say_block(0, 1, 10);
		store();
		say_pulled(rows[i].first, rows[i].last, rows[i].blocks);
		ck_assert_msg(rig_ended(&rig, CLIENT_END_PROTOCOL), "row %zu", i);
	}
	setup();
	pull(1, 20, false, NULL);
	say_block(0, 1, 10);
	store();
	rig_say(&rig, &m);
	ck_assert(rig_ended(&rig, CLIENT_END_PROTOCOL));
}
END_TEST

START_TEST(pulled_before_everything_is_acknowledged_ends_the_session)
{
	pull(1, 10, false, NULL);
	say_block(0, 1, 10);
	say_pulled(1, 10, 1);
	ck_assert(rig_ended(&rig, CLIENT_END_PROTOCOL));
	setup();
	pull(1, 10, false, NULL);
	say_pulled(1, 0, 0);
	ck_assert(rig_ended(&rig, CLIENT_END_PROTOCOL));
}
END_TEST

START_TEST(a_window_that_ends_early_is_reported_as_it_came)
{
	uint8_t last_hash[DIGEST_LEN] = {0};

	pull(1, 20, true, last_hash);
	say_block(0, 1, 10);
	store();
	say_pulled(1, 10, 1);
	ck_assert_int_eq(rig_last(&rig)->type, REPORT_PULLED);
	ck_assert_uint_eq(rig_last(&rig)->as.pulled.last, 10);
}
END_TEST

START_TEST(a_refused_window_is_reported)
{
	pull(1, 20, true, NULL);
	rig_say_refused(&rig, OP_PULL, CODE_NO_SUCH_RECORD);
	ck_assert_int_eq(rig_last(&rig)->type, REPORT_REFUSED);
	ck_assert_uint_eq(rig_last(&rig)->as.refused.code, CODE_NO_SUCH_RECORD);
	ck_assert(client_is_idle(&rig.client));
}
END_TEST

START_TEST(a_window_refused_in_the_middle_is_reported_after_what_came_is_stored)
{
	size_t reports = rig.report_count;

	pull(1, 50, true, NULL);
	say_block(0, 1, 10);
	say_block(1, 11, 10);
	rig_say_refused(&rig, OP_PULL, CODE_NO_SUCH_RECORD);
	store();
	ck_assert_uint_eq(rig.report_count, reports);
	ck_assert(!client_is_idle(&rig.client));
	ck_assert_uint_eq(rig.store.as.records.first, 11);
	store();
	ck_assert_int_eq(rig_last(&rig)->type, REPORT_REFUSED);
	ck_assert_uint_eq(rig_last(&rig)->as.refused.code, CODE_NO_SUCH_RECORD);
	ck_assert_uint_eq(acknowledged, 0);
	ck_assert(client_is_idle(&rig.client));
}
END_TEST

START_TEST(nothing_more_of_a_refused_window_is_taken)
{
	for (int what = 0; what < 3; what++) {
		setup();
		pull(1, 50, true, NULL);
		say_block(0, 1, 10);
		rig_say_refused(&rig, OP_PULL, CODE_NO_SUCH_RECORD);
		if (what == 0)
			say_block(1, 11, 10);
		else if (what == 1)
			say_pulled(1, 10, 1);
		else
			rig_say_refused(&rig, OP_PULL, CODE_NO_SUCH_RECORD);
		ck_assert(rig_ended(&rig, CLIENT_END_PROTOCOL));
	}
}
END_TEST

START_TEST(records_that_cannot_be_stored_end_the_session_unacknowledged)
{
	pull(1, 20, true, NULL);
	say_block(0, 1, 10);
	client_records_failed(&rig.client, rig.now_ms);
	rig_run(&rig);
	ck_assert(rig_ended(&rig, CLIENT_END_LINK));
	ck_assert(rig.is_closed);
	ck_assert_uint_eq(rig.pump.request.op, OP_PULL);
}
END_TEST

START_TEST(windows_that_are_none_are_refused)
{
	static const uint64_t rows[][2] = {{0, 5}, {5, 4}, {1, UINT64_MAX}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ck_assert_int_eq(client_pull(&rig.client, EPOCH, rows[i][0], rows[i][1], NULL,
					     NULL, rig.now_ms),
				 PUMP_ERANGE);
	ck_assert(client_is_idle(&rig.client));
}
END_TEST

START_TEST(a_pull_that_stalls_times_out_but_not_while_the_disk_is_slow)
{
	pull(1, 20, false, NULL);
	rig.now_ms += CLIENT_ANSWER_TIMEOUT_MS - 1;
	say_block(0, 1, 10);
	rig.now_ms += 10 * CLIENT_ANSWER_TIMEOUT_MS;
	client_tick(&rig.client, rig.now_ms);
	rig_run(&rig);
	store();
	ck_assert_uint_eq(acknowledged, 1);
	ck_assert_uint_eq(rig.wake_at_ms, rig.now_ms + CLIENT_ANSWER_TIMEOUT_MS);
	rig.now_ms += CLIENT_ANSWER_TIMEOUT_MS;
	client_tick(&rig.client, rig.now_ms);
	rig_run(&rig);
	ck_assert(rig_ended(&rig, CLIENT_END_TIMEOUT));
}
END_TEST

START_TEST(one_window_follows_another)
{
	for (uint64_t first = 1; first < 1000; first += 10) {
		pull(first, first + 9, false, NULL);
		say_block(0, first, 4);
		store();
		say_block(1, first + 4, 6);
		store();
		say_pulled(first, first + 9, 2);
		ck_assert_int_eq(rig_last(&rig)->type, REPORT_PULLED);
		rig.report_count = 0;
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_window_comes_whole_in_blocks_and_is_acknowledged,
		one_acknowledgement_stands_for_three_blocks,
		a_block_by_itself_is_acknowledged_when_the_stream_is_quiet,
		five_blocks_may_wait_for_the_disk_and_come_out_in_order,
		a_sixth_block_without_acknowledgement_ends_the_session,
		acknowledgements_add_up_while_the_way_is_blocked,
		a_log_that_does_not_lead_to_the_known_end_is_a_fork,
		a_stored_beginning_that_is_another_is_a_fork,
		holes_repeats_and_surpluses_end_the_session,
		malformed_blocks_end_the_session,
		a_lost_notification_ends_the_session,
		pulled_must_say_what_came,
		pulled_before_everything_is_acknowledged_ends_the_session,
		a_window_that_ends_early_is_reported_as_it_came,
		a_refused_window_is_reported,
		a_window_refused_in_the_middle_is_reported_after_what_came_is_stored,
		nothing_more_of_a_refused_window_is_taken,
		records_that_cannot_be_stored_end_the_session_unacknowledged,
		windows_that_are_none_are_refused,
		a_pull_that_stalls_times_out_but_not_while_the_disk_is_slow,
		one_window_follows_another,
		NULL,
	};

	return suite_run_tests("download", tests, setup, NULL);
}
