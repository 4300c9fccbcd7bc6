/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staged_program - what the pump itself says that it staged: the program and its amounts. */
#ifndef PUMPCTL_COMMANDS_STAGED_PROGRAM_H
#define PUMPCTL_COMMANDS_STAGED_PROGRAM_H

#include "session.h"

/* What a program does in a day: as program_totals, whoever worked it out. */
struct program_amounts {
	struct volume day, hour, worst_day; /* greatest in any 24 h, in any hour; with patient boluses */
	struct dose_rate daily[MIXTURE_MAX], worst[MIXTURE_MAX];
	int64_t patient_boluses; /* that worst_day counts */
};

/* From the program as it was typed. False: an amount is too large. */
bool program_amounts_plan(const struct program *program, const struct pump_limits *model,
			  struct program_amounts *out);
/*
 * From the pump's own decoding and totals; *out is zeroed first. False: none, or not a valid program; the outputs are
 * then of no use.
 */
bool staged_program_read(const struct msg_staged *staged, struct program *out,
			 struct program_amounts *amounts);

#endif
