/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Real sockets on a loop in virtual time. */
#include "shaper_link.h"

#include "link_local.h"
#include "suite.h"
#include "virtual_loop.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define PDU_LEN 100

static struct loop *loop;
static struct shaper_air air;
static struct link *user; /* the peripheral's end */
static int peer;          /* the programmer's end */

static short ready(void *ctx, int fd)
{
	struct pollfd polled = {.fd = fd, .events = POLLIN | POLLOUT};

	(void)ctx;
	return poll(&polled, 1, 0) > 0 ? polled.revents : 0;
}

static uint64_t never(void *ctx)
{
	(void)ctx;
	return VIRTUAL_NEVER;
}

static void nothing(void *ctx, uint64_t now_us)
{
	(void)ctx;
	(void)now_us;
}

static void connect_link(void)
{
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends), 0);
	peer = ends[1];
	user = shaper_link_create(link_local_wrap(ends[0]), loop, &air);
	ck_assert_ptr_nonnull(user);
}

static void setup(void)
{
	static const struct virtual_kernel kernel = {ready, never, nothing, NULL};

	virtual_loop_set_kernel(&kernel);
	loop = loop_create();
	air = (struct shaper_air){.seed = 1};
	shaper_default(&air.config);
	connect_link();
}

static void teardown(void)
{
	link_destroy(user);
	if (peer >= 0)
		(void)close(peer);
	shaper_air_close(&air);
	loop_destroy(loop);
}

/* Virtual time; a turn in which nothing is due ends after 1 ms. */
static void let_pass(uint64_t ms)
{
	uint64_t end_us = virtual_now_us() + ms * 1000;

	while (virtual_now_us() < end_us)
		ck_assert_int_eq(loop_turn(loop, 1), 0);
}

static int user_send(unsigned number)
{
	const uint8_t pdu[PDU_LEN] = {(uint8_t)number, (uint8_t)(number >> 8)};

	return link_send(user, pdu, sizeof pdu);
}

static void peer_send(unsigned number)
{
	const uint8_t pdu[PDU_LEN] = {(uint8_t)number, (uint8_t)(number >> 8)};

	ck_assert_int_eq(send(peer, pdu, sizeof pdu, 0), sizeof pdu);
}

/* The number of the PDU, -EAGAIN, or -EPIPE at the end. */
static int number_of(ssize_t n, const uint8_t *pdu)
{
	if (n == PDU_LEN)
		return pdu[0] | pdu[1] << 8;
	return n == 0 || n == -ECONNRESET ? -EPIPE : (int)n;
}

static int user_take(void)
{
	uint8_t pdu[LINK_PDU_MAX];

	return number_of(link_receive(user, pdu, sizeof pdu), pdu);
}

static int peer_take(void)
{
	uint8_t pdu[LINK_PDU_MAX];
	ssize_t n = recv(peer, pdu, sizeof pdu, 0);

	return number_of(n < 0 ? -errno : n, pdu);
}

START_TEST(packets_take_their_time_both_ways)
{
	let_pass(5);
	ck_assert_int_eq(user_send(1), 0);
	ck_assert_int_eq(user_send(2), 0);
	peer_send(3);
	let_pass(20);
	ck_assert_int_eq(peer_take(), -EAGAIN);
	ck_assert_int_eq(user_take(), -EAGAIN);
	let_pass(20);
	ck_assert_int_eq(peer_take(), 1);
	ck_assert_int_eq(peer_take(), 2);
	ck_assert_int_eq(peer_take(), -EAGAIN);
	ck_assert_int_eq(user_take(), 3);
}
END_TEST

START_TEST(what_the_user_sent_before_closing_arrives_then_the_end)
{
	ck_assert_int_eq(user_send(1), 0);
	ck_assert_int_eq(user_send(2), 0);
	link_destroy(user);
	user = NULL;
	let_pass(2);
	ck_assert_int_eq(peer_take(), 1);
	ck_assert_int_eq(peer_take(), 2);
	ck_assert_int_eq(peer_take(), -EPIPE);
	ck_assert_ptr_null(air.link);
}
END_TEST

START_TEST(what_the_peer_sent_before_closing_arrives_then_the_end)
{
	for (unsigned i = 0; i < 60; i++)
		peer_send(i);
	(void)close(peer);
	peer = -1;
	let_pass(100);
	for (int i = 0; i < 60; i++)
		ck_assert_int_eq(user_take(), i);
	ck_assert_int_eq(user_take(), -EPIPE);
	ck_assert_ptr_null(air.link);
}
END_TEST

START_TEST(a_full_air_holds_the_user_back_and_loses_nothing)
{
	unsigned sent = 0;
	unsigned taken = 0;

	while (user_send(sent) == 0)
		sent++;
	ck_assert_uint_gt(sent, SHAPER_SEND_MAX);
	for (int i = 0; i < 5000 && taken < sent; i++) {
		let_pass(1);
		while (peer_take() == (int)taken)
			taken++;
	}
	ck_assert_uint_eq(taken, sent);
	ck_assert_int_eq(user_send(sent), 0);
}
END_TEST

/* As the kernel does: nobody hears of it. */
START_TEST(a_peer_that_does_not_read_loses_packets_silently)
{
	struct shaper_state state;
	unsigned sent = 0;
	unsigned taken = 0;

	for (int i = 0; i < 4000; i++) {
		while (sent < 600 && user_send(sent) == 0)
			sent++;
		let_pass(1);
	}
	ck_assert_uint_eq(sent, 600);
	ck_assert(shaper_air_look(&air, &state));
	ck_assert_uint_gt(state.dropped, 300);
	for (int i = 0; i < 100; i++) {
		while (peer_take() == (int)taken)
			taken++;
		let_pass(1);
	}
	ck_assert_uint_eq(taken + state.dropped, 600);
	ck_assert_uint_ge(taken, SHAPER_RECEIVE_MAX);
}
END_TEST

START_TEST(out_of_range_both_sides_see_the_end_after_the_supervision_timeout)
{
	struct shaper_config config = air.config;

	let_pass(100);
	config.is_out_of_range = true;
	shaper_air_change(&air, &config);
	ck_assert_int_eq(user_send(1), 0);
	let_pass(5900);
	ck_assert_ptr_nonnull(air.link);
	let_pass(200);
	ck_assert_ptr_null(air.link);
	ck_assert_int_eq(user_take(), -EPIPE);
	ck_assert_int_eq(peer_take(), -EPIPE);
}
END_TEST

START_TEST(a_new_link_ends_the_one_before)
{
	struct link *old_user = user;
	int old_peer = peer;
	uint8_t pdu[LINK_PDU_MAX];

	connect_link();
	ck_assert_int_eq(link_receive(old_user, pdu, sizeof pdu), 0);
	ck_assert_int_eq(recv(old_peer, pdu, sizeof pdu, 0), 0);
	link_destroy(old_user);
	(void)close(old_peer);
	peer_send(7);
	let_pass(70);
	ck_assert_int_eq(user_take(), 7);
}
END_TEST

START_TEST(what_is_in_force_can_be_looked_at)
{
	struct shaper_config config = air.config;
	struct shaper_state state;

	config.air.interval_us = 15000;
	config.loss_ppm = 1000;
	shaper_air_change(&air, &config);
	ck_assert(shaper_air_look(&air, &state));
	ck_assert_uint_eq(state.config.air.interval_us, 30000);
	ck_assert_uint_eq(state.config.loss_ppm, 1000);
	let_pass(200);
	ck_assert(shaper_air_look(&air, &state));
	ck_assert_uint_eq(state.config.air.interval_us, 15000);
	config.air.interval_us = 120000;
	shaper_air_adapt(&air, &config);
	let_pass(200);
	ck_assert(shaper_air_look(&air, &state));
	ck_assert_uint_eq(state.config.air.interval_us, 120000);
	ck_assert_uint_eq(air.config.air.interval_us, 15000);
	shaper_air_close(&air);
	ck_assert(!shaper_air_look(&air, &state));
	shaper_air_adapt(&air, &config);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
	        packets_take_their_time_both_ways,
	        what_the_user_sent_before_closing_arrives_then_the_end,
	        what_the_peer_sent_before_closing_arrives_then_the_end,
	        a_full_air_holds_the_user_back_and_loses_nothing,
	        a_peer_that_does_not_read_loses_packets_silently,
	        out_of_range_both_sides_see_the_end_after_the_supervision_timeout,
	        a_new_link_ends_the_one_before,
	        what_is_in_force_can_be_looked_at,
	        NULL,
	};

	return suite_run_tests("shaper_link", tests, setup, teardown);
}
