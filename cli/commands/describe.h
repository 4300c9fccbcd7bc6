/* SPDX-License-Identifier: GPL-3.0-or-later */
/* describe - programs, findings and changes as members of a result. */
#ifndef PUMPCTL_COMMANDS_DESCRIBE_H
#define PUMPCTL_COMMANDS_DESCRIBE_H

#include "therapy_limits.h"
#include "output.h"
#include "session.h"

#define DESCRIBE_NAME_MAX 40

/* Name of part i for screens: the table's spelling, or what the pump calls it, sanitised. */
void describe_drug(const struct mixture *mixture, size_t part, char buf[DESCRIBE_NAME_MAX]);
/* Unit in which doses and concentrations of part i are shown. */
enum mass_unit describe_concentration_unit(const struct mixture *mixture, size_t part);

/*
 * parent gets "mode", "low_alarm", "typed_as" (the text form), "drugs" (drug, concentration, daily dose) and, where the
 * program has them, "steps", "periodic_doses", "patient_bolus", "bridge".
 */
void describe_program(struct cJSON *parent, const struct program *program);
/* "morphine 1.2 mg per day", "baclofen flex, at most 225 mcg per day, and patient boluses"; NULL: "no program". */
#define DESCRIBE_SHORT_MAX 128
void describe_short(const struct program *program, char buf[DESCRIBE_SHORT_MAX]);
/* "simple", "minimum rate". Static storage. */
const char *describe_mode(enum program_mode mode);
/* Why there is none, as a clause. Static storage. */
const char *describe_no_bridge(enum bridge_reason reason);
/* data gets "findings". */
void describe_findings(struct output *out, const struct finding *findings, size_t count);

/* parent gets key: the date so many days after another; not known past the calendar. */
void describe_date(struct cJSON *parent, const char *key, struct date from, int64_t days);

/* "no change", "higher, +20 %" … for a number that was a and becomes b. */
void describe_change(int64_t a, int64_t b, char *buf, size_t size);

/* What stopping each drug of the program does: data.withdrawal and a warning. */
void describe_withdrawal(struct output *out, const struct program *program);

#endif
