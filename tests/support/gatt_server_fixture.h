/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gatt_server_fixture - a GATT server of two services on a scripted link. */
#ifndef PUMPCTL_TESTS_GATT_SERVER_FIXTURE_H
#define PUMPCTL_TESTS_GATT_SERVER_FIXTURE_H

#include "gatt_server.h"
#include "pdu_script.h"

/* Wire order. */
#define SERVICE_UUID "000f0e0d0c0b0a090807060504030201"
#define CHAR_UUID(n) n "0f0e0d0c0b0a090807060504030201"

/* Rows of the table. Handles: 1; 2 3; 4 5; 6; 7 8; 9 a; b c d; e f 10. */
enum { INFO, MAKER, MODEL, MAIN, VERSION, IN, OUT, STREAM, ROWS };

struct gatt_server_fixture {
	struct pdu_script script;
	struct gatt_server *server;
	int writes;
	size_t write_row;
	size_t write_len;
	uint8_t verdict; /* what on_write returns */
	bool is_destroying;
	int subscriptions;
	size_t subscribed_row;
	bool is_enabled;
	int confirmed;
	int writable;
	int closed;
	int restarts;
	bool has_closed;
	int error;
};

extern struct gatt_server_fixture fix;
extern const struct gatt_row fixture_table[ROWS];
extern const struct gatt_server_handlers fixture_handlers;

void fixture_setup(void);
void fixture_teardown(void);
/* The peer sends request and must get response. */
void fixture_exchange(const char *request, const char *response);

#endif
