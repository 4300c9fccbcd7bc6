/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * link_l2cap - the LE ATT fixed channel (L2CAP CID 4) through the kernel's Bluetooth sockets.
 * Always non-blocking: a blocking call on this socket can hang on link loss.
 */
#ifndef PUMPCTL_BT_LINK_L2CAP_H
#define PUMPCTL_BT_LINK_L2CAP_H

#include "link.h"

#include <errno.h>

/* Attribute protocol's fixed channel (Core Vol 3, Part A, 2.1). */
#define LINK_L2CAP_CID_ATT 4

/*
 * Parses "AA:BB:CC:DD:EE:FF", optionally with "/random" at its end (default: public).
 * true, and addr[6] in kernel order (least significant first) and *is_random.
 */
bool link_l2cap_parse_address(const char *text, uint8_t addr[6], bool *is_random);

/* Writes that text. */
#define LINK_L2CAP_ADDRESS_TEXT 25
void link_l2cap_print_address(const uint8_t addr[6], bool is_random,
                              char text[LINK_L2CAP_ADDRESS_TEXT]);

/*
 * Connects adapter hci<index> to a peer. timeout_ms counts from the call; waits with poll.
 * 0 and *out (caller destroys); -ETIMEDOUT, -EHOSTUNREACH nobody answered; -ENODEV no such
 * adapter; -ENETDOWN it is powered off; -EOPNOTSUPP its LE is off or it has none; -EBUSY another
 * owner has the channel; -EAFNOSUPPORT no Bluetooth in this kernel; -ENOSYS the first packets
 * were missed (LINK_L2CAP_MISSED), try again; or -errno.
 */
#define LINK_L2CAP_MISSED ENOSYS
int link_l2cap_connect(struct link **out, int index, const uint8_t addr[6], bool is_random,
                       int timeout_ms) __attribute__((warn_unused_result));

/*
 * Asks for Secure Connections with a passkey (BT_SECURITY_FIPS) on a connected link, which pairs
 * if there is no key. Until link_fd() gives POLLOUT the link takes no PDU; then
 * link_l2cap_is_secure tells. 0 (it has begun, or is so already) or -errno.
 */
int link_l2cap_secure(struct link *link) __attribute__((warn_unused_result));
/* Level 4 with a key of 16 bytes, as the kernel has it now. */
bool link_l2cap_is_secure(const struct link *link);

/* Whether adapter hci<index> is there and on: 0, -ENODEV, -ENETDOWN (off) or -errno. */
int link_l2cap_adapter_state(int index);
/* Why a link ended, from the error (-errno) that link_receive gave; static text. */
const char *link_l2cap_end_text(int error);

/* Listens on CID 4 of adapter hci<index>. Returns a non-blocking fd or -errno as above. */
int link_l2cap_listen(int index) __attribute__((warn_unused_result));
/* Accepts one peer. 0 and *out, -EAGAIN, or -errno. */
int link_l2cap_accept(struct link **out, int listen_fd) __attribute__((warn_unused_result));
/* Own public address of adapter hci<index>, kernel order. 0 or -errno. */
int link_l2cap_own_address(int index, uint8_t addr[6]) __attribute__((warn_unused_result));

#endif
