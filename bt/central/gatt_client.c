/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatt_client.h"

#include "att_client.h"
#include "gatt_discovery.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum step {
	STEP_MTU,
	STEP_DISCOVER,
	STEP_READ,
	STEP_SUBSCRIBE,
	STEP_READY,
	STEP_CLOSED,
};

struct gatt_client {
	struct att_client att;
	struct gatt_client_handlers handlers;
	void *ctx;
	struct gatt_profile profile;
	struct gatt_discovery discovery;
	enum step step;
	size_t index; /* characteristic being read or subscribed to */
	size_t value_len;
	uint8_t value[ATT_VALUE_MAX];
};

static void ask_next(struct gatt_client *client);
static void on_answer(void *ctx, enum link_write_result result, uint8_t att_error,
                      const struct att_pdu *response);

/* Ends by this side's own decision; the link's end comes through on_ended. */
static void close_client(struct gatt_client *client, enum gatt_close why, int error)
{
	att_bearer_close(&client->att.bearer);
	client->step = STEP_CLOSED;
	client->handlers.on_closed(client->ctx, why, error);
}

static void ask(struct gatt_client *client, const struct att_pdu *request)
{
	int err = att_client_request(&client->att, request, on_answer, client);

	if (err)
		close_client(client, GATT_CLOSE_LINK, err);
}

static bool next_read(struct gatt_client *client, struct att_pdu *request)
{
	while (client->index < client->profile.count && !client->profile.wanted[client->index].read)
		client->index++;
	if (client->index == client->profile.count)
		return false;
	*request = (struct att_pdu){
	        .opcode = client->value_len == 0 ? ATT_READ_REQ : ATT_READ_BLOB_REQ,
	        .handle = client->discovery.found[client->index].value_handle,
	        .offset = (uint16_t)client->value_len,
	};
	return true;
}

static bool next_subscription(struct gatt_client *client, struct att_pdu *request)
{
	static const uint8_t notify[2] = {0x01, 0x00};
	static const uint8_t indicate[2] = {0x02, 0x00};
	const struct gatt_wanted *wanted = client->profile.wanted;

	while (client->index < client->profile.count &&
	       wanted[client->index].subscription == GATT_SUBSCRIBE_NONE)
		client->index++;
	if (client->index == client->profile.count)
		return false;
	*request = (struct att_pdu){
	        .opcode = ATT_WRITE_REQ,
	        .handle = client->discovery.found[client->index].cccd_handle,
	        .data = wanted[client->index].subscription == GATT_SUBSCRIBE_NOTIFY ? notify
	                                                                            : indicate,
	        .len = 2,
	};
	return true;
}

/* The request that the step still needs; false: the step is complete. */
static bool next_request(struct gatt_client *client, struct att_pdu *request)
{
	switch (client->step) {
	case STEP_MTU:
		*request = (struct att_pdu){.opcode = ATT_MTU_REQ, .mtu = client->att.own_mtu};
		return !client->att.is_mtu_asked;
	case STEP_DISCOVER:
		return gatt_discovery_next(&client->discovery, request);
	case STEP_READ:
		return next_read(client, request);
	case STEP_SUBSCRIBE:
		return next_subscription(client, request);
	case STEP_READY:
	case STEP_CLOSED:
		break;
	}
	return false;
}

static void ask_next(struct gatt_client *client)
{
	struct att_pdu request;

	while (client->step < STEP_READY && !next_request(client, &request)) {
		client->step++;
		client->index = 0;
	}
	if (client->step < STEP_READY)
		ask(client, &request);
	else
		client->handlers.on_ready(client->ctx, att_client_mtu(&client->att));
}

static void deliver_read(struct gatt_client *client)
{
	size_t len = client->value_len;

	client->value_len = 0;
	client->handlers.on_value(client->ctx, client->index++, client->value, len);
}

/* A value that fills its PDU may go on: read until a part is short (3.4.4.5, rule of MTU-1). */
static enum gatt_progress take_part(struct gatt_client *client, const struct att_pdu *response)
{
	bool is_full = response->len == (size_t)att_client_mtu(&client->att) - 1;

	if (response->len > sizeof client->value - client->value_len)
		return GATT_PROGRESS_BROKEN;
	if (response->len > 0)
		memcpy(client->value + client->value_len, response->data, response->len);
	client->value_len += response->len;
	if (!is_full)
		deliver_read(client);
	return GATT_PROGRESS_OK;
}

static enum gatt_progress take_answer(struct gatt_client *client, const struct att_pdu *response)
{
	switch (client->step) {
	case STEP_DISCOVER:
		return gatt_discovery_take(&client->discovery, response);
	case STEP_READ:
		return take_part(client, response);
	case STEP_SUBSCRIBE:
		client->index++;
		return GATT_PROGRESS_OK;
	case STEP_MTU:
	case STEP_READY:
	case STEP_CLOSED:
		break;
	}
	return GATT_PROGRESS_OK;
}

static enum gatt_progress take_error(struct gatt_client *client, uint8_t error)
{
	/* A peer without MTU exchange keeps the default MTU (3.4.2). */
	if (client->step == STEP_MTU && error == ATT_ERR_NOT_SUPPORTED)
		return GATT_PROGRESS_OK;
	if (client->step == STEP_DISCOVER && error == ATT_ERR_NOT_FOUND)
		return gatt_discovery_take_end(&client->discovery);
	if (client->step == STEP_READ && client->value_len > 0 &&
	    (error == ATT_ERR_INVALID_OFFSET || error == ATT_ERR_NOT_LONG)) {
		deliver_read(client);
		return GATT_PROGRESS_OK;
	}
	return GATT_PROGRESS_REFUSED;
}

static void on_answer(void *ctx, enum link_write_result result, uint8_t att_error,
                      const struct att_pdu *response)
{
	struct gatt_client *client = ctx;
	enum gatt_progress progress;

	/* The link ended: on_ended tells why. */
	if (result == LINK_NOT_SENT || result == LINK_UNKNOWN)
		return;
	progress = response ? take_answer(client, response) : take_error(client, att_error);
	/* on_value may have destroyed the client. */
	if (!att_bearer_is_open(&client->att.bearer))
		return;
	switch (progress) {
	case GATT_PROGRESS_OK:
		ask_next(client);
		break;
	case GATT_PROGRESS_MISSING:
		close_client(client, GATT_CLOSE_NO_SERVICE, 0);
		break;
	case GATT_PROGRESS_BROKEN:
		close_client(client, GATT_CLOSE_PROTOCOL, -EPROTO);
		break;
	case GATT_PROGRESS_REFUSED:
		close_client(client, GATT_CLOSE_REFUSED, att_error);
		break;
	}
}

static void on_written(void *ctx, enum link_write_result result, uint8_t att_error,
                       const struct att_pdu *response)
{
	struct gatt_client *client = ctx;

	(void)response;
	client->handlers.on_written(client->ctx, result, att_error);
}

/* Values may come before the CCCD's Write Response, so from the time it was written. */
static bool is_subscribed(const struct gatt_client *client, size_t index, uint8_t opcode)
{
	enum gatt_subscription kind =
	        opcode == ATT_NOTIFY ? GATT_SUBSCRIBE_NOTIFY : GATT_SUBSCRIBE_INDICATE;

	if (client->profile.wanted[index].subscription != kind)
		return false;
	return client->step == STEP_READY ||
	       (client->step == STEP_SUBSCRIBE && index <= client->index);
}

static void on_value(void *ctx, const struct att_pdu *pdu)
{
	struct gatt_client *client = ctx;

	for (size_t i = 0; i < client->profile.count; i++) {
		if (client->discovery.found[i].value_handle != pdu->handle ||
		    !is_subscribed(client, i, pdu->opcode))
			continue;
		client->handlers.on_value(client->ctx, i, pdu->data, pdu->len);
		return;
	}
}

static void on_ended(void *ctx, enum att_client_end why, int error)
{
	static const enum gatt_close reasons[] = {
	        [ATT_CLIENT_LINK] = GATT_CLOSE_LINK,
	        [ATT_CLIENT_TIMEOUT] = GATT_CLOSE_TIMEOUT,
	        [ATT_CLIENT_PROTOCOL] = GATT_CLOSE_PROTOCOL,
	};
	struct gatt_client *client = ctx;

	close_client(client, reasons[why], error);
}

static void on_released(void *ctx)
{
	free(ctx);
}

static const struct att_client_handlers att_handlers = {on_value, on_ended, on_released};

int gatt_client_create(struct gatt_client **out, struct loop *loop, struct link *link,
                       const struct gatt_profile *profile, uint16_t mtu,
                       const struct gatt_client_handlers *handlers, void *ctx)
{
	struct gatt_client *client;
	struct att_pdu request;
	int err;

	*out = NULL;
	if (profile->count == 0 || profile->count > GATT_PROFILE_MAX) {
		link_destroy(link);
		return -EINVAL;
	}
	client = calloc(1, sizeof *client);
	if (!client) {
		link_destroy(link);
		return -ENOMEM;
	}
	client->handlers = *handlers;
	client->ctx = ctx;
	client->profile = *profile;
	gatt_discovery_init(&client->discovery, &client->profile);
	err = att_client_init(&client->att, loop, link, mtu, ATT_TIMEOUT_MS, &att_handlers, client);
	if (err) {
		free(client);
		return err;
	}
	(void)next_request(client, &request);
	err = att_client_request(&client->att, &request, on_answer, client);
	if (err) {
		gatt_client_destroy(client);
		return err;
	}
	*out = client;
	return 0;
}

void gatt_client_destroy(struct gatt_client *client)
{
	if (!client)
		return;
	client->step = STEP_CLOSED;
	att_client_finish(&client->att);
}

int gatt_client_set_timeout(struct gatt_client *client, unsigned timeout_ms)
{
	return att_client_set_timeout(&client->att, timeout_ms);
}

int gatt_client_write(struct gatt_client *client, size_t index, const uint8_t *value, size_t len)
{
	struct att_pdu request = {.opcode = ATT_WRITE_REQ, .data = value, .len = len};

	if (client->step != STEP_READY)
		return -ENOTCONN;
	if (index >= client->profile.count)
		return -EINVAL;
	if (len == 0 || len > att_client_mtu(&client->att) - 3u)
		return -EMSGSIZE;
	request.handle = client->discovery.found[index].value_handle;
	return att_client_request(&client->att, &request, on_written, client);
}

const char *gatt_close_text(enum gatt_close why)
{
	switch (why) {
	case GATT_CLOSE_LINK:
		return "the link ended";
	case GATT_CLOSE_TIMEOUT:
		return "no answer within the time limit";
	case GATT_CLOSE_NO_SERVICE:
		return "the device does not offer the service";
	case GATT_CLOSE_PROTOCOL:
		return "the device broke the attribute protocol";
	case GATT_CLOSE_REFUSED:
		return "the device refused a request while connecting";
	}
	return "closed";
}
