/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "describe.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "limits_state.h"
#include "sanitise.h"

#define CELL_MAX 64

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

void describe_program(struct cJSON *parent, const struct program *program)
{
	struct program_totals totals = {0};
	const bool known = program_totals(program, NULL, &totals) == PUMP_OK;
	output_string(parent, "mode", "simple");
	output_volume(parent, "low_alarm", program->low_alarm);
	struct cJSON *drugs = output_array(parent, "drugs");
	for (size_t i = 0; i < program->mixture.count; i++) {
		char name[DESCRIBE_NAME_MAX];
		struct cJSON *row = output_object(drugs, NULL);
		describe_drug(&program->mixture, i, name);
		output_string(row, "drug", name);
		output_concentration(row, "concentration", program->mixture.parts[i].concentration,
				     describe_concentration_unit(&program->mixture, i));
		if (!i)
			output_dose(row, "daily_dose", program->dose, mixture_unit(&program->mixture, 0));
		else if (known)
			output_dose(row, "daily_dose", totals.daily[i], mixture_unit(&program->mixture, i));
		else
			output_unknown(row, "daily_dose");
	}
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

bool describe_staged_program(const struct msg_staged *staged, struct program *out)
{
	const struct staged_image *image = &staged->image;
	if (!staged->has_image || image->count < 1 || image->count > MIXTURE_MAX ||
	    image->dose_ng_per_day > INT64_MAX)
		return false;
	memset(out, 0, sizeof(*out));
	out->mode = PROGRAM_SIMPLE;
	out->dose.ng_per_day = (int64_t)image->dose_ng_per_day;
	out->low_alarm.nl = image->low_alarm_nl;
	out->mixture.count = image->count;
	for (size_t i = 0; i < image->count; i++) {
		memcpy(out->mixture.parts[i].name, image->drugs[i].name, sizeof(image->drugs[i].name));
		out->mixture.parts[i].concentration.ng_per_ml = image->drugs[i].concentration_ng_per_ml;
	}
	return true;
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

static void compare_drug(struct output *out, const struct program *running,
			 const struct program *next, size_t part)
{
	static const char *const labels[MIXTURE_MAX] = {"Drug",   "Drug 2", "Drug 3",
							"Drug 4", "Drug 5", "Drug 6"};
	char now[DESCRIBE_NAME_MAX] = "none", then[DESCRIBE_NAME_MAX] = "none";
	if (running && part < running->mixture.count)
		describe_drug(&running->mixture, part, now);
	if (part < next->mixture.count)
		describe_drug(&next->mixture, part, then);
	output_compare(out, labels[part], now, then,
		       strcmp(now, then) ? "DIFFERENT DRUG" : OUTPUT_NO_CHANGE);
}

static void compare_concentration(struct output *out, const struct program *running,
				  const struct program *next, size_t part)
{
	char now[DECIMAL_TEXT_MAX] = "none", then[DECIMAL_TEXT_MAX] = "none", change[CELL_MAX];
	const bool both = running && part < running->mixture.count && part < next->mixture.count;
	const struct mixture *unit_of = part < next->mixture.count ? &next->mixture : &running->mixture;
	/* Both columns in one unit: the eye compares digits. */
	const enum mass_unit unit = describe_concentration_unit(unit_of, part);
	int64_t a = 0, b = 0;
	if (running && part < running->mixture.count) {
		a = running->mixture.parts[part].concentration.ng_per_ml;
		(void)concentration_display(running->mixture.parts[part].concentration, unit, now);
	}
	if (part < next->mixture.count) {
		b = next->mixture.parts[part].concentration.ng_per_ml;
		(void)concentration_display(next->mixture.parts[part].concentration, unit, then);
	}
	describe_change(a, b, change, sizeof(change));
	output_compare(out, "Concentration", now, then, both ? change : a ? "removed" : "new");
}

static void compare_dose(struct output *out, const struct program *running, const struct program *next)
{
	char now[DECIMAL_TEXT_MAX] = "none", then[DECIMAL_TEXT_MAX], change[CELL_MAX] = "new";
	const enum mass_unit unit = mixture_unit(&next->mixture, 0);
	(void)dose_rate_display(next->dose, unit, then);
	if (running) {
		(void)dose_rate_display(running->dose, unit, now);
		if (strcmp(running->mixture.parts[0].name, next->mixture.parts[0].name))
			(void)snprintf(change, sizeof(change), "another drug, no ratio");
		else
			describe_change(running->dose.ng_per_day, next->dose.ng_per_day, change,
					sizeof(change));
	}
	output_compare(out, "DOSE", now, then, change);
}

static void compare_volume(struct output *out, const char *label, bool has_now, struct volume now,
			   struct volume next)
{
	char left[DECIMAL_TEXT_MAX] = "none", right[DECIMAL_TEXT_MAX], change[CELL_MAX] = "new";
	(void)volume_display(next, right);
	if (has_now) {
		(void)volume_display(now, left);
		describe_change(now.nl, next.nl, change, sizeof(change));
	}
	output_compare(out, label, left, right, change);
}

/* New program's totals: what reaches the patient in a day and in its busiest hour. */
static void add_totals(struct output *out, const struct program *next,
		       const struct dose_rate daily[MIXTURE_MAX], struct volume greatest_hour)
{
	struct cJSON *totals = output_array(output_data(out), "totals");
	for (size_t i = 0; i < next->mixture.count; i++) {
		char name[DESCRIBE_NAME_MAX];
		struct mass hour = {0};
		struct cJSON *row = output_object(totals, NULL);
		const enum mass_unit unit = mixture_unit(&next->mixture, i);
		describe_drug(&next->mixture, i, name);
		output_string(row, "drug", name);
		output_mass(row, "total_in_24_hours", (struct mass){daily[i].ng_per_day}, unit);
		if (mass_in_volume(greatest_hour, next->mixture.parts[i].concentration, ROUND_UP, &hour) ==
		    PUMP_OK)
			output_mass(row, "greatest_in_any_hour", hour, unit);
		else
			output_unknown(row, "greatest_in_any_hour");
	}
}

static void compare(struct output *out, const struct program *running, const struct program *next,
		    struct volume volume_24h)
{
	struct program_totals now = {0};
	const bool has_now = running && program_totals(running, NULL, &now) == PUMP_OK;
	size_t parts = next->mixture.count;
	if (running && running->mixture.count > parts)
		parts = running->mixture.count;
	for (size_t i = 0; i < parts; i++) {
		compare_drug(out, running, next, i);
		compare_concentration(out, running, next, i);
		if (!i)
			compare_dose(out, running, next);
	}
	compare_volume(out, "Volume in 24 hours", has_now, now.volume_24h, volume_24h);
	compare_volume(out, "Low alarm", running != NULL,
		       running ? running->low_alarm : (struct volume){0}, next->low_alarm);
}

void describe_comparison(struct output *out, const struct program *running,
			 const struct msg_staged *staged)
{
	struct program next;
	struct dose_rate daily[MIXTURE_MAX] = {0};
	if (!describe_staged_program(staged, &next))
		return;
	for (size_t i = 0; i < next.mixture.count; i++)
		daily[i].ng_per_day = (int64_t)staged->image.drugs[i].daily_ng;
	compare(out, running, &next, (struct volume){(int64_t)staged->image.volume_24h_nl});
	add_totals(out, &next, daily, (struct volume){(int64_t)staged->image.greatest_hour_nl});
}

void describe_plan(struct output *out, const struct program *running, const struct program *planned)
{
	struct program_totals totals = {0};
	if (program_totals(planned, NULL, &totals) != PUMP_OK)
		return;
	compare(out, running, planned, totals.volume_24h);
	add_totals(out, planned, totals.daily, totals.greatest_hour);
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
	}	struct finding *findings = calloc(FINDINGS_MAX, sizeof(*findings));
	if (findings)
		describe_findings(out, findings, limits_check_stop(program, findings));
	free(findings);
}
