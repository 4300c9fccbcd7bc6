/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "decimal.h"

#include "digits.h"
#include "text.h"

enum style { CANONICAL, DISPLAY };

struct mass_text {
	const char *name;
	int64_t scale; /* ng */
};

static struct mass_text mass_text(enum mass_unit unit)
{
	switch (unit) {
	case UNIT_NG:
		return (struct mass_text){"ng", 1};
	case UNIT_MCG:
		return (struct mass_text){"mcg", 1000};
	case UNIT_MG:
		break;
	}
	return (struct mass_text){"mg", 1000000};
}

static void add_digits(struct text *text, uint64_t value, enum style style)
{
	char digits[DIGITS_MAX];
	size_t count = digits_print(value, digits);

	for (size_t i = 0; i < count; i++) {
		if (style == DISPLAY && i > 0 && (count - i) % 3 == 0)
			text_add(text, ",");
		text_add_bytes(text, &digits[i], 1);
	}
}

static void add_number(struct text *text, int64_t value, int64_t scale, enum style style)
{
	uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	uint64_t step = (uint64_t)scale;
	uint64_t rest = magnitude % step;

	if (value < 0)
		text_add(text, "-");
	add_digits(text, magnitude / step, style);
	if (rest > 0)
		text_add(text, ".");
	while (rest > 0) {
		step /= 10;
		add_digits(text, rest / step, CANONICAL);
		rest %= step;
	}
}

static size_t print(int64_t value, int64_t scale, enum style style, const char *unit,
		    const char *per, char *buf)
{
	struct text text;

	text_init(&text, buf, DECIMAL_TEXT_MAX);
	add_number(&text, value, scale, style);
	text_add(&text, " ");
	text_add(&text, unit);
	text_add(&text, per);
	return text.len;
}

size_t decimal_print(int64_t value, int64_t scale, char *buf)
{
	struct text text;

	text_init(&text, buf, DECIMAL_TEXT_MAX);
	add_number(&text, value, scale, CANONICAL);
	return text.len;
}

size_t decimal_display(int64_t value, int64_t scale, char *buf)
{
	struct text text;

	text_init(&text, buf, DECIMAL_TEXT_MAX);
	add_number(&text, value, scale, DISPLAY);
	return text.len;
}

size_t dose_rate_print(struct dose_rate dose, enum mass_unit unit, char *buf)
{
	struct mass_text mass = mass_text(unit);

	return print(dose.ng_per_day, mass.scale, CANONICAL, mass.name, "/day", buf);
}

size_t dose_rate_display(struct dose_rate dose, enum mass_unit unit, char *buf)
{
	struct mass_text mass = mass_text(unit);

	return print(dose.ng_per_day, mass.scale, DISPLAY, mass.name, " per day", buf);
}

size_t concentration_print(struct concentration concentration, enum mass_unit unit, char *buf)
{
	struct mass_text mass = mass_text(unit);

	return print(concentration.ng_per_ml, mass.scale, CANONICAL, mass.name, "/mL", buf);
}

size_t concentration_display(struct concentration concentration, enum mass_unit unit, char *buf)
{
	struct mass_text mass = mass_text(unit);

	return print(concentration.ng_per_ml, mass.scale, DISPLAY, mass.name, " per mL", buf);
}

size_t volume_print(struct volume volume, char *buf)
{
	return print(volume.nl, NL_PER_ML, CANONICAL, "mL", "", buf);
}

size_t volume_display(struct volume volume, char *buf)
{
	return print(volume.nl, NL_PER_ML, DISPLAY, "mL", "", buf);
}

size_t volume_rate_print(struct volume_rate rate, char *buf)
{
	return print(rate.nl_per_day, NL_PER_ML, CANONICAL, "mL", "/day", buf);
}

size_t volume_rate_display(struct volume_rate rate, char *buf)
{
	return print(rate.nl_per_day, NL_PER_ML, DISPLAY, "mL", " per day", buf);
}

size_t mass_print(struct mass mass, enum mass_unit unit, char *buf)
{
	struct mass_text text = mass_text(unit);

	return print(mass.ng, text.scale, CANONICAL, text.name, "", buf);
}

size_t days_print(int64_t days, char *buf)
{
	return print(days, 1, CANONICAL, "d", "", buf);
}

size_t days_display(int64_t days, char *buf)
{
	return print(days, 1, DISPLAY, days == 1 ? "day" : "days", "", buf);
}

size_t duration_print(struct duration duration, char *buf)
{
	static const struct mass_text units[] = {
		{"d", SECONDS_PER_DAY}, {"h", 3600}, {"min", 60}, {"s", 1}};
	size_t i = 0;
	struct text text;

	/* Zero divides by everything; "0s" says best what it is. */
	while (units[i].scale > 1 && (duration.s == 0 || duration.s % units[i].scale != 0))
		i++;
	text_init(&text, buf, DECIMAL_TEXT_MAX);
	add_number(&text, duration.s / units[i].scale, 1, CANONICAL);
	text_add(&text, units[i].name);
	return text.len;
}
