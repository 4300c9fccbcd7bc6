/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * path_ahead - what a path will do: when the reservoir's liquid reaches the tip, what leaves there
 * in the next hours, how much volume carries a dose. Outputs are untouched on error.
 */
#ifndef PUMPCTL_PATH_AHEAD_H
#define PUMPCTL_PATH_AHEAD_H

#include "path.h"

/* ceil(volume * 86400 / rate): time until volume has passed. PUMP_ESTATE: rate 0, never.
 * PUMP_ERANGE: negative or overflow. */
enum pump_err path_time(struct volume volume, struct volume_rate rate, struct duration *out)
	PUMP_CHECKED;

/*
 * Volume of other liquids in tubing and catheter, from the tip up to the reservoir's liquid: what
 * a bridge still has to deliver, also after an interruption; 0 once the reservoir's liquid is
 * there.
 */
struct volume path_volume_ahead(const struct path *path);

/*
 * Volume to prime: what in tubing and catheter holds no drug. Drug nearer to the tip than that is
 * delivered by the prime; path_deliver on a copy tells how much. PUMP_EUNKNOWN: part of the line
 * is not known.
 */
enum pump_err path_prime_volume(const struct path *path, struct volume *out) PUMP_CHECKED;

/*
 * Greatest volume that brings at most mass of the drug in slot to the tip: a single bolus takes its
 * dose from what is in the line, not from the label. PUMP_EUNKNOWN: meets unknown contents.
 * PUMP_ERANGE: negative mass, no such slot, or all that can be delivered holds no more than that.
 */
enum pump_err path_bolus_volume(const struct path *path, size_t slot, struct mass mass,
				struct volume *out) PUMP_CHECKED;

/* A rate that holds for a time; in a list the last one holds for ever. */
struct path_step {
	struct volume_rate rate;
	struct duration time;
};

/*
 * hours[i] = what leaves at the tip in hour i under steps (a bridge and the program after it). path
 * is a copy made by the caller: it is moved on, also on error. count: hours. PUMP_ERANGE: no
 * step, or as path_deliver (the reservoir runs out); hours before that one are right.
 */
enum pump_err path_forecast(struct path *path, const struct path_step *steps, size_t step_count,
			    struct path_amount *hours, size_t count) PUMP_CHECKED;

#endif
