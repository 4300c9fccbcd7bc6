/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct row {
	const char *name, *text, *hint;
	int exit;
};

static const struct row rows[ERR_COUNT] = {
	[ERR_NONE] = {"OK", "", "", 0},
#define E(name, exit, text, hint) [ERR_##name] = {#name, text, hint, exit},
#include "errors.def"
#undef E
};

const char *error_name(enum error_code code)
{
	return rows[code].name;
}

int error_exit(enum error_code code)
{
	return rows[code].exit;
}

const char *error_text(enum error_code code)
{
	return rows[code].text;
}

const char *error_hint(enum error_code code)
{
	return rows[code].hint;
}

enum error_code error_set(struct error *error, enum error_code code, const char *detail, ...)
{
	if (!error)
		return code;
	memset(error, 0, sizeof(*error));
	error->code = code;
	if (detail) {
		va_list args;
		va_start(args, detail);
		(void)vsnprintf(error->detail, sizeof(error->detail), detail, args);
		va_end(args);
	}
	return code;
}
