/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatt_discovery.h"

/* Characteristic properties (Core Vol 3, Part G, 3.3.1.1). */
#define PROPERTY_READ     0x02
#define PROPERTY_NOTIFY   0x10
#define PROPERTY_INDICATE 0x20

void gatt_discovery_init(struct gatt_discovery *discovery, const struct gatt_profile *profile)
{
	*discovery = (struct gatt_discovery){.profile = profile, .cursor = 1};
	discovery->service = att_uuid_from_text(profile->service.bytes, 16);
	discovery->open = profile->count;
}

static bool needs_cccd(const struct gatt_discovery *discovery, size_t index)
{
	return discovery->profile->wanted[index].subscription != GATT_SUBSCRIBE_NONE &&
	       discovery->found[index].cccd_handle == 0;
}

static void start_descriptors(struct gatt_discovery *discovery)
{
	const struct gatt_profile *profile = discovery->profile;

	while (discovery->index < profile->count && !needs_cccd(discovery, discovery->index))
		discovery->index++;
	discovery->rounds = 0;
	if (discovery->index < profile->count)
		discovery->cursor = discovery->found[discovery->index].value_handle + 1u;
}

/* Last handle of the present search. */
static uint16_t search_end(const struct gatt_discovery *discovery)
{
	switch (discovery->search) {
	case GATT_SEARCH_SERVICE:
		return ATT_HANDLE_MAX;
	case GATT_SEARCH_CHARACTERISTICS:
		return discovery->service_end;
	case GATT_SEARCH_CCCDS:
		return discovery->found[discovery->index].last_handle;
	}
	return 0;
}

bool gatt_discovery_next(struct gatt_discovery *discovery, struct att_pdu *request)
{
	if (discovery->index == discovery->profile->count)
		return false;
	*request = (struct att_pdu){.start = (uint16_t)discovery->cursor,
	                            .end = search_end(discovery)};
	switch (discovery->search) {
	case GATT_SEARCH_SERVICE:
		request->opcode = ATT_FIND_VALUE_REQ;
		request->type = att_uuid_16(ATT_UUID_PRIMARY);
		request->data = discovery->service.bytes;
		request->len = 16;
		break;
	case GATT_SEARCH_CHARACTERISTICS:
		request->opcode = ATT_READ_TYPE_REQ;
		request->type = att_uuid_16(ATT_UUID_CHARACTERISTIC);
		break;
	case GATT_SEARCH_CCCDS:
		request->opcode = ATT_FIND_INFO_REQ;
		break;
	}
	return true;
}

/* All characteristics were seen: are the wanted ones among them? */
static enum gatt_progress end_characteristics(struct gatt_discovery *discovery)
{
	for (size_t i = 0; i < discovery->profile->count; i++)
		if (discovery->found[i].value_handle == 0)
			return GATT_PROGRESS_MISSING;
	discovery->search = GATT_SEARCH_CCCDS;
	start_descriptors(discovery);
	/* A characteristic that ends with its value has no CCCD. */
	if (discovery->index < discovery->profile->count &&
	    discovery->cursor > search_end(discovery))
		return GATT_PROGRESS_MISSING;
	return GATT_PROGRESS_OK;
}

/* Only the first instance of the service counts. */
static enum gatt_progress take_service(struct gatt_discovery *discovery,
                                       const struct att_pdu *response)
{
	const uint8_t *item = att_item(response, 0);
	uint16_t start = att_get_u16(item);
	uint16_t end = att_get_u16(item + 2);

	if (start == 0 || end < start)
		return GATT_PROGRESS_BROKEN;
	discovery->search = GATT_SEARCH_CHARACTERISTICS;
	discovery->rounds = 0;
	discovery->cursor = start + 1u;
	discovery->service_end = end;
	return discovery->cursor > end ? GATT_PROGRESS_MISSING : GATT_PROGRESS_OK;
}

static bool has_properties(const struct gatt_wanted *wanted, uint8_t properties)
{
	uint8_t needed = wanted->read ? PROPERTY_READ : 0;

	if (wanted->subscription == GATT_SUBSCRIBE_NOTIFY)
		needed |= PROPERTY_NOTIFY;
	if (wanted->subscription == GATT_SUBSCRIBE_INDICATE)
		needed |= PROPERTY_INDICATE;
	return (properties & needed) == needed;
}

static void match_characteristic(struct gatt_discovery *discovery, uint16_t declaration,
                                 uint8_t properties, uint16_t value_handle,
                                 const struct att_uuid *uuid)
{
	const struct gatt_profile *profile = discovery->profile;

	if (discovery->open < profile->count)
		discovery->found[discovery->open].last_handle = (uint16_t)(declaration - 1);
	discovery->open = profile->count;
	for (size_t i = 0; i < profile->count; i++) {
		const struct gatt_wanted *wanted = &profile->wanted[i];
		struct att_uuid sought = att_uuid_from_text(wanted->uuid.bytes, 16);

		if (discovery->found[i].value_handle != 0 || !att_uuid_equal(&sought, uuid) ||
		    !has_properties(wanted, properties))
			continue;
		discovery->found[i].value_handle = value_handle;
		discovery->found[i].last_handle = discovery->service_end;
		discovery->open = i;
		return;
	}
}

/* Items {declaration handle, properties, value handle, UUID} (Part G, 3.3.1 and 4.6.1). */
static enum gatt_progress take_characteristics(struct gatt_discovery *discovery,
                                               const struct att_pdu *response)
{
	if (response->item_len != 7 && response->item_len != 21)
		return GATT_PROGRESS_BROKEN;
	for (size_t i = 0; i < att_item_count(response); i++) {
		const uint8_t *item = att_item(response, i);
		uint16_t declaration = att_get_u16(item);
		uint16_t value_handle = att_get_u16(item + 3);
		struct att_uuid uuid = att_uuid_from_wire(item + 5, response->item_len - 5u);

		if (declaration < discovery->cursor || value_handle <= declaration ||
		    value_handle > discovery->service_end)
			return GATT_PROGRESS_BROKEN;
		match_characteristic(discovery, declaration, item[2], value_handle, &uuid);
		discovery->cursor = value_handle + 1u;
	}
	if (discovery->cursor > discovery->service_end)
		return end_characteristics(discovery);
	return GATT_PROGRESS_OK;
}

static enum gatt_progress take_descriptors(struct gatt_discovery *discovery,
                                           const struct att_pdu *response)
{
	struct gatt_found *found = &discovery->found[discovery->index];
	struct att_uuid cccd = att_uuid_16(ATT_UUID_CCCD);

	for (size_t i = 0; i < att_item_count(response); i++) {
		const uint8_t *item = att_item(response, i);
		uint16_t handle = att_get_u16(item);
		struct att_uuid uuid = att_uuid_from_wire(item + 2, response->item_len - 2u);

		if (handle < discovery->cursor || handle > found->last_handle)
			return GATT_PROGRESS_BROKEN;
		discovery->cursor = handle + 1u;
		if (found->cccd_handle == 0 && att_uuid_equal(&uuid, &cccd))
			found->cccd_handle = handle;
	}
	if (found->cccd_handle != 0)
		start_descriptors(discovery);
	if (discovery->index < discovery->profile->count &&
	    discovery->cursor > search_end(discovery))
		return GATT_PROGRESS_MISSING;
	return GATT_PROGRESS_OK;
}

enum gatt_progress gatt_discovery_take(struct gatt_discovery *discovery,
                                       const struct att_pdu *response)
{
	if (++discovery->rounds > GATT_DISCOVERY_ROUNDS)
		return GATT_PROGRESS_BROKEN;
	switch (discovery->search) {
	case GATT_SEARCH_SERVICE:
		return take_service(discovery, response);
	case GATT_SEARCH_CHARACTERISTICS:
		return take_characteristics(discovery, response);
	case GATT_SEARCH_CCCDS:
		return take_descriptors(discovery, response);
	}
	return GATT_PROGRESS_BROKEN;
}

enum gatt_progress gatt_discovery_take_end(struct gatt_discovery *discovery)
{
	switch (discovery->search) {
	case GATT_SEARCH_SERVICE:
	case GATT_SEARCH_CCCDS:
		return GATT_PROGRESS_MISSING;
	case GATT_SEARCH_CHARACTERISTICS:
		return end_characteristics(discovery);
	}
	return GATT_PROGRESS_BROKEN;
}
