/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "loop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

struct watch {
	loop_fd_fn fn; /* NULL: free slot */
	void *ctx;
	uint64_t serial; /* tells a slot used again within one turn from its former owner */
	int fd;
	short events;
};

struct timer {
	loop_timer_fn fn;
	void *ctx;
	uint64_t at_ms;
	uint64_t serial;
	int id; /* 0: free slot */
};

struct loop {
	struct watch watches[LOOP_FDS];
	struct timer timers[LOOP_TIMERS];
	/* Slots at and above were never used: most loops have two or three. */
	int watches_end, timers_end;
	uint64_t serial;
	int last_id;
};

struct loop *loop_create(void)
{
	return calloc(1, sizeof(struct loop));
}

void loop_destroy(struct loop *loop)
{
	free(loop);
}

uint64_t loop_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static struct watch *find_watch(struct loop *loop, int fd)
{
	for (int i = 0; i < loop->watches_end; i++)
		if (loop->watches[i].fn && loop->watches[i].fd == fd)
			return &loop->watches[i];
	return NULL;
}

int loop_add_fd(struct loop *loop, int fd, short events, loop_fd_fn fn, void *ctx)
{
	if (find_watch(loop, fd))
		return -EEXIST;
	for (int i = 0; i < LOOP_FDS; i++) {
		struct watch *watch = &loop->watches[i];

		if (!watch->fn) {
			*watch = (struct watch){fn, ctx, ++loop->serial, fd, events};
			if (i >= loop->watches_end)
				loop->watches_end = i + 1;
			return 0;
		}
	}
	return -ENOSPC;
}

int loop_set_events(struct loop *loop, int fd, short events)
{
	struct watch *watch = find_watch(loop, fd);

	if (!watch)
		return -ENOENT;
	watch->events = events;
	return 0;
}

void loop_remove_fd(struct loop *loop, int fd)
{
	struct watch *watch = find_watch(loop, fd);

	if (watch)
		*watch = (struct watch){.fn = NULL};
}

static struct timer *find_timer(struct loop *loop, int id)
{
	for (int i = 0; i < loop->timers_end; i++)
		if (loop->timers[i].id == id)
			return &loop->timers[i];
	return NULL;
}

static int next_id(struct loop *loop)
{
	do {
		loop->last_id = loop->last_id == INT_MAX ? 1 : loop->last_id + 1;
	} while (find_timer(loop, loop->last_id));
	return loop->last_id;
}

int loop_add_timer(struct loop *loop, uint64_t at_ms, loop_timer_fn fn, void *ctx)
{
	struct timer *timer = find_timer(loop, 0);

	if (!timer && loop->timers_end == LOOP_TIMERS)
		return -ENOSPC;
	if (!timer)
		timer = &loop->timers[loop->timers_end++];
	*timer = (struct timer){fn, ctx, at_ms, ++loop->serial, next_id(loop)};
	return timer->id;
}

void loop_cancel_timer(struct loop *loop, int id)
{
	struct timer *timer = id > 0 ? find_timer(loop, id) : NULL;

	if (timer)
		timer->id = 0;
}

/* The timer due first; with due_only, of those set before serial and due at now_ms. */
static struct timer *first_timer(struct loop *loop, bool due_only, uint64_t now_ms, uint64_t serial)
{
	struct timer *first = NULL;

	for (int i = 0; i < loop->timers_end; i++) {
		struct timer *timer = &loop->timers[i];

		if (timer->id == 0 ||
		    (due_only && (timer->at_ms > now_ms || timer->serial > serial)))
			continue;
		if (!first || timer->at_ms < first->at_ms ||
		    (timer->at_ms == first->at_ms && timer->serial < first->serial))
			first = timer;
	}
	return first;
}

static int wait_ms(struct loop *loop, int max_wait_ms)
{
	const struct timer *timer = first_timer(loop, false, 0, 0);
	uint64_t now;
	uint64_t left;

	if (!timer)
		return max_wait_ms < 0 ? -1 : max_wait_ms;
	now = loop_now_ms();
	left = timer->at_ms > now ? timer->at_ms - now : 0;
	if (left > INT_MAX)
		left = INT_MAX;
	return max_wait_ms >= 0 && (int)left > max_wait_ms ? max_wait_ms : (int)left;
}

/* A timer set by a timer waits for the next turn: no callback can keep the loop for ever. */
static void run_timers(struct loop *loop)
{
	uint64_t serial = loop->serial;
	struct timer *timer;
	uint64_t now;

	/* Without a timer the clock need not be asked. */
	if (!first_timer(loop, false, 0, 0))
		return;
	now = loop_now_ms();
	while ((timer = first_timer(loop, true, now, serial)) != NULL) {
		loop_timer_fn fn = timer->fn;
		void *ctx = timer->ctx;

		timer->id = 0;
		fn(ctx);
	}
}

int loop_turn(struct loop *loop, int max_wait_ms)
{
	struct pollfd polled[LOOP_FDS];
	uint64_t serials[LOOP_FDS];
	int slots[LOOP_FDS];
	nfds_t count = 0;
	int ready;
	int err = 0;

	for (int i = 0; i < loop->watches_end; i++) {
		const struct watch *watch = &loop->watches[i];

		if (!watch->fn)
			continue;
		polled[count] = (struct pollfd){.fd = watch->fd, .events = watch->events};
		serials[count] = watch->serial;
		slots[count++] = i;
	}
	ready = poll(polled, count, wait_ms(loop, max_wait_ms));
	if (ready < 0)
		err = -errno;
	for (nfds_t i = 0; ready > 0 && i < count; i++) {
		const struct watch *watch = &loop->watches[slots[i]];

		if (polled[i].revents != 0 && watch->fn && watch->serial == serials[i])
			watch->fn(watch->ctx, polled[i].fd, polled[i].revents);
	}
	run_timers(loop);
	return err;
}
