/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "second_person.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "decimal.h"
#include "line.h"
#include "loop.h"
#include "session.h"
#include "terminal.h"

#define ENTRY_MAX 160
#define ENTRY_MS  60000

/* Screen and what was scrolled off it: the first entry must not be seen. */
#define CLEAR_SCREEN "\033[H\033[2J\033[3J"

static bool session_is_gone(void *ctx)
{
	const struct app *app = ctx;
	return app->session && !session_is_open(app->session);
}

static enum error_code ask(struct app *app, const char *prompt, const char *option, char *buf,
			   size_t size, struct error *error)
{
	struct loop *loop = NULL;
	if (app->options.no_input || !isatty(STDIN_FILENO))
		return error_set(error, ERR_NOT_SIGNED, "nobody can be asked here; give %s", option);
	const enum error_code code = app_loop(app, &loop, error);
	if (code)
		return code;
	if (terminal_read_typed(loop, prompt, loop_now_ms() + ENTRY_MS, session_is_gone, app, buf, size) ==
	    TERMINAL_TYPED)
		return ERR_NONE;
	if (session_is_gone(app))
		return error_set(error, ERR_LINK_LOST, "the session ended before the order was signed");
	return error_set(error, ERR_NOT_SIGNED, "the second person entered nothing, too late, or pasted it");
}

enum error_code second_person_name(struct app *app, const char *why, char id[OPERATOR_ID_MAX + 1],
				   struct error *error)
{
	char typed[ENTRY_MAX], prompt[200];
	if (app->options.second) {
		(void)snprintf(id, OPERATOR_ID_MAX + 1, "%s", app->options.second);
		return ERR_NONE;
	}
	(void)snprintf(prompt, sizeof(prompt), "A second person must sign: %s.\nsecond operator: ", why);
	const enum error_code code = ask(app, prompt, "--second ID, for a second person must sign", typed, sizeof(typed), error);
	if (!code)
		(void)snprintf(id, OPERATOR_ID_MAX + 1, "%.*s", OPERATOR_ID_MAX, typed);
	return code;
}

/* One or two words from at on, as one text: "1.2 mg/day" or "1.2mg/day". */
static bool join(const struct words *words, size_t at, size_t count, char *buf, size_t size)
{
	if (at + count > words->count)
		return false;
	const int len = count == 1 ? snprintf(buf, size, "%s", words->at[at].text)
				   : snprintf(buf, size, "%s %s", words->at[at].text, words->at[at + 1].text);
	return len > 0 && (size_t)len < size;
}

static size_t take_concentration(const struct words *words, size_t at, struct concentration *out)
{
	char text[ENTRY_MAX];
	struct text_error why;
	for (size_t count = 1; count <= 2; count++)
		if (join(words, at, count, text, sizeof(text)) &&
		    concentration_parse(text, strlen(text), out, &why) == PUMP_OK)
			return count;
	return 0;
}

static size_t take_dose(const struct words *words, size_t at, struct dose_rate *out)
{
	char text[ENTRY_MAX];
	struct text_error why;
	for (size_t count = 1; count <= 2; count++)
		if (join(words, at, count, text, sizeof(text)) &&
		    dose_rate_parse(text, strlen(text), out, &why) == PUMP_OK)
			return count;
	return 0;
}

bool second_person_agrees(const char *text, const struct program *program, bool *understood)
{
	struct words words;
	struct concentration concentration;
	struct dose_rate dose;
	size_t used, more;
	*understood = false;
	if (line_split(text, &words, NULL) || words.count < 3)
		return false;
	used = take_concentration(&words, 1, &concentration);
	more = used ? take_dose(&words, 1 + used, &dose) : 0;
	*understood = more > 0 && 1 + used + more == words.count;
	return *understood && !strcmp(words.at[0].text, program->mixture.parts[0].name) &&
	       concentration.ng_per_ml == program->mixture.parts[0].concentration.ng_per_ml &&
	       dose.ng_per_day == program->dose.ng_per_day;
}

enum error_code second_person_enter(struct app *app, const char *id, const struct program *program,
				    struct error *error)
{
	char typed[ENTRY_MAX], prompt[320];
	const char *text = app->options.second_entry;
	bool understood = false;
	if (!text) {
		(void)snprintf(prompt, sizeof(prompt),
			       CLEAR_SCREEN
			       "%s: read the order from its source, not from this screen, and type within 60 seconds\n"
			       "drug, concentration and daily dose, as in: morphine 10 mg/mL 1.2 mg/day\nentry: ",
			       id);
		const enum error_code code = ask(app, prompt, "--second-entry TEXT", typed, sizeof(typed), error);
		if (code)
			return code;
		text = typed;
	}
	if (second_person_agrees(text, program, &understood))
		return ERR_NONE;
	if (!understood)
		return error_set(error, ERR_NOT_SIGNED,
				 "what %s entered is not drug, concentration and daily dose, as in: morphine 10 mg/mL 1.2 mg/day",
				 id);
	return error_set(error, ERR_SECOND_DIFFERS, "%s entered \"%.100s\"", id, text);
}
