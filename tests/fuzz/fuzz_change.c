/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The programmer's reader of changes and orders and the pump's were written apart: whatever the
 * bytes, they must accept the same, understand the same, and say it again in the same bytes.
 */
#include "change.h"
#include "change_read.h"
#include "fuzz.h"
#include "image.h"
#include "order_bytes.h"

#include <stdlib.h>
#include <string.h>

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_order(const uint8_t *data, size_t size)
{
	struct order ours;
	struct read_order theirs;
	uint8_t again[ORDER_MAX];
	size_t len;
	bool accepted = order_decode(data, size, &ours) == PUMP_OK;

	require(accepted == (change_read_order(data, size, &theirs) == PUMP_OK));
	if (!accepted)
		return;
	require(strcmp(ours.serial, theirs.serial) == 0 && ours.token == theirs.token &&
		ours.kind == theirs.kind && ours.operators == theirs.operators &&
		ours.not_after_ms == theirs.not_after_ms);
	require(memcmp(ours.stage_digest, theirs.stage_digest, DIGEST_LEN) == 0);
	require(memcmp(ours.expected_digest, theirs.expected_digest, DIGEST_LEN) == 0);
	require(order_encode(&ours, again, sizeof again, &len) == PUMP_OK);
	require(len == size && memcmp(again, data, size) == 0);
}

/* What the pump says again is what the programmer would have sent, without the image. */
static void check_told(const struct change *ours, const struct read_change *theirs)
{
	struct change acts = *ours;
	uint8_t told[CHANGE_MAX], expected[CHANGE_MAX];
	struct writer w;
	size_t len = 0;

	writer_init(&w, told, sizeof told);
	change_read_tell(theirs, &w);
	acts.parts &= ~(uint32_t)PART_IMAGE;
	if (acts.parts != 0)
		require(change_encode(&acts, expected, sizeof expected, &len) == PUMP_OK);
	require(writer_len(&w) == len && len <= ACTS_MAX && memcmp(told, expected, len) == 0);
}

static void check_change(const uint8_t *data, size_t size)
{
	struct change ours;
	struct read_change theirs;
	struct program program;
	uint8_t again[CHANGE_MAX];
	size_t len;
	bool accepted = change_decode(data, size, &ours) == PUMP_OK && size <= CHANGE_MAX;

	/* The programmer hands the image on; the pump reads it at once. */
	if (accepted && (ours.parts & PART_IMAGE) &&
	    image_decode(ours.image, ours.image_len, &program) != PUMP_OK)
		return;
	require(accepted == (change_read(data, size, &theirs) == PUMP_OK));
	if (!accepted)
		return;
	require(ours.parts == theirs.parts);
	require(!(ours.parts & PART_IMAGE) || (ours.image == theirs.image_bytes &&
					       ours.image + ours.image_len <= data + size));
	require(change_encode(&ours, again, sizeof again, &len) == PUMP_OK);
	require(len == size && memcmp(again, data, size) == 0);
	check_told(&ours, &theirs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_order(data, size);
	check_change(data, size);
	return 0;
}
