/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * decimal - exact text of quantities in both directions.
 *
 * Canonical text is what is typed, confirmed and parsed back: "1250 mcg/day", "1.2 mg/day",
 * "10 mg/mL", "2 mL", "0.4 mL/day", "50 mg", "12h", "90 d". One spelling is accepted; every other is refused
 * with its column and the right one. parse(print(x)) = x over the whole range.
 * Display text is one-way: "1,250 mcg per day" (typography: one space, no trailing zero, comma
 * from 1,000 on). No float, no locale.
 */
#ifndef PUMPCTL_DECIMAL_H
#define PUMPCTL_DECIMAL_H

#include <stddef.h>

#include "quantity.h"

#define DECIMAL_TEXT_MAX 48

enum mass_unit { UNIT_NG, UNIT_MCG, UNIT_MG };

/* What is wrong with typed text, for a person. */
struct text_error {
	size_t column;                   /* 1-based byte of the leftmost mistake in the text given */
	const char *reason;              /* static sentence without full stop */
	/* The right spelling; "A or B" where only the unit is missing; "" if none can be told. */
	char suggestion[DECIMAL_TEXT_MAX];
};

/*
 * Parsers. text: len bytes, borrowed, one optional space between number and
 * unit. Digits, at most one '.', a digit on both sides of it, no sign, no comma, no
 * exponent, no needless zero. PUMP_EFORM: wrong spelling; PUMP_ERANGE: too large or finer than
 * the base unit; *error says where and what; *out untouched.
 */
enum pump_err dose_rate_parse(const char *text, size_t len, struct dose_rate *out,
			      struct text_error *error) PUMP_CHECKED;      /* ng|mcg|mg /day|/hour */
enum pump_err concentration_parse(const char *text, size_t len, struct concentration *out,
				  struct text_error *error) PUMP_CHECKED;  /* mcg|mg /mL */
enum pump_err volume_parse(const char *text, size_t len, struct volume *out,
			   struct text_error *error) PUMP_CHECKED;         /* mL, mcL */
enum pump_err duration_parse(const char *text, size_t len, struct duration *out,
			     struct text_error *error) PUMP_CHECKED;       /* s, min, h, d; whole numbers */
enum pump_err volume_rate_parse(const char *text, size_t len, struct volume_rate *out,
				struct text_error *error) PUMP_CHECKED;    /* mL /day|/hour */
enum pump_err mass_parse(const char *text, size_t len, struct mass *out,
			 struct text_error *error) PUMP_CHECKED;           /* ng|mcg|mg */
/* A number of days for the calendar, such as a shelf life: whole; one optional space. */
enum pump_err days_parse(const char *text, size_t len, int64_t *out,
			 struct text_error *error) PUMP_CHECKED;           /* d */

enum pump_err length_parse(const char *text, size_t len, struct length *out,
			   struct text_error *error) PUMP_CHECKED;         /* cm */
enum pump_err volume_per_length_parse(const char *text, size_t len, struct volume_per_length *out,
				      struct text_error *error) PUMP_CHECKED; /* mL/cm */

/*
 * Printers. buf: at least DECIMAL_TEXT_MAX bytes, NUL-terminated. Return the length.
 * The canonical ones give exact text in the unit asked for (dose, concentration), in mL, mL/day,
 * or in the largest unit that is a whole number (duration). Values are >= 0.
 */
size_t dose_rate_print(struct dose_rate dose, enum mass_unit unit, char *buf);
size_t concentration_print(struct concentration concentration, enum mass_unit unit, char *buf);
size_t volume_print(struct volume volume, char *buf);
size_t volume_rate_print(struct volume_rate rate, char *buf);
size_t duration_print(struct duration duration, char *buf);
size_t mass_print(struct mass mass, enum mass_unit unit, char *buf);
size_t days_print(int64_t days, char *buf);
size_t dose_rate_display(struct dose_rate dose, enum mass_unit unit, char *buf);
size_t concentration_display(struct concentration concentration, enum mass_unit unit, char *buf);
size_t volume_display(struct volume volume, char *buf);
size_t volume_rate_display(struct volume_rate rate, char *buf);
size_t days_display(int64_t days, char *buf);
/*
 * The number alone, exact, without unit: for a JSON "value". scale: base units in one shown unit,
 * a power of ten.
 */
size_t decimal_print(int64_t value, int64_t scale, char *buf);
/* The same for a screen: "1,440". */
size_t decimal_display(int64_t value, int64_t scale, char *buf);

#endif
