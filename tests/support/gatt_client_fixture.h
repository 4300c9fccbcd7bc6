/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gatt_client_fixture - a GATT client of a four-characteristic service on a scripted link. */
#ifndef PUMPCTL_TESTS_GATT_CLIENT_FIXTURE_H
#define PUMPCTL_TESTS_GATT_CLIENT_FIXTURE_H

#include "gatt_client.h"
#include "pdu_script.h"

/* Wire order. Characteristic n is the service with its last text byte n. */
#define SERVICE_UUID "000f0e0d0c0b0a090807060504030201"
#define CHAR_UUID(n) n "0f0e0d0c0b0a090807060504030201"

enum { VERSION, IN, OUT, STREAM }; /* indices of the profile */

enum fixture_event { EVENT_NONE, EVENT_READY, EVENT_VALUE, EVENT_WRITTEN, EVENT_CLOSED };

struct gatt_client_fixture {
	struct pdu_script script;
	struct gatt_client *client;
	enum fixture_event destroy_at; /* the handler that destroys the client */
	int ready;
	uint16_t mtu;
	int values;
	size_t value_index;
	size_t value_len;
	uint8_t value[512];
	int written;
	enum link_write_result result;
	uint8_t att_error;
	int closed;
	bool has_closed;
	bool was_written_before_closed;
	enum gatt_close why;
	int error;
};

/* One PDU of the usual conversation. */
struct fixture_line {
	bool is_from_peer;
	const char *hex;
};

extern struct gatt_client_fixture gatt;
extern const struct fixture_line fixture_start[];
extern const size_t fixture_start_len;

void gatt_fixture_setup(void);
void gatt_fixture_teardown(void);
/* Creates the client with this own MTU; setup does it with 247. */
void gatt_fixture_open(uint16_t mtu);
/* Plays fixture_start[0] to [count - 1]. */
void gatt_fixture_play(size_t count);
/* Plays all of it: the client is ready. */
void gatt_fixture_make_ready(void);
/* The client closed exactly once, for this reason, and gives nothing more. */
void gatt_fixture_assert_closed(enum gatt_close why);

#endif
