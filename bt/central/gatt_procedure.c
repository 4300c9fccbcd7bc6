/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatt_procedure.h"

#include <string.h>

/* Of a Prepare Write Request: opcode, handle, offset (Part F, 3.4.6.1). */
#define PREPARE_HEAD 5

bool gatt_procedure_init(struct gatt_procedure *procedure, const struct gatt_operation *operation)
{
	uint8_t *at = procedure->bytes;

	if (operation->count > GATT_PARTS_MAX ||
	    (operation->count == 0 && operation->kind != GATT_READ_TYPE) ||
	    (operation->kind == GATT_READ_TYPE &&
	     (operation->start == 0 || operation->start > operation->end)))
		return false;
	procedure->operation = *operation;
	procedure->part = 0;
	procedure->at = 0;
	procedure->cursor = operation->start;
	procedure->is_ending = false;
	procedure->is_cancelled = false;
	procedure->result = (struct gatt_result){.result = LINK_NOT_SENT};
	procedure->len = 0;
	for (size_t i = 0; i < operation->count; i++) {
		struct gatt_part *part = &procedure->operation.parts[i];

		if (part->len > ATT_VALUE_MAX)
			return false;
		if (part->len > 0)
			memcpy(at, part->value, part->len);
		part->value = at;
		at += part->len;
	}
	/* The room for values is free when there are none: the handles in the order of the wire. */
	if (operation->kind == GATT_READ_MULTIPLE || operation->kind == GATT_READ_VARIABLE)
		for (size_t i = 0; i < operation->count; i++)
			att_put_u16(procedure->bytes + 2 * i, operation->parts[i].handle);
	return true;
}

static size_t next_chunk(const struct gatt_procedure *procedure, uint16_t mtu)
{
	size_t left = procedure->operation.parts[procedure->part].len - procedure->at;
	size_t room = (size_t)mtu - PREPARE_HEAD;

	return left < room ? left : room;
}

static void next_prepared(const struct gatt_procedure *procedure, uint16_t mtu,
                          struct att_pdu *request)
{
	const struct gatt_part *part = &procedure->operation.parts[procedure->part];

	if (procedure->is_ending) {
		request->opcode = ATT_EXECUTE_REQ;
		request->flags = procedure->is_cancelled ? ATT_EXECUTE_CANCEL : ATT_EXECUTE_WRITE;
		return;
	}
	request->opcode = ATT_PREPARE_REQ;
	request->handle = part->handle;
	request->offset = (uint16_t)(part->offset + procedure->at);
	request->data = part->value + procedure->at;
	request->len = next_chunk(procedure, mtu);
}

void gatt_procedure_next(const struct gatt_procedure *procedure, uint16_t mtu,
                         struct att_pdu *request)
{
	const struct gatt_operation *operation = &procedure->operation;
	const struct gatt_part *part = &operation->parts[0];
	bool is_variable = operation->kind == GATT_READ_VARIABLE;

	*request = (struct att_pdu){.opcode = ATT_READ_REQ, .handle = part->handle};
	switch (operation->kind) {
	case GATT_READ:
		break;
	case GATT_READ_LONG:
		request->opcode = procedure->len == 0 ? ATT_READ_REQ : ATT_READ_BLOB_REQ;
		request->offset = (uint16_t)procedure->len;
		break;
	case GATT_READ_TYPE:
		*request = (struct att_pdu){.opcode = ATT_READ_TYPE_REQ,
		                            .start = (uint16_t)procedure->cursor,
		                            .end = operation->end,
		                            .type = operation->type};
		break;
	case GATT_READ_MULTIPLE:
	case GATT_READ_VARIABLE:
		*request = (struct att_pdu){.opcode = is_variable ? ATT_READ_VARIABLE_REQ
		                                                  : ATT_READ_MULTIPLE_REQ,
		                            .item_len = 2,
		                            .data = procedure->bytes,
		                            .len = 2 * operation->count};
		break;
	case GATT_WRITE:
		request->opcode = ATT_WRITE_REQ;
		request->data = part->value;
		request->len = part->len;
		break;
	case GATT_WRITE_PREPARED:
		next_prepared(procedure, mtu, request);
		break;
	}
}

static enum gatt_step finish(struct gatt_procedure *procedure, enum link_write_result result,
                             uint8_t error)
{
	procedure->result.result = result;
	procedure->result.att_error = error;
	procedure->result.value = procedure->value;
	procedure->result.len = procedure->len;
	return GATT_STEP_DONE;
}

static bool append(struct gatt_procedure *procedure, const uint8_t *bytes, size_t len, size_t room)
{
	if (len > room - procedure->len)
		return false;
	if (len > 0)
		memcpy(procedure->value + procedure->len, bytes, len);
	procedure->len += len;
	return true;
}

/* A value that fills its PDU may go on: read until a part is short (4.8.3). */
static enum gatt_step take_part(struct gatt_procedure *procedure, uint16_t mtu,
                                const struct att_pdu *response)
{
	if (!append(procedure, response->data, response->len, ATT_VALUE_MAX))
		return GATT_STEP_BROKEN;
	if (response->len == (size_t)mtu - 1)
		return GATT_STEP_MORE;
	return finish(procedure, LINK_DELIVERED, 0);
}

/* Items {handle, value} of one length; handles rise. A full result ends the search early. */
static enum gatt_step take_items(struct gatt_procedure *procedure, const struct att_pdu *response)
{
	for (size_t i = 0; i < att_item_count(response); i++) {
		const uint8_t *item = att_item(response, i);
		uint16_t handle = att_get_u16(item);
		uint8_t head[4];

		if (handle < procedure->cursor || handle > procedure->operation.end)
			return GATT_STEP_BROKEN;
		procedure->cursor = handle + 1u;
		att_put_u16(head, handle);
		att_put_u16(head + 2, (uint16_t)(response->item_len - 2));
		if (sizeof procedure->value - procedure->len < response->item_len + 2u)
			return finish(procedure, LINK_DELIVERED, 0);
		(void)append(procedure, head, sizeof head, sizeof procedure->value);
		(void)append(procedure, item + 2, response->item_len - 2u, sizeof procedure->value);
	}
	if (procedure->cursor > procedure->operation.end)
		return finish(procedure, LINK_DELIVERED, 0);
	return GATT_STEP_MORE;
}

static void start_cancel(struct gatt_procedure *procedure)
{
	procedure->is_ending = true;
	procedure->is_cancelled = true;
}

/* Handle, offset and every byte must come back as they were sent (4.9.5). */
static enum gatt_step take_echo(struct gatt_procedure *procedure, uint16_t mtu,
                                const struct att_pdu *response)
{
	struct att_pdu sent;

	gatt_procedure_next(procedure, mtu, &sent);
	if (response->handle != sent.handle || response->offset != sent.offset ||
	    response->len != sent.len ||
	    (sent.len > 0 && memcmp(response->data, sent.data, sent.len) != 0)) {
		procedure->result.is_echo_wrong = true;
		start_cancel(procedure);
		return GATT_STEP_MORE;
	}
	procedure->at += sent.len;
	if (procedure->at == procedure->operation.parts[procedure->part].len) {
		procedure->at = 0;
		procedure->part++;
	}
	procedure->is_ending = procedure->part == procedure->operation.count;
	return GATT_STEP_MORE;
}

/* A cancelled write ends as what it was cancelled for. */
static enum gatt_step end_cancel(struct gatt_procedure *procedure)
{
	uint8_t error = procedure->result.att_error;

	return finish(procedure, error ? LINK_REFUSED : LINK_NOT_SENT, error);
}

enum gatt_step gatt_procedure_take(struct gatt_procedure *procedure, uint16_t mtu,
                                   const struct att_pdu *response)
{
	switch (procedure->operation.kind) {
	case GATT_READ_LONG:
		return take_part(procedure, mtu, response);
	case GATT_READ_TYPE:
		return take_items(procedure, response);
	case GATT_READ:
	case GATT_READ_MULTIPLE:
	case GATT_READ_VARIABLE:
		(void)append(procedure, response->data, response->len, sizeof procedure->value);
		break;
	case GATT_WRITE:
		break;
	case GATT_WRITE_PREPARED:
		if (!procedure->is_ending)
			return take_echo(procedure, mtu, response);
		if (procedure->is_cancelled)
			return end_cancel(procedure);
		break;
	}
	return finish(procedure, LINK_DELIVERED, 0);
}

enum gatt_step gatt_procedure_take_error(struct gatt_procedure *procedure, uint8_t error)
{
	bool is_end_of_value = procedure->operation.kind == GATT_READ_LONG && procedure->len > 0 &&
	                       (error == ATT_ERR_INVALID_OFFSET || error == ATT_ERR_NOT_LONG);
	bool is_end_of_list = procedure->operation.kind == GATT_READ_TYPE && procedure->len > 0 &&
	                      error == ATT_ERR_NOT_FOUND;

	if (is_end_of_value || is_end_of_list)
		return finish(procedure, LINK_DELIVERED, 0);
	if (procedure->operation.kind != GATT_WRITE_PREPARED ||
	    (procedure->is_ending && !procedure->is_cancelled))
		return finish(procedure, LINK_REFUSED, error);
	if (procedure->is_cancelled)
		return end_cancel(procedure);
	procedure->result.att_error = error;
	start_cancel(procedure);
	return GATT_STEP_MORE;
}

enum gatt_step gatt_procedure_abandon(struct gatt_procedure *procedure, uint8_t error)
{
	if (procedure->operation.kind != GATT_WRITE_PREPARED)
		return finish(procedure, LINK_REFUSED, error);
	if (!procedure->is_cancelled) {
		procedure->result.att_error = error;
		start_cancel(procedure);
	}
	return GATT_STEP_MORE;
}

void gatt_procedure_end(struct gatt_procedure *procedure, enum link_write_result result)
{
	bool is_prepared = procedure->operation.kind == GATT_WRITE_PREPARED;

	if (is_prepared && (!procedure->is_ending || procedure->is_cancelled))
		result = LINK_NOT_SENT;
	/* A part of a long value is no value. */
	procedure->len = 0;
	(void)finish(procedure, result, 0);
}
