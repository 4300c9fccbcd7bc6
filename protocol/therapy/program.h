/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * program - a therapy program as the clinician means it: what runs in a pump (the "image" of
 * docs/protocol.md section 5), and what follows from it for a day.
 *
 * schedule.h has the amounts behind the totals; program_text.h the one text form; image.h the one
 * byte form.
 */
#ifndef PUMPCTL_PROGRAM_H
#define PUMPCTL_PROGRAM_H

#include <stdbool.h>

#include "drug.h"
#include "models.h"

#define MIXTURE_MAX 6

struct mixture_part {
	char name[DRUG_NAME_MAX + 1]; /* generic name, NUL-terminated */
	struct concentration concentration;
};

struct mixture {
	size_t count; /* 1..MIXTURE_MAX; part 0 is the primary drug */
	struct mixture_part parts[MIXTURE_MAX];
};

#define MINUTES_PER_DAY  INT64_C(1440)
#define MINUTES_PER_WEEK (7 * MINUTES_PER_DAY)
#define WEEKDAYS         7 /* 0: Monday */

/* Bounds of docs/protocol.md section 5. */
#define FLEX_STEPS_MAX       13 /* steps in a day */
#define FLEX_PATTERNS_MAX    7
#define PERIODIC_INTERVAL_LEAST_S    INT64_C(60)
#define PERIODIC_INTERVAL_GREATEST_S (7 * SECONDS_PER_DAY)
#define PERIODIC_DURATION_LEAST_S    INT64_C(60)
#define PATIENT_DURATION_LEAST_S     INT64_C(60)
#define PATIENT_DURATION_GREATEST_S  INT64_C(3600)
#define PATIENT_LOCKOUT_LEAST_S      INT64_C(60)
#define PATIENT_LOCKOUT_GREATEST_S   SECONDS_PER_DAY
#define PATIENT_MOST_GREATEST        48 /* boluses in any 24 h */

enum program_mode {
	PROGRAM_SIMPLE,
	PROGRAM_FLEX,
	PROGRAM_PERIODIC,
	PROGRAM_MINIMUM, /* the model's own rate */
	PROGRAM_STOPPED,
};

/* From this minute of the day on, until the next step or midnight. */
struct program_step {
	int64_t minute;        /* 0..1439; of the first step 0, then strictly rising */
	struct dose_rate dose; /* of the primary drug, as a daily dose */
};

struct program_pattern {
	size_t count; /* 1..FLEX_STEPS_MAX */
	struct program_step steps[FLEX_STEPS_MAX];
};

/*
 * Patterns are numbered by the first weekday that uses them, every one is used and no two are
 * equal, so that a week has one form.
 */
struct program_flex {
	size_t count; /* 1..FLEX_PATTERNS_MAX */
	struct program_pattern patterns[FLEX_PATTERNS_MAX];
	size_t of_day[WEEKDAYS]; /* index of a pattern */
};

/* A dose of the primary drug every so often, on top of a base rate. */
struct program_periodic {
	struct mass dose;
	struct duration duration; /* PERIODIC_DURATION_LEAST_S..interval */
	struct duration interval; /* whole minutes; start to start */
	struct dose_rate base;
};

/* What the patient may ask for. */
struct program_patient_bolus {
	bool present;
	struct mass dose;          /* of the primary drug */
	struct duration duration;
	struct duration lockout;   /* start to start; at least duration */
	int64_t most;              /* 1..PATIENT_MOST_GREATEST in any 24 h */
};

/* How the old mixture leaves the line when the mixture changes. */
enum bridge_kind {
	BRIDGE_UNSAID, /* no word about it: right only if the mixture stays */
	BRIDGE_RUNS,   /* volume at rate first, the program after it */
	BRIDGE_NONE,   /* none, for a stated reason */
};

enum bridge_reason {
	BRIDGE_LINE_ASPIRATED, /* the line was aspirated, then primed */
	BRIDGE_LINE_EMPTY,     /* the line holds no drug: a new pump or catheter */
	BRIDGE_ACCEPTED,       /* the clinician accepts the step in dose */
};

struct program_bridge {
	enum bridge_kind kind;
	struct volume volume;      /* BRIDGE_RUNS */
	struct volume_rate rate;   /* BRIDGE_RUNS */
	enum bridge_reason reason; /* BRIDGE_NONE */
};

/* Members that the mode does not use are zero. */
struct program {
	struct mixture mixture;
	enum program_mode mode;
	struct dose_rate dose;             /* PROGRAM_SIMPLE: of the primary drug */
	struct program_flex flex;          /* PROGRAM_FLEX */
	struct program_periodic periodic;  /* PROGRAM_PERIODIC */
	struct program_patient_bolus patient;
	struct program_bridge bridge;
	struct volume low_alarm;
};

/*
 * What a program does in a day. "Scheduled" is without patient boluses and without the bridge;
 * "worst" adds every bolus that the patient can get. Everything compared with a maximum rounds up.
 */
struct program_totals {
	struct volume_rate rate;         /* mean of what is scheduled, floor */
	struct volume_rate least;        /* smallest scheduled rate */
	struct volume_rate greatest;     /* greatest rate with periodic dose and patient bolus at once */
	struct volume volume_24h;        /* scheduled, greatest in any 24 h */
	struct volume greatest_hour;     /* scheduled, greatest in any hour */
	struct volume worst_24h, worst_hour;
	int64_t patient_boluses;         /* that worst_24h counts */
	int64_t periodic_doses;          /* greatest number begun in any 24 h */
	struct dose_rate daily[MIXTURE_MAX]; /* per drug in volume_24h */
	struct dose_rate worst[MIXTURE_MAX]; /* per drug in worst_24h */
};

/*
 * True if every count, time and order above holds, every dose, rate and volume that the mode
 * uses is at least 1, and what it does not use is zero. Says nothing about what a pump can do.
 */
bool program_is_valid(const struct program *program);
/*
 * PUMP_ERANGE: not valid, or more than schedule.h counts. PUMP_ESTATE: minimum rate, and model
 * is NULL; for every other mode model may be NULL. *out is untouched on error.
 */
enum pump_err program_totals(const struct program *program, const struct pump_limits *model,
			     struct program_totals *out) PUMP_CHECKED;
/*
 * Daily dose of the primary drug as it is spoken of: what was programmed for a simple program,
 * otherwise totals->daily[0].
 */
struct dose_rate program_daily_dose(const struct program *program,
				    const struct program_totals *totals);
/* Same drugs at the same concentrations in the same order. */
bool mixture_equal(const struct mixture *a, const struct mixture *b);
/* Position of the part with this drug, by NUL-terminated name; mixture->count: none. */
size_t mixture_find(const struct mixture *mixture, const char *drug);
/* Unit to show the drug of part i in: the table's, or mcg for one the table lacks. */
enum mass_unit mixture_unit(const struct mixture *mixture, size_t part);

#endif
