/* SPDX-License-Identifier: GPL-3.0-or-later */
/* segment - splits a message into characteristic values and joins them (docs/protocol.md 2). */
#ifndef PUMPCTL_SEGMENT_H
#define PUMPCTL_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codes.h"
#include "pump_err.h"

/* Milliseconds in which a message must be complete after its first segment. */
#define SEGMENT_TIMEOUT_MS 5000
/* Largest value of a characteristic: LE ATT MTU 517 less opcode and handle. */
#define SEGMENT_VALUE_MAX 514

/* Sending side of one characteristic. The message is copied in. */
struct splitter {
	uint8_t message[MESSAGE_MAX];
	size_t len, at;
	uint8_t counter;
};

void splitter_init(struct splitter *s);
/* Takes a message of 1..MESSAGE_MAX bytes. PUMP_EBUSY: one is under way; PUMP_ERANGE. */
enum pump_err splitter_load(struct splitter *s, const uint8_t *message, size_t len) PUMP_CHECKED;
bool splitter_pending(const struct splitter *s);
/* True while the segment that splitter_next would give next is the first of its message. */
bool splitter_at_start(const struct splitter *s);
/* Next value of at most value_max (>= 2) bytes into value; returns its length, 0 if none. */
size_t splitter_next(struct splitter *s, uint8_t *value, size_t value_max);

/* Receiving side of one characteristic. */
struct joiner {
	uint8_t message[MESSAGE_MAX];
	size_t len;
	uint8_t counter;
	bool in_message;
	uint64_t started_ms;
};

void joiner_init(struct joiner *j);
/*
 * Adds one value. PUMP_OK: a message is complete in j->message, j->len (valid until the next
 * call); PUMP_EAGAIN: more is needed; PUMP_ESEQ, PUMP_EFORM, PUMP_ERANGE, PUMP_ETIME: the
 * session must end.
 */
enum pump_err joiner_add(struct joiner *j, const uint8_t *value, size_t len, uint64_t now_ms)
	PUMP_CHECKED;
/* PUMP_ETIME if a message under assembly is too old, else PUMP_OK. */
enum pump_err joiner_check(const struct joiner *j, uint64_t now_ms) PUMP_CHECKED;

#endif
