/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatt_server_fixture.h"

#include <check.h>
#include <string.h>

#define UUID_128(last)                                                                             \
	{                                                                                          \
		16,                                                                                \
		{                                                                                  \
			0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c,    \
			        0x0d, 0x0e, 0x0f, last                                             \
		}                                                                                  \
	}

static uint8_t long_value[60];

const struct gatt_row fixture_table[ROWS] = {
        {.kind = GATT_ROW_SERVICE, .uuid = {2, {0x18, 0x0a}}},
        {.kind = GATT_ROW_CHARACTERISTIC,
         .uuid = {2, {0x2a, 0x29}},
         .properties = GATT_PROP_READ,
         .value = (const uint8_t *)"ACME",
         .value_len = 4},
        {.kind = GATT_ROW_CHARACTERISTIC,
         .uuid = {2, {0x2a, 0x24}},
         .properties = GATT_PROP_READ,
         .value = long_value,
         .value_len = 60},
        {.kind = GATT_ROW_SERVICE, .uuid = UUID_128(0)},
        {.kind = GATT_ROW_CHARACTERISTIC,
         .uuid = UUID_128(1),
         .properties = GATT_PROP_READ,
         .value = (const uint8_t *)"\x01\x02",
         .value_len = 2},
        {.kind = GATT_ROW_CHARACTERISTIC, .uuid = UUID_128(2), .properties = GATT_PROP_WRITE},
        {.kind = GATT_ROW_CHARACTERISTIC, .uuid = UUID_128(3), .properties = GATT_PROP_INDICATE},
        {.kind = GATT_ROW_CHARACTERISTIC, .uuid = UUID_128(4), .properties = GATT_PROP_NOTIFY},
};

struct gatt_server_fixture fix;

static uint8_t on_write(void *ctx, size_t row, const uint8_t *value, size_t len)
{
	struct gatt_server_fixture *self = ctx;

	(void)value;
	self->writes++;
	self->write_row = row;
	self->write_len = len;
	if (self->is_destroying) {
		gatt_server_destroy(self->server);
		self->server = NULL;
	}
	return self->verdict;
}

static void on_subscribed(void *ctx, size_t row, bool enabled)
{
	struct gatt_server_fixture *self = ctx;

	self->subscriptions++;
	self->subscribed_row = row;
	self->is_enabled = enabled;
}

static void on_confirmed(void *ctx)
{
	((struct gatt_server_fixture *)ctx)->confirmed++;
}

static void on_writable(void *ctx)
{
	((struct gatt_server_fixture *)ctx)->writable++;
}

static void on_closed(void *ctx, int error)
{
	struct gatt_server_fixture *self = ctx;

	self->closed++;
	self->has_closed = true;
	self->error = error;
}

static void on_restarted(void *ctx)
{
	((struct gatt_server_fixture *)ctx)->restarts++;
}

const struct gatt_server_handlers fixture_handlers = {on_write,    on_subscribed, on_confirmed,
                                                      on_writable, on_closed,     on_restarted};

void fixture_setup(void)
{
	memset(&fix, 0, sizeof fix);
	for (size_t i = 0; i < sizeof long_value; i++)
		long_value[i] = (uint8_t)i;
	pdu_script_open(&fix.script);
	ck_assert_int_eq(gatt_server_create(&fix.server, fix.script.loop, fix.script.link,
	                                    fixture_table, ROWS, 247, &fixture_handlers, &fix),
	                 0);
}

void fixture_teardown(void)
{
	gatt_server_destroy(fix.server);
	pdu_script_close(&fix.script);
}

void fixture_exchange(const char *request, const char *response)
{
	pdu_script_send(&fix.script, request);
	pdu_script_expect(&fix.script, response);
}
