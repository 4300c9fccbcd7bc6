/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "quantity.h"
#include "suite.h"

#define ERR(e) ck_assert_int_eq((e), PUMP_ERANGE)
#define OK(e)  ck_assert_int_eq((e), PUMP_OK)

START_TEST(a_rate_derived_from_a_dose_rounds_down)
{
	static const struct {
		int64_t dose, concentration, rate;
	} rows[] = {
		{1200000, 10000000, 120000},   /* 1.2 mg/day of 10 mg/mL = 0.12 mL/day */
		{1200, 25000, 48000},          /* 1.2 mcg/day of 25 mcg/mL = 0.048 mL/day */
		{120000, 500000, 240000},      /* 120 mcg/day of 500 mcg/mL = 0.24 mL/day */
		{1, 3, 333333},
		{2, 3, 666666},
		{0, 3, 0},
		{1, 4294967295, 0},
		{INT64_MAX, 1000000, INT64_MAX},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct volume_rate rate;

		OK(rate_from_dose((struct dose_rate){rows[i].dose},
				  (struct concentration){rows[i].concentration}, &rate));
		ck_assert_int_eq(rate.nl_per_day, rows[i].rate);
	}
}
END_TEST

START_TEST(other_drugs_of_a_mixture_scale_with_their_concentration)
{
	static const struct {
		int64_t dose, own, other, down, up;
	} rows[] = {
		{5000000, 20000000, 30000000, 7500000, 7500000}, /* bupivacaine beside morphine */
		{5000000, 20000000, 200000, 50000, 50000},       /* clonidine beside morphine */
		{1, 3, 1, 0, 1},
		{0, 3, 1, 0, 0},
		{INT64_MAX, DIVISOR_MAX, DIVISOR_MAX, INT64_MAX, INT64_MAX},
		{INT64_MAX, DIVISOR_MAX, DIVISOR_MAX - 1, INT64_C(9223372034707292158),
		 INT64_C(9223372034707292159)},
	};
	struct dose_rate out = {-7};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct dose_rate dose = {rows[i].dose};
		struct concentration own = {rows[i].own}, other = {rows[i].other};

		OK(dose_in_mixture(dose, own, other, ROUND_DOWN, &out));
		ck_assert_int_eq(out.ng_per_day, rows[i].down);
		OK(dose_in_mixture(dose, own, other, ROUND_UP, &out));
		ck_assert_int_eq(out.ng_per_day, rows[i].up);
	}
	out.ng_per_day = -7;
	ERR(dose_in_mixture((struct dose_rate){-1}, (struct concentration){1}, (struct concentration){1},
			    ROUND_UP, &out));
	ERR(dose_in_mixture((struct dose_rate){1}, (struct concentration){0}, (struct concentration){1},
			    ROUND_UP, &out));
	ERR(dose_in_mixture((struct dose_rate){1}, (struct concentration){1}, (struct concentration){0},
			    ROUND_UP, &out));
	ERR(dose_in_mixture((struct dose_rate){INT64_MAX}, (struct concentration){1},
			    (struct concentration){2}, ROUND_UP, &out));
	ERR(dose_in_mixture((struct dose_rate){1}, (struct concentration){DIVISOR_MAX + 1},
			    (struct concentration){1}, ROUND_UP, &out));
	ck_assert_int_eq(out.ng_per_day, -7);
}
END_TEST

START_TEST(the_dose_of_a_derived_rate_never_exceeds_the_dose_meant)
{
	for (int64_t dose = 1; dose < 3000; dose += 7)
		for (int64_t concentration = 1; concentration < 3000; concentration += 11) {
			struct concentration c = {concentration};
			struct dose_rate back, up;
			struct volume_rate rate;

			/* A passing ck_assert writes to a file: too slow for so many. */
			if (rate_from_dose((struct dose_rate){dose}, c, &rate) != PUMP_OK ||
			    dose_from_rate(rate, c, ROUND_DOWN, &back) != PUMP_OK ||
			    dose_from_rate(rate, c, ROUND_UP, &up) != PUMP_OK)
				ck_abort();
			if (back.ng_per_day > dose || up.ng_per_day > dose ||
			    up.ng_per_day - back.ng_per_day > 1)
				ck_abort_msg("%d ng/day of %d ng/mL", (int)dose, (int)concentration);
		}
}
END_TEST

START_TEST(the_named_rounding_is_used)
{
	struct volume volume;
	struct dose_rate dose;
	struct mass mass;

	OK(dose_from_rate((struct volume_rate){1}, (struct concentration){1}, ROUND_DOWN, &dose));
	ck_assert_int_eq(dose.ng_per_day, 0);
	OK(dose_from_rate((struct volume_rate){1}, (struct concentration){1}, ROUND_UP, &dose));
	ck_assert_int_eq(dose.ng_per_day, 1);
	OK(volume_from_rate((struct volume_rate){120000}, (struct duration){3600}, ROUND_UP, &volume));
	ck_assert_int_eq(volume.nl, 5000);
	OK(volume_from_rate((struct volume_rate){120001}, (struct duration){3600}, ROUND_UP, &volume));
	ck_assert_int_eq(volume.nl, 5001);
	OK(volume_from_rate((struct volume_rate){120001}, (struct duration){3600}, ROUND_DOWN, &volume));
	ck_assert_int_eq(volume.nl, 5000);
	OK(mass_in_volume((struct volume){1500000}, (struct concentration){3}, ROUND_DOWN, &mass));
	ck_assert_int_eq(mass.ng, 4);
	OK(mass_in_volume((struct volume){1500000}, (struct concentration){3}, ROUND_UP, &mass));
	ck_assert_int_eq(mass.ng, 5);
}
END_TEST

START_TEST(overflow_and_senseless_input_leave_the_result_alone)
{
	struct volume_rate rate = {7};
	struct dose_rate dose = {7};
	struct volume volume = {7};
	struct mass mass = {7};

	ERR(rate_from_dose((struct dose_rate){-1}, (struct concentration){1}, &rate));
	ERR(rate_from_dose((struct dose_rate){1}, (struct concentration){0}, &rate));
	ERR(rate_from_dose((struct dose_rate){1}, (struct concentration){-1}, &rate));
	ERR(rate_from_dose((struct dose_rate){1}, (struct concentration){DIVISOR_MAX + 1}, &rate));
	ERR(rate_from_dose((struct dose_rate){INT64_MAX}, (struct concentration){999999}, &rate));
	ERR(dose_from_rate((struct volume_rate){-1}, (struct concentration){1}, ROUND_UP, &dose));
	ERR(dose_from_rate((struct volume_rate){1}, (struct concentration){0}, ROUND_UP, &dose));
	ERR(dose_from_rate((struct volume_rate){INT64_MAX}, (struct concentration){INT64_MAX},
			   ROUND_DOWN, &dose));
	ERR(volume_from_rate((struct volume_rate){-1}, (struct duration){1}, ROUND_UP, &volume));
	ERR(volume_from_rate((struct volume_rate){1}, (struct duration){-1}, ROUND_UP, &volume));
	ERR(volume_from_rate((struct volume_rate){INT64_MAX}, (struct duration){86401}, ROUND_UP,
			     &volume));
	ERR(mass_in_volume((struct volume){-1}, (struct concentration){1}, ROUND_UP, &mass));
	ERR(mass_in_volume((struct volume){1}, (struct concentration){0}, ROUND_UP, &mass));
	ERR(mass_in_volume((struct volume){INT64_MAX}, (struct concentration){INT64_MAX}, ROUND_UP,
			   &mass));
	ck_assert_int_eq(rate.nl_per_day, 7);
	ck_assert_int_eq(dose.ng_per_day, 7);
	ck_assert_int_eq(volume.nl, 7);
	ck_assert_int_eq(mass.ng, 7);
}
END_TEST

START_TEST(rounding_up_the_largest_value_is_an_overflow)
{
	struct volume volume = {7};

	/* This product is INT64_MAX and a part of one. */
	ERR(volume_from_rate((struct volume_rate){INT64_C(9223265286099149660)},
			     (struct duration){86401}, ROUND_UP, &volume));
	OK(volume_from_rate((struct volume_rate){INT64_C(9223265286099149660)},
			    (struct duration){86401}, ROUND_DOWN, &volume));
	ck_assert_int_eq(volume.nl, INT64_MAX);
	OK(volume_from_rate((struct volume_rate){INT64_MAX}, (struct duration){86400}, ROUND_UP,
			    &volume));
	ck_assert_int_eq(volume.nl, INT64_MAX);
}
END_TEST

START_TEST(per_cent_is_rounded_to_nearest_with_halves_away_from_zero)
{
	static const struct {
		int64_t a, b, percent;
	} rows[] = {
		{100, 130, 30}, {100, 70, -30}, {1000, 1004, 0}, {1000, 1005, 1}, {1000, 995, -1},
		{1000, 996, 0}, {200, 201, 1}, {200, 199, -1}, {3, 4, 33}, {3, 5, 67},
		{1, 1, 0}, {1, 0, -100}, {1000000, 1200000, 20}, {PERCENT_BASE_MAX, 0, -100},
		{PERCENT_BASE_MAX, PERCENT_BASE_MAX, 0}, {1, 92233720368547758, INT64_C(9223372036854775700)},
	};
	int64_t percent = 7;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		OK(percent_change(rows[i].a, rows[i].b, &percent));
		ck_assert_int_eq(percent, rows[i].percent);
	}
	percent = 7;
	ERR(percent_change(0, 1, &percent));
	ERR(percent_change(-1, 1, &percent));
	ERR(percent_change(1, INT64_MAX, &percent));
	ERR(percent_change(PERCENT_BASE_MAX + 1, 0, &percent));
	ERR(percent_change(1, -1, &percent));
	ck_assert_int_eq(percent, 7);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_rate_derived_from_a_dose_rounds_down,
		other_drugs_of_a_mixture_scale_with_their_concentration,
		the_dose_of_a_derived_rate_never_exceeds_the_dose_meant,
		the_named_rounding_is_used,
		overflow_and_senseless_input_leave_the_result_alone,
		rounding_up_the_largest_value_is_an_overflow,
		per_cent_is_rounded_to_nearest_with_halves_away_from_zero,
		NULL,
	};

	return suite_run_tests("quantity", tests, NULL, NULL);
}
