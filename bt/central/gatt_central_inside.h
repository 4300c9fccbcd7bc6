/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gatt_central_inside - the central's state, shared by the files that make it up. */
#ifndef PUMPCTL_BT_GATT_CENTRAL_INSIDE_H
#define PUMPCTL_BT_GATT_CENTRAL_INSIDE_H

#include "gatt_central.h"
#include "gatt_walk.h"

enum gatt_central_step {
	STEP_MTU,
	STEP_CHECK, /* is the tree still the peer's? */
	STEP_WALK,
	STEP_HASH,
	STEP_FEATURES,
	STEP_CHANGES, /* subscribe to Service Changed */
	STEP_READY,
	STEP_CLOSED,
};

struct gatt_subscription {
	uint16_t handle; /* 0: free */
	uint16_t bits;
};

struct gatt_central {
	struct att_client att;
	struct gatt_central_handlers handlers;
	void *ctx;
	struct gatt_central_config config;
	struct gatt_tree tree;
	struct gatt_walk walk;
	struct gatt_procedure procedure;
	struct gatt_subscription subscriptions[GATT_CENTRAL_SUBSCRIPTIONS];
	enum gatt_central_step step;
	uint8_t features;
	uint8_t change_bits[2];
	uint8_t cccd_bits[2];
	bool is_asked;   /* the one request of the step is done */
	bool is_working; /* an operation */
	bool is_security_asked;
	bool is_raising;
	bool is_stale;     /* the peer announced a change */
	bool is_rechecked; /* the hash was read again for this operation */
	bool is_ready_due; /* on_ready was not called since the last search */
	bool is_overtaken; /* by a change of the database: not to be repeated */
	uint8_t refusal;   /* what asked for security */
	/* What the CCCD write under way leaves of a subscription if it succeeds, and if it does
	 * not. */
	uint16_t subscribed;
	uint16_t bits_after;
	uint16_t bits_before;
};

/* One value from the peer: Service Changed, or for whoever subscribed to it. */
void gatt_central_take_value(struct gatt_central *central, const struct att_pdu *pdu);
/* All that was known of handles is void. */
void gatt_central_tell_change(struct gatt_central *central, uint16_t start, uint16_t end);
/* The operation under way ended: was it the write of a CCCD, its subscription is as the peer has
 * it. */
void gatt_central_settle_subscription(struct gatt_central *central);
/* Sends what comes next, unless something is under way. */
void gatt_central_go_on(struct gatt_central *central);

#endif
