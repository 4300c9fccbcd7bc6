/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hello - the first message of each side (docs/protocol.md 3.1). It is in clear; the handshake
 * vouches for every byte of both afterwards, so that nobody can talk two sides down.
 */
#ifndef PUMPCTL_HELLO_H
#define PUMPCTL_HELLO_H

#include <stddef.h>
#include <stdint.h>

#include "codes.h"
#include "pump_err.h"

#define HELLO_PROGRAMMER_LEN 33
#define HELLO_PUMP_LEN       24
#define HELLO_REFUSED_LEN    2

/* First byte of each message of a handshake. */
enum hand_message { HAND_HELLO = 0x0F, HAND_SHARE = 0x33, HAND_TAG = 0x55, HAND_REFUSED = 0xF0 };

/* What proves who the sides are. */
enum hello_secret { SECRET_CARD = 0x33, SECRET_KEY = 0x55 };

enum hello_refusal {
	HELLO_VERSION = 0x33,             /* no common major version */
	HELLO_UNKNOWN_WORKSTATION = 0x55, /* no slot of that workstation */
	HELLO_CARD_CLOSED = 0x5A,         /* card code, and no magnet was there in the last 120 s */
	HELLO_CARD_TRIES = 0x66,          /* card code, and the tries of this window are used up */
};

/* Capabilities of a pump, bits. */
#define PUMP_IS_VIRTUAL UINT32_C(1)

struct hello_programmer {
	uint8_t major, minor;
	enum hello_secret secret;
	uint32_t capabilities; /* 0 in this version; what is not known is passed over */
	uint8_t workstation[WORKSTATION_LEN];
	uint8_t nonce[NONCE_LEN];
};

struct hello_pump {
	uint8_t major, minor;
	uint32_t capabilities; /* PUMP_IS_VIRTUAL; what is not known is passed over */
	uint8_t nonce[NONCE_LEN];
};

void hello_programmer_encode(const struct hello_programmer *hello,
			     uint8_t out[HELLO_PROGRAMMER_LEN]);
/* PUMP_EFORM: length, first byte or kind of secret; PUMP_EPEER: not the role of a programmer. */
enum pump_err hello_programmer_decode(const uint8_t *message, size_t len,
				      struct hello_programmer *out) PUMP_CHECKED;
void hello_pump_encode(const struct hello_pump *hello, uint8_t out[HELLO_PUMP_LEN]);
/* PUMP_EUNKNOWN: the pump refused, *refusal says why; others as above. */
enum pump_err hello_pump_decode(const uint8_t *message, size_t len, struct hello_pump *out,
				enum hello_refusal *refusal) PUMP_CHECKED;
void hello_refuse(enum hello_refusal refusal, uint8_t out[HELLO_REFUSED_LEN]);

#endif
