/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A GATT client for any peripheral, against any server. Each accepted operation has exactly one
 * result, it closes at most once and gives nothing after that; the tree is always within its
 * bounds and in order; what is sent is well-formed ATT no longer than the agreed MTU.
 */
#include "att.h"
#include "fuzz.h"
#include "fuzz_script.h"
#include "gatt_central.h"

#define ACT_OPERATION 0xe0 /* to 0xe7 */
#define ACT_SUBSCRIBE 0xe8
#define ACT_END       0xe9
#define ACT_COMMAND   0xea
#define ACT_RAISED    0xeb
#define ACT_NOT       0xec

static const uint8_t value[40] = {1, 2, 3};

static const struct gatt_operation operations[8] = {
        {.kind = GATT_READ, .count = 1, .parts = {{.handle = 3}}},
        {.kind = GATT_READ_LONG, .count = 1, .parts = {{.handle = 3}}},
        {.kind = GATT_READ_TYPE, .type = {2, {0x00, 0x2a}}, .start = 1, .end = 0xffff},
        {.kind = GATT_READ_MULTIPLE, .count = 2, .parts = {{.handle = 3}, {.handle = 7}}},
        {.kind = GATT_READ_VARIABLE, .count = 2, .parts = {{.handle = 3}, {.handle = 7}}},
        {.kind = GATT_WRITE, .count = 1, .parts = {{.handle = 7, .value = value, .len = 3}}},
        {.kind = GATT_WRITE_PREPARED,
         .count = 1,
         .parts = {{.handle = 7, .value = value, .len = 40}}},
        {.kind = GATT_WRITE_PREPARED,
         .count = 2,
         .parts = {{.handle = 3, .value = value, .len = 2},
                   {.handle = 7, .value = value, .len = 2}}},
};

struct observer {
	struct gatt_central *central;
	int accepted;
	int done;
	int closed;
	bool can_raise;
};

static void check_tree(const struct gatt_tree *tree)
{
	static uint8_t bytes[GATT_TREE_BYTES];
	static struct gatt_tree again;

	for (size_t i = 0; i < tree->characteristic_count; i++) {
		const struct gatt_characteristic *found = &tree->characteristics[i];

		fuzz_require(found->handle > 0 && found->value_handle > found->handle &&
		             found->end >= found->value_handle);
	}
	/* What one connection found, another can take from its cache. */
	fuzz_require(gatt_tree_decode(bytes, gatt_tree_encode(tree, bytes), &again));
}

static void on_ready(void *ctx, uint16_t mtu)
{
	struct observer *self = ctx;

	fuzz_require(self->closed == 0 && mtu >= ATT_MTU_DEFAULT && mtu <= 247);
	check_tree(gatt_central_tree(self->central));
}

static void on_done(void *ctx, const struct gatt_result *result)
{
	struct observer *self = ctx;

	fuzz_require(self->closed == 0 && ++self->done == self->accepted);
	fuzz_require((result->result == LINK_REFUSED) == (result->att_error != 0));
	for (size_t i = 0; i < result->len; i++) {
		volatile uint8_t byte = result->value[i];

		(void)byte;
	}
}

static void on_value(void *ctx, uint16_t handle, const uint8_t *bytes, size_t len,
                     bool is_indicated)
{
	const struct observer *self = ctx;

	(void)bytes;
	(void)is_indicated;
	fuzz_require(self->closed == 0 && handle != 0 && len <= ATT_MTU_MAX);
}

static void on_changed(void *ctx, uint16_t start, uint16_t end)
{
	const struct observer *self = ctx;

	(void)start;
	(void)end;
	fuzz_require(self->closed == 0);
}

static bool on_security(void *ctx, uint8_t att_error)
{
	const struct observer *self = ctx;

	fuzz_require(self->closed == 0 && att_error != 0 && self->done < self->accepted);
	return self->can_raise;
}

static void on_closed(void *ctx, enum att_client_end why, int error)
{
	struct observer *self = ctx;

	(void)why;
	(void)error;
	fuzz_require(++self->closed == 1 && self->done == self->accepted);
}

static void read_away(const struct gatt_central *central)
{
	uint8_t pdu[LINK_PDU_MAX];
	struct att_pdu decoded;
	size_t n;

	while ((n = memory_link_take(pdu)) > 0)
		fuzz_require(n <= gatt_central_mtu(central) && att_decode(pdu, n, &decoded));
}

static void act_on(struct observer *self, int act)
{
	int err = -1;

	/* Counted before: it ends later, but the count must be right then. */
	self->accepted++;
	if (act >= ACT_OPERATION && act < ACT_OPERATION + 8)
		err = gatt_central_start(self->central, &operations[act - ACT_OPERATION]);
	else if (act == ACT_SUBSCRIBE || act == ACT_END)
		err = gatt_central_subscribe(self->central, 7, act == ACT_SUBSCRIBE ? 3 : 0);
	if (err != 0)
		self->accepted--;
	if (act == ACT_COMMAND)
		fuzz_require(gatt_central_command(self->central, 7, value, 3) <= 0);
	if (act == ACT_RAISED || act == ACT_NOT)
		gatt_central_security_raised(self->central, act == ACT_RAISED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct gatt_central_handlers handlers = {on_ready,   on_done,     on_value,
	                                                      on_changed, on_security, on_closed};
	struct gatt_central_config config = {.mtu = 247};
	struct observer observer = {.accepted = 0};
	struct fuzz_script script;
	int act = 0;

	if (size == 0)
		return 0;
	config.follows_changes = data[0] & 1;
	observer.can_raise = data[0] & 2;
	fuzz_script_open(&script, data + 1, size - 1);
	fuzz_require(gatt_central_create(&observer.central, script.loop, script.link, &config,
	                                 &handlers, &observer) == 0);
	while (act != FUZZ_SCRIPT_CUT) {
		act = fuzz_script_next(&script);
		act_on(&observer, act);
		read_away(observer.central);
	}
	memory_link_cut(0);
	memory_link_run(script.loop);
	fuzz_require(observer.closed == 1);
	gatt_central_destroy(observer.central);
	loop_destroy(script.loop);
	return 0;
}
