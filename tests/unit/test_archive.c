/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "archive.h"
#include "suite.h"
#include "temporary.h"

#define SERIAL "PX20-000123"

static char dir[64];
static struct archive *archive;

static void setup(void)
{
	temporary_make(dir, sizeof(dir));
	ck_assert_int_eq(archive_open(&archive, dir), 0);
}

static void teardown(void)
{
	archive_close(archive);
	temporary_remove(dir);
}

static void add(uint64_t first, uint64_t last)
{
	ck_assert_int_eq(archive_begin(archive), 0);
	for (uint64_t seq = first; seq <= last; seq++)
		ck_assert_int_eq(archive_add(archive, SERIAL, 1, seq, (uint8_t *)&seq, sizeof(seq)), 0);
	ck_assert_int_eq(archive_commit(archive), 0);
}

static void assert_gap(uint64_t first, uint64_t last, uint64_t gap_first, uint64_t gap_last)
{
	uint64_t f = 0, l = 0;
	ck_assert(archive_next_gap(archive, SERIAL, 1, first, last, &f, &l));
	ck_assert_uint_eq(f, gap_first);
	ck_assert_uint_eq(l, gap_last);
}

START_TEST(gaps_come_from_what_is_stored)
{
	uint64_t f, l;
	assert_gap(1, 10, 1, 10);
	add(3, 5);
	assert_gap(1, 10, 1, 2);
	assert_gap(3, 10, 6, 10);
	add(8, 9);
	assert_gap(3, 10, 6, 7);
	add(6, 7);
	assert_gap(3, 10, 10, 10);
	add(1, 2);
	add(10, 10);
	ck_assert(!archive_next_gap(archive, SERIAL, 1, 1, 10, &f, &l));
	ck_assert(!archive_next_gap(archive, SERIAL, 1, 4, 6, &f, &l));
	assert_gap(1, 11, 11, 11);
	ck_assert(archive_next_gap(archive, SERIAL, 2, 1, 10, &f, &l));
	ck_assert(archive_next_gap(archive, "PX20-000124", 1, 1, 10, &f, &l));
}
END_TEST

/* Every subset of eight records, against a bit by bit search. */
START_TEST(next_gap_is_right_for_every_subset_of_eight_records)
{
	for (uint32_t epoch = 0; epoch < 256; epoch++) {
		ck_assert_int_eq(archive_begin(archive), 0);
		for (uint64_t seq = 1; seq <= 8; seq++)
			if (epoch >> (seq - 1) & 1)
				ck_assert_int_eq(archive_add(archive, SERIAL, epoch, seq, (uint8_t *)&seq, 1), 0);
		ck_assert_int_eq(archive_commit(archive), 0);
		for (uint64_t from = 1; from <= 8; from++) {
			uint64_t f = 0, l = 0, first = from;
			while (first <= 8 && epoch >> (first - 1) & 1)
				first++;
			uint64_t last = first;
			while (last < 8 && !(epoch >> last & 1))
				last++;
			ck_assert(archive_next_gap(archive, SERIAL, epoch, from, 8, &f, &l) == (first <= 8));
			if (first <= 8) {
				ck_assert_uint_eq(f, first);
				ck_assert_uint_eq(l, last);
			}
		}
	}
}
END_TEST

START_TEST(lost_ranges_are_no_gaps_and_stay_marked)
{
	add(5, 6);
	for (int twice = 0; twice < 2; twice++) {
		ck_assert_int_eq(archive_begin(archive), 0);
		ck_assert_int_eq(archive_add_lost(archive, SERIAL, 1, 1, 4), 0);
		ck_assert_int_eq(archive_commit(archive), 0);
	}
	assert_gap(1, 7, 7, 7);
	ck_assert_uint_eq(archive_count(archive, SERIAL, 1), 2);
}
END_TEST

START_TEST(same_record_again_is_harmless_and_another_one_is_refused_whole)
{
	const uint8_t other = 0xee;
	add(1, 3);
	add(1, 4);
	ck_assert_int_eq(archive_begin(archive), 0);
	const uint64_t five = 5;
	ck_assert_int_eq(archive_add(archive, SERIAL, 1, 5, (const uint8_t *)&five, sizeof(five)), 0);
	ck_assert_int_eq(archive_add(archive, SERIAL, 1, 2, &other, 1), -EEXIST);
	archive_rollback(archive);
	ck_assert_uint_eq(archive_count(archive, SERIAL, 1), 4);
	assert_gap(1, 5, 5, 5);
}
END_TEST

START_TEST(everything_committed_is_there_after_reopening)
{
	uint8_t hash[ARCHIVE_HASH_LEN] = {1, 2, 3}, got[ARCHIVE_HASH_LEN];
	uint32_t epoch;
	uint64_t seq;
	add(1, 100);
	ck_assert_int_eq(archive_begin(archive), 0);
	ck_assert_int_eq(archive_set_chain(archive, SERIAL, 1, 100, hash), 0);
	ck_assert_int_eq(archive_commit(archive), 0);
	ck_assert_int_eq(archive_begin(archive), 0);
	ck_assert_int_eq(archive_add(archive, SERIAL, 1, 101, hash, 1), 0);
	archive_close(archive); /* as if the process had ended before the commit */
	ck_assert_int_eq(archive_open(&archive, dir), 0);
	ck_assert_uint_eq(archive_count(archive, SERIAL, 1), 100);
	ck_assert_int_eq(archive_get_chain(archive, SERIAL, 1, 100, got), 0);
	ck_assert_mem_eq(got, hash, sizeof(hash));
	ck_assert_int_eq(archive_get_chain(archive, SERIAL, 1, 99, got), -ENOENT);
	ck_assert_int_eq(archive_last_epoch(archive, SERIAL, &epoch), 0);
	ck_assert_uint_eq(epoch, 1);
	ck_assert_int_eq(archive_last_seq(archive, SERIAL, 1, &seq), 0);
	ck_assert_uint_eq(seq, 100);
	ck_assert_int_eq(archive_last_epoch(archive, "PX20-000124", &epoch), -ENOENT);
}
END_TEST

static bool collect(void *ctx, uint32_t epoch, uint64_t seq, const uint8_t *raw, size_t len)
{
	uint64_t *sum = ctx, value;
	ck_assert_uint_eq(epoch, 1);
	ck_assert_uint_eq(len, sizeof(value));
	memcpy(&value, raw, sizeof(value));
	ck_assert_uint_eq(value, seq);
	ck_assert_uint_gt(seq, *sum);
	*sum = seq;
	return seq != 8;
}

START_TEST(visit_goes_in_order_and_can_be_limited_and_stopped)
{
	uint64_t last = 0;
	add(1, 10);
	ck_assert_int_eq(archive_visit(archive, SERIAL, 0, collect, &last), 0);
	ck_assert_uint_eq(last, 8);
	last = 8;
	ck_assert_int_eq(archive_visit(archive, SERIAL, 2, collect, &last), 0);
	ck_assert_uint_eq(last, 10);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("archive");
	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, gaps_come_from_what_is_stored);
	tcase_add_test(tc, next_gap_is_right_for_every_subset_of_eight_records);
	tcase_add_test(tc, lost_ranges_are_no_gaps_and_stay_marked);
	tcase_add_test(tc, same_record_again_is_harmless_and_another_one_is_refused_whole);
	tcase_add_test(tc, everything_committed_is_there_after_reopening);
	tcase_add_test(tc, visit_goes_in_order_and_can_be_limited_and_stopped);
	return suite_run(tc);
}
