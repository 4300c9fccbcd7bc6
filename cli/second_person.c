/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "second_person.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "confirm.h"
#include "decimal.h"
#include "line.h"
#include "loop.h"
#include "session.h"
#include "terminal.h"

#define ENTRY_MAX 400
#define PIECE_MAX 96 /* of one drug */
#define ENTRY_MS  60000

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

/* What was entered of one drug. */
struct entry {
	const char *drug;
	struct concentration concentration;
	const char *mode; /* "minimum" or "stopped" instead of a dose; else NULL */
	struct dose_rate dose;
};

/* Derived doses are written rounded on paper: one part in so many may be off. */
#define DERIVED_PART 200

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
	char text[PIECE_MAX];
	struct text_error why;
	for (size_t count = 1; count <= 2; count++)
		if (join(words, at, count, text, sizeof(text)) &&
		    concentration_parse(text, strlen(text), out, &why) == PUMP_OK)
			return count;
	return 0;
}

static size_t take_dose(const struct words *words, size_t at, struct entry *entry)
{
	char text[PIECE_MAX];
	struct text_error why;
	const char *word = at < words->count ? words->at[at].text : "";
	if (!strcmp(word, "minimum") || !strcmp(word, "stopped")) {
		entry->mode = word;
		return 1;
	}
	for (size_t count = 1; count <= 2; count++)
		if (join(words, at, count, text, sizeof(text)) &&
		    dose_rate_parse(text, strlen(text), &entry->dose, &why) == PUMP_OK)
			return count;
	return 0;
}

/* "morphine 10 mg/mL 1.2 mg/day" */
static bool read_entry(const struct words *words, struct entry *entry)
{
	*entry = (struct entry){.drug = words->count ? words->at[0].text : ""};
	const size_t used = take_concentration(words, 1, &entry->concentration);
	const size_t more = used ? take_dose(words, 1 + used, entry) : 0;
	return more > 0 && 1 + used + more == words->count;
}

static bool is_dose(const struct program *program, const struct program_totals *totals, size_t part,
		    struct dose_rate entered)
{
	const int64_t is = totals->daily[part].ng_per_day;
	if (!part && program->mode == PROGRAM_SIMPLE)
		return entered.ng_per_day == program->dose.ng_per_day;
	const int64_t off = entered.ng_per_day > is ? entered.ng_per_day - is : is - entered.ng_per_day;
	return off <= is / DERIVED_PART;
}

static bool entry_agrees(const struct entry *entry, const struct program *program,
			 const struct program_totals *totals, size_t part)
{
	const struct mixture_part *is = &program->mixture.parts[part];
	const char *mode = program->mode == PROGRAM_MINIMUM   ? "minimum"
			   : program->mode == PROGRAM_STOPPED ? "stopped"
							      : NULL;
	if (strcmp(entry->drug, is->name) != 0 ||
	    entry->concentration.ng_per_ml != is->concentration.ng_per_ml || !mode != !entry->mode)
		return false;
	return mode ? !strcmp(mode, entry->mode) : is_dose(program, totals, part, entry->dose);
}

/* The next piece of text up to a comma; *text is past it. False: too long. */
static bool next_piece(const char **text, char *buf, size_t size)
{
	const size_t len = strcspn(*text, ",");
	if (len >= size)
		return false;
	memcpy(buf, *text, len);
	buf[len] = '\0';
	*text += len + ((*text)[len] == ',');
	return true;
}

bool second_person_agrees(const char *text, const struct program *program, bool *understood)
{
	struct program_totals totals = {0};
	char piece[PIECE_MAX];
	bool agrees = true;
	size_t part = 0;
	*understood = false;
	/* Without totals a mode word stands for the dose. */
	if (program->mode != PROGRAM_MINIMUM && program_totals(program, NULL, &totals) != PUMP_OK)
		return false;
	do {
		struct words words;
		struct entry entry;
		if (!next_piece(&text, piece, sizeof(piece)) || line_split(piece, &words, NULL) ||
		    !read_entry(&words, &entry))
			return false;
		agrees = agrees && part < program->mixture.count &&
			 entry_agrees(&entry, program, &totals, part);
		part++;
	} while (*text);
	*understood = true;
	return agrees && part == program->mixture.count;
}

/* The piece of an option's text: entries of one order are apart by a semicolon. False: there is none, or it is too long. */
static bool take_piece(const char *text, size_t piece, char buf[ENTRY_MAX])
{
	for (; piece > 0; piece--) {
		text = strchr(text, ';');
		if (!text)
			return false;
		text++;
	}
	text += strspn(text, " ");
	const size_t len = strcspn(text, ";");
	if (len >= ENTRY_MAX)
		return false;
	memcpy(buf, text, len);
	buf[len] = '\0';
	return true;
}

/* That piece of --second-entry, or what is typed into buf on a cleared terminal. */
static enum error_code obtain(struct app *app, const char *id, const char *what, size_t piece, char buf[ENTRY_MAX],
			      struct error *error)
{
	char prompt[480];
	if (app->options.second_entry)
		return take_piece(app->options.second_entry, piece, buf)
			       ? ERR_NONE
			       : error_set(error, ERR_NOT_SIGNED, "--second-entry needs the act and the program, a semicolon between them, as in: "
						 "refill 20 mL; morphine 10 mg/mL 1.2 mg/day");
	(void)snprintf(prompt, sizeof(prompt),
		       TERMINAL_CLEAR "%s: read the order from its source, not from this screen, and type within 60 seconds\n%s\nentry: ",
		       id, what);
	return ask(app, prompt, "--second-entry TEXT", buf, ENTRY_MAX, error);
}

static enum error_code enter_act(struct app *app, const char *id, const char *act, struct error *error)
{
	char text[ENTRY_MAX];
	const enum error_code code =
		obtain(app, id, "the order, as in: bolus baclofen 25 mcg, bolus prime 0.234 mL, refill 20 mL", 0, text, error);
	if (code)
		return code;
	return confirm_matches(act, text) ? ERR_NONE
					  : error_set(error, ERR_SECOND_DIFFERS, "%s entered \"%.100s\"", id, text);
}

static enum error_code enter_program(struct app *app, const char *id, const struct program *program, size_t piece,
				     struct error *error)
{
	char text[ENTRY_MAX];
	bool understood = false;
	const enum error_code code =
		obtain(app, id,
		       "drug, concentration and daily dose, as in: morphine 10 mg/mL 1.2 mg/day\n"
		       "(of a mixture each drug, a comma between them; where doses change, the most in 24 hours;\n"
		       "for a pump that is to stand still or go at its minimum: stopped or minimum as the dose)",
		       piece, text, error);
	if (code)
		return code;
	if (second_person_agrees(text, program, &understood))
		return ERR_NONE;
	if (!understood)
		return error_set(error, ERR_NOT_SIGNED,
				 "what %s entered is not drug, concentration and daily dose, as in: morphine 10 mg/mL 1.2 mg/day",
				 id);
	return error_set(error, ERR_SECOND_DIFFERS, "%s entered \"%.100s\"", id, text);
}

enum error_code second_person_enter(struct app *app, const char *id, const char *act, const struct program *program,
				    struct error *error)
{
	enum error_code code = act ? enter_act(app, id, act, error) : ERR_NONE;
	if (!code && program)
		code = enter_program(app, id, program, act ? 1 : 0, error);
	return code;
}
