/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "link_phy.h"

#include <bluetooth/bluetooth.h>
#include <sys/socket.h>

bool link_phy_read(int fd, enum airtime_phy *out)
{
	uint32_t phys = 0;
	socklen_t len = sizeof phys;

	if (getsockopt(fd, SOL_BLUETOOTH, BT_PHY, &phys, &len) < 0 || len != sizeof phys)
		return false;
	*out = phys & BT_PHY_LE_2M_RX ? AIRTIME_2M : AIRTIME_1M;
	return (phys & (BT_PHY_LE_1M_RX | BT_PHY_LE_2M_RX)) != 0;
}
