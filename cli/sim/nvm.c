/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nvm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json.h"
#include "state.h"

#define ABOUT_MAX 512

static int open_directory(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int write_whole(int fd, const uint8_t *data, size_t len, size_t offset)
{
	while (len > 0) {
		ssize_t n = pwrite(fd, data, len, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		data += n;
		offset += (size_t)n;
		len -= (size_t)n;
	}
	return 0;
}

static int write_about(const char *directory, const struct pump_birth *birth, const char *name)
{
	char text[ABOUT_MAX];
	long len = -ENOMEM;
	cJSON *about = cJSON_CreateObject();
	if (about && cJSON_AddStringToObject(about, "model", birth->model) &&
	    cJSON_AddStringToObject(about, "name", name) &&
	    cJSON_AddStringToObject(about, "serial", birth->serial))
		len = json_print(about, text, sizeof(text));
	cJSON_Delete(about);
	return len < 0 ? (int)len : state_replace_file(directory, "about", text, (size_t)len);
}

/* Room is reserved, so that a full disk shows here and not as SIGBUS in the mapping. */
static int format_memory(int file, const struct pump_birth *birth, size_t size,
			 uint8_t body[PUMP_BODY_LEN])
{
	int err = posix_fallocate(file, 0, (off_t)size);
	if (err)
		return -err;
	uint8_t *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (bytes == MAP_FAILED)
		return -errno;
	err = pump_format(birth, bytes, size, body) == PUMP_OK ? 0 : -EINVAL;
	if (!err && msync(bytes, size, MS_SYNC) != 0)
		err = -errno;
	(void)munmap(bytes, size);
	return err;
}

static int create_in(int at, const char *directory, const struct pump_birth *birth, size_t size,
		     const char *name)
{
	if (faccessat(at, "about", F_OK, 0) == 0)
		return -EEXIST;
	int file = openat(at, "nvm", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (file < 0)
		return -errno;
	uint8_t body[PUMP_BODY_LEN];
	int err = format_memory(file, birth, size, body);
	if (!err && fsync(file) != 0)
		err = -errno;
	(void)close(file);
	if (!err)
		err = state_replace_file(directory, "body", body, sizeof(body));
	return err ? err : write_about(directory, birth, name);
}

int nvm_create(const char *directory, const struct pump_birth *birth, size_t size,
	       const char *name)
{
	if (mkdir(directory, 0700) != 0 && errno != EEXIST)
		return -errno;
	int at = open_directory(directory);
	if (at < 0)
		return at;
	int err = create_in(at, directory, birth, size, name);
	(void)close(at);
	return err;
}

void nvm_discard(const char *directory)
{
	static const char *const files[] = {"about", "nvm", "body", "running"};
	int at = open_directory(directory);
	if (at < 0)
		return;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		(void)unlinkat(at, files[i], 0);
	(void)close(at);
}

static int read_about(const char *directory, struct nvm_about *about)
{
	char text[ABOUT_MAX];
	long len = state_read_file(directory, "about", text, sizeof(text));
	if (len < 0)
		return (int)len;
	cJSON *json = json_parse(text, (size_t)len);
	bool good = json && !json_get_text(json, "name", about->name, sizeof(about->name)) &&
		    !json_get_text(json, "serial", about->serial, sizeof(about->serial)) &&
		    !json_get_text(json, "model", about->model, sizeof(about->model));
	cJSON_Delete(json);
	return good ? 0 : -EBADMSG;
}

static int map_memory(struct nvm *nvm)
{
	struct stat status;
	nvm->file = openat(nvm->directory, "nvm", O_RDWR | O_CLOEXEC);
	if (nvm->file < 0 || fstat(nvm->file, &status) != 0)
		return -errno;
	if (flock(nvm->file, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	if (status.st_size < PUMP_NVM_MIN)
		return -EBADMSG;
	nvm->size = (size_t)status.st_size;
	void *mapping = mmap(NULL, nvm->size, PROT_READ, MAP_SHARED, nvm->file, 0);
	if (mapping == MAP_FAILED)
		return -errno;
	nvm->mapping = mapping;
	nvm->bytes = mapping;
	return 0;
}

static int read_body(struct nvm *nvm)
{
	nvm->body = openat(nvm->directory, "body", O_RDWR | O_CLOEXEC);
	if (nvm->body < 0)
		return -errno;
	ssize_t n = pread(nvm->body, nvm->saved_body, PUMP_BODY_LEN, 0);
	if (n < 0)
		return -errno;
	return n == PUMP_BODY_LEN ? 0 : -EBADMSG;
}

static int mark_running(struct nvm *nvm, const char *directory)
{
	char pid[24];
	nvm->power_lost = faccessat(nvm->directory, "running", F_OK, 0) == 0;
	int len = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
	return state_replace_file(directory, "running", pid, (size_t)len);
}

int nvm_open(struct nvm *nvm, const char *directory, const char *name)
{
	memset(nvm, 0, sizeof(*nvm));
	nvm->file = nvm->body = -1;
	nvm->directory = open_directory(directory);
	if (nvm->directory < 0)
		return nvm->directory;
	int err = read_about(directory, &nvm->about);
	if (!err && name && strcmp(name, nvm->about.name) != 0)
		err = -ENXIO;
	if (!err)
		err = map_memory(nvm);
	if (!err)
		err = read_body(nvm);
	if (!err)
		err = mark_running(nvm, directory);
	if (err)
		nvm_close(nvm, false);
	return err;
}

int nvm_write(struct nvm *nvm, size_t offset, const uint8_t *data, size_t len)
{
	if (offset > nvm->size || len > nvm->size - offset)
		return -EFBIG;
	nvm->unsynced = true;
	return write_whole(nvm->file, data, len, offset);
}

int nvm_sync(struct nvm *nvm)
{
	if (!nvm->unsynced)
		return 0;
	if (fdatasync(nvm->file) != 0)
		return -errno;
	nvm->unsynced = false;
	return 0;
}

int nvm_save_body(struct nvm *nvm, const uint8_t body[PUMP_BODY_LEN])
{
	if (memcmp(body, nvm->saved_body, PUMP_BODY_LEN) == 0)
		return 0;
	memcpy(nvm->saved_body, body, PUMP_BODY_LEN);
	return write_whole(nvm->body, body, PUMP_BODY_LEN, 0);
}

void nvm_close(struct nvm *nvm, bool clean)
{
	if (nvm->mapping)
		(void)munmap(nvm->mapping, nvm->size);
	if (clean) {
		(void)unlinkat(nvm->directory, "running", 0);
		(void)fsync(nvm->directory);
	}
	if (nvm->body >= 0)
		(void)close(nvm->body);
	if (nvm->file >= 0)
		(void)close(nvm->file);
	if (nvm->directory >= 0)
		(void)close(nvm->directory);
	memset(nvm, 0, sizeof(*nvm));
	nvm->directory = nvm->file = nvm->body = -1;
}
