/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "state.h"
#include "suite.h"
#include "temporary.h"

static char dir[64];

static void setup(void)
{
	temporary_make(dir, sizeof(dir));
}

static void teardown(void)
{
	temporary_remove(dir);
}

static struct state_pairing make_pairing(const char *serial, const char *address)
{
	struct state_pairing p = {.key = {1, 2, 3}, .workstation = {9, 8}};
	(void)snprintf(p.serial, sizeof(p.serial), "%s", serial);
	(void)snprintf(p.address, sizeof(p.address), "%s", address);
	return p;
}

START_TEST(pairing_is_found_by_serial_and_by_address)
{
	struct state_pairing got;
	const struct state_pairing a = make_pairing("PX20-000123", "sim:demo"),
				   b = make_pairing("PX40-000001", "00:AA:01:01:00:24");
	ck_assert_int_eq(state_pairing_find(dir, "PX20-000123", &got), -ENOENT);
	ck_assert_int_eq(state_pairing_store(dir, &a), 0);
	ck_assert_int_eq(state_pairing_store(dir, &b), 0);
	ck_assert_int_eq(state_pairing_find(dir, "PX20-000123", &got), 0);
	ck_assert_mem_eq(&got, &a, sizeof(a));
	ck_assert_int_eq(state_pairing_find(dir, "00:aa:01:01:00:24", &got), 0);
	ck_assert_mem_eq(&got, &b, sizeof(b));
	ck_assert_int_eq(state_pairing_find(dir, "../pairings/PX20-000123", &got), -ENOENT);
	ck_assert_int_eq(state_pairing_remove(dir, "PX20-000123"), 0);
	ck_assert_int_eq(state_pairing_find(dir, "sim:demo", &got), -ENOENT);
}
END_TEST

START_TEST(pairing_file_is_private_and_refused_when_it_is_not)
{
	char path[128];
	struct stat st;
	struct state_pairing got;
	const struct state_pairing a = make_pairing("PX20-000123", "sim:demo");
	ck_assert_int_eq(state_pairing_store(dir, &a), 0);
	(void)snprintf(path, sizeof(path), "%s/pairings/PX20-000123", dir);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	ck_assert_int_eq(chmod(path, 0640), 0);
	ck_assert_int_eq(state_pairing_find(dir, "PX20-000123", &got), -EPERM);
}
END_TEST

START_TEST(damaged_pairing_is_refused)
{
	struct state_pairing got;
	char pairings[128];
	(void)snprintf(pairings, sizeof(pairings), "%s/pairings", dir);
	static const char text[] = "serial PX20-000123\naddress sim:demo\nkey 00\nworkstation 00\n";
	ck_assert_int_eq(state_replace_file(pairings, "PX20-000123", text, sizeof(text) - 1), 0);
	ck_assert_int_eq(state_pairing_find(dir, "PX20-000123", &got), -EBADMSG);
}
END_TEST

START_TEST(one_bad_pairing_does_not_hide_the_others)
{
	char path[128];
	struct state_pairing got;
	const struct state_pairing a = make_pairing("PX20-000123", "sim:a"),
				   b = make_pairing("PX20-000124", "sim:b");
	ck_assert_int_eq(state_pairing_store(dir, &a), 0);
	ck_assert_int_eq(state_pairing_store(dir, &b), 0);
	(void)snprintf(path, sizeof(path), "%s/pairings/PX20-000123", dir);
	ck_assert_int_eq(chmod(path, 0640), 0);
	ck_assert_int_eq(state_pairing_find(dir, "sim:b", &got), 0);
	ck_assert_mem_eq(&got, &b, sizeof(b));
	ck_assert_int_eq(state_pairing_find(dir, "sim:a", &got), -EPERM);
}
END_TEST

START_TEST(full_disk_does_not_hold_up_the_lock_of_a_pump)
{
	struct rlimit before, none;
	long holder = 0;
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	(void)signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
	const int fd = state_pump_lock(dir, "PX20-000123", &holder);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(state_pump_lock(dir, "PX20-000123", &holder), -EBUSY);
	close(fd);
}
END_TEST

START_TEST(pump_lock_names_its_holder_and_ends_with_the_process)
{
	int to_child[2], from_child[2];
	char c;
	long holder = 0;
	ck_assert_int_eq(pipe(to_child), 0);
	ck_assert_int_eq(pipe(from_child), 0);
	const pid_t child = fork();
	if (child == 0) {
		long ignored;
		c = state_pump_lock(dir, "PX20-000123", &ignored) >= 0 ? 'y' : 'n';
		(void)!write(from_child[1], &c, 1);
		(void)!read(to_child[0], &c, 1);
		_exit(0);
	}
	ck_assert_int_eq(read(from_child[0], &c, 1), 1);
	ck_assert_int_eq(c, 'y');
	ck_assert_int_eq(state_pump_lock(dir, "PX20-000123", &holder), -EBUSY);
	ck_assert_int_eq(holder, child);
	ck_assert_int_ge(state_pump_lock(dir, "PX20-000124", &holder), 0);
	(void)!write(to_child[1], &c, 1);
	waitpid(child, NULL, 0);
	const int fd = state_pump_lock(dir, "PX20-000123", &holder);
	ck_assert_int_ge(fd, 0);
	close(fd);
}
END_TEST

START_TEST(state_directory_follows_option_environment_and_home_and_must_be_private)
{
	char buf[256], expected[128];
	setenv("HOME", dir, 1);
	unsetenv("XDG_STATE_HOME");
	unsetenv("PUMPCTL_STATE_DIR");
	ck_assert_int_eq(state_directory(NULL, buf, sizeof(buf)), 0);
	(void)snprintf(expected, sizeof(expected), "%s/.local/state/pumpctl", dir);
	ck_assert_str_eq(buf, expected);
	(void)snprintf(expected, sizeof(expected), "%s/env", dir);
	setenv("PUMPCTL_STATE_DIR", expected, 1);
	ck_assert_int_eq(state_directory(NULL, buf, sizeof(buf)), 0);
	ck_assert_str_eq(buf, expected);
	ck_assert_int_eq(chmod(expected, 0755), 0);
	ck_assert_int_eq(state_directory(NULL, buf, sizeof(buf)), -EPERM);
	(void)snprintf(expected, sizeof(expected), "%s/a/b/c", dir);
	ck_assert_int_eq(state_directory(expected, buf, sizeof(buf)), 0);
	ck_assert_int_eq(state_directory(expected, buf, 5), -ENAMETOOLONG);
}
END_TEST

START_TEST(file_is_replaced_whole_and_read_within_its_bound)
{
	char buf[8];
	ck_assert_int_eq(state_replace_file(dir, "f", "one", 3), 0);
	ck_assert_int_eq(state_replace_file(dir, "f", "twotwo", 6), 0);
	ck_assert_int_eq(state_read_file(dir, "f", buf, sizeof(buf)), 6);
	ck_assert_mem_eq(buf, "twotwo", 6);
	ck_assert_int_eq(state_read_file(dir, "f", buf, 6), 6);
	ck_assert_int_eq(state_read_file(dir, "f", buf, 5), -EFBIG);
	ck_assert_int_eq(state_read_file(dir, "g", buf, 5), -ENOENT);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("state");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, pairing_is_found_by_serial_and_by_address);
	tcase_add_test(tc, pairing_file_is_private_and_refused_when_it_is_not);
	tcase_add_test(tc, damaged_pairing_is_refused);
	tcase_add_test(tc, one_bad_pairing_does_not_hide_the_others);
	tcase_add_test(tc, full_disk_does_not_hold_up_the_lock_of_a_pump);
	tcase_add_test(tc, pump_lock_names_its_holder_and_ends_with_the_process);
	tcase_add_test(tc, state_directory_follows_option_environment_and_home_and_must_be_private);
	tcase_add_test(tc, file_is_replaced_whole_and_read_within_its_bound);
	return suite_run(tc);
}
