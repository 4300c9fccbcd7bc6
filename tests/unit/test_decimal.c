/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "decimal.h"
#include "suite.h"

#include <string.h>

#define RANDOM_VALUES 100000

enum kind { DOSE, CONCENTRATION, VOLUME, DURATION, RATE, MASS, DAYS };

static enum pump_err parse(enum kind kind, const char *text, int64_t *value,
			   struct text_error *error)
{
	size_t len = strlen(text);
	struct concentration concentration = {*value};
	struct dose_rate dose = {*value};
	struct duration duration = {*value};
	struct volume volume = {*value};
	struct volume_rate rate = {*value};
	struct mass mass = {*value};
	enum pump_err err;

	switch (kind) {
	case DOSE:
		err = dose_rate_parse(text, len, &dose, error);
		*value = dose.ng_per_day;
		return err;
	case CONCENTRATION:
		err = concentration_parse(text, len, &concentration, error);
		*value = concentration.ng_per_ml;
		return err;
	case VOLUME:
		err = volume_parse(text, len, &volume, error);
		*value = volume.nl;
		return err;
	case RATE:
		err = volume_rate_parse(text, len, &rate, error);
		*value = rate.nl_per_day;
		return err;
	case MASS:
		err = mass_parse(text, len, &mass, error);
		*value = mass.ng;
		return err;
	case DAYS:
		return days_parse(text, len, value, error);
	case DURATION:
		break;
	}
	err = duration_parse(text, len, &duration, error);
	*value = duration.s;
	return err;
}

static void check_back(enum kind kind, const char *text, size_t len, int64_t value)
{
	struct text_error error;
	int64_t back = -1;

	/* A passing ck_assert writes to a file: too slow for a million of them. */
	if (len != strlen(text) || len >= DECIMAL_TEXT_MAX)
		ck_abort_msg("%s: length %zu", text, len);
	if (parse(kind, text, &back, &error) != PUMP_OK)
		ck_abort_msg("%s: %s", text, error.reason);
	if (back != value)
		ck_abort_msg("%s", text);
}

static void check_inverse(int64_t value)
{
	char text[DECIMAL_TEXT_MAX];

	for (enum mass_unit unit = UNIT_NG; unit <= UNIT_MG; unit++) {
		check_back(DOSE, text, dose_rate_print((struct dose_rate){value}, unit, text), value);
		check_back(MASS, text, mass_print((struct mass){value}, unit, text), value);
		if (unit != UNIT_NG)
			check_back(CONCENTRATION, text,
				   concentration_print((struct concentration){value}, unit, text),
				   value);
	}
	check_back(VOLUME, text, volume_print((struct volume){value}, text), value);
	check_back(RATE, text, volume_rate_print((struct volume_rate){value}, text), value);
	check_back(DAYS, text, days_print(value, text), value);
	check_back(DURATION, text, duration_print((struct duration){value}, text), value);
}

START_TEST(parsing_undoes_printing_at_every_power_of_ten)
{
	check_inverse(0);
	for (int64_t power = 1;; power *= 10) {
		check_inverse(power - 1);
		check_inverse(power);
		check_inverse(power + 1);
		if (power > INT64_MAX / 10)
			break;
	}
	check_inverse(INT64_MAX - 1);
	check_inverse(INT64_MAX);
}
END_TEST

START_TEST(parsing_undoes_printing_of_random_values)
{
	uint64_t state = 88172645463325252u; /* xorshift64, any odd start */

	for (int i = 0; i < RANDOM_VALUES; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		check_inverse((int64_t)(state >> (1 + state % 63)));
	}
}
END_TEST

static const struct {
	enum kind kind;
	const char *text;
	int64_t value;
} accepted[] = {
	{DOSE, "1250 mcg/day", 1250000},
	{DOSE, "1.2 mg/day", 1200000},
	{DOSE, "1.2mg/day", 1200000},
	{DOSE, "0.000001 mg/day", 1},
	{DOSE, "0.001 mcg/day", 1},
	{DOSE, "1 ng/day", 1},
	{DOSE, "0 mg/day", 0},
	{DOSE, "9223372036854775807 ng/day", INT64_MAX},
	{DOSE, "9223372036854.775807 mg/day", INT64_MAX},
	{CONCENTRATION, "10 mg/mL", 10000000},
	{CONCENTRATION, "500 mcg/mL", 500000},
	{VOLUME, "2 mL", 2000000},
	{VOLUME, "0.000001 mL", 1},
	{VOLUME, "234 mcL", 234000},
	{VOLUME, "0.001 mcL", 1},
	{DOSE, "0.1 mcg/hour", 2400},
	{DOSE, "1 ng/hour", 24},
	{DOSE, "0.000001 mg/hour", 24},
	{RATE, "1 mL/hour", 24000000},
	{RATE, "0.000001 mL/hour", 24},
	{DURATION, "12h", 43200},
	{DURATION, "30 h", 108000},
	{DURATION, "90s", 90},
	{DURATION, "5min", 300},
	{DURATION, "7d", 604800},
	{RATE, "0.4 mL/day", 400000},
	{RATE, "0.048mL/day", 48000},
	{MASS, "50 mg", 50000000},
	{MASS, "10000 mcg", 10000000},
	{MASS, "1 ng", 1},
	{DAYS, "90 d", 90},
	{DAYS, "90d", 90},
};

START_TEST(canonical_spelling_is_accepted)
{
	struct text_error error;
	int64_t value = -1;

	ck_assert_int_eq(parse(accepted[_i].kind, accepted[_i].text, &value, &error), PUMP_OK);
	ck_assert_int_eq(value, accepted[_i].value);
}
END_TEST

static const struct {
	enum kind kind;
	const char *text;
	enum pump_err err;
	size_t column;
	const char *suggestion;
} refused[] = {
	/* the unit */
	{DOSE, "1.2", PUMP_EFORM, 4, "1.2 mg/day or 1.2 mcg/day"},
	{DOSE, "1.2 ", PUMP_EFORM, 5, "1.2 mg/day or 1.2 mcg/day"},
	{CONCENTRATION, "10", PUMP_EFORM, 3, "10 mg/mL or 10 mcg/mL"},
	{VOLUME, "20", PUMP_EFORM, 3, "20 mL"},
	{DURATION, "12", PUMP_EFORM, 3, "12min or 12h or 12d"},
	{DOSE, "1 mg per day", PUMP_EFORM, 3, "1 mg/day"},
	{DOSE, "1 mg / day", PUMP_EFORM, 3, "1 mg/day"},
	{DOSE, "1 mg/d", PUMP_EFORM, 3, "1 mg/day"},
	{DOSE, "1 mg/24h", PUMP_EFORM, 3, "1 mg/day"},
	{DOSE, "1 mg", PUMP_EFORM, 3, "1 mg/day"},
	{DOSE, "1 MG/DAY", PUMP_EFORM, 3, "1 mg/day"},
	{DOSE, "1 mgs/day", PUMP_EFORM, 3, "1 mg/day"},
	{DOSE, "5 ug/day", PUMP_EFORM, 3, "5 mcg/day"},
	{DOSE, "5 \xc2\xb5g/day", PUMP_EFORM, 3, "5 mcg/day"},
	{DOSE, "5 \xce\xbcg/day", PUMP_EFORM, 3, "5 mcg/day"},
	{DOSE, "5 micrograms per day", PUMP_EFORM, 3, "5 mcg/day"},
	{DOSE, "1 mg/h", PUMP_EFORM, 3, "1 mg/hour"},
	{DOSE, "1 mg per hour", PUMP_EFORM, 3, "1 mg/hour"},
	{DOSE, "1 g/day", PUMP_EFORM, 3, ""},
	{DOSE, "1 mL/day", PUMP_EFORM, 3, ""},
	{DOSE, "1 mg/mL", PUMP_EFORM, 3, ""},
	{DOSE, "1 mg/day x", PUMP_EFORM, 3, ""},
	{DOSE, "1 mg/day ", PUMP_EFORM, 9, "1 mg/day"},
	{DOSE, "1 mg/day/day", PUMP_EFORM, 3, ""},
	{DOSE, "1 microgrammmmmmmmmmmmmmmmms/day", PUMP_EFORM, 3, ""},
	{CONCENTRATION, "10 mg", PUMP_EFORM, 4, ""},
	{CONCENTRATION, "10 mg/ml", PUMP_EFORM, 4, "10 mg/mL"},
	{CONCENTRATION, "10 mg/cc", PUMP_EFORM, 4, "10 mg/mL"},
	{CONCENTRATION, "500 ug/mL", PUMP_EFORM, 5, "500 mcg/mL"},
	{CONCENTRATION, "10 mg/day", PUMP_EFORM, 4, ""},
	{CONCENTRATION, "10 ng/mL", PUMP_EFORM, 4, ""},
	{VOLUME, "2 ml", PUMP_EFORM, 3, "2 mL"},
	{VOLUME, "2 cc", PUMP_EFORM, 3, "2 mL"},
	{VOLUME, "2 ML", PUMP_EFORM, 3, "2 mL"},
	{VOLUME, "2 L", PUMP_EFORM, 3, ""},
	{VOLUME, "2 uL", PUMP_EFORM, 3, "2 mcL"},
	{VOLUME, "2 \xc2\xb5L", PUMP_EFORM, 3, "2 mcL"},
	{VOLUME, "2 microlitres", PUMP_EFORM, 3, "2 mcL"},
	{VOLUME, "2 mcl", PUMP_EFORM, 3, "2 mcL"},
	{DURATION, "12  h", PUMP_EFORM, 4, "12h"},
	{DURATION, "12hours", PUMP_EFORM, 3, "12h"},
	{DURATION, "90m", PUMP_EFORM, 3, "90min"},
	{DURATION, "2days", PUMP_EFORM, 2, "2d"},
	{DURATION, "1w", PUMP_EFORM, 2, ""},
	{RATE, "0.4", PUMP_EFORM, 4, "0.4 mL/day"},
	{RATE, "0.4 mL", PUMP_EFORM, 5, "0.4 mL/day"},
	{RATE, "0.4 ml/d", PUMP_EFORM, 5, "0.4 mL/day"},
	{RATE, "0.4 cc per day", PUMP_EFORM, 5, "0.4 mL/day"},
	{RATE, "0.4 mL/h", PUMP_EFORM, 5, "0.4 mL/hour"},
	{RATE, "400 mcL/day", PUMP_EFORM, 5, ""},
	{RATE, "0.4 mg/day", PUMP_EFORM, 5, ""},
	{MASS, "50", PUMP_EFORM, 3, "50 mg or 50 mcg"},
	{MASS, "50 milligrams", PUMP_EFORM, 4, "50 mg"},
	{MASS, "50 mg/day", PUMP_EFORM, 4, ""},
	{MASS, "50 g", PUMP_EFORM, 4, ""},
	{MASS, "50 mL", PUMP_EFORM, 4, ""},
	{DAYS, "90", PUMP_EFORM, 3, "90 d"},
	{DAYS, "90 days", PUMP_EFORM, 4, "90 d"},
	{DAYS, "90 h", PUMP_EFORM, 4, ""},
	{DAYS, "3 months", PUMP_EFORM, 3, ""},
	{DAYS, "-1 d", PUMP_EFORM, 1, ""},
	/* the number */
	{DOSE, "1,2 mg/day", PUMP_EFORM, 2, "1.2 mg/day"},
	{DOSE, "0,125 mg/day", PUMP_EFORM, 2, "0.125 mg/day"},
	{DOSE, "1,250 mcg/day", PUMP_EFORM, 2, ""},
	{DOSE, "1,250,000 ng/day", PUMP_EFORM, 2, ""},
	{DOSE, ".5 mg/day", PUMP_EFORM, 1, "0.5 mg/day"},
	{DOSE, "5. mg/day", PUMP_EFORM, 2, "5 mg/day"},
	{DOSE, "5.", PUMP_EFORM, 2, "5 mg/day or 5 mcg/day"},
	{DOSE, "1.20mg/d", PUMP_EFORM, 4, "1.2 mg/day"},
	{DOSE, "1.0 mg/day", PUMP_EFORM, 3, "1 mg/day"},
	{DOSE, "1.000 mg/day", PUMP_EFORM, 3, "1 mg/day"},
	{DOSE, "01.2 mg/day", PUMP_EFORM, 1, "1.2 mg/day"},
	{DOSE, "00.5 mg/day", PUMP_EFORM, 1, "0.5 mg/day"},
	{DOSE, "00 mg/day", PUMP_EFORM, 1, "0 mg/day"},
	{DOSE, "-1 mg/day", PUMP_EFORM, 1, ""},
	{DOSE, "+1 mg/day", PUMP_EFORM, 1, "1 mg/day"},
	{DOSE, "1e3 mcg/day", PUMP_EFORM, 2, ""},
	{DOSE, "1E-3 mg/day", PUMP_EFORM, 2, ""},
	{DOSE, "1.2.3 mg/day", PUMP_EFORM, 4, ""},
	{DOSE, "1..2 mg/day", PUMP_EFORM, 2, ""},
	{DOSE, "1 000 mcg/day", PUMP_EFORM, 3, ""},
	{DOSE, " 1 mg/day", PUMP_EFORM, 1, "1 mg/day"},
	{DOSE, "1  mg/day", PUMP_EFORM, 3, "1 mg/day"},
	{DOSE, "1\tmg/day", PUMP_EFORM, 2, "1 mg/day"},
	{DOSE, "mg/day", PUMP_EFORM, 1, ""},
	{DOSE, ". mg/day", PUMP_EFORM, 1, ""},
	{DOSE, "", PUMP_EFORM, 1, ""},
	{DOSE, "\xd9\xa1 mg/day", PUMP_EFORM, 1, ""},
	{DOSE, "one mg/day", PUMP_EFORM, 1, ""},
	{DOSE, "0x10 mg/day", PUMP_EFORM, 2, ""},
	{DOSE, "nan", PUMP_EFORM, 1, ""},
	{DURATION, "1.5h", PUMP_EFORM, 2, ""},
	/* the range */
	{DOSE, "0.5 ng/day", PUMP_ERANGE, 3, ""},
	{DOSE, "1.2345 mcg/day", PUMP_ERANGE, 6, ""},
	{DOSE, "0.0000001 mg/day", PUMP_ERANGE, 9, ""},
	{VOLUME, "0.0000001 mL", PUMP_ERANGE, 9, ""},
	{VOLUME, "0.0001 mcL", PUMP_ERANGE, 6, ""},
	{DOSE, "0.5 ng/hour", PUMP_ERANGE, 3, ""},
	{DOSE, "0.0000001 mg/hour", PUMP_ERANGE, 9, ""},
	{DOSE, "384307168202282326 ng/hour", PUMP_ERANGE, 1, ""},
	{RATE, "0.0000001 mL/hour", PUMP_ERANGE, 9, ""},
	{RATE, "0.0000001 mL/day", PUMP_ERANGE, 9, ""},
	{MASS, "0.1 ng", PUMP_ERANGE, 3, ""},
	{DAYS, "1.5 d", PUMP_ERANGE, 3, ""},
	{DAYS, "9223372036854775808 d", PUMP_ERANGE, 1, ""},
	{CONCENTRATION, "0.0001 mcg/mL", PUMP_ERANGE, 6, ""},
	{DOSE, "9223372036854775808 ng/day", PUMP_ERANGE, 1, ""},
	{DOSE, "9223372036854.775808 mg/day", PUMP_ERANGE, 1, ""},
	{DOSE, "99999999999999999999999999 mg/day", PUMP_ERANGE, 1, ""},
	{DURATION, "9223372036854775807d", PUMP_ERANGE, 1, ""},
	/* nothing is suggested that would be refused */
	{DOSE, ".5 ng/day", PUMP_EFORM, 1, ""},
	{DOSE, "99999999999999999999999999", PUMP_EFORM, 27, ""},
};

START_TEST(other_spelling_is_refused_with_its_column_and_the_right_one)
{
	struct text_error error;
	int64_t value = -7;

	ck_assert_msg(parse(refused[_i].kind, refused[_i].text, &value, &error) == refused[_i].err,
		      "\"%s\"", refused[_i].text);
	ck_assert_int_eq(value, -7);
	ck_assert_msg(error.column == refused[_i].column, "\"%s\": column %zu: %s",
		      refused[_i].text, error.column, error.reason);
	ck_assert_msg(strcmp(error.suggestion, refused[_i].suggestion) == 0, "\"%s\": \"%s\"",
		      refused[_i].text, error.suggestion);
	ck_assert_uint_gt(strlen(error.reason), 5);
	ck_assert_int_ne(error.reason[strlen(error.reason) - 1], '.');
}
END_TEST

START_TEST(text_is_not_read_beyond_its_length)
{
	struct dose_rate dose;
	struct text_error error;

	ck_assert_int_eq(dose_rate_parse("1.2 mg/day5", 10, &dose, &error), PUMP_OK);
	ck_assert_int_eq(dose.ng_per_day, 1200000);
	ck_assert_int_eq(dose_rate_parse("1.2 mg/day", 9, &dose, &error), PUMP_EFORM);
}
END_TEST

START_TEST(display_text_follows_the_typography)
{
	char text[DECIMAL_TEXT_MAX];

	dose_rate_display((struct dose_rate){1250000}, UNIT_MCG, text);
	ck_assert_str_eq(text, "1,250 mcg per day");
	dose_rate_display((struct dose_rate){1200000}, UNIT_MG, text);
	ck_assert_str_eq(text, "1.2 mg per day");
	dose_rate_display((struct dose_rate){999000}, UNIT_MCG, text);
	ck_assert_str_eq(text, "999 mcg per day");
	dose_rate_display((struct dose_rate){1000000000}, UNIT_MCG, text);
	ck_assert_str_eq(text, "1,000,000 mcg per day");
	dose_rate_display((struct dose_rate){1234500}, UNIT_MCG, text);
	ck_assert_str_eq(text, "1,234.5 mcg per day");
	concentration_display((struct concentration){10000000}, UNIT_MG, text);
	ck_assert_str_eq(text, "10 mg per mL");
	volume_display((struct volume){18600000}, text);
	ck_assert_str_eq(text, "18.6 mL");
	volume_rate_display((struct volume_rate){48000}, text);
	ck_assert_str_eq(text, "0.048 mL per day");
	dose_rate_display((struct dose_rate){INT64_MAX}, UNIT_NG, text);
	ck_assert_str_eq(text, "9,223,372,036,854,775,807 ng per day");
}
END_TEST

START_TEST(canonical_text_has_no_comma_and_no_trailing_zero)
{
	char text[DECIMAL_TEXT_MAX];

	dose_rate_print((struct dose_rate){1250000}, UNIT_MCG, text);
	ck_assert_str_eq(text, "1250 mcg/day");
	volume_rate_print((struct volume_rate){400000}, text);
	ck_assert_str_eq(text, "0.4 mL/day");
	duration_print((struct duration){43200}, text);
	ck_assert_str_eq(text, "12h");
	duration_print((struct duration){172800}, text);
	ck_assert_str_eq(text, "2d");
	duration_print((struct duration){3660}, text);
	ck_assert_str_eq(text, "61min");
	duration_print((struct duration){0}, text);
	ck_assert_str_eq(text, "0s");
	decimal_print(1200000, 1000000, text);
	ck_assert_str_eq(text, "1.2");
	decimal_print(INT64_MIN, 1000000, text);
	ck_assert_str_eq(text, "-9223372036854.775808");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		parsing_undoes_printing_at_every_power_of_ten,
		parsing_undoes_printing_of_random_values,
		text_is_not_read_beyond_its_length,
		display_text_follows_the_typography,
		canonical_text_has_no_comma_and_no_trailing_zero,
		NULL,
	};
	const struct suite_loop loops[] = {
		{canonical_spelling_is_accepted, sizeof accepted / sizeof accepted[0]},
		{other_spelling_is_refused_with_its_column_and_the_right_one,
		 sizeof refused / sizeof refused[0]},
		{NULL, 0},
	};

	return suite_run_loops("decimal", tests, loops, NULL, NULL);
}
