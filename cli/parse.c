/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words to typed values, with the column of each mistake. */
#include <stdio.h>
#include <string.h>

#include "parse.h"
#include "spelling.h"

enum error_code parse_refuse(struct parser *p, enum error_code code, size_t column,
			     const char *detail)
{
	(void)error_set(p->error, code, "%s", detail);
	if (p->error)
		p->error->column = column;
	return code;
}

const struct arg *parse_keyword(const struct command *command, const struct word *word)
{
	if (word->quoted)
		return NULL;
	const char *text = strncmp(word->text, "--", 2) ? word->text : word->text + 2;
	for (const struct arg *arg = command->args; arg->type != ARG_END; arg++)
		if (arg->keyword && !strcmp(arg->keyword, text))
			return arg;
	return NULL;
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
	return parse_refuse(p, ERR_USAGE, word->column, detail);
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
	return parse_refuse(p, ERR_USAGE, word->column, detail);
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
	return parse_refuse(p, ERR_USAGE, word->column + (good < word->len ? good : 0), detail);
}

static enum error_code parse_rest(struct parser *p)
{
	for (; p->at < p->words->count; p->at++) {
		if (p->out->rest_count == REST_MAX)
			return parse_refuse(p, ERR_USAGE, p->words->at[p->at].column, "too many words");
		p->out->rest[p->out->rest_count++] = p->words->at[p->at].text;
	}
	return ERR_NONE;
}

/* Parses the value of arg from the next word on; p->at is past it afterwards. */
static enum error_code parse_value(struct parser *p, const struct arg *arg)
{
	struct value *value = &p->out->at[arg - p->command->args];
	if (value->present)
		return parse_refuse(p, ERR_USAGE, p->words->at[p->at - 1].column, "this was given already");
	value->present = true;
	if (arg->type == ARG_FLAG)
		return ERR_NONE;
	const struct word *word = &p->words->at[p->at];
	value->column = word->column;
	switch (arg->type) {
	case ARG_DOSE:
	case ARG_CONCENTRATION:
	case ARG_MASS:
	case ARG_VOLUME:
	case ARG_DURATION:
	case ARG_RATE:
	case ARG_DAYS:
	case ARG_DATE:
	case ARG_STRENGTH:
	case ARG_PREPARATION:
	case ARG_LENGTH:
	case ARG_VOLUME_PER_LENGTH:
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
	case ARG_PROGRAM:
	case ARG_PATIENT:
	case ARG_BRIDGE:
		break;
	}
	p->at++;
	if (arg->type == ARG_PROGRAM || arg->type == ARG_PATIENT || arg->type == ARG_BRIDGE)
		return parse_program(p, arg, word, value);
	if (arg->type == ARG_DRUG)
		return parse_drug(p, word->text, word->column, &value->as.drug);
	if (arg->type == ARG_INTEGER)
		return parse_integer(p, arg, word, value);
	if (arg->type == ARG_CHOICE)
		return parse_choice(p, arg, word, value);
	if (arg->type == ARG_SERIAL || arg->type == ARG_NAME)
		return parse_identifier(p, arg, word, value);
	value->as.text = word->text;
	return ERR_NONE;
}

/* What goes by position is given in another way. */
static bool is_replaced(const struct parser *p)
{
	for (size_t i = 0; p->command->args[i].type != ARG_END; i++)
		if (p->command->args[i].replaces && p->out->at[i].present)
			return true;
	return false;
}

static const struct arg *next_positional(const struct parser *p)
{
	if (is_replaced(p))
		return NULL;
	for (size_t i = 0; p->command->args[i].type != ARG_END; i++)
		if (!p->command->args[i].keyword && !p->out->at[i].present)
			return &p->command->args[i];
	return NULL;
}

/* Of the rows with this keyword the first that is free, else the last. */
static const struct arg *next_of_keyword(const struct parser *p, const struct arg *arg)
{
	while (p->out->at[arg - p->command->args].present && arg[1].type != ARG_END &&
	       arg[1].keyword && !strcmp(arg->keyword, arg[1].keyword))
		arg++;
	return arg;
}

static const struct arg *missing_argument(const struct parser *p)
{
	for (size_t i = 0; p->command->args[i].type != ARG_END; i++) {
		const struct arg *arg = &p->command->args[i];
		const bool needed = arg->keyword ? arg->required
						 : !arg->optional && arg->type != ARG_REST && !is_replaced(p);
		if (needed && !p->out->at[i].present)
			return arg;
	}
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
	(void)snprintf(detail, sizeof(detail), "%s%s%s is missing (%s); as in: %s",
		       arg->keyword ? arg->keyword : "", arg->keyword ? " " : "", arg->name, arg->help,
		       p->command->example);
	return parse_refuse(p, ERR_USAGE, line_end(p->words), detail);
}

static bool has_positional(const struct parser *p)
{
	for (size_t i = 0; p->command->args[i].type != ARG_END; i++)
		if (!p->command->args[i].keyword && p->out->at[i].present)
			return true;
	return false;
}

/* why; the nearest keyword of this command, if one is near, is named. before: "" or "--", as it was typed. */
static enum error_code refuse_word(struct parser *p, const struct word *word, const char *before, const char *why)
{
	const char *near = NULL, *typed = word->text + strlen(before);
	size_t least = SPELLING_NEAR + 1;
	char detail[160];
	for (const struct arg *arg = p->command->args; arg->type != ARG_END; arg++) {
		const size_t distance = arg->keyword ? spelling_distance(typed, arg->keyword) : least;
		if (distance >= least)
			continue;
		least = distance;
		near = arg->keyword;
	}
	if (!near)
		return parse_refuse(p, ERR_USAGE, word->column, why);
	(void)snprintf(detail, sizeof(detail), "%s; did you mean: %s%s", why, before, near);
	return parse_refuse(p, ERR_USAGE, word->column, detail);
}

static enum error_code parse_word(struct parser *p)
{
	const struct word *word = &p->words->at[p->at];
	const struct arg *arg = parse_keyword(p->command, word);
	if (arg && arg->replaces && (is_replaced(p) || has_positional(p)))
		return parse_refuse(p, ERR_USAGE, word->column,
				    "this stands for the whole of what is typed otherwise; give one of them");
	if (arg) {
		arg = next_of_keyword(p, arg);
		p->at++;
		if (arg->type != ARG_FLAG && p->at == p->words->count)
			return refuse_missing(p, arg);
		return parse_value(p, arg);
	}
	if (!word->quoted && !strncmp(word->text, "--", 2))
		return refuse_word(p, word, "--", "this command has no such option");
	arg = next_positional(p);
	if (!arg)
		return refuse_word(p, word, "", "nothing more is expected here");
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
	const struct arg *arg = missing_argument(&p);
	return arg ? refuse_missing(&p, arg) : ERR_NONE;
}
