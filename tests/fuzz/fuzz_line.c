/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A typed line through splitting and parsing: what is accepted has values within their kinds; what is
 * refused has a code with exit 2 or, for a dose in another unit of mass, 4, and a place inside the line.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "fuzz.h"

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_value(enum arg_type type, const struct value *value)
{
	if (type == ARG_DOSE)
		require(value->as.dose.ng_per_day >= 0);
	if (type == ARG_MASS)
		require(value->as.mass.ng >= 0);
	if (type == ARG_VOLUME)
		require(value->as.volume.nl >= 0);
	if (type == ARG_DURATION)
		require(value->as.duration.s >= 0);
	if (type == ARG_STRENGTH)
		require(value->as.strength.concentration.ng_per_ml >= 1);
	if (type == ARG_PREPARATION)
		require(value->as.preparation.drug && value->as.preparation.strength.concentration.ng_per_ml >= 1);
	if (type == ARG_DRUG)
		require(value->as.drug != NULL);
}

static void check_refused(const char *line, const struct error *error, enum error_code code)
{
	require(error->code == code && error->detail[0]);
	require(code == ERR_USAGE || code == ERR_BAD_QUANTITY || code == ERR_UNKNOWN_DRUG ||
		code == ERR_REFUSED_LIMIT);
	require(error->column <= strlen(line) + 2);
	require(code != ERR_REFUSED_LIMIT || strstr(error->detail, "L-dose-unit"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char line[LINE_TEXT_MAX * 2];
	static struct words words;
	static struct values values;
	struct error error = {0};

	if (size >= sizeof line)
		return 0;
	memcpy(line, data, size);
	line[size] = '\0';
	enum error_code code = line_split(line, &words, &error);
	if (!code && !words.count)
		return 0;
	if (!code)
		code = command_parse(&words, &values, &error);
	if (code) {
		check_refused(line, &error, code);
		return 0;
	}
	for (size_t i = 0; values.command->args[i].type != ARG_END; i++)
		if (values.at[i].present)
			check_value(values.command->args[i].type, &values.at[i]);
	return 0;
}
