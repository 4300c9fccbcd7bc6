/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "link_l2cap.h"
#include "loop.h"
#include "wireless_state.h"

/* A missed first packet is the radio's daily life, not news for a person. */
#define CONNECT_REPEATS 3
/* The peer distributes its keys right after the link is encrypted. */
#define KEY_WAIT_MS 5000
/* Core Vol 3, Part H, 3.4: a pairing that stands still for 30 s has failed. */
#define PAIRING_WAIT_MS 60000
/* From the kernel's word that a link is up to its security manager; seen to be missing once or twice on a busy machine. */
#define MANAGER_WAIT_MS 300
#define MANAGER_STEP_MS 10

bool wireless_is_repeatable(int error)
{
	return error == -LINK_L2CAP_MISSED || error == -ECONNRESET;
}

static void on_wanted(void *ctx, const struct mgmt_peer *peer)
{
	struct wireless *w = ctx;
	if (mgmt_same_peer(peer, &w->peer))
		w->passkey_wanted = true;
	else
		(void)mgmt_agent_answer(&w->agent, peer, -1);
}

/* Only a key that a passkey protected is worth keeping. */
static void on_key(void *ctx, const struct mgmt_key *key, bool keep)
{
	struct wireless *w = ctx;
	const struct mgmt_peer peer = mgmt_key_peer(key);
	if (!mgmt_same_peer(&peer, &w->peer))
		return;
	w->key_arrived = true;
	w->key_strong = mgmt_key_is_strong(key);
	if (keep && w->key_strong && bond_store(w->config.state_dir, w->address, key->bytes))
		w->key_arrived = false; /* paired, but the next time the passkey is asked for again */
}

static void on_refused(void *ctx, const struct mgmt_peer *peer, enum mgmt_refused why)
{
	(void)peer;
	(void)why;
	((struct wireless *)ctx)->was_refused = true;
}

static void on_failed(void *ctx, const struct mgmt_peer *peer, int error)
{
	(void)peer;
	(void)error;
	((struct wireless *)ctx)->pairing_failed = true;
}

static const struct mgmt_agent_handlers agent_handlers = {
	.on_wanted = on_wanted, .on_key = on_key, .on_refused = on_refused, .on_failed = on_failed};

static enum error_code connect_error(const struct wireless *w, int err, struct error *error)
{
	switch (-err) {
	case EHOSTUNREACH:
		return error_set(error, ERR_NOT_FOUND, "nothing answered at that Bluetooth address");
	case ETIMEDOUT:
		return error_set(error, ERR_NOT_FOUND, "no answer within the time allowed");
	case LINK_L2CAP_MISSED:
		return error_set(error, ERR_NOT_FOUND, "the pump was heard, but the link could not be held");
	case EBUSY:
		return error_set(error, ERR_BUSY, "another program is connected to the pump");
	case EOPNOTSUPP:
		return error_set(error, ERR_NO_ADAPTER,
				 "Low Energy is switched off on the adapter (as root: btmgmt le on)");
	case ENODEV:
	case ENETDOWN:
	case ERFKILL:
	case EAFNOSUPPORT:
		return wireless_adapter_error(w, err, "connecting", error);
	default:
		return error_set(error, ERR_NOT_FOUND, "connecting failed: %s", strerror(-err));
	}
}

static void on_link(void *ctx, int fd, short revents)
{
	(void)fd;
	*(short *)ctx |= revents;
}

static bool pairing_is_over(void *ctx)
{
	const struct wireless *w = ctx;
	return w->pairing_failed || w->was_refused || w->disconnected || w->gone;
}

static void ask(struct wireless *w, const char *address)
{
	int32_t passkey = -1;
	w->passkey_wanted = false;
	if (w->config.ask_passkey)
		passkey = w->config.ask_passkey(w->config.ctx, address, pairing_is_over, w);
	w->passkey_asked = true;
	w->passkey_given = passkey >= 0;
	w->passkey_declined = passkey < 0 && !pairing_is_over(w);
	(void)mgmt_agent_answer(&w->agent, &w->peer, passkey);
}

/* Turns the loop until the kernel takes PDUs again or the link has ended. Returns poll's events. */
static short wait_secured(struct wireless *w, const struct link *link, const char *address)
{
	const uint64_t deadline = loop_now_ms() + PAIRING_WAIT_MS;
	short events = 0;
	if (loop_add_fd(w->config.loop, link_fd(link), POLLOUT, on_link, &events))
		return POLLERR;
	while (!events && !pairing_is_over(w) && loop_now_ms() < deadline) {
		if (w->passkey_wanted)
			ask(w, address);
		(void)loop_turn(w->config.loop, 100);
	}
	loop_remove_fd(w->config.loop, link_fd(link));
	return events;
}

/* mgmt's reason. */
#define DISCONNECT_AUTHENTICATION 4

/* True when the link ended over its keys, and not because the radio or the peer ended it. */
static bool ended_over_keys(const struct wireless *w, struct link *link, int *link_error)
{
	uint8_t pdu[LINK_PDU_MAX];
	const ssize_t n = link_receive(link, pdu, sizeof(pdu));
	*link_error = n < 0 && n != -EAGAIN ? (int)n : 0;
	return w->pairing_failed || *link_error == -EACCES || *link_error == -EBADE ||
	       (w->disconnected && w->disconnect_reason == DISCONNECT_AUTHENTICATION);
}

static enum error_code not_secure(struct wireless *w, struct link *link, bool had_key,
				  struct error *error)
{
	int link_error;
	if (w->gone)
		return error_set(error, ERR_ADAPTER_GONE, "hci%d", w->config.adapter);
	if (w->was_refused)
		return error_set(error, ERR_LINK_NOT_SECURE,
				 "the pump wanted to pair without a passkey, which a listener could imitate");
	if (!ended_over_keys(w, link, &link_error) && !w->passkey_declined)
		return wireless_end(w, link_error, error);
	if (had_key)
		return error_set(error, ERR_LINK_KEY_LOST, NULL);
	if (w->passkey_given)
		return error_set(error, ERR_PASSKEY_WRONG, NULL);
	if (w->passkey_declined)
		return error_set(error, ERR_NOT_CONFIRMED, "no passkey of six digits was given");
	return error_set(error, ERR_LINK_NOT_SECURE, "the pump did not pair");
}

/* Level 4, and a key that was made with a passkey: kept from before, or made now. */
static enum error_code check_secured(struct wireless *w, const struct link *link, bool had_key,
				     struct error *error)
{
	const uint64_t deadline = loop_now_ms() + KEY_WAIT_MS;
	if (!link_l2cap_is_secure(link))
		return error_set(error, ERR_LINK_NOT_SECURE, "the kernel reached a lower level than was asked for");
	if (!had_key && !w->passkey_asked) {
		/* The kernel kept an encrypted link whose key is not here any more; a new one pairs. */
		wireless_drop(w);
		return error_set(error, ERR_LINK_LOST, "the link was encrypted with a key that was forgotten");
	}
	while (!had_key && !w->key_arrived && !pairing_is_over(w) && loop_now_ms() < deadline)
		(void)loop_turn(w->config.loop, 100);
	if (had_key || (w->key_arrived && w->key_strong))
		return ERR_NONE;
	if (w->key_arrived)
		(void)mgmt_unpair(w->mgmt, w->config.adapter, &w->peer);
	return error_set(error, ERR_LINK_NOT_SECURE, w->key_arrived
							     ? "the link key was made without a passkey"
							     : "no link key was made or it could not be kept");
}

static enum error_code secure(struct wireless *w, struct link *link, const char *address,
			      bool had_key, struct error *error)
{
	const uint64_t deadline = loop_now_ms() + MANAGER_WAIT_MS;
	int err = link_l2cap_secure(link);
	/* The kernel may say that a link is up before it has given it a security manager. */
	while (err == -EINVAL && !pairing_is_over(w) && loop_now_ms() < deadline) {
		(void)loop_turn(w->config.loop, MANAGER_STEP_MS);
		err = link_l2cap_secure(link);
	}
	/* A link that the kernel kept from a failed pairing has no security manager any more: a new one has. */
	if (err == -EINVAL && !mgmt_disconnect(w->mgmt, w->config.adapter, &w->peer))
		return error_set(error, ERR_LINK_LOST, "the kernel has no security manager for the link");
	if (err)
		return error_set(error, ERR_LINK_NOT_SECURE, "the kernel refused: %s", strerror(-err));
	const short events = wait_secured(w, link, address);
	if (pairing_is_over(w) || (events & (POLLERR | POLLHUP | POLLNVAL)) || !events)
		return not_secure(w, link, had_key, error);
	return check_secured(w, link, had_key, error);
}

/* The keys of this adapter go into the kernel before a link that needs them is made. */
static enum error_code prepare_secure(struct wireless *w, struct error *error)
{
	struct bond_list list;
	struct mgmt_key keys[MGMT_KEYS_MAX];
	const enum error_code code = wireless_limit(w, error);
	if (code)
		return code;
	int err = mgmt_prepare_secure(w->mgmt, w->config.adapter, MGMT_KEYBOARD_ONLY);
	w->gone = false; /* it may have been switched off and on for that */
	if (err == -EOPNOTSUPP || err == -EREMOTEIO || err == -ECONNREFUSED)
		return error_set(error, ERR_LINK_NOT_SECURE,
				 "this adapter cannot pair with Secure Connections");
	if (!err)
		err = bond_load(w->config.state_dir, w->address, &list);
	if (err)
		return wireless_adapter_error(w, err, "preparing link security", error);
	for (size_t i = 0; i < list.count; i++)
		memcpy(keys[i].bytes, list.keys[i], MGMT_KEY_LEN);
	err = mgmt_load_keys(w->mgmt, w->config.adapter, keys, list.count);
	explicit_bzero(&list, sizeof(list));
	explicit_bzero(keys, sizeof(keys));
	return err ? wireless_adapter_error(w, err, "loading link keys", error) : ERR_NONE;
}

/* Up to the link layer; missed first packets are tried again. 0 or -errno. */
static int reach(struct wireless *w, int timeout_ms, struct link **out)
{
	const uint64_t deadline = loop_now_ms() + (uint64_t)timeout_ms;
	int err = 0;
	for (int turn = 0; turn <= CONNECT_REPEATS; turn++) {
		const uint64_t now = loop_now_ms();
		if (now >= deadline)
			return err ? err : -ETIMEDOUT;
		err = link_l2cap_connect(out, w->config.adapter, w->peer.address,
					 w->peer.type == MGMT_LE_RANDOM, (int)(deadline - now));
		if (!wireless_is_repeatable(err))
			return err;
	}
	return err;
}

static bool find_peer(const char *address, struct mgmt_peer *peer)
{
	bool is_random;
	if (!link_l2cap_parse_address(address, peer->address, &is_random))
		return false;
	peer->type = is_random ? MGMT_LE_RANDOM : MGMT_LE_PUBLIC;
	return true;
}

bool wireless_has_key(const struct wireless *wireless, const char *address)
{
	struct mgmt_peer peer;
	uint8_t bytes[BOND_PEER_LEN];
	struct bond_list list;
	if (!find_peer(address, &peer) ||
	    bond_load(wireless->config.state_dir, wireless->address, &list))
		return false;
	mgmt_put_peer(bytes, &peer);
	const bool found = bond_find(&list, bytes) != NULL;
	explicit_bzero(&list, sizeof(list));
	return found;
}

/* One link, secured if that is wanted. */
static enum error_code connect_once(struct wireless *w, const char *address, uint64_t deadline,
				    bool wants_security, struct link **out, struct error *error)
{
	const uint64_t now = loop_now_ms();
	const bool had_key = wants_security && wireless_has_key(w, address);
	w->passkey_wanted = w->passkey_asked = w->passkey_given = w->passkey_declined = w->pairing_failed = false;
	w->was_refused = w->key_arrived = w->key_strong = w->disconnected = w->gone = false;
	const int err = now < deadline ? reach(w, (int)(deadline - now), out) : -ETIMEDOUT;
	if (err)
		return connect_error(w, err, error);
	/* An event of the link before this one may have waited in the socket. */
	w->disconnected = false;
	const enum error_code code = wants_security ? secure(w, *out, address, had_key, error) : ERR_NONE;
	if (code) {
		link_destroy(*out);
		*out = NULL;
	}
	return code;
}

void wireless_drop(struct wireless *wireless)
{
	if (!wireless->limit && mgmt_disconnect(wireless->mgmt, wireless->config.adapter, &wireless->peer))
		return; /* it has ended by itself */
}

enum error_code wireless_connect(struct wireless *wireless, const char *address, int timeout_ms,
				 struct link **out, struct error *error)
{
	struct wireless *w = wireless;
	const uint64_t deadline = loop_now_ms() + (uint64_t)timeout_ms;
	*out = NULL;
	if (!find_peer(address, &w->peer))
		return error_set(error, ERR_NOT_FOUND, "%s is no Bluetooth address", address);
	const bool wants_security = wireless_has_key(w, address) || w->config.secure;
	enum error_code code = wants_security ? prepare_secure(w, error) : ERR_NONE;
	if (code)
		return code;
	/* Without them the link dies after 0.42 s of silence; no reason not to try. */
	if (!w->limit && mgmt_load_parameters(w->mgmt, w->config.adapter, &w->peer, &MGMT_PARAMETERS_FAST))
		w->limit = -EPERM;
	if (wants_security)
		w->agent = (struct mgmt_agent){
			.mgmt = w->mgmt, .index = w->config.adapter, .handlers = &agent_handlers, .ctx = w};
	code = connect_once(w, address, deadline, wants_security, out, error);
	for (int turn = 0; turn < CONNECT_REPEATS && code == ERR_LINK_LOST && !w->passkey_asked;
	     turn++) {
		wireless_drop(w);
		code = connect_once(w, address, deadline, wants_security, out, error);
	}
	return code;
}

/* An adapter that is being switched off ends its links first, as if the peer had, and tells of itself after that. */
static bool is_going(const struct wireless *w)
{
	enum { STEP_MS = 50, STEPS = 10 };
	for (int i = 0; i < STEPS; i++) {
		if (w->mgmt)
			(void)mgmt_receive(w->mgmt);
		if (w->gone || link_l2cap_adapter_state(w->config.adapter))
			return true;
		(void)poll(NULL, 0, STEP_MS);
	}
	return false;
}

enum error_code wireless_end(struct wireless *wireless, int link_error, struct error *error)
{
	struct wireless *w = wireless;
	if (is_going(w))
		return error_set(error, ERR_ADAPTER_GONE, "hci%d", w->config.adapter);
	return error_set(error, ERR_LINK_LOST, "%s",
			 w->disconnected && w->disconnect_reason
				 ? mgmt_disconnect_text(w->disconnect_reason)
				 : link_l2cap_end_text(link_error));
}

enum error_code wireless_forget(struct wireless *wireless, const char *address, struct error *error)
{
	struct wireless *w = wireless;
	struct mgmt_peer peer;
	uint8_t bytes[BOND_PEER_LEN];
	if (!find_peer(address, &peer))
		return error_set(error, ERR_NOT_FOUND, "%s is no Bluetooth address", address);
	mgmt_put_peer(bytes, &peer);
	const int err = bond_remove(w->config.state_dir, w->address, bytes);
	if (err == -ENOENT)
		return error_set(error, ERR_NOT_FOUND, "no link key of %s is kept on hci%d", address,
				 w->config.adapter);
	if (err)
		return error_set(error, ERR_FAILED, "the link keys cannot be written: %s", strerror(-err));
	/* The kernel need not know it: keys are loaded anew for each secured link. */
	if (!w->limit)
		(void)mgmt_unpair(w->mgmt, w->config.adapter, &peer);
	return ERR_NONE;
}

void wireless_pace(struct wireless *w, bool is_fast)
{
	const struct mgmt_parameters *parameters = is_fast ? &MGMT_PARAMETERS_FAST : &MGMT_PARAMETERS_SLOW;
	if (!w->limit && mgmt_load_parameters(w->mgmt, w->config.adapter, &w->peer, parameters))
		return; /* the link stays as it is */
}
