/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz_script - reads a fuzz input as a play: one byte says what comes next; a number up to
 * FUZZ_SCRIPT_PDU is the length of a PDU that follows, the others are acts of the target.
 */
#ifndef PUMPCTL_TESTS_FUZZ_SCRIPT_H
#define PUMPCTL_TESTS_FUZZ_SCRIPT_H

#include "memory_link.h"

#include <stdlib.h>

#define FUZZ_SCRIPT_PDU 0xdf

/* Acts that every target has. */
#define FUZZ_SCRIPT_WAIT 0xfe /* half a minute of silence */
#define FUZZ_SCRIPT_CUT  0xff

struct fuzz_script {
	const uint8_t *data;
	size_t size;
	struct loop *loop;
	struct link *link;
};

/* Ends the program the way a fuzzer notices. */
static inline void fuzz_require(bool is_true)
{
	if (!is_true)
		abort();
}

static inline void fuzz_script_open(struct fuzz_script *script, const uint8_t *data, size_t size)
{
	*script = (struct fuzz_script){data, size, loop_create(), memory_link_open()};
	fuzz_require(script->loop && script->link);
}

/* Sends the PDUs up to the next act. The act, or FUZZ_SCRIPT_CUT at the end of the input. */
static inline int fuzz_script_next(struct fuzz_script *script)
{
	while (script->size > 0) {
		size_t len = script->data[0];

		script->data++;
		script->size--;
		if (len == FUZZ_SCRIPT_WAIT)
			memory_link_wait(script->loop, 30001);
		if (len > FUZZ_SCRIPT_PDU)
			return (int)len;
		if (len > script->size)
			len = script->size;
		memory_link_send(script->data, len);
		script->data += len;
		script->size -= len;
		(void)loop_turn(script->loop, 0);
	}
	return FUZZ_SCRIPT_CUT;
}

#endif
