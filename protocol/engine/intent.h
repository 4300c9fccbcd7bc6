/* SPDX-License-Identifier: GPL-3.0-or-later */
/* intent - what is about to be asked of a pump, and what became of it. */
#ifndef PUMPCTL_INTENT_H
#define PUMPCTL_INTENT_H

#include <stdbool.h>
#include <stdint.h>

#include "codes.h"

/*
 * NOT_SENT: nothing left this computer, or the pump proves that it never arrived.
 * REFUSED: the pump said no; nothing changed. APPLIED: activated, by the pump's record.
 * UNKNOWN: everything else; settled later by reconciling.
 */
enum order_outcome { OUTCOME_NOT_SENT, OUTCOME_REFUSED, OUTCOME_APPLIED, OUTCOME_UNKNOWN };

struct order_intent {
	char serial[SERIAL_MAX + 1];
	uint64_t token;
	uint16_t kind; /* enum order_kind */
	uint8_t stage_digest[DIGEST_LEN];
	uint8_t expected_digest[DIGEST_LEN];
	uint8_t result_digest[DIGEST_LEN]; /* active image, if applied */
	uint8_t result_therapy;            /* therapy state, if applied */
	uint64_t not_after_ms;             /* pump ticks */
	bool gets_safe;
};

#define INTENTS_MAX 8

#endif
