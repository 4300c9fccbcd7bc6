/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * link_socket - a link over any connected SOCK_SEQPACKET socket: one message is one PDU.
 * AF_UNIX and L2CAP behave alike once they are connected.
 */
#ifndef PUMPCTL_BT_LINK_SOCKET_H
#define PUMPCTL_BT_LINK_SOCKET_H

#include "link.h"

/* Owns fd from now on (also on failure) and makes it non-blocking. NULL: out of memory. */
struct link *link_socket_wrap(int fd);

#endif
