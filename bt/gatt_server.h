/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gatt_server - the peripheral's side of one link: serves a database declared in one table.
 */
#ifndef PUMPCTL_BT_GATT_SERVER_H
#define PUMPCTL_BT_GATT_SERVER_H

#include "link.h"
#include "loop.h"

/* UUID in text order; 16-bit ones are given as len 2, most significant byte first. */
struct gatt_server_uuid {
	uint8_t len; /* 2 or 16 */
	uint8_t bytes[16];
};

/* Characteristic properties (Core Vol 3, Part G, 3.3.1.1). */
#define GATT_PROP_READ     0x02
#define GATT_PROP_WRITE    0x08
#define GATT_PROP_NOTIFY   0x10
#define GATT_PROP_INDICATE 0x20

enum gatt_row_kind { GATT_ROW_SERVICE, GATT_ROW_CHARACTERISTIC };

/*
 * One row of the table. A characteristic with NOTIFY or INDICATE gets its CCCD by itself.
 * value/value_len: static value of a readable characteristic; borrowed for the server's life.
 */
struct gatt_row {
	enum gatt_row_kind kind;
	struct gatt_server_uuid uuid;
	uint8_t properties;
	const uint8_t *value;
	size_t value_len;
};

struct gatt_server_handlers {
	/*
	 * A write to the characteristic of table row; return 0 to accept or an ATT error code. The
	 * Write Response is sent after it returns, so what it notifies or indicates goes ahead of
	 * it.
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
	 * keeps the radio link for seconds after a program has closed its socket. Subscriptions are
	 * gone, no confirmation is due any more, the MTU is 23 until the handler has returned.
	 */
	void (*on_restarted)(void *ctx);
};

struct gatt_server;

/*
 * Serves table on link, which the server owns from now on, also on failure. Static values are
 * borrowed; table and handlers are copied. mtu: server MTU 23..517. Handles are given in table
 * order from 1: declaration of the service; declaration, value and CCCD of a characteristic.
 * Reads without static value, prepared and signed writes and write commands are not offered.
 * 0, -ENOMEM, -EINVAL (no service first, a bad UUID or mtu) or the loop's error.
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

/* Agreed MTU (23 until exchanged). */
uint16_t gatt_server_mtu(const struct gatt_server *server);

/*
 * Indicates value (up to mtu-3 bytes) on row. 0: on_confirmed follows. -EBUSY one is under way;
 * -EPERM not subscribed; -EMSGSIZE; -ENOTCONN; -EAGAIN the link takes nothing now; -EINVAL no such
 * row; -ENOSPC no timer; or the errno of a link that is dead: on_closed follows.
 */
int gatt_server_indicate(struct gatt_server *server, size_t row, const uint8_t *value, size_t len)
        __attribute__((warn_unused_result));
/* Notifies; errors as above, without -EBUSY. 0: handed to the link. */
int gatt_server_notify(struct gatt_server *server, size_t row, const uint8_t *value, size_t len)
        __attribute__((warn_unused_result));

#endif
