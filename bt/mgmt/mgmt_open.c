/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mgmt_open.h"

#include "loop.h"

#include <bluetooth/bluetooth.h>
#include <bluetooth/hci.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define HELPER_NAME "pumpctl-adapter"
#define PATH_SIZE   1024

int mgmt_open_socket(void)
{
	struct sockaddr_hci address;
	int fd = socket(AF_BLUETOOTH, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, BTPROTO_HCI);
	int err;

	if (fd < 0)
		return errno == EPROTONOSUPPORT ? -EAFNOSUPPORT : -errno;
	memset(&address, 0, sizeof address);
	address.hci_family = AF_BLUETOOTH;
	address.hci_dev = HCI_DEV_NONE;
	address.hci_channel = HCI_CHANNEL_CONTROL;
	if (bind(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/* Starts the helper with end as its MGMT_HELPER_FD, nothing else open but the standard three,
 * and no environment: it needs none and must not be led by one. 0 or -errno. */
static int start(const char *path, int end, pid_t *pid)
{
	char name[] = HELPER_NAME;
	char *arguments[] = {name, NULL};
	char *environment[] = {NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int err = posix_spawn_file_actions_init(&actions);

	if (err)
		return -err;
	err = posix_spawnattr_init(&attributes);
	if (err) {
		(void)posix_spawn_file_actions_destroy(&actions);
		return -err;
	}
	(void)sigemptyset(&none);
	err = posix_spawn_file_actions_adddup2(&actions, end, MGMT_HELPER_FD);
	if (!err)
		err = posix_spawnattr_setsigmask(&attributes, &none);
	if (!err)
		err = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	if (!err)
		err = posix_spawn(pid, path, &actions, &attributes, arguments, environment);
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&actions);
	return -err;
}

/* The helper's one message. The socket, or -errno. */
static int take_message(int end)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	int32_t said = 0;
	struct iovec part = {&said, sizeof said};
	struct msghdr message = {.msg_iov = &part,
	                         .msg_iovlen = 1,
	                         .msg_control = control.bytes,
	                         .msg_controllen = sizeof control.bytes};
	ssize_t n = recvmsg(end, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	struct cmsghdr *header = n < 0 ? NULL : CMSG_FIRSTHDR(&message);
	int fd = -1;

	if (n < 0)
		return -errno;
	if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
	    header->cmsg_len == CMSG_LEN(sizeof fd))
		memcpy(&fd, CMSG_DATA(header), sizeof fd);
	if (n == sizeof said && said == 0 && fd >= 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return n == sizeof said && said > 0 ? -said : -EPROTO;
}

int mgmt_open_helper(const char *path)
{
	int ends[2];
	int result;
	pid_t pid;
	struct pollfd polled;

	if (access(path, X_OK) != 0)
		return -errno;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return -errno;
	/* A descriptor that is duplicated onto itself would keep its close-on-exec mark. */
	if (ends[1] == MGMT_HELPER_FD) {
		int other = fcntl(ends[1], F_DUPFD_CLOEXEC, MGMT_HELPER_FD + 1);

		close(ends[1]);
		ends[1] = other;
	}
	result = ends[1] < 0 ? -EMFILE : start(path, ends[1], &pid);
	if (ends[1] >= 0)
		close(ends[1]);
	if (result) {
		close(ends[0]);
		return result;
	}
	polled = (struct pollfd){.fd = ends[0], .events = POLLIN};
	while ((result = poll(&polled, 1, MGMT_HELPER_WAIT_MS)) < 0 && errno == EINTR)
		continue;
	result = result > 0 ? take_message(ends[0]) : -ETIMEDOUT;
	close(ends[0]);
	if (result == -ETIMEDOUT)
		(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	return result;
}

/* Beside this program, as in the build folder and where both are installed. */
static bool find_beside(char *path, size_t size)
{
	ssize_t len = readlink("/proc/self/exe", path, size - 1);
	char *slash;

	if (len <= 0)
		return false;
	path[len] = '\0';
	slash = strrchr(path, '/');
	if (!slash || (size_t)(slash + 1 - path) + sizeof HELPER_NAME > size)
		return false;
	memcpy(slash + 1, HELPER_NAME, sizeof HELPER_NAME);
	return access(path, F_OK) == 0;
}

int mgmt_open(void)
{
	char path[PATH_SIZE];
	bool beside = find_beside(path, sizeof path);
	int fd = mgmt_open_helper(beside ? path : MGMT_HELPER_PATH);

	/* Root, or a process with the capability, needs no helper. */
	return fd == -ENOENT || fd == -EPERM ? mgmt_open_socket() : fd;
}
