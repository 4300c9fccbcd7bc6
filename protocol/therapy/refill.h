/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * refill - what should be left in the reservoir, what the difference means, and when to refill.
 *
 * expected residual = filled - (rate x time, summed) - primed and bolused volumes
 * difference        = found - expected residual
 * delivered ratio   = (filled - found) / (filled - expected residual)
 * days to a level   = whole days for which (filled - level) lasts at the daily volume
 * Stopped and stalled time counts as no delivery. Volumes left round low, days round down, so
 * that what is planned comes early. All functions are pure.
 *
 * Sources: the quantities as in accuracy studies (Wesemann 2014, pmc.ncbi.nlm.nih.gov/articles/
 * PMC4218763; pubmed 23057877); all allotted patient boluses counted (Prometra therapy controller
 * manual, page 5); the thresholds name theirs in the findings.
 */
#ifndef PUMPCTL_REFILL_H
#define PUMPCTL_REFILL_H

#include "calendar.h"
#include "path.h"
#include "schedule.h"
#include "therapy_limits.h"

/* Over-infusion is delivery more than 14.5 % above the program (mdd.gov.hk, 18 Mar 2014). */
#define REFILL_BAND_PERMILLE 145
/* A refill is planned at least this long before the alarm. */
#define REFILL_LEAD_DAYS 7
#define REFILL_SPANS_MAX    4096
#define REFILL_FINDINGS_MAX 12

/* Infusion at one rate for a time. */
struct refill_span {
	struct volume_rate rate;
	struct duration time;
	bool is_recorded; /* false: the log is incomplete; anything up to all of it was delivered */
};

/* What left the reservoir since it was filled. */
struct refill_use {
	const struct refill_span *spans; /* borrowed */
	size_t span_count;               /* up to REFILL_SPANS_MAX */
	struct volume other;             /* priming and single boluses */
	struct volume patient_bolus;     /* one */
	int64_t patient_least, patient_greatest; /* how many were given; equal where the log is complete */
};

struct refill_expectation {
	struct volume delivered_least, delivered_greatest; /* rounded up to whole nL */
	struct volume residual_least, residual_greatest;   /* 0 where more was to be delivered than filled */
	bool is_exact;  /* nothing was rounded */
	bool ran_empty; /* residual_least was cut off at 0 */
};

/* PUMP_ERANGE: a negative value, least above greatest, too many spans, overflow; *out untouched. */
enum pump_err refill_expect(struct volume filled, const struct refill_use *use,
			    struct refill_expectation *out) PUMP_CHECKED;

/* A visit: what was expected and what was found. */
struct refill_comparison {
	struct volume difference; /* to the nearer end of the expectation; 0 within it */
	struct volume band;       /* 14.5 % of the expected delivery, rounded down */
	bool band_is_exact;
	bool has_ratio;           /* something was to be delivered, and not more found than filled */
	int64_t ratio;            /* delivered ratio in 1/10,000, rounded to nearest, halves up */
	bool ratio_is_exact;
};

/* PUMP_ERANGE: a negative value or overflow; *out untouched. */
enum pump_err refill_compare(struct volume filled, const struct refill_expectation *expected,
			     struct volume found, struct refill_comparison *out) PUMP_CHECKED;

struct refill_visit {
	struct volume filled, found, reservoir; /* reservoir: nominal capacity */
	struct refill_expectation expected;
	struct refill_comparison comparison;
	bool is_recheck; /* aspirated again right after the filling: nothing was to be delivered */
	bool has_level;
	struct volume level; /* that the pump shows */
	/* The visit before, for the trend. */
	bool has_previous;
	struct volume previous_expected, previous_found;
};

/*
 * Discrepancy rules: over 2 mL (L-residual-large); outside the accuracy band (L-residual-band);
 * over 10 % of the expected residual and over 0.5 mL (L-residual-share); this visit and the one
 * before over 5 % of the expected residual to the same side (L-residual-trend); more than was
 * filled (L-residual-above-fill) or than fits (L-residual-capacity); by the account empty before
 * now (L-residual-empty); next to nothing delivered (L-residual-none); the pump's own level off by
 * more than the band (L-level-differs). Right after a filling (is_recheck) only L-fill-pocket and what
 * fits. None is ever BLOCK: the reservoir is open at that moment. Fills findings
 * (room for REFILL_FINDINGS_MAX); returns their number.
 */
size_t refill_check(const struct refill_visit *visit, struct finding *findings);

/* A filling with another mixture, not rinsed: what stayed behind mixes with it. Mixtures are borrowed. */
struct refill_blend {
	const struct mixture *stayed, *label;
	struct volume left;  /* stayed behind */
	struct volume after; /* in the reservoir when it is filled, more than left */
};

/*
 * Concentration of a drug in what the reservoir then holds, rounded up. PUMP_EUNKNOWN: in neither mixture. PUMP_ERANGE:
 * as path_init and path_fill; *out untouched.
 */
enum pump_err refill_estimate(const struct refill_blend *blend, const char *drug,
			      struct concentration *out) PUMP_CHECKED;
/*
 * L-fill-blend (OVERRIDE) for each drug whose estimate is more than 5 % off its label; of a drug that the label does not
 * name, for more than 5 % of what it was. Fills findings (room for REFILL_FINDINGS_MAX); returns their number.
 */
size_t refill_check_blend(const struct refill_blend *blend, struct finding *findings);

/* Most patient boluses in 24 h: min(allowed, ceil(24 h / lockout)). lockout 0: allowed. */
int64_t refill_patient_boluses(int64_t allowed, struct duration lockout);
/* Volume of a day in the worst case. PUMP_ERANGE: negative or overflow; *out untouched. */
enum pump_err refill_daily(struct volume_rate rate, struct volume patient_bolus, int64_t boluses,
			   struct volume *out) PUMP_CHECKED;

#define DAYS_PER_WEEK 7

/* What a filling has to last for. Levels include the residual. */
struct refill_plan {
	struct volume filled, alarm;
	bool has_residual;
	struct volume residual;             /* what the pump cannot deliver */
	struct volume daily[DAYS_PER_WEEK]; /* worst case, by enum weekday */
	struct volume bridge_extra;         /* that a bridge takes beyond them */
	enum weekday first;                 /* weekday of the filling */
	int64_t lead_days;
	bool has_expiry;
	int64_t expiry_days;                /* shelf life from the filling on */
};

/* In days from the filling. */
struct refill_days {
	int64_t alarm;
	int64_t alarm_over;  /* the pump delivering 14.5 % too much */
	int64_t empty;       /* has_residual only */
	int64_t refill;      /* the earlier of alarm - lead and expiry; at least 0 */
};

/*
 * Fills in plan->daily from a schedule, all patient boluses counted as given, and plan->bridge_extra: what a bridge that
 * begins with the filling (NULL: none does) takes beyond the least of the days; at least 0, rounded up.
 */
void refill_plan_days(struct refill_plan *plan, const struct schedule *schedule, const struct program_bridge *bridge);
/*
 * A day counts with the greater volume of the two weekdays that it may touch: the hour of the
 * filling is not known. PUMP_ERANGE: negative values, nothing delivered in a week, overflow; *out
 * untouched.
 */
enum pump_err refill_schedule(const struct refill_plan *plan, struct refill_days *out) PUMP_CHECKED;
/* L-refill-alarm, L-refill-lead, L-refill-over-infusion (WARN), L-refill-expiry (INFO); as above. */
size_t refill_schedule_check(const struct refill_plan *plan, const struct refill_days *days,
			     struct finding *findings);

#endif
