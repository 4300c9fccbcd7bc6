/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "air.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define OPCODE_NOTIFY 0x1b

/* Numbers of descriptors: never the same for two connections. */
#define FD_BASE 1000

struct air_link {
	struct link link;
	enum shaper_side side;
	int fd;
};

struct air air;

static const struct air_link *from_link(const struct link *link)
{
	return (const struct air_link *)link;
}

static bool is_peer_gone(enum shaper_side side)
{
	return air.ends[side == SHAPER_CENTRAL ? SHAPER_PERIPHERAL : SHAPER_CENTRAL] == NULL;
}

static bool is_down(enum shaper_side side)
{
	return air.error || shaper_is_ended(&air.shaper) || is_peer_gone(side);
}

void air_cut(int error)
{
	air.error = error;
	air.cuts++;
}

uint64_t air_dropped(void)
{
	return air.dropped + shaper_dropped(&air.shaper, SHAPER_CENTRAL) +
	       shaper_dropped(&air.shaper, SHAPER_PERIPHERAL);
}

static int air_send(struct link *link, const uint8_t *pdu, size_t len)
{
	enum shaper_side side = from_link(link)->side;
	int err;

	if (is_down(side))
		return -ENOTCONN;
	err = shaper_send(&air.shaper, side, pdu, len, virtual_now_us());
	if (!err && pdu[0] == OPCODE_NOTIFY && ++air.notified > air.notified_most)
		air.notified_most = air.notified;
	return err;
}

static const struct shaper_pdu *peek(enum shaper_side side)
{
	return air.is_flushed[side] ? NULL : shaper_peek(&air.shaper, side);
}

/* The PDU that the reader at side is about to get; false: it gets nothing. */
static bool survive_before(enum shaper_side side)
{
	if (air.fault != AIR_CUT_BEFORE || air.pdus + 1 != air.fault_at)
		return true;
	air.fault = AIR_NO_FAULT;
	air.is_flushed[side] = true;
	air_cut(-ECONNRESET);
	return false;
}

static void strike_after(void)
{
	if (air.pdus != air.fault_at || air.fault == AIR_NO_FAULT)
		return;
	if (air.fault == AIR_CUT_AFTER) {
		air_cut(-ECONNRESET);
	} else {
		struct shaper_config config = air.config;

		config.is_out_of_range = true;
		shaper_change(&air.shaper, &config, virtual_now_us());
	}
	air.fault = AIR_NO_FAULT;
}

static void count_pdu(const struct shaper_pdu *pdu)
{
	air.pdus++;
	strike_after();
	if (pdu->bytes[0] == OPCODE_NOTIFY) {
		air.notified--;
		air.notified_octets += pdu->len - (uint64_t)AIRTIME_NOTIFY_HEADER;
	}
	if (air.cut_every > 0 && air.pdus % air.cut_every == 0)
		air_cut(-ECONNRESET);
}

static size_t own(enum shaper_side side, uint8_t *bytes)
{
	return air.middle && !air.error ? air.middle->own(side, bytes) : 0;
}

/* Takes what arrived for side: its length; 0: nothing that is for the reader. */
static size_t take(enum shaper_side side, uint8_t *bytes)
{
	const struct shaper_pdu *pdu = peek(side);
	size_t len;

	if (!pdu || !survive_before(side))
		return 0;
	len = pdu->len;
	memcpy(bytes, pdu->bytes, len);
	count_pdu(pdu);
	shaper_take(&air.shaper, side);
	return !air.middle || air.middle->pass(side, bytes, &len) ? len : 0;
}

static ssize_t air_receive(struct link *link, uint8_t *buf, size_t size)
{
	enum shaper_side side = from_link(link)->side;
	uint8_t bytes[LINK_PDU_MAX];
	size_t len;

	if (virtual_now_us() < air.paused_until_us[side])
		return -EAGAIN;
	len = own(side, bytes);
	if (len == 0)
		len = take(side, bytes);
	if (len > size)
		return -EMSGSIZE;
	if (len > 0) {
		memcpy(buf, bytes, len);
		return (ssize_t)len;
	}
	if (air.error)
		return air.error;
	if (shaper_is_ended(&air.shaper))
		return -ETIMEDOUT;
	return is_peer_gone(side) ? 0 : -EAGAIN;
}

static int air_fd(const struct link *link)
{
	return from_link(link)->fd;
}

static void air_destroy(struct link *link)
{
	air.ends[from_link(link)->side] = NULL;
	free(link);
}

static const struct link_ops ops = {air_send, air_receive, air_fd, air_destroy};

static struct link *make_end(enum shaper_side side)
{
	struct air_link *end = calloc(1, sizeof *end);

	if (!end)
		abort();
	end->link.ops = &ops;
	end->side = side;
	end->fd = FD_BASE + (int)(air.connections * SHAPER_SIDES + side);
	air.ends[side] = &end->link;
	return &end->link;
}

void air_connect(struct link *out[SHAPER_SIDES])
{
	if (air.ends[SHAPER_CENTRAL] || air.ends[SHAPER_PERIPHERAL])
		abort();
	air.dropped = air_dropped();
	air.connections++;
	air.error = 0;
	air.notified = 0;
	memset(air.is_flushed, 0, sizeof air.is_flushed);
	shaper_init(&air.shaper, &air.config, air.seed + air.connections, virtual_now_us());
	for (size_t side = 0; side < SHAPER_SIDES; side++)
		out[side] = make_end((enum shaper_side)side);
}

static short ready(void *ctx, int fd)
{
	size_t side = (size_t)(fd - FD_BASE) % SHAPER_SIDES;
	short events = 0;

	(void)ctx;
	if (!air.ends[side] || air_fd(air.ends[side]) != fd ||
	    virtual_now_us() < air.paused_until_us[side])
		return 0;
	if (peek((enum shaper_side)side) || own((enum shaper_side)side, NULL) > 0)
		events |= POLLIN;
	if (is_down((enum shaper_side)side))
		events |= POLLIN | POLLHUP;
	if (shaper_unsent(&air.shaper, (enum shaper_side)side) < SHAPER_SEND_MAX)
		events |= POLLOUT;
	return events;
}

static uint64_t next(void *ctx)
{
	uint64_t at_us = air.ends[SHAPER_CENTRAL] && air.ends[SHAPER_PERIPHERAL] && !air.error
	                         ? shaper_next(&air.shaper)
	                         : VIRTUAL_NEVER;

	(void)ctx;
	for (size_t side = 0; side < SHAPER_SIDES; side++)
		if (air.paused_until_us[side] > virtual_now_us() &&
		    air.paused_until_us[side] < at_us)
			at_us = air.paused_until_us[side];
	return at_us;
}

static void run(void *ctx, uint64_t now_us)
{
	(void)ctx;
	if (!air.error)
		shaper_run(&air.shaper, now_us);
}

void air_reset(const struct shaper_config *config, uint64_t seed)
{
	static const struct virtual_kernel kernel = {ready, next, run, NULL};

	memset(&air, 0, sizeof air);
	air.config = *config;
	air.seed = seed;
	virtual_loop_set_kernel(&kernel);
}
