/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "att.h"

#include <stddef.h>
#include <string.h>

enum field {
	END,
	MTU,
	REQUEST,
	ERROR,
	HANDLE,
	START,
	STOP,
	OFFSET,
	FLAGS,
	TYPE16, /* always two bytes */
	TYPE,   /* the rest: two or sixteen bytes */
	FORMAT, /* Find Information: 1 or 2 for items of 4 or 18 bytes */
	ITEM_LEN,
	PAIRS,   /* the rest: items of 4 bytes */
	HANDLES, /* the rest: two handles or more */
	TUPLES,  /* the rest: two or more of handle, length, value */
	SIGNED,  /* the rest: a value, which may be empty, and its signature */
	ITEMS,   /* the rest: items of item_len bytes */
	VALUE,   /* the rest, may be empty */
};

#define FIELDS_MAX 4

struct layout {
	uint8_t opcode;
	uint8_t item_min; /* least item length in a list */
	uint8_t fields[FIELDS_MAX];
};

/* By opcode; what is no opcode is all zero. */
static const struct layout layouts[] = {
        [ATT_ERROR_RSP] = {ATT_ERROR_RSP, 0, {REQUEST, HANDLE, ERROR}},
        [ATT_MTU_REQ] = {ATT_MTU_REQ, 0, {MTU}},
        [ATT_MTU_RSP] = {ATT_MTU_RSP, 0, {MTU}},
        [ATT_FIND_INFO_REQ] = {ATT_FIND_INFO_REQ, 0, {START, STOP}},
        [ATT_FIND_INFO_RSP] = {ATT_FIND_INFO_RSP, 4, {FORMAT, ITEMS}},
        [ATT_FIND_VALUE_REQ] = {ATT_FIND_VALUE_REQ, 0, {START, STOP, TYPE16, VALUE}},
        [ATT_FIND_VALUE_RSP] = {ATT_FIND_VALUE_RSP, 4, {PAIRS}},
        [ATT_READ_TYPE_REQ] = {ATT_READ_TYPE_REQ, 0, {START, STOP, TYPE}},
        [ATT_READ_TYPE_RSP] = {ATT_READ_TYPE_RSP, 2, {ITEM_LEN, ITEMS}},
        [ATT_READ_REQ] = {ATT_READ_REQ, 0, {HANDLE}},
        [ATT_READ_RSP] = {ATT_READ_RSP, 0, {VALUE}},
        [ATT_READ_BLOB_REQ] = {ATT_READ_BLOB_REQ, 0, {HANDLE, OFFSET}},
        [ATT_READ_BLOB_RSP] = {ATT_READ_BLOB_RSP, 0, {VALUE}},
        [ATT_READ_MULTIPLE_REQ] = {ATT_READ_MULTIPLE_REQ, 2, {HANDLES}},
        [ATT_READ_MULTIPLE_RSP] = {ATT_READ_MULTIPLE_RSP, 0, {VALUE}},
        [ATT_READ_GROUP_REQ] = {ATT_READ_GROUP_REQ, 0, {START, STOP, TYPE}},
        [ATT_READ_GROUP_RSP] = {ATT_READ_GROUP_RSP, 4, {ITEM_LEN, ITEMS}},
        [ATT_WRITE_REQ] = {ATT_WRITE_REQ, 0, {HANDLE, VALUE}},
        [ATT_WRITE_RSP] = {ATT_WRITE_RSP, 0, {END}},
        [ATT_PREPARE_REQ] = {ATT_PREPARE_REQ, 0, {HANDLE, OFFSET, VALUE}},
        [ATT_PREPARE_RSP] = {ATT_PREPARE_RSP, 0, {HANDLE, OFFSET, VALUE}},
        [ATT_EXECUTE_REQ] = {ATT_EXECUTE_REQ, 0, {FLAGS}},
        [ATT_EXECUTE_RSP] = {ATT_EXECUTE_RSP, 0, {END}},
        [ATT_NOTIFY] = {ATT_NOTIFY, 0, {HANDLE, VALUE}},
        [ATT_INDICATE] = {ATT_INDICATE, 0, {HANDLE, VALUE}},
        [ATT_CONFIRM] = {ATT_CONFIRM, 0, {END}},
        [ATT_READ_VARIABLE_REQ] = {ATT_READ_VARIABLE_REQ, 2, {HANDLES}},
        [ATT_READ_VARIABLE_RSP] = {ATT_READ_VARIABLE_RSP, 0, {VALUE}},
        [ATT_NOTIFY_MULTIPLE] = {ATT_NOTIFY_MULTIPLE, 0, {TUPLES}},
        [ATT_WRITE_CMD] = {ATT_WRITE_CMD, 0, {HANDLE, VALUE}},
        [ATT_SIGNED_WRITE_CMD] = {ATT_SIGNED_WRITE_CMD, 0, {HANDLE, SIGNED}},
};

#define LAYOUTS (sizeof layouts / sizeof layouts[0])

/* 00000000-0000-1000-8000-00805F9B34FB (Core Vol 3, Part B, 2.5.1), wire order. */
static const uint8_t base_uuid[16] = {0xfb, 0x34, 0x9b, 0x5f, 0x80, 0x00, 0x00, 0x80,
                                      0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};

static const struct layout *find_layout(uint8_t opcode)
{
	return opcode > 0 && opcode < LAYOUTS && layouts[opcode].opcode == opcode ? &layouts[opcode]
	                                                                          : NULL;
}

uint16_t att_get_u16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] | bytes[1] << 8);
}

void att_put_u16(uint8_t *bytes, uint16_t value)
{
	bytes[0] = (uint8_t)(value & 0xff);
	bytes[1] = (uint8_t)(value >> 8);
}

/* Where the 16-bit field lies in the PDU, 0 for the other kinds. */
static size_t word_place(uint8_t field)
{
	switch (field) {
	case MTU:
		return offsetof(struct att_pdu, mtu);
	case HANDLE:
		return offsetof(struct att_pdu, handle);
	case START:
		return offsetof(struct att_pdu, start);
	case STOP:
		return offsetof(struct att_pdu, end);
	case OFFSET:
		return offsetof(struct att_pdu, offset);
	default:
		return 0;
	}
}

static size_t byte_place(uint8_t field)
{
	switch (field) {
	case REQUEST:
		return offsetof(struct att_pdu, request);
	case ERROR:
		return offsetof(struct att_pdu, error);
	case FLAGS:
		return offsetof(struct att_pdu, flags);
	case ITEM_LEN:
	case FORMAT:
		return offsetof(struct att_pdu, item_len);
	default:
		return 0;
	}
}

static size_t fixed_size(uint8_t field)
{
	switch (field) {
	case REQUEST:
	case ERROR:
	case FLAGS:
	case ITEM_LEN:
	case FORMAT:
		return 1;
	case MTU:
	case HANDLE:
	case START:
	case STOP:
	case OFFSET:
	case TYPE16:
		return 2;
	default:
		return 0;
	}
}

static bool is_list_valid(const struct att_pdu *pdu, const struct layout *layout)
{
	return pdu->item_len >= layout->item_min && pdu->len > 0 && pdu->len % pdu->item_len == 0;
}

bool att_tuple_next(const struct att_pdu *pdu, size_t *at, uint16_t *handle, const uint8_t **value,
                    size_t *len)
{
	size_t head = pdu->opcode == ATT_NOTIFY_MULTIPLE ? 4 : 2;
	const uint8_t *tuple = pdu->data + *at;

	if (pdu->len - *at < head)
		return false;
	*handle = head == 4 ? att_get_u16(tuple) : 0;
	*len = att_get_u16(tuple + head - 2);
	*value = tuple + head;
	*at += head;
	if (*len > pdu->len - *at)
		*len = pdu->len - *at;
	*at += *len;
	return true;
}

/* Nothing is left over and no value is cut (3.4.7.4). */
static bool are_tuples_valid(const struct att_pdu *pdu)
{
	size_t count = 0;
	size_t at = 0;

	while (pdu->len - at >= 4) {
		size_t len = att_get_u16(pdu->data + at + 2);

		at += 4;
		if (len > pdu->len - at)
			return false;
		at += len;
		count++;
	}
	return at == pdu->len && count >= 2;
}

static bool is_rest_valid(const struct att_pdu *pdu, const struct layout *layout, uint8_t field)
{
	switch (field) {
	case VALUE:
		return true;
	case SIGNED:
		return pdu->len >= ATT_SIGNATURE_LEN;
	case TUPLES:
		return are_tuples_valid(pdu);
	case HANDLES:
		return is_list_valid(pdu, layout) && pdu->len >= 4;
	default:
		return is_list_valid(pdu, layout);
	}
}

/* Find Information names its item lengths 1 and 2 (3.4.3.2). */
static uint8_t format_to_len(uint8_t format)
{
	if (format == 1)
		return 4;
	return format == 2 ? 18 : 0;
}

static uint8_t len_to_format(uint8_t len)
{
	if (len == 4)
		return 1;
	return len == 18 ? 2 : 0;
}

/* Reads a field that takes all of the rest. */
static bool decode_rest(struct att_pdu *pdu, const struct layout *layout, uint8_t field,
                        const uint8_t *bytes, size_t len)
{
	if (field == TYPE) {
		pdu->type = att_uuid_from_wire(bytes, len);
		return pdu->type.len != 0;
	}
	pdu->data = bytes;
	pdu->len = len;
	if (field == PAIRS)
		pdu->item_len = 4;
	if (field == HANDLES)
		pdu->item_len = 2;
	return is_rest_valid(pdu, layout, field);
}

static void decode_fixed(struct att_pdu *pdu, uint8_t field, const uint8_t *bytes)
{
	size_t word = word_place(field);
	size_t byte = byte_place(field);

	if (word > 0)
		memcpy((uint8_t *)pdu + word, &(uint16_t){att_get_u16(bytes)}, sizeof(uint16_t));
	else if (byte > 0)
		*((uint8_t *)pdu + byte) = field == FORMAT ? format_to_len(bytes[0]) : bytes[0];
	else
		pdu->type = att_uuid_from_wire(bytes, 2);
}

static bool decode_fields(struct att_pdu *pdu, const struct layout *layout, const uint8_t *bytes,
                          size_t len)
{
	for (size_t i = 0; i < FIELDS_MAX && layout->fields[i] != END; i++) {
		uint8_t field = layout->fields[i];
		size_t size = fixed_size(field);

		if (size == 0)
			return decode_rest(pdu, layout, field, bytes, len);
		if (len < size)
			return false;
		decode_fixed(pdu, field, bytes);
		bytes += size;
		len -= size;
	}
	return len == 0;
}

bool att_decode(const uint8_t *bytes, size_t len, struct att_pdu *pdu)
{
	const struct layout *layout;
	uint8_t opcode = len > 0 ? bytes[0] : 0;

	*pdu = (struct att_pdu){.opcode = opcode};
	layout = find_layout(opcode);
	if (!layout || len > ATT_MTU_MAX)
		return false;
	if (decode_fields(pdu, layout, bytes + 1, len - 1))
		return true;
	*pdu = (struct att_pdu){.opcode = opcode};
	return false;
}

static size_t rest_size(const struct att_pdu *pdu, uint8_t field)
{
	return field == TYPE ? pdu->type.len : pdu->len;
}

static bool is_encodable(const struct att_pdu *pdu, const struct layout *layout, uint8_t field)
{
	switch (field) {
	case TYPE:
		return pdu->type.len == 2 || pdu->type.len == 16;
	case TYPE16:
		return pdu->type.len == 2;
	case FORMAT:
		return len_to_format(pdu->item_len) != 0;
	case PAIRS:
		return pdu->item_len == 4 && is_list_valid(pdu, layout);
	case HANDLES:
		return pdu->item_len == 2 && is_rest_valid(pdu, layout, field);
	case ITEMS:
	case TUPLES:
	case SIGNED:
		return is_rest_valid(pdu, layout, field);
	default:
		return true;
	}
}

static void encode_field(const struct att_pdu *pdu, uint8_t field, uint8_t *buf)
{
	const uint8_t *members = (const uint8_t *)pdu;
	size_t word = word_place(field);
	size_t byte = byte_place(field);
	uint16_t value;

	if (word > 0) {
		memcpy(&value, members + word, sizeof value);
		att_put_u16(buf, value);
	} else if (byte > 0) {
		*buf = field == FORMAT ? len_to_format(members[byte]) : members[byte];
	} else if (field == TYPE || field == TYPE16) {
		memcpy(buf, pdu->type.bytes, pdu->type.len);
	} else if (pdu->len > 0) {
		memcpy(buf, pdu->data, pdu->len);
	}
}

size_t att_encode(const struct att_pdu *pdu, uint8_t *buf, size_t size)
{
	const struct layout *layout = find_layout(pdu->opcode);
	size_t used = 1;

	if (size > ATT_MTU_MAX)
		size = ATT_MTU_MAX;
	if (!layout || size == 0)
		return 0;
	buf[0] = pdu->opcode;
	for (size_t i = 0; i < FIELDS_MAX && layout->fields[i] != END; i++) {
		uint8_t field = layout->fields[i];
		size_t len = fixed_size(field);

		if (len == 0)
			len = rest_size(pdu, field);
		if (!is_encodable(pdu, layout, field) || len > size - used)
			return 0;
		encode_field(pdu, field, buf + used);
		used += len;
	}
	return used;
}

size_t att_item_count(const struct att_pdu *pdu)
{
	return pdu->item_len ? pdu->len / pdu->item_len : 0;
}

const uint8_t *att_item(const struct att_pdu *pdu, size_t index)
{
	return pdu->data + index * pdu->item_len;
}

uint8_t att_response_to(uint8_t request)
{
	switch (request) {
	case ATT_MTU_REQ:
	case ATT_FIND_INFO_REQ:
	case ATT_FIND_VALUE_REQ:
	case ATT_READ_TYPE_REQ:
	case ATT_READ_REQ:
	case ATT_READ_BLOB_REQ:
	case ATT_READ_MULTIPLE_REQ:
	case ATT_READ_GROUP_REQ:
	case ATT_WRITE_REQ:
	case ATT_PREPARE_REQ:
	case ATT_EXECUTE_REQ:
	case ATT_READ_VARIABLE_REQ:
		return (uint8_t)(request + 1);
	default:
		return 0;
	}
}

bool att_is_response(uint8_t opcode)
{
	return opcode == ATT_ERROR_RSP || (opcode > 0 && att_response_to((uint8_t)(opcode - 1)));
}

struct att_uuid att_uuid_16(uint16_t value)
{
	struct att_uuid uuid = {.len = 2};

	att_put_u16(uuid.bytes, value);
	return uuid;
}

struct att_uuid att_uuid_from_text(const uint8_t *bytes, size_t len)
{
	struct att_uuid uuid = {.len = 0};

	if (len != 2 && len != 16)
		return uuid;
	uuid.len = (uint8_t)len;
	for (size_t i = 0; i < len; i++)
		uuid.bytes[i] = bytes[len - 1 - i];
	return uuid;
}

struct att_uuid att_uuid_from_wire(const uint8_t *bytes, size_t len)
{
	struct att_uuid uuid = {.len = 0};

	if (len != 2 && len != 16)
		return uuid;
	uuid.len = (uint8_t)len;
	memcpy(uuid.bytes, bytes, len);
	return uuid;
}

static void expand(const struct att_uuid *uuid, uint8_t out[16])
{
	memcpy(out, base_uuid, 16);
	if (uuid->len == 2)
		memcpy(out + 12, uuid->bytes, 2);
	else
		memcpy(out, uuid->bytes, 16);
}

bool att_uuid_equal(const struct att_uuid *a, const struct att_uuid *b)
{
	uint8_t x[16];
	uint8_t y[16];

	expand(a, x);
	expand(b, y);
	return memcmp(x, y, 16) == 0;
}
