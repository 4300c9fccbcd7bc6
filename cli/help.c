/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "help.h"

#include <stdio.h>
#include <string.h>

#include "command.h"
#include "options.h"
#include "output_tree.h"
#include "wrap.h"

#define COMMAND_COLUMNS 22

/* A row of a list: what is typed, then what it means. */
static void print_row(const char *left, int width, const char *right)
{
	output_line(left, width, right, 2, output_wrap_width(stdout), stdout);
}

static void print_paragraph(const char *text)
{
	wrap_write(stdout, text, 0, 0, output_wrap_width(stdout));
}

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
		print_row(left, COMMAND_COLUMNS, row->help);
	}
}

static void print_groups(void)
{
	print_paragraph("Usage: pumpctl [OPTIONS] [COMMAND]");
	print_paragraph("Without a command, on a terminal: the shell. Clinician programmer for an implanted intrathecal "
			"drug pump; made for training and research, not approved for treating people.");
	for (size_t g = 0; g < command_group_count; g++) {
		(void)printf("\n%s\n", command_groups[g]->title);
		for (size_t i = 0; i < command_groups[g]->count; i++)
			print_row(command_groups[g]->commands[i].words, COMMAND_COLUMNS,
				  command_groups[g]->commands[i].summary);
	}
	print_options();
	(void)putchar('\n');
	print_paragraph("More on one: pumpctl help program apply. Try: pumpctl sim start");
}

static void argument_left(const struct arg *arg, char *buf, size_t size)
{
	(void)snprintf(buf, size, "%s%s%s", arg->keyword ? arg->keyword : "",
		       arg->keyword && arg->type != ARG_FLAG ? " " : "",
		       arg->type == ARG_FLAG ? "" : arg->name);
}

static void print_arguments(const struct command *command)
{
	char left[64];
	int width = 0;
	for (const struct arg *arg = command->args; arg->type != ARG_END; arg++) {
		argument_left(arg, left, sizeof(left));
		if ((int)strlen(left) > width)
			width = (int)strlen(left);
	}
	for (const struct arg *arg = command->args; arg->type != ARG_END; arg++) {
		argument_left(arg, left, sizeof(left));
		print_row(left, width, arg->help);
	}
}

static void print_command(const struct command *command)
{
	char usage[512], line[640];
	(void)command_usage(command, usage, sizeof(usage));
	(void)snprintf(line, sizeof(line), "%s: %s.", command->words, command->summary);
	print_paragraph(line);
	(void)snprintf(line, sizeof(line), "Usage: pumpctl [OPTIONS] %s", usage);
	(void)putchar('\n');
	wrap_write(stdout, line, 0, WRAP_INDENT, output_wrap_width(stdout));
	print_arguments(command);
	(void)snprintf(line, sizeof(line), "Example: pumpctl %s", command->example);
	(void)putchar('\n');
	print_paragraph(line);
	if (command->flags & CHANGES_THERAPY) {
		(void)putchar('\n');
		print_paragraph("Changes therapy: what is to be programmed is shown from the pump's own decoding and confirmed "
				"by typing it. In scripts: --confirm TEXT; -n (--dry-run) prints the TEXT.");
		print_paragraph("Exit codes: 0 done and read back, 2 usage, 4 refused by a rule, 5 not confirmed, 6 no pump, "
				"7 not authentic, 8 the pump said no, 9 outcome unknown, 11 the program changed meanwhile, "
				"12 contradiction.");
	}
	if (command->flags & GETS_SAFE)
		print_paragraph("Gets safe: never refused for an unsettled order or a damaged audit trail.");
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
			print_row(command->words, COMMAND_COLUMNS, command->summary);
			count++;
		}
	return count;
}

enum error_code help_print(const struct words *words, struct error *error)
{
	size_t used = 0;
	if (!words || !words->count) {
		print_groups();
		return ERR_NONE;
	}
	const struct command *command = command_find(words, &used, error);
	if (command)
		print_command(command);
	else if (!print_word(&words->at[0]))
		return ERR_USAGE;
	return ERR_NONE;
}

void help_print_version(void)
{
	(void)puts("pumpctl " PUMPCTL_VERSION "\n"
		   "Intrathecal Infusion Service 1.0. Licence GPL-3.0-or-later, without any warranty.\n"
		   "Made for training and research, not approved for treating people.");
}
