/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump_amounts - what an image means in volumes: the firmware's own arithmetic of docs/protocol.md
 * sections 5 and 6, written apart from the programmer's schedule. It walks the week minute by
 * minute, which is slow and plain.
 */
#ifndef PUMPCTL_PUMP_AMOUNTS_H
#define PUMPCTL_PUMP_AMOUNTS_H

#include "image_read.h"
#include "pump_limits.h"

#define PUMP_WEEK_MIN 10080
/* No amount is above it, nL or nL/day. */
#define PUMP_AMOUNT_MAX UINT64_C(1000000000000)

struct pump_amounts {
	uint64_t least_nl_per_day, greatest_nl_per_day; /* of the base */
	uint64_t mean_nl_per_day;                       /* with periodic doses, floor */
	uint64_t periodic_nl, periodic_nl_per_day;      /* of one dose; 0: none */
	uint64_t patient_nl, patient_nl_per_day;        /* of one bolus; 0: none */
	uint64_t volume_24h_nl, greatest_hour_nl;       /* base and periodic, rounded up */
	uint64_t worst_24h_nl;                          /* with all patient boluses */
};

/* floor(dose * 1,000,000 / concentration of the primary drug): nL/day, or nL of a mass.
 * False: above 10^12. */
bool pump_amounts_volume(const struct read_image *image, uint64_t dose, uint64_t *nl);
/* Base rate at a minute of the week, 0..PUMP_WEEK_MIN - 1 from Monday 00:00 on. False: as above. */
bool pump_amounts_base(const struct read_image *image, const struct pump_model_limits *limits,
		       uint32_t minute, uint64_t *nl_per_day);
/* Minutes until the base rate next may change, at least 1. */
uint32_t pump_amounts_minutes_left(const struct read_image *image, uint32_t minute);
/* Rate that gives volume in seconds: floor. */
uint64_t pump_amounts_burst_rate(uint64_t nl, uint32_t seconds);

/* False: some amount is above 10^12; *out then has no meaning. */
bool pump_amounts_work_out(const struct read_image *image, const struct pump_model_limits *limits,
			   struct pump_amounts *out);

#endif
