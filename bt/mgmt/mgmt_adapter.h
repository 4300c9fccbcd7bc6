/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mgmt_adapter - what an adapter is and how it is set: power, LE, security, advertising,
 * connection parameters. Functions wait for their commands; errors are those of mgmt.h.
 */
#ifndef PUMPCTL_BT_MGMT_ADAPTER_H
#define PUMPCTL_BT_MGMT_ADAPTER_H

#include "mgmt.h"

/* Bits of the settings words. */
enum mgmt_setting {
	MGMT_POWERED = 1 << 0,
	MGMT_CONNECTABLE = 1 << 1,
	MGMT_BONDABLE = 1 << 4,
	MGMT_SSP = 1 << 6,
	MGMT_BREDR = 1 << 7,
	MGMT_LE = 1 << 9,
	MGMT_SECURE_CONNECTIONS = 1 << 11,
};

/* What the two ends of a pairing can show and take; decides how they pair. */
enum mgmt_io_capability {
	MGMT_DISPLAY_ONLY = 0,
	MGMT_KEYBOARD_ONLY = 2,
};

struct mgmt_info {
	uint8_t address[6];
	uint8_t version;             /* of the Core specification, as HCI numbers it */
	uint32_t supported, current; /* enum mgmt_setting */
	char name[249];              /* any bytes; not for a screen as it is */
};

/* Adapters there are. *count of indexes, up to max; *all may be more than that. */
int mgmt_list_adapters(struct mgmt *mgmt, uint16_t *indexes, size_t max, size_t *count)
        __attribute__((warn_unused_result));
int mgmt_read_info(struct mgmt *mgmt, int index, struct mgmt_info *info)
        __attribute__((warn_unused_result));

/* Whether the socket may change anything, asked without changing anything. 0, -EPERM, …. */
int mgmt_may_manage(struct mgmt *mgmt, int index) __attribute__((warn_unused_result));

/*
 * Switches one setting and checks the settings that the answer shows. Also -EREMOTEIO: the kernel
 * said yes and the setting is not so.
 */
int mgmt_set(struct mgmt *mgmt, int index, enum mgmt_setting setting, bool on)
        __attribute__((warn_unused_result));

/* LE on and power on; only what is not so already. -EOPNOTSUPP: an adapter without LE. */
int mgmt_prepare(struct mgmt *mgmt, int index) __attribute__((warn_unused_result));
/*
 * The same for an adapter that is to pair with Secure Connections and a passkey: LE, simple
 * pairing, Secure Connections, bondable, IO capability. An adapter that lacks one of them is
 * switched off and on, which ends its links: the kernel registers its security manager only
 * when power is set over this socket. Settings are read again at the end; what was changed meanwhile is
 * set again, up to three times.
 */
int mgmt_prepare_secure(struct mgmt *mgmt, int index, enum mgmt_io_capability io)
        __attribute__((warn_unused_result));

/* Legacy advertising data (Core Vol 6, Part B, 2.3.1). */
#define MGMT_ADV_MAX 31
/*
 * Advertises adv as it is (adv_len up to MGMT_ADV_MAX, with its own Flags field), connectable,
 * in place of what this instance advertised before. The kernel starts again by itself when a
 * connection ends. -EINVAL: too long.
 */
int mgmt_advertise(struct mgmt *mgmt, int index, const uint8_t *adv, size_t adv_len)
        __attribute__((warn_unused_result));
int mgmt_stop_advertising(struct mgmt *mgmt, int index);

/*
 * Parameters for the next connections to peer. Without them the kernel takes 30 to 50 ms and a
 * supervision time-out of 420 ms, too short through tissue. They replace what was loaded before;
 * from Linux 6.11 on, a link to peer that is up is updated too.
 */
struct mgmt_parameters {
	uint16_t least_interval, greatest_interval; /* in 1.25 ms, 6..3200 */
	uint16_t latency;                           /* connection events, 0..499 */
	uint16_t timeout;                           /* in 10 ms, 10..3200 */
};
/* 15 to 30 ms, every event, 6 s. */
#define MGMT_PARAMETERS_FAST ((struct mgmt_parameters){12, 24, 0, 600})
/* 120 ms, of which the peer may sleep through four: for a link that only waits. */
#define MGMT_PARAMETERS_SLOW ((struct mgmt_parameters){96, 96, 4, 600})
int mgmt_load_parameters(struct mgmt *mgmt, int index, const struct mgmt_peer *peer,
                         const struct mgmt_parameters *parameters)
        __attribute__((warn_unused_result));

/* Ends the link to peer. -ENOTCONN: there is none. */
int mgmt_disconnect(struct mgmt *mgmt, int index, const struct mgmt_peer *peer)
        __attribute__((warn_unused_result));

/* Events about an adapter and its links. */
enum mgmt_change {
	MGMT_CHANGE_NONE,         /* nothing of this kind, or of another adapter */
	MGMT_CHANGE_REMOVED,      /* unplugged, or its driver gave up */
	MGMT_CHANGE_OFF,          /* powered off */
	MGMT_CHANGE_ON,           /* its settings changed and it is powered */
	MGMT_CHANGE_CONNECTED,    /* peer */
	MGMT_CHANGE_DISCONNECTED, /* peer, code: why, for mgmt_disconnect_text */
	MGMT_CHANGE_UNREACHED,    /* peer, code: the status of a connection that failed */
};
enum mgmt_change mgmt_read_change(int wanted_index, uint16_t event, uint16_t index,
                                  const uint8_t *params, size_t len, struct mgmt_peer *peer,
                                  uint8_t *code);
/* Words for the reason of a disconnection; static. */
const char *mgmt_disconnect_text(uint8_t reason);

#endif
