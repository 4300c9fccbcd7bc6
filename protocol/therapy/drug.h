/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drug - the drug table (drugs.def): units, limits and where each figure comes from. */
#ifndef PUMPCTL_DRUG_H
#define PUMPCTL_DRUG_H

#include <stdbool.h>
#include <stddef.h>

#include "decimal.h"

#define DRUG_NAME_MAX 24

enum withdrawal_class { WITHDRAWAL_NONE, WITHDRAWAL_OPIOID, WITHDRAWAL_SEVERE };

struct drug {
	const char *name;     /* generic name, lower case: what is typed and sent */
	const char *display;  /* tall-man spelling for screens */
	enum mass_unit unit;  /* the one unit its doses are typed and shown in */
	struct concentration least, greatest; /* hard limits; least 0: none known */
	struct dose_rate daily_maximum;       /* 0: none known */
	enum withdrawal_class withdrawal;
	const char *withdrawal_text;          /* what stopping it does, in words */
	const char *source;                   /* of the figures; a row without does not build */
	const char *source_date;
	bool verified;                        /* false: shown as "unverified" wherever it was used */
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

#endif
