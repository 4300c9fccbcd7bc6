/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump_order - the only door through which therapy changes: STAGE, COMMIT and FIND_ORDER
 * (docs/protocol.md sections 6 and 7).
 */
#ifndef PUMPCTL_PUMP_ORDER_H
#define PUMPCTL_PUMP_ORDER_H

#include "messages.h"
#include "pump.h"

/* Life of a stage, ms of pump ticks. */
#define PUMP_STAGE_MS UINT64_C(180000)

/* Requests, in the form of pump_requests.c. */
enum result_code pump_order_stage(struct pump *p, const struct message *m, struct message *answer);
/* Checks in the documented order; a good order is stored and answered by pump_order_committed. */
enum result_code pump_order_commit(struct pump *p, const struct message *m,
				   struct message *answer);
enum result_code pump_order_find(struct pump *p, const struct message *m, struct message *answer);

/* The order is durable: answers it, if the session that asked is still there. */
void pump_order_committed(struct pump *p);

#endif
