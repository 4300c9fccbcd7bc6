/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A GATT server against any client. It closes at most once, never has two indications under
 * way, and all that it sends is well-formed ATT no longer than the agreed MTU. Each request gets
 * exactly one answer, and nothing else does.
 */
#include "att.h"
#include "fuzz.h"
#include "fuzz_script.h"
#include "gatt_server.h"

#define ACT_INDICATE 0xf0
#define ACT_NOTIFY   0xf1
#define ACT_SECURE   0xf2
#define ACT_ANNOUNCE 0xf3
#define ACT_KEEP     0xf4
#define ACT_BOTH     0xf5

static const uint8_t bytes[300] = {1};

#define SHORT(high, low) .uuid = {2, {high, low}}
#define LONG(last)                                                                                 \
	.uuid = {16,                                                                               \
	         {0x5d, 0x2a, 0, last, 0x8c, 0x1f, 0x4b, 0x6e, 0x9f, 0, 0x11, 0x22, 0x33, 0x44,    \
	          0x55, 0x66}}
#define CHARACTERISTIC .kind = GATT_ROW_CHARACTERISTIC, .properties
#define FIXED(n)       .value = bytes, .value_len = (n)

enum { CHANGED = 1, STREAM = 15, PLAIN = 20 };

/* The handles of tests/vectors/gatt/clinic.db, whose scripts are the corpus. */
static const struct gatt_row table[] = {
        {.kind = GATT_ROW_SERVICE, SHORT(0x18, 0x01), .handle = 0x10, .last_handle = 0x19},
        {CHARACTERISTIC = GATT_PROP_INDICATE, SHORT(0x2a, 0x05)},
        {CHARACTERISTIC = GATT_PROP_READ | GATT_PROP_WRITE, SHORT(0x2b, 0x29)},
        {CHARACTERISTIC = GATT_PROP_READ, SHORT(0x2b, 0x2a)},
        {.kind = GATT_ROW_SERVICE, SHORT(0x18, 0x00), .handle = 1, .last_handle = 0x0a},
        {CHARACTERISTIC = GATT_PROP_READ, SHORT(0x2a, 0x00), FIXED(10)},
        {.kind = GATT_ROW_DESCRIPTOR, SHORT(0x29, 0x01), FIXED(11)},
        {CHARACTERISTIC = GATT_PROP_READ, SHORT(0x2a, 0x01), FIXED(2)},
        {.kind = GATT_ROW_SECONDARY, SHORT(0x18, 0x0a), .handle = 0x30},
        {CHARACTERISTIC = GATT_PROP_READ | GATT_PROP_WRITE | GATT_PROP_EXTENDED, SHORT(0x2a, 0x29),
         FIXED(25), .value_max = 64},
        {.kind = GATT_ROW_DESCRIPTOR, SHORT(0x29, 0x00), FIXED(2)},
        {.kind = GATT_ROW_SERVICE, LONG(1), .handle = 0x50, .last_handle = 0x6f},
        {.kind = GATT_ROW_INCLUDE, .target = 0x30, .handle = 0x51},
        {CHARACTERISTIC = GATT_PROP_READ | GATT_PROP_WRITE | GATT_PROP_COMMAND, LONG(2),
         .handle = 0x55, .value_handle = 0x57, FIXED(2), .value_max = ATT_VALUE_MAX},
        {CHARACTERISTIC = GATT_PROP_READ, SHORT(0x2a, 0x24), FIXED(300)},
        {CHARACTERISTIC = GATT_PROP_NOTIFY | GATT_PROP_INDICATE, LONG(3), .handle = 0x5b,
         .has_no_cccd = true},
        {.kind = GATT_ROW_CCCD, .handle = 0x5d},
        {.kind = GATT_ROW_DESCRIPTOR,
         SHORT(0x29, 0x01),
         FIXED(8),
         .value_max = 32,
         .permissions = GATT_PERM_GIVEN | GATT_PERM_READ | GATT_PERM_WRITE},
        {CHARACTERISTIC = GATT_PROP_WRITE, SHORT(0xff, 0xf3), .handle = 0x60},
        {CHARACTERISTIC = GATT_PROP_READ | GATT_PROP_WRITE, SHORT(0xff, 0xf5), FIXED(1),
         .handle = 0x64, .value_max = 8,
         .permissions = GATT_PERM_READ_ENCRYPT | GATT_PERM_WRITE_AUTHEN | GATT_PERM_WRITE_AUTHOR,
         .key_size = 16},
        {CHARACTERISTIC = GATT_PROP_NOTIFY, SHORT(0xff, 0xf6), .handle = 0x66, .has_no_cccd = true},
        {.kind = GATT_ROW_DESCRIPTOR,
         SHORT(0x29, 0x02),
         FIXED(2),
         .value_max = 4,
         .permissions = GATT_PERM_GIVEN | GATT_PERM_READ | GATT_PERM_WRITE},
        {.kind = GATT_ROW_SERVICE, SHORT(0x18, 0x15), .handle = 0xffff},
};

#define ROWS (sizeof table / sizeof table[0])

struct observer {
	int indicated;
	int confirmed;
	int closed;
	bool is_restarted; /* since the last time its PDUs were read */
};

static uint8_t on_write(void *ctx, size_t row, const uint8_t *value, size_t len)
{
	const struct observer *self = ctx;

	fuzz_require(self->closed == 0 && row < ROWS && len <= ATT_VALUE_MAX);
	return len > 0 && value[0] == 0x80 ? 0x80 : 0;
}

static void on_subscribed(void *ctx, size_t row, bool is_enabled)
{
	const struct observer *self = ctx;

	(void)is_enabled;
	fuzz_require(self->closed == 0 && (row == CHANGED || row == STREAM));
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

/* No confirmation of an earlier indication counts any more. */
static void on_restarted(void *ctx)
{
	struct observer *self = ctx;

	fuzz_require(self->closed == 0);
	self->indicated = self->confirmed;
	self->is_restarted = true;
}

/* What went out before another client began was as long as the old one allowed. */
static void read_away(struct observer *observer, uint16_t mtu)
{
	uint8_t pdu[LINK_PDU_MAX];
	struct att_pdu decoded;
	size_t n;

	while ((n = memory_link_take(pdu)) > 0)
		fuzz_require((n <= mtu || observer->is_restarted) && att_decode(pdu, n, &decoded));
	observer->is_restarted = false;
}

static void act_on(struct gatt_server *server, struct observer *observer, int act,
                   const struct fuzz_script *script)
{
	static const struct gatt_server_value both[] = {{STREAM, bytes, 3}, {PLAIN, bytes, 2}};
	uint8_t choice = script->size > 0 ? script->data[0] : 0;
	struct gatt_peer peer;

	if (act == ACT_INDICATE && gatt_server_indicate(server, STREAM, bytes, 20) == 0)
		fuzz_require(++observer->indicated == observer->confirmed + 1);
	if (act == ACT_NOTIFY && gatt_server_notify(server, STREAM, bytes, 20) == 0)
		fuzz_require(observer->closed == 0);
	if (act == ACT_BOTH && gatt_server_notify_multiple(server, both, 2) == 0)
		fuzz_require(observer->closed == 0);
	if (act == ACT_SECURE)
		gatt_server_set_security(server,
		                         &(struct gatt_security){.level = 1 + (choice & 3),
		                                                 .key_size = choice >> 3 & 16,
		                                                 .is_bonded = choice & 4,
		                                                 .is_authorized = choice & 8});
	if (act == ACT_ANNOUNCE)
		(void)gatt_server_announce(server, 1, ATT_HANDLE_MAX);
	if (act == ACT_KEEP) {
		gatt_server_save(server, &peer);
		peer.hash[0] ^= choice & 1;
		gatt_server_restore(server, &peer);
	}
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
	fuzz_require(gatt_server_create(&server, script.loop, script.link, table, ROWS, 517,
	                                &handlers, &observer) == 0);
	while (act != FUZZ_SCRIPT_CUT) {
		act = fuzz_script_next(&script);
		act_on(server, &observer, act, &script);
		read_away(&observer, gatt_server_mtu(server));
	}
	memory_link_cut(0);
	memory_link_run(script.loop);
	fuzz_require(observer.closed == 1);
	gatt_server_destroy(server);
	loop_destroy(script.loop);
	return 0;
}
