/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words to typed values, with the column of each mistake. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "spelling.h"

struct parser {
	const struct words *words;
	const struct command *command;
	struct values *out;
	size_t at; /* next word */
	struct error *error;
};

static enum error_code refuse(struct parser *p, enum error_code code, size_t column,
			      const char *detail)
{
	(void)error_set(p->error, code, "%s", detail);
	if (p->error)
		p->error->column = column;
	return code;
}

/* The argument that this word introduces, or NULL. */
static const struct arg *keyword_of(const struct command *command, const struct word *word)
{
	if (word->quoted)
		return NULL;
	const char *text = strncmp(word->text, "--", 2) ? word->text : word->text + 2;
	for (const struct arg *arg = command->args; arg->type != ARG_END; arg++)
		if (arg->keyword && !strcmp(arg->keyword, text))
			return arg;
	return NULL;
}

static bool is_introducer(const struct parser *p, size_t index)
{
	const struct word *word = &p->words->at[index];
	return keyword_of(p->command, word) || (!word->quoted && !strncmp(word->text, "--", 2));
}

static bool has_letter(const struct word *word)
{
	for (size_t i = 0; i < word->len; i++)
		if ((word->text[i] >= 'a' && word->text[i] <= 'z') ||
		    (word->text[i] >= 'A' && word->text[i] <= 'Z'))
			return true;
	return false;
}

#define QUANTITY_TEXT_MAX 96

/* Text of a quantity that may be spread over two words, and where its characters were typed. */
struct spread {
	char text[QUANTITY_TEXT_MAX];
	size_t len, first_len;
	const struct word *first, *second;
};

static size_t spread_column(const struct spread *s, size_t column)
{
	if (!s->second || column <= s->first_len + 1)
		return s->first->column + column - 1;
	return s->second->column + column - s->first_len - 2;
}

/* Takes one word, and the next too when the first is a number that waits for its unit. */
static bool take_spread(struct parser *p, struct spread *s)
{
	*s = (struct spread){.first = &p->words->at[p->at++]};
	s->first_len = s->first->len;
	if (!s->first->quoted && !has_letter(s->first) && p->at < p->words->count &&
	    !is_introducer(p, p->at))
		s->second = &p->words->at[p->at++];
	const int len = snprintf(s->text, sizeof(s->text), "%s%s%s", s->first->text,
				 s->second ? " " : "", s->second ? s->second->text : "");
	s->len = strlen(s->text);
	return len >= 0 && (size_t)len < sizeof(s->text);
}

static const char *unit_name(enum arg_type type, const struct drug *drug)
{
	static const char *const dose[] = {[UNIT_NG] = "ng/day", [UNIT_MCG] = "mcg/day",
					   [UNIT_MG] = "mg/day"};
	if (type == ARG_DOSE)
		return drug ? dose[drug->unit] : "mcg/day";
	return type == ARG_CONCENTRATION ? "mg/mL" : "mL";
}

static enum pump_err parse_as(enum arg_type type, const char *text, size_t len, struct value *value,
			      struct text_error *why)
{
	if (type == ARG_DOSE)
		return dose_rate_parse(text, len, &value->as.dose, why);
	if (type == ARG_CONCENTRATION)
		return concentration_parse(text, len, &value->as.concentration, why);
	if (type == ARG_DURATION)
		return duration_parse(text, len, &value->as.duration, why);
	return volume_parse(text, len, &value->as.volume, why);
}

/*
 * A number without a unit can be spelt rightly with the unit that is typed for this drug: that is
 * a spelling to look at, never a value that is taken.
 */
static void suggest_unit(enum arg_type type, const struct drug *drug, const struct spread *s,
			 struct text_error *why)
{
	struct value ignored;
	struct text_error none;
	char text[QUANTITY_TEXT_MAX + 16];
	if (s->second || has_letter(s->first) || type == ARG_DURATION)
		return;
	const int len = snprintf(text, sizeof(text), "%s %s", s->text, unit_name(type, drug));
	if (len > 0 && (size_t)len < sizeof(why->suggestion) &&
	    parse_as(type, text, (size_t)len, &ignored, &none) == PUMP_OK)
		memcpy(why->suggestion, text, (size_t)len + 1);
}

static const struct drug *drug_typed(const struct values *values)
{
	for (size_t i = 0; values->command->args[i].type != ARG_END; i++)
		if (values->command->args[i].type == ARG_DRUG && values->at[i].present)
			return values->at[i].as.drug;
	return NULL;
}

static enum error_code refuse_quantity(struct parser *p, const struct arg *arg,
				       const struct spread *s, const struct text_error *why)
{
	char detail[256];
	(void)snprintf(detail, sizeof(detail), "%s: %s%s%s", arg->name, why->reason,
		       why->suggestion[0] ? "; type it as: " : "", why->suggestion);
	return refuse(p, ERR_BAD_QUANTITY, spread_column(s, why->column ? why->column : 1), detail);
}

/* A dose is typed in the one unit its drug is typed in: no second spelling of the same dose. */
static enum error_code check_unit(struct parser *p, const struct arg *arg, const struct spread *s,
				  const struct value *value)
{
	const struct drug *drug = drug_typed(p->out);
	if (arg->type != ARG_DOSE || !drug)
		return ERR_NONE;
	const char *unit = unit_name(ARG_DOSE, drug);
	const size_t number = strspn(s->text, "0123456789. ");
	if (!strcmp(s->text + number, unit))
		return ERR_NONE;
	struct text_error why = {.column = number + 1, .reason = "this drug is dosed in another unit"};
	(void)dose_rate_print(value->as.dose, drug->unit, why.suggestion);
	return refuse_quantity(p, arg, s, &why);
}

static enum error_code parse_quantity(struct parser *p, const struct arg *arg, struct value *value)
{
	struct spread s;
	struct text_error why = {0};
	if (!take_spread(p, &s)) {
		why.reason = "this is too long for a quantity";
		return refuse_quantity(p, arg, &s, &why);
	}
	if (parse_as(arg->type, s.text, s.len, value, &why) == PUMP_OK)
		return check_unit(p, arg, &s, value);
	suggest_unit(arg->type, drug_typed(p->out), &s, &why);
	return refuse_quantity(p, arg, &s, &why);
}

static enum error_code parse_drug(struct parser *p, const struct word *word, struct value *value)
{
	value->as.drug = drug_find(word->text, word->len);
	if (value->as.drug)
		return ERR_NONE;
	const char *nearest = NULL;
	size_t least = SPELLING_NEAR + 1;
	for (size_t i = 0; i < drug_count(); i++) {
		const size_t far = spelling_distance(word->text, drug_at(i)->name);
		if (far < least) {
			least = far;
			nearest = drug_at(i)->name;
		}
	}
	char detail[256];
	(void)snprintf(detail, sizeof(detail), "\"%.48s\"%s%s", word->text,
		       nearest ? "; the nearest name in the table is: " : "", nearest ? nearest : "");
	return refuse(p, ERR_UNKNOWN_DRUG, word->column, detail);
}

static enum error_code parse_integer(struct parser *p, const struct arg *arg,
				     const struct word *word, struct value *value)
{
	char detail[160];
	int64_t number = 0;
	bool good = word->len > 0 && word->len <= 18 && (word->text[0] != '0' || word->len == 1);
	for (size_t i = 0; good && i < word->len; i++) {
		good = word->text[i] >= '0' && word->text[i] <= '9';
		number = number * 10 + (word->text[i] - '0');
	}
	if (good && number >= arg->least && number <= arg->greatest) {
		value->as.integer = number;
		return ERR_NONE;
	}
	(void)snprintf(detail, sizeof(detail), "%s is a whole number from %lld to %lld", arg->name,
		       (long long)arg->least, (long long)arg->greatest);
	return refuse(p, ERR_USAGE, word->column, detail);
}

static enum error_code parse_choice(struct parser *p, const struct arg *arg,
				    const struct word *word, struct value *value)
{
	char detail[256] = "this is one of:";
	for (size_t i = 0; arg->choices[i]; i++) {
		if (!strcmp(arg->choices[i], word->text)) {
			value->as.choice = i;
			return ERR_NONE;
		}
		const size_t used = strlen(detail);
		(void)snprintf(detail + used, sizeof(detail) - used, " %s", arg->choices[i]);
	}
	return refuse(p, ERR_USAGE, word->column, detail);
}

/* Letters, digits and '-' (in names also '_' and ':' for sim:NAME). */
static enum error_code parse_identifier(struct parser *p, const struct arg *arg,
					const struct word *word, struct value *value)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_:";
	char detail[128];
	const size_t good = strspn(word->text, allowed);
	value->as.text = word->text;
	if (good == word->len && word->len >= 1 && word->len <= 32 && word->text[0] != '-')
		return ERR_NONE;
	(void)snprintf(detail, sizeof(detail),
		       "%s has 1 to 32 letters, digits, '-' or '_' and does not begin with '-'", arg->name);
	return refuse(p, ERR_USAGE, word->column + (good < word->len ? good : 0), detail);
}

static enum error_code parse_rest(struct parser *p)
{
	for (; p->at < p->words->count; p->at++) {
		if (p->out->rest_count == REST_MAX)
			return refuse(p, ERR_USAGE, p->words->at[p->at].column, "too many words");
		p->out->rest[p->out->rest_count++] = p->words->at[p->at].text;
	}
	return ERR_NONE;
}

/* Parses the value of arg from the next word on; p->at is past it afterwards. */
static enum error_code parse_value(struct parser *p, const struct arg *arg)
{
	struct value *value = &p->out->at[arg - p->command->args];
	if (value->present)
		return refuse(p, ERR_USAGE, p->words->at[p->at - 1].column, "this was given already");
	value->present = true;
	if (arg->type == ARG_FLAG)
		return ERR_NONE;
	const struct word *word = &p->words->at[p->at];
	value->column = word->column;
	switch (arg->type) {
	case ARG_DOSE:
	case ARG_CONCENTRATION:
	case ARG_VOLUME:
	case ARG_DURATION:
		return parse_quantity(p, arg, value);
	case ARG_REST:
		return parse_rest(p);
	case ARG_END:
	case ARG_FLAG:
	case ARG_DRUG:
	case ARG_SERIAL:
	case ARG_NAME:
	case ARG_INTEGER:
	case ARG_CHOICE:
	case ARG_FILE:
		break;
	}
	p->at++;
	if (arg->type == ARG_DRUG)
		return parse_drug(p, word, value);
	if (arg->type == ARG_INTEGER)
		return parse_integer(p, arg, word, value);
	if (arg->type == ARG_CHOICE)
		return parse_choice(p, arg, word, value);
	if (arg->type == ARG_SERIAL || arg->type == ARG_NAME)
		return parse_identifier(p, arg, word, value);
	value->as.text = word->text;
	return ERR_NONE;
}

static const struct arg *next_positional(const struct parser *p)
{
	for (size_t i = 0; p->command->args[i].type != ARG_END; i++)
		if (!p->command->args[i].keyword && !p->out->at[i].present)
			return &p->command->args[i];
	return NULL;
}

static size_t line_end(const struct words *words)
{
	if (!words->count)
		return 1;
	const struct word *last = &words->at[words->count - 1];
	return last->column + last->len + 1;
}

static enum error_code refuse_missing(struct parser *p, const struct arg *arg)
{
	char detail[480];
	(void)snprintf(detail, sizeof(detail), "%s is missing (%s); as in: %s", arg->name, arg->help,
		       p->command->example);
	return refuse(p, ERR_USAGE, line_end(p->words), detail);
}

static enum error_code parse_word(struct parser *p)
{
	const struct word *word = &p->words->at[p->at];
	const struct arg *arg = keyword_of(p->command, word);
	if (arg) {
		p->at++;
		if (arg->type != ARG_FLAG && p->at == p->words->count)
			return refuse_missing(p, arg);
		return parse_value(p, arg);
	}
	if (!word->quoted && !strncmp(word->text, "--", 2))
		return refuse(p, ERR_USAGE, word->column, "this command has no such option");
	arg = next_positional(p);
	if (!arg)
		return refuse(p, ERR_USAGE, word->column, "nothing more is expected here");
	return parse_value(p, arg);
}

enum error_code command_parse(const struct words *words, struct values *out, struct error *error)
{
	struct parser p = {.words = words, .out = out, .error = error};
	memset(out, 0, sizeof(*out));
	p.command = command_find(words, &p.at, error);
	if (!p.command)
		return ERR_USAGE;
	out->command = p.command;
	while (p.at < words->count) {
		const enum error_code code = parse_word(&p);
		if (code)
			return code;
	}
	const struct arg *arg = next_positional(&p);
	if (arg && !arg->optional && arg->type != ARG_REST)
		return refuse_missing(&p, arg);
	return ERR_NONE;
}
