/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * door - the local socket of one pumpsim: answers "scan", and lets "open NAME" and "control NAME"
 * in (bt/link/link_local.h says how they are spoken).
 */
#ifndef PUMPSIM_DOOR_H
#define PUMPSIM_DOOR_H

#include "link.h"
#include "loop.h"

struct door_handlers {
	/* What the device advertises here: length, 0 for nothing. adv: LINK_LOCAL_ADV_MAX bytes. */
	size_t (*advert)(void *ctx, uint8_t *adv);
	/* A programmer; owns link. */
	void (*on_link)(void *ctx, struct link *link);
	/* A control connection, greeted already; owns fd (non-blocking SEQPACKET). */
	void (*on_control)(void *ctx, int fd);
};

struct door;

/*
 * Listens at path for a device called name; both borrowed until door_close. 0, -EADDRINUSE:
 * another process listens there, -ENOMEM, or -errno.
 */
int door_open(struct door **out, struct loop *loop, const char *path, const char *name,
	      const struct door_handlers *handlers, void *ctx) __attribute__((warn_unused_result));
/* Stops listening and removes the socket file. Accepts NULL. */
void door_close(struct door *door);

#endif
