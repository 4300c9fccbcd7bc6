/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever is accepted as a PDU is encoded to the same bytes, and its items lie inside it. */
#include "att.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static void require(bool is_true)
{
	if (!is_true)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_pdu pdu;
	uint8_t again[ATT_MTU_MAX];
	size_t items;

	if (!att_decode(data, size, &pdu)) {
		require(pdu.len == 0 && pdu.opcode == (size ? data[0] : 0));
		return 0;
	}
	require(att_encode(&pdu, again, sizeof again) == size);
	require(memcmp(again, data, size) == 0);
	items = att_item_count(&pdu);
	for (size_t i = 0; i < items; i++) {
		const uint8_t *item = att_item(&pdu, i);

		require(item >= data && item + pdu.item_len <= data + size);
	}
	return 0;
}
