/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "strength.h"
#include "suite.h"

#include <string.h>

static enum pump_err parse(const char *text, struct strength *out, struct text_error *error)
{
	return strength_parse(text, strlen(text), out, error);
}

static const struct {
	const char *text;
	int64_t ng_per_ml, total_ng, nl;
	bool is_exact;
} accepted[] = {
	{"500 mcg/mL", 500000, 0, 0, true},
	{"20 mg/mL", 20000000, 0, 0, true},
	{"50 mg in 20 mL", 2500000, 50000000, 20000000, true},
	{"50mg in 20mL", 2500000, 50000000, 20000000, true},
	{"10000 mcg in 20 mL", 500000, 10000000, 20000000, true},
	{"50 mg in 3 mL", 16666667, 50000000, 3000000, false},
	{"1 ng in 3 mL", 1, 1, 3000000, false},
	{"2 mg in 0.000001 mL", INT64_C(2000000000000), 2000000, 1, true},
	{"9223372036854 ng in 0.000001 mL", INT64_C(9223372036854000000), INT64_C(9223372036854), 1, true},
};

START_TEST(a_total_over_a_volume_is_a_concentration_rounded_up)
{
	struct strength strength = {0};
	struct text_error error;

	ck_assert_msg(parse(accepted[_i].text, &strength, &error) == PUMP_OK, "%s: %s",
		      accepted[_i].text, error.reason);
	ck_assert_int_eq(strength.concentration.ng_per_ml, accepted[_i].ng_per_ml);
	ck_assert_int_eq(strength.total.ng, accepted[_i].total_ng);
	ck_assert_int_eq(strength.in.nl, accepted[_i].nl);
	ck_assert(strength.is_exact == accepted[_i].is_exact);
}
END_TEST

static const struct {
	const char *text;
	enum pump_err err;
	size_t column;
	const char *suggestion;
} refused[] = {
	{"", PUMP_EFORM, 1, ""},
	{"500", PUMP_EFORM, 4, "500 mg/mL or 500 mcg/mL"},
	{"500 ug/mL", PUMP_EFORM, 5, "500 mcg/mL"},
	{"50 mg", PUMP_EFORM, 4, ""},
	{"50 mg in", PUMP_EFORM, 9, ""},
	{"50 mg in ", PUMP_EFORM, 10, ""},
	{"50 mg in 20", PUMP_EFORM, 12, "50 mg in 20 mL"},
	{"50 mg in 20 ml", PUMP_EFORM, 13, "50 mg in 20 mL"},
	{"50 MG in 20 mL", PUMP_EFORM, 4, "50 mg in 20 mL"},
	{"50 in 20 mL", PUMP_EFORM, 3, ""},
	{"50.0 mg in 20 mL", PUMP_EFORM, 4, "50 mg in 20 mL"},
	{"50 MG in 20 ml", PUMP_EFORM, 4, ""},
	{"50 mg in  20 mL", PUMP_EFORM, 10, "50 mg in 20 mL"},
	{"50 mg  in 20 mL", PUMP_EFORM, 6, "50 mg in 20 mL"},
	{"-50 mg in 20 mL", PUMP_EFORM, 1, ""},
	{"5e1 mg in 20 mL", PUMP_EFORM, 2, ""},
	{"50 mg in 20 mL in 3 mL", PUMP_EFORM, 13, ""},
	{"50 mg into 20 mL", PUMP_EFORM, 4, ""},
	{"50 mg inx20 mL", PUMP_EFORM, 4, ""},
	{"20 mL in 50 mg", PUMP_EFORM, 4, ""},
	{"50 mg in 20 mL/day", PUMP_EFORM, 13, ""},
	{"0 mg in 20 mL", PUMP_ERANGE, 1, ""},
	{"50 mg in 0 mL", PUMP_ERANGE, 10, ""},
	{"0 mg/mL", PUMP_ERANGE, 1, ""},
	{"10000000000000 ng in 0.000001 mL", PUMP_ERANGE, 1, ""},
	{"99999999999999999999 mg in 20 mL", PUMP_ERANGE, 1, ""},
	{"50 mg in 0.0000001 mL", PUMP_ERANGE, 18, ""},
};

START_TEST(other_strengths_are_refused_with_their_column)
{
	struct strength strength = {.concentration = {-7}};
	struct text_error error;

	ck_assert_msg(parse(refused[_i].text, &strength, &error) == refused[_i].err, "%s: %s",
		      refused[_i].text, error.reason ? error.reason : "accepted");
	ck_assert_msg(error.column == refused[_i].column, "%s: column %zu", refused[_i].text,
		      error.column);
	ck_assert_str_eq(error.suggestion, refused[_i].suggestion);
	ck_assert_int_eq(strength.concentration.ng_per_ml, -7);
}
END_TEST

START_TEST(printing_undoes_parsing)
{
	char text[2 * DECIMAL_TEXT_MAX];
	struct strength strength, back;
	struct text_error error;

	for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
		ck_assert_int_eq(parse(accepted[i].text, &strength, &error), PUMP_OK);
		ck_assert_uint_eq(strength_print(&strength, UNIT_MG, text), strlen(text));
		ck_assert_msg(parse(text, &back, &error) == PUMP_OK, "%s: %s", text, error.reason);
		ck_assert_int_eq(back.concentration.ng_per_ml, strength.concentration.ng_per_ml);
		ck_assert_int_eq(back.total.ng, strength.total.ng);
		ck_assert_int_eq(back.in.nl, strength.in.nl);
	}
	ck_assert_int_eq(parse("50 mg in 20 mL", &strength, &error), PUMP_OK);
	strength_print(&strength, UNIT_MCG, text);
	ck_assert_str_eq(text, "50000 mcg in 20 mL");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {printing_undoes_parsing, NULL};
	const struct suite_loop loops[] = {
		{a_total_over_a_volume_is_a_concentration_rounded_up,
		 sizeof accepted / sizeof accepted[0]},
		{other_strengths_are_refused_with_their_column, sizeof refused / sizeof refused[0]},
		{NULL, 0},
	};

	return suite_run_loops("strength", tests, loops, NULL, NULL);
}
