/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "peripheral_radio.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "faulty_link.h"
#include "link_l2cap.h"
#include "mgmt.h"

struct radio {
	struct loop *loop;
	struct peripheral *peripheral;
	struct faults *faults;
	struct mgmt *mgmt;
	int fd;
	uint8_t address[6];
};

static void on_connection(void *ctx, int fd, short revents)
{
	struct radio *radio = ctx;
	struct link *link;
	(void)revents;
	if (link_l2cap_accept(&link, fd) != 0)
		return;
	if (peripheral_is_connected(radio->peripheral)) {
		link_destroy(link);
		return;
	}
	link = faulty_link_create(link, radio->loop, radio->faults);
	if (link && peripheral_connect(radio->peripheral, link) != 0)
		return; /* the link is closed; the programmer sees that and comes again */
}

static int start(struct radio *radio, int index)
{
	uint8_t adv[PERIPHERAL_ADV_MAX];
	size_t len = peripheral_advert(radio->peripheral, adv);
	/* Listens first: nobody finds a pump that does not answer. */
	int err = mgmt_power(index, true);
	if (err)
		return err;
	radio->fd = link_l2cap_listen(index);
	if (radio->fd < 0)
		return radio->fd;
	err = link_l2cap_own_address(index, radio->address);
	if (!err)
		err = loop_add_fd(radio->loop, radio->fd, POLLIN, on_connection, radio);
	return err ? err : mgmt_advertise(&radio->mgmt, index, adv, len);
}

int radio_open(struct radio **out, struct loop *loop, int index, struct peripheral *p,
	       struct faults *faults)
{
	struct radio *radio = calloc(1, sizeof(*radio));
	if (!radio)
		return -ENOMEM;
	*radio = (struct radio){.loop = loop, .peripheral = p, .faults = faults, .fd = -1};
	int err = start(radio, index);
	if (err) {
		radio_close(radio);
		return err;
	}
	*out = radio;
	return 0;
}

void radio_close(struct radio *radio)
{
	if (!radio)
		return;
	mgmt_close(radio->mgmt);
	if (radio->fd >= 0) {
		loop_remove_fd(radio->loop, radio->fd);
		(void)close(radio->fd);
	}
	free(radio);
}

int radio_update(struct radio *radio)
{
	uint8_t adv[PERIPHERAL_ADV_MAX];
	size_t len = peripheral_advert(radio->peripheral, adv);
	return mgmt_advertise_update(radio->mgmt, adv, len);
}

void radio_address(const struct radio *radio, char text[RADIO_ADDRESS_TEXT])
{
	const uint8_t *a = radio->address; /* kernel order: least significant first */
	(void)snprintf(text, RADIO_ADDRESS_TEXT, "%02X:%02X:%02X:%02X:%02X:%02X", a[5], a[4], a[3],
		       a[2], a[1], a[0]);
}
