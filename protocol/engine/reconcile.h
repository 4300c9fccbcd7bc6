/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reconcile - intent x the pump's own evidence -> verdict, as a pure function.
 *
 * Truth table (first row that fits):
 *   found, kind and stage digest equal                      APPLIED   "recorded-by-pump"
 *   found, kind or stage digest differ                      REFUSED   "token-used-by-other-order"
 *   not found, pending                                      UNKNOWN   "pump-still-working"
 *   not found, not pending, last token below the intent's   NOT_SENT  "never-reached-pump"
 *   not found, not pending, last token at or above it       UNKNOWN   "evidence-gone"
 * The fourth row is final because the session that asks has ended every older one.
 */
#ifndef PUMPCTL_RECONCILE_H
#define PUMPCTL_RECONCILE_H

#include "intent.h"

struct evidence {
	bool found, pending;
	uint64_t last_token;
	uint16_t kind;
	uint8_t stage_digest[DIGEST_LEN];
};

enum order_outcome reconcile_intent(const struct order_intent *intent,
				    const struct evidence *evidence, const char **reason);

#endif
