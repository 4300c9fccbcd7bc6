/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A clinic's file of drugs: what is accepted has only rows that the limits can use; what is refused has a
 * place inside the text and a reason.
 */
#include "drug_file.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static void require(bool holds)
{
	if (!holds)
		abort();
}

static size_t lines_of(const uint8_t *data, size_t size)
{
	size_t lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	return lines;
}

static void check_row(const struct drug_file *file, const struct drug_row *row)
{
	const struct drug *drug = drug_find(row->drug, strlen(row->drug));
	struct drug_limits limits;

	require(drug && row->source[0] && strlen(row->source_date) == 10 && row->authority == DRUG_SITE);
	require(row->least.ng_per_ml >= 0 && row->daily_maximum.ng_per_day >= 0);
	require(!row->greatest.ng_per_ml || row->least.ng_per_ml <= row->greatest.ng_per_ml);
	drug_limits_find(drug, &file->site, &limits);
	require(!row->daily_maximum.ng_per_day || limits.maximum == row);
	require(!row->greatest.ng_per_ml || limits.greatest == row);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct drug_file file;
	struct drug_file_error error;

	if (!drug_file_parse((const char *)data, size, &file, &error)) {
		require(error.line >= 1 && error.line <= lines_of(data, size));
		require(error.column >= 1 && error.column <= size + 1);
		require(error.reason[0] && memchr(error.reason, '\0', sizeof error.reason));
		return 0;
	}
	require(file.site.count <= DRUG_SITE_MAX && file.clinic[0]);
	for (size_t i = 0; i < file.site.count; i++)
		check_row(&file, &file.site.rows[i]);
	return 0;
}
