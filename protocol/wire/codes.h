/* SPDX-License-Identifier: GPL-3.0-or-later */
/* codes - every code of docs/protocol.md that both sides share. All differ in at least 4 bits. */
#ifndef PUMPCTL_CODES_H
#define PUMPCTL_CODES_H

#include <stdint.h>

#define PROTOCOL_MAJOR 2
#define PROTOCOL_MINOR 0

#define DIGEST_LEN      32
#define NONCE_LEN       16
#define WORKSTATION_LEN 8
#define ORIGIN_LEN      16
#define PAIRING_KEY_LEN 32
#define ADVERT_KEY_LEN  32
#define SERIAL_MAX      23 /* characters of a pump serial */
#define TAG_MAX         12 /* characters of a patient tag */
#define CARD_CODE_LEN   8  /* characters of a card code without its check character */
#define CARD_SALT_LEN   16
#define SLOTS_MAX       8  /* pairing slots of a pump */
#define OPERATOR_ID_MAX  16 /* characters */
#define OPERATOR_KEY_LEN 32 /* Ed25519 public key */
#define SECURITY_EVENTS_MAX 64 /* in the pump's ring */
#define MODEL_MAX       15
#define MESSAGE_MAX     4096 /* sealed */
#define SEAL_OVERHEAD   24   /* counter and tag */
#define PLAINTEXT_MAX   (MESSAGE_MAX - SEAL_OVERHEAD)
#define RECORD_MAX      192
#define IMAGE_MAX       1200 /* every section at its longest takes 1147 */
#define CHANGE_MAX      1712
#define ACTS_MAX        (CHANGE_MAX - IMAGE_MAX) /* a change without an image */
#define OPERATORS_MAX    16 /* that a pump lists */
#define SIGNATURE_LEN    64 /* Ed25519 */
#define SIGNATURES_MAX   2  /* of an order */
#define REASON_MAX       80 /* characters of a reason */
#define LOT_MAX          20
#define TIP_MAX          8
#define CARE_DUE_MAX     8 /* countersignatures that CARE lists */
#define BLOCKS_UNACKNOWLEDGED_MAX 5
#define BLOCK_VALUES_MAX 19 /* segments of one block (section 4, PULL) */

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

/* Base section of an image (section 5). */
enum base_mode {
	MODE_STOPPED = 0x33,
	MODE_MINIMUM = 0x3C,
	MODE_SIMPLE = 0x55,
	MODE_FLEX = 0x66,
	MODE_PERIODIC = 0x99,
};

/* Bridge section of an image; UNSAID is how STAGED says that there is none (section 6). */
enum bridge_code { BRIDGE_CODE_UNSAID = 0x0F, BRIDGE_CODE_NONE = 0x33, BRIDGE_CODE_RUNS = 0x55 };

enum bridge_reason_code {
	REASON_LINE_ASPIRATED = 0x33,
	REASON_LINE_EMPTY = 0x55,
	REASON_ACCEPTED = 0x66,
};

enum order_kind {
	ORDER_PROGRAM = 0x3333,
	ORDER_STOP = 0x333C,
	ORDER_RESUME = 0x3355,
	ORDER_MINIMUM = 0x335A,
	ORDER_REFILL = 0x3366,
	ORDER_CATHETER = 0x3369,
	ORDER_BOLUS = 0x3396,
	ORDER_BOLUS_STOP = 0x3399,
	ORDER_CLOCK = 0x33A5,
	ORDER_OPERATORS = 0x33AA,
	ORDER_REVOKE = 0x33C3,
	ORDER_CARD = 0x33CC,
	ORDER_TAG = 0x33F0,
	ORDER_ALARM = 0x330F,
	ORDER_COUNTERSIGN = 0x5533,
};

/* Sections of a change, in the order of their tags (section 6). */
enum change_part {
	PART_COUNTERSIGN = 1u << 0,
	PART_IMAGE = 1u << 1,
	PART_REASON = 1u << 2,
	PART_THERAPY = 1u << 3,
	PART_DURATION = 1u << 4,
	PART_FILL = 1u << 5,
	PART_CATHETER = 1u << 6,
	PART_BOLUS = 1u << 7,
	PART_CLOCK = 1u << 8,
	PART_OPERATOR = 1u << 9,
	PART_REVOKE = 1u << 10,
	PART_CARD = 1u << 11,
	PART_TAG = 1u << 12,
	PART_ALARM = 1u << 13,
};

enum catheter_act { CATHETER_SET = 0x33, CATHETER_ASPIRATED = 0x3C, CATHETER_REVISED = 0x55 };
/* What the catheter holds; FLUID: the body's own, no drug. */
enum catheter_contents { CONTENTS_UNKNOWN = 0x33, CONTENTS_FLUID = 0x3C, CONTENTS_RESERVOIR = 0x55 };
enum bolus_act { BOLUS_SINGLE = 0x33, BOLUS_PRIMING = 0x3C, BOLUS_STOP = 0x55 };
/* Which bolus runs or ended: STATUS and the bolus record (sections 4 and 9). */
enum bolus_kind {
	BOLUS_KIND_SINGLE = 0x33,
	BOLUS_KIND_PRIMING = 0x3C,
	BOLUS_KIND_PATIENT = 0x55,
	BOLUS_KIND_PERIODIC = 0x5A, /* of the program; STATUS alone */
};
enum operator_act { OPERATOR_REMOVE = 0x33, OPERATOR_PUT = 0x55 };
enum alarm_act { ALARM_ACKNOWLEDGE = 0x33, ALARM_TEST = 0x55 };

enum operator_role {
	OPERATOR_VIEWER = 0x33,
	OPERATOR_NURSE = 0x3C,
	OPERATOR_PROGRAMMER = 0x55,
	OPERATOR_SUPERVISOR = 0x5A,
};

/* Why an order needs a second signature: bits of STAGED (section 6). */
enum second_reason {
	SECOND_FIRST = 1u << 0,    /* first program of an implant */
	SECOND_TENFOLD = 1u << 1,  /* a drug goes up ten-fold or more */
	SECOND_OVERRIDE = 1u << 2, /* it carries a reason */
};

enum result_code {
	CODE_DONE = 0x0F0F,
	CODE_UNKNOWN_OP = 0x0F33,
	CODE_MALFORMED = 0x0F3C,
	CODE_NOT_NOW = 0x0F55,
	CODE_NOT_ENROLLED = 0x0F5A,
	CODE_NO_SLOT = 0x0F66,
	CODE_HAS_OPERATORS = 0x0F69,
	CODE_NO_STAGE = 0x3333,
	CODE_ACTIVE_CHANGED = 0x333C,
	CODE_EXPIRED = 0x3355,
	CODE_TOKEN_USED = 0x335A,
	CODE_OUT_OF_RANGE = 0x3366,
	CODE_NEEDS_BRIDGE = 0x3369,
	CODE_WRONG_SERIAL = 0x3396,
	CODE_ROLLED_BACK = 0x3399,
	CODE_NO_PROGRAM = 0x33A5,
	CODE_BAD_SIGNATURE = 0x33AA,
	CODE_NOT_ALLOWED = 0x33C3,
	CODE_NEEDS_SECOND = 0x33CC,
	CODE_OLD_OPERATORS = 0x33F0,
	CODE_NEEDS_SIGNATURE = 0x330F,
	CODE_LAST_SUPERVISOR = 0x5533,
	CODE_WRONG_MIXTURE = 0x553C,
	CODE_NO_SUCH_THING = 0x5555,
	CODE_BOLUS_RUNS = 0x555A,
	CODE_NOT_RUNNING = 0x5566,
	CODE_NO_SUCH_RECORD = 0x6633,
};

/* What was refused on a link, in the pump's ring (section 3.5). */
enum security_kind {
	SECURITY_FORM = 0x0F,
	SECURITY_VERSION = 0x33,
	SECURITY_WORKSTATION = 0x3C,
	SECURITY_KEY = 0x55,
	SECURITY_CARD_CODE = 0x5A,
	SECURITY_CARD_CLOSED = 0x66,
	SECURITY_REFLECTED = 0x69,
	SECURITY_CHANGED = 0x96,
	SECURITY_OUT_OF_ORDER = 0x99,
	SECURITY_LATE = 0xA5,
};

/* Bits of STATUS, and the codes of their records (section 9). */
enum alarm_bit {
#define ALARM(name, bit, code, word, critical) ALARM_##name = 1u << (bit),
#include "alarms.def"
#undef ALARM
};
enum alarm_code {
#define ALARM(name, bit, code, word, critical) ALARM_##name##_CODE = (code),
#include "alarms.def"
#undef ALARM
};
/* Those that sound the two-tone alarm. */
enum {
	ALARMS_CRITICAL = 0
#define ALARM(name, bit, code, word, critical) | ((critical) ? 1u << (bit) : 0u)
#include "alarms.def"
#undef ALARM
};

#endif
