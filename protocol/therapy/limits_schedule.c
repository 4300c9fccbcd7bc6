/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Periodic doses, patient boluses and strokes. */
#include "limits_check.h"

#include "text.h"

#define INTERVAL_LEAST_S 3600
#define DOSES_USUAL      6

/* A program that runs already, or is less dense than it, needs no second person. */
static bool runs_as_often(const struct limits_check *c)
{
	const struct program *running = c->request->running;

	return running && running->mode == PROGRAM_PERIODIC && !limits_is_new_start(c) &&
	       running->periodic.interval.s <= c->request->program->periodic.interval.s;
}

static void check_interval(struct limits_check *c)
{
	const struct program_periodic *periodic = &c->request->program->periodic;
	char interval[DECIMAL_TEXT_MAX], doses[DECIMAL_TEXT_MAX];
	bool is_short = periodic->interval.s < INTERVAL_LEAST_S;
	struct finding *finding;

	if (c->request->program->mode != PROGRAM_PERIODIC ||
	    (!is_short && c->totals.periodic_doses <= DOSES_USUAL))
		return;
	finding = findings_add(&c->list, RULE_INTERVAL_SHORT);
	is_short = is_short && !runs_as_often(c);
	if (!is_short)
		finding_turn(finding, SEVERITY_WARN);
	duration_print(periodic->interval, interval);
	finding_number(doses, ": ", c->totals.periodic_doses, " doses in 24 h");
	finding_set_value(finding, "every ", interval, doses);
	finding_number(finding->limit, "", is_short ? SECONDS_PER_DAY / INTERVAL_LEAST_S : DOSES_USUAL,
		       " doses in 24 h");
}

/* A volume that is there but moves no stroke. */
static bool is_lost(struct volume volume, struct volume stroke)
{
	return volume.nl > 0 && schedule_achievable(volume, stroke).nl == 0;
}

static void check_strokes(struct limits_check *c)
{
	int64_t strokes[SCHEDULE_SEGMENTS_MAX];
	struct volume stroke = c->request->model->stroke;
	size_t lost = schedule_strokes(&c->schedule, stroke, strokes);
	struct finding *finding;

	lost += is_lost(c->schedule.periodic.volume, stroke) ? 1 : 0;
	lost += is_lost(c->schedule.patient.volume, stroke) ? 1 : 0;
	if (lost == 0)
		return;
	finding = findings_add(&c->list, RULE_STROKE_NONE);
	finding_number(finding->value, "", (int64_t)lost, " without a whole stroke");
	volume_display(stroke, finding->limit);
}

static void check_patient(struct limits_check *c)
{
	const struct program_patient_bolus *patient = &c->request->program->patient;
	struct finding *finding;

	if (!patient->present || c->totals.patient_boluses >= patient->most)
		return;
	finding = findings_add(&c->list, RULE_BOLUS_UNREACHABLE);
	finding_number(finding->value, "", patient->most, " allowed in 24 h");
	finding_number(finding->limit, "", c->totals.patient_boluses, " in 24 h");
}

void limits_check_schedule(struct limits_check *c)
{
	check_interval(c);
	check_strokes(c);
	check_patient(c);
}
