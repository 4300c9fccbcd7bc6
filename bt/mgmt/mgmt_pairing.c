/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mgmt_pairing.h"

#include "att.h"

#include <errno.h>
#include <string.h>

/* BlueZ doc/mgmt-protocol.rst. */
#define OP_LOAD_LTKS        0x0013
#define OP_UNPAIR           0x001b
#define OP_USER_CONFIRM_NEG 0x001d
#define OP_USER_PASSKEY     0x001e
#define OP_USER_PASSKEY_NEG 0x001f

#define EVENT_NEW_LTK        0x000a
#define EVENT_USER_CONFIRM   0x000f
#define EVENT_USER_PASSKEY   0x0010
#define EVENT_AUTH_FAILED    0x0011
#define EVENT_PASSKEY_NOTIFY 0x0017

/* Of a key. */
#define KEY_TYPE          7
#define KEY_SIZE          9
#define KEY_AUTH_P256     3
#define KEY_SIZE_GREATEST 16

struct mgmt_peer mgmt_key_peer(const struct mgmt_key *key)
{
	return mgmt_get_peer(key->bytes);
}

bool mgmt_key_is_strong(const struct mgmt_key *key)
{
	return key->bytes[KEY_TYPE] == KEY_AUTH_P256 && key->bytes[KEY_SIZE] == KEY_SIZE_GREATEST;
}

int mgmt_load_keys(struct mgmt *mgmt, int index, const struct mgmt_key *keys, size_t count)
{
	uint8_t params[2 + MGMT_KEYS_MAX * MGMT_KEY_LEN];
	int err;

	if (count > MGMT_KEYS_MAX)
		return -EINVAL;
	att_put_u16(params, (uint16_t)count);
	for (size_t i = 0; i < count; i++)
		memcpy(params + 2 + i * MGMT_KEY_LEN, keys[i].bytes, MGMT_KEY_LEN);
	err = mgmt_command(mgmt, index, OP_LOAD_LTKS, params, 2 + count * MGMT_KEY_LEN, NULL, NULL);
	explicit_bzero(params, sizeof params);
	return err;
}

int mgmt_unpair(struct mgmt *mgmt, int index, const struct mgmt_peer *peer)
{
	uint8_t params[MGMT_ADDRESS_LEN + 1];

	mgmt_put_peer(params, peer);
	params[MGMT_ADDRESS_LEN] = 1; /* and disconnect */
	return mgmt_command(mgmt, index, OP_UNPAIR, params, sizeof params, NULL, NULL);
}

int mgmt_agent_answer(const struct mgmt_agent *agent, const struct mgmt_peer *peer, int32_t passkey)
{
	uint8_t params[MGMT_ADDRESS_LEN + 4];

	mgmt_put_peer(params, peer);
	if (passkey < 0)
		return mgmt_post(agent->mgmt, agent->index, OP_USER_PASSKEY_NEG, params,
		                 MGMT_ADDRESS_LEN);
	mgmt_put_u32(params + MGMT_ADDRESS_LEN, (uint32_t)passkey);
	return mgmt_post(agent->mgmt, agent->index, OP_USER_PASSKEY, params, sizeof params);
}

/* hint 1: just works; else both ends would show a number to compare. Neither is enough here. */
static void refuse(const struct mgmt_agent *agent, const struct mgmt_peer *peer, uint8_t hint)
{
	uint8_t params[MGMT_ADDRESS_LEN];

	mgmt_put_peer(params, peer);
	(void)mgmt_post(agent->mgmt, agent->index, OP_USER_CONFIRM_NEG, params, sizeof params);
	if (agent->handlers->on_refused)
		agent->handlers->on_refused(agent->ctx, peer,
		                            hint == 1 ? MGMT_REFUSED_JUST_WORKS
		                                      : MGMT_REFUSED_COMPARISON);
}

static void take_key(const struct mgmt_agent *agent, const uint8_t *params)
{
	struct mgmt_key key;

	memcpy(key.bytes, params + 1, sizeof key.bytes);
	if (agent->handlers->on_key)
		agent->handlers->on_key(agent->ctx, &key, params[0] == 1);
	explicit_bzero(&key, sizeof key);
}

/* Least length of the events of a pairing; 0: another event. */
static size_t least_length(uint16_t event)
{
	switch (event) {
	case EVENT_NEW_LTK:
		return 1 + MGMT_KEY_LEN;
	case EVENT_USER_CONFIRM:
	case EVENT_PASSKEY_NOTIFY:
		return MGMT_ADDRESS_LEN + 5;
	case EVENT_USER_PASSKEY:
		return MGMT_ADDRESS_LEN;
	case EVENT_AUTH_FAILED:
		return MGMT_ADDRESS_LEN + 1;
	default:
		return 0;
	}
}

static void take_event(const struct mgmt_agent *agent, uint16_t event, const uint8_t *params)
{
	const struct mgmt_agent_handlers *handlers = agent->handlers;
	struct mgmt_peer peer = mgmt_get_peer(params);

	if (event == EVENT_NEW_LTK)
		take_key(agent, params);
	else if (event == EVENT_USER_CONFIRM)
		refuse(agent, &peer, params[MGMT_ADDRESS_LEN]);
	else if (event == EVENT_PASSKEY_NOTIFY && handlers->on_show)
		handlers->on_show(agent->ctx, &peer, mgmt_get_u32(params + MGMT_ADDRESS_LEN));
	else if (event == EVENT_USER_PASSKEY && handlers->on_wanted)
		handlers->on_wanted(agent->ctx, &peer);
	else if (event == EVENT_USER_PASSKEY)
		(void)mgmt_agent_answer(agent, &peer, -1);
	else if (event == EVENT_AUTH_FAILED && handlers->on_failed)
		handlers->on_failed(agent->ctx, &peer, mgmt_status_error(params[MGMT_ADDRESS_LEN]));
}

bool mgmt_agent_feed(const struct mgmt_agent *agent, uint16_t event, uint16_t index,
                     const uint8_t *params, size_t len)
{
	size_t least = least_length(event);

	if (least == 0 || index != agent->index)
		return false;
	if (len >= least)
		take_event(agent, event, params);
	return true;
}
