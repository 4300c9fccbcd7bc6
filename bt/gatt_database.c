/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatt_database.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Declaration value of a characteristic: properties, handle, UUID (Part G, 3.3.1). */
#define DECLARATION_MAX 19

static size_t attributes_of(const struct gatt_row *row)
{
	if (row->kind == GATT_ROW_SERVICE)
		return 1;
	return (row->properties & (GATT_PROP_NOTIFY | GATT_PROP_INDICATE)) != 0 ? 3 : 2;
}

static bool is_table_valid(const struct gatt_row *table, size_t rows, size_t *count)
{
	*count = 0;
	if (rows == 0 || rows > ATT_HANDLE_MAX || table[0].kind != GATT_ROW_SERVICE)
		return false;
	for (size_t i = 0; i < rows; i++) {
		if (table[i].uuid.len != 2 && table[i].uuid.len != 16)
			return false;
		if (table[i].value_len > ATT_VALUE_MAX)
			return false;
		*count += attributes_of(&table[i]);
	}
	return *count <= ATT_HANDLE_MAX;
}

static void add(struct gatt_database *db, enum gatt_attribute_kind kind, size_t row,
                struct att_uuid type)
{
	uint16_t handle = (uint16_t)(db->count + 1);

	db->attributes[db->count++] = (struct gatt_attribute){
	        .kind = kind, .row = (uint16_t)row, .group_end = handle, .type = type};
}

static void add_row(struct gatt_database *db, size_t index, size_t *service)
{
	const struct gatt_row *row = &db->rows[index];

	if (row->kind == GATT_ROW_SERVICE) {
		*service = db->count;
		add(db, GATT_ATTRIBUTE_SERVICE, index, att_uuid_16(ATT_UUID_PRIMARY));
		return;
	}
	add(db, GATT_ATTRIBUTE_DECLARATION, index, att_uuid_16(ATT_UUID_CHARACTERISTIC));
	add(db, GATT_ATTRIBUTE_VALUE, index, att_uuid_from_text(row->uuid.bytes, row->uuid.len));
	if (attributes_of(row) == 3)
		add(db, GATT_ATTRIBUTE_CCCD, index, att_uuid_16(ATT_UUID_CCCD));
	db->attributes[*service].group_end = (uint16_t)db->count;
}

int gatt_database_init(struct gatt_database *db, const struct gatt_row *table, size_t rows)
{
	size_t count;
	size_t service = 0;

	*db = (struct gatt_database){.rows = NULL};
	if (!is_table_valid(table, rows, &count))
		return -EINVAL;
	db->rows = calloc(rows, sizeof *db->rows);
	db->attributes = calloc(count, sizeof *db->attributes);
	if (!db->rows || !db->attributes) {
		gatt_database_finish(db);
		return -ENOMEM;
	}
	memcpy(db->rows, table, rows * sizeof *table);
	db->row_count = rows;
	for (size_t i = 0; i < rows; i++)
		add_row(db, i, &service);
	return 0;
}

void gatt_database_finish(struct gatt_database *db)
{
	free(db->rows);
	free(db->attributes);
	*db = (struct gatt_database){.rows = NULL};
}

struct gatt_attribute *gatt_database_find(const struct gatt_database *db, uint16_t handle)
{
	return handle == 0 || handle > db->count ? NULL : &db->attributes[handle - 1];
}

uint16_t gatt_database_handle(const struct gatt_database *db,
                              const struct gatt_attribute *attribute)
{
	return (uint16_t)(attribute - db->attributes + 1);
}

struct gatt_attribute *gatt_database_of_row(const struct gatt_database *db, size_t row,
                                            enum gatt_attribute_kind kind)
{
	for (size_t i = 0; i < db->count; i++)
		if (db->attributes[i].row == row && db->attributes[i].kind == kind)
			return &db->attributes[i];
	return NULL;
}

void gatt_database_unsubscribe(struct gatt_database *db)
{
	for (size_t i = 0; i < db->count; i++)
		db->attributes[i].cccd = 0;
}

bool gatt_database_is_readable(const struct gatt_database *db,
                               const struct gatt_attribute *attribute)
{
	return attribute->kind != GATT_ATTRIBUTE_VALUE ||
	       (db->rows[attribute->row].properties & GATT_PROP_READ) != 0;
}

static size_t put_uuid(const struct gatt_server_uuid *from, uint8_t *out)
{
	struct att_uuid uuid = att_uuid_from_text(from->bytes, from->len);

	memcpy(out, uuid.bytes, uuid.len);
	return uuid.len;
}

static size_t put_declaration(const struct gatt_database *db,
                              const struct gatt_attribute *attribute, uint8_t *out)
{
	const struct gatt_row *row = &db->rows[attribute->row];

	out[0] = row->properties;
	att_put_u16(out + 1, (uint16_t)(gatt_database_handle(db, attribute) + 1));
	return 3 + put_uuid(&row->uuid, out + 3);
}

size_t gatt_database_read(const struct gatt_database *db, const struct gatt_attribute *attribute,
                          size_t offset, uint8_t *buf, size_t size, size_t *total)
{
	const struct gatt_row *row = &db->rows[attribute->row];
	uint8_t made[DECLARATION_MAX];
	const uint8_t *value = made;
	size_t len = 0;

	switch (attribute->kind) {
	case GATT_ATTRIBUTE_SERVICE:
		len = put_uuid(&row->uuid, made);
		break;
	case GATT_ATTRIBUTE_DECLARATION:
		len = put_declaration(db, attribute, made);
		break;
	case GATT_ATTRIBUTE_VALUE:
		value = row->value;
		len = row->value ? row->value_len : 0;
		break;
	case GATT_ATTRIBUTE_CCCD:
		att_put_u16(made, attribute->cccd);
		len = 2;
		break;
	}
	if (total)
		*total = len;
	if (offset >= len)
		return 0;
	if (size > len - offset)
		size = len - offset;
	memcpy(buf, value + offset, size);
	return size;
}

/* Items collected for one list response; the first fixes the length of all. */
struct list {
	struct att_pdu pdu;
	size_t room;
	uint8_t items[ATT_MTU_MAX];
};

static bool list_add(struct list *list, const uint8_t *item, size_t len)
{
	if (list->pdu.len == 0)
		list->pdu.item_len = (uint8_t)len;
	if (len != list->pdu.item_len || len > list->room - list->pdu.len)
		return false;
	memcpy(list->items + list->pdu.len, item, len);
	list->pdu.len += len;
	return true;
}

/*
 * Puts what request asks of one attribute into item. Returns its length, 0: it does not match.
 * size is what fits into an empty list.
 */
static size_t make_item(const struct gatt_database *db, const struct att_pdu *request,
                        const struct gatt_attribute *attribute, uint8_t *item, size_t size)
{
	uint8_t value[ATT_VALUE_MAX];
	size_t len;

	att_put_u16(item, gatt_database_handle(db, attribute));
	if (request->opcode == ATT_FIND_INFO_REQ) {
		memcpy(item + 2, attribute->type.bytes, attribute->type.len);
		return 2u + attribute->type.len;
	}
	if (!att_uuid_equal(&request->type, &attribute->type))
		return 0;
	if (request->opcode == ATT_READ_TYPE_REQ)
		return 2 + gatt_database_read(db, attribute, 0, item + 2, size - 2, NULL);
	att_put_u16(item + 2, attribute->group_end);
	if (request->opcode == ATT_READ_GROUP_REQ)
		return 4 + gatt_database_read(db, attribute, 0, item + 4, size - 4, NULL);
	len = gatt_database_read(db, attribute, 0, value, sizeof value, NULL);
	if (!gatt_database_is_readable(db, attribute) || len != request->len ||
	    memcmp(value, request->data, len) != 0)
		return 0;
	return 4;
}

/* Bytes of a list response before its first item. */
static size_t list_head(uint8_t opcode)
{
	return opcode == ATT_FIND_VALUE_REQ ? 1 : 2;
}

static uint8_t check_range(const struct att_pdu *request)
{
	struct att_uuid primary = att_uuid_16(ATT_UUID_PRIMARY);
	struct att_uuid secondary = att_uuid_16(ATT_UUID_SECONDARY);

	if (request->start == 0 || request->start > request->end)
		return ATT_ERR_INVALID_HANDLE;
	if (request->opcode == ATT_READ_GROUP_REQ && !att_uuid_equal(&request->type, &primary) &&
	    !att_uuid_equal(&request->type, &secondary))
		return ATT_ERR_GROUP_TYPE;
	return 0;
}

size_t gatt_database_answer(const struct gatt_database *db, const struct att_pdu *request,
                            uint8_t *buf, size_t mtu, uint8_t *error, uint16_t *handle)
{
	struct list list = {.pdu = {.opcode = att_response_to(request->opcode)},
	                    .room = mtu - list_head(request->opcode)};
	/* The length of an item is one byte (3.4.4.2). */
	size_t size = list.room < UINT8_MAX ? list.room : UINT8_MAX;
	size_t last = request->end < db->count ? request->end : db->count;
	uint8_t item[UINT8_MAX];

	*handle = request->start;
	*error = check_range(request);
	for (size_t h = request->start; *error == 0 && h <= last; h++) {
		const struct gatt_attribute *attribute = &db->attributes[h - 1];
		size_t len = make_item(db, request, attribute, item, size);

		if (len == 0)
			continue;
		if (request->opcode == ATT_READ_TYPE_REQ &&
		    !gatt_database_is_readable(db, attribute)) {
			*error = list.pdu.len == 0 ? ATT_ERR_READ_NOT_PERMITTED : 0;
			*handle = list.pdu.len == 0 ? (uint16_t)h : *handle;
			break;
		}
		if (!list_add(&list, item, len))
			break;
	}
	if (*error == 0 && list.pdu.len == 0)
		*error = ATT_ERR_NOT_FOUND;
	list.pdu.data = list.items;
	return *error ? 0 : att_encode(&list.pdu, buf, mtu);
}
