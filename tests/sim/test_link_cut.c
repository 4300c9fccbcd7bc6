/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The link is cut at every PDU of an order, before or after it arrives, with the client living on
 * or dying at that moment, at several MTUs. In every case the outcome agrees with what the pump
 * did, the next session settles what is open, and the patient can be got safe.
 */
#include "scenario.h"
#include "suite.h"

#include <stdio.h>

static const uint16_t mtus[] = {23, 64, 185, 247};

static void cut_everywhere(struct scenario scenario)
{
	size_t pdus = scenario_measure(&scenario).pdus;

	ck_assert_uint_gt(pdus, 20);
	for (size_t at = 1; at <= pdus; at++) {
		for (int how = 0; how < 4; how++) {
			scenario.fault = (struct fault){
				.kind = how & 1 ? FAULT_CUT_AFTER : FAULT_CUT_BEFORE,
				.at = at,
				.client_dies = (how & 2) != 0,
			};
			scenario_run(&scenario);
		}
	}
	scenario.fault = (struct fault){.kind = FAULT_NONE};
	scenario_run_each(scenario, FAULT_NOT_SENT, pdus);
}

static void cut_at_every_mtu(enum order_kind kind)
{
	for (size_t i = 0; i < sizeof mtus / sizeof mtus[0]; i++)
		for (int first = 0; first < 2; first++)
			cut_everywhere((struct scenario){
				.kind = kind, .mtu = mtus[i], .answers_first = first});
	printf("%zu cuts\n", scenario_count());
	ck_assert_uint_eq(scenario_failures(), 0);
}

START_TEST(a_program_cut_at_every_pdu_is_told_rightly)
{
	cut_at_every_mtu(ORDER_PROGRAM);
}
END_TEST

/* The session that would settle it is cut as well. */
START_TEST(a_program_cut_twice_is_told_rightly)
{
	struct scenario scenario = {.kind = ORDER_PROGRAM, .mtu = 247};
	size_t pdus = scenario_measure(&scenario).pdus;

	for (size_t at = 1; at <= pdus; at++) {
		for (size_t then = 1; then <= 16; then++) {
			for (int how = 0; how < 4; how++) {
				scenario.fault = (struct fault){.kind = how & 1 ? FAULT_CUT_AFTER
										: FAULT_CUT_BEFORE,
								.at = at};
				scenario.then = (struct fault){.kind = how & 2 ? FAULT_CUT_AFTER
									       : FAULT_CUT_BEFORE,
							       .at = then};
				scenario_run(&scenario);
			}
		}
	}
	printf("%zu pairs of cuts\n", scenario_count());
	ck_assert_uint_eq(scenario_failures(), 0);
}
END_TEST

START_TEST(a_stop_cut_at_every_pdu_is_told_rightly)
{
	cut_at_every_mtu(ORDER_STOP);
}
END_TEST

START_TEST(a_minimum_rate_cut_at_every_pdu_is_told_rightly)
{
	cut_at_every_mtu(ORDER_MINIMUM);
}
END_TEST

START_TEST(a_resume_cut_at_every_pdu_is_told_rightly)
{
	cut_at_every_mtu(ORDER_RESUME);
}
END_TEST

int main(int argc, char **argv)
{
	const TTest *const tests[] = {
		a_program_cut_at_every_pdu_is_told_rightly,
		a_program_cut_twice_is_told_rightly,
		a_stop_cut_at_every_pdu_is_told_rightly,
		a_minimum_rate_cut_at_every_pdu_is_told_rightly,
		a_resume_cut_at_every_pdu_is_told_rightly,
		NULL,
	};

	return scenario_main(argc, argv, "test_link_cut", tests);
}
