/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "link_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct socket_link {
	struct link link;
	int fd;
	int error; /* reported by the kernel ahead of messages that had arrived before it */
};

static struct socket_link *from_link(struct link *link)
{
	return (struct socket_link *)link;
}

static int socket_send(struct link *link, const uint8_t *pdu, size_t len)
{
	struct socket_link *self = from_link(link);
	ssize_t n;

	do {
		n = send(self->fd, pdu, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EWOULDBLOCK ? -EAGAIN : -errno;
	return 0;
}

static ssize_t receive_once(const struct socket_link *self, uint8_t *buf, size_t size)
{
	ssize_t n;

	do {
		n = recv(self->fd, buf, size, MSG_TRUNC | MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EWOULDBLOCK ? -EAGAIN : -errno;
	return (size_t)n > size ? -EMSGSIZE : n;
}

/*
 * A reset is reported before messages that are still queued; one of them may be the answer to
 * a write. So the first error is kept back until the queue is empty.
 */
static ssize_t socket_receive(struct link *link, uint8_t *buf, size_t size)
{
	struct socket_link *self = from_link(link);
	ssize_t n = receive_once(self, buf, size);

	if (n < 0 && n != -EAGAIN && n != -EMSGSIZE && self->error == 0) {
		self->error = (int)-n;
		n = receive_once(self, buf, size);
	}
	if (n > 0 || n == -EMSGSIZE || self->error == 0)
		return n;
	return -self->error;
}

static int socket_fd(const struct link *link)
{
	return ((const struct socket_link *)link)->fd;
}

static void socket_destroy(struct link *link)
{
	struct socket_link *self = from_link(link);

	close(self->fd);
	free(self);
}

static const struct link_ops socket_ops = {socket_send, socket_receive, socket_fd, socket_destroy};

struct link *link_socket_wrap(int fd)
{
	struct socket_link *self = calloc(1, sizeof *self);
	int flags = fcntl(fd, F_GETFL);

	if (!self) {
		close(fd);
		return NULL;
	}
	if (flags >= 0)
		(void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	self->link.ops = &socket_ops;
	self->fd = fd;
	return &self->link;
}
