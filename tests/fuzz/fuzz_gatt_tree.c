/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever is accepted as a cached tree is written again as the same bytes. */
#include "fuzz.h"
#include "gatt_tree.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t again[GATT_TREE_BYTES];
	static struct gatt_tree tree;

	if (!gatt_tree_decode(data, size, &tree))
		return 0;
	if (gatt_tree_encode(&tree, again) != size || memcmp(again, data, size) != 0)
		abort();
	return 0;
}
