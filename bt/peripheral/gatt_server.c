/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatt_server_inside.h"

#include "gatt_answer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Transaction time-out (Core Vol 3, Part F, 3.3.3). */
#define INDICATION_TIMEOUT_MS 30000

#define CCCD_NOTIFY   0x0001
#define CCCD_INDICATE 0x0002

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

void gatt_server_answer(struct gatt_server *server, const struct att_pdu *pdu)
{
	uint8_t buf[ATT_MTU_DEFAULT];
	size_t len = att_encode(pdu, buf, sizeof buf);

	att_bearer_answer(&server->bearer, buf, len);
}

void gatt_server_answer_error(struct gatt_server *server, uint8_t request, uint16_t handle,
                              uint8_t error)
{
	gatt_server_answer(server, &(struct att_pdu){.opcode = ATT_ERROR_RSP,
	                                             .request = request,
	                                             .handle = handle,
	                                             .error = error});
}

/* What the old client had is not the new one's, and nobody is left to confirm an indication. */
static void restart(struct gatt_server *server)
{
	stop_timer(server);
	server->is_indicating = false;
	server->is_announcing = false;
	server->sync = GATT_SYNC_AWARE;
	server->mtu = ATT_MTU_DEFAULT;
	gatt_queue_clear(&server->queue);
	gatt_database_forget_client(&server->db);
	server->handlers.on_restarted(server->ctx);
}

/* A client asks once per connection (3.4.2.1), so a second request comes from another client. */
static void serve_mtu(struct gatt_server *server, const struct att_pdu *pdu)
{
	if (pdu->mtu < ATT_MTU_DEFAULT) {
		gatt_server_answer_error(server, pdu->opcode, 0, ATT_ERR_INVALID_PDU);
		return;
	}
	if (server->is_mtu_agreed)
		restart(server);
	/* on_restarted may have destroyed the server. */
	if (!att_bearer_is_open(&server->bearer))
		return;
	gatt_server_answer(server,
	                   &(struct att_pdu){.opcode = ATT_MTU_RSP, .mtu = server->own_mtu});
	server->is_mtu_agreed = true;
	server->mtu = pdu->mtu < server->own_mtu ? pdu->mtu : server->own_mtu;
}

typedef void (*answer_fn)(const struct gatt_database *db, const struct gatt_security *security,
                          const struct att_pdu *request, size_t mtu, struct gatt_answer *answer);

static void serve_reading(struct gatt_server *server, const struct att_pdu *pdu, answer_fn fn)
{
	struct gatt_answer made;

	fn(&server->db, &server->security, pdu, server->mtu, &made);
	if (made.error)
		gatt_server_answer_error(server, pdu->opcode, made.handle, made.error);
	else
		att_bearer_answer(&server->bearer, made.bytes, made.len);
}

static void serve_confirm(struct gatt_server *server)
{
	if (!server->is_indicating)
		return;
	stop_timer(server);
	server->is_indicating = false;
	if (server->is_announcing)
		server->sync = GATT_SYNC_AWARE;
	else
		server->handlers.on_confirmed(server->ctx);
	server->is_announcing = false;
}

static void serve_request(struct gatt_server *server, const struct att_pdu *pdu)
{
	switch (pdu->opcode) {
	case ATT_MTU_REQ:
		serve_mtu(server, pdu);
		break;
	case ATT_FIND_INFO_REQ:
	case ATT_FIND_VALUE_REQ:
	case ATT_READ_TYPE_REQ:
	case ATT_READ_GROUP_REQ:
		serve_reading(server, pdu, gatt_answer_range);
		break;
	case ATT_READ_REQ:
	case ATT_READ_BLOB_REQ:
		serve_reading(server, pdu, gatt_answer_read);
		break;
	case ATT_READ_MULTIPLE_REQ:
	case ATT_READ_VARIABLE_REQ:
		serve_reading(server, pdu, gatt_answer_multiple);
		break;
	case ATT_WRITE_REQ:
		gatt_server_serve_write(server, pdu);
		break;
	case ATT_PREPARE_REQ:
		gatt_server_serve_prepare(server, pdu);
		break;
	case ATT_EXECUTE_REQ:
		gatt_server_serve_execute(server, pdu);
		break;
	default:
		break;
	}
}

/* What a client's side or a server's side sends unasked, and therefore gets no error for. */
static bool is_request(uint8_t opcode)
{
	return (opcode & ATT_COMMAND_BIT) == 0 && opcode != ATT_NOTIFY && opcode != ATT_INDICATE &&
	       opcode != ATT_CONFIRM && opcode != ATT_NOTIFY_MULTIPLE;
}

/* A signed write is a command whose signature nobody here can check, so it is ignored. */
static void serve_unasked(struct gatt_server *server, const struct att_pdu *pdu)
{
	if (pdu->opcode == ATT_INDICATE)
		gatt_server_answer(server, &(struct att_pdu){.opcode = ATT_CONFIRM});
	else if (pdu->opcode == ATT_CONFIRM)
		serve_confirm(server);
	else if (pdu->opcode == ATT_WRITE_CMD && !gatt_server_is_unaware(server))
		gatt_server_serve_command(server, pdu);
}

static void on_pdu(void *ctx, const uint8_t *bytes, size_t len)
{
	struct gatt_server *server = ctx;
	struct att_pdu pdu;
	bool is_valid = att_decode(bytes, len, &pdu);

	/* This side never asks, so an answer means that the peer has lost its place. */
	if (len > server->mtu || att_is_response(pdu.opcode)) {
		fail(server, -EPROTO);
		return;
	}
	if (!is_request(pdu.opcode)) {
		/* A malformed indication is confirmed as well, or its sender would wait. */
		if (is_valid || pdu.opcode == ATT_INDICATE)
			serve_unasked(server, &pdu);
	} else if (att_response_to(pdu.opcode) == 0) {
		gatt_server_answer_error(server, pdu.opcode, 0, ATT_ERR_NOT_SUPPORTED);
	} else if (!is_valid) {
		gatt_server_answer_error(server, pdu.opcode, 0, ATT_ERR_INVALID_PDU);
	} else if (gatt_server_is_in_sync(server, &pdu)) {
		serve_request(server, &pdu);
	}
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
	server->security.level = 1;
	server->queue.limit = GATT_QUEUE_WRITES;
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

void gatt_server_set_security(struct gatt_server *server, const struct gatt_security *security)
{
	server->security = *security;
}

void gatt_server_set_queue(struct gatt_server *server, size_t writes)
{
	server->queue.limit = writes < GATT_QUEUE_WRITES ? writes : GATT_QUEUE_WRITES;
}

/* The value attribute of a characteristic that the client has subscribed to in that way. */
static int find_value(struct gatt_server *server, size_t row, uint16_t wanted,
                      const struct gatt_attribute **out)
{
	if (!att_bearer_is_open(&server->bearer))
		return -ENOTCONN;
	if (row >= server->db.row_count)
		return -EINVAL;
	*out = gatt_database_of_row(&server->db, row, GATT_ATTRIBUTE_VALUE);
	if (!*out)
		return -EINVAL;
	return (gatt_database_subscription(&server->db, row) & wanted) != 0 ? 0 : -EPERM;
}

static int send_value(struct gatt_server *server, uint8_t opcode, size_t row, const uint8_t *value,
                      size_t len)
{
	const struct gatt_attribute *attribute;
	struct att_pdu pdu = {.opcode = opcode, .data = value, .len = len};
	uint8_t buf[ATT_MTU_MAX];
	int err = find_value(server, row, opcode == ATT_INDICATE ? CCCD_INDICATE : CCCD_NOTIFY,
	                     &attribute);

	if (err)
		return err;
	if (len > server->mtu - 3u)
		return -EMSGSIZE;
	pdu.handle = attribute->handle;
	return att_bearer_send(&server->bearer, buf, att_encode(&pdu, buf, sizeof buf));
}

int gatt_server_send_indication(struct gatt_server *server, size_t row, const uint8_t *value,
                                size_t len)
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

int gatt_server_indicate(struct gatt_server *server, size_t row, const uint8_t *value, size_t len)
{
	if (gatt_server_is_unaware(server))
		return -EPERM;
	return gatt_server_send_indication(server, row, value, len);
}

int gatt_server_notify(struct gatt_server *server, size_t row, const uint8_t *value, size_t len)
{
	if (gatt_server_is_unaware(server))
		return -EPERM;
	return send_value(server, ATT_NOTIFY, row, value, len);
}

int gatt_server_notify_multiple(struct gatt_server *server, const struct gatt_server_value *values,
                                size_t count)
{
	struct att_pdu pdu = {.opcode = ATT_NOTIFY_MULTIPLE};
	uint8_t tuples[ATT_MTU_MAX];
	uint8_t buf[ATT_MTU_MAX];

	if (count < 2)
		return -EINVAL;
	if (gatt_server_is_unaware(server) ||
	    (server->db.client_features & GATT_FEATURE_MULTIPLE) == 0)
		return -EPERM;
	for (size_t i = 0; i < count; i++) {
		const struct gatt_attribute *attribute;
		int err = find_value(server, values[i].row, CCCD_NOTIFY, &attribute);

		if (err)
			return err;
		if (values[i].len > ATT_VALUE_MAX || pdu.len + 4 + values[i].len > server->mtu - 1u)
			return -EMSGSIZE;
		att_put_u16(tuples + pdu.len, attribute->handle);
		att_put_u16(tuples + pdu.len + 2, (uint16_t)values[i].len);
		if (values[i].len > 0)
			memcpy(tuples + pdu.len + 4, values[i].value, values[i].len);
		pdu.len += 4 + values[i].len;
	}
	pdu.data = tuples;
	return att_bearer_send(&server->bearer, buf, att_encode(&pdu, buf, sizeof buf));
}
