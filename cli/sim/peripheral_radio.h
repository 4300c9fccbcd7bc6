/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * peripheral_radio - the same pump on a real controller: advertises, takes connections, and pairs
 * at link level with a programmer that asks for it. The passkey is said on standard error, which
 * is the pump's display; link keys are kept in the pump's directory.
 */
#ifndef PUMPSIM_PERIPHERAL_RADIO_H
#define PUMPSIM_PERIPHERAL_RADIO_H

#include "peripheral.h"

#define RADIO_ADDRESS_TEXT 18 /* "AA:BB:CC:DD:EE:FF" */

struct faults;
struct radio;

/*
 * Powers adapter hci<index>, advertises p and serves it, one connection at a time. faults wraps
 * each link. directory keeps the link keys. loop, p, faults and directory are borrowed until
 * radio_close. 0, or as mgmt_open, mgmt_advertise and link_l2cap_listen: -ENODEV, -EPERM, -EBUSY,
 * -EAFNOSUPPORT, ….
 */
int radio_open(struct radio **out, struct loop *loop, int index, struct peripheral *p,
	       struct faults *faults, const char *directory) __attribute__((warn_unused_result));
/* Stops advertising. Accepts NULL. */
void radio_close(struct radio *radio);
/* Takes over what the pump advertises now. 0 or as mgmt_advertise. */
int radio_update(struct radio *radio) __attribute__((warn_unused_result));
/* Own address as text. */
void radio_address(const struct radio *radio, char text[RADIO_ADDRESS_TEXT]);

#endif
