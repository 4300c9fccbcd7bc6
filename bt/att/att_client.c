/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "att_client.h"

#include <errno.h>

static void finish_request(struct att_client *client, enum link_write_result result,
                           uint8_t att_error, const struct att_pdu *response)
{
	att_client_fn fn = client->fn;

	loop_cancel_timer(client->bearer.loop, client->timer);
	client->timer = 0;
	client->fn = NULL;
	if (fn)
		fn(client->fn_ctx, result, att_error, response);
}

/* The link is closed. A handler of the request may have finished the client. */
static void end(struct att_client *client, enum att_client_end why, int error)
{
	if (client->fn)
		finish_request(client, client->is_sent ? LINK_UNKNOWN : LINK_NOT_SENT, 0, NULL);
	if (!client->bearer.is_released)
		client->handlers->on_ended(client->ctx, why, error);
}

static void fail(struct att_client *client, enum att_client_end why, int error)
{
	att_bearer_close(&client->bearer);
	end(client, why, error);
}

static void on_timeout(void *ctx)
{
	struct att_client *client = ctx;

	client->timer = 0;
	att_bearer_enter(&client->bearer);
	fail(client, ATT_CLIENT_TIMEOUT, -ETIMEDOUT);
	att_bearer_leave(&client->bearer);
}

static void answer(struct att_client *client, const struct att_pdu *pdu)
{
	uint8_t buf[ATT_MTU_DEFAULT];
	size_t len = att_encode(pdu, buf, sizeof buf);

	att_bearer_answer(&client->bearer, buf, len);
}

static void answer_error(struct att_client *client, uint8_t request, uint16_t handle, uint8_t error)
{
	answer(client, &(struct att_pdu){.opcode = ATT_ERROR_RSP,
	                                 .request = request,
	                                 .handle = handle,
	                                 .error = error});
}

static void set_mtu(struct att_client *client, uint16_t theirs)
{
	client->mtu = theirs < client->own_mtu ? theirs : client->own_mtu;
}

static void serve_mtu(struct att_client *client, const struct att_pdu *pdu)
{
	if (pdu->mtu < ATT_MTU_DEFAULT) {
		answer_error(client, pdu->opcode, 0, ATT_ERR_INVALID_PDU);
		return;
	}
	answer(client, &(struct att_pdu){.opcode = ATT_MTU_RSP, .mtu = client->own_mtu});
	set_mtu(client, pdu->mtu);
}

/* Without attributes there is nothing to read at once and nothing to prepare. */
static bool is_known(uint8_t request)
{
	switch (request) {
	case ATT_READ_MULTIPLE_REQ:
	case ATT_READ_VARIABLE_REQ:
	case ATT_PREPARE_REQ:
	case ATT_EXECUTE_REQ:
		return false;
	default:
		return att_response_to(request) != 0;
	}
}

/* The peer's client asks a side that has no attributes. */
static void serve_request(struct att_client *client, const struct att_pdu *pdu, bool is_valid)
{
	if (!is_known(pdu->opcode))
		answer_error(client, pdu->opcode, 0, ATT_ERR_NOT_SUPPORTED);
	else if (!is_valid)
		answer_error(client, pdu->opcode, 0, ATT_ERR_INVALID_PDU);
	else if (pdu->opcode == ATT_MTU_REQ)
		serve_mtu(client, pdu);
	else if (pdu->start > 0)
		answer_error(client, pdu->opcode, pdu->start, ATT_ERR_NOT_FOUND);
	else
		answer_error(client, pdu->opcode, pdu->handle, ATT_ERR_INVALID_HANDLE);
}

static bool is_listed(const struct att_pdu *request, uint16_t handle)
{
	for (size_t i = 0; i < att_item_count(request); i++)
		if (att_get_u16(att_item(request, i)) == handle)
			return true;
	return false;
}

/*
 * An Error Response belongs to the request when it names its opcode and its handle; for a
 * request on a range, any handle in it (3.4.1.1). A peer that does not know the request may say
 * handle 0.
 */
static bool is_error_of_request(const struct att_client *client, const struct att_pdu *pdu)
{
	struct att_pdu request;

	if (pdu->error == 0 || pdu->request != client->request[0] ||
	    !att_decode(client->request, client->request_len, &request))
		return false;
	if (pdu->handle == 0 && pdu->error == ATT_ERR_NOT_SUPPORTED)
		return true;
	/* The attribute that could not be written was named when it was prepared. */
	if (request.opcode == ATT_EXECUTE_REQ)
		return true;
	if (request.opcode == ATT_READ_MULTIPLE_REQ || request.opcode == ATT_READ_VARIABLE_REQ)
		return is_listed(&request, pdu->handle);
	if (request.start > 0)
		return pdu->handle >= request.start && pdu->handle <= request.end;
	return pdu->handle == request.handle;
}

static void take_response(struct att_client *client, const struct att_pdu *pdu, bool is_valid)
{
	bool is_expected = is_valid && client->fn && client->is_sent;

	if (is_expected && pdu->opcode == ATT_ERROR_RSP && is_error_of_request(client, pdu)) {
		finish_request(client, LINK_REFUSED, pdu->error, NULL);
		return;
	}
	if (!is_expected || pdu->opcode != att_response_to(client->request[0]) ||
	    (pdu->opcode == ATT_MTU_RSP && pdu->mtu < ATT_MTU_DEFAULT)) {
		fail(client, ATT_CLIENT_PROTOCOL, -EPROTO);
		return;
	}
	if (pdu->opcode == ATT_MTU_RSP)
		set_mtu(client, pdu->mtu);
	finish_request(client, LINK_DELIVERED, 0, pdu);
}

/* A notification of several values is handed on as that many notifications. */
static void take_values(struct att_client *client, const struct att_pdu *pdu)
{
	struct att_pdu one = {.opcode = ATT_NOTIFY};
	size_t at = 0;

	while (att_bearer_is_open(&client->bearer) &&
	       att_tuple_next(pdu, &at, &one.handle, &one.data, &one.len))
		client->handlers->on_value(client->ctx, &one);
}

static void on_pdu(void *ctx, const uint8_t *bytes, size_t len)
{
	struct att_client *client = ctx;
	struct att_pdu pdu;
	bool is_valid = att_decode(bytes, len, &pdu);

	if (len > client->mtu) {
		fail(client, ATT_CLIENT_PROTOCOL, -EPROTO);
		return;
	}
	switch (pdu.opcode) {
	case ATT_NOTIFY:
		if (is_valid)
			client->handlers->on_value(client->ctx, &pdu);
		return;
	case ATT_NOTIFY_MULTIPLE:
		if (is_valid)
			take_values(client, &pdu);
		return;
	case ATT_INDICATE:
		answer(client, &(struct att_pdu){.opcode = ATT_CONFIRM});
		if (is_valid)
			client->handlers->on_value(client->ctx, &pdu);
		return;
	default:
		break;
	}
	if (att_is_response(pdu.opcode) || pdu.opcode == ATT_CONFIRM)
		take_response(client, &pdu, is_valid);
	else if ((pdu.opcode & ATT_COMMAND_BIT) == 0)
		serve_request(client, &pdu, is_valid);
}

/* A refusal other than "full" means that the link is dead: on_ended will come. */
static void send_request(struct att_client *client)
{
	client->is_sent =
	        att_bearer_send(&client->bearer, client->request, client->request_len) == 0;
}

static void on_writable(void *ctx)
{
	struct att_client *client = ctx;

	if (client->fn && !client->is_sent)
		send_request(client);
}

static void on_ended(void *ctx, int error)
{
	/* A message larger than any ATT PDU is the peer's fault, not the link's. */
	end(ctx, error == -EMSGSIZE ? ATT_CLIENT_PROTOCOL : ATT_CLIENT_LINK, error);
}

static void on_released(void *ctx)
{
	struct att_client *client = ctx;

	client->handlers->on_released(client->ctx);
}

static const struct att_bearer_handlers bearer_handlers = {on_pdu, on_writable, on_ended,
                                                           on_released};

int att_client_init(struct att_client *client, struct loop *loop, struct link *link,
                    uint16_t own_mtu, unsigned timeout_ms,
                    const struct att_client_handlers *handlers, void *ctx)
{
	if (own_mtu < ATT_MTU_DEFAULT || own_mtu > ATT_MTU_MAX) {
		link_destroy(link);
		return -EINVAL;
	}
	*client = (struct att_client){.handlers = handlers,
	                              .ctx = ctx,
	                              .timeout_ms = timeout_ms,
	                              .own_mtu = own_mtu,
	                              .mtu = ATT_MTU_DEFAULT};
	return att_bearer_init(&client->bearer, loop, link, &bearer_handlers, client);
}

void att_client_finish(struct att_client *client)
{
	loop_cancel_timer(client->bearer.loop, client->timer);
	client->timer = 0;
	client->fn = NULL;
	att_bearer_release(&client->bearer);
}

static int start_timer(struct att_client *client)
{
	int id;

	loop_cancel_timer(client->bearer.loop, client->timer);
	client->timer = 0;
	id = loop_add_timer(client->bearer.loop, client->started_ms + client->timeout_ms,
	                    on_timeout, client);
	if (id < 0)
		return id;
	client->timer = id;
	return 0;
}

int att_client_set_timeout(struct att_client *client, unsigned timeout_ms)
{
	client->timeout_ms = timeout_ms;
	return client->fn ? start_timer(client) : 0;
}

int att_client_request(struct att_client *client, const struct att_pdu *request, att_client_fn fn,
                       void *fn_ctx)
{
	int err;

	if (!att_bearer_is_open(&client->bearer))
		return -ENOTCONN;
	if (client->fn)
		return -EBUSY;
	if (att_response_to(request->opcode) == 0)
		return -EINVAL;
	if (request->opcode == ATT_MTU_REQ && client->is_mtu_asked)
		return -EALREADY;
	client->request_len = att_encode(request, client->request, sizeof client->request);
	if (client->request_len == 0)
		return -EINVAL;
	if (client->request_len > client->mtu)
		return -EMSGSIZE;
	client->started_ms = loop_now_ms();
	err = start_timer(client);
	if (err)
		return err;
	client->is_mtu_asked |= request->opcode == ATT_MTU_REQ;
	client->fn = fn;
	client->fn_ctx = fn_ctx;
	send_request(client);
	return 0;
}

int att_client_command(struct att_client *client, const struct att_pdu *command)
{
	uint8_t buf[LINK_PDU_MAX];
	size_t len = att_encode(command, buf, sizeof buf);

	if ((command->opcode & ATT_COMMAND_BIT) == 0)
		return -EINVAL;
	if (len == 0 || len > client->mtu)
		return -EMSGSIZE;
	return att_bearer_send(&client->bearer, buf, len);
}

uint16_t att_client_mtu(const struct att_client *client)
{
	return client->mtu;
}
