/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatt_central_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Client Supported Features (Part G, 7.2): robust caching, multiple notifications. */
#define FEATURES 0x05

static void on_answer(void *ctx, enum link_write_result result, uint8_t att_error,
                      const struct att_pdu *response);

static bool is_open(const struct gatt_central *central)
{
	return att_bearer_is_open(&central->att.bearer);
}

static void close_central(struct gatt_central *central, enum att_client_end why, int error)
{
	att_bearer_close(&central->att.bearer);
	central->step = STEP_CLOSED;
	central->handlers.on_closed(central->ctx, why, error);
}

static void finish_operation(struct gatt_central *central)
{
	central->is_working = false;
	central->is_raising = false;
	gatt_central_settle_subscription(central);
	central->handlers.on_done(central->ctx, &central->procedure.result);
}

static void fail(struct gatt_central *central, enum att_client_end why, int error)
{
	att_bearer_close(&central->att.bearer);
	if (central->is_working) {
		gatt_procedure_end(&central->procedure, LINK_UNKNOWN);
		finish_operation(central);
	}
	if (!central->att.bearer.is_released)
		close_central(central, why, error);
}

static bool hash_request(struct att_pdu *request)
{
	*request = (struct att_pdu){.opcode = ATT_READ_TYPE_REQ,
	                            .start = 1,
	                            .end = ATT_HANDLE_MAX,
	                            .type = att_uuid_16(ATT_UUID_DATABASE_HASH)};
	return true;
}

static bool write_request(struct att_pdu *request, uint16_t handle, const uint8_t *value,
                          size_t len)
{
	*request = (struct att_pdu){
	        .opcode = ATT_WRITE_REQ, .handle = handle, .data = value, .len = len};
	return handle != 0;
}

/* The one request of a step after the MTU's; false: the peer has nothing to ask for. */
static bool step_request(struct gatt_central *central, struct att_pdu *request)
{
	const struct gatt_tree *tree = &central->tree;
	const struct gatt_characteristic *found;

	switch (central->step) {
	case STEP_MTU:
		*request = (struct att_pdu){.opcode = ATT_MTU_REQ, .mtu = central->att.own_mtu};
		return true;
	case STEP_CHECK:
		return tree->has_hash && hash_request(request);
	case STEP_HASH:
		found = gatt_tree_find_16(tree, ATT_UUID_DATABASE_HASH);
		return central->config.follows_changes && found && !tree->has_hash &&
		       hash_request(request);
	case STEP_FEATURES:
		found = gatt_tree_find_16(tree, ATT_UUID_CLIENT_FEATURES);
		central->features = FEATURES;
		return central->config.follows_changes && found &&
		       write_request(request, found->value_handle, &central->features, 1);
	case STEP_CHANGES:
		found = gatt_tree_find_16(tree, ATT_UUID_SERVICE_CHANGED);
		att_put_u16(central->change_bits, GATT_CCCD_INDICATE);
		return central->config.follows_changes && found &&
		       write_request(request, gatt_tree_cccd(tree, found), central->change_bits, 2);
	case STEP_WALK:
	case STEP_READY:
	case STEP_CLOSED:
		break;
	}
	return false;
}

/* The request that the step still needs; false: the step is complete. */
static bool next_request(struct gatt_central *central, struct att_pdu *request)
{
	if (central->step == STEP_WALK)
		return gatt_walk_next(&central->walk, request);
	return !central->is_asked && step_request(central, request);
}

static void enter(struct gatt_central *central, enum gatt_central_step step)
{
	central->step = step;
	central->is_asked = false;
	if (step != STEP_WALK)
		return;
	central->is_stale = false;
	central->is_ready_due = true;
	gatt_walk_init(&central->walk, &central->tree);
}

/* A tree that the check has found to be the peer's needs no walk, and its hash is known. */
static void leave_step(struct gatt_central *central)
{
	bool has_tree = central->tree.service_count > 0;

	if (central->step == STEP_CHECK && has_tree)
		enter(central, STEP_FEATURES);
	else
		enter(central, central->step + 1);
}

static void ask(struct gatt_central *central, const struct att_pdu *request)
{
	int err = att_client_request(&central->att, request, on_answer, central);

	if (err)
		fail(central, ATT_CLIENT_LINK, err);
}

/* After an overtaken operation the peer may still hold parts of a prepared write. */
static void end_overtaken(struct gatt_central *central)
{
	central->is_overtaken = false;
	if (gatt_procedure_abandon(&central->procedure, ATT_ERR_OUT_OF_SYNC) == GATT_STEP_DONE)
		finish_operation(central);
}

/* At rest a change comes first, then whoever waits for the tree is told. */
static void go_on_ready(struct gatt_central *central)
{
	struct att_pdu request;

	if (central->is_working && central->is_overtaken)
		end_overtaken(central);
	/* on_done may have begun another operation or the end. */
	if (!is_open(central) || central->att.fn)
		return;
	if (central->is_working) {
		gatt_procedure_next(&central->procedure, att_client_mtu(&central->att), &request);
		ask(central, &request);
	} else if (central->is_stale) {
		enter(central, STEP_WALK);
	} else if (central->is_ready_due) {
		central->is_ready_due = false;
		central->handlers.on_ready(central->ctx, att_client_mtu(&central->att));
	}
}

void gatt_central_go_on(struct gatt_central *central)
{
	struct att_pdu request;

	for (;;) {
		if (central->step == STEP_READY)
			go_on_ready(central);
		if (central->step >= STEP_READY || !is_open(central))
			return;
		while (central->step < STEP_READY && !next_request(central, &request))
			leave_step(central);
		if (central->step < STEP_READY)
			break;
	}
	ask(central, &request);
}

/* The hash that was asked for by type: one item of handle and 16 bytes. */
static bool take_hash(struct gatt_central *central, const struct att_pdu *response)
{
	bool is_hash = response && response->item_len == 18;

	if (central->step == STEP_HASH) {
		central->tree.has_hash = is_hash;
		if (is_hash)
			memcpy(central->tree.hash, att_item(response, 0) + 2, 16);
		return true;
	}
	return is_hash && memcmp(central->tree.hash, att_item(response, 0) + 2, 16) == 0;
}

/*
 * The tree is another one: a cached one is forgotten silently; in the middle of an operation its
 * handles may mean something else now, so it is not repeated.
 */
static void discard_tree(struct gatt_central *central)
{
	if (central->is_working) {
		central->is_overtaken = true;
		gatt_central_tell_change(central, 1, ATT_HANDLE_MAX);
	}
	enter(central, STEP_WALK);
}

static void take_step_answer(struct gatt_central *central, const struct att_pdu *response,
                             uint8_t error)
{
	enum gatt_progress progress = GATT_PROGRESS_OK;

	central->is_asked = true;
	if (central->step == STEP_MTU && error != 0 && error != ATT_ERR_NOT_SUPPORTED)
		progress = GATT_PROGRESS_REFUSED;
	else if (central->step == STEP_WALK)
		progress = response ? gatt_walk_take(&central->walk, response)
		                    : gatt_walk_take_error(&central->walk, error);
	else if (central->step == STEP_CHECK && !take_hash(central, response))
		discard_tree(central);
	else if (central->step == STEP_HASH)
		(void)take_hash(central, response);
	if (!is_open(central))
		return;
	if (progress == GATT_PROGRESS_OK)
		gatt_central_go_on(central);
	else
		fail(central, ATT_CLIENT_PROTOCOL,
		     progress == GATT_PROGRESS_REFUSED ? -ECONNREFUSED : -EPROTO);
}

static bool is_about_security(uint8_t error)
{
	return error == ATT_ERR_AUTHENTICATION || error == ATT_ERR_AUTHORIZATION ||
	       error == ATT_ERR_KEY_SIZE || error == ATT_ERR_ENCRYPTION;
}

/* true: the operation waits for something else to happen first. */
static bool is_deferred(struct gatt_central *central, uint8_t error)
{
	if (is_about_security(error) && !central->is_security_asked) {
		central->is_security_asked = true;
		central->refusal = error;
		central->is_raising = true;
		if (central->handlers.on_security(central->ctx, error))
			return true;
		central->is_raising = false;
	}
	if (error == ATT_ERR_OUT_OF_SYNC && !central->is_rechecked) {
		central->is_rechecked = true;
		enter(central, STEP_CHECK);
		/* Without a hash nothing tells that the tree is still right. */
		if (!central->tree.has_hash)
			discard_tree(central);
		if (is_open(central))
			gatt_central_go_on(central);
		return true;
	}
	return false;
}

static void take_operation_answer(struct gatt_central *central, const struct att_pdu *response,
                                  uint8_t error)
{
	uint16_t mtu = att_client_mtu(&central->att);
	enum gatt_step step;

	if (!response && is_deferred(central, error))
		return;
	if (!is_open(central))
		return;
	step = response ? gatt_procedure_take(&central->procedure, mtu, response)
	                : gatt_procedure_take_error(&central->procedure, error);
	/* Between two requests the handles may have got another meaning. */
	if (step == GATT_STEP_MORE && central->is_stale)
		step = gatt_procedure_abandon(&central->procedure, ATT_ERR_OUT_OF_SYNC);
	if (step == GATT_STEP_BROKEN) {
		fail(central, ATT_CLIENT_PROTOCOL, -EPROTO);
		return;
	}
	if (step == GATT_STEP_DONE)
		finish_operation(central);
	if (is_open(central) && !central->att.fn)
		gatt_central_go_on(central);
}

static void on_answer(void *ctx, enum link_write_result result, uint8_t att_error,
                      const struct att_pdu *response)
{
	struct gatt_central *central = ctx;

	if (result == LINK_NOT_SENT || result == LINK_UNKNOWN) {
		/* The link ended: on_ended tells why. */
		if (central->is_working) {
			/* Refused by a 0x12 and not repeated yet, it has done nothing. */
			gatt_procedure_end(&central->procedure,
			                   central->step == STEP_READY ? result : LINK_NOT_SENT);
			finish_operation(central);
		}
		return;
	}
	if (central->step == STEP_READY)
		take_operation_answer(central, response, att_error);
	else
		take_step_answer(central, response, att_error);
}

static void on_value(void *ctx, const struct att_pdu *pdu)
{
	gatt_central_take_value(ctx, pdu);
}

static void on_ended(void *ctx, enum att_client_end why, int error)
{
	struct gatt_central *central = ctx;

	/* An operation that waits for security has no request that could have ended it. */
	if (central->is_working) {
		gatt_procedure_end(&central->procedure, LINK_NOT_SENT);
		finish_operation(central);
	}
	if (!central->att.bearer.is_released)
		close_central(central, why, error);
}

static void on_released(void *ctx)
{
	free(ctx);
}

static const struct att_client_handlers att_handlers = {on_value, on_ended, on_released};

int gatt_central_create(struct gatt_central **out, struct loop *loop, struct link *link,
                        const struct gatt_central_config *config,
                        const struct gatt_central_handlers *handlers, void *ctx)
{
	struct gatt_central *central = calloc(1, sizeof *central);
	unsigned timeout_ms = config->timeout_ms ? config->timeout_ms : ATT_TIMEOUT_MS;
	struct att_pdu request;
	int err;

	*out = NULL;
	if (!central) {
		link_destroy(link);
		return -ENOMEM;
	}
	central->handlers = *handlers;
	central->ctx = ctx;
	central->config = *config;
	central->config.cache = NULL;
	central->is_ready_due = true;
	if (config->cache && (config->is_bonded || config->cache->has_hash))
		central->tree = *config->cache;
	err = att_client_init(&central->att, loop, link, config->mtu, timeout_ms, &att_handlers,
	                      central);
	if (err) {
		free(central);
		return err;
	}
	(void)step_request(central, &request);
	err = att_client_request(&central->att, &request, on_answer, central);
	if (err) {
		gatt_central_destroy(central);
		return err;
	}
	*out = central;
	return 0;
}

void gatt_central_destroy(struct gatt_central *central)
{
	if (!central)
		return;
	central->step = STEP_CLOSED;
	central->is_working = false;
	att_client_finish(&central->att);
}

const struct gatt_tree *gatt_central_tree(const struct gatt_central *central)
{
	return &central->tree;
}

uint16_t gatt_central_mtu(const struct gatt_central *central)
{
	return att_client_mtu(&central->att);
}

int gatt_central_start(struct gatt_central *central, const struct gatt_operation *operation)
{
	struct att_pdu request;
	int err;

	if (central->step == STEP_CLOSED)
		return -ENOTCONN;
	if (central->step != STEP_READY || central->is_working || central->is_stale)
		return -EBUSY;
	if (!gatt_procedure_init(&central->procedure, operation))
		return -EINVAL;
	gatt_procedure_next(&central->procedure, att_client_mtu(&central->att), &request);
	err = att_client_request(&central->att, &request, on_answer, central);
	if (err)
		return err;
	central->is_working = true;
	central->is_security_asked = false;
	central->is_rechecked = false;
	central->is_overtaken = false;
	central->subscribed = 0;
	return 0;
}

int gatt_central_command(struct gatt_central *central, uint16_t handle, const uint8_t *value,
                         size_t len)
{
	return att_client_command(&central->att, &(struct att_pdu){.opcode = ATT_WRITE_CMD,
	                                                           .handle = handle,
	                                                           .data = value,
	                                                           .len = len});
}

void gatt_central_security_raised(struct gatt_central *central, bool is_raised)
{
	if (!central->is_raising)
		return;
	central->is_raising = false;
	att_bearer_enter(&central->att.bearer);
	if (is_raised && !central->is_stale)
		gatt_central_go_on(central);
	else
		take_operation_answer(central, NULL, central->refusal);
	att_bearer_leave(&central->att.bearer);
}
