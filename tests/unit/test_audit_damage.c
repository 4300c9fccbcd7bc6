/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every cut, every flipped bit, every missing, doubled or swapped record of a small trail. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit.h"
#include "suite.h"
#include "temporary.h"

enum { RECORDS = 12 };

static char dir[64], log_path[512], copy_path[96];
static char *whole;
static size_t whole_len, line_at[RECORDS + 1];
static struct audit_report sound;

static void read_whole(void)
{
	struct stat st;
	const int fd = open(log_path, O_RDONLY);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	whole_len = (size_t)st.st_size;
	whole = malloc(whole_len);
	ck_assert_int_eq(read(fd, whole, whole_len), (ssize_t)whole_len);
	close(fd);
	size_t line = 0;
	line_at[0] = 0;
	for (size_t i = 0; i < whole_len; i++)
		if (whole[i] == '\n')
			line_at[++line] = i + 1;
	ck_assert_uint_eq(line, RECORDS);
}

static void setup(void)
{
	struct audit *audit;
	struct audit_intent intent = {.kind = 0x3333};
	temporary_make(dir, sizeof(dir));
	ck_assert_int_eq(audit_open(&audit, dir), 0);
	(void)snprintf(intent.serial, sizeof(intent.serial), "%s", "PX20-000123");
	for (uint64_t token = 1; token <= 3; token++) {
		intent.token = token;
		ck_assert_int_eq(audit_append(audit, "session-opened", NULL, NULL), 0);
		ck_assert_int_eq(audit_intent(audit, &intent, NULL, NULL), 0);
		ck_assert_int_eq(audit_outcome(audit, intent.serial, token, AUDIT_APPLIED, "x", false, NULL), 0);
	}
	ck_assert_int_eq(audit_append(audit, "note", NULL, NULL), 0);
	ck_assert_int_eq(audit_append(audit, "note", NULL, NULL), 0);
	(void)snprintf(log_path, sizeof(log_path), "%s", audit_path(audit));
	(void)snprintf(copy_path, sizeof(copy_path), "%s/copy", dir);
	audit_close(audit);
	ck_assert_int_eq(audit_verify(log_path, &sound), 0);
	ck_assert_uint_eq(sound.records, RECORDS);
	read_whole();
}

static void teardown(void)
{
	free(whole);
	temporary_remove(dir);
}

static void write_file(const char *path, const char *data, size_t len)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, data, len), (ssize_t)len);
	close(fd);
}

static struct audit_report verify_bytes(const char *data, size_t len)
{
	struct audit_report report;
	write_file(copy_path, data, len);
	ck_assert_int_eq(audit_verify(copy_path, &report), 0);
	return report;
}

static size_t lines_within(size_t len)
{
	size_t n = 0;
	while (n < RECORDS && line_at[n + 1] <= len)
		n++;
	return n;
}

START_TEST(every_flipped_bit_is_found)
{
	write_file(copy_path, whole, whole_len);
	const int fd = open(copy_path, O_WRONLY);
	for (size_t bit = 0; bit < 8 * whole_len; bit++) {
		struct audit_report report;
		const char flipped = (char)(whole[bit / 8] ^ 1 << bit % 8);
		ck_assert_int_eq(pwrite(fd, &flipped, 1, (off_t)(bit / 8)), 1);
		ck_assert_int_eq(audit_verify(copy_path, &report), 0);
		ck_assert_int_eq(pwrite(fd, whole + bit / 8, 1, (off_t)(bit / 8)), 1);
		const size_t line = lines_within(bit / 8);
		if (line + 1 < RECORDS)
			ck_assert_msg(report.bad_line == line + 1, "bit %zu", bit);
		else
			ck_assert_msg(report.bad_line || report.torn_bytes, "bit %zu", bit);
	}
	close(fd);
}
END_TEST

START_TEST(every_cut_leaves_exactly_the_whole_records_before_it)
{
	static const char *const tails[] = {"", "\0\0\0\0", "PA1 0000", "\xff\xff\xff"};
	static const size_t tail_len[] = {0, 4, 8, 3};
	char *image = malloc(whole_len + 8);
	for (size_t cut = line_at[1]; cut < whole_len; cut++) {
		for (size_t t = 0; t < 4; t++) {
			memcpy(image, whole, cut);
			memcpy(image + cut, tails[t], tail_len[t]);
			const struct audit_report report = verify_bytes(image, cut + tail_len[t]);
			const size_t n = lines_within(cut);
			ck_assert_msg(report.records == n, "cut %zu tail %zu", cut, t);
			ck_assert_uint_eq(report.bad_line, 0);
			ck_assert_uint_eq(report.torn_bytes, cut + tail_len[t] - line_at[n]);
		}
	}
	free(image);
}
END_TEST

START_TEST(torn_tail_is_cut_kept_aside_and_noted)
{
	for (size_t cut = line_at[RECORDS - 1] + 1; cut < whole_len; cut++) {
		struct audit *audit;
		struct audit_report report;
		write_file(log_path, whole, cut);
		ck_assert_int_eq(audit_open(&audit, dir), 0);
		ck_assert_int_eq(audit_state(audit), AUDIT_SOUND);
		ck_assert_int_eq(audit_append(audit, "note", NULL, NULL), 0);
		audit_close(audit);
		ck_assert_int_eq(audit_verify(log_path, &report), 0);
		ck_assert_str_eq(report.problem, "");
		ck_assert_uint_eq(report.records, RECORDS - 1 + 2);
	}
}
END_TEST

START_TEST(damage_in_the_middle_stops_orders_and_is_named)
{
	struct audit *audit;
	whole[line_at[5] + 60] ^= 1;
	write_file(log_path, whole, whole_len);
	ck_assert_int_eq(audit_open(&audit, dir), 0);
	ck_assert_int_eq(audit_state(audit), AUDIT_DAMAGED);
	ck_assert_ptr_nonnull(strstr(audit_damage_text(audit), "line 6"));
	ck_assert_int_eq(audit_append(audit, "note", NULL, NULL), -30 /* EROFS */);
	audit_close(audit);
	struct stat st;
	ck_assert_int_eq(stat(log_path, &st), 0);
	ck_assert_int_eq(st.st_size, (off_t)whole_len);
}
END_TEST

START_TEST(finished_last_line_that_was_edited_is_damage_and_is_not_cut)
{
	struct audit *audit;
	whole[whole_len - 20] ^= 1;
	write_file(log_path, whole, whole_len);
	ck_assert_int_eq(audit_open(&audit, dir), 0);
	ck_assert_int_eq(audit_state(audit), AUDIT_DAMAGED);
	audit_close(audit);
	struct stat st;
	ck_assert_int_eq(stat(log_path, &st), 0);
	ck_assert_int_eq(st.st_size, (off_t)whole_len);
}
END_TEST

START_TEST(last_line_with_a_block_that_never_reached_the_disk_is_torn)
{
	struct audit *audit;
	memset(whole + whole_len - 60, 0, 40);
	write_file(log_path, whole, whole_len);
	ck_assert_int_eq(audit_open(&audit, dir), 0);
	ck_assert_int_eq(audit_state(audit), AUDIT_SOUND);
	audit_close(audit);
}
END_TEST

START_TEST(deleted_doubled_and_swapped_records_are_found)
{
	char *image = malloc(2 * whole_len);
	for (size_t i = 0; i + 1 < RECORDS; i++) {
		const size_t at = line_at[i], len = line_at[i + 1] - at, rest = whole_len - at - len;
		memcpy(image, whole, at);
		memcpy(image + at, whole + at + len, rest);
		ck_assert_uint_eq(verify_bytes(image, whole_len - len).bad_line, i + 1);
		memcpy(image, whole, at + len);
		memcpy(image + at + len, whole + at, whole_len - at);
		ck_assert_uint_eq(verify_bytes(image, whole_len + len).bad_line, i + 2);
		const size_t next = line_at[i + 2] - line_at[i + 1];
		memcpy(image, whole, whole_len);
		memcpy(image + at, whole + at + len, next);
		memcpy(image + at + next, whole + at, len);
		ck_assert_uint_eq(verify_bytes(image, whole_len).bad_line, i + 1);
	}
	free(image);
}
END_TEST

START_TEST(whole_records_cut_off_at_the_end_change_size_and_root)
{
	for (size_t n = 1; n < RECORDS; n++) {
		const struct audit_report report = verify_bytes(whole, line_at[n]);
		ck_assert_uint_eq(report.records, n);
		ck_assert_mem_ne(report.root, sound.root, 32);
	}
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("damage");
	tcase_set_timeout(tc, 240);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, every_flipped_bit_is_found);
	tcase_add_test(tc, every_cut_leaves_exactly_the_whole_records_before_it);
	tcase_add_test(tc, torn_tail_is_cut_kept_aside_and_noted);
	tcase_add_test(tc, damage_in_the_middle_stops_orders_and_is_named);
	tcase_add_test(tc, finished_last_line_that_was_edited_is_damage_and_is_not_cut);
	tcase_add_test(tc, last_line_with_a_block_that_never_reached_the_disk_is_torn);
	tcase_add_test(tc, deleted_doubled_and_swapped_records_are_found);
	tcase_add_test(tc, whole_records_cut_off_at_the_end_change_size_and_root);
	return suite_run(tc);
}
