/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known about a request, whatever the peer, the clock and the link do. */
#include "att_client_fixture.h"
#include "suite.h"

#include <errno.h>
#include <unistd.h>

START_TEST(no_response_in_time_ends_the_bearer_with_the_result_unknown)
{
	fixture_ask_and_expect("12 03 00 aa");
	ck_assert_int_eq(att_client_set_timeout(&fix.client, 20), 0);
	pdu_script_run_until(&fix.script, &fix.has_ended);
	fixture_assert_answered(LINK_UNKNOWN);
	ck_assert(fix.is_answered_at_end);
	fixture_assert_ended(ATT_CLIENT_TIMEOUT);
	ck_assert_int_eq(fix.error, -ETIMEDOUT);
	pdu_script_expect_nothing(&fix.script);
}
END_TEST

START_TEST(the_default_time_out_is_30_seconds)
{
	ck_assert_uint_eq(ATT_TIMEOUT_MS, 30000);
	fixture_ask_and_expect("12 03 00 aa");
	ck_assert_int_eq(loop_turn(fix.script.loop, 50), 0);
	ck_assert_int_eq(fix.ends, 0);
}
END_TEST

START_TEST(an_answered_request_leaves_no_timer_behind)
{
	/* One that stayed would take its place in the loop away from the last requests. */
	for (int i = 0; i < 2 * LOOP_TIMERS; i++) {
		fixture_ask_and_expect("12 03 00 aa");
		pdu_script_send(&fix.script, "13");
	}
	ck_assert_int_eq(fix.ends, 0);
}
END_TEST

START_TEST(indications_do_not_prolong_the_time_of_a_request)
{
	fixture_ask_and_expect("12 03 00 aa");
	ck_assert_int_eq(att_client_set_timeout(&fix.client, 20), 0);
	while (!fix.has_ended) {
		pdu_script_queue(&fix.script, "1d 05 00");
		ck_assert_int_eq(loop_turn(fix.script.loop, 5), 0);
	}
	fixture_assert_ended(ATT_CLIENT_TIMEOUT);
}
END_TEST

/* Answers that must never be taken for the one to "12 03 00 aa". */
static const char *const wrong_answers[] = {
        "0b",          /* of another request */
        "03 f7 00",    /* of another request */
        "13 00",       /* too long */
        "01",          /* an error that says nothing */
        "01 12 03 00", /* one byte short */
        "01 12 03 00 03 00",
        "01 0a 03 00 03", /* names another request */
        "01 12 04 00 03", /* names another handle */
        "01 12 00 00 03", /* names no handle */
        "01 12 03 00 00", /* names no error */
        "1e",             /* confirms what was not indicated */
        "05 01 03 00",    /* malformed and of another request */
};

START_TEST(a_wrong_response_is_never_matched)
{
	fixture_ask_and_expect("12 03 00 aa");
	pdu_script_send(&fix.script, wrong_answers[_i]);
	fixture_assert_answered(LINK_UNKNOWN);
	ck_assert(fix.is_answered_at_end);
	fixture_assert_ended(ATT_CLIENT_PROTOCOL);
}
END_TEST

START_TEST(an_unsolicited_response_ends_the_bearer)
{
	pdu_script_send(&fix.script, "13");
	fixture_assert_ended(ATT_CLIENT_PROTOCOL);
	ck_assert_int_eq(fix.answer.calls, 0);
}
END_TEST

START_TEST(a_second_response_is_not_kept_for_the_next_request)
{
	fixture_ask_and_expect("12 03 00 aa");
	pdu_script_queue(&fix.script, "13");
	pdu_script_send(&fix.script, "13");
	fixture_assert_answered(LINK_DELIVERED);
	fixture_assert_ended(ATT_CLIENT_PROTOCOL);
}
END_TEST

START_TEST(an_error_response_that_names_the_request_refuses_it)
{
	fixture_ask_and_expect("12 03 00 aa");
	pdu_script_send(&fix.script, "01 12 03 00 80");
	fixture_assert_answered(LINK_REFUSED);
	ck_assert_uint_eq(fix.answer.att_error, 0x80);
	ck_assert_int_eq(fix.ends, 0);
	fixture_ask_and_expect("12 03 00 aa");
}
END_TEST

START_TEST(an_error_for_a_range_may_name_any_handle_in_it)
{
	fixture_ask_and_expect("08 03 00 09 00 03 28");
	pdu_script_send(&fix.script, "01 08 05 00 02");
	fixture_assert_answered(LINK_REFUSED);
	fixture_ask_and_expect("08 03 00 09 00 03 28");
	pdu_script_send(&fix.script, "01 08 0a 00 02");
	fixture_assert_ended(ATT_CLIENT_PROTOCOL);
}
END_TEST

START_TEST(a_request_the_peer_does_not_know_may_be_refused_with_handle_0)
{
	fixture_ask_and_expect("12 03 00 aa");
	pdu_script_send(&fix.script, "01 12 00 00 06");
	fixture_assert_answered(LINK_REFUSED);
	ck_assert_uint_eq(fix.answer.att_error, ATT_ERR_NOT_SUPPORTED);
}
END_TEST

START_TEST(a_cut_before_the_response_leaves_the_write_unknown)
{
	fixture_ask_and_expect("12 03 00 aa");
	pdu_script_cut(&fix.script);
	fixture_assert_answered(LINK_UNKNOWN);
	ck_assert(fix.is_answered_at_end);
	fixture_assert_ended(ATT_CLIENT_LINK);
}
END_TEST

START_TEST(a_cut_after_the_response_leaves_the_write_delivered)
{
	fixture_ask_and_expect("12 03 00 aa");
	pdu_script_queue(&fix.script, "13");
	pdu_script_cut(&fix.script);
	fixture_assert_answered(LINK_DELIVERED);
	fixture_assert_ended(ATT_CLIENT_LINK);
}
END_TEST

START_TEST(a_response_behind_an_indication_that_cannot_be_confirmed_still_counts)
{
	fixture_ask_and_expect("12 03 00 aa");
	pdu_script_queue(&fix.script, "1d 05 00 01");
	pdu_script_queue(&fix.script, "13");
	pdu_script_cut(&fix.script);
	fixture_assert_answered(LINK_DELIVERED);
	fixture_assert_ended(ATT_CLIENT_LINK);
}
END_TEST

START_TEST(a_response_ahead_of_a_reset_still_counts)
{
	fixture_ask_and_expect("12 03 00 aa");
	/* Unread data at the peer's end turns its close into a reset, reported first. */
	ck_assert_int_eq(link_send(fix.script.link, (const uint8_t *)"\x1e", 1), 0);
	pdu_script_queue(&fix.script, "13");
	pdu_script_cut(&fix.script);
	fixture_assert_answered(LINK_DELIVERED);
	fixture_assert_ended(ATT_CLIENT_LINK);
	ck_assert_int_eq(fix.error, -ECONNRESET);
}
END_TEST

START_TEST(a_write_that_the_link_never_took_was_not_sent)
{
	size_t jam = pdu_script_jam(&fix.script);

	ck_assert_uint_gt(jam, 0);
	ck_assert_int_eq(fixture_ask("12 03 00 aa"), 0);
	pdu_script_cut(&fix.script);
	fixture_assert_answered(LINK_NOT_SENT);
	fixture_assert_ended(ATT_CLIENT_LINK);
}
END_TEST

START_TEST(a_write_that_never_left_is_not_sent_when_its_time_is_over)
{
	pdu_script_jam(&fix.script);
	ck_assert_int_eq(att_client_set_timeout(&fix.client, 20), 0);
	ck_assert_int_eq(fixture_ask("12 03 00 aa"), 0);
	pdu_script_run_until(&fix.script, &fix.has_ended);
	fixture_assert_answered(LINK_NOT_SENT);
	fixture_assert_ended(ATT_CLIENT_TIMEOUT);
}
END_TEST

START_TEST(a_write_on_a_dead_link_was_not_sent)
{
	pdu_script_queue(&fix.script, "1b 05 00");
	ck_assert_int_eq(close(fix.script.peer), 0);
	fix.script.peer = -1;
	ck_assert_int_eq(fixture_ask("12 03 00 aa"), 0);
	ck_assert_int_eq(fix.answer.calls, 0);
	pdu_script_run(&fix.script);
	fixture_assert_answered(LINK_NOT_SENT);
	ck_assert_int_eq(fix.values, 1);
	fixture_assert_ended(ATT_CLIENT_LINK);
}
END_TEST

/* Takes nothing for a reason of its own, while the peer is there and silent. */
static int refuse(struct link *link, const uint8_t *pdu, size_t len)
{
	(void)link;
	(void)pdu;
	(void)len;
	return -EIO;
}

START_TEST(a_write_that_the_kernel_refused_was_not_sent)
{
	struct link_ops refusing = *fix.script.link->ops;

	refusing.send = refuse;
	fix.script.link->ops = &refusing;
	ck_assert_int_eq(fixture_ask("12 03 00 aa"), 0);
	ck_assert_int_eq(fix.answer.calls, 0);
	pdu_script_run(&fix.script);
	fixture_assert_answered(LINK_NOT_SENT);
	fixture_assert_ended(ATT_CLIENT_LINK);
	ck_assert_int_eq(fix.error, -EIO);
}
END_TEST

START_TEST(a_write_waits_for_a_full_link_and_is_sent_once)
{
	size_t jam = pdu_script_jam(&fix.script);

	ck_assert_int_eq(fixture_ask("12 03 00 aa"), 0);
	pdu_script_drain(&fix.script, jam);
	pdu_script_expect(&fix.script, "12 03 00 aa");
	pdu_script_expect_nothing(&fix.script);
	pdu_script_send(&fix.script, "13");
	fixture_assert_answered(LINK_DELIVERED);
}
END_TEST

START_TEST(a_response_to_a_write_that_never_left_is_not_its_response)
{
	pdu_script_jam(&fix.script);
	ck_assert_int_eq(fixture_ask("12 03 00 aa"), 0);
	pdu_script_send(&fix.script, "13");
	fixture_assert_answered(LINK_NOT_SENT);
	fixture_assert_ended(ATT_CLIENT_PROTOCOL);
}
END_TEST

START_TEST(a_confirmation_held_back_by_a_full_link_goes_out_later_and_once)
{
	size_t jam = pdu_script_jam(&fix.script);

	pdu_script_queue(&fix.script, "1d 05 00 01");
	pdu_script_send(&fix.script, "1d 06 00 01");
	ck_assert_int_eq(fix.values, 1);
	pdu_script_drain(&fix.script, jam);
	pdu_script_expect(&fix.script, "1e");
	pdu_script_expect(&fix.script, "1e");
	pdu_script_expect_nothing(&fix.script);
	ck_assert_int_eq(fix.values, 2);
}
END_TEST

START_TEST(a_cut_while_a_confirmation_is_held_back_is_noticed)
{
	pdu_script_jam(&fix.script);
	pdu_script_send(&fix.script, "1d 05 00 01");
	pdu_script_cut(&fix.script);
	fixture_assert_ended(ATT_CLIENT_LINK);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
	        no_response_in_time_ends_the_bearer_with_the_result_unknown,
	        the_default_time_out_is_30_seconds,
	        an_answered_request_leaves_no_timer_behind,
	        indications_do_not_prolong_the_time_of_a_request,
	        an_unsolicited_response_ends_the_bearer,
	        a_second_response_is_not_kept_for_the_next_request,
	        an_error_response_that_names_the_request_refuses_it,
	        an_error_for_a_range_may_name_any_handle_in_it,
	        a_request_the_peer_does_not_know_may_be_refused_with_handle_0,
	        a_cut_before_the_response_leaves_the_write_unknown,
	        a_cut_after_the_response_leaves_the_write_delivered,
	        a_response_behind_an_indication_that_cannot_be_confirmed_still_counts,
	        a_response_ahead_of_a_reset_still_counts,
	        a_write_that_the_link_never_took_was_not_sent,
	        a_write_that_never_left_is_not_sent_when_its_time_is_over,
	        a_write_that_the_kernel_refused_was_not_sent,
	        a_write_on_a_dead_link_was_not_sent,
	        a_write_waits_for_a_full_link_and_is_sent_once,
	        a_response_to_a_write_that_never_left_is_not_its_response,
	        a_confirmation_held_back_by_a_full_link_goes_out_later_and_once,
	        a_cut_while_a_confirmation_is_held_back_is_noticed,
	        NULL,
	};
	const struct suite_loop loops[] = {
	        {a_wrong_response_is_never_matched,
	         (int)(sizeof wrong_answers / sizeof wrong_answers[0])},
	        {NULL, 0},
	};

	return suite_run_loops("att_client_results", tests, loops, fixture_setup,
	                          fixture_teardown);
}
