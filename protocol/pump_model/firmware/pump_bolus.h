/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump_bolus - single and priming boluses that are ordered: what they deliver and when this pump
 * gives them (docs/protocol.md sections 6 and 7.3). They run as a patient's bolus does
 * (pump_doses.h), on top of the base.
 */
#ifndef PUMPCTL_PUMP_BOLUS_H
#define PUMPCTL_PUMP_BOLUS_H

#include "pump.h"
#include "pump_amounts.h"

/* The longest that a bolus may take, s. */
#define PUMP_BOLUS_MAX_S 86400

struct pump_bolus {
	uint8_t kind;        /* enum bolus_kind; 0: the change begins none */
	uint64_t nl;         /* that was ordered */
	uint64_t nl_per_day; /* of the bolus alone */
	uint32_t seconds;
};

/* The image and the state of the pump that a bolus would begin in. */
struct pump_bolus_setting {
	const struct read_image *image; /* that runs then; NULL: none */
	const struct pump_amounts *amounts;
	uint8_t therapy;
	uint64_t reservoir_nl;
};

/* DONE and *out; NO_PROGRAM: a mass without a concentration; OUT_OF_RANGE: above 10^12 nL. */
enum result_code pump_bolus_plan(const struct read_change *change, const struct read_image *image,
				 struct pump_bolus *out);
/*
 * True if the reservoir holds the whole bolus and what flows beside it meanwhile, at most, above its
 * residual volume: what the log then says of the bolus was delivered.
 */
bool pump_bolus_is_there(const struct pump_model_limits *limits, const struct pump_bolus *bolus,
			 const struct pump_amounts *amounts, uint64_t reservoir_nl);
/* DONE; NOT_RUNNING, BOLUS_RUNS, OUT_OF_RANGE. */
enum result_code pump_bolus_check(const struct pump *p, const struct read_change *change,
				  const struct pump_bolus *bolus,
				  const struct pump_bolus_setting *setting);
/* What the bolus section of a change does to doses: a bolus begins, or the one that runs ends. */
void pump_bolus_apply(const struct pump_bolus *bolus, uint64_t now_s, struct pump_doses *doses);

#endif
