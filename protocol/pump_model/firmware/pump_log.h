/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump_log - the ring of log entries behind PUMP_NVM_BASE. Record seq lies in slot
 * (seq - 1) modulo the number of slots. One slot is always spare, so that an append that is cut
 * short damages no retained record.
 *
 * entry: seq u64, ticks limit u64, delivered u64, length << 24 | remainder u32, h before (32),
 * raw (192, zero padded), CRC-32C u32.
 */
#ifndef PUMPCTL_PUMP_LOG_H
#define PUMPCTL_PUMP_LOG_H

#include "bytes.h"
#include "pump.h"
#include "records.h"

struct pump_entry {
	uint64_t seq, ticks_limit_ms, delivered_nl;
	uint32_t remainder;
	uint8_t before[DIGEST_LEN];
	uint8_t raw[RECORD_MAX];
	size_t len;
};

/* Begins a record in raw (RECORD_MAX bytes): type and time are written, the fields follow. */
void pump_log_begin(struct writer *w, uint8_t *raw, enum record_type type, uint64_t therapy_s);
void pump_log_encode(const struct pump_entry *entry, uint8_t out[PUMP_LOG_SLOT]);
/* False: not a whole entry. */
bool pump_log_decode(const uint8_t in[PUMP_LOG_SLOT], struct pump_entry *entry);
/* Place of a record in an NVM of so many slots. */
size_t pump_log_offset(uint64_t slots, uint64_t seq);

/*
 * Boot: finds the newest entry and how far back the entries before it are whole. p->log.last 0:
 * no entry at all.
 */
void pump_log_recover(struct pump *p);
/* Entry of a retained record; false if it is not retained or not whole. */
bool pump_log_get(const struct pump *p, uint64_t seq, struct pump_entry *entry);
/* Type of a raw record, and its time. */
uint16_t pump_log_type(const struct pump_entry *entry, uint64_t *therapy_s);

/* Makes the next record the one of the transaction to come, in p->store. */
void pump_log_prepare(struct pump *p, const uint8_t *raw, size_t len);
/* The prepared record has become durable in its slot. */
void pump_log_added(struct pump *p);

#endif
