/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "describe.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "limits_state.h"
#include "path_ahead.h"
#include "program_text.h"
#include "sanitise.h"

static const struct drug *drug_of(const struct mixture *mixture, size_t part)
{
	return drug_find(mixture->parts[part].name, strlen(mixture->parts[part].name));
}

void describe_drug(const struct mixture *mixture, size_t part, char buf[DESCRIBE_NAME_MAX])
{
	const struct drug *drug = drug_of(mixture, part);
	const char *name = drug ? drug->display : mixture->parts[part].name;
	(void)sanitise_text(name, strlen(name), buf, DESCRIBE_NAME_MAX);
}

enum mass_unit describe_concentration_unit(const struct mixture *mixture, size_t part)
{
	return mixture_unit(mixture, part) == UNIT_MG ? UNIT_MG : UNIT_MCG;
}

static void add_steps(struct cJSON *parent, const struct program *program)
{
	const struct program_flex *flex = &program->flex;
	struct cJSON *list = output_array(parent, "steps");
	for (size_t i = 0; i < flex->count; i++) {
		char days[WEEKDAYS * 4 + 1] = "";
		size_t used = 0;
		for (size_t day = 0; day < WEEKDAYS; day++)
			if (flex->of_day[day] == i)
				used += (size_t)snprintf(days + used, sizeof(days) - used, "%s%s", used ? "," : "",
							 program_text_weekday(day));
		for (size_t k = 0; k < flex->patterns[i].count; k++) {
			const struct program_step *step = &flex->patterns[i].steps[k];
			struct cJSON *row = output_object(list, NULL);
			output_string(row, "days", flex->count == 1 ? "every day" : days);
			output_format(row, "from", "%02" PRId64 ":%02" PRId64, step->minute / 60, step->minute % 60);
			output_dose(row, "dose", step->dose, mixture_unit(&program->mixture, 0));
		}
	}
}

static void add_periodic(struct cJSON *parent, const struct program *program)
{
	const enum mass_unit unit = mixture_unit(&program->mixture, 0);
	struct cJSON *node = output_object(parent, "periodic_doses");
	output_mass(node, "dose", program->periodic.dose, unit);
	output_seconds(node, "every", program->periodic.interval.s);
	output_seconds(node, "over", program->periodic.duration.s);
	output_dose(node, "base", program->periodic.base, unit);
}

static void add_patient(struct cJSON *parent, const struct program *program)
{
	struct cJSON *node = output_object(parent, "patient_bolus");
	output_mass(node, "dose", program->patient.dose, mixture_unit(&program->mixture, 0));
	output_seconds(node, "over", program->patient.duration.s);
	output_seconds(node, "lockout", program->patient.lockout.s);
	output_integer(node, "most_in_24_hours", program->patient.most);
}

static void add_bridge(struct cJSON *parent, const struct program_bridge *bridge)
{
	struct duration time;
	struct cJSON *node = output_object(parent, "bridge");
	if (bridge->kind == BRIDGE_NONE) {
		output_string(node, "none", describe_no_bridge(bridge->reason));
		return;
	}
	output_volume(node, "volume", bridge->volume);
	output_rate(node, "rate", bridge->rate);
	if (path_time(bridge->volume, bridge->rate, &time) == PUMP_OK)
		output_seconds(node, "duration", time.s);
	else
		output_unknown(node, "duration");
}

const char *describe_no_bridge(enum bridge_reason reason)
{
	static const char *const words[] = {
		[BRIDGE_LINE_ASPIRATED] = "the line was aspirated, then primed",
		[BRIDGE_LINE_EMPTY] = "the line holds no drug",
		[BRIDGE_ACCEPTED] = "the step in dose is accepted"};
	return words[reason];
}

const char *describe_mode(enum program_mode mode)
{
	static const char *const words[] = {[PROGRAM_SIMPLE] = "simple",
					    [PROGRAM_FLEX] = "flex",
					    [PROGRAM_PERIODIC] = "periodic",
					    [PROGRAM_MINIMUM] = "minimum rate",
					    [PROGRAM_STOPPED] = "stopped"};
	return words[mode];
}

static void add_drugs(struct cJSON *parent, const struct program *program)
{
	struct program_totals totals = {0};
	const bool known = program_totals(program, NULL, &totals) == PUMP_OK;
	struct cJSON *drugs = output_array(parent, "drugs");
	for (size_t i = 0; i < program->mixture.count; i++) {
		char name[DESCRIBE_NAME_MAX];
		struct cJSON *row = output_object(drugs, NULL);
		describe_drug(&program->mixture, i, name);
		output_string(row, "drug", name);
		output_concentration(row, "concentration", program->mixture.parts[i].concentration,
				     describe_concentration_unit(&program->mixture, i));
		if (!known)
			output_unknown(row, "daily_dose");
		else
			output_dose(row, "daily_dose",
				    i ? totals.daily[i] : program_daily_dose(program, &totals),
				    mixture_unit(&program->mixture, i));
	}
}

static void add_text(struct cJSON *parent, const struct program *program)
{
	char *text = malloc(PROGRAM_TEXT_MAX);
	if (text && program_text_print(program, text, PROGRAM_TEXT_MAX))
		output_string(parent, "typed_as", text);
	free(text);
}

void describe_program(struct cJSON *parent, const struct program *program)
{
	output_string(parent, "mode", describe_mode(program->mode));
	output_volume(parent, "low_alarm", program->low_alarm);
	add_text(parent, program);
	add_drugs(parent, program);
	if (program->mode == PROGRAM_FLEX)
		add_steps(parent, program);
	if (program->mode == PROGRAM_PERIODIC)
		add_periodic(parent, program);
	if (program->patient.present)
		add_patient(parent, program);
	if (program->bridge.kind != BRIDGE_UNSAID)
		add_bridge(parent, &program->bridge);
}

void describe_short(const struct program *program, char buf[DESCRIBE_SHORT_MAX])
{
	struct program_totals totals = {0};
	char name[DESCRIBE_NAME_MAX], dose[DECIMAL_TEXT_MAX] = "";
	const char *boluses = program && program->patient.present ? ", and patient boluses" : "";
	if (!program) {
		(void)snprintf(buf, DESCRIBE_SHORT_MAX, "no program");
		return;
	}
	describe_drug(&program->mixture, 0, name);
	if (program_totals(program, NULL, &totals) == PUMP_OK)
		(void)dose_rate_display(program_daily_dose(program, &totals), mixture_unit(&program->mixture, 0),
					dose);
	if (program->mode == PROGRAM_SIMPLE)
		(void)snprintf(buf, DESCRIBE_SHORT_MAX, "%s %s%s", name, dose, boluses);
	else if (program->mode == PROGRAM_MINIMUM || program->mode == PROGRAM_STOPPED)
		(void)snprintf(buf, DESCRIBE_SHORT_MAX, "%s, %s", name, describe_mode(program->mode));
	else
		(void)snprintf(buf, DESCRIBE_SHORT_MAX, "%s %s, at most %s%s", name, describe_mode(program->mode),
			       dose, boluses);
}

void describe_findings(struct output *out, const struct finding *findings, size_t count)
{
	struct cJSON *list = output_array(output_data(out), "findings");
	for (size_t i = 0; i < count; i++) {
		struct cJSON *row = output_object(list, NULL);
		output_string(row, "rule", findings[i].rule);
		output_string(row, "severity", severity_name(findings[i].severity));
		output_string(row, "text", findings[i].text);
		output_string(row, "value", findings[i].value);
		output_string(row, "limit", findings[i].limit);
		output_flag(row, "verified", !findings[i].unverified);
		output_string(row, "source", findings[i].source ? findings[i].source : "");
	}
}

void describe_change(int64_t a, int64_t b, char *buf, size_t size)
{
	int64_t percent = 0;
	const char *word = b > a ? "higher" : "lower";
	if (a == b)
		(void)snprintf(buf, size, "%s", OUTPUT_NO_CHANGE);
	else if (percent_change(a, b, &percent) == PUMP_OK && percent)
		(void)snprintf(buf, size, "%s, %+" PRId64 " %%", word, percent);
	else
		(void)snprintf(buf, size, "%s", word);
}

void describe_withdrawal(struct output *out, const struct program *program)
{
	static const char *const classes[] = {[WITHDRAWAL_NONE] = "none",
					      [WITHDRAWAL_OPIOID] = "opioid",
					      [WITHDRAWAL_SEVERE] = "severe"};
	struct cJSON *list = output_array(output_data(out), "withdrawal");
	for (size_t i = 0; i < program->mixture.count; i++) {
		char name[DESCRIBE_NAME_MAX];
		const struct drug *drug = drug_of(&program->mixture, i);
		struct cJSON *row = output_object(list, NULL);
		describe_drug(&program->mixture, i, name);
		output_string(row, "drug", name);
		output_string(row, "class", drug ? classes[drug->withdrawal] : "not known");
		output_string(row, "meaning",
			      drug ? drug->withdrawal_text : "the drug table lacks this drug");
	}
	struct finding *findings = calloc(FINDINGS_MAX, sizeof(*findings));
	if (findings)
		describe_findings(out, findings, limits_check_stop(program, findings));
	free(findings);
}

void describe_date(struct cJSON *parent, const char *key, struct date from, int64_t days)
{
	char text[DATE_TEXT_MAX];
	struct date date;
	if (calendar_add(from, days, &date)) {
		output_unknown(parent, key);
		return;
	}
	(void)date_print(date, text);
	output_string(parent, key, text);
}
