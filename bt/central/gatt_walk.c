/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatt_walk.h"

#include <string.h>

void gatt_walk_init(struct gatt_walk *walk, struct gatt_tree *tree)
{
	memset(tree, 0, sizeof *tree);
	*walk = (struct gatt_walk){.tree = tree, .search = GATT_WALK_PRIMARY, .cursor = 1};
}

static const struct gatt_service *service_of(const struct gatt_walk *walk)
{
	return &walk->tree->services[walk->service];
}

/* An included service with a long UUID does not fit into its declaration: it is read apart. */
static struct gatt_include *nameless_include(const struct gatt_walk *walk)
{
	for (size_t i = 0; i < walk->tree->include_count; i++)
		if (walk->tree->includes[i].uuid.len == 0)
			return &walk->tree->includes[i];
	return NULL;
}

static uint32_t search_end(const struct gatt_walk *walk)
{
	switch (walk->search) {
	case GATT_WALK_PRIMARY:
	case GATT_WALK_SECONDARY:
		return ATT_HANDLE_MAX;
	case GATT_WALK_INCLUDES:
	case GATT_WALK_CHARACTERISTICS:
		return service_of(walk)->end;
	case GATT_WALK_DESCRIPTORS:
		return walk->tree->characteristics[walk->characteristic].end;
	case GATT_WALK_DONE:
		break;
	}
	return 0;
}

/* The first service from index on that has room for more than its declaration. */
static void enter_service(struct gatt_walk *walk, enum gatt_walk_search search, size_t index)
{
	const struct gatt_tree *tree = walk->tree;

	while (index < tree->service_count &&
	       tree->services[index].start == tree->services[index].end)
		index++;
	walk->service = index;
	walk->search = search;
	if (index < tree->service_count) {
		walk->cursor = tree->services[index].start;
		walk->first_characteristic = tree->characteristic_count;
		return;
	}
	if (search == GATT_WALK_INCLUDES)
		enter_service(walk, GATT_WALK_CHARACTERISTICS, 0);
	else
		walk->search = GATT_WALK_DONE;
}

/* The first characteristic of the service from index on that has room for descriptors. */
static void enter_descriptors(struct gatt_walk *walk, size_t index)
{
	const struct gatt_tree *tree = walk->tree;

	while (index < tree->characteristic_count &&
	       tree->characteristics[index].value_handle == tree->characteristics[index].end)
		index++;
	if (index == tree->characteristic_count) {
		enter_service(walk, GATT_WALK_CHARACTERISTICS, walk->service + 1);
		return;
	}
	walk->search = GATT_WALK_DESCRIPTORS;
	walk->characteristic = index;
	walk->cursor = tree->characteristics[index].value_handle + 1u;
}

/* Nothing more in the range: on to the next one. */
static void end_search(struct gatt_walk *walk)
{
	switch (walk->search) {
	case GATT_WALK_PRIMARY:
		walk->search = GATT_WALK_SECONDARY;
		walk->cursor = 1;
		break;
	case GATT_WALK_SECONDARY:
		enter_service(walk, GATT_WALK_INCLUDES, 0);
		break;
	case GATT_WALK_INCLUDES:
		enter_service(walk, GATT_WALK_INCLUDES, walk->service + 1);
		break;
	case GATT_WALK_CHARACTERISTICS:
		enter_descriptors(walk, walk->first_characteristic);
		break;
	case GATT_WALK_DESCRIPTORS:
		enter_descriptors(walk, walk->characteristic + 1);
		break;
	case GATT_WALK_DONE:
		break;
	}
}

bool gatt_walk_next(struct gatt_walk *walk, struct att_pdu *request)
{
	static const struct {
		uint8_t opcode;
		uint16_t type;
	} asked[] = {
	        [GATT_WALK_PRIMARY] = {ATT_READ_GROUP_REQ, ATT_UUID_PRIMARY},
	        [GATT_WALK_SECONDARY] = {ATT_READ_GROUP_REQ, ATT_UUID_SECONDARY},
	        [GATT_WALK_INCLUDES] = {ATT_READ_TYPE_REQ, ATT_UUID_INCLUDE},
	        [GATT_WALK_CHARACTERISTICS] = {ATT_READ_TYPE_REQ, ATT_UUID_CHARACTERISTIC},
	        [GATT_WALK_DESCRIPTORS] = {ATT_FIND_INFO_REQ, 0},
	};
	const struct gatt_include *include = nameless_include(walk);

	if (include) {
		*request = (struct att_pdu){.opcode = ATT_READ_REQ, .handle = include->start};
		return true;
	}
	while (walk->search != GATT_WALK_DONE && walk->cursor > search_end(walk))
		end_search(walk);
	if (walk->search == GATT_WALK_DONE)
		return false;
	*request = (struct att_pdu){.opcode = asked[walk->search].opcode,
	                            .start = (uint16_t)walk->cursor,
	                            .end = (uint16_t)search_end(walk)};
	if (asked[walk->search].type != 0)
		request->type = att_uuid_16(asked[walk->search].type);
	return true;
}

/* Items {start, end, UUID}; each service after the one before it. */
static enum gatt_progress take_services(struct gatt_walk *walk, const struct att_pdu *response)
{
	struct gatt_tree *tree = walk->tree;

	if (response->item_len != 6 && response->item_len != 20)
		return GATT_PROGRESS_BROKEN;
	for (size_t i = 0; i < att_item_count(response); i++) {
		const uint8_t *item = att_item(response, i);
		struct gatt_service service = {
		        .start = att_get_u16(item),
		        .end = att_get_u16(item + 2),
		        .is_primary = walk->search == GATT_WALK_PRIMARY,
		        .uuid = att_uuid_from_wire(item + 4, response->item_len - 4u)};

		if (service.start < walk->cursor || service.end < service.start ||
		    tree->service_count == GATT_TREE_SERVICES)
			return GATT_PROGRESS_BROKEN;
		tree->services[tree->service_count++] = service;
		walk->cursor = service.end + 1u;
	}
	return GATT_PROGRESS_OK;
}

/* Items {handle, start, end} and the UUID if it is short (3.2). */
static enum gatt_progress take_includes(struct gatt_walk *walk, const struct att_pdu *response)
{
	struct gatt_tree *tree = walk->tree;

	if (response->item_len != 6 && response->item_len != 8)
		return GATT_PROGRESS_BROKEN;
	for (size_t i = 0; i < att_item_count(response); i++) {
		const uint8_t *item = att_item(response, i);
		struct gatt_include include = {
		        .handle = att_get_u16(item),
		        .start = att_get_u16(item + 2),
		        .end = att_get_u16(item + 4),
		        .uuid = att_uuid_from_wire(item + 6, response->item_len - 6u)};

		if (include.handle < walk->cursor || include.handle > search_end(walk) ||
		    include.start == 0 || include.end < include.start ||
		    tree->include_count == GATT_TREE_INCLUDES)
			return GATT_PROGRESS_BROKEN;
		tree->includes[tree->include_count++] = include;
		walk->cursor = include.handle + 1u;
	}
	return GATT_PROGRESS_OK;
}

/* Items {declaration, properties, value handle, UUID}; a value after the value before it. */
static enum gatt_progress take_characteristics(struct gatt_walk *walk,
                                               const struct att_pdu *response)
{
	struct gatt_tree *tree = walk->tree;

	if (response->item_len != 7 && response->item_len != 21)
		return GATT_PROGRESS_BROKEN;
	for (size_t i = 0; i < att_item_count(response); i++) {
		const uint8_t *item = att_item(response, i);
		bool is_first = tree->characteristic_count == walk->first_characteristic;
		struct gatt_characteristic *last =
		        is_first ? NULL : &tree->characteristics[tree->characteristic_count - 1];
		struct gatt_characteristic found = {
		        .handle = att_get_u16(item),
		        .value_handle = att_get_u16(item + 3),
		        .end = service_of(walk)->end,
		        .properties = item[2],
		        .uuid = att_uuid_from_wire(item + 5, response->item_len - 5u)};

		if (found.handle < walk->cursor || (last && found.handle <= last->value_handle) ||
		    found.value_handle <= found.handle || found.value_handle > found.end ||
		    tree->characteristic_count == GATT_TREE_CHARACTERISTICS)
			return GATT_PROGRESS_BROKEN;
		if (last)
			last->end = (uint16_t)(found.handle - 1);
		tree->characteristics[tree->characteristic_count++] = found;
		walk->cursor = found.handle + 1u;
	}
	return GATT_PROGRESS_OK;
}

static enum gatt_progress take_descriptors(struct gatt_walk *walk, const struct att_pdu *response)
{
	struct gatt_tree *tree = walk->tree;

	for (size_t i = 0; i < att_item_count(response); i++) {
		const uint8_t *item = att_item(response, i);
		struct gatt_descriptor found = {
		        .handle = att_get_u16(item),
		        .uuid = att_uuid_from_wire(item + 2, response->item_len - 2u)};

		if (found.handle < walk->cursor || found.handle > search_end(walk) ||
		    tree->descriptor_count == GATT_TREE_DESCRIPTORS)
			return GATT_PROGRESS_BROKEN;
		tree->descriptors[tree->descriptor_count++] = found;
		walk->cursor = found.handle + 1u;
	}
	return GATT_PROGRESS_OK;
}

enum gatt_progress gatt_walk_take(struct gatt_walk *walk, const struct att_pdu *response)
{
	struct gatt_include *include = nameless_include(walk);

	if (include) {
		include->uuid = att_uuid_from_wire(response->data, response->len);
		return include->uuid.len == 16 ? GATT_PROGRESS_OK : GATT_PROGRESS_BROKEN;
	}
	switch (walk->search) {
	case GATT_WALK_PRIMARY:
	case GATT_WALK_SECONDARY:
		return take_services(walk, response);
	case GATT_WALK_INCLUDES:
		return take_includes(walk, response);
	case GATT_WALK_CHARACTERISTICS:
		return take_characteristics(walk, response);
	case GATT_WALK_DESCRIPTORS:
		return take_descriptors(walk, response);
	case GATT_WALK_DONE:
		break;
	}
	return GATT_PROGRESS_BROKEN;
}

enum gatt_progress gatt_walk_take_error(struct gatt_walk *walk, uint8_t error)
{
	/* Servers without secondary services may not know the type or the request for it. */
	bool is_optional = walk->search == GATT_WALK_SECONDARY &&
	                   (error == ATT_ERR_GROUP_TYPE || error == ATT_ERR_NOT_SUPPORTED);

	if (nameless_include(walk) || (error != ATT_ERR_NOT_FOUND && !is_optional))
		return GATT_PROGRESS_REFUSED;
	end_search(walk);
	return GATT_PROGRESS_OK;
}
