/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program to JSON. */
#include <inttypes.h>

#include "output.h"
#include "program_file.h"
#include "program_text.h"

static void add_duration(struct cJSON *parent, const char *key, struct duration duration)
{
	const bool hours = duration.s % 3600 == 0;
	char display[OUTPUT_SECONDS_TEXT_MAX];
	struct cJSON *quantity = output_object(parent, key);
	output_format(quantity, "value", "%" PRId64, hours ? duration.s / 3600 : duration.s);
	output_string(quantity, "unit", hours ? "h" : "s");
	output_seconds_text(duration.s, display);
	output_string(quantity, "display", display);
}

static void add_mixture(struct cJSON *parent, const struct mixture *mixture)
{
	struct cJSON *list = output_array(parent, "mixture");
	for (size_t i = 0; i < mixture->count; i++) {
		const enum mass_unit unit = mixture_unit(mixture, i) == UNIT_MG ? UNIT_MG : UNIT_MCG;
		struct cJSON *row = output_object(list, NULL);
		output_string(row, "drug", mixture->parts[i].name);
		output_concentration(row, "concentration", mixture->parts[i].concentration, unit);
	}
}

static void add_flex(struct cJSON *regimen, const struct program_flex *flex, enum mass_unit unit)
{
	struct cJSON *list = output_array(regimen, "patterns");
	for (size_t i = 0; i < flex->count; i++) {
		const struct program_pattern *pattern = &flex->patterns[i];
		struct cJSON *row = output_object(list, NULL);
		struct cJSON *days = output_array(row, "days"), *steps = output_array(row, "steps");
		for (size_t day = 0; day < WEEKDAYS; day++)
			if (flex->of_day[day] == i)
				output_string(days, NULL, program_text_weekday(day));
		for (size_t k = 0; k < pattern->count; k++) {
			struct cJSON *step = output_object(steps, NULL);
			const int64_t minute = pattern->steps[k].minute;
			output_format(step, "from", "%02" PRId64 ":%02" PRId64, minute / 60, minute % 60);
			output_dose(step, "dose", pattern->steps[k].dose, unit);
		}
	}
}

static void add_regimen(struct cJSON *parent, const struct program *program)
{
	static const char *const modes[] = {[PROGRAM_SIMPLE] = "simple",
					    [PROGRAM_FLEX] = "flex",
					    [PROGRAM_PERIODIC] = "periodic",
					    [PROGRAM_MINIMUM] = "minimum",
					    [PROGRAM_STOPPED] = "stopped"};
	const enum mass_unit unit = mixture_unit(&program->mixture, 0);
	struct cJSON *regimen = output_object(parent, "regimen");
	output_string(regimen, "mode", modes[program->mode]);
	if (program->mode == PROGRAM_SIMPLE)
		output_dose(regimen, "dose", program->dose, unit);
	if (program->mode == PROGRAM_FLEX)
		add_flex(regimen, &program->flex, unit);
	if (program->mode == PROGRAM_PERIODIC) {
		output_mass(regimen, "dose", program->periodic.dose, unit);
		add_duration(regimen, "every", program->periodic.interval);
		add_duration(regimen, "over", program->periodic.duration);
		output_dose(regimen, "base", program->periodic.base, unit);
	}
}

static void add_bridge(struct cJSON *parent, const struct program_bridge *bridge)
{
	struct cJSON *node = output_object(parent, "bridge");
	if (bridge->kind == BRIDGE_NONE) {
		output_string(node, "none", program_text_reason((size_t)bridge->reason));
		return;
	}
	output_volume(node, "volume", bridge->volume);
	output_rate(node, "rate", bridge->rate);
}

void program_file_print(struct cJSON *parent, const struct program *program)
{
	struct cJSON *node = output_object(parent, "as_file");
	add_mixture(node, &program->mixture);
	add_regimen(node, program);
	output_volume(node, "low_alarm", program->low_alarm);
	if (program->patient.present) {
		struct cJSON *patient = output_object(node, "patient_bolus");
		output_mass(patient, "dose", program->patient.dose, mixture_unit(&program->mixture, 0));
		add_duration(patient, "over", program->patient.duration);
		add_duration(patient, "lockout", program->patient.lockout);
		output_integer(patient, "most", program->patient.most);
	}
	if (program->bridge.kind != BRIDGE_UNSAID)
		add_bridge(node, &program->bridge);
}
