/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one list of commands: its groups, in the order of the help. Rows live in commands/. */
#include "groups.h"

const struct command_group *const command_groups[] = {
	&pump_commands,  &pair_commands,  &program_commands, &therapy_commands, &bolus_commands,
	&refill_commands, &catheter_commands, &clock_commands, &alarm_commands, &operator_commands,
	&log_commands,   &audit_commands,   &drug_commands,    &calc_commands,
	&calc_path_commands, &calc_start_commands, &calc_program_commands,
	&sim_commands,     &help_commands,
};

const size_t command_group_count = sizeof(command_groups) / sizeof(command_groups[0]);
