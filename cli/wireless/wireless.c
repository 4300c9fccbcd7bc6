/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "link_l2cap.h"
#include "loop.h"
#include "mgmt_open.h"
#include "wireless_state.h"

#define TURN_MS 250

enum error_code wireless_adapter_error(const struct wireless *wireless, int err, const char *what,
				       struct error *error)
{
	static const struct {
		int error;
		enum error_code code;
		const char *detail;
	} rows[] = {
		{ENODEV, ERR_NO_ADAPTER, "there is no hci"},
		{EAFNOSUPPORT, ERR_NO_ADAPTER, "this kernel has no Bluetooth; asked for hci"},
		{EOPNOTSUPP, ERR_NO_ADAPTER, "it cannot do what is needed (Low Energy): hci"},
		{ENETDOWN, ERR_ADAPTER_OFF, "hci"},
		{ERFKILL, ERR_ADAPTER_BLOCKED, "hci"},
		{EPERM, ERR_ADAPTER_DENIED, "pumpctl-adapter is missing or has no capability; hci"},
		{EACCES, ERR_ADAPTER_DENIED, "this user may not run pumpctl-adapter; hci"},
		{EBUSY, ERR_ADAPTER_BUSY, "hci"},
	};
	const int adapter = wireless->config.adapter;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].error == -err)
			return error_set(error, rows[i].code, "%s%d", rows[i].detail, adapter);
	return error_set(error, ERR_FAILED, "the Bluetooth adapter hci%d: %s: %s", adapter, what,
			 strerror(-err));
}

static void on_change(struct wireless *w, uint16_t event, uint16_t index, const uint8_t *params,
		      size_t len)
{
	struct mgmt_peer peer;
	uint8_t code;
	switch (mgmt_read_change(w->config.adapter, event, index, params, len, &peer, &code)) {
	case MGMT_CHANGE_REMOVED:
	case MGMT_CHANGE_OFF:
		w->gone = true;
		break;
	case MGMT_CHANGE_DISCONNECTED:
		if (mgmt_same_peer(&peer, &w->peer)) {
			w->disconnected = true;
			w->disconnect_reason = code;
		}
		break;
	case MGMT_CHANGE_NONE:
	case MGMT_CHANGE_ON:
	case MGMT_CHANGE_CONNECTED:
	case MGMT_CHANGE_UNREACHED:
		break;
	}
}

static void on_event(void *ctx, uint16_t event, uint16_t index, const uint8_t *params, size_t len)
{
	struct wireless *w = ctx;
	if (w->scan && mgmt_discovery_feed(&w->discovery, event, index, params, len))
		return;
	if (w->agent.mgmt && mgmt_agent_feed(&w->agent, event, index, params, len))
		return;
	on_change(w, event, index, params, len);
}

/* A process that may not manage adapters can open the socket and read; only changes are refused. */
static int find_limit(struct wireless *w)
{
	const int err = mgmt_may_manage(w->mgmt, w->config.adapter);
	return err == -EPERM ? err : 0;
}

static void open_mgmt(struct wireless *w)
{
	const int fd = mgmt_open();
	w->limit = fd < 0 ? fd : 0;
	if (fd < 0)
		return;
	w->mgmt = mgmt_create(fd);
	if (w->mgmt)
		w->limit = mgmt_attach(w->mgmt, w->config.loop);
	if (w->mgmt && !w->limit) {
		mgmt_set_listener(w->mgmt, on_event, w);
		w->limit = find_limit(w);
	}
}

/* Power and LE on, if this process may. */
static int prepare(struct wireless *w)
{
	if (!w->limit) {
		const int err = mgmt_prepare(w->mgmt, w->config.adapter);
		/* The kernel calls a blocked adapter just failed. */
		if (err)
			return err == -EIO && wireless_find_block() ? -ERFKILL : err;
	}
	return link_l2cap_adapter_state(w->config.adapter);
}

enum error_code wireless_open(struct wireless **out, const struct wireless_config *config,
			      struct error *error)
{
	*out = NULL;
	const long daemon = wireless_find_daemon();
	if (daemon)
		return error_set(error, ERR_BLUETOOTHD_RUNS, "bluetoothd is process %ld", daemon);
	struct wireless *w = calloc(1, sizeof(*w));
	if (!w)
		return error_set(error, ERR_FAILED, "out of memory");
	w->config = *config;
	int err = link_l2cap_adapter_state(config->adapter);
	if (!err || err == -ENETDOWN) {
		open_mgmt(w);
		err = prepare(w);
		w->gone = false;
	}
	if (!err)
		err = link_l2cap_own_address(config->adapter, w->address);
	if (!err) {
		*out = w;
		return ERR_NONE;
	}
	const enum error_code code = wireless_adapter_error(w, err, "preparing it", error);
	wireless_close(w);
	return code;
}

void wireless_close(struct wireless *wireless)
{
	if (!wireless)
		return;
	mgmt_destroy(wireless->mgmt);
	free(wireless);
}

enum error_code wireless_limit(const struct wireless *wireless, struct error *why)
{
	return wireless->limit ? wireless_adapter_error(wireless, wireless->limit, "managing it", why)
			       : ERR_NONE;
}

static void on_found(void *ctx, const struct mgmt_found *found)
{
	struct wireless *w = ctx;
	struct wireless_device device = {.is_random = found->peer.type == MGMT_LE_RANDOM,
					 .is_pump = mgmt_data_has_service(found->data, found->data_len,
									  w->scan->service),
					 .rssi = found->rssi,
					 .data_len = found->data_len,
					 .data = found->data};
	link_l2cap_print_address(found->peer.address, device.is_random, device.address);
	w->scan->on_device(w->scan->ctx, &device);
}

/* The adapter was there and on when it was opened. */
static bool went(const struct wireless *w)
{
	const int state = link_l2cap_adapter_state(w->config.adapter);
	return w->gone || state == -ENODEV || state == -ENETDOWN;
}

enum error_code wireless_scan(struct wireless *wireless, const struct wireless_scan *scan,
			      struct error *error)
{
	struct wireless *w = wireless;
	const int adapter = w->config.adapter;
	const uint64_t deadline = loop_now_ms() + scan->seconds * 1000;
	enum error_code code = wireless_limit(w, error);
	if (code)
		return code;
	w->discovery.on_found = on_found;
	w->discovery.ctx = w;
	w->scan = scan;
	const int err = mgmt_discovery_start(&w->discovery, w->mgmt, adapter,
					     scan->only_service ? scan->service : NULL);
	if (err)
		code = went(w) ? error_set(error, ERR_ADAPTER_GONE, "hci%d", adapter)
			       : wireless_adapter_error(w, err, "searching", error);
	while (!code && loop_now_ms() < deadline && !scan->on_turn(scan->ctx)) {
		(void)loop_turn(w->config.loop, TURN_MS);
		if (w->gone)
			code = error_set(error, ERR_ADAPTER_GONE, "hci%d", adapter);
	}
	(void)mgmt_discovery_stop(&w->discovery);
	w->scan = NULL;
	return code;
}
