/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * order - the only door for changes of therapy: stage, compare, confirm, sign, intent,
 * commit, read-back, outcome. Private to protocol/engine; its entry points are client_stage,
 * client_stage_change, client_confirm, client_signed, client_sign_failed, client_intent_stored and client_intent_failed.
 */
#ifndef PUMPCTL_ORDER_H
#define PUMPCTL_ORDER_H

#include "client.h"

/* Answers to STAGE and COMMIT, and to GET_STATUS and GET_IMAGE while READING_BACK. */
void order_on_staged(struct client *c, const struct message *m);
void order_on_stage_refused(struct client *c, const struct msg_refused *refused);
void order_on_committed(struct client *c, const struct message *m);
void order_on_commit_refused(struct client *c, const struct msg_refused *refused);
void order_on_status(struct client *c, const struct msg_status *status);
void order_on_image(struct client *c, const struct msg_image *image);
void order_on_read_back_refused(struct client *c);

/*
 * The session ends for c->end while the order is in state. True: an action is to be answered
 * before the session may finish.
 */
bool order_on_end(struct client *c, enum client_state state);

#endif
