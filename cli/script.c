/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "command.h"
#include "terminal.h"

/* Splits and checks or runs one line. Empty lines and comments are well. */
static int do_line(struct app *app, const char *line, size_t number, bool run)
{
	struct error error = {0};
	int exit_code = 0;
	struct words *words = malloc(sizeof(*words));
	if (!words) {
		(void)error_set(&error, ERR_FAILED, "out of memory");
		return command_report(app, &error, NULL, number);
	}
	if (line_split(line, words, &error))
		exit_code = command_report(app, &error, words, number);
	else if (words->count)
		exit_code = run ? command_execute(app, words, number)
				: command_check(app, words, number);
	free(words);
	return exit_code;
}

static int do_all(struct app *app, const char *const lines[], size_t count)
{
	int exit_code = 0;
	for (size_t i = 0; i < count && !exit_code; i++)
		exit_code = do_line(app, lines[i], i + 1, false);
	if (app->options.check)
		return exit_code;
	for (size_t i = 0; i < count && !exit_code; i++)
		exit_code = do_line(app, lines[i], i + 1, true);
	return exit_code;
}

int script_run_texts(struct app *app, const char *const texts[], size_t count)
{
	return do_all(app, texts, count);
}

static int fail(struct app *app, enum error_code code, const char *what, const char *why)
{
	struct error error;
	(void)error_set(&error, code, "%s: %s", what, why);
	return command_report(app, &error, NULL, 0);
}

/* Reads all lines of file, without their ends. Returns -errno, or 0. */
static int read_lines(FILE *file, char ***lines, size_t *count)
{
	char *line = NULL;
	size_t size = 0, room = 0;
	ssize_t len = 0;
	while ((len = getline(&line, &size, file)) >= 0) {
		if (*count == room) {
			room = room ? 2 * room : 64;
			char **more = room > SCRIPT_LINES_MAX * 2 ? NULL
								  : reallocarray(*lines, room, sizeof(*more));
			if (!more) {
				free(line);
				return -E2BIG;
			}
			*lines = more;
		}
		/* A NUL would hide what follows it from the splitter. */
		for (ssize_t i = 0; i < len; i++)
			if (!line[i])
				line[i] = '\1';
		if (len && line[len - 1] == '\n')
			line[len - 1] = '\0';
		(*lines)[(*count)++] = line;
		line = NULL;
		size = 0;
	}
	free(line);
	return ferror(file) ? -EIO : 0;
}

int script_run_file(struct app *app, const char *path)
{
	const bool is_stdin = !strcmp(path, "-");
	FILE *file = is_stdin ? stdin : fopen(path, "re");
	if (!file)
		return fail(app, ERR_USAGE, path, strerror(errno));
	char **lines = NULL;
	size_t count = 0;
	const int err = read_lines(file, &lines, &count);
	if (!is_stdin)
		(void)fclose(file);
	int exit_code = 0;
	if (err)
		exit_code = fail(app, ERR_USAGE, path, strerror(-err));
	else
		exit_code = do_all(app, (const char *const *)lines, count);
	for (size_t i = 0; i < count; i++)
		free(lines[i]);
	free(lines);
	return exit_code;
}

int script_run_input(struct app *app)
{
	char line[LINE_TEXT_MAX];
	bool whole = true;
	struct loop *loop = NULL;
	struct error error = {0};
	if (app_loop(app, &loop, &error))
		return command_report(app, &error, NULL, 0);
	for (size_t number = 1; terminal_read_line(loop, line, sizeof(line), &whole); number++) {
		if (!whole)
			return fail(app, ERR_USAGE, "standard input", "a line is too long");
		const int exit_code = do_line(app, line, number, !app->options.check);
		if (exit_code)
			return exit_code;
	}
	return 0;
}
