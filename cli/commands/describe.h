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

/* parent gets "drugs" (drug, concentration, daily dose) and "low_alarm". */
void describe_program(struct cJSON *parent, const struct program *program);
/* data gets "findings". */
void describe_findings(struct output *out, const struct finding *findings, size_t count);

/* What the pump itself says that it staged, as a program. False: more than pumpctl can hold. */
bool describe_staged_program(const struct msg_staged *staged, struct program *out);

/* The side-by-side comparison of a staged program with the running one (NULL: none), from the
 * pump's own decoding, and the totals of the new one: data.comparison, data.totals. */
void describe_comparison(struct output *out, const struct program *running,
			 const struct msg_staged *staged);
/* The same before anything was staged, from the program as typed. */
void describe_plan(struct output *out, const struct program *running, const struct program *planned);

/* "no change", "higher, +20 %" … for a number that was a and becomes b. */
void describe_change(int64_t a, int64_t b, char *buf, size_t size);

/* What stopping each drug of the program does: data.withdrawal and a warning. */
void describe_withdrawal(struct output *out, const struct program *program);

#endif
