/* SPDX-License-Identifier: GPL-3.0-or-later */
/* error - why something failed, for a tired clinician and for a script. errors.def is the table. */
#ifndef PUMPCTL_ERROR_H
#define PUMPCTL_ERROR_H

#include <stddef.h>

enum error_code {
	ERR_NONE = 0,
#define E(name, exit, text, hint) ERR_##name,
#include "errors.def"
#undef E
	ERR_COUNT
};

struct error {
	enum error_code code;
	char detail[512]; /* what exactly happened: one sentence, or "" */
	char now[256];    /* what is true now in the pump, where the table's text does not say it */
	size_t column;    /* 1-based place of the mistake in the typed line; 0: none */
};

/* "REFUSED_LIMIT"; "OK" for ERR_NONE. */
const char *error_name(enum error_code code);
int error_exit(enum error_code code);
const char *error_text(enum error_code code);
const char *error_hint(enum error_code code);

/* Fills *error (which may be NULL) and returns code. detail may be NULL. */
enum error_code error_set(struct error *error, enum error_code code, const char *detail, ...)
	__attribute__((format(printf, 3, 4)));
/* The same, with the place of the mistake in the typed line; 0: none. */
enum error_code error_set_at(struct error *error, enum error_code code, size_t column, const char *detail, ...)
	__attribute__((format(printf, 4, 5)));

#endif
