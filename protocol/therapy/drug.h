/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * drug - the drug table (drugs.def, mixing.def): names, units, what each source says of a drug, and
 * which of it is in force. A clinic's own rows (struct drug_site) come before all others.
 */
#ifndef PUMPCTL_DRUG_H
#define PUMPCTL_DRUG_H

#include <stdbool.h>
#include <stddef.h>

#include "decimal.h"

#define DRUG_NAME_MAX    24
#define DRUG_STOCKED_MAX 4
#define DRUG_SITE_MAX    16

enum withdrawal_class { WITHDRAWAL_NONE, WITHDRAWAL_OPIOID, WITHDRAWAL_SEVERE };

struct drug {
	const char *name;     /* generic name, lower case: what is typed and sent */
	const char *display;  /* tall-man spelling for screens */
	enum mass_unit unit;  /* the one unit its doses are typed and shown in */
	const char *label_status;
	enum withdrawal_class withdrawal;
	const char *withdrawal_text; /* what stopping it does, in words */
	const char *withdrawal_source, *withdrawal_date;
};

enum drug_authority {
	DRUG_SITE,      /* of the clinic's own file */
	DRUG_RULE,      /* of this project, derived as its source says */
	DRUG_LABEL,
	DRUG_CONSENSUS, /* consensus or practice */
};

/* What one source says of one drug. 0 in every figure: it does not say. */
struct drug_row {
	const char *drug;
	enum drug_authority authority;
	const char *title;
	struct concentration stocked[DRUG_STOCKED_MAX]; /* strengths in use, ascending; ends with 0 */
	struct concentration least, greatest;           /* hard limits */
	struct dose_rate start_least, start_greatest;   /* first dose of a patient new to the drug */
	int64_t step_percent;                           /* greatest step up, of the dose before it */
	struct dose_rate step;                          /* greatest step up, fixed */
	struct duration step_interval;                  /* least time between two steps */
	struct dose_rate daily_maximum;
	/* First daily dose after a test dose: so many times what worked, and less where the response
	 * lasted longer than long_response or was bad. */
	int64_t trial_times, trial_times_long;
	struct duration long_response;
	const char *source, *source_date;
	bool verified; /* false: shown as "unverified" wherever it was used, never recommended from */
};

/* A clinic's rows, in the caller's memory: at most one for each drug. */
struct drug_site {
	size_t count;
	struct drug_row rows[DRUG_SITE_MAX];
	struct duration restart_after; /* time without drug after which the old dose needs a reason; 0: default */
};

/* For each figure the row that is in force, or NULL: nobody gives it. */
struct drug_limits {
	const struct drug_row *stocked, *least, *greatest, *start, *step, *maximum, *trial;
	/* A lower maximum of a consensus beside the one in force; NULL: none. */
	const struct drug_row *second_maximum;
};

enum mixing { MIXING_UNKNOWN, MIXING_STABLE, MIXING_AGAINST_LABEL };

struct mixing_row {
	const char *one, *other; /* other "": any */
	enum mixing mixing;
	const char *text, *source, *source_date;
};

size_t drug_count(void);
/* index < drug_count(). Static storage. */
const struct drug *drug_at(size_t index);
/*
 * May stand for a drug on the wire and in a command: 1 to DRUG_NAME_MAX of a-z, 0-9 and -, first a
 * letter (docs/protocol.md section 5). Such a drug need not be in the table.
 */
bool drug_name_is_valid(const char *name, size_t len);
/* By exact generic name (len bytes); NULL if the table lacks it. */
const struct drug *drug_find(const char *name, size_t len);

/* All built-in rows; those of one drug follow each other. */
size_t drug_row_count(void);
const struct drug_row *drug_row_at(size_t index);
/*
 * The rows in force for a drug: the clinic's, then this project's, then labels (of several maxima
 * the lowest), then consensus. site: NULL for none; borrowed by *out.
 */
void drug_limits_find(const struct drug *drug, const struct drug_site *site, struct drug_limits *out);

/* What is known of two drugs (generic names) in one mixture; NULL: nothing. Static storage. */
const struct mixing_row *mixing_find(const char *one, const char *other);
size_t mixing_count(void);
const struct mixing_row *mixing_at(size_t index);

#endif
