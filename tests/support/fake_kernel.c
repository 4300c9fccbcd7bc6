/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake_kernel.h"

#include <check.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "att.h"

#define HEADER       6
#define MESSAGE_SIZE 2048
#define INFO_SIZE    280

void fake_kernel_start(struct fake_kernel *kernel)
{
	int ends[2];
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends), 0);
	kernel->fd = ends[0];
	kernel->mgmt = mgmt_create(ends[1]);
	ck_assert_ptr_nonnull(kernel->mgmt);
}

void fake_kernel_end(struct fake_kernel *kernel)
{
	(void)close(kernel->fd);
	kernel->fd = -1;
}

void fake_kernel_stop(struct fake_kernel *kernel)
{
	mgmt_destroy(kernel->mgmt);
	if (kernel->fd >= 0)
		fake_kernel_end(kernel);
}

void fake_kernel_send(const struct fake_kernel *kernel, uint16_t event, uint16_t index,
		      const void *params, size_t len)
{
	uint8_t message[MESSAGE_SIZE];
	att_put_u16(message, event);
	att_put_u16(message + 2, index);
	att_put_u16(message + 4, (uint16_t)len);
	if (len)
		memcpy(message + HEADER, params, len);
	ck_assert_int_eq(send(kernel->fd, message, HEADER + len, 0), (int)(HEADER + len));
}

static void answer(const struct fake_kernel *kernel, uint16_t event, uint16_t opcode,
		   uint16_t index, uint8_t status, const void *params, size_t len)
{
	uint8_t body[MESSAGE_SIZE];
	att_put_u16(body, opcode);
	body[2] = status;
	if (len)
		memcpy(body + 3, params, len);
	fake_kernel_send(kernel, event, index, body, 3 + len);
}

void fake_kernel_complete(const struct fake_kernel *kernel, uint16_t opcode, uint16_t index,
			  const void *params, size_t len)
{
	answer(kernel, 0x0001, opcode, index, 0, params, len);
}

void fake_kernel_status(const struct fake_kernel *kernel, uint16_t opcode, uint16_t index,
			uint8_t status)
{
	answer(kernel, 0x0002, opcode, index, status, NULL, 0);
}

void fake_kernel_settings(const struct fake_kernel *kernel, uint16_t opcode, uint16_t index,
			  uint32_t settings)
{
	uint8_t word[4];
	mgmt_put_u32(word, settings);
	fake_kernel_complete(kernel, opcode, index, word, sizeof(word));
}

void fake_kernel_info(const struct fake_kernel *kernel, uint16_t index, uint32_t supported,
		      uint32_t current)
{
	uint8_t info[INFO_SIZE] = {1, 2, 3, 4, 5, 6, 9};
	mgmt_put_u32(info + 9, supported);
	mgmt_put_u32(info + 13, current);
	memcpy(info + 20, "desk", 5);
	fake_kernel_complete(kernel, 0x0004, index, info, sizeof(info));
}

void fake_kernel_expect(const struct fake_kernel *kernel, uint16_t opcode, uint16_t index,
			const void *params, size_t len)
{
	uint8_t message[MESSAGE_SIZE];
	const ssize_t n = recv(kernel->fd, message, sizeof(message), MSG_DONTWAIT);
	ck_assert_msg(n >= HEADER, "command %04x was not sent", opcode);
	ck_assert_uint_eq(att_get_u16(message), opcode);
	ck_assert_uint_eq(att_get_u16(message + 2), index);
	ck_assert_uint_eq(att_get_u16(message + 4), len);
	ck_assert_uint_eq((size_t)n, HEADER + len);
	if (len)
		ck_assert_mem_eq(message + HEADER, params, len);
}

void fake_kernel_expect_nothing(const struct fake_kernel *kernel)
{
	uint8_t message[MESSAGE_SIZE];
	ck_assert_int_lt(recv(kernel->fd, message, sizeof(message), MSG_DONTWAIT), 0);
}
