/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs to text. */
#include "program_text.h"

#include "text.h"

const char *program_text_weekday(size_t day)
{
	static const char *const words[WEEKDAYS] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

	return words[day];
}

const char *program_text_reason(size_t reason)
{
	static const char *const words[BRIDGE_ACCEPTED + 1] = {
		[BRIDGE_LINE_ASPIRATED] = "line-aspirated",
		[BRIDGE_LINE_EMPTY] = "line-empty",
		[BRIDGE_ACCEPTED] = "accepted",
	};

	return words[reason];
}

/* "00:00" of a minute of the day. */
static void minute_print(int64_t minute, char buf[6])
{
	buf[0] = (char)('0' + minute / 600);
	buf[1] = (char)('0' + minute / 60 % 10);
	buf[2] = ':';
	buf[3] = (char)('0' + minute % 60 / 10);
	buf[4] = (char)('0' + minute % 10);
	buf[5] = '\0';
}

/* Hours where they are whole, never days: an interval is thought of in hours. */
static void add_duration(struct text *text, struct duration duration)
{
	char number[DECIMAL_TEXT_MAX];
	const bool hours = duration.s % 3600 == 0, minutes = duration.s % 60 == 0;

	decimal_print(hours ? duration.s / 3600 : minutes ? duration.s / 60 : duration.s, 1, number);
	text_add(text, number);
	text_add(text, hours ? "h" : minutes ? "min" : "s");
}

static void add_dose(struct text *text, struct dose_rate dose, enum mass_unit unit)
{
	char number[DECIMAL_TEXT_MAX];

	dose_rate_print(dose, unit, number);
	text_add(text, number);
}

static void add_mass(struct text *text, struct mass mass, enum mass_unit unit)
{
	char number[DECIMAL_TEXT_MAX];

	mass_print(mass, unit, number);
	text_add(text, number);
}

static void add_days(struct text *text, const struct program_flex *flex, size_t pattern)
{
	bool first = true;

	for (size_t day = 0; day < WEEKDAYS; day++) {
		if (flex->of_day[day] != pattern)
			continue;
		text_add(text, first ? " " : ",");
		text_add(text, program_text_weekday(day));
		first = false;
	}
}

static void add_flex(struct text *text, const struct program_flex *flex, enum mass_unit unit)
{
	char minute[6];

	text_add(text, "flex");
	for (size_t i = 0; i < flex->count; i++) {
		text_add(text, i > 0 ? " /" : "");
		if (flex->count > 1)
			add_days(text, flex, i);
		for (size_t k = 0; k < flex->patterns[i].count; k++) {
			minute_print(flex->patterns[i].steps[k].minute, minute);
			text_add(text, k > 0 ? ", " : " ");
			text_add(text, minute);
			text_add(text, " ");
			add_dose(text, flex->patterns[i].steps[k].dose, unit);
		}
	}
}

static void add_regimen(struct text *text, const struct program *program)
{
	const struct program_periodic *periodic = &program->periodic;
	enum mass_unit unit = mixture_unit(&program->mixture, 0);

	switch (program->mode) {
	case PROGRAM_SIMPLE:
		add_dose(text, program->dose, unit);
		return;
	case PROGRAM_FLEX:
		add_flex(text, &program->flex, unit);
		return;
	case PROGRAM_PERIODIC:
		text_add(text, "periodic ");
		add_mass(text, periodic->dose, unit);
		text_add(text, " every ");
		add_duration(text, periodic->interval);
		text_add(text, " over ");
		add_duration(text, periodic->duration);
		text_add(text, " base ");
		add_dose(text, periodic->base, unit);
		return;
	case PROGRAM_MINIMUM:
		text_add(text, "minimum");
		return;
	case PROGRAM_STOPPED:
		text_add(text, "stopped");
		return;
	}
}

static void add_patient(struct text *text, const struct program *program)
{
	const struct program_patient_bolus *patient = &program->patient;
	char number[DECIMAL_TEXT_MAX];

	add_mass(text, patient->dose, mixture_unit(&program->mixture, 0));
	text_add(text, " over ");
	add_duration(text, patient->duration);
	text_add(text, " lockout ");
	add_duration(text, patient->lockout);
	text_add(text, " most ");
	decimal_print(patient->most, 1, number);
	text_add(text, number);
}

static void add_bridge(struct text *text, const struct program_bridge *bridge)
{
	char number[DECIMAL_TEXT_MAX];

	if (bridge->kind == BRIDGE_NONE) {
		text_add(text, "none ");
		text_add(text, program_text_reason((size_t)bridge->reason));
		return;
	}
	volume_print(bridge->volume, number);
	text_add(text, number);
	text_add(text, " at ");
	volume_rate_print(bridge->rate, number);
	text_add(text, number);
}

static void add_mixture(struct text *text, const struct mixture *mixture)
{
	char number[DECIMAL_TEXT_MAX];

	for (size_t i = 0; i < mixture->count; i++) {
		/* A concentration has no spelling in ng. */
		enum mass_unit unit = mixture_unit(mixture, i) == UNIT_MG ? UNIT_MG : UNIT_MCG;

		text_add(text, i > 0 ? ", " : "");
		text_add(text, mixture->parts[i].name);
		text_add(text, " ");
		concentration_print(mixture->parts[i].concentration, unit, number);
		text_add(text, number);
	}
}

static size_t length(const struct text *text)
{
	return text->cut ? 0 : text->len;
}

size_t program_text_print_regimen(const struct program *program, char *buf, size_t size)
{
	struct text text;

	text_init(&text, buf, size);
	add_regimen(&text, program);
	return length(&text);
}

size_t program_text_print_patient(const struct program *program, char *buf, size_t size)
{
	struct text text;

	text_init(&text, buf, size);
	add_patient(&text, program);
	return length(&text);
}

size_t program_text_print_bridge(const struct program *program, char *buf, size_t size)
{
	struct text text;

	text_init(&text, buf, size);
	add_bridge(&text, &program->bridge);
	return length(&text);
}

size_t program_text_print(const struct program *program, char *buf, size_t size)
{
	char number[DECIMAL_TEXT_MAX];
	struct text text;

	text_init(&text, buf, size);
	add_mixture(&text, &program->mixture);
	text_add(&text, "; ");
	add_regimen(&text, program);
	text_add(&text, "; low-alarm ");
	volume_print(program->low_alarm, number);
	text_add(&text, number);
	if (program->patient.present) {
		text_add(&text, "; patient-bolus ");
		add_patient(&text, program);
	}
	if (program->bridge.kind != BRIDGE_UNSAID) {
		text_add(&text, "; bridge ");
		add_bridge(&text, &program->bridge);
	}
	return length(&text);
}
