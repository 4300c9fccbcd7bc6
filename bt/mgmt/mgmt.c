/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mgmt.h"

#include "att.h"
#include "loop.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENT_COMPLETE 0x0001
#define EVENT_STATUS   0x0002

#define HEADER_SIZE  6
#define RESULT_SIZE  3 /* opcode, status: the start of both events' parameters */
#define MESSAGE_SIZE 2048

struct mgmt {
	int fd;
	struct loop *loop; /* NULL: not attached */
	mgmt_event_fn listener;
	void *ctx;
};

/* The answer that a command waits for. */
struct answer {
	uint16_t opcode;
	int index;
	uint8_t *reply;
	size_t *reply_len;
	bool arrived;
	int result;
};

static const struct {
	uint8_t status;
	int err;
} statuses[] = {
        {0x00, 0},           {0x01, -EOPNOTSUPP},   {0x02, -ENOTCONN},
        {0x05, -EACCES},     {0x06, -EKEYREJECTED}, {0x08, -ETIMEDOUT},
        {0x09, -EALREADY},   {0x0a, -EBUSY},        {0x0b, -ECONNREFUSED},
        {0x0c, -EOPNOTSUPP}, {0x0d, -EINVAL},       {0x0e, -ENOTCONN},
        {0x0f, -ENETDOWN},   {0x10, -ECANCELED},    {0x11, -ENODEV},
        {0x12, -ERFKILL},    {0x13, -ENOTUNIQ},     {0x14, -EPERM},
};

int mgmt_status_error(uint8_t status)
{
	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
		if (statuses[i].status == status)
			return statuses[i].err;
	return -EIO;
}

uint32_t mgmt_get_u32(const uint8_t *bytes)
{
	return att_get_u16(bytes) | (uint32_t)att_get_u16(bytes + 2) << 16;
}

void mgmt_put_u32(uint8_t *bytes, uint32_t value)
{
	att_put_u16(bytes, (uint16_t)value);
	att_put_u16(bytes + 2, (uint16_t)(value >> 16));
}

void mgmt_put_peer(uint8_t bytes[MGMT_ADDRESS_LEN], const struct mgmt_peer *peer)
{
	memcpy(bytes, peer->address, sizeof peer->address);
	bytes[sizeof peer->address] = peer->type;
}

struct mgmt_peer mgmt_get_peer(const uint8_t bytes[MGMT_ADDRESS_LEN])
{
	struct mgmt_peer peer;

	memcpy(peer.address, bytes, sizeof peer.address);
	peer.type = bytes[sizeof peer.address];
	return peer;
}

bool mgmt_same_peer(const struct mgmt_peer *a, const struct mgmt_peer *b)
{
	return a->type == b->type && memcmp(a->address, b->address, sizeof a->address) == 0;
}

struct mgmt *mgmt_create(int fd)
{
	struct mgmt *mgmt = calloc(1, sizeof *mgmt);

	if (mgmt)
		mgmt->fd = fd;
	else
		close(fd);
	return mgmt;
}

void mgmt_destroy(struct mgmt *mgmt)
{
	if (!mgmt)
		return;
	if (mgmt->loop)
		loop_remove_fd(mgmt->loop, mgmt->fd);
	close(mgmt->fd);
	free(mgmt);
}

void mgmt_set_listener(struct mgmt *mgmt, mgmt_event_fn fn, void *ctx)
{
	mgmt->listener = fn;
	mgmt->ctx = ctx;
}

/* Takes the parameters of a Command Complete or Command Status. */
static void take_answer(struct answer *answer, const uint8_t *params, size_t len)
{
	size_t room;

	answer->arrived = true;
	answer->result = mgmt_status_error(params[2]);
	if (!answer->reply_len)
		return;
	room = *answer->reply_len;
	*answer->reply_len = len - RESULT_SIZE < room ? len - RESULT_SIZE : room;
	if (answer->reply)
		memcpy(answer->reply, params + RESULT_SIZE, *answer->reply_len);
}

/* One message: an event for the listener, or the answer waited for (may be NULL). */
static void dispatch(struct mgmt *mgmt, const uint8_t *message, size_t len, struct answer *answer)
{
	uint16_t event = att_get_u16(message);
	uint16_t index = att_get_u16(message + 2);
	const uint8_t *params = message + HEADER_SIZE;
	size_t params_len = len - HEADER_SIZE;

	if (event != EVENT_COMPLETE && event != EVENT_STATUS) {
		if (mgmt->listener)
			mgmt->listener(mgmt->ctx, event, index, params, params_len);
		return;
	}
	if (answer && !answer->arrived && params_len >= RESULT_SIZE && index == answer->index &&
	    att_get_u16(params) == answer->opcode)
		take_answer(answer, params, params_len);
}

/* Reads one message without waiting. 1: dispatched; 0: none there; or -errno. */
static int read_one(struct mgmt *mgmt, struct answer *answer)
{
	uint8_t message[MESSAGE_SIZE];
	ssize_t n;

	do {
		n = recv(mgmt->fd, message, sizeof message, MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	if (n == 0)
		return -EPIPE;
	/* A length that is not true is the kernel's fault and no reason to read beyond the end. */
	if (n >= HEADER_SIZE && att_get_u16(message + 4) == (size_t)n - HEADER_SIZE)
		dispatch(mgmt, message, (size_t)n, answer);
	return 1;
}

int mgmt_receive(struct mgmt *mgmt)
{
	int got;

	do {
		got = read_one(mgmt, NULL);
	} while (got > 0);
	return got;
}

static void on_readable(void *ctx, int fd, short revents)
{
	struct mgmt *mgmt = ctx;

	(void)revents;
	/* A socket that cannot be read any more would wake the loop for ever. */
	if (mgmt_receive(mgmt) < 0) {
		loop_remove_fd(mgmt->loop, fd);
		mgmt->loop = NULL;
	}
}

int mgmt_attach(struct mgmt *mgmt, struct loop *loop)
{
	int err = loop_add_fd(loop, mgmt->fd, POLLIN, on_readable, mgmt);

	if (!err)
		mgmt->loop = loop;
	return err;
}

int mgmt_post(struct mgmt *mgmt, int index, uint16_t opcode, const uint8_t *params, size_t len)
{
	uint8_t message[MESSAGE_SIZE];
	ssize_t n;

	if (index < 0 || index > MGMT_INDEX_NONE)
		return -ENODEV;
	if (len > sizeof message - HEADER_SIZE)
		return -EMSGSIZE;
	att_put_u16(message, opcode);
	att_put_u16(message + 2, (uint16_t)index);
	att_put_u16(message + 4, (uint16_t)len);
	if (len > 0)
		memcpy(message + HEADER_SIZE, params, len);
	do {
		n = send(mgmt->fd, message, HEADER_SIZE + len, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

int mgmt_command(struct mgmt *mgmt, int index, uint16_t opcode, const uint8_t *params, size_t len,
                 uint8_t *reply, size_t *reply_len)
{
	struct answer answer = {
	        .opcode = opcode, .index = index, .reply = reply, .reply_len = reply_len};
	struct pollfd polled = {.fd = mgmt->fd, .events = POLLIN};
	uint64_t deadline_ms = loop_now_ms() + MGMT_WAIT_MS;
	int err = mgmt_post(mgmt, index, opcode, params, len);

	while (!err && !answer.arrived) {
		uint64_t now = loop_now_ms();
		int got = read_one(mgmt, &answer);

		if (got < 0)
			return got;
		if (got > 0)
			continue;
		if (now >= deadline_ms)
			return -ETIMEDOUT;
		if (poll(&polled, 1, (int)(deadline_ms - now)) < 0 && errno != EINTR)
			return -errno;
	}
	return err ? err : answer.result;
}
