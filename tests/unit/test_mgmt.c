/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suite.h"
#include "att.h"
#include "fake_kernel.h"
#include "loop.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define COMMAND 0x0005

static struct fake_kernel kernel;
static struct {
	int count;
	uint16_t event, index;
	size_t len;
	uint8_t params[64];
} heard;

static void on_event(void *ctx, uint16_t event, uint16_t index, const uint8_t *params, size_t len)
{
	(void)ctx;
	heard.count++;
	heard.event = event;
	heard.index = index;
	heard.len = len;
	memcpy(heard.params, params, len < sizeof heard.params ? len : sizeof heard.params);
}

static void setup(void)
{
	memset(&heard, 0, sizeof heard);
	fake_kernel_start(&kernel);
	mgmt_set_listener(kernel.mgmt, on_event, NULL);
}

static void teardown(void)
{
	fake_kernel_stop(&kernel);
}

START_TEST(a_command_is_sent_as_it_was_given_and_its_answer_is_returned)
{
	static const uint8_t params[] = {1, 2, 3};
	static const uint8_t answer[] = {9, 8, 7, 6};
	uint8_t reply[8];
	size_t len = sizeof reply;

	fake_kernel_complete(&kernel, COMMAND, 2, answer, sizeof answer);
	ck_assert_int_eq(mgmt_command(kernel.mgmt, 2, COMMAND, params, sizeof params, reply, &len),
	                 0);
	fake_kernel_expect(&kernel, COMMAND, 2, params, sizeof params);
	ck_assert_uint_eq(len, sizeof answer);
	ck_assert_mem_eq(reply, answer, sizeof answer);
}
END_TEST

START_TEST(a_longer_answer_is_cut_and_a_shorter_one_is_told)
{
	static const uint8_t answer[] = {9, 8, 7, 6};
	uint8_t reply[2];
	size_t len = sizeof reply;

	fake_kernel_complete(&kernel, COMMAND, 0, answer, sizeof answer);
	ck_assert_int_eq(mgmt_command(kernel.mgmt, 0, COMMAND, NULL, 0, reply, &len), 0);
	ck_assert_uint_eq(len, 2);
	fake_kernel_complete(&kernel, COMMAND, 0, answer, 1);
	ck_assert_int_eq(mgmt_command(kernel.mgmt, 0, COMMAND, NULL, 0, reply, &len), 0);
	ck_assert_uint_eq(len, 1);
}
END_TEST

START_TEST(events_before_the_answer_go_to_the_listener)
{
	static const uint8_t params[] = {5};

	fake_kernel_send(&kernel, 0x0012, 1, params, sizeof params);
	fake_kernel_complete(&kernel, COMMAND, 0, NULL, 0);
	ck_assert_int_eq(mgmt_command(kernel.mgmt, 0, COMMAND, NULL, 0, NULL, NULL), 0);
	ck_assert_int_eq(heard.count, 1);
	ck_assert_uint_eq(heard.event, 0x0012);
	ck_assert_uint_eq(heard.index, 1);
	ck_assert_uint_eq(heard.len, 1);
	ck_assert_uint_eq(heard.params[0], 5);
}
END_TEST

START_TEST(answers_to_other_commands_and_adapters_are_no_answer)
{
	static const uint8_t stub[2] = {COMMAND, 0};

	fake_kernel_status(&kernel, COMMAND + 1, 0, 0x03);
	fake_kernel_status(&kernel, COMMAND, 1, 0x03);
	fake_kernel_send(&kernel, 0x0001, 0, stub, sizeof stub);
	fake_kernel_complete(&kernel, COMMAND, 0, NULL, 0);
	ck_assert_int_eq(mgmt_command(kernel.mgmt, 0, COMMAND, NULL, 0, NULL, NULL), 0);
	ck_assert_int_eq(heard.count, 0);
}
END_TEST

START_TEST(messages_with_a_false_length_are_dropped)
{
	uint8_t message[] = {0x12, 0, 0, 0, 9, 0, 1};

	ck_assert_int_eq(send(kernel.fd, message, sizeof message, 0), (int)sizeof message);
	ck_assert_int_eq(send(kernel.fd, message, 3, 0), 3);
	ck_assert_int_eq(mgmt_receive(kernel.mgmt), 0);
	ck_assert_int_eq(heard.count, 0);
	message[4] = 1;
	ck_assert_int_eq(send(kernel.fd, message, sizeof message, 0), (int)sizeof message);
	ck_assert_int_eq(mgmt_receive(kernel.mgmt), 0);
	ck_assert_int_eq(heard.count, 1);
}
END_TEST

static const struct {
	uint8_t status;
	int err;
} statuses[] = {
        {0x00, 0},         {0x01, -EOPNOTSUPP},   {0x02, -ENOTCONN},   {0x03, -EIO},
        {0x05, -EACCES},   {0x06, -EKEYREJECTED}, {0x08, -ETIMEDOUT},  {0x09, -EALREADY},
        {0x0a, -EBUSY},    {0x0b, -ECONNREFUSED}, {0x0c, -EOPNOTSUPP}, {0x0d, -EINVAL},
        {0x0e, -ENOTCONN}, {0x0f, -ENETDOWN},     {0x10, -ECANCELED},  {0x11, -ENODEV},
        {0x12, -ERFKILL},  {0x13, -ENOTUNIQ},     {0x14, -EPERM},      {0xff, -EIO},
};

START_TEST(each_status_is_an_error_of_its_own)
{
	fake_kernel_status(&kernel, COMMAND, 0, statuses[_i].status);
	ck_assert_int_eq(mgmt_command(kernel.mgmt, 0, COMMAND, NULL, 0, NULL, NULL),
	                 statuses[_i].err);
	ck_assert_int_eq(mgmt_status_error(statuses[_i].status), statuses[_i].err);
}
END_TEST

START_TEST(a_socket_that_has_ended_fails_every_call_at_once)
{
	fake_kernel_end(&kernel);
	ck_assert_int_eq(mgmt_receive(kernel.mgmt), -EPIPE);
	ck_assert_int_eq(mgmt_command(kernel.mgmt, 0, COMMAND, NULL, 0, NULL, NULL), -EPIPE);
}
END_TEST

START_TEST(the_kernel_closing_while_a_command_waits_ends_the_wait)
{
	ck_assert_int_eq(shutdown(kernel.fd, SHUT_WR), 0);
	ck_assert_int_eq(mgmt_command(kernel.mgmt, 0, COMMAND, NULL, 0, NULL, NULL), -EPIPE);
}
END_TEST

START_TEST(what_no_message_holds_is_not_sent)
{
	static const uint8_t params[4096];

	ck_assert_int_eq(mgmt_post(kernel.mgmt, 0, COMMAND, params, sizeof params), -EMSGSIZE);
	ck_assert_int_eq(mgmt_post(kernel.mgmt, -1, COMMAND, NULL, 0), -ENODEV);
	ck_assert_int_eq(mgmt_post(kernel.mgmt, 0x10000, COMMAND, NULL, 0), -ENODEV);
	fake_kernel_expect_nothing(&kernel);
}
END_TEST

START_TEST(a_posted_command_waits_for_nothing)
{
	ck_assert_int_eq(mgmt_post(kernel.mgmt, 3, COMMAND, NULL, 0), 0);
	fake_kernel_expect(&kernel, COMMAND, 3, NULL, 0);
	fake_kernel_complete(&kernel, COMMAND, 3, NULL, 0);
	ck_assert_int_eq(mgmt_receive(kernel.mgmt), 0);
	ck_assert_int_eq(heard.count, 0);
}
END_TEST

START_TEST(an_attached_socket_is_read_by_the_loop_and_leaves_it_when_it_ends)
{
	struct loop *loop = loop_create();

	ck_assert_int_eq(mgmt_attach(kernel.mgmt, loop), 0);
	ck_assert_int_eq(mgmt_attach(kernel.mgmt, loop), -EEXIST);
	fake_kernel_send(&kernel, 0x0012, 1, NULL, 0);
	ck_assert_int_eq(loop_turn(loop, 1000), 0);
	ck_assert_int_eq(heard.count, 1);
	fake_kernel_end(&kernel);
	ck_assert_int_eq(loop_turn(loop, 1000), 0);
	/* Nothing left to wake it. */
	ck_assert_int_eq(loop_turn(loop, 0), 0);
	mgmt_destroy(kernel.mgmt);
	loop_destroy(loop);
	fake_kernel_start(&kernel);
}
END_TEST

START_TEST(destroying_an_attached_socket_takes_it_out_of_the_loop)
{
	struct loop *loop = loop_create();

	ck_assert_int_eq(mgmt_attach(kernel.mgmt, loop), 0);
	fake_kernel_send(&kernel, 0x0012, 1, NULL, 0);
	fake_kernel_stop(&kernel);
	ck_assert_int_eq(loop_turn(loop, 0), 0);
	ck_assert_int_eq(heard.count, 0);
	loop_destroy(loop);
	fake_kernel_start(&kernel);
	mgmt_destroy(NULL);
}
END_TEST

START_TEST(words_and_peers_are_little_endian_and_whole)
{
	static const uint8_t bytes[MGMT_ADDRESS_LEN] = {1, 2, 3, 4, 5, 6, MGMT_LE_RANDOM};
	struct mgmt_peer peer = mgmt_get_peer(bytes);
	struct mgmt_peer other = peer;
	uint8_t out[MGMT_ADDRESS_LEN];
	uint8_t word[4];

	mgmt_put_peer(out, &peer);
	ck_assert_mem_eq(out, bytes, sizeof bytes);
	ck_assert(mgmt_same_peer(&peer, &other));
	other.type = MGMT_LE_PUBLIC;
	ck_assert(!mgmt_same_peer(&peer, &other));
	other = peer;
	other.address[5]++;
	ck_assert(!mgmt_same_peer(&peer, &other));
	mgmt_put_u32(word, 0x04030201);
	ck_assert_mem_eq(word, bytes, 4);
	ck_assert_uint_eq(mgmt_get_u32(word), 0x04030201);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
	        a_command_is_sent_as_it_was_given_and_its_answer_is_returned,
	        a_longer_answer_is_cut_and_a_shorter_one_is_told,
	        events_before_the_answer_go_to_the_listener,
	        answers_to_other_commands_and_adapters_are_no_answer,
	        messages_with_a_false_length_are_dropped,
	        a_socket_that_has_ended_fails_every_call_at_once,
	        the_kernel_closing_while_a_command_waits_ends_the_wait,
	        what_no_message_holds_is_not_sent,
	        a_posted_command_waits_for_nothing,
	        an_attached_socket_is_read_by_the_loop_and_leaves_it_when_it_ends,
	        destroying_an_attached_socket_takes_it_out_of_the_loop,
	        words_and_peers_are_little_endian_and_whole,
	        NULL,
	};
	const struct suite_loop loops[] = {
	        {each_status_is_an_error_of_its_own, sizeof statuses / sizeof statuses[0]},
	        {NULL, 0},
	};

	return suite_run_loops("mgmt", tests, loops, setup, teardown);
}
