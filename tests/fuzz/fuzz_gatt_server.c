/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A GATT server against any client. It closes at most once, never has two indications under
 * way, and all that it sends is well-formed ATT no longer than the agreed MTU.
 */
#include "att.h"
#include "fuzz.h"
#include "fuzz_script.h"
#include "gatt_server.h"

#include <unistd.h>

#define ACT_INDICATE 0xf0
#define ACT_NOTIFY   0xf1
#define ACT_CUT      0xff

enum { IN = 4, OUT = 5, STREAM = 6 };

static const uint8_t long_value[300] = {1};

static const struct gatt_row table[] = {
        {.kind = GATT_ROW_SERVICE, .uuid = {2, {0x18, 0x0a}}},
        {.kind = GATT_ROW_CHARACTERISTIC,
         .uuid = {2, {0x2a, 0x29}},
         .properties = GATT_PROP_READ,
         .value = long_value,
         .value_len = 4},
        {.kind = GATT_ROW_CHARACTERISTIC,
         .uuid = {2, {0x2a, 0x24}},
         .properties = GATT_PROP_READ,
         .value = long_value,
         .value_len = 300},
        {.kind = GATT_ROW_SERVICE, .uuid = {16, {1, 2, 3}}},
        {.kind = GATT_ROW_CHARACTERISTIC, .uuid = {16, {1, 2, 4}}, .properties = GATT_PROP_WRITE},
        {.kind = GATT_ROW_CHARACTERISTIC,
         .uuid = {16, {1, 2, 5}},
         .properties = GATT_PROP_INDICATE},
        {.kind = GATT_ROW_CHARACTERISTIC, .uuid = {16, {1, 2, 6}}, .properties = GATT_PROP_NOTIFY},
};

#define ROWS (sizeof table / sizeof table[0])

struct observer {
	int indicated;
	int confirmed;
	int closed;
};

static uint8_t on_write(void *ctx, size_t row, const uint8_t *value, size_t len)
{
	const struct observer *self = ctx;

	fuzz_require(self->closed == 0 && row == IN && len <= ATT_VALUE_MAX);
	return len > 0 && value[0] == 0x80 ? 0x80 : 0;
}

static void on_subscribed(void *ctx, size_t row, bool is_enabled)
{
	const struct observer *self = ctx;

	(void)is_enabled;
	fuzz_require(self->closed == 0 && (row == OUT || row == STREAM));
}

static void on_confirmed(void *ctx)
{
	struct observer *self = ctx;

	fuzz_require(++self->confirmed == self->indicated);
}

static void on_writable(void *ctx)
{
	const struct observer *self = ctx;

	fuzz_require(self->closed == 0);
}

static void on_closed(void *ctx, int error)
{
	struct observer *self = ctx;

	fuzz_require(++self->closed == 1 && error <= 0);
}

static void read_away(int peer, uint16_t mtu)
{
	uint8_t pdu[ATT_MTU_MAX];
	struct att_pdu decoded;
	ssize_t n;

	while ((n = recv(peer, pdu, sizeof pdu, MSG_DONTWAIT)) > 0)
		fuzz_require(n <= mtu && att_decode(pdu, (size_t)n, &decoded));
}

/* No confirmation of an earlier indication counts any more. */
static void on_restarted(void *ctx)
{
	struct observer *self = ctx;

	fuzz_require(self->closed == 0);
	self->indicated = self->confirmed;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct gatt_server_handlers handlers = {
	        on_write, on_subscribed, on_confirmed, on_writable, on_closed, on_restarted};
	struct fuzz_script script;
	struct observer observer = {.indicated = 0};
	struct gatt_server *server;
	int act = 0;

	fuzz_script_open(&script, data, size);
	fuzz_require(gatt_server_create(&server, script.loop, script.link, table, ROWS, 247,
	                                &handlers, &observer) == 0);
	while (act >= 0 && act != ACT_CUT) {
		act = fuzz_script_next(&script);
		if (act == ACT_INDICATE && gatt_server_indicate(server, OUT, long_value, 20) == 0)
			fuzz_require(++observer.indicated == observer.confirmed + 1);
		if (act == ACT_NOTIFY && gatt_server_notify(server, STREAM, long_value, 20) == 0)
			fuzz_require(observer.closed == 0);
		read_away(script.peer, gatt_server_mtu(server));
	}
	close(script.peer);
	for (int i = 0; i < 100 && !observer.closed; i++)
		fuzz_script_turn(&script);
	fuzz_require(observer.closed == 1);
	gatt_server_destroy(server);
	loop_destroy(script.loop);
	return 0;
}
