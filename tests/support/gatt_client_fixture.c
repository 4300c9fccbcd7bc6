/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatt_client_fixture.h"

#include <check.h>
#include <errno.h>
#include <string.h>

#define UUID(last)                                                                                 \
	{                                                                                          \
		{                                                                                  \
			0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c,    \
			        0x0d, 0x0e, 0x0f, last                                             \
		}                                                                                  \
	}

static const struct gatt_profile profile = {
        .service = UUID(0),
        .wanted = {{UUID(1), GATT_SUBSCRIBE_NONE, true},
                   {UUID(2), GATT_SUBSCRIBE_NONE, false},
                   {UUID(3), GATT_SUBSCRIBE_INDICATE, false},
                   {UUID(4), GATT_SUBSCRIBE_NOTIFY, false}},
        .count = 4,
};

struct gatt_client_fixture gatt;

const struct fixture_line fixture_start[] = {
        {false, "02 f700"},
        {true, "03 f700"},
        {false, "06 0100 ffff 0028 " SERVICE_UUID},
        {true, "07 1000 1f00"},
        {false, "08 1100 1f00 0328"},
        {true, "09 15 1100 02 1200 " CHAR_UUID("01") " 1300 08 1400 " CHAR_UUID(
                       "02") " 1500 20 1600 " CHAR_UUID("03") " 1800 10 1900 " CHAR_UUID("04")},
        {false, "08 1a00 1f00 0328"},
        {true, "01 08 1a00 0a"},
        {false, "04 1700 1700"},
        {true, "05 01 1700 0229"},
        {false, "04 1a00 1f00"},
        {true, "05 01 1a00 0229"},
        {false, "0a 1200"},
        {true, "0b 01 02 03"},
        {false, "12 1700 0200"},
        {true, "13"},
        {false, "12 1a00 0100"},
        {true, "13"},
};
const size_t fixture_start_len = sizeof fixture_start / sizeof fixture_start[0];

static void destroy_if(struct gatt_client_fixture *self, enum fixture_event event)
{
	if (self->destroy_at != event)
		return;
	gatt_client_destroy(self->client);
	self->client = NULL;
}

static void on_ready(void *ctx, uint16_t mtu)
{
	struct gatt_client_fixture *self = ctx;

	self->ready++;
	self->mtu = mtu;
	destroy_if(self, EVENT_READY);
}

static void on_value(void *ctx, size_t index, const uint8_t *value, size_t len)
{
	struct gatt_client_fixture *self = ctx;

	self->values++;
	self->value_index = index;
	self->value_len = len;
	ck_assert_uint_le(len, sizeof self->value);
	memcpy(self->value, value, len);
	destroy_if(self, EVENT_VALUE);
}

static void on_written(void *ctx, enum link_write_result result, uint8_t att_error)
{
	struct gatt_client_fixture *self = ctx;

	self->written++;
	self->result = result;
	self->att_error = att_error;
	destroy_if(self, EVENT_WRITTEN);
}

static void on_closed(void *ctx, enum gatt_close why, int error)
{
	struct gatt_client_fixture *self = ctx;

	self->closed++;
	self->has_closed = true;
	self->was_written_before_closed = self->written > 0;
	self->why = why;
	self->error = error;
	destroy_if(self, EVENT_CLOSED);
}

void gatt_fixture_open(uint16_t mtu)
{
	static const struct gatt_client_handlers handlers = {on_ready, on_value, on_written,
	                                                     on_closed};

	memset(&gatt, 0, sizeof gatt);
	pdu_script_open(&gatt.script);
	ck_assert_int_eq(gatt_client_create(&gatt.client, gatt.script.loop, gatt.script.link,
	                                    &profile, mtu, &handlers, &gatt),
	                 0);
}

void gatt_fixture_setup(void)
{
	gatt_fixture_open(247);
}

void gatt_fixture_teardown(void)
{
	gatt_client_destroy(gatt.client);
	gatt.client = NULL;
	pdu_script_close(&gatt.script);
}

void gatt_fixture_play(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (fixture_start[i].is_from_peer)
			pdu_script_send(&gatt.script, fixture_start[i].hex);
		else
			pdu_script_expect(&gatt.script, fixture_start[i].hex);
	}
}

void gatt_fixture_make_ready(void)
{
	gatt_fixture_play(fixture_start_len);
	ck_assert_int_eq(gatt.ready, 1);
	ck_assert_int_eq(gatt.closed, 0);
}

void gatt_fixture_assert_closed(enum gatt_close why)
{
	ck_assert_int_eq(gatt.closed, 1);
	ck_assert_msg(gatt.why == why, "closed: %s", gatt_close_text(gatt.why));
	ck_assert_int_eq(gatt_client_write(gatt.client, IN, (const uint8_t *)"x", 1), -ENOTCONN);
	pdu_script_run(&gatt.script);
	ck_assert_int_eq(gatt.closed, 1);
}
