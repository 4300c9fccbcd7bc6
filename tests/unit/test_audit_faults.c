/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The n-th write, sync, reservation, truncation or rename fails, for every n: no record counts
 * that is not durable, and the trail verifies when it is opened again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit.h"
#include "suite.h"
#include "temporary.h"

static long calls, fail_at;
static int fail_errno;
static char dir[64];

static int fails(void)
{
	if (++calls != fail_at)
		return 0;
	errno = fail_errno;
	return 1;
}

ssize_t __real_pwrite64(int fd, const void *buf, size_t len, off_t at);
ssize_t __real_write(int fd, const void *buf, size_t len);
int __real_fdatasync(int fd);
int __real_fsync(int fd);
int __real_ftruncate64(int fd, off_t len);
int __real_rename(const char *from, const char *to);
ssize_t __wrap_pwrite64(int fd, const void *buf, size_t len, off_t at);
ssize_t __wrap_write(int fd, const void *buf, size_t len);
int __wrap_fdatasync(int fd);
int __wrap_fsync(int fd);
int __wrap_ftruncate64(int fd, off_t len);
int __wrap_rename(const char *from, const char *to);

/* A failing write may have stored a part. */
ssize_t __wrap_pwrite64(int fd, const void *buf, size_t len, off_t at)
{
	if (!fails())
		return __real_pwrite64(fd, buf, len, at);
	(void)!__real_pwrite64(fd, buf, len / 2, at);
	errno = fail_errno;
	return -1;
}

ssize_t __wrap_write(int fd, const void *buf, size_t len)
{
	return fails() ? -1 : __real_write(fd, buf, len);
}

int __wrap_fdatasync(int fd)
{
	return fails() ? -1 : __real_fdatasync(fd);
}

int __wrap_fsync(int fd)
{
	return fails() ? -1 : __real_fsync(fd);
}

int __wrap_ftruncate64(int fd, off_t len)
{
	return fails() ? -1 : __real_ftruncate64(fd, len);
}

int __wrap_rename(const char *from, const char *to)
{
	return fails() ? -1 : __real_rename(from, to);
}

static struct audit_intent make_intent(uint64_t token)
{
	struct audit_intent intent = {.token = token, .kind = 0x3333};
	(void)snprintf(intent.serial, sizeof(intent.serial), "%s", "PX20-000123");
	return intent;
}

/* Returns the size up to which everything was reported durable. */
static uint64_t work(void)
{
	struct audit *audit;
	struct audit_head head = {0};
	uint64_t durable = 0;
	if (audit_open(&audit, dir) != 0)
		return 0;
	for (uint64_t token = 1; token <= 2; token++) {
		const struct audit_intent intent = make_intent(token);
		if (audit_intent(audit, &intent, NULL, &head) != 0)
			break;
		durable = head.size;
		if (audit_outcome(audit, intent.serial, token, AUDIT_APPLIED, "x", false, &head) != 0)
			break;
		durable = head.size;
	}
	audit_close(audit);
	return durable;
}

static void check_after(uint64_t durable)
{
	struct audit *audit;
	struct audit_report report;
	ck_assert_msg(audit_open(&audit, dir) == 0, "call %ld", fail_at);
	ck_assert_msg(audit_state(audit) == AUDIT_SOUND, "call %ld: %s", fail_at, audit_damage_text(audit));
	ck_assert_int_eq(audit_append(audit, "note", NULL, NULL), 0);
	ck_assert_int_eq(audit_verify(audit_path(audit), &report), 0);
	ck_assert_msg(report.problem[0] == '\0', "call %ld: %s", fail_at, report.problem);
	ck_assert_msg(report.records > durable, "call %ld: %lu durable, %lu there", fail_at,
		      (unsigned long)durable, (unsigned long)report.records);
	audit_close(audit);
}

START_TEST(failing_call_number_n_never_loses_a_durable_record)
{
	static const int errors[] = {EIO, ENOSPC};
	fail_errno = errors[_i];
	for (fail_at = 1;; fail_at++) {
		temporary_make(dir, sizeof(dir));
		calls = 0;
		const uint64_t durable = work();
		const long made = calls;
		const long wanted = fail_at;
		fail_at = 0;
		check_after(durable);
		temporary_remove(dir);
		fail_at = wanted;
		if (made < fail_at)
			break;
	}
	ck_assert_int_gt(fail_at, 10);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("faults");
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, failing_call_number_n_never_loses_a_durable_record, 0, 2);
	return suite_run(tc);
}
