/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Removes one rule: linked with --wrap=findings_add, a program loses the rule that RULE_OFF names. For
 * tests/accidents/remove_rules.py; no released program holds this.
 */
#include "findings.h"

#include <stdlib.h>
#include <string.h>

struct finding *__real_findings_add(struct findings *list, enum rule rule);
struct finding *__wrap_findings_add(struct findings *list, enum rule rule);

struct finding *__wrap_findings_add(struct findings *list, enum rule rule)
{
	static struct finding nowhere;
	const char *off = getenv("RULE_OFF");

	if (!off || strcmp(off, rule_at(rule)->id) != 0)
		return __real_findings_add(list, rule);
	nowhere = (struct finding){.id = rule};
	return &nowhere;
}
