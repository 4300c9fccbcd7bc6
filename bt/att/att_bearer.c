/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "att_bearer.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

void att_bearer_enter(struct att_bearer *bearer)
{
	bearer->depth++;
}

void att_bearer_leave(struct att_bearer *bearer)
{
	if (--bearer->depth == 0 && bearer->is_released)
		bearer->handlers->on_released(bearer->ctx);
}

bool att_bearer_is_open(const struct att_bearer *bearer)
{
	return bearer->link != NULL;
}

void att_bearer_close(struct att_bearer *bearer)
{
	if (!bearer->link)
		return;
	loop_remove_fd(bearer->loop, link_fd(bearer->link));
	link_destroy(bearer->link);
	bearer->link = NULL;
}

void att_bearer_release(struct att_bearer *bearer)
{
	att_bearer_close(bearer);
	bearer->is_released = true;
	if (bearer->depth == 0)
		bearer->handlers->on_released(bearer->ctx);
}

static void update_events(struct att_bearer *bearer)
{
	short events = bearer->answer_len > 0 ? 0 : POLLIN;

	if (!bearer->link)
		return;
	/* After a failed send POLLOUT makes the next turn come at once, to read what is left. */
	if (bearer->answer_len > 0 || bearer->wants_room || bearer->send_error)
		events |= POLLOUT;
	(void)loop_set_events(bearer->loop, link_fd(bearer->link), events);
}

static void end(struct att_bearer *bearer, int error)
{
	att_bearer_close(bearer);
	bearer->handlers->on_ended(bearer->ctx, error);
}

int att_bearer_send(struct att_bearer *bearer, const uint8_t *pdu, size_t len)
{
	int err;

	if (!bearer->link)
		return -ENOTCONN;
	if (bearer->send_error)
		return bearer->send_error;
	err = bearer->answer_len > 0 ? -EAGAIN : link_send(bearer->link, pdu, len);
	if (err == -EAGAIN)
		bearer->wants_room = true;
	else if (err)
		bearer->send_error = err;
	if (err)
		update_events(bearer);
	return err;
}

void att_bearer_answer(struct att_bearer *bearer, const uint8_t *pdu, size_t len)
{
	int err;

	if (!bearer->link || bearer->send_error)
		return;
	err = link_send(bearer->link, pdu, len);
	if (err == -EAGAIN) {
		memcpy(bearer->answer, pdu, len);
		bearer->answer_len = len;
	} else if (err) {
		bearer->send_error = err;
	}
	if (err)
		update_events(bearer);
}

static void flush(struct att_bearer *bearer)
{
	if (bearer->answer_len > 0) {
		int err = link_send(bearer->link, bearer->answer, bearer->answer_len);

		if (err == -EAGAIN)
			return;
		bearer->answer_len = 0;
		bearer->send_error = err;
	}
	if (bearer->wants_room) {
		bearer->wants_room = false;
		bearer->handlers->on_writable(bearer->ctx);
	}
	update_events(bearer);
}

/*
 * A dead link may still hold PDUs that arrived before it died, the answer to a write among
 * them: they are read before the end is told.
 */
static void receive(struct att_bearer *bearer)
{
	uint8_t buf[LINK_PDU_MAX];

	for (int i = 0; i < ATT_BEARER_BATCH; i++) {
		ssize_t n;

		if (!bearer->link || bearer->answer_len > 0)
			return;
		n = link_receive(bearer->link, buf, sizeof buf);
		if (n == -EAGAIN) {
			if (bearer->send_error)
				end(bearer, bearer->send_error);
			return;
		}
		if (n <= 0) {
			end(bearer, (int)n);
			return;
		}
		bearer->handlers->on_pdu(bearer->ctx, buf, (size_t)n);
	}
}

static void on_ready(void *ctx, int fd, short revents)
{
	struct att_bearer *bearer = ctx;

	(void)fd;
	att_bearer_enter(bearer);
	/* With an answer held back nothing is read, so a dead link shows only here. */
	if ((revents & (POLLERR | POLLHUP | POLLNVAL)) != 0 && bearer->answer_len > 0) {
		bearer->answer_len = 0;
		bearer->send_error = -ECONNRESET;
	}
	if ((revents & POLLOUT) != 0 && !bearer->send_error)
		flush(bearer);
	receive(bearer);
	att_bearer_leave(bearer);
}

int att_bearer_init(struct att_bearer *bearer, struct loop *loop, struct link *link,
                    const struct att_bearer_handlers *handlers, void *ctx)
{
	int err = loop_add_fd(loop, link_fd(link), POLLIN, on_ready, bearer);

	*bearer = (struct att_bearer){.loop = loop, .handlers = handlers, .ctx = ctx};
	if (err) {
		link_destroy(link);
		return err;
	}
	bearer->link = link;
	return 0;
}
