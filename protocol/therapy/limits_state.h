/* SPDX-License-Identifier: GPL-3.0-or-later */
/* limits_state - rules about what a pump does now, whatever is planned. Pure. */
#ifndef PUMPCTL_LIMITS_STATE_H
#define PUMPCTL_LIMITS_STATE_H

#include "findings.h"
#include "program.h"

enum pump_delivery { DELIVERY_PROGRAM, DELIVERY_MINIMUM, DELIVERY_NONE };

/* What a pump says of itself; borrowed. */
struct pump_state {
	enum pump_delivery delivery;
	struct volume_rate rate;         /* that it says it delivers */
	const struct program *program;   /* NULL: none, or not readable */
	const struct pump_limits *model; /* NULL: of an unknown model */
	bool has_bolus;                  /* one of any kind but a periodic dose runs on top of the program */
	bool has_bridge;                 /* one runs; program says at which rate, unless an earlier one began it */
};

/* Fills findings (room for FINDINGS_MAX), most severe first; returns their number. */
size_t limits_check_state(const struct pump_state *state, struct finding *findings);
/* The same with what to mind around MRI, for a pump that was read twice. As above. */
size_t limits_check_mri(const struct pump_state *state, struct finding *findings);
/* What stopping this program, or its minimum rate, does to the patient. As above. */
size_t limits_check_stop(const struct program *program, struct finding *findings);

#endif
