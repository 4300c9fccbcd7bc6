/* SPDX-License-Identifier: GPL-3.0-or-later */
/* log pull, log show. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "archive.h"
#include "groups.h"
#include "output.h"
#include "session.h"
#include "session_record.h"

#define LIMIT_DEFAULT 20

static void show_progress(void *ctx, uint64_t stored, uint64_t wanted)
{
	(void)ctx;
	if (isatty(STDERR_FILENO))
		(void)fprintf(stderr, "\r%" PRIu64 " of %" PRIu64 " records%s", stored, wanted,
			      stored >= wanted ? "\n" : "");
}

static enum error_code log_pull(struct app *app, const struct values *args, struct output *out,
				struct error *error)
{
	(void)args;
	struct archive *archive = NULL;
	struct session_pull pull = {0};
	enum error_code code = app_archive(app, &archive, error);
	if (code)
		return code;
	code = session_pull_log(app->session, archive, show_progress, NULL, &pull, error);
	if (code && code != ERR_PARTIAL)
		return code;
	struct cJSON *data = output_data(out);
	output_unsigned(data, "epoch", pull.epoch);
	output_unsigned(data, "first_record", pull.first);
	output_unsigned(data, "last_record", pull.last);
	output_unsigned(data, "stored_now", pull.stored);
	output_unsigned(data, "lost", pull.lost);
	output_flag(data, "complete", pull.complete);
	if (pull.lost)
		output_warn(out, "RECORDS_LOST",
			    "The pump had overwritten %" PRIu64 " records before anyone read them.", pull.lost);
	return code;
}

/* Calendar time of records: that of the last reference-time record before them in their epoch. */
struct reference {
	bool known;
	uint32_t epoch;
	int64_t utc_s;
	uint64_t time_s;
};

struct listing {
	struct output *out;
	struct reference reference;
	uint64_t total, at, limit;
	char serial[STATE_SERIAL_MAX + 1];
};

static void note_reference(struct listing *listing, uint32_t epoch, const struct record_view *view)
{
	if (listing->reference.epoch != epoch)
		listing->reference = (struct reference){.epoch = epoch};
	if (view->type != RECORD_REFERENCE_TIME || view->count < 1)
		return;
	listing->reference.known = true;
	listing->reference.utc_s = view->fields[0].number;
	listing->reference.time_s = view->time_s;
}

/* *utc_s of a record; false: nothing tells, or the sum is no time. */
static bool time_of(const struct reference *reference, uint64_t time_s, int64_t *utc_s)
{
	const int64_t day_limit = INT64_C(1) << 40; /* far past any calendar that matters */
	if (!reference->known || time_s > (uint64_t)day_limit ||
	    reference->time_s > (uint64_t)day_limit || reference->utc_s > day_limit ||
	    reference->utc_s < -day_limit)
		return false;
	*utc_s = reference->utc_s + (int64_t)time_s - (int64_t)reference->time_s;
	return true;
}

/* What one record delivered is small; what is left is not. */
static int64_t step_of(const struct record_field *field)
{
	return strcmp(field->name, "volume") ? OUTPUT_LEFT_STEP_NL : OUTPUT_DELIVERED_STEP_NL;
}

static void add_field(struct cJSON *fields, const struct record_field *field)
{
	switch (field->unit) {
	case RECORD_UNIT_NONE:
		output_unsigned(fields, field->name, (uint64_t)field->number);
		return;
	case RECORD_UNIT_NL:
		output_measured_volume(fields, field->name, (struct volume){field->number}, step_of(field));
		return;
	case RECORD_UNIT_SECONDS:
		output_seconds(fields, field->name, field->number);
		return;
	case RECORD_UNIT_UTC:
		output_time(fields, field->name, field->number);
		return;
	case RECORD_UNIT_CODE8:
	case RECORD_UNIT_CODE16:
		if (field->code_name)
			output_string(fields, field->name, field->code_name);
		else
			output_format(fields, field->name, "code %" PRIX64, (uint64_t)field->number);
		return;
	case RECORD_UNIT_TEXT:
		output_peer(fields, field->name, (const char *)field->bytes, field->len);
		return;
	case RECORD_UNIT_BYTES:
		output_hex(fields, field->name, field->bytes, field->len);
		return;
	}
}

/* What stands before a field's value on the screen. False: it stays in the JSON. */
static bool field_label(const char *name, char *buf, size_t size)
{
	static const struct {
		const char *name, *label;
	} rows[] = {{"seconds", "in "},   {"volume", "delivered "}, {"token", "order number "},
		    {"kind", ""},         {"alarm", ""},            {"state", ""},
		    {"slot", NULL},       {"workstation", NULL},    {"audit-size", NULL},
		    {"utc", NULL},        {"stage-digest", NULL},   {"active-digest", NULL},
		    {"audit-root", NULL},    {"operators", NULL},       {"amount", NULL},
		    {"operator", "by "},     {"second", "with "},
		    {"answer", ""},          {"end", "ended "},
		    {"in-24-hours", "boluses in 24 h "}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcmp(name, rows[i].name)) {
			(void)snprintf(buf, size, "%s", rows[i].label ? rows[i].label : "");
			return rows[i].label != NULL;
		}
	(void)snprintf(buf, size, "%s ", name);
	return true;
}

/* One field in words for the table; "" where only machines want it. */
static void field_text(const struct record_field *field, char *buf, size_t size)
{
	char number[OUTPUT_VOLUME_TEXT_MAX > OUTPUT_SECONDS_TEXT_MAX ? OUTPUT_VOLUME_TEXT_MAX
								   : OUTPUT_SECONDS_TEXT_MAX];
	char label[40];
	buf[0] = '\0';
	if (!field_label(field->name, label, sizeof(label)))
		return;
	switch (field->unit) {
	case RECORD_UNIT_NONE:
		(void)snprintf(buf, size, "%s%" PRIu64, label, (uint64_t)field->number);
		return;
	case RECORD_UNIT_NL:
		output_measured_volume_text((struct volume){field->number}, step_of(field), number);
		(void)snprintf(buf, size, "%s%s", label, number);
		return;
	case RECORD_UNIT_SECONDS:
		output_seconds_text(field->number, number);
		(void)snprintf(buf, size, "%s%s", label, number);
		return;
	case RECORD_UNIT_CODE8:
	case RECORD_UNIT_CODE16:
		if (field->code_name)
			(void)snprintf(buf, size, "%s%s", label, field->code_name);
		else
			(void)snprintf(buf, size, "%scode %" PRIX64, label, (uint64_t)field->number);
		return;
	case RECORD_UNIT_TEXT:
		if (field->len)
			(void)snprintf(buf, size, "%s%.*s", label, (int)field->len,
				       (const char *)field->bytes);
		return;
	case RECORD_UNIT_UTC:
	case RECORD_UNIT_BYTES:
		return;
	}
}

static void add_details(struct cJSON *item, const struct record_view *view, size_t len)
{
	char text[400] = "";
	size_t used = 0;
	if (!view->name)
		used = (size_t)snprintf(text, sizeof(text), "type 0x%04X, %zu bytes", view->type, len);
	for (size_t i = 0; view->name && i < view->count; i++) {
		char one[128];
		field_text(&view->fields[i], one, sizeof(one));
		if (one[0] && used < sizeof(text))
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
						 used ? ", " : "", one);
	}
	output_string(item, "details", text);
}

static bool show_record(void *ctx, uint32_t epoch, uint64_t seq, const uint8_t *raw, size_t len)
{
	struct listing *listing = ctx;
	struct record_view view;
	int64_t utc_s = 0;
	const bool readable = record_decode(raw, len, &view) == PUMP_OK;
	if (readable)
		note_reference(listing, epoch, &view);
	if (listing->at++ + listing->limit < listing->total)
		return true;
	struct cJSON *item = output_item();
	output_string(item, "kind", "record");
	output_unsigned(item, "sequence", seq);
	output_unsigned(item, "epoch", epoch);
	if (!readable) {
		output_unknown(item, "time");
		output_string(item, "record", "not readable");
		output_format(item, "details", "%zu bytes", len);
		output_hex(item, "data_hex", raw, len);
		output_stream(listing->out, item);
		return true;
	}
	if (time_of(&listing->reference, view.time_s, &utc_s))
		output_time(item, "time", utc_s);
	else
		output_unknown(item, "time");
	output_string(item, "record", view.name ? view.name : "unknown");
	add_details(item, &view, len);
	output_unsigned(item, "record_time_s", view.time_s);
	struct cJSON *fields = output_object(item, "fields");
	for (size_t i = 0; i < view.count; i++)
		add_field(fields, &view.fields[i]);
	output_stream(listing->out, item);
	return true;
}

static bool count_record(void *ctx, uint32_t epoch, uint64_t seq, const uint8_t *raw, size_t len)
{
	struct listing *listing = ctx;
	(void)epoch;
	(void)seq;
	(void)raw;
	(void)len;
	listing->total++;
	return true;
}

static enum error_code log_show(struct app *app, const struct values *args, struct output *out,
				struct error *error)
{
	struct listing listing = {.out = out, .limit = LIMIT_DEFAULT};
	struct archive *archive = NULL;
	if (args->at[0].present)
		listing.limit = (uint64_t)args->at[0].as.integer;
	enum error_code code =
		app_pump_serial(app, listing.serial, sizeof(listing.serial), error);
	if (!code)
		code = app_archive(app, &archive, error);
	if (code)
		return code;
	if (archive_is_virtual(archive, listing.serial))
		output_mark_virtual(out);
	output_string(output_data(out), "serial", listing.serial);
	int err = archive_visit(archive, listing.serial, 0, count_record, &listing);
	/* All records are read even for a few: the reference time may lie far before them. */
	if (!err)
		err = archive_visit(archive, listing.serial, 0, show_record, &listing);
	if (err)
		return error_set(error, ERR_FAILED, "the archive cannot be read: %s", strerror(-err));
	output_unsigned(output_data(out), "records_in_archive", listing.total);
	output_unsigned(output_data(out), "records_shown",
			listing.total < listing.limit ? listing.total : listing.limit);
	output_note(out, "This is what was downloaded before; to download what is newer: pumpctl log pull");
	return ERR_NONE;
}

static const struct command rows[] = {
	{.words = "log pull",
	 .summary = "download what the archive lacks of the pump's log",
	 .flags = NEEDS_LINK,
	 .example = "log pull",
	 .run = log_pull},
	{.words = "log show",
	 .summary = "downloaded log records, newest last, without the pump",
	 .flags = OFFLINE,
	 .args = {{.type = ARG_INTEGER,
		   .name = "NUMBER",
		   .keyword = "limit",
		   .least = 1,
		   .greatest = 100000000,
		   .help = "only so many of the newest; default 20"}},
	 .example = "log show --limit 50",
	 .run = log_show},
};

const struct command_group log_commands = {"Log", rows, sizeof(rows) / sizeof(rows[0])};
