/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Typed quantities: what is accepted prints to text that parses to the same value; what is refused
 * has a column inside the text and only suggestions that would be accepted.
 * The first byte chooses the parser.
 */
#include "decimal.h"
#include "fuzz.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { KINDS = 9 };

static void require(bool holds)
{
	if (!holds)
		abort();
}

static enum pump_err parse(unsigned int kind, const char *text, size_t len, int64_t *value,
			   struct text_error *error)
{
	struct concentration concentration = {-1};
	struct dose_rate dose = {-1};
	struct duration duration = {-1};
	struct volume volume = {-1};
	struct volume_rate rate = {-1};
	struct mass mass = {-1};
	struct length length = {-1};
	struct volume_per_length per_length = {-1};
	enum pump_err err;

	switch (kind) {
	case 0:
		err = dose_rate_parse(text, len, &dose, error);
		*value = dose.ng_per_day;
		return err;
	case 1:
		err = concentration_parse(text, len, &concentration, error);
		*value = concentration.ng_per_ml;
		return err;
	case 2:
		err = volume_parse(text, len, &volume, error);
		*value = volume.nl;
		return err;
	case 3:
		err = duration_parse(text, len, &duration, error);
		*value = duration.s;
		return err;
	case 4:
		err = volume_rate_parse(text, len, &rate, error);
		*value = rate.nl_per_day;
		return err;
	case 5:
		err = mass_parse(text, len, &mass, error);
		*value = mass.ng;
		return err;
	case 6:
		err = length_parse(text, len, &length, error);
		*value = length.um;
		return err;
	case 7:
		err = volume_per_length_parse(text, len, &per_length, error);
		*value = per_length.nl_per_cm;
		return err;
	default:
		*value = -1;
		return days_parse(text, len, value, error);
	}
}

static size_t print(unsigned int kind, int64_t value, enum mass_unit unit, char *buf)
{
	switch (kind) {
	case 0:
		return dose_rate_print((struct dose_rate){value}, unit, buf);
	case 1:
		return concentration_print((struct concentration){value}, unit, buf);
	case 2:
		return volume_print((struct volume){value}, buf);
	case 3:
		return duration_print((struct duration){value}, buf);
	case 4:
		return volume_rate_print((struct volume_rate){value}, buf);
	case 5:
		return mass_print((struct mass){value}, unit, buf);
	default:
		return days_print(value, buf);
	}
}

static void check_accepted(unsigned int kind, int64_t value)
{
	char text[DECIMAL_TEXT_MAX];
	struct text_error error;

	require(value >= 0);
	if (kind == 6 || kind == 7) /* no printer needs them */
		return;
	for (enum mass_unit unit = UNIT_MCG; unit <= UNIT_MG; unit++) {
		int64_t back = -1;
		size_t len = print(kind, value, unit, text);

		require(len < sizeof text && parse(kind, text, len, &back, &error) == PUMP_OK);
		require(back == value);
	}
}

static void check_refused(unsigned int kind, size_t len, const struct text_error *error)
{
	const char *at = error->suggestion;

	require(error->column >= 1 && error->column <= len + 1 && error->reason);
	require(memchr(error->suggestion, '\0', sizeof error->suggestion) != NULL);
	while (*at != '\0') {
		const char *or = strstr(at, " or ");
		size_t part = or ? (size_t)(or - at) : strlen(at);
		struct text_error ignored;
		int64_t value;

		require(parse(kind, at, part, &value, &ignored) == PUMP_OK);
		at += part + (or ? 4 : 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text_error error;
	const char *text;
	unsigned int kind;
	int64_t value;
	enum pump_err err;

	if (size < 1)
		return 0;
	kind = data[0] % KINDS;
	text = (const char *)data + 1;
	err = parse(kind, text, size - 1, &value, &error);
	require(err == PUMP_OK || err == PUMP_EFORM || err == PUMP_ERANGE);
	if (err == PUMP_OK)
		check_accepted(kind, value);
	else
		check_refused(kind, size - 1, &error);
	return 0;
}
