/* SPDX-License-Identifier: GPL-3.0-or-later */
/* limits_bolus - rules about one bolus on top of what runs, and the shortest time that it may take. Pure. */
#ifndef PUMPCTL_LIMITS_BOLUS_H
#define PUMPCTL_LIMITS_BOLUS_H

#include "findings.h"
#include "program.h"

/* A bolus that nobody gave a time takes whole minutes, at least one. */
#define BOLUS_STEP_S INT64_C(60)

/* What is ordered, and on top of what; borrowed. */
struct bolus_request {
	const struct program *program;   /* that the pump holds */
	const struct pump_limits *model;
	const struct drug_site *site;    /* the clinic's rows; NULL: none */
	struct volume volume;
	struct volume given; /* by other boluses in the last 24 h; counted at the concentrations of program */
	struct duration duration;
	bool primes;                     /* into the line: only what leaves it counts as a dose */
	struct volume least_at_tip, most_at_tip; /* of a prime: what of it reaches the patient; equal: known */
};

/*
 * The shortest time, in whole BOLUS_STEP_S, in which the pump delivers volume beside the fastest that the
 * program itself can run. PUMP_ERANGE: the program leaves no room, or cannot be computed; *out is untouched then.
 */
enum pump_err bolus_least_duration(const struct program *program, const struct pump_limits *model,
				   struct volume volume, struct duration *out) PUMP_CHECKED;
/*
 * What of a prime may reach the patient through a catheter that was said to hold no drug: to_tip is the volume from
 * the reservoir to the tip, tubing the part of it inside the pump, moved the most that was delivered since. *least
 * takes the tubing as empty of drug and nothing as moved, *most takes it as full and all as moved.
 */
void bolus_prime_at_tip(struct volume prime, struct volume to_tip, struct volume tubing, struct volume moved,
			struct volume *least, struct volume *most);
/* Fills findings (room for FINDINGS_MAX), most severe first; returns their number. */
size_t limits_check_bolus(const struct bolus_request *request, struct finding *findings);

#endif
