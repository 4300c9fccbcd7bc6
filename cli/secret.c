/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "secret.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "loop.h"
#include "operator_key.h"
#include "session.h"
#include "terminal.h"

#define SECRET_MS 60000

static enum error_code read_line(int fd, const char *what, char *buf, struct error *error)
{
	size_t len = 0;
	/* Byte by byte: what follows the line is for the next passphrase. */
	for (;;) {
		char c = 0;
		const ssize_t n = read(fd, &c, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set(error, ERR_NOT_SIGNED, "--passphrase-fd cannot be read: %s", strerror(errno));
		if (n == 0 || c == '\n')
			break;
		if (len + 1 == SECRET_MAX)
			return error_set(error, ERR_NOT_SIGNED, "--passphrase-fd: the %s is too long", what);
		buf[len++] = c;
	}
	buf[len] = '\0';
	return len ? ERR_NONE
		   : error_set(error, ERR_NOT_SIGNED, "--passphrase-fd gave no line for the %s", what);
}

static bool session_is_gone(void *ctx)
{
	const struct app *app = ctx;
	return app->session && !session_is_open(app->session);
}

enum error_code secret_read(struct app *app, const char *what, char *buf, struct error *error)
{
	char prompt[128];
	struct loop *loop = NULL;
	if (app->options.passphrase_fd >= 0)
		return read_line(app->options.passphrase_fd, what, buf, error);
	if (app->options.no_input || !isatty(STDIN_FILENO))
		return error_set(error, ERR_NOT_SIGNED,
				 "nobody can be asked for the %s here; give it with --passphrase-fd", what);
	enum error_code code = app_loop(app, &loop, error);
	if (code)
		return code;
	(void)snprintf(prompt, sizeof(prompt), "%s: ", what);
	const enum terminal_line how = terminal_read_hidden(loop, prompt, loop_now_ms() + SECRET_MS,
							    session_is_gone, app, buf, SECRET_MAX);
	if (session_is_gone(app))
		return error_set(error, ERR_LINK_LOST, "the session ended before the order was signed");
	if (how == TERMINAL_TYPED)
		return ERR_NONE;
	return error_set(error, ERR_NOT_SIGNED, how == TERMINAL_EXPIRED ? "60 seconds have passed" : "cancelled");
}

static enum error_code check_new(const char *what, const char *buf, struct error *error)
{
	if (strlen(buf) >= OPERATOR_PASSPHRASE_MIN)
		return ERR_NONE;
	return error_set(error, ERR_NOT_SIGNED, "the %s has fewer than %d characters", what,
			 OPERATOR_PASSPHRASE_MIN);
}

enum error_code secret_read_new(struct app *app, const char *what, char *buf, struct error *error)
{
	char again[SECRET_MAX], question[96];
	enum error_code code = secret_read(app, what, buf, error);
	if (!code)
		code = check_new(what, buf, error);
	if (code || app->options.passphrase_fd >= 0)
		return code;
	(void)sodium_mlock(again, sizeof(again));
	(void)snprintf(question, sizeof(question), "%s, once more", what);
	code = secret_read(app, question, again, error);
	if (!code && strcmp(buf, again) != 0)
		code = error_set(error, ERR_NOT_SIGNED, "the two passphrases differ");
	(void)sodium_munlock(again, sizeof(again));
	return code;
}
