/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "program_screen.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "path_ahead.h"
#include "program_tip.h"
#include "program_text.h"
#include "schedule.h"

#define CELL_MAX 160

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

/* The daily dose, with the mode where it is not simple: "flex, at most 225 mcg per day". */
static void dose_cell(const struct program *program, struct dose_rate daily, char cell[CELL_MAX])
{
	char dose[DECIMAL_TEXT_MAX];
	(void)dose_rate_display(daily, mixture_unit(&program->mixture, 0), dose);
	if (program->mode == PROGRAM_SIMPLE)
		(void)snprintf(cell, CELL_MAX, "%s", dose);
	else if (program->mode == PROGRAM_MINIMUM || program->mode == PROGRAM_STOPPED)
		(void)snprintf(cell, CELL_MAX, "%s", describe_mode(program->mode));
	else
		(void)snprintf(cell, CELL_MAX, "%s, at most %s", describe_mode(program->mode), dose);
}

/* As programmed for a simple program, else the greatest in any 24 h. */
static struct dose_rate daily_of(const struct program *program, const struct program_amounts *amounts)
{
	return program->mode == PROGRAM_SIMPLE ? program->dose : amounts->daily[0];
}

/* Of two programs with one primary drug. */
static bool same_regimen(const struct program *a, const struct program *b)
{
	char *texts = malloc(2 * PROGRAM_TEXT_MAX);
	const bool same = texts && program_text_print_regimen(a, texts, PROGRAM_TEXT_MAX) &&
			  program_text_print_regimen(b, texts + PROGRAM_TEXT_MAX, PROGRAM_TEXT_MAX) &&
			  !strcmp(texts, texts + PROGRAM_TEXT_MAX);
	free(texts);
	return same;
}

static void compare_dose(struct output *out, const struct program_view *view,
			 const struct program_amounts *now)
{
	char left[CELL_MAX] = "none", right[CELL_MAX], change[CELL_MAX] = "new";
	const struct program *running = view->running, *next = view->next;
	dose_cell(next, daily_of(next, view->amounts), right);
	if (running) {
		dose_cell(running, daily_of(running, now), left);
		if (strcmp(running->mixture.parts[0].name, next->mixture.parts[0].name) != 0)
			(void)snprintf(change, sizeof(change), "another drug, no ratio");
		else
			describe_change(daily_of(running, now).ng_per_day, daily_of(next, view->amounts).ng_per_day,
					change, sizeof(change));
		if (!strcmp(change, OUTPUT_NO_CHANGE) && !same_regimen(running, next))
			(void)snprintf(change, sizeof(change), "same in 24 hours, but at other times");
	}
	output_compare(out, "DOSE", left, right, change);
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

static void patient_cell(const struct program *program, char cell[CELL_MAX])
{
	if (!program || !program->patient.present ||
	    !program_text_print_patient(program, cell, CELL_MAX))
		(void)snprintf(cell, CELL_MAX, "none");
}

static void compare_patient(struct output *out, const struct program_view *view)
{
	char left[CELL_MAX], right[CELL_MAX];
	patient_cell(view->running, left);
	patient_cell(view->next, right);
	if (!strcmp(left, "none") && !strcmp(right, "none"))
		return;
	output_compare(out, "Patient bolus", left, right,
		       !strcmp(left, right)     ? OUTPUT_NO_CHANGE
		       : !strcmp(left, "none")  ? "new"
		       : !strcmp(right, "none") ? "REMOVED"
						: "changed");
}

static bool mixture_changes(const struct program_view *view)
{
	return view->running && !mixture_equal(&view->running->mixture, &view->next->mixture);
}

static bool bridge_is_said_again(const struct program_view *view)
{
	const struct program_bridge *was = &view->running->bridge, *is = &view->next->bridge;
	return was->kind == BRIDGE_RUNS && is->kind == BRIDGE_RUNS && was->volume.nl == is->volume.nl &&
	       was->rate.nl_per_day == is->rate.nl_per_day;
}

/* What was said of a bridge; of one that began before, the pump delivers what is left of it. */
static void compare_bridge(struct output *out, const struct program_view *view)
{
	char left[CELL_MAX] = "none", right[CELL_MAX] = "none";
	const char *change = "new";
	const bool had = view->running && view->running->bridge.kind == BRIDGE_RUNS;
	if (had)
		(void)program_text_print_bridge(view->running, left, sizeof(left));
	if (view->next->bridge.kind != BRIDGE_UNSAID)
		(void)program_text_print_bridge(view->next, right, sizeof(right));
	if (!had && view->next->bridge.kind == BRIDGE_UNSAID)
		return;
	if (had && !mixture_changes(view) &&
	    (view->next->bridge.kind == BRIDGE_UNSAID || bridge_is_said_again(view)))
		change = view->bridge_left.nl ? "what is left of it runs on"
			 : bridge_is_said_again(view) ? OUTPUT_NO_CHANGE : "over";
	output_compare(out, "Bridge", left, right, change);
}

void program_screen_compare(struct output *out, const struct program_view *view)
{
	const struct program *running = view->running, *next = view->next;
	struct program_amounts now = {0};
	const bool has_now = running && program_amounts_plan(running, view->model, &now);
	size_t parts = next->mixture.count;
	if (running && running->mixture.count > parts)
		parts = running->mixture.count;
	for (size_t i = 0; i < parts; i++) {
		compare_drug(out, running, next, i);
		compare_concentration(out, running, next, i);
		if (!i)
			compare_dose(out, view, &now);
	}
	compare_patient(out, view);
	compare_bridge(out, view);
	compare_volume(out, "Volume in 24 hours", has_now, now.day, view->amounts->day);
	if (now.patient_boluses || view->amounts->patient_boluses)
		compare_volume(out, "Volume in the worst case", has_now, now.worst_day, view->amounts->worst_day);
	compare_volume(out, "Low alarm", running != NULL,
		       running ? running->low_alarm : (struct volume){0}, next->low_alarm);
}

/* The mean day, where weekdays differ; else every day is as the greatest. */
static struct dose_rate mean_of(const struct program_view *view, size_t part)
{
	struct schedule schedule;
	struct dose_rate mean;
	if (view->next->mode != PROGRAM_FLEX || view->next->flex.count == 1 ||
	    schedule_make(view->next, view->model, &schedule) != PUMP_OK ||
	    dose_from_rate(schedule_mean_rate(&schedule, ROUND_UP),
			   view->next->mixture.parts[part].concentration, ROUND_UP, &mean) != PUMP_OK)
		return view->amounts->daily[part];
	return mean;
}

/* Of the greatest doses in any 24 h, to nearest at four decimals. */
static void add_ratio(struct cJSON *row, const struct program_view *view,
		      const struct program_amounts *now, size_t part)
{
	const struct program *running = view->running;
	const int64_t next = part || view->next->mode != PROGRAM_SIMPLE ? view->amounts->daily[part].ng_per_day
								   : view->next->dose.ng_per_day;
	int64_t is = 0, product = 0;
	const size_t i = running ? mixture_find(&running->mixture, view->next->mixture.parts[part].name) : 0;
	if (running && !view->is_idle && i < running->mixture.count)
		is = !i && running->mode == PROGRAM_SIMPLE ? running->dose.ng_per_day : now->daily[i].ng_per_day;
	if (is < 1 || __builtin_mul_overflow(next, INT64_C(10000), &product) ||
	    __builtin_add_overflow(product, is / 2, &product)) {
		output_string(row, "ratio_to_running", "no dose to compare with");
		return;
	}
	output_ratio(row, "ratio_to_running", product / is);
	if ((product - is / 2) % is)
		output_rounded(row, "ratio_to_running", "rounded");
}

static void add_drug(struct cJSON *list, const struct program_view *view,
		     const struct program_amounts *now, const struct program_tip *tip, size_t part)
{
	char name[DESCRIBE_NAME_MAX];
	struct mass hour = {0}, mass = {0};
	const struct mixture *mixture = &view->next->mixture;
	const enum mass_unit unit = mixture_unit(mixture, part);
	struct cJSON *row = output_object(list, NULL);
	describe_drug(mixture, part, name);
	output_string(row, "drug", name);
	output_mass(row, "total_in_24_hours", (struct mass){mean_of(view, part).ng_per_day}, unit);
	if (mass_in_volume(view->amounts->hour, mixture->parts[part].concentration, ROUND_UP, &hour) == PUMP_OK)
		output_mass(row, "greatest_in_any_hour", hour, unit);
	else
		output_unknown(row, "greatest_in_any_hour");
	output_mass(row, "greatest_in_any_24_hours", (struct mass){view->amounts->daily[part].ng_per_day}, unit);
	output_mass(row, "worst_case_day", (struct mass){view->amounts->worst[part].ng_per_day}, unit);
	add_ratio(row, view, now, part);
	if (tip->known && program_tip_mass(tip, mixture->parts[part].name, &mass))
		output_mass(row, "at_the_tip_in_24_hours", mass, unit);
	else
		output_unknown(row, "at_the_tip_in_24_hours");
}

/* How the old mixture leaves the line: how long, how fast, until when, and which drugs meanwhile. */
static void add_bridging(struct output *out, const struct program_view *view)
{
	const struct program_bridge *bridge = &view->next->bridge;
	const struct mixture *old = &view->running->mixture;
	const bool line_is_known = view->has_catheter && view->is_filled && !view->bridge_left.nl;
	struct duration time;
	struct cJSON *node = output_object(output_data(out), "bridging");
	if (bridge->kind == BRIDGE_NONE)
		output_format(node, "bridge", "none: %s", describe_no_bridge(bridge->reason));
	if (bridge->kind == BRIDGE_UNSAID)
		output_string(node, "bridge", "none, and no reason given");
	if (bridge->kind != BRIDGE_RUNS)
		return;
	output_volume(node, "volume", bridge->volume);
	output_rate(node, "rate", bridge->rate);
	if (path_time(bridge->volume, bridge->rate, &time) == PUMP_OK) {
		output_seconds(node, "duration", time.s);
		output_time(node, "new_drug_arrives", view->clock_s + time.s);
	} else {
		output_unknown(node, "duration");
	}
	struct cJSON *list = output_array(node, "old_drugs_meanwhile");
	for (size_t i = 0; i < old->count; i++) {
		char name[DESCRIBE_NAME_MAX];
		struct dose_rate dose;
		struct cJSON *row = output_object(list, NULL);
		describe_drug(old, i, name);
		output_string(row, "drug", name);
		if (line_is_known && dose_from_rate(bridge->rate, old->parts[i].concentration, ROUND_UP, &dose) == PUMP_OK)
			output_dose(row, "daily_dose", dose, mixture_unit(old, i));
		else
			output_unknown(row, "daily_dose");
	}
}

/* Drugs that the program has no more, but the line still holds. */
static void add_old_at_tip(struct cJSON *data, const struct program_view *view, const struct program_tip *tip)
{
	struct cJSON *list = NULL;
	for (size_t i = 0; tip->known && i < view->running->mixture.count; i++) {
		const struct mixture *old = &view->running->mixture;
		char name[DESCRIBE_NAME_MAX];
		struct mass mass;
		if (mixture_find(&view->next->mixture, old->parts[i].name) < view->next->mixture.count ||
		    !program_tip_mass(tip, old->parts[i].name, &mass))
			continue;
		if (!list)
			list = output_array(data, "old_drugs_at_the_tip_in_24_hours");
		struct cJSON *row = output_object(list, NULL);
		describe_drug(old, i, name);
		output_string(row, "drug", name);
		output_mass(row, "amount", mass, mixture_unit(old, i));
	}
}

void program_screen_amounts(struct output *out, const struct program_view *view)
{
	struct program_amounts now = {0};
	struct cJSON *data = output_data(out);
	if (view->running && !program_amounts_plan(view->running, view->model, &now))
		memset(&now, 0, sizeof(now));
	describe_program(output_object(data, "to_be_programmed"), view->next);
	struct program_tip *tip = program_tip_ahead(view);
	struct cJSON *totals = output_array(data, "totals");
	for (size_t i = 0; i < view->next->mixture.count; i++)
		add_drug(totals, view, &now, tip, i);
	add_old_at_tip(data, view, tip);
	free(tip);
	if (view->next->patient.present)
		output_integer(data, "worst_case_patient_boluses", view->amounts->patient_boluses);
	if (mixture_changes(view))
		add_bridging(out, view);
}

static void note_regimen(struct output *out, const struct program *running, const struct program *next)
{
	if (running->mode == next->mode)
		return;
	if (running->mode == PROGRAM_FLEX)
		output_note(out, "The steps of the running flex program end with this order.");
	if (running->mode == PROGRAM_PERIODIC)
		output_note(out, "The periodic doses of the running program end with this order.");
}

static void note_bridge(struct output *out, struct volume left)
{
	char text[OUTPUT_VOLUME_TEXT_MAX];
	output_measured_volume_text(left, OUTPUT_DELIVERED_STEP_NL, text);
	output_note(out, "A bridge runs: what is left of it, %s, is delivered first, and the program after it.", text);
}

void program_screen_notes(struct output *out, const struct program_view *view)
{
	const struct program *running = view->running, *next = view->next;
	if (!running)
		return;
	note_regimen(out, running, next);
	if (running->patient.present && !next->patient.present)
		output_note(out, "The patient can take no bolus any more after this order.");
	if (running->patient.present && next->patient.present)
		output_note(out, "The patient may go on taking boluses; the lockout begins anew with this order.");
	if (view->bridge_left.nl > 0 && !mixture_changes(view) &&
	    (next->bridge.kind == BRIDGE_UNSAID || bridge_is_said_again(view)))
		note_bridge(out, view->bridge_left);
	for (size_t i = 0; i < running->mixture.count; i++) {
		char name[DESCRIBE_NAME_MAX];
		describe_drug(&running->mixture, i, name);
		if (mixture_find(&next->mixture, running->mixture.parts[i].name) == next->mixture.count)
			output_note(out, "%s ends with this order.", name);
	}
}
