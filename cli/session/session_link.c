/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "att.h"
#include "link_local.h"
#include "session_state.h"
#include "wireless.h"

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

const uint8_t *session_service(void)
{
	return profile.service.bytes;
}

/* Best MTU is k * 251 - 4 octets: whole link-layer packets (251 less the L2CAP header). */
#define CLIENT_MTU 247

static enum error_code local_error(int error, struct error *out)
{
	switch (error) {
	case ECONNREFUSED:
	case ENOENT:
		return error_set(out, ERR_SIM_NOT_RUNNING, "%s", "");
	case EBUSY:
		return error_set(out, ERR_BUSY, "another program is connected to the pump");
	case ETIMEDOUT:
		return error_set(out, ERR_NOT_FOUND, "no answer within the time allowed");
	default:
		return error_set(out, ERR_NOT_FOUND, "connecting failed: %s", strerror(error));
	}
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

static enum error_code link_open(struct session *s, int timeout_ms, struct link **out,
				 struct error *error)
{
	const char *address = s->pairing.address;
	if (strncmp(address, SIM_PREFIX, strlen(SIM_PREFIX)) == 0) {
		const int err = link_open_local(s, address + strlen(SIM_PREFIX), out);
		return err ? local_error(-err, error) : ERR_NONE;
	}
	const struct wireless_config config = {.loop = s->config.loop,
					       .state_dir = s->config.state_dir,
					       .adapter = s->config.adapter,
					       .secure = s->config.link_security,
					       .ask_passkey = s->config.ask_passkey,
					       .ctx = s->config.ctx};
	const enum error_code code = s->wireless ? ERR_NONE : wireless_open(&s->wireless, &config, error);
	return code ? code : wireless_connect(s->wireless, address, timeout_ms, out, error);
}

static void on_ready(void *ctx, uint16_t mtu)
{
	struct session *s = ctx;
	s->mtu = mtu;
	s->link_ready = true;
}

static void count_stream(struct session_stream *stream, size_t len)
{
	stream->last_ms = loop_now_ms();
	if (!stream->octets) {
		stream->first_ms = stream->last_ms;
		stream->first_octets = len;
	}
	stream->octets += len;
}

static void on_value(void *ctx, size_t index, const uint8_t *value, size_t len)
{
	struct session *s = ctx;
	if (index == VERSION)
		s->version_ok = len == 2 && value[0] == PROTOCOL_MAJOR;
	if (index == STREAM)
		count_stream(&s->stream, len);
	if (index == OUT || index == STREAM)
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
	s->close_why = why;
	s->close_error = why == GATT_CLOSE_LINK ? error : 0;
	if (s->link_ready) {
		client_link_lost(&s->client, loop_now_ms());
		session_drain(s);
		return;
	}
	s->ended = true;
	if (why == GATT_CLOSE_REFUSED)
		error_set(&s->why, ERR_PROTOCOL, "%s: %s", gatt_close_text(why),
			  att_error_text((uint8_t)error));
	else if (why == GATT_CLOSE_NO_SERVICE || why == GATT_CLOSE_PROTOCOL)
		error_set(&s->why, ERR_PROTOCOL, "%s", gatt_close_text(why));
	else if (s->wireless && why == GATT_CLOSE_LINK)
		wireless_end(s->wireless, error, &s->why);
	else
		error_set(&s->why, ERR_LINK_LOST, "%s%s%s", gatt_close_text(why),
			  error < 0 ? ": " : "", error < 0 ? strerror(-error) : "");
}

/* One link, up to where the pump's services answered. */
static enum error_code connect_once(struct session *s, uint64_t deadline, struct error *error)
{
	static const struct gatt_client_handlers handlers = {
		.on_ready = on_ready,
		.on_value = on_value,
		.on_written = on_written,
		.on_closed = on_closed,
	};
	struct link *link;
	const uint64_t begun = loop_now_ms();
	s->ended = s->link_ready = s->version_ok = false;
	const enum error_code code =
		link_open(s, begun < deadline ? (int)(deadline - begun) : 0, &link, error);
	if (code)
		return code;
	/* A person who typed a passkey took longer than any radio. */
	deadline = loop_now_ms() + (uint64_t)s->config.timeout_ms;
	s->link_fd = link_fd(link);
	const int err = gatt_client_create(&s->gatt, s->config.loop, link, &profile, CLIENT_MTU, &handlers, s);
	if (err)
		return error_set(error, ERR_FAILED, "%s", strerror(-err));
	while (!s->link_ready && !s->ended) {
		const uint64_t now = loop_now_ms();
		if (now >= deadline) {
			if (s->wireless)
				wireless_drop(s->wireless); /* the next try gets a link of its own */
			return error_set(error, ERR_TIMED_OUT, "the pump's services did not answer");
		}
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

/* A link may end before the pump answered anything; that is the radio's daily life. */
#define SILENT_REPEATS 3

static enum error_code connect_there(struct session *s, struct error *error)
{
	const uint64_t deadline = loop_now_ms() + (uint64_t)s->config.timeout_ms;
	enum error_code code = connect_once(s, deadline, error);
	for (int turn = 0; turn < SILENT_REPEATS && code && s->ended && s->wireless &&
			   wireless_is_repeatable(s->close_error);
	     turn++) {
		wireless_drop(s->wireless);
		code = connect_once(s, deadline, error);
	}
	return code;
}

enum error_code session_connect(struct session *s, struct error *error)
{
	const enum error_code code = connect_there(s, error);
	if ((code == ERR_NOT_FOUND || code == ERR_SIM_NOT_RUNNING) && !s->card_code &&
	    session_find(s, profile.service.bytes))
		return connect_there(s, error);
	return code;
}
