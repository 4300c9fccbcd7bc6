/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mgmt_discovery - finding LE devices: one discovery that goes on until it is stopped, and the
 * reports it brings. The kernel discovers for about ten seconds and stops; fed with the events,
 * this starts it again.
 */
#ifndef PUMPCTL_BT_MGMT_DISCOVERY_H
#define PUMPCTL_BT_MGMT_DISCOVERY_H

#include "mgmt.h"

#define MGMT_EIR_MAX      512
#define MGMT_RSSI_UNKNOWN 127
#define MGMT_UUID_LEN     16

struct mgmt_found {
	struct mgmt_peer peer;
	int8_t rssi;    /* dBm; MGMT_RSSI_UNKNOWN */
	uint32_t flags; /* bit 1: address or name may be wrong; bit 2: not connectable */
	size_t data_len;
	const uint8_t *data; /* advertising and scan response data; borrowed for the call */
};

struct mgmt_discovery {
	struct mgmt *mgmt;
	int index;
	bool filtered, running;
	uint8_t service[MGMT_UUID_LEN];
	void (*on_found)(void *ctx, const struct mgmt_found *found);
	void *ctx;
};

/*
 * Starts. The caller sets on_found and ctx; they stay until mgmt_discovery_stop. service (may be
 * NULL): the 128-bit UUID, in the order of its text form, that devices must advertise (by
 * mgmt_data_has_service); the kernel's own filter passes over services that are advertised with
 * data. 0 or an error of mgmt.h; -EBUSY: somebody else is discovering on this adapter.
 */
int mgmt_discovery_start(struct mgmt_discovery *discovery, struct mgmt *mgmt, int index,
                         const uint8_t *service) __attribute__((warn_unused_result));
/* Hands one event of the listener over; true if it was about this discovery. */
bool mgmt_discovery_feed(struct mgmt_discovery *discovery, uint16_t event, uint16_t index,
                         const uint8_t *params, size_t len);
/* Stops it if it runs. Between two runs of the kernel there is nothing to stop: an error then. */
int mgmt_discovery_stop(struct mgmt_discovery *discovery);

/*
 * Field of advertising data: the bytes after its type; *len of them; NULL: not there. Stops at
 * the first field that does not fit.
 */
const uint8_t *mgmt_data_field(const uint8_t *data, size_t data_len, uint8_t type, size_t *len);
/* True when data lists this 128-bit service, or has data of it; in the order of its text form. */
bool mgmt_data_has_service(const uint8_t *data, size_t data_len,
                           const uint8_t service[MGMT_UUID_LEN]);

#endif
