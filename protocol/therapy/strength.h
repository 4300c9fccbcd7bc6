/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * strength - a concentration as a label or a pharmacy states it: "500 mcg/mL", or the total in a
 * container over its volume, "50 mg in 20 mL".
 */
#ifndef PUMPCTL_STRENGTH_H
#define PUMPCTL_STRENGTH_H

#include <stdbool.h>

#include "decimal.h"

struct strength {
	/* Of a total: total / in, rounded up to a whole ng/mL. As a divisor that gives less, never
	 * more; it is shown to the clinician before anything uses it. */
	struct concentration concentration;
	bool is_exact;    /* nothing was rounded */
	struct mass total; /* 0: typed as a concentration */
	struct volume in;
};

/*
 * text: len bytes, borrowed. Errors as in decimal.h, columns those of the whole text; PUMP_ERANGE
 * also for an amount, concentration or volume of zero. *out untouched on error.
 */
enum pump_err strength_parse(const char *text, size_t len, struct strength *out,
			     struct text_error *error) PUMP_CHECKED;
/* Text that parses back to the same strength, in unit (of the mass). buf: 2 * DECIMAL_TEXT_MAX bytes. */
size_t strength_print(const struct strength *strength, enum mass_unit unit, char *buf);

#endif
