/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "path_ahead.h"
#include "suite.h"

#define ML(n)     ((int64_t)((n) * INT64_C(1000000)))
#define UL(n)     ((int64_t)((n) * INT64_C(1000)))
#define FG_PER_NG INT64_C(1000000)
#define OK(e)     ck_assert_int_eq((e), PUMP_OK)

static const struct path_contents no_drug = {.holds = PATH_NO_DRUG};
static const struct path_contents unknown = {.holds = PATH_UNKNOWN};

static struct path_contents of(const char *name, int64_t mcg_per_ml)
{
	struct path_contents contents = {.holds = PATH_DECLARED, .mixture.count = 1};

	memcpy(contents.mixture.parts[0].name, name, strlen(name) + 1);
	contents.mixture.parts[0].concentration.ng_per_ml = mcg_per_ml * 1000;
	return contents;
}

static struct path_contents baclofen(int64_t mcg_per_ml)
{
	return of("baclofen", mcg_per_ml);
}

/* 10 mL over 0.2 mL of tubing and 0.2 mL of catheter. */
static void start(struct path *path, struct path_contents reservoir, struct path_contents tubing,
		  struct path_contents catheter)
{
	const struct path_setup setup = {{ML(10)}, {UL(200)}, {UL(200)}, &reservoir, &tubing, &catheter};

	OK(path_init(path, &setup));
}

static int64_t ng_of(const struct path *path, const struct path_amount *amount, const char *name)
{
	struct mass mass;
	size_t slot;

	OK(path_drug_slot(path, name, &slot));
	OK(path_amount_mass(amount, slot, ROUND_DOWN, &mass));
	ck_assert_int_eq(amount->fg[slot] % FG_PER_NG, 0);
	return mass.ng;
}

static int64_t deliver(struct path *path, int64_t nl, const char *name)
{
	struct path_amount out;

	OK(path_deliver(path, (struct volume){nl}, &out));
	ck_assert_int_eq(out.volume.nl, nl);
	return ng_of(path, &out, name);
}

START_TEST(what_leaves_is_what_lay_at_the_tip)
{
	static struct path path;

	start(&path, baclofen(2000), baclofen(500), no_drug);
	ck_assert_int_eq(deliver(&path, UL(150), "baclofen"), 0);
	ck_assert_int_eq(deliver(&path, UL(100), "baclofen"), 25000);  /* 50 uL of none, 50 of 500 */
	ck_assert_int_eq(deliver(&path, UL(150), "baclofen"), 75000);
	ck_assert_int_eq(deliver(&path, UL(10), "baclofen"), 20000);
	ck_assert_int_eq(path.reservoir.volume.nl, ML(10) - UL(410));
	ck_assert_uint_eq(path.count, 1);
}
END_TEST

START_TEST(a_bolus_larger_than_the_line_brings_the_reservoir_to_the_patient)
{
	static struct path path;

	start(&path, baclofen(2000), no_drug, baclofen(500));
	/* 0.2 mL of 500, 0.2 of none, 0.6 of 2000. */
	ck_assert_int_eq(deliver(&path, ML(1), "baclofen"), 100000 + 1200000);
	ck_assert_int_eq(path_volume_ahead(&path).nl, 0);
}
END_TEST

START_TEST(what_stayed_behind_mixes_unless_it_was_rinsed_out)
{
	const struct path_contents fill = baclofen(2000);
	struct path_amount removed;
	struct concentration c;
	static struct path path;
	size_t slot;

	start(&path, baclofen(500), no_drug, no_drug);
	OK(path_reservoir_take(&path, (struct volume){ML(8)}, &removed));
	ck_assert_int_eq(ng_of(&path, &removed, "baclofen"), 4000000);
	OK(path_fill(&path, (struct volume){ML(18)}, &fill, false, &removed));
	ck_assert_int_eq(removed.volume.nl, 0);
	OK(path_drug_slot(&path, "baclofen", &slot));
	OK(path_reservoir_concentration(&path, slot, &c));
	ck_assert_int_eq(c.ng_per_ml, 1850000); /* (2 * 500 + 18 * 2000) / 20 */

	start(&path, baclofen(500), no_drug, no_drug);
	OK(path_reservoir_take(&path, (struct volume){ML(8)}, &removed));
	OK(path_fill(&path, (struct volume){ML(18)}, &fill, true, &removed));
	ck_assert_int_eq(removed.volume.nl, ML(2));
	ck_assert_int_eq(ng_of(&path, &removed, "baclofen"), 1000000);
	OK(path_reservoir_concentration(&path, slot, &c));
	ck_assert_int_eq(c.ng_per_ml, 2000000);
	ck_assert_int_eq(path.reservoir.volume.nl, ML(20));
}
END_TEST

START_TEST(another_drug_mixes_with_what_stayed_behind)
{
	const struct path_contents fill = of("morphine", 10000);
	struct path_amount removed, out;
	static struct path path;

	start(&path, baclofen(500), no_drug, no_drug);
	OK(path_fill(&path, (struct volume){ML(10)}, &fill, false, &removed));
	ck_assert_int_eq(deliver(&path, UL(400), "morphine"), 0);
	OK(path_deliver(&path, (struct volume){ML(1)}, &out));
	ck_assert_int_eq(ng_of(&path, &out, "baclofen"), 250000);
	ck_assert_int_eq(ng_of(&path, &out, "morphine"), 5000000);
}
END_TEST

START_TEST(a_topped_up_reservoir_of_the_same_drug_is_the_same_liquid)
{
	const struct path_contents fill = baclofen(500);
	struct path_amount removed;
	static struct path path;

	start(&path, baclofen(500), baclofen(500), baclofen(500));
	ck_assert_uint_eq(path.count, 1);
	for (int i = 0; i < 100; i++) {
		OK(path_fill(&path, (struct volume){UL(100)}, &fill, false, &removed));
		ck_assert_int_eq(deliver(&path, UL(100), "baclofen"), 50000);
	}
	ck_assert_uint_eq(path.count, 1);
	ck_assert_int_eq(path_volume_ahead(&path).nl, 0);
}
END_TEST

START_TEST(an_aspirated_catheter_holds_no_drug_and_the_tubing_is_untouched)
{
	struct path_amount removed;
	struct volume prime;
	static struct path path;

	start(&path, baclofen(500), baclofen(500), baclofen(500));
	OK(path_catheter_aspirate(&path, &removed));
	ck_assert_int_eq(removed.volume.nl, UL(200));
	ck_assert_int_eq(ng_of(&path, &removed, "baclofen"), 100000);
	OK(path_prime_volume(&path, &prime));
	ck_assert_int_eq(prime.nl, UL(200));
	ck_assert_int_eq(deliver(&path, UL(200), "baclofen"), 0);
	ck_assert_int_eq(deliver(&path, UL(10), "baclofen"), 5000);
}
END_TEST

START_TEST(a_revised_catheter_has_its_new_volume_and_contents)
{
	const struct path_contents declared = baclofen(50);
	struct path_amount removed;
	static struct path path;

	start(&path, baclofen(500), baclofen(500), no_drug);
	OK(path_catheter_set(&path, (struct volume){UL(300)}, &declared, &removed));
	ck_assert_int_eq(removed.volume.nl, UL(200));
	ck_assert_int_eq(path_volume_ahead(&path).nl, UL(300));
	ck_assert_int_eq(deliver(&path, UL(300), "baclofen"), 15000);
	ck_assert_int_eq(deliver(&path, UL(200), "baclofen"), 100000);
}
END_TEST

START_TEST(unknown_contents_give_no_number)
{
	const struct path_contents fill = baclofen(500);
	struct volume volume = {7};
	struct path_amount out;
	struct concentration c;
	struct mass mass;
	static struct path path;
	size_t slot;

	start(&path, baclofen(500), baclofen(500), unknown);
	OK(path_drug_slot(&path, "baclofen", &slot));
	ck_assert_int_eq(path_prime_volume(&path, &volume), PUMP_EUNKNOWN);
	ck_assert_int_eq(path_bolus_volume(&path, slot, (struct mass){1}, &volume), PUMP_EUNKNOWN);
	ck_assert_int_eq(volume.nl, 7);
	OK(path_deliver(&path, (struct volume){UL(250)}, &out));
	ck_assert_int_eq(out.unknown.nl, UL(200));
	ck_assert_int_eq(path_amount_mass(&out, slot, ROUND_DOWN, &mass), PUMP_EUNKNOWN);
	/* What comes after it is known again. */
	ck_assert_int_eq(deliver(&path, UL(10), "baclofen"), 5000);

	start(&path, unknown, no_drug, no_drug);
	OK(path_fill(&path, (struct volume){ML(1)}, &fill, false, &out));
	OK(path_drug_slot(&path, "baclofen", &slot));
	ck_assert_int_eq(path_reservoir_concentration(&path, slot, &c), PUMP_EUNKNOWN);
	OK(path_fill(&path, (struct volume){ML(1)}, &fill, true, &out));
	ck_assert_int_eq(out.unknown.nl, ML(11));
	OK(path_reservoir_concentration(&path, slot, &c));
	ck_assert_int_eq(c.ng_per_ml, 500000);
}
END_TEST

START_TEST(a_part_of_a_nanolitre_is_carried_across_rates_and_calls)
{
	struct path_amount out;
	int64_t volume = 0;
	static struct path path;

	start(&path, baclofen(500), baclofen(500), baclofen(500));
	for (int i = 0; i < 86400; i++) { /* a day at 48001 nL/day and every other second at 7 nL/day */
		OK(path_deliver_for(&path, (struct volume_rate){48001}, (struct duration){1}, &out));
		volume += out.volume.nl;
		OK(path_deliver_for(&path, (struct volume_rate){7}, (struct duration){1}, &out));
		volume += out.volume.nl;
	}
	ck_assert_int_eq(volume, 48008);
	ck_assert_int_eq(path.carry, 0);
}
END_TEST

START_TEST(a_bolus_takes_its_dose_from_the_line_and_not_from_the_label)
{
	struct volume volume;
	static struct path path;
	size_t slot;

	/* 0.1 mg from a line that still holds 500 (0.4 mL = 200 mcg) is 0.2 mL, not 0.05 mL. */
	start(&path, baclofen(2000), baclofen(500), baclofen(500));
	OK(path_drug_slot(&path, "baclofen", &slot));
	OK(path_bolus_volume(&path, slot, (struct mass){100000}, &volume));
	ck_assert_int_eq(volume.nl, UL(200));
	OK(path_bolus_volume(&path, slot, (struct mass){300000}, &volume));
	ck_assert_int_eq(volume.nl, UL(450));
	ck_assert_int_eq(deliver(&path, volume.nl, "baclofen"), 300000);
	/* 10 mL of 2000 and what is in the line. */
	ck_assert_int_eq(path_bolus_volume(&path, slot, (struct mass){30000000}, &volume), PUMP_ERANGE);
	OK(path_bolus_volume(&path, slot, (struct mass){0}, &volume));
	ck_assert_int_eq(volume.nl, 0);
}
END_TEST

START_TEST(a_bolus_volume_never_brings_more_than_the_dose_asked_for)
{
	struct path_contents odd = baclofen(1000);
	const struct path_setup setup = {{ML(1)}, {0}, {1}, &odd, &odd, &odd};
	static struct path path;
	struct volume volume;

	odd.mixture.parts[0].concentration.ng_per_ml = 1000001; /* 1 nL holds 1 fg more than 1 ng */
	OK(path_init(&path, &setup));
	OK(path_bolus_volume(&path, 0, (struct mass){1}, &volume));
	ck_assert_int_eq(volume.nl, 0);
	OK(path_bolus_volume(&path, 0, (struct mass){1000}, &volume));
	ck_assert_int_eq(volume.nl, 999);
}
END_TEST

START_TEST(the_forecast_gives_the_dose_at_the_tip_hour_by_hour)
{
	/* 24 uL/h for 3.5 h, then 4 uL/h. The line holds 100 uL of 500: the 2000 arrives within hour 7. */
	const struct path_contents new = baclofen(2000), old = baclofen(500);
	const struct path_setup setup = {{ML(10)}, {UL(40)}, {UL(60)}, &new, &old, &old};
	const struct path_step steps[] = {{{UL(576)}, {3 * 3600 + 1800}}, {{UL(96)}, {0}}};
	const int64_t expected[] = {12000, 12000, 12000, 7000, 2000, 2000, 2000, 5000, 8000};
	struct path_amount hours[9];
	static struct path path;

	OK(path_init(&path, &setup));
	OK(path_forecast(&path, steps, 2, hours, 9));
	for (size_t i = 0; i < 9; i++)
		ck_assert_msg(ng_of(&path, &hours[i], "baclofen") == expected[i], "hour %zu: %d", i,
			      (int)ng_of(&path, &hours[i], "baclofen"));
}
END_TEST

START_TEST(a_forecast_ends_where_the_reservoir_runs_out)
{
	const struct path_contents old = baclofen(500);
	const struct path_setup setup = {{UL(50)}, {UL(40)}, {UL(60)}, &old, &old, &old};
	const struct path_step step = {{UL(480)}, {0}};
	struct path_amount hours[4];
	static struct path path;

	OK(path_init(&path, &setup));
	ck_assert_int_eq(path_forecast(&path, &step, 1, hours, 4), PUMP_ERANGE);
	ck_assert_int_eq(ng_of(&path, &hours[1], "baclofen"), 10000);
	ck_assert_int_eq(path_forecast(&path, &step, 0, hours, 1), PUMP_ERANGE);
}
END_TEST

START_TEST(senseless_orders_are_refused_and_change_nothing)
{
	struct path_contents bad = baclofen(500);
	const struct path_contents good = baclofen(500);
	struct path_amount out = {.volume = {7}};
	static struct path path, before;

	start(&path, baclofen(500), no_drug, no_drug);
	memcpy(&before, &path, sizeof(path));
	ck_assert_int_eq(path_deliver(&path, (struct volume){-1}, &out), PUMP_ERANGE);
	ck_assert_int_eq(path_deliver(&path, (struct volume){ML(10) + 1}, &out), PUMP_ERANGE);
	ck_assert_int_eq(path_deliver_for(&path, (struct volume_rate){INT64_MAX},
					  (struct duration){INT64_MAX}, &out), PUMP_ERANGE);
	ck_assert_int_eq(path_deliver_for(&path, (struct volume_rate){1}, (struct duration){-1}, &out),
			 PUMP_ERANGE);
	ck_assert_int_eq(path_reservoir_take(&path, (struct volume){ML(11)}, &out), PUMP_ERANGE);
	ck_assert_int_eq(path_fill(&path, (struct volume){0}, &good, false, &out), PUMP_ERANGE);
	ck_assert_int_eq(path_fill(&path, (struct volume){ML(90) + 1}, &good, true, &out), PUMP_ERANGE);
	ck_assert_int_eq(path_fill(&path, (struct volume){INT64_MAX}, &good, true, &out), PUMP_ERANGE);
	bad.mixture.parts[0].concentration.ng_per_ml = PATH_CONCENTRATION_MAX + 1;
	ck_assert_int_eq(path_fill(&path, (struct volume){1}, &bad, false, &out), PUMP_ERANGE);
	bad = of("Not A Name", 5);
	ck_assert_int_eq(path_fill(&path, (struct volume){1}, &bad, false, &out), PUMP_ERANGE);
	bad.mixture.count = MIXTURE_MAX + 1;
	ck_assert_int_eq(path_fill(&path, (struct volume){1}, &bad, false, &out), PUMP_ERANGE);
	ck_assert_int_eq(path_catheter_set(&path, (struct volume){PATH_VOLUME_MAX + 1}, &good, &out),
			 PUMP_ERANGE);
	ck_assert_int_eq(out.volume.nl, 7);
	ck_assert_mem_eq(&path, &before, sizeof(path));
}
END_TEST

START_TEST(a_line_full_of_liquids_is_refused_rather_than_blurred)
{
	struct path_amount out;
	static struct path path, before;
	enum pump_err err = PUMP_OK;
	int fills = 0;

	start(&path, baclofen(1000), no_drug, no_drug);
	while (err == PUMP_OK && fills < 100) {
		const struct path_contents next = baclofen(100 + fills);

		OK(path_reservoir_take(&path, path.reservoir.volume, &out));
		OK(path_fill(&path, (struct volume){ML(1)}, &next, true, &out));
		memcpy(&before, &path, sizeof(path));
		err = path_deliver(&path, (struct volume){UL(1)}, &out);
		fills++;
	}
	ck_assert_int_eq(err, PUMP_ERANGE);
	ck_assert_uint_eq(path.count, PATH_SEGMENTS_MAX);
	ck_assert_int_eq(fills, PATH_SEGMENTS_MAX);
	ck_assert_mem_eq(&path, &before, sizeof(path));
	/* A catheter that ends within the first segment needs a further one; nor is that blurred. */
	path.catheter.nl = before.catheter.nl = UL(1);
	ck_assert_int_eq(path_catheter_aspirate(&path, &out), PUMP_ERANGE);
	ck_assert_mem_eq(&path, &before, sizeof(path));
	/* Enough to take a whole segment off makes room. */
	OK(path_deliver(&path, (struct volume){UL(400)}, &out));
}
END_TEST

START_TEST(drugs_that_have_left_make_room_for_others)
{
	struct path_amount out;
	static struct path path;

	start(&path, baclofen(1000), no_drug, no_drug);
	for (int i = 0; i < 40; i++) {
		const char name[] = {'d', (char)('a' + i % 26), (char)('a' + i / 26), '\0'};
		const struct path_contents next = of(name, 100);

		OK(path_reservoir_take(&path, path.reservoir.volume, &out));
		OK(path_fill(&path, (struct volume){ML(1)}, &next, true, &out));
		OK(path_deliver(&path, (struct volume){UL(100)}, &out));
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		what_leaves_is_what_lay_at_the_tip,
		a_bolus_larger_than_the_line_brings_the_reservoir_to_the_patient,
		what_stayed_behind_mixes_unless_it_was_rinsed_out,
		another_drug_mixes_with_what_stayed_behind,
		a_topped_up_reservoir_of_the_same_drug_is_the_same_liquid,
		an_aspirated_catheter_holds_no_drug_and_the_tubing_is_untouched,
		a_revised_catheter_has_its_new_volume_and_contents,
		unknown_contents_give_no_number,
		a_part_of_a_nanolitre_is_carried_across_rates_and_calls,
		a_bolus_takes_its_dose_from_the_line_and_not_from_the_label,
		a_bolus_volume_never_brings_more_than_the_dose_asked_for,
		the_forecast_gives_the_dose_at_the_tip_hour_by_hour,
		a_forecast_ends_where_the_reservoir_runs_out,
		senseless_orders_are_refused_and_change_nothing,
		a_line_full_of_liquids_is_refused_rather_than_blurred,
		drugs_that_have_left_make_room_for_others,
		NULL,
	};

	return suite_run_tests("path", tests, NULL, NULL);
}
