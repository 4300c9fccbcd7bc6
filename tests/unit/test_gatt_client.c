/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starting, reading, subscribing, writing; and what is known when the link is cut. */
#include "gatt_client_fixture.h"
#include "suite.h"

#include <errno.h>
#include <string.h>

static int write_x(size_t index, size_t len)
{
	static const uint8_t value[600] = {0xaa};

	return gatt_client_write(gatt.client, index, value, len);
}

START_TEST(starting_finds_subscribes_and_reads_and_then_is_ready)
{
	gatt_fixture_make_ready();
	ck_assert_uint_eq(gatt.mtu, 247);
	ck_assert_int_eq(gatt.values, 1);
	ck_assert_uint_eq(gatt.value_index, VERSION);
	ck_assert_uint_eq(gatt.value_len, 3);
	ck_assert_mem_eq(gatt.value, "\x01\x02\x03", 3);
	pdu_script_expect_nothing(&gatt.script);
}
END_TEST

START_TEST(a_peer_without_mtu_exchange_keeps_23)
{
	gatt_fixture_play(1);
	pdu_script_send(&gatt.script, "01 02 0000 06");
	pdu_script_expect(&gatt.script, fixture_start[2].hex);
	ck_assert_int_eq(gatt.closed, 0);
}
END_TEST

START_TEST(a_write_waits_for_its_response)
{
	gatt_fixture_make_ready();
	ck_assert_int_eq(write_x(IN, 1), 0);
	pdu_script_expect(&gatt.script, "12 1400 aa");
	ck_assert_int_eq(gatt.written, 0);
	ck_assert_int_eq(write_x(IN, 1), -EBUSY);
	pdu_script_send(&gatt.script, "13");
	ck_assert_int_eq(gatt.written, 1);
	ck_assert_int_eq(gatt.result, LINK_DELIVERED);
	ck_assert_int_eq(write_x(IN, 1), 0);
}
END_TEST

START_TEST(a_refused_write_carries_the_peers_code)
{
	gatt_fixture_make_ready();
	ck_assert_int_eq(write_x(IN, 1), 0);
	pdu_script_send(&gatt.script, "01 12 1400 80");
	ck_assert_int_eq(gatt.written, 1);
	ck_assert_int_eq(gatt.result, LINK_REFUSED);
	ck_assert_uint_eq(gatt.att_error, 0x80);
	ck_assert_int_eq(gatt.closed, 0);
}
END_TEST

START_TEST(a_write_that_cannot_be_made_is_refused_and_not_sent)
{
	ck_assert_int_eq(write_x(IN, 1), -ENOTCONN);
	gatt_fixture_make_ready();
	ck_assert_int_eq(write_x(IN, 0), -EMSGSIZE);
	ck_assert_int_eq(write_x(IN, 245), -EMSGSIZE);
	ck_assert_int_eq(write_x(IN, 600), -EMSGSIZE);
	ck_assert_int_eq(write_x(4, 1), -EINVAL);
	pdu_script_expect_nothing(&gatt.script);
	ck_assert_int_eq(write_x(IN, 244), 0);
	ck_assert_int_eq(gatt.written, 0);
}
END_TEST

START_TEST(a_write_on_a_jammed_link_that_is_cut_was_not_sent)
{
	gatt_fixture_make_ready();
	pdu_script_jam(&gatt.script);
	ck_assert_int_eq(write_x(IN, 1), 0);
	pdu_script_cut(&gatt.script);
	ck_assert_int_eq(gatt.written, 1);
	ck_assert_int_eq(gatt.result, LINK_NOT_SENT);
	gatt_fixture_assert_closed(GATT_CLOSE_LINK);
}
END_TEST

START_TEST(no_answer_to_a_write_in_time_leaves_it_unknown)
{
	gatt_fixture_make_ready();
	ck_assert_int_eq(gatt_client_set_timeout(gatt.client, 20), 0);
	ck_assert_int_eq(write_x(IN, 1), 0);
	pdu_script_run_until(&gatt.script, &gatt.has_closed);
	ck_assert_int_eq(gatt.written, 1);
	ck_assert_int_eq(gatt.result, LINK_UNKNOWN);
	ck_assert(gatt.was_written_before_closed);
	gatt_fixture_assert_closed(GATT_CLOSE_TIMEOUT);
}
END_TEST

START_TEST(no_answer_while_starting_in_time_closes)
{
	ck_assert_int_eq(gatt_client_set_timeout(gatt.client, 20), 0);
	pdu_script_run_until(&gatt.script, &gatt.has_closed);
	ck_assert_int_eq(gatt.written, 0);
	gatt_fixture_assert_closed(GATT_CLOSE_TIMEOUT);
}
END_TEST

START_TEST(garbage_in_place_of_the_write_response_leaves_it_unknown)
{
	gatt_fixture_make_ready();
	ck_assert_int_eq(write_x(IN, 1), 0);
	pdu_script_send(&gatt.script, "13 00");
	ck_assert_int_eq(gatt.written, 1);
	ck_assert_int_eq(gatt.result, LINK_UNKNOWN);
	gatt_fixture_assert_closed(GATT_CLOSE_PROTOCOL);
}
END_TEST

START_TEST(values_reach_the_caller_and_indications_are_confirmed)
{
	gatt_fixture_make_ready();
	pdu_script_send(&gatt.script, "1d 1600 0a 0b");
	pdu_script_expect(&gatt.script, "1e");
	ck_assert_int_eq(gatt.values, 2);
	ck_assert_uint_eq(gatt.value_index, OUT);
	ck_assert_uint_eq(gatt.value_len, 2);
	pdu_script_send(&gatt.script, "1b 1900 0c");
	ck_assert_int_eq(gatt.values, 3);
	ck_assert_uint_eq(gatt.value_index, STREAM);
	pdu_script_expect_nothing(&gatt.script);
}
END_TEST

START_TEST(values_of_what_was_not_subscribed_do_not_reach_the_caller)
{
	gatt_fixture_make_ready();
	pdu_script_send(&gatt.script, "1b 1400 01"); /* no subscription */
	pdu_script_send(&gatt.script, "1b 1600 01"); /* indications only */
	pdu_script_send(&gatt.script, "1b ffff 01"); /* unknown */
	pdu_script_expect_nothing(&gatt.script);
	pdu_script_send(&gatt.script, "1d 1900 01"); /* notifications only */
	pdu_script_expect(&gatt.script, "1e");
	pdu_script_send(&gatt.script, "1d ffff 01");
	pdu_script_expect(&gatt.script, "1e");
	ck_assert_int_eq(gatt.values, 1);
}
END_TEST

START_TEST(a_value_ahead_of_the_subscriptions_response_is_not_lost)
{
	gatt_fixture_play(fixture_start_len - 1);
	pdu_script_send(&gatt.script, "1b 1900 0c");
	ck_assert_int_eq(gatt.values, 2);
	ck_assert_uint_eq(gatt.value_index, STREAM);
	ck_assert_int_eq(gatt.ready, 0);
}
END_TEST

START_TEST(a_value_ahead_of_the_subscription_is_ignored)
{
	gatt_fixture_play(fixture_start_len - 3);
	pdu_script_send(&gatt.script, "1b 1900 0c");
	ck_assert_int_eq(gatt.values, 1);
}
END_TEST

START_TEST(a_thousand_notifications_arrive_in_order)
{
	uint8_t pdu[] = {0x1b, 0x19, 0x00, 0, 0};

	gatt_fixture_make_ready();
	for (int i = 0; i < 1000; i++) {
		pdu[3] = (uint8_t)(i & 0xff);
		pdu[4] = (uint8_t)(i >> 8);
		pdu_script_send_bytes(&gatt.script, pdu, sizeof pdu);
		ck_assert_int_eq(gatt.values, i + 2);
		ck_assert_mem_eq(gatt.value, pdu + 3, 2);
	}
}
END_TEST

static void play_to_read(void)
{
	/* A peer that asks for 23: every read of more than 22 bytes is a long one. */
	pdu_script_expect(&gatt.script, "02 1700");
	pdu_script_send(&gatt.script, "03 f700");
	pdu_script_expect(&gatt.script, fixture_start[2].hex);
	pdu_script_send(&gatt.script, fixture_start[3].hex);
	pdu_script_expect(&gatt.script, fixture_start[4].hex);
	pdu_script_send(&gatt.script, "09 15 1100 02 1200 " CHAR_UUID("01"));
	pdu_script_expect(&gatt.script, "08 1300 1f00 0328");
	pdu_script_send(&gatt.script, "09 15 1300 08 1400 " CHAR_UUID("02"));
	pdu_script_expect(&gatt.script, "08 1500 1f00 0328");
	pdu_script_send(&gatt.script, "09 15 1500 20 1600 " CHAR_UUID("03"));
	pdu_script_expect(&gatt.script, "08 1700 1f00 0328");
	pdu_script_send(&gatt.script, "09 15 1800 10 1900 " CHAR_UUID("04"));
	for (size_t i = 6; i < 13; i++) {
		if (fixture_start[i].is_from_peer)
			pdu_script_send(&gatt.script, fixture_start[i].hex);
		else
			pdu_script_expect(&gatt.script, fixture_start[i].hex);
	}
}

#define PART "000102030405060708090a0b0c0d0e0f101112131415" /* 22 bytes */

START_TEST(a_value_that_fills_its_pdu_is_read_on_until_a_short_part)
{
	gatt_fixture_teardown();
	gatt_fixture_open(23);
	play_to_read();
	pdu_script_send(&gatt.script, "0b " PART);
	pdu_script_expect(&gatt.script, "0c 1200 1600");
	pdu_script_send(&gatt.script, "0d " PART);
	pdu_script_expect(&gatt.script, "0c 1200 2c00");
	ck_assert_int_eq(gatt.values, 0);
	pdu_script_send(&gatt.script, "0d 2c");
	ck_assert_int_eq(gatt.values, 1);
	ck_assert_uint_eq(gatt.value_len, 45);
	ck_assert_uint_eq(gatt.value[44], 0x2c);
}
END_TEST

START_TEST(the_end_of_a_long_read_may_be_an_error_07_or_0b)
{
	static const char *const ends[] = {"01 0c 1200 07", "01 0c 1200 0b", "0d"};

	gatt_fixture_teardown();
	gatt_fixture_open(23);
	play_to_read();
	pdu_script_send(&gatt.script, "0b " PART);
	pdu_script_expect(&gatt.script, "0c 1200 1600");
	pdu_script_send(&gatt.script, ends[_i]);
	ck_assert_int_eq(gatt.values, 1);
	ck_assert_uint_eq(gatt.value_len, 22);
	pdu_script_expect(&gatt.script, "12 1700 0200");
}
END_TEST

START_TEST(a_value_longer_than_512_bytes_is_a_protocol_error)
{
	int parts = 0;

	gatt_fixture_teardown();
	gatt_fixture_open(23);
	play_to_read();
	pdu_script_send(&gatt.script, "0b " PART);
	while (!gatt.has_closed && parts++ < 100) {
		uint8_t pdu[23];

		ck_assert_uint_eq(pdu_script_take(&gatt.script, pdu, sizeof pdu), 5);
		pdu_script_send(&gatt.script, "0d " PART);
	}
	gatt_fixture_assert_closed(GATT_CLOSE_PROTOCOL);
	ck_assert_int_eq(gatt.values, 0);
}
END_TEST

/* The whole life: the usual start, then one write and one indication. */
START_TEST(a_cut_at_any_pdu_closes_once_and_leaves_no_doubt_about_the_write)
{
	size_t start = fixture_start_len;
	size_t cut = (size_t)_i;

	gatt_fixture_play(cut < start ? cut : start);
	if (cut > start)
		ck_assert_int_eq(write_x(IN, 1), 0);
	if (cut > start + 1)
		pdu_script_send(&gatt.script, "1d 1600 0a");
	if (cut > start + 2)
		pdu_script_send(&gatt.script, "13");
	pdu_script_cut(&gatt.script);
	gatt_fixture_assert_closed(GATT_CLOSE_LINK);
	ck_assert_int_eq(gatt.ready, cut >= start);
	ck_assert_int_eq(gatt.written, cut > start);
	if (cut > start)
		ck_assert_int_eq(gatt.result, cut > start + 2 ? LINK_DELIVERED : LINK_UNKNOWN);
}
END_TEST

START_TEST(the_client_may_be_destroyed_in_any_handler)
{
	enum fixture_event event = (enum fixture_event)(_i + EVENT_READY);

	gatt.destroy_at = event;
	gatt_fixture_play(event == EVENT_VALUE ? 14 : fixture_start_len);
	if (event == EVENT_WRITTEN || event == EVENT_CLOSED)
		ck_assert_int_eq(write_x(IN, 1), 0);
	if (event == EVENT_WRITTEN)
		pdu_script_send(&gatt.script, "13");
	pdu_script_cut(&gatt.script);
	ck_assert_ptr_null(gatt.client);
	ck_assert_int_eq(gatt.ready, event != EVENT_VALUE);
	ck_assert_int_eq(gatt.closed, event == EVENT_CLOSED);
}
END_TEST

START_TEST(destroying_in_the_handler_of_a_lost_write_gives_no_closed_event)
{
	gatt_fixture_make_ready();
	gatt.destroy_at = EVENT_WRITTEN;
	ck_assert_int_eq(write_x(IN, 1), 0);
	pdu_script_cut(&gatt.script);
	ck_assert_int_eq(gatt.written, 1);
	ck_assert_int_eq(gatt.result, LINK_UNKNOWN);
	ck_assert_int_eq(gatt.closed, 0);
}
END_TEST

START_TEST(impossible_arguments_are_refused_and_the_link_is_closed)
{
	static const struct gatt_client_handlers handlers;
	struct gatt_profile none = {.count = 0};
	struct pdu_script script;
	struct gatt_client *client;
	uint8_t byte;

	pdu_script_open(&script);
	ck_assert_int_eq(
	        gatt_client_create(&client, script.loop, script.link, &none, 247, &handlers, NULL),
	        -EINVAL);
	ck_assert_ptr_null(client);
	ck_assert_uint_eq(pdu_script_take(&script, &byte, 1), 0);
	pdu_script_close(&script);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
	        starting_finds_subscribes_and_reads_and_then_is_ready,
	        a_peer_without_mtu_exchange_keeps_23,
	        a_write_waits_for_its_response,
	        a_refused_write_carries_the_peers_code,
	        a_write_that_cannot_be_made_is_refused_and_not_sent,
	        a_write_on_a_jammed_link_that_is_cut_was_not_sent,
	        no_answer_to_a_write_in_time_leaves_it_unknown,
	        no_answer_while_starting_in_time_closes,
	        garbage_in_place_of_the_write_response_leaves_it_unknown,
	        values_reach_the_caller_and_indications_are_confirmed,
	        values_of_what_was_not_subscribed_do_not_reach_the_caller,
	        a_value_ahead_of_the_subscriptions_response_is_not_lost,
	        a_value_ahead_of_the_subscription_is_ignored,
	        a_thousand_notifications_arrive_in_order,
	        a_value_that_fills_its_pdu_is_read_on_until_a_short_part,
	        a_value_longer_than_512_bytes_is_a_protocol_error,
	        destroying_in_the_handler_of_a_lost_write_gives_no_closed_event,
	        impossible_arguments_are_refused_and_the_link_is_closed,
	        NULL,
	};
	const struct suite_loop loops[] = {
	        {the_end_of_a_long_read_may_be_an_error_07_or_0b, 3},
	        {a_cut_at_any_pdu_closes_once_and_leaves_no_doubt_about_the_write,
	         (int)fixture_start_len + 4},
	        {the_client_may_be_destroyed_in_any_handler, EVENT_CLOSED},
	        {NULL, 0},
	};

	return suite_run_loops("gatt_client", tests, loops, gatt_fixture_setup,
	                          gatt_fixture_teardown);
}
