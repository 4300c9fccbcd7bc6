/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shell - lines typed at a terminal, with readline; and notices above the prompt.
 *
 * readline runs in callback mode and gets its bytes from the loop, so that the session is
 * served while a line is half typed. The history file (<state>/history, 0600) never holds a line
 * that changes therapy or reads a secret, nor one that begins with a blank. TAB completes the
 * words of the command table. The terminal's settings are restored on every way out.
 */
#ifndef PUMPCTL_SHELL_H
#define PUMPCTL_SHELL_H

struct app;
struct shell;

/* Until "exit", end of input or a terminating signal. Returns the exit code (128+n by signal). */
int shell_run(struct app *app);

/* The shell ends after the running command. */
void shell_leave(struct shell *shell);

/* One line above the prompt; what is half typed stays. The one way to print between commands. */
void shell_notice(struct shell *shell, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
