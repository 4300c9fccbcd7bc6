/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pump_views - compares what a pump shows at two times; struct pump_view has padding. */
#ifndef PUMPCTL_TESTS_PUMP_VIEWS_H
#define PUMPCTL_TESTS_PUMP_VIEWS_H

#include "pump.h"

#include <string.h>

/* True if all but the magnet's window is the same. */
static inline bool views_are_same(const struct pump_view *a, const struct pump_view *b)
{
	return a->therapy_s == b->therapy_s && a->true_reservoir_nl == b->true_reservoir_nl &&
	       a->believed_reservoir_nl == b->believed_reservoir_nl &&
	       a->delivered_nl == b->delivered_nl && a->rate_nl_per_day == b->rate_nl_per_day &&
	       a->log_first == b->log_first && a->log_last == b->log_last &&
	       a->therapy == b->therapy && a->alarms == b->alarms &&
	       memcmp(a->active_digest, b->active_digest, DIGEST_LEN) == 0;
}

#endif
