/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump_acts - what a change means for this pump and how it is carried out (docs/protocol.md
 * sections 6 and 7): the plan that STAGED tells, the pump's own rules for acts, and their effect.
 */
#ifndef PUMPCTL_PUMP_ACTS_H
#define PUMPCTL_PUMP_ACTS_H

#include "pump.h"
#include "pump_amounts.h"
#include "pump_bolus.h"

/* A countersignature is due so long after an order without signature, s of therapy time. */
#define PUMP_COUNTERSIGN_S UINT64_C(86400)

/* Where a change leads from what is active now. */
struct pump_plan {
	uint8_t therapy;
	const uint8_t *digest;
	const struct read_image *image; /* that runs then; NULL: none */
	struct pump_amounts amounts; /* of the image that runs then; zeros: none */
	uint64_t rate_nl_per_day, reservoir_nl;
	uint8_t second;   /* enum second_reason */
	struct pump_bolus bolus; /* that it begins */
	int64_t clock_nl;        /* pump_clock_moves_nl */
	bool only_alarms; /* of the image nothing but its alarm settings differs */
};

/* DONE and *plan; OUT_OF_RANGE, NO_PROGRAM. */
enum result_code pump_acts_plan(const struct pump *p, const struct pump_stage *stage,
				struct pump_plan *plan);
/* The pump's rules for the acts of a staged change; the image has its own. DONE or why not. */
enum result_code pump_acts_check(const struct pump *p, const struct pump_stage *stage,
				 const struct pump_plan *plan);
/* Carries the acts out in p->next, between pump_store_begin and pump_store_commit. */
void pump_acts_apply(struct pump *p, const struct pump_stage *stage, const struct pump_plan *plan);
/* What comes after the order's own result was kept: a slot that it revokes is cleared. */
void pump_acts_finish(struct pump *p, const struct read_change *change);
/* What the order record says as amount (section 9). */
uint64_t pump_acts_amount(const struct pump *p, uint16_t kind, const struct read_change *change);

#endif
