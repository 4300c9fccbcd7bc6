/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gatt_central - the central's side of one link to any peripheral: agree on the MTU, find or
 * recognise what the peer holds, then read, write and subscribe by handle. gatt_client.h is the
 * short way for a peer whose one service is known beforehand.
 *
 * States: STARTING (MTU, hash of a cached tree, search, features) -> READY <-> WORKING -> CLOSED. A
 * change that the peer announces, or error 0x12, leads from READY through STARTING to READY again.
 * One operation at a time; nothing blocks; everything runs from the loop.
 */
#ifndef PUMPCTL_BT_GATT_CENTRAL_H
#define PUMPCTL_BT_GATT_CENTRAL_H

#include "att_client.h"
#include "gatt_procedure.h"
#include "gatt_tree.h"

/* Characteristics whose values may be subscribed to at one time. */
#define GATT_CENTRAL_SUBSCRIPTIONS 32

/* Bits of a CCCD (Core Vol 3, Part G, 3.3.3.3). */
#define GATT_CCCD_NOTIFY   0x0001
#define GATT_CCCD_INDICATE 0x0002

struct gatt_central_config {
	uint16_t mtu;        /* own MTU, 23..ATT_MTU_MAX */
	unsigned timeout_ms; /* of a request; 0: ATT_TIMEOUT_MS */
	bool is_bonded;
	/*
	 * Ask for robust caching and multiple notifications (Client Supported Features), subscribe
	 * to Service Changed and read the Database Hash, where the peer has them.
	 */
	bool follows_changes;
	/*
	 * What was found on an earlier connection with this peer, borrowed for the call; NULL:
	 * nothing. It is used only for a bonded peer, or when it has a hash; with a hash, only if
	 * the peer's is the same.
	 */
	const struct gatt_tree *cache;
};

struct gatt_central_handlers {
	/* The tree may be read. Again after each change of the peer's database. */
	void (*on_ready)(void *ctx, uint16_t mtu);
	/* The operation under way ended; borrowed for the call. */
	void (*on_done)(void *ctx, const struct gatt_result *result);
	/* A value that was subscribed to; borrowed. Indications are already confirmed. */
	void (*on_value)(void *ctx, uint16_t handle, const uint8_t *value, size_t len,
	                 bool is_indicated);
	/* The peer's database changed in start..end: handles found there mean nothing any more. */
	void (*on_changed)(void *ctx, uint16_t start, uint16_t end);
	/*
	 * The peer asks for more security (0x05, 0x08, 0x0c, 0x0f). true: it is being raised, and
	 * gatt_central_security_raised follows; false: it cannot be, the operation ends as refused.
	 * Asked once for each operation.
	 */
	bool (*on_security)(void *ctx, uint8_t att_error);
	/* Called once; an operation under way was finished before. */
	void (*on_closed)(void *ctx, enum att_client_end why, int error);
};

struct gatt_central;

/*
 * Starts on link, which the central owns from now on, also on failure. handlers are copied, ctx is
 * borrowed. 0, -ENOMEM, -EINVAL or the loop's error.
 */
int gatt_central_create(struct gatt_central **out, struct loop *loop, struct link *link,
                        const struct gatt_central_config *config,
                        const struct gatt_central_handlers *handlers, void *ctx)
        __attribute__((warn_unused_result));
/* Closes the link without on_closed. Accepts NULL. Safe inside any handler. */
void gatt_central_destroy(struct gatt_central *central);

/* What was found; borrowed, valid until the next on_changed or the end. Worth caching once READY.
 */
const struct gatt_tree *gatt_central_tree(const struct gatt_central *central);
uint16_t gatt_central_mtu(const struct gatt_central *central);

/*
 * Begins an operation (its values are copied). 0: on_done follows exactly once. Nothing was sent:
 * -EBUSY not READY; -ENOTCONN; -EMSGSIZE more than the MTU allows; -EINVAL no such operation;
 * -ENOSPC no timer.
 */
int gatt_central_start(struct gatt_central *central, const struct gatt_operation *operation)
        __attribute__((warn_unused_result));

/*
 * Writes bits to the CCCD of the characteristic with that value handle, as an operation. Its values
 * are handed to on_value from before the write leaves; bits 0 ends that once the peer has
 * accepted. Errors as gatt_central_start; -ENOENT no such characteristic, or it has no CCCD.
 */
int gatt_central_subscribe(struct gatt_central *central, uint16_t value_handle, uint16_t bits)
        __attribute__((warn_unused_result));

/*
 * Sends a Write Command. 0: handed to the link, and nothing more will ever be known of it; -EAGAIN
 * not taken; -EMSGSIZE; -ENOTCONN; or the errno of a dead link.
 */
int gatt_central_command(struct gatt_central *central, uint16_t handle, const uint8_t *value,
                         size_t len) __attribute__((warn_unused_result));

/* Answers on_security. The operation goes on, or ends as refused. */
void gatt_central_security_raised(struct gatt_central *central, bool is_raised);

#endif
