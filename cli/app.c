/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive.h"
#include "audit.h"
#include "drug_site.h"
#include "loop.h"
#include "options.h"
#include "session.h"
#include "passkey.h"
#include "shell.h"
#include "sign.h"

struct app *app_create(void)
{
	struct app *app = calloc(1, sizeof(*app));
	if (app)
		options_init(&app->options);
	return app;
}

void app_destroy(struct app *app)
{
	if (!app)
		return;
	app_disconnect(app);
	archive_close(app->archive);
	audit_close(app->audit);
	loop_destroy(app->loop);
	sign_forget(app);
	sign_forget_list(app);
	drug_site_destroy(app->drug_site);
	free(app);
}

enum error_code app_state_dir(struct app *app, const char **dir, struct error *error)
{
	if (!app->state_known) {
		const int err = state_directory(app->options.state_dir, app->state_dir,
						sizeof(app->state_dir));
		if (err == -EPERM)
			return error_set(error, ERR_FAILED,
					 "the state directory may be changed by other users; make it yours alone "
					 "(mode 0700)");
		if (err)
			return error_set(error, ERR_FAILED, "the state directory cannot be used: %s",
					 strerror(-err));
		app->state_known = true;
	}
	*dir = app->state_dir;
	return ERR_NONE;
}

enum error_code app_loop(struct app *app, struct loop **loop, struct error *error)
{
	if (!app->loop)
		app->loop = loop_create();
	if (!app->loop)
		return error_set(error, ERR_FAILED, "out of memory");
	*loop = app->loop;
	return ERR_NONE;
}

enum error_code app_audit(struct app *app, struct audit **audit, struct error *error)
{
	const char *dir = NULL;
	enum error_code code = app_state_dir(app, &dir, error);
	if (code)
		return code;
	if (!app->audit) {
		const int err = audit_open(&app->audit, dir);
		if (err)
			return error_set(error, ERR_FAILED, "%s", strerror(-err));
	}
	*audit = app->audit;
	return ERR_NONE;
}

enum error_code app_archive(struct app *app, struct archive **archive, struct error *error)
{
	const char *dir = NULL;
	enum error_code code = app_state_dir(app, &dir, error);
	if (code)
		return code;
	if (!app->archive) {
		const int err = archive_open(&app->archive, dir);
		if (err == -ENOTSUP)
			return error_set(error, ERR_FAILED, "the archive was written by a newer pumpctl");
		if (err)
			return error_set(error, err == -ENOSPC ? ERR_DISK_FULL : ERR_FAILED,
					 "the archive of pump logs cannot be opened: %s", strerror(-err));
	}
	*archive = app->archive;
	return ERR_NONE;
}

struct paired {
	size_t count;
	char serial[STATE_SERIAL_MAX + 1];
};

static void count_pairing(void *ctx, const struct state_pairing *pairing)
{
	struct paired *paired = ctx;
	if (!paired->count++)
		memcpy(paired->serial, pairing->serial, sizeof(paired->serial));
}

enum error_code app_pump_name(struct app *app, char *pump, size_t size, struct error *error)
{
	const char *name = app->pump[0] ? app->pump : app->options.pump;
	struct paired paired = {0};
	if (!name) {
		const char *dir = NULL;
		enum error_code code = app_state_dir(app, &dir, error);
		if (code)
			return code;
		const int err = state_pairing_visit(dir, count_pairing, &paired);
		if (err && err != -ENOENT)
			return error_set(error, ERR_FAILED, "the pairings cannot be read: %s", strerror(-err));
		if (!paired.count)
			return error_set(error, ERR_NO_PUMP_NAMED,
					 "this workstation is paired with no pump; for training: pumpctl sim start");
		if (paired.count > 1)
			return error_set(error, ERR_NO_PUMP_NAMED, "this workstation is paired with %zu pumps",
					 paired.count);
		name = paired.serial;
	}
	if ((size_t)snprintf(pump, size, "%s", name) >= size)
		return error_set(error, ERR_NO_PUMP_NAMED, "the name after --pump is too long");
	return ERR_NONE;
}

enum error_code app_pump_serial(struct app *app, char *serial, size_t size, struct error *error)
{
	char name[APP_PUMP_MAX];
	const char *dir = NULL;
	enum error_code code = app_state_dir(app, &dir, error);
	if (!code)
		code = app_pump_name(app, name, sizeof(name), error);
	if (code)
		return code;
	struct state_pairing pairing;
	const int err = state_pairing_find(dir, name, &pairing);
	explicit_bzero(pairing.key, sizeof(pairing.key));
	if (err)
		return error_set(error, ERR_NOT_PAIRED, "%s", name);
	(void)snprintf(serial, size, "%s", pairing.serial);
	return ERR_NONE;
}

static void session_waits(void *ctx)
{
	const struct app *app = ctx;
	if (!app->options.json && isatty(STDERR_FILENO))
		(void)fputs("Waiting for the pump. It is given 30 seconds.\n", stderr);
}

static int32_t ask_passkey(void *ctx, const char *address, bool (*stop)(void *stop_ctx),
			   void *stop_ctx)
{
	const struct app *app = ctx;
	return app->options.no_input ? -1 : passkey_ask(app->loop, address, stop, stop_ctx);
}

static void session_ended(void *ctx, const struct error *why)
{
	struct app *app = ctx;
	if (app->shell)
		shell_notice(app->shell, "The session with %s ended: %s. The next command connects again.",
			     app->pump,
			     why->code == ERR_LINK_LOST   ? "the link was lost"
			     : why->code == ERR_TIMED_OUT ? "the pump did not answer in time"
							  : error_text(why->code));
}

enum error_code app_connect(struct app *app, bool *fresh, struct error *error)
{
	char name[APP_PUMP_MAX];
	*fresh = false;
	enum error_code code = app_pump_name(app, name, sizeof(name), error);
	if (code)
		return code;
	if (app->session && session_is_open(app->session))
		return ERR_NONE;
	app_disconnect(app);
	memcpy(app->pump, name, sizeof(app->pump));
	struct session_config config = {.pump = app->pump,
					.adapter = app->options.adapter,
					.link_security = app->options.link_security,
					.ask_passkey = ask_passkey,
					.timeout_ms = app->options.timeout_ms,
					.on_waiting = session_waits,
					.on_closed = session_ended,
					.on_sign = sign_order,
					.ctx = app};
	code = app_state_dir(app, &config.state_dir, error);
	if (!code)
		code = app_loop(app, &config.loop, error);
	if (!code)
		code = app_audit(app, &config.audit, error);
	if (!code)
		code = session_open(&app->session, &config, error);
	if (code) {
		app->session = NULL;
		return code;
	}
	*fresh = true;
	return ERR_NONE;
}

void app_disconnect(struct app *app)
{
	session_close(app->session);
	app->session = NULL;
}
