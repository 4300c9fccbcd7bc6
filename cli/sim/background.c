/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "background.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_FAILED 1

static int exit_code_of(pid_t child)
{
	int status;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_FAILED;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILED;
}

/* One byte means ready; the end of the pipe without it means that the child is gone. */
static void wait_for(pid_t child, int fd)
{
	char byte;
	ssize_t n;
	do
		n = read(fd, &byte, 1);
	while (n < 0 && errno == EINTR);
	_exit(n == 1 ? 0 : exit_code_of(child));
}

int background_begin(int *ready)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return -errno;
	pid_t child = fork();
	if (child < 0) {
		int err = -errno;
		(void)close(ends[0]);
		(void)close(ends[1]);
		return err;
	}
	if (child > 0) {
		(void)close(ends[1]);
		wait_for(child, ends[0]);
	}
	(void)close(ends[0]);
	(void)setsid();
	*ready = ends[1];
	return 0;
}

static int redirect(int from, int to)
{
	return dup2(from, to) < 0 ? -errno : 0;
}

static int leave_terminal(int log)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0)
		return -errno;
	int err = redirect(null, STDIN_FILENO);
	if (!err)
		err = redirect(null, STDOUT_FILENO);
	if (!err)
		err = redirect(log, STDERR_FILENO);
	(void)close(null);
	return err;
}

int background_ready(int ready, const char *directory, const char *log)
{
	int at = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (at < 0)
		return -errno;
	int file = openat(at, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	int err = file < 0 ? -errno : 0;
	(void)close(at);
	if (!err) {
		err = leave_terminal(file);
		(void)close(file);
	}
	if (!err && chdir("/") != 0)
		err = -errno;
	if (!err && write(ready, "r", 1) != 1)
		err = -EPIPE;
	(void)close(ready);
	return err;
}
