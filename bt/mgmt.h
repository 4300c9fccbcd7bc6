/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mgmt - the little of the kernel's Bluetooth management socket that a peripheral needs:
 * power an adapter and advertise on it.
 *
 * Layouts: BlueZ doc/mgmt-protocol.rst. Every command waits at most MGMT_WAIT_MS for its
 * answer; nothing here may be called where that wait hurts. Needs CAP_NET_ADMIN.
 *
 * Errors of all functions, from the command's status: -ENODEV no such adapter or it is powered
 * off; -EPERM no CAP_NET_ADMIN; -EBUSY; -EOPNOTSUPP the adapter cannot do it; -EINVAL;
 * -ERFKILL blocked by a switch; -ECONNREFUSED rejected by the kernel; -ETIMEDOUT no answer;
 * -EAFNOSUPPORT no Bluetooth in this kernel; -EIO any other status; -EPROTO a malformed
 * answer; or the errno of the socket.
 */
#ifndef PUMPCTL_BT_MGMT_H
#define PUMPCTL_BT_MGMT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Setting power takes the kernel up to 2 s (HCI command time-out) on slow controllers. */
#define MGMT_WAIT_MS 5000
/* Legacy advertising data (Core Vol 6, Part B, 2.3.1). */
#define MGMT_ADV_MAX 31

struct mgmt;

/* Switches adapter hci<index> on or off. 0 or an error above; then its power is unchanged or,
 * after -ETIMEDOUT, not known. */
int mgmt_power(int index, bool on) __attribute__((warn_unused_result));

/*
 * Makes adapter hci<index> advertise: LE on, power on, connectable, then adv as it is, with its
 * own Flags field (adv_len up to MGMT_ADV_MAX). The kernel starts advertising again by itself
 * when a connection ends. 0 and *out, which keeps it advertising until mgmt_close; or an error
 * above, *out NULL: settings made so far stay.
 */
int mgmt_advertise(struct mgmt **out, int index, const uint8_t *adv, size_t adv_len)
        __attribute__((warn_unused_result));

/* Replaces the data advertised. 0 or an error above; then the old data may still be in the air. */
int mgmt_advertise_update(struct mgmt *mgmt, const uint8_t *adv, size_t adv_len)
        __attribute__((warn_unused_result));

/* Stops advertising and frees mgmt; the adapter stays on. Accepts NULL. */
void mgmt_close(struct mgmt *mgmt);

#endif
