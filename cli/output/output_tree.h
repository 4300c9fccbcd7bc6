/* SPDX-License-Identifier: GPL-3.0-or-later */
/* output_tree - what output.c, its renderers and help.c share; private to them. */
#ifndef PUMPCTL_OUTPUT_TREE_H
#define PUMPCTL_OUTPUT_TREE_H

#include <stdio.h>

#include "app.h"
#include "output.h"

struct output {
	struct app_options options;
	char schema[64];
	struct cJSON *data, *warnings, *stream;
	bool is_virtual;
	/* What output_show has shown already: members of data, notes, warnings, the virtual mark. */
	int shown, shown_warnings, shown_notes;
	bool shown_mark;
};

/* Stream items that are gathered into one table before they are printed. */
#define OUTPUT_STREAM_ROWS 500

/* Members of data from index first on, to file. */
void output_render(const struct output *out, int first, FILE *file);
/* An array of objects as a table, each line indent blanks in. */
void output_render_table(const struct output *out, const struct cJSON *rows, int indent, FILE *file);
/* data.comparison in its own layout for a screen of width columns. */
void output_render_comparison(const struct cJSON *rows, size_t width, FILE *file);
/* The same for other programs, separated by tabs. */
void output_tabulate_comparison(const struct cJSON *rows, FILE *file);
/* What a value looks like in text; buf is used where it has to be put together. */
const char *output_value_text(const struct cJSON *value, char *buf, size_t size);
/* "low_alarm" becomes "Low alarm"; some keys have words of their own. buf: OUTPUT_LABEL_MAX bytes. */
#define OUTPUT_LABEL_MAX 64
void output_label(const char *key, char *buf, size_t size);
/* Members that only machines want: digests, codes, what another member says in words. */
bool output_is_hidden(const char *key);
/* Widest label of the plain members from item on. */
int output_label_width(const struct cJSON *item);
/* "Label  text", indented and wrapped; the label fills label_width columns. width: 0, do not wrap. */
void output_line(const char *label, int label_width, const char *text, size_t indent, size_t width,
		 FILE *file);

/* Columns of the terminal behind file, 80 if it is none. */
size_t output_width(FILE *file);
/* The same on a terminal; 0, do not wrap, elsewhere: a script reads whole sentences. */
size_t output_wrap_width(FILE *file);
/* Start and end of an emphasis, "" without colour. */
enum output_style { STYLE_ERROR, STYLE_WARNING, STYLE_BOLD, STYLE_END };
const char *output_style(const struct output *out, FILE *file, enum output_style style);

#endif
