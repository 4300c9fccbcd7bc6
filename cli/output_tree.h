/* SPDX-License-Identifier: GPL-3.0-or-later */
/* output_tree - what output.c and its renderers share; private to them. */
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
/* What a value looks like in text; buf is used where it has to be put together. */
const char *output_value_text(const struct cJSON *value, char *buf, size_t size);
/* "low_alarm" becomes "Low alarm". */
void output_label(const char *key, char *buf, size_t size);

/* Columns of the terminal behind file, 80 if it is none. */
size_t output_width(FILE *file);
/* The same on a terminal; 0, do not wrap, elsewhere: a script reads whole sentences. */
size_t output_wrap_width(FILE *file);
/* Start and end of an emphasis, "" without colour. */
enum output_style { STYLE_ERROR, STYLE_WARNING, STYLE_BOLD, STYLE_END };
const char *output_style(const struct output *out, FILE *file, enum output_style style);

#endif
