/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text_cursor.h"

#include <string.h>

#include "text.h"


void cursor_fail(struct text_cursor *c, size_t at, enum pump_err err, const char *reason)
{
	if (c->err != PUMP_OK)
		return;
	c->err = err;
	*c->error = (struct text_error){.column = at + 1, .reason = reason};
}

void cursor_begin(struct text_cursor *c, const char *text, size_t len, enum mass_unit unit,
		  struct text_error *error)
{
	*c = (struct text_cursor){.text = text, .len = len, .unit = unit, .error = error};
}

static bool is_next(const struct text_cursor *c, const char *word)
{
	size_t len = text_len(word);

	return c->len - c->at >= len && memcmp(c->text + c->at, word, len) == 0;
}

bool cursor_take(struct text_cursor *c, const char *word)
{
	if (c->err != PUMP_OK || !is_next(c, word))
		return false;
	c->at += text_len(word);
	return true;
}

void cursor_need(struct text_cursor *c, const char *word, const char *reason)
{
	if (!cursor_take(c, word))
		cursor_fail(c, c->at, PUMP_EFORM, reason);
}

static bool is_end_of_word(char character)
{
	return character == ' ' || character == ',' || character == ';' || character == '/';
}

static bool is_digit(char character)
{
	return character >= '0' && character <= '9';
}

/* "mcg/day" is one word, and so is "1,25", whose comma is then refused rather than the number cut. */
static bool joins(const struct text_cursor *c, size_t from, size_t at)
{
	if (c->text[at] == '/')
		return at > from && c->text[at - 1] != ' ';
	if (c->text[at] == ',')
		return at > from && is_digit(c->text[at - 1]) && at + 1 < c->len && is_digit(c->text[at + 1]);
	return !is_end_of_word(c->text[at]);
}

/* Bytes of the word at from. */
size_t cursor_word_len(const struct text_cursor *c, size_t from)
{
	size_t end = from;

	while (end < c->len && joins(c, from, end))
		end++;
	return end - from;
}

static bool is_letter(char character)
{
	return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

/* A quantity: one word, or a number and the unit behind it. Moves past it. */
size_t cursor_take_quantity(struct text_cursor *c, const char **start)
{
	size_t len = cursor_word_len(c, c->at), from = c->at;
	bool has_unit = false;

	for (size_t i = 0; i < len; i++)
		has_unit = has_unit || is_letter(c->text[from + i]);
	if (!has_unit && len > 0 && from + len + 1 < c->len && c->text[from + len] == ' ' &&
	    is_letter(c->text[from + len + 1]))
		len += 1 + cursor_word_len(c, from + len + 1);
	*start = c->text + from;
	c->at += len;
	return len;
}

static bool comma_follows(const struct text_cursor *c)
{
	size_t at = c->at;

	while (at < c->len && c->text[at] == ' ')
		at++;
	return at < c->len && c->text[at] == ',';
}

/* A mistake within a quantity that began at from and was taken. */
void cursor_take_error(struct text_cursor *c, size_t from, enum pump_err err,
		       const struct text_error *why)
{
	if (c->err != PUMP_OK)
		return;
	c->err = err;
	*c->error = *why;
	c->error->column = from + (why->column > 0 ? why->column : 1);
	/* What stands before a comma may be the beginning of another number. */
	if (comma_follows(c))
		c->error->suggestion[0] = '\0';
}

static bool is_unit(const char *text, size_t len, enum mass_unit unit)
{
	static const char *const names[] = {[UNIT_NG] = "ng", [UNIT_MCG] = "mcg", [UNIT_MG] = "mg"};
	size_t at = 0;

	while (at < len && (is_digit(text[at]) || text[at] == '.' ||
			    text[at] == ' '))
		at++;
	return len - at >= text_len(names[unit]) &&
	       memcmp(text + at, names[unit], text_len(names[unit])) == 0;
}

struct dose_rate cursor_take_dose(struct text_cursor *c)
{
	struct dose_rate dose = {0};
	struct text_error why = {.column = 1};
	const char *text;
	size_t from = c->at, len;
	enum pump_err err;

	if (c->err != PUMP_OK)
		return dose;
	len = cursor_take_quantity(c, &text);
	err = dose_rate_parse(text, len, &dose, &why);
	if (err == PUMP_OK && !is_unit(text, len, c->unit)) {
		why = (struct text_error){.column = 1, .reason = "this drug is dosed in another unit"};
		dose_rate_print(dose, c->unit, why.suggestion);
		err = PUMP_EFORM;
	}
	if (err == PUMP_OK && dose.ng_per_day < 1) {
		why = (struct text_error){.column = 1, .reason = "a dose is above 0"};
		err = PUMP_ERANGE;
	}
	if (err != PUMP_OK)
		cursor_take_error(c, from, err, &why);
	return dose;
}

struct mass cursor_take_mass(struct text_cursor *c)
{
	struct mass mass = {0};
	struct text_error why = {.column = 1};
	const char *text;
	size_t from = c->at, len;
	enum pump_err err;

	if (c->err != PUMP_OK)
		return mass;
	len = cursor_take_quantity(c, &text);
	err = mass_parse(text, len, &mass, &why);
	if (err == PUMP_OK && !is_unit(text, len, c->unit)) {
		why = (struct text_error){.column = 1, .reason = "this drug is dosed in another unit"};
		mass_print(mass, c->unit, why.suggestion);
		err = PUMP_EFORM;
	}
	if (err == PUMP_OK && mass.ng < 1) {
		why = (struct text_error){.column = 1, .reason = "a dose is above 0"};
		err = PUMP_ERANGE;
	}
	if (err != PUMP_OK)
		cursor_take_error(c, from, err, &why);
	return mass;
}

struct duration cursor_take_duration(struct text_cursor *c, int64_t least, int64_t greatest,
				     const char *reason)
{
	struct duration duration = {0};
	struct text_error why = {.column = 1};
	const char *text;
	size_t from = c->at, len;
	enum pump_err err;

	if (c->err != PUMP_OK)
		return duration;
	len = cursor_take_quantity(c, &text);
	err = duration_parse(text, len, &duration, &why);
	if (err == PUMP_OK && (duration.s < least || duration.s > greatest)) {
		why = (struct text_error){.column = 1, .reason = reason};
		err = PUMP_ERANGE;
	}
	if (err != PUMP_OK)
		cursor_take_error(c, from, err, &why);
	return duration;
}

struct volume cursor_take_volume(struct text_cursor *c)
{
	struct volume volume = {0};
	struct text_error why = {.column = 1};
	const char *text;
	size_t from = c->at, len;
	enum pump_err err;

	if (c->err != PUMP_OK)
		return volume;
	len = cursor_take_quantity(c, &text);
	err = volume_parse(text, len, &volume, &why);
	if (err != PUMP_OK)
		cursor_take_error(c, from, err, &why);
	return volume;
}

struct volume_rate cursor_take_rate(struct text_cursor *c)
{
	struct volume_rate rate = {0};
	struct text_error why = {.column = 1};
	const char *text;
	size_t from = c->at, len;
	enum pump_err err;

	if (c->err != PUMP_OK)
		return rate;
	len = cursor_take_quantity(c, &text);
	err = volume_rate_parse(text, len, &rate, &why);
	if (err != PUMP_OK)
		cursor_take_error(c, from, err, &why);
	return rate;
}

int64_t cursor_take_digits(struct text_cursor *c, size_t count)
{
	int64_t value = 0;

	for (size_t i = 0; i < count; i++, c->at++) {
		if (c->at >= c->len || c->text[c->at] < '0' || c->text[c->at] > '9') {
			cursor_fail(c, c->at, PUMP_EFORM, "a time of day is spelt as 06:00");
			return 0;
		}
		value = value * 10 + (c->text[c->at] - '0');
	}
	return value;
}
