/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump_session - one link: hello, sealing, segments and time-outs of docs/protocol.md section 3,
 * on the pump's side.
 *
 *   OFF -connected-> LINKED -hello-> GREETED -START opens-> OPEN
 *   LINKED -version or workstation not known-> REFUSED (two bytes, then the link goes)
 *   any -what does not open, form, time-out-> ENDED (link goes, no answer)
 *   any -disconnected-> OFF
 */
#ifndef PUMPCTL_PUMP_SESSION_H
#define PUMPCTL_PUMP_SESSION_H

#include "messages.h"
#include "pump.h"

/* docs/protocol.md 3.3, milliseconds. */
#define PUMP_START_TIMEOUT_MS   10000
#define PUMP_SILENCE_TIMEOUT_MS 30000
#define PUMP_SESSION_MAX_MS     3600000

void pump_session_open(struct pump *p, uint16_t mtu);
void pump_session_close(struct pump *p);
/* Ends the session without an answer and asks for the link to be dropped. */
void pump_session_end(struct pump *p);
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
/* The next value to send, or that the link should go. */
bool pump_session_action(struct pump *p, struct pump_action *out);
void pump_session_sent(struct pump *p, enum channel channel);

#endif
