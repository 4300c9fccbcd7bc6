/* SPDX-License-Identifier: GPL-3.0-or-later */
/* audit verify, audit show: from the file alone, without any pump. */
#include "audit.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "groups.h"
#include "order_words.h"
#include "output.h"

#define LIMIT_DEFAULT 20
/* "PA1 ", two hexadecimal numbers of 8 digits and their blanks: cli/store/audit.h. */
#define LINE_HEAD 22

static void add_open(struct app *app, struct output *out)
{
	struct audit_intent open[AUDIT_OPEN_MAX];
	size_t count = audit_open_intents(app->audit, NULL, open, AUDIT_OPEN_MAX);
	struct cJSON *list = output_array(output_data(out), "unsettled_orders");
	if (count > AUDIT_OPEN_MAX)
		count = AUDIT_OPEN_MAX;
	for (size_t i = 0; i < count; i++) {
		struct cJSON *row = output_object(list, NULL);
		output_string(row, "pump", open[i].serial);
		output_unsigned(row, "number", open[i].token);
		output_string(row, "order", order_kind_name(open[i].kind));
		output_peer(row, "confirmed", open[i].text, strlen(open[i].text));
	}
	if (count)
		output_warn(out, "UNSETTLED",
			    "Whether an unsettled order was carried out is not known. Run: pumpctl reconcile");
}

static enum error_code add_report(struct output *out, const struct audit_report *report,
				  struct error *error)
{
	struct cJSON *data = output_data(out);
	output_peer(data, "origin", report->origin, strlen(report->origin));
	output_unsigned(data, "records", report->records);
	output_hex(data, "root", report->root, sizeof(report->root));
	output_unsigned(data, "open_intents", report->open_intents);
	output_flag(data, "verified", !report->bad_line);
	if (report->torn_bytes)
		output_warn(out, "TORN_TAIL",
			    "%" PRIu64 " bytes at the end are no whole record: a write was cut off.",
			    report->torn_bytes);
	if (report->bad_line)
		return error_set(error, ERR_INTEGRITY, "line %" PRIu64 " is not as it was written: %s",
				 report->bad_line, report->problem);
	if (report->open_intents)
		output_note(out, "Orders in it that are not settled: %" PRIu64, report->open_intents);
	output_note(out, "The audit trail verifies: %" PRIu64 " records, unchanged since they were written.",
		    report->records);
	return ERR_NONE;
}

static enum error_code audit_verify_command(struct app *app, const struct values *args,
					    struct output *out, struct error *error)
{
	struct audit_report report;
	struct audit *audit = NULL;
	const char *path = args->at[0].present ? args->at[0].as.text : NULL;
	if (!path) {
		const enum error_code code = app_audit(app, &audit, error);
		if (code)
			return code;
		path = audit_path(audit);
	}
	const int err = audit_verify(path, &report);
	if (err)
		return error_set(error, ERR_FAILED, "the audit trail cannot be read: %s", strerror(-err));
	if (audit)
		add_open(app, out);
	return add_report(out, &report, error);
}

static const char *text_of(const struct cJSON *object, const char *key)
{
	const struct cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
	return cJSON_IsString(item) ? item->valuestring : "";
}

/* One line of the trail as an item. The JSON goes out as it is: no number is read and rewritten. */
static void show_line(struct output *out, const char *json)
{
	struct cJSON *record = cJSON_Parse(json);
	const struct cJSON *data = cJSON_GetObjectItemCaseSensitive(record, "data");
	const struct cJSON *pump = cJSON_GetObjectItemCaseSensitive(record, "pump");
	const char *outcome = text_of(data, "outcome");
	const char *words = outcome[0] ? outcome : text_of(data, "text");
	struct cJSON *item = output_item();
	output_string(item, "kind", "audit-record");
	output_peer(item, "number", text_of(record, "seq"), strlen(text_of(record, "seq")));
	output_peer(item, "time", text_of(record, "at"), strlen(text_of(record, "at")));
	output_peer(item, "record", text_of(record, "kind"), strlen(text_of(record, "kind")));
	output_peer(item, "pump", text_of(pump, "serial"), strlen(text_of(pump, "serial")));
	output_peer(item, "virtual", text_of(pump, "virtual"), strlen(text_of(pump, "virtual")));
	output_peer(item, "details", words, strlen(words));
	if (output_is_json(out) && record)
		(void)cJSON_AddRawToObject(item, "json", json);
	cJSON_Delete(record);
	output_stream(out, item);
}

/* The newest `limit` lines of file, in a ring of its own allocated lines. */
static uint64_t read_tail(FILE *file, char **ring, uint64_t limit)
{
	uint64_t count = 0;
	size_t size = 0;
	char *line = NULL;
	while (getline(&line, &size, file) > 0) {
		free(ring[count % limit]);
		ring[count++ % limit] = line;
		line = NULL;
		size = 0;
	}
	free(line);
	return count;
}

static enum error_code audit_show(struct app *app, const struct values *args, struct output *out,
				  struct error *error)
{
	const uint64_t limit =
		args->at[0].present ? (uint64_t)args->at[0].as.integer : LIMIT_DEFAULT;
	struct audit *audit = NULL;
	const enum error_code code = app_audit(app, &audit, error);
	if (code)
		return code;
	FILE *file = fopen(audit_path(audit), "re");
	char **ring = calloc(limit, sizeof(*ring));
	if (!file || !ring) {
		const int err = errno;
		if (file)
			(void)fclose(file);
		free(ring);
		return error_set(error, ERR_FAILED, "the audit trail cannot be read: %s", strerror(err));
	}
	const uint64_t count = read_tail(file, ring, limit);
	(void)fclose(file);
	for (uint64_t i = count > limit ? count - limit : 0; i < count; i++) {
		char *line = ring[i % limit];
		line[strcspn(line, "\n")] = '\0';
		show_line(out, strlen(line) > LINE_HEAD ? line + LINE_HEAD : "");
	}
	for (uint64_t i = 0; i < limit; i++)
		free(ring[i]);
	free(ring);
	output_unsigned(output_data(out), "records", count);
	output_unsigned(output_data(out), "records_shown", count < limit ? count : limit);
	return ERR_NONE;
}

static const struct command rows[] = {
	{.words = "audit verify",
	 .summary = "prove that no record of the audit trail was changed",
	 .flags = OFFLINE,
	 .args = {{.type = ARG_FILE,
		   .name = "FILE",
		   .help = "a copy of a trail; default: this workstation's",
		   .optional = true}},
	 .example = "audit verify",
	 .run = audit_verify_command},
	{.words = "audit show",
	 .summary = "newest records of the audit trail",
	 .flags = OFFLINE,
	 .args = {{.type = ARG_INTEGER,
		   .name = "NUMBER",
		   .keyword = "limit",
		   .least = 1,
		   .greatest = 100000,
		   .help = "only so many of the newest; default 20"}},
	 .example = "audit show --limit 50",
	 .run = audit_show},
};

const struct command_group audit_commands = {"Audit trail", rows, sizeof(rows) / sizeof(rows[0])};
