/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "att_peer.h"

#include "pdu_script.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

struct att_peer peer;

static void on_ready(void *ctx, uint16_t mtu)
{
	(void)ctx;
	(void)mtu;
	peer.ready++;
	peer.cache = *gatt_central_tree(peer.central);
}

static void on_done(void *ctx, const struct gatt_result *result)
{
	(void)ctx;
	peer.done++;
	peer.result = *result;
	if (result->len > 0)
		memcpy(peer.value, result->value, result->len);
}

static void on_value(void *ctx, uint16_t handle, const uint8_t *value, size_t len,
                     bool is_indicated)
{
	(void)ctx;
	(void)value;
	(void)len;
	(void)is_indicated;
	ck_assert_uint_eq(handle, 7);
	peer.values++;
}

static void on_changed(void *ctx, uint16_t start, uint16_t end)
{
	(void)ctx;
	(void)start;
	(void)end;
	peer.changes++;
}

static bool on_security(void *ctx, uint8_t att_error)
{
	(void)ctx;
	ck_assert_uint_ne(att_error, 0);
	peer.security++;
	return peer.can_raise;
}

static void on_client_closed(void *ctx, enum att_client_end why, int error)
{
	(void)ctx;
	peer.closed++;
	peer.why = why;
	peer.error = error;
}

static uint8_t on_write(void *ctx, size_t row, const uint8_t *value, size_t len)
{
	(void)ctx;
	(void)row;
	(void)value;
	(void)len;
	peer.writes++;
	return 0;
}

static void on_subscribed(void *ctx, size_t row, bool enabled)
{
	(void)ctx;
	(void)row;
	(void)enabled;
}

static void on_confirmed(void *ctx)
{
	(void)ctx;
	peer.confirmed++;
}

static void on_writable(void *ctx)
{
	(void)ctx;
}

static void on_server_closed(void *ctx, int error)
{
	(void)ctx;
	peer.closed++;
	peer.error = error;
}

static void on_restarted(void *ctx)
{
	(void)ctx;
}

void att_peer_setup(void)
{
	memset(&peer, 0, sizeof peer);
	peer.loop = loop_create();
	ck_assert_ptr_nonnull(peer.loop);
}

void att_peer_teardown(void)
{
	gatt_central_destroy(peer.central);
	gatt_server_destroy(peer.server);
	loop_destroy(peer.loop);
}

void att_peer_open_central(const struct gatt_central_config *config)
{
	static const struct gatt_central_handlers handlers = {
	        on_ready, on_done, on_value, on_changed, on_security, on_client_closed};
	static const struct gatt_central_config usual = {.mtu = 517};

	ck_assert_int_eq(gatt_central_create(&peer.central, peer.loop, memory_link_open(),
	                                     config ? config : &usual, &handlers, &peer),
	                 0);
}

void att_peer_make_ready(void)
{
	static const char *const search[][2] = {
	        {"02 0502", "03 1700"},
	        {"10 0100 ffff 0028", "11 06 0100 0800 0018"},
	        {"10 0900 ffff 0028", "01 10 0900 0a"},
	        {"10 0100 ffff 0128", "01 10 0100 0a"},
	        {"08 0100 0800 0228", "01 08 0100 0a"},
	        {"08 0100 0800 0328", "09 07 0200 0a 0300 002a 0600 3e 0700 012a"},
	        {"08 0700 0800 0328", "01 08 0700 0a"},
	        {"04 0400 0500", "01 04 0400 0a"},
	        {"04 0800 0800", "05 01 0800 0229"},
	};

	for (size_t i = 0; i < sizeof search / sizeof search[0]; i++) {
		att_peer_hears(search[i][0]);
		att_peer_says(search[i][1]);
	}
	ck_assert_int_eq(peer.ready, 1);
}

void att_peer_open_server(void)
{
	static const struct gatt_server_handlers handlers = {
	        on_write, on_subscribed, on_confirmed, on_writable, on_server_closed, on_restarted};
	static const struct gatt_row table[] = {
	        {.kind = GATT_ROW_SERVICE, .uuid = {2, {0x18, 0x00}}},
	        {.kind = GATT_ROW_CHARACTERISTIC,
	         .uuid = {2, {0x2a, 0x00}},
	         .properties = GATT_PROP_READ,
	         .value = (const uint8_t *)"0123456789abcdefghijklmnopqrstuvwxyz",
	         .value_len = 36},
	        {.kind = GATT_ROW_CHARACTERISTIC,
	         .uuid = {2, {0x2a, 0x01}},
	         .properties = 0x3e,
	         .handle = 6,
	         .value_max = 64},
	        {.kind = GATT_ROW_SERVICE, .uuid = {2, {0x18, 0x01}}, .handle = 0x10},
	        {.kind = GATT_ROW_CHARACTERISTIC,
	         .uuid = {2, {0x2a, 0x05}},
	         .properties = GATT_PROP_INDICATE},
	        {.kind = GATT_ROW_CHARACTERISTIC,
	         .uuid = {2, {0x2b, 0x29}},
	         .properties = GATT_PROP_READ | GATT_PROP_WRITE},
	};

	ck_assert_int_eq(gatt_server_create(&peer.server, peer.loop, memory_link_open(), table, 6,
	                                    64, &handlers, &peer),
	                 0);
}

void att_peer_says(const char *hex)
{
	uint8_t pdu[MEMORY_LINK_BYTES];

	memory_link_send(pdu, pdu_script_bytes(hex, pdu, sizeof pdu));
	memory_link_run(peer.loop);
}

void att_peer_hears(const char *hex)
{
	uint8_t want[LINK_PDU_MAX];
	uint8_t got[LINK_PDU_MAX];
	char text[2 * LINK_PDU_MAX + 1] = "";
	size_t len = pdu_script_bytes(hex, want, sizeof want);
	size_t n = memory_link_take(got);

	for (size_t i = 0; i < n; i++)
		snprintf(text + 2 * i, 3, "%02x", got[i]);
	ck_assert_msg(n == len && memcmp(want, got, n) == 0, "expected %s, got %s", hex, text);
}

void att_peer_hears_nothing(void)
{
	uint8_t got[LINK_PDU_MAX];

	memory_link_run(peer.loop);
	ck_assert_uint_eq(memory_link_take(got), 0);
}

int att_peer_read(enum gatt_operation_kind kind, uint16_t handle)
{
	struct gatt_operation operation = {.kind = kind, .count = 1, .parts = {{.handle = handle}}};

	return gatt_central_start(peer.central, &operation);
}

int att_peer_write(enum gatt_operation_kind kind, uint16_t handle, const char *hex)
{
	uint8_t value[ATT_VALUE_MAX];
	struct gatt_operation operation = {
	        .kind = kind, .count = 1, .parts = {{.handle = handle, .value = value}}};

	operation.parts[0].len = pdu_script_bytes(hex, value, sizeof value);
	return gatt_central_start(peer.central, &operation);
}

void att_peer_assert_done(enum link_write_result result, uint8_t att_error)
{
	ck_assert_int_eq(peer.done, 1);
	ck_assert_int_eq(peer.result.result, result);
	ck_assert_uint_eq(peer.result.att_error, att_error);
	peer.done = 0;
}

void att_peer_assert_closed(enum att_client_end why)
{
	ck_assert_int_eq(peer.closed, 1);
	ck_assert_int_eq(peer.why, why);
	ck_assert(memory_link_is_closed());
}
