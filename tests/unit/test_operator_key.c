/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operators' keys on a disk that fails, in files that were damaged, and against who guesses passphrases. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "operator_key.h"
#include "suite.h"
#include "temporary.h"

#define GOOD  "correct horse"
#define OTHER "battery staple"
#define WRONG "correct house"
#define NOW   INT64_C(1700000000)

enum { FILE_ROOM = 1024 };

static char dir[64];
static uint8_t public[OPERATOR_KEY_PUBLIC_LEN], secret[OPERATOR_KEY_SECRET_LEN];
static int64_t wait_s;

/* Linked in place of the real ones: call number fail_at of all of them fails. */
static long calls, fail_at;
static unsigned derivations;
static bool is_real, dies, kills;

static int fails(void)
{
	if (++calls != fail_at)
		return 0;
	if (kills)
		_exit(0);
	errno = EIO;
	return 1;
}

ssize_t __real_write(int fd, const void *buf, size_t len);
int __real_fsync(int fd);
int __real_rename(const char *from, const char *to);
int __real_crypto_pwhash(unsigned char *out, unsigned long long len, const char *text, unsigned long long text_len,
			 const unsigned char *salt, unsigned long long ops, size_t mem, int algorithm);
ssize_t __wrap_write(int fd, const void *buf, size_t len);
int __wrap_fsync(int fd);
int __wrap_rename(const char *from, const char *to);
int __wrap_crypto_pwhash(unsigned char *out, unsigned long long len, const char *text, unsigned long long text_len,
			 const unsigned char *salt, unsigned long long ops, size_t mem, int algorithm);

ssize_t __wrap_write(int fd, const void *buf, size_t len)
{
	if (!fails())
		return __real_write(fd, buf, len);
	(void)!__real_write(fd, buf, len / 2); /* a failing write may have stored a part */
	errno = EIO;
	return -1;
}

int __wrap_fsync(int fd)
{
	return fails() ? -1 : __real_fsync(fd);
}

int __wrap_rename(const char *from, const char *to)
{
	return fails() ? -1 : __real_rename(from, to);
}

/* Argon2 takes a tenth of a second; what counts here is that everything goes into the key. */
int __wrap_crypto_pwhash(unsigned char *out, unsigned long long len, const char *text, unsigned long long text_len,
			 const unsigned char *salt, unsigned long long ops, size_t mem, int algorithm)
{
	const uint64_t cost[2] = {ops, mem};
	crypto_generichash_state state;

	derivations++;
	if (dies)
		_exit(0); /* as a kill in the middle of a try */
	if (is_real)
		return __real_crypto_pwhash(out, len, text, text_len, salt, ops, mem, algorithm);
	(void)crypto_generichash_init(&state, salt, crypto_pwhash_SALTBYTES, (size_t)len);
	(void)crypto_generichash_update(&state, (const uint8_t *)cost, sizeof cost);
	(void)crypto_generichash_update(&state, (const uint8_t *)text, text_len);
	return crypto_generichash_final(&state, out, (size_t)len);
}

static void setup(void)
{
	ck_assert_int_ge(sodium_init(), 0);
	if (access("/dev/shm", W_OK) == 0) /* thousands of syncs, and no crash of the computer is tried */
		ck_assert_int_eq(setenv("TMPDIR", "/dev/shm", 1), 0);
	temporary_make(dir, sizeof dir);
	calls = fail_at = derivations = 0;
	is_real = dies = kills = false;
	wait_s = 0;
	ck_assert_int_eq(operator_key_create(dir, "anna", GOOD, OPERATOR_KEY_FAST, public), 0);
}

static void teardown(void)
{
	temporary_remove(dir);
}

static int open_key(const char *passphrase, enum operator_key_use use, int64_t now_s)
{
	return operator_key_open(dir, "anna", passphrase, use, now_s, secret, &wait_s);
}

static int give_order(const char *passphrase)
{
	return open_key(passphrase, OPERATOR_KEY_ORDERS, NOW);
}

static bool is_zero(const uint8_t *bytes, size_t len)
{
	return sodium_is_zero(bytes, len) == 1;
}

static void path_of(const char *name, char path[160])
{
	(void)snprintf(path, 160, "%s/operators/%s", dir, name);
}

static size_t read_file(const char *name, uint8_t bytes[FILE_ROOM])
{
	char path[160];
	ssize_t len;
	int fd;

	path_of(name, path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	len = read(fd, bytes, FILE_ROOM);
	ck_assert_int_gt(len, 0);
	(void)close(fd);
	return (size_t)len;
}

static void write_file(const char *name, const uint8_t *bytes, size_t len)
{
	char path[160];
	int fd;

	path_of(name, path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(__real_write(fd, bytes, len), (ssize_t)len);
	(void)close(fd);
}

START_TEST(the_passphrase_opens_the_key_that_signs_for_its_public_half)
{
	uint8_t signature[crypto_sign_BYTES], again[OPERATOR_KEY_PUBLIC_LEN];

	is_real = true;
	ck_assert_int_eq(operator_key_create(dir, "anna", GOOD, OPERATOR_KEY_FAST, public), 0);
	ck_assert_int_eq(give_order(GOOD), 0);
	ck_assert_int_eq(crypto_sign_detached(signature, NULL, (const uint8_t *)"order", 5, secret), 0);
	ck_assert_int_eq(crypto_sign_verify_detached(signature, (const uint8_t *)"order", 5, public), 0);
	ck_assert_int_eq(operator_key_public(dir, "anna", again), 0);
	ck_assert_mem_eq(again, public, sizeof public);
	ck_assert_int_eq(give_order(WRONG), -EACCES);
	ck_assert(is_zero(secret, sizeof secret));
}
END_TEST

START_TEST(nothing_of_key_or_passphrase_is_in_the_file)
{
	uint8_t bytes[FILE_ROOM];
	char hex[2 * crypto_sign_SEEDBYTES + 1];
	size_t len = read_file("anna", bytes);

	ck_assert_int_eq(give_order(GOOD), 0);
	sodium_bin2hex(hex, sizeof hex, secret, crypto_sign_SEEDBYTES);
	ck_assert_ptr_null(memmem(bytes, len, secret, crypto_sign_SEEDBYTES));
	ck_assert_ptr_null(memmem(bytes, len, hex, sizeof hex - 1));
	ck_assert_ptr_null(memmem(bytes, len, GOOD, sizeof GOOD - 1));
}
END_TEST

START_TEST(files_are_for_their_owner_alone_and_one_that_others_may_read_is_refused)
{
	char path[160];
	struct stat about;

	ck_assert_int_eq(give_order(WRONG), -EACCES);
	for (int i = 0; i < 3; i++) {
		path_of(i == 0 ? "anna" : i == 1 ? "anna_tries" : ".", path);
		ck_assert_int_eq(stat(path, &about), 0);
		ck_assert_uint_eq(about.st_mode & 07777, i == 2 ? 0700 : 0600);
	}
	path_of("anna", path);
	for (mode_t bit = 1; bit < 0100; bit <<= 1) {
		ck_assert_int_eq(chmod(path, 0600 | bit), 0);
		ck_assert_int_eq(give_order(GOOD), -EPERM);
		ck_assert_int_eq(operator_key_public(dir, "anna", public), -EPERM);
	}
	ck_assert_uint_eq(derivations, 2);
	ck_assert_int_eq(chmod(path, 0600), 0);
	ck_assert_int_eq(give_order(GOOD), 0);
}
END_TEST

START_TEST(names_and_passphrases_that_are_none_are_refused)
{
	static const char *const names[] = {"",       "Anna",  "1anna", "-a",     ".",  "..", "../anna", "a/b", "an na",
					    "anna_x", "an\nna", "anna\xc3\xa4", "abcdefghijklmnopq", "/tmp/anna"};
	char longest[OPERATOR_PASSPHRASE_MAX + 2];

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		ck_assert_int_eq(operator_key_create(dir, names[i], GOOD, OPERATOR_KEY_FAST, public), -EINVAL);
		ck_assert_int_eq(operator_key_open(dir, names[i], GOOD, OPERATOR_KEY_ORDERS, NOW, secret, &wait_s), -ENOENT);
		ck_assert_int_eq(operator_key_public(dir, names[i], public), -ENOENT);
		ck_assert_int_eq(operator_key_remove(dir, names[i]), -ENOENT);
	}
	memset(longest, 'x', sizeof longest);
	longest[OPERATOR_PASSPHRASE_MAX + 1] = '\0';
	ck_assert_int_eq(operator_key_create(dir, "bo", longest, OPERATOR_KEY_FAST, public), -EINVAL);
	longest[OPERATOR_PASSPHRASE_MAX] = '\0';
	ck_assert_int_eq(operator_key_create(dir, "bo", longest, OPERATOR_KEY_FAST, public), 0);
	ck_assert_int_eq(operator_key_create(dir, "bo", "1234567", OPERATOR_KEY_FAST, public), -EINVAL);
	ck_assert_int_eq(operator_key_create(dir, "bo", "12345678", OPERATOR_KEY_FAST, public), 0);
	ck_assert_int_eq(operator_key_change(dir, "anna", GOOD, "1234567", NOW, &wait_s), -EINVAL);
}
END_TEST

/* Each bit of the file flipped, each length: another key never comes out. Letters may be of either size. */
START_TEST(a_damaged_file_gives_its_own_key_or_none)
{
	uint8_t whole[FILE_ROOM], bytes[FILE_ROOM], own[OPERATOR_KEY_SECRET_LEN];
	const size_t len = read_file("anna", whole);
	unsigned opened = 0;

	ck_assert_int_eq(open_key(GOOD, OPERATOR_KEY_GETS_SAFE, NOW), 0);
	memcpy(own, secret, sizeof own);
	for (size_t bit = 0; bit < 8 * len; bit++) {
		memcpy(bytes, whole, len);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		write_file("anna", bytes, len);
		if (open_key(GOOD, OPERATOR_KEY_GETS_SAFE, NOW) != 0) {
			ck_assert(is_zero(secret, sizeof secret));
			continue;
		}
		opened++;
		ck_assert_uint_eq(bit % 8, 5);
		ck_assert_mem_eq(secret, own, sizeof own);
	}
	for (size_t cut = 0; cut < len; cut++) {
		write_file("anna", whole, cut);
		ck_assert_int_eq(open_key(GOOD, OPERATOR_KEY_GETS_SAFE, NOW), -EBADMSG);
	}
	memcpy(bytes, whole, len);
	bytes[len] = '\n';
	write_file("anna", bytes, len + 1);
	ck_assert_int_eq(open_key(GOOD, OPERATOR_KEY_GETS_SAFE, NOW), -EBADMSG);
	ck_assert_uint_gt(opened, 0);
}
END_TEST

START_TEST(a_file_never_asks_for_more_than_this_computer_can_give)
{
	uint8_t whole[FILE_ROOM], bytes[FILE_ROOM];
	const size_t len = read_file("anna", whole);
	const char *const lines[] = {"\nops 17\n", "\nops 0\n", "\nmem 1073741825\n", "\nmem 99999999999999999999\n"};

	derivations = 0;
	for (size_t i = 0; i < 4; i++) {
		const char *name = i < 2 ? "\nops " : "\nmem ";
		uint8_t *line = memmem(whole, len, name, 5), *end = memchr(line + 1, '\n', 64);
		const size_t before = (size_t)(line - whole), after = len - (size_t)(end + 1 - whole), own = strlen(lines[i]);

		memcpy(bytes, whole, before);
		memcpy(bytes + before, lines[i], own);
		memcpy(bytes + before + own, end + 1, after);
		write_file("anna", bytes, before + own + after);
		ck_assert_int_eq(give_order(GOOD), -EBADMSG);
	}
	ck_assert_uint_eq(derivations, 0);
}
END_TEST

/* How many of the two passphrases open the key. */
static unsigned how_many_open(void)
{
	const unsigned old = open_key(GOOD, OPERATOR_KEY_GETS_SAFE, NOW) == 0;

	return old + (open_key(OTHER, OPERATOR_KEY_GETS_SAFE, NOW) == 0);
}

START_TEST(when_call_number_n_fails_there_is_one_whole_key_the_old_or_the_new)
{
	unsigned failed = 0;

	for (long n = 1;; n++) {
		int err;

		teardown();
		setup();
		fail_at = calls + n;
		err = _i == 0 ? operator_key_change(dir, "anna", GOOD, OTHER, NOW, &wait_s)
			      : operator_key_create(dir, "anna", OTHER, OPERATOR_KEY_FAST, public);
		fail_at = 0;
		ck_assert_uint_eq(how_many_open(), 1);
		if (err == 0) {
			ck_assert_int_eq(open_key(OTHER, OPERATOR_KEY_GETS_SAFE, NOW), 0);
			break;
		}
		failed++;
	}
	ck_assert_uint_ge(failed, 4);
}
END_TEST

static unsigned visited;

static void visit(void *ctx, const char *id)
{
	(void)ctx;
	visited++;
	ck_assert_str_eq(id, "anna");
}

/* Runs create in a process of its own that is killed at call number n. */
static void create_and_be_killed(long n)
{
	const pid_t child = fork();
	int status;

	if (child == 0) {
		kills = true;
		fail_at = calls + n;
		_exit(operator_key_create(dir, "anna", OTHER, OPERATOR_KEY_FAST, public) ? 1 : 2);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

START_TEST(what_a_killed_process_left_is_no_operator)
{
	for (long n = 1; n <= 4; n++) { /* write, sync, rename, sync of the folder */
		create_and_be_killed(n);
		ck_assert_uint_eq(how_many_open(), 1);
	}
	visited = 0;
	ck_assert_int_eq(operator_key_visit(dir, visit, NULL), 0);
	ck_assert_uint_eq(visited, 1);
}
END_TEST

START_TEST(wrong_passphrases_lock_for_a_while_and_the_count_outlives_the_process)
{
	for (int i = 0; i < OPERATOR_KEY_TRIES; i++)
		ck_assert_int_eq(give_order(WRONG), -EACCES);
	derivations = 0;
	ck_assert_int_eq(give_order(GOOD), -EAGAIN);
	ck_assert_int_eq(wait_s, OPERATOR_KEY_LOCK_S);
	ck_assert_int_eq(open_key(GOOD, OPERATOR_KEY_ORDERS, NOW + OPERATOR_KEY_LOCK_S - 1), -EAGAIN);
	ck_assert_int_eq(wait_s, 1);
	ck_assert_uint_eq(derivations, 0); /* nothing is tried while it is locked */
	/* Getting safe goes on, and neither ends the lock nor makes it longer. */
	ck_assert_int_eq(open_key(WRONG, OPERATOR_KEY_GETS_SAFE, NOW + 800), -EACCES);
	ck_assert_int_eq(open_key(GOOD, OPERATOR_KEY_ORDERS, NOW + OPERATOR_KEY_LOCK_S), 0);
	ck_assert_int_eq(give_order(WRONG), -EACCES);
	ck_assert_int_eq(give_order(GOOD), 0);
	/* The right one ends the count. */
	for (int i = 0; i < OPERATOR_KEY_TRIES - 1; i++)
		ck_assert_int_eq(give_order(WRONG), -EACCES);
	ck_assert_int_eq(give_order(GOOD), 0);
}
END_TEST

START_TEST(a_clock_that_was_set_back_locks_nobody_out_for_longer)
{
	for (int i = 0; i < OPERATOR_KEY_TRIES; i++)
		ck_assert_int_eq(give_order(WRONG), -EACCES);
	ck_assert_int_eq(open_key(GOOD, OPERATOR_KEY_ORDERS, NOW - 1), 0);
}
END_TEST

START_TEST(a_try_that_was_killed_counts)
{
	int status;

	dies = true;
	for (int i = 0; i < OPERATOR_KEY_TRIES; i++) {
		const pid_t child = fork();

		if (child == 0)
			_exit(give_order(GOOD) == 0 ? 1 : 2); /* not reached */
		ck_assert_int_eq(waitpid(child, &status, 0), child);
		ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	dies = false;
	ck_assert_int_eq(give_order(GOOD), -EAGAIN);
}
END_TEST

START_TEST(a_disk_that_cannot_count_gives_no_try_but_to_get_safe)
{
	for (long n = 1; n <= 4; n++) {
		derivations = 0;
		fail_at = calls + n;
		ck_assert_int_eq(give_order(GOOD), -EIO);
		ck_assert_uint_eq(derivations, 0);
		fail_at = calls + n;
		ck_assert_int_eq(open_key(GOOD, OPERATOR_KEY_GETS_SAFE, NOW), 0);
	}
	fail_at = 0;
	ck_assert_int_eq(give_order(GOOD), 0);
}
END_TEST

START_TEST(a_removed_key_is_gone)
{
	ck_assert_int_eq(operator_key_remove(dir, "anna"), 0);
	ck_assert_int_eq(give_order(GOOD), -ENOENT);
	ck_assert_int_eq(operator_key_remove(dir, "anna"), -ENOENT);
	visited = 0;
	ck_assert_int_eq(operator_key_visit(dir, visit, NULL), 0);
	ck_assert_uint_eq(visited, 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		the_passphrase_opens_the_key_that_signs_for_its_public_half,
		nothing_of_key_or_passphrase_is_in_the_file,
		files_are_for_their_owner_alone_and_one_that_others_may_read_is_refused,
		names_and_passphrases_that_are_none_are_refused,
		a_damaged_file_gives_its_own_key_or_none,
		a_file_never_asks_for_more_than_this_computer_can_give,
		what_a_killed_process_left_is_no_operator,
		wrong_passphrases_lock_for_a_while_and_the_count_outlives_the_process,
		a_clock_that_was_set_back_locks_nobody_out_for_longer,
		a_try_that_was_killed_counts,
		a_disk_that_cannot_count_gives_no_try_but_to_get_safe,
		a_removed_key_is_gone,
		NULL,
	};
	const struct suite_loop loops[] = {
		{when_call_number_n_fails_there_is_one_whole_key_the_old_or_the_new, 2}, {NULL, 0}};

	return suite_run_loops("operator_key", tests, loops, setup, teardown);
}
