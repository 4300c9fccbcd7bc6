/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * script - commands from -c, from a file or from a pipe.
 *
 * Every line is checked before the first one runs; the first error ends the script, with its
 * line number. The exit code is that of the line that failed.
 */
#ifndef PUMPCTL_SCRIPT_H
#define PUMPCTL_SCRIPT_H

#include <stddef.h>

struct app;

#define SCRIPT_LINES_MAX 10000

/* Runs each of the -c texts as one line. With app->options.check they are only checked. */
int script_run_texts(struct app *app, const char *const texts[], size_t count);
/* Runs the file at path, or standard input for "-". */
int script_run_file(struct app *app, const char *path);
/* Runs lines of standard input as they come, without waiting for its end. */
int script_run_input(struct app *app);

#endif
