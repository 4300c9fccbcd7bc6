/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * findings - what the rules (rules.def) say of a program, a visit or a state, as data. Findings are
 * never printed where they arise.
 */
#ifndef PUMPCTL_FINDINGS_H
#define PUMPCTL_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "decimal.h"

/* More than any check can say: 11 for each of six drugs, 15 pairs of drugs, 40 for the whole. */
#define FINDINGS_MAX 128

enum severity { SEVERITY_INFO, SEVERITY_WARN, SEVERITY_OVERRIDE, SEVERITY_BLOCK };

enum rule {
#define RULE(id, ...) RULE_##id,
#include "rules.def"
#undef RULE
	RULE_COUNT
};

struct rule_row {
	const char *id;         /* stable, "L-…" */
	enum severity severity; /* the gravest it has */
	const char *text;       /* sentences for a clinician */
	const char *other_text; /* of the milder or the opposite case; "" if there is none */
	const char *source;
	const char *accidents;  /* "A-01 A-02": docs/hazards.md; "" if none */
};

struct finding {
	const char *rule;
	enum severity severity;
	const char *text;
	char value[DECIMAL_TEXT_MAX]; /* display text of what was found */
	char limit[DECIMAL_TEXT_MAX]; /* display text of the limit; "" if none */
	const char *source;
	bool unverified; /* the limit was not read at its source */
	enum rule id;
};

/* A list in the caller's memory. */
struct findings {
	struct finding *at; /* room for max, at least 1 */
	size_t count, max;
};

/* Static storage. */
const struct rule_row *rule_at(enum rule rule);

/* A new finding with what the table says; value and limit are "". A full list gives its last one again. */
struct finding *findings_add(struct findings *list, enum rule rule);
/* The other text of the rule, with this severity. */
void finding_turn(struct finding *finding, enum severity severity);
/* Most severe first; else in the order of arising. */
void findings_sort(struct findings *list);

/* value = first between second; second alone where both do not fit. */
void finding_set_value(struct finding *finding, const char *first, const char *between,
		       const char *second);
/* "before NUMBER after" into buf of DECIMAL_TEXT_MAX bytes. */
void finding_number(char *buf, const char *before, int64_t value, const char *after);

/* "BLOCK", "OVERRIDE", "WARN", "INFO". */
const char *severity_name(enum severity severity);
/* True if any finding is BLOCK or OVERRIDE: the program may not be sent as it is. */
bool findings_refuse(const struct finding *findings, size_t count);

#endif
