/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scan.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "finder.h"
#include "output.h"
#include "session.h"
#include "wireless.h"

#define LOCAL_MS     1000
#define LONGEST_S    3600
#define PROGRESS_MS  1000

struct scanning {
	struct output *out;
	const char *state_dir;
	struct found_pump found[FINDER_MAX];
	size_t count;
	uint64_t begun_ms, told_ms, seconds;
	bool shows_hint, shows_progress, stopped;
};

struct owner {
	const struct found_pump *pump;
	char serial[STATE_SERIAL_MAX + 1];
};

/* By what it advertises; addresses change, and say who a pump is to everybody or to nobody. */
static void match_pump(void *ctx, const struct state_pairing *pairing)
{
	struct owner *owner = ctx;
	const bool is_known = owner->pump->has_advert && pairing->has_advert_key;
	if (is_known ? session_advert_is_of(owner->pump->advert, pairing->advert_key)
		     : !strcmp(owner->pump->address, pairing->address))
		memcpy(owner->serial, pairing->serial, sizeof(owner->serial));
}

static void add_heard(struct cJSON *row, const struct found_pump *pump)
{
	size_t len;
	const char *name = finder_name(pump, &len);
	output_string(row, "device", pump->is_local	? "virtual pump"
				     : pump->is_pump	? "pump"
							: "other");
	output_string(row, "address_type", pump->is_local    ? "local"
					   : pump->is_random ? "random"
							     : "public");
	if (pump->rssi == FINDER_RSSI_UNKNOWN)
		output_unknown(row, "rssi_dbm");
	else
		output_integer(row, "rssi_dbm", pump->rssi);
	output_seconds(row, "heard_ago", (int64_t)((finder_now_ms() - pump->heard_ms) / 1000));
	if (name)
		output_peer(row, "name", name, len);
	else
		output_unknown(row, "name");
}

static void add_row(const struct scanning *scan, struct cJSON *row, const struct found_pump *pump,
		    bool whole)
{
	struct owner owner = {.pump = pump};
	/* A pairing directory that is not there yet means: paired with none. */
	if (state_pairing_visit(scan->state_dir, match_pump, &owner))
		owner.serial[0] = '\0';
	output_peer(row, "address", pump->address, strlen(pump->address));
	output_string(row, "paired_as", owner.serial[0] ? owner.serial : "not paired");
	output_flag(row, "pairing_window", pump->window_open);
	if (whole)
		add_heard(row, pump);
}

static void on_device(void *ctx, const struct wireless_device *device)
{
	struct scanning *scan = ctx;
	bool is_news;
	const struct found_pump *pump =
		finder_hear(scan->found, &scan->count, device, finder_now_ms(), &is_news);
	if (!is_news || !output_is_json(scan->out))
		return;
	struct cJSON *item = output_item();
	add_row(scan, item, pump, true);
	output_stream(scan->out, item);
	(void)fflush(stdout); /* who reads the stream wants it now */
}

/* Ctrl-C ends the search, not the program: what was found is still told. */
static bool was_interrupted(void)
{
	sigset_t pending;
	return !sigpending(&pending) && sigismember(&pending, SIGINT) == 1;
}

static bool on_turn(void *ctx)
{
	struct scanning *scan = ctx;
	const uint64_t now = finder_now_ms();
	if (scan->shows_progress && now >= scan->told_ms + PROGRESS_MS) {
		scan->told_ms = now;
		(void)fprintf(stderr, "\rSearching, %" PRIu64 " of %" PRIu64 " s, found %zu. Ctrl-C ends it.\033[K",
			      (now - scan->begun_ms) / 1000, scan->seconds, scan->count);
	}
	scan->stopped = was_interrupted();
	return scan->stopped;
}

static void say_first(const struct scanning *scan)
{
	if (scan->shows_hint)
		(void)fputs("Hold the communicator, or the magnet, over the pump.\n", stderr);
}

static enum error_code search_air(struct app *app, struct scanning *scan, bool all,
				  struct error *error)
{
	struct wireless_config config = {.state_dir = scan->state_dir,
					 .adapter = app->options.adapter};
	struct wireless *wireless = NULL;
	enum error_code code = app_loop(app, &config.loop, error);
	if (!code)
		code = wireless_open(&wireless, &config, error);
	if (code)
		return code;
	const struct wireless_scan how = {.service = session_service(),
					  .only_service = !all,
					  .seconds = scan->seconds,
					  .on_device = on_device,
					  .on_turn = on_turn,
					  .ctx = scan};
	sigset_t held, before;
	(void)sigemptyset(&held);
	(void)sigaddset(&held, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &held, &before);
	say_first(scan);
	code = wireless_scan(wireless, &how, error);
	if (scan->told_ms)
		(void)fputs("\r\033[K", stderr);
	const struct timespec none = {0, 0};
	(void)sigtimedwait(&held, NULL, &none);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	wireless_close(wireless);
	return code;
}

/* Whether anything but local pumps is in the list; then the columns of the radio mean something. */
static bool heard_any(const struct scanning *scan)
{
	for (size_t i = 0; i < scan->count; i++)
		if (!scan->found[i].is_local)
			return true;
	return false;
}

static void show(struct scanning *scan, enum error_code radio, const struct error *why)
{
	struct output *out = scan->out;
	struct cJSON *list = output_array(output_data(out), "pumps");
	bool local = false;
	for (size_t i = 0; i < scan->count; i++) {
		add_row(scan, output_object(list, NULL), &scan->found[i],
			output_is_json(out) || heard_any(scan));
		local = local || scan->found[i].is_local;
	}
	if (local && !heard_any(scan))
		output_mark_virtual(out); /* local sockets are served by virtual pumps only */
	if (radio)
		output_note(out, "Searched: virtual pumps of this computer. Not searched: the air, because: %s%s%s.",
			    error_text(radio), why->detail[0] ? ", " : "", why->detail);
	else
		output_note(out, "Searched: virtual pumps of this computer, and the air for %" PRIu64 " s%s. "
				 "A pump that is missing may advertise rarely: hold the communicator, or the "
				 "magnet, over it and search longer, such as: scan 5min",
			    (finder_now_ms() - scan->begun_ms) / 1000, scan->stopped ? " (stopped early)" : "");
}

static enum error_code search(struct app *app, struct scanning *scan, bool all, struct error *error)
{
	struct error why = {0};
	const int err = finder_scan(LOCAL_MS, scan->found, FINDER_MAX, &scan->count);
	if (err)
		return error_set(error, ERR_FAILED, "the directory of local pumps cannot be used: %s",
				 strerror(-err));
	scan->begun_ms = finder_now_ms();
	const enum error_code radio = search_air(app, scan, all, &why);
	if (radio && (app->options.adapter_named || radio == ERR_ADAPTER_GONE)) {
		*error = why;
		return radio;
	}
	show(scan, radio, &why);
	return ERR_NONE;
}

enum error_code scan_run(struct app *app, const struct values *args, struct output *out,
			 struct error *error)
{
	uint64_t seconds = (uint64_t)app->options.timeout_ms / 1000;
	const char *dir = NULL;
	if (args->at[SCAN_TIME].present)
		seconds = (uint64_t)args->at[SCAN_TIME].as.duration.s;
	if (seconds < 1 || seconds > LONGEST_S)
		return error_set(error, ERR_USAGE, "a search lasts from 1s to 1h");
	enum error_code code = app_state_dir(app, &dir, error);
	if (code)
		return code;
	struct scanning *scan = calloc(1, sizeof(*scan));
	if (!scan)
		return error_set(error, ERR_FAILED, "out of memory");
	scan->out = out;
	scan->state_dir = dir;
	scan->seconds = seconds;
	scan->shows_hint = !app->options.json && !app->options.plain;
	scan->shows_progress = scan->shows_hint && isatty(STDERR_FILENO);
	code = search(app, scan, args->at[SCAN_ALL].present, error);
	free(scan);
	return code;
}
