/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Usage: test_pairs FLOW [ONE TWO | FAULT AT EXTRA DIES FAULT AT EXTRA DIES]
 *
 * One thing that a clinician does (a flow), under every single fault at every place and under every ordered pair of kinds
 * of faults, at a lattice of LATTICE places each, first and last among them; the place of the second is counted from
 * when the first struck, and the clinician begins again until it has struck as well. With ONE and TWO only that pair.
 * After each schedule therapy must be stoppable from where things stand (world_check_safety), and everything must hold
 * (world_check_all). A schedule that fails prints the words that run it alone.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tally.h"

/* Places of each of two faults: with all kinds and flows more than 100,000 schedules. */
#define LATTICE 12
/* Sessions in which the second fault may still come. */
#define SESSIONS_MAX 3
#define MTU     247

enum counted { PDUS, ACTIONS, STORES, NVM_BYTES };

/* A kind of fault, by the forms in which it comes at each place. */
struct trouble {
	const char *name;
	enum counted counted;
	size_t count;
	struct fault forms[4];
};

static const struct trouble TROUBLES[] = {
	{"drop", PDUS, 1, {{.kind = FAULT_DROP}}},
	{"duplicate", PDUS, 1, {{.kind = FAULT_DUPLICATE}}},
	{"delay",
	 PDUS,
	 4,
	 {{.kind = FAULT_DELAY, .extra = 300},
	  {.kind = FAULT_DELAY, .extra = 6000},
	  {.kind = FAULT_DELAY, .extra = 31000},
	  {.kind = FAULT_DELAY, .extra = 190000}}},
	{"reorder", PDUS, 1, {{.kind = FAULT_REORDER}}},
	{"cut",
	 PDUS,
	 3,
	 {{.kind = FAULT_CUT_BEFORE},
	  {.kind = FAULT_CUT_AFTER, .client_dies = true},
	  {.kind = FAULT_NOT_SENT}}},
	{"flip",
	 PDUS,
	 4,
	 {{.kind = FAULT_FLIP, .extra = 0},
	  {.kind = FAULT_FLIP, .extra = 7},
	  {.kind = FAULT_FLIP, .extra = 8 * 9 + 1},
	  {.kind = FAULT_FLIP, .extra = 8 * 511}}},
	{"client crash", ACTIONS, 2, {{.kind = FAULT_CRASH}, {.kind = FAULT_CRASH_SENT}}},
	{"pump crash", PDUS, 1, {{.kind = FAULT_PUMP_CRASH}}},
	{"power loss", NVM_BYTES, 1, {{.kind = FAULT_POWER}}},
	{"disk error", STORES, 1, {{.kind = FAULT_STORE}}},
	{"clock step",
	 PDUS,
	 4,
	 {{.kind = FAULT_CLOCK, .extra = 31000},
	  {.kind = FAULT_CLOCK, .extra = 31001},
	  {.kind = FAULT_CLOCK, .extra = 200001},
	  {.kind = FAULT_CLOCK, .extra = 4000000}}},
	{"second programmer",
	 PDUS,
	 3,
	 {{.kind = FAULT_SECOND, .extra = SECOND_ENTERS},
	  {.kind = FAULT_SECOND, .extra = SECOND_STOPS},
	  {.kind = FAULT_SECOND, .extra = SECOND_PROGRAMS}}},
};

#define TROUBLE_COUNT (sizeof TROUBLES / sizeof TROUBLES[0])

enum special { GIVES_ORDER, PAIRS, LOOKS, PULLS };

static const struct flow {
	const char *name;
	enum special special;
	enum order_kind kind;
} FLOWS[] = {
	{"pair", PAIRS, 0},
	{"status", LOOKS, 0},
	{"program", GIVES_ORDER, ORDER_PROGRAM},
	{"refill", GIVES_ORDER, ORDER_REFILL},
	{"stop", GIVES_ORDER, ORDER_STOP},
	{"clock", GIVES_ORDER, ORDER_CLOCK},
	{"bolus", GIVES_ORDER, ORDER_BOLUS},
	{"pull", PULLS, 0},
};

#define FLOW_COUNT (sizeof FLOWS / sizeof FLOWS[0])

static struct world world;
static const struct flow *flow;
static size_t places[NVM_BYTES + 1];
static size_t nvm_lens[NVM_WRITES_MAX], nvm_writes;
static struct tally tally;

static void run_flow(void)
{
	switch (flow->special) {
	case PAIRS:
		if (!world.desk->is_paired)
			world_pair(&world);
		else if (world_open(&world))
			world_look(&world);
		return;
	case LOOKS:
		if (world_open(&world))
			world_look(&world);
		return;
	case PULLS:
		if (world_open(&world))
			world_pull(&world);
		return;
	case GIVES_ORDER:
		if (world_open(&world) &&
		    (order_gets_safe((uint16_t)flow->kind) || !client_has_open_intent(&world.desk->client)))
			world_order(&world, flow->kind, 1);
		return;
	}
}

static void begin(void)
{
	if (flow->special == PAIRS)
		world_init_unpaired(&world, MTU);
	else
		world_init(&world, MTU);
}

static void print_failure(const struct fault faults[2])
{
	fprintf(stderr, "replay: test_pairs %s", flow->name);
	for (size_t i = 0; i < 2; i++)
		fprintf(stderr, " %d %zu %zu %d", (int)faults[i].kind, faults[i].at, faults[i].extra,
			faults[i].client_dies);
	fprintf(stderr, " # not so: %s\n", world.failure);
}

static void run_schedule(struct fault one, struct fault two)
{
	const struct fault faults[2] = {one, two};
	size_t ordered;

	begin();
	world_plan_two(&world, one, two);
	run_flow();
	for (int i = 1; i < SESSIONS_MAX && !world_all_happened(&world); i++) {
		world_close(&world);
		run_flow();
	}
	tally.struck += world_happened(&world);
	tally.whole += world_all_happened(&world);
	world_plan(&world, (struct fault){.kind = FAULT_NONE});
	ordered = world.desk->stored_count;
	tally.stopped += world_check_safety(&world);
	world_check_all(&world);
	tally.schedules++;
	tally_add(&tally, world.desk, ordered);
	if (world.failure[0] == '\0')
		return;
	tally.failures++;
	print_failure(faults);
}

/* How many places there are of each sort when nothing goes wrong. */
static void measure(void)
{
	begin();
	run_flow();
	places[PDUS] = world.pdus_carried;
	places[ACTIONS] = world.actions_taken;
	places[STORES] = world.stores_done;
	nvm_writes = world.nvm_writes < NVM_WRITES_MAX ? world.nvm_writes : NVM_WRITES_MAX;
	memcpy(nvm_lens, world.nvm_lens, sizeof nvm_lens);
	places[NVM_BYTES] = 0;
	for (size_t i = 0; i < nvm_writes; i++)
		places[NVM_BYTES] += nvm_lens[i] + 1;
}

static size_t count_of(const struct trouble *trouble)
{
	return places[trouble->counted] * trouble->count;
}

/* Number index of the places and forms of a trouble. */
static struct fault fault_at(const struct trouble *trouble, size_t index)
{
	struct fault fault = trouble->forms[index % trouble->count];
	size_t byte = index;

	fault.at = 1 + index / trouble->count;
	if (trouble->counted != NVM_BYTES)
		return fault;
	for (fault.at = 1; byte > nvm_lens[fault.at - 1]; fault.at++)
		byte -= nvm_lens[fault.at - 1] + 1;
	fault.extra = byte;
	return fault;
}

/* Bytes of one write differ little: of those every 16th; of all others every one. */
static void run_singles(void)
{
	const struct fault none = {.kind = FAULT_NONE};

	for (size_t i = 0; i < TROUBLE_COUNT; i++)
		for (size_t k = 0; k < count_of(&TROUBLES[i]);
		     k += TROUBLES[i].counted == NVM_BYTES ? 16 : 1)
			run_schedule(fault_at(&TROUBLES[i], k), none);
}

static size_t lattice(size_t count, size_t index)
{
	return count <= LATTICE ? index : index * (count - 1) / (LATTICE - 1);
}

static void run_pair(const struct trouble *one, const struct trouble *two)
{
	size_t ones = count_of(one), twos = count_of(two);

	for (size_t i = 0; i < LATTICE && i < ones; i++)
		for (size_t k = 0; k < LATTICE && k < twos; k++)
			run_schedule(fault_at(one, lattice(ones, i)), fault_at(two, lattice(twos, k)));
}

static const struct trouble *find_trouble(const char *name)
{
	for (size_t i = 0; i < TROUBLE_COUNT; i++)
		if (strcmp(TROUBLES[i].name, name) == 0)
			return &TROUBLES[i];
	fprintf(stderr, "test_pairs: no such fault: %s\n", name);
	exit(EXIT_FAILURE);
}

static int run_named(const char *one, const char *two)
{
	measure();
	run_pair(find_trouble(one), find_trouble(two));
	tally_print(&tally, flow->name);
	return tally.failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int run_all(void)
{
	measure();
	run_singles();
	printf("%s: %zu schedules of one fault\n", flow->name, tally.schedules);
	for (size_t i = 0; i < TROUBLE_COUNT; i++)
		for (size_t k = 0; k < TROUBLE_COUNT; k++)
			run_pair(&TROUBLES[i], &TROUBLES[k]);
	tally_print(&tally, flow->name);
	return tally.failures == 0 && tally.whole > tally.schedules / 2 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static struct fault read_fault(char **words)
{
	return (struct fault){.kind = (enum fault_kind)strtoul(words[0], NULL, 10),
			      .at = strtoul(words[1], NULL, 10),
			      .extra = strtoul(words[2], NULL, 10),
			      .client_dies = strtoul(words[3], NULL, 10) != 0};
}

int main(int argc, char **argv)
{
	for (flow = FLOWS; argc > 1 && flow < FLOWS + FLOW_COUNT; flow++) {
		if (strcmp(flow->name, argv[1]) != 0)
			continue;
		if (argc == 4)
			return run_named(argv[2], argv[3]);
		if (argc != 2 + 2 * 4)
			return run_all();
		run_schedule(read_fault(argv + 2), read_fault(argv + 6));
		return tally.failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	fprintf(stderr, "test_pairs: no such flow\n");
	return EXIT_FAILURE;
}
