/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "path_ahead.h"
#include "path_bridge.h"
#include "suite.h"

#define ML(n) ((int64_t)((n) * INT64_C(1000000)))
#define UL(n) ((int64_t)((n) * INT64_C(1000)))
#define H     INT64_C(3600)
#define OK(e) ck_assert_int_eq((e), PUMP_OK)

static struct path_contents of(const char *name, int64_t mcg_per_ml)
{
	struct path_contents contents = {.holds = PATH_DECLARED, .mixture.count = 1};

	memcpy(contents.mixture.parts[0].name, name, strlen(name) + 1);
	contents.mixture.parts[0].concentration.ng_per_ml = mcg_per_ml * 1000;
	return contents;
}

START_TEST(a_catheter_holds_its_implanted_length_times_its_volume_per_length)
{
	static const struct {
		int64_t full, trimmed, nl_per_cm;
	} bad[] = {{200000, 200000, 2600}, {200000, -1, 2600}, {CATHETER_UM_MAX + 1, 0, 2600},
		   {200000, 0, 0}, {200000, 0, INT64_MAX}, {INT64_MAX, 0, INT64_MAX}};
	struct volume volume = {7};
	bool exact = false;

	OK(catheter_volume((struct length){1100000}, (struct length){200000},
			   (struct volume_per_length){2600}, &volume, &exact));
	ck_assert_int_eq(volume.nl, UL(234)); /* (110 - 20) cm * 0.0026 mL/cm */
	ck_assert(exact);
	OK(catheter_volume((struct length){10001}, (struct length){0}, (struct volume_per_length){7},
			   &volume, &exact));
	ck_assert_int_eq(volume.nl, 7);
	ck_assert(!exact);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_int_eq(catheter_volume((struct length){bad[i].full},
						 (struct length){bad[i].trimmed},
						 (struct volume_per_length){bad[i].nl_per_cm}, &volume,
						 &exact), PUMP_ERANGE);
	ck_assert_int_eq(volume.nl, 7);
}
END_TEST

START_TEST(a_prime_of_an_empty_catheter_delivers_nothing_and_one_of_a_filled_catheter_its_drug)
{
	static const struct path_contents no_drug = {.holds = PATH_NO_DRUG};
	const struct path_contents weak = of("baclofen", 500), strong = of("baclofen", 2000);
	struct path_setup setup = {{ML(20)}, {UL(199)}, {UL(234)}, &weak, &weak, &no_drug};
	struct path_amount out;
	struct volume prime;
	struct duration time;
	struct mass mass;
	static struct path path;

	OK(path_init(&path, &setup));
	OK(path_prime_volume(&path, &prime));
	ck_assert_int_eq(prime.nl, UL(234));
	OK(path_time(prime, (struct volume_rate){ML(24)}, &time));
	ck_assert_int_eq(time.s, 843); /* 14.04 min */
	OK(path_deliver_for(&path, (struct volume_rate){ML(24)}, (struct duration){842}, &out));
	OK(path_amount_mass(&out, 0, ROUND_UP, &mass));
	ck_assert_int_eq(mass.ng, 0);
	OK(mass_in_volume(prime, (struct concentration){500000}, ROUND_DOWN, &mass));
	ck_assert_int_eq(mass.ng, 117000);

	setup.catheter_holds = &strong;
	OK(path_init(&path, &setup));
	OK(path_deliver(&path, prime, &out));
	OK(path_amount_mass(&out, 0, ROUND_UP, &mass));
	ck_assert_int_eq(mass.ng, 468000);
	ck_assert_int_eq(path_time(prime, (struct volume_rate){0}, &time), PUMP_ESTATE);

	setup.tubing_holds = setup.catheter_holds = &no_drug;
	OK(path_init(&path, &setup));
	OK(path_prime_volume(&path, &prime));
	ck_assert_int_eq(prime.nl, UL(433));
}
END_TEST

/* Worked examples A, B and C of the fact sheet, section 3.5. */
static const struct example {
	const char *drug;
	int64_t old_mcg_per_ml, new_mcg_per_ml, dose_ng;
	int64_t bridge_rate, bridge_s, new_rate, omitted_dose_ng, ratio, omitted_s;
} examples[] = {
	{"baclofen", 500, 2000, 200000, UL(400), 24 * H, UL(100), 50000, 2500, 96 * H},
	{"baclofen", 2000, 500, 200000, UL(100), 96 * H, UL(400), 800000, 40000, 24 * H},
	{"morphine", 10000, 20000, 2000000, UL(200), 48 * H, UL(100), 1000000, 5000, 96 * H},
};

START_TEST(the_bridge_keeps_the_old_rate_until_the_line_is_flushed)
{
	const struct example *e = &examples[_i];
	const struct path_contents old = of(e->drug, e->old_mcg_per_ml);
	const struct path_contents new = of(e->drug, e->new_mcg_per_ml);
	struct bridge_request request = {.volume = {UL(400)}, .old = &old.mixture};
	struct bridge_omitted omitted;
	struct volume_rate new_rate;
	struct bridge bridge;

	OK(rate_from_dose((struct dose_rate){e->dose_ng}, old.mixture.parts[0].concentration,
			  &request.old_rate));
	OK(rate_from_dose((struct dose_rate){e->dose_ng}, new.mixture.parts[0].concentration,
			  &new_rate));
	OK(bridge_plan(&request, &bridge));
	ck_assert_int_eq(bridge.rate.nl_per_day, e->bridge_rate);
	ck_assert_int_eq(bridge.duration.s, e->bridge_s);
	ck_assert_int_eq(bridge.daily[0].ng_per_day, e->dose_ng);
	ck_assert_int_eq(new_rate.nl_per_day, e->new_rate);
	OK(bridge_omit(&request, &bridge, new_rate, &omitted));
	ck_assert_int_eq(omitted.daily[0].ng_per_day, e->omitted_dose_ng);
	ck_assert_int_eq(omitted.ratio, e->ratio);
	ck_assert(omitted.ratio_exact);
	ck_assert_int_eq(omitted.duration.s, e->omitted_s);
}
END_TEST

START_TEST(with_the_bridge_the_tip_sees_the_same_dose_in_every_hour_and_without_it_does_not)
{
	const struct example *e = &examples[_i];
	const struct path_contents old = of(e->drug, e->old_mcg_per_ml);
	const struct path_contents new = of(e->drug, e->new_mcg_per_ml);
	const struct path_setup setup = {{ML(20)}, {UL(166)}, {UL(234)}, &new, &old, &old};
	const struct path_step steps[] = {{{e->bridge_rate}, {e->bridge_s}}, {{e->new_rate}, {0}}};
	const int64_t hours_omitted = e->omitted_s / H;
	static struct path_amount hours[120];
	static struct path path;
	int64_t sum = 0;

	OK(path_init(&path, &setup));
	ck_assert_int_eq(path_volume_ahead(&path).nl, UL(400));
	OK(path_forecast(&path, steps, 2, hours, 120));
	for (size_t i = 0; i < 120; i++) {
		/* A volume of an hour is not a whole number of nL: within one nL of the stronger drug. */
		const int64_t most = 1000 * (e->old_mcg_per_ml + e->new_mcg_per_ml);

		ck_assert_msg(24 * hours[i].fg[0] - e->dose_ng * 1000000 < 24 * most &&
			      24 * hours[i].fg[0] - e->dose_ng * 1000000 > -24 * most, "hour %zu", i);
		sum += hours[i].fg[0];
	}
	ck_assert(sum == 5 * e->dose_ng * 1000000);

	OK(path_init(&path, &setup));
	OK(path_forecast(&path, steps + 1, 1, hours, 120));
	for (sum = 0; sum < hours_omitted; sum++)
		ck_assert_int_le(hours[sum].fg[0] / 1000000, e->omitted_dose_ng / 24 + 20);
	ck_assert_int_gt(hours[hours_omitted].fg[0] / 1000000 + 20, e->dose_ng / 24);
}
END_TEST

START_TEST(a_rate_that_does_not_divide_gives_a_bridge_that_ends_late_not_early)
{
	const struct path_contents old = of("morphine", 10000);
	struct bridge_request request = {.volume = {UL(400)}, .old = &old.mixture,
					 .old_rate = {299999}};
	struct bridge_omitted omitted;
	struct bridge bridge;

	OK(bridge_plan(&request, &bridge));
	ck_assert_int_eq(bridge.duration.s, 115201); /* 115200.384 */
	OK(bridge_omit(&request, &bridge, (struct volume_rate){100000}, &omitted));
	ck_assert_int_eq(omitted.ratio, 3333);
	OK(bridge_omit(&request, &bridge, (struct volume_rate){200000}, &omitted));
	ck_assert_int_eq(omitted.ratio, 6667);
	ck_assert(!omitted.ratio_exact);
}
END_TEST

START_TEST(every_old_drug_goes_on_in_its_proportion)
{
	static const struct mixture old = {3, {{"morphine", {20000000}}, {"bupivacaine", {30000000}},
					       {"clonidine", {200000}}}};
	const struct bridge_request request = {.volume = {UL(400)}, .old = &old, .old_rate = {UL(250)}};
	struct bridge bridge;

	OK(bridge_plan(&request, &bridge));
	ck_assert_int_eq(bridge.daily[0].ng_per_day, 5000000);
	ck_assert_int_eq(bridge.daily[1].ng_per_day, 7500000);
	ck_assert_int_eq(bridge.daily[2].ng_per_day, 50000);
}
END_TEST

START_TEST(an_old_program_of_zero_minimum_or_unknown_rate_needs_a_stated_dose)
{
	static const enum bridge_old states[] = {BRIDGE_OLD_ZERO, BRIDGE_OLD_MINIMUM,
						 BRIDGE_OLD_UNKNOWN};
	struct path_contents old = of("baclofen", 500);
	struct bridge_request request = {.volume = {UL(400)}, .old = &old.mixture,
					 .old_rate = {UL(6)}, .state = states[_i]};
	struct bridge bridge = {.duration = {7}};

	ck_assert_int_eq(bridge_plan(&request, &bridge), PUMP_ESTATE);
	ck_assert_int_eq(bridge.duration.s, 7);
	request.stated.ng_per_day = 100000;
	OK(bridge_plan(&request, &bridge));
	ck_assert_int_eq(bridge.rate.nl_per_day, UL(200));
	ck_assert_int_eq(bridge.duration.s, 48 * H);
}
END_TEST

START_TEST(senseless_bridges_are_refused)
{
	struct path_contents old = of("baclofen", 500);
	struct bridge_request request = {.volume = {UL(400)}, .old = &old.mixture};
	struct bridge_omitted omitted;
	struct bridge bridge = {.rate = {UL(100)}};

	ck_assert_int_eq(bridge_plan(&request, &bridge), PUMP_ERANGE); /* runs at 0 */
	request.old_rate.nl_per_day = UL(400);
	request.volume.nl = 0;
	ck_assert_int_eq(bridge_plan(&request, &bridge), PUMP_ERANGE);
	request.volume.nl = UL(400);
	old.mixture.count = 0;
	ck_assert_int_eq(bridge_plan(&request, &bridge), PUMP_ERANGE);
	old.mixture.count = 1;
	ck_assert_int_eq(bridge_omit(&request, &bridge, (struct volume_rate){0}, &omitted), PUMP_ESTATE);
	ck_assert_int_eq(bridge_omit(&request, &bridge, (struct volume_rate){-1}, &omitted), PUMP_ERANGE);
}
END_TEST

START_TEST(an_interrupted_bridge_has_the_rest_of_its_volume_left)
{
	const struct path_contents old = of("baclofen", 500), new = of("baclofen", 2000);
	const struct path_setup setup = {{ML(20)}, {UL(166)}, {UL(234)}, &new, &old, &old};
	struct bridge_request request = {.old = &old.mixture, .old_rate = {UL(400)}};
	struct bridge bridge;
	struct path_amount out;
	static struct path path;

	OK(path_init(&path, &setup));
	OK(path_deliver_for(&path, (struct volume_rate){UL(400)}, (struct duration){9 * H}, &out));
	/* Then the pump stands; an hour of another rate moves the line on too. */
	OK(path_deliver_for(&path, (struct volume_rate){UL(240)}, (struct duration){H}, &out));
	request.volume = path_volume_ahead(&path);
	ck_assert_int_eq(request.volume.nl, UL(240));
	OK(bridge_plan(&request, &bridge));
	ck_assert_int_eq(bridge.duration.s, 14 * H + 24 * 60);
	OK(path_deliver_for(&path, bridge.rate, bridge.duration, &out));
	ck_assert_int_eq(path_volume_ahead(&path).nl, 0);
	OK(path_deliver(&path, (struct volume){1}, &out));
	ck_assert_int_eq(out.fg[0], 2000000);
}
END_TEST

START_TEST(two_changes_in_a_row_are_bridged_stage_by_stage)
{
	const struct path_contents first = of("baclofen", 500), second = of("baclofen", 2000);
	const struct path_contents third = of("baclofen", 1000), other = of("morphine", 10000);
	const struct path_setup setup = {{ML(20)}, {UL(166)}, {UL(234)}, &second, &first, &first};
	struct bridge_stage stages[PATH_SEGMENTS_MAX];
	struct path_amount out;
	static struct path path;
	size_t slot, count = 7;

	OK(path_init(&path, &setup));
	OK(path_drug_slot(&path, "baclofen", &slot));
	OK(path_deliver(&path, (struct volume){UL(100)}, &out)); /* in the middle of the first bridge */
	OK(path_fill(&path, (struct volume){UL(100)}, &third, true, &out));
	OK(bridge_stages(&path, slot, (struct dose_rate){200000}, stages, &count));
	ck_assert_uint_eq(count, 2);
	ck_assert_int_eq(stages[0].volume.nl, UL(300));
	ck_assert_int_eq(stages[0].rate.nl_per_day, UL(400));
	ck_assert_int_eq(stages[0].time.s, 18 * H);
	ck_assert_int_eq(stages[1].volume.nl, UL(100));
	ck_assert_int_eq(stages[1].rate.nl_per_day, UL(100));
	ck_assert_int_eq(stages[1].time.s, 24 * H);
	for (size_t i = 0; i < count; i++) {
		OK(path_deliver_for(&path, stages[i].rate, stages[i].time, &out));
		ck_assert_int_eq(out.fg[slot] * 24 * H / stages[i].time.s, INT64_C(200000000000));
	}
	ck_assert_int_eq(path_volume_ahead(&path).nl, 0);
	OK(bridge_stages(&path, slot, (struct dose_rate){200000}, stages, &count));
	ck_assert_uint_eq(count, 0);
	/* Now a line without the drug asked for. */
	count = 7;
	OK(path_fill(&path, (struct volume){UL(100)}, &other, true, &out));
	OK(path_drug_slot(&path, "morphine", &slot));
	ck_assert_int_eq(bridge_stages(&path, slot, (struct dose_rate){1}, stages, &count), PUMP_ESTATE);
	ck_assert_int_eq(bridge_stages(&path, slot, (struct dose_rate){0}, stages, &count), PUMP_ERANGE);
	ck_assert_uint_eq(count, 7);
}
END_TEST

START_TEST(a_bridge_through_unknown_contents_is_not_known)
{
	static const struct path_contents unknown = {.holds = PATH_UNKNOWN};
	const struct path_contents old = of("baclofen", 500), new = of("baclofen", 2000);
	const struct path_setup setup = {{ML(20)}, {UL(166)}, {UL(234)}, &new, &old, &unknown};
	struct bridge_stage stages[PATH_SEGMENTS_MAX];
	static struct path path;
	size_t count = 7;

	OK(path_init(&path, &setup));
	ck_assert_int_eq(bridge_stages(&path, 0, (struct dose_rate){200000}, stages, &count),
			 PUMP_EUNKNOWN);
	ck_assert_uint_eq(count, 7);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_catheter_holds_its_implanted_length_times_its_volume_per_length,
		a_prime_of_an_empty_catheter_delivers_nothing_and_one_of_a_filled_catheter_its_drug,
		a_rate_that_does_not_divide_gives_a_bridge_that_ends_late_not_early,
		every_old_drug_goes_on_in_its_proportion,
		senseless_bridges_are_refused,
		an_interrupted_bridge_has_the_rest_of_its_volume_left,
		two_changes_in_a_row_are_bridged_stage_by_stage,
		a_bridge_through_unknown_contents_is_not_known,
		NULL,
	};
	const struct suite_loop loops[] = {
		{the_bridge_keeps_the_old_rate_until_the_line_is_flushed, 3},
		{with_the_bridge_the_tip_sees_the_same_dose_in_every_hour_and_without_it_does_not, 3},
		{an_old_program_of_zero_minimum_or_unknown_rate_needs_a_stated_dose, 3},
		{NULL, 0},
	};

	return suite_run_loops("path_bridge", tests, loops, NULL, NULL);
}
