/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "peripheral_links.h"

#include <errno.h>
#include <string.h>

/* docs/protocol.md section 8: the segment ended the session. */
#define ATT_SESSION_ENDED 0x80

#define PUMP_UUID(n)                                                                               \
	{                                                                                          \
		16,                                                                                \
		{                                                                                  \
			0x7d, 0x1c, 0x00, (n), 0x5a, 0x3b, 0x4f, 0x6e, 0x9c, 0x2d, 0x1b, 0x8e,     \
				0x4a, 0x7f, 0x3c, 0x60                                             \
		}                                                                                  \
	}

enum row { ROW_INFORMATION, ROW_MAKER, ROW_MODEL, ROW_SERVICE, ROW_VERSION, ROW_IN, ROW_OUT,
	   ROW_STREAM, ROWS };

static const char maker[] = "pumpsim";
static const uint8_t version[] = {PROTOCOL_MAJOR, PROTOCOL_MINOR};

#define SHORT_UUID(high, low) {2, {(high), (low)}}
#define CHARACTERISTIC .kind = GATT_ROW_CHARACTERISTIC, .properties

static const struct gatt_row table[ROWS] = {
	[ROW_INFORMATION] = {.kind = GATT_ROW_SERVICE, .uuid = SHORT_UUID(0x18, 0x0a)},
	[ROW_MAKER] = {CHARACTERISTIC = GATT_PROP_READ, .uuid = SHORT_UUID(0x2a, 0x29),
		       .value = (const uint8_t *)maker, .value_len = sizeof(maker) - 1},
	[ROW_MODEL] = {CHARACTERISTIC = GATT_PROP_READ, .uuid = SHORT_UUID(0x2a, 0x24)},
	[ROW_SERVICE] = {.kind = GATT_ROW_SERVICE, .uuid = PUMP_UUID(0x01)},
	[ROW_VERSION] = {CHARACTERISTIC = GATT_PROP_READ, .uuid = PUMP_UUID(0x02),
			 .value = version, .value_len = sizeof(version)},
	[ROW_IN] = {CHARACTERISTIC = GATT_PROP_WRITE, .uuid = PUMP_UUID(0x03)},
	[ROW_OUT] = {CHARACTERISTIC = GATT_PROP_INDICATE, .uuid = PUMP_UUID(0x04)},
	[ROW_STREAM] = {CHARACTERISTIC = GATT_PROP_NOTIFY, .uuid = PUMP_UUID(0x05)},
};

const struct gatt_server_uuid *links_service(void)
{
	return &table[ROW_SERVICE].uuid;
}

static unsigned number_of(const struct peripheral_link *l)
{
	return (unsigned)(l - l->peripheral->links);
}

static void forget_link(struct peripheral_link *l)
{
	l->server = NULL;
	l->out = l->stream = (struct unsent){NULL, 0};
	pump_disconnected(&l->peripheral->pump, number_of(l), loop_now_ms());
}

void links_drop(struct peripheral *p, unsigned number)
{
	struct peripheral_link *l = &p->links[number];
	if (!l->server)
		return;
	gatt_server_destroy(l->server);
	forget_link(l);
}

void links_drop_all(struct peripheral *p)
{
	for (unsigned i = 0; i < PUMP_LINKS; i++)
		links_drop(p, i);
}

void links_destroy(struct peripheral *p)
{
	for (unsigned i = 0; i < PUMP_LINKS; i++)
		gatt_server_destroy(p->links[i].server);
}

static void tell_mtu(struct peripheral_link *l)
{
	uint16_t mtu = gatt_server_mtu(l->server);
	if (mtu == l->told_mtu)
		return;
	l->told_mtu = mtu;
	pump_connected(&l->peripheral->pump, number_of(l), mtu, loop_now_ms());
}

/* Anything but "later" means a peer that cannot be answered: the link is of no use any more. */
static void send_unsent(struct peripheral_link *l, enum channel channel)
{
	struct peripheral *p = l->peripheral;
	struct unsent *unsent = channel == CHANNEL_OUT ? &l->out : &l->stream;
	if (!unsent->data || !l->server)
		return;
	peripheral_sync(p);
	if (p->error)
		return;
	bool indicates = channel == CHANNEL_OUT;
	int err = indicates ? gatt_server_indicate(l->server, ROW_OUT, unsent->data, unsent->len)
			    : gatt_server_notify(l->server, ROW_STREAM, unsent->data, unsent->len);
	if (err == -EAGAIN || err == -EBUSY)
		return;
	if (err) {
		links_drop(p, number_of(l));
		return;
	}
	unsent->data = NULL;
	if (!indicates)
		pump_sent(&p->pump, number_of(l), CHANNEL_STREAM, loop_now_ms());
}

void links_send(struct peripheral *p, const struct pump_action *action)
{
	struct peripheral_link *l = &p->links[action->link];
	*(action->channel == CHANNEL_OUT ? &l->out : &l->stream) =
		(struct unsent){action->data, action->len};
	send_unsent(l, action->channel);
}

static uint8_t on_write(void *ctx, size_t row, const uint8_t *value, size_t len)
{
	struct peripheral_link *l = ctx;
	(void)row; /* In is the only one that can be written */
	tell_mtu(l);
	bool accepted = pump_feed(&l->peripheral->pump, number_of(l), value, len, loop_now_ms());
	peripheral_arm(l->peripheral);
	return accepted ? 0 : ATT_SESSION_ENDED;
}

static void on_subscribed(void *ctx, size_t row, bool enabled)
{
	struct peripheral_link *l = ctx;
	(void)row;
	(void)enabled;
	tell_mtu(l);
	peripheral_arm(l->peripheral);
}

static void on_confirmed(void *ctx)
{
	struct peripheral_link *l = ctx;
	pump_sent(&l->peripheral->pump, number_of(l), CHANNEL_OUT, loop_now_ms());
	peripheral_arm(l->peripheral);
}

static void on_writable(void *ctx)
{
	struct peripheral_link *l = ctx;
	send_unsent(l, CHANNEL_OUT);
	send_unsent(l, CHANNEL_STREAM);
	peripheral_arm(l->peripheral);
}

static void on_closed(void *ctx, int error)
{
	struct peripheral_link *l = ctx;
	(void)error; /* the pump does the same, however the link ended */
	gatt_server_destroy(l->server);
	forget_link(l);
	peripheral_arm(l->peripheral);
}

/* To the pump it is a new connection; its MTU is told with what comes next. */
static void on_restarted(void *ctx)
{
	struct peripheral_link *l = ctx;
	l->out = l->stream = (struct unsent){NULL, 0};
	l->told_mtu = 0;
	pump_disconnected(&l->peripheral->pump, number_of(l), loop_now_ms());
	peripheral_arm(l->peripheral);
}

static const struct gatt_server_handlers handlers = {
	.on_write = on_write,
	.on_subscribed = on_subscribed,
	.on_confirmed = on_confirmed,
	.on_writable = on_writable,
	.on_closed = on_closed,
	.on_restarted = on_restarted,
};

int peripheral_connect(struct peripheral *p, struct link *link)
{
	int number = p->error ? -1 : pump_pick_link(&p->pump);
	if (number < 0) {
		link_destroy(link);
		return -EBUSY;
	}
	links_drop(p, (unsigned)number);
	struct peripheral_link *l = &p->links[number];
	struct gatt_row rows[ROWS];
	memcpy(rows, table, sizeof(rows));
	const char *model = p->config.nvm->about.model;
	rows[ROW_MODEL].value = (const uint8_t *)model;
	rows[ROW_MODEL].value_len = strlen(model);
	l->peripheral = p;
	int err = gatt_server_create(&l->server, p->config.loop, link, rows, ROWS, p->config.mtu,
				     &handlers, l);
	if (err) {
		l->server = NULL;
		return err;
	}
	l->told_mtu = 0;
	tell_mtu(l);
	peripheral_arm(p);
	return 0;
}

bool peripheral_is_connected(const struct peripheral *p)
{
	for (unsigned i = 0; i < PUMP_LINKS; i++)
		if (p->links[i].server)
			return true;
	return false;
}
