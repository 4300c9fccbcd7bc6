/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reconcile.h"

#include <string.h>

enum order_outcome reconcile_intent(const struct order_intent *intent,
				    const struct evidence *evidence, const char **reason)
{
	if (evidence->found) {
		if (evidence->kind == intent->kind &&
		    memcmp(evidence->stage_digest, intent->stage_digest, DIGEST_LEN) == 0) {
			*reason = "recorded-by-pump";
			return OUTCOME_APPLIED;
		}
		*reason = "token-used-by-other-order";
		return OUTCOME_REFUSED;
	}
	if (evidence->pending) {
		*reason = "pump-still-working";
		return OUTCOME_UNKNOWN;
	}
	if (evidence->last_token < intent->token) {
		*reason = "never-reached-pump";
		return OUTCOME_NOT_SENT;
	}
	*reason = "evidence-gone";
	return OUTCOME_UNKNOWN;
}
