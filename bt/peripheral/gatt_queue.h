/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gatt_queue - the writes that a client has prepared (Core 5.3, Vol 3, Part F, 3.4.6). */
#ifndef PUMPCTL_BT_GATT_QUEUE_H
#define PUMPCTL_BT_GATT_QUEUE_H

#include "gatt_database.h"

struct gatt_queue {
	size_t limit; /* of writes, at most GATT_QUEUE_WRITES */
	size_t count;
	size_t used; /* of bytes */
	struct gatt_queued {
		uint16_t handle;
		uint16_t offset;
		uint16_t len;
		uint16_t at; /* in bytes */
	} writes[GATT_QUEUE_WRITES];
	uint8_t bytes[GATT_QUEUE_BYTES];
};

void gatt_queue_clear(struct gatt_queue *queue);
/* Appends a Prepare Write Request; false: no room. */
bool gatt_queue_add(struct gatt_queue *queue, const struct att_pdu *request);
/* true when no write before the index-th is to the same attribute. */
bool gatt_queue_is_first(const struct gatt_queue *queue, size_t index);
/*
 * Builds the whole value that the attribute of the index-th write gets from all writes to it: a
 * value that is stored is written into, any other begins empty. 0, or the ATT error (offset past
 * the end, value too long).
 */
uint8_t gatt_queue_value(const struct gatt_queue *queue, const struct gatt_database *db,
                         size_t index, uint8_t value[ATT_VALUE_MAX], size_t *len);

#endif
