/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gatt_server_inside - the server's state, shared by the files that make it up. */
#ifndef PUMPCTL_BT_GATT_SERVER_INSIDE_H
#define PUMPCTL_BT_GATT_SERVER_INSIDE_H

#include "att_bearer.h"
#include "gatt_database.h"
#include "gatt_queue.h"
#include "gatt_server.h"

/* Client Supported Features (Part G, 7.2). */
#define GATT_FEATURE_ROBUST   0x01
#define GATT_FEATURE_MULTIPLE 0x04

/* Whether the client knows of the last change (Part G, 2.5.2.1). */
enum gatt_sync {
	GATT_SYNC_AWARE,
	GATT_SYNC_UNAWARE,
	GATT_SYNC_TOLD, /* got 0x12 or read the hash: its next request makes it aware */
};

struct gatt_server {
	struct att_bearer bearer;
	struct gatt_server_handlers handlers;
	void *ctx;
	struct gatt_database db;
	struct gatt_queue queue;
	struct gatt_security security;
	enum gatt_sync sync;
	uint64_t indicated_ms;
	unsigned timeout_ms;
	int timer;
	uint16_t own_mtu;
	uint16_t mtu;
	bool is_mtu_agreed;
	bool is_indicating;
	bool is_announcing; /* the indication under way is Service Changed */
};

/* For answers without a value; those fit into any MTU. */
void gatt_server_answer(struct gatt_server *server, const struct att_pdu *pdu);
void gatt_server_answer_error(struct gatt_server *server, uint8_t request, uint16_t handle,
                              uint8_t error);

/* Write, Prepare Write, Execute Write, Write Command. */
void gatt_server_serve_write(struct gatt_server *server, const struct att_pdu *pdu);
void gatt_server_serve_command(struct gatt_server *server, const struct att_pdu *pdu);
void gatt_server_serve_prepare(struct gatt_server *server, const struct att_pdu *pdu);
void gatt_server_serve_execute(struct gatt_server *server, const struct att_pdu *pdu);

/*
 * true when the request may be served by what the client knows of the database; else it was
 * answered with 0x12. Every valid request comes by here.
 */
bool gatt_server_is_in_sync(struct gatt_server *server, const struct att_pdu *pdu);
/* A client that does not know of a change gets no values and gives no commands. */
bool gatt_server_is_unaware(const struct gatt_server *server);

/* Indicates without asking whether the client is aware. Errors: gatt_server_indicate. */
int gatt_server_send_indication(struct gatt_server *server, size_t row, const uint8_t *value,
                                size_t len) __attribute__((warn_unused_result));

#endif
