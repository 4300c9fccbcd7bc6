/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mgmt_adapter.h"

#include "att.h"

#include <errno.h>
#include <string.h>

/* BlueZ doc/mgmt-protocol.rst. */
#define OP_READ_INDEX_LIST    0x0003
#define OP_READ_INFO          0x0004
#define OP_SET_POWERED        0x0005
#define OP_SET_CONNECTABLE    0x0007
#define OP_SET_BONDABLE       0x0009
#define OP_SET_SSP            0x000b
#define OP_SET_LE             0x000d
#define OP_DISCONNECT         0x0014
#define OP_SET_IO_CAPABILITY  0x0018
#define OP_SET_SECURE_CONN    0x002d
#define OP_LOAD_CONN_PARAM    0x0035
#define OP_READ_ADVERTISING   0x003d
#define OP_ADD_ADVERTISING    0x003e
#define OP_REMOVE_ADVERTISING 0x003f

#define EVENT_INDEX_REMOVED  0x0005
#define EVENT_NEW_SETTINGS   0x0006
#define EVENT_CONNECTED      0x000b
#define EVENT_DISCONNECTED   0x000c
#define EVENT_CONNECT_FAILED 0x000d

/* Read Controller Information: offsets of its reply. */
#define INFO_VERSION   6
#define INFO_SUPPORTED 9
#define INFO_CURRENT   13
#define INFO_NAME      20
#define INFO_SIZE      280

/* Add Advertising: instance 1, flags 4, duration 2, timeout 2, two lengths. */
#define ADV_INSTANCE    1
#define ADV_CONNECTABLE 0x01
#define ADV_HEAD        11

#define INDEXES_MAX   64
#define PREPARE_TRIES 3

int mgmt_list_adapters(struct mgmt *mgmt, uint16_t *indexes, size_t max, size_t *count)
{
	uint8_t reply[2 + 2 * INDEXES_MAX];
	size_t len = sizeof reply;
	size_t listed;
	int err = mgmt_command(mgmt, MGMT_INDEX_NONE, OP_READ_INDEX_LIST, NULL, 0, reply, &len);

	*count = 0;
	if (err)
		return err;
	listed = len < 2 ? 0 : att_get_u16(reply);
	if (len < 2 || len < 2 + 2 * (listed < INDEXES_MAX ? listed : INDEXES_MAX))
		return -EPROTO;
	while (*count < listed && *count < max && *count < INDEXES_MAX) {
		indexes[*count] = att_get_u16(reply + 2 + 2 * *count);
		++*count;
	}
	return 0;
}

int mgmt_read_info(struct mgmt *mgmt, int index, struct mgmt_info *info)
{
	uint8_t reply[INFO_SIZE];
	size_t len = sizeof reply;
	int err = mgmt_command(mgmt, index, OP_READ_INFO, NULL, 0, reply, &len);

	memset(info, 0, sizeof *info);
	if (err)
		return err;
	if (len < INFO_SIZE)
		return -EPROTO;
	memcpy(info->address, reply, sizeof info->address);
	info->version = reply[INFO_VERSION];
	info->supported = mgmt_get_u32(reply + INFO_SUPPORTED);
	info->current = mgmt_get_u32(reply + INFO_CURRENT);
	memcpy(info->name, reply + INFO_NAME, sizeof info->name - 1);
	return 0;
}

int mgmt_may_manage(struct mgmt *mgmt, int index)
{
	/* It only reads, and the kernel answers it to trusted sockets alone. */
	return mgmt_command(mgmt, index, OP_READ_ADVERTISING, NULL, 0, NULL, NULL);
}

static uint16_t setting_opcode(enum mgmt_setting setting)
{
	switch (setting) {
	case MGMT_POWERED:
		return OP_SET_POWERED;
	case MGMT_CONNECTABLE:
		return OP_SET_CONNECTABLE;
	case MGMT_BONDABLE:
		return OP_SET_BONDABLE;
	case MGMT_SSP:
		return OP_SET_SSP;
	case MGMT_LE:
		return OP_SET_LE;
	case MGMT_SECURE_CONNECTIONS:
		return OP_SET_SECURE_CONN;
	case MGMT_BREDR:
		break;
	}
	return 0;
}

int mgmt_set(struct mgmt *mgmt, int index, enum mgmt_setting setting, bool on)
{
	uint16_t opcode = setting_opcode(setting);
	uint8_t value = on ? 1 : 0;
	uint8_t reply[4];
	size_t len = sizeof reply;
	int err = opcode ? mgmt_command(mgmt, index, opcode, &value, 1, reply, &len) : -EINVAL;

	if (err)
		return err;
	if (len < sizeof reply)
		return -EPROTO;
	return ((mgmt_get_u32(reply) & (uint32_t)setting) != 0) == on ? 0 : -EREMOTEIO;
}

/* Switches on what of wanted is not on, in the order given. */
static int set_missing(struct mgmt *mgmt, int index, uint32_t current, uint32_t wanted)
{
	/* Secure Connections are rejected where simple pairing is off; power comes last. */
	static const enum mgmt_setting order[] = {MGMT_LE, MGMT_SSP, MGMT_SECURE_CONNECTIONS,
	                                          MGMT_BONDABLE, MGMT_POWERED};
	int err = 0;

	for (size_t i = 0; !err && i < sizeof order / sizeof order[0]; i++)
		if ((wanted & ~current & (uint32_t)order[i]) != 0)
			err = mgmt_set(mgmt, index, order[i], true);
	return err;
}

int mgmt_prepare(struct mgmt *mgmt, int index)
{
	struct mgmt_info info;
	int err = mgmt_read_info(mgmt, index, &info);

	if (!err && (info.supported & MGMT_LE) == 0)
		err = -EOPNOTSUPP;
	return err ? err : set_missing(mgmt, index, info.current, MGMT_LE | MGMT_POWERED);
}

static int prepare_secure_once(struct mgmt *mgmt, int index, enum mgmt_io_capability io)
{
	uint8_t capability = (uint8_t)io;
	uint32_t wanted = MGMT_LE | MGMT_SECURE_CONNECTIONS | MGMT_BONDABLE;
	struct mgmt_info info;
	int err = mgmt_read_info(mgmt, index, &info);

	if (err)
		return err;
	/* An adapter of LE alone has no simple pairing to switch on. */
	wanted |= info.supported & MGMT_SSP;
	if ((info.supported & wanted) != wanted)
		return -EOPNOTSUPP;
	if ((info.current & MGMT_POWERED) != 0 && (info.current & wanted) != wanted) {
		err = mgmt_set(mgmt, index, MGMT_POWERED, false);
		info.current &= ~(uint32_t)MGMT_POWERED;
	}
	if (!err)
		err = set_missing(mgmt, index, info.current, wanted);
	if (!err)
		err = mgmt_command(mgmt, index, OP_SET_IO_CAPABILITY, &capability, 1, NULL, NULL);
	if (!err)
		err = set_missing(mgmt, index, info.current, MGMT_POWERED);
	if (!err)
		err = mgmt_read_info(mgmt, index, &info);
	wanted |= MGMT_POWERED;
	return err ? err : (info.current & wanted) == wanted ? 0 : -EREMOTEIO;
}

int mgmt_prepare_secure(struct mgmt *mgmt, int index, enum mgmt_io_capability io)
{
	int err = -EREMOTEIO;

	/* The kernel itself switches an adapter that is new on and off, and may do so in between. */
	for (int tries = 0; err == -EREMOTEIO && tries < PREPARE_TRIES; tries++)
		err = prepare_secure_once(mgmt, index, io);
	return err;
}

int mgmt_advertise(struct mgmt *mgmt, int index, const uint8_t *adv, size_t adv_len)
{
	uint8_t params[ADV_HEAD + MGMT_ADV_MAX] = {ADV_INSTANCE, ADV_CONNECTABLE};

	if (adv_len > MGMT_ADV_MAX)
		return -EINVAL;
	params[9] = (uint8_t)adv_len;
	memcpy(params + ADV_HEAD, adv, adv_len);
	return mgmt_command(mgmt, index, OP_ADD_ADVERTISING, params, ADV_HEAD + adv_len, NULL,
	                    NULL);
}

int mgmt_stop_advertising(struct mgmt *mgmt, int index)
{
	static const uint8_t instance = ADV_INSTANCE;

	return mgmt_command(mgmt, index, OP_REMOVE_ADVERTISING, &instance, 1, NULL, NULL);
}

int mgmt_load_parameters(struct mgmt *mgmt, int index, const struct mgmt_peer *peer,
                         const struct mgmt_parameters *parameters)
{
	uint8_t params[2 + MGMT_ADDRESS_LEN + 8] = {1, 0};
	uint8_t *words = params + 2 + MGMT_ADDRESS_LEN;

	mgmt_put_peer(params + 2, peer);
	att_put_u16(words, parameters->least_interval);
	att_put_u16(words + 2, parameters->greatest_interval);
	att_put_u16(words + 4, parameters->latency);
	att_put_u16(words + 6, parameters->timeout);
	return mgmt_command(mgmt, index, OP_LOAD_CONN_PARAM, params, sizeof params, NULL, NULL);
}

int mgmt_disconnect(struct mgmt *mgmt, int index, const struct mgmt_peer *peer)
{
	uint8_t params[MGMT_ADDRESS_LEN];

	mgmt_put_peer(params, peer);
	return mgmt_command(mgmt, index, OP_DISCONNECT, params, sizeof params, NULL, NULL);
}

enum mgmt_change mgmt_read_change(int wanted_index, uint16_t event, uint16_t index,
                                  const uint8_t *params, size_t len, struct mgmt_peer *peer,
                                  uint8_t *code)
{
	*code = 0;
	if (index != wanted_index)
		return MGMT_CHANGE_NONE;
	if (event == EVENT_INDEX_REMOVED)
		return MGMT_CHANGE_REMOVED;
	if (event == EVENT_NEW_SETTINGS && len >= 4)
		return (mgmt_get_u32(params) & MGMT_POWERED) == 0 ? MGMT_CHANGE_OFF : MGMT_CHANGE_ON;
	if (len < MGMT_ADDRESS_LEN)
		return MGMT_CHANGE_NONE;
	*peer = mgmt_get_peer(params);
	if (event == EVENT_CONNECTED)
		return MGMT_CHANGE_CONNECTED;
	if (len == MGMT_ADDRESS_LEN)
		return MGMT_CHANGE_NONE;
	*code = params[MGMT_ADDRESS_LEN];
	if (event == EVENT_DISCONNECTED)
		return MGMT_CHANGE_DISCONNECTED;
	return event == EVENT_CONNECT_FAILED ? MGMT_CHANGE_UNREACHED : MGMT_CHANGE_NONE;
}

const char *mgmt_disconnect_text(uint8_t reason)
{
	static const char *const texts[] = {
	        "the kernel does not say why",
	        "nothing was heard of the peer for too long",
	        "this computer closed it",
	        "the peer closed it",
	        "the peer and this computer do not share a link key",
	        "this computer went to sleep",
	};

	return reason < sizeof texts / sizeof texts[0] ? texts[reason] : texts[0];
}
