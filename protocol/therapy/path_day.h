/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * path_day - what reaches the catheter's tip in the 24 h after a program begins: its schedule over the path, minute by
 * minute, a bridge first. Without patient boluses.
 */
#ifndef PUMPCTL_PATH_DAY_H
#define PUMPCTL_PATH_DAY_H

#include "path.h"
#include "schedule.h"

struct path_day {
	const struct schedule *schedule; /* borrowed */
	int64_t minute;                  /* of the week when it begins, 0..MINUTES_PER_WEEK - 1 */
	struct volume bridge;            /* delivered first; 0: none */
	struct volume_rate bridge_rate;
};

/*
 * *out = what left at the tip. The first periodic dose comes one interval after the beginning, as in the pump. path
 * is a copy made by the caller: it is moved on, also on error. PUMP_ERANGE: as path_deliver (the reservoir runs out);
 * *out is then what left until then.
 */
enum pump_err path_day_ahead(struct path *path, const struct path_day *day, struct path_amount *out)
	PUMP_CHECKED;

#endif
