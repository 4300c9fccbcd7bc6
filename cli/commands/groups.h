/* SPDX-License-Identifier: GPL-3.0-or-later */
/* groups - the command groups, one per file of this folder. */
#ifndef PUMPCTL_COMMANDS_GROUPS_H
#define PUMPCTL_COMMANDS_GROUPS_H

#include "command.h"

extern const struct command_group pump_commands;    /* pump.c: scan, connect, disconnect, status */
extern const struct command_group pair_commands;    /* pair.c: pair, unpair */
extern const struct command_group program_commands; /* program.c */
extern const struct command_group therapy_commands; /* therapy.c: stop, minimum, resume, reconcile */
extern const struct command_group bolus_commands;    /* bolus.c: single, prime, stop */
extern const struct command_group refill_commands;   /* refill.c */
extern const struct command_group catheter_commands; /* catheter.c */
extern const struct command_group clock_commands;    /* clock.c */
extern const struct command_group alarm_commands;    /* alarm.c */
extern const struct command_group operator_commands; /* operator.c */
extern const struct command_group log_commands;     /* log.c */
extern const struct command_group audit_commands;   /* audit.c */
extern const struct command_group drug_commands;    /* drug.c */
extern const struct command_group calc_commands;    /* calc.c: rate, dose, mixture, refill, residual */
extern const struct command_group calc_path_commands; /* calc_path.c: catheter, prime, bridge */
extern const struct command_group calc_start_commands; /* calc_start.c: trial, restart */
extern const struct command_group calc_program_commands; /* calc_program.c: program */
extern const struct command_group sim_commands;     /* sim.c */
extern const struct command_group help_commands;    /* help.c: commands, doctor, help, version */

#endif
