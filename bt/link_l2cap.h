/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * link_l2cap - the LE ATT fixed channel (L2CAP CID 4) through the kernel's Bluetooth sockets.
 * Always non-blocking: a blocking call on this socket can hang on link loss.
 */
#ifndef PUMPCTL_BT_LINK_L2CAP_H
#define PUMPCTL_BT_LINK_L2CAP_H

#include "link.h"

/* Attribute protocol's fixed channel (Core Vol 3, Part A, 2.1). */
#define LINK_L2CAP_CID_ATT 4

/*
 * Parses "AA:BB:CC:DD:EE:FF", optionally with "/random" at its end (default: public).
 * true, and addr[6] in kernel order (least significant first) and *is_random.
 */
bool link_l2cap_parse_address(const char *text, uint8_t addr[6], bool *is_random);

/*
 * Connects adapter hci<index> to a peer. timeout_ms counts from the call; waits with poll.
 * 0 and *out (caller destroys); -ETIMEDOUT, -EHOSTUNREACH nobody answered; -ENODEV no such
 * adapter or powered off; -EOPNOTSUPP its LE is off or it has none; -EBUSY another owner has
 * the channel; -EAFNOSUPPORT no Bluetooth in this kernel; or -errno.
 */
int link_l2cap_connect(struct link **out, int index, const uint8_t addr[6], bool is_random,
                       int timeout_ms) __attribute__((warn_unused_result));

/* Listens on CID 4 of adapter hci<index>. Returns a non-blocking fd or -errno as above. */
int link_l2cap_listen(int index) __attribute__((warn_unused_result));
/* Accepts one peer. 0 and *out, -EAGAIN, or -errno. */
int link_l2cap_accept(struct link **out, int listen_fd) __attribute__((warn_unused_result));
/* Own public address of adapter hci<index>, kernel order. 0 or -errno. */
int link_l2cap_own_address(int index, uint8_t addr[6]) __attribute__((warn_unused_result));

#endif
