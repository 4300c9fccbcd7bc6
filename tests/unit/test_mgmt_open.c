/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suite.h"
#include "mgmt_open.h"
#include "temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[64];

static void setup(void)
{
	temporary_make(directory, sizeof directory);
}

static void teardown(void)
{
	temporary_remove(directory);
}

/* Result of a helper of this name: a copy of the stand-in, which looks at how it is called. */
static int run(const char *name)
{
	char path[128];

	(void)snprintf(path, sizeof path, "%s/%s", directory, name);
	ck_assert_int_eq(link(HAND_OVER, path), 0);
	return mgmt_open_helper(path);
}

static int descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 64; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

START_TEST(the_socket_arrives_and_closes_with_the_next_program)
{
	int before = descriptors();
	int fd = run("hands-over");
	struct stat about;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fstat(fd, &about), 0);
	ck_assert(S_ISCHR(about.st_mode));
	ck_assert_int_eq(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	close(fd);
	ck_assert_int_eq(descriptors(), before);
}
END_TEST

START_TEST(the_reason_of_the_helper_is_the_result)
{
	ck_assert_int_eq(run("refuses"), -EAFNOSUPPORT);
}
END_TEST

START_TEST(whatever_else_it_sends_is_refused_and_nothing_stays_open)
{
	int before = descriptors();

	ck_assert_int_eq(run("hands-nothing"), -EPROTO);
	ck_assert_int_eq(run("babbles"), -EPROTO);
	ck_assert_int_eq(run("hands-both"), -EPERM);
	ck_assert_int_eq(mgmt_open_helper("/bin/true"), -EPROTO);
	ck_assert_int_eq(descriptors(), before);
}
END_TEST

START_TEST(the_helper_finds_its_end_whatever_descriptors_are_free_here)
{
	for (int fd = 3; fd < 8; fd++)
		close(fd);
	ck_assert_int_eq(run("refuses"), -EAFNOSUPPORT);
	ck_assert_int_eq(open("/dev/null", O_RDONLY | O_CLOEXEC), 3);
	ck_assert_int_eq(mgmt_open_helper("/bin/true"), -EPROTO);
	close(3);
}
END_TEST

START_TEST(the_helper_gets_no_environment)
{
	ck_assert_int_eq(setenv("LD_PRELOAD", "", 1), 0);
	ck_assert_int_eq(run("is-alone"), -EALREADY);
}
END_TEST

START_TEST(a_helper_that_cannot_be_run_is_told)
{
	char path[128];
	int fd;

	(void)snprintf(path, sizeof path, "%s/text", directory);
	ck_assert_int_eq(mgmt_open_helper(path), -ENOENT);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	close(fd);
	ck_assert_int_eq(mgmt_open_helper(path), -EACCES);
	ck_assert_int_eq(chmod(path, 0700), 0);
	ck_assert_int_eq(mgmt_open_helper(path), -ENOEXEC);
}
END_TEST

START_TEST(without_a_helper_the_kernel_is_asked_itself)
{
	int direct = mgmt_open_socket();
	int fd = mgmt_open();

	/* This machine has Bluetooth or has not; both ways say the same. */
	ck_assert_int_eq(fd >= 0, direct >= 0);
	if (fd < 0)
		ck_assert_int_eq(fd, direct);
	if (fd >= 0)
		close(fd);
	if (direct >= 0)
		close(direct);
}
END_TEST

START_TEST(the_adapter_program_answers_like_the_kernel_or_lacks_its_capability)
{
	int direct = mgmt_open_socket();
	int fd = mgmt_open_helper(ADAPTER);

	if (fd >= 0)
		close(fd);
	else
		ck_assert(fd == direct || fd == -EPERM);
	if (direct >= 0)
		close(direct);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
	        the_socket_arrives_and_closes_with_the_next_program,
	        the_reason_of_the_helper_is_the_result,
	        whatever_else_it_sends_is_refused_and_nothing_stays_open,
	        the_helper_finds_its_end_whatever_descriptors_are_free_here,
	        the_helper_gets_no_environment,
	        a_helper_that_cannot_be_run_is_told,
	        without_a_helper_the_kernel_is_asked_itself,
	        the_adapter_program_answers_like_the_kernel_or_lacks_its_capability,
	        NULL,
	};

	return suite_run_tests("mgmt_open", tests, setup, teardown);
}
