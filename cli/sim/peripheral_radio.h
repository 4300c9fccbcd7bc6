/* SPDX-License-Identifier: GPL-3.0-or-later */
/* peripheral_radio - the same pump on a real controller: advertises and takes connections. */
#ifndef PUMPSIM_PERIPHERAL_RADIO_H
#define PUMPSIM_PERIPHERAL_RADIO_H

#include "peripheral.h"

#define RADIO_ADDRESS_TEXT 18 /* "AA:BB:CC:DD:EE:FF" */

struct faults;
struct radio;

/*
 * Powers adapter hci<index>, advertises p and serves it, one connection at a time. faults wraps
 * each link. loop, p and faults are borrowed until radio_close. 0, or as mgmt_advertise and
 * link_l2cap_listen: -ENODEV, -EPERM, -EBUSY, -EAFNOSUPPORT, ….
 */
int radio_open(struct radio **out, struct loop *loop, int index, struct peripheral *p,
	       struct faults *faults) __attribute__((warn_unused_result));
/* Stops advertising. Accepts NULL. */
void radio_close(struct radio *radio);
/* Takes over what the pump advertises now. 0 or as mgmt_advertise_update. */
int radio_update(struct radio *radio) __attribute__((warn_unused_result));
/* Own address as text. */
void radio_address(const struct radio *radio, char text[RADIO_ADDRESS_TEXT]);

#endif
