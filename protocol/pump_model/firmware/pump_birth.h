/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump_birth - the superblock: what a pump is from the factory and its first clinic on. Written
 * once by pump_format and never again; it carries the first pairing and supervisor and the card code, so that a pump whose state
 * blocks are both lost can still be reached and got safe.
 */
#ifndef PUMPCTL_PUMP_BIRTH_H
#define PUMPCTL_PUMP_BIRTH_H

#include "pump.h"

/* Places in the NVM. Block n lies at PUMP_BLOCK_AT + n * PUMP_BLOCK_STEP. */
#define PUMP_SUPER_LEN  256
#define PUMP_BLOCK_AT   4096
#define PUMP_BLOCK_STEP 28672

struct pump_super {
	uint64_t nvm_size;
	char serial[SERIAL_MAX + 1];
	char model[MODEL_MAX + 1];
	uint32_t epoch;
	int64_t utc_s;
	bool paired;
	uint8_t workstation[WORKSTATION_LEN];
	uint8_t key[PAIRING_KEY_LEN];
	char operator_id[OPERATOR_ID_MAX + 1];
	uint8_t operator_key[OPERATOR_KEY_LEN];
	char card_code[CARD_CODE_LEN];
	uint8_t advert_key[ADVERT_KEY_LEN];
};

/* The list that a pump has before any order changes it. */
void pump_birth_operators(const struct pump_super *super, struct pump_operators *out);
/* PUMP_EFORM: not a formatted NVM of this size. */
enum pump_err pump_birth_read(const uint8_t *nvm, size_t nvm_size, struct pump_super *out)
	PUMP_CHECKED;

#endif
