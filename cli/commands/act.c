/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "act.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* On the heap: each of these is too large for the stack. */
struct work {
	struct msg_status status;
	struct msg_staged staged;
	struct order_steps steps;
	struct change understood;
};

static enum error_code stage(struct app *app, const struct act *act, struct work *work, struct error *error)
{
	const bool gets_safe = order_gets_safe((uint16_t)act->kind);
	enum error_code code = ERR_NONE;
	if (!gets_safe)
		code = session_read_status(app->session, &work->status, error);
	if (!code)
		code = session_stage_change(app->session, act->kind, &act->change, NULL,
					    gets_safe ? NULL : work->status.active_digest, &work->staged, error);
	if (!code && change_decode(work->staged.acts, work->staged.acts_len, &work->understood))
		code = error_set(error, ERR_STAGE_DIFFERS, "the pump did not say what it understood");
	return code;
}

static void plan_steps(struct app *app, struct output *out, const struct act *act, struct work *work)
{
	struct order_steps *steps = &work->steps;
	struct act_words words = {.staged = &work->staged};
	act->show(act->ctx, out, &work->understood, &words);
	output_hex(output_data(out), "stage_digest", work->staged.stage_digest, DIGEST_LEN);
	steps->count = 1;
	steps->steps[0].why = "";
	(void)snprintf(steps->steps[0].text, CONFIRM_TEXT_MAX, "%s %s", session_pump(app->session)->serial,
		       words.text);
	(void)snprintf(steps->unchanged, sizeof(steps->unchanged), "%s", act->unchanged);
	(void)snprintf(steps->ordered, sizeof(steps->ordered), "%s", words.ordered);
	steps->need = (struct sign_need){.parts = act->change.parts,
					 .stops_bolus = act->stops_bolus,
					 .gets_safe = order_gets_safe((uint16_t)act->kind),
					 .second = work->staged.second,
					 .act = steps->steps[0].text + strlen(session_pump(app->session)->serial) + 1};
}

void act_read_again(struct app *app, struct output *out, const struct act *act)
{
	struct msg_status now;
	if (session_read_status(app->session, &now, NULL))
		output_warn(out, "NOT_READ_AGAIN",
			    "The order was carried out and read back, but then the pump fell silent. To read it again "
			    "run: pumpctl status");
	else
		act->tell(act->ctx, out, &now);
}

enum error_code act_carry_out(struct app *app, struct output *out, const struct act *act, struct error *error)
{
	struct work *work = calloc(1, sizeof(*work));
	if (!work)
		return error_set(error, ERR_FAILED, "out of memory");
	enum error_code code = stage(app, act, work, error);
	if (!code) {
		plan_steps(app, out, act, work);
		code = order_carry_out(app, out, &work->staged, &work->steps, act->details, error);
		if (!code && !app->options.dry_run && act->tell)
			act_read_again(app, out, act);
	}
	sodium_memzero(work, sizeof(*work)); /* may hold a card code */
	free(work);
	return code;
}

void act_add_reason(const struct app *app, struct change *change)
{
	if (!app->options.reason)
		return;
	change->parts |= PART_REASON;
	(void)snprintf(change->reason, sizeof(change->reason), "%s", app->options.reason);
}
