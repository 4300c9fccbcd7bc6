/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gatt_database - the attributes that a table of rows stands for, and answers to the questions
 * about them (Core 5.3, Vol 3, Part G, 3). No link; one struct per connection, since it holds
 * that client's CCCDs.
 */
#ifndef PUMPCTL_BT_GATT_DATABASE_H
#define PUMPCTL_BT_GATT_DATABASE_H

#include "att.h"
#include "gatt_server.h"

enum gatt_attribute_kind {
	GATT_ATTRIBUTE_SERVICE,
	GATT_ATTRIBUTE_DECLARATION,
	GATT_ATTRIBUTE_VALUE,
	GATT_ATTRIBUTE_CCCD,
};

struct gatt_attribute {
	enum gatt_attribute_kind kind;
	uint16_t row;
	uint16_t group_end; /* last handle of a service; else the own handle */
	uint16_t cccd;      /* of a CCCD: its value */
	struct att_uuid type;
};

struct gatt_database {
	struct gatt_row *rows;             /* owned */
	struct gatt_attribute *attributes; /* owned; the one with handle h is attributes[h - 1] */
	size_t row_count;
	size_t count;
};

/* Copies table. 0, -ENOMEM or -EINVAL; on failure there is nothing to finish. */
int gatt_database_init(struct gatt_database *db, const struct gatt_row *table, size_t rows)
        __attribute__((warn_unused_result));
void gatt_database_finish(struct gatt_database *db);

/* NULL: no such handle. */
struct gatt_attribute *gatt_database_find(const struct gatt_database *db, uint16_t handle);
uint16_t gatt_database_handle(const struct gatt_database *db,
                              const struct gatt_attribute *attribute);
/* Attribute of that kind made by row; NULL: none. */
struct gatt_attribute *gatt_database_of_row(const struct gatt_database *db, size_t row,
                                            enum gatt_attribute_kind kind);

/* All CCCDs as on a new connection. */
void gatt_database_unsubscribe(struct gatt_database *db);

/* true when the attribute's value may be read. */
bool gatt_database_is_readable(const struct gatt_database *db,
                               const struct gatt_attribute *attribute);
/*
 * Copies up to size bytes of the value from offset. Returns the number copied; *total, if not
 * NULL, is the whole length.
 */
size_t gatt_database_read(const struct gatt_database *db, const struct gatt_attribute *attribute,
                          size_t offset, uint8_t *buf, size_t size, size_t *total);

/*
 * Answers one of the four range requests (Find Information, Find By Type Value, Read By Type,
 * Read By Group Type) into buf, mtu bytes. Returns the length of the response, or 0 and *error and
 * *handle for an Error Response.
 */
size_t gatt_database_answer(const struct gatt_database *db, const struct att_pdu *request,
                            uint8_t *buf, size_t mtu, uint8_t *error, uint16_t *handle);

#endif
