/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tables: columns where they fit, else the last column wrapped, else one line for each value.
 * A terminal never gets a line that it would break inside a word or a number.
 */
#include <cjson/cJSON.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "output_tree.h"
#include "wrap.h"

/* Narrower than this, a wrapped last column is harder to read than one line for each value. */
#define LAST_COLUMN_MIN 24

static void without_memory(void)
{
	(void)fputs("pumpctl: out of memory; what is shown may be incomplete\n", stderr);
	exit(1);
}

static const char *cell_text(const struct cJSON *row, const char *key, char *buf, size_t size)
{
	const struct cJSON *value = cJSON_GetObjectItemCaseSensitive(row, key);
	return value ? output_value_text(value, buf, size) : "";
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
		if (!output_is_hidden(cell->string)) {
			(void)fprintf(file, "%s%s", between, buf);
			between = "\t";
		}
	}
	cJSON_ArrayForEach(row, rows)
	{
		between = "\n";
		cJSON_ArrayForEach(cell, rows->child)
		{
			if (output_is_hidden(cell->string))
				continue;
			(void)fprintf(file, "%s%s", between, cell_text(row, cell->string, buf, sizeof(buf)));
			between = "\t";
		}
	}
	(void)fputc('\n', file);
}

static void fill_row(struct libscols_table *table, const struct cJSON *first,
		     const struct cJSON *row)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	size_t at = 0;
	const struct cJSON *cell = NULL;
	cJSON_ArrayForEach(cell, first)
	{
		char buf[512];
		if (output_is_hidden(cell->string))
			continue;
		if (!line || scols_line_set_data(line, at++, cell_text(row, cell->string, buf, sizeof(buf))))
			without_memory();
	}
}

/* The table as lines of text; the caller frees. */
static char *lay_out(const struct cJSON *rows)
{
	struct libscols_table *table = scols_new_table();
	const struct cJSON *first = rows->child, *item = NULL;
	if (!table)
		without_memory();
	cJSON_ArrayForEach(item, first)
	{
		char label[OUTPUT_LABEL_MAX];
		output_label(item->string, label, sizeof(label));
		if (!output_is_hidden(item->string) && !scols_table_new_column(table, label, 0, 0))
			without_memory();
	}
	cJSON_ArrayForEach(item, rows)
		fill_row(table, first, item);
	(void)scols_table_set_column_separator(table, "  ");
	(void)scols_table_enable_noencoding(table, 1);
	(void)scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER); /* never cut a value */
	char *text = NULL;
	if (scols_print_table_to_string(table, &text) || !text)
		without_memory();
	scols_unref_table(table);
	return text;
}

/* Where the last column begins and how wide the widest line is. */
static void measure(const char *text, size_t *last_column, size_t *widest)
{
	const size_t head = strcspn(text, "\n");
	*last_column = 0;
	*widest = 0;
	for (size_t i = 2; i < head; i++)
		if (text[i - 1] == ' ' && text[i - 2] == ' ' && text[i] != ' ')
			*last_column = i;
	while (*text) {
		size_t len = strcspn(text, "\n"), end = len;
		while (end && text[end - 1] == ' ')
			end--;
		if (end > *widest)
			*widest = end;
		text += len + (text[len] == '\n');
	}
}

static void print_lines(char *text, size_t indent, size_t last_column, size_t width, FILE *file)
{
	while (*text) {
		const size_t len = strcspn(text, "\n");
		const bool more = text[len] == '\n';
		size_t end = len;
		while (end && text[end - 1] == ' ')
			end--;
		text[end] = '\0';
		if (!width || end <= last_column)
			(void)fprintf(file, "%*s%s\n", (int)indent, "", text);
		else {
			(void)fprintf(file, "%*s%.*s", (int)indent, "", (int)last_column, text);
			wrap_write(file, text + last_column, indent + last_column, indent + last_column,
				   width);
		}
		text += len + more;
	}
}

static void print_stacked(const struct cJSON *rows, size_t indent, size_t width, FILE *file)
{
	const struct cJSON *row = NULL, *cell = NULL;
	const int widest = output_label_width(rows->child->child);
	cJSON_ArrayForEach(row, rows)
	{
		if (row != rows->child)
			(void)fputc('\n', file);
		cJSON_ArrayForEach(cell, rows->child)
		{
			char label[OUTPUT_LABEL_MAX], buf[512];
			const char *text = cell_text(row, cell->string, buf, sizeof(buf));
			if (output_is_hidden(cell->string) || !*text)
				continue;
			output_label(cell->string, label, sizeof(label));
			output_line(label, widest, text, indent, width, file);
		}
	}
}

void output_render_table(const struct output *out, const struct cJSON *rows, int indent, FILE *file)
{
	const size_t width = output_wrap_width(file), left = (size_t)indent;
	size_t last_column = 0, widest = 0;
	if (out->options.plain) {
		print_tabbed(rows, file);
		return;
	}
	char *text = lay_out(rows);
	measure(text, &last_column, &widest);
	if (!width || left + widest <= width)
		print_lines(text, left, 0, 0, file);
	else if (left + last_column + LAST_COLUMN_MIN <= width)
		print_lines(text, left, last_column, width, file);
	else
		print_stacked(rows, left, width, file);
	free(text);
}
