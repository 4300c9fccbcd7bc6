/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tally - how the orders of many schedules ended, counted by kind. */
#ifndef PUMPCTL_TESTS_TALLY_H
#define PUMPCTL_TESTS_TALLY_H

#include "world.h"

enum verdict {
	VERDICT_APPLIED,
	VERDICT_REFUSED,
	VERDICT_NOT_SENT,
	VERDICT_LATER_APPLIED,  /* UNKNOWN first, then settled by the pump's record */
	VERDICT_LATER_NOT,      /* UNKNOWN first, then found not to have run */
	VERDICT_LEFT_OPEN,      /* the disk lost the pump's "no", and a later token was used */
	VERDICTS,
};

struct tally {
	size_t schedules, failures;
	size_t struck; /* faults */
	size_t whole;  /* schedules in which every fault struck that was planned */
	size_t stopped; /* stops from where a schedule ended, with everything missing */
	size_t verdicts[VERDICTS];
};

/* Counts the first orders, so many, of a disk. */
void tally_add(struct tally *tally, const struct desk *desk, size_t orders);
/* One line for the schedules, one for the stops, one for each kind that there was. */
void tally_print(const struct tally *tally, const char *name);

#endif
