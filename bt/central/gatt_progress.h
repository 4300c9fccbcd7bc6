/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gatt_progress - what an answer means for the search that asked. */
#ifndef PUMPCTL_BT_GATT_PROGRESS_H
#define PUMPCTL_BT_GATT_PROGRESS_H

enum gatt_progress {
	GATT_PROGRESS_OK,
	GATT_PROGRESS_MISSING, /* the peer lacks something that is wanted */
	GATT_PROGRESS_BROKEN,  /* the answer breaks a rule */
	GATT_PROGRESS_REFUSED, /* an ATT error that is not "nothing more" */
};

#endif
