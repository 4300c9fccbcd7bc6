/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "loop.h"
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

struct probe {
	struct loop *loop;
	int pipe[2];
	int other[2];
	int calls;
	int order[8];
	int id;
	short revents;
};

static struct probe probe;

static void setup(void)
{
	memset(&probe, 0, sizeof probe);
	probe.loop = loop_create();
	ck_assert_ptr_nonnull(probe.loop);
	ck_assert_int_eq(pipe2(probe.pipe, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(probe.other, O_CLOEXEC), 0);
}

static void teardown(void)
{
	for (int i = 0; i < 2; i++) {
		close(probe.pipe[i]);
		close(probe.other[i]);
	}
	loop_destroy(probe.loop);
}

static void write_byte(int fd)
{
	ck_assert_int_eq(write(fd, "x", 1), 1);
}

static void count_fd(void *ctx, int fd, short revents)
{
	struct probe *self = ctx;
	char byte;

	self->revents = revents;
	self->calls++;
	if (revents & POLLIN)
		ck_assert_int_eq(read(fd, &byte, 1), 1);
}

static void remove_both(void *ctx, int fd, short revents)
{
	struct probe *self = ctx;

	(void)fd;
	(void)revents;
	self->calls++;
	loop_remove_fd(self->loop, self->pipe[0]);
	loop_remove_fd(self->loop, self->other[0]);
}

static void replace_both(void *ctx, int fd, short revents)
{
	struct probe *self = ctx;

	remove_both(ctx, fd, revents);
	/* Takes the slots of the two that were polled; neither is ready for this one yet. */
	ck_assert_int_eq(loop_add_fd(self->loop, self->pipe[0], POLLOUT, count_fd, self), 0);
	ck_assert_int_eq(loop_add_fd(self->loop, self->other[0], POLLOUT, count_fd, self), 0);
}

START_TEST(a_ready_descriptor_is_reported_and_an_idle_one_is_not)
{
	ck_assert_int_eq(loop_add_fd(probe.loop, probe.pipe[0], POLLIN, count_fd, &probe), 0);
	ck_assert_int_eq(loop_turn(probe.loop, 0), 0);
	ck_assert_int_eq(probe.calls, 0);
	write_byte(probe.pipe[1]);
	ck_assert_int_eq(loop_turn(probe.loop, -1), 0);
	ck_assert_int_eq(probe.calls, 1);
	ck_assert_int_eq(loop_turn(probe.loop, 0), 0);
	ck_assert_int_eq(probe.calls, 1);
}
END_TEST

START_TEST(a_removed_descriptor_is_not_called_in_the_same_turn)
{
	ck_assert_int_eq(loop_add_fd(probe.loop, probe.pipe[0], POLLIN, remove_both, &probe), 0);
	ck_assert_int_eq(loop_add_fd(probe.loop, probe.other[0], POLLIN, remove_both, &probe), 0);
	write_byte(probe.pipe[1]);
	write_byte(probe.other[1]);
	ck_assert_int_eq(loop_turn(probe.loop, 0), 0);
	ck_assert_int_eq(probe.calls, 1);
}
END_TEST

START_TEST(a_slot_used_again_does_not_get_its_former_owners_event)
{
	ck_assert_int_eq(loop_add_fd(probe.loop, probe.pipe[0], POLLIN, replace_both, &probe), 0);
	ck_assert_int_eq(loop_add_fd(probe.loop, probe.other[0], POLLIN, replace_both, &probe), 0);
	write_byte(probe.pipe[1]);
	write_byte(probe.other[1]);
	ck_assert_int_eq(loop_turn(probe.loop, 0), 0);
	ck_assert_int_eq(probe.calls, 1);
}
END_TEST

START_TEST(events_can_be_changed)
{
	ck_assert_int_eq(loop_add_fd(probe.loop, probe.pipe[1], 0, count_fd, &probe), 0);
	ck_assert_int_eq(loop_turn(probe.loop, 0), 0);
	ck_assert_int_eq(probe.calls, 0);
	ck_assert_int_eq(loop_set_events(probe.loop, probe.pipe[1], POLLOUT), 0);
	ck_assert_int_eq(loop_turn(probe.loop, 0), 0);
	ck_assert_int_eq(probe.calls, 1);
	ck_assert_int_eq(probe.revents, POLLOUT);
}
END_TEST

START_TEST(the_same_descriptor_twice_is_refused)
{
	ck_assert_int_eq(loop_add_fd(probe.loop, probe.pipe[0], POLLIN, count_fd, &probe), 0);
	ck_assert_int_eq(loop_add_fd(probe.loop, probe.pipe[0], POLLIN, count_fd, &probe), -EEXIST);
	loop_remove_fd(probe.loop, probe.pipe[0]);
	loop_remove_fd(probe.loop, probe.pipe[0]);
	ck_assert_int_eq(loop_set_events(probe.loop, probe.pipe[0], POLLIN), -ENOENT);
	ck_assert_int_eq(loop_add_fd(probe.loop, probe.pipe[0], POLLIN, count_fd, &probe), 0);
}
END_TEST

START_TEST(the_number_of_descriptors_is_bounded)
{
	for (int i = 0; i < LOOP_FDS; i++)
		ck_assert_int_eq(loop_add_fd(probe.loop, 1000 + i, 0, count_fd, &probe), 0);
	ck_assert_int_eq(loop_add_fd(probe.loop, 2000, 0, count_fd, &probe), -ENOSPC);
}
END_TEST

struct numbered {
	struct probe *probe;
	int number;
};

static void note(void *ctx)
{
	const struct numbered *self = ctx;

	self->probe->order[self->probe->calls++] = self->number;
}

START_TEST(timers_run_in_the_order_of_their_times)
{
	struct numbered a = {&probe, 1};
	struct numbered b = {&probe, 2};
	struct numbered c = {&probe, 3};
	uint64_t now = loop_now_ms();

	ck_assert_int_gt(loop_add_timer(probe.loop, now + 3, note, &c), 0);
	ck_assert_int_gt(loop_add_timer(probe.loop, now + 1, note, &a), 0);
	ck_assert_int_gt(loop_add_timer(probe.loop, now + 2, note, &b), 0);
	while (probe.calls < 3)
		ck_assert_int_eq(loop_turn(probe.loop, -1), 0);
	ck_assert_int_eq(probe.order[0], 1);
	ck_assert_int_eq(probe.order[1], 2);
	ck_assert_int_eq(probe.order[2], 3);
	ck_assert_uint_ge(loop_now_ms(), now + 3);
}
END_TEST

START_TEST(a_cancelled_timer_does_not_run)
{
	struct numbered a = {&probe, 1};
	struct numbered b = {&probe, 2};
	int id = loop_add_timer(probe.loop, 0, note, &a);

	ck_assert_int_gt(id, 0);
	ck_assert_int_gt(loop_add_timer(probe.loop, 0, note, &b), 0);
	loop_cancel_timer(probe.loop, id);
	loop_cancel_timer(probe.loop, id);
	loop_cancel_timer(probe.loop, 0);
	loop_cancel_timer(probe.loop, -ENOSPC);
	ck_assert_int_eq(loop_turn(probe.loop, 0), 0);
	ck_assert_int_eq(probe.calls, 1);
	ck_assert_int_eq(probe.order[0], 2);
}
END_TEST

static void again(void *ctx)
{
	struct probe *self = ctx;

	self->calls++;
	self->id = loop_add_timer(self->loop, 0, again, self);
	ck_assert_int_gt(self->id, 0);
}

START_TEST(a_timer_that_sets_itself_again_runs_once_per_turn)
{
	ck_assert_int_gt(loop_add_timer(probe.loop, 0, again, &probe), 0);
	ck_assert_int_eq(loop_turn(probe.loop, -1), 0);
	ck_assert_int_eq(probe.calls, 1);
	ck_assert_int_eq(loop_turn(probe.loop, -1), 0);
	ck_assert_int_eq(probe.calls, 2);
}
END_TEST

static void cancel_other(void *ctx)
{
	struct probe *self = ctx;

	self->calls++;
	loop_cancel_timer(self->loop, self->id);
}

START_TEST(a_timer_cancelled_by_an_earlier_one_of_the_turn_does_not_run)
{
	ck_assert_int_gt(loop_add_timer(probe.loop, 1, cancel_other, &probe), 0);
	probe.id = loop_add_timer(probe.loop, 2, cancel_other, &probe);
	ck_assert_int_eq(loop_turn(probe.loop, 0), 0);
	ck_assert_int_eq(probe.calls, 1);
}
END_TEST

START_TEST(the_number_of_timers_is_bounded)
{
	struct numbered a = {&probe, 1};

	for (int i = 0; i < LOOP_TIMERS; i++)
		ck_assert_int_gt(loop_add_timer(probe.loop, UINT64_MAX, note, &a), 0);
	ck_assert_int_eq(loop_add_timer(probe.loop, 0, note, &a), -ENOSPC);
}
END_TEST

static void on_alarm(int sig)
{
	(void)sig;
}

START_TEST(a_signal_ends_a_turn_with_eintr_and_due_timers_run)
{
	struct sigaction action = {.sa_handler = on_alarm};
	struct itimerval soon = {.it_value = {.tv_usec = 20000}};
	int err;

	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	ck_assert_int_eq(loop_add_fd(probe.loop, probe.pipe[0], POLLIN, count_fd, &probe), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &soon, NULL), 0);
	err = loop_turn(probe.loop, -1);
	ck_assert_int_eq(err, -EINTR);
	ck_assert_int_eq(probe.calls, 0);
}
END_TEST

START_TEST(an_answer_that_is_there_goes_before_the_timer_that_is_due)
{
	struct numbered late = {&probe, 9};

	ck_assert_int_eq(loop_add_fd(probe.loop, probe.pipe[0], POLLIN, count_fd, &probe), 0);
	ck_assert_int_gt(loop_add_timer(probe.loop, 0, note, &late), 0);
	write_byte(probe.pipe[1]);
	ck_assert_int_eq(loop_turn(probe.loop, 0), 0);
	ck_assert_int_eq(probe.calls, 2);
	ck_assert_int_eq(probe.order[1], 9);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
	        a_ready_descriptor_is_reported_and_an_idle_one_is_not,
	        a_removed_descriptor_is_not_called_in_the_same_turn,
	        a_slot_used_again_does_not_get_its_former_owners_event,
	        events_can_be_changed,
	        the_same_descriptor_twice_is_refused,
	        the_number_of_descriptors_is_bounded,
	        timers_run_in_the_order_of_their_times,
	        a_cancelled_timer_does_not_run,
	        a_timer_that_sets_itself_again_runs_once_per_turn,
	        a_timer_cancelled_by_an_earlier_one_of_the_turn_does_not_run,
	        the_number_of_timers_is_bounded,
	        a_signal_ends_a_turn_with_eintr_and_due_timers_run,
	        an_answer_that_is_there_goes_before_the_timer_that_is_due,
	        NULL,
	};

	return suite_run_tests("loop", tests, setup, teardown);
}
