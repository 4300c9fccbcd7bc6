/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gatt_database - the attributes that a table of rows stands for (Core 5.3, Vol 3, Part G, 3).
 * No link; one struct per connection, since it holds that client's CCCDs.
 */
#ifndef PUMPCTL_BT_GATT_DATABASE_H
#define PUMPCTL_BT_GATT_DATABASE_H

#include "att.h"
#include "gatt_table.h"

enum gatt_attribute_kind {
	GATT_ATTRIBUTE_SERVICE, /* primary or secondary */
	GATT_ATTRIBUTE_INCLUDE,
	GATT_ATTRIBUTE_DECLARATION,
	GATT_ATTRIBUTE_VALUE,
	GATT_ATTRIBUTE_CCCD,
	GATT_ATTRIBUTE_DESCRIPTOR,
};

struct gatt_attribute {
	enum gatt_attribute_kind kind;
	uint16_t row;
	uint16_t owner;   /* row of the characteristic that a value or descriptor belongs to */
	uint16_t service; /* row of the service */
	uint16_t handle;
	uint16_t group_end; /* last handle of a service or characteristic; else the own handle */
	uint16_t cccd;      /* of a CCCD: its value */
	struct att_uuid type;
	uint8_t *stored; /* NULL: the row's own value */
	size_t stored_len;
};

struct gatt_database {
	struct gatt_row *rows;             /* owned */
	struct gatt_attribute *attributes; /* owned; sorted by handle */
	uint8_t *storage;                  /* owned; what the stored values lie in */
	size_t row_count;
	size_t count;
	uint8_t hash[16];        /* as it is sent; of a database that offers it */
	uint8_t client_features; /* Client Supported Features */
};

/* Copies table. 0, -ENOMEM or -EINVAL; on failure there is nothing to finish. */
int gatt_database_init(struct gatt_database *db, const struct gatt_row *table, size_t rows)
        __attribute__((warn_unused_result));
void gatt_database_finish(struct gatt_database *db);

/* NULL: no such handle. */
struct gatt_attribute *gatt_database_find(const struct gatt_database *db, uint16_t handle);
/* First attribute with a handle of at least that, NULL: none. Each one + 1 is the next, up to
 * attributes + count. */
struct gatt_attribute *gatt_database_from(const struct gatt_database *db, uint16_t handle);
/* Attribute of that kind made by row; NULL: none. */
struct gatt_attribute *gatt_database_of_row(const struct gatt_database *db, size_t row,
                                            enum gatt_attribute_kind kind);
/* The characteristic's row with that 16-bit UUID, or row_count. */
size_t gatt_database_row_of(const struct gatt_database *db, uint16_t uuid);

/* What the client wrote to the CCCD of the characteristic of row; 0 when it has none. */
uint16_t gatt_database_subscription(const struct gatt_database *db, size_t row);
/* CCCDs and Client Supported Features as on a new connection. */
void gatt_database_forget_client(struct gatt_database *db);

/* 0, or the ATT error of reading or writing the attribute over a link of that security. */
uint8_t gatt_database_may_read(const struct gatt_database *db,
                               const struct gatt_attribute *attribute,
                               const struct gatt_security *security);
uint8_t gatt_database_may_write(const struct gatt_database *db,
                                const struct gatt_attribute *attribute,
                                const struct gatt_security *security);

/*
 * Copies up to size bytes of the value from offset. Returns the number copied; *total, if not
 * NULL, is the whole length.
 */
size_t gatt_database_read(const struct gatt_database *db, const struct gatt_attribute *attribute,
                          size_t offset, uint8_t *buf, size_t size, size_t *total);
/* Longest value that the attribute can take. */
size_t gatt_database_room(const struct gatt_database *db, const struct gatt_attribute *attribute);
/*
 * Takes a whole new value for what the database itself keeps. 0 or the ATT error of a value that
 * the attribute cannot have; a value that is not stored is only judged by its length.
 */
uint8_t gatt_database_write(struct gatt_database *db, struct gatt_attribute *attribute,
                            const uint8_t *value, size_t len);

#endif
