/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump_care - what acts have told the pump: the fill, the catheter, how long
 * a stop lasts, the zone of its clock, the patient's tag, acknowledged alarms, and the
 * countersignatures that are due. Part of a state block; what the acts do is in pump_acts.h.
 */
#ifndef PUMPCTL_PUMP_CARE_H
#define PUMPCTL_PUMP_CARE_H

#include "codes.h"

#include <stdbool.h>
#include <stddef.h>

/* Orders without signature that wait for one; more than these only the log names. */
#define PUMP_DUE_MAX 8

struct pump_due {
	uint64_t seq;   /* of the order record */
	uint64_t due_s; /* therapy time */
};

struct pump_care {
	/* the last fill */
	uint64_t filled_s; /* therapy time; 0: at birth */
	uint32_t filled_nl, drawn_nl;
	bool rinsed;
	uint32_t expiry_day;
	char lot[LOT_MAX + 1];
	/* the catheter */
	uint8_t contents; /* enum catheter_contents; 0: never set */
	uint16_t length_mm;
	uint32_t catheter_nl;
	char tip[TIP_MAX + 1];
	uint64_t catheter_s; /* therapy time of the last catheter act */
	uint64_t stop_until_s; /* the stop alarm is due then; 0: a stop without end */
	int16_t zone_min;
	char tag[TAG_MAX + 1];
	uint32_t acknowledged; /* alarms */
	uint8_t due_count;     /* oldest first */
	struct pump_due due[PUMP_DUE_MAX];
};

#define PUMP_CARE_LEN (8 + 4 + 4 + 1 + 4 + LOT_MAX + 1 + 2 + 4 + TIP_MAX + 8 + 8 + 2 + TAG_MAX + 4 + 1 + PUMP_DUE_MAX * 16)

void pump_care_write(uint8_t *bytes, const struct pump_care *care);
/* False: the count is out of bounds; *out untouched. */
bool pump_care_read(const uint8_t *bytes, struct pump_care *out);

/* A countersignature of this order is due; the oldest makes place if there are PUMP_DUE_MAX. */
void pump_care_add_due(struct pump_care *care, uint64_t seq, uint64_t due_s);
/* False: none is due for this record. */
bool pump_care_take_due(struct pump_care *care, uint64_t seq);

#endif
