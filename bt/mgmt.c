/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mgmt.h"

#include "att.h"
#include "loop.h"

#include <bluetooth/bluetooth.h>
#include <bluetooth/hci.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* BlueZ doc/mgmt-protocol.rst: commands, events, bits of the settings. */
#define OP_READ_INFO          0x0004
#define OP_SET_POWERED        0x0005
#define OP_SET_CONNECTABLE    0x0007
#define OP_SET_LE             0x000d
#define OP_ADD_ADVERTISING    0x003e
#define OP_REMOVE_ADVERTISING 0x003f

#define EVENT_COMPLETE 0x0001
#define EVENT_STATUS   0x0002

#define SETTING_POWERED     (1u << 0)
#define SETTING_CONNECTABLE (1u << 1)
#define SETTING_LE          (1u << 9)

#define HEADER_SIZE  6
#define RESULT_SIZE  3 /* opcode, status: the start of both events' parameters */
#define MESSAGE_SIZE 1024

/* Read Controller Information: address 6, version 1, manufacturer 2, then two settings words. */
#define INFO_SUPPORTED 9
#define INFO_CURRENT   13
#define INFO_SIZE      17

/* Add Advertising: instance 1, flags 4, duration 2, timeout 2, two lengths. */
#define ADV_INSTANCE    1
#define ADV_CONNECTABLE 0x01
#define ADV_HEAD        11

struct mgmt {
	int index;
};

static const struct {
	uint8_t status;
	int err;
} statuses[] = {
        {0x00, 0},        {0x01, -EOPNOTSUPP},   {0x08, -ETIMEDOUT},
        {0x0a, -EBUSY},   {0x0b, -ECONNREFUSED}, {0x0c, -EOPNOTSUPP},
        {0x0d, -EINVAL},  {0x0f, -ENODEV},       {0x11, -ENODEV},
        {0x12, -ERFKILL}, {0x14, -EPERM},
};

static int status_to_errno(uint8_t status)
{
	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
		if (statuses[i].status == status)
			return statuses[i].err;
	return -EIO;
}

static int open_control(void)
{
	struct sockaddr_hci address;
	int fd = socket(AF_BLUETOOTH, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, BTPROTO_HCI);
	int err;

	if (fd < 0)
		return errno == EPROTONOSUPPORT ? -EAFNOSUPPORT : -errno;
	memset(&address, 0, sizeof address);
	address.hci_family = AF_BLUETOOTH;
	address.hci_dev = HCI_DEV_NONE;
	address.hci_channel = HCI_CHANNEL_CONTROL;
	if (bind(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/* Waits for the next message of any adapter. >0 its length, or -errno. */
static ssize_t receive(int fd, uint64_t deadline_ms, uint8_t *buf, size_t size)
{
	struct pollfd polled = {.fd = fd, .events = POLLIN};

	for (;;) {
		ssize_t n = recv(fd, buf, size, MSG_DONTWAIT);
		uint64_t now = loop_now_ms();

		if (n > 0)
			return n;
		if (n == 0)
			return -EPROTO;
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		if (now >= deadline_ms)
			return -ETIMEDOUT;
		if (poll(&polled, 1, (int)(deadline_ms - now)) < 0 && errno != EINTR)
			return -errno;
	}
}

/* true when message is the kernel's answer to opcode on adapter index. */
static bool is_answer(const uint8_t *message, size_t len, uint16_t opcode, int index)
{
	uint16_t event = len >= HEADER_SIZE + RESULT_SIZE ? att_get_u16(message) : 0;

	return (event == EVENT_COMPLETE || event == EVENT_STATUS) &&
	       att_get_u16(message + 2) == index && att_get_u16(message + HEADER_SIZE) == opcode;
}

/*
 * Sends one command and waits for its answer. reply (reply_size bytes, may be 0) gets the
 * parameters after the status. 0, or an error of the header.
 */
static int command(int fd, int index, uint16_t opcode, const uint8_t *params, size_t len,
                   uint8_t *reply, size_t reply_size)
{
	uint64_t deadline_ms = loop_now_ms() + MGMT_WAIT_MS;
	uint8_t message[MESSAGE_SIZE];
	ssize_t n;
	int err;

	att_put_u16(message, opcode);
	att_put_u16(message + 2, (uint16_t)index);
	att_put_u16(message + 4, (uint16_t)len);
	if (len > 0)
		memcpy(message + HEADER_SIZE, params, len);
	if (send(fd, message, HEADER_SIZE + len, MSG_NOSIGNAL) < 0)
		return -errno;
	do {
		n = receive(fd, deadline_ms, message, sizeof message);
		if (n < 0)
			return (int)n;
	} while (!is_answer(message, (size_t)n, opcode, index));
	err = status_to_errno(message[HEADER_SIZE + 2]);
	if (err)
		return err;
	if ((size_t)n < HEADER_SIZE + RESULT_SIZE + reply_size)
		return -EPROTO;
	if (reply_size > 0)
		memcpy(reply, message + HEADER_SIZE + RESULT_SIZE, reply_size);
	return 0;
}

static int set(int fd, int index, uint16_t opcode, bool on)
{
	uint8_t value = on ? 1 : 0;

	return command(fd, index, opcode, &value, 1, NULL, 0);
}

static uint32_t get_u32(const uint8_t *bytes)
{
	return att_get_u16(bytes) | (uint32_t)att_get_u16(bytes + 2) << 16;
}

/* LE on, power on, connectable; only what is not so already, since each change costs time. */
static int prepare(int fd, int index)
{
	static const struct {
		uint32_t setting;
		uint16_t opcode;
	} steps[] = {
	        {SETTING_LE, OP_SET_LE},
	        {SETTING_POWERED, OP_SET_POWERED},
	        {SETTING_CONNECTABLE, OP_SET_CONNECTABLE},
	};
	uint8_t info[INFO_SIZE];
	int err = command(fd, index, OP_READ_INFO, NULL, 0, info, sizeof info);

	if (!err && (get_u32(info + INFO_SUPPORTED) & SETTING_LE) == 0)
		err = -EOPNOTSUPP;
	for (size_t i = 0; !err && i < sizeof steps / sizeof steps[0]; i++)
		if ((get_u32(info + INFO_CURRENT) & steps[i].setting) == 0)
			err = set(fd, index, steps[i].opcode, true);
	return err;
}

static int add_advertising(int fd, int index, const uint8_t *adv, size_t adv_len)
{
	uint8_t params[ADV_HEAD + MGMT_ADV_MAX] = {ADV_INSTANCE, ADV_CONNECTABLE};

	params[9] = (uint8_t)adv_len;
	memcpy(params + ADV_HEAD, adv, adv_len);
	return command(fd, index, OP_ADD_ADVERTISING, params, ADV_HEAD + adv_len, NULL, 0);
}

static bool is_index(int index)
{
	return index >= 0 && index < HCI_DEV_NONE;
}

int mgmt_power(int index, bool on)
{
	int fd = is_index(index) ? open_control() : -ENODEV;
	int err;

	if (fd < 0)
		return fd;
	err = set(fd, index, OP_SET_POWERED, on);
	close(fd);
	return err;
}

int mgmt_advertise(struct mgmt **out, int index, const uint8_t *adv, size_t adv_len)
{
	struct mgmt *mgmt;
	int fd;
	int err;

	*out = NULL;
	if (adv_len > MGMT_ADV_MAX)
		return -EINVAL;
	fd = is_index(index) ? open_control() : -ENODEV;
	if (fd < 0)
		return fd;
	mgmt = calloc(1, sizeof *mgmt);
	err = mgmt ? prepare(fd, index) : -ENOMEM;
	if (!err)
		err = add_advertising(fd, index, adv, adv_len);
	close(fd);
	if (err) {
		free(mgmt);
		return err;
	}
	mgmt->index = index;
	*out = mgmt;
	return 0;
}

/*
 * A control socket gets the events of all adapters, and one that nobody reads fills up until
 * the kernel drops its answers too: so each operation opens its own.
 */
int mgmt_advertise_update(struct mgmt *mgmt, const uint8_t *adv, size_t adv_len)
{
	int fd;
	int err;

	if (adv_len > MGMT_ADV_MAX)
		return -EINVAL;
	fd = open_control();
	if (fd < 0)
		return fd;
	err = add_advertising(fd, mgmt->index, adv, adv_len);
	close(fd);
	return err;
}

void mgmt_close(struct mgmt *mgmt)
{
	static const uint8_t instance = ADV_INSTANCE;
	int fd;

	if (!mgmt)
		return;
	fd = open_control();
	if (fd >= 0) {
		/* An adapter that is gone has stopped as well. */
		(void)command(fd, mgmt->index, OP_REMOVE_ADVERTISING, &instance, 1, NULL, 0);
		close(fd);
	}
	free(mgmt);
}
