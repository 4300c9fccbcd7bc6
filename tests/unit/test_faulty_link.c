/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <check.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "faulty_link.h"
#include "link_local.h"

/* The pump's end is the faulty link; the programmer's end a bare descriptor. */
struct bench {
	struct loop *loop;
	struct faults faults;
	struct link *link;
	int peer;
};

static struct bench bench;

static void connect_bench(void)
{
	int ends[2];
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends), 0);
	bench.peer = ends[1];
	bench.link = faulty_link_create(link_local_wrap(ends[0]), bench.loop, &bench.faults);
	ck_assert_ptr_nonnull(bench.link);
}

static void disconnect_bench(void)
{
	link_destroy(bench.link);
	(void)close(bench.peer);
}

static void set_up(void)
{
	bench.loop = loop_create();
	bench.faults = (struct faults){0};
	connect_bench();
}

static void tear_down(void)
{
	disconnect_bench();
	loop_destroy(bench.loop);
}

static void send_byte(uint8_t byte)
{
	ck_assert_int_eq(link_send(bench.link, &byte, 1), 0);
}

/* What the link gives next: the byte, or minus an errno, or -1 at its end. */
static int next_received(void)
{
	uint8_t buf[LINK_PDU_MAX];
	ssize_t n = link_receive(bench.link, buf, sizeof(buf));
	return n == 1 ? buf[0] : (n == 0 ? -1 : (int)n);
}

static void peer_sends(uint8_t byte)
{
	ck_assert_int_eq(send(bench.peer, &byte, 1, MSG_NOSIGNAL), 1);
}

static int peer_gets(void)
{
	uint8_t buf[LINK_PDU_MAX];
	ssize_t n = recv(bench.peer, buf, sizeof(buf), 0);
	return n == 1 ? buf[0] : (n == 0 ? -1 : -errno);
}

START_TEST(counts_pdus_of_both_directions)
{
	send_byte(1);
	peer_sends(2);
	ck_assert_int_eq(next_received(), 2);
	ck_assert_int_eq(next_received(), -EAGAIN);
	send_byte(3);
	ck_assert_uint_eq(bench.faults.pdus, 3);
}
END_TEST

START_TEST(drop_before_keeps_a_sent_pdu_from_arriving)
{
	faults_order(&bench.faults, FAULT_DROP_BEFORE, 2);
	send_byte(1);
	send_byte(2);
	ck_assert_int_eq(peer_gets(), 1);
	ck_assert_int_eq(peer_gets(), -1);
	ck_assert_int_eq(next_received(), -1);
}
END_TEST

START_TEST(drop_after_lets_a_sent_pdu_arrive)
{
	faults_order(&bench.faults, FAULT_DROP_AFTER, 2);
	send_byte(1);
	send_byte(2);
	uint8_t third = 3;
	ck_assert_int_eq(link_send(bench.link, &third, 1), -EPIPE);
	ck_assert_int_eq(peer_gets(), 1);
	ck_assert_int_eq(peer_gets(), 2);
	ck_assert_int_eq(peer_gets(), -1);
}
END_TEST

START_TEST(drop_before_keeps_a_received_pdu_from_the_pump)
{
	faults_order(&bench.faults, FAULT_DROP_BEFORE, 1);
	peer_sends(7);
	ck_assert_int_eq(next_received(), -1);
	ck_assert_int_eq(peer_gets(), -1);
}
END_TEST

START_TEST(drop_after_gives_a_received_pdu_to_the_pump)
{
	faults_order(&bench.faults, FAULT_DROP_AFTER, 1);
	peer_sends(7);
	peer_sends(8);
	ck_assert_int_eq(next_received(), 7);
	ck_assert_int_eq(next_received(), -1);
	ck_assert_int_eq(peer_gets(), -1);
}
END_TEST

START_TEST(fault_waits_through_connections_and_strikes_once)
{
	faults_order(&bench.faults, FAULT_DROP_AFTER, 3);
	send_byte(1);
	send_byte(2);
	disconnect_bench();
	connect_bench();
	send_byte(3);
	ck_assert_int_eq(peer_gets(), 3);
	ck_assert_int_eq(peer_gets(), -1);
	disconnect_bench();
	connect_bench();
	for (uint8_t i = 4; i < 10; i++) {
		send_byte(i);
		ck_assert_int_eq(peer_gets(), i);
	}
}
END_TEST

START_TEST(hold_keeps_both_directions_until_released)
{
	ck_assert_int_eq(loop_add_fd(bench.loop, link_fd(bench.link), POLLIN, NULL, NULL), 0);
	faults_order(&bench.faults, FAULT_HOLD, 2);
	send_byte(1);
	peer_sends(50);
	ck_assert_int_eq(next_received(), -EAGAIN);
	send_byte(2);
	send_byte(3);
	ck_assert_int_eq(peer_gets(), 1);
	ck_assert_int_eq(peer_gets(), -EAGAIN);
	faults_release(&bench.faults);
	ck_assert_int_eq(peer_gets(), 2);
	ck_assert_int_eq(peer_gets(), 3);
	ck_assert_int_eq(next_received(), 50);
}
END_TEST

START_TEST(release_takes_a_waiting_fault_back)
{
	faults_order(&bench.faults, FAULT_DROP_BEFORE, 1);
	faults_release(&bench.faults);
	send_byte(1);
	ck_assert_int_eq(peer_gets(), 1);
}
END_TEST

START_TEST(hold_ends_the_link_when_too_much_is_kept)
{
	uint8_t byte = 9;
	faults_order(&bench.faults, FAULT_HOLD, 1);
	for (int i = 0; i < FAULTY_LINK_HELD_MAX; i++)
		send_byte(byte);
	ck_assert_int_eq(link_send(bench.link, &byte, 1), -ENOBUFS);
	ck_assert_int_eq(peer_gets(), -1);
}
END_TEST

static void count_call(void *ctx, int fd, short revents)
{
	(void)fd;
	(void)revents;
	++*(int *)ctx;
	(void)next_received();
}

START_TEST(held_pdu_does_not_keep_the_loop_busy)
{
	int calls = 0;
	ck_assert_int_eq(
		loop_add_fd(bench.loop, link_fd(bench.link), POLLIN, count_call, &calls), 0);
	faults_order(&bench.faults, FAULT_HOLD, 1);
	peer_sends(1);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(loop_turn(bench.loop, 0), 0);
	ck_assert_int_eq(calls, 1);
	faults_release(&bench.faults);
	ck_assert_int_eq(loop_turn(bench.loop, 0), 0);
	ck_assert_int_gt(calls, 1);
	ck_assert_uint_eq(bench.faults.pdus, 1);
}
END_TEST

START_TEST(peer_that_leaves_during_a_hold_ends_the_link)
{
	faults_order(&bench.faults, FAULT_HOLD, 1);
	send_byte(1);
	ck_assert_int_eq(next_received(), -EAGAIN);
	(void)shutdown(bench.peer, SHUT_RDWR);
	ck_assert_int_eq(next_received(), -1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("faulty_link");
	TCase *tests = tcase_create("faulty_link");
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, counts_pdus_of_both_directions);
	tcase_add_test(tests, drop_before_keeps_a_sent_pdu_from_arriving);
	tcase_add_test(tests, drop_after_lets_a_sent_pdu_arrive);
	tcase_add_test(tests, drop_before_keeps_a_received_pdu_from_the_pump);
	tcase_add_test(tests, drop_after_gives_a_received_pdu_to_the_pump);
	tcase_add_test(tests, fault_waits_through_connections_and_strikes_once);
	tcase_add_test(tests, hold_keeps_both_directions_until_released);
	tcase_add_test(tests, release_takes_a_waiting_fault_back);
	tcase_add_test(tests, hold_ends_the_link_when_too_much_is_kept);
	tcase_add_test(tests, held_pdu_does_not_keep_the_loop_busy);
	tcase_add_test(tests, peer_that_leaves_during_a_hold_ends_the_link);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
