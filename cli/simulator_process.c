/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop.h"
#include "simulator.h"

#define PROGRAM       "pumpsim"
#define ARGUMENTS_MAX 40

/* Milliseconds until deadline for poll; -1: no limit. */
static int left_until(uint64_t deadline_ms, bool limited)
{
	uint64_t now = loop_now_ms();
	if (!limited)
		return -1;
	return now < deadline_ms ? (int)(deadline_ms - now) : 0;
}

/* pumpsim lies beside pumpctl in the build folder and where both are installed. */
static void find_program(char *path, size_t size)
{
	ssize_t len = readlink("/proc/self/exe", path, size - 1);
	if (len > 0) {
		path[len] = '\0';
		char *slash = strrchr(path, '/');
		size_t room = slash ? size - (size_t)(slash + 1 - path) : 0;
		if (slash && snprintf(slash + 1, room, PROGRAM) < (int)room && access(path, X_OK) == 0)
			return;
	}
	(void)snprintf(path, size, PROGRAM);
}

/* Reads until every writer has closed. 0, -ETIMEDOUT, -errno. */
static int collect(int fd, int timeout_ms, char *said, size_t size)
{
	uint64_t deadline = loop_now_ms() + (uint64_t)(timeout_ms < 0 ? 0 : timeout_ms);
	char rest[256];
	size_t at = 0;
	said[0] = '\0';
	for (;;) {
		struct pollfd polled = {.fd = fd, .events = POLLIN};
		int ready = poll(&polled, 1, left_until(deadline, timeout_ms >= 0));
		if (ready == 0)
			return -ETIMEDOUT;
		bool fits = at + 1 < size;
		ssize_t n = ready < 0 ? -1
				      : read(fd, fits ? said + at : rest, fits ? size - 1 - at : sizeof(rest));
		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0 && fits) {
			at += (size_t)n;
			said[at] = '\0';
		}
	}
}

static int wait_for(pid_t pid)
{
	int status;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -ECANCELED;
}

struct channels {
	int key, said_read, said_write;
};

static int prepare(posix_spawn_file_actions_t *actions, const struct channels *channels)
{
	int err = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (!err)
		err = posix_spawn_file_actions_adddup2(actions, channels->said_write, STDOUT_FILENO);
	if (!err)
		err = posix_spawn_file_actions_adddup2(actions, channels->said_write, STDERR_FILENO);
	if (!err && channels->key >= 0)
		err = posix_spawn_file_actions_adddup2(actions, channels->key, SIMULATOR_KEY_FD);
	return err;
}

/* A shell's own signal handling is not the pump's. */
static int reset_signals(posix_spawnattr_t *attributes)
{
	sigset_t none, all;
	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	int err = posix_spawnattr_setsigmask(attributes, &none);
	if (!err)
		err = posix_spawnattr_setsigdefault(attributes, &all);
	if (!err)
		err = posix_spawnattr_setflags(attributes,
					       POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	return err;
}

static int launch(pid_t *pid, const char *const *arguments, const struct channels *channels)
{
	char path[SIMULATOR_PATH_MAX];
	/* posix_spawn wants char *const; it changes none of them. */
	union {
		const char *ours[ARGUMENTS_MAX + 2];
		char *theirs[ARGUMENTS_MAX + 2];
	} vector = {.ours = {PROGRAM}};
	for (size_t i = 0; arguments[i]; i++) {
		if (i == ARGUMENTS_MAX)
			return -E2BIG;
		vector.ours[i + 1] = arguments[i];
	}
	find_program(path, sizeof(path));
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int err = posix_spawn_file_actions_init(&actions);
	if (err)
		return -err;
	err = posix_spawnattr_init(&attributes);
	if (!err) {
		err = prepare(&actions, channels);
		if (!err)
			err = reset_signals(&attributes);
		if (!err)
			err = posix_spawnp(pid, path, &actions, &attributes, vector.theirs, environ);
		(void)posix_spawnattr_destroy(&attributes);
	}
	(void)posix_spawn_file_actions_destroy(&actions);
	return -err;
}

/* The keys fit into the pipe's buffer, so they can be written before anyone reads. Returns the end
 * to read from. The descriptor is above those that the new program gets. */
static int key_pipe(const uint8_t *keys)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return -errno;
	bool written = write(ends[1], keys, SIMULATOR_KEYS_LEN) == SIMULATOR_KEYS_LEN;
	(void)close(ends[1]);
	int fd = written ? fcntl(ends[0], F_DUPFD_CLOEXEC, SIMULATOR_KEY_FD + 1) : -1;
	int err = -errno;
	(void)close(ends[0]);
	return fd < 0 ? err : fd;
}

static int run(const char *const *arguments, struct channels *channels, int timeout_ms, char *said,
	       size_t size)
{
	pid_t pid;
	int err = launch(&pid, arguments, channels);
	(void)close(channels->said_write);
	channels->said_write = -1;
	if (err)
		return err;
	err = collect(channels->said_read, timeout_ms, said, size);
	if (err)
		(void)kill(pid, SIGKILL);
	int code = wait_for(pid);
	return err ? err : code;
}

int simulator_spawn(const char *const *arguments, const uint8_t *keys, int timeout_ms, char *said,
		    size_t size)
{
	struct channels channels = {-1, -1, -1};
	int ends[2];
	said[0] = '\0';
	if (pipe2(ends, O_CLOEXEC) != 0)
		return -errno;
	channels.said_read = ends[0];
	channels.said_write = ends[1];
	int err = 0;
	if (keys) {
		channels.key = key_pipe(keys);
		err = channels.key < 0 ? channels.key : 0;
	}
	if (!err)
		err = run(arguments, &channels, timeout_ms, said, size);
	if (channels.key >= 0)
		(void)close(channels.key);
	if (channels.said_write >= 0)
		(void)close(channels.said_write);
	(void)close(channels.said_read);
	return err;
}

static bool is_pumpsim(long pid)
{
	char link[64], path[SIMULATOR_PATH_MAX];
	(void)snprintf(link, sizeof(link), "/proc/%ld/exe", pid);
	ssize_t len = readlink(link, path, sizeof(path) - 1);
	if (len <= 0)
		return false;
	path[len] = '\0';
	const char *name = strrchr(path, '/');
	/* The kernel adds a word to the name of a program that was replaced meanwhile. */
	return name && (strcmp(name, "/" PROGRAM) == 0 || strcmp(name, "/" PROGRAM " (deleted)") == 0);
}

/* The process that runs the pump in directory: a descriptor for it, -ENODEV, or -errno. */
static int open_process(const char *directory)
{
	long pid = simulator_pid(directory);
	if (pid <= 1)
		return -ENODEV;
	int fd = pidfd_open((pid_t)pid, 0);
	if (fd < 0)
		return errno == ESRCH ? -ENODEV : -errno;
	/* Looked at after opening: from here on the descriptor means this very process. */
	if (is_pumpsim(pid))
		return fd;
	(void)close(fd);
	return -ENODEV;
}

int simulator_stop(const char *directory, int timeout_ms)
{
	int process = open_process(directory);
	if (process < 0)
		return process;
	if (pidfd_send_signal(process, SIGTERM, NULL, 0) != 0 && errno != ESRCH) {
		int failed = -errno;
		(void)close(process);
		return failed;
	}
	struct pollfd polled = {.fd = process, .events = POLLIN};
	uint64_t deadline = loop_now_ms() + (uint64_t)timeout_ms;
	int ready;
	do
		ready = poll(&polled, 1, left_until(deadline, true));
	while (ready < 0 && errno == EINTR);
	int err = ready > 0 ? 0 : (ready < 0 ? -errno : -ETIMEDOUT);
	(void)close(process);
	return err;
}
