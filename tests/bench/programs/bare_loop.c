/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bare_loop - what a log download costs at least: the same PDUs over the same kind of socket and
 * the same rows into the same kind of database, with no protocol, no sealing and no checks.
 *
 *     bare_loop local RECORDS DATABASE              both ends on this machine; prints seconds
 *     bare_loop serve HCI RECORDS                   peripheral on adapter HCI
 *     bare_loop pull HCI ADDRESS RECORDS DATABASE   central on adapter HCI; prints seconds
 *
 * One block is what one sealed 4096-byte message is at MTU 247: 17 notifications that carry
 * ROWS_PER_BLOCK delivery records; at most five blocks are on their way; each is committed, then
 * acknowledged by one write request and its response.
 */
#include <errno.h>
#include <poll.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "link_l2cap.h"

enum {
	PDU_LEN = 247,
	PDUS_PER_BLOCK = 17,
	ROWS_PER_BLOCK = 176,
	RECORD_LEN = 22,
	WINDOW = 5,
	ACK_LEN = 34,
	CONNECT_TIMEOUT_MS = 10000,
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "bare_loop: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void wait_for(int fd, short events)
{
	struct pollfd p = {.fd = fd, .events = events};
	while (poll(&p, 1, -1) < 0)
		if (errno != EINTR)
			die("poll");
}

static void send_pdu(int fd, const unsigned char *pdu, size_t len)
{
	while (send(fd, pdu, len, MSG_NOSIGNAL) < 0) {
		if (errno != EAGAIN)
			die("send");
		wait_for(fd, POLLOUT);
	}
}

static size_t receive_pdu(int fd, unsigned char *pdu, size_t size)
{
	ssize_t n;
	while ((n = recv(fd, pdu, size, 0)) < 0) {
		if (errno != EAGAIN)
			die("recv");
		wait_for(fd, POLLIN);
	}
	if (n == 0)
		die("peer went away");
	return (size_t)n;
}

static void serve(int fd, long records)
{
	unsigned char pdu[PDU_LEN] = {0x1b, 0x0c, 0x00}, in[PDU_LEN];
	const unsigned char response = 0x13;
	const long blocks = (records + ROWS_PER_BLOCK - 1) / ROWS_PER_BLOCK;
	long acknowledged = 0;
	for (long block = 0; block < blocks || acknowledged < blocks;) {
		if (block < blocks && block - acknowledged < WINDOW) {
			for (int i = 0; i < PDUS_PER_BLOCK; i++) {
				memcpy(pdu + 3, &block, sizeof(block));
				send_pdu(fd, pdu, sizeof(pdu));
			}
			block++;
			continue;
		}
		(void)receive_pdu(fd, in, sizeof(in));
		send_pdu(fd, &response, 1);
		acknowledged++;
	}
}

static void run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
		fprintf(stderr, "bare_loop: %s: %s\n", sql, sqlite3_errmsg(db));
		exit(1);
	}
}

static void insert_block(sqlite3 *db, sqlite3_stmt *insert, const unsigned char *block, long first,
			 long records)
{
	run(db, "BEGIN");
	for (long i = 0; i < ROWS_PER_BLOCK && first + i < records; i++) {
		sqlite3_bind_int64(insert, 1, first + i + 1);
		sqlite3_bind_blob(insert, 2, block + i * RECORD_LEN, RECORD_LEN, SQLITE_STATIC);
		if (sqlite3_step(insert) != SQLITE_DONE)
			exit(1);
		sqlite3_reset(insert);
	}
	run(db, "COMMIT");
}

static void pull(int fd, long records, const char *path)
{
	static unsigned char block[PDUS_PER_BLOCK * PDU_LEN];
	unsigned char pdu[PDU_LEN];
	const unsigned char ack[ACK_LEN] = {0x12, 0x09, 0x00};
	sqlite3 *db;
	sqlite3_stmt *insert;
	if (sqlite3_open(path, &db) != SQLITE_OK)
		die(path);
	run(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
		"CREATE TABLE record(serial TEXT, epoch INTEGER, seq INTEGER, raw BLOB,"
		" PRIMARY KEY(serial, epoch, seq)) STRICT, WITHOUT ROWID");
	sqlite3_prepare_v2(db, "INSERT INTO record VALUES('PX20-000123', 1, ?, ?)", -1, &insert, NULL);
	for (long first = 0; first < records; first += ROWS_PER_BLOCK) {
		for (size_t i = 0; i < PDUS_PER_BLOCK;) {
			const size_t n = receive_pdu(fd, pdu, sizeof(pdu));
			if (pdu[0] != 0x1b)
				continue; /* the response to the last ack */
			memcpy(block + i++ * (PDU_LEN - 4), pdu + 4, n - 4);
		}
		insert_block(db, insert, block, first, records);
		send_pdu(fd, ack, sizeof(ack));
	}
	sqlite3_finalize(insert);
	sqlite3_close(db);
}

static void local(long records, const char *path)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) < 0)
		die("socketpair");
	const pid_t child = fork();
	if (child < 0)
		die("fork");
	if (child == 0) {
		close(pair[0]);
		serve(pair[1], records);
		_exit(0);
	}
	close(pair[1]);
	const double start = seconds();
	pull(pair[0], records, path);
	printf("%.6f\n", seconds() - start);
	close(pair[0]);
	waitpid(child, NULL, 0);
}

static void serve_radio(int hci, long records)
{
	struct link *link;
	const int listener = link_l2cap_listen(hci);
	if (listener < 0) {
		errno = -listener;
		die("listen");
	}
	puts("ready");
	fflush(stdout);
	wait_for(listener, POLLIN);
	if (link_l2cap_accept(&link, listener) != 0)
		die("accept");
	serve(link_fd(link), records);
	unsigned char last[PDU_LEN];
	wait_for(link_fd(link), POLLIN);
	(void)recv(link_fd(link), last, sizeof(last), 0);
}

static void pull_radio(int hci, const char *address, long records, const char *path)
{
	uint8_t peer[6];
	bool is_random;
	struct link *link;
	if (!link_l2cap_parse_address(address, peer, &is_random))
		die("address");
	const int err = link_l2cap_connect(&link, hci, peer, is_random, CONNECT_TIMEOUT_MS);
	if (err) {
		errno = -err;
		die("connect");
	}
	const double start = seconds();
	pull(link_fd(link), records, path);
	printf("%.6f\n", seconds() - start);
	link_destroy(link);
}

int main(int argc, char **argv)
{
	char *end;
	if (argc == 4 && strcmp(argv[1], "local") == 0)
		local(strtol(argv[2], &end, 10), argv[3]);
	else if (argc == 4 && strcmp(argv[1], "serve") == 0)
		serve_radio((int)strtol(argv[2], &end, 10), strtol(argv[3], &end, 10));
	else if (argc == 6 && strcmp(argv[1], "pull") == 0)
		pull_radio((int)strtol(argv[2], &end, 10), argv[3], strtol(argv[4], &end, 10), argv[5]);
	else
		return 2;
	return 0;
}
