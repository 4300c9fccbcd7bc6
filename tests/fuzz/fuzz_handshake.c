/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A whole handshake of both sides with real cryptography, and an attacker between them who changes, cuts,
 * repeats or turns round any frame. The input is a list of his deeds: frame, what, two numbers. A side that
 * was told anything else than the other said comes to no session.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "handshake.h"

enum { FRAMES = 6, DEED_LEN = 4 };
enum deed { DEED_FLIP, DEED_SET, DEED_CUT, DEED_REPLACE, DEEDS };

static struct handshake programmer, pump;
static uint8_t frames[FRAMES + 1][HANDSHAKE_MAX];
static size_t lens[FRAMES + 1];

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* Does the deeds for one frame. */
static size_t harm(const uint8_t *data, size_t size, size_t frame, uint8_t *message, size_t len)
{
	for (size_t at = 0; at + DEED_LEN <= size; at += DEED_LEN) {
		const uint8_t *deed = data + at;

		if (deed[0] % FRAMES != frame || len == 0)
			continue;
		switch ((enum deed)(deed[1] % DEEDS)) {
		case DEED_FLIP:
			message[deed[2] % len] ^= deed[3];
			break;
		case DEED_SET:
			message[deed[2] % len] = deed[3];
			break;
		case DEED_CUT:
			len = deed[2] % (len + 1);
			break;
		case DEED_REPLACE: /* by what was said before */
			len = lens[deed[2] % (frame + 1)];
			memcpy(message, frames[deed[2] % (frame + 1)], len);
			break;
		case DEEDS:
			break;
		}
	}
	return len;
}

static bool meet(const struct handshake_setup *programmers, const uint8_t *message, size_t len)
{
	struct handshake_setup setup = *programmers;
	struct hello_programmer hello;

	if (hello_programmer_decode(message, len, &hello) != PUMP_OK || hello.major != PROTOCOL_MAJOR)
		return false;
	setup.role = ROLE_PUMP;
	setup.secret_kind = hello.secret;
	setup.seed[0] ^= 0xFF;
	memcpy(setup.workstation, hello.workstation, WORKSTATION_LEN);
	handshake_meet(&pump, &setup, message, frames[1]);
	lens[1] = HELLO_PUMP_LEN;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct handshake_setup setup = {.role = ROLE_PROGRAMMER, .secret = "7K3M9QXA", .serial = "PX"};
	uint8_t message[HANDSHAKE_MAX];
	size_t changed = FRAMES, frame = 0, len;
	bool goes_on = true;

	require(sodium_init() >= 0);
	setup.secret_kind = size % 2 ? SECRET_CARD : SECRET_KEY;
	setup.seed[1] = size > 0 ? data[0] : 0;
	memset(&pump, 0, sizeof pump);
	handshake_begin(&programmer, &setup, frames[0]);
	lens[0] = HELLO_PROGRAMMER_LEN;
	for (; goes_on && frame < FRAMES; frame++) {
		memcpy(message, frames[frame], lens[frame]);
		len = harm(data, size, frame, message, lens[frame]);
		if (changed == FRAMES &&
		    (len != lens[frame] || memcmp(message, frames[frame], len) != 0))
			changed = frame;
		goes_on = frame == 0 ? meet(&setup, message, len)
				     : handshake_take(frame % 2 ? &programmer : &pump, message, len,
						      frames[frame + 1], &lens[frame + 1]) == PUMP_OK;
	}
	require((programmer.state == HANDSHAKE_DONE) == (changed == FRAMES));
	require((pump.state == HANDSHAKE_DONE) == (changed >= FRAMES - 1));
	return 0;
}
