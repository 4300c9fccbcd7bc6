/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * link_local - ATT PDUs over an AF_UNIX SOCK_SEQPACKET socket, which keeps message borders
 * exactly as an L2CAP ATT channel does.
 *
 * One listening socket per serving process. The first message of a client is a word and
 * argument in ASCII: "scan" or "open NAME"; the server answers "ok" (then the socket is the
 * link), "no REASON", or to scan one message per device, "NAME HEX", HEX being the advertising
 * data, and then "end". Any other first message goes to the server's own handler.
 */
#ifndef PUMPCTL_BT_LINK_LOCAL_H
#define PUMPCTL_BT_LINK_LOCAL_H

#include "link.h"

#define LINK_LOCAL_MESSAGE_MAX 1024
#define LINK_LOCAL_NAME_MAX    32
#define LINK_LOCAL_ADV_MAX     31

/* REASONs of "no": the name is not served here; the device has a connection already. */
#define LINK_LOCAL_NO_DEVICE "device"
#define LINK_LOCAL_NO_BUSY   "busy"

/*
 * Directory of the sockets: $XDG_RUNTIME_DIR/pumpctl, else /tmp/pumpctl-UID; made 0700 if
 * absent. 0, -ENAMETOOLONG, -EPERM when it is another user's or open to others, or -errno.
 */
int link_local_directory(char *buf, size_t size) __attribute__((warn_unused_result));

/* Wraps a connected SEQPACKET socket; owns fd, makes it non-blocking. NULL: -ENOMEM, fd closed. */
struct link *link_local_wrap(int fd);

/*
 * Listens at path (an unused socket file there is replaced). Returns a non-blocking fd, -EADDRINUSE
 * (a process listens there, or it is no socket), -ENAMETOOLONG, or -errno.
 */
int link_local_listen(const char *path) __attribute__((warn_unused_result));

/*
 * Connects to path and sends one first message. Returns a non-blocking fd, -ECONNREFUSED (nobody
 * listens), -ENAMETOOLONG, -EMSGSIZE, -EAGAIN (too many wait to be accepted), or -errno.
 */
int link_local_connect(const char *path, const char *message) __attribute__((warn_unused_result));

/*
 * Connects to path, asks for "open NAME" and waits up to timeout_ms for the answer.
 * 0 and *out (caller destroys); -ECONNREFUSED nobody listens; -ENODEV no such name; -EBUSY the
 * device is connected; -ETIMEDOUT; -EPROTO; or -errno.
 */
int link_local_open(struct link **out, const char *path, const char *name, int timeout_ms)
        __attribute__((warn_unused_result));

struct link_local_device {
	char name[LINK_LOCAL_NAME_MAX + 1];
	uint8_t adv[LINK_LOCAL_ADV_MAX];
	size_t adv_len;
};

/*
 * Asks the server at path what it advertises. Fills up to max devices, *count of them.
 * 0, -ETIMEDOUT, -EPROTO on a malformed answer, or -errno; *count is right in every case.
 */
int link_local_scan(const char *path, int timeout_ms, struct link_local_device *devices, size_t max,
                    size_t *count) __attribute__((warn_unused_result));

#endif
