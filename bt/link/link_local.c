/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "link_local.h"

#include "link_socket.h"
#include "loop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 16

int link_local_directory(char *buf, size_t size)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	struct stat info;
	int n;

	if (runtime && runtime[0] == '/')
		n = snprintf(buf, size, "%s/pumpctl", runtime);
	else
		n = snprintf(buf, size, "/tmp/pumpctl-%lu", (unsigned long)getuid());
	if (n < 0 || (size_t)n >= size)
		return -ENAMETOOLONG;
	if (mkdir(buf, 0700) < 0 && errno != EEXIST)
		return -errno;
	/* lstat: in a shared /tmp somebody else may have put a link here. */
	if (lstat(buf, &info) < 0)
		return -errno;
	if (!S_ISDIR(info.st_mode) || info.st_uid != getuid() || (info.st_mode & 077) != 0)
		return -EPERM;
	return 0;
}

struct link *link_local_wrap(int fd)
{
	return link_socket_wrap(fd);
}

static int make_address(const char *path, struct sockaddr_un *out)
{
	memset(out, 0, sizeof *out);
	out->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof out->sun_path)
		return -ENAMETOOLONG;
	memcpy(out->sun_path, path, strlen(path));
	return 0;
}

static int open_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

static int connect_to(const char *path)
{
	struct sockaddr_un address;
	int err = make_address(path, &address);
	int fd;

	if (err)
		return err;
	fd = open_socket();
	if (fd < 0)
		return fd;
	if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
		/* No socket file is the same news as a dead one: nobody listens. */
		err = errno == ENOENT ? -ECONNREFUSED : -errno;
		close(fd);
		return err;
	}
	return fd;
}

/* Takes away a socket file that a dead process left behind. */
static int remove_unused(const char *path)
{
	struct stat info;
	int fd;

	if (lstat(path, &info) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(info.st_mode))
		return -EADDRINUSE;
	fd = connect_to(path);
	if (fd >= 0)
		close(fd);
	if (fd != -ECONNREFUSED)
		return -EADDRINUSE;
	return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

int link_local_listen(const char *path)
{
	struct sockaddr_un address;
	int err = make_address(path, &address);
	int fd;

	if (!err)
		err = remove_unused(path);
	if (err)
		return err;
	fd = open_socket();
	if (fd < 0)
		return fd;
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, BACKLOG) < 0) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

int link_local_connect(const char *path, const char *message)
{
	size_t len = strlen(message);
	int err = len == 0 || len > LINK_LOCAL_MESSAGE_MAX ? -EMSGSIZE : 0;
	int fd = err ? err : connect_to(path);

	if (fd >= 0 && send(fd, message, len, MSG_NOSIGNAL) < 0) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

/*
 * Receives one message of the conversation before the link, as a string. >0 its length;
 * -ETIMEDOUT; -EPROTO end of the stream, too long, or a NUL inside; or -errno.
 */
static ssize_t receive_text(int fd, uint64_t deadline_ms, char *buf, size_t size)
{
	struct pollfd polled = {.fd = fd, .events = POLLIN};

	for (;;) {
		ssize_t n = recv(fd, buf, size - 1, MSG_TRUNC);
		uint64_t now = loop_now_ms();
		uint64_t left = now < deadline_ms ? deadline_ms - now : 0;

		if (n == 0 || n >= (ssize_t)size)
			return -EPROTO;
		if (n > 0) {
			buf[n] = '\0';
			return memchr(buf, '\0', (size_t)n) ? -EPROTO : n;
		}
		if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
			return errno == ECONNRESET ? -EPROTO : -errno;
		if (left == 0)
			return -ETIMEDOUT;
		if (poll(&polled, 1, left > INT_MAX ? INT_MAX : (int)left) < 0 && errno != EINTR)
			return -errno;
	}
}

static uint64_t deadline_after(int timeout_ms)
{
	return loop_now_ms() + (timeout_ms > 0 ? (uint64_t)timeout_ms : 0);
}

static int open_error(const char *answer)
{
	if (strcmp(answer, "ok") == 0)
		return 0;
	if (strcmp(answer, "no " LINK_LOCAL_NO_DEVICE) == 0)
		return -ENODEV;
	return strcmp(answer, "no " LINK_LOCAL_NO_BUSY) == 0 ? -EBUSY : -EPROTO;
}

int link_local_open(struct link **out, const char *path, const char *name, int timeout_ms)
{
	char message[sizeof "open " + LINK_LOCAL_NAME_MAX];
	char answer[LINK_LOCAL_MESSAGE_MAX + 1];
	uint64_t deadline_ms = deadline_after(timeout_ms);
	int len = snprintf(message, sizeof message, "open %s", name);
	ssize_t n;
	int err;
	int fd;

	*out = NULL;
	if (len < 0 || (size_t)len >= sizeof message)
		return -ENODEV;
	fd = link_local_connect(path, message);
	if (fd < 0)
		return fd;
	n = receive_text(fd, deadline_ms, answer, sizeof answer);
	err = n < 0 ? (int)n : open_error(answer);
	if (err) {
		close(fd);
		return err;
	}
	*out = link_local_wrap(fd);
	return *out ? 0 : -ENOMEM;
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c | 0x20) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* "NAME HEX" */
static bool parse_device(const char *text, struct link_local_device *out)
{
	const char *space = strchr(text, ' ');
	size_t name_len = space ? (size_t)(space - text) : 0;
	size_t hex_len = space ? strlen(space + 1) : 0;

	memset(out, 0, sizeof *out);
	if (name_len == 0 || name_len > LINK_LOCAL_NAME_MAX || hex_len % 2 != 0 ||
	    hex_len > 2 * LINK_LOCAL_ADV_MAX)
		return false;
	memcpy(out->name, text, name_len);
	out->adv_len = hex_len / 2;
	for (size_t i = 0; i < out->adv_len; i++) {
		int high = hex_digit(space[1 + 2 * i]);
		int low = hex_digit(space[2 + 2 * i]);

		if (high < 0 || low < 0)
			return false;
		out->adv[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static int collect(int fd, uint64_t deadline_ms, struct link_local_device *devices, size_t max,
                   size_t *count)
{
	char answer[LINK_LOCAL_MESSAGE_MAX + 1];

	/* More than max are read and left out: a server's list still has to come to its end. */
	for (;;) {
		struct link_local_device device;
		ssize_t n = receive_text(fd, deadline_ms, answer, sizeof answer);

		if (n < 0)
			return (int)n;
		if (strcmp(answer, "end") == 0)
			return 0;
		if (!parse_device(answer, &device))
			return -EPROTO;
		if (*count < max)
			devices[(*count)++] = device;
		if (loop_now_ms() > deadline_ms)
			return -ETIMEDOUT;
	}
}

int link_local_scan(const char *path, int timeout_ms, struct link_local_device *devices, size_t max,
                    size_t *count)
{
	int fd = link_local_connect(path, "scan");
	int err;

	*count = 0;
	if (fd < 0)
		return fd;
	err = collect(fd, deadline_after(timeout_ms), devices, max, count);
	close(fd);
	return err;
}
