/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clock show, set: the pump's clock, and what moving it does to a flex program. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "act.h"
#include "describe.h"
#include "groups.h"

enum { CLOCK_ZONE };

#define SECONDS_PER_MIN   INT64_C(60)
#define MINUTES_PER_HOUR  60
#define ZONE_GREATEST_MIN (14 * MINUTES_PER_HOUR)
#define ZONE_TEXT_MAX     8
#define SHIFT_TEXT_MAX    (DECIMAL_TEXT_MAX + 2)

/* The pump's clock and this computer's at one moment; on the heap. */
struct reading {
	struct act act;
	struct msg_status status;
	struct msg_care care;
	struct client_program program;
	int64_t host_s;
	int16_t host_zone_min;
};

static int16_t host_zone(int64_t now_s)
{
	const time_t when = (time_t)now_s;
	struct tm local;
	if (!localtime_r(&when, &local))
		return 0;
	return (int16_t)(local.tm_gmtoff / SECONDS_PER_MIN);
}

static enum error_code read_clocks(struct app *app, struct reading *r, struct error *error)
{
	enum error_code code = session_read_care(app->session, &r->care, error);
	if (!code)
		code = session_read_program(app->session, &r->program, error);
	if (!code)
		code = session_read_status(app->session, &r->status, error);
	r->host_s = (int64_t)time(NULL);
	r->host_zone_min = host_zone(r->host_s);
	return code;
}

static void zone_text(int16_t zone_min, char buf[ZONE_TEXT_MAX])
{
	const unsigned minutes = (unsigned)(zone_min < 0 ? -zone_min : zone_min) % (24 * MINUTES_PER_HOUR);
	(void)snprintf(buf, ZONE_TEXT_MAX, "%c%02u:%02u", zone_min < 0 ? '-' : '+', minutes / MINUTES_PER_HOUR,
		       minutes % MINUTES_PER_HOUR);
}

/* Local time of a clock: "2026-11-25T09:57:21+00:00". */
static void add_local(struct cJSON *data, const char *key, int64_t clock_s, int16_t zone_min)
{
	const int64_t local_s = clock_s + zone_min * SECONDS_PER_MIN;
	const int64_t second = ((local_s % SECONDS_PER_DAY) + SECONDS_PER_DAY) % SECONDS_PER_DAY;
	char day[DATE_TEXT_MAX], zone[ZONE_TEXT_MAX];
	(void)date_print((struct date){(local_s - second) / SECONDS_PER_DAY}, day);
	zone_text(zone_min, zone);
	output_format(data, key, "%sT%02d:%02d:%02d%s", day, (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60), zone);
}

/* "+1h", "-5min", "+0min": to the nearest minute, so that the line is the same when it is typed. */
static void shift_text(int64_t shift_s, char buf[SHIFT_TEXT_MAX])
{
	const int64_t size = shift_s < 0 ? -shift_s : shift_s;
	const int64_t minutes = (size + SECONDS_PER_MIN / 2) / SECONDS_PER_MIN;
	char text[DECIMAL_TEXT_MAX] = "0min";
	if (minutes)
		(void)duration_print((struct duration){minutes * SECONDS_PER_MIN}, text);
	(void)snprintf(buf, SHIFT_TEXT_MAX, "%c%s", shift_s < 0 && minutes ? '-' : '+', text);
}

static void add_drift(struct cJSON *data, int64_t drift_s)
{
	char text[OUTPUT_SECONDS_TEXT_MAX];
	output_seconds_text(drift_s < 0 ? -drift_s : drift_s, text);
	output_format(data, "drift", "%s%s", drift_s ? text : "none", drift_s > 0 ? " fast" : drift_s < 0 ? " slow" : "");
}

static void add_clocks(struct output *out, const struct reading *r)
{
	struct cJSON *data = output_data(out);
	add_local(data, "pump_clock", r->status.clock_s, r->care.zone_min);
	add_local(data, "this_computer", r->host_s, r->host_zone_min);
	add_drift(data, r->status.clock_s - r->host_s);
	output_seconds(data, "set_ago", (int64_t)r->care.clock_set_ago_s);
}

static bool follows_clock(const struct reading *r)
{
	return r->program.present && r->program.program.mode == PROGRAM_FLEX;
}

/* What a flex program leaves out or delivers again, as the pump worked it out: left out below 0. */
static void add_effect(struct output *out, const struct reading *r, int64_t moved_nl)
{
	struct cJSON *data = output_data(out);
	const char *key = moved_nl < 0 ? "skipped" : "repeated";
	if (!follows_clock(r)) {
		output_note(out, "This program does not follow the clock: no dose moves, only dates do. Lockouts and counts of patient "
				 "boluses never move.");
		return;
	}
	if (moved_nl == INT64_MAX || moved_nl == -INT64_MAX)
		output_unknown(data, key);
	else
		output_volume(data, key, (struct volume){moved_nl < 0 ? -moved_nl : moved_nl});
	output_warn(out, "FLEX_MOVES", "The steps of the flex program move with the clock: what lies between is %s.",
		    moved_nl < 0 ? "left out" : "delivered a second time");
}

static enum error_code with_reading(struct app *app, struct reading **r, struct error *error)
{
	*r = calloc(1, sizeof(**r));
	return *r ? read_clocks(app, *r, error) : error_set(error, ERR_FAILED, "out of memory");
}

static enum error_code clock_show(struct app *app, const struct values *args, struct output *out, struct error *error)
{
	struct reading *r = NULL;
	(void)args;
	const enum error_code code = with_reading(app, &r, error);
	if (!code) {
		add_clocks(out, r);
		output_note(out, "The pump knows no daylight saving and no travel: %s",
			    follows_clock(r) ? "its flex program keeps the hours of the zone shown until the clock is set."
					     : "its program does not follow the clock; only dates do.");
	}
	free(r);
	return code;
}

/* "+02:00" in minutes. */
static bool zone_parse(const char *text, int16_t *zone_min)
{
	unsigned hours = 0, minutes = 0;
	if (strlen(text) != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':' || strspn(text + 1, "0123456789") != 2 ||
	    strspn(text + 4, "0123456789") != 2)
		return false;
	hours = (unsigned)(text[1] - '0') * 10 + (unsigned)(text[2] - '0');
	minutes = (unsigned)(text[4] - '0') * 10 + (unsigned)(text[5] - '0');
	if (minutes >= MINUTES_PER_HOUR || hours * MINUTES_PER_HOUR + minutes > ZONE_GREATEST_MIN)
		return false;
	*zone_min = (int16_t)(hours * MINUTES_PER_HOUR + minutes);
	if (text[0] == '-')
		*zone_min = (int16_t)-*zone_min;
	return true;
}

static void show_set(void *ctx, struct output *out, const struct change *understood, struct act_words *words)
{
	const struct reading *r = ctx;
	const struct act_clock *clock = &understood->clock;
	char shift[SHIFT_TEXT_MAX], before[ZONE_TEXT_MAX], after[ZONE_TEXT_MAX];
	const int64_t shift_s = clock->clock_s - r->status.clock_s + (clock->zone_min - r->care.zone_min) * SECONDS_PER_MIN;
	add_clocks(out, r);
	add_local(output_data(out), "pump_clock_after", clock->clock_s, clock->zone_min);
	add_effect(out, r, words->staged->clock_nl);
	shift_text(shift_s, shift);
	zone_text(r->care.zone_min, before);
	zone_text(clock->zone_min, after);
	(void)snprintf(words->text, sizeof(words->text), "clock %s%s%s", shift, strcmp(before, after) ? " zone " : "",
		       strcmp(before, after) ? after : "");
	(void)snprintf(words->ordered, sizeof(words->ordered), "pump clock moved by %s, zone %s", shift, after);
}

static void tell_set(void *ctx, struct output *out, const struct msg_status *now)
{
	const struct reading *r = ctx;
	add_local(output_data(out), "pump_clock_now", now->clock_s, r->act.change.clock.zone_min);
	output_note(out, "Pump now reports the clock as shown. Give the patient the new dates in writing.");
}

static enum error_code clock_set(struct app *app, const struct values *args, struct output *out, struct error *error)
{
	struct reading *r = NULL;
	int16_t zone_min = 0;
	const struct value *zone = &args->at[CLOCK_ZONE];
	if (zone->present && !zone_parse(zone->as.text, &zone_min))
		return error_set_at(error, ERR_USAGE, zone->column, "a zone is typed as +02:00 or -05:30, at most 14 h");
	enum error_code code = with_reading(app, &r, error);
	if (!code) {
		r->act = (struct act){.kind = ORDER_CLOCK, .show = show_set, .tell = tell_set, .ctx = r};
		r->act.change.parts = PART_CLOCK;
		r->act.change.clock = (struct act_clock){.clock_s = r->host_s,
							 .ticks_ms = r->status.ticks_ms,
							 .zone_min = zone->present ? zone_min : r->host_zone_min};
		(void)snprintf(r->act.unchanged, sizeof(r->act.unchanged), "the pump's clock is as before");
		code = act_carry_out(app, out, &r->act, error);
	}
	free(r);
	return code;
}

static const struct command rows[] = {
	{.words = "clock show",
	 .summary = "the pump's clock beside this computer's",
	 .flags = NEEDS_LINK,
	 .example = "clock show",
	 .run = clock_show},
	{.words = "clock set",
	 .summary = "set the pump's clock to this computer's, and say what that does to the program",
	 .flags = NEEDS_LINK | CHANGES_THERAPY,
	 .right = RIGHT_CLOCK,
	 .args = {[CLOCK_ZONE] = {.type = ARG_FILE, .name = "ZONE", .keyword = "zone",
				  .help = "that the patient lives in, such as +02:00; default: this computer's"}},
	 .example = "clock set zone +02:00",
	 .run = clock_set},
};

const struct command_group clock_commands = {"Clock", rows, sizeof(rows) / sizeof(rows[0])};
