/* SPDX-License-Identifier: GPL-3.0-or-later */
/* program_screen - what is always shown of a program before it changes a therapy. */
#ifndef PUMPCTL_COMMANDS_PROGRAM_SCREEN_H
#define PUMPCTL_COMMANDS_PROGRAM_SCREEN_H

#include "output.h"
#include "staged_program.h"

/* Everything that a screen is made from; pointers borrowed. */
struct program_view {
	const struct program *running; /* NULL: none */
	bool is_idle;                  /* running is stopped or at the minimum rate: no dose to compare with */
	const struct program *next;
	const struct program_amounts *amounts; /* of next */
	const struct pump_limits *model;       /* NULL: unknown */
	int64_t clock_s;                       /* the pump's, now */
	int64_t zone_min;                      /* its local time is ahead of UTC by so much */
	struct volume reservoir, bridge_left;  /* 0: no bridge runs */
	bool has_catheter;                     /* the pump was told of a catheter */
	struct volume catheter;
	bool is_filled; /* catheter and tubing hold what the reservoir holds, as the pump was told */
};

/* Side by side, row by row: data.comparison. */
void program_screen_compare(struct output *out, const struct program_view *view);
/*
 * data.to_be_programmed (as describe_program), data.totals (per drug: total in 24 h, greatest in any hour and any 24 h,
 * worst-case day, ratio to the running program, what reaches the tip in the next 24 h), data.worst_case_patient_boluses
 * and, where the mixture changes, data.bridging.
 */
void program_screen_amounts(struct output *out, const struct program_view *view);
/* Sentences about what of the running program ends or goes on without being typed. */
void program_screen_notes(struct output *out, const struct program_view *view);

#endif
