/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drug.h"
#include "suite.h"

#include <string.h>

static struct drug_limits limits_of(const char *name, const struct drug_site *site)
{
	struct drug_limits limits;

	drug_limits_find(drug_find(name, strlen(name)), site, &limits);
	return limits;
}

START_TEST(every_row_is_of_a_known_drug_and_in_order)
{
	for (size_t i = 0; i < drug_row_count(); i++) {
		const struct drug_row *row = drug_row_at(i);
		int64_t before = 0;

		ck_assert_ptr_nonnull(drug_find(row->drug, strlen(row->drug)));
		ck_assert_msg(!row->greatest.ng_per_ml || row->least.ng_per_ml <= row->greatest.ng_per_ml,
			      "%s", row->title);
		ck_assert_int_le(row->start_least.ng_per_day, row->start_greatest.ng_per_day);
		ck_assert(!row->daily_maximum.ng_per_day ||
			  row->start_greatest.ng_per_day <= row->daily_maximum.ng_per_day);
		ck_assert(!row->step_percent || !row->step.ng_per_day);
		for (size_t k = 0; k < DRUG_STOCKED_MAX && row->stocked[k].ng_per_ml > 0; k++) {
			ck_assert_int_gt(row->stocked[k].ng_per_ml, before);
			before = row->stocked[k].ng_per_ml;
		}
	}
}
END_TEST

START_TEST(the_table_says_what_its_sources_say)
{
	struct drug_limits limits = limits_of("baclofen", NULL);

	ck_assert_int_eq(limits.least->least.ng_per_ml, 500000);
	ck_assert_int_eq(limits.greatest->greatest.ng_per_ml, 2000000);
	ck_assert_int_eq(limits.maximum->daily_maximum.ng_per_day, 1199000);
	ck_assert_int_eq(limits.step->step_percent, 30);
	ck_assert_int_eq(limits.step->step_interval.s, 86400);
	ck_assert_ptr_null(limits.start);
	ck_assert_int_eq(drug_find("baclofen", 8)->withdrawal, WITHDRAWAL_SEVERE);
	limits = limits_of("morphine", NULL);
	ck_assert_int_eq(limits.maximum->daily_maximum.ng_per_day, 20000000);
	ck_assert_int_eq(limits.second_maximum->daily_maximum.ng_per_day, 15000000);
	ck_assert(!limits.second_maximum->verified);
	ck_assert_int_eq(limits.greatest->greatest.ng_per_ml, 25000000);
	ck_assert_int_eq(limits.start->start_greatest.ng_per_day, 1000000);
	limits = limits_of("hydromorphone", NULL);
	ck_assert(!limits.maximum->verified && !limits.start->verified);
	ck_assert_ptr_null(limits.least);
}
END_TEST

START_TEST(of_two_labels_the_lower_maximum_is_in_force)
{
	struct drug_limits limits = limits_of("ziconotide", NULL);

	ck_assert_int_eq(limits.maximum->daily_maximum.ng_per_day, 19200);
	ck_assert_str_eq(limits.maximum->title, "US label");
	ck_assert_int_eq(limits.step->step.ng_per_day, 2400);
	ck_assert_ptr_null(limits.second_maximum);
}
END_TEST

/* The label's lowest first dose has to be possible, and a tenth of what is in stock must not be. */
START_TEST(the_least_concentrations_allow_the_first_doses_and_no_tenth)
{
	static const struct {
		const char *drug;
		int64_t first_dose; /* ng per day */
	} rows[] = {{"morphine", 200000}, {"ziconotide", 500}};

	for (size_t i = 0; i < 2; i++) {
		struct drug_limits limits = limits_of(rows[i].drug, NULL);
		struct volume_rate rate;

		ck_assert_int_eq(rate_from_dose((struct dose_rate){rows[i].first_dose},
						limits.least->least, &rate), PUMP_OK);
		ck_assert_int_ge(rate.nl_per_day, 48000);
		ck_assert_int_lt(limits.stocked->stocked[0].ng_per_ml / 10, limits.least->least.ng_per_ml);
	}
}
END_TEST

START_TEST(a_clinic_s_row_comes_before_all_others_figure_by_figure)
{
	struct drug_site site = {.count = 1,
				 .rows = {{.drug = "morphine", .authority = DRUG_SITE, .title = "clinic",
					   .daily_maximum = {12000000}, .least = {5000000},
					   .source = "formulary", .source_date = "2026-08-01",
					   .verified = true}}};
	struct drug_limits limits = limits_of("morphine", &site);

	ck_assert_int_eq(limits.maximum->daily_maximum.ng_per_day, 12000000);
	ck_assert_int_eq(limits.least->least.ng_per_ml, 5000000);
	ck_assert_int_eq(limits.greatest->greatest.ng_per_ml, 25000000);
	ck_assert_ptr_null(limits.second_maximum);
	limits = limits_of("baclofen", &site);
	ck_assert_int_eq(limits.maximum->daily_maximum.ng_per_day, 1199000);
}
END_TEST

START_TEST(what_is_known_of_a_mixture_does_not_depend_on_the_order)
{
	ck_assert_int_eq(mixing_find("baclofen", "morphine")->mixing, MIXING_AGAINST_LABEL);
	ck_assert_int_eq(mixing_find("clonidine", "baclofen")->mixing, MIXING_AGAINST_LABEL);
	ck_assert_int_eq(mixing_find("hydromorphone", "ziconotide")->mixing, MIXING_AGAINST_LABEL);
	ck_assert_int_eq(mixing_find("bupivacaine", "morphine")->mixing, MIXING_STABLE);
	ck_assert_ptr_eq(mixing_find("clonidine", "morphine"), mixing_find("morphine", "clonidine"));
	ck_assert_ptr_null(mixing_find("hydromorphone", "bupivacaine"));
	ck_assert_ptr_null(mixing_find("bupivacaine", "ziconotide"));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		every_row_is_of_a_known_drug_and_in_order,
		the_table_says_what_its_sources_say,
		of_two_labels_the_lower_maximum_is_in_force,
		the_least_concentrations_allow_the_first_doses_and_no_tenth,
		a_clinic_s_row_comes_before_all_others_figure_by_figure,
		what_is_known_of_a_mixture_does_not_depend_on_the_order,
		NULL,
	};

	return suite_run_tests("drug", tests, NULL, NULL);
}
