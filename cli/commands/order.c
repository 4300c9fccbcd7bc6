/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "describe.h"
#include "order_words.h"

static void on_interrupt(int signal_number)
{
	static const char text[] =
		"\nThe order is on its way and cannot be called back; waiting for the pump's answer.\n"
		"Press Ctrl-C again to leave the result unknown.\n";
	(void)signal_number;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		return;
}

/* The first Ctrl-C explains, the second one ends the program: SA_RESETHAND. */
static void guard_commit(struct sigaction *before)
{
	struct sigaction guard = {0};
	guard.sa_handler = on_interrupt;
	guard.sa_flags = (int)SA_RESETHAND;
	(void)sigemptyset(&guard.sa_mask);
	(void)sigaction(SIGINT, &guard, before);
}

/* What is true in the pump when the order did not go well. */
static void tell_now(enum error_code code, const struct order_steps *steps, struct error *error)
{
	if (!error || error->now[0])
		return;
	if (code == ERR_OUTCOME_UNKNOWN)
		(void)snprintf(error->now, sizeof(error->now),
			       "NOT CONFIRMED: either %.90s (as before) or %.90s (as ordered)",
			       steps->unchanged, steps->ordered);
	else if (code == ERR_READBACK_DIFFERS)
		(void)snprintf(error->now, sizeof(error->now),
			       "neither confirmed nor as before; what was ordered is %.100s",
			       steps->ordered);
	else if (code == ERR_STALE)
		(void)snprintf(error->now, sizeof(error->now), "another program than the one shown");
	else
		(void)snprintf(error->now, sizeof(error->now), "unchanged, %.100s", steps->unchanged);
}

static void show_texts(struct output *out, const struct order_steps *steps)
{
	struct cJSON *list = output_array(output_data(out), "confirm");
	for (size_t i = 0; i < steps->count; i++)
		output_string(list, NULL, steps->steps[i].text);
	output_note(out, "Dry run: the order was not sent. To send it, type or pass with --confirm:");
	for (size_t i = 0; i < steps->count; i++)
		output_note(out, "  --confirm \"%s\"", steps->steps[i].text);
}

static void show_outcome(struct output *out, const struct client_outcome *outcome)
{
	struct cJSON *node = output_object(output_data(out), "order");
	output_unsigned(node, "number", outcome->token);
	output_string(node, "outcome", order_outcome_name(outcome->outcome));
	output_string(node, "reason", outcome->reason ? outcome->reason : "");
	if (outcome->reason)
		output_string(node, "meaning", order_reason_words(outcome->reason));
	if (outcome->record_seq)
		output_unsigned(node, "pump_record", outcome->record_seq);
}

enum error_code order_carry_out(struct app *app, struct output *out, const struct msg_staged *staged,
				const struct order_steps *steps, const struct cJSON *details,
				struct error *error)
{
	if (app->options.dry_run) {
		show_texts(out, steps);
		return ERR_NONE;
	}
	enum error_code code = confirm_obtain(app, out, steps->steps, steps->count, error);
	if (!code)
		code = sign_obtain(app, out, &steps->need, error);
	if (!code) {
		struct client_outcome outcome = {0};
		struct sigaction before;
		guard_commit(&before);
		code = session_commit(app->session, staged->stage_digest, steps->steps[0].text, details,
				      &outcome, error);
		(void)sigaction(SIGINT, &before, NULL);
		if (outcome.token)
			show_outcome(out, &outcome);
		if (code == ERR_OUTCOME_UNKNOWN && error && outcome.reason)
			(void)error_set(error, code, "%s", order_reason_words(outcome.reason));
	}
	if (code)
		tell_now(code, steps, error);
	return code;
}

bool order_read_back(struct app *app, struct output *out)
{
	struct msg_status status;
	struct client_program read;
	if (session_read_status(app->session, &status, NULL) ||
	    session_read_program(app->session, &read, NULL)) {
		output_warn(out, "NOT_READ_AGAIN",
			    "The order was carried out and read back, but then the pump fell silent. To read it again "
			    "run: pumpctl status");
		return false;
	}
	struct cJSON *node = output_object(output_data(out), "now_in_pump");
	output_string(node, "therapy", therapy_state_name(status.therapy));
	output_rate(node, "delivery_rate", (struct volume_rate){(int64_t)status.rate_nl_per_day});
	if (read.present)
		describe_program(node, &read.program);
	if (status.therapy == THERAPY_RUNNING && read.present) {
		char now[DESCRIBE_SHORT_MAX];
		describe_short(&read.program, now);
		output_note(out, "Pump now reports %s.", now);
	} else {
		char rate[DECIMAL_TEXT_MAX];
		(void)volume_rate_display((struct volume_rate){(int64_t)status.rate_nl_per_day}, rate);
		output_note(out, "Pump now reports therapy %s, delivery rate %s.",
			    therapy_state_name(status.therapy), rate);
	}
	return true;
}
