/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "link_l2cap.h"
#include "link_local.h"
#include "session_state.h"

#define SIM_PREFIX "sim:"

/* docs/protocol.md section 1, in the order of the enum below. */
enum characteristic { VERSION, IN, OUT, STREAM, CHARACTERISTICS };

#define PUMP_UUID(n)                                                                               \
	{                                                                                          \
		{                                                                                  \
			0x7d, 0x1c, 0x00, (n), 0x5a, 0x3b, 0x4f, 0x6e, 0x9c, 0x2d, 0x1b, 0x8e,     \
				0x4a, 0x7f, 0x3c, 0x60                                             \
		}                                                                                  \
	}

static const struct gatt_profile profile = {
	.service = PUMP_UUID(0x01),
	.wanted = {
		[VERSION] = {.uuid = PUMP_UUID(0x02), .read = true},
		[IN] = {.uuid = PUMP_UUID(0x03)},
		[OUT] = {.uuid = PUMP_UUID(0x04), .subscription = GATT_SUBSCRIBE_INDICATE},
		[STREAM] = {.uuid = PUMP_UUID(0x05), .subscription = GATT_SUBSCRIBE_NOTIFY},
	},
	.count = CHARACTERISTICS,
};

/* Best MTU is k * 251 - 4 octets: whole link-layer packets (251 less the L2CAP header). */
#define CLIENT_MTU 247

struct errno_row {
	int error;
	enum error_code code;
	const char *detail;
};

static const struct errno_row connect_errors[] = {
	{ECONNREFUSED, ERR_SIM_NOT_RUNNING, ""},
	{ENOENT, ERR_SIM_NOT_RUNNING, ""},
	{EHOSTUNREACH, ERR_NOT_FOUND, "nothing answered at that Bluetooth address"},
	{EBUSY, ERR_BUSY, "another program is connected to the pump"},
	{ETIMEDOUT, ERR_NOT_FOUND, "no answer within the time allowed"},
	{ENODEV, ERR_NO_ADAPTER, "the adapter does not exist or is powered off"},
	{EOPNOTSUPP, ERR_NO_ADAPTER, "Low Energy is switched off on the adapter (as root: btmgmt le on)"},
	{EAFNOSUPPORT, ERR_NO_ADAPTER, "this kernel has no Bluetooth"},
};

static enum error_code connect_error(int error, struct error *out)
{
	for (size_t i = 0; i < sizeof(connect_errors) / sizeof(connect_errors[0]); i++)
		if (connect_errors[i].error == error)
			return error_set(out, connect_errors[i].code, "%s",
					 connect_errors[i].detail);
	return error_set(out, ERR_NOT_FOUND, "connecting failed: %s", strerror(error));
}

static int link_open_local(struct session *s, const char *name, struct link **out)
{
	char directory[108], path[160];
	int err = link_local_directory(directory, sizeof(directory));
	if (err)
		return err;
	(void)snprintf(path, sizeof(path), "%s/%s.sock", directory, name);
	err = link_local_open(out, path, name, s->config.timeout_ms);
	return err == -ENODEV ? -ENOENT : err;
}

static int link_open(struct session *s, struct link **out)
{
	const char *address = s->pairing.address;
	if (strncmp(address, SIM_PREFIX, strlen(SIM_PREFIX)) == 0)
		return link_open_local(s, address + strlen(SIM_PREFIX), out);
	uint8_t peer[6];
	bool is_random;
	if (!link_l2cap_parse_address(address, peer, &is_random))
		return -EINVAL;
	return link_l2cap_connect(out, s->config.adapter, peer, is_random, s->config.timeout_ms);
}

static void on_ready(void *ctx, uint16_t mtu)
{
	struct session *s = ctx;
	s->mtu = mtu;
	s->link_ready = true;
}

static void on_value(void *ctx, size_t index, const uint8_t *value, size_t len)
{
	struct session *s = ctx;
	if (index == VERSION)
		s->version_ok = len == 2 && value[0] == PROTOCOL_MAJOR;
	else if (index == OUT || index == STREAM)
		client_feed(&s->client, index == OUT ? CHANNEL_OUT : CHANNEL_STREAM, value, len,
			    loop_now_ms());
	session_drain(s);
}

static void on_written(void *ctx, enum link_write_result result, uint8_t att_error)
{
	static const enum client_write map[] = {
		[LINK_NOT_SENT] = CLIENT_WRITE_NOT_SENT,
		[LINK_DELIVERED] = CLIENT_WRITE_DELIVERED,
		[LINK_REFUSED] = CLIENT_WRITE_REFUSED,
		[LINK_UNKNOWN] = CLIENT_WRITE_UNKNOWN,
	};
	struct session *s = ctx;
	(void)att_error;
	client_sent(&s->client, map[result], loop_now_ms());
	session_drain(s);
}

static void on_closed(void *ctx, enum gatt_close why, int error)
{
	struct session *s = ctx;
	gatt_client_destroy(s->gatt);
	s->gatt = NULL;
	if (s->link_ready) {
		s->close_why = why;
		client_link_lost(&s->client, loop_now_ms());
		session_drain(s);
		return;
	}
	s->ended = true;
	if (why == GATT_CLOSE_NO_SERVICE || why == GATT_CLOSE_PROTOCOL || why == GATT_CLOSE_REFUSED)
		error_set(&s->why, ERR_PROTOCOL, "%s", gatt_close_text(why));
	else
		error_set(&s->why, ERR_LINK_LOST, "%s%s%s", gatt_close_text(why),
			  error < 0 ? ": " : "", error < 0 ? strerror(-error) : "");
}

enum error_code session_connect(struct session *s, struct error *error)
{
	static const struct gatt_client_handlers handlers = {
		.on_ready = on_ready,
		.on_value = on_value,
		.on_written = on_written,
		.on_closed = on_closed,
	};
	struct link *link;
	int err = link_open(s, &link);
	if (err)
		return connect_error(-err, error);
	err = gatt_client_create(&s->gatt, s->config.loop, link, &profile, CLIENT_MTU, &handlers, s);
	if (err)
		return error_set(error, ERR_FAILED, "%s", strerror(-err));
	const uint64_t deadline = loop_now_ms() + (uint64_t)s->config.timeout_ms;
	while (!s->link_ready && !s->ended) {
		const uint64_t now = loop_now_ms();
		if (now >= deadline)
			return error_set(error, ERR_TIMED_OUT, "the pump's services did not answer");
		(void)loop_turn(s->config.loop, (int)(deadline - now));
	}
	if (s->ended) {
		if (error)
			*error = s->why;
		return s->why.code;
	}
	if (!s->version_ok)
		return error_set(error, ERR_PROTOCOL, "the pump speaks another protocol version");
	return ERR_NONE;
}
