/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suite.h"
#include "link_local.h"
#include "temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];
static char path[96];
static pid_t server;

static void setup(void)
{
	temporary_make(folder, sizeof folder);
	snprintf(path, sizeof path, "%s/socket", folder);
	server = 0;
}

static void teardown(void)
{
	int status = 0;

	if (server > 0)
		ck_assert_int_eq(waitpid(server, &status, 0), server);
	ck_assert_int_eq(status, 0);
	temporary_remove(folder);
}

static void wait_for(int fd, short events)
{
	struct pollfd polled = {.fd = fd, .events = events};

	ck_assert_int_eq(poll(&polled, 1, 5000), 1);
}

/* A process that accepts one client, expects its first message and gives these answers. */
static void serve(const char *first, const char *const *answers, bool stays)
{
	int listener = link_local_listen(path);
	char got[LINK_LOCAL_MESSAGE_MAX];
	ssize_t n;
	int fd;

	ck_assert_int_ge(listener, 0);
	server = fork();
	ck_assert_int_ge(server, 0);
	if (server > 0) {
		close(listener);
		return;
	}
	wait_for(listener, POLLIN);
	fd = accept(listener, NULL, NULL);
	n = recv(fd, got, sizeof got, 0);
	if (n != (ssize_t)strlen(first) || memcmp(got, first, strlen(first)) != 0)
		_exit(1);
	for (; *answers; answers++)
		send(fd, *answers, strlen(*answers), MSG_NOSIGNAL);
	/* Ends when the client does. */
	if (stays)
		(void)recv(fd, got, sizeof got, 0);
	_exit(0);
}

static void pass_pdus(struct link *a, struct link *b)
{
	uint8_t sent[LINK_PDU_MAX];
	uint8_t got[LINK_PDU_MAX];

	memset(sent, 0x5a, sizeof sent);
	ck_assert_int_eq(link_send(a, sent, sizeof sent), 0);
	ck_assert_int_eq(link_send(a, sent, 1), 0);
	ck_assert_int_eq(link_receive(b, got, sizeof got), LINK_PDU_MAX);
	ck_assert_mem_eq(got, sent, sizeof sent);
	ck_assert_int_eq(link_receive(b, got, sizeof got), 1);
	ck_assert_int_eq(link_receive(b, got, sizeof got), -EAGAIN);
}

static void make_pair(struct link **a, int *b)
{
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	*a = link_local_wrap(fds[0]);
	ck_assert_ptr_nonnull(*a);
	*b = fds[1];
}

START_TEST(pdus_keep_their_borders_in_both_directions)
{
	struct link *a;
	struct link *b;
	int fd;

	make_pair(&a, &fd);
	b = link_local_wrap(fd);
	ck_assert_ptr_nonnull(b);
	pass_pdus(a, b);
	pass_pdus(b, a);
	link_destroy(a);
	link_destroy(b);
}
END_TEST

START_TEST(a_link_never_blocks)
{
	struct link *link;
	uint8_t pdu[23] = {0};
	int peer;
	int sent = 0;
	int err;

	make_pair(&link, &peer);
	ck_assert_int_ne(fcntl(link_fd(link), F_GETFL) & O_NONBLOCK, 0);
	while ((err = link_send(link, pdu, sizeof pdu)) == 0)
		sent++;
	ck_assert_int_eq(err, -EAGAIN);
	ck_assert_int_gt(sent, 0);
	link_destroy(link);
	close(peer);
}
END_TEST

START_TEST(a_pdu_of_no_length_or_too_long_is_not_sent)
{
	struct link *link;
	uint8_t pdu[LINK_PDU_MAX + 1] = {0};
	int peer;

	make_pair(&link, &peer);
	ck_assert_int_eq(link_send(link, pdu, 0), -EMSGSIZE);
	ck_assert_int_eq(link_send(link, pdu, sizeof pdu), -EMSGSIZE);
	ck_assert_int_eq(recv(peer, pdu, sizeof pdu, MSG_DONTWAIT), -1);
	link_destroy(link);
	close(peer);
}
END_TEST

START_TEST(a_message_longer_than_the_buffer_is_an_error_not_a_short_pdu)
{
	struct link *link;
	uint8_t pdu[LINK_PDU_MAX + 1] = {0};
	int peer;

	make_pair(&link, &peer);
	ck_assert_int_eq(send(peer, pdu, sizeof pdu, 0), (ssize_t)sizeof pdu);
	ck_assert_int_eq(link_receive(link, pdu, LINK_PDU_MAX), -EMSGSIZE);
	link_destroy(link);
	close(peer);
}
END_TEST

START_TEST(the_end_of_the_peer_is_told_after_its_last_pdu)
{
	struct link *link;
	uint8_t pdu[8];
	int peer;

	make_pair(&link, &peer);
	ck_assert_int_eq(send(peer, "\x13", 1, 0), 1);
	close(peer);
	ck_assert_int_eq(link_receive(link, pdu, sizeof pdu), 1);
	ck_assert_int_eq(link_receive(link, pdu, sizeof pdu), 0);
	ck_assert_int_eq(link_send(link, pdu, 1), -EPIPE);
	link_destroy(link);
}
END_TEST

START_TEST(a_reset_is_told_after_the_last_pdu)
{
	struct link *link;
	uint8_t pdu[8] = {0};
	int peer;

	make_pair(&link, &peer);
	ck_assert_int_eq(link_send(link, pdu, 1), 0);
	ck_assert_int_eq(send(peer, "\x13", 1, 0), 1);
	close(peer);
	ck_assert_int_eq(link_receive(link, pdu, sizeof pdu), 1);
	ck_assert_int_eq(link_receive(link, pdu, sizeof pdu), -ECONNRESET);
	ck_assert_int_eq(link_receive(link, pdu, sizeof pdu), -ECONNRESET);
	link_destroy(link);
}
END_TEST

START_TEST(destroying_no_link_is_harmless)
{
	link_destroy(NULL);
}
END_TEST

START_TEST(a_device_that_is_served_opens_as_a_link)
{
	static const char *const answers[] = {"ok", "\x1b\x19", NULL};
	struct link *link;
	uint8_t pdu[LINK_PDU_MAX];

	serve("open PUMP-1", answers, true);
	ck_assert_int_eq(link_local_open(&link, path, "PUMP-1", 5000), 0);
	wait_for(link_fd(link), POLLIN);
	ck_assert_int_eq(link_receive(link, pdu, sizeof pdu), 2);
	ck_assert_int_eq(pdu[0], 0x1b);
	link_destroy(link);
}
END_TEST

static const struct {
	const char *answer; /* NULL: the server hangs up */
	int err;
} refusals[] = {
        {"no device", -ENODEV}, {"no busy", -EBUSY}, {"no reason", -EPROTO},
        {"okay", -EPROTO},      {"no", -EPROTO},     {NULL, -EPROTO},
};

START_TEST(a_refusal_has_its_own_error)
{
	const char *answers[] = {refusals[_i].answer, NULL};
	struct link *link;

	serve("open PUMP-1", answers, refusals[_i].answer != NULL);
	ck_assert_int_eq(link_local_open(&link, path, "PUMP-1", 5000), refusals[_i].err);
	ck_assert_ptr_null(link);
}
END_TEST

START_TEST(an_answer_that_does_not_come_is_a_time_out)
{
	static const char *const answers[] = {NULL};
	struct link *link;

	serve("open PUMP-1", answers, true);
	ck_assert_int_eq(link_local_open(&link, path, "PUMP-1", 20), -ETIMEDOUT);
	ck_assert_ptr_null(link);
}
END_TEST

START_TEST(nobody_listening_is_connection_refused)
{
	struct link *link;
	struct link_local_device device;
	size_t count = 9;
	int fd;

	ck_assert_int_eq(link_local_open(&link, path, "PUMP-1", 20), -ECONNREFUSED);
	fd = link_local_listen(path);
	ck_assert_int_ge(fd, 0);
	close(fd); /* the file stays behind */
	ck_assert_int_eq(link_local_open(&link, path, "PUMP-1", 20), -ECONNREFUSED);
	ck_assert_int_eq(link_local_scan(path, 20, &device, 1, &count), -ECONNREFUSED);
	ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(a_name_longer_than_any_device_has_is_no_device)
{
	struct link *link;

	ck_assert_int_eq(link_local_open(&link, path, "PUMP-0123456789-0123456789-012345", 20),
	                 -ENODEV);
}
END_TEST

START_TEST(a_scan_lists_what_is_advertised)
{
	static const char *const answers[] = {"PUMP-1 0201ff", "PUMP-2 ", "end", NULL};
	struct link_local_device devices[4];
	size_t count;

	serve("scan", answers, true);
	ck_assert_int_eq(link_local_scan(path, 5000, devices, 4, &count), 0);
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(devices[0].name, "PUMP-1");
	ck_assert_uint_eq(devices[0].adv_len, 3);
	ck_assert_mem_eq(devices[0].adv, "\x02\x01\xff", 3);
	ck_assert_str_eq(devices[1].name, "PUMP-2");
	ck_assert_uint_eq(devices[1].adv_len, 0);
}
END_TEST

START_TEST(a_scan_gives_no_more_devices_than_there_is_room_for)
{
	static const char *const answers[] = {"A 00", "B 00", "C 00", "end", NULL};
	struct link_local_device devices[2];
	size_t count;

	serve("scan", answers, true);
	ck_assert_int_eq(link_local_scan(path, 5000, devices, 2, &count), 0);
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(devices[1].name, "B");
}
END_TEST

static const char *const malformed[] = {
        "B",
        " 00",
        "B 0",
        "B zz",
        "B 0x",
        "B 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        "0123456789012345678901234567890123 00",
};

START_TEST(a_malformed_answer_to_a_scan_keeps_what_came_before)
{
	const char *answers[] = {"A 00", malformed[_i], "end", NULL};
	struct link_local_device devices[4];
	size_t count;

	serve("scan", answers, false);
	ck_assert_int_eq(link_local_scan(path, 5000, devices, 4, &count), -EPROTO);
	ck_assert_uint_eq(count, 1);
}
END_TEST

START_TEST(a_scan_that_does_not_end_is_a_time_out)
{
	static const char *const answers[] = {"A 00", NULL};
	struct link_local_device devices[4];
	size_t count;

	serve("scan", answers, true);
	ck_assert_int_eq(link_local_scan(path, 50, devices, 4, &count), -ETIMEDOUT);
	ck_assert_uint_le(count, 1);
}
END_TEST

START_TEST(a_socket_file_left_behind_is_replaced_and_one_in_use_is_not)
{
	int first = link_local_listen(path);
	int second;

	ck_assert_int_ge(first, 0);
	ck_assert_int_eq(link_local_listen(path), -EADDRINUSE);
	close(first);
	second = link_local_listen(path);
	ck_assert_int_ge(second, 0);
	close(second);
}
END_TEST

START_TEST(a_file_that_is_no_socket_is_left_alone)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	struct stat info;

	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(link_local_listen(path), -EADDRINUSE);
	ck_assert_int_eq(stat(path, &info), 0);
}
END_TEST

START_TEST(a_path_too_long_for_a_socket_is_refused)
{
	char name[200];

	memset(name, 'a', sizeof name - 1);
	name[0] = '/';
	name[sizeof name - 1] = '\0';
	ck_assert_int_eq(link_local_listen(name), -ENAMETOOLONG);
	ck_assert_int_eq(link_local_connect(name, "scan"), -ENAMETOOLONG);
}
END_TEST

START_TEST(the_folder_of_the_sockets_is_private)
{
	char buf[128];
	char want[96];
	struct stat info;

	ck_assert_int_eq(setenv("XDG_RUNTIME_DIR", folder, 1), 0);
	snprintf(want, sizeof want, "%s/pumpctl", folder);
	ck_assert_int_eq(link_local_directory(buf, sizeof buf), 0);
	ck_assert_str_eq(buf, want);
	ck_assert_int_eq(stat(buf, &info), 0);
	ck_assert_int_eq(info.st_mode & 0777, 0700);
	ck_assert_int_eq(link_local_directory(buf, sizeof buf), 0);
	ck_assert_int_eq(link_local_directory(buf, strlen(want)), -ENAMETOOLONG);
	ck_assert_int_eq(chmod(want, 0755), 0);
	ck_assert_int_eq(link_local_directory(buf, sizeof buf), -EPERM);
}
END_TEST

START_TEST(a_link_in_the_place_of_the_folder_is_refused)
{
	char want[96];
	char buf[128];

	ck_assert_int_eq(setenv("XDG_RUNTIME_DIR", folder, 1), 0);
	snprintf(want, sizeof want, "%s/pumpctl", folder);
	ck_assert_int_eq(symlink(folder, want), 0);
	ck_assert_int_eq(link_local_directory(buf, sizeof buf), -EPERM);
	ck_assert_int_eq(unlink(want), 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
	        pdus_keep_their_borders_in_both_directions,
	        a_link_never_blocks,
	        a_pdu_of_no_length_or_too_long_is_not_sent,
	        a_message_longer_than_the_buffer_is_an_error_not_a_short_pdu,
	        the_end_of_the_peer_is_told_after_its_last_pdu,
	        a_reset_is_told_after_the_last_pdu,
	        destroying_no_link_is_harmless,
	        a_device_that_is_served_opens_as_a_link,
	        an_answer_that_does_not_come_is_a_time_out,
	        nobody_listening_is_connection_refused,
	        a_name_longer_than_any_device_has_is_no_device,
	        a_scan_lists_what_is_advertised,
	        a_scan_gives_no_more_devices_than_there_is_room_for,
	        a_scan_that_does_not_end_is_a_time_out,
	        a_socket_file_left_behind_is_replaced_and_one_in_use_is_not,
	        a_file_that_is_no_socket_is_left_alone,
	        a_path_too_long_for_a_socket_is_refused,
	        the_folder_of_the_sockets_is_private,
	        a_link_in_the_place_of_the_folder_is_refused,
	        NULL,
	};
	const struct suite_loop loops[] = {
	        {a_refusal_has_its_own_error, (int)(sizeof refusals / sizeof refusals[0])},
	        {a_malformed_answer_to_a_scan_keeps_what_came_before,
	         (int)(sizeof malformed / sizeof malformed[0])},
	        {NULL, 0},
	};

	return suite_run_loops("link_local", tests, loops, setup, teardown);
}
