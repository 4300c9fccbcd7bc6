/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gatt_table - how a server's attributes are declared (Core 5.3, Vol 3, Part G, 3). */
#ifndef PUMPCTL_BT_GATT_TABLE_H
#define PUMPCTL_BT_GATT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* UUID in text order; 16-bit ones are given as len 2, most significant byte first. */
struct gatt_server_uuid {
	uint8_t len; /* 2 or 16 */
	uint8_t bytes[16];
};

/* Characteristic properties (3.3.1.1). */
#define GATT_PROP_BROADCAST 0x01
#define GATT_PROP_READ      0x02
#define GATT_PROP_COMMAND   0x04 /* Write Without Response */
#define GATT_PROP_WRITE     0x08
#define GATT_PROP_NOTIFY    0x10
#define GATT_PROP_INDICATE  0x20
#define GATT_PROP_SIGNED    0x40
#define GATT_PROP_EXTENDED  0x80

/*
 * Permissions of a value. Without GATT_PERM_GIVEN reading and writing follow from the properties
 * (a descriptor may be read), and the other bits add to that.
 */
#define GATT_PERM_READ          0x0001
#define GATT_PERM_WRITE         0x0002
#define GATT_PERM_READ_ENCRYPT  0x0004
#define GATT_PERM_WRITE_ENCRYPT 0x0008
#define GATT_PERM_READ_AUTHEN   0x0010 /* an authenticated key */
#define GATT_PERM_WRITE_AUTHEN  0x0020
#define GATT_PERM_READ_AUTHOR   0x0040 /* the user's consent */
#define GATT_PERM_WRITE_AUTHOR  0x0080
#define GATT_PERM_GIVEN         0x0100

enum gatt_row_kind {
	GATT_ROW_SERVICE,
	GATT_ROW_CHARACTERISTIC,
	GATT_ROW_SECONDARY,
	GATT_ROW_INCLUDE,    /* of the service at target */
	GATT_ROW_DESCRIPTOR, /* of the characteristic before it */
	GATT_ROW_CCCD,       /* of the characteristic before it, where its handle matters */
};

/*
 * One row of the table. A characteristic with NOTIFY or INDICATE gets its CCCD by itself, right
 * after its value, unless has_no_cccd. Handles that are 0 go on from the row before (from 1).
 *
 * A value is fixed and borrowed (value_max 0), or stored by the server: it starts as value,
 * may grow to value_max bytes, and each accepted write changes it. Where value_max is 0 and the
 * value may be written, the bytes written go to on_write only.
 *
 * Three characteristics are known by their UUID and serve themselves: Service Changed, Client
 * Supported Features, Database Hash. A stored descriptor 2902 decides on notifications as a CCCD
 * does, but takes any value.
 */
struct gatt_row {
	enum gatt_row_kind kind;
	struct gatt_server_uuid uuid;
	uint8_t properties;
	uint8_t key_size; /* least encryption key size in bytes; 0: any */
	bool has_no_cccd;
	uint16_t permissions;
	uint16_t handle;       /* of the declaration or descriptor */
	uint16_t value_handle; /* of a characteristic's value; 0: right after handle */
	uint16_t last_handle;  /* of a service; 0: that of its last attribute */
	uint16_t target;       /* of an include: handle of the service */
	const uint8_t *value;
	size_t value_len; /* up to 512 */
	size_t value_max; /* up to 512 */
};

/* The link's security as the transport knows it. */
struct gatt_security {
	uint8_t level;    /* 1 none, 2 encrypted, 3 and 4 with an authenticated key */
	uint8_t key_size; /* bytes; 0 when not encrypted */
	bool is_bonded;   /* a key is stored, whether or not it is in use */
	bool is_authorized;
};

/* Prepared writes (Part F, 3.4.6). */
#define GATT_QUEUE_WRITES 64
#define GATT_QUEUE_BYTES  4096

#endif
