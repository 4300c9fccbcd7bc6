/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pdu_script.h"

#include "link_local.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define QUIET_TURNS 8

void pdu_script_open(struct pdu_script *script)
{
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	script->loop = loop_create();
	ck_assert_ptr_nonnull(script->loop);
	script->link = link_local_wrap(fds[0]);
	ck_assert_ptr_nonnull(script->link);
	script->peer = fds[1];
}

void pdu_script_close(struct pdu_script *script)
{
	if (script->peer >= 0)
		close(script->peer);
	script->peer = -1;
	loop_destroy(script->loop);
	script->loop = NULL;
}

void pdu_script_run(struct pdu_script *script)
{
	for (int i = 0; i < QUIET_TURNS; i++)
		ck_assert_int_eq(loop_turn(script->loop, 0), 0);
}

void pdu_script_run_until(struct pdu_script *script, const bool *is_done)
{
	while (!*is_done)
		ck_assert_int_eq(loop_turn(script->loop, 2000), 0);
}

static int digit(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = strchr(digits, c);

	ck_assert_msg(c != '\0' && at != NULL, "bad hex digit");
	return (int)(at - digits);
}

size_t pdu_script_bytes(const char *hex, uint8_t *out, size_t size)
{
	size_t len = 0;

	while (*hex) {
		if (*hex == ' ') {
			hex++;
			continue;
		}
		ck_assert_uint_lt(len, size);
		out[len++] = (uint8_t)(digit(hex[0]) << 4 | digit(hex[1]));
		hex += 2;
	}
	return len;
}

void pdu_script_send_bytes(struct pdu_script *script, const uint8_t *pdu, size_t len)
{
	ck_assert_int_eq(send(script->peer, pdu, len, MSG_NOSIGNAL), (ssize_t)len);
	pdu_script_run(script);
}

void pdu_script_queue(struct pdu_script *script, const char *hex)
{
	uint8_t pdu[LINK_PDU_MAX + 8];
	size_t len = pdu_script_bytes(hex, pdu, sizeof pdu);

	ck_assert_int_eq(send(script->peer, pdu, len, MSG_NOSIGNAL), (ssize_t)len);
}

void pdu_script_send(struct pdu_script *script, const char *hex)
{
	pdu_script_queue(script, hex);
	pdu_script_run(script);
}

size_t pdu_script_take(struct pdu_script *script, uint8_t *buf, size_t size)
{
	ssize_t n;

	pdu_script_run(script);
	n = recv(script->peer, buf, size, MSG_DONTWAIT);
	return n > 0 ? (size_t)n : 0;
}

void pdu_script_expect(struct pdu_script *script, const char *hex)
{
	uint8_t want[LINK_PDU_MAX];
	uint8_t got[LINK_PDU_MAX];
	char text[2 * LINK_PDU_MAX + 1] = "";
	size_t len = pdu_script_bytes(hex, want, sizeof want);
	size_t n = pdu_script_take(script, got, sizeof got);

	for (size_t i = 0; i < n; i++)
		snprintf(text + 2 * i, 3, "%02x", got[i]);
	ck_assert_msg(n == len && memcmp(want, got, n) == 0, "expected %s, got %s", hex, text);
}

void pdu_script_expect_nothing(struct pdu_script *script)
{
	uint8_t got[LINK_PDU_MAX];

	ck_assert_uint_eq(pdu_script_take(script, got, sizeof got), 0);
}

void pdu_script_cut(struct pdu_script *script)
{
	close(script->peer);
	script->peer = -1;
	pdu_script_run(script);
}

size_t pdu_script_jam(struct pdu_script *script)
{
	static const uint8_t filler[] = {0x1b, 0xff, 0xff};
	size_t n = 0;

	while (link_send(script->link, filler, sizeof filler) == 0)
		n++;
	ck_assert_uint_gt(n, 0);
	return n;
}

void pdu_script_drain(struct pdu_script *script, size_t n)
{
	uint8_t got[LINK_PDU_MAX];

	for (size_t i = 0; i < n; i++)
		ck_assert_int_gt(recv(script->peer, got, sizeof got, MSG_DONTWAIT), 0);
	pdu_script_run(script);
}
