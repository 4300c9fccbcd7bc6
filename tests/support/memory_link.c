/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "memory_link.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define FD 7 /* any number; the virtual loop only compares it */

struct queue {
	size_t first, count;
	uint16_t lens[MEMORY_LINK_PDUS];
	uint8_t bytes[MEMORY_LINK_PDUS][MEMORY_LINK_BYTES];
};

static struct memory {
	struct link link;
	struct queue in, out;
	bool is_cut, is_closed;
	int error;
} memory;

static bool put(struct queue *queue, const uint8_t *pdu, size_t len)
{
	size_t slot = (queue->first + queue->count) % MEMORY_LINK_PDUS;

	if (queue->count == MEMORY_LINK_PDUS)
		return false;
	if (len > 0)
		memcpy(queue->bytes[slot], pdu, len);
	queue->lens[slot] = (uint16_t)len;
	queue->count++;
	return true;
}

static size_t get(struct queue *queue, uint8_t *buf, size_t size)
{
	size_t len = queue->lens[queue->first];

	memcpy(buf, queue->bytes[queue->first], len < size ? len : size);
	queue->first = (queue->first + 1) % MEMORY_LINK_PDUS;
	queue->count--;
	return len;
}

static int link_send_pdu(struct link *link, const uint8_t *pdu, size_t len)
{
	(void)link;
	if (memory.is_cut)
		return -ENOTCONN;
	return put(&memory.out, pdu, len) ? 0 : -EAGAIN;
}

static ssize_t link_receive_pdu(struct link *link, uint8_t *buf, size_t size)
{
	size_t len;

	(void)link;
	if (memory.in.count == 0)
		return memory.is_cut ? memory.error : -EAGAIN;
	len = get(&memory.in, buf, size);
	return len > size ? -EMSGSIZE : (ssize_t)len;
}

static int link_get_fd(const struct link *link)
{
	(void)link;
	return FD;
}

static void link_close(struct link *link)
{
	(void)link;
	memory.is_closed = true;
}

static short ready(void *ctx, int fd)
{
	short events = 0;

	(void)ctx;
	(void)fd;
	if (memory.in.count > 0 || memory.is_cut)
		events |= POLLIN;
	if (memory.out.count < MEMORY_LINK_PDUS || memory.is_cut)
		events |= POLLOUT;
	if (memory.is_cut)
		events |= POLLHUP;
	return events;
}

static uint64_t next(void *ctx)
{
	(void)ctx;
	return VIRTUAL_NEVER;
}

static void run(void *ctx, uint64_t now_us)
{
	(void)ctx;
	(void)now_us;
}

struct link *memory_link_open(void)
{
	static const struct link_ops ops = {link_send_pdu, link_receive_pdu, link_get_fd,
	                                    link_close};
	static const struct virtual_kernel kernel = {ready, next, run, NULL};

	memory.link.ops = &ops;
	memory.in.count = 0;
	memory.out.count = 0;
	memory.is_cut = false;
	memory.is_closed = false;
	virtual_loop_set_kernel(&kernel);
	return &memory.link;
}

void memory_link_send(const uint8_t *pdu, size_t len)
{
	if (!memory.is_cut && len <= MEMORY_LINK_BYTES)
		(void)put(&memory.in, pdu, len);
}

size_t memory_link_take(uint8_t *buf)
{
	return memory.out.count > 0 ? get(&memory.out, buf, LINK_PDU_MAX) : 0;
}

void memory_link_cut(int error)
{
	memory.is_cut = true;
	memory.error = error;
}

bool memory_link_is_closed(void)
{
	return memory.is_closed;
}

/* A turn in which nothing was ready takes no time either, so a fixed number is enough. */
void memory_link_run(struct loop *loop)
{
	for (int i = 0; i < 4; i++)
		(void)loop_turn(loop, 0);
}

void memory_link_wait(struct loop *loop, unsigned ms)
{
	uint64_t until = virtual_now_us() + (uint64_t)ms * 1000;

	memory_link_run(loop);
	while (virtual_now_us() < until)
		(void)loop_turn(loop, (int)((until - virtual_now_us() + 999) / 1000));
	memory_link_run(loop);
}
