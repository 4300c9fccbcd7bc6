/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "help.h"

#include <stdio.h>
#include <string.h>

#include "command.h"
#include "options.h"

static void print_options(void)
{
	(void)puts("\nOptions");
	for (size_t i = 0; i < options_count(); i++) {
		const struct option_row *row = options_at(i);
		char left[40] = "";
		if (row->letter)
			(void)snprintf(left, sizeof(left), "-%c%s", row->letter, row->name ? ", " : "");
		const size_t used = strlen(left);
		(void)snprintf(left + used, sizeof(left) - used, "%s%s%s%s", row->name ? "--" : "",
			       row->name ? row->name : "", row->value ? " " : "",
			       row->value ? row->value : "");
		(void)printf("  %-22s  %s\n", left, row->help);
	}
}

static void print_groups(void)
{
	(void)puts("Usage: pumpctl [OPTIONS] [COMMAND]\n"
		   "Without a command, on a terminal: the shell. Clinician programmer for an implanted\n"
		   "intrathecal drug pump; made for training and research, not approved for treating people.");
	for (size_t g = 0; g < command_group_count; g++) {
		(void)printf("\n%s\n", command_groups[g]->title);
		for (size_t i = 0; i < command_groups[g]->count; i++)
			(void)printf("  %-22s  %s\n", command_groups[g]->commands[i].words,
				     command_groups[g]->commands[i].summary);
	}
	print_options();
	(void)puts("\nMore on one: pumpctl help program apply. Try: pumpctl sim start");
}

static void print_command(const struct command *command)
{
	char usage[256];
	(void)command_usage(command, usage, sizeof(usage));
	(void)printf("%s: %s.\n\nUsage: pumpctl [OPTIONS] %s\n", command->words, command->summary,
		     usage);
	for (const struct arg *arg = command->args; arg->type != ARG_END; arg++) {
		char left[48];
		(void)snprintf(left, sizeof(left), "%s%s%s", arg->keyword ? arg->keyword : "",
			       arg->keyword && arg->type != ARG_FLAG ? " " : "",
			       arg->type == ARG_FLAG ? "" : arg->name);
		(void)printf("  %-26s  %s\n", left, arg->help);
	}
	(void)printf("\nExample: pumpctl %s\n", command->example);
	if (command->flags & CHANGES_THERAPY)
		(void)puts("\nChanges therapy: what is to be programmed is shown from the pump's own decoding and\n"
			   "confirmed by typing it. In scripts: --confirm TEXT; -n (--dry-run) prints the TEXT.\n"
			   "Exit codes: 0 done and read back, 2 usage, 4 refused by a rule, 5 not confirmed, 6 no pump,\n"
			   "7 not authentic, 8 the pump said no, 9 outcome unknown, 11 the program changed meanwhile,\n"
			   "12 contradiction.");
	if (command->flags & GETS_SAFE)
		(void)puts("Gets safe: never refused for an unsettled order or a damaged audit trail.");
}

/* The rows that begin with the one word given; returns their number. */
static size_t print_word(const struct word *word)
{
	size_t count = 0;
	for (size_t g = 0; g < command_group_count; g++)
		for (size_t i = 0; i < command_groups[g]->count; i++) {
			const struct command *command = &command_groups[g]->commands[i];
			if (strncmp(command->words, word->text, word->len) || command->words[word->len] != ' ')
				continue;
			(void)printf("  %-22s  %s\n", command->words, command->summary);
			count++;
		}
	return count;
}

void help_print(const struct words *words)
{
	size_t used = 0;
	if (!words || !words->count) {
		print_groups();
		return;
	}
	const struct command *command = command_find(words, &used, NULL);
	if (command)
		print_command(command);
	else if (!print_word(&words->at[0]))
		print_groups();
}

void help_print_version(void)
{
	(void)puts("pumpctl " PUMPCTL_VERSION "\n"
		   "Intrathecal Infusion Service 1.0. Licence GPL-3.0-or-later, without any warranty.\n"
		   "Made for training and research, not approved for treating people.");
}
