/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "link_l2cap.h"

#include "link_socket.h"
#include "loop.h"

#include <bluetooth/bluetooth.h>
#include <bluetooth/hci.h>
#include <bluetooth/hci_lib.h>
#include <bluetooth/l2cap.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The kernel drops what a full buffer cannot take, and tells nobody: ask for a large one. */
#define RECEIVE_BUFFER (1024 * 1024)
/* Of a key that Secure Connections make. */
#define KEY_SIZE 16

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool link_l2cap_parse_address(const char *text, uint8_t addr[6], bool *is_random)
{
	uint8_t parsed[6];

	for (int i = 5; i >= 0; i--) {
		int high = hex_digit(text[0]);
		int low = high < 0 ? -1 : hex_digit(text[1]);

		if (low < 0 || (i > 0 && text[2] != ':'))
			return false;
		parsed[i] = (uint8_t)(high << 4 | low);
		text += i > 0 ? 3 : 2;
	}
	if (*text != '\0' && strcmp(text, "/random") != 0)
		return false;
	*is_random = *text != '\0';
	memcpy(addr, parsed, sizeof parsed);
	return true;
}

void link_l2cap_print_address(const uint8_t addr[6], bool is_random,
                              char text[LINK_L2CAP_ADDRESS_TEXT])
{
	(void)snprintf(text, LINK_L2CAP_ADDRESS_TEXT, "%02X:%02X:%02X:%02X:%02X:%02X%s", addr[5],
	               addr[4], addr[3], addr[2], addr[1], addr[0], is_random ? "/random" : "");
}

/* As libbluetooth's hci_devinfo, but its descriptor does not leak into child processes. */
static int device_info(int index, struct hci_dev_info *info)
{
	int fd;
	int err = 0;

	memset(info, 0, sizeof *info);
	if (index < 0 || index > UINT16_MAX)
		return -ENODEV;
	info->dev_id = (uint16_t)index;
	fd = socket(AF_BLUETOOTH, SOCK_RAW | SOCK_CLOEXEC, BTPROTO_HCI);
	if (fd < 0)
		return errno == EPROTONOSUPPORT ? -EAFNOSUPPORT : -errno;
	if (ioctl(fd, HCIGETDEVINFO, info) < 0)
		err = -errno;
	close(fd);
	return err;
}

int link_l2cap_own_address(int index, uint8_t addr[6])
{
	struct hci_dev_info info;
	int err = device_info(index, &info);

	if (err == 0)
		memcpy(addr, info.bdaddr.b, sizeof info.bdaddr.b);
	return err;
}

static struct sockaddr_l2 make_address(const bdaddr_t *addr, uint8_t type)
{
	struct sockaddr_l2 out;

	memset(&out, 0, sizeof out);
	out.l2_family = AF_BLUETOOTH;
	out.l2_cid = htobs(LINK_L2CAP_CID_ATT);
	out.l2_bdaddr = *addr;
	out.l2_bdaddr_type = type;
	return out;
}

/* A socket bound to the ATT channel of the adapter, or -errno. */
static int open_bound(int index)
{
	struct hci_dev_info info;
	struct sockaddr_l2 own;
	struct bt_security security = {.level = BT_SECURITY_LOW};
	int buffer = RECEIVE_BUFFER;
	int err = device_info(index, &info);
	int fd;

	if (err)
		return err;
	if (!hci_test_bit(HCI_UP, &info.flags))
		return -ENETDOWN;
	fd = socket(AF_BLUETOOTH, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, BTPROTO_L2CAP);
	if (fd < 0)
		return errno == EPROTONOSUPPORT ? -EAFNOSUPPORT : -errno;
	/* Without the privilege the kernel grants its own maximum. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
	own = make_address(&info.bdaddr, BDADDR_LE_PUBLIC);
	if (bind(fd, (struct sockaddr *)&own, sizeof own) < 0 ||
	    setsockopt(fd, SOL_BLUETOOTH, BT_SECURITY, &security, sizeof security) < 0) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

/* A controller that found nobody reports HOSTDOWN. */
static int connect_error(int error)
{
	return error == EHOSTDOWN ? -EHOSTUNREACH : -error;
}

/* Refused before anything was sent: the kernel's way to say that LE is switched off here. */
static int connect_error_at_once(int error)
{
	return error == ECONNREFUSED ? -EOPNOTSUPP : connect_error(error);
}

/* Waits until connect() has a result. 0 or -errno. */
static int wait_connected(int fd, uint64_t deadline_ms)
{
	struct pollfd polled = {.fd = fd, .events = POLLOUT};
	int error = 0;
	socklen_t size = sizeof error;

	for (;;) {
		uint64_t now = loop_now_ms();
		uint64_t left = now < deadline_ms ? deadline_ms - now : 0;
		int n = poll(&polled, 1, left > INT_MAX ? INT_MAX : (int)left);

		if (n > 0)
			break;
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0 && left == 0)
			return -ETIMEDOUT;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		return -errno;
	if (error)
		return connect_error(error);
	/* Hung up without a reason: the connection never came to be. */
	return (polled.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0 ? -ECONNRESET : 0;
}

int link_l2cap_connect(struct link **out, int index, const uint8_t addr[6], bool is_random,
                       int timeout_ms)
{
	uint64_t deadline_ms = loop_now_ms() + (timeout_ms > 0 ? (uint64_t)timeout_ms : 0);
	struct sockaddr_l2 peer;
	bdaddr_t peer_addr;
	int err = 0;
	int fd;

	*out = NULL;
	fd = open_bound(index);
	if (fd < 0)
		return fd;
	memcpy(peer_addr.b, addr, sizeof peer_addr.b);
	peer = make_address(&peer_addr, is_random ? BDADDR_LE_RANDOM : BDADDR_LE_PUBLIC);
	if (connect(fd, (struct sockaddr *)&peer, sizeof peer) < 0)
		err = errno == EINPROGRESS || errno == EAGAIN ? wait_connected(fd, deadline_ms)
		                                              : connect_error_at_once(errno);
	if (err) {
		close(fd);
		return err;
	}
	*out = link_socket_wrap(fd);
	return *out ? 0 : -ENOMEM;
}

int link_l2cap_secure(struct link *link)
{
	struct bt_security security = {.level = BT_SECURITY_FIPS};
	int err;

	if (setsockopt(link_fd(link), SOL_BLUETOOTH, BT_SECURITY, &security, sizeof security) == 0)
		return 0;
	err = -errno;
	/* The kernel has no use for the same level again. */
	return err == -EINVAL && link_l2cap_is_secure(link) ? 0 : err;
}

bool link_l2cap_is_secure(const struct link *link)
{
	struct bt_security security = {.level = BT_SECURITY_LOW};
	socklen_t size = sizeof security;

	return getsockopt(link_fd(link), SOL_BLUETOOTH, BT_SECURITY, &security, &size) == 0 &&
	       security.level >= BT_SECURITY_FIPS && security.key_size == KEY_SIZE;
}

int link_l2cap_adapter_state(int index)
{
	struct hci_dev_info info;
	int err = device_info(index, &info);

	return err ? err : hci_test_bit(HCI_UP, &info.flags) ? 0 : -ENETDOWN;
}

const char *link_l2cap_end_text(int error)
{
	/* The kernel's bt_to_errno() of the controller's reason. */
	static const struct {
		int error;
		const char *text;
	} rows[] = {
	        {ETIMEDOUT, "nothing was heard of the peer for too long"},
	        {ECONNRESET, "the peer closed it"},
	        {ECONNABORTED, "this computer closed it"},
	        {EACCES, "the link could not be encrypted"},
	        {EBADE, "the peer holds no link key of this computer"},
	        {ENETDOWN, "the Bluetooth adapter was switched off"},
	        {ENODEV, "the Bluetooth adapter has gone"},
	        {LINK_L2CAP_MISSED, "the radio lost the link"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].error == -error)
			return rows[i].text;
	return "the link ended without a reason";
}

int link_l2cap_listen(int index)
{
	int fd = open_bound(index);

	if (fd < 0)
		return fd;
	if (listen(fd, 1) < 0) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}

int link_l2cap_accept(struct link **out, int listen_fd)
{
	int fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	*out = NULL;
	if (fd < 0)
		return errno == EWOULDBLOCK ? -EAGAIN : -errno;
	*out = link_socket_wrap(fd);
	return *out ? 0 : -ENOMEM;
}
