/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump_block - the state block: bytes of everything that a commit changes, and back.
 *
 * version u8, core, log entry of the same transaction (redo; zeros: none), pairing slots, operators,
 * care, access, security ring, doses, generation u64, CRC-32C u32. Generation and CRC come last: a block whose writing was cut
 * short fails its CRC. The layout is the firmware's own affair and is in no document.
 */
#ifndef PUMPCTL_PUMP_BLOCK_H
#define PUMPCTL_PUMP_BLOCK_H

#include "codes.h"
#include "pump_care.h"
#include "pump_doses.h"
#include "pump_operators.h"
#include "pump_access.h"
#include "pump_security.h"

#include <stdbool.h>
#include <stddef.h>

#define PUMP_SLOTS     SLOTS_MAX
#define PUMP_RESULTS   16
#define PUMP_ENTRY_LEN 256 /* PUMP_LOG_SLOT */

#define PUMP_CORE_LEN   (129 + IMAGE_MAX)
#define PUMP_RESULT_LEN 83
#define PUMP_PAIR_LEN   (106 + PUMP_RESULTS * PUMP_RESULT_LEN)
#define PUMP_BLOCK_LEN                                                                             \
	(1 + PUMP_CORE_LEN + PUMP_ENTRY_LEN + PUMP_SLOTS * PUMP_PAIR_LEN + PUMP_OPERATORS_LEN +    \
	 PUMP_CARE_LEN + PUMP_ACCESS_LEN + PUMP_SECURITY_LEN + PUMP_DOSES_LEN + 12)

/* What infusion moves on. Also in every log entry, so that an append moves it on durably. */
struct pump_counters {
	uint64_t therapy_s;
	uint64_t delivered_nl;      /* since first start */
	uint32_t remainder;         /* nL/86400 delivered beyond delivered_nl */
	uint64_t mark_s;            /* of the last delivery record, a multiple of an hour */
	uint64_t mark_delivered_nl; /* delivered_nl then */
};

struct pump_core {
	uint32_t epoch;
	struct pump_counters counters;
	uint64_t fill_nl;           /* the reservoir held so much ... */
	uint64_t fill_delivered_nl; /* ... when so much had been delivered */
	uint64_t ticks_limit_ms;    /* no later tick was ever shown to anybody */
	bool clean;                 /* written by a shut-down, nothing since */
	int64_t utc_s;              /* calendar time of ... */
	uint64_t utc_at_s;          /* ... this therapy time */
	uint8_t therapy;            /* enum therapy_state */
	bool memory_lost;           /* runs at minimum rate since both blocks were bad */
	uint32_t alarms;            /* as the log says */
	uint64_t log_last;
	uint8_t log_chain[DIGEST_LEN]; /* h(log_last) */
	uint8_t image[IMAGE_MAX];
	uint16_t image_len; /* 0: none */
};

/* What an executed order was answered. */
struct pump_result {
	uint64_t token;
	uint16_t kind;
	uint8_t stage_digest[DIGEST_LEN], active_digest[DIGEST_LEN];
	uint8_t therapy;
	uint64_t record_seq;
};

/* A pairing slot. */
struct pump_pair {
	bool used;
	uint8_t workstation[WORKSTATION_LEN];
	uint8_t key[PAIRING_KEY_LEN];
	uint64_t last_token;
	uint8_t origin[ORIGIN_LEN]; /* witness of its audit trail */
	uint64_t size;
	uint8_t root[DIGEST_LEN];
	uint8_t result_count; /* oldest first */
	struct pump_result results[PUMP_RESULTS];
};

struct pump_memory {
	struct pump_core core;
	struct pump_pair pairs[PUMP_SLOTS];
	struct pump_operators operators;
	struct pump_care care;
	struct pump_access access;
	struct pump_doses doses;
};

/* Writes the parts of a block at their place in block (PUMP_BLOCK_LEN bytes). */
void pump_block_put_core(uint8_t *block, const struct pump_core *core);
void pump_block_put_pair(uint8_t *block, unsigned slot, const struct pump_pair *pair);
void pump_block_put_operators(uint8_t *block, const struct pump_operators *operators);
void pump_block_put_care(uint8_t *block, const struct pump_care *care);
void pump_block_put_access(uint8_t *block, const struct pump_access *access);
void pump_block_put_security(uint8_t *block, const struct pump_security *ring);
void pump_block_put_doses(uint8_t *block, const struct pump_doses *doses);
/* entry: PUMP_ENTRY_LEN bytes, or NULL for none. */
void pump_block_put_entry(uint8_t *block, const uint8_t *entry);
/* Last: generation and CRC over the whole block. */
void pump_block_seal(uint8_t *block, uint64_t generation);

/* True if the block is whole and its values make sense; *generation then says how new it is. */
bool pump_block_check(const uint8_t *block, uint64_t *generation);
/* Of a block that was found good. */
void pump_block_read(const uint8_t *block, struct pump_memory *out);
void pump_block_read_security(const uint8_t *block, struct pump_security *ring);
/* The redo entry within a block, or NULL if it has none. */
const uint8_t *pump_block_entry(const uint8_t *block);
/* True if two blocks say the same, whatever their generation. */
bool pump_block_same(const uint8_t *a, const uint8_t *b);

/* Adds a result to a slot, in place of the oldest one if there are PUMP_RESULTS. */
void pump_block_add_result(struct pump_pair *pair, const struct pump_result *result);

#endif
