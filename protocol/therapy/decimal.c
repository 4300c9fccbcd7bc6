/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "decimal.h"

#include "digits.h"
#include "text.h"

#include <stdbool.h>
#include <string.h>

#define UNIT_TEXT_MAX 24
/* More than any kind has: a list ends with an empty one. */
#define UNITS_MAX     7
#define HOURS_PER_DAY 24

struct unit {
	const char *text;
	int64_t scale; /* base units in one */
	bool is_listed; /* offered when the unit is missing */
};

/* One kind of quantity. */
struct kind {
	struct unit units[UNITS_MAX];
	bool is_whole;        /* whole numbers; printed without a space before the unit */
	bool is_time;         /* its unit is one of time */
	const char *implied;  /* what a bare amount lacks and can only mean, or "" */
	const char *spelling; /* reason for a wrong unit */
	const char *too_fine;
};

static const struct kind dose_rates = {
	.units = {{"mg/day", 1000000, true},
		  {"mcg/day", 1000, true},
		  {"ng/day", 1, false},
		  {"mg/hour", 1000000 * HOURS_PER_DAY, false},
		  {"mcg/hour", 1000 * HOURS_PER_DAY, false},
		  {"ng/hour", HOURS_PER_DAY, false}},
	.implied = "/day",
	.spelling = "a dose is written in mg, mcg or ng, with /day or /hour",
	.too_fine = "finer than 1 ng",
};
static const struct kind concentrations = {
	.units = {{"mg/mL", 1000000, true}, {"mcg/mL", 1000, true}},
	.implied = "",
	.spelling = "a concentration is written in mg/mL or mcg/mL",
	.too_fine = "finer than 1 ng per mL",
};
static const struct kind volumes = {
	.units = {{"mL", 1000000, true}, {"mcL", 1000, false}},
	.implied = "",
	.spelling = "a volume is written in mL or mcL",
	.too_fine = "finer than 1 nL",
};
static const struct kind durations = {
	.units = {{"s", 1, false}, {"min", 60, true}, {"h", 3600, true}, {"d", 86400, true}},
	.is_whole = true,
	.is_time = true,
	.implied = "",
	.spelling = "a duration is written in s, min, h or d",
	.too_fine = "finer than one second",
};
static const struct kind volume_rates = {
	.units = {{"mL/day", 1000000, true}, {"mL/hour", 1000000 * HOURS_PER_DAY, false}},
	.implied = "/day",
	.spelling = "a rate is written in mL/day or mL/hour",
	.too_fine = "finer than 1 nL",
};
static const struct kind masses = {
	.units = {{"mg", 1000000, true}, {"mcg", 1000, true}, {"ng", 1, false}},
	.implied = "",
	.spelling = "an amount of a drug is written in mg, mcg or ng",
	.too_fine = "finer than 1 ng",
};
static const struct kind days = {
	.units = {{"d", 1, true}},
	.is_time = true,
	.implied = "",
	.spelling = "a number of days is written with d",
	.too_fine = "days are counted whole",
};
static const struct kind lengths = {
	.units = {{"cm", UM_PER_CM, true}},
	.implied = "",
	.spelling = "a length is written in cm",
	.too_fine = "finer than 1 micrometre",
};
static const struct kind volumes_per_length = {
	.units = {{"mL/cm", NL_PER_ML, true}},
	.implied = "/cm",
	.spelling = "a volume per length is written in mL/cm",
	.too_fine = "finer than 1 nL per cm",
};

/* Spellings that people use, in lower case without a plural s, and the one that they mean. */
struct word {
	const char *typed, *means;
};
static const struct word amounts[] = {
	{"ng", "ng"}, {"nanogram", "ng"}, {"mcg", "mcg"}, {"ug", "mcg"}, {"microgram", "mcg"},
	{"mg", "mg"}, {"milligram", "mg"}, {"ml", "mL"}, {"cc", "mL"}, {"milliliter", "mL"},
	{"millilitre", "mL"}, {"mcl", "mcL"}, {"ul", "mcL"}, {"microliter", "mcL"},
	{"microlitre", "mcL"}, {NULL, NULL},
};
static const struct word divisors[] = {
	{"d", "/day"}, {"day", "/day"}, {"24h", "/day"}, {"24hr", "/day"}, {"24hour", "/day"},
	{"h", "/hour"}, {"hr", "/hour"}, {"hour", "/hour"},
	{"ml", "/mL"}, {"cc", "/mL"}, {"milliliter", "/mL"}, {"millilitre", "/mL"}, {NULL, NULL},
};
static const struct word times[] = {
	{"s", "s"}, {"sec", "s"}, {"second", "s"}, {"m", "min"}, {"min", "min"}, {"minute", "min"},
	{"h", "h"}, {"hr", "h"}, {"hour", "h"}, {"d", "d"}, {"day", "d"}, {NULL, NULL},
};

/* What was read of a text, right or wrong. */
struct draft {
	const char *text;
	size_t len, at;
	const char *whole, *fraction; /* digits */
	size_t whole_len, fraction_len;
	const char *unit_text;
	size_t unit_len;
	const struct unit *unit; /* meant; NULL: cannot be told */
	bool is_hopeless;        /* the number meant cannot be told */
	bool is_wrong;
	struct text_error *error;
};

/* Keeps the leftmost mistake: reading goes from left to right. */
static void note(struct draft *d, size_t index, const char *reason)
{
	if (d->is_wrong && d->error->column <= index + 1)
		return;
	d->is_wrong = true;
	d->error->column = index + 1;
	d->error->reason = reason;
}

static bool is_digit(const struct draft *d, size_t at)
{
	return at < d->len && d->text[at] >= '0' && d->text[at] <= '9';
}

static bool is_char(const struct draft *d, size_t at, char a, char b)
{
	return at < d->len && (d->text[at] == a || d->text[at] == b);
}

static size_t read_digits(struct draft *d, const char **digits)
{
	size_t from = d->at;

	*digits = d->text + from;
	while (is_digit(d, d->at))
		d->at++;
	return d->at - from;
}

static void read_sign(struct draft *d)
{
	while (is_char(d, d->at, ' ', '\t')) {
		note(d, d->at, "no space before the number");
		d->at++;
	}
	if (!is_char(d, d->at, '-', '+'))
		return;
	note(d, d->at, "a quantity has no sign");
	d->is_hopeless = d->text[d->at] == '-';
	d->at++;
}

static void check_comma(struct draft *d, size_t index)
{
	bool thousands = d->fraction_len == 3 && d->whole_len >= 1 && d->whole_len <= 3 &&
			 d->whole[0] != '0';

	if (thousands) {
		note(d, index, "no commas: this one may mean thousands or a decimal point");
		d->is_hopeless = true;
	} else {
		note(d, index, "the decimal point is written as a point, not as a comma");
	}
}

static void check_zeros(struct draft *d)
{
	size_t needed = d->fraction_len;

	if (d->whole_len > 1 && d->whole[0] == '0')
		note(d, (size_t)(d->whole - d->text), "no needless zero before the number");
	while (needed > 0 && d->fraction[needed - 1] == '0')
		needed--;
	if (needed < d->fraction_len)
		note(d, (size_t)(d->fraction - d->text) + needed,
		     "no needless zero after the point");
}

static void read_number(struct draft *d)
{
	size_t point;

	read_sign(d);
	d->whole_len = read_digits(d, &d->whole);
	point = d->at;
	if (is_char(d, point, '.', ',')) {
		d->at++;
		d->fraction_len = read_digits(d, &d->fraction);
		if (d->whole_len == 0)
			note(d, point, "a digit is missing before the point");
		if (d->fraction_len == 0)
			note(d, point, "a digit is missing after the point");
		if (d->text[point] == ',')
			check_comma(d, point);
	}
	check_zeros(d);
	if (d->whole_len + d->fraction_len == 0) {
		note(d, d->at, "a number is missing");
		d->is_hopeless = true;
	}
	if (is_char(d, d->at, '.', ',')) {
		note(d, d->at, "one decimal point at most");
		d->is_hopeless = true;
	}
	if (is_char(d, d->at, 'e', 'E') &&
	    (is_digit(d, d->at + 1) || is_char(d, d->at + 1, '-', '+'))) {
		note(d, d->at, "no powers of ten: the number is written out");
		d->is_hopeless = true;
	}
}

static void read_gap(struct draft *d)
{
	size_t from = d->at;

	while (is_char(d, d->at, ' ', '\t'))
		d->at++;
	if (d->at == from || d->at == d->len)
		return;
	if (d->text[from] != ' ')
		note(d, from, "one space between number and unit");
	else if (d->at - from > 1)
		note(d, from + 1, "one space between number and unit");
}

static const struct unit *find_unit(const struct kind *kind, const char *text, size_t len)
{
	for (size_t i = 0; i < UNITS_MAX && kind->units[i].text; i++)
		if (text_equal(kind->units[i].text, text, len))
			return &kind->units[i];
	return NULL;
}

/* The unit as typed: lower case, no spaces, micro sign as u, "per" as "/". */
static void fold_unit(const struct draft *d, struct text *folded)
{
	for (size_t i = 0; i < d->unit_len; i++) {
		const char *at = d->unit_text + i;
		size_t left = d->unit_len - i;
		char lower = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;

		/* U+00B5 and U+03BC look alike. */
		if (left >= 2 && (memcmp(at, "\xc2\xb5", 2) == 0 || memcmp(at, "\xce\xbc", 2) == 0)) {
			text_add(folded, "u");
			i++;
		} else if (left >= 3 && i > 0 && memcmp(at, "per", 3) == 0) {
			text_add(folded, "/");
			i += 2;
		} else if (lower != ' ') {
			text_add_bytes(folded, &lower, 1);
		}
	}
}

static const char *find_word(const struct word *words, const char *typed, size_t len)
{
	for (const struct word *word = words; word->typed; word++)
		if (text_equal(word->typed, typed, len) ||
		    (len > 1 && typed[len - 1] == 's' && text_equal(word->typed, typed, len - 1)))
			return word->means;
	return NULL;
}

static const struct unit *guess_unit(const struct draft *d, const struct kind *kind)
{
	char folded_buf[UNIT_TEXT_MAX], meant_buf[UNIT_TEXT_MAX];
	struct text folded, meant;
	const char *amount, *divisor = kind->implied;
	size_t slash = 0;

	text_init(&folded, folded_buf, sizeof folded_buf);
	text_init(&meant, meant_buf, sizeof meant_buf);
	fold_unit(d, &folded);
	if (folded.cut)
		return NULL;
	while (slash < folded.len && folded_buf[slash] != '/')
		slash++;
	amount = find_word(kind->is_time ? times : amounts, folded_buf, slash);
	if (slash < folded.len)
		divisor = find_word(divisors, folded_buf + slash + 1, folded.len - slash - 1);
	if (!amount || !divisor)
		return NULL;
	text_add(&meant, amount);
	text_add(&meant, divisor);
	return find_unit(kind, meant_buf, meant.len);
}

static void read_unit(struct draft *d, const struct kind *kind)
{
	size_t trimmed;

	d->unit_text = d->text + d->at;
	d->unit_len = d->len - d->at;
	trimmed = d->unit_len;
	while (trimmed > 0 && d->unit_text[trimmed - 1] == ' ')
		trimmed--;
	if (trimmed == 0) {
		note(d, d->len, "the unit is missing");
		return;
	}
	if (trimmed < d->unit_len)
		note(d, d->at + trimmed, "nothing may follow the unit");
	d->unit_len = trimmed;
	d->unit = find_unit(kind, d->unit_text, trimmed);
	if (d->unit)
		return;
	if (is_digit(d, d->at)) {
		note(d, d->at, "no space inside a number");
		d->is_hopeless = true;
		return;
	}
	note(d, d->at, kind->spelling);
	d->unit = guess_unit(d, kind);
}

static enum pump_err range_error(const struct draft *d, const char *at, const char *reason)
{
	d->error->column = (size_t)(at - d->text) + 1;
	d->error->reason = reason;
	return PUMP_ERANGE;
}

static enum pump_err compute(const struct draft *d, const struct kind *kind, int64_t *out)
{
	const int64_t scale = d->unit->scale;
	size_t too_fine;
	int64_t value;
	enum pump_err err;

	if (!digits_read(d->whole, d->whole_len, &value) || value > INT64_MAX / scale)
		return range_error(d, d->whole, "too large");
	value *= scale;
	err = digits_add_fraction(d->fraction, d->fraction_len, scale, &value, &too_fine);
	if (err == PUMP_EFORM)
		return range_error(d, d->fraction + too_fine, kind->too_fine);
	if (err != PUMP_OK)
		return range_error(d, d->whole, "too large");
	*out = value;
	return PUMP_OK;
}

static void add_number(const struct draft *d, struct text *text)
{
	size_t skipped = 0, needed = d->fraction_len;

	while (skipped < d->whole_len && d->whole[skipped] == '0')
		skipped++;
	while (needed > 0 && d->fraction[needed - 1] == '0')
		needed--;
	if (skipped == d->whole_len)
		text_add(text, "0");
	text_add_bytes(text, d->whole + skipped, d->whole_len - skipped);
	if (needed > 0) {
		text_add(text, ".");
		text_add_bytes(text, d->fraction, needed);
	}
}

/* One right spelling, or "A or B" when the unit is missing and there are several. */
static void suggest(const struct draft *d, const struct kind *kind)
{
	struct text text;
	bool is_first = true;
	int64_t value;

	text_init(&text, d->error->suggestion, sizeof d->error->suggestion);
	if (d->is_hopeless || (d->unit_len > 0 && !d->unit) ||
	    (kind->is_whole && d->fraction_len > 0))
		return;
	for (size_t i = 0; i < UNITS_MAX && kind->units[i].text; i++) {
		struct text_error ignored;
		struct draft meant = *d;

		meant.unit = &kind->units[i];
		meant.error = &ignored;
		if (d->unit ? d->unit != meant.unit : !meant.unit->is_listed)
			continue;
		/* Nothing is offered that would be refused in its turn. */
		while (meant.fraction_len > 0 && meant.fraction[meant.fraction_len - 1] == '0')
			meant.fraction_len--;
		if (compute(&meant, kind, &value) != PUMP_OK)
			continue;
		if (!is_first)
			text_add(&text, " or ");
		add_number(d, &text);
		text_add(&text, kind->is_whole ? "" : " ");
		text_add(&text, meant.unit->text);
		is_first = false;
	}
	if (text.cut)
		d->error->suggestion[0] = '\0';
}

static enum pump_err parse(const char *text, size_t len, const struct kind *kind, int64_t *out,
			   struct text_error *error)
{
	struct draft d = {.text = text, .len = len, .whole = text, .fraction = text, .error = error};

	*error = (struct text_error){0};
	read_number(&d);
	if (kind->is_whole && d.fraction_len > 0)
		note(&d, (size_t)(d.fraction - text) - 1, "a duration is a whole number");
	read_gap(&d);
	read_unit(&d, kind);
	if (!d.is_wrong)
		return compute(&d, kind, out);
	suggest(&d, kind);
	return PUMP_EFORM;
}

enum pump_err dose_rate_parse(const char *text, size_t len, struct dose_rate *out,
			      struct text_error *error)
{
	return parse(text, len, &dose_rates, &out->ng_per_day, error);
}

enum pump_err concentration_parse(const char *text, size_t len, struct concentration *out,
				  struct text_error *error)
{
	return parse(text, len, &concentrations, &out->ng_per_ml, error);
}

enum pump_err volume_parse(const char *text, size_t len, struct volume *out,
			   struct text_error *error)
{
	return parse(text, len, &volumes, &out->nl, error);
}

enum pump_err duration_parse(const char *text, size_t len, struct duration *out,
			     struct text_error *error)
{
	return parse(text, len, &durations, &out->s, error);
}

enum pump_err volume_rate_parse(const char *text, size_t len, struct volume_rate *out,
				struct text_error *error)
{
	return parse(text, len, &volume_rates, &out->nl_per_day, error);
}

enum pump_err mass_parse(const char *text, size_t len, struct mass *out, struct text_error *error)
{
	return parse(text, len, &masses, &out->ng, error);
}

enum pump_err days_parse(const char *text, size_t len, int64_t *out, struct text_error *error)
{
	return parse(text, len, &days, out, error);
}

enum pump_err length_parse(const char *text, size_t len, struct length *out, struct text_error *error)
{
	return parse(text, len, &lengths, &out->um, error);
}

enum pump_err volume_per_length_parse(const char *text, size_t len, struct volume_per_length *out,
				      struct text_error *error)
{
	return parse(text, len, &volumes_per_length, &out->nl_per_cm, error);
}
