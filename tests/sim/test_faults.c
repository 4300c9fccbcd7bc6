/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everything but the link fails once during an order: the client's process between any two of its
 * actions, its disk at any store, the pump's power at any byte that it writes, the pump's memory,
 * and single PDUs that arrive twice, changed or short.
 */
#include "scenario.h"
#include "suite.h"

#include <stdio.h>

static const enum order_kind kinds[] = {ORDER_PROGRAM, ORDER_STOP, ORDER_MINIMUM, ORDER_RESUME};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static void finish(const char *what)
{
	printf("%zu %s\n", scenario_count(), what);
	ck_assert_uint_gt(scenario_count(), 0);
	ck_assert_uint_eq(scenario_failures(), 0);
}

START_TEST(a_process_killed_between_any_two_actions_is_told_rightly)
{
	static const uint16_t mtus[] = {23, 64, 185, 247};

	for (size_t i = 0; i < KINDS * 4; i++) {
		struct scenario scenario = {.kind = kinds[i / 4], .mtu = mtus[i % 4]};
		size_t actions = scenario_measure(&scenario).actions;

		scenario_run_each(scenario, FAULT_CRASH, actions);
		scenario_run_each(scenario, FAULT_CRASH_SENT, actions);
	}
	finish("kills");
}
END_TEST

START_TEST(a_disk_that_fails_at_any_store_is_told_rightly)
{
	for (size_t i = 0; i < KINDS; i++) {
		struct scenario scenario = {.kind = kinds[i], .mtu = 247};

		scenario_run_each(scenario, FAULT_STORE, scenario_measure(&scenario).stores);
	}
	finish("stores that fail");
}
END_TEST

static void fail_power(struct scenario scenario, size_t every)
{
	struct scenario_size size = scenario_measure(&scenario);

	ck_assert_uint_ge(size.nvm_writes, 2);
	ck_assert_uint_le(size.nvm_writes, NVM_WRITES_MAX);
	for (size_t at = 1; at <= size.nvm_writes; at++) {
		for (size_t byte = 0; byte < size.nvm_lens[at - 1]; byte += every) {
			scenario.fault = (struct fault){
				.kind = FAULT_POWER, .at = at, .extra = byte};
			scenario_run(&scenario);
		}
		scenario.fault.extra = size.nvm_lens[at - 1];
		scenario_run(&scenario);
	}
}

START_TEST(power_that_fails_at_any_byte_of_a_program_is_told_rightly)
{
	fail_power((struct scenario){.kind = ORDER_PROGRAM, .mtu = 247}, 1);
	finish("power failures");
}
END_TEST

START_TEST(power_that_fails_while_getting_safe_is_told_rightly)
{
	for (size_t i = 1; i < KINDS; i++)
		fail_power((struct scenario){.kind = kinds[i], .mtu = 247}, 7);
	finish("power failures");
}
END_TEST

START_TEST(a_memory_that_fails_at_any_write_is_told_rightly)
{
	for (size_t i = 0; i < KINDS; i++) {
		struct scenario scenario = {.kind = kinds[i], .mtu = 64};

		scenario_run_each(scenario, FAULT_NVM_FAIL, scenario_measure(&scenario).nvm_writes);
	}
	finish("writes that fail");
}
END_TEST

/* Each extra with each PDU, at a small and at the usual MTU. */
static void spoil(enum fault_kind kind, const size_t *extras, size_t count)
{
	static const uint16_t mtus[] = {23, 247};

	for (size_t i = 0; i < KINDS * 2; i++) {
		struct scenario scenario = {.kind = kinds[i / 2], .mtu = mtus[i % 2]};
		size_t pdus = scenario_measure(&scenario).pdus;

		for (size_t k = 0; k < count; k++) {
			scenario.fault.extra = extras[k];
			scenario_run_each(scenario, kind, pdus);
		}
	}
}

START_TEST(a_pdu_that_arrives_twice_is_told_rightly)
{
	static const size_t once[] = {0};

	spoil(FAULT_DUPLICATE, once, 1);
	finish("PDUs twice");
}
END_TEST

START_TEST(a_flipped_bit_in_any_pdu_is_told_rightly)
{
	/* Every bit of the segment's header, then some of counter, text and tag. */
	static const size_t bits[] = {0, 1, 2, 3, 4, 5, 6, 7, 11, 8 * 9 + 1, 8 * 17 + 4, 8 * 511};

	spoil(FAULT_FLIP, bits, sizeof bits / sizeof bits[0]);
	finish("flipped bits");
}
END_TEST

START_TEST(a_pdu_cut_short_is_told_rightly)
{
	static const size_t lens[] = {0, 1, 2, 19, 43};

	spoil(FAULT_TRUNCATE, lens, sizeof lens / sizeof lens[0]);
	finish("short PDUs");
}
END_TEST

int main(int argc, char **argv)
{
	const TTest *const tests[] = {
		a_process_killed_between_any_two_actions_is_told_rightly,
		a_disk_that_fails_at_any_store_is_told_rightly,
		power_that_fails_at_any_byte_of_a_program_is_told_rightly,
		power_that_fails_while_getting_safe_is_told_rightly,
		a_memory_that_fails_at_any_write_is_told_rightly,
		a_pdu_that_arrives_twice_is_told_rightly,
		a_flipped_bit_in_any_pdu_is_told_rightly,
		a_pdu_cut_short_is_told_rightly,
		NULL,
	};

	return scenario_main(argc, argv, "test_faults", tests);
}
