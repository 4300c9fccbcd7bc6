/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gatt_server - the peripheral's side of one link: serves a database declared in one table
 * (Core 5.3, Vol 3, Parts F and G). docs/bluetooth.md has the rules it answers by.
 */
#ifndef PUMPCTL_BT_GATT_SERVER_H
#define PUMPCTL_BT_GATT_SERVER_H

#include "gatt_table.h"
#include "link.h"
#include "loop.h"

struct gatt_server_handlers {
	/*
	 * A write to the value of table row; return 0 to accept or an ATT error code. The Write
	 * Response is sent after it returns, so what it notifies or indicates goes ahead of it.
	 * Parts written through the queue arrive as one whole value.
	 */
	uint8_t (*on_write)(void *ctx, size_t row, const uint8_t *value, size_t len);
	/* The CCCD of row was written (enabled: its value is not 0). */
	void (*on_subscribed)(void *ctx, size_t row, bool enabled);
	/* The indication under way was confirmed. */
	void (*on_confirmed)(void *ctx);
	/* There is room for notifications again after -EAGAIN. */
	void (*on_writable)(void *ctx);
	/* Called once: the link ended or the peer broke ATT. error: -errno or 0. */
	void (*on_closed)(void *ctx, int error);
	/*
	 * Another client began on this link: the MTU is asked for once per client, and a kernel
	 * keeps the radio link for seconds after a program has closed its socket. Subscriptions and
	 * prepared writes are gone, no confirmation is due any more, the MTU is 23 until the
	 * handler has returned.
	 */
	void (*on_restarted)(void *ctx);
};

struct gatt_server;

/*
 * Serves table on link, which the server owns from now on, also on failure. Values that are not
 * stored are borrowed; table and handlers are copied. mtu: server MTU 23..517.
 * 0, -ENOMEM, -EINVAL (a table that gatt_table.h does not allow, or mtu) or the loop's error.
 */
int gatt_server_create(struct gatt_server **out, struct loop *loop, struct link *link,
                       const struct gatt_row *table, size_t rows, uint16_t mtu,
                       const struct gatt_server_handlers *handlers, void *ctx)
        __attribute__((warn_unused_result));
/* Closes the link without on_closed. Accepts NULL. Safe inside any handler. */
void gatt_server_destroy(struct gatt_server *server);

/*
 * Changes the time-out of each indication, also of the one under way; 30 s unless told (Core
 * Vol 3, Part F, 3.3.3). An unconfirmed indication ends the link with -ETIMEDOUT. 0 or -ENOSPC.
 */
int gatt_server_set_timeout(struct gatt_server *server, unsigned timeout_ms)
        __attribute__((warn_unused_result));

/* What is known of the link's security; until told: no encryption, not bonded, not authorised. */
void gatt_server_set_security(struct gatt_server *server, const struct gatt_security *security);

/* How many writes a client may prepare before 0x09: 1..GATT_QUEUE_WRITES, the default. */
void gatt_server_set_queue(struct gatt_server *server, size_t writes);

/* Agreed MTU (23 until exchanged). */
uint16_t gatt_server_mtu(const struct gatt_server *server);

/*
 * Indicates value (up to mtu-3 bytes) on row. 0: on_confirmed follows. -EBUSY one is under way;
 * -EPERM not subscribed, or the client does not know of a change yet (gatt_server_announce);
 * -EMSGSIZE; -ENOTCONN; -EAGAIN the link takes nothing now; -EINVAL no such row; -ENOSPC no timer;
 * or the errno of a link that is dead: on_closed follows.
 */
int gatt_server_indicate(struct gatt_server *server, size_t row, const uint8_t *value, size_t len)
        __attribute__((warn_unused_result));
/* Notifies; errors as above, without -EBUSY. 0: handed to the link. */
int gatt_server_notify(struct gatt_server *server, size_t row, const uint8_t *value, size_t len)
        __attribute__((warn_unused_result));

struct gatt_server_value {
	size_t row;
	const uint8_t *value;
	size_t len;
};
/*
 * Notifies two or more values in one PDU. Errors as gatt_server_notify; also -EPERM when the
 * client has not said that it understands this (Client Supported Features, bit 2).
 */
int gatt_server_notify_multiple(struct gatt_server *server, const struct gatt_server_value *values,
                                size_t count) __attribute__((warn_unused_result));

/*
 * What a bonded client expects to find again on its next connection (Part G, 2.5.2, 3.3.3.3, 7.2):
 * the caller keeps it with the bond. save fills *peer. restore, before the first PDU, brings it
 * back; if the database has another hash than peer->hash, the client is told as announce does.
 */
#define GATT_PEER_CCCDS 32
struct gatt_peer {
	uint8_t hash[16];
	uint8_t features;
	size_t count;
	struct {
		uint16_t handle;
		uint16_t value;
	} cccds[GATT_PEER_CCCDS];
};
void gatt_server_save(const struct gatt_server *server, struct gatt_peer *peer);
void gatt_server_restore(struct gatt_server *server, const struct gatt_peer *peer);

/*
 * The attributes start..end changed: indicates Service Changed if the client subscribed to it, and
 * until the client knows (Part G, 2.5.2.1) one that asked for robust caching gets error 0x12 and
 * no values. 0, or the error of the indication.
 */
int gatt_server_announce(struct gatt_server *server, uint16_t start, uint16_t end);

#endif
