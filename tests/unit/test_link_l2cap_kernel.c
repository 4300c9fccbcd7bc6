/* SPDX-License-Identifier: GPL-3.0-or-later */
/* link_l2cap against a kernel that says what a test wants: its calls are wrapped by the linker. */
#include "suite.h"
#include "link_l2cap.h"

#include <bluetooth/bluetooth.h>
#include <bluetooth/hci.h>
#include <bluetooth/l2cap.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static const uint8_t own[6] = {1, 2, 3, 4, 5, 6};
static const uint8_t peer[6] = {6, 5, 4, 3, 2, 1};

static struct {
	int hci_error, l2cap_error, info_error, bind_error, listen_error, accept_error;
	int connect_error; /* errno of connect(), 0: done at once */
	int late_error;    /* SO_ERROR after EINPROGRESS */
	int option_error, security_error;
	bool is_down, refuses_force;
	short poll_events;
	int poll_result; /* what poll() returns; -1 with errno EIO after one EINTR */
	int interrupted;
	uint8_t level, key_size, asked_level;
	struct sockaddr_l2 bound, connected;
	int far_end;
} fake;

int __real_socket(int domain, int type, int protocol);
int __wrap_socket(int domain, int type, int protocol);
int __wrap_ioctl(int fd, unsigned long request, ...);
int __wrap_bind(int fd, const struct sockaddr *address, socklen_t len);
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t len);
int __wrap_listen(int fd, int backlog);
int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *len, int flags);
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len);
int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t len);
int __wrap_poll(struct pollfd *polled, nfds_t count, int timeout);

static int fail_with(int error)
{
	errno = error;
	return error ? -1 : 0;
}

int __wrap_socket(int domain, int type, int protocol)
{
	int ends[2];

	if (domain != AF_BLUETOOTH)
		return __real_socket(domain, type, protocol);
	if (fail_with(protocol == BTPROTO_HCI ? fake.hci_error : fake.l2cap_error))
		return -1;
	ck_assert(protocol == BTPROTO_HCI || (type & SOCK_NONBLOCK) != 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	if (protocol == BTPROTO_HCI)
		close(ends[1]);
	else
		fake.far_end = ends[1];
	return ends[0];
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	struct hci_dev_info *info;

	(void)fd;
	ck_assert_uint_eq(request, HCIGETDEVINFO);
	va_start(args, request);
	info = va_arg(args, struct hci_dev_info *);
	va_end(args);
	memcpy(info->bdaddr.b, own, sizeof own);
	info->flags = fake.is_down ? 0 : 1u << HCI_UP;
	return fail_with(fake.info_error);
}

int __wrap_bind(int fd, const struct sockaddr *address, socklen_t len)
{
	(void)fd;
	ck_assert_uint_eq(len, sizeof fake.bound);
	memcpy(&fake.bound, address, len);
	return fail_with(fake.bind_error);
}

int __wrap_connect(int fd, const struct sockaddr *address, socklen_t len)
{
	(void)fd;
	memcpy(&fake.connected, address, len);
	return fail_with(fake.connect_error);
}

int __wrap_listen(int fd, int backlog)
{
	(void)fd;
	(void)backlog;
	return fail_with(fake.listen_error);
}

int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *len, int flags)
{
	(void)address;
	(void)len;
	ck_assert_int_eq(flags & SOCK_CLOEXEC, SOCK_CLOEXEC);
	return fail_with(fake.accept_error) ? -1 : dup(fd);
}

int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	struct bt_security *security = value;

	(void)fd;
	(void)len;
	if (fail_with(fake.option_error))
		return -1;
	if (level == SOL_SOCKET && name == SO_ERROR) {
		*(int *)value = fake.late_error;
		return 0;
	}
	security->level = fake.level;
	security->key_size = fake.key_size;
	return 0;
}

int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	(void)fd;
	(void)len;
	if (level == SOL_SOCKET)
		return fail_with(name == SO_RCVBUFFORCE && fake.refuses_force ? EPERM : 0);
	fake.asked_level = ((const struct bt_security *)value)->level;
	return fail_with(fake.security_error);
}

int __wrap_poll(struct pollfd *polled, nfds_t count, int timeout)
{
	(void)count;
	(void)timeout;
	if (fake.interrupted-- > 0)
		return fail_with(EINTR);
	polled->revents = fake.poll_events;
	return fake.poll_result < 0 ? fail_with(EIO) : fake.poll_result;
}

static void setup(void)
{
	memset(&fake, 0, sizeof fake);
	fake.far_end = -1;
	fake.poll_events = POLLOUT;
	fake.poll_result = 1;
}

static void teardown(void)
{
	if (fake.far_end >= 0)
		close(fake.far_end);
}

static int try_connect(void)
{
	struct link *link;
	int err = link_l2cap_connect(&link, 0, peer, false, 0);

	if (err)
		ck_assert_ptr_null(link);
	link_destroy(link);
	return err;
}

START_TEST(a_link_binds_to_its_adapter_and_connects_to_the_channel_of_att)
{
	struct link *link;

	fake.refuses_force = true;
	ck_assert_int_eq(link_l2cap_connect(&link, 0, peer, true, 1000), 0);
	ck_assert_mem_eq(fake.bound.l2_bdaddr.b, own, sizeof own);
	ck_assert_uint_eq(btohs(fake.bound.l2_cid), LINK_L2CAP_CID_ATT);
	ck_assert_mem_eq(fake.connected.l2_bdaddr.b, peer, sizeof peer);
	ck_assert_uint_eq(fake.connected.l2_bdaddr_type, BDADDR_LE_RANDOM);
	ck_assert_uint_eq(btohs(fake.connected.l2_cid), LINK_L2CAP_CID_ATT);
	link_destroy(link);
}
END_TEST

START_TEST(a_connection_in_progress_is_waited_for)
{
	fake.connect_error = EINPROGRESS;
	fake.interrupted = 1;
	ck_assert_int_eq(try_connect(), 0);
	fake.late_error = EHOSTDOWN;
	ck_assert_int_eq(try_connect(), -EHOSTUNREACH);
	fake.late_error = ENOSYS;
	ck_assert_int_eq(try_connect(), -LINK_L2CAP_MISSED);
	fake.late_error = 0;
	fake.poll_events = POLLHUP;
	ck_assert_int_eq(try_connect(), -ECONNRESET);
	fake.option_error = EBADF;
	ck_assert_int_eq(try_connect(), -EBADF);
	fake.option_error = 0;
	fake.poll_result = 0;
	ck_assert_int_eq(try_connect(), -ETIMEDOUT);
	fake.poll_result = -1;
	ck_assert_int_eq(try_connect(), -EIO);
}
END_TEST

START_TEST(what_fails_at_once_is_told_apart)
{
	fake.connect_error = ECONNREFUSED;
	ck_assert_int_eq(try_connect(), -EOPNOTSUPP);
	fake.connect_error = EBUSY;
	ck_assert_int_eq(try_connect(), -EBUSY);
	fake.bind_error = EADDRINUSE;
	ck_assert_int_eq(try_connect(), -EADDRINUSE);
	fake.is_down = true;
	ck_assert_int_eq(try_connect(), -ENETDOWN);
	fake.is_down = false;
	fake.l2cap_error = EPROTONOSUPPORT;
	ck_assert_int_eq(try_connect(), -EAFNOSUPPORT);
	fake.l2cap_error = EMFILE;
	ck_assert_int_eq(try_connect(), -EMFILE);
	fake.info_error = ENODEV;
	ck_assert_int_eq(try_connect(), -ENODEV);
	fake.hci_error = EPROTONOSUPPORT;
	ck_assert_int_eq(try_connect(), -EAFNOSUPPORT);
}
END_TEST

START_TEST(the_state_of_an_adapter_is_there_off_or_absent)
{
	uint8_t addr[6];

	ck_assert_int_eq(link_l2cap_adapter_state(0), 0);
	ck_assert_int_eq(link_l2cap_own_address(0, addr), 0);
	ck_assert_mem_eq(addr, own, sizeof own);
	fake.is_down = true;
	ck_assert_int_eq(link_l2cap_adapter_state(0), -ENETDOWN);
	fake.info_error = ENODEV;
	ck_assert_int_eq(link_l2cap_adapter_state(0), -ENODEV);
}
END_TEST

START_TEST(security_is_asked_for_at_the_highest_level_and_believed_only_whole)
{
	struct link *link;

	ck_assert_int_eq(link_l2cap_connect(&link, 0, peer, false, 0), 0);
	ck_assert_int_eq(link_l2cap_secure(link), 0);
	ck_assert_uint_eq(fake.asked_level, BT_SECURITY_FIPS);
	fake.level = BT_SECURITY_FIPS;
	fake.key_size = 16;
	ck_assert(link_l2cap_is_secure(link));
	/* The kernel has no use for the level that is reached already. */
	fake.security_error = EINVAL;
	ck_assert_int_eq(link_l2cap_secure(link), 0);
	fake.key_size = 15;
	ck_assert(!link_l2cap_is_secure(link));
	ck_assert_int_eq(link_l2cap_secure(link), -EINVAL);
	fake.key_size = 16;
	fake.level = BT_SECURITY_HIGH;
	ck_assert(!link_l2cap_is_secure(link));
	fake.level = BT_SECURITY_FIPS;
	fake.option_error = ENOTCONN;
	ck_assert(!link_l2cap_is_secure(link));
	fake.security_error = EACCES;
	ck_assert_int_eq(link_l2cap_secure(link), -EACCES);
	link_destroy(link);
}
END_TEST

START_TEST(a_listener_accepts_peers_as_links)
{
	struct link *link;
	int fd = link_l2cap_listen(0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(link_l2cap_accept(&link, fd), 0);
	link_destroy(link);
	fake.accept_error = EAGAIN;
	ck_assert_int_eq(link_l2cap_accept(&link, fd), -EAGAIN);
	ck_assert_ptr_null(link);
	fake.accept_error = ECONNABORTED;
	ck_assert_int_eq(link_l2cap_accept(&link, fd), -ECONNABORTED);
	close(fd);
	close(fake.far_end);
	fake.listen_error = EADDRINUSE;
	ck_assert_int_eq(link_l2cap_listen(0), -EADDRINUSE);
	fake.is_down = true;
	ck_assert_int_eq(link_l2cap_listen(0), -ENETDOWN);
}
END_TEST

START_TEST(an_address_is_printed_as_it_is_read)
{
	char text[LINK_L2CAP_ADDRESS_TEXT];
	uint8_t addr[6];
	bool is_random;

	link_l2cap_print_address(own, false, text);
	ck_assert_str_eq(text, "06:05:04:03:02:01");
	link_l2cap_print_address(own, true, text);
	ck_assert_str_eq(text, "06:05:04:03:02:01/random");
	ck_assert(link_l2cap_parse_address(text, addr, &is_random));
	ck_assert_mem_eq(addr, own, sizeof own);
	ck_assert(is_random);
}
END_TEST

START_TEST(why_a_link_ended_has_words_of_its_own)
{
	static const int errors[] = {0,      ETIMEDOUT, ECONNRESET, ECONNABORTED,     EACCES,
	                             EBADE,  ENETDOWN,  ENODEV,     LINK_L2CAP_MISSED};

	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(link_l2cap_end_text(-errors[i]),
			                 link_l2cap_end_text(-errors[j]));
	ck_assert_str_eq(link_l2cap_end_text(-ENOMEM), link_l2cap_end_text(0));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
	        a_link_binds_to_its_adapter_and_connects_to_the_channel_of_att,
	        a_connection_in_progress_is_waited_for,
	        what_fails_at_once_is_told_apart,
	        the_state_of_an_adapter_is_there_off_or_absent,
	        security_is_asked_for_at_the_highest_level_and_believed_only_whole,
	        a_listener_accepts_peers_as_links,
	        an_address_is_printed_as_it_is_read,
	        why_a_link_ended_has_words_of_its_own,
	        NULL,
	};

	return suite_run_tests("link_l2cap_kernel", tests, setup, teardown);
}
