/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatt_server_inside.h"

#include <string.h>

/* The attribute's own ATT error, or 0 when it may be written. */
static uint8_t may_write(const struct gatt_server *server, const struct gatt_attribute *attribute)
{
	if (!attribute)
		return ATT_ERR_INVALID_HANDLE;
	return gatt_database_may_write(&server->db, attribute, &server->security);
}

/*
 * Judged by the owner first, so that nothing is stored that it refused. The owner does not see
 * what the server keeps for itself.
 */
static uint8_t write_value(struct gatt_server *server, struct gatt_attribute *attribute,
                           const uint8_t *value, size_t len)
{
	uint8_t error;

	if (attribute->kind == GATT_ATTRIBUTE_CCCD)
		return gatt_database_write(&server->db, attribute, value, len);
	if (len > gatt_database_room(&server->db, attribute))
		return ATT_ERR_VALUE_LENGTH;
	error = server->handlers.on_write(server->ctx, attribute->row, value, len);
	/* on_write may have destroyed the server; the memory lives until the bearer is left. */
	return error ? error : gatt_database_write(&server->db, attribute, value, len);
}

static void tell_subscription(struct gatt_server *server, const struct gatt_attribute *attribute)
{
	if (attribute->kind == GATT_ATTRIBUTE_CCCD && att_bearer_is_open(&server->bearer))
		server->handlers.on_subscribed(server->ctx, attribute->owner, attribute->cccd != 0);
}

void gatt_server_serve_write(struct gatt_server *server, const struct att_pdu *pdu)
{
	struct gatt_attribute *attribute = gatt_database_find(&server->db, pdu->handle);
	uint8_t error = may_write(server, attribute);

	if (!error)
		error = write_value(server, attribute, pdu->data, pdu->len);
	if (error) {
		gatt_server_answer_error(server, pdu->opcode, pdu->handle, error);
		return;
	}
	gatt_server_answer(server, &(struct att_pdu){.opcode = ATT_WRITE_RSP});
	tell_subscription(server, attribute);
}

/* Only where the property offers it; anything wrong with a command is ignored (3.4.5.3). */
void gatt_server_serve_command(struct gatt_server *server, const struct att_pdu *pdu)
{
	struct gatt_attribute *attribute = gatt_database_find(&server->db, pdu->handle);

	if (may_write(server, attribute) != 0 || attribute->kind != GATT_ATTRIBUTE_VALUE ||
	    (server->db.rows[attribute->row].properties & GATT_PROP_COMMAND) == 0)
		return;
	(void)write_value(server, attribute, pdu->data, pdu->len);
}

void gatt_server_serve_prepare(struct gatt_server *server, const struct att_pdu *pdu)
{
	uint8_t error = may_write(server, gatt_database_find(&server->db, pdu->handle));
	struct att_pdu echo = *pdu;
	uint8_t buf[ATT_MTU_MAX];

	if (!error && !gatt_queue_add(&server->queue, pdu))
		error = ATT_ERR_QUEUE_FULL;
	if (error) {
		gatt_server_answer_error(server, pdu->opcode, pdu->handle, error);
		return;
	}
	echo.opcode = ATT_PREPARE_RSP;
	att_bearer_answer(&server->bearer, buf, att_encode(&echo, buf, sizeof buf));
}

/* Bit 0 of Characteristic Extended Properties permits reliable writes (Part G, 3.3.3.1). */
static bool is_reliable(const struct gatt_database *db, const struct gatt_attribute *attribute)
{
	struct att_uuid extended = att_uuid_16(ATT_UUID_EXTENDED);

	if (attribute->kind != GATT_ATTRIBUTE_VALUE)
		return false;
	for (size_t i = 0; i < db->count; i++) {
		uint8_t bits;

		if (db->attributes[i].owner == attribute->owner &&
		    db->attributes[i].kind == GATT_ATTRIBUTE_DESCRIPTOR &&
		    att_uuid_equal(&db->attributes[i].type, &extended) &&
		    gatt_database_read(db, &db->attributes[i], 0, &bits, 1, NULL) == 1)
			return (bits & 1) != 0;
	}
	return false;
}

/* Writes to several attributes at once are reliable writes, and all must permit them. */
static uint8_t check_reliable(const struct gatt_server *server, uint16_t *handle)
{
	const struct gatt_queue *queue = &server->queue;
	bool is_mixed = false;

	for (size_t i = 1; i < queue->count; i++)
		is_mixed |= queue->writes[i].handle != queue->writes[0].handle;
	for (size_t i = 0; is_mixed && i < queue->count; i++) {
		*handle = queue->writes[i].handle;
		if (!is_reliable(&server->db, gatt_database_find(&server->db, *handle)))
			return ATT_ERR_NOT_SUPPORTED;
	}
	return 0;
}

/* All values are built before any is written, so that offsets and lengths fail as a whole. */
static uint8_t check_queue(struct gatt_server *server, uint16_t *handle)
{
	uint8_t error = check_reliable(server, handle);

	for (size_t i = 0; error == 0 && i < server->queue.count; i++) {
		uint8_t value[ATT_VALUE_MAX];
		size_t len;

		*handle = server->queue.writes[i].handle;
		if (!gatt_queue_is_first(&server->queue, i))
			continue;
		error = may_write(server, gatt_database_find(&server->db, *handle));
		if (!error)
			error = gatt_queue_value(&server->queue, &server->db, i, value, &len);
	}
	return error;
}

static uint8_t run_queue(struct gatt_server *server, uint16_t *handle)
{
	uint8_t error = check_queue(server, handle);

	for (size_t i = 0; error == 0 && i < server->queue.count; i++) {
		uint8_t value[ATT_VALUE_MAX];
		size_t len;
		struct gatt_attribute *attribute;

		*handle = server->queue.writes[i].handle;
		attribute = gatt_database_find(&server->db, *handle);
		if (!gatt_queue_is_first(&server->queue, i))
			continue;
		error = gatt_queue_value(&server->queue, &server->db, i, value, &len);
		if (!error)
			error = write_value(server, attribute, value, len);
		if (!error)
			tell_subscription(server, attribute);
		if (!att_bearer_is_open(&server->bearer))
			break;
	}
	return error;
}

void gatt_server_serve_execute(struct gatt_server *server, const struct att_pdu *pdu)
{
	uint16_t handle = 0;
	uint8_t error = 0;

	if (pdu->flags > ATT_EXECUTE_WRITE) {
		gatt_server_answer_error(server, pdu->opcode, 0, ATT_ERR_INVALID_PDU);
		return;
	}
	if (pdu->flags == ATT_EXECUTE_WRITE)
		error = run_queue(server, &handle);
	gatt_queue_clear(&server->queue);
	if (error)
		gatt_server_answer_error(server, pdu->opcode, handle, error);
	else
		gatt_server_answer(server, &(struct att_pdu){.opcode = ATT_EXECUTE_RSP});
}
