/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mgmt_discovery.h"

#include "att.h"

#include <errno.h>
#include <string.h>

/* BlueZ doc/mgmt-protocol.rst. */
#define OP_START_DISCOVERY 0x0023
#define OP_STOP_DISCOVERY  0x0024

#define EVENT_DEVICE_FOUND 0x0012
#define EVENT_DISCOVERING  0x0013

/* Public and random addresses. */
static const uint8_t types = 6;

/* Device Found: address 7, RSSI 1, flags 4, length 2, then data. */
#define FOUND_HEAD 14

/* Assigned Numbers 2.3: incomplete and complete lists of 128-bit services; one with its data. */
#define FIELD_SERVICES_SOME 0x06
#define FIELD_SERVICES_ALL  0x07
#define FIELD_SERVICE_DATA  0x21

/* On the air UUIDs are least significant byte first. */
static void reverse(uint8_t out[MGMT_UUID_LEN], const uint8_t in[MGMT_UUID_LEN])
{
	for (size_t i = 0; i < MGMT_UUID_LEN; i++)
		out[i] = in[MGMT_UUID_LEN - 1 - i];
}

int mgmt_discovery_start(struct mgmt_discovery *discovery, struct mgmt *mgmt, int index,
                         const uint8_t *service)
{
	int err;

	discovery->mgmt = mgmt;
	discovery->index = index;
	discovery->filtered = service != NULL;
	if (service)
		memcpy(discovery->service, service, MGMT_UUID_LEN);
	/* Before the command: reports may arrive ahead of its answer. */
	discovery->running = true;
	err = mgmt_command(mgmt, index, OP_START_DISCOVERY, &types, 1, NULL, NULL);
	if (err)
		discovery->running = false;
	return err;
}

int mgmt_discovery_stop(struct mgmt_discovery *discovery)
{
	if (!discovery->running)
		return 0;
	discovery->running = false;
	return mgmt_command(discovery->mgmt, discovery->index, OP_STOP_DISCOVERY, &types, 1, NULL,
	                    NULL);
}

static void report(struct mgmt_discovery *discovery, const uint8_t *params, size_t len)
{
	struct mgmt_found found = {.peer = mgmt_get_peer(params),
	                           .rssi = (int8_t)params[MGMT_ADDRESS_LEN],
	                           .flags = mgmt_get_u32(params + MGMT_ADDRESS_LEN + 1),
	                           .data_len = att_get_u16(params + FOUND_HEAD - 2),
	                           .data = params + FOUND_HEAD};

	if (found.data_len > len - FOUND_HEAD || found.data_len > MGMT_EIR_MAX)
		return;
	if (discovery->filtered &&
	    !mgmt_data_has_service(found.data, found.data_len, discovery->service))
		return;
	discovery->on_found(discovery->ctx, &found);
}

bool mgmt_discovery_feed(struct mgmt_discovery *discovery, uint16_t event, uint16_t index,
                         const uint8_t *params, size_t len)
{
	if (!discovery->running || index != discovery->index)
		return false;
	if (event == EVENT_DEVICE_FOUND) {
		if (len >= FOUND_HEAD)
			report(discovery, params, len);
		return true;
	}
	if (event != EVENT_DISCOVERING)
		return false;
	if (len == 2 && params[1] == 0)
		(void)mgmt_post(discovery->mgmt, discovery->index, OP_START_DISCOVERY, &types, 1);
	return true;
}

const uint8_t *mgmt_data_field(const uint8_t *data, size_t data_len, uint8_t type, size_t *len)
{
	size_t at = 0;

	*len = 0;
	while (at < data_len && data[at] > 0 && data[at] < data_len - at) {
		if (data[at + 1] == type) {
			*len = data[at] - 1u;
			return data + at + 2;
		}
		at += data[at] + 1u;
	}
	return NULL;
}

bool mgmt_data_has_service(const uint8_t *data, size_t data_len,
                           const uint8_t service[MGMT_UUID_LEN])
{
	static const uint8_t lists[] = {FIELD_SERVICES_SOME, FIELD_SERVICES_ALL};
	uint8_t wanted[MGMT_UUID_LEN];
	const uint8_t *field;
	size_t len;

	reverse(wanted, service);
	for (size_t list = 0; list < sizeof lists; list++) {
		field = mgmt_data_field(data, data_len, lists[list], &len);
		for (size_t at = 0; at + MGMT_UUID_LEN <= len; at += MGMT_UUID_LEN)
			if (memcmp(field + at, wanted, MGMT_UUID_LEN) == 0)
				return true;
	}
	field = mgmt_data_field(data, data_len, FIELD_SERVICE_DATA, &len);
	return len >= MGMT_UUID_LEN && memcmp(field, wanted, MGMT_UUID_LEN) == 0;
}
