/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "virtual_loop.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>

struct watch {
	loop_fd_fn fn; /* NULL: free */
	void *ctx;
	int fd;
	short events;
};

struct timer {
	loop_timer_fn fn;
	void *ctx;
	uint64_t at_ms, serial;
	int id; /* 0: free */
};

struct loop {
	struct watch watches[LOOP_FDS];
	struct timer timers[LOOP_TIMERS];
	uint64_t serial;
	int last_id;
};

/* Not at 0, so that a time of zero stands out. */
static uint64_t now_us = 1000000;
static const struct virtual_kernel *kernel;
/* One for all, as one process has one clock: what each owner of a loop waits for happens. */
static struct loop *shared;
static unsigned owners;

void virtual_loop_set_kernel(const struct virtual_kernel *new_kernel)
{
	kernel = new_kernel;
}

uint64_t virtual_now_us(void)
{
	return now_us;
}

uint64_t loop_now_ms(void)
{
	return now_us / 1000;
}

struct loop *loop_create(void)
{
	if (owners == 0)
		shared = calloc(1, sizeof *shared);
	owners += shared != NULL;
	return shared;
}

void loop_destroy(struct loop *loop)
{
	if (loop && --owners == 0)
		free(loop);
}

static struct watch *find_watch(struct loop *loop, int fd)
{
	for (int i = 0; i < LOOP_FDS; i++)
		if (loop->watches[i].fn && loop->watches[i].fd == fd)
			return &loop->watches[i];
	return NULL;
}

int loop_add_fd(struct loop *loop, int fd, short events, loop_fd_fn fn, void *ctx)
{
	if (find_watch(loop, fd))
		return -EEXIST;
	for (int i = 0; i < LOOP_FDS; i++) {
		if (loop->watches[i].fn)
			continue;
		loop->watches[i] = (struct watch){fn, ctx, fd, events};
		return 0;
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
		watch->fn = NULL;
}

static struct timer *find_timer(struct loop *loop, int id)
{
	for (int i = 0; i < LOOP_TIMERS; i++)
		if (loop->timers[i].id == id)
			return &loop->timers[i];
	return NULL;
}

int loop_add_timer(struct loop *loop, uint64_t at_ms, loop_timer_fn fn, void *ctx)
{
	struct timer *timer = find_timer(loop, 0);

	if (!timer)
		return -ENOSPC;
	*timer = (struct timer){fn, ctx, at_ms, ++loop->serial, ++loop->last_id};
	return timer->id;
}

void loop_cancel_timer(struct loop *loop, int id)
{
	struct timer *timer = id > 0 ? find_timer(loop, id) : NULL;

	if (timer)
		timer->id = 0;
}

static struct timer *first_timer(struct loop *loop)
{
	struct timer *first = NULL;

	for (int i = 0; i < LOOP_TIMERS; i++) {
		struct timer *timer = &loop->timers[i];

		if (timer->id != 0 &&
		    (!first || timer->at_ms < first->at_ms ||
		     (timer->at_ms == first->at_ms && timer->serial < first->serial)))
			first = timer;
	}
	return first;
}

static bool run_ready(struct loop *loop)
{
	bool is_any = false;

	for (int i = 0; i < LOOP_FDS; i++) {
		const struct watch watch = loop->watches[i];
		short ready;

		if (!watch.fn)
			continue;
		ready = (short)(kernel->ready(kernel->ctx, watch.fd) &
		                (watch.events | POLLERR | POLLHUP));
		if (ready == 0)
			continue;
		is_any = true;
		watch.fn(watch.ctx, watch.fd, ready);
	}
	return is_any;
}

/* Those that are due now; one set meanwhile waits for the next turn. */
static bool run_timers(struct loop *loop)
{
	uint64_t serial = loop->serial;
	bool is_any = false;
	struct timer *timer;

	while ((timer = first_timer(loop)) != NULL && timer->at_ms * 1000 <= now_us &&
	       timer->serial <= serial) {
		timer->id = 0;
		is_any = true;
		timer->fn(timer->ctx);
	}
	return is_any;
}

int loop_turn(struct loop *loop, int max_wait_ms)
{
	uint64_t until = max_wait_ms < 0 ? VIRTUAL_NEVER : now_us + (uint64_t)max_wait_ms * 1000;
	bool is_any = run_ready(loop);
	const struct timer *timer;
	uint64_t next;

	is_any |= run_timers(loop);
	if (is_any)
		return 0;
	next = kernel->next(kernel->ctx);
	timer = first_timer(loop);
	if (timer && timer->at_ms * 1000 < next)
		next = timer->at_ms * 1000;
	if (next > until)
		next = until;
	if (next == VIRTUAL_NEVER)
		abort(); /* nothing will ever happen */
	if (next > now_us)
		now_us = next;
	kernel->run(kernel->ctx, now_us);
	return 0;
}
