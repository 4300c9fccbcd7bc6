/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump_store - durable transactions, one at a time.
 *
 * A commit writes p->next as a new state block into the block slot that does not count, with the
 * entry of its log record inside: once the block is whole, both are durable. Then the entry goes
 * to its place in the log; a boot in between does that first (redo). A plain append writes an
 * entry alone and is for delivery records, which change nothing but struct pump_counters.
 */
#ifndef PUMPCTL_PUMP_STORE_H
#define PUMPCTL_PUMP_STORE_H

#include "pump.h"

/* Ticks are promised ahead in steps of so many ms, so that a power loss never takes them back. */
#define PUMP_TICKS_AHEAD_MS UINT64_C(3600000)

bool pump_store_busy(const struct pump *p);
/* Starts from what is durable: p->next = p->memory. Then change p->next and commit. */
void pump_store_begin(struct pump *p);
/* Writes p->next, and the record of pump_log_prepare if there is one. */
void pump_store_commit(struct pump *p, enum pump_after after);
/* Writes only the record of pump_log_prepare. */
void pump_store_append(struct pump *p);
/* Writes the entry that a boot found in a block and not in the log; pump_recover prepared it. */
void pump_store_redo(struct pump *p);
/* Stores everything, with exact ticks. False: the NVM says so already and nothing is written. */
bool pump_store_save(struct pump *p, uint64_t ticks_ms);

/* The write that is to be handed out; false if there is none or it has been. */
bool pump_store_action(struct pump *p, struct pump_action *out);

/* What a finished write has made durable. */
struct pump_durable {
	bool memory;      /* p->memory is what was p->next */
	bool transaction; /* all of it, log included: *after is due */
	enum pump_after after;
};
/* The write under way is durable; the next of the transaction may have begun. */
struct pump_durable pump_store_done(struct pump *p);

#endif
