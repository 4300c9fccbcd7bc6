/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was found on a peer: looking things up, and its form in a cache that anybody may have
 * edited. */
#include "gatt_tree.h"
#include "suite.h"

#include <string.h>

static struct gatt_tree tree;
static struct gatt_tree again;
static uint8_t bytes[GATT_TREE_BYTES + 1];

static const uint8_t long_uuid[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static void setup(void)
{
	memset(&tree, 0, sizeof tree);
	tree.service_count = 2;
	tree.services[0] = (struct gatt_service){1, 9, true, att_uuid_16(0x1800)};
	tree.services[1] =
	        (struct gatt_service){0x30, 0xffff, false, att_uuid_from_wire(long_uuid, 16)};
	tree.include_count = 1;
	tree.includes[0] =
	        (struct gatt_include){2, 0x30, 0xffff, att_uuid_from_wire(long_uuid, 16)};
	tree.characteristic_count = 2;
	tree.characteristics[0] = (struct gatt_characteristic){3, 4, 5, 0x20, att_uuid_16(0x2a05)};
	tree.characteristics[1] = (struct gatt_characteristic){6, 7, 9, 0x02, att_uuid_16(0x2a00)};
	tree.descriptor_count = 2;
	tree.descriptors[0] = (struct gatt_descriptor){5, att_uuid_16(ATT_UUID_CCCD)};
	tree.descriptors[1] = (struct gatt_descriptor){8, att_uuid_16(0x2901)};
	tree.has_hash = true;
	memset(tree.hash, 0xa5, sizeof tree.hash);
}

START_TEST(characteristics_are_found_by_type_and_by_value)
{
	const struct gatt_characteristic *changed =
	        gatt_tree_find_16(&tree, ATT_UUID_SERVICE_CHANGED);

	ck_assert_ptr_eq(changed, &tree.characteristics[0]);
	ck_assert_ptr_eq(gatt_tree_of_value(&tree, 7), &tree.characteristics[1]);
	ck_assert_ptr_null(gatt_tree_find_16(&tree, 0x2a01));
	ck_assert_ptr_null(gatt_tree_of_value(&tree, 6));
	ck_assert_uint_eq(gatt_tree_cccd(&tree, changed), 5);
	ck_assert_uint_eq(gatt_tree_cccd(&tree, &tree.characteristics[1]), 0);
}
END_TEST

START_TEST(a_tree_survives_its_form_as_bytes)
{
	size_t len = gatt_tree_encode(&tree, bytes);

	ck_assert(gatt_tree_decode(bytes, len, &again));
	ck_assert_uint_eq(again.service_count, 2);
	ck_assert(!again.services[1].is_primary);
	ck_assert(att_uuid_equal(&again.services[1].uuid, &tree.services[1].uuid));
	ck_assert_uint_eq(again.includes[0].end, 0xffff);
	ck_assert_uint_eq(again.characteristics[1].end, 9);
	ck_assert_uint_eq(again.characteristics[0].properties, 0x20);
	ck_assert_uint_eq(again.descriptors[1].handle, 8);
	ck_assert(again.has_hash);
	ck_assert_mem_eq(again.hash, tree.hash, sizeof tree.hash);
}
END_TEST

START_TEST(the_fullest_tree_fits_its_bound)
{
	memset(&tree, 0, sizeof tree);
	tree.service_count = GATT_TREE_SERVICES;
	tree.include_count = GATT_TREE_INCLUDES;
	tree.characteristic_count = GATT_TREE_CHARACTERISTICS;
	tree.descriptor_count = GATT_TREE_DESCRIPTORS;
	for (size_t i = 0; i < GATT_TREE_CHARACTERISTICS; i++) {
		struct att_uuid uuid = att_uuid_from_wire(long_uuid, 16);

		tree.services[i % GATT_TREE_SERVICES] = (struct gatt_service){1, 1, true, uuid};
		tree.includes[i % GATT_TREE_INCLUDES] = (struct gatt_include){1, 1, 1, uuid};
		tree.characteristics[i] = (struct gatt_characteristic){1, 2, 2, 0, uuid};
		tree.descriptors[i] = (struct gatt_descriptor){1, uuid};
	}
	ck_assert_uint_le(gatt_tree_encode(&tree, bytes), GATT_TREE_BYTES);
	ck_assert(gatt_tree_decode(bytes, gatt_tree_encode(&tree, bytes), &again));
	ck_assert_uint_eq(again.descriptor_count, GATT_TREE_DESCRIPTORS);
}
END_TEST

START_TEST(bytes_that_are_cut_or_lengthened_are_refused)
{
	size_t len = gatt_tree_encode(&tree, bytes);

	for (size_t cut = 0; cut < len; cut++) {
		ck_assert(!gatt_tree_decode(bytes, cut, &again));
		ck_assert_uint_eq(again.service_count, 0);
	}
	bytes[len] = 0;
	ck_assert(!gatt_tree_decode(bytes, len + 1, &again));
}
END_TEST

/* Nothing but what was written means the same: what is accepted is written as it was read. */
START_TEST(every_byte_changed_is_refused_or_means_what_it_says)
{
	static uint8_t rewritten[GATT_TREE_BYTES];
	size_t len = gatt_tree_encode(&tree, bytes);

	for (size_t at = 0; at < len; at++)
		for (unsigned value = 0; value <= UINT8_MAX; value++) {
			uint8_t right = bytes[at];

			bytes[at] = (uint8_t)value;
			if (gatt_tree_decode(bytes, len, &again)) {
				ck_assert_uint_eq(gatt_tree_encode(&again, rewritten), len);
				ck_assert_mem_eq(rewritten, bytes, len);
			}
			bytes[at] = right;
		}
}
END_TEST

START_TEST(impossible_trees_are_refused)
{
	struct gatt_tree bad[6];

	for (size_t i = 0; i < 6; i++)
		bad[i] = tree;
	bad[0].services[0].start = 0;
	bad[1].services[1].end = 0x2f;
	bad[2].includes[0].start = 0;
	bad[3].characteristics[0].value_handle = 3;
	bad[4].characteristics[1].end = 6;
	bad[5].descriptors[0].handle = 0;
	for (size_t i = 0; i < 6; i++)
		ck_assert_msg(!gatt_tree_decode(bytes, gatt_tree_encode(&bad[i], bytes), &again),
		              "case %zu", i);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
	        characteristics_are_found_by_type_and_by_value,
	        a_tree_survives_its_form_as_bytes,
	        the_fullest_tree_fits_its_bound,
	        bytes_that_are_cut_or_lengthened_are_refused,
	        every_byte_changed_is_refused_or_means_what_it_says,
	        impossible_trees_are_refused,
	        NULL,
	};

	return suite_run_tests("gatt_tree", tests, setup, NULL);
}
