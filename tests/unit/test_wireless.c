/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * wireless against a kernel whose management socket is a socket pair and whose L2CAP links are wrapped by the linker:
 * what is repeated, what is refused, and what each end of a link is called.
 */
#include "suite.h"
#include "fake_kernel.h"
#include "link_l2cap.h"
#include "link_socket.h"
#include "loop.h"
#include "mgmt_adapter.h"
#include "temporary.h"
#include "wireless.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#define READ_INFO        0x0004
#define LOAD_LTKS        0x0013
#define SET_IO           0x0018
#define LOAD_CONN_PARAM  0x0035
#define START_DISCOVERY  0x0023
#define READ_ADVERTISING 0x003d
#define NEW_LTK          0x000a
#define DISCONNECTED     0x000c
#define CONFIRM_REQUEST  0x000f
#define PASSKEY_REQUEST  0x0010
#define AUTH_FAILED      0x0011
#define INDEX_REMOVED    0x0005

#define PUMP      "06:05:04:03:02:01"
#define SETTINGS  (MGMT_LE | MGMT_SECURE_CONNECTIONS | MGMT_BONDABLE | MGMT_POWERED)
#define PEER      1, 2, 3, 4, 5, 6, MGMT_LE_PUBLIC

static struct fake_kernel kernel;
static struct loop *loop;
static struct wireless *wireless;
static char directory[64];
static struct error why;
static struct {
	int adapter_state, mgmt_error;
	long daemon;
	int results[8]; /* of link_l2cap_connect, in turn */
	size_t connects, drops;
	bool radio_fails; /* each link ends while it is being secured */
	bool secure;
	int secure_result;
	int without_manager; /* so often link_l2cap_secure finds none yet */
	int far_end; /* of the last link */
	int asked;
	int32_t passkey;
	void (*when_asked)(void);
} fake;

int __wrap_link_l2cap_connect(struct link **out, int index, const uint8_t addr[6], bool is_random,
			      int timeout_ms);
int __wrap_link_l2cap_adapter_state(int index);
int __wrap_link_l2cap_own_address(int index, uint8_t addr[6]);
int __wrap_link_l2cap_secure(struct link *link);
bool __wrap_link_l2cap_is_secure(const struct link *link);
int __wrap_mgmt_open(void);
int __wrap_mgmt_disconnect(struct mgmt *mgmt, int index, const struct mgmt_peer *peer);
long __wrap_wireless_find_daemon(void);

int __wrap_link_l2cap_connect(struct link **out, int index, const uint8_t addr[6], bool is_random,
			      int timeout_ms)
{
	int ends[2];
	(void)index;
	(void)is_random;
	ck_assert_int_gt(timeout_ms, 0);
	ck_assert_uint_eq(addr[0], 1);
	*out = NULL;
	const int result = fake.results[fake.connects++];
	if (result)
		return result;
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends), 0);
	fake.far_end = ends[1];
	*out = link_socket_wrap(ends[0]);
	return 0;
}

int __wrap_link_l2cap_adapter_state(int index)
{
	(void)index;
	return fake.adapter_state;
}

int __wrap_link_l2cap_own_address(int index, uint8_t addr[6])
{
	(void)index;
	memset(addr, 9, 6);
	return 0;
}

/* As the kernel does while it pairs: until it is done the link takes nothing. */
int __wrap_link_l2cap_secure(struct link *link)
{
	static const char filler[1024];
	if (fake.without_manager > 0) {
		fake.without_manager--;
		return -EINVAL;
	}
	while (send(link_fd(link), filler, sizeof(filler), MSG_DONTWAIT) > 0)
		continue;
	if (fake.radio_fails) {
		static const uint8_t silence[] = {PEER, 1};
		fake_kernel_send(&kernel, DISCONNECTED, 0, silence, sizeof(silence));
	}
	return fake.secure_result;
}

bool __wrap_link_l2cap_is_secure(const struct link *link)
{
	(void)link;
	return fake.secure;
}

int __wrap_mgmt_disconnect(struct mgmt *mgmt, int index, const struct mgmt_peer *peer)
{
	(void)mgmt;
	(void)index;
	(void)peer;
	fake.drops++;
	return -ENOTCONN;
}

int __wrap_mgmt_open(void)
{
	int ends[2];
	if (fake.mgmt_error)
		return fake.mgmt_error;
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends), 0);
	/* What was queued before wireless_open waits in the first pair; both are one to a test. */
	ck_assert_int_eq(dup2(ends[0], kernel.fd), kernel.fd);
	(void)close(ends[0]);
	fake_kernel_complete(&kernel, READ_ADVERTISING, 0, NULL, 0);
	fake_kernel_info(&kernel, 0, SETTINGS, SETTINGS);
	return ends[1];
}

long __wrap_wireless_find_daemon(void)
{
	return fake.daemon;
}

static int32_t ask(void *ctx, const char *address, bool (*stop)(void *stop_ctx), void *stop_ctx)
{
	(void)ctx;
	ck_assert_str_eq(address, PUMP);
	ck_assert(!stop(stop_ctx));
	fake.asked++;
	if (fake.when_asked)
		fake.when_asked();
	return fake.passkey;
}

static void setup(void)
{
	memset(&fake, 0, sizeof(fake));
	fake.far_end = -1;
	temporary_make(directory, sizeof(directory));
	fake_kernel_start(&kernel);
	loop = loop_create();
	wireless = NULL;
}

static void teardown(void)
{
	wireless_close(wireless);
	if (fake.far_end >= 0)
		(void)close(fake.far_end);
	loop_destroy(loop);
	fake_kernel_stop(&kernel);
	temporary_remove(directory);
}

static enum error_code open_wireless(bool secure)
{
	const struct wireless_config config = {
		.loop = loop, .state_dir = directory, .secure = secure, .ask_passkey = ask};
	return wireless_open(&wireless, &config, &why);
}

static enum error_code connect_pump(void)
{
	struct link *link;
	const enum error_code code = wireless_connect(wireless, PUMP, 5000, &link, &why);
	ck_assert_int_eq(link == NULL, code != ERR_NONE);
	link_destroy(link);
	return code;
}

START_TEST(missed_first_packets_are_tried_again_three_times_and_then_told)
{
	ck_assert_int_eq(open_wireless(false), ERR_NONE);
	for (int misses = 0; misses <= 4; misses++) {
		fake.connects = 0;
		for (int i = 0; i < 8; i++)
			fake.results[i] = i < misses ? -LINK_L2CAP_MISSED : 0;
		fake_kernel_complete(&kernel, LOAD_CONN_PARAM, 0, NULL, 0);
		ck_assert_int_eq(connect_pump(), misses < 4 ? ERR_NONE : ERR_NOT_FOUND);
		ck_assert_uint_eq(fake.connects, misses < 4 ? (size_t)misses + 1 : 4);
	}
}
END_TEST

static const struct {
	int err;
	enum error_code code;
} refusals[] = {
	{-EHOSTUNREACH, ERR_NOT_FOUND}, {-ETIMEDOUT, ERR_NOT_FOUND},   {-EBUSY, ERR_BUSY},
	{-ENODEV, ERR_NO_ADAPTER},      {-EAFNOSUPPORT, ERR_NO_ADAPTER}, {-EOPNOTSUPP, ERR_NO_ADAPTER},
	{-ENETDOWN, ERR_ADAPTER_OFF},   {-ERFKILL, ERR_ADAPTER_BLOCKED}, {-ENOMEM, ERR_NOT_FOUND},
};

START_TEST(each_reason_not_to_connect_has_its_own_code_and_no_second_try)
{
	ck_assert_int_eq(open_wireless(false), ERR_NONE);
	fake.results[0] = refusals[_i].err;
	fake_kernel_complete(&kernel, LOAD_CONN_PARAM, 0, NULL, 0);
	ck_assert_int_eq(connect_pump(), refusals[_i].code);
	ck_assert_uint_eq(fake.connects, 1);
	ck_assert_uint_gt(strlen(why.detail), 0);
}
END_TEST

START_TEST(beside_bluetoothd_nothing_is_opened)
{
	fake.daemon = 77;
	ck_assert_int_eq(open_wireless(false), ERR_BLUETOOTHD_RUNS);
	ck_assert_ptr_nonnull(strstr(why.detail, "77"));
	ck_assert_ptr_null(wireless);
}
END_TEST

START_TEST(without_the_right_to_manage_a_known_pump_is_reached_and_security_is_not)
{
	struct error limit;
	fake.mgmt_error = -EACCES;
	ck_assert_int_eq(open_wireless(false), ERR_NONE);
	ck_assert_int_eq(wireless_limit(wireless, &limit), ERR_ADAPTER_DENIED);
	ck_assert_int_eq(connect_pump(), ERR_NONE);
	wireless_close(wireless);
	ck_assert_int_eq(open_wireless(true), ERR_NONE);
	ck_assert_int_eq(connect_pump(), ERR_ADAPTER_DENIED);
	ck_assert_uint_eq(fake.connects, 1);
}
END_TEST

START_TEST(an_adapter_that_is_absent_or_off_is_told_before_anything)
{
	fake.adapter_state = -ENODEV;
	ck_assert_int_eq(open_wireless(false), ERR_NO_ADAPTER);
	fake.adapter_state = -ENETDOWN;
	fake.mgmt_error = -EPERM;
	ck_assert_int_eq(open_wireless(false), ERR_ADAPTER_OFF);
}
END_TEST

static const struct {
	uint8_t status;
	int state;
	enum error_code code;
} starts[] = {
	{0x11, -ENODEV, ERR_ADAPTER_GONE},   /* invalid index */
	{0x0f, -ENETDOWN, ERR_ADAPTER_GONE}, /* not powered */
	{0x03, -ENODEV, ERR_ADAPTER_GONE},   /* failed */
	{0x0a, 0, ERR_ADAPTER_BUSY},
};

static void ignore_device(void *ctx, const struct wireless_device *device)
{
	(void)ctx;
	(void)device;
}

static bool turn(void *ctx)
{
	(void)ctx;
	return true;
}

START_TEST(an_adapter_that_goes_while_a_search_begins_is_told_to_have_gone)
{
	static const uint8_t any[16];
	const struct wireless_scan scan = {
		.service = any, .seconds = 1, .on_device = ignore_device, .on_turn = turn};
	ck_assert_int_eq(open_wireless(false), ERR_NONE);
	fake.adapter_state = starts[_i].state;
	fake_kernel_status(&kernel, START_DISCOVERY, 0, starts[_i].status);
	ck_assert_int_eq(wireless_scan(wireless, &scan, &why), starts[_i].code);
}
END_TEST

/* The answers to the commands ahead of a secured link. */
static void queue_secure(void)
{
	fake_kernel_info(&kernel, 0, SETTINGS, SETTINGS);
	fake_kernel_complete(&kernel, SET_IO, 0, NULL, 0);
	fake_kernel_info(&kernel, 0, SETTINGS, SETTINGS);
	fake_kernel_complete(&kernel, LOAD_LTKS, 0, NULL, 0);
	fake_kernel_complete(&kernel, LOAD_CONN_PARAM, 0, NULL, 0);
}

static void queue_wanted(void)
{
	static const uint8_t params[] = {PEER};
	fake_kernel_send(&kernel, PASSKEY_REQUEST, 0, params, sizeof(params));
}

/* The link takes PDUs again. */
static void drain(void)
{
	char filler[1024];
	while (recv(fake.far_end, filler, sizeof(filler), MSG_DONTWAIT) > 0)
		continue;
}

static void send_key(uint8_t type)
{
	uint8_t params[37] = {1, PEER, type, 0, 16};
	fake_kernel_send(&kernel, NEW_LTK, 0, params, sizeof(params));
}

static void pairs(void)
{
	fake.secure = true;
	send_key(3);
	drain();
}

static void pairs_weakly(void)
{
	fake.secure = true;
	send_key(2);
	drain();
}

static void pairs_at_a_lower_level(void)
{
	send_key(3);
	drain();
}

static void fails_to_pair(void)
{
	static const uint8_t params[] = {PEER, 5};
	fake_kernel_send(&kernel, AUTH_FAILED, 0, params, sizeof(params));
}

static void ends_by_the_peer(void)
{
	static const uint8_t params[] = {PEER, 3};
	fake_kernel_send(&kernel, DISCONNECTED, 0, params, sizeof(params));
}

static void ends_with_the_adapter(void)
{
	fake_kernel_send(&kernel, INDEX_REMOVED, 0, NULL, 0);
}

static const struct {
	void (*when_asked)(void);
	int32_t passkey;
	enum error_code code;
	bool keeps_key;
} pairings[] = {
	{pairs, 123456, ERR_NONE, true},
	{pairs_weakly, 123456, ERR_LINK_NOT_SECURE, false},
	{pairs_at_a_lower_level, 123456, ERR_LINK_NOT_SECURE, false},
	{fails_to_pair, 123456, ERR_PASSKEY_WRONG, false},
	{ends_by_the_peer, 123456, ERR_LINK_LOST, false},
	{ends_with_the_adapter, 123456, ERR_ADAPTER_GONE, false},
};

START_TEST(a_link_is_secure_with_level_four_and_a_key_made_by_passkey_or_it_is_closed)
{
	ck_assert_int_eq(open_wireless(true), ERR_NONE);
	queue_secure();
	queue_wanted();
	fake.passkey = pairings[_i].passkey;
	fake.when_asked = pairings[_i].when_asked;
	/* A weak key is forgotten in the kernel too. */
	const bool weak = pairings[_i].when_asked == pairs_weakly;
	fake_kernel_status(&kernel, weak ? 0x001b : 0x00ff, 0, 0x06);
	const enum error_code code = connect_pump();
	ck_assert_int_eq(code, pairings[_i].code);
	ck_assert_int_eq(fake.asked, 1);
	ck_assert_uint_eq(fake.connects, 1);
	if (pairings[_i].keeps_key)
		ck_assert(wireless_has_key(wireless, PUMP));
}
END_TEST

START_TEST(a_link_that_is_up_before_its_security_manager_is_waited_for)
{
	ck_assert_int_eq(open_wireless(true), ERR_NONE);
	queue_secure();
	queue_wanted();
	fake.passkey = 1;
	fake.when_asked = pairs;
	fake.without_manager = 3;
	ck_assert_int_eq(connect_pump(), ERR_NONE);
	ck_assert_int_eq(fake.without_manager, 0);
	ck_assert_uint_eq(fake.connects, 1);
	ck_assert_uint_eq(fake.drops, 0);
}
END_TEST

START_TEST(just_works_is_refused_and_the_reason_said)
{
	static const uint8_t params[] = {PEER, 1, 0, 0, 0, 0};
	ck_assert_int_eq(open_wireless(true), ERR_NONE);
	queue_secure();
	fake_kernel_send(&kernel, CONFIRM_REQUEST, 0, params, sizeof(params));
	ck_assert_int_eq(connect_pump(), ERR_LINK_NOT_SECURE);
	ck_assert_ptr_nonnull(strstr(why.detail, "without a passkey"));
	ck_assert_int_eq(fake.asked, 0);
}
END_TEST

/* Pairs, so that a key is kept. */
static void make_key(void)
{
	queue_secure();
	queue_wanted();
	fake.passkey = 1;
	fake.when_asked = pairs;
	ck_assert_int_eq(connect_pump(), ERR_NONE);
	ck_assert(wireless_has_key(wireless, PUMP));
	(void)close(fake.far_end);
	fake.secure = false;
	fake.connects = 0;
}

START_TEST(a_pump_that_lost_its_key_is_told_and_a_link_lost_by_the_radio_is_not_called_so)
{
	static const uint8_t keys[] = {PEER, 4};
	ck_assert_int_eq(open_wireless(true), ERR_NONE);
	make_key();
	queue_secure();
	fake_kernel_send(&kernel, DISCONNECTED, 0, keys, sizeof(keys));
	ck_assert_int_eq(connect_pump(), ERR_LINK_KEY_LOST);
	ck_assert_uint_eq(fake.connects, 1);
	ck_assert_int_eq(fake.asked, 1);
	(void)close(fake.far_end);
	fake.connects = 0;
	queue_secure();
	fake.radio_fails = true;
	ck_assert_int_eq(connect_pump(), ERR_LINK_LOST);
	ck_assert_uint_eq(fake.connects, 4);
	ck_assert_uint_eq(fake.drops, 3);
	ck_assert_ptr_nonnull(strstr(why.detail, "nothing was heard"));
}
END_TEST

START_TEST(a_pump_with_a_link_key_is_never_reached_unsecured)
{
	ck_assert_int_eq(open_wireless(true), ERR_NONE);
	make_key();
	wireless_close(wireless);
	fake.mgmt_error = -EPERM;
	ck_assert_int_eq(open_wireless(false), ERR_NONE);
	ck_assert_int_eq(connect_pump(), ERR_ADAPTER_DENIED);
	ck_assert_uint_eq(fake.connects, 0);
	ck_assert_int_eq(wireless_forget(wireless, PUMP, &why), ERR_NONE);
	ck_assert_int_eq(wireless_forget(wireless, PUMP, &why), ERR_NOT_FOUND);
	ck_assert_int_eq(connect_pump(), ERR_NONE);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		missed_first_packets_are_tried_again_three_times_and_then_told,
		beside_bluetoothd_nothing_is_opened,
		without_the_right_to_manage_a_known_pump_is_reached_and_security_is_not,
		an_adapter_that_is_absent_or_off_is_told_before_anything,
		a_link_that_is_up_before_its_security_manager_is_waited_for,
		just_works_is_refused_and_the_reason_said,
		a_pump_that_lost_its_key_is_told_and_a_link_lost_by_the_radio_is_not_called_so,
		a_pump_with_a_link_key_is_never_reached_unsecured,
		NULL,
	};
	const struct suite_loop loops[] = {
		{each_reason_not_to_connect_has_its_own_code_and_no_second_try,
		 sizeof(refusals) / sizeof(refusals[0])},
		{an_adapter_that_goes_while_a_search_begins_is_told_to_have_gone,
		 sizeof(starts) / sizeof(starts[0])},
		{a_link_is_secure_with_level_four_and_a_key_made_by_passkey_or_it_is_closed,
		 sizeof(pairings) / sizeof(pairings[0])},
		{NULL, 0},
	};
	return suite_run_loops("wireless", tests, loops, setup, teardown);
}
