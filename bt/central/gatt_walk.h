/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gatt_walk - finds everything a peer's database holds (Core 5.3, Vol 3, Part G, 4.4.1, 4.5.1,
 * 4.6.1, 4.7.1): primary and secondary services, then included services, then for each service
 * its characteristics and their descriptors. Pure: requests out, responses in.
 *
 * No peer can keep it going: every answer must lie in the range asked and rise from handle to
 * handle, and the tree is bounded, so the number of answers is.
 */
#ifndef PUMPCTL_BT_GATT_WALK_H
#define PUMPCTL_BT_GATT_WALK_H

#include "gatt_progress.h"
#include "gatt_tree.h"

enum gatt_walk_search {
	GATT_WALK_PRIMARY,
	GATT_WALK_SECONDARY,
	GATT_WALK_INCLUDES,
	GATT_WALK_CHARACTERISTICS,
	GATT_WALK_DESCRIPTORS,
	GATT_WALK_DONE,
};

struct gatt_walk {
	struct gatt_tree *tree; /* borrowed; filled */
	enum gatt_walk_search search;
	uint32_t cursor; /* next handle to ask for; may pass 0xffff */
	size_t service;
	size_t characteristic;       /* whose descriptors are sought */
	size_t first_characteristic; /* of the service */
};

/* Empties tree and begins. */
void gatt_walk_init(struct gatt_walk *walk, struct gatt_tree *tree);

/* The next request; false: everything is found. */
bool gatt_walk_next(struct gatt_walk *walk, struct att_pdu *request);

/* Takes the response to the last request. On anything but OK the walk is over. */
enum gatt_progress gatt_walk_take(struct gatt_walk *walk, const struct att_pdu *response)
        __attribute__((warn_unused_result));
/* Takes an ATT error. */
enum gatt_progress gatt_walk_take_error(struct gatt_walk *walk, uint8_t error)
        __attribute__((warn_unused_result));

#endif
