/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pumpctl: argument vector to shell, one command or script, and back to an exit code. */
#include <locale.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app.h"
#include "command.h"
#include "help.h"
#include "options.h"
#include "script.h"
#include "shell.h"

/*
 * Nothing secret in a core; nothing readable by others; numbers in one spelling. A limit of one byte and not
 * of none, because with none the kernel still hands a core to a program, where one takes them (core(5)).
 * A limit on the size of files is met as a full disk is: by an error, and getting safe goes on.
 */
static void set_up_process(void)
{
	const struct rlimit none = {1, 1};
	(void)umask(077);
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)signal(SIGXFSZ, SIG_IGN);
	(void)setlocale(LC_CTYPE, "");
	(void)setlocale(LC_NUMERIC, "C");
	(void)setvbuf(stdout, NULL, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF, 0);
}

/* "… --help" anywhere: help on the words before it. */
static bool take_help(struct words *words)
{
	for (size_t i = 0; i < words->count; i++) {
		const char *text = words->at[i].text;
		if (words->at[i].quoted || (strcmp(text, "--help") && strcmp(text, "-h")))
			continue;
		words->count = i;
		return true;
	}
	return false;
}

/* Its words are large: kept out of its callers' frames. */
static __attribute__((noinline)) int run_words(struct app *app, int count, char *arguments[])
{
	struct words words;
	struct error error = {0};
	enum error_code code = line_from_arguments(count, arguments, &words, &error);
	if (!code && take_help(&words)) {
		code = help_print(&words, &error);
		return code ? command_report(app, &error, &words, 0) : 0;
	}
	if (!code)
		code = options_take(&words, &app->options, false, &error);
	if (!code && !words.count)
		code = error_set(&error, ERR_USAGE, "no command was given");
	if (code)
		return command_report(app, &error, &words, 0);
	return command_execute(app, &words, 0);
}

static int run(struct app *app, const struct options_main *plan, int argc, char *argv[])
{
	const int words = argc - plan->first_word;
	if ((plan->command_count > 0) + (plan->file != NULL) + (words > 0) > 1) {
		struct error error;
		(void)error_set(&error, ERR_USAGE, "a command, -c and -f exclude each other");
		return command_report(app, &error, NULL, 0);
	}
	if (plan->command_count)
		return script_run_texts(app, plan->commands, plan->command_count);
	if (plan->file)
		return script_run_file(app, plan->file);
	if (words)
		return run_words(app, words, argv + plan->first_word);
	if (isatty(STDIN_FILENO) && !app->options.no_input && !app->options.json)
		return shell_run(app);
	return script_run_input(app);
}

static int start(struct app *app, int argc, char *argv[])
{
	struct options_main plan;
	struct error error = {0};
	if (options_parse(argc, argv, &app->options, &plan, &error))
		return command_report(app, &error, NULL, 0);
	if (plan.version) {
		help_print_version();
		return 0;
	}
	if (plan.help)
		return error_exit(help_print(NULL, NULL));
	if (sodium_init() < 0) {
		(void)error_set(&error, ERR_FAILED, "the random numbers of this computer cannot be used");
		return command_report(app, &error, NULL, 0);
	}
	return run(app, &plan, argc, argv);
}

int main(int argc, char *argv[])
{
	set_up_process();
	struct app *app = app_create();
	if (!app) {
		(void)fputs("pumpctl: out of memory\n", stderr);
		return 1;
	}
	const int exit_code = start(app, argc, argv);
	app_destroy(app);
	return exit_code;
}
