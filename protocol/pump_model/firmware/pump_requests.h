/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pump_requests - what the firmware answers to each request of docs/protocol.md section 4. */
#ifndef PUMPCTL_PUMP_REQUESTS_H
#define PUMPCTL_PUMP_REQUESTS_H

#include "messages.h"
#include "pump.h"

/* Milliseconds since first start of the firmware's running clock. */
uint64_t pump_requests_ticks(const struct pump *p);
/*
 * Carries out the waiting request, or starts the write that must come before it. False: there is
 * none that can be carried out now. all_told: infusion has reached the therapy time that was
 * told; a COMMIT waits for that, so that an order acts at the time at which it arrives.
 */
bool pump_requests_run(struct pump *p, bool all_told);
/*
 * Carries out the message in p->session.request at once if it is an ACK, which has no answer and
 * changes nothing durable, so that it waits neither for the memory nor for Out. False: it is not.
 */
bool pump_requests_acknowledge(struct pump *p);
/* Queues REFUSED. */
void pump_requests_refuse(struct pump *p, uint16_t op, enum result_code code);

#endif
