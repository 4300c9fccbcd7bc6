/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hello - the two clear messages that open a session (docs/protocol.md 3.1), both roles. */
#ifndef PUMPCTL_HELLO_H
#define PUMPCTL_HELLO_H

#include "seal.h"

enum hello_refusal { HELLO_VERSION = 0x33, HELLO_UNKNOWN_WORKSTATION = 0x55 };

struct hello_programmer {
	uint8_t major, minor;
	uint8_t workstation[WORKSTATION_LEN];
	uint8_t nonce[NONCE_LEN];
};

struct hello_pump {
	uint8_t major, minor;
	uint8_t nonce[NONCE_LEN];
};

void hello_programmer_encode(const struct hello_programmer *hello,
			     uint8_t out[HELLO_PROGRAMMER_LEN]);
/* PUMP_EFORM: length, first byte or role. */
enum pump_err hello_programmer_decode(const uint8_t *message, size_t len,
				      struct hello_programmer *out) PUMP_CHECKED;
void hello_pump_encode(const struct hello_pump *hello, uint8_t out[HELLO_PUMP_LEN]);
/* PUMP_EUNKNOWN: the pump refused, *refusal says why; PUMP_EFORM as above. */
enum pump_err hello_pump_decode(const uint8_t *message, size_t len, struct hello_pump *out,
				enum hello_refusal *refusal) PUMP_CHECKED;

#endif
