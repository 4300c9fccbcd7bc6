/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "confirm.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "decimal.h"
#include "loop.h"
#include "output.h"
#include "session.h"
#include "terminal.h"

struct quantity {
	struct dose_rate dose;
	enum mass_unit unit;
	size_t words; /* that it took */
};

static bool unit_of(const char *text, enum mass_unit *unit)
{
	static const char *const names[] = {[UNIT_NG] = "ng/day", [UNIT_MCG] = "mcg/day",
					    [UNIT_MG] = "mg/day"};
	const size_t number = strspn(text, "0123456789. ");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(text + number, names[i])) {
			*unit = (enum mass_unit)i;
			return true;
		}
	return false;
}

/* A dose at word at: "1.2 mg/day" in two words or in one. */
static bool take_dose(const struct words *words, size_t at, struct quantity *out)
{
	char text[DECIMAL_TEXT_MAX * 2];
	struct text_error why;
	for (size_t count = 1; count <= 2 && at + count <= words->count; count++) {
		const int len = count == 1 ? snprintf(text, sizeof(text), "%s", words->at[at].text)
					   : snprintf(text, sizeof(text), "%s %s", words->at[at].text,
						      words->at[at + 1].text);
		if (len > 0 && (size_t)len < sizeof(text) &&
		    dose_rate_parse(text, (size_t)len, &out->dose, &why) == PUMP_OK &&
		    unit_of(text, &out->unit)) {
			out->words = count;
			return true;
		}
	}
	return false;
}

/* One spelling for each meaning: words by single blanks, doses as "VALUE ng/day in UNIT". */
static bool normalise(const char *text, char *buf, size_t size)
{
	struct words words;
	size_t used = 0;
	buf[0] = '\0';
	if (line_split(text, &words, NULL))
		return false;
	for (size_t i = 0; i < words.count;) {
		struct quantity dose;
		int len = 0;
		if (take_dose(&words, i, &dose)) {
			len = snprintf(buf + used, size - used, "%" PRId64 " in unit %d ",
				       dose.dose.ng_per_day, (int)dose.unit);
			i += dose.words;
		} else {
			len = snprintf(buf + used, size - used, "%s ", words.at[i++].text);
		}
		if (len < 0 || (size_t)len >= size - used)
			return false;
		used += (size_t)len;
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
	char typed[CONFIRM_TEXT_MAX], prompt[512];
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
