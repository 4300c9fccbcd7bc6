/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scenario - one order with one fault, then everything that must hold. A scenario that fails
 * prints one line; the words after "replay:" are the command that runs it alone.
 */
#ifndef PUMPCTL_TESTS_SCENARIO_H
#define PUMPCTL_TESTS_SCENARIO_H

#include "world.h"

struct scenario {
	enum order_kind kind;
	uint16_t mtu;
	bool answers_first;
	struct fault fault;
	struct fault then; /* of the session after it */
};

/* True if everything held. */
bool scenario_run(const struct scenario *scenario);
/* Runs with every fault of kind at 1 to last. */
void scenario_run_each(struct scenario scenario, enum fault_kind kind, size_t last);
/* How many of each there are when nothing goes wrong. */
struct scenario_size {
	size_t pdus, actions, stores, nvm_writes;
	size_t nvm_lens[NVM_WRITES_MAX];
};
struct scenario_size scenario_measure(const struct scenario *scenario);

/* Scenarios run and failed since the start. */
size_t scenario_count(void);
size_t scenario_failures(void);

/*
 * main() of a program of scenarios: with arguments it runs the one that they name, else all of
 * tests (NULL-terminated, as suite_run).
 */
struct TTest;
int scenario_main(int argc, char **argv, const char *name, const struct TTest *const *tests);

#endif
