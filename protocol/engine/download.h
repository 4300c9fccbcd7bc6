/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * download - one window of the log: blocks in order, their chain, acknowledgements only for what
 * is stored. Private to protocol/engine; its entry points are client_pull, client_records_stored
 * and client_records_failed.
 */
#ifndef PUMPCTL_DOWNLOAD_H
#define PUMPCTL_DOWNLOAD_H

#include "client.h"

/* Opens and keeps the sealed block in c->stream; the session ends if it does not fit. */
void download_on_block(struct client *c);
void download_on_pulled(struct client *c, const struct message *m);
void download_on_refused(struct client *c, const struct msg_refused *refused);
/* Gives the next block to be stored as an action; false: none, or one is being stored. */
bool download_next_action(struct client *c, struct action *out);
/*
 * Sends an acknowledgement if one is due and the way is free. Each costs the air a request and its
 * answer, so one stands for CLIENT_ACK_BLOCKS, except at the end and when no more blocks come.
 */
void download_acknowledge(struct client *c);
/* When the stored blocks are due to be acknowledged, ms; UINT64_MAX: there are none. */
uint64_t download_acknowledge_at(const struct client *c);

#endif
