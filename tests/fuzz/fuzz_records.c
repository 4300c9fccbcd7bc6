/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packed records: every one is whole, its fields cover its bytes, and unknown ones are kept. */
#include "fuzz.h"
#include "records.h"

#include <stdlib.h>
#include <string.h>

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_view(const struct record_view *view, const uint8_t *raw, size_t len)
{
	require(view->count <= RECORD_FIELDS_MAX);
	require(view->name || (view->count == 1 && view->fields[0].len == len - 10));
	for (size_t i = 0; i < view->count; i++) {
		const struct record_field *field = &view->fields[i];

		require(field->name != NULL);
		if (field->unit == RECORD_UNIT_BYTES)
			require(field->bytes >= raw && field->bytes + field->len <= raw + len);
		else if (field->unit != RECORD_UNIT_UTC)
			require(field->number >= 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t chain[DIGEST_LEN] = {0}, next[DIGEST_LEN];
	const uint8_t *raw;
	size_t at = 0, len;
	uint64_t seq = 1;

	while (record_next(data, size, &at, &raw, &len)) {
		struct record_view view;

		require(raw >= data && raw + len <= data + size && at <= size);
		if (record_decode(raw, len, &view) == PUMP_OK)
			check_view(&view, raw, len);
		record_chain(chain, 1, seq++, raw, len, next);
		require(memcmp(chain, next, DIGEST_LEN) != 0);
		memcpy(chain, next, DIGEST_LEN);
	}
	return 0;
}
