/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "peripheral_radio.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bond.h"
#include "faulty_link.h"
#include "link_l2cap.h"
#include "mgmt_adapter.h"
#include "mgmt_open.h"
#include "mgmt_pairing.h"

struct radio {
	struct loop *loop;
	struct peripheral *peripheral;
	struct faults *faults;
	const char *directory;
	struct mgmt *mgmt;
	struct mgmt_agent agent;
	uint32_t shown; /* the passkey on the display */
	bool showing, is_off;
	int timer;
	int index, fd;
	uint8_t address[6];
};

static void address_text(const uint8_t a[6], char text[RADIO_ADDRESS_TEXT])
{
	(void)snprintf(text, RADIO_ADDRESS_TEXT, "%02X:%02X:%02X:%02X:%02X:%02X", a[5], a[4], a[3],
		       a[2], a[1], a[0]); /* kernel order: least significant first */
}

static void say(const struct mgmt_peer *peer, const char *what)
{
	char text[RADIO_ADDRESS_TEXT];
	address_text(peer->address, text);
	fprintf(stderr, "pumpsim: %s: %s\n", text, what);
}

/* The kernel tells the same passkey again for each digit that is typed at the other end. */
static void on_show(void *ctx, const struct mgmt_peer *peer, uint32_t passkey)
{
	struct radio *radio = ctx;
	char text[32];
	if (radio->showing && radio->shown == passkey)
		return;
	radio->shown = passkey;
	radio->showing = true;
	(void)snprintf(text, sizeof(text), "passkey %06" PRIu32, passkey);
	say(peer, text);
}

static void on_key(void *ctx, const struct mgmt_key *key, bool keep)
{
	struct radio *radio = ctx;
	struct mgmt_peer peer = mgmt_key_peer(key);
	radio->showing = false;
	if (!keep || !mgmt_key_is_strong(key))
		return;
	const int err = bond_store(radio->directory, radio->address, key->bytes);
	say(&peer, err ? "paired; the link key could not be kept" : "paired");
}

static void on_refused(void *ctx, const struct mgmt_peer *peer, enum mgmt_refused why)
{
	(void)ctx;
	say(peer, why == MGMT_REFUSED_JUST_WORKS ? "pairing without a passkey was refused"
						 : "pairing by comparing numbers was refused");
}

static void on_pairing_failed(void *ctx, const struct mgmt_peer *peer, int error)
{
	struct radio *radio = ctx;
	(void)error;
	radio->showing = false;
	say(peer, "pairing failed");
}

static const struct mgmt_agent_handlers agent_handlers = {.on_show = on_show,
							   .on_key = on_key,
							   .on_refused = on_refused,
							   .on_failed = on_pairing_failed};

/* An adapter that comes back knows nothing of the advertisement for sure. */
static void on_return(void *ctx)
{
	struct radio *radio = ctx;
	radio->timer = 0;
	int err = mgmt_set(radio->mgmt, radio->index, MGMT_CONNECTABLE, true);
	if (!err)
		err = radio_update(radio);
	fprintf(stderr, "pumpsim: the Bluetooth adapter is back%s%s\n", err ? ": " : "",
		err ? strerror(-err) : "");
}

/* A command may not be waited for within an event. */
static void plan_return(struct radio *radio)
{
	if (!radio->is_off)
		return;
	radio->is_off = false;
	radio->timer = loop_add_timer(radio->loop, loop_now_ms(), on_return, radio);
}

static void on_event(void *ctx, uint16_t event, uint16_t index, const uint8_t *params, size_t len)
{
	struct radio *radio = ctx;
	struct mgmt_peer peer;
	uint8_t code;
	if (mgmt_agent_feed(&radio->agent, event, index, params, len))
		return;
	switch (mgmt_read_change(radio->index, event, index, params, len, &peer, &code)) {
	case MGMT_CHANGE_REMOVED:
		fputs("pumpsim: the Bluetooth adapter has gone\n", stderr);
		break;
	case MGMT_CHANGE_OFF:
		if (!radio->is_off)
			fputs("pumpsim: the Bluetooth adapter was switched off\n", stderr);
		radio->is_off = true;
		break;
	case MGMT_CHANGE_ON:
		plan_return(radio);
		break;
	case MGMT_CHANGE_CONNECTED:
		say(&peer, "connected");
		break;
	case MGMT_CHANGE_DISCONNECTED:
		say(&peer, mgmt_disconnect_text(code));
		break;
	case MGMT_CHANGE_NONE:
	case MGMT_CHANGE_UNREACHED:
		break;
	}
}

static void on_connection(void *ctx, int fd, short revents)
{
	struct radio *radio = ctx;
	struct link *link;
	(void)revents;
	if (link_l2cap_accept(&link, fd) != 0)
		return;
	link = faulty_link_create(link, radio->loop, radio->faults);
	if (link && peripheral_connect(radio->peripheral, link) != 0)
		return; /* the link is closed; the programmer sees that and comes again */
}

static int load_keys(struct radio *radio)
{
	struct bond_list list;
	struct mgmt_key keys[MGMT_KEYS_MAX];
	int err = bond_load(radio->directory, radio->address, &list);
	if (err)
		return err;
	for (size_t i = 0; i < list.count; i++)
		memcpy(keys[i].bytes, list.keys[i], MGMT_KEY_LEN);
	err = mgmt_load_keys(radio->mgmt, radio->index, keys, list.count);
	explicit_bzero(&list, sizeof(list));
	explicit_bzero(keys, sizeof(keys));
	return err;
}

/* An adapter without Secure Connections serves the pump all the same; it only cannot pair. */
static int prepare(struct radio *radio)
{
	int err = mgmt_prepare_secure(radio->mgmt, radio->index, MGMT_DISPLAY_ONLY);
	if (err == -EOPNOTSUPP || err == -EREMOTEIO || err == -ECONNREFUSED) {
		fprintf(stderr, "pumpsim: this adapter cannot pair at link level: %s\n", strerror(-err));
		err = mgmt_prepare(radio->mgmt, radio->index);
	}
	return err ? err : mgmt_set(radio->mgmt, radio->index, MGMT_CONNECTABLE, true);
}

static int open_mgmt(struct radio *radio)
{
	const int fd = mgmt_open();
	if (fd < 0)
		return fd;
	radio->mgmt = mgmt_create(fd);
	if (!radio->mgmt)
		return -ENOMEM;
	radio->agent = (struct mgmt_agent){
		.mgmt = radio->mgmt, .index = radio->index, .handlers = &agent_handlers, .ctx = radio};
	return prepare(radio);
}

static int start(struct radio *radio)
{
	int err = open_mgmt(radio);
	if (!err)
		err = link_l2cap_own_address(radio->index, radio->address);
	if (!err)
		err = load_keys(radio);
	if (err)
		return err;
	/* Listens first: nobody finds a pump that does not answer. */
	radio->fd = link_l2cap_listen(radio->index);
	if (radio->fd < 0)
		return radio->fd;
	err = loop_add_fd(radio->loop, radio->fd, POLLIN, on_connection, radio);
	if (!err)
		err = radio_update(radio);
	mgmt_set_listener(radio->mgmt, on_event, radio);
	return err ? err : mgmt_attach(radio->mgmt, radio->loop);
}

int radio_open(struct radio **out, struct loop *loop, int index, struct peripheral *p,
	       struct faults *faults, const char *directory)
{
	struct radio *radio = calloc(1, sizeof(*radio));
	if (!radio)
		return -ENOMEM;
	*radio = (struct radio){.loop = loop,
				.peripheral = p,
				.faults = faults,
				.directory = directory,
				.index = index,
				.fd = -1};
	int err = start(radio);
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
	loop_cancel_timer(radio->loop, radio->timer);
	/* An adapter that is gone has stopped as well. */
	if (radio->mgmt)
		(void)mgmt_stop_advertising(radio->mgmt, radio->index);
	mgmt_destroy(radio->mgmt);
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
	return mgmt_advertise(radio->mgmt, radio->index, adv, len);
}

void radio_address(const struct radio *radio, char text[RADIO_ADDRESS_TEXT])
{
	address_text(radio->address, text);
}
