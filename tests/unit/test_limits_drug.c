/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules about drugs: strengths, mixtures, first doses, steps, time without drug, clinic rows. */
#include "suite.h"
#include "therapy_limits.h"

#include <string.h>

static struct finding findings[FINDINGS_MAX];
static struct limits_request request;
static struct program program, running;
static size_t count;

static struct program make(const char *drug, int64_t concentration, int64_t dose)
{
	struct program made = {.mixture = {.count = 1, .parts = {{.concentration = {concentration}}}},
			       .mode = PROGRAM_SIMPLE,
			       .dose = {dose},
			       .low_alarm = {4000000}};

	memcpy(made.mixture.parts[0].name, drug, strlen(drug) + 1);
	return made;
}

static void mix(struct program *made, const char *drug, int64_t concentration)
{
	struct mixture_part *part = &made->mixture.parts[made->mixture.count++];

	memcpy(part->name, drug, strlen(drug) + 1);
	part->concentration.ng_per_ml = concentration;
}

static void reset(void)
{
	request = (struct limits_request){.program = &program, .model = pump_limits_find("PX40")};
}

static const struct finding *find(const char *rule)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(findings[i].rule, rule) == 0)
			return &findings[i];
	return NULL;
}

static const struct finding *check(const char *rule)
{
	count = limits_check(&request, findings);
	return find(rule);
}

static void expect(const char *rule, enum severity severity, const char *value, const char *limit)
{
	const struct finding *finding = check(rule);

	ck_assert_msg(finding != NULL, "no %s", rule);
	ck_assert_int_eq(finding->severity, severity);
	ck_assert_str_eq(finding->value, value);
	ck_assert_str_eq(finding->limit, limit);
}

START_TEST(a_strength_in_stock_with_a_moved_point_needs_an_override)
{
	program = make("morphine", 2500000, 500000);
	expect("L-concentration-ten-fold", SEVERITY_OVERRIDE, "morphine  2.5 mg per mL", "25 mg per mL");
	program = make("ziconotide", 10000, 2000);
	expect("L-concentration-ten-fold", SEVERITY_OVERRIDE, "ziconotide  10 mcg per mL",
	       "100 mcg per mL");
	program = make("morphine", 20000000, 1000000);
	ck_assert_ptr_null(check("L-concentration-ten-fold"));
	program = make("morphine", 10000000, 1000000);
	ck_assert_ptr_null(check("L-concentration-ten-fold"));
	program = make("morphine", 1000000, 1000000);
	ck_assert_ptr_null(check("L-concentration-ten-fold"));
	ck_assert_ptr_nonnull(find("L-concentration-range"));
}
END_TEST

START_TEST(what_is_in_the_pump_with_a_moved_point_needs_an_override)
{
	running = make("hydromorphone", 5000000, 1000000);
	program = make("hydromorphone", 500000, 1000000);
	request.running = &running;
	expect("L-concentration-ten-fold", SEVERITY_OVERRIDE, "HYDROmorphone  0.5 mg per mL",
	       "5 mg per mL");
	running = make("hydromorphone", 6000000, 1000000);
	ck_assert_ptr_null(check("L-concentration-ten-fold"));
}
END_TEST

START_TEST(a_drug_without_a_least_concentration_says_so)
{
	program = make("hydromorphone", 10000000, 100000);
	expect("L-concentration-open", SEVERITY_WARN, "HYDROmorphone  10 mg per mL", "");
	program = make("morphine", 10000000, 1000000);
	ck_assert_ptr_null(check("L-concentration-open"));
}
END_TEST

START_TEST(a_consensus_below_the_label_is_a_warning_that_is_marked_unverified)
{
	program = running = make("morphine", 25000000, 15000001);
	request.running = &running;
	expect("L-consensus-maximum", SEVERITY_WARN, "morphine  15.000001 mg per day", "15 mg per day");
	ck_assert(find("L-consensus-maximum")->unverified);
	ck_assert_ptr_null(find("L-daily-maximum"));
	program.dose.ng_per_day = 15000000;
	ck_assert_ptr_null(check("L-consensus-maximum"));
	program.dose.ng_per_day = 20000001;
	ck_assert_ptr_null(check("L-consensus-maximum"));
	ck_assert_ptr_nonnull(find("L-daily-maximum"));
}
END_TEST

START_TEST(a_first_dose_above_the_start_range_needs_an_override)
{
	program = make("morphine", 10000000, 1000001);
	expect("L-start-range", SEVERITY_OVERRIDE, "morphine  1.000001 mg per day", "1 mg per day");
	ck_assert(!find("L-start-range")->unverified);
	program.dose.ng_per_day = 1000000;
	ck_assert_ptr_null(check("L-start-range"));
	running = make("ziconotide", 25000, 2400);
	program.dose.ng_per_day = 1000001;
	request.running = &running;
	ck_assert_ptr_nonnull(check("L-start-range"));
	running = make("morphine", 10000000, 1000000);
	ck_assert_ptr_null(check("L-start-range"));
	program = make("hydromorphone", 10000000, 150001);
	ck_assert(check("L-start-range")->unverified);
}
END_TEST

START_TEST(a_stopped_pump_gives_no_ratio_but_the_rules_of_a_first_dose)
{
	running = make("morphine", 10000000, 1000000);
	program = make("morphine", 10000000, 10000000);
	request.running = &running;
	request.is_idle = true;
	ck_assert_ptr_nonnull(check("L-first-program"));
	ck_assert_ptr_nonnull(find("L-start-range"));
	ck_assert_ptr_null(find("L-ten-fold"));
	request.is_idle = false;
	ck_assert_ptr_nonnull(check("L-ten-fold"));
	ck_assert_ptr_null(find("L-first-program"));
}
END_TEST

START_TEST(the_old_dose_after_a_day_without_drug_needs_an_override)
{
	program = running = make("baclofen", 500000, 300000);
	request.running = &running;
	request.without_drug.s = 86400;
	ck_assert_ptr_null(check("L-restart-gap"));
	request.without_drug.s = 86401;
	expect("L-restart-gap", SEVERITY_OVERRIDE, "24 h without drug", "24 h");
	ck_assert(find("L-restart-gap")->unverified);
	program.dose.ng_per_day = 299999;
	ck_assert_ptr_null(check("L-restart-gap"));
	ck_assert_ptr_nonnull(find("L-first-program"));
}
END_TEST

START_TEST(a_clinic_sets_the_time_without_drug)
{
	struct drug_site site = {.restart_after = {12 * 3600}};

	program = running = make("baclofen", 500000, 300000);
	request.running = &running;
	request.site = &site;
	request.without_drug.s = 12 * 3600;
	ck_assert_ptr_null(check("L-restart-gap"));
	request.without_drug.s++;
	expect("L-restart-gap", SEVERITY_OVERRIDE, "12 h without drug", "12 h");
	ck_assert(!find("L-restart-gap")->unverified);
}
END_TEST

START_TEST(a_step_is_measured_by_the_drug_s_own_rule)
{
	running = make("ziconotide", 25000, 9600);
	program = make("ziconotide", 25000, 12001);
	request.running = &running;
	expect("L-change-large", SEVERITY_WARN, "+25 % (higher)", "2.4 mcg per day");
	program.dose.ng_per_day = 12000;
	ck_assert_ptr_null(check("L-change-large"));
	running = make("baclofen", 500000, 300000);
	program = make("baclofen", 500000, 390001);
	expect("L-change-large", SEVERITY_WARN, "+30 % (higher)", "+30 %");
	ck_assert_ptr_nonnull(strstr(find("L-change-large")->source, "Gablofen"));
}
END_TEST

START_TEST(every_drug_of_a_changed_mixture_is_compared)
{
	running = make("morphine", 10000000, 5000000);
	mix(&running, "bupivacaine", 3000000);
	program = make("morphine", 10000000, 5000000);
	mix(&program, "bupivacaine", 30000000);
	request.running = &running;
	ck_assert_str_eq(check("L-ten-fold")->value, "1.5 mg per day to 15 mg per day");
	ck_assert_ptr_nonnull(find("L-mixture-changed"));
}
END_TEST

START_TEST(mixtures_against_a_label_need_an_override_and_unknown_ones_are_told)
{
	program = make("baclofen", 500000, 100000);
	mix(&program, "morphine", 10000000);
	expect("L-mixing-label", SEVERITY_OVERRIDE, "baclofen with morphine", "");
	program = make("morphine", 10000000, 1000000);
	mix(&program, "ziconotide", 25000);
	expect("L-mixing-label", SEVERITY_OVERRIDE, "morphine with ziconotide", "");
	program = make("hydromorphone", 10000000, 100000);
	mix(&program, "bupivacaine", 30000000);
	expect("L-mixing-unknown", SEVERITY_WARN, "HYDROmorphone with BUPivacaine", "");
	program = make("morphine", 10000000, 1000000);
	mix(&program, "bupivacaine", 20000000);
	mix(&program, "clonidine", 100000);
	ck_assert_ptr_null(check("L-mixing-unknown"));
	ck_assert_ptr_null(find("L-mixing-label"));
}
END_TEST

START_TEST(an_unknown_pump_model_cannot_be_programmed)
{
	program = make("morphine", 10000000, 1000000);
	request.model = NULL;
	expect("L-model-unknown", SEVERITY_BLOCK, "", "");
}
END_TEST

START_TEST(a_filling_that_does_not_fit_is_blocked)
{
	program = make("morphine", 10000000, 1000000);
	request.model = pump_limits_find("PX20");
	request.has_fill = true;
	request.fill.nl = 40 * NL_PER_ML;
	expect("L-fill-capacity", SEVERITY_BLOCK, "40 mL", "20 mL");
	request.fill.nl = 20 * NL_PER_ML;
	ck_assert_ptr_null(check("L-fill-capacity"));
	request.fill.nl++;
	ck_assert_ptr_nonnull(check("L-fill-capacity"));
}
END_TEST

START_TEST(without_a_pump_only_drugs_are_judged)
{
	program = make("baclofen", 500000, 1);
	program.low_alarm.nl = 0;
	request.model = NULL;
	ck_assert_uint_eq(limits_check_mixture(&request, findings), 0);
}
END_TEST

START_TEST(rules_have_distinct_ids_and_texts)
{
	for (enum rule i = 0; i < RULE_COUNT; i++) {
		ck_assert_int_eq(strncmp(rule_at(i)->id, "L-", 2), 0);
		for (enum rule k = 0; k < i; k++) {
			ck_assert_str_ne(rule_at(i)->id, rule_at(k)->id);
			ck_assert_str_ne(rule_at(i)->text, rule_at(k)->text);
		}
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_strength_in_stock_with_a_moved_point_needs_an_override,
		what_is_in_the_pump_with_a_moved_point_needs_an_override,
		a_drug_without_a_least_concentration_says_so,
		a_consensus_below_the_label_is_a_warning_that_is_marked_unverified,
		a_first_dose_above_the_start_range_needs_an_override,
		a_stopped_pump_gives_no_ratio_but_the_rules_of_a_first_dose,
		the_old_dose_after_a_day_without_drug_needs_an_override,
		a_clinic_sets_the_time_without_drug,
		a_step_is_measured_by_the_drug_s_own_rule,
		every_drug_of_a_changed_mixture_is_compared,
		mixtures_against_a_label_need_an_override_and_unknown_ones_are_told,
		an_unknown_pump_model_cannot_be_programmed,
		a_filling_that_does_not_fit_is_blocked,
		without_a_pump_only_drugs_are_judged,
		rules_have_distinct_ids_and_texts,
		NULL,
	};

	return suite_run_tests("limits_drug", tests, reset, NULL);
}
