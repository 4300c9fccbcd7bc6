/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "refusal.h"

#include <stdio.h>
#include <string.h>

bool refusal_is_overridden(const struct app *app, const struct finding *findings, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (findings[i].severity == SEVERITY_BLOCK)
			return false;
	return app->options.reason && findings_refuse(findings, count);
}

enum error_code refusal_tell(enum error_code code, const struct finding *worst, const struct value *typed,
			     struct error *error)
{
	char detail[500];
	int used = snprintf(detail, sizeof(detail), "%s: %.240s%s", worst->rule, worst->text,
			    worst->severity == SEVERITY_OVERRIDE
				    ? " With a reason and a second person it can be ordered: --reason TEXT"
				    : "");
	/* The message ends with a full stop of its own. */
	while (used > 0 && detail[used - 1] == '.')
		detail[--used] = '\0';
	if (worst->value[0])
		(void)snprintf(detail + used, sizeof(detail) - (size_t)used, ". Found: %s%s%s", worst->value,
			       worst->limit[0] ? "; limit: " : "", worst->limit);
	return error_set_at(error, code, typed->column, "%s", detail);
}

void refusal_note_rules(struct cJSON *details, const struct finding *findings, size_t count)
{
	char rules[400] = "";
	for (size_t i = 0; i < count; i++) {
		const size_t used = strlen(rules);
		(void)snprintf(rules + used, sizeof(rules) - used, "%s%s", used ? "," : "", findings[i].rule);
	}
	output_string(details, "rules", rules);
}
