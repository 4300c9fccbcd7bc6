/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "calc_common.h"

enum error_code calc_refuse(struct error *error, const struct value *value, const char *detail)
{
	return error_set_at(error, ERR_NOT_COMPUTABLE, value && value->present ? value->column : 0, "%s", detail);
}

void calc_mark(struct cJSON *parent, const char *key, bool exact, const char *how)
{
	if (!exact)
		output_rounded(parent, key, how);
}
