/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text from the result tree: "Label  value" lines, blocks and tables. */
#include <cjson/cJSON.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "output_tree.h"
#include "wrap.h"

#define LABEL_MAX 64

/* Members that only machines want. */
static bool is_hidden(const char *key)
{
	static const char *const hidden[] = {"digest", "active_digest", "stage_digest", "data_hex",
					     "type_code", "epoch", "fields", "kind", "confirm", "ticks_ms", "record_time_s"};
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (!strcmp(key, hidden[i]))
			return true;
	return false;
}

size_t output_width(FILE *file)
{
	struct winsize size;
	if (!isatty(fileno(file)) || ioctl(fileno(file), TIOCGWINSZ, &size) || !size.ws_col)
		return 80;
	return size.ws_col;
}

size_t output_wrap_width(FILE *file)
{
	return isatty(fileno(file)) ? output_width(file) : 0;
}

static bool has_colour(const struct output *out, FILE *file)
{
	switch (out->options.color) {
	case COLOR_ALWAYS:
		return true;
	case COLOR_NEVER:
		return false;
	case COLOR_AUTO:
		break;
	}
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
	return !(no && no[0]) && !out->options.plain && isatty(fileno(file)) && term &&
	       strcmp(term, "dumb");
}

const char *output_style(const struct output *out, FILE *file, enum output_style style)
{
	static const char *const codes[] = {[STYLE_ERROR] = "\033[1;31m",
					    [STYLE_WARNING] = "\033[33m",
					    [STYLE_BOLD] = "\033[1m",
					    [STYLE_END] = "\033[0m"};
	return has_colour(out, file) ? codes[style] : "";
}

void output_label(const char *key, char *buf, size_t size)
{
	(void)snprintf(buf, size, "%s", key);
	for (char *c = buf; *c; c++)
		if (*c == '_')
			*c = ' ';
	if (buf[0] >= 'a' && buf[0] <= 'z')
		buf[0] = (char)(buf[0] - 'a' + 'A');
}

/* An array of plain values as "a, b, c". */
static const char *joined(const struct cJSON *list, char *buf, size_t size)
{
	size_t used = 0;
	const struct cJSON *item = NULL;
	buf[0] = '\0';
	cJSON_ArrayForEach(item, list)
	{
		char one[256];
		const int n = snprintf(buf + used, size - used, "%s%s", used ? ", " : "",
				       output_value_text(item, one, sizeof(one)));
		if (n < 0 || (size_t)n >= size - used)
			break;
		used += (size_t)n;
	}
	return used ? buf : "none";
}

const char *output_value_text(const struct cJSON *value, char *buf, size_t size)
{
	const struct cJSON *display = cJSON_GetObjectItemCaseSensitive(value, "display");
	if (display)
		return display->valuestring;
	if (cJSON_IsBool(value))
		return cJSON_IsTrue(value) ? "yes" : "no";
	if (cJSON_IsNull(value))
		return "not known";
	if (cJSON_IsArray(value))
		return joined(value, buf, size);
	return value->valuestring ? value->valuestring : "";
}

static bool is_table(const struct cJSON *value)
{
	return cJSON_IsArray(value) && cJSON_IsObject(value->child) &&
	       !cJSON_GetObjectItemCaseSensitive(value->child, "display");
}

static bool is_block(const struct cJSON *value)
{
	return cJSON_IsObject(value) && !cJSON_GetObjectItemCaseSensitive(value, "display");
}

static void table_without_memory(void)
{
	(void)fputs("pumpctl: out of memory; what is shown may be incomplete\n", stderr);
	exit(1);
}

static void fill_row(struct libscols_table *table, const struct cJSON *first,
		     const struct cJSON *row)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	size_t at = 0;
	const struct cJSON *cell = NULL;
	cJSON_ArrayForEach(cell, first)
	{
		if (is_hidden(cell->string))
			continue;
		char buf[512];
		const struct cJSON *value = cJSON_GetObjectItemCaseSensitive(row, cell->string);
		const char *text = value ? output_value_text(value, buf, sizeof(buf)) : "";
		if (!line || scols_line_set_data(line, at++, text))
			table_without_memory();
	}
}

static void print_indented(const char *text, int indent, FILE *file)
{
	while (*text) {
		const size_t len = strcspn(text, "\n");
		(void)fprintf(file, "%*s%.*s\n", indent, "", (int)len, text);
		text += len + (text[len] == '\n');
	}
}

/* Tab-separated for other programs: a line of names, then the rows. */
static void print_tabbed(const struct cJSON *rows, FILE *file)
{
	const struct cJSON *row = NULL, *cell = NULL;
	char buf[512];
	const char *between = "";
	cJSON_ArrayForEach(cell, rows->child)
	{
		output_label(cell->string, buf, sizeof(buf));
		if (!is_hidden(cell->string)) {
			(void)fprintf(file, "%s%s", between, buf);
			between = "\t";
		}
	}
	cJSON_ArrayForEach(row, rows)
	{
		between = "\n";
		cJSON_ArrayForEach(cell, rows->child)
		{
			const struct cJSON *value = cJSON_GetObjectItemCaseSensitive(row, cell->string);
			if (is_hidden(cell->string))
				continue;
			(void)fprintf(file, "%s%s", between,
				      value ? output_value_text(value, buf, sizeof(buf)) : "");
			between = "\t";
		}
	}
	(void)fputc('\n', file);
}

void output_render_table(const struct output *out, const struct cJSON *rows, int indent, FILE *file)
{
	if (out->options.plain) {
		print_tabbed(rows, file);
		return;
	}
	struct libscols_table *table = scols_new_table();
	const struct cJSON *first = rows->child, *item = NULL;
	if (!table)
		table_without_memory();
	cJSON_ArrayForEach(item, first)
	{
		char label[LABEL_MAX];
		output_label(item->string, label, sizeof(label));
		if (!is_hidden(item->string) && !scols_table_new_column(table, label, 0, 0))
			table_without_memory();
	}
	cJSON_ArrayForEach(item, rows)
		fill_row(table, first, item);
	(void)scols_table_set_column_separator(table, "  ");
	(void)scols_table_enable_noencoding(table, 1);
	/* Never cut a value: a screen that is too narrow wraps the line. */
	(void)scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER);
	char *text = NULL;
	if (scols_print_table_to_string(table, &text) || !text)
		table_without_memory();
	print_indented(text, indent, file);
	free(text);
	scols_unref_table(table);
}

/* Widest label of the plain members from item on. */
static int label_width(const struct cJSON *item)
{
	size_t width = 0;
	for (; item; item = item->next) {
		const size_t len = strlen(item->string);
		if (!is_hidden(item->string) && !is_table(item) && !is_block(item) && len > width)
			width = len;
	}
	return (int)width;
}

static void render_members(const struct output *out, const struct cJSON *item, int indent,
			   FILE *file);

/* A heading and what belongs to it. */
static void render_group(const struct output *out, const struct cJSON *item, int indent, FILE *file)
{
	char label[LABEL_MAX];
	output_label(item->string, label, sizeof(label));
	(void)fprintf(file, "%*s%s%s%s\n", indent, "", output_style(out, file, STYLE_BOLD), label,
		      output_style(out, file, STYLE_END));
	if (is_table(item))
		output_render_table(out, item, indent + 2, file);
	else
		render_members(out, item->child, indent + 2, file);
}

static const char *member(const struct cJSON *object, const char *key)
{
	const struct cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
	return item && item->valuestring ? item->valuestring : "";
}

/* Findings are sentences, too long for a table. */
static void render_findings(const struct cJSON *findings, FILE *file)
{
	const struct cJSON *finding = NULL;
	(void)fputs("Findings\n", file);
	cJSON_ArrayForEach(finding, findings)
	{
		(void)fprintf(file, "  %-8s  %s: %s\n", member(finding, "severity"),
			      member(finding, "rule"), member(finding, "text"));
		if (member(finding, "value")[0])
			(void)fprintf(file, "            found: %s%s%s\n", member(finding, "value"),
				      member(finding, "limit")[0] ? "; limit: " : "",
				      member(finding, "limit"));
	}
	if (!findings->child)
		(void)fputs("  none\n", file);
}

/* Which pump this is, on one line: it heads every screen. */
static void render_pump(const struct cJSON *pump, FILE *file)
{
	(void)fprintf(file, "Pump  %s  model %s, firmware %s\n", member(pump, "serial"),
		      member(pump, "model"), member(pump, "firmware"));
}

static void render_plain(const struct output *out, const struct cJSON *item, int indent, int width,
			 FILE *file)
{
	char label[LABEL_MAX], buf[1024];
	output_label(item->string, label, sizeof(label));
	const char *text = output_value_text(item, buf, sizeof(buf));
	if (out->options.plain)
		(void)fprintf(file, "%s\t%s\n", label, text);
	else
		(void)fprintf(file, "%*s%-*s  %s\n", indent, "", width, label, text);
}

static bool is_plain(const struct cJSON *item)
{
	return !is_table(item) && !is_block(item) && strcmp(item->string, "findings") &&
	       strcmp(item->string, "comparison");
}

static void render_members(const struct output *out, const struct cJSON *item, int indent,
			   FILE *file)
{
	const int width = label_width(item);
	const struct cJSON *before = NULL;
	for (; item; item = item->next) {
		if (is_hidden(item->string) || !strcmp(item->string, "notes"))
			continue;
		/* A blank line between what belongs together and the next. */
		if (before && !indent && !out->options.plain && !(is_plain(before) && is_plain(item)))
			(void)fputc('\n', file);
		before = item;
		if (!strcmp(item->string, "comparison"))
			output_render_comparison(item, output_width(file), file);
		else if (!strcmp(item->string, "findings"))
			render_findings(item, file);
		else if (!strcmp(item->string, "pump") && is_block(item))
			render_pump(item, file);
		else if (is_plain(item))
			render_plain(out, item, indent, width, file);
		else
			render_group(out, item, indent, file);
	}
}

void output_render(const struct output *out, int first, FILE *file)
{
	const struct cJSON *from = first ? cJSON_GetArrayItem(out->data, first) : out->data->child;
	if (first && from && !out->options.plain)
		(void)fputc('\n', file);
	render_members(out, from, 0, file);
	const struct cJSON *notes = cJSON_GetObjectItemCaseSensitive(out->data, "notes"), *note = NULL;
	int index = 0;
	cJSON_ArrayForEach(note, notes)
	{
		if (index++ >= out->shown_notes)
			wrap_write(file, note->valuestring, 0, output_wrap_width(file));
	}
}
