/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shaper.h"

#include "suite.h"

#include <errno.h>
#include <string.h>

#define INTERVAL_US 30000
#define PDU_LEN     247
#define SECOND_US   UINT64_C(1000000)

static struct shaper shaper, twin;
static struct shaper_config config;

static void setup(void)
{
	shaper_default(&config);
	shaper_init(&shaper, &config, 1, 0);
}

static void start(uint64_t seed)
{
	ck_assert(shaper_is_valid(&config));
	shaper_init(&shaper, &config, seed, 0);
}

/* PDUs are told apart by their first two octets. */
static int send_number(struct shaper *s, enum shaper_side side, unsigned number, size_t len,
                       uint64_t now_us)
{
	uint8_t pdu[LINK_PDU_MAX + 1] = {(uint8_t)number, (uint8_t)(number >> 8)};

	return shaper_send(s, side, pdu, len, now_us);
}

static unsigned number_of(const struct shaper_pdu *pdu)
{
	return (unsigned)(pdu->bytes[0] | pdu->bytes[1] << 8);
}

/* The number of the next PDU at side, which must be there. */
static unsigned take(struct shaper *s, enum shaper_side side)
{
	const struct shaper_pdu *pdu = shaper_peek(s, side);
	unsigned number;

	ck_assert_ptr_nonnull(pdu);
	number = number_of(pdu);
	shaper_take(s, side);
	return number;
}

/* Nothing at 1 us before, there at that time. */
static void assert_arrives(enum shaper_side side, unsigned number, uint64_t at_us)
{
	shaper_run(&shaper, at_us - 1);
	ck_assert_ptr_null(shaper_peek(&shaper, side));
	shaper_run(&shaper, at_us);
	ck_assert_uint_eq(take(&shaper, side), number);
}

START_TEST(a_pdu_arrives_at_the_end_of_its_pair)
{
	shaper_run(&shaper, 1000);
	ck_assert_int_eq(send_number(&shaper, SHAPER_PERIPHERAL, 7, PDU_LEN, 1000), 0);
	assert_arrives(SHAPER_CENTRAL, 7, INTERVAL_US + 2500);
}
END_TEST

START_TEST(a_pdu_goes_out_in_pieces_of_the_data_length)
{
	config.air.data_len = 27;
	start(1);
	/* 251 octets: nine packets of 27 and one of 8. */
	ck_assert_int_eq(send_number(&shaper, SHAPER_CENTRAL, 7, PDU_LEN, 0), 0);
	/* The first event had begun without it. */
	assert_arrives(SHAPER_PERIPHERAL, 7, INTERVAL_US + 9 * 708 + 556);
}
END_TEST

START_TEST(both_ways_share_a_pair)
{
	shaper_run(&shaper, 1000);
	ck_assert_int_eq(send_number(&shaper, SHAPER_PERIPHERAL, 1, PDU_LEN, 1000), 0);
	ck_assert_int_eq(send_number(&shaper, SHAPER_CENTRAL, 2, 20, 1000), 0);
	/* 24 octets are 304 us instead of the 80 of an empty packet. */
	assert_arrives(SHAPER_CENTRAL, 1, INTERVAL_US + 2500 - 80 + 304);
	ck_assert_uint_eq(take(&shaper, SHAPER_PERIPHERAL), 2);
}
END_TEST

/* Keeps side's queue full until end_us and takes what arrives; returns how many did. */
static unsigned stream(struct shaper *s, enum shaper_side from, enum shaper_side to,
                       uint64_t end_us)
{
	unsigned sent = 0;
	unsigned taken = 0;
	uint64_t now = 0;

	while (now < end_us) {
		while (send_number(s, from, sent & 0xffff, PDU_LEN, now) == 0)
			sent++;
		shaper_run(s, now);
		while (shaper_peek(s, to))
			ck_assert_uint_eq(take(s, to), taken++ & 0xffff);
		now = shaper_next(s);
	}
	return taken;
}

START_TEST(an_event_ends_with_its_last_pair)
{
	/* The first event had nothing to send when it began. */
	const uint64_t end_us = 101 * INTERVAL_US;

	config.air.packets = 4;
	start(1);
	ck_assert_uint_eq(stream(&shaper, SHAPER_PERIPHERAL, SHAPER_CENTRAL, end_us), 4 * 100);
	config.air.packets = 0;
	start(1);
	ck_assert_uint_eq(stream(&shaper, SHAPER_CENTRAL, SHAPER_PERIPHERAL, end_us + 1), 12 * 100);
	config.air.phy = AIRTIME_2M;
	start(1);
	ck_assert_uint_eq(stream(&shaper, SHAPER_PERIPHERAL, SHAPER_CENTRAL, end_us), 21 * 100);
}
END_TEST

START_TEST(an_answer_waits_for_the_next_event)
{
	uint64_t now;

	shaper_run(&shaper, 1000);
	ck_assert_int_eq(send_number(&shaper, SHAPER_CENTRAL, 1, 20, 1000), 0);
	now = shaper_next(&shaper);
	while (!shaper_peek(&shaper, SHAPER_PERIPHERAL))
		shaper_run(&shaper, now = shaper_next(&shaper));
	ck_assert_int_eq(send_number(&shaper, SHAPER_PERIPHERAL, 2, 20, now), 0);
	assert_arrives(SHAPER_CENTRAL, 2, 2 * INTERVAL_US + 304 + 80 + 300);
}
END_TEST

START_TEST(loss_costs_time_and_nothing_else)
{
	unsigned clean = stream(&shaper, SHAPER_PERIPHERAL, SHAPER_CENTRAL, 20 * SECOND_US);
	unsigned lossy;
	uint64_t pairs;

	config.loss_ppm = 50000;
	start(1);
	lossy = stream(&shaper, SHAPER_PERIPHERAL, SHAPER_CENTRAL, 20 * SECOND_US);
	pairs = shaper.carried_pairs + shaper.lost_pairs;
	ck_assert_uint_lt(lossy, clean * 95 / 100);
	ck_assert_uint_gt(lossy, clean * 90 / 100);
	ck_assert_uint_gt(shaper.lost_pairs, pairs * 4 / 100);
	ck_assert_uint_lt(shaper.lost_pairs, pairs * 6 / 100);
	ck_assert_uint_eq(shaper_dropped(&shaper, SHAPER_CENTRAL), 0);
}
END_TEST

START_TEST(two_lost_pairs_in_a_row_end_the_event)
{
	unsigned carried;

	config.loss_ppm = SHAPER_PPM;
	start(1);
	ck_assert_int_eq(send_number(&shaper, SHAPER_PERIPHERAL, 1, PDU_LEN, 0), 0);
	shaper_run(&shaper, INTERVAL_US * 10 - 1);
	ck_assert_uint_eq(shaper.lost_pairs, 20);
	config.loss_ppm = SHAPER_PPM / 2;
	start(1);
	carried = stream(&shaper, SHAPER_PERIPHERAL, SHAPER_CENTRAL, 20 * SECOND_US);
	/* One half is lost; the chance that an event goes on falls with each pair. */
	ck_assert_uint_lt(carried, 20 * 400 / 3);
}
END_TEST

START_TEST(the_same_seed_gives_the_same_run)
{
	unsigned first;

	config.loss_ppm = 100000;
	shaper_init(&twin, &config, 5, 0);
	start(5);
	first = stream(&shaper, SHAPER_PERIPHERAL, SHAPER_CENTRAL, 5 * SECOND_US);
	ck_assert_uint_eq(stream(&twin, SHAPER_PERIPHERAL, SHAPER_CENTRAL, 5 * SECOND_US), first);
	ck_assert_mem_eq(&shaper, &twin, sizeof twin);
	start(6);
	(void)stream(&shaper, SHAPER_PERIPHERAL, SHAPER_CENTRAL, 5 * SECOND_US);
	ck_assert_uint_ne(shaper.lost_pairs, twin.lost_pairs);
}
END_TEST

/* How often the owner calls run must not change what happens. */
START_TEST(late_and_many_calls_give_the_same_run)
{
	config.loss_ppm = 200000;
	config.latency = 3;
	shaper_init(&twin, &config, 9, 0);
	start(9);
	for (unsigned turn = 0; turn < 50; turn++) {
		uint64_t now = turn * 77777;

		(void)send_number(&shaper, turn % 2, turn, PDU_LEN, now);
		(void)send_number(&twin, turn % 2, turn, PDU_LEN, now);
		for (uint64_t us = now; us < now + 77777; us += 100)
			shaper_run(&shaper, us);
	}
	shaper_run(&shaper, 10 * SECOND_US);
	shaper_run(&twin, 10 * SECOND_US);
	ck_assert_mem_eq(&shaper, &twin, sizeof twin);
}
END_TEST

START_TEST(a_full_send_queue_refuses_and_takes_again)
{
	for (unsigned i = 0; i < SHAPER_SEND_MAX; i++)
		ck_assert_int_eq(send_number(&shaper, SHAPER_CENTRAL, i, 20, 0), 0);
	ck_assert_uint_eq(shaper_unsent(&shaper, SHAPER_CENTRAL), SHAPER_SEND_MAX);
	ck_assert_int_eq(send_number(&shaper, SHAPER_CENTRAL, 99, 20, 0), -EAGAIN);
	ck_assert_int_eq(send_number(&shaper, SHAPER_CENTRAL, 32, 20, INTERVAL_US + 1000), 0);
	ck_assert_int_eq(send_number(&shaper, SHAPER_CENTRAL, 0, 0, INTERVAL_US + 1000), -EMSGSIZE);
	ck_assert_int_eq(
	        send_number(&shaper, SHAPER_CENTRAL, 0, LINK_PDU_MAX + 1, INTERVAL_US + 1000),
	        -EMSGSIZE);
}
END_TEST

/* The trap of the kernel's sockets: no side hears of it. */
START_TEST(what_a_slow_reader_has_no_place_for_is_dropped_silently)
{
	unsigned sent = 0;

	for (uint64_t now = 0; sent < 300; now = shaper_next(&shaper))
		while (sent < 300 && send_number(&shaper, SHAPER_PERIPHERAL, sent, 20, now) == 0)
			sent++;
	shaper_run(&shaper, 10 * SECOND_US);
	ck_assert_uint_eq(shaper_unsent(&shaper, SHAPER_PERIPHERAL), 0);
	ck_assert_uint_eq(shaper_dropped(&shaper, SHAPER_CENTRAL), 300 - SHAPER_RECEIVE_MAX);
	for (unsigned i = 0; i < SHAPER_RECEIVE_MAX; i++)
		ck_assert_uint_eq(take(&shaper, SHAPER_CENTRAL), i);
	ck_assert_ptr_null(shaper_peek(&shaper, SHAPER_CENTRAL));
	shaper_take(&shaper, SHAPER_CENTRAL);
	ck_assert_ptr_null(shaper_peek(&shaper, SHAPER_CENTRAL));
}
END_TEST

START_TEST(what_a_closed_side_sent_arrives_at_once)
{
	for (unsigned i = 0; i < 3; i++)
		ck_assert_int_eq(send_number(&shaper, SHAPER_CENTRAL, i, PDU_LEN, 1000), 0);
	shaper_run(&shaper, INTERVAL_US + 1000);
	shaper_flush(&shaper, SHAPER_CENTRAL, INTERVAL_US + 1000);
	for (unsigned i = 0; i < 3; i++)
		ck_assert_uint_eq(take(&shaper, SHAPER_PERIPHERAL), i);
	shaper_run(&shaper, SECOND_US);
	ck_assert_ptr_null(shaper_peek(&shaper, SHAPER_PERIPHERAL));
	ck_assert_uint_eq(shaper_unsent(&shaper, SHAPER_CENTRAL), 0);
}
END_TEST

START_TEST(out_of_range_the_connection_ends_with_its_supervision_timeout)
{
	uint64_t end_us;

	shaper_run(&shaper, SECOND_US);
	config.is_out_of_range = true;
	shaper_change(&shaper, &config, SECOND_US);
	ck_assert_int_eq(send_number(&shaper, SHAPER_CENTRAL, 1, 20, SECOND_US), 0);
	end_us = shaper.heard_us + 6 * SECOND_US;
	shaper_run(&shaper, end_us - 1);
	ck_assert(!shaper_is_ended(&shaper));
	shaper_run(&shaper, end_us);
	ck_assert(shaper_is_ended(&shaper));
	ck_assert_ptr_null(shaper_peek(&shaper, SHAPER_PERIPHERAL));
	ck_assert_int_eq(send_number(&shaper, SHAPER_CENTRAL, 1, 20, end_us), -ENOTCONN);
	ck_assert_uint_eq(shaper_next(&shaper), SHAPER_NEVER);
}
END_TEST

START_TEST(idle_out_of_range_asks_to_be_run_when_it_ends)
{
	config.is_out_of_range = true;
	shaper_change(&shaper, &config, 0);
	ck_assert_uint_eq(shaper_next(&shaper), 80 + 80 + 300);
	shaper_run(&shaper, SECOND_US);
	ck_assert_uint_eq(shaper_next(&shaper), 6 * SECOND_US);
	shaper_run(&shaper, shaper_next(&shaper));
	ck_assert(shaper_is_ended(&shaper));
}
END_TEST

START_TEST(back_in_range_in_time_nothing_is_lost)
{
	config.is_out_of_range = true;
	shaper_change(&shaper, &config, 0);
	ck_assert_int_eq(send_number(&shaper, SHAPER_PERIPHERAL, 3, 20, 0), 0);
	config.is_out_of_range = false;
	shaper_change(&shaper, &config, 5 * SECOND_US);
	ck_assert_ptr_null(shaper_peek(&shaper, SHAPER_CENTRAL));
	shaper_run(&shaper, 5 * SECOND_US + INTERVAL_US * 2);
	ck_assert_uint_eq(take(&shaper, SHAPER_CENTRAL), 3);
}
END_TEST

START_TEST(an_idle_connection_needs_no_calls_and_lives_for_hours)
{
	shaper_run(&shaper, SECOND_US);
	ck_assert_uint_eq(shaper_next(&shaper), SHAPER_NEVER);
	ck_assert_int_eq(send_number(&shaper, SHAPER_CENTRAL, 1, 20, 36000 * SECOND_US), 0);
	ck_assert(!shaper_is_ended(&shaper));
	shaper_run(&shaper, 36000 * SECOND_US + 2 * INTERVAL_US);
	ck_assert_uint_eq(take(&shaper, SHAPER_PERIPHERAL), 1);
}
END_TEST

START_TEST(a_new_interval_holds_from_the_sixth_event)
{
	shaper_run(&shaper, 1000);
	config.air.interval_us = 15000;
	config.air.phy = AIRTIME_2M;
	shaper_change(&shaper, &config, 1000);
	ck_assert_uint_eq(shaper.config.air.phy, AIRTIME_2M);
	shaper_run(&shaper, 6 * INTERVAL_US - 1);
	ck_assert_uint_eq(shaper.config.air.interval_us, INTERVAL_US);
	shaper_run(&shaper, 6 * INTERVAL_US + 1000);
	ck_assert_uint_eq(shaper.config.air.interval_us, 15000);
}
END_TEST

START_TEST(a_sleeping_peripheral_hears_later_and_speaks_at_once)
{
	config.latency = 4;
	start(1);
	shaper_run(&shaper, 10 * 5 * INTERVAL_US + 1000);
	ck_assert_int_eq(send_number(&shaper, SHAPER_CENTRAL, 1, 20, 10 * 5 * INTERVAL_US + 1000),
	                 0);
	shaper_run(&shaper, 10 * 5 * INTERVAL_US + 5 * INTERVAL_US + 1000);
	ck_assert_uint_eq(take(&shaper, SHAPER_PERIPHERAL), 1);
	shaper_run(&shaper, 20 * 5 * INTERVAL_US + 1000);
	ck_assert_int_eq(
	        send_number(&shaper, SHAPER_PERIPHERAL, 2, 20, 20 * 5 * INTERVAL_US + 1000), 0);
	assert_arrives(SHAPER_CENTRAL, 2, (20 * 5 + 1) * INTERVAL_US + 304 + 80 + 300);
}
END_TEST

START_TEST(values_outside_of_bluetooth_are_not_valid)
{
	struct shaper_config bad = config;

	ck_assert(shaper_is_valid(&config));
	bad.latency = 500;
	ck_assert(!shaper_is_valid(&bad));
	bad = config;
	bad.loss_ppm = SHAPER_PPM + 1;
	ck_assert(!shaper_is_valid(&bad));
	bad = config;
	bad.air.interval_us = 0;
	ck_assert(!shaper_is_valid(&bad));
	bad = config;
	bad.supervision_ms = 90;
	ck_assert(!shaper_is_valid(&bad));
	bad.supervision_ms = 32001;
	ck_assert(!shaper_is_valid(&bad));
	/* More than two intervals in which the peripheral listens (4.5.2). */
	bad = config;
	bad.latency = 99;
	ck_assert(!shaper_is_valid(&bad));
	bad.latency = 98;
	ck_assert(shaper_is_valid(&bad));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
	        a_pdu_arrives_at_the_end_of_its_pair,
	        a_pdu_goes_out_in_pieces_of_the_data_length,
	        both_ways_share_a_pair,
	        an_event_ends_with_its_last_pair,
	        an_answer_waits_for_the_next_event,
	        loss_costs_time_and_nothing_else,
	        two_lost_pairs_in_a_row_end_the_event,
	        the_same_seed_gives_the_same_run,
	        late_and_many_calls_give_the_same_run,
	        a_full_send_queue_refuses_and_takes_again,
	        what_a_slow_reader_has_no_place_for_is_dropped_silently,
	        what_a_closed_side_sent_arrives_at_once,
	        out_of_range_the_connection_ends_with_its_supervision_timeout,
	        idle_out_of_range_asks_to_be_run_when_it_ends,
	        back_in_range_in_time_nothing_is_lost,
	        an_idle_connection_needs_no_calls_and_lives_for_hours,
	        a_new_interval_holds_from_the_sixth_event,
	        a_sleeping_peripheral_hears_later_and_speaks_at_once,
	        values_outside_of_bluetooth_are_not_valid,
	        NULL,
	};

	return suite_run_tests("shaper", tests, setup, NULL);
}
