/* SPDX-License-Identifier: GPL-3.0-or-later */
/* therapy stop, minimum, resume: getting safe; and reconcile. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "describe.h"
#include "groups.h"
#include "order.h"
#include "order_words.h"

enum { STOP_FOR };

/* A pump told no end raises its alarm after 48 h (docs/protocol.md section 9): an end is never later. */
enum { STOP_LEAST_S = 60, STOP_MOST_S = 48 * 3600 };

/* What is known before the order; a pump that cannot be read any more can still be got safe. */
struct before {
	bool has_status;
	struct msg_status status;
	struct client_program program;
};

static void read_before(struct app *app, struct output *out, struct before *before)
{
	before->has_status = !session_read_status(app->session, &before->status, NULL);
	if (session_read_program(app->session, &before->program, NULL))
		before->program.present = false;
	if (before->program.present)
		describe_withdrawal(out, &before->program.program);
	else
		output_warn(out, "PROGRAM_NOT_READ",
			    "The running program could not be read; what stopping its drug does is not known.");
}

static void rate_text(uint64_t nl_per_day, char buf[DECIMAL_TEXT_MAX])
{
	(void)volume_rate_display((struct volume_rate){(int64_t)nl_per_day}, buf);
}

static void compare_therapy(struct output *out, const struct before *before,
			    const struct msg_staged *staged)
{
	char now[DECIMAL_TEXT_MAX] = "not known", next[DECIMAL_TEXT_MAX], change[64] = "not known";
	const char *state = before->has_status ? therapy_state_name(before->status.therapy) : "not known";
	const char *then = therapy_state_name(staged->therapy);
	output_compare(out, "Therapy", state, then, strcmp(state, then) ? then : OUTPUT_NO_CHANGE);
	rate_text(staged->rate_nl_per_day, next);
	if (before->has_status) {
		rate_text(before->status.rate_nl_per_day, now);
		describe_change((int64_t)before->status.rate_nl_per_day,
				(int64_t)staged->rate_nl_per_day, change, sizeof(change));
	}
	output_compare(out, "Delivery rate", now, next, change);
}

/* " 2h", or nothing for a stop without an end. */
static void stop_text(const struct change *change, char buf[DECIMAL_TEXT_MAX + 1])
{
	buf[0] = '\0';
	if (!(change->parts & PART_DURATION))
		return;
	buf[0] = ' ';
	(void)duration_print((struct duration){change->stop_s}, buf + 1);
}

static void plan_steps(const char *serial, enum order_kind kind, const struct change *change,
		       const struct before *before, const struct msg_staged *staged, struct order_steps *steps)
{
	char rate[DECIMAL_TEXT_MAX], length[DECIMAL_TEXT_MAX + 1];
	stop_text(change, length);
	memset(steps, 0, sizeof(*steps));
	steps->count = 1;
	steps->steps[0].why = "";
	steps->need = (struct sign_need){.parts = change->parts, .gets_safe = true};
	(void)snprintf(steps->steps[0].text, CONFIRM_TEXT_MAX, "%s %s%s", serial,
		       order_kind_name((uint16_t)kind), length);
	rate_text(before->status.rate_nl_per_day, rate);
	(void)snprintf(steps->unchanged, sizeof(steps->unchanged), "therapy %s%s%s",
		       before->has_status ? therapy_state_name(before->status.therapy) : "not known",
		       before->has_status ? " at " : "", before->has_status ? rate : "");
	rate_text(staged->rate_nl_per_day, rate);
	(void)snprintf(steps->ordered, sizeof(steps->ordered), "therapy %s at %s",
		       therapy_state_name(staged->therapy), rate);
}

static enum error_code get_safe(struct app *app, struct output *out, enum order_kind kind,
				const struct change *change, struct before *before, struct error *error)
{
	struct msg_staged *staged = calloc(1, sizeof(*staged));
	struct order_steps *steps = calloc(1, sizeof(*steps));
	enum error_code code = ERR_NONE;
	if (!staged || !steps)
		code = error_set(error, ERR_FAILED, "out of memory");
	if (!code) {
		read_before(app, out, before);
		code = session_stage_change(app->session, kind, change, NULL, NULL, staged, error);
	}
	if (!code) {
		compare_therapy(out, before, staged);
		output_hex(output_data(out), "stage_digest", staged->stage_digest, DIGEST_LEN);
		if (change->parts & PART_DURATION)
			output_note(out, "When this time is over the pump raises an alarm. It does not resume by itself: pumpctl "
					 "therapy resume");
		plan_steps(session_pump(app->session)->serial, kind, change, before, staged, steps);
		code = order_carry_out(app, out, staged, steps, NULL, error);
		if (!code && !app->options.dry_run)
			(void)order_read_back(app, out);
	}
	free(staged);
	free(steps);
	return code;
}

static enum error_code run_kind(struct app *app, struct output *out, enum order_kind kind,
				const struct change *change, struct error *error)
{
	struct before *before = calloc(1, sizeof(*before));
	if (!before)
		return error_set(error, ERR_FAILED, "out of memory");
	const enum error_code code = get_safe(app, out, kind, change, before, error);
	free(before);
	return code;
}

static enum error_code therapy_stop(struct app *app, const struct values *args, struct output *out,
				    struct error *error)
{
	const struct value *length = &args->at[STOP_FOR];
	struct change change = {.parts = PART_THERAPY, .therapy = ACT_STOP};
	if (length->present) {
		if (length->as.duration.s < STOP_LEAST_S || length->as.duration.s > STOP_MOST_S)
			return error_set_at(error, ERR_USAGE, length->column, "a stop with an end takes 1 min to 48 h");
		change.parts |= PART_DURATION;
		change.stop_s = (uint32_t)length->as.duration.s;
	}
	return run_kind(app, out, ORDER_STOP, &change, error);
}

static enum error_code therapy_minimum(struct app *app, const struct values *args,
				       struct output *out, struct error *error)
{
	const struct change change = {.parts = PART_THERAPY, .therapy = ACT_MINIMUM};
	(void)args;
	return run_kind(app, out, ORDER_MINIMUM, &change, error);
}

static enum error_code therapy_resume(struct app *app, const struct values *args,
				      struct output *out, struct error *error)
{
	const struct change change = {.parts = PART_THERAPY, .therapy = ACT_RESUME};
	(void)args;
	return run_kind(app, out, ORDER_RESUME, &change, error);
}

/* Opening the session has asked about every open order already: say what is left. */
/* A session asks about unsettled orders when it begins: for another answer, begin a new one. */
static enum error_code ask_again(struct app *app, struct output *out, struct error *error)
{
	bool fresh;
	app_disconnect(app);
	const enum error_code code = app_connect(app, &fresh, error);
	if (!code)
		command_tell_resolved(app, out);
	return code;
}

static enum error_code reconcile(struct app *app, const struct values *args, struct output *out,
				 struct error *error)
{
	(void)args;
	struct audit *audit = NULL;
	struct audit_intent open[AUDIT_OPEN_MAX];
	enum error_code code = app_audit(app, &audit, error);
	if (!code && session_has_open_intent(app->session))
		code = ask_again(app, out, error);
	if (code)
		return code;
	const size_t count =
		audit_open_intents(audit, session_pump(app->session)->serial, open, AUDIT_OPEN_MAX);
	struct cJSON *list = output_array(output_data(out), "unsettled_orders");
	for (size_t i = 0; i < count && i < AUDIT_OPEN_MAX; i++) {
		struct cJSON *row = output_object(list, NULL);
		output_unsigned(row, "number", open[i].token);
		output_string(row, "order", order_kind_name(open[i].kind));
		output_peer(row, "confirmed", open[i].text, strlen(open[i].text));
	}
	if (count)
		return error_set(error, ERR_OUTCOME_UNKNOWN, "%zu order%s cannot be settled by the pump's record",
				 count, count == 1 ? "" : "s");
	output_note(out, "Every order to this pump is settled.");
	return ERR_NONE;
}

static const struct command rows[] = {
	{.words = "therapy stop",
	 .summary = "stop delivery; gets safe, whatever else is open",
	 .flags = NEEDS_LINK | CHANGES_THERAPY | GETS_SAFE,
	 .args = {[STOP_FOR] = {.type = ARG_DURATION, .name = "TIME", .keyword = "for",
				.help = "after which the pump raises an alarm, such as 2h; it stays stopped"}},
	 .example = "therapy stop for 2h",
	 .run = therapy_stop},
	{.words = "therapy minimum",
	 .summary = "go to the pump's minimum rate; gets safe, whatever else is open",
	 .flags = NEEDS_LINK | CHANGES_THERAPY | GETS_SAFE,
	 .example = "therapy minimum",
	 .run = therapy_minimum},
	{.words = "therapy resume",
	 .summary = "go on with exactly the last active program",
	 .flags = NEEDS_LINK | CHANGES_THERAPY | GETS_SAFE,
	 .example = "therapy resume",
	 .run = therapy_resume},
	{.words = "reconcile",
	 .summary = "settle orders whose outcome is unknown by the pump's own record",
	 .flags = NEEDS_LINK,
	 .example = "reconcile",
	 .run = reconcile},
};

const struct command_group therapy_commands = {"Therapy", rows, sizeof(rows) / sizeof(rows[0])};
