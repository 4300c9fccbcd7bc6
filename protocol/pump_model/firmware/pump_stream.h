/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump_stream - PULL, BLOCK and ACK: log records on the Stream characteristic, at most
 * BLOCKS_UNACKNOWLEDGED_MAX blocks ahead of the programmer's acknowledgement.
 */
#ifndef PUMPCTL_PUMP_STREAM_H
#define PUMPCTL_PUMP_STREAM_H

#include "messages.h"
#include "pump.h"

/* Requests, in the form of pump_requests.c. */
enum result_code pump_stream_pull(struct pump *p, const struct message *m, struct message *answer);
enum result_code pump_stream_acknowledge(struct pump *p, const struct message *m,
					 struct message *answer);
/* Queues the next block, or PULLED, as far as acknowledgements and the link allow. */
void pump_stream_run(struct pump *p);

#endif
