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

static enum error_code fill(struct error *error, enum error_code code, size_t column, const char *detail,
			    va_list args) __attribute__((format(printf, 4, 0)));

static enum error_code fill(struct error *error, enum error_code code, size_t column, const char *detail,
			    va_list args)
{
	if (!error)
		return code;
	memset(error, 0, sizeof(*error));
	error->code = code;
	error->column = column;
	if (detail)
		(void)vsnprintf(error->detail, sizeof(error->detail), detail, args);
	return code;
}

enum error_code error_set(struct error *error, enum error_code code, const char *detail, ...)
{
	va_list args;
	va_start(args, detail);
	(void)fill(error, code, 0, detail, args);
	va_end(args);
	return code;
}

enum error_code error_set_at(struct error *error, enum error_code code, size_t column, const char *detail, ...)
{
	va_list args;
	va_start(args, detail);
	(void)fill(error, code, column, detail, args);
	va_end(args);
	return code;
}
