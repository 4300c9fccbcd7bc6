/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules 1 to 6 of docs/bluetooth.md, each by its name, for the client and for the server. */
#include "att_peer.h"
#include "suite.h"

#include <errno.h>

static void open_ready(void)
{
	att_peer_open_central(NULL);
	att_peer_make_ready();
}

START_TEST(rule_1_one_request_at_a_time_beside_independent_indications)
{
	open_ready();
	ck_assert_int_eq(gatt_central_subscribe(peer.central, 7, GATT_CCCD_INDICATE), 0);
	att_peer_hears("12 0800 0200");
	ck_assert_int_eq(att_peer_read(GATT_READ, 3), -EBUSY);
	att_peer_says("1d 0700 aa");
	att_peer_hears("1e");
	ck_assert_int_eq(peer.values, 1);
	att_peer_says("0a 0100");
	att_peer_hears("01 0a 0100 01");
	ck_assert_int_eq(peer.done, 0);
	att_peer_says("13");
	att_peer_assert_done(LINK_DELIVERED, 0);
}
END_TEST

START_TEST(rule_1_a_server_has_one_indication_under_way_and_goes_on_answering)
{
	static const uint8_t value[] = {0xaa};

	att_peer_open_server();
	att_peer_says("12 0800 0300");
	att_peer_hears("13");
	ck_assert_int_eq(gatt_server_indicate(peer.server, ATT_PEER_ROW, value, 1), 0);
	att_peer_hears("1d 0700 aa");
	ck_assert_int_eq(gatt_server_indicate(peer.server, ATT_PEER_ROW, value, 1), -EBUSY);
	ck_assert_int_eq(gatt_server_notify(peer.server, ATT_PEER_ROW, value, 1), 0);
	att_peer_hears("1b 0700 aa");
	att_peer_says("0a 0800");
	att_peer_hears("0b 0300");
	att_peer_says("1e");
	ck_assert_int_eq(peer.confirmed, 1);
}
END_TEST

START_TEST(rule_2_silence_of_30_s_ends_the_bearer)
{
	open_ready();
	ck_assert_int_eq(att_peer_write(GATT_WRITE, 7, "01"), 0);
	att_peer_hears("12 0700 01");
	memory_link_wait(peer.loop, 29999);
	ck_assert_int_eq(peer.closed, 0);
	memory_link_wait(peer.loop, 2);
	att_peer_assert_done(LINK_UNKNOWN, 0);
	att_peer_assert_closed(ATT_CLIENT_TIMEOUT);
	ck_assert_int_eq(att_peer_read(GATT_READ, 3), -ENOTCONN);
	att_peer_says("13");
	att_peer_hears_nothing();
	ck_assert_int_eq(peer.done, 0);
}
END_TEST

START_TEST(rule_2_every_step_of_the_search_has_its_30_s)
{
	att_peer_open_central(NULL);
	att_peer_hears("02 0502");
	memory_link_wait(peer.loop, 29000);
	att_peer_says("03 1700");
	att_peer_hears("10 0100 ffff 0028");
	memory_link_wait(peer.loop, 29000);
	ck_assert_int_eq(peer.closed, 0);
	memory_link_wait(peer.loop, 1001);
	att_peer_assert_closed(ATT_CLIENT_TIMEOUT);
}
END_TEST

START_TEST(rule_2_an_unconfirmed_indication_ends_the_bearer)
{
	static const uint8_t value[] = {0xaa};

	att_peer_open_server();
	att_peer_says("12 0800 0200");
	att_peer_hears("13");
	ck_assert_int_eq(gatt_server_indicate(peer.server, ATT_PEER_ROW, value, 1), 0);
	att_peer_hears("1d 0700 aa");
	memory_link_wait(peer.loop, 29999);
	ck_assert_int_eq(peer.closed, 0);
	memory_link_wait(peer.loop, 2);
	ck_assert_int_eq(peer.closed, 1);
	ck_assert_int_eq(peer.error, -ETIMEDOUT);
	ck_assert(memory_link_is_closed());
}
END_TEST

START_TEST(rule_3_the_mtu_is_the_smaller_one_from_its_response_on)
{
	att_peer_open_central(NULL);
	att_peer_hears("02 0502");
	att_peer_says("03 1b00");
	ck_assert_uint_eq(gatt_central_mtu(peer.central), 27);
	att_peer_hears("10 0100 ffff 0028");
	/* Well-formed, but 32 bytes. */
	att_peer_says(
	        "11 06 0100 0100 0018 0200 0200 0018 0300 0300 0018 0400 0400 0018 0500 0500 0018");
	att_peer_assert_closed(ATT_CLIENT_PROTOCOL);
}
END_TEST

START_TEST(rule_3_an_mtu_below_23_is_none)
{
	att_peer_open_central(NULL);
	att_peer_hears("02 0502");
	att_peer_says("03 1600");
	att_peer_assert_closed(ATT_CLIENT_PROTOCOL);
}
END_TEST

START_TEST(rule_3_nothing_longer_than_the_mtu_is_sent)
{
	open_ready();
	ck_assert_int_eq(
	        att_peer_write(GATT_WRITE, 7, "0102030405060708090a0b0c0d0e0f101112131415"),
	        -EMSGSIZE);
	ck_assert_int_eq(gatt_central_command(peer.central, 7, (const uint8_t *)peer.value, 21),
	                 -EMSGSIZE);
	att_peer_hears_nothing();
	ck_assert_int_eq(gatt_central_command(peer.central, 7, (const uint8_t *)peer.value, 1), 0);
	att_peer_hears("52 0700 00");
}
END_TEST

/* While a Read Request of handle 3 waits, and while nothing waits. */
static const char *const misfits[] = {
        "0d 01",
        "13",
        "0f 01",
        "03 1700",
        "19",
        "01 0a 0300",
        "01 12 0300 05",
        "01 0a 0400 05",
        "01 0a 0300 00",
        "1e",
        "01 0a 0300 05 00",
        "01 0a 0000 05",
};
#define MISFITS (int)(sizeof misfits / sizeof misfits[0])

START_TEST(rule_4_an_answer_that_does_not_fit_is_no_answer)
{
	open_ready();
	ck_assert_int_eq(att_peer_read(GATT_READ, 3), 0);
	att_peer_hears("0a 0300");
	att_peer_says(misfits[_i]);
	att_peer_assert_done(LINK_UNKNOWN, 0);
	att_peer_assert_closed(ATT_CLIENT_PROTOCOL);
}
END_TEST

START_TEST(rule_4_an_answer_nobody_asked_for_ends_the_bearer)
{
	open_ready();
	att_peer_says(misfits[_i]);
	att_peer_assert_closed(ATT_CLIENT_PROTOCOL);
	ck_assert_int_eq(peer.done, 0);
}
END_TEST

START_TEST(rule_4_an_answer_to_a_server_ends_the_bearer)
{
	att_peer_open_server();
	att_peer_says("0b 01");
	ck_assert_int_eq(peer.closed, 1);
	ck_assert_int_eq(peer.error, -EPROTO);
}
END_TEST

static void assert_unknown_are_told(void)
{
	static const char *const pairs[][2] = {
	        {"bf 00", "01 bf 0000 06"},   {"3f", "01 3f 0000 06"},
	        {"00", "01 00 0000 06"},      {"14 01", "01 14 0000 06"},
	        {"0a 0000", "01 0a 0000 01"}, {"12 0000 01", "01 12 0000 01"}};
	static const char *const silent[] = {"ff 00",      "7f", "40 00",
	                                     "52 0000 00", "52", "d2 0300 00"};

	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		att_peer_says(pairs[i][0]);
		att_peer_hears(pairs[i][1]);
	}
	for (size_t i = 0; i < sizeof silent / sizeof silent[0]; i++)
		att_peer_says(silent[i]);
	att_peer_hears_nothing();
	ck_assert_int_eq(peer.closed, 0);
}

START_TEST(rule_5_unknown_requests_get_06_and_unknown_commands_silence)
{
	open_ready();
	assert_unknown_are_told();
	att_peer_teardown();
	att_peer_setup();
	att_peer_open_server();
	assert_unknown_are_told();
}
END_TEST

START_TEST(rule_6_indications_are_confirmed_at_once_also_unknown_ones)
{
	open_ready();
	att_peer_says("1d ffff 01");
	att_peer_hears("1e");
	att_peer_says("1d 0700 01");
	att_peer_hears("1e");
	att_peer_says("1d 07");
	att_peer_hears("1e");
	att_peer_says("1b 0700 01");
	att_peer_says("1b ffff 01");
	att_peer_hears_nothing();
	ck_assert_int_eq(peer.values, 0);
	ck_assert_int_eq(peer.closed, 0);
}
END_TEST

START_TEST(rule_6_the_handler_is_there_before_the_subscription_leaves)
{
	open_ready();
	ck_assert_int_eq(gatt_central_subscribe(peer.central, 7, GATT_CCCD_NOTIFY), 0);
	att_peer_says("1b 0700 01");
	ck_assert_int_eq(peer.values, 1);
	att_peer_says("1d 0700 01");
	ck_assert_int_eq(peer.values, 1);
}
END_TEST

START_TEST(rule_6_a_refused_subscription_leaves_what_was_before)
{
	open_ready();
	ck_assert_int_eq(gatt_central_subscribe(peer.central, 7, GATT_CCCD_NOTIFY), 0);
	att_peer_says("01 12 0800 03");
	att_peer_assert_done(LINK_REFUSED, 0x03);
	att_peer_says("1b 0700 01");
	ck_assert_int_eq(peer.values, 0);
	ck_assert_int_eq(gatt_central_subscribe(peer.central, 7, GATT_CCCD_NOTIFY), 0);
	att_peer_says("13");
	att_peer_assert_done(LINK_DELIVERED, 0);
	ck_assert_int_eq(gatt_central_subscribe(peer.central, 7, 0), 0);
	att_peer_says("01 12 0800 03");
	att_peer_assert_done(LINK_REFUSED, 0x03);
	att_peer_says("1b 0700 01");
	ck_assert_int_eq(peer.values, 1);
	ck_assert_int_eq(gatt_central_subscribe(peer.central, 7, GATT_CCCD_INDICATE), 0);
	att_peer_says("13");
	att_peer_assert_done(LINK_DELIVERED, 0);
	att_peer_says("1b 0700 01");
	ck_assert_int_eq(peer.values, 1);
	ck_assert_int_eq(gatt_central_subscribe(peer.central, 3, GATT_CCCD_NOTIFY), -ENOENT);
	ck_assert_int_eq(gatt_central_subscribe(peer.central, 4, GATT_CCCD_NOTIFY), -ENOENT);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
	        rule_1_one_request_at_a_time_beside_independent_indications,
	        rule_1_a_server_has_one_indication_under_way_and_goes_on_answering,
	        rule_2_silence_of_30_s_ends_the_bearer,
	        rule_2_every_step_of_the_search_has_its_30_s,
	        rule_2_an_unconfirmed_indication_ends_the_bearer,
	        rule_3_the_mtu_is_the_smaller_one_from_its_response_on,
	        rule_3_an_mtu_below_23_is_none,
	        rule_3_nothing_longer_than_the_mtu_is_sent,
	        rule_4_an_answer_to_a_server_ends_the_bearer,
	        rule_5_unknown_requests_get_06_and_unknown_commands_silence,
	        rule_6_indications_are_confirmed_at_once_also_unknown_ones,
	        rule_6_the_handler_is_there_before_the_subscription_leaves,
	        rule_6_a_refused_subscription_leaves_what_was_before,
	        NULL,
	};
	const struct suite_loop loops[] = {
	        {rule_4_an_answer_that_does_not_fit_is_no_answer, MISFITS},
	        {rule_4_an_answer_nobody_asked_for_ends_the_bearer, MISFITS},
	        {NULL, 0},
	};

	return suite_run_loops("att_rules", tests, loops, att_peer_setup, att_peer_teardown);
}
