/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * output - one result tree per command, shown as text or as one JSON envelope.
 *
 * Envelope: {"schema":"pumpctl.COMMAND","format_version":"1.0","ok":true,"data":{…},
 * "warnings":[…]}, or "error":{code,exit,message,now,hint,column} with ok false; a virtual
 * pump adds "virtual":"VIRTUAL PUMP". Each envelope is one line on stdout. format_version:
 * minor grows for additions, major for breaks.
 *
 * Text comes from the same tree: members of data become "Label  value" lines (the label is the
 * key with '_' as blank and a capital), objects become blocks under their label, arrays of
 * objects become tables, "comparison" has its own layout. Members named in output_text.c's
 * list (digests and the like) are for machines only.
 *
 * A node is a cJSON object or array. Integers are written as raw text, quantities as
 * {"value":"1.2","unit":"mg/d","display":"1.2 mg per day"} with UCUM units: no number passes
 * through a double. key NULL: the parent is an array. Running out of memory here ends the
 * program with a message: half a screen must not pass for a whole one.
 */
#ifndef PUMPCTL_OUTPUT_H
#define PUMPCTL_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decimal.h"
#include "error.h"

struct app_options;
struct cJSON;
struct output;
struct words;

/* schema: the command's words with '-' for blanks, after "pumpctl."; copied. */
struct output *output_create(const struct app_options *options, const char *schema);
/* Accepts NULL. */
void output_destroy(struct output *out);
bool output_is_json(const struct output *out);

/* The root object "data"; borrowed. */
struct cJSON *output_data(struct output *out);
/* A new child; borrowed. */
struct cJSON *output_object(struct cJSON *parent, const char *key);
struct cJSON *output_array(struct cJSON *parent, const char *key);

/* text is our own; not for anything that came from a pump, radio or file. */
void output_string(struct cJSON *parent, const char *key, const char *text);
void output_format(struct cJSON *parent, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* text came from outside: goes through the sanitiser. */
void output_peer(struct cJSON *parent, const char *key, const char *text, size_t len);
void output_integer(struct cJSON *parent, const char *key, int64_t value);
void output_unsigned(struct cJSON *parent, const char *key, uint64_t value);
void output_flag(struct cJSON *parent, const char *key, bool value); /* text: yes, no */
void output_unknown(struct cJSON *parent, const char *key); /* JSON null; text: not known */
void output_hex(struct cJSON *parent, const char *key, const uint8_t *bytes, size_t len);

void output_dose(struct cJSON *parent, const char *key, struct dose_rate dose, enum mass_unit unit);
void output_concentration(struct cJSON *parent, const char *key, struct concentration concentration,
			  enum mass_unit unit);
void output_volume(struct cJSON *parent, const char *key, struct volume volume);
/*
 * Volumes that were measured or counted, not programmed. Value is exact; display is rounded down
 * to whole steps, so that less is shown as left than there is, never more; a trace is "less than
 * 0.01 mL", never nothing. What is programmed and confirmed is shown exactly: output_volume.
 */
#define OUTPUT_LEFT_STEP_NL      INT64_C(10000) /* 0.01 mL: reservoirs and totals */
#define OUTPUT_DELIVERED_STEP_NL INT64_C(1000)  /* 0.001 mL: delivered in one record */
#define OUTPUT_VOLUME_TEXT_MAX   (DECIMAL_TEXT_MAX + 12)
void output_measured_volume(struct cJSON *parent, const char *key, struct volume volume,
			   int64_t step_nl);
void output_measured_volume_text(struct volume volume, int64_t step_nl,
				char buf[OUTPUT_VOLUME_TEXT_MAX]);
void output_rate(struct cJSON *parent, const char *key, struct volume_rate rate);
/* Display in words: "30 days 2 h". */
#define OUTPUT_SECONDS_TEXT_MAX 64
void output_seconds(struct cJSON *parent, const char *key, int64_t seconds);
void output_seconds_text(int64_t seconds, char buf[OUTPUT_SECONDS_TEXT_MAX]);
/* Mass, such as the total of a day; shown in unit. */
void output_mass(struct cJSON *parent, const char *key, struct mass mass, enum mass_unit unit);
/* Rate per hour of nl_per_hour nL. */
void output_rate_hourly(struct cJSON *parent, const char *key, int64_t nl_per_hour);
/* Whole days. */
void output_days(struct cJSON *parent, const char *key, int64_t days);
/* A ratio of per_10000 / 10,000; shown with two decimals. */
void output_ratio(struct cJSON *parent, const char *key, int64_t per_10000);
/* A part of a whole; value is the ratio. */
void output_percent(struct cJSON *parent, const char *key, int64_t percent);
/* The quantity parent[key] is not exact: "exact":false, and `how` ("rounded down") in its text. */
void output_rounded(struct cJSON *parent, const char *key, const char *how);
/* Seconds since 1970 as RFC 3339 in local time with offset. */
void output_time(struct cJSON *parent, const char *key, int64_t utc_s);

/* What `change` says of equal values; every other text is shown as a change. */
#define OUTPUT_NO_CHANGE "no change"
/* A row of the side-by-side comparison in data.comparison; our own text. */
void output_compare(struct output *out, const char *label, const char *now, const char *next,
		    const char *change);
/* A sentence for the reader, one paragraph: data.notes; text shows it last, in order. */
void output_note(struct output *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* envelope.warnings {code, text}; text shows "Warning: …" on stderr. */
void output_warn(struct output *out, const char *code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The pump is a virtual one: every envelope and screen says so. */
void output_mark_virtual(struct output *out);

/*
 * Streams: each item (consumed) is one line of JSON before the envelope, or one row of a table.
 * Items of one stream have the same members.
 */
struct cJSON *output_item(void);
void output_stream(struct output *out, struct cJSON *item);

/* Shows now what the tree holds (before a question): text goes to stdout, or to stderr when
 * stdout gets JSON. What was shown is not shown again by output_finish. */
void output_show(struct output *out);
/* Shows the rest, or the envelope. error NULL or code ERR_NONE: success. words (may be NULL)
 * and line_number (0: none) tell where a mistake is. */
void output_finish(struct output *out, const struct error *error, const struct words *words,
		   size_t line_number);

#endif
