/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * resolve - asks about every open intent before anything else is sent. Private to
 * protocol/engine.
 */
#ifndef PUMPCTL_RESOLVE_H
#define PUMPCTL_RESOLVE_H

#include "client.h"

/* Asks about the intent at c->open_at; REPORT_READY if none is left. */
void resolve_next(struct client *c);
/* The resolution of the intent at c->open_at is stored. */
void resolve_on_stored(struct client *c);
void resolve_on_found(struct client *c, const struct message *m);
void resolve_on_refused(struct client *c, const struct msg_refused *refused);
/* Asks again where the pump was still working. */
void resolve_on_tick(struct client *c);

#endif
