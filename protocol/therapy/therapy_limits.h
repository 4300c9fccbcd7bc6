/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * limits - program x drug table x pump model x what was before -> findings. Pure; the rules and their
 * sources are rows of rules.def.
 */
#ifndef PUMPCTL_LIMITS_H
#define PUMPCTL_LIMITS_H

#include "calendar.h"
#include "findings.h"
#include "program.h"

/* Time without drug after which the old dose needs a reason, unless the clinic says otherwise. */
#define LIMITS_RESTART_AFTER_S (24 * 3600)

/* What is checked, all borrowed; pointers that may be NULL say so. */
struct limits_request {
	const struct program *program;
	const struct program *running;   /* what is in the pump; NULL: nothing */
	bool is_idle;                    /* running is stopped or at the minimum rate: no dose to compare with */
	const struct pump_limits *model; /* NULL: of an unknown model */
	const struct drug_site *site;    /* the clinic's rows; NULL: none */
	struct duration without_drug;    /* how long the patient was without drug; 0: was not */
	bool has_since_change;
	struct duration since_change;    /* how long ago the dose was changed last */
	bool has_catheter;
	struct volume catheter;          /* volume of the catheter */
	bool holds_unknown;              /* it may hold something else than the reservoir */
	struct volume bridge_left;       /* of a bridge that runs; 0: none, or not known */
	bool has_fill;
	struct volume fill;              /* what is filled at this visit */
	enum weekday fill_day;
	bool has_expiry;
	int64_t expiry_days;             /* shelf life of what is filled */
};

/* Fills findings (room for FINDINGS_MAX), most severe first; returns their number. */
size_t limits_check(const struct limits_request *request, struct finding *findings);
/* Adds L-restart-gap if a patient was without drug for longer than the limit. Returns whether. */
bool limits_check_gap(struct duration without_drug, const struct drug_site *site,
		      struct findings *list);
/* The rules about drugs and mixture alone, for a program without a pump. */
size_t limits_check_mixture(const struct limits_request *request, struct finding *findings);

#endif
