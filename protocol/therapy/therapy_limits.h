/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * limits - program x drug table x pump model -> findings. Pure; findings are data and are
 * never printed where they arise.
 */
#ifndef PUMPCTL_LIMITS_H
#define PUMPCTL_LIMITS_H

#include "program.h"

#define FINDINGS_MAX 32

enum severity { SEVERITY_INFO, SEVERITY_WARN, SEVERITY_OVERRIDE, SEVERITY_BLOCK };

struct finding {
	const char *rule; /* stable id, "L-…" */
	enum severity severity;
	const char *text; /* static sentence for a clinician */
	char value[DECIMAL_TEXT_MAX]; /* display text of what was found */
	char limit[DECIMAL_TEXT_MAX]; /* display text of the limit; "" if none */
	const char *source;
};

/*
 * Checks program for the model. running: what the pump runs now, or NULL if nothing. Fills
 * findings (room for FINDINGS_MAX), most severe first; returns their number.
 */
size_t limits_check(const struct program *program, const struct program *running,
		    const struct pump_limits *model, struct finding *findings);

/* "BLOCK", "OVERRIDE", "WARN", "INFO". */
const char *severity_name(enum severity severity);
/* True if any finding is BLOCK or OVERRIDE: the program may not be sent. */
bool findings_refuse(const struct finding *findings, size_t count);

#endif
