/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "strength.h"

#include "text.h"

#include <string.h>

__extension__ typedef __int128 wide;

#define BETWEEN     " in"
#define BETWEEN_LEN 3

/* Where " in" stands as a word of its own; len: nowhere. */
static size_t find_between(const char *text, size_t len)
{
	for (size_t i = 0; i + BETWEEN_LEN <= len; i++)
		if (memcmp(text + i, BETWEEN, BETWEEN_LEN) == 0 &&
		    (i + BETWEEN_LEN == len || text[i + BETWEEN_LEN] == ' '))
			return i;
	return len;
}

static enum pump_err refuse(struct text_error *error, size_t index, const char *reason)
{
	*error = (struct text_error){.column = index + 1, .reason = reason};
	return PUMP_ERANGE;
}

static bool is_one_text(const char *suggestion)
{
	size_t len = text_len(suggestion);

	for (size_t i = 0; i + 4 <= len; i++)
		if (memcmp(suggestion + i, " or ", 4) == 0)
			return false;
	return len > 0;
}

/* Puts what stands before and after a corrected part around its suggestion. */
static void surround(struct text_error *error, const char *before, size_t before_len,
		     const char *after, size_t after_len)
{
	char whole[DECIMAL_TEXT_MAX];
	struct text text;

	text_init(&text, whole, sizeof whole);
	text_add_bytes(&text, before, before_len);
	text_add(&text, error->suggestion);
	text_add_bytes(&text, after, after_len);
	if (text.cut || !is_one_text(error->suggestion))
		whole[0] = '\0';
	memcpy(error->suggestion, whole, sizeof whole);
}

/* Reads both parts; *volume_at is where the second begins. */
static enum pump_err parse_parts(const char *text, size_t len, size_t between, struct strength *out,
				 size_t *volume_at, struct text_error *error)
{
	size_t from = between + BETWEEN_LEN + (between + BETWEEN_LEN < len ? 1 : 0);
	struct text_error ignored;
	enum pump_err err = mass_parse(text, between, &out->total, error);
	bool is_volume_right = volume_parse(text + from, len - from, &out->in, &ignored) == PUMP_OK;

	*volume_at = from;
	if (err != PUMP_OK) {
		if (is_volume_right)
			surround(error, "", 0, text + between, len - between);
		else
			error->suggestion[0] = '\0';
		return err;
	}
	err = volume_parse(text + from, len - from, &out->in, error);
	if (err != PUMP_OK) {
		surround(error, text, from, "", 0);
		error->column += from;
	}
	return err;
}

static enum pump_err parse_total(const char *text, size_t len, size_t between, struct strength *out,
				 struct text_error *error)
{
	struct strength made = {0};
	size_t volume_at;
	enum pump_err err = parse_parts(text, len, between, &made, &volume_at, error);
	wide product, quotient;

	if (err != PUMP_OK)
		return err;
	if (made.total.ng < 1)
		return refuse(error, 0, "an amount of zero makes no concentration");
	if (made.in.nl < 1)
		return refuse(error, volume_at, "a volume of zero makes no concentration");
	product = (wide)made.total.ng * NL_PER_ML;
	quotient = product / made.in.nl;
	made.is_exact = quotient * made.in.nl == product;
	if (!made.is_exact)
		quotient++;
	if (quotient > INT64_MAX)
		return refuse(error, 0, "too large");
	made.concentration.ng_per_ml = (int64_t)quotient;
	*out = made;
	return PUMP_OK;
}

enum pump_err strength_parse(const char *text, size_t len, struct strength *out,
			     struct text_error *error)
{
	size_t between = find_between(text, len);
	struct strength made = {.is_exact = true};
	enum pump_err err;

	if (between < len)
		return parse_total(text, len, between, out, error);
	err = concentration_parse(text, len, &made.concentration, error);
	if (err != PUMP_OK)
		return err;
	if (made.concentration.ng_per_ml < 1)
		return refuse(error, 0, "a concentration is more than zero");
	*out = made;
	return PUMP_OK;
}

size_t strength_print(const struct strength *strength, enum mass_unit unit, char *buf)
{
	char part[DECIMAL_TEXT_MAX];
	struct text text;

	text_init(&text, buf, 2 * DECIMAL_TEXT_MAX);
	if (strength->total.ng == 0) {
		concentration_print(strength->concentration, unit, part);
		text_add(&text, part);
		return text.len;
	}
	mass_print(strength->total, unit, part);
	text_add(&text, part);
	text_add(&text, BETWEEN " ");
	volume_print(strength->in, part);
	text_add(&text, part);
	return text.len;
}
