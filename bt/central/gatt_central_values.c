/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the peer sends unasked, and who wants it. */
#include "gatt_central_inside.h"

#include <errno.h>
#include <string.h>

void gatt_central_tell_change(struct gatt_central *central, uint16_t start, uint16_t end)
{
	memset(central->subscriptions, 0, sizeof central->subscriptions);
	central->handlers.on_changed(central->ctx, start, end);
}

void gatt_central_settle_subscription(struct gatt_central *central)
{
	uint16_t bits = central->procedure.result.result == LINK_DELIVERED ? central->bits_after
	                                                                   : central->bits_before;

	for (size_t i = 0; i < GATT_CENTRAL_SUBSCRIPTIONS; i++) {
		struct gatt_subscription *place = &central->subscriptions[i];

		if (central->subscribed == 0 || place->handle != central->subscribed)
			continue;
		place->bits = bits;
		if (bits == 0)
			place->handle = 0;
	}
	central->subscribed = 0;
}

/* Service Changed of the tree: {start, end} (7.1). */
static bool is_change(const struct gatt_central *central, const struct att_pdu *pdu)
{
	const struct gatt_characteristic *changed =
	        gatt_tree_find_16(&central->tree, ATT_UUID_SERVICE_CHANGED);

	return pdu->opcode == ATT_INDICATE && pdu->len == 4 && changed &&
	       changed->value_handle == pdu->handle;
}

void gatt_central_take_value(struct gatt_central *central, const struct att_pdu *pdu)
{
	uint16_t bit = pdu->opcode == ATT_INDICATE ? GATT_CCCD_INDICATE : GATT_CCCD_NOTIFY;

	if (is_change(central, pdu)) {
		central->is_stale = true;
		central->tree.has_hash = false;
		gatt_central_tell_change(central, att_get_u16(pdu->data),
		                         att_get_u16(pdu->data + 2));
		if (att_bearer_is_open(&central->att.bearer) && central->step == STEP_READY &&
		    !central->is_working)
			gatt_central_go_on(central);
		return;
	}
	for (size_t i = 0; i < GATT_CENTRAL_SUBSCRIPTIONS; i++) {
		const struct gatt_subscription *subscription = &central->subscriptions[i];

		if (subscription->handle == 0 || subscription->handle != pdu->handle ||
		    (subscription->bits & bit) == 0)
			continue;
		central->handlers.on_value(central->ctx, pdu->handle, pdu->data, pdu->len,
		                           pdu->opcode == ATT_INDICATE);
		return;
	}
}

/* The place of the handle's subscription, or a free one; NULL: none left. */
static struct gatt_subscription *place_of(struct gatt_central *central, uint16_t handle)
{
	struct gatt_subscription *place = NULL;

	for (size_t i = 0; i < GATT_CENTRAL_SUBSCRIPTIONS; i++) {
		struct gatt_subscription *subscription = &central->subscriptions[i];

		if (subscription->handle == handle)
			return subscription;
		if (!place && subscription->handle == 0)
			place = subscription;
	}
	return place;
}

int gatt_central_subscribe(struct gatt_central *central, uint16_t value_handle, uint16_t bits)
{
	const struct gatt_characteristic *found = gatt_tree_of_value(&central->tree, value_handle);
	struct gatt_operation operation = {.kind = GATT_WRITE, .count = 1};
	struct gatt_subscription *place = place_of(central, value_handle);
	struct gatt_subscription before;
	int err;

	if (!found || gatt_tree_cccd(&central->tree, found) == 0)
		return -ENOENT;
	if (!place)
		return -ENOSPC;
	att_put_u16(central->cccd_bits, bits);
	operation.parts[0] = (struct gatt_part){.handle = gatt_tree_cccd(&central->tree, found),
	                                        .value = central->cccd_bits,
	                                        .len = 2};
	/* Values may come before the answer to the write, so the place is taken first. */
	before = *place;
	if (bits != 0)
		*place = (struct gatt_subscription){value_handle, bits | before.bits};
	err = gatt_central_start(central, &operation);
	if (err) {
		*place = before;
		return err;
	}
	central->subscribed = value_handle;
	central->bits_before = before.bits;
	central->bits_after = bits;
	return 0;
}
