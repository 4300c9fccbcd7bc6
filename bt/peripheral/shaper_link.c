/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shaper_link.h"

#include "link_socket.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define US_PER_MS 1000

/* The kernel raises it to its least: a few PDUs, so that the shaper's own queue is what counts. */
#define FAR_BUFFER 1

/* One end of the air: the socket towards the user of that side. */
struct end {
	struct shaper_link *owner;
	struct link *link;
	enum shaper_side side;
	bool is_watched;
	bool has_ended; /* its user has closed */
	bool is_full;   /* takes nothing now */
};

struct shaper_link {
	struct loop *loop;
	struct shaper_air *air;
	struct end ends[SHAPER_SIDES];
	int timer;
	struct shaper shaper;
};

static uint64_t now_us(void)
{
	return loop_now_ms() * US_PER_MS;
}

static void destroy(struct shaper_link *self)
{
	loop_cancel_timer(self->loop, self->timer);
	for (size_t i = 0; i < SHAPER_SIDES; i++) {
		if (!self->ends[i].link)
			continue;
		loop_remove_fd(self->loop, link_fd(self->ends[i].link));
		link_destroy(self->ends[i].link);
	}
	if (self->air->link == self)
		self->air->link = NULL;
	free(self);
}

static bool has_room(const struct end *end)
{
	return shaper_unsent(&end->owner->shaper, end->side) < SHAPER_SEND_MAX;
}

/* From the side's socket into the air. */
static void take(struct end *end)
{
	uint8_t pdu[LINK_PDU_MAX];

	while (!end->has_ended && has_room(end)) {
		ssize_t n = link_receive(end->link, pdu, sizeof pdu);

		if (n == -EAGAIN)
			return;
		/* The supervision timeout is seen by its owner. */
		if (n <= 0 ||
		    shaper_send(&end->owner->shaper, end->side, pdu, (size_t)n, now_us()) != 0)
			end->has_ended = true;
	}
	if (end->has_ended)
		shaper_flush(&end->owner->shaper, end->side, now_us());
}

/* From the air into the side's socket. */
static void give(struct end *end)
{
	const struct shaper_pdu *pdu;

	end->is_full = false;
	while ((pdu = shaper_peek(&end->owner->shaper, end->side)) != NULL) {
		int err = link_send(end->link, pdu->bytes, pdu->len);

		if (err == -EAGAIN) {
			end->is_full = true;
			return;
		}
		/* A dead socket: its end is read as well. */
		shaper_take(&end->owner->shaper, end->side);
	}
}

static struct end *other(struct end *end)
{
	return &end->owner->ends[end->side == SHAPER_CENTRAL ? SHAPER_PERIPHERAL : SHAPER_CENTRAL];
}

/* Everything that a closed side had sent is in the other's socket. */
static bool is_over(struct end *end)
{
	return end->has_ended && shaper_unsent(&end->owner->shaper, end->side) == 0 &&
	       !shaper_peek(&end->owner->shaper, other(end)->side);
}

static void on_ready(void *ctx, int fd, short revents);

/*
 * An end that waits for nothing is not watched at all: poll(2) tells of a closed peer in any
 * case, again and again. False: no place in the loop.
 */
static bool set_events(struct end *end)
{
	struct loop *loop = end->owner->loop;
	int fd = link_fd(end->link);
	short events = !end->has_ended && has_room(end) ? POLLIN : 0;

	if (end->is_full)
		events |= POLLOUT;
	if (events == 0) {
		loop_remove_fd(loop, fd);
		end->is_watched = false;
	} else if (end->is_watched) {
		(void)loop_set_events(loop, fd, events);
	} else {
		end->is_watched = loop_add_fd(loop, fd, events, on_ready, end) == 0;
	}
	return events == 0 || end->is_watched;
}

static void on_timer(void *ctx);

static void set_timer(struct shaper_link *self)
{
	uint64_t next_us = shaper_next(&self->shaper);

	loop_cancel_timer(self->loop, self->timer);
	self->timer = 0;
	if (next_us == SHAPER_NEVER)
		return;
	self->timer =
	        loop_add_timer(self->loop, (next_us + US_PER_MS - 1) / US_PER_MS, on_timer, self);
	if (self->timer < 0)
		self->timer = 0; /* the next packet sets it */
}

/* Lets time go on and everything move; self may be gone afterwards. */
static void move(struct shaper_link *self)
{
	struct end *central = &self->ends[SHAPER_CENTRAL];
	struct end *peripheral = &self->ends[SHAPER_PERIPHERAL];

	shaper_run(&self->shaper, now_us());
	take(central);
	take(peripheral);
	give(central);
	give(peripheral);
	if (shaper_is_ended(&self->shaper) || is_over(central) || is_over(peripheral) ||
	    !set_events(central) || !set_events(peripheral))
		destroy(self);
	else
		set_timer(self);
}

static void on_timer(void *ctx)
{
	struct shaper_link *self = ctx;

	self->timer = 0;
	move(self);
}

static void on_ready(void *ctx, int fd, short revents)
{
	struct end *end = ctx;

	(void)fd;
	(void)revents;
	move(end->owner);
}

/* Makes the socket pair whose one end the user gets. NULL: no such, or no memory. */
static struct link *open_user_end(struct link **out)
{
	struct link *user;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return NULL;
	user = link_socket_wrap(ends[0]);
	*out = link_socket_wrap(ends[1]);
	if (user && *out)
		return user;
	link_destroy(user);
	link_destroy(*out);
	return NULL;
}

struct link *shaper_link_create(struct link *inner, struct loop *loop, struct shaper_air *air)
{
	struct shaper_link *self = calloc(1, sizeof *self);
	struct link *near = NULL;
	struct link *user = self ? open_user_end(&near) : NULL;

	if (!user) {
		link_destroy(inner);
		free(self);
		return NULL;
	}
	shaper_air_close(air);
	self->loop = loop;
	self->air = air;
	(void)setsockopt(link_fd(inner), SOL_SOCKET, SO_SNDBUF, &(int){FAR_BUFFER}, sizeof(int));
	shaper_init(&self->shaper, &air->config, air->seed++, now_us());
	self->ends[SHAPER_CENTRAL] = (struct end){self, inner, SHAPER_CENTRAL, false, false, false};
	self->ends[SHAPER_PERIPHERAL] =
	        (struct end){self, near, SHAPER_PERIPHERAL, false, false, false};
	if (!set_events(&self->ends[SHAPER_CENTRAL]) ||
	    !set_events(&self->ends[SHAPER_PERIPHERAL])) {
		destroy(self);
		link_destroy(user);
		return NULL;
	}
	air->link = self;
	return user;
}

void shaper_air_change(struct shaper_air *air, const struct shaper_config *config)
{
	air->config = *config;
	shaper_air_adapt(air, config);
}

void shaper_air_adapt(struct shaper_air *air, const struct shaper_config *config)
{
	if (!air->link)
		return;
	shaper_change(&air->link->shaper, config, now_us());
	move(air->link);
}

void shaper_air_close(struct shaper_air *air)
{
	if (air->link)
		destroy(air->link);
}

bool shaper_air_look(struct shaper_air *air, struct shaper_state *out)
{
	struct shaper *shaper = air->link ? &air->link->shaper : NULL;

	if (!shaper)
		return false;
	shaper_run(shaper, now_us());
	out->config = shaper->config;
	out->carried_pairs = shaper->carried_pairs;
	out->lost_pairs = shaper->lost_pairs;
	out->dropped =
	        shaper_dropped(shaper, SHAPER_CENTRAL) + shaper_dropped(shaper, SHAPER_PERIPHERAL);
	return true;
}
