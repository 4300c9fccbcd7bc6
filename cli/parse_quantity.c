/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantities, dates and preparations that may be spread over several words. */
#include "parse.h"

#include <stdio.h>
#include <string.h>

#include "findings.h"
#include "spelling.h"

static bool is_introducer(const struct parser *p, size_t index)
{
	const struct word *word = &p->words->at[index];
	return parse_keyword(p->command, word) || (!word->quoted && !strncmp(word->text, "--", 2));
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
#define PIECES_MAX        6 /* morphine 50 mg in 20 mL */

/* Text of a quantity that may be spread over several words, and where each was typed. */
struct spread {
	char text[QUANTITY_TEXT_MAX];
	size_t len, count;
	struct piece {
		size_t at; /* in text */
		const struct word *word;
	} pieces[PIECES_MAX];
	bool too_long;
};

static size_t spread_column(const struct spread *s, size_t column)
{
	size_t i = s->count - 1;
	while (i && s->pieces[i].at > column - 1)
		i--;
	return s->pieces[i].word->column + (column - 1 - s->pieces[i].at);
}

static const struct word *take_piece(struct parser *p, struct spread *s)
{
	const struct word *word = &p->words->at[p->at++];
	const size_t gap = s->count ? 1 : 0;
	if (s->count == PIECES_MAX || s->len + gap + word->len >= sizeof(s->text)) {
		s->too_long = true;
		return word;
	}
	if (gap)
		s->text[s->len++] = ' ';
	s->pieces[s->count++] = (struct piece){.at = s->len, .word = word};
	memcpy(s->text + s->len, word->text, word->len + 1);
	s->len += word->len;
	return word;
}

static bool can_go_on(const struct parser *p)
{
	return p->at < p->words->count && !is_introducer(p, p->at);
}

/* One word, and the next too when the first is a number that waits for its unit. */
static void take_number(struct parser *p, struct spread *s)
{
	const struct word *word = take_piece(p, s);
	if (!word->quoted && !has_letter(word) && can_go_on(p))
		(void)take_piece(p, s);
}

static void take_strength(struct parser *p, struct spread *s)
{
	take_number(p, s);
	if (!can_go_on(p) || p->words->at[p->at].quoted || strcmp(p->words->at[p->at].text, "in"))
		return;
	(void)take_piece(p, s);
	if (can_go_on(p))
		take_number(p, s);
}

static void take_spread(struct parser *p, enum arg_type type, struct spread *s)
{
	*s = (struct spread){.pieces = {{.word = &p->words->at[p->at]}}};
	if (type == ARG_PREPARATION) {
		if (!take_piece(p, s)->quoted && can_go_on(p))
			take_strength(p, s);
	} else if (type == ARG_STRENGTH) {
		take_strength(p, s);
	} else if (type == ARG_DATE) {
		(void)take_piece(p, s);
	} else {
		take_number(p, s);
	}
	if (!s->count)
		s->count = 1;
}

/* drug: needed for a dose or an amount only. */
static const char *unit_name(enum arg_type type, const struct drug *drug)
{
	static const char *const dose[] = {[UNIT_NG] = "ng/day", [UNIT_MCG] = "mcg/day",
					   [UNIT_MG] = "mg/day"};
	static const char *const mass[] = {[UNIT_NG] = "ng", [UNIT_MCG] = "mcg", [UNIT_MG] = "mg"};
	if (type == ARG_DOSE)
		return dose[drug->unit];
	if (type == ARG_MASS)
		return mass[drug->unit];
	return type == ARG_CONCENTRATION ? "mg/mL" : "mL";
}

static enum pump_err parse_as(enum arg_type type, const char *text, size_t len, struct value *value,
			      struct text_error *why)
{
	if (type == ARG_DOSE)
		return dose_rate_parse(text, len, &value->as.dose, why);
	if (type == ARG_CONCENTRATION)
		return concentration_parse(text, len, &value->as.concentration, why);
	if (type == ARG_MASS)
		return mass_parse(text, len, &value->as.mass, why);
	if (type == ARG_DURATION)
		return duration_parse(text, len, &value->as.duration, why);
	if (type == ARG_RATE)
		return volume_rate_parse(text, len, &value->as.rate, why);
	if (type == ARG_DAYS)
		return days_parse(text, len, &value->as.integer, why);
	if (type == ARG_DATE)
		return date_parse(text, len, &value->as.date, why);
	if (type == ARG_STRENGTH)
		return strength_parse(text, len, &value->as.strength, why);
	if (type == ARG_LENGTH)
		return length_parse(text, len, &value->as.length, why);
	if (type == ARG_VOLUME_PER_LENGTH)
		return volume_per_length_parse(text, len, &value->as.volume_per_length, why);
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
	if (s->count > 1 || has_letter(s->pieces[0].word) ||
	    (type != ARG_DOSE && type != ARG_MASS && type != ARG_CONCENTRATION && type != ARG_VOLUME) ||
	    ((type == ARG_DOSE || type == ARG_MASS) && !drug))
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
	return parse_refuse(p, ERR_BAD_QUANTITY, spread_column(s, why->column ? why->column : 1), detail);
}

static void print_right(const struct arg *arg, const struct value *value, const struct drug *drug,
			char *buf)
{
	if (arg->type == ARG_MASS)
		(void)mass_print(value->as.mass, drug->unit, buf);
	else
		(void)dose_rate_print(value->as.dose, drug->unit, buf);
}

/* Milligrams for micrograms or the other way round: a rule of its own, not a misspelling. */
static enum error_code check_mass(struct parser *p, const struct arg *arg, const struct spread *s,
				  const struct value *value, const struct drug *drug)
{
	static const char *const units[] = {[UNIT_NG] = "ng", [UNIT_MCG] = "mcg", [UNIT_MG] = "mg"};
	struct finding finding;
	struct findings list = {.at = &finding, .max = 1};
	char detail[400], right[DECIMAL_TEXT_MAX];
	if (value->unit != drug->unit)
		finding = *findings_add(&list, RULE_DOSE_UNIT);
	if (!findings_refuse(&finding, list.count))
		return ERR_NONE;
	print_right(arg, value, drug, right);
	(void)snprintf(detail, sizeof(detail),
		       "%s: %s: %s %s is dosed in %s. If this amount is meant, type it as: %s", finding.rule,
		       arg->name, finding.text, drug->display, units[drug->unit], right);
	return parse_refuse(p, ERR_REFUSED_LIMIT, spread_column(s, strspn(s->text, "0123456789. ") + 1),
			    detail);
}

/* A dose is typed in the one unit its drug is typed in: no second spelling of the same dose. */
static enum error_code check_unit(struct parser *p, const struct arg *arg, const struct spread *s,
				  const struct value *value)
{
	const struct drug *drug = drug_typed(p->out);
	if ((arg->type != ARG_DOSE && arg->type != ARG_MASS) || !drug)
		return ERR_NONE;
	const size_t number = strspn(s->text, "0123456789. ");
	if (!strcmp(s->text + number, unit_name(arg->type, drug)))
		return ERR_NONE;
	const enum error_code code = check_mass(p, arg, s, value, drug);
	if (code)
		return code;
	struct text_error why = {.column = number + 1, .reason = "a daily dose is typed per day here"};
	print_right(arg, value, drug, why.suggestion);
	return refuse_quantity(p, arg, s, &why);
}

enum error_code parse_drug(struct parser *p, const char *name, size_t column,
			   const struct drug **drug)
{
	*drug = drug_find(name, strlen(name));
	if (*drug)
		return ERR_NONE;
	const char *nearest = NULL;
	size_t least = SPELLING_NEAR + 1;
	for (size_t i = 0; i < drug_count(); i++) {
		const size_t far = spelling_distance(name, drug_at(i)->name);
		if (far < least) {
			least = far;
			nearest = drug_at(i)->name;
		}
	}
	char detail[256];
	(void)snprintf(detail, sizeof(detail), "\"%.48s\"%s%s", name,
		       nearest ? "; the nearest name in the table is: " : "", nearest ? nearest : "");
	return parse_refuse(p, ERR_UNKNOWN_DRUG, column, detail);
}

/* The unit of mass in correct text of a dose or strength. */
static enum mass_unit typed_unit(const char *text)
{
	text += strspn(text, "0123456789. ");
	if (!strncmp(text, "mg", 2))
		return UNIT_MG;
	return strncmp(text, "mcg", 3) ? UNIT_NG : UNIT_MCG;
}

static enum error_code parse_preparation(struct parser *p, const struct arg *arg,
					 const struct spread *s, struct value *value)
{
	char name[QUANTITY_TEXT_MAX];
	const size_t len = strcspn(s->text, " ");
	(void)snprintf(name, sizeof(name), "%.*s", (int)len, s->text);
	const enum error_code code = parse_drug(p, name, spread_column(s, 1), &value->as.preparation.drug);
	if (code)
		return code;
	const size_t from = s->text[len] ? len + 1 : len;
	struct text_error why = {0};
	value->unit = typed_unit(s->text + from);
	if (strength_parse(s->text + from, s->len - from, &value->as.preparation.strength, &why) == PUMP_OK)
		return ERR_NONE;
	why.column += from;
	return refuse_quantity(p, arg, s, &why);
}

enum error_code parse_quantity(struct parser *p, const struct arg *arg, struct value *value)
{
	struct spread s;
	struct text_error why = {0};
	take_spread(p, arg->type, &s);
	if (s.too_long) {
		why.reason = "this is too long for a quantity";
		return refuse_quantity(p, arg, &s, &why);
	}
	if (arg->type == ARG_PREPARATION)
		return parse_preparation(p, arg, &s, value);
	if (parse_as(arg->type, s.text, s.len, value, &why) == PUMP_OK) {
		if (arg->type == ARG_DOSE || arg->type == ARG_MASS || arg->type == ARG_STRENGTH)
			value->unit = typed_unit(s.text);
		return check_unit(p, arg, &s, value);
	}
	suggest_unit(arg->type, drug_typed(p->out), &s, &why);
	return refuse_quantity(p, arg, &s, &why);
}
