/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hand_over - stands in for pumpctl-adapter: sends over descriptor 3 what its own name says:
 * "hands-over" a descriptor; "hands-nothing" success without one; "hands-both" an error and a
 * descriptor; "refuses" an errno; "babbles" one byte; "is-alone" whether it got no environment.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int send_message(int32_t said, size_t len, int fd)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {.bytes = {0}};
	struct iovec part = {&said, len};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	if (fd >= 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof(control.bytes);
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	}
	return sendmsg(3, &message, 0) == (ssize_t)len ? 0 : 1;
}

int main(int argc, char *argv[])
{
	char path[512];
	const ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	(void)argv;
	if (len <= 0 || argc != 1)
		return 1;
	path[len] = '\0';
	const char *name = strrchr(path, '/') + 1;
	if (!strcmp(name, "hands-over"))
		return send_message(0, sizeof(int32_t), open("/dev/null", O_RDONLY));
	if (!strcmp(name, "hands-nothing"))
		return send_message(0, sizeof(int32_t), -1);
	if (!strcmp(name, "hands-both"))
		return send_message(EPERM, sizeof(int32_t), open("/dev/null", O_RDONLY));
	if (!strcmp(name, "refuses"))
		return send_message(EAFNOSUPPORT, sizeof(int32_t), -1);
	if (!strcmp(name, "babbles"))
		return send_message(0, 1, -1);
	/* "is-alone" */
	return send_message(environ[0] ? EBADF : EALREADY, sizeof(int32_t), -1);
}
