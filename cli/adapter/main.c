/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pumpctl-adapter - opens the kernel's Bluetooth management socket and hands it over.
 *
 * The only program of pumpctl that holds a capability (CAP_NET_ADMIN), and for one bind(). It
 * reads no argument, no environment, no file and no message. Descriptor 3 is one end of a local
 * socket; whoever started this program gets one message there: an errno as i32, and with errno
 * 0 the open socket. Exit: 0 handed over; 1 refused, with the errno said; 2 not started so.
 *
 * Who may start it may manage the adapters: it belongs to root:pumpctl with mode 0750.
 */
#include <bluetooth/bluetooth.h>
#include <bluetooth/hci.h>
#include <cap-ng.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CALLER_FD 3

/* Nothing but the one capability; without it there is nothing to do here. 0 or an errno. */
static int keep_one_capability(void)
{
	if (!capng_have_capability(CAPNG_PERMITTED, CAP_NET_ADMIN))
		return EPERM;
	capng_clear(CAPNG_SELECT_CAPS);
	if (capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_ADMIN) != 0 ||
	    capng_apply(CAPNG_SELECT_CAPS) != 0)
		return EPERM;
	return 0;
}

static int drop_all(void)
{
	capng_clear(CAPNG_SELECT_CAPS);
	return capng_apply(CAPNG_SELECT_CAPS) == 0 ? 0 : EPERM;
}

static int open_socket(int *fd)
{
	struct sockaddr_hci address;

	*fd = socket(AF_BLUETOOTH, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, BTPROTO_HCI);
	if (*fd < 0)
		return errno == EPROTONOSUPPORT ? EAFNOSUPPORT : errno;
	memset(&address, 0, sizeof address);
	address.hci_family = AF_BLUETOOTH;
	address.hci_dev = HCI_DEV_NONE;
	address.hci_channel = HCI_CHANNEL_CONTROL;
	return bind(*fd, (struct sockaddr *)&address, sizeof address) == 0 ? 0 : errno;
}

static int hand_over(int32_t error, int fd)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {.bytes = {0}};
	struct iovec part = {&error, sizeof error};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

	if (error == 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof control.bytes;
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);

		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(header), &fd, sizeof fd);
	}
	return sendmsg(CALLER_FD, &message, MSG_NOSIGNAL) == sizeof error && error == 0 ? 0 : 1;
}

int main(void)
{
	int domain = 0;
	socklen_t size = sizeof domain;
	int fd = -1;

	if (getsockopt(CALLER_FD, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0 || domain != AF_UNIX)
		return 2;
	int error = keep_one_capability();
	if (!error)
		error = open_socket(&fd);
	const int dropped = drop_all();
	return hand_over(error ? error : dropped, fd);
}
