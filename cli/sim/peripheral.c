/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "peripheral.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "gatt_server.h"
#include "sim_clock.h"

#define TICK_MS 1000
/* Therapy time of one slice: about 10,000 delivery records, some tenths of a second of work. */
#define SLICE_S         UINT64_C(36000000)
#define SYNC_TOGETHER_S 3600
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

/* A value that the link did not take yet; the bytes are the pump's until it is told "sent". */
struct unsent {
	const uint8_t *data; /* NULL: none */
	size_t len;
};

struct peripheral {
	struct peripheral_config config;
	struct gatt_server *server;
	uint16_t told_mtu;
	struct unsent out, stream;
	struct sim_clock clock;
	uint64_t advance_left; /* s */
	uint64_t told_therapy; /* s */
	int turn_timer, tick_timer, wake_timer;
	int error;
	bool sync_later, fail_next_store, window_was_open;
	struct pump pump;
};

static void turn(void *ctx);

/* Work is done from the loop, after the write under way was answered, never inside a handler. */
static void arm(struct peripheral *p)
{
	if (p->turn_timer == 0)
		p->turn_timer = loop_add_timer(p->config.loop, loop_now_ms(), turn, p);
	if (p->turn_timer < 0)
		p->turn_timer = 0; /* the next tick does it */
}

static void fail(struct peripheral *p, int error)
{
	if (!p->error)
		p->error = error;
}

static void forget_link(struct peripheral *p)
{
	p->server = NULL;
	p->out = p->stream = (struct unsent){NULL, 0};
	pump_disconnected(&p->pump, loop_now_ms());
}

static void drop_link(struct peripheral *p)
{
	if (!p->server)
		return;
	gatt_server_destroy(p->server);
	forget_link(p);
}

static void sync_writes(struct peripheral *p)
{
	int err = nvm_sync(p->config.nvm);
	if (err)
		fail(p, err);
}

static void tell_mtu(struct peripheral *p)
{
	uint16_t mtu = gatt_server_mtu(p->server);
	if (mtu == p->told_mtu)
		return;
	p->told_mtu = mtu;
	pump_connected(&p->pump, mtu, loop_now_ms());
}

/* Anything but "later" means a peer that cannot be answered: the session is of no use any more. */
static void send_unsent(struct peripheral *p, enum channel channel)
{
	struct unsent *unsent = channel == CHANNEL_OUT ? &p->out : &p->stream;
	if (!unsent->data || !p->server)
		return;
	sync_writes(p);
	if (p->error)
		return;
	bool indicates = channel == CHANNEL_OUT;
	int err = indicates ? gatt_server_indicate(p->server, ROW_OUT, unsent->data, unsent->len)
			    : gatt_server_notify(p->server, ROW_STREAM, unsent->data, unsent->len);
	if (err == -EAGAIN || err == -EBUSY)
		return;
	if (err) {
		drop_link(p);
		return;
	}
	unsent->data = NULL;
	if (!indicates)
		pump_sent(&p->pump, CHANNEL_STREAM, loop_now_ms());
}

static void store(struct peripheral *p, const struct pump_action *action)
{
	if (p->fail_next_store) {
		p->fail_next_store = false;
		pump_nvm_failed(&p->pump, loop_now_ms());
		return;
	}
	int err = nvm_write(p->config.nvm, action->offset, action->data, action->len);
	if (!err && !p->sync_later)
		err = nvm_sync(p->config.nvm);
	if (err)
		fail(p, err);
	else
		pump_nvm_done(&p->pump, loop_now_ms());
}

static void save_body(struct peripheral *p)
{
	uint8_t body[PUMP_BODY_LEN];
	pump_save_body(&p->pump, body);
	int err = nvm_save_body(p->config.nvm, body);
	if (err)
		fail(p, err);
}

static void boot(struct peripheral *p, bool power_lost)
{
	uint8_t seed[32];
	randombytes_buf(seed, sizeof(seed));
	const struct nvm *nvm = p->config.nvm;
	if (pump_boot(&p->pump, nvm->bytes, nvm->size, nvm->saved_body, seed, power_lost,
		      loop_now_ms()) != PUMP_OK)
		fail(p, -EBADMSG);
	sodium_memzero(seed, sizeof(seed));
}

static void restart(struct peripheral *p)
{
	save_body(p);
	drop_link(p);
	boot(p, false);
}

static void on_wake(void *ctx)
{
	struct peripheral *p = ctx;
	p->wake_timer = 0;
	arm(p);
}

/* Without a free timer the next tick comes instead. */
static void set_wake(struct peripheral *p, uint64_t at_ms)
{
	loop_cancel_timer(p->config.loop, p->wake_timer);
	p->wake_timer = loop_add_timer(p->config.loop, at_ms, on_wake, p);
}

static void carry_out(struct peripheral *p, const struct pump_action *action)
{
	switch (action->type) {
	case PUMP_SEND:
		*(action->channel == CHANNEL_OUT ? &p->out : &p->stream) =
			(struct unsent){action->data, action->len};
		send_unsent(p, action->channel);
		break;
	case PUMP_NVM_WRITE:
		store(p, action);
		break;
	case PUMP_WAKE_AT:
		set_wake(p, action->wake_at_ms);
		break;
	case PUMP_DISCONNECT:
		drop_link(p);
		break;
	case PUMP_RESTART:
		restart(p);
		break;
	}
}

static void drain(struct peripheral *p)
{
	struct pump_action action;
	while (!p->error && pump_next_action(&p->pump, &action))
		carry_out(p, &action);
	sync_writes(p);
}

/* Tells the pump both clocks, in one slice at most, and does what follows. */
static void step(struct peripheral *p)
{
	uint64_t now = loop_now_ms();
	uint64_t slice = p->advance_left < SLICE_S ? p->advance_left : SLICE_S;
	sim_clock_advance(&p->clock, slice, now);
	p->advance_left -= slice;
	uint64_t therapy = sim_clock_therapy_s(&p->clock, now);
	p->sync_later = therapy > p->told_therapy + SYNC_TOGETHER_S;
	p->told_therapy = therapy;
	drain(p); /* what is waiting comes before time moves */
	if (!p->error)
		pump_set_clocks(&p->pump, now, therapy);
	drain(p);
	p->sync_later = false;
	if (!p->error)
		save_body(p);
}

static void tell_owner(struct peripheral *p, bool advanced)
{
	const struct peripheral_config *config = &p->config;
	struct pump_view view;
	if (p->error) {
		drop_link(p);
		if (config->on_failed)
			config->on_failed(config->ctx, p->error);
		return;
	}
	pump_look(&p->pump, &view);
	bool changed = view.window_open != p->window_was_open;
	p->window_was_open = view.window_open;
	if (changed && config->on_advert_changed)
		config->on_advert_changed(config->ctx);
	if (advanced && config->on_advanced)
		config->on_advanced(config->ctx);
}

static void turn(void *ctx)
{
	struct peripheral *p = ctx;
	p->turn_timer = 0;
	if (p->error)
		return;
	bool was_advancing = p->advance_left > 0;
	step(p);
	if (p->advance_left > 0)
		arm(p);
	tell_owner(p, was_advancing && p->advance_left == 0);
}

static void on_tick(void *ctx)
{
	struct peripheral *p = ctx;
	p->tick_timer = loop_add_timer(p->config.loop, loop_now_ms() + TICK_MS, on_tick, p);
	arm(p);
}

static uint8_t on_write(void *ctx, size_t row, const uint8_t *value, size_t len)
{
	struct peripheral *p = ctx;
	(void)row; /* In is the only one that can be written */
	tell_mtu(p);
	bool accepted = pump_feed(&p->pump, value, len, loop_now_ms());
	arm(p);
	return accepted ? 0 : ATT_SESSION_ENDED;
}

static void on_subscribed(void *ctx, size_t row, bool enabled)
{
	(void)row;
	(void)enabled;
	tell_mtu(ctx);
	arm(ctx);
}

static void on_confirmed(void *ctx)
{
	struct peripheral *p = ctx;
	pump_sent(&p->pump, CHANNEL_OUT, loop_now_ms());
	arm(p);
}

static void on_writable(void *ctx)
{
	struct peripheral *p = ctx;
	send_unsent(p, CHANNEL_OUT);
	send_unsent(p, CHANNEL_STREAM);
	arm(p);
}

static void on_closed(void *ctx, int error)
{
	struct peripheral *p = ctx;
	(void)error; /* the pump does the same, however the link ended */
	gatt_server_destroy(p->server);
	forget_link(p);
	arm(p);
}

/* To the pump it is a new connection; its MTU is told with what comes next. */
static void on_restarted(void *ctx)
{
	struct peripheral *p = ctx;
	p->out = p->stream = (struct unsent){NULL, 0};
	p->told_mtu = 0;
	pump_disconnected(&p->pump, loop_now_ms());
	arm(p);
}

static const struct gatt_server_handlers handlers = {
	.on_write = on_write,
	.on_subscribed = on_subscribed,
	.on_confirmed = on_confirmed,
	.on_writable = on_writable,
	.on_closed = on_closed,
	.on_restarted = on_restarted,
};

int peripheral_create(struct peripheral **out, const struct peripheral_config *config)
{
	struct peripheral *p = calloc(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->config = *config;
	boot(p, config->nvm->power_lost);
	if (!p->error) {
		p->told_therapy = pump_therapy_s(&p->pump);
		sim_clock_start(&p->clock, p->told_therapy, config->speed, loop_now_ms());
		step(p);
		on_tick(p);
		if (p->tick_timer < 0)
			fail(p, p->tick_timer);
	}
	int err = p->error;
	if (err) {
		peripheral_destroy(p);
		return err;
	}
	*out = p;
	return 0;
}

void peripheral_destroy(struct peripheral *p)
{
	if (!p)
		return;
	gatt_server_destroy(p->server);
	loop_cancel_timer(p->config.loop, p->turn_timer);
	loop_cancel_timer(p->config.loop, p->tick_timer);
	loop_cancel_timer(p->config.loop, p->wake_timer);
	sodium_memzero(p, sizeof(*p));
	free(p);
}

int peripheral_shut_down(struct peripheral *p)
{
	drop_link(p);
	if (!p->error)
		step(p);
	if (!p->error)
		pump_shut_down(&p->pump, loop_now_ms());
	drain(p);
	if (!p->error)
		save_body(p);
	return p->error;
}

int peripheral_connect(struct peripheral *p, struct link *link)
{
	if (p->server || p->error) {
		link_destroy(link);
		return -EBUSY;
	}
	struct gatt_row rows[ROWS];
	memcpy(rows, table, sizeof(rows));
	const char *model = p->config.nvm->about.model;
	rows[ROW_MODEL].value = (const uint8_t *)model;
	rows[ROW_MODEL].value_len = strlen(model);
	int err = gatt_server_create(&p->server, p->config.loop, link, rows, ROWS, p->config.mtu,
				     &handlers, p);
	if (err) {
		p->server = NULL;
		return err;
	}
	p->told_mtu = 0;
	tell_mtu(p);
	arm(p);
	return 0;
}

bool peripheral_is_connected(const struct peripheral *p)
{
	return p->server != NULL;
}

/* Flags; complete list of one 128-bit UUID, least significant byte first; maker data. */
size_t peripheral_advert(const struct peripheral *p, uint8_t adv[PERIPHERAL_ADV_MAX])
{
	static const uint8_t flags[] = {0x02, 0x01, 0x06, 0x11, 0x07};
	static const uint8_t maker_data[] = {0x04, 0xff, 0xff, 0xff};
	const struct gatt_server_uuid *uuid = &table[ROW_SERVICE].uuid;
	struct pump_view view;
	size_t len = 0;
	pump_look(&p->pump, &view);
	memcpy(adv, flags, sizeof(flags));
	len += sizeof(flags);
	for (size_t i = uuid->len; i-- > 0;)
		adv[len++] = uuid->bytes[i];
	memcpy(adv + len, maker_data, sizeof(maker_data));
	len += sizeof(maker_data);
	adv[len++] = view.window_open ? 1 : 0;
	return len;
}

void peripheral_advance(struct peripheral *p, uint64_t seconds)
{
	uint64_t room = SIM_CLOCK_THERAPY_MAX - p->advance_left;
	p->advance_left += seconds < room ? seconds : room;
	arm(p);
}

bool peripheral_is_advancing(const struct peripheral *p)
{
	return p->advance_left > 0;
}

void peripheral_set_speed(struct peripheral *p, uint32_t speed)
{
	sim_clock_set_speed(&p->clock, speed, loop_now_ms());
	arm(p);
}

void peripheral_press_magnet(struct peripheral *p)
{
	pump_press_magnet(&p->pump, loop_now_ms());
	arm(p);
}

void peripheral_fill(struct peripheral *p, uint64_t nl)
{
	pump_set_reservoir(&p->pump, nl, loop_now_ms());
	arm(p);
}

void peripheral_reset(struct peripheral *p)
{
	restart(p);
	arm(p);
}

void peripheral_fail_next_store(struct peripheral *p)
{
	p->fail_next_store = true;
}

void peripheral_look(const struct peripheral *p, struct pump_view *view)
{
	pump_look(&p->pump, view);
}

size_t peripheral_log_read(const struct peripheral *p, uint64_t seq, uint8_t *raw)
{
	return pump_log_read(&p->pump, seq, raw);
}
