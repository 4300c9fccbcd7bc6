/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "confirm.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "decimal.h"
#include "loop.h"
#include "output.h"
#include "session.h"
#include "terminal.h"

/* Each quantity has one spelling as input, so its text without the blank stands for value and unit. */
static bool is_quantity(const char *text, size_t len)
{
	struct text_error why;
	struct dose_rate dose;
	struct mass mass;
	struct volume volume;
	struct length length;
	struct concentration concentration;
	struct volume_rate rate;
	struct duration duration;
	return dose_rate_parse(text, len, &dose, &why) == PUMP_OK || mass_parse(text, len, &mass, &why) == PUMP_OK ||
	       volume_parse(text, len, &volume, &why) == PUMP_OK || length_parse(text, len, &length, &why) == PUMP_OK ||
	       concentration_parse(text, len, &concentration, &why) == PUMP_OK ||
	       volume_rate_parse(text, len, &rate, &why) == PUMP_OK || duration_parse(text, len, &duration, &why) == PUMP_OK;
}

/* How many words from at on make a quantity: one (quoted it may hold its blank), two or, if they do not, none. */
static size_t take_quantity(const struct words *words, size_t at, char text[2 * DECIMAL_TEXT_MAX])
{
	for (size_t count = 1; count <= 2 && at + count <= words->count; count++) {
		const int len = count == 1 ? snprintf(text, 2 * DECIMAL_TEXT_MAX, "%s", words->at[at].text)
					   : snprintf(text, 2 * DECIMAL_TEXT_MAX, "%s %s", words->at[at].text,
						      words->at[at + 1].text);
		if (len > 0 && (size_t)len < 2 * DECIMAL_TEXT_MAX && is_quantity(text, (size_t)len))
			return count;
	}
	return 0;
}

/* One spelling for each meaning: words by single blanks, no blank between a number and its unit. */
static bool normalise(const char *text, char *buf, size_t size)
{
	struct words words;
	size_t used = 0;
	buf[0] = '\0';
	if (line_split(text, &words, NULL))
		return false;
	for (size_t i = 0; i < words.count;) {
		char quantity[2 * DECIMAL_TEXT_MAX];
		const size_t taken = take_quantity(&words, i, quantity);
		const size_t number = taken ? strcspn(quantity, " ") : 0;
		const int len =
			taken ? snprintf(buf + used, size - used, "%.*s%s ", (int)number, quantity,
					 quantity + number + (quantity[number] == ' '))
			      : snprintf(buf + used, size - used, "%s ", words.at[i].text);
		if (len < 0 || (size_t)len >= size - used)
			return false;
		used += (size_t)len;
		i += taken ? taken : 1;
	}
	return used > 0;
}

bool confirm_matches(const char *expected, const char *typed)
{
	char want[2 * CONFIRM_TEXT_MAX], have[2 * CONFIRM_TEXT_MAX];
	return normalise(expected, want, sizeof(want)) && normalise(typed, have, sizeof(have)) &&
	       !strcmp(want, have);
}

static enum error_code from_options(struct app *app, const struct confirm_step *steps, size_t count,
				    struct error *error)
{
	struct app_options *options = &app->options;
	for (size_t i = 0; i < count; i++) {
		if (i >= options->confirm_count)
			return error_set(error, ERR_NOT_CONFIRMED, "this step needs --confirm \"%s\"",
					 steps[i].text);
		if (!confirm_matches(steps[i].text, options->confirm[i]))
			return error_set(error, ERR_NOT_CONFIRMED,
					 "the text given with --confirm is \"%.128s\", this step is \"%s\"",
					 options->confirm[i], steps[i].text);
	}
	options->confirm_count -= count;
	memmove(options->confirm, options->confirm + count,
		options->confirm_count * sizeof(options->confirm[0]));
	return ERR_NONE;
}

static bool session_is_gone(void *ctx)
{
	const struct app *app = ctx;
	return app->session && !session_is_open(app->session);
}

static enum error_code ask(struct app *app, const struct confirm_step *step, struct error *error)
{
	char typed[CONFIRM_TEXT_MAX], prompt[1024];
	(void)snprintf(prompt, sizeof(prompt),
		       "%s%sType this line within 60 seconds, or press Ctrl-C to leave the pump as it is:\n"
		       "  %s\nconfirm: ",
		       step->why, step->why[0] ? "\n" : "", step->text);
	const enum terminal_line how =
		terminal_read_typed(app->loop, prompt, loop_now_ms() + CONFIRM_MS, session_is_gone, app,
				    typed, sizeof(typed));
	if (session_is_gone(app))
		return error_set(error, ERR_LINK_LOST, "the session ended before the change was confirmed");
	switch (how) {
	case TERMINAL_TYPED:
		if (confirm_matches(step->text, typed))
			return ERR_NONE;
		return error_set(error, ERR_NOT_CONFIRMED, "what was typed is not the line shown");
	case TERMINAL_PASTED:
		return error_set(error, ERR_NOT_CONFIRMED, "the line must be typed, not pasted");
	case TERMINAL_EXPIRED:
		return error_set(error, ERR_NOT_CONFIRMED, "60 seconds have passed");
	case TERMINAL_TOO_LONG:
		return error_set(error, ERR_NOT_CONFIRMED, "what was typed is longer than the line shown");
	case TERMINAL_CANCELLED:
		break;
	}
	return error_set(error, ERR_NOT_CONFIRMED, "cancelled");
}

enum error_code confirm_obtain(struct app *app, struct output *out,
			       const struct confirm_step *steps, size_t count, struct error *error)
{
	if (app->options.confirm_count)
		return from_options(app, steps, count, error);
	if (app->options.no_input || !isatty(STDIN_FILENO))
		return error_set(error, ERR_NOT_CONFIRMED,
				 "nobody can be asked here; pass --confirm \"%s\"%s", steps[0].text,
				 count > 1 ? " and one for each further step (see --dry-run)" : "");
	output_show(out);
	for (size_t i = 0; i < count; i++) {
		const enum error_code code = ask(app, &steps[i], error);
		if (code)
			return code;
	}
	return ERR_NONE;
}
