/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Typed strengths: what is accepted prints to text that parses to the same; the concentration of a
 * total over a volume is the least one that holds all of it; what is refused has a column inside
 * the text and only suggestions that would be accepted.
 */
#include "fuzz.h"
#include "strength.h"

#include <stdlib.h>
#include <string.h>

__extension__ typedef __int128 wide;

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_accepted(const struct strength *strength)
{
	wide amount = (wide)strength->total.ng * NL_PER_ML;
	wide held = (wide)strength->concentration.ng_per_ml * strength->in.nl;
	char text[2 * DECIMAL_TEXT_MAX];
	struct text_error error;
	struct strength back;

	require(strength->concentration.ng_per_ml > 0);
	require(held >= amount && (held - amount < strength->in.nl || amount == 0));
	require(strength->is_exact == (held == amount));
	for (enum mass_unit unit = UNIT_MCG; unit <= UNIT_MG; unit++) {
		size_t len = strength_print(strength, unit, text);

		require(len < sizeof text && strength_parse(text, len, &back, &error) == PUMP_OK);
		require(back.concentration.ng_per_ml == strength->concentration.ng_per_ml);
		require(back.total.ng == strength->total.ng && back.in.nl == strength->in.nl);
	}
}

static void check_refused(size_t len, const struct text_error *error)
{
	const char *at = error->suggestion;

	require(error->column >= 1 && error->column <= len + 1 && error->reason);
	require(memchr(error->suggestion, '\0', sizeof error->suggestion) != NULL);
	while (*at != '\0') {
		const char *or = strstr(at, " or ");
		size_t part = or ? (size_t)(or - at) : strlen(at);
		struct text_error why;
		struct strength strength;

		/* A spelling that is put right may still be of nothing. */
		if (strength_parse(at, part, &strength, &why) != PUMP_OK)
			require(strstr(why.reason, "zero") != NULL || strstr(why.reason, "too large") != NULL);
		at += part + (or ? 4 : 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strength strength = {.concentration = {-1}};
	struct text_error error;
	enum pump_err err = strength_parse((const char *)data, size, &strength, &error);

	require(err == PUMP_OK || err == PUMP_EFORM || err == PUMP_ERANGE);
	if (err == PUMP_OK) {
		check_accepted(&strength);
	} else {
		require(strength.concentration.ng_per_ml == -1);
		check_refused(size, &error);
	}
	return 0;
}
