/* SPDX-License-Identifier: GPL-3.0-or-later */
/* limits_check - what the files of the limits share; private to them. */
#ifndef PUMPCTL_LIMITS_CHECK_H
#define PUMPCTL_LIMITS_CHECK_H

#include "schedule.h"
#include "therapy_limits.h"

struct limits_check {
	const struct limits_request *request;
	struct schedule schedule;
	struct program_totals totals, running;
	bool has_running; /* the totals of what runs could be computed */
	struct findings list;
};

/* The table's row of a part of a mixture; NULL: the table lacks it. */
const struct drug *limits_drug_of(const struct mixture_part *part);
/* Dose of a drug in the worst day of the program, ng; 0: not in it. */
int64_t limits_daily(const struct limits_check *c, const char *name);
/* The same of what is in the pump, delivered or not; 0: not in it, or not computable. */
int64_t limits_old_daily(const struct limits_check *c, const char *name);
/* A running dose of this drug to compare with, ng per day; 0: there is none. */
int64_t limits_running_daily(const struct limits_check *c, const char *name);
/* True if there is no running dose to compare with. */
bool limits_is_new_start(const struct limits_check *c);
/* True if the patient was without drug for longer than the limit. */
bool limits_is_restart(const struct limits_check *c);
/* Digits without the zeros at the end. */
int64_t limits_digits(int64_t value);
/* "morphine  1.2 mg per day" */
void limits_set_dose(struct finding *finding, const struct drug *drug, int64_t ng_per_day);

/* limits_drug.c: each part of the mixture by itself, and each pair. */
void limits_check_drugs(struct limits_check *c);
/* limits_change.c: against what runs now. */
void limits_check_change(struct limits_check *c);
/* limits_bridge.c: how the old mixture leaves the line. */
void limits_check_bridge(struct limits_check *c);
/* limits_pump.c: rates and alarm against the pump model. */
void limits_check_pump(struct limits_check *c);
/* limits_schedule.c: periodic doses, patient boluses, strokes. */
void limits_check_schedule(struct limits_check *c);
/* limits_visit.c: what is filled at this visit. */
void limits_check_visit(struct limits_check *c);
/* limits_state.c: what the patient goes without when this program stands still. */
void limits_add_stop(const struct program *program, struct findings *list);

#endif
