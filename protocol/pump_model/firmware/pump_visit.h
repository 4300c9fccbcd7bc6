/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump_visit - links that have not proved themselves (docs/protocol.md 3.4), on the pump's side.
 *
 *   FREE -connected-> HELLO -hello-> SHARE -share (MAC right)-> TAG -tag right-> SESSION
 *                     HELLO -refused-> REFUSED (two bytes, then the link goes)
 *                     SHARE -share, card code-> COUNTING -the try is durable-> TAG
 *   any -what is not due, does not prove, 10 s-> GONE (link goes, no answer)
 *   any -disconnected-> FREE
 *
 * What a stranger can make the pump do is bounded: a MAC until it has the pairing key, five runs
 * of the curve for each magnet, no write to the NVM but those five. A newcomer that finds no free
 * link takes the place of the stranger who has been there longest.
 */
#ifndef PUMPCTL_PUMP_VISIT_H
#define PUMPCTL_PUMP_VISIT_H

#include "pump.h"

/* docs/protocol.md 3.4, milliseconds. */
#define PUMP_PROOF_TIMEOUT_MS 10000
/* Runs with the card code in the window of one magnet. */
#define PUMP_CARD_TRIES 5

void pump_visit_open(struct pump *p, unsigned link, uint16_t mtu);
/* The link is gone. */
void pump_visit_close(struct pump *p, unsigned link);
/* Asks for the link to be dropped; nothing more is taken from it. */
void pump_visit_end(struct pump *p, unsigned link);
/* Ends every visit; the session stays. */
void pump_visit_end_all(struct pump *p);
/* A value written to In. False: it ended the visit. */
bool pump_visit_feed(struct pump *p, unsigned link, const uint8_t *value, size_t len);
void pump_visit_sent(struct pump *p, unsigned link);
/* A run with the card code that is to be counted: starts the store. False: none is. */
bool pump_visit_count(struct pump *p);
/* That store is durable. */
void pump_visit_counted(struct pump *p);
/* Ends visits that took too long. */
void pump_visit_check(struct pump *p);
/* now_ms at which pump_visit_check would end one; UINT64_MAX: never. */
uint64_t pump_visit_deadline(const struct pump *p);
/* Link for a newcomer; -1: every one is in use by somebody who proved himself. */
int pump_visit_pick(const struct pump *p);
bool pump_visit_action(struct pump *p, struct pump_action *out);

#endif
