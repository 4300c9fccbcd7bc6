/* SPDX-License-Identifier: GPL-3.0-or-later */
/* peripheral_links - struct peripheral, and its GATT servers, one for each link; private to peripheral.c. */
#ifndef PUMPSIM_PERIPHERAL_LINKS_H
#define PUMPSIM_PERIPHERAL_LINKS_H

#include "gatt_server.h"
#include "peripheral.h"
#include "sim_clock.h"

/* A value that the link did not take yet; the bytes are the pump's until it is told "sent". */
struct unsent {
	const uint8_t *data; /* NULL: none */
	size_t len;
};

struct peripheral_link {
	struct peripheral *peripheral;
	struct gatt_server *server; /* NULL: free */
	uint16_t told_mtu;
	struct unsent out, stream;
};

struct peripheral {
	struct peripheral_config config;
	struct peripheral_link links[PUMP_LINKS]; /* by the pump's number */
	struct sim_clock clock;
	uint64_t advance_left; /* s */
	uint64_t told_therapy; /* s */
	int turn_timer, tick_timer, wake_timer;
	int error;
	bool sync_later, fail_next_store;
	uint64_t advert_epoch; /* told last; a change is a new advertisement */
	struct pump pump;
};

/* peripheral.c: the next turn of the loop does what is due. */
void peripheral_arm(struct peripheral *p);
/* peripheral.c: makes writes durable; p->error is set if that fails. */
void peripheral_sync(struct peripheral *p);

/* Carries out PUMP_SEND. */
void links_send(struct peripheral *p, const struct pump_action *action);
/* Drops one link, or all, and tells the pump. */
void links_drop(struct peripheral *p, unsigned number);
void links_drop_all(struct peripheral *p);
/* Closes all without a word to the pump. */
void links_destroy(struct peripheral *p);
/* UUID of the service, for the advertisement. */
const struct gatt_server_uuid *links_service(void);

#endif
