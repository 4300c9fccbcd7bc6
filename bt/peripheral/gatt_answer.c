/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatt_answer.h"

#include <string.h>

static void fail(struct gatt_answer *answer, uint8_t error, uint16_t handle)
{
	answer->error = error;
	answer->handle = handle;
	answer->len = 0;
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

static bool has_value(const struct gatt_database *db, const struct gatt_security *security,
                      const struct gatt_attribute *attribute, const struct att_pdu *request)
{
	uint8_t value[ATT_VALUE_MAX];
	size_t len = gatt_database_read(db, attribute, 0, value, sizeof value, NULL);

	/* What may not be read may not be guessed either. */
	return gatt_database_may_read(db, attribute, security) == 0 && len == request->len &&
	       (len == 0 || memcmp(value, request->data, len) == 0);
}

/*
 * Puts what request asks of one attribute into item. Returns its length, 0: it does not match.
 * size is what fits into an empty list.
 */
static size_t make_item(const struct gatt_database *db, const struct gatt_security *security,
                        const struct att_pdu *request, const struct gatt_attribute *attribute,
                        uint8_t *item, size_t size)
{
	att_put_u16(item, attribute->handle);
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
	return has_value(db, security, attribute, request) ? 4 : 0;
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

/* An attribute that may not be read ends the list, or is the error if it would be the first. */
static bool is_refused(const struct gatt_database *db, const struct gatt_security *security,
                       const struct att_pdu *request, const struct gatt_attribute *attribute,
                       struct list *list, struct gatt_answer *answer)
{
	uint8_t error = 0;

	if (request->opcode == ATT_READ_TYPE_REQ)
		error = gatt_database_may_read(db, attribute, security);
	if (error && list->pdu.len == 0)
		fail(answer, error, attribute->handle);
	return error != 0;
}

void gatt_answer_range(const struct gatt_database *db, const struct gatt_security *security,
                       const struct att_pdu *request, size_t mtu, struct gatt_answer *answer)
{
	struct list list = {.pdu = {.opcode = att_response_to(request->opcode)},
	                    .room = mtu - list_head(request->opcode)};
	/* The length of an item is one byte (3.4.4.2). */
	size_t size = list.room < UINT8_MAX ? list.room : UINT8_MAX;
	const struct gatt_attribute *end = db->attributes + db->count;
	uint8_t item[UINT8_MAX];

	fail(answer, check_range(request), request->start);
	if (answer->error)
		return;
	for (const struct gatt_attribute *at = gatt_database_from(db, request->start);
	     at && at < end && at->handle <= request->end; at++) {
		size_t len = make_item(db, security, request, at, item, size);

		if (len == 0)
			continue;
		if (is_refused(db, security, request, at, &list, answer) ||
		    !list_add(&list, item, len))
			break;
	}
	if (answer->error == 0 && list.pdu.len == 0)
		fail(answer, ATT_ERR_NOT_FOUND, request->start);
	list.pdu.data = list.items;
	if (answer->error == 0)
		answer->len = att_encode(&list.pdu, answer->bytes, mtu);
}

/* The attribute, or NULL and the error. */
static const struct gatt_attribute *readable(const struct gatt_database *db,
                                             const struct gatt_security *security, uint16_t handle,
                                             struct gatt_answer *answer)
{
	const struct gatt_attribute *attribute = gatt_database_find(db, handle);

	fail(answer,
	     attribute ? gatt_database_may_read(db, attribute, security) : ATT_ERR_INVALID_HANDLE,
	     handle);
	return answer->error ? NULL : attribute;
}

void gatt_answer_read(const struct gatt_database *db, const struct gatt_security *security,
                      const struct att_pdu *request, size_t mtu, struct gatt_answer *answer)
{
	const struct gatt_attribute *attribute = readable(db, security, request->handle, answer);
	size_t total;

	if (!attribute)
		return;
	/* Both responses are the opcode and the value. */
	answer->bytes[0] = att_response_to(request->opcode);
	answer->len = 1 + gatt_database_read(db, attribute, request->offset, answer->bytes + 1,
	                                     mtu - 1, &total);
	if (request->offset > total)
		fail(answer, ATT_ERR_INVALID_OFFSET, request->handle);
}

void gatt_answer_multiple(const struct gatt_database *db, const struct gatt_security *security,
                          const struct att_pdu *request, size_t mtu, struct gatt_answer *answer)
{
	size_t head = request->opcode == ATT_READ_VARIABLE_REQ ? 2 : 0; /* its length */
	size_t used = 1;

	/* All must be readable before any is told; a value is cut at the MTU, its length is not. */
	for (size_t i = 0; i < att_item_count(request); i++)
		if (!readable(db, security, att_get_u16(att_item(request, i)), answer))
			return;
	answer->bytes[0] = att_response_to(request->opcode);
	for (size_t i = 0; i < att_item_count(request) && mtu - used >= head; i++) {
		uint8_t *at = answer->bytes + used;
		size_t total;

		used += head + gatt_database_read(
		                       db,
		                       gatt_database_find(db, att_get_u16(att_item(request, i))), 0,
		                       at + head, mtu - used - head, &total);
		if (head > 0)
			att_put_u16(at, (uint16_t)total);
	}
	answer->len = used;
}
