/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"

#define SCENARIOS_SECONDS 240

static struct world world;
static const char *program = "";
static size_t count, failures;

static void begin(const struct scenario *scenario)
{
	world_init(&world, scenario->mtu);
	world.answers_first = scenario->answers_first;
	if (scenario->kind != ORDER_RESUME)
		return;
	/* There must be something to resume. */
	world_expect(&world, world_open(&world) && world_order(&world, ORDER_STOP, 0),
		     "therapy is stopped beforehand");
	world_close(&world);
}

/* Opens a session and gives the order; an order that was confirmed has an outcome. */
static void give_order(const struct scenario *scenario)
{
	size_t stored = world.desk->stored_count;

	if (world_open(&world))
		world_order(&world, scenario->kind, 1);
	if (world.desk->has_client && world.desk->stored_count > stored)
		world_expect(&world, world.desk->has_outcome, "a confirmed order has an outcome");
	if (world.desk->has_outcome && world.desk->stored_count == stored)
		world_expect(&world, world.desk->outcome.outcome == OUTCOME_NOT_SENT,
			     "without an intent nothing is sent");
}

static void print_fault(const struct fault *fault)
{
	fprintf(stderr, " %d %zu %zu %d", (int)fault->kind, fault->at, fault->extra,
		fault->client_dies);
}

static void print_failure(const struct scenario *s)
{
	fprintf(stderr, "replay: %s %d %u %d", program, (int)s->kind, (unsigned)s->mtu,
		s->answers_first);
	print_fault(&s->fault);
	print_fault(&s->then);
	fprintf(stderr, " # not so: %s\n", world.failure);
}

bool scenario_run(const struct scenario *scenario)
{
	begin(scenario);
	world_plan(&world, scenario->fault);
	give_order(scenario);
	if (scenario->then.kind != FAULT_NONE) {
		world_close(&world);
		world_plan(&world, scenario->then);
		world_open(&world);
	}
	world_plan(&world, (struct fault){.kind = FAULT_NONE});
	world_check_all(&world);
	count++;
	if (world.failure[0] == '\0')
		return true;
	failures++;
	print_failure(scenario);
	return false;
}

struct scenario_size scenario_measure(const struct scenario *scenario)
{
	struct scenario_size size;

	begin(scenario);
	world_plan(&world, (struct fault){.kind = FAULT_NONE});
	give_order(scenario);
	if (!world.desk->has_outcome || world.failure[0] != '\0')
		print_failure(scenario);
	size = (struct scenario_size){.pdus = world.pdus_carried,
				      .actions = world.actions_taken,
				      .stores = world.stores_done,
				      .nvm_writes = world.nvm_writes};
	memcpy(size.nvm_lens, world.nvm_lens, sizeof size.nvm_lens);
	return size;
}

void scenario_run_each(struct scenario scenario, enum fault_kind kind, size_t last)
{
	scenario.fault.kind = kind;
	for (scenario.fault.at = 1; scenario.fault.at <= last; scenario.fault.at++)
		scenario_run(&scenario);
}

size_t scenario_count(void)
{
	return count;
}

size_t scenario_failures(void)
{
	return failures;
}

enum { WORDS = 11 };

static struct fault read_fault(const unsigned long n[4])
{
	return (struct fault){.kind = (enum fault_kind)n[0],
			      .at = n[1],
			      .extra = n[2],
			      .client_dies = n[3] != 0};
}

static int run_one(char **words)
{
	unsigned long n[WORDS];
	struct scenario scenario;

	for (size_t i = 0; i < WORDS; i++)
		n[i] = strtoul(words[i], NULL, 10);
	scenario = (struct scenario){
		.kind = (enum order_kind)n[0],
		.mtu = (uint16_t)n[1],
		.answers_first = n[2] != 0,
		.fault = read_fault(n + 3),
		.then = read_fault(n + 7),
	};
	return scenario_run(&scenario) ? EXIT_SUCCESS : EXIT_FAILURE;
}

int scenario_main(int argc, char **argv, const char *name, const TTest *const *tests)
{
	TCase *tcase;

	program = name;
	if (argc == WORDS + 1)
		return run_one(argv + 1);
	tcase = tcase_create(name);
	tcase_set_timeout(tcase, SCENARIOS_SECONDS);
	for (; *tests; tests++)
		tcase_add_test(tcase, *tests);
	return suite_run(tcase);
}
