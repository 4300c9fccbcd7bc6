/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pair_card.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "act.h"
#include "session_pair.h"
#include "terminal.h"

struct card_order {
	const struct app *app;
	uint8_t random[SESSION_CARD_RANDOM]; /* that the code is of */
	bool shown;
};

/* Shown for writing down, and not kept by the result: that may be stored. */
static void show_code(const struct card_order *order)
{
	const struct msg_started *pump = session_pump(order->app->session);
	char text[SESSION_CARD_TEXT_MAX];
	session_card_code_print(order->random, text);
	(void)fprintf(stderr,
		      "%sNew card code of %s: %s\nWrite it on the implant card now. It is shown once, and it counts as soon as the "
		      "order is APPLIED.\n",
		      pump->is_virtual ? "VIRTUAL PUMP\n" : "", pump->serial, text);
	sodium_memzero(text, sizeof(text));
}

/* The engine has compared what the pump understood with the code that is shown. */
static void show(void *ctx, struct output *out, const struct change *understood, struct act_words *words)
{
	struct card_order *order = ctx;
	(void)understood;
	order->shown = !order->app->options.dry_run;
	if (order->shown)
		show_code(order);
	output_note(out, "The code on the card before opens nothing any more once this is carried out. Pairings stay as they are.");
	(void)snprintf(words->text, sizeof(words->text), "new card");
	(void)snprintf(words->ordered, sizeof(words->ordered), "the new card code opens pairing");
}

/* Nobody could write the code down where nobody types the line. */
static enum error_code check_terminal(const struct app *app, struct error *error)
{
	const struct app_options *options = &app->options;
	if (options->dry_run)
		return ERR_NONE;
	if (options->json)
		return error_set(error, ERR_NO_TERMINAL, "the code never goes into JSON");
	if (options->no_input || options->confirm_count)
		return error_set(error, ERR_NO_TERMINAL, "the line is typed after the code was written down, not passed");
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO) ? ERR_NONE : error_set(error, ERR_NO_TERMINAL, NULL);
}

enum error_code pair_new_card(struct app *app, const struct values *args, struct output *out, struct error *error)
{
	struct card_order order = {.app = app};
	struct act act = {.kind = ORDER_CARD, .show = show, .ctx = &order};
	(void)args;
	enum error_code code = check_terminal(app, error);
	if (code)
		return code;
	act.change.parts = PART_CARD;
	randombytes_buf(order.random, sizeof(order.random));
	session_card_code_make(order.random, act.change.card);
	randombytes_buf(act.change.card_salt, sizeof(act.change.card_salt));
	(void)snprintf(act.unchanged, sizeof(act.unchanged), "the code on the card before opens pairing");
	code = act_carry_out(app, out, &act, error);
	if (order.shown)
		(void)fputs(TERMINAL_CLEAR, stderr);
	sodium_memzero(&order, sizeof(order));
	sodium_memzero(&act.change, sizeof(act.change));
	return code;
}
