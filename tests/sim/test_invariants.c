/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Schedules drawn from a seed: several sessions, orders of every kind, a fault of any kind in
 * each, then everything that must hold. A seed that fails is printed; "test_invariants SEED"
 * runs it alone.
 */
#include "suite.h"
#include "tally.h"

#include <stdio.h>
#include <stdlib.h>

#define SEEDS 20000
#define SESSIONS_MAX 5
#define SECONDS 900

static struct world world;
static struct tally tally;

/* Marsaglia's xorshift64. */
static uint64_t draw(uint64_t *state, uint64_t below)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state % below;
}

static struct fault draw_fault(uint64_t *state)
{
	struct fault fault = {.kind = (enum fault_kind)draw(state, FAULT_KINDS)};

	fault.at = 1 + draw(state, 200);
	fault.extra = draw(state, 70000);
	fault.client_dies = draw(state, 2) == 1;
	if (fault.kind == FAULT_STORE || fault.kind == FAULT_POWER || fault.kind == FAULT_NVM_FAIL) {
		fault.at = 1 + draw(state, 4);
		fault.extra = draw(state, 12000);
	}
	return fault;
}

static void one_session(uint64_t *state)
{
	static const enum order_kind kinds[] = {ORDER_PROGRAM, ORDER_PROGRAM, ORDER_STOP,
						ORDER_MINIMUM, ORDER_RESUME,  ORDER_REFILL,
						ORDER_CLOCK};
	unsigned orders = 1 + (unsigned)draw(state, 2);

	world_plan_two(&world, draw_fault(state), draw_fault(state));
	world.answers_first = draw(state, 2) == 1;
	if (draw(state, 4) == 0)
		world.now_ms += draw(state, 7200000);
	if (!world_open(&world)) {
		tally.struck += world_happened(&world);
		return;
	}
	for (unsigned i = 0; i < orders; i++) {
		enum order_kind kind = kinds[draw(state, sizeof kinds / sizeof kinds[0])];

		/* An order may be refused while another one is open. */
		if (!order_gets_safe((uint16_t)kind) && client_has_open_intent(&world.desk->client))
			kind = ORDER_STOP;
		if (!world_order(&world, kind, (unsigned)draw(state, 8)))
			break;
	}
	if (draw(state, 3) == 0)
		world_pull(&world);
	world_close(&world);
	tally.struck += world_happened(&world);
}

static bool run_seed(uint64_t seed)
{
	static const uint16_t mtus[] = {23, 64, 185, 247, 517};
	uint64_t state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
	uint64_t sessions;
	size_t orders;

	draw(&state, 2);
	world_init(&world, mtus[draw(&state, 5)]);
	sessions = 1 + draw(&state, SESSIONS_MAX);
	for (uint64_t i = 0; i < sessions; i++)
		one_session(&state);
	world_plan(&world, (struct fault){.kind = FAULT_NONE});
	orders = world.desk->stored_count;
	tally.stopped += world_check_safety(&world);
	world_check_all(&world);
	tally.schedules++;
	tally_add(&tally, world.desk, orders);
	if (world.failure[0] == '\0')
		return true;
	tally.failures++;
	fprintf(stderr, "replay: test_invariants %llu # not so: %s\n", (unsigned long long)seed,
		world.failure);
	return false;
}

START_TEST(whatever_happens_the_invariants_hold)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		run_seed(seed);
	tally_print(&tally, "seeds");
	ck_assert_uint_eq(tally.failures, 0);
}
END_TEST

START_TEST(a_log_pulled_again_is_the_pumps_log)
{
	world_init(&world, 247);
	for (unsigned i = 0; i < 5; i++) {
		ck_assert(world_open(&world));
		ck_assert(world_order(&world, i % 2 ? ORDER_RESUME : ORDER_STOP, 0));
		ck_assert(world_pull(&world));
		world.now_ms += 7200000;
		world_close(&world);
		world_step(&world);
	}
	ck_assert_uint_gt(world.desk->archive_last, 12);
	world_check_all(&world);
	ck_assert_str_eq(world.failure, "");
}
END_TEST

START_TEST(a_restored_workstation_is_refused_but_can_get_safe)
{
	world_init(&world, 247);
	ck_assert(world_open(&world));
	for (unsigned i = 1; i < 4; i++) {
		ck_assert(world_order(&world, ORDER_PROGRAM, i));
		ck_assert_int_eq(world.desk->outcome.outcome, OUTCOME_APPLIED);
	}
	world_close(&world);
	/* A backup of the disk from before the last order. */
	world.desk->stored_count--;
	world.desk->audit_size -= 4;
	ck_assert(world_open(&world));
	ck_assert(world_order(&world, ORDER_PROGRAM, 5));
	ck_assert_int_eq(world.desk->outcome.outcome, OUTCOME_REFUSED);
	ck_assert_uint_eq(world.desk->outcome.code, CODE_ROLLED_BACK);
	/* The pump's own last token keeps the old one from being used again. */
	ck_assert_uint_eq(world.desk->outcome.token, 6);
	ck_assert(world_order(&world, ORDER_STOP, 0));
	ck_assert_int_eq(world.desk->outcome.outcome, OUTCOME_APPLIED);
	ck_assert_str_eq(world.failure, "");
}
END_TEST

START_TEST(another_mixture_is_refused_and_nothing_changes)
{
	uint8_t digest[DIGEST_LEN];
	struct program program = world_program(1);
	struct pump_view view;

	world_init(&world, 64);
	ck_assert(world_open(&world));
	program.mixture.parts[0].concentration.ng_per_ml++;
	world_program_digest(0, digest);
	ck_assert_int_eq(client_stage(&world.desk->client, ORDER_PROGRAM, &program, digest, world.now_ms),
			 PUMP_OK);
	world_run(&world, &world.desk->has_report);
	ck_assert_int_eq(world.desk->report.type, REPORT_STAGED);
	ck_assert_int_eq(client_confirm(&world.desk->client, world.desk->report.as.staged.stage_digest,
					world.now_ms),
			 PUMP_OK);
	world_run(&world, &world.desk->has_outcome);
	ck_assert_int_eq(world.desk->outcome.outcome, OUTCOME_REFUSED);
	ck_assert_uint_eq(world.desk->outcome.code, CODE_NEEDS_BRIDGE);
	pump_look(&world.pump, &view);
	ck_assert_mem_eq(view.active_digest, digest, DIGEST_LEN);
	world_check_all(&world);
	ck_assert_str_eq(world.failure, "");
}
END_TEST

START_TEST(an_idle_session_is_kept_alive_by_pings_until_its_hour_ends)
{
	world_init(&world, 247);
	ck_assert(world_open(&world));
	while (world.now_ms < 3500000 && !world.desk->is_ended)
		world_step(&world);
	ck_assert(!world.desk->is_ended);
	ck_assert(world_order(&world, ORDER_STOP, 0));
	ck_assert_int_eq(world.desk->outcome.outcome, OUTCOME_APPLIED);
	while (world.now_ms < 3700000 && !world.desk->is_ended)
		world_step(&world);
	ck_assert(world.desk->is_ended);
	world_check_all(&world);
	ck_assert_str_eq(world.failure, "");
}
END_TEST

int main(int argc, char **argv)
{
	const TTest *const tests[] = {
		a_log_pulled_again_is_the_pumps_log,
		a_restored_workstation_is_refused_but_can_get_safe,
		another_mixture_is_refused_and_nothing_changes,
		an_idle_session_is_kept_alive_by_pings_until_its_hour_ends,
		whatever_happens_the_invariants_hold,
		NULL,
	};
	TCase *tcase;

	if (argc == 2)
		return run_seed(strtoull(argv[1], NULL, 10)) ? EXIT_SUCCESS : EXIT_FAILURE;
	tcase = tcase_create("invariants");
	tcase_set_timeout(tcase, SECONDS);
	for (const TTest *const *test = tests; *test; test++)
		tcase_add_test(tcase, *test);
	return suite_run(tcase);
}
