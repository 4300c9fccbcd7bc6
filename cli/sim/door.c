/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "door.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "link_local.h"

#define VISITORS_MAX 32
/* A visitor that says nothing must not keep a place. */
#define VISITOR_WAIT_MS 2000

struct visitor {
	struct door *door;
	int fd; /* -1: free place */
	int timer;
	uint64_t number; /* of those who came */
};

struct door {
	struct loop *loop;
	struct door_handlers handlers;
	void *ctx;
	const char *path, *name;
	int fd;
	struct visitor visitors[VISITORS_MAX];
	uint64_t came;
};

/* Gives the place back; the descriptor is returned, still open. */
static int release(struct visitor *visitor)
{
	int fd = visitor->fd;
	loop_remove_fd(visitor->door->loop, fd);
	loop_cancel_timer(visitor->door->loop, visitor->timer);
	visitor->fd = -1;
	return fd;
}

static void show_out(void *ctx)
{
	(void)close(release(ctx));
}

/* An answer of a few bytes always fits into a fresh socket; a visitor that left gets none. */
static void say(int fd, const char *text)
{
	(void)send(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void answer_scan(const struct door *door, int fd)
{
	uint8_t adv[LINK_LOCAL_ADV_MAX];
	char text[LINK_LOCAL_NAME_MAX + 2 * LINK_LOCAL_ADV_MAX + 2];
	size_t len = door->handlers.advert(door->ctx, adv);
	if (len > 0) {
		int at = snprintf(text, sizeof(text), "%s ", door->name);
		for (size_t i = 0; i < len; i++)
			at += snprintf(text + at, sizeof(text) - (size_t)at, "%02x", adv[i]);
		say(fd, text);
	}
	say(fd, "end");
	(void)close(fd);
}

static void answer_open(const struct door *door, int fd)
{
	uint8_t adv[LINK_LOCAL_ADV_MAX];
	if (door->handlers.advert(door->ctx, adv) == 0) {
		say(fd, "no " LINK_LOCAL_NO_DEVICE);
		(void)close(fd);
		return;
	}
	say(fd, "ok");
	struct link *link = link_local_wrap(fd);
	if (link)
		door->handlers.on_link(door->ctx, link);
}

static bool names_us(const struct door *door, const char *message, const char *verb)
{
	size_t len = strlen(verb);
	return strncmp(message, verb, len) == 0 && message[len] == ' ' &&
	       strcmp(message + len + 1, door->name) == 0;
}

static void let_in(const struct door *door, int fd, const char *message)
{
	if (strcmp(message, "scan") == 0) {
		answer_scan(door, fd);
	} else if (names_us(door, message, "open")) {
		answer_open(door, fd);
	} else if (names_us(door, message, "control")) {
		say(fd, "ok");
		door->handlers.on_control(door->ctx, fd);
	} else {
		say(fd, "no " LINK_LOCAL_NO_DEVICE);
		(void)close(fd);
	}
}

static void on_message(void *ctx, int fd, short revents)
{
	struct visitor *visitor = ctx;
	char message[LINK_LOCAL_MESSAGE_MAX + 1];
	ssize_t len = recv(fd, message, sizeof(message) - 1, MSG_DONTWAIT);
	(void)revents;
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len <= 0) {
		show_out(visitor);
		return;
	}
	message[len] = '\0';
	let_in(visitor->door, release(visitor), message);
}

/* Who has said nothing for longest goes first: a crowd of them keeps nobody out. */
static struct visitor *make_place(struct door *door)
{
	struct visitor *oldest = &door->visitors[0];
	for (size_t i = 0; i < VISITORS_MAX; i++) {
		struct visitor *visitor = &door->visitors[i];
		if (visitor->fd < 0)
			return visitor;
		if (visitor->number < oldest->number)
			oldest = visitor;
	}
	show_out(oldest);
	return oldest;
}

static void on_knock(void *ctx, int listen_fd, short revents)
{
	struct door *door = ctx;
	(void)revents;
	int fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return;
	struct visitor *visitor = make_place(door);
	if (loop_add_fd(door->loop, fd, POLLIN, on_message, visitor) != 0) {
		say(fd, "no " LINK_LOCAL_NO_BUSY);
		(void)close(fd);
		return;
	}
	visitor->fd = fd;
	visitor->number = door->came++;
	visitor->timer =
		loop_add_timer(door->loop, loop_now_ms() + VISITOR_WAIT_MS, show_out, visitor);
}

int door_open(struct door **out, struct loop *loop, const char *path, const char *name,
	      const struct door_handlers *handlers, void *ctx)
{
	struct door *door = calloc(1, sizeof(*door));
	if (!door)
		return -ENOMEM;
	*door = (struct door){.loop = loop, .handlers = *handlers, .ctx = ctx, .path = path,
			      .name = name};
	for (size_t i = 0; i < VISITORS_MAX; i++)
		door->visitors[i] = (struct visitor){.door = door, .fd = -1};
	door->fd = link_local_listen(path);
	int err = door->fd < 0 ? door->fd : loop_add_fd(loop, door->fd, POLLIN, on_knock, door);
	if (err) {
		if (door->fd >= 0)
			(void)close(door->fd);
		free(door);
		return err;
	}
	*out = door;
	return 0;
}

void door_close(struct door *door)
{
	if (!door)
		return;
	for (size_t i = 0; i < VISITORS_MAX; i++)
		if (door->visitors[i].fd >= 0)
			show_out(&door->visitors[i]);
	loop_remove_fd(door->loop, door->fd);
	/* Removed before it is closed: whoever sees a free name finds nobody behind it. */
	(void)unlink(door->path);
	(void)close(door->fd);
	free(door);
}
