/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audit_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOCK_WAIT_MS 5000
#define LOCK_STEP_MS 10
/* No torn tail can be longer than a frame; a longer one is kept only so far. */
#define TAIL_KEPT_MAX (2 * AUDIT_RECORD_MAX)

static int only_origins(const struct dirent *entry)
{
	return strlen(entry->d_name) == 2 * AUDIT_ORIGIN_LEN &&
	       strspn(entry->d_name, "0123456789abcdef") == 2 * AUDIT_ORIGIN_LEN;
}

/* Name of the one trail in dir into origin: 0, -ENOENT, -EEXIST for several, -errno. */
static int find_origin(const char *dir, char origin[2 * AUDIT_ORIGIN_LEN + 1])
{
	struct dirent **entries;
	const int count = scandir(dir, &entries, only_origins, alphasort);
	if (count < 0)
		return -errno;
	if (count == 1)
		memcpy(origin, entries[0]->d_name, 2 * AUDIT_ORIGIN_LEN + 1);
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
	return count == 1 ? 0 : count == 0 ? -ENOENT : -EEXIST;
}

static int make_trail(const char *audit_dir, char origin[2 * AUDIT_ORIGIN_LEN + 1])
{
	uint8_t id[AUDIT_ORIGIN_LEN];
	char dir[STATE_PATH_MAX];
	randombytes_buf(id, sizeof(id));
	sodium_bin2hex(origin, 2 * AUDIT_ORIGIN_LEN + 1, id, sizeof(id));
	const int n = snprintf(dir, sizeof(dir), "%s/%s", audit_dir, origin);
	if (n < 0 || (size_t)n >= sizeof(dir))
		return -ENAMETOOLONG;
	/* An empty log, durable with both folders, so that a crash cannot leave two trails. */
	return state_replace_file(dir, "log", "", 0);
}

/* 0, -EAGAIN when it is still held after LOCK_WAIT_MS, or -errno. */
static int lock_patiently(int fd)
{
	const struct timespec step = {.tv_nsec = LOCK_STEP_MS * 1000000L};
	for (int waited = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; waited += LOCK_STEP_MS) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		if (waited >= LOCK_WAIT_MS)
			return -EAGAIN;
		(void)nanosleep(&step, NULL);
	}
	return 0;
}

/* Two first commands at once must not make two trails. */
static int find_or_make(const char *state_dir, const char *audit_dir,
			char origin[2 * AUDIT_ORIGIN_LEN + 1])
{
	const int lock = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock < 0)
		return -errno;
	int err = lock_patiently(lock);
	if (!err)
		err = find_origin(audit_dir, origin);
	if (err == -ENOENT)
		err = make_trail(audit_dir, origin);
	close(lock);
	return err;
}

int audit_file_open(struct audit_file *file, const char *state_dir,
		    char origin[2 * AUDIT_ORIGIN_LEN + 1])
{
	char audit_dir[STATE_PATH_MAX - 64];
	const int n = snprintf(audit_dir, sizeof(audit_dir), "%s/audit", state_dir);
	if (n < 0 || (size_t)n >= sizeof(audit_dir))
		return -ENAMETOOLONG;
	const int err = find_or_make(state_dir, audit_dir, origin);
	if (err)
		return err;
	(void)snprintf(file->dir, sizeof(file->dir), "%s/%s", audit_dir, origin);
	(void)snprintf(file->path, sizeof(file->path), "%s/log", file->dir);
	file->fd = open(file->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	return file->fd < 0 ? -errno : 0;
}

void audit_file_close(struct audit_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}

/* A trail that was moved away or replaced while it was open would take records nobody finds. */
static int check_place(const struct audit_file *file)
{
	struct stat own, there;
	if (fstat(file->fd, &own) < 0)
		return -errno;
	return stat(file->path, &there) == 0 && own.st_dev == there.st_dev && own.st_ino == there.st_ino
		       ? 0
		       : -ESTALE;
}

int audit_file_lock(struct audit_file *file)
{
	int err = lock_patiently(file->fd);
	if (err)
		return err;
	err = check_place(file);
	if (err)
		audit_file_unlock(file);
	return err;
}

void audit_file_unlock(struct audit_file *file)
{
	(void)flock(file->fd, LOCK_UN);
}

/*
 * Reserves as much of AUDIT_ROOM as the disk gives. Blocks that are reserved already count, so
 * halving the wish finds what is left of an earlier reserve on a full disk.
 */
static void reserve(struct audit_file *file, uint64_t end)
{
	for (uint64_t wish = AUDIT_ROOM; wish >= AUDIT_RECORD_MAX / 4; wish /= 2) {
		if (fallocate(file->fd, FALLOC_FL_KEEP_SIZE, (off_t)end, (off_t)wish) == 0) {
			file->room_end = end + wish;
			return;
		}
		if (errno == EOPNOTSUPP) {
			file->room_end = end + AUDIT_ROOM; /* nothing to be had ahead: the write tells */
			return;
		}
	}
	file->room_end = end;
}

int audit_file_make_room(struct audit_file *file, uint64_t end, size_t len, bool use_reserve)
{
	const uint64_t need = end + len + (use_reserve ? 0 : AUDIT_RESERVE);
	if (need > file->room_end)
		reserve(file, end);
	return need > file->room_end ? -ENOSPC : 0;
}

int audit_file_write(struct audit_file *file, uint64_t end, const char *data, size_t len)
{
	while (len) {
		const ssize_t n = pwrite(file->fd, data, len, (off_t)end);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		data += n;
		end += (uint64_t)n;
		len -= (size_t)n;
	}
	return fdatasync(file->fd) < 0 ? -errno : 0;
}

int audit_file_cut_tail(struct audit_file *file, uint64_t end, uint64_t len,
			uint8_t hash[TREE_HASH_LEN])
{
	char name[64];
	size_t size = len - end > TAIL_KEPT_MAX ? TAIL_KEPT_MAX : (size_t)(len - end);
	uint8_t *tail = malloc(size);
	if (!tail)
		return -ENOMEM;
	const ssize_t n = pread(file->fd, tail, size, (off_t)end);
	int err = n < 0 ? -errno : 0;
	if (!err) {
		crypto_hash_sha256(hash, tail, (size_t)n);
		(void)snprintf(name, sizeof(name), "log.torn-%" PRIu64, end);
		err = state_replace_file(file->dir, name, tail, (size_t)n);
	}
	free(tail);
	if (!err && (ftruncate(file->fd, (off_t)end) < 0 || fdatasync(file->fd) < 0))
		err = -errno;
	file->room_end = 0; /* cutting gave the reserve back */
	return err;
}
