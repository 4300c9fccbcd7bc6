/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "limits_bolus.h"
#include "limits_case.h"
#include "schedule.h"
#include "suite.h"

#include <string.h>

#define TUBING INT64_C(199000)

static struct bolus_request bolus;

/* 0.1 mg of morphine on top of 1 mg per day at 10 mg/mL: 10,000 nL in a minute, beside 100,000 nL in a day. */
static void reset(void)
{
	program = simple_program("morphine", MG(10), MG(1));
	bolus = (struct bolus_request){.program = &program, .model = pump_limits_find("PX40"), .volume = {10000},
				       .duration = {60}};
}

static const struct finding *check(const char *rule)
{
	finding_count = limits_check_bolus(&bolus, findings);
	return find_rule(rule);
}

START_TEST(an_ordinary_bolus_is_told_only_that_it_is_never_resumed)
{
	ck_assert_ptr_nonnull(check("L-bolus-not-resumed"));
	ck_assert_uint_eq(finding_count, 1);
}
END_TEST

START_TEST(a_bolus_may_fill_the_pumps_greatest_rate_and_not_a_drop_more)
{
	/* 23.9 mL per day are left beside the program. */
	bolus.volume.nl = 239000;
	bolus.duration.s = 864;
	ck_assert_ptr_null(check("L-bolus-rate"));
	bolus.volume.nl = 239001;
	ck_assert_int_eq(check("L-bolus-rate")->severity, SEVERITY_BLOCK);
	ck_assert_str_eq(findings[0].limit, "24 mL per day");
	bolus.duration.s = 865;
	ck_assert_ptr_null(check("L-bolus-rate"));
}
END_TEST

START_TEST(what_the_patient_may_ask_for_is_denied_meanwhile_and_what_is_periodic_is_not)
{
	bolus.volume.nl = 239000;
	bolus.duration.s = 864;
	program.patient = (struct program_patient_bolus){
		.present = true, .dose = {MCG(10)}, .duration = {60}, .lockout = {3600}, .most = 1};
	ck_assert_ptr_null(check("L-bolus-rate"));
	program.mode = PROGRAM_PERIODIC;
	program.periodic = (struct program_periodic){
		.dose = {MCG(10)}, .duration = {60}, .interval = {21600}, .base = program.dose};
	program.dose.ng_per_day = 0;
	ck_assert_ptr_nonnull(check("L-bolus-rate"));
}
END_TEST

START_TEST(the_shortest_time_is_whole_minutes_and_the_pump_can_do_it)
{
	static const int64_t volumes[] = {1, 16597, 16598, 239000, 239001, 5000000};
	struct duration time = {7};

	for (size_t i = 0; i < sizeof volumes / sizeof volumes[0]; i++) {
		bolus.volume.nl = volumes[i];
		ck_assert_int_eq(bolus_least_duration(&program, bolus.model, bolus.volume, &bolus.duration), PUMP_OK);
		ck_assert_int_eq(bolus.duration.s % 60, 0);
		ck_assert_ptr_null(check("L-bolus-rate"));
		bolus.duration.s -= 60;
		if (bolus.duration.s > 0)
			ck_assert_ptr_nonnull(check("L-bolus-rate"));
	}
	program.dose.ng_per_day = MG(240);
	ck_assert_int_eq(bolus_least_duration(&program, bolus.model, bolus.volume, &time), PUMP_ERANGE);
	ck_assert_int_eq(time.s, 7);
}
END_TEST

START_TEST(a_bolus_counts_into_the_drugs_greatest_day)
{
	bolus.volume.nl = 1900000;
	bolus.duration.s = 86400;
	ck_assert_ptr_null(check("L-daily-maximum"));
	bolus.volume.nl++;
	ck_assert_int_eq(check("L-daily-maximum")->severity, SEVERITY_OVERRIDE);
	ck_assert_str_eq(check("L-daily-maximum")->limit, "20 mg per day");
	/* So does what other boluses gave in the last 24 h. */
	bolus.volume.nl = 900000;
	bolus.given.nl = 1000000;
	ck_assert_ptr_null(check("L-daily-maximum"));
	bolus.given.nl++;
	ck_assert_ptr_nonnull(check("L-daily-maximum"));
	bolus.given.nl = INT64_MAX;
	ck_assert_ptr_nonnull(check("L-daily-maximum"));
	bolus.given.nl = 0;
	bolus.volume.nl = 1900001;
	/* A prime counts with what of it reaches the patient. */
	bolus.primes = true;
	ck_assert_ptr_null(check("L-daily-maximum"));
	bolus.most_at_tip = bolus.volume;
	ck_assert_ptr_nonnull(check("L-daily-maximum"));
}
END_TEST

START_TEST(less_than_a_stroke_is_told)
{
	bolus.volume.nl = 100;
	ck_assert_ptr_null(check("L-stroke-none"));
	bolus.volume.nl = 99;
	ck_assert_ptr_nonnull(check("L-stroke-none"));
}
END_TEST

START_TEST(a_prime_that_may_reach_the_patient_needs_a_reason)
{
	bolus.primes = true;
	ck_assert_ptr_null(check("L-prime-delivers"));
	ck_assert_ptr_nonnull(check("L-prime-mixing"));
	bolus.most_at_tip.nl = 2000;
	ck_assert_int_eq(check("L-prime-delivers")->severity, SEVERITY_OVERRIDE);
	ck_assert_ptr_nonnull(strstr(check("L-prime-delivers")->text, "not known"));
	bolus.least_at_tip = bolus.most_at_tip;
	ck_assert_ptr_null(strstr(check("L-prime-delivers")->text, "not known"));
	ck_assert_str_eq(check("L-prime-delivers")->value, "0.002 mL");
}
END_TEST

START_TEST(what_reaches_the_tip_lies_between_an_empty_tubing_and_a_full_one)
{
	static const struct {
		int64_t prime, moved, least, most;
	} rows[] = {
		{234000, 0, 0, 0},	      {234001, 0, 0, 1},	       {433000, 0, 0, 199000},
		{433001, 0, 1, 199001},	      {234000, 50000, 0, 50000},       {100, 234000, 0, 100},
		{100, INT64_MAX, 0, 100},     {183999, 50000, 0, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct volume least, most;

		bolus_prime_at_tip((struct volume){rows[i].prime}, (struct volume){234000 + TUBING}, (struct volume){TUBING},
				   (struct volume){rows[i].moved}, &least, &most);
		ck_assert_int_eq(least.nl, rows[i].least);
		ck_assert_int_eq(most.nl, rows[i].most);
	}
}
END_TEST

START_TEST(what_cannot_be_computed_is_refused)
{
	bolus.volume.nl = 0;
	ck_assert_int_eq(check("L-not-computable")->severity, SEVERITY_BLOCK);
	bolus.volume.nl = SCHEDULE_MAX + 1;
	ck_assert_ptr_nonnull(check("L-not-computable"));
	reset();
	bolus.duration.s = 0;
	ck_assert_ptr_nonnull(check("L-not-computable"));
	reset();
	program.dose.ng_per_day = 0;
	ck_assert_ptr_nonnull(check("L-not-computable"));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		an_ordinary_bolus_is_told_only_that_it_is_never_resumed,
		a_bolus_may_fill_the_pumps_greatest_rate_and_not_a_drop_more,
		what_the_patient_may_ask_for_is_denied_meanwhile_and_what_is_periodic_is_not,
		the_shortest_time_is_whole_minutes_and_the_pump_can_do_it,
		a_bolus_counts_into_the_drugs_greatest_day,
		less_than_a_stroke_is_told,
		a_prime_that_may_reach_the_patient_needs_a_reason,
		what_reaches_the_tip_lies_between_an_empty_tubing_and_a_full_one,
		what_cannot_be_computed_is_refused,
		NULL,
	};

	return suite_run_tests("limits_bolus", tests, reset, NULL);
}
