/* SPDX-License-Identifier: GPL-3.0-or-later */
/* commands, doctor, help, version, exit. */
#include "help.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "doctor.h"
#include "groups.h"
#include "output.h"
#include "shell.h"

static const char *type_name(enum arg_type type)
{
	static const char *const names[] = {
		[ARG_END] = "",           [ARG_DRUG] = "drug",
		[ARG_DOSE] = "dose",      [ARG_CONCENTRATION] = "concentration",
		[ARG_VOLUME] = "volume",  [ARG_DURATION] = "duration", [ARG_MASS] = "mass",
		[ARG_SERIAL] = "serial",  [ARG_NAME] = "name",
		[ARG_INTEGER] = "integer", [ARG_CHOICE] = "choice",
		[ARG_FILE] = "file",      [ARG_FLAG] = "flag",
		[ARG_REST] = "words",     [ARG_RATE] = "rate",
		[ARG_DAYS] = "days",      [ARG_DATE] = "date",
		[ARG_STRENGTH] = "strength", [ARG_PREPARATION] = "preparation",
		[ARG_LENGTH] = "length", [ARG_VOLUME_PER_LENGTH] = "volume-per-length",
		[ARG_PROGRAM] = "program", [ARG_PATIENT] = "patient-bolus", [ARG_BRIDGE] = "bridge",
	};
	return names[type];
}

static void add_flags(struct cJSON *row, unsigned flags)
{
	static const char *const names[] = {"changes-therapy", "needs-link", "reads-secret",
					    "gets-safe",       "offline",    "shell-only"};
	struct cJSON *list = output_array(row, "flags");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (flags & (1u << i))
			output_string(list, NULL, names[i]);
}

static void add_arguments(struct cJSON *row, const struct command *command)
{
	struct cJSON *list = output_array(row, "arguments");
	for (const struct arg *arg = command->args; arg->type != ARG_END; arg++) {
		struct cJSON *node = output_object(list, NULL);
		output_string(node, "name", arg->name ? arg->name : "");
		output_string(node, "type", type_name(arg->type));
		output_flag(node, "optional", arg->keyword ? !arg->required : arg->optional);
		output_flag(node, "replaces_positional", arg->replaces);
		if (arg->keyword)
			output_string(node, "keyword", arg->keyword);
		output_string(node, "help", arg->help ? arg->help : "");
		if (arg->type != ARG_CHOICE)
			continue;
		struct cJSON *choices = output_array(node, "choices");
		for (size_t i = 0; arg->choices[i]; i++)
			output_string(choices, NULL, arg->choices[i]);
	}
}

static void add_command(struct cJSON *list, const struct command *command, bool whole)
{
	char usage[256];
	struct cJSON *row = output_object(list, NULL);
	(void)command_usage(command, usage, sizeof(usage));
	output_string(row, "usage", usage);
	output_string(row, "summary", command->summary);
	if (!whole)
		return;
	output_string(row, "command", command->words);
	output_string(row, "example", command->example);
	add_flags(row, command->flags);
	add_arguments(row, command);
}

static enum error_code list_commands(struct app *app, const struct values *args,
				     struct output *out, struct error *error)
{
	(void)app;
	(void)args;
	(void)error;
	struct cJSON *list = output_array(output_data(out), "commands");
	for (size_t g = 0; g < command_group_count; g++)
		for (size_t i = 0; i < command_groups[g]->count; i++)
			add_command(list, &command_groups[g]->commands[i], output_is_json(out));
	return ERR_NONE;
}

static enum error_code help(struct app *app, const struct values *args, struct output *out,
			    struct error *error)
{
	if (output_is_json(out))
		return list_commands(app, args, out, error);
	struct words words = {0};
	for (size_t i = 0; i < args->rest_count; i++)
		words.at[words.count++] = (struct word){.text = args->rest[i], .len = strlen(args->rest[i])};
	return help_print(&words, error);
}

static enum error_code version(struct app *app, const struct values *args, struct output *out,
			       struct error *error)
{
	(void)app;
	(void)args;
	(void)error;
	output_string(output_data(out), "pumpctl", PUMPCTL_VERSION);
	output_string(output_data(out), "service", "Intrathecal Infusion Service 1.0");
	output_string(output_data(out), "licence", "GPL-3.0-or-later");
	return ERR_NONE;
}

static enum error_code leave(struct app *app, const struct values *args, struct output *out,
			     struct error *error)
{
	(void)args;
	(void)out;
	(void)error;
	shell_leave(app->shell);
	return ERR_NONE;
}

static const struct command rows[] = {
	{.words = "commands",
	 .summary = "the command table; with --json all of it",
	 .flags = OFFLINE,
	 .example = "commands --json",
	 .run = list_commands},
	{.words = "doctor",
	 .summary = "check what pumpctl needs on this computer",
	 .example = "doctor",
	 .run = doctor_run},
	{.words = "help",
	 .summary = "help on everything, on a word, or on one command",
	 .flags = OFFLINE,
	 .args = {{.type = ARG_REST,
		   .name = "COMMAND",
		   .help = "words of a command",
		   .optional = true}},
	 .example = "help program apply",
	 .run = help},
	{.words = "version",
	 .summary = "version and licence",
	 .flags = OFFLINE,
	 .example = "version",
	 .run = version},
	{.words = "exit",
	 .summary = "leave the shell",
	 .flags = SHELL_ONLY,
	 .example = "exit",
	 .run = leave},
	{.words = "quit",
	 .summary = "the same as exit",
	 .flags = SHELL_ONLY,
	 .example = "quit",
	 .run = leave},
};

const struct command_group help_commands = {"Help", rows, sizeof(rows) / sizeof(rows[0])};
