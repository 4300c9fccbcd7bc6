/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * att_peer - the test plays the peer of a GATT client or server in virtual time, PDU by PDU in hex.
 * The client's peer holds one service 1..8: value 3 (2a00), value 7 (2a01) with its CCCD 8.
 */
#ifndef PUMPCTL_TESTS_ATT_PEER_H
#define PUMPCTL_TESTS_ATT_PEER_H

#include "gatt_central.h"
#include "gatt_server.h"
#include "memory_link.h"

struct att_peer {
	struct loop *loop;
	struct gatt_central *central;
	struct gatt_server *server;
	struct gatt_tree cache; /* of the last time the client was ready */
	int ready, done, values, changes, security, closed, confirmed, writes;
	struct gatt_result result; /* without its value */
	uint8_t value[GATT_RESULT_MAX];
	enum att_client_end why;
	int error;
	bool can_raise;
};

extern struct att_peer peer;

void att_peer_setup(void);
void att_peer_teardown(void);

/* Starts the client; config may be NULL (MTU 517, nothing cached). */
void att_peer_open_central(const struct gatt_central_config *config);
/* Plays the search: the client is ready, at MTU 23. */
void att_peer_make_ready(void);
/*
 * Starts a server of the same service, MTU 64; value 7 can be written, indicated, notified. A
 * second service has Service Changed (value 12, CCCD 13 in hex) and Client Supported Features (15).
 */
void att_peer_open_server(void);
#define ATT_PEER_ROW 2 /* of value 7 */

void att_peer_says(const char *hex);
void att_peer_hears(const char *hex);
void att_peer_hears_nothing(void);

int att_peer_read(enum gatt_operation_kind kind, uint16_t handle);
int att_peer_write(enum gatt_operation_kind kind, uint16_t handle, const char *hex);
/* The operation ended once, like this. */
void att_peer_assert_done(enum link_write_result result, uint8_t att_error);
/* The client closed once, for this reason. */
void att_peer_assert_closed(enum att_client_end why);

#endif
