/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A GATT server: MTU, writes, values sent, full links and hostile clients. */
#include "gatt_server_fixture.h"
#include "suite.h"

#include <errno.h>

START_TEST(the_mtu_is_the_smaller_of_both)
{
	ck_assert_uint_eq(gatt_server_mtu(fix.server), 23);
	fixture_exchange("02 6400", "03 f700");
	ck_assert_uint_eq(gatt_server_mtu(fix.server), 100);
	ck_assert_int_eq(fix.restarts, 0);
}
END_TEST

START_TEST(a_second_mtu_request_is_another_client_on_the_same_link)
{
	fixture_exchange("02 f700", "03 f700");
	fixture_exchange("12 0d00 0200", "13");
	ck_assert_int_eq(gatt_server_indicate(fix.server, OUT, (const uint8_t *)"a", 1), 0);
	pdu_script_expect(&fix.script, "1d 0c00 61");
	fixture_exchange("02 6400", "03 f700");
	ck_assert_int_eq(fix.restarts, 1);
	ck_assert_uint_eq(gatt_server_mtu(fix.server), 100);
	ck_assert_int_eq(gatt_server_indicate(fix.server, OUT, (const uint8_t *)"b", 1), -EPERM);
	fixture_exchange("12 0d00 0200", "13");
	ck_assert_int_eq(gatt_server_indicate(fix.server, OUT, (const uint8_t *)"b", 1), 0);
	pdu_script_expect(&fix.script, "1d 0c00 62");
	ck_assert_int_eq(fix.confirmed, 0);
}
END_TEST

START_TEST(lists_fill_a_larger_mtu)
{
	fixture_exchange("02 f700", "03 f700");
	fixture_exchange(
	        "08 0600 1000 0328",
	        "09 15 0700 02 0800 " CHAR_UUID("01") " 0900 08 0a00 " CHAR_UUID(
	                "02") " 0b00 20 0c00 " CHAR_UUID("03") " 0e00 10 0f00 " CHAR_UUID("04"));
	/* A list still holds items of one length only. */
	fixture_exchange("10 0100 ffff 0028", "11 06 0100 0500 0a18");
	fixture_exchange("08 0100 ffff 0328", "09 07 0200 02 0300 292a 0400 02 0500 242a");
	fixture_exchange(
	        "04 0100 ffff",
	        "05 01 0100 0028 0200 0328 0300 292a 0400 0328 0500 242a 0600 0028 0700 0328");
}
END_TEST

START_TEST(a_long_value_is_read_in_parts)
{
	fixture_exchange("0a 0500", "0b 000102030405060708090a0b0c0d0e0f101112131415");
	fixture_exchange("0c 0500 1600", "0d 161718191a1b1c1d1e1f202122232425262728292a2b");
	fixture_exchange("0c 0500 2c00", "0d 2c2d2e2f303132333435363738393a3b");
	fixture_exchange("0c 0500 3c00", "0d");
	fixture_exchange("0c 0500 3d00", "01 0c 0500 07");
}
END_TEST

START_TEST(a_write_reaches_the_handler_and_its_verdict_the_client)
{
	fixture_exchange("12 0a00 112233", "13");
	ck_assert_int_eq(fix.writes, 1);
	ck_assert_uint_eq(fix.write_row, IN);
	ck_assert_uint_eq(fix.write_len, 3);
	fix.verdict = 0x80;
	fixture_exchange("12 0a00 11", "01 12 0a00 80");
	ck_assert_int_eq(fix.writes, 2);
}
END_TEST

START_TEST(commands_and_stray_values_are_ignored)
{
	pdu_script_send(&fix.script, "52 0a00 11");
	pdu_script_send(&fix.script, "d2 0a00 11");
	pdu_script_send(&fix.script, "ff 00");
	pdu_script_send(&fix.script, "1b 0300 11");
	pdu_script_send(&fix.script, "1b 03");
	pdu_script_send(&fix.script, "1e");
	pdu_script_expect_nothing(&fix.script);
	ck_assert_int_eq(fix.writes, 0);
	ck_assert_int_eq(fix.confirmed, 0);
	ck_assert_int_eq(fix.closed, 0);
}
END_TEST

START_TEST(a_subscription_is_told_and_can_be_read_back)
{
	fixture_exchange("12 0d00 0200", "13");
	ck_assert_int_eq(fix.subscriptions, 1);
	ck_assert_uint_eq(fix.subscribed_row, OUT);
	ck_assert(fix.is_enabled);
	fixture_exchange("0a 0d00", "0b 0200");
	fixture_exchange("12 0d00 0000", "13");
	ck_assert(!fix.is_enabled);
}
END_TEST

static int indicate(size_t len)
{
	static const uint8_t value[512] = {0xaa};

	return gatt_server_indicate(fix.server, OUT, value, len);
}

static int notify(size_t row, size_t len)
{
	static const uint8_t value[512] = {0xbb};

	return gatt_server_notify(fix.server, row, value, len);
}

START_TEST(nothing_is_sent_to_a_client_that_did_not_subscribe)
{
	ck_assert_int_eq(indicate(1), -EPERM);
	ck_assert_int_eq(notify(STREAM, 1), -EPERM);
	ck_assert_int_eq(notify(VERSION, 1), -EPERM);
	fixture_exchange("12 0d00 0200", "13");
	ck_assert_int_eq(notify(OUT, 1), -EPERM);
	ck_assert_int_eq(notify(ROWS, 1), -EINVAL);
	pdu_script_expect_nothing(&fix.script);
}
END_TEST

START_TEST(one_indication_at_a_time)
{
	fixture_exchange("12 0d00 0200", "13");
	ck_assert_int_eq(indicate(1), 0);
	pdu_script_expect(&fix.script, "1d 0c00 aa");
	ck_assert_int_eq(indicate(1), -EBUSY);
	pdu_script_send(&fix.script, "0a 0d00");
	pdu_script_expect(&fix.script, "0b 0200");
	ck_assert_int_eq(fix.confirmed, 0);
	pdu_script_send(&fix.script, "1e");
	ck_assert_int_eq(fix.confirmed, 1);
	pdu_script_send(&fix.script, "1e");
	ck_assert_int_eq(fix.confirmed, 1);
	ck_assert_int_eq(indicate(1), 0);
}
END_TEST

START_TEST(an_indication_that_could_not_be_sent_leaves_the_way_free)
{
	ck_assert_int_eq(indicate(1), -EPERM);
	fixture_exchange("12 0d00 0200", "13");
	ck_assert_int_eq(gatt_server_set_timeout(fix.server, 20), 0);
	ck_assert_int_eq(indicate(21), -EMSGSIZE);
	ck_assert_int_eq(loop_turn(fix.script.loop, 60), 0);
	ck_assert_int_eq(fix.closed, 0);
	ck_assert_int_eq(indicate(20), 0);
}
END_TEST

START_TEST(an_unconfirmed_indication_ends_the_link)
{
	fixture_exchange("12 0d00 0200", "13");
	ck_assert_int_eq(indicate(1), 0);
	ck_assert_int_eq(gatt_server_set_timeout(fix.server, 20), 0);
	pdu_script_run_until(&fix.script, &fix.has_closed);
	ck_assert_int_eq(fix.error, -ETIMEDOUT);
	ck_assert_int_eq(indicate(1), -ENOTCONN);
	ck_assert_int_eq(notify(STREAM, 1), -ENOTCONN);
}
END_TEST

START_TEST(notifications_stop_at_a_full_link_and_go_on_when_it_is_writable)
{
	size_t sent = 0;

	fixture_exchange("12 1000 0100", "13");
	while (notify(STREAM, 20) == 0)
		sent++;
	ck_assert_int_eq(notify(STREAM, 20), -EAGAIN);
	pdu_script_run(&fix.script);
	ck_assert_int_eq(fix.writable, 0);
	pdu_script_drain(&fix.script, sent);
	ck_assert_int_eq(fix.writable, 1);
	ck_assert_int_eq(notify(STREAM, 20), 0);
}
END_TEST

START_TEST(an_answer_held_back_by_a_full_link_is_not_lost)
{
	size_t sent = 0;

	fixture_exchange("12 1000 0100", "13");
	while (notify(STREAM, 20) == 0)
		sent++;
	pdu_script_send(&fix.script, "12 0a00 11");
	pdu_script_send(&fix.script, "0a 0300");
	ck_assert_int_eq(fix.writes, 1);
	ck_assert_int_eq(notify(STREAM, 20), -EAGAIN);
	pdu_script_drain(&fix.script, sent);
	pdu_script_expect(&fix.script, "13");
	pdu_script_expect(&fix.script, "0b 41434d45");
	pdu_script_expect_nothing(&fix.script);
}
END_TEST

START_TEST(a_response_nobody_asked_for_ends_the_link)
{
	pdu_script_send(&fix.script, "0b 11");
	ck_assert_int_eq(fix.closed, 1);
	ck_assert_int_eq(fix.error, -EPROTO);
	ck_assert_int_eq(notify(STREAM, 1), -ENOTCONN);
}
END_TEST

START_TEST(a_pdu_longer_than_the_mtu_ends_the_link)
{
	pdu_script_send(&fix.script, "12 0a00 000102030405060708090a0b0c0d0e0f1011121314");
	ck_assert_int_eq(fix.closed, 1);
	ck_assert_int_eq(fix.error, -EPROTO);
	ck_assert_int_eq(fix.writes, 0);
}
END_TEST

START_TEST(the_end_of_the_link_is_told_once)
{
	fixture_exchange("12 0d00 0200", "13");
	ck_assert_int_eq(indicate(1), 0);
	pdu_script_cut(&fix.script);
	ck_assert_int_eq(fix.closed, 1);
	ck_assert_int_eq(indicate(1), -ENOTCONN);
	pdu_script_run(&fix.script);
	ck_assert_int_eq(fix.closed, 1);
}
END_TEST

START_TEST(the_server_may_be_destroyed_in_its_handler)
{
	fix.is_destroying = true;
	pdu_script_queue(&fix.script, "12 0a00 11");
	pdu_script_send(&fix.script, "12 0a00 12");
	ck_assert_int_eq(fix.writes, 1);
	ck_assert_ptr_null(fix.server);
	ck_assert_int_eq(fix.closed, 0);
}
END_TEST

START_TEST(impossible_tables_are_refused)
{
	static const struct gatt_row no_service[] = {{.kind = GATT_ROW_CHARACTERISTIC,
	                                              .uuid = {2, {0x2a, 0x29}},
	                                              .properties = GATT_PROP_READ}};
	static const struct gatt_row bad_uuid[] = {{.kind = GATT_ROW_SERVICE, .uuid = {4, {0}}}};
	const struct {
		const struct gatt_row *table;
		size_t rows;
		uint16_t mtu;
	} bad[] = {{no_service, 1, 247},
	           {bad_uuid, 1, 247},
	           {fixture_table, 0, 247},
	           {fixture_table, ROWS, 22},
	           {fixture_table, ROWS, 518}};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct pdu_script script;
		struct gatt_server *server;

		pdu_script_open(&script);
		ck_assert_int_eq(gatt_server_create(&server, script.loop, script.link, bad[i].table,
		                                    bad[i].rows, bad[i].mtu, &fixture_handlers,
		                                    &fix),
		                 -EINVAL);
		ck_assert_ptr_null(server);
		pdu_script_close(&script);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
	        the_mtu_is_the_smaller_of_both,
	        a_second_mtu_request_is_another_client_on_the_same_link,
	        lists_fill_a_larger_mtu,
	        a_long_value_is_read_in_parts,
	        a_write_reaches_the_handler_and_its_verdict_the_client,
	        commands_and_stray_values_are_ignored,
	        a_subscription_is_told_and_can_be_read_back,
	        nothing_is_sent_to_a_client_that_did_not_subscribe,
	        one_indication_at_a_time,
	        an_indication_that_could_not_be_sent_leaves_the_way_free,
	        an_unconfirmed_indication_ends_the_link,
	        notifications_stop_at_a_full_link_and_go_on_when_it_is_writable,
	        an_answer_held_back_by_a_full_link_is_not_lost,
	        a_response_nobody_asked_for_ends_the_link,
	        a_pdu_longer_than_the_mtu_ends_the_link,
	        the_end_of_the_link_is_told_once,
	        the_server_may_be_destroyed_in_its_handler,
	        impossible_tables_are_refused,
	        NULL,
	};

	return suite_run_tests("gatt_server", tests, fixture_setup, fixture_teardown);
}
