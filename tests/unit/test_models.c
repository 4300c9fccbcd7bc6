/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every constant of a pump model, once more: a change of one is a change of the table's version and of
 * this file, never of one number alone. A tubing volume that was wrong by a third has overdosed patients.
 */
#include "models.h"
#include "pump_limits.h"
#include "suite.h"

#include <string.h>

static const struct {
	const char *model;
	int64_t reservoir_nl, residual_nl, least, greatest, minimum, stroke_nl, tubing_nl, accuracy_permille, battery_days;
} rows[] = {
	{"PX20", 20000000, 1400000, 48000, 24000000, 6000, 100, 199000, 145, 2555},
	{"PX40", 40000000, 1400000, 48000, 24000000, 6000, 100, 199000, 145, 2555},
};

enum { MODELS = sizeof rows / sizeof rows[0], VERSION_OF_THIS_FILE = 1 };

START_TEST(every_constant_of_each_model_is_the_one_that_was_looked_at)
{
	const struct pump_limits *is = pump_limits_find(rows[_i].model);

	ck_assert_int_eq(PUMP_MODELS_VERSION, VERSION_OF_THIS_FILE);
	ck_assert_uint_eq(pump_limits_count(), MODELS);
	ck_assert_ptr_nonnull(is);
	ck_assert_int_eq(is->reservoir.nl, rows[_i].reservoir_nl);
	ck_assert_int_eq(is->residual.nl, rows[_i].residual_nl);
	ck_assert_int_eq(is->least.nl_per_day, rows[_i].least);
	ck_assert_int_eq(is->greatest.nl_per_day, rows[_i].greatest);
	ck_assert_int_eq(is->minimum.nl_per_day, rows[_i].minimum);
	ck_assert_int_eq(is->stroke.nl, rows[_i].stroke_nl);
	ck_assert_int_eq(is->tubing.nl, rows[_i].tubing_nl);
	ck_assert_int_eq(is->accuracy_permille, rows[_i].accuracy_permille);
	ck_assert_int_eq(is->battery_days, rows[_i].battery_days);
}
END_TEST

START_TEST(the_pump_was_built_with_the_same_constants)
{
	const struct pump_model_limits *is = pump_limits_of(rows[_i].model);

	ck_assert_ptr_nonnull(is);
	ck_assert_uint_eq(is->reservoir_nl, (uint64_t)rows[_i].reservoir_nl);
	ck_assert_uint_eq(is->residual_nl, (uint64_t)rows[_i].residual_nl);
	ck_assert_uint_eq(is->least_nl_per_day, (uint64_t)rows[_i].least);
	ck_assert_uint_eq(is->greatest_nl_per_day, (uint64_t)rows[_i].greatest);
	ck_assert_uint_eq(is->minimum_nl_per_day, (uint64_t)rows[_i].minimum);
	ck_assert_uint_eq(is->stroke_nl, (uint64_t)rows[_i].stroke_nl);
}
END_TEST

int main(void)
{
	static const TTest *const tests[] = {NULL};
	const struct suite_loop loops[] = {
		{every_constant_of_each_model_is_the_one_that_was_looked_at, MODELS},
		{the_pump_was_built_with_the_same_constants, MODELS},
		{NULL, 0},
	};

	return suite_run_loops("models", tests, loops, NULL, NULL);
}
