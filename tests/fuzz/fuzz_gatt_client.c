/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A GATT client against any server. Each accepted write has exactly one result; the client
 * closes at most once and gives nothing after that; what it sends is well-formed ATT.
 */
#include "att.h"
#include "fuzz.h"
#include "fuzz_script.h"
#include "gatt_client.h"

#define ACT_WRITE 0xf0

#define UUID(last)                                                                                 \
	{                                                                                          \
		{                                                                                  \
			1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, last                    \
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

struct observer {
	int accepted;
	int written;
	int ready;
	int closed;
};

static void on_ready(void *ctx, uint16_t mtu)
{
	struct observer *self = ctx;

	fuzz_require(++self->ready == 1 && self->closed == 0);
	fuzz_require(mtu >= ATT_MTU_DEFAULT && mtu <= 247);
}

static void on_value(void *ctx, size_t index, const uint8_t *value, size_t len)
{
	const struct observer *self = ctx;

	fuzz_require(self->closed == 0 && index < profile.count && len <= ATT_VALUE_MAX);
	for (size_t i = 0; i < len; i++) {
		volatile uint8_t byte = value[i];

		(void)byte;
	}
}

static void on_written(void *ctx, enum link_write_result result, uint8_t att_error)
{
	struct observer *self = ctx;

	fuzz_require(self->closed == 0);
	fuzz_require(++self->written == self->accepted);
	fuzz_require((result == LINK_REFUSED) == (att_error != 0));
}

static void on_closed(void *ctx, enum gatt_close why, int error)
{
	struct observer *self = ctx;

	(void)error;
	fuzz_require(++self->closed == 1 && self->written == self->accepted);
	fuzz_require(gatt_close_text(why)[0] != '\0');
}

static void read_away(void)
{
	uint8_t pdu[LINK_PDU_MAX];
	struct att_pdu decoded;
	size_t n;

	while ((n = memory_link_take(pdu)) > 0)
		fuzz_require(att_decode(pdu, n, &decoded));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct gatt_client_handlers handlers = {on_ready, on_value, on_written,
	                                                     on_closed};
	static const uint8_t value[20] = {1};
	struct fuzz_script script;
	struct observer observer = {.accepted = 0};
	struct gatt_client *client;
	int act = 0;

	fuzz_script_open(&script, data, size);
	fuzz_require(gatt_client_create(&client, script.loop, script.link, &profile, 247, &handlers,
	                                &observer) == 0);
	while (act != FUZZ_SCRIPT_CUT) {
		act = fuzz_script_next(&script);
		if (act == ACT_WRITE) {
			/* Counted before: the write ends later, but the count must be right then.
			 */
			observer.accepted++;
			if (gatt_client_write(client, 1, value, sizeof value) != 0)
				observer.accepted--;
		}
		read_away();
	}
	memory_link_cut(0);
	memory_link_run(script.loop);
	fuzz_require(observer.closed == 1);
	gatt_client_destroy(client);
	loop_destroy(script.loop);
	return 0;
}
