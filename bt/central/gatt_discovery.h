/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gatt_discovery - finds one service, its wanted characteristics and their CCCDs
 * (Core 5.3, Vol 3, Part G, 4.4.2, 4.6.1, 4.7.1). Pure: requests out, responses in.
 *
 * Every answer must lie in the range asked and rise from handle to handle, and each of the three
 * searches ends after GATT_DISCOVERY_ROUNDS answers, so that no peer can keep it going.
 */
#ifndef PUMPCTL_BT_GATT_DISCOVERY_H
#define PUMPCTL_BT_GATT_DISCOVERY_H

#include "att.h"
#include "gatt_client.h"
#include "gatt_progress.h"

/* At MTU 23 one answer holds one characteristic with a 128-bit UUID. */
#define GATT_DISCOVERY_ROUNDS 64

enum gatt_search { GATT_SEARCH_SERVICE, GATT_SEARCH_CHARACTERISTICS, GATT_SEARCH_CCCDS };

struct gatt_found {
	uint16_t value_handle; /* 0: not found yet */
	uint16_t last_handle;  /* end of its descriptors */
	uint16_t cccd_handle;
};

struct gatt_discovery {
	const struct gatt_profile *profile; /* borrowed */
	struct gatt_found found[GATT_PROFILE_MAX];
	struct att_uuid service;
	enum gatt_search search;
	size_t index; /* characteristic whose CCCD is sought */
	size_t open;  /* characteristic whose end is not known yet; profile->count: none */
	unsigned rounds;
	uint32_t cursor; /* next handle to ask for; may pass 0xffff */
	uint16_t service_end;
};

void gatt_discovery_init(struct gatt_discovery *discovery, const struct gatt_profile *profile);

/* The next request (borrows discovery); false: everything is found. */
bool gatt_discovery_next(struct gatt_discovery *discovery, struct att_pdu *request);

/* Takes the response to the last request. On anything but OK the discovery is over. */
enum gatt_progress gatt_discovery_take(struct gatt_discovery *discovery,
                                       const struct att_pdu *response)
        __attribute__((warn_unused_result));
/* Takes Attribute Not Found: nothing more in the range. */
enum gatt_progress gatt_discovery_take_end(struct gatt_discovery *discovery)
        __attribute__((warn_unused_result));

#endif
