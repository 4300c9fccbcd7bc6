/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The side-by-side comparison: NOW ON PUMP, TO BE PROGRAMMED, CHANGE, always in this order and
 * with words. Below 78 columns, or when a row does not fit, the rows are stacked; no value is
 * ever cut.
 */
#include <cjson/cJSON.h>
#include <string.h>

#include "output_tree.h"

#define SIDE_BY_SIDE_MIN 78
#define ARROW_COLUMNS    2

enum { COLUMNS = 4 };
static const char *const members[COLUMNS] = {"label", "now", "next", "change"};
static const char *const heads[COLUMNS] = {"", "NOW ON PUMP", "TO BE PROGRAMMED", "CHANGE"};

static const char *cell(const struct cJSON *row, size_t column)
{
	return cJSON_GetObjectItemCaseSensitive(row, members[column])->valuestring;
}

static bool is_changed(const struct cJSON *row)
{
	return strcmp(cell(row, 3), OUTPUT_NO_CHANGE) != 0;
}

static const char *arrow(const struct cJSON *row)
{
	return is_changed(row) ? "→ " : "";
}

static void stack(const struct cJSON *rows, FILE *file)
{
	const struct cJSON *row = NULL;
	cJSON_ArrayForEach(row, rows)
	{
		(void)fprintf(file, "%s\n  now on pump:       %s\n  to be programmed:  %s\n"
				    "  change:            %s%s\n",
			      cell(row, 0), cell(row, 1), cell(row, 2), arrow(row), cell(row, 3));
	}
}

void output_tabulate_comparison(const struct cJSON *rows, FILE *file)
{
	const struct cJSON *row = NULL;
	(void)fprintf(file, "%s\t%s\t%s\t%s\n", heads[0], heads[1], heads[2], heads[3]);
	cJSON_ArrayForEach(row, rows)
		(void)fprintf(file, "%s\t%s\t%s\t%s\n", cell(row, 0), cell(row, 1), cell(row, 2), cell(row, 3));
}

void output_render_comparison(const struct cJSON *rows, size_t width, FILE *file)
{
	size_t widths[COLUMNS], total = 2 + ARROW_COLUMNS;
	const struct cJSON *row = NULL;
	for (size_t i = 0; i < COLUMNS; i++) {
		widths[i] = strlen(heads[i]);
		cJSON_ArrayForEach(row, rows)
		{
			const size_t len = strlen(cell(row, i));
			if (len > widths[i])
				widths[i] = len;
		}
		total += widths[i] + (i + 1 < COLUMNS ? 3 : 0);
	}
	if (width < SIDE_BY_SIDE_MIN || total > width) {
		stack(rows, file);
		return;
	}
	(void)fprintf(file, "  %-*s   %-*s   %-*s   %s\n", (int)widths[0], heads[0], (int)widths[1],
		      heads[1], (int)widths[2], heads[2], heads[3]);
	cJSON_ArrayForEach(row, rows)
	{
		(void)fprintf(file, "  %-*s   %-*s   %-*s   %s%s\n", (int)widths[0], cell(row, 0),
			      (int)widths[1], cell(row, 1), (int)widths[2], cell(row, 2), arrow(row),
			      cell(row, 3));
	}
}
