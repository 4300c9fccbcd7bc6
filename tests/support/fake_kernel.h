/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fake_kernel - the other end of a management socket, for tests of bt/mgmt*: answers and events are
 * queued before the command that meets them, what was sent is looked at afterwards.
 */
#ifndef PUMPCTL_TEST_FAKE_KERNEL_H
#define PUMPCTL_TEST_FAKE_KERNEL_H

#include "mgmt.h"

struct fake_kernel {
	int fd;            /* the kernel's end; -1 after fake_kernel_end */
	struct mgmt *mgmt; /* over the other end */
};

void fake_kernel_start(struct fake_kernel *kernel);
void fake_kernel_stop(struct fake_kernel *kernel);
/* Closes the kernel's end. */
void fake_kernel_end(struct fake_kernel *kernel);

/* Queues any message. */
void fake_kernel_send(const struct fake_kernel *kernel, uint16_t event, uint16_t index,
		      const void *params, size_t len);
/* Queues a Command Complete with status 0 and these return parameters. */
void fake_kernel_complete(const struct fake_kernel *kernel, uint16_t opcode, uint16_t index,
			  const void *params, size_t len);
/* Queues a Command Status. */
void fake_kernel_status(const struct fake_kernel *kernel, uint16_t opcode, uint16_t index,
			uint8_t status);
/* The same with a settings word. */
void fake_kernel_settings(const struct fake_kernel *kernel, uint16_t opcode, uint16_t index,
			  uint32_t settings);
/* Queues the answer to Read Controller Information. */
void fake_kernel_info(const struct fake_kernel *kernel, uint16_t index, uint32_t supported,
		      uint32_t current);

/* The next command sent must be this one. */
void fake_kernel_expect(const struct fake_kernel *kernel, uint16_t opcode, uint16_t index,
			const void *params, size_t len);
/* No further command was sent. */
void fake_kernel_expect_nothing(const struct fake_kernel *kernel);

#endif
