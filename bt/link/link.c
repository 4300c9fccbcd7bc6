/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "link.h"

#include <errno.h>

int link_send(struct link *link, const uint8_t *pdu, size_t len)
{
	if (len == 0 || len > LINK_PDU_MAX)
		return -EMSGSIZE;
	return link->ops->send(link, pdu, len);
}

ssize_t link_receive(struct link *link, uint8_t *buf, size_t size)
{
	return link->ops->receive(link, buf, size);
}

int link_fd(const struct link *link)
{
	return link->ops->fd(link);
}

void link_destroy(struct link *link)
{
	if (link)
		link->ops->destroy(link);
}
