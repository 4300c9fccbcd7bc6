/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump_access - what decides who gets in, beside the pairing slots: card code and its tries, the
 * key of the advertisement. A part of the state block.
 */
#ifndef PUMPCTL_PUMP_ACCESS_H
#define PUMPCTL_PUMP_ACCESS_H

#include "card_code.h"

#include <stdbool.h>

#define PUMP_ACCESS_LEN (CARD_CODE_LEN + 4 + ADVERT_KEY_LEN + 2 + WORKSTATION_LEN)

struct pump_access {
	char card_code[CARD_CODE_LEN];
	uint32_t card_tries; /* runs with the card code since the last enrolment */
	uint8_t advert_key[ADVERT_KEY_LEN];
	/* A slot that was revoked and is not in the log yet. */
	bool revoked;
	uint8_t revoked_slot, revoked_workstation[WORKSTATION_LEN];
};

/* part: PUMP_ACCESS_LEN bytes. */
void pump_access_put(uint8_t *part, const struct pump_access *access);
void pump_access_get(const uint8_t *part, struct pump_access *access);

#endif
