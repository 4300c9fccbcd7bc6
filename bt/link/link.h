/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * link - the door every transport fills: whole ATT PDUs in, whole ATT PDUs out.
 *
 * A link is non-blocking and message based: one send or receive is one PDU. It knows
 * nothing of ATT beyond "a PDU has 1 to LINK_PDU_MAX bytes".
 */
#ifndef PUMPCTL_BT_LINK_H
#define PUMPCTL_BT_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Largest ATT MTU on LE (Core 5.x, Vol 3, Part F, 3.2.8 with 512-byte values). */
#define LINK_PDU_MAX 517

/*
 * What is known about a write. NOT_SENT: the kernel refused the PDU, it never left this
 * computer. DELIVERED: the peer's ATT response arrived. REFUSED: the peer answered with an
 * ATT error. UNKNOWN: everything else (timer, disconnect, garbage). Never collapse them.
 */
enum link_write_result {
	LINK_NOT_SENT,
	LINK_DELIVERED,
	LINK_REFUSED,
	LINK_UNKNOWN,
};

struct link;

struct link_ops {
	/* Sends one PDU. 0; -EAGAIN: not taken, poll for POLLOUT; other -errno: not taken, link
	 * dead. */
	int (*send)(struct link *link, const uint8_t *pdu, size_t len);
	/* Receives one PDU into buf (capacity size). >0 length; -EAGAIN none now; 0 or -errno: link
	 * ended. */
	ssize_t (*receive)(struct link *link, uint8_t *buf, size_t size);
	/* Descriptor to poll; owned by the link. */
	int (*fd)(const struct link *link);
	/* Closes the descriptor and frees the link. */
	void (*destroy)(struct link *link);
};

/* Transports embed this as their first member. */
struct link {
	const struct link_ops *ops;
};

int link_send(struct link *link, const uint8_t *pdu, size_t len)
        __attribute__((warn_unused_result));
ssize_t link_receive(struct link *link, uint8_t *buf, size_t size)
        __attribute__((warn_unused_result));
int link_fd(const struct link *link);
/* Accepts NULL. */
void link_destroy(struct link *link);

#endif
