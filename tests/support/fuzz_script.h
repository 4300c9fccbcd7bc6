/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz_script - reads a fuzz input as a play: one byte says what comes next; a number up to
 * FUZZ_SCRIPT_PDU is the length of a PDU that follows, the others are acts of the target.
 */
#ifndef PUMPCTL_TESTS_FUZZ_SCRIPT_H
#define PUMPCTL_TESTS_FUZZ_SCRIPT_H

#include "link_local.h"
#include "loop.h"

#include <stdlib.h>
#include <sys/socket.h>

#define FUZZ_SCRIPT_PDU 0xef

struct fuzz_script {
	const uint8_t *data;
	size_t size;
	struct loop *loop;
	struct link *link;
	int peer;
};

/* Ends the program the way a fuzzer notices. */
static inline void fuzz_require(bool is_true)
{
	if (!is_true)
		abort();
}

static inline void fuzz_script_open(struct fuzz_script *script, const uint8_t *data, size_t size)
{
	int fds[2];

	fuzz_require(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) ==
	             0);
	*script = (struct fuzz_script){data, size, loop_create(), link_local_wrap(fds[0]), fds[1]};
	fuzz_require(script->loop && script->link);
}

static inline void fuzz_script_turn(struct fuzz_script *script)
{
	(void)loop_turn(script->loop, 0);
}

/* Sends the PDUs up to the next act. The act, or -1 at the end of the input. */
static inline int fuzz_script_next(struct fuzz_script *script)
{
	while (script->size > 0) {
		size_t len = script->data[0];

		script->data++;
		script->size--;
		if (len > FUZZ_SCRIPT_PDU)
			return (int)len;
		if (len > script->size)
			len = script->size;
		if (len > 0)
			(void)send(script->peer, script->data, len, MSG_NOSIGNAL);
		script->data += len;
		script->size -= len;
		fuzz_script_turn(script);
	}
	return -1;
}

#endif
