/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAIRING_TEXT_MAX 512

static int path_join(char *buf, size_t size, const char *a, const char *b)
{
	const int n = snprintf(buf, size, "%s/%s", a, b);
	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

/* Makes path with all its parents, 0700. */
static int make_directories(const char *path)
{
	char part[STATE_PATH_MAX];
	const size_t len = strlen(path);
	if (len >= sizeof(part))
		return -ENAMETOOLONG;
	memcpy(part, path, len + 1);
	for (size_t i = 1; i <= len; i++) {
		if (part[i] != '/' && part[i] != '\0')
			continue;
		const char kept = part[i];
		part[i] = '\0';
		if (mkdir(part, 0700) < 0 && errno != EEXIST)
			return -errno;
		part[i] = kept;
	}
	return 0;
}

static int check_private(const char *path)
{
	struct stat st;
	if (stat(path, &st) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	return st.st_uid != geteuid() || (st.st_mode & 0077) ? -EPERM : 0;
}

int state_directory_name(const char *explicit_dir, char *buf, size_t size)
{
	const char *from = explicit_dir ? explicit_dir : getenv("PUMPCTL_STATE_DIR");
	const char *tail = "";
	if (!from || !*from) {
		from = getenv("XDG_STATE_HOME");
		tail = "/pumpctl";
	}
	if (!from || !*from) {
		from = getenv("HOME");
		tail = "/.local/state/pumpctl";
	}
	if (!from || !*from)
		return -ENOENT;
	const int n = snprintf(buf, size, "%s%s", from, tail);
	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

int state_directory(const char *explicit_dir, char *buf, size_t size)
{
	int err = state_directory_name(explicit_dir, buf, size);
	if (!err)
		err = make_directories(buf);
	return err ? err : check_private(buf);
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		const ssize_t n = write(fd, data, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

static int sync_directory(const char *dir)
{
	const int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	const int err = fsync(fd) < 0 ? -errno : 0;
	close(fd);
	return err;
}

int state_replace_file(const char *dir, const char *name, const void *data, size_t len)
{
	char path[STATE_PATH_MAX], temporary[STATE_PATH_MAX];
	int err = make_directories(dir);
	if (!err)
		err = path_join(path, sizeof(path), dir, name);
	if (err)
		return err;
	/* '_' is in no name of a pairing or a key: what a killed process leaves is taken for neither. */
	const int n = snprintf(temporary, sizeof(temporary), "%s_new-%ld", path, (long)getpid());
	if (n < 0 || (size_t)n >= sizeof(temporary))
		return -ENAMETOOLONG;
	const int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	err = write_all(fd, data, len);
	if (!err && fsync(fd) < 0)
		err = -errno;
	if (close(fd) < 0 && !err)
		err = -errno;
	if (!err && rename(temporary, path) < 0)
		err = -errno;
	if (err) {
		(void)unlink(temporary);
		return err;
	}
	return sync_directory(dir);
}

long state_read_file(const char *dir, const char *name, void *buf, size_t size)
{
	char path[STATE_PATH_MAX];
	char *at = buf;
	size_t len = 0;
	const int err = path_join(path, sizeof(path), dir, name);
	if (err)
		return err;
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	long result = 0;
	for (;;) {
		char extra;
		const ssize_t n = len < size ? read(fd, at + len, size - len) : read(fd, &extra, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			result = -errno;
		else if (n > 0 && len == size)
			result = -EFBIG;
		if (n <= 0 || result < 0)
			break;
		len += (size_t)n;
	}
	close(fd);
	return result < 0 ? result : (long)len;
}

int state_workstation(const char *state_dir, uint8_t id[STATE_WORKSTATION_LEN])
{
	const long len = state_read_file(state_dir, "workstation", id, STATE_WORKSTATION_LEN);
	if (len == STATE_WORKSTATION_LEN)
		return 0;
	if (len != -ENOENT)
		return len < 0 ? (int)len : -EBADMSG;
	randombytes_buf(id, STATE_WORKSTATION_LEN);
	return state_replace_file(state_dir, "workstation", id, STATE_WORKSTATION_LEN);
}

/* A serial becomes a file name: letters, digits and hyphens only. */
static bool is_serial(const char *serial)
{
	const size_t len = strlen(serial);
	return len > 0 && len <= STATE_SERIAL_MAX &&
	       strspn(serial, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static int pairings_directory(const char *state_dir, char *buf, size_t size)
{
	return path_join(buf, size, state_dir, "pairings");
}

int state_pairing_store(const char *state_dir, const struct state_pairing *pairing)
{
	char dir[STATE_PATH_MAX], text[PAIRING_TEXT_MAX];
	char key[2 * STATE_KEY_LEN + 1], workstation[2 * STATE_WORKSTATION_LEN + 1];
	char advert[2 * STATE_ADVERT_KEY_LEN + 1] = "";
	if (!is_serial(pairing->serial))
		return -EINVAL;
	int err = pairings_directory(state_dir, dir, sizeof(dir));
	if (err)
		return err;
	sodium_bin2hex(key, sizeof(key), pairing->key, sizeof(pairing->key));
	sodium_bin2hex(workstation, sizeof(workstation), pairing->workstation,
		       sizeof(pairing->workstation));
	if (pairing->has_advert_key)
		sodium_bin2hex(advert, sizeof(advert), pairing->advert_key, sizeof(pairing->advert_key));
	const int n = snprintf(text, sizeof(text), "serial %s\naddress %s\nkey %s\nworkstation %s\n%s%s%s",
			       pairing->serial, pairing->address, key, workstation,
			       *advert ? "advert " : "", advert, *advert ? "\n" : "");
	err = state_replace_file(dir, pairing->serial, text, (size_t)n);
	sodium_memzero(key, sizeof(key));
	sodium_memzero(text, sizeof(text));
	return err;
}

/* Value of the line "name value"; copies it, false if it is absent or too long. */
static bool pairing_line(const char *text, const char *name, char *out, size_t size)
{
	const size_t name_len = strlen(name);
	for (const char *line = text; *line; ) {
		const size_t len = strcspn(line, "\n");
		if (len > name_len && line[name_len] == ' ' && strncmp(line, name, name_len) == 0) {
			const size_t value_len = len - name_len - 1;
			if (value_len >= size)
				return false;
			memcpy(out, line + name_len + 1, value_len);
			out[value_len] = '\0';
			return true;
		}
		line += len + (line[len] == '\n');
	}
	return false;
}

static bool pairing_hex(const char *text, const char *name, uint8_t *out, size_t len)
{
	char hex[2 * STATE_KEY_LEN + 1];
	size_t got;
	const bool ok = pairing_line(text, name, hex, sizeof(hex)) &&
			sodium_hex2bin(out, len, hex, strlen(hex), NULL, &got, NULL) == 0 &&
			got == len;
	sodium_memzero(hex, sizeof(hex));
	return ok;
}

static int pairing_read(const char *dir, const char *name, struct state_pairing *out)
{
	char path[STATE_PATH_MAX], text[PAIRING_TEXT_MAX + 1];
	struct stat st;
	int err = path_join(path, sizeof(path), dir, name);
	if (err)
		return err;
	if (stat(path, &st) < 0)
		return -errno;
	if (st.st_mode & 0077)
		return -EPERM;
	const long len = state_read_file(dir, name, text, PAIRING_TEXT_MAX);
	if (len < 0)
		return len == -EFBIG ? -EBADMSG : (int)len;
	text[len] = '\0';
	memset(out, 0, sizeof(*out));
	err = pairing_line(text, "serial", out->serial, sizeof(out->serial)) &&
			      strcmp(out->serial, name) == 0 &&
			      pairing_line(text, "address", out->address, sizeof(out->address)) &&
			      pairing_hex(text, "key", out->key, sizeof(out->key)) &&
			      pairing_hex(text, "workstation", out->workstation,
					  sizeof(out->workstation))
		      ? 0
		      : -EBADMSG;
	out->has_advert_key = pairing_hex(text, "advert", out->advert_key, sizeof(out->advert_key));
	sodium_memzero(text, sizeof(text));
	return err;
}

static int only_serials(const struct dirent *entry)
{
	return is_serial(entry->d_name);
}

int state_pairing_visit(const char *state_dir, state_pairing_fn visit, void *ctx)
{
	char dir[STATE_PATH_MAX];
	struct dirent **entries;
	int err = pairings_directory(state_dir, dir, sizeof(dir));
	if (err)
		return err;
	const int count = scandir(dir, &entries, only_serials, alphasort);
	if (count < 0)
		return errno == ENOENT ? 0 : -errno;
	for (int i = 0; i < count; i++) {
		struct state_pairing pairing;
		const int bad = pairing_read(dir, entries[i]->d_name, &pairing);
		if (!bad)
			visit(ctx, &pairing);
		else if (!err)
			err = bad;
		sodium_memzero(&pairing, sizeof(pairing));
		free(entries[i]);
	}
	free(entries);
	return err;
}

struct search {
	const char *wanted;
	struct state_pairing *out;
	bool found;
};

static void match_address(void *ctx, const struct state_pairing *pairing)
{
	struct search *search = ctx;
	if (search->found || strcasecmp(pairing->address, search->wanted) != 0)
		return;
	*search->out = *pairing;
	search->found = true;
}

int state_pairing_find(const char *state_dir, const char *serial_or_address,
		       struct state_pairing *out)
{
	char dir[STATE_PATH_MAX];
	int err = pairings_directory(state_dir, dir, sizeof(dir));
	if (err)
		return err;
	if (is_serial(serial_or_address)) {
		err = pairing_read(dir, serial_or_address, out);
		if (err != -ENOENT)
			return err;
	}
	struct search search = {.wanted = serial_or_address, .out = out};
	err = state_pairing_visit(state_dir, match_address, &search);
	if (search.found)
		return 0;
	return err ? err : -ENOENT;
}

int state_pairing_remove(const char *state_dir, const char *serial)
{
	char dir[STATE_PATH_MAX], path[STATE_PATH_MAX];
	if (!is_serial(serial))
		return -EINVAL;
	int err = pairings_directory(state_dir, dir, sizeof(dir));
	if (!err)
		err = path_join(path, sizeof(path), dir, serial);
	if (err)
		return err;
	return unlink(path) < 0 ? -errno : sync_directory(dir);
}

int state_pump_lock(const char *state_dir, const char *serial, long *holder)
{
	char dir[STATE_PATH_MAX], path[STATE_PATH_MAX], text[32] = "";
	if (!is_serial(serial))
		return -EINVAL;
	int err = path_join(dir, sizeof(dir), state_dir, "pumps");
	if (!err)
		err = make_directories(dir);
	if (err)
		return err;
	const int n = snprintf(path, sizeof(path), "%s/%s.lock", dir, serial);
	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		err = errno == EWOULDBLOCK ? -EBUSY : -errno;
		const ssize_t len = pread(fd, text, sizeof(text) - 1, 0);
		if (len > 0)
			(void)sscanf(text, "%ld", holder);
		close(fd);
		return err;
	}
	/* The lock is what counts: on a full disk it has no name beside it, and therapy can go on. */
	(void)snprintf(text, sizeof(text), "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) == 0)
		(void)!pwrite(fd, text, strlen(text), 0);
	return fd;
}
