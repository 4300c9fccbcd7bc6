/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The link is cut at every PDU of pairing and of whole commands: discovery, session, write, stream.
 * The programs' own stacks on both sides; the PDUs are counted in a run without a fault. In every
 * case the command ends in time with the right exit code and error, and the next one finds the
 * truth.
 */
#include "air_command.h"
#include "air_pairing.h"
#include "audit.h"
#include "codes.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

#define DAYS   25
#define SEED   7
#define SERIAL "PX40-000321"
/* Supervision of 6 s, and what the radio needs for the command itself, with a link made anew. */
#define DEADLINE_US (9 * UINT64_C(1000000))

struct ending {
	int exit_code;
	const char *code;
};

struct scenario {
	const char *name;
	const char *words[AIR_COMMAND_WORDS_MAX];
	struct ending endings[4]; /* all that may be; the first is the good one */
};

static const struct scenario reading = {"status", {"status"}, {{0, ""}, {6, "LINK_LOST"}}};
static const struct scenario pulling = {
        "log pull", {"log", "pull"}, {{0, ""}, {6, "LINK_LOST"}, {10, "PARTIAL"}}};
static const struct scenario stopping = {"therapy stop",
                                         {"therapy", "stop", "--confirm", SERIAL " stop"},
                                         {{0, ""}, {6, "LINK_LOST"}, {9, "OUTCOME_UNKNOWN"}}};
static const struct scenario resuming = {
        "therapy resume", {"therapy", "resume", "--confirm", SERIAL " resume"}, {{0, ""}}};

static const enum air_fault faults[] = {AIR_CUT_BEFORE, AIR_CUT_AFTER, AIR_SILENCE};

enum { FAULTS = sizeof faults / sizeof faults[0], SECONDS = 280 };

static void setup(void)
{
	air_clinic_open(DAYS, 247);
}

static void teardown(void)
{
	air_clinic_close();
}

static void start(enum air_fault fault, uint64_t at)
{
	struct shaper_config config;

	shaper_default(&config);
	air_clinic_reset(&config, SEED);
	air.fault = fault;
	air.fault_at = at;
}

static const struct ending *ending_of(const struct scenario *scenario,
                                      const struct air_result *result)
{
	for (size_t i = 0; i < 4 && scenario->endings[i].code; i++)
		if (scenario->endings[i].exit_code == result->exit_code &&
		    strcmp(scenario->endings[i].code, result->code) == 0)
			return &scenario->endings[i];
	return NULL;
}

static struct air_result run(const struct scenario *scenario)
{
	const struct air_result result = air_command(scenario->words);

	ck_assert_msg(ending_of(scenario, &result) != NULL, "%s, fault at PDU %u: exit %d %s",
	              scenario->name, (unsigned)air.fault_at, result.exit_code, result.code);
	ck_assert(result.tells_next == (result.exit_code != 0));
	ck_assert_uint_le(result.took_us, DEADLINE_US);
	return result;
}

static void run_well(const struct scenario *scenario)
{
	const struct air_result result = run(scenario);

	ck_assert_msg(result.exit_code == 0, "%s: exit %d %s", scenario->name, result.exit_code,
	              result.code);
}

/* PDUs of the command without a fault. */
static uint64_t measure(const struct scenario *scenario)
{
	start(AIR_NO_FAULT, 0);
	run_well(scenario);
	return air.pdus;
}

struct tally {
	unsigned points, endings[3];
};

static void count(struct tally *tally, const struct scenario *scenario,
                  const struct air_result *result)
{
	tally->points++;
	tally->endings[ending_of(scenario, result) - scenario->endings]++;
}

static void tell(const struct tally *tally, const struct scenario *scenario, uint64_t pdus)
{
	printf("%s: %u cuts over %u PDUs", scenario->name, tally->points, (unsigned)pdus);
	for (size_t i = 0; i < 3 && scenario->endings[i].code; i++)
		printf(", exit %d: %u", scenario->endings[i].exit_code, tally->endings[i]);
	putchar('\n');
}

START_TEST(reading_ends_in_time_and_says_that_the_link_was_lost)
{
	const uint64_t pdus = measure(&reading);
	struct tally tally = {0};

	for (size_t fault = 0; fault < FAULTS; fault++) {
		for (uint64_t at = 1; at <= pdus; at++) {
			start(faults[fault], at);
			const struct air_result result = run(&reading);

			count(&tally, &reading, &result);
			/* Before anything was proved a link that was cut is made anew. */
			if (faults[fault] == AIR_CUT_BEFORE)
				ck_assert_int_eq(result.exit_code, air.connections > 1 ? 0 : 6);
		}
	}
	run_well(&reading);
	tell(&tally, &reading, pdus);
	ck_assert_uint_gt(tally.endings[1], tally.points / 2);
}
END_TEST

/* What the pump gave is what opens the next session; what it did not give opens none. */
static void check_pairing(const struct air_pairing *pairing)
{
	ck_assert_uint_le(pairing->took_us, DEADLINE_US);
	if (pairing->is_enrolled) {
		air_pairing_keep(pairing);
		run_well(&reading);
		return;
	}
	ck_assert(pairing->has_ended && !pairing->was_broken_off);
	ck_assert_int_eq(pairing->end, CLIENT_END_LINK);
}

START_TEST(a_pairing_that_was_cut_is_made_again_and_leaves_nobody_out)
{
	struct air_pairing pairing;
	uint64_t pdus;
	unsigned enrolled = 0, points = 0;

	start(AIR_NO_FAULT, 0);
	pairing = air_pair();
	ck_assert(pairing.is_enrolled);
	pdus = air.pdus;
	check_pairing(&pairing);
	for (size_t fault = 0; fault < FAULTS; fault++) {
		for (uint64_t at = 1; at <= pdus; at++) {
			start(faults[fault], at);
			pairing = air_pair();
			check_pairing(&pairing);
			points++;
			enrolled += pairing.is_enrolled;
			start(AIR_NO_FAULT, 0);
			pairing = air_pair();
			ck_assert(pairing.is_enrolled);
			check_pairing(&pairing);
		}
	}
	printf("pairing: %u cuts over %u PDUs, enrolled all the same: %u\n", points, (unsigned)pdus,
	       enrolled);
	ck_assert_uint_lt(enrolled, points / 2);
}
END_TEST

static bool is_stopped(void)
{
	struct pump_view view;

	peripheral_look(clinic.pump, &view);
	return view.therapy == THERAPY_STOPPED;
}

static void check_stop(const struct air_result *result)
{
	/* Only 9 may leave it open, and the next connection settles it. */
	if (result->exit_code != 9)
		ck_assert_int_eq(is_stopped(), result->exit_code == 0);
	ck_assert_uint_eq(air_command_open_intents(), result->exit_code == 9);
	run_well(&reading);
	ck_assert_uint_eq(air_command_open_intents(), 0);
	if (is_stopped())
		run_well(&resuming);
	ck_assert(!is_stopped());
}

START_TEST(an_order_is_told_as_it_ended_in_the_pump)
{
	const uint64_t pdus = measure(&stopping);
	struct tally tally = {0};

	run_well(&resuming);
	for (size_t fault = 0; fault < FAULTS; fault++) {
		for (uint64_t at = 1; at <= pdus; at++) {
			start(faults[fault], at);
			const struct air_result result = run(&stopping);

			count(&tally, &stopping, &result);
			check_stop(&result);
		}
	}
	tell(&tally, &stopping, pdus);
	ck_assert_uint_gt(tally.endings[1], 0);
	ck_assert_uint_gt(tally.endings[2], 0);
}
END_TEST

START_TEST(a_download_goes_on_where_it_was_cut)
{
	const uint64_t pdus = measure(&pulling);
	struct tally tally = {0};

	for (size_t fault = 0; fault < FAULTS; fault++) {
		for (uint64_t at = 1; at <= pdus; at++) {
			start(faults[fault], at);
			const struct air_result result = run(&pulling);

			count(&tally, &pulling, &result);
			run_well(&pulling);
			air_clinic_check_archive();
			ck_assert_uint_eq(air_dropped(), 0);
		}
	}
	tell(&tally, &pulling, pdus);
	ck_assert_uint_gt(tally.endings[1], 0);
	ck_assert_uint_gt(tally.endings[2], 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
	        a_pairing_that_was_cut_is_made_again_and_leaves_nobody_out,
	        reading_ends_in_time_and_says_that_the_link_was_lost,
	        an_order_is_told_as_it_ended_in_the_pump,
	        a_download_goes_on_where_it_was_cut,
	        NULL,
	};

	TCase *cases = tcase_create("cut_points");

	tcase_set_timeout(cases, SECONDS);
	tcase_add_checked_fixture(cases, setup, teardown);
	for (const TTest *const *test = tests; *test; test++)
		tcase_add_test(cases, *test);
	return suite_run(cases);
}
