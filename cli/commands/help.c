/* SPDX-License-Identifier: GPL-3.0-or-later */
/* commands, doctor, help, version, exit. */
#include "help.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "app.h"
#include "audit.h"
#include "finder.h"
#include "groups.h"
#include "output.h"
#include "shell.h"

static const char *type_name(enum arg_type type)
{
	static const char *const names[] = {
		[ARG_END] = "",           [ARG_DRUG] = "drug",
		[ARG_DOSE] = "dose",      [ARG_CONCENTRATION] = "concentration",
		[ARG_VOLUME] = "volume",  [ARG_DURATION] = "duration",
		[ARG_SERIAL] = "serial",  [ARG_NAME] = "name",
		[ARG_INTEGER] = "integer", [ARG_CHOICE] = "choice",
		[ARG_FILE] = "file",      [ARG_FLAG] = "flag",
		[ARG_REST] = "words",     [ARG_RATE] = "rate",
		[ARG_DAYS] = "days",      [ARG_DATE] = "date",
		[ARG_STRENGTH] = "strength", [ARG_PREPARATION] = "preparation",
		[ARG_LENGTH] = "length", [ARG_VOLUME_PER_LENGTH] = "volume-per-length",
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

/* 6.1.187 to 6.1.192: the kernel uses freed memory when a Bluetooth LE link is lost. */
static bool is_bad_kernel(const char *release)
{
	static const char head[] = "6.1.";
	unsigned patch = 0;
	if (strncmp(release, head, sizeof(head) - 1))
		return false;
	for (const char *c = release + sizeof(head) - 1; *c >= '0' && *c <= '9' && patch < 100000; c++)
		patch = patch * 10 + (unsigned)(*c - '0');
	return patch >= 187 && patch <= 192;
}

static void add_check(struct cJSON *list, const char *what, const char *result)
{
	struct cJSON *row = output_object(list, NULL);
	output_string(row, "check", what);
	output_string(row, "result", result);
}

static bool check_audit(struct app *app, struct cJSON *list)
{
	struct audit *audit = NULL;
	struct error why = {0};
	if (app_audit(app, &audit, &why)) {
		add_check(list, "audit trail", why.detail);
		return false;
	}
	const enum audit_state state = audit_state(audit);
	add_check(list, "audit trail",
		  state == AUDIT_SOUND     ? "sound"
		  : state == AUDIT_DAMAGED ? audit_damage_text(audit)
					   : "full: no room for another record");
	return state == AUDIT_SOUND;
}

static void check_kernel(struct output *out, struct cJSON *list)
{
	struct utsname kernel;
	if (uname(&kernel))
		return;
	add_check(list, "kernel", kernel.release);
	if (is_bad_kernel(kernel.release))
		output_warn(out, "KERNEL",
			    "On kernels 6.1.187 to 6.1.192 a lost Bluetooth link can crash this computer. "
			    "Install linux-image-6.12-amd64 before using a Bluetooth pump.");
}

static bool check_local(struct cJSON *list)
{
	struct found_pump found[1];
	size_t count = 0;
	const int err = finder_scan(500, found, 1, &count);
	add_check(list, "directory of local pumps", err ? strerror(-err) : "usable");
	return !err;
}

static enum error_code doctor(struct app *app, const struct values *args, struct output *out,
			      struct error *error)
{
	(void)args;
	struct cJSON *list = output_array(output_data(out), "checks");
	struct error why = {0};
	const char *dir = NULL;
	bool well = !app_state_dir(app, &dir, &why);
	add_check(list, "state directory", well ? dir : why.detail);
	well = check_audit(app, list) && well;
	well = check_local(list) && well;
	check_kernel(out, list);
	if (!well)
		return error_set(error, ERR_FAILED, "a check found something to mend");
	output_note(out, "All checks are well.");
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
	 .run = doctor},
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
