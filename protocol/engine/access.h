/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * access - how a session of the client machine begins (the handshake), how a workstation is
 * enrolled, and who else is. Private to protocol/engine.
 */
#ifndef PUMPCTL_ACCESS_H
#define PUMPCTL_ACCESS_H

#include "client.h"

/* Begins the handshake that config asks for; hello is to be sent. */
void access_begin(struct client *c, const struct client_config *config,
		  uint8_t hello[HELLO_PROGRAMMER_LEN]);
/* A message of the pump's in state SHAKING lies in c->answers. */
void access_on_message(struct client *c);
/* Why the pump refused a write. */
enum client_end access_end_of_refused_write(const struct client *c);

void access_on_enrolled(struct client *c, const struct message *m);
void access_on_slots(struct client *c, const struct message *m);
void access_on_security(struct client *c, const struct message *m);

#endif
