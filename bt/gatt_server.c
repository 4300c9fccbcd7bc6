/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatt_server.h"

#include "att_bearer.h"
#include "gatt_database.h"

#include <errno.h>
#include <stdlib.h>

/* Transaction time-out (Core Vol 3, Part F, 3.3.3). */
#define INDICATION_TIMEOUT_MS 30000

#define CCCD_NOTIFY   0x0001
#define CCCD_INDICATE 0x0002

struct gatt_server {
	struct att_bearer bearer;
	struct gatt_server_handlers handlers;
	void *ctx;
	struct gatt_database db;
	uint64_t indicated_ms;
	unsigned timeout_ms;
	int timer;
	uint16_t own_mtu;
	uint16_t mtu;
	bool is_mtu_agreed;
	bool is_indicating;
};

static void stop_timer(struct gatt_server *server)
{
	loop_cancel_timer(server->bearer.loop, server->timer);
	server->timer = 0;
}

/* The link is closed. */
static void end(struct gatt_server *server, int error)
{
	stop_timer(server);
	server->handlers.on_closed(server->ctx, error);
}

static void fail(struct gatt_server *server, int error)
{
	att_bearer_close(&server->bearer);
	end(server, error);
}

static void on_timeout(void *ctx)
{
	struct gatt_server *server = ctx;

	server->timer = 0;
	att_bearer_enter(&server->bearer);
	fail(server, -ETIMEDOUT);
	att_bearer_leave(&server->bearer);
}

/* For answers without a value; those fit into any MTU. */
static void answer(struct gatt_server *server, const struct att_pdu *pdu)
{
	uint8_t buf[ATT_MTU_DEFAULT];
	size_t len = att_encode(pdu, buf, sizeof buf);

	att_bearer_answer(&server->bearer, buf, len);
}

static void answer_error(struct gatt_server *server, uint8_t request, uint16_t handle,
                         uint8_t error)
{
	answer(server, &(struct att_pdu){.opcode = ATT_ERROR_RSP,
	                                 .request = request,
	                                 .handle = handle,
	                                 .error = error});
}

/* What the old client had is not the new one's, and nobody is left to confirm an indication. */
static void restart(struct gatt_server *server)
{
	stop_timer(server);
	server->is_indicating = false;
	server->mtu = ATT_MTU_DEFAULT;
	gatt_database_unsubscribe(&server->db);
	server->handlers.on_restarted(server->ctx);
}

/* A client asks once per connection (3.4.2.1), so a second request comes from another client. */
static void serve_mtu(struct gatt_server *server, const struct att_pdu *pdu)
{
	if (pdu->mtu < ATT_MTU_DEFAULT) {
		answer_error(server, pdu->opcode, 0, ATT_ERR_INVALID_PDU);
		return;
	}
	if (server->is_mtu_agreed)
		restart(server);
	/* on_restarted may have destroyed the server. */
	if (!att_bearer_is_open(&server->bearer))
		return;
	answer(server, &(struct att_pdu){.opcode = ATT_MTU_RSP, .mtu = server->own_mtu});
	server->is_mtu_agreed = true;
	server->mtu = pdu->mtu < server->own_mtu ? pdu->mtu : server->own_mtu;
}

static void serve_range(struct gatt_server *server, const struct att_pdu *pdu)
{
	uint8_t buf[ATT_MTU_MAX];
	uint8_t error;
	uint16_t handle;
	size_t len = gatt_database_answer(&server->db, pdu, buf, server->mtu, &error, &handle);

	if (len == 0)
		answer_error(server, pdu->opcode, handle, error);
	else
		att_bearer_answer(&server->bearer, buf, len);
}

static void serve_read(struct gatt_server *server, const struct att_pdu *pdu)
{
	const struct gatt_attribute *attribute = gatt_database_find(&server->db, pdu->handle);
	uint8_t buf[ATT_MTU_MAX] = {att_response_to(pdu->opcode)};
	size_t total;
	size_t len;

	if (!attribute) {
		answer_error(server, pdu->opcode, pdu->handle, ATT_ERR_INVALID_HANDLE);
		return;
	}
	if (!gatt_database_is_readable(&server->db, attribute)) {
		answer_error(server, pdu->opcode, pdu->handle, ATT_ERR_READ_NOT_PERMITTED);
		return;
	}
	/* Both read responses are the opcode and the value. */
	len = gatt_database_read(&server->db, attribute, pdu->offset, buf + 1, server->mtu - 1u,
	                         &total);
	if (pdu->offset > total) {
		answer_error(server, pdu->opcode, pdu->handle, ATT_ERR_INVALID_OFFSET);
		return;
	}
	att_bearer_answer(&server->bearer, buf, len + 1);
}

static uint8_t write_cccd(struct gatt_server *server, struct gatt_attribute *attribute,
                          const struct att_pdu *pdu)
{
	uint8_t properties = server->db.rows[attribute->row].properties;
	uint16_t allowed = 0;
	uint16_t value;

	if (properties & GATT_PROP_NOTIFY)
		allowed |= CCCD_NOTIFY;
	if (properties & GATT_PROP_INDICATE)
		allowed |= CCCD_INDICATE;
	if (pdu->len != 2)
		return ATT_ERR_VALUE_LENGTH;
	value = att_get_u16(pdu->data);
	if ((value & ~allowed) != 0)
		return ATT_ERR_VALUE_NOT_ALLOWED;
	attribute->cccd = value;
	return 0;
}

/* The attribute's own ATT error, or 0 when the write is done. */
static uint8_t write_attribute(struct gatt_server *server, struct gatt_attribute *attribute,
                               const struct att_pdu *pdu)
{
	if (!attribute)
		return ATT_ERR_INVALID_HANDLE;
	if (attribute->kind == GATT_ATTRIBUTE_CCCD)
		return write_cccd(server, attribute, pdu);
	if (attribute->kind != GATT_ATTRIBUTE_VALUE ||
	    (server->db.rows[attribute->row].properties & GATT_PROP_WRITE) == 0)
		return ATT_ERR_WRITE_NOT_PERMITTED;
	if (pdu->len > ATT_VALUE_MAX)
		return ATT_ERR_VALUE_LENGTH;
	return server->handlers.on_write(server->ctx, attribute->row, pdu->data, pdu->len);
}

static void serve_write(struct gatt_server *server, const struct att_pdu *pdu)
{
	struct gatt_attribute *attribute = gatt_database_find(&server->db, pdu->handle);
	uint8_t error = write_attribute(server, attribute, pdu);

	if (error) {
		answer_error(server, pdu->opcode, pdu->handle, error);
		return;
	}
	answer(server, &(struct att_pdu){.opcode = ATT_WRITE_RSP});
	if (attribute->kind == GATT_ATTRIBUTE_CCCD)
		server->handlers.on_subscribed(server->ctx, attribute->row, attribute->cccd != 0);
}

static void serve_confirm(struct gatt_server *server)
{
	if (!server->is_indicating)
		return;
	stop_timer(server);
	server->is_indicating = false;
	server->handlers.on_confirmed(server->ctx);
}

static void serve(struct gatt_server *server, const struct att_pdu *pdu)
{
	switch (pdu->opcode) {
	case ATT_MTU_REQ:
		serve_mtu(server, pdu);
		break;
	case ATT_FIND_INFO_REQ:
	case ATT_FIND_VALUE_REQ:
	case ATT_READ_TYPE_REQ:
	case ATT_READ_GROUP_REQ:
		serve_range(server, pdu);
		break;
	case ATT_READ_REQ:
	case ATT_READ_BLOB_REQ:
		serve_read(server, pdu);
		break;
	case ATT_WRITE_REQ:
		serve_write(server, pdu);
		break;
	case ATT_CONFIRM:
		serve_confirm(server);
		break;
	default: /* commands and values from the peer's own server: nothing is due */
		break;
	}
}

static void on_pdu(void *ctx, const uint8_t *bytes, size_t len)
{
	struct gatt_server *server = ctx;
	struct att_pdu pdu;
	bool is_valid = att_decode(bytes, len, &pdu);
	bool is_command = (pdu.opcode & ATT_COMMAND_BIT) != 0;

	/* This side never asks, so an answer means that the peer has lost its place. */
	if (len > server->mtu || att_is_response(pdu.opcode)) {
		fail(server, -EPROTO);
		return;
	}
	if (is_valid && pdu.opcode == ATT_INDICATE)
		answer(server, &(struct att_pdu){.opcode = ATT_CONFIRM});
	else if (is_valid)
		serve(server, &pdu);
	else if (att_response_to(pdu.opcode) != 0)
		answer_error(server, pdu.opcode, 0, ATT_ERR_INVALID_PDU);
	else if (!is_command && pdu.opcode != ATT_NOTIFY && pdu.opcode != ATT_INDICATE &&
	         pdu.opcode != ATT_CONFIRM)
		answer_error(server, pdu.opcode, 0, ATT_ERR_NOT_SUPPORTED);
}

static void on_writable(void *ctx)
{
	struct gatt_server *server = ctx;

	server->handlers.on_writable(server->ctx);
}

static void on_ended(void *ctx, int error)
{
	end(ctx, error);
}

static void on_released(void *ctx)
{
	struct gatt_server *server = ctx;

	gatt_database_finish(&server->db);
	free(server);
}

static const struct att_bearer_handlers bearer_handlers = {on_pdu, on_writable, on_ended,
                                                           on_released};

static int start(struct gatt_server *server, struct loop *loop, struct link *link,
                 const struct gatt_row *table, size_t rows)
{
	int err = gatt_database_init(&server->db, table, rows);

	if (err) {
		link_destroy(link);
		return err;
	}
	err = att_bearer_init(&server->bearer, loop, link, &bearer_handlers, server);
	if (err)
		gatt_database_finish(&server->db);
	return err;
}

int gatt_server_create(struct gatt_server **out, struct loop *loop, struct link *link,
                       const struct gatt_row *table, size_t rows, uint16_t mtu,
                       const struct gatt_server_handlers *handlers, void *ctx)
{
	struct gatt_server *server = NULL;
	int err = -EINVAL;

	*out = NULL;
	if (mtu >= ATT_MTU_DEFAULT && mtu <= ATT_MTU_MAX) {
		server = calloc(1, sizeof *server);
		err = -ENOMEM;
	}
	if (!server) {
		link_destroy(link);
		return err;
	}
	server->handlers = *handlers;
	server->ctx = ctx;
	server->timeout_ms = INDICATION_TIMEOUT_MS;
	server->own_mtu = mtu;
	server->mtu = ATT_MTU_DEFAULT;
	err = start(server, loop, link, table, rows);
	if (err) {
		free(server);
		return err;
	}
	*out = server;
	return 0;
}

void gatt_server_destroy(struct gatt_server *server)
{
	if (!server)
		return;
	stop_timer(server);
	att_bearer_release(&server->bearer);
}

static int start_timer(struct gatt_server *server)
{
	int id;

	stop_timer(server);
	id = loop_add_timer(server->bearer.loop, server->indicated_ms + server->timeout_ms,
	                    on_timeout, server);
	if (id < 0)
		return id;
	server->timer = id;
	return 0;
}

int gatt_server_set_timeout(struct gatt_server *server, unsigned timeout_ms)
{
	server->timeout_ms = timeout_ms;
	return server->is_indicating ? start_timer(server) : 0;
}

uint16_t gatt_server_mtu(const struct gatt_server *server)
{
	return server->mtu;
}

static int send_value(struct gatt_server *server, uint8_t opcode, size_t row, const uint8_t *value,
                      size_t len)
{
	const struct gatt_attribute *attribute;
	struct att_pdu pdu = {.opcode = opcode, .data = value, .len = len};
	uint8_t buf[ATT_MTU_MAX];
	uint16_t wanted = opcode == ATT_INDICATE ? CCCD_INDICATE : CCCD_NOTIFY;

	if (!att_bearer_is_open(&server->bearer))
		return -ENOTCONN;
	attribute = gatt_database_of_row(&server->db, row, GATT_ATTRIBUTE_CCCD);
	if (row >= server->db.row_count)
		return -EINVAL;
	if (!attribute || (attribute->cccd & wanted) == 0)
		return -EPERM;
	if (len > server->mtu - 3u)
		return -EMSGSIZE;
	/* The CCCD comes right after the value it governs. */
	pdu.handle = (uint16_t)(gatt_database_handle(&server->db, attribute) - 1);
	return att_bearer_send(&server->bearer, buf, att_encode(&pdu, buf, sizeof buf));
}

int gatt_server_indicate(struct gatt_server *server, size_t row, const uint8_t *value, size_t len)
{
	int err;

	if (!att_bearer_is_open(&server->bearer))
		return -ENOTCONN;
	if (server->is_indicating)
		return -EBUSY;
	server->indicated_ms = loop_now_ms();
	err = start_timer(server);
	if (err)
		return err;
	err = send_value(server, ATT_INDICATE, row, value, len);
	if (err)
		stop_timer(server);
	server->is_indicating = err == 0;
	return err;
}

int gatt_server_notify(struct gatt_server *server, size_t row, const uint8_t *value, size_t len)
{
	return send_value(server, ATT_NOTIFY, row, value, len);
}
