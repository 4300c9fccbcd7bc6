/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * drug_file - a clinic's own drug rows as JSON (docs/drugs.md). Strict: what it does not know, it
 * refuses, and a file with one mistake is refused whole.
 */
#ifndef PUMPCTL_DRUG_FILE_H
#define PUMPCTL_DRUG_FILE_H

#include "calendar.h"
#include "drug.h"

#define DRUG_FILE_MAX    65536 /* bytes */
#define DRUG_FILE_TEXT   200
#define DRUG_FILE_REASON 256

struct drug_file {
	char clinic[DRUG_FILE_TEXT];
	/* Its rows point to the texts below and to the drug table. */
	struct drug_site site;
	char sources[DRUG_SITE_MAX][DRUG_FILE_TEXT];
	char dates[DRUG_SITE_MAX][DATE_TEXT_MAX];
};

struct drug_file_error {
	size_t line, column; /* from 1 */
	char reason[DRUG_FILE_REASON];
};

/* False: *error says where and what; *out is of no use. */
bool drug_file_parse(const char *text, size_t len, struct drug_file *out,
		     struct drug_file_error *error) __attribute__((warn_unused_result));

#endif
