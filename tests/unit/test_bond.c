/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suite.h"
#include "bond.h"
#include "temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint8_t adapter[6] = {6, 5, 4, 3, 2, 1};
static const uint8_t other_adapter[6] = {7, 5, 4, 3, 2, 1};
static char directory[64];

static void setup(void)
{
	temporary_make(directory, sizeof(directory));
}

static void teardown(void)
{
	temporary_remove(directory);
}

/* A key of peer number n with this key type and value. */
static void make_key(uint8_t key[BOND_KEY_LEN], uint8_t n, uint8_t type, uint8_t value)
{
	memset(key, value, BOND_KEY_LEN);
	memset(key, n, BOND_PEER_LEN);
	key[7] = type;
	key[8] = 1;
}

static void store(uint8_t n, uint8_t type, uint8_t value)
{
	uint8_t key[BOND_KEY_LEN];
	make_key(key, n, type, value);
	ck_assert_int_eq(bond_store(directory, adapter, key), 0);
}

START_TEST(a_directory_without_keys_has_none)
{
	struct bond_list list;
	ck_assert_int_eq(bond_load(directory, adapter, &list), 0);
	ck_assert_uint_eq(list.count, 0);
}
END_TEST

START_TEST(a_key_is_read_back_as_it_was_stored_and_only_for_its_adapter)
{
	struct bond_list list;
	uint8_t key[BOND_KEY_LEN];
	make_key(key, 9, 3, 0x55);
	ck_assert_int_eq(bond_store(directory, adapter, key), 0);
	ck_assert_int_eq(bond_load(directory, adapter, &list), 0);
	ck_assert_uint_eq(list.count, 1);
	ck_assert_mem_eq(list.keys[0], key, BOND_KEY_LEN);
	ck_assert_ptr_eq(bond_find(&list, key), list.keys[0]);
	key[0] ^= 1;
	ck_assert_ptr_null(bond_find(&list, key));
	ck_assert_int_eq(bond_load(directory, other_adapter, &list), 0);
	ck_assert_uint_eq(list.count, 0);
}
END_TEST

START_TEST(the_file_is_for_its_owner_alone)
{
	char path[128];
	struct stat about;
	store(1, 3, 1);
	(void)snprintf(path, sizeof(path), "%s/bonds-010203040506", directory);
	ck_assert_int_eq(stat(path, &about), 0);
	ck_assert_uint_eq(about.st_mode & 0777, 0600);
}
END_TEST

START_TEST(a_new_key_of_the_same_pairing_replaces_the_old_one)
{
	struct bond_list list;
	store(1, 3, 1);
	store(2, 3, 2);
	store(1, 3, 3);
	ck_assert_int_eq(bond_load(directory, adapter, &list), 0);
	ck_assert_uint_eq(list.count, 2);
	ck_assert_uint_eq(list.keys[0][20], 2);
	ck_assert_uint_eq(list.keys[1][20], 3);
}
END_TEST

START_TEST(a_full_list_gives_up_its_oldest_key)
{
	struct bond_list list;
	for (uint8_t n = 0; n <= BOND_MAX; n++)
		store(n, 3, n);
	ck_assert_int_eq(bond_load(directory, adapter, &list), 0);
	ck_assert_uint_eq(list.count, BOND_MAX);
	ck_assert_uint_eq(list.keys[0][0], 1);
	ck_assert_uint_eq(list.keys[BOND_MAX - 1][0], BOND_MAX);
}
END_TEST

START_TEST(forgetting_a_peer_takes_all_its_keys_and_no_other)
{
	static const uint8_t peer[BOND_PEER_LEN] = {1, 1, 1, 1, 1, 1, 1};
	struct bond_list list;
	store(1, 3, 1);
	store(2, 3, 2);
	store(1, 1, 3);
	ck_assert_int_eq(bond_remove(directory, adapter, peer), 0);
	ck_assert_int_eq(bond_load(directory, adapter, &list), 0);
	ck_assert_uint_eq(list.count, 1);
	ck_assert_uint_eq(list.keys[0][0], 2);
	ck_assert_int_eq(bond_remove(directory, adapter, peer), -ENOENT);
}
END_TEST

START_TEST(a_file_that_is_not_whole_rows_is_refused)
{
	struct bond_list list;
	uint8_t key[BOND_KEY_LEN] = {0};
	char path[128];
	store(1, 3, 1);
	(void)snprintf(path, sizeof(path), "%s/bonds-010203040506", directory);
	ck_assert_int_eq(truncate(path, BOND_KEY_LEN - 1), 0);
	ck_assert_int_eq(bond_load(directory, adapter, &list), -EBADMSG);
	ck_assert_int_eq(bond_store(directory, adapter, key), -EBADMSG);
	ck_assert_int_eq(bond_remove(directory, adapter, key), -EBADMSG);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_directory_without_keys_has_none,
		a_key_is_read_back_as_it_was_stored_and_only_for_its_adapter,
		the_file_is_for_its_owner_alone,
		a_new_key_of_the_same_pairing_replaces_the_old_one,
		a_full_list_gives_up_its_oldest_key,
		forgetting_a_peer_takes_all_its_keys_and_no_other,
		a_file_that_is_not_whole_rows_is_refused,
		NULL,
	};
	return suite_run_tests("bond", tests, setup, teardown);
}
