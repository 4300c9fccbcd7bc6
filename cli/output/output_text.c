/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text from the result tree: "Label  value" lines and blocks. */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "output_tree.h"
#include "wrap.h"

/* Columns that a value needs at least beside its label. */
#define VALUE_MIN 20

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

int output_label_width(const struct cJSON *item)
{
	size_t width = 0;
	for (; item; item = item->next) {
		char label[OUTPUT_LABEL_MAX];
		if (output_is_hidden(item->string) || is_table(item) || is_block(item))
			continue;
		output_label(item->string, label, sizeof(label));
		if (strlen(label) > width)
			width = strlen(label);
	}
	return (int)width;
}

void output_line(const char *label, int label_width, const char *text, size_t indent, size_t width,
		 FILE *file)
{
	size_t used = indent + (size_t)label_width + 2;
	(void)fprintf(file, "%*s%-*s  ", (int)indent, "", label_width, label);
	if (width && wrap_fit(text, width > used ? width - used : 0) + used > width) {
		used = indent + WRAP_INDENT; /* not even its first word fits beside the label */
		(void)fprintf(file, "\n%*s", (int)used, "");
	}
	/* A hanging indent is kept while it leaves room to read. */
	wrap_write(file, text, used, used + VALUE_MIN <= width ? used : indent + WRAP_INDENT, width);
}

static void render_members(const struct output *out, const struct cJSON *item, int indent,
			   FILE *file);

/* A heading and what belongs to it. */
static void render_group(const struct output *out, const struct cJSON *item, int indent, FILE *file)
{
	char label[OUTPUT_LABEL_MAX];
	output_label(item->string, label, sizeof(label));
	(void)fprintf(file, "%*s%s%s%s\n", out->options.plain ? 0 : indent, "", output_style(out, file, STYLE_BOLD), label,
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
/* Its limit was not read at its source. */
static bool is_unverified(const struct cJSON *finding)
{
	return cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(finding, "verified"));
}

static void render_findings(const struct output *out, const struct cJSON *findings, FILE *file)
{
	enum { INDENT = 2, HANGING = 12 };
	const size_t width = output_wrap_width(file);
	const struct cJSON *finding = NULL;
	(void)fputs("Findings\n", file);
	cJSON_ArrayForEach(finding, findings)
	{
		char text[512];
		if (out->options.plain) {
			(void)fprintf(file, "%s\t%s\t%s\t%s\t%s\t%s\n", member(finding, "severity"),
				      member(finding, "rule"), member(finding, "text"),
				      member(finding, "value"), member(finding, "limit"),
				      is_unverified(finding) ? "unverified" : "");
			continue;
		}
		(void)fprintf(file, "%*s%-8s  ", INDENT, "", member(finding, "severity"));
		(void)snprintf(text, sizeof(text), "%s: %s", member(finding, "rule"),
			       member(finding, "text"));
		wrap_write(file, text, HANGING, HANGING, width);
		if (!member(finding, "value")[0])
			continue;
		(void)snprintf(text, sizeof(text), "found: %s%s%s%s", member(finding, "value"),
			       member(finding, "limit")[0] ? "; limit: " : "", member(finding, "limit"),
			       is_unverified(finding) ? " (unverified)" : "");
		(void)fprintf(file, "%*s", HANGING, "");
		wrap_write(file, text, HANGING, HANGING, width);
	}
	if (!findings->child)
		(void)fputs(out->options.plain ? "none\n" : "  none\n", file);
}

/* Which pump this is, on one line: it heads every screen. */
static void render_pump(const struct output *out, const struct cJSON *pump, FILE *file)
{
	char text[512];
	if (out->options.plain) {
		(void)fprintf(file, "Pump\t%s\t%s\t%s\n", member(pump, "serial"), member(pump, "model"),
			      member(pump, "firmware"));
		return;
	}
	(void)snprintf(text, sizeof(text), "%s  model %s, firmware %s", member(pump, "serial"),
		       member(pump, "model"), member(pump, "firmware"));
	output_line("Pump", 4, text, 0, output_wrap_width(file), file);
}

static void render_plain(const struct output *out, const struct cJSON *item, int indent, int width,
			 FILE *file)
{
	char label[OUTPUT_LABEL_MAX], buf[1024];
	output_label(item->string, label, sizeof(label));
	const char *text = output_value_text(item, buf, sizeof(buf));
	if (out->options.plain)
		(void)fprintf(file, "%s\t%s\n", label, text);
	else
		output_line(label, width, text, (size_t)indent, output_wrap_width(file), file);
}

static bool is_plain(const struct cJSON *item)
{
	return !is_table(item) && !is_block(item) && strcmp(item->string, "findings") &&
	       strcmp(item->string, "comparison");
}

static void render_members(const struct output *out, const struct cJSON *item, int indent,
			   FILE *file)
{
	const int width = output_label_width(item);
	const struct cJSON *before = NULL;
	for (; item; item = item->next) {
		if (output_is_hidden(item->string) || !strcmp(item->string, "notes"))
			continue;
		/* A blank line between what belongs together and the next. */
		if (before && !indent && !out->options.plain && !(is_plain(before) && is_plain(item)))
			(void)fputc('\n', file);
		before = item;
		if (!strcmp(item->string, "comparison") && out->options.plain)
			output_tabulate_comparison(item, file);
		else if (!strcmp(item->string, "comparison"))
			output_render_comparison(item, output_width(file), file);
		else if (!strcmp(item->string, "findings"))
			render_findings(out, item, file);
		else if (!strcmp(item->string, "pump") && is_block(item))
			render_pump(out, item, file);
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
			wrap_write(file, note->valuestring, 0, WRAP_INDENT, output_wrap_width(file));
	}
}
