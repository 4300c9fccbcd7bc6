/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "calc_common.h"

enum error_code calc_refuse(struct error *error, const struct value *value, const char *detail)
{
	(void)error_set(error, ERR_NOT_COMPUTABLE, "%s", detail);
	if (error && value && value->present)
		error->column = value->column;
	return ERR_NOT_COMPUTABLE;
}

void calc_mark(struct cJSON *parent, const char *key, bool exact, const char *how)
{
	if (!exact)
		output_rounded(parent, key, how);
}
