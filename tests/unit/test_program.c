/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "program.h"
#include "suite.h"

#include <string.h>
#include <strings.h>

static struct program morphine(void)
{
	return (struct program){
		.mixture = {.count = 1, .parts = {{"morphine", {10000000}}}},
		.mode = PROGRAM_SIMPLE, .dose = {1200000}, .low_alarm = {4000000}};
}

START_TEST(totals_follow_from_dose_and_concentration)
{
	struct program program = morphine();
	struct program_totals totals;

	ck_assert_int_eq(program_totals(&program, NULL, &totals), PUMP_OK);
	ck_assert_int_eq(totals.rate.nl_per_day, 120000);
	ck_assert_int_eq(totals.volume_24h.nl, 120000);
	ck_assert_int_eq(totals.greatest_hour.nl, 5000);
	ck_assert_int_eq(totals.daily[0].ng_per_day, 1200000);
}
END_TEST

START_TEST(every_drug_of_a_mixture_has_its_daily_total_rounded_up)
{
	struct program program = morphine();
	struct program_totals totals;

	program.mixture.count = 3;
	memcpy(program.mixture.parts[1].name, "bupivacaine", sizeof "bupivacaine");
	program.mixture.parts[1].concentration.ng_per_ml = 5000000;
	memcpy(program.mixture.parts[2].name, "clonidine", sizeof "clonidine");
	program.mixture.parts[2].concentration.ng_per_ml = 7;
	ck_assert_int_eq(program_totals(&program, NULL, &totals), PUMP_OK);
	ck_assert_int_eq(totals.daily[1].ng_per_day, 600000);
	ck_assert_int_eq(totals.daily[2].ng_per_day, 1); /* 0.84 */
}
END_TEST

START_TEST(the_greatest_hour_rounds_up_and_the_rate_down)
{
	struct program program = morphine();
	struct program_totals totals;

	program.mixture.parts[0].concentration.ng_per_ml = 25000000;
	program.dose.ng_per_day = 1200007;
	ck_assert_int_eq(program_totals(&program, NULL, &totals), PUMP_OK);
	ck_assert_int_eq(totals.rate.nl_per_day, 48000);
	ck_assert_int_eq(totals.greatest_hour.nl, 2000);
	program.dose.ng_per_day = 1200025;
	ck_assert_int_eq(program_totals(&program, NULL, &totals), PUMP_OK);
	ck_assert_int_eq(totals.rate.nl_per_day, 48001);
	ck_assert_int_eq(totals.greatest_hour.nl, 2001);
}
END_TEST

START_TEST(what_cannot_be_computed_is_refused_and_leaves_the_result_alone)
{
	struct program program = morphine();
	struct program_totals totals = {.rate = {7}};

	program.dose.ng_per_day = 0;
	ck_assert_int_eq(program_totals(&program, NULL, &totals), PUMP_ERANGE);
	program = morphine();
	program.mixture.parts[0].concentration.ng_per_ml = 0;
	ck_assert_int_eq(program_totals(&program, NULL, &totals), PUMP_ERANGE);
	program = morphine();
	program.mixture.count = 0;
	ck_assert_int_eq(program_totals(&program, NULL, &totals), PUMP_ERANGE);
	program.mixture.count = MIXTURE_MAX + 1;
	ck_assert_int_eq(program_totals(&program, NULL, &totals), PUMP_ERANGE);
	program = morphine();
	program.mixture.count = 2;
	ck_assert_int_eq(program_totals(&program, NULL, &totals), PUMP_ERANGE);
	program = morphine();
	program.dose.ng_per_day = INT64_MAX;
	program.mixture.parts[0].concentration.ng_per_ml = 1;
	ck_assert_int_eq(program_totals(&program, NULL, &totals), PUMP_ERANGE);
	ck_assert_int_eq(totals.rate.nl_per_day, 7);
}
END_TEST

START_TEST(mixtures_are_equal_only_with_the_same_drugs_in_the_same_order)
{
	struct mixture a = {.count = 2, .parts = {{"morphine", {10}}, {"clonidine", {20}}}};
	struct mixture b = a;

	ck_assert(mixture_equal(&a, &b));
	b.parts[1].concentration.ng_per_ml = 21;
	ck_assert(!mixture_equal(&a, &b));
	b = (struct mixture){.count = 2, .parts = {{"clonidine", {20}}, {"morphine", {10}}}};
	ck_assert(!mixture_equal(&a, &b));
	b = a;
	b.count = 1;
	ck_assert(!mixture_equal(&a, &b));
	b = a;
	b.parts[0].name[7] = 0;
	ck_assert(!mixture_equal(&a, &b));
}
END_TEST

START_TEST(a_drug_is_shown_in_its_own_unit)
{
	struct mixture mixture = {.count = 3, .parts = {{"morphine", {1}}, {"baclofen", {1}},
							{"unknown-drug", {1}}}};

	ck_assert_int_eq(mixture_unit(&mixture, 0), UNIT_MG);
	ck_assert_int_eq(mixture_unit(&mixture, 1), UNIT_MCG);
	ck_assert_int_eq(mixture_unit(&mixture, 2), UNIT_MCG);
}
END_TEST

START_TEST(every_drug_of_the_table_is_complete_and_found_by_its_name)
{
	ck_assert_uint_ge(drug_count(), 4);
	for (size_t i = 0; i < drug_count(); i++) {
		const struct drug *drug = drug_at(i);

		ck_assert(drug_name_is_valid(drug->name, strlen(drug->name)));
		ck_assert_ptr_eq(drug_find(drug->name, strlen(drug->name)), drug);
		ck_assert_int_eq(strcasecmp(drug->name, drug->display), 0);
		ck_assert_uint_gt(strlen(drug->withdrawal_text), 10);
	}
}
END_TEST

START_TEST(an_inexact_name_finds_no_drug)
{
	ck_assert_ptr_null(drug_find("morphin", 7));
	ck_assert_ptr_null(drug_find("morphine2", 9));
	ck_assert_ptr_null(drug_find("Morphine", 8));
	ck_assert_ptr_null(drug_find("", 0));
	ck_assert_ptr_nonnull(drug_find("morphine2", 8));
}
END_TEST

START_TEST(drug_names_are_lower_case_words)
{
	static const char *const bad[] = {"", "1a", "-a", "Morphine", "a b", "a_b", "a.b", "\xc3\xa4",
					  "abcdefghijklmnopqrstuvwxy"};

	ck_assert(drug_name_is_valid("a", 1));
	ck_assert(drug_name_is_valid("b12-x", 5));
	ck_assert(drug_name_is_valid("abcdefghijklmnopqrstuvwx", 24));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_msg(!drug_name_is_valid(bad[i], strlen(bad[i])), "%s", bad[i]);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		totals_follow_from_dose_and_concentration,
		every_drug_of_a_mixture_has_its_daily_total_rounded_up,
		the_greatest_hour_rounds_up_and_the_rate_down,
		what_cannot_be_computed_is_refused_and_leaves_the_result_alone,
		mixtures_are_equal_only_with_the_same_drugs_in_the_same_order,
		a_drug_is_shown_in_its_own_unit,
		every_drug_of_the_table_is_complete_and_found_by_its_name,
		an_inexact_name_finds_no_drug,
		drug_names_are_lower_case_words,
		NULL,
	};

	return suite_run_tests("program", tests, NULL, NULL);
}
