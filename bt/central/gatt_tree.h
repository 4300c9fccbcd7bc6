/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gatt_tree - what a peer's database was found to hold, in the order of handles, and its form as
 * bytes for a cache. Pure; caller's memory; bounded, since the peer decides how much there is.
 */
#ifndef PUMPCTL_BT_GATT_TREE_H
#define PUMPCTL_BT_GATT_TREE_H

#include "att.h"

#define GATT_TREE_SERVICES        64
#define GATT_TREE_INCLUDES        64
#define GATT_TREE_CHARACTERISTICS 256
#define GATT_TREE_DESCRIPTORS     256

struct gatt_service {
	uint16_t start;
	uint16_t end;
	bool is_primary;
	struct att_uuid uuid;
};

struct gatt_include {
	uint16_t handle;
	uint16_t start;
	uint16_t end;
	struct att_uuid uuid; /* len 0 until it has been read */
};

struct gatt_characteristic {
	uint16_t handle; /* of the declaration */
	uint16_t value_handle;
	uint16_t end; /* last handle of its descriptors */
	uint8_t properties;
	struct att_uuid uuid;
};

struct gatt_descriptor {
	uint16_t handle;
	struct att_uuid uuid;
};

struct gatt_tree {
	uint16_t service_count;
	uint16_t include_count;
	uint16_t characteristic_count;
	uint16_t descriptor_count;
	bool has_hash;
	uint8_t hash[16]; /* as it was read; only ever compared */
	struct gatt_service services[GATT_TREE_SERVICES];
	struct gatt_include includes[GATT_TREE_INCLUDES];
	struct gatt_characteristic characteristics[GATT_TREE_CHARACTERISTICS];
	struct gatt_descriptor descriptors[GATT_TREE_DESCRIPTORS];
};

/* First characteristic of that type, NULL: none. */
const struct gatt_characteristic *gatt_tree_find(const struct gatt_tree *tree,
                                                 const struct att_uuid *uuid);
const struct gatt_characteristic *gatt_tree_find_16(const struct gatt_tree *tree, uint16_t uuid);
/* The characteristic with that value handle, NULL: none. */
const struct gatt_characteristic *gatt_tree_of_value(const struct gatt_tree *tree,
                                                     uint16_t value_handle);
/* Handle of the characteristic's CCCD, 0: it has none. */
uint16_t gatt_tree_cccd(const struct gatt_tree *tree,
                        const struct gatt_characteristic *characteristic);

/* Upper bound of what gatt_tree_encode writes. */
#define GATT_TREE_BYTES                                                                            \
	(27 + 22 * GATT_TREE_SERVICES + 23 * GATT_TREE_INCLUDES + 24 * GATT_TREE_CHARACTERISTICS + \
	 19 * GATT_TREE_DESCRIPTORS)

/* Writes the tree to buf (GATT_TREE_BYTES). Returns the length. */
size_t gatt_tree_encode(const struct gatt_tree *tree, uint8_t *buf);
/* false: not what gatt_tree_encode writes, whole and with nothing after it; *tree is then empty. */
bool gatt_tree_decode(const uint8_t *bytes, size_t len, struct gatt_tree *tree);

#endif
