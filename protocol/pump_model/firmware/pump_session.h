/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump_session - the session: sealing, requests and time-outs of docs/protocol.md section 3, on
 * the pump's side, from the moment that a visit has proved itself (pump_visit.h). There is one at
 * most; a new one ends the older before the programmer is told that it is there.
 */
#ifndef PUMPCTL_PUMP_SESSION_H
#define PUMPCTL_PUMP_SESSION_H

#include "messages.h"
#include "pump.h"

/* docs/protocol.md 3.3, milliseconds. */
#define PUMP_SILENCE_TIMEOUT_MS 30000
#define PUMP_SESSION_MAX_MS     3600000

/* The visit of this link is DONE with its handshake: it becomes the session. */
void pump_session_begin(struct pump *p, unsigned link);
/* Wipes the session; its link is gone or going. */
void pump_session_close(struct pump *p);
/* Ends the session without an answer and asks for the link to be dropped. */
void pump_session_end(struct pump *p);
/* Ends the session if the slot that it came by was revoked. */
void pump_session_end_revoked(struct pump *p);
/* A value written to In. False: it ended the session. A request may now be waiting. */
bool pump_session_feed(struct pump *p, const uint8_t *value, size_t len);
/* Ends the session if it is too old, too silent or a message takes too long. */
void pump_session_check(struct pump *p);
/* now_ms at which pump_session_check would end it; UINT64_MAX: never. */
uint64_t pump_session_deadline(const struct pump *p);

/* True if an answer on Out (block on Stream) can be taken now. */
bool pump_session_can_send(const struct pump *p, enum channel channel);
/* Seals and queues a message; on any failure the session ends. */
void pump_session_send(struct pump *p, enum channel channel, const struct message *m);
/* The next value to send. */
bool pump_session_action(struct pump *p, struct pump_action *out);
void pump_session_sent(struct pump *p, enum channel channel);
/* The next value of a sender; false: it has none, or one is on its way. */
bool pump_session_next_value(struct pump_sender *sender, enum channel channel, unsigned link,
			     uint16_t mtu, struct pump_action *out);

#endif
