/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "any_program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"morphine",  "baclofen",   "clonidine", "bupivacaine",
				    "ziconotide", "fentanyl-x2"};

int64_t any_between(int64_t least, int64_t greatest)
{
	uint64_t number = (uint64_t)random() << 31 | (uint64_t)random();

	return least + (int64_t)(number % (uint64_t)(greatest - least + 1));
}

static void any_mixture(struct mixture *mixture)
{
	size_t first = (size_t)any_between(0, MIXTURE_MAX - 1);

	mixture->count = (size_t)any_between(1, MIXTURE_MAX);
	for (size_t i = 0; i < mixture->count; i++) {
		struct mixture_part *part = &mixture->parts[i];

		(void)snprintf(part->name, sizeof part->name, "%s",
			       names[(first + i) % MIXTURE_MAX]);
		part->concentration.ng_per_ml = any_between(100000, 30000000);
	}
}

static void any_pattern(struct program_pattern *pattern)
{
	pattern->count = (size_t)any_between(1, FLEX_STEPS_MAX);
	for (size_t i = 0; i < pattern->count; i++) {
		pattern->steps[i].minute =
			i == 0 ? 0 : pattern->steps[i - 1].minute + any_between(1, 110);
		pattern->steps[i].dose.ng_per_day = any_between(1, 99999999);
	}
}

static void any_flex(struct program_flex *flex)
{
	for (size_t day = 0; day < WEEKDAYS; day++) {
		size_t pattern = (size_t)any_between(0, (int64_t)flex->count);

		if (pattern == flex->count)
			any_pattern(&flex->patterns[flex->count++]);
		flex->of_day[day] = pattern;
	}
}

static void any_periodic(struct program_periodic *periodic)
{
	periodic->interval.s = 60 * any_between(1, PERIODIC_INTERVAL_GREATEST_S / 60);
	periodic->duration.s = any_between(PERIODIC_DURATION_LEAST_S, periodic->interval.s);
	periodic->dose.ng = any_between(1, 9999999);
	periodic->base.ng_per_day = any_between(1, 99999999);
}

static void any_patient(struct program_patient_bolus *patient)
{
	patient->present = true;
	patient->dose.ng = any_between(1, 9999999);
	patient->duration.s = any_between(PATIENT_DURATION_LEAST_S, PATIENT_DURATION_GREATEST_S);
	patient->lockout.s = any_between(patient->duration.s, PATIENT_LOCKOUT_GREATEST_S);
	patient->most = any_between(1, PATIENT_MOST_GREATEST);
}

static void any_bridge(struct program_bridge *bridge)
{
	bridge->kind = (enum bridge_kind)any_between(BRIDGE_UNSAID, BRIDGE_NONE);
	if (bridge->kind == BRIDGE_RUNS) {
		bridge->volume.nl = any_between(1, 2000000);
		bridge->rate.nl_per_day = any_between(48000, 24000000);
	}
	if (bridge->kind == BRIDGE_NONE)
		bridge->reason =
			(enum bridge_reason)any_between(BRIDGE_LINE_ASPIRATED, BRIDGE_ACCEPTED);
}

void any_program(struct program *program)
{
	memset(program, 0, sizeof *program);
	any_mixture(&program->mixture);
	program->mode = (enum program_mode)any_between(PROGRAM_SIMPLE, PROGRAM_STOPPED);
	if (program->mode == PROGRAM_SIMPLE)
		program->dose.ng_per_day = any_between(1, 99999999);
	if (program->mode == PROGRAM_FLEX)
		any_flex(&program->flex);
	if (program->mode == PROGRAM_PERIODIC)
		any_periodic(&program->periodic);
	if (program->mode != PROGRAM_MINIMUM && program->mode != PROGRAM_STOPPED &&
	    any_between(0, 1))
		any_patient(&program->patient);
	any_bridge(&program->bridge);
	program->low_alarm.nl = any_between(0, 4000000);
}

static void change_mode(struct program *program)
{
	struct program_pattern *pattern = &program->flex.patterns[0];

	if (program->mode == PROGRAM_SIMPLE)
		program->dose.ng_per_day++;
	else if (program->mode == PROGRAM_FLEX)
		pattern->steps[pattern->count - 1].dose.ng_per_day += 100000000;
	else if (program->mode == PROGRAM_PERIODIC)
		program->periodic.base.ng_per_day++;
	else if (program->patient.present == false)
		program->mode = program->mode == PROGRAM_MINIMUM ? PROGRAM_STOPPED
								 : PROGRAM_MINIMUM;
}

void any_program_change(struct program *program)
{
	switch (any_between(0, 5)) {
	case 0:
		program->mixture.parts[program->mixture.count - 1].concentration.ng_per_ml++;
		return;
	case 1:
		program->low_alarm.nl++;
		return;
	case 2:
		if (program->patient.present)
			program->patient.dose.ng++;
		return;
	case 3:
		program->bridge = (struct program_bridge){.kind = BRIDGE_UNSAID};
		return;
	case 4:
		if (program->mixture.count > 1)
			program->mixture.count--;
		return;
	default:
		change_mode(program);
	}
}
