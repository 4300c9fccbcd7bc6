/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * change_read - the pump's own reader of changes and orders (docs/protocol.md sections 6 and 7),
 * written apart from the programmer's encoder so that the two check each other.
 */
#ifndef PUMPCTL_CHANGE_READ_H
#define PUMPCTL_CHANGE_READ_H

#include "bytes.h"
#include "image_read.h"

struct read_fill {
	uint32_t volume_nl, drawn_nl; /* drawn: UINT32_MAX not measured */
	bool rinsed;
	uint32_t expiry_day;
	char lot[LOT_MAX + 1];
	uint8_t count;
	struct read_drug drugs[READ_DRUGS_MAX];
};

struct read_catheter {
	uint8_t what;
	uint16_t length_mm;
	uint32_t volume_nl;
	char tip[TIP_MAX + 1];
	uint8_t contents;
};

struct read_operator {
	uint8_t what;
	char id[OPERATOR_ID_MAX + 1];
	uint8_t role, key[OPERATOR_KEY_LEN];
};

struct read_change {
	uint32_t parts; /* enum change_part */
	uint64_t countersign;
	const uint8_t *image_bytes; /* borrowed from the change */
	size_t image_len;
	struct read_image image;
	char reason[REASON_MAX + 1];
	enum therapy_act act;
	uint32_t stop_s;
	struct read_fill fill;
	struct read_catheter catheter;
	uint8_t bolus; /* enum bolus_act */
	uint64_t bolus_amount;
	uint32_t bolus_s;
	int64_t clock_s;
	uint64_t clock_ticks_ms;
	int16_t zone_min;
	struct read_operator operator_act;
	uint8_t revoke;
	char card[CARD_CODE_LEN + 1];
	uint8_t card_salt[CARD_SALT_LEN];
	char tag[TAG_MAX + 1];
	uint8_t alarm; /* enum alarm_act */
	uint32_t alarm_bits;
};

struct read_order {
	char serial[SERIAL_MAX + 1];
	uint64_t token;
	uint16_t kind;
	uint8_t stage_digest[DIGEST_LEN], expected_digest[DIGEST_LEN];
	uint32_t operators;
	uint64_t not_after_ms;
};

/* PUMP_EFORM for everything that is not exactly the layout; *out then has no meaning. */
enum pump_err change_read(const uint8_t *bytes, size_t len, struct read_change *out) PUMP_CHECKED;
/* Likewise. The kind is not looked at. */
enum pump_err change_read_order(const uint8_t *bytes, size_t len, struct read_order *out)
	PUMP_CHECKED;
/* 1 to 16 of a-z, 0-9, '-' and '.', first a letter. */
bool change_read_is_id(const char *id);
/* Says what was understood: a change of every part but the image. 0 bytes if there is no other. */
void change_read_tell(const struct read_change *change, struct writer *w);

#endif
