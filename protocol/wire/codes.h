/* SPDX-License-Identifier: GPL-3.0-or-later */
/* codes - every code of docs/protocol.md that both sides share. All differ in at least 4 bits. */
#ifndef PUMPCTL_CODES_H
#define PUMPCTL_CODES_H

#include <stdint.h>

#define PROTOCOL_MAJOR 1
#define PROTOCOL_MINOR 0

#define DIGEST_LEN      32
#define NONCE_LEN       32
#define WORKSTATION_LEN 8
#define ORIGIN_LEN      16
#define PAIRING_KEY_LEN 32
#define SERIAL_MAX      23 /* characters of a pump serial */
#define MODEL_MAX       15
#define MESSAGE_MAX     4096 /* sealed */
#define SEAL_OVERHEAD   24   /* counter and tag */
#define PLAINTEXT_MAX   (MESSAGE_MAX - SEAL_OVERHEAD)
#define RECORD_MAX      160
#define IMAGE_MAX       512
#define CHANGE_MAX      640
#define BLOCKS_UNACKNOWLEDGED_MAX 5

/* Characteristics as numbered in the UUIDs and in the nonce (sections 1 and 3.3). */
enum channel { CHANNEL_IN = 0x03, CHANNEL_OUT = 0x04, CHANNEL_STREAM = 0x05 };

enum role { ROLE_PROGRAMMER = 0x33, ROLE_PUMP = 0x55 };

enum flag8 { FLAG_NO = 0x33, FLAG_YES = 0x55 };

enum therapy_state {
	THERAPY_UNDETERMINED = 0x0F,
	THERAPY_STOPPED = 0x33,
	THERAPY_MINIMUM = 0x3C,
	THERAPY_RUNNING = 0x55,
};

/* Body of the therapy act section of a change (section 6). */
enum therapy_act { ACT_STOP = 0x33, ACT_MINIMUM = 0x3C, ACT_RESUME = 0x55 };

enum order_kind {
	ORDER_PROGRAM = 0x3333,
	ORDER_STOP = 0x333C,
	ORDER_RESUME = 0x3355,
	ORDER_MINIMUM = 0x335A,
};

enum result_code {
	CODE_DONE = 0x0F0F,
	CODE_UNKNOWN_OP = 0x0F33,
	CODE_MALFORMED = 0x0F3C,
	CODE_NOT_NOW = 0x0F55,
	CODE_NO_STAGE = 0x3333,
	CODE_ACTIVE_CHANGED = 0x333C,
	CODE_EXPIRED = 0x3355,
	CODE_TOKEN_USED = 0x335A,
	CODE_OUT_OF_RANGE = 0x3366,
	CODE_NEEDS_BRIDGE = 0x3369,
	CODE_WRONG_SERIAL = 0x3396,
	CODE_ROLLED_BACK = 0x3399,
	CODE_NO_PROGRAM = 0x33A5,
	CODE_NO_SUCH_RECORD = 0x6633,
};

enum alarm_bit { ALARM_LOW = 1u << 0, ALARM_EMPTY = 1u << 1, ALARM_MEMORY = 1u << 2 };

#endif
