/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * change - canonical bytes of a change: what an order stages (docs/protocol.md section 6). The programmer's side: the pump model has its own, separately written reader.
 */
#ifndef PUMPCTL_CHANGE_H
#define PUMPCTL_CHANGE_H

#include <stdint.h>

#include "codes.h"
#include "operator.h"
#include "program.h"

struct act_fill {
	uint32_t volume_nl;  /* that the reservoir holds now */
	uint32_t drawn_nl;   /* that was drawn out before; UINT32_MAX: not measured */
	bool rinsed;
	uint32_t expiry_day; /* of the drug, days since 1970; 0: not known */
	char lot[LOT_MAX + 1];
	struct mixture mixture;
};

struct act_catheter {
	uint8_t what;       /* enum catheter_act */
	uint16_t length_mm; /* 0 where it was aspirated: the catheter is the same */
	uint32_t volume_nl; /* from reservoir to tip; 0 likewise */
	char tip[TIP_MAX + 1];
	uint8_t contents;   /* enum catheter_contents */
};

struct act_bolus {
	uint8_t what;     /* enum bolus_act */
	uint64_t amount;  /* ng of the primary drug; priming: nL; stop: 0 */
	uint32_t seconds; /* that it takes; stop: 0 */
};

struct act_clock {
	int64_t clock_s;   /* what the clock shall say, s since 1970-01-01 UTC ... */
	uint64_t ticks_ms; /* ... at these ticks */
	int16_t zone_min;  /* local time is so many minutes ahead of UTC */
};

struct act_operator {
	uint8_t what; /* enum operator_act; REMOVE: only the id counts */
	struct operator_row row;
};

struct act_alarm {
	uint8_t what;  /* enum alarm_act */
	uint32_t bits; /* acknowledged alarms; test: 0 */
};

struct change {
	uint32_t parts; /* enum change_part: which of the others count */
	uint64_t countersign; /* sequence of the order record */
	const uint8_t *image; /* borrowed */
	size_t image_len;
	char reason[REASON_MAX + 1];
	enum therapy_act therapy;
	uint32_t stop_s; /* a stop for so long */
	struct act_fill fill;
	struct act_catheter catheter;
	struct act_bolus bolus;
	struct act_clock clock;
	struct act_operator operator_act;
	uint8_t revoke; /* pairing slot */
	char card[CARD_CODE_LEN + 1];
	/* Random, not all zeros: without it the code could be searched for from the stage digest, which is no secret. */
	uint8_t card_salt[CARD_SALT_LEN];
	char tag[TAG_MAX + 1];
	struct act_alarm alarm;
};

/*
 * PUMP_OK and *len bytes in buf (size CHANGE_MAX does); PUMP_ERANGE: no part, or a value outside
 * section 6; PUMP_ESHORT: does not fit. *len untouched on error.
 */
enum pump_err change_encode(const struct change *change, uint8_t *buf, size_t size, size_t *len)
	PUMP_CHECKED;
/* PUMP_EFORM: not exactly the layout. change points into buf. *change untouched on error. */
enum pump_err change_decode(const uint8_t *buf, size_t len, struct change *change) PUMP_CHECKED;
/* Exactly an image, or exactly a therapy act. As change_encode. */
enum pump_err change_encode_image(const uint8_t *image, size_t image_len, uint8_t *buf,
				  size_t size, size_t *len) PUMP_CHECKED;
enum pump_err change_encode_act(enum therapy_act act, uint8_t *buf, size_t size, size_t *len)
	PUMP_CHECKED;

#endif
