/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wireless_state - what wireless*.c share; private to them. */
#ifndef PUMPCTL_WIRELESS_STATE_H
#define PUMPCTL_WIRELESS_STATE_H

#include "bond.h"
#include "mgmt_adapter.h"
#include "mgmt_discovery.h"
#include "mgmt_pairing.h"
#include "wireless.h"

struct wireless {
	struct wireless_config config;
	struct mgmt *mgmt; /* NULL: the socket could not be opened */
	int limit;         /* -errno that the management socket gives; 0: usable */
	uint8_t address[6];
	struct mgmt_agent agent;
	struct mgmt_discovery discovery;
	const struct wireless_scan *scan; /* under way, else NULL */
	bool gone;                        /* the adapter was removed or switched off meanwhile */
	/* The link that is being secured, or the last one. */
	struct mgmt_peer peer;
	bool passkey_wanted, passkey_asked, passkey_given, passkey_declined;
	bool pairing_failed, was_refused, key_strong, key_arrived;
	bool disconnected;
	uint8_t disconnect_reason;
};

/* wireless.c: an error of bt/mgmt or of the adapter in words. */
enum error_code wireless_adapter_error(const struct wireless *wireless, int err, const char *what,
				       struct error *error);
/* wireless_look.c: "hard" or "soft" when a switch blocks Bluetooth, else NULL. */
const char *wireless_find_block(void);
/* wireless_look.c: process id of a running bluetoothd; 0: none. */
long wireless_find_daemon(void);

#endif
