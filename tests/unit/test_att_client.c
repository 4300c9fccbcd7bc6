/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules of the Attribute Protocol that bind a client, one test each. */
#include "att_client_fixture.h"
#include "suite.h"

#include <errno.h>
#include <unistd.h>

START_TEST(one_request_at_a_time)
{
	fixture_ask_and_expect("12 03 00 aa");
	ck_assert_int_eq(fixture_ask("0a 03 00"), -EBUSY);
	pdu_script_expect_nothing(&fix.script);
	pdu_script_send(&fix.script, "13");
	fixture_assert_answered(LINK_DELIVERED);
	fixture_ask_and_expect("0a 03 00");
}
END_TEST

START_TEST(an_indication_is_confirmed_while_a_request_waits)
{
	fixture_ask_and_expect("12 03 00 aa");
	pdu_script_send(&fix.script, "1d 05 00 01 02");
	pdu_script_expect(&fix.script, "1e");
	ck_assert_int_eq(fix.values, 1);
	ck_assert_int_eq(fix.value_opcode, ATT_INDICATE);
	ck_assert_int_eq(fix.answer.calls, 0);
	pdu_script_send(&fix.script, "13");
	fixture_assert_answered(LINK_DELIVERED);
}
END_TEST

START_TEST(an_indication_of_an_unknown_handle_is_confirmed)
{
	pdu_script_send(&fix.script, "1d ff ff");
	pdu_script_expect(&fix.script, "1e");
	pdu_script_send(&fix.script, "1d 00");
	pdu_script_expect(&fix.script, "1e");
	ck_assert_int_eq(fix.ends, 0);
}
END_TEST

START_TEST(a_notification_is_never_confirmed)
{
	pdu_script_send(&fix.script, "1b 05 00 01");
	pdu_script_expect_nothing(&fix.script);
	ck_assert_int_eq(fix.values, 1);
	ck_assert_int_eq(fix.value_handle, 5);
	pdu_script_send(&fix.script, "1b 05");
	ck_assert_int_eq(fix.values, 1);
	ck_assert_int_eq(fix.ends, 0);
}
END_TEST

START_TEST(notifications_before_the_response_arrive_in_order_and_do_not_answer_it)
{
	fixture_ask_and_expect("12 03 00 aa");
	for (int i = 0; i < 3 * ATT_BEARER_BATCH / 2; i++)
		pdu_script_queue(&fix.script, "1b 05 00 01");
	pdu_script_send(&fix.script, "13");
	ck_assert_int_eq(fix.values, 3 * ATT_BEARER_BATCH / 2);
	fixture_assert_answered(LINK_DELIVERED);
}
END_TEST

START_TEST(a_request_of_the_peer_is_answered_while_a_request_waits)
{
	fixture_ask_and_expect("12 03 00 aa");
	pdu_script_send(&fix.script, "02 05 02");
	pdu_script_expect(&fix.script, "03 f7 00");
	pdu_script_send(&fix.script, "10 01 00 ff ff 00 28");
	pdu_script_expect(&fix.script, "01 10 01 00 0a");
	pdu_script_send(&fix.script, "08 04 00 ff ff 03 28");
	pdu_script_expect(&fix.script, "01 08 04 00 0a");
	pdu_script_send(&fix.script, "0a 03 00");
	pdu_script_expect(&fix.script, "01 0a 03 00 01");
	pdu_script_send(&fix.script, "0a 03");
	pdu_script_expect(&fix.script, "01 0a 00 00 04");
	ck_assert_int_eq(fix.answer.calls, 0);
	pdu_script_send(&fix.script, "13");
	fixture_assert_answered(LINK_DELIVERED);
}
END_TEST

START_TEST(an_unknown_request_gets_error_06_with_handle_0)
{
	pdu_script_send(&fix.script, "bf 00");
	pdu_script_expect(&fix.script, "01 bf 00 00 06");
	pdu_script_send(&fix.script, "18 01");
	pdu_script_expect(&fix.script, "01 18 00 00 06");
}
END_TEST

START_TEST(an_unknown_command_is_ignored)
{
	pdu_script_send(&fix.script, "ff 00");
	pdu_script_send(&fix.script, "52 03 00 01");
	pdu_script_send(&fix.script, "d2 03 00 01");
	pdu_script_expect_nothing(&fix.script);
	ck_assert_int_eq(fix.ends, 0);
}
END_TEST

START_TEST(the_mtu_is_the_lesser_of_both_and_asked_once)
{
	fixture_ask_and_expect("02 f7 00");
	ck_assert_uint_eq(att_client_mtu(&fix.client), ATT_MTU_DEFAULT);
	pdu_script_send(&fix.script, "03 64 00");
	fixture_assert_answered(LINK_DELIVERED);
	ck_assert_uint_eq(att_client_mtu(&fix.client), 100);
	ck_assert_int_eq(fixture_ask("02 f7 00"), -EALREADY);
}
END_TEST

START_TEST(a_larger_mtu_of_the_peer_does_not_raise_the_own_one)
{
	fixture_ask_and_expect("02 f7 00");
	pdu_script_send(&fix.script, "03 05 02");
	ck_assert_uint_eq(att_client_mtu(&fix.client), OWN_MTU);
}
END_TEST

START_TEST(an_mtu_below_23_is_a_protocol_error)
{
	fixture_ask_and_expect("02 f7 00");
	pdu_script_send(&fix.script, "03 16 00");
	fixture_assert_answered(LINK_UNKNOWN);
	fixture_assert_ended(ATT_CLIENT_PROTOCOL);
}
END_TEST

START_TEST(an_mtu_request_below_23_is_refused)
{
	pdu_script_send(&fix.script, "02 16 00");
	pdu_script_expect(&fix.script, "01 02 00 00 04");
	ck_assert_uint_eq(att_client_mtu(&fix.client), ATT_MTU_DEFAULT);
}
END_TEST

START_TEST(nothing_longer_than_the_mtu_is_sent)
{
	static const uint8_t data[32];
	struct att_pdu pdu = {.opcode = ATT_WRITE_REQ, .handle = 3, .data = data, .len = 21};

	ck_assert_int_eq(att_client_request(&fix.client, &pdu, fixture_on_answer, &fix.answer),
	                 -EMSGSIZE);
	pdu_script_expect_nothing(&fix.script);
	pdu.len = 20;
	ck_assert_int_eq(att_client_request(&fix.client, &pdu, fixture_on_answer, &fix.answer), 0);
}
END_TEST

START_TEST(a_pdu_longer_than_the_mtu_ends_the_bearer)
{
	fixture_ask_and_expect("12 03 00 aa");
	pdu_script_send(&fix.script, "1b 05 00 000102030405060708090a0b0c0d0e0f101112131415");
	ck_assert_int_eq(fix.values, 0);
	fixture_assert_answered(LINK_UNKNOWN);
	fixture_assert_ended(ATT_CLIENT_PROTOCOL);
}
END_TEST

START_TEST(a_message_longer_than_any_pdu_ends_the_bearer)
{
	uint8_t big[LINK_PDU_MAX + 1] = {ATT_NOTIFY};

	fixture_ask_and_expect("12 03 00 aa");
	pdu_script_send_bytes(&fix.script, big, sizeof big);
	fixture_assert_answered(LINK_UNKNOWN);
	fixture_assert_ended(ATT_CLIENT_PROTOCOL);
}
END_TEST

START_TEST(the_client_may_be_finished_from_its_own_handler)
{
	fix.finishes_on_value = true;
	pdu_script_queue(&fix.script, "1b 05 00");
	pdu_script_send(&fix.script, "1b 06 00");
	ck_assert_int_eq(fix.values, 1);
	ck_assert(fix.is_released);
	ck_assert_int_eq(fix.ends, 0);
}
END_TEST

START_TEST(an_mtu_out_of_range_is_refused)
{
	struct pdu_script script;
	struct att_client client;

	pdu_script_open(&script);
	ck_assert_int_eq(att_client_init(&client, script.loop, script.link, 22, ATT_TIMEOUT_MS,
	                                 &fixture_handlers, &fix),
	                 -EINVAL);
	pdu_script_close(&script);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
	        one_request_at_a_time,
	        an_indication_is_confirmed_while_a_request_waits,
	        an_indication_of_an_unknown_handle_is_confirmed,
	        a_notification_is_never_confirmed,
	        notifications_before_the_response_arrive_in_order_and_do_not_answer_it,
	        a_request_of_the_peer_is_answered_while_a_request_waits,
	        an_unknown_request_gets_error_06_with_handle_0,
	        an_unknown_command_is_ignored,
	        the_mtu_is_the_lesser_of_both_and_asked_once,
	        a_larger_mtu_of_the_peer_does_not_raise_the_own_one,
	        an_mtu_below_23_is_a_protocol_error,
	        an_mtu_request_below_23_is_refused,
	        nothing_longer_than_the_mtu_is_sent,
	        a_pdu_longer_than_the_mtu_ends_the_bearer,
	        a_message_longer_than_any_pdu_ends_the_bearer,
	        the_client_may_be_finished_from_its_own_handler,
	        an_mtu_out_of_range_is_refused,
	        NULL,
	};

	return suite_run_tests("att_client", tests, fixture_setup, fixture_teardown);
}
