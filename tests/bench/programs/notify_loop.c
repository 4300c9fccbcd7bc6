/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * notify_loop - what bt/ costs by itself: a stream of notifications through its GATT server and
 * client, and the same PDUs by a bare loop over the same sockets. No sealing, no archive.
 *
 *     notify_loop bare|bt local PDUS              both ends on this machine
 *     notify_loop bare|bt serve HCI PDUS          peripheral on adapter HCI; prints "ready"
 *     notify_loop bare|bt read HCI ADDRESS PDUS   central on adapter HCI
 *
 * The reader prints PDUs a second and by how many KiB its memory grew after the first eighth.
 * Blocks of PDUS_PER_BLOCK notifications, at most WINDOW of them on their way; each is acknowledged by one write
 * request and its response.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gatt_client.h"
#include "gatt_server.h"
#include "link_l2cap.h"
#include "link_local.h"

enum {
	MTU = 247,
	VALUE_LEN = MTU - 3,
	PDUS_PER_BLOCK = 17,
	WINDOW = 5,
	ACK_LEN = 34,
	CONNECT_TIMEOUT_MS = 10000,
};

static _Noreturn void die(const char *what, int error)
{
	fprintf(stderr, "notify_loop: %s: %s\n", what, strerror(error));
	exit(1);
}

static uint64_t now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static long memory_kib(void)
{
	struct rusage usage;
	(void)getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

/* What the reader of both kinds measures: from its first notification to its last. */
struct meter {
	long wanted, read;
	uint64_t begun_us;
	long memory_kib;
};

static bool count(struct meter *m)
{
	if (m->read == 0)
		m->begun_us = now_us();
	if (m->read == m->wanted / 8)
		m->memory_kib = memory_kib();
	return ++m->read == m->wanted;
}

static void tell(const struct meter *m)
{
	const uint64_t took_us = now_us() - m->begun_us;
	printf("%lu %ld\n", (unsigned long)((uint64_t)m->read * 1000000 / (took_us ? took_us : 1)),
	       memory_kib() - m->memory_kib);
	fflush(stdout);
}

/* --- by a bare loop --- */

static void wait_for(int fd, short events)
{
	struct pollfd p = {.fd = fd, .events = events};
	while (poll(&p, 1, -1) < 0)
		if (errno != EINTR)
			die("poll", errno);
}

static void send_pdu(int fd, const unsigned char *pdu, size_t len)
{
	while (send(fd, pdu, len, MSG_NOSIGNAL) < 0) {
		if (errno != EAGAIN)
			die("send", errno);
		wait_for(fd, POLLOUT);
	}
}

static void receive_pdu(int fd, unsigned char *pdu, size_t size)
{
	ssize_t n;
	while ((n = recv(fd, pdu, size, 0)) < 0) {
		if (errno != EAGAIN)
			die("recv", errno);
		wait_for(fd, POLLIN);
	}
	if (n == 0)
		die("the peer went away", 0);
}

static void serve_bare(int fd, long pdus)
{
	unsigned char pdu[MTU] = {0x1b, 0x03, 0x00}, in[MTU];
	const unsigned char response = 0x13;
	long acknowledged = 0;
	for (long sent = 0; acknowledged < pdus;) {
		if (sent < pdus && sent - acknowledged < WINDOW * PDUS_PER_BLOCK) {
			memcpy(pdu + 3, &sent, sizeof(sent));
			send_pdu(fd, pdu, sizeof(pdu));
			sent++;
			continue;
		}
		receive_pdu(fd, in, sizeof(in));
		send_pdu(fd, &response, 1);
		acknowledged += PDUS_PER_BLOCK;
	}
}

static void read_bare(int fd, long pdus)
{
	unsigned char pdu[MTU];
	const unsigned char ack[3 + ACK_LEN] = {0x12, 0x05, 0x00};
	struct meter meter = {.wanted = pdus};
	long unanswered = 0;
	while (meter.read < meter.wanted || unanswered > 0) {
		receive_pdu(fd, pdu, sizeof(pdu));
		if (pdu[0] != 0x1b) {
			unanswered--;
			continue;
		}
		if (count(&meter))
			tell(&meter);
		if (meter.read % PDUS_PER_BLOCK != 0)
			continue;
		send_pdu(fd, ack, sizeof(ack));
		unanswered++;
	}
}

/* --- by bt/ --- */

#define UUID(n)                                                                                    \
	{                                                                                          \
		0x52, 0x1c, 0x00, (n), 0x5a, 0x3b, 0x4f, 0x6e, 0x9c, 0x2d, 0x1b, 0x8e, 0x4a, 0x7f, \
			0x3c, 0x60                                                                 \
	}

enum { ROW_SERVICE, ROW_STREAM, ROW_ACK, ROWS };
enum { STREAM, ACK };

struct server {
	struct loop *loop;
	struct gatt_server *gatt;
	long pdus, sent, acknowledged;
	bool is_closed;
};

static void stream(struct server *s)
{
	uint8_t value[VALUE_LEN] = {0};
	while (s->sent < s->pdus && s->sent - s->acknowledged < WINDOW * PDUS_PER_BLOCK) {
		memcpy(value, &s->sent, sizeof(s->sent));
		const int err = gatt_server_notify(s->gatt, ROW_STREAM, value, sizeof(value));
		if (err == -EAGAIN)
			return;
		if (err)
			die("notify", -err);
		s->sent++;
	}
}

static uint8_t on_write(void *ctx, size_t row, const uint8_t *value, size_t len)
{
	struct server *s = ctx;
	(void)row;
	(void)value;
	(void)len;
	s->acknowledged += PDUS_PER_BLOCK;
	stream(s);
	return 0;
}

static void on_subscribed(void *ctx, size_t row, bool enabled)
{
	(void)row;
	if (enabled)
		stream(ctx);
}

static void on_writable(void *ctx)
{
	stream(ctx);
}

static void on_server_closed(void *ctx, int error)
{
	(void)error;
	((struct server *)ctx)->is_closed = true;
}

static void on_nothing(void *ctx)
{
	(void)ctx;
}

static void serve_bt(struct link *link, long pdus)
{
	static const struct gatt_row table[ROWS] = {
		[ROW_SERVICE] = {.kind = GATT_ROW_SERVICE, .uuid = {16, UUID(1)}},
		[ROW_STREAM] = {.kind = GATT_ROW_CHARACTERISTIC, .uuid = {16, UUID(2)},
				.properties = GATT_PROP_NOTIFY},
		[ROW_ACK] = {.kind = GATT_ROW_CHARACTERISTIC, .uuid = {16, UUID(3)},
			     .properties = GATT_PROP_WRITE},
	};
	static const struct gatt_server_handlers handlers = {
		.on_write = on_write, .on_subscribed = on_subscribed, .on_confirmed = on_nothing,
		.on_writable = on_writable, .on_closed = on_server_closed,
		.on_restarted = on_nothing};
	struct server s = {.loop = loop_create(), .pdus = pdus};
	const int err = gatt_server_create(&s.gatt, s.loop, link, table, ROWS, MTU, &handlers, &s);
	if (err)
		die("server", -err);
	while (!s.is_closed)
		(void)loop_turn(s.loop, -1);
	gatt_server_destroy(s.gatt);
	loop_destroy(s.loop);
}

struct client {
	struct loop *loop;
	struct gatt_client *gatt;
	struct meter meter;
	long unacknowledged;
	bool is_writing, is_closed;
};

static void acknowledge(struct client *c)
{
	const uint8_t ack[ACK_LEN] = {0};
	if (c->is_writing || c->unacknowledged < PDUS_PER_BLOCK)
		return;
	if (gatt_client_write(c->gatt, ACK, ack, sizeof(ack)) != 0)
		die("acknowledge", EIO);
	c->unacknowledged -= PDUS_PER_BLOCK;
	c->is_writing = true;
}

static void on_ready(void *ctx, uint16_t mtu)
{
	(void)ctx;
	(void)mtu;
}

static void on_value(void *ctx, size_t index, const uint8_t *value, size_t len)
{
	struct client *c = ctx;
	long number;
	(void)index;
	if (len != VALUE_LEN || (memcpy(&number, value, sizeof(number)), number != c->meter.read))
		die("a notification is missing", 0);
	if (count(&c->meter))
		tell(&c->meter);
	c->unacknowledged++;
	acknowledge(c);
}

static void on_written(void *ctx, enum link_write_result result, uint8_t att_error)
{
	struct client *c = ctx;
	(void)att_error;
	if (result != LINK_DELIVERED)
		die("acknowledge", EIO);
	c->is_writing = false;
	acknowledge(c);
}

static void on_client_closed(void *ctx, enum gatt_close why, int error)
{
	(void)ctx;
	die(gatt_close_text(why), -error);
}

static void read_bt(struct link *link, long pdus)
{
	static const struct gatt_profile profile = {
		.service = {UUID(1)},
		.wanted = {[STREAM] = {.uuid = {UUID(2)}, .subscription = GATT_SUBSCRIBE_NOTIFY},
			   [ACK] = {.uuid = {UUID(3)}}},
		.count = 2};
	static const struct gatt_client_handlers handlers = {on_ready, on_value, on_written,
							     on_client_closed};
	struct client c = {.loop = loop_create(), .meter = {.wanted = pdus}};
	const int err = gatt_client_create(&c.gatt, c.loop, link, &profile, MTU, &handlers, &c);
	if (err)
		die("client", -err);
	while (c.meter.read < c.meter.wanted || c.is_writing)
		(void)loop_turn(c.loop, -1);
	gatt_client_destroy(c.gatt);
	loop_destroy(c.loop);
}

/* --- both --- */

static void serve(bool is_bare, struct link *link, long pdus)
{
	if (!is_bare) {
		serve_bt(link, pdus);
		return;
	}
	serve_bare(link_fd(link), pdus);
	link_destroy(link);
}

static void read_stream(bool is_bare, struct link *link, long pdus)
{
	if (!is_bare) {
		read_bt(link, pdus);
		return;
	}
	read_bare(link_fd(link), pdus);
	link_destroy(link);
}

static void run_local(bool is_bare, long pdus)
{
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) < 0)
		die("socketpair", errno);
	const pid_t child = fork();
	if (child < 0)
		die("fork", errno);
	close(ends[child == 0 ? 0 : 1]);
	struct link *link = link_local_wrap(ends[child == 0 ? 1 : 0]);
	if (child == 0) {
		serve(is_bare, link, pdus);
		_exit(0);
	}
	read_stream(is_bare, link, pdus);
	(void)waitpid(child, NULL, 0);
}

static void serve_radio(bool is_bare, int hci, long pdus)
{
	struct link *link;
	const int listener = link_l2cap_listen(hci);
	if (listener < 0)
		die("listen", -listener);
	puts("ready");
	fflush(stdout);
	wait_for(listener, POLLIN);
	const int err = link_l2cap_accept(&link, listener);
	if (err)
		die("accept", -err);
	serve(is_bare, link, pdus);
	close(listener);
}

static void read_radio(bool is_bare, int hci, const char *address, long pdus)
{
	uint8_t peer[6];
	bool is_random;
	struct link *link;
	if (!link_l2cap_parse_address(address, peer, &is_random))
		die("address", EINVAL);
	const int err = link_l2cap_connect(&link, hci, peer, is_random, CONNECT_TIMEOUT_MS);
	if (err)
		die("connect", -err);
	read_stream(is_bare, link, pdus);
}

int main(int argc, char **argv)
{
	char *end;
	if (argc < 4 || (strcmp(argv[1], "bare") != 0 && strcmp(argv[1], "bt") != 0))
		return 2;
	const bool is_bare = strcmp(argv[1], "bare") == 0;
	/* Whole blocks: the last one is acknowledged as well. */
	const long pdus = strtol(argv[argc - 1], &end, 10) / PDUS_PER_BLOCK * PDUS_PER_BLOCK;
	if (argc == 4 && strcmp(argv[2], "local") == 0)
		run_local(is_bare, pdus);
	else if (argc == 5 && strcmp(argv[2], "serve") == 0)
		serve_radio(is_bare, (int)strtol(argv[3], &end, 10), pdus);
	else if (argc == 6 && strcmp(argv[2], "read") == 0)
		read_radio(is_bare, (int)strtol(argv[3], &end, 10), argv[4], pdus);
	else
		return 2;
	return 0;
}
