/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message that is accepted has one byte form, and everything it points to lies inside it. */
#include "fuzz.h"
#include "messages.h"
#include "records.h"

#include <stdlib.h>
#include <string.h>

static void require(bool holds)
{
	if (!holds)
		abort();
}

static bool lies_inside(const uint8_t *part, size_t len, const uint8_t *data, size_t size)
{
	return part >= data && len <= size && part + len <= data + size;
}

static void check_block(const struct msg_block *block, const uint8_t *data, size_t size)
{
	const uint8_t *raw;
	size_t at = 0, len, count = 0;

	require(lies_inside(block->records, block->records_len, data, size));
	while (record_next(block->records, block->records_len, &at, &raw, &len)) {
		struct record_view view;

		require(lies_inside(raw, len, data, size));
		if (record_decode(raw, len, &view) == PUMP_OK)
			require(view.count <= RECORD_FIELDS_MAX);
		count++;
	}
	require(count == block->count && at == block->records_len);
}

static void check_parts(const struct message *m, const uint8_t *data, size_t size)
{
	if (m->op == OP_BLOCK)
		check_block(&m->as.block, data, size);
	if (m->op == OP_IMAGE)
		require(lies_inside(m->as.image.image, m->as.image.image_len, data, size));
	if (m->op == OP_STAGE)
		require(lies_inside(m->as.stage.change, m->as.stage.change_len, data, size));
	if (m->op == OP_COMMIT)
		require(lies_inside(m->as.commit.order, m->as.commit.order_len, data, size));
	if (m->op == OP_STAGED && m->as.staged.has_image)
		require(m->as.staged.image.count >= 1 && m->as.staged.image.count <= MIXTURE_MAX);
	if (m->op == OP_STARTED)
		require(memchr(m->as.started.serial, '\0', sizeof m->as.started.serial) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t again[8192];
	struct message m;
	size_t len;
	enum pump_err err = message_decode(data, size, &m);

	require(err == PUMP_OK || err == PUMP_EFORM || err == PUMP_EUNKNOWN);
	if (err != PUMP_OK)
		return 0;
	check_parts(&m, data, size);
	require(message_encode(&m, again, sizeof again, &len) == PUMP_OK);
	require(len == size && memcmp(again, data, size) == 0);
	return 0;
}
