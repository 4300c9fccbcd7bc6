/* SPDX-License-Identifier: GPL-3.0-or-later */
/* act - an order of acts: staged, shown as the pump understood it, confirmed, signed, committed, read again. */
#ifndef PUMPCTL_COMMANDS_ACT_H
#define PUMPCTL_COMMANDS_ACT_H

#include "app.h"
#include "order.h"
#include "output.h"
#include "session.h"

/* What a person types and is told; act_carry_out puts the serial before text. */
struct act_words {
	const struct msg_staged *staged; /* given: what the pump worked out */
	char text[CONFIRM_TEXT_MAX - SERIAL_MAX - 1]; /* "bolus baclofen 25 mcg" */
	char ordered[128];                            /* "a bolus of 25 mcg" */
};

struct act {
	enum order_kind kind;
	struct change change; /* what is meant; no image */
	char unchanged[128];  /* what stays so if nothing is sent */
	bool stops_bolus;
	/* Shows what the pump says that it understood, and words it. ctx: of this struct. */
	void (*show)(void *ctx, struct output *out, const struct change *understood, struct act_words *words);
	/* After it was carried out: says from a new reading what is so now. NULL: nothing is read. */
	void (*tell)(void *ctx, struct output *out, const struct msg_status *now);
	void *ctx;
	const struct cJSON *details; /* for the audit trail, borrowed; NULL: the line typed says all */
};

/*
 * With --dry-run shows and stops. An order that gets safe goes out whatever can be read. STAGE_DIFFERS: the pump's answer
 * holds no act; else as session_stage_change and order_carry_out.
 */
enum error_code act_carry_out(struct app *app, struct output *out, const struct act *act, struct error *error)
	__attribute__((warn_unused_result));

/* Tells from a new reading what is so now, as act->tell does; or that the pump fell silent. */
void act_read_again(struct app *app, struct output *out, const struct act *act);

/* What --reason says becomes a part of the change. */
void act_add_reason(const struct app *app, struct change *change);

#endif
