/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * virtual_loop - bt/link/loop.h in virtual time: a program that is made with this file instead of
 * bt/link/loop.c runs the real stacks without a socket and without waiting. When nothing is ready,
 * time jumps to what happens next.
 *
 * All loops of the program are the same one, so a programmer's own loop serves the pump as well.
 * Descriptors are numbers of a kernel that the test plays.
 */
#ifndef PUMPCTL_TESTS_VIRTUAL_LOOP_H
#define PUMPCTL_TESTS_VIRTUAL_LOOP_H

#include "loop.h"

#define VIRTUAL_NEVER UINT64_MAX

struct virtual_kernel {
	/* What poll(2) would say of fd now. */
	short (*ready)(void *ctx, int fd);
	/* When something happens next by itself, us, or VIRTUAL_NEVER. */
	uint64_t (*next)(void *ctx);
	/* It is that time: let it happen. */
	void (*run)(void *ctx, uint64_t now_us);
	void *ctx;
};

/* kernel: borrowed until another is set. */
void virtual_loop_set_kernel(const struct virtual_kernel *kernel);
uint64_t virtual_now_us(void);

#endif
