/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatt_queue.h"

#include <string.h>

void gatt_queue_clear(struct gatt_queue *queue)
{
	queue->count = 0;
	queue->used = 0;
}

bool gatt_queue_add(struct gatt_queue *queue, const struct att_pdu *request)
{
	if (queue->count >= queue->limit || request->len > sizeof queue->bytes - queue->used)
		return false;
	queue->writes[queue->count++] = (struct gatt_queued){
	        request->handle, request->offset, (uint16_t)request->len, (uint16_t)queue->used};
	if (request->len > 0)
		memcpy(queue->bytes + queue->used, request->data, request->len);
	queue->used += request->len;
	return true;
}

bool gatt_queue_is_first(const struct gatt_queue *queue, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (queue->writes[i].handle == queue->writes[index].handle)
			return false;
	return true;
}

uint8_t gatt_queue_value(const struct gatt_queue *queue, const struct gatt_database *db,
                         size_t index, uint8_t value[ATT_VALUE_MAX], size_t *len)
{
	uint16_t handle = queue->writes[index].handle;
	const struct gatt_attribute *attribute = gatt_database_find(db, handle);
	size_t room = gatt_database_room(db, attribute);
	bool is_kept = attribute->stored || attribute->kind == GATT_ATTRIBUTE_CCCD;

	*len = is_kept ? gatt_database_read(db, attribute, 0, value, ATT_VALUE_MAX, NULL) : 0;
	for (size_t i = index; i < queue->count; i++) {
		const struct gatt_queued *part = &queue->writes[i];

		if (part->handle != handle)
			continue;
		if (part->offset > *len)
			return ATT_ERR_INVALID_OFFSET;
		if ((size_t)part->offset + part->len > room)
			return ATT_ERR_VALUE_LENGTH;
		memcpy(value + part->offset, queue->bytes + part->at, part->len);
		if ((size_t)part->offset + part->len > *len)
			*len = (size_t)part->offset + part->len;
	}
	return 0;
}
