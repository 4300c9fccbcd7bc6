/* SPDX-License-Identifier: GPL-3.0-or-later */
/* program_order - a program on its way into the pump: staged, shown, confirmed, signed, committed, read back. */
#ifndef PUMPCTL_COMMANDS_PROGRAM_ORDER_H
#define PUMPCTL_COMMANDS_PROGRAM_ORDER_H

#include "act.h"
#include "program_plan.h"

/*
 * Orders plan->program, which no rule refuses or --reason overrides. act: what is done in the same order, before the
 * program; NULL: nothing. Its show words the first line to confirm; its details, not NULL, go into the trail's. With --dry-run shows and stops. REFUSED_LIMIT: it cannot be sent; STAGE_DIFFERS; else as session_stage_change
 * and order_carry_out.
 */
enum error_code program_order_carry_out(struct app *app, struct output *out, const struct program_plan *plan,
					const struct act *act, struct error *error)
	__attribute__((warn_unused_result));

#endif
