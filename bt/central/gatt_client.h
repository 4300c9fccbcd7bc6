/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gatt_client - the central's side of one link: exchange MTU, find one service, subscribe,
 * then write values and hand over what the peer indicates or notifies.
 *
 * States: STARTING (MTU, service, characteristics, CCCDs) -> READY -> CLOSED. Nothing blocks;
 * everything runs from the loop. Writes are sequential: one at a time, as ATT demands.
 */
#ifndef PUMPCTL_BT_GATT_CLIENT_H
#define PUMPCTL_BT_GATT_CLIENT_H

#include "link.h"
#include "loop.h"

#define GATT_PROFILE_MAX 8

/* 128-bit UUID in the byte order of its text form (most significant first). */
struct gatt_uuid {
	uint8_t bytes[16];
};

enum gatt_subscription { GATT_SUBSCRIBE_NONE, GATT_SUBSCRIBE_NOTIFY, GATT_SUBSCRIBE_INDICATE };

/* One characteristic the caller wants; index in the profile names it from then on. */
struct gatt_wanted {
	struct gatt_uuid uuid;
	enum gatt_subscription subscription;
	bool read; /* read once while starting; handed to on_value before on_ready */
};

struct gatt_profile {
	struct gatt_uuid service;
	struct gatt_wanted wanted[GATT_PROFILE_MAX];
	size_t count;
};

/* Why a client closed. Link-level errno stays in `error` of on_closed (0 when not one). */
enum gatt_close {
	GATT_CLOSE_LINK,       /* the link ended */
	GATT_CLOSE_TIMEOUT,    /* no answer in 30 s (Core Vol 3, Part F, 3.3.3) */
	GATT_CLOSE_NO_SERVICE, /* the peer lacks the service or a characteristic */
	GATT_CLOSE_PROTOCOL,   /* the peer broke ATT */
	GATT_CLOSE_REFUSED,    /* ATT error while starting; error = ATT code */
};

struct gatt_client_handlers {
	void (*on_ready)(void *ctx, uint16_t mtu);
	/* A read, indicated or notified value; borrowed for the call. Indications are already
	 * confirmed. */
	void (*on_value)(void *ctx, size_t index, const uint8_t *value, size_t len);
	/* Result of the write under way; att_error is the ATT code when REFUSED, else 0. */
	void (*on_written)(void *ctx, enum link_write_result result, uint8_t att_error);
	/* Called once; a write under way was reported through on_written before. */
	void (*on_closed)(void *ctx, enum gatt_close why, int error);
};

struct gatt_client;

/*
 * Starts on link, which the client owns from now on (also on failure). profile and handlers
 * are copied, ctx is borrowed. mtu: the client's own MTU, 23..LINK_PDU_MAX. *out is valid
 * until gatt_client_destroy. 0, -ENOMEM, -EINVAL or the loop's error.
 */
int gatt_client_create(struct gatt_client **out, struct loop *loop, struct link *link,
                       const struct gatt_profile *profile, uint16_t mtu,
                       const struct gatt_client_handlers *handlers, void *ctx)
        __attribute__((warn_unused_result));
/* Closes the link without on_closed. Accepts NULL. Safe inside any handler. */
void gatt_client_destroy(struct gatt_client *client);

/*
 * Writes value (1..mtu-3 bytes) with response to characteristic index. 0: on_written follows
 * exactly once. -EBUSY a write is under way; -ENOTCONN not READY; -EMSGSIZE; nothing was sent.
 */
int gatt_client_write(struct gatt_client *client, size_t index, const uint8_t *value, size_t len)
        __attribute__((warn_unused_result));

/*
 * Changes the time-out of each request, also of the one under way; 30 s unless told. 0 or
 * -ENOSPC (no timer left in the loop).
 */
int gatt_client_set_timeout(struct gatt_client *client, unsigned timeout_ms)
        __attribute__((warn_unused_result));

/* Words for a close reason; static text. */
const char *gatt_close_text(enum gatt_close why);

#endif
