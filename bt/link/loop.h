/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * loop - one poll(2) loop with timers; single threaded, no signals, no allocation after create.
 *
 * Times are milliseconds of CLOCK_MONOTONIC. Callbacks may add and remove descriptors and
 * timers, also their own. At most LOOP_FDS descriptors and LOOP_TIMERS timers.
 */
#ifndef PUMPCTL_BT_LOOP_H
#define PUMPCTL_BT_LOOP_H

#include <stdint.h>

#define LOOP_FDS    64
#define LOOP_TIMERS 64

struct loop;

typedef void (*loop_fd_fn)(void *ctx, int fd, short revents);
typedef void (*loop_timer_fn)(void *ctx);

/* NULL when out of memory. */
struct loop *loop_create(void);
void loop_destroy(struct loop *loop);

uint64_t loop_now_ms(void);

/* Watches fd for events (POLLIN, POLLOUT). fd stays the caller's. 0, -EEXIST, -ENOSPC. */
int loop_add_fd(struct loop *loop, int fd, short events, loop_fd_fn fn, void *ctx)
        __attribute__((warn_unused_result));
/* 0 or -ENOENT. */
int loop_set_events(struct loop *loop, int fd, short events);
/* Removing an unknown fd is harmless. Call before closing fd. */
void loop_remove_fd(struct loop *loop, int fd);

/* Calls fn once at or after at_ms. Returns a timer id > 0, or -ENOSPC. */
int loop_add_timer(struct loop *loop, uint64_t at_ms, loop_timer_fn fn, void *ctx)
        __attribute__((warn_unused_result));
/* Cancelling 0, a fired or an unknown id is harmless. */
void loop_cancel_timer(struct loop *loop, int id);

/*
 * One turn: waits until a descriptor is ready, a timer is due or max_wait_ms has passed
 * (negative: no limit), then runs what is due. 0, or -errno of poll; -EINTR is a normal turn
 * that a signal ended.
 */
int loop_turn(struct loop *loop, int max_wait_ms);

#endif
