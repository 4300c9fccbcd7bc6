/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output_tree.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sanitise.h"
#include "wrap.h"

#define SENTENCE_MAX 768

/* Half a result must not pass for a whole one. exit, so that the terminal is restored. */
static void *must(void *item)
{
	if (!item) {
		(void)fputs("pumpctl: out of memory; what is shown may be incomplete\n", stderr);
		exit(1);
	}
	return item;
}

static struct cJSON *attach(struct cJSON *parent, const char *key, struct cJSON *item)
{
	const bool done = key ? cJSON_AddItemToObject(parent, key, must(item))
			      : cJSON_AddItemToArray(parent, must(item));
	return must(done ? item : NULL);
}

struct output *output_create(const struct app_options *options, const char *schema)
{
	struct output *out = calloc(1, sizeof(*out));
	if (!out)
		(void)must(NULL);
	out->options = *options;
	(void)snprintf(out->schema, sizeof(out->schema), "pumpctl.%s", schema);
	out->data = must(cJSON_CreateObject());
	out->warnings = must(cJSON_CreateArray());
	out->stream = must(cJSON_CreateArray());
	return out;
}

void output_destroy(struct output *out)
{
	if (!out)
		return;
	cJSON_Delete(out->data);
	cJSON_Delete(out->warnings);
	cJSON_Delete(out->stream);
	free(out);
}

bool output_is_json(const struct output *out)
{
	return out->options.json;
}

struct cJSON *output_data(struct output *out)
{
	return out->data;
}

struct cJSON *output_object(struct cJSON *parent, const char *key)
{
	return attach(parent, key, cJSON_CreateObject());
}

struct cJSON *output_array(struct cJSON *parent, const char *key)
{
	return attach(parent, key, cJSON_CreateArray());
}

void output_string(struct cJSON *parent, const char *key, const char *text)
{
	char *clean = must(sanitise_copy(text));
	(void)attach(parent, key, cJSON_CreateString(clean));
	free(clean);
}

static void add_formatted(struct cJSON *parent, const char *key, const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));

static void add_formatted(struct cJSON *parent, const char *key, const char *format, va_list args)
{
	char *text = NULL;
	if (vasprintf(&text, format, args) < 0)
		(void)must(NULL);
	output_string(parent, key, text);
	free(text);
}

void output_format(struct cJSON *parent, const char *key, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	add_formatted(parent, key, format, args);
	va_end(args);
}

void output_peer(struct cJSON *parent, const char *key, const char *text, size_t len)
{
	char clean[256];
	(void)sanitise_text(text, len, clean, sizeof(clean));
	output_string(parent, key, clean);
}

/* cJSON numbers are doubles: an integer past 2^53 would change its value on the way. */
void output_integer(struct cJSON *parent, const char *key, int64_t value)
{
	char text[24];
	(void)snprintf(text, sizeof(text), "%" PRId64, value);
	(void)attach(parent, key, cJSON_CreateRaw(text));
}

void output_unsigned(struct cJSON *parent, const char *key, uint64_t value)
{
	char text[24];
	(void)snprintf(text, sizeof(text), "%" PRIu64, value);
	(void)attach(parent, key, cJSON_CreateRaw(text));
}

void output_flag(struct cJSON *parent, const char *key, bool value)
{
	(void)attach(parent, key, cJSON_CreateBool(value));
}

void output_unknown(struct cJSON *parent, const char *key)
{
	(void)attach(parent, key, cJSON_CreateNull());
}

void output_hex(struct cJSON *parent, const char *key, const uint8_t *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	char text[2 * 256 + 1];
	const size_t most = len < 256 ? len : 256;
	for (size_t i = 0; i < most; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * most] = '\0';
	output_string(parent, key, text);
}

static void add_quantity(struct cJSON *parent, const char *key, const char *value,
			 const char *unit, const char *display)
{
	struct cJSON *quantity = output_object(parent, key);
	output_string(quantity, "value", value);
	output_string(quantity, "unit", unit);
	output_string(quantity, "display", display);
}

static int64_t unit_scale(enum mass_unit unit)
{
	return unit == UNIT_MG ? 1000000 : unit == UNIT_MCG ? 1000 : 1;
}

void output_dose(struct cJSON *parent, const char *key, struct dose_rate dose, enum mass_unit unit)
{
	static const char *const ucum[] = {"ng/d", "ug/d", "mg/d"};
	char value[DECIMAL_TEXT_MAX], display[DECIMAL_TEXT_MAX];
	(void)decimal_print(dose.ng_per_day, unit_scale(unit), value);
	(void)dose_rate_display(dose, unit, display);
	add_quantity(parent, key, value, ucum[unit], display);
}

void output_concentration(struct cJSON *parent, const char *key, struct concentration concentration,
			  enum mass_unit unit)
{
	static const char *const ucum[] = {"ng/mL", "ug/mL", "mg/mL"};
	char value[DECIMAL_TEXT_MAX], display[DECIMAL_TEXT_MAX];
	(void)decimal_print(concentration.ng_per_ml, unit_scale(unit), value);
	(void)concentration_display(concentration, unit, display);
	add_quantity(parent, key, value, ucum[unit], display);
}

void output_volume(struct cJSON *parent, const char *key, struct volume volume)
{
	char value[DECIMAL_TEXT_MAX], display[DECIMAL_TEXT_MAX];
	(void)decimal_print(volume.nl, NL_PER_ML, value);
	(void)volume_display(volume, display);
	add_quantity(parent, key, value, "mL", display);
}

void output_rate(struct cJSON *parent, const char *key, struct volume_rate rate)
{
	char value[DECIMAL_TEXT_MAX], display[DECIMAL_TEXT_MAX];
	(void)decimal_print(rate.nl_per_day, NL_PER_ML, value);
	(void)volume_rate_display(rate, display);
	add_quantity(parent, key, value, "mL/d", display);
}

void output_mass(struct cJSON *parent, const char *key, struct mass mass, enum mass_unit unit)
{
	static const char *const ucum[] = {"ng", "ug", "mg"};
	char value[DECIMAL_TEXT_MAX], display[DECIMAL_TEXT_MAX];
	(void)decimal_print(mass.ng, unit_scale(unit), value);
	/* The same typography as a dose, without its time. */
	(void)dose_rate_display((struct dose_rate){mass.ng}, unit, display);
	char *per = strstr(display, " per day");
	if (per)
		*per = '\0';
	add_quantity(parent, key, value, ucum[unit], display);
}

void output_measured_volume_text(struct volume volume, int64_t step_nl,
				char buf[OUTPUT_VOLUME_TEXT_MAX])
{
	const bool is_trace = volume.nl > 0 && volume.nl < step_nl;
	char number[DECIMAL_TEXT_MAX];
	(void)volume_display((struct volume){is_trace ? step_nl : volume.nl - volume.nl % step_nl},
			     number);
	(void)snprintf(buf, OUTPUT_VOLUME_TEXT_MAX, "%s%s", is_trace ? "less than " : "", number);
}

void output_measured_volume(struct cJSON *parent, const char *key, struct volume volume,
			   int64_t step_nl)
{
	char value[DECIMAL_TEXT_MAX], display[OUTPUT_VOLUME_TEXT_MAX];
	(void)decimal_print(volume.nl, NL_PER_ML, value);
	output_measured_volume_text(volume, step_nl, display);
	add_quantity(parent, key, value, "mL", display);
}

void output_seconds_text(int64_t seconds, char buf[OUTPUT_SECONDS_TEXT_MAX])
{
	static const struct {
		int64_t seconds;
		const char *one, *more;
	} units[] = {{86400, "day", "days"}, {3600, "h", "h"}, {60, "min", "min"}, {1, "s", "s"}};
	size_t used = 0;
	buf[0] = '\0';
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		const int64_t count = seconds / units[i].seconds;
		seconds %= units[i].seconds;
		if (count || (units[i].seconds == 1 && !used))
			used += (size_t)snprintf(buf + used, OUTPUT_SECONDS_TEXT_MAX - used, "%s%" PRId64 " %s",
						 used ? " " : "", count, count == 1 ? units[i].one : units[i].more);
	}
}

void output_seconds(struct cJSON *parent, const char *key, int64_t seconds)
{
	char value[DECIMAL_TEXT_MAX], display[OUTPUT_SECONDS_TEXT_MAX];
	(void)decimal_print(seconds, 1, value);
	output_seconds_text(seconds, display);
	add_quantity(parent, key, value, "s", display);
}

void output_rate_hourly(struct cJSON *parent, const char *key, int64_t nl_per_hour)
{
	char value[DECIMAL_TEXT_MAX], volume[DECIMAL_TEXT_MAX], display[DECIMAL_TEXT_MAX + 16];
	(void)decimal_print(nl_per_hour, NL_PER_ML, value);
	(void)volume_display((struct volume){nl_per_hour}, volume);
	(void)snprintf(display, sizeof(display), "%s per hour", volume);
	add_quantity(parent, key, value, "mL/h", display);
}

void output_days(struct cJSON *parent, const char *key, int64_t days)
{
	char value[DECIMAL_TEXT_MAX], display[DECIMAL_TEXT_MAX];
	(void)decimal_print(days, 1, value);
	(void)days_display(days, display);
	add_quantity(parent, key, value, "d", display);
}

void output_ratio(struct cJSON *parent, const char *key, int64_t per_10000)
{
	char value[DECIMAL_TEXT_MAX], display[DECIMAL_TEXT_MAX];
	const int64_t hundredths = per_10000 / 100 + (per_10000 % 100 >= 50);
	(void)decimal_print(per_10000, 10000, value);
	(void)decimal_print(hundredths, 100, display);
	add_quantity(parent, key, value, "1", display);
}

void output_percent(struct cJSON *parent, const char *key, int64_t percent)
{
	char value[DECIMAL_TEXT_MAX], display[DECIMAL_TEXT_MAX];
	(void)decimal_print(percent, 100, value);
	(void)snprintf(display, sizeof(display), "%" PRId64 " %%", percent);
	add_quantity(parent, key, value, "1", display);
}

void output_rounded(struct cJSON *parent, const char *key, const char *how)
{
	struct cJSON *quantity = cJSON_GetObjectItemCaseSensitive(parent, key);
	const struct cJSON *display = cJSON_GetObjectItemCaseSensitive(quantity, "display");
	char text[DECIMAL_TEXT_MAX + 32];
	(void)snprintf(text, sizeof(text), "%s, %s", display->valuestring, how);
	if (!cJSON_ReplaceItemInObjectCaseSensitive(quantity, "display", must(cJSON_CreateString(text))))
		(void)must(NULL);
	output_flag(quantity, "exact", false);
}

void output_time(struct cJSON *parent, const char *key, int64_t utc_s)
{
	const time_t when = (time_t)utc_s;
	struct tm local;
	char day[24], offset[8];
	if (!localtime_r(&when, &local) ||
	    !strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &local) ||
	    !strftime(offset, sizeof(offset), "%z", &local)) {
		output_unknown(parent, key);
		return;
	}
	output_format(parent, key, "%s%.3s:%s", day, offset, offset + 3);
}

/* The array data[key], made on first use. */
static struct cJSON *list_of(struct output *out, const char *key)
{
	struct cJSON *list = cJSON_GetObjectItemCaseSensitive(out->data, key);
	return list ? list : output_array(out->data, key);
}

void output_compare(struct output *out, const char *label, const char *now, const char *next,
		    const char *change)
{
	struct cJSON *row = output_object(list_of(out, "comparison"), NULL);
	output_string(row, "label", label);
	output_string(row, "now", now);
	output_string(row, "next", next);
	output_string(row, "change", change);
}

void output_note(struct output *out, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	add_formatted(list_of(out, "notes"), NULL, format, args);
	va_end(args);
}

void output_warn(struct output *out, const char *code, const char *format, ...)
{
	struct cJSON *warning = output_object(out->warnings, NULL);
	output_string(warning, "code", code);
	va_list args;
	va_start(args, format);
	add_formatted(warning, "text", format, args);
	va_end(args);
}

void output_mark_virtual(struct output *out)
{
	out->is_virtual = true;
}

static void print_line(const struct cJSON *item)
{
	char *text = must(cJSON_PrintUnformatted(item));
	char *clean = must(sanitise_copy(text)); /* what came as a whole, a record of the trail */
	(void)puts(clean);
	free(clean);
	cJSON_free(text);
}

struct cJSON *output_item(void)
{
	return must(cJSON_CreateObject());
}

static void show_stream(struct output *out)
{
	if (!cJSON_GetArraySize(out->stream))
		return;
	output_render_table(out, out->stream, 0, stdout);
	if (!out->options.plain)
		(void)putchar('\n');
	cJSON_Delete(out->stream);
	out->stream = must(cJSON_CreateArray());
}

void output_stream(struct output *out, struct cJSON *item)
{
	if (out->options.json) {
		print_line(item);
		cJSON_Delete(item);
		return;
	}
	(void)attach(out->stream, NULL, item);
	if (cJSON_GetArraySize(out->stream) >= OUTPUT_STREAM_ROWS)
		output_show(out);
}

/* A sentence for a person behind a label, wrapped to the terminal. on, off: how the label looks. */
static void say(const char *on, const char *label, const char *off, const char *text)
{
	(void)fprintf(stderr, "%s%s%s ", on, label, off);
	wrap_write(stderr, text, strlen(label) + 1, WRAP_INDENT, output_wrap_width(stderr));
}

static void say_styled(const struct output *out, enum output_style style, const char *label,
		       const char *text)
{
	say(output_style(out, stderr, style), label, output_style(out, stderr, STYLE_END), text);
}

static void show_text(struct output *out, FILE *file)
{
	if (out->is_virtual && !out->shown_mark) {
		(void)fprintf(file, "%sVIRTUAL PUMP%s\n", output_style(out, file, STYLE_BOLD),
			      output_style(out, file, STYLE_END));
		out->shown_mark = true;
	}
	show_stream(out);
	output_render(out, out->shown, file);
	out->shown = cJSON_GetArraySize(out->data);
	out->shown_notes = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(out->data, "notes"));
	(void)fflush(file);
	const int warnings = cJSON_GetArraySize(out->warnings);
	for (int i = out->shown_warnings; i < warnings; i++) {
		const struct cJSON *text = cJSON_GetObjectItemCaseSensitive(
			cJSON_GetArrayItem(out->warnings, i), "text");
		say_styled(out, STYLE_WARNING, "Warning:", text->valuestring);
	}
	out->shown_warnings = warnings;
}

void output_show(struct output *out)
{
	show_text(out, out->options.json ? stderr : stdout);
}

static void print_envelope(const struct output *out, const struct error *error,
			   const char *message)
{
	struct cJSON *root = must(cJSON_CreateObject());
	output_string(root, "schema", out->schema);
	output_string(root, "format_version", "1.0");
	output_flag(root, "ok", !error);
	if (out->is_virtual)
		output_string(root, "virtual", "VIRTUAL PUMP");
	if (error) {
		struct cJSON *node = output_object(root, "error");
		output_string(node, "code", error_name(error->code));
		output_integer(node, "exit", error_exit(error->code));
		output_string(node, "message", message);
		output_string(node, "now", error->now);
		output_string(node, "hint", error_hint(error->code));
		if (error->column)
			output_unsigned(node, "column", error->column);
	}
	(void)attach(root, "data", cJSON_CreateObjectReference(out->data->child));
	(void)attach(root, "warnings", cJSON_CreateArrayReference(out->warnings->child));
	print_line(root);
	cJSON_Delete(root);
}

static void explain(const struct output *out, const struct error *error, const char *message,
		    const struct words *words, size_t line_number)
{
	FILE *file = stderr;
	char text[SENTENCE_MAX], line[LINE_TEXT_MAX] = "";
	(void)snprintf(text, sizeof(text), "%s.", message);
	say_styled(out, STYLE_ERROR, "error:", text);
	if (words)
		(void)sanitise_text(words->line, strlen(words->line), line, sizeof(line));
	if (words && error->column) {
		(void)fprintf(file, "  %s\n  %*s^ ", line, (int)error->column - 1, "");
		(void)snprintf(text, sizeof(text), line_number ? "column %zu of line %zu" : "column %zu",
			       error->column, line_number);
		wrap_write(file, text, error->column + 3, WRAP_INDENT, output_wrap_width(file));
	} else if (line_number) {
		(void)fprintf(file, "  line %zu: %s\n", line_number, line);
	}
	if (error->now[0]) {
		(void)snprintf(text, sizeof(text), "%s.", error->now);
		say("", "In the pump now:", "", text);
	}
	if (error_hint(error->code)[0]) {
		(void)snprintf(text, sizeof(text), "%s.", error_hint(error->code));
		say("", "Next:", "", text);
	}
}

void output_finish(struct output *out, const struct error *error, const struct words *words,
		   size_t line_number)
{
	char whole[SENTENCE_MAX - 1], message[SENTENCE_MAX - 1] = "";
	const bool failed = error && error->code != ERR_NONE;
	if (failed) {
		const int len = snprintf(whole, sizeof(whole), "%s%s%s", error_text(error->code),
					 error->detail[0] ? ": " : "", error->detail);
		(void)sanitise_text(whole, len < 0 ? 0 : strlen(whole), message, sizeof(message));
	}
	if (!out->options.json)
		show_text(out, stdout);
	else
		print_envelope(out, failed ? error : NULL, message);
	if (fflush(stdout))
		(void)fputs("pumpctl: what belongs here could not be written\n", stderr);
	if (failed)
		explain(out, error, message, words, line_number);
}
