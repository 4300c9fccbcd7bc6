/* SPDX-License-Identifier: GPL-3.0-or-later */
/* link_phy - which physical layer a Bluetooth socket's link uses, as far as the kernel tells. */
#ifndef PUMPCTL_BT_LINK_PHY_H
#define PUMPCTL_BT_LINK_PHY_H

#include "airtime.h"

/* The PHY in which this computer receives. False: not a Bluetooth socket, or the kernel does not
 * say. */
bool link_phy_read(int fd, enum airtime_phy *out);

#endif
