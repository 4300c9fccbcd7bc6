/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings.h"

#include "text.h"

static const struct rule_row table[RULE_COUNT] = {
#define RULE(key, name, gravest, words, other_words, from, events)                                 \
	[RULE_##key] = {.id = (name), .severity = (gravest), .text = (words),                      \
			.other_text = (other_words), .source = (from), .accidents = (events)},
#include "rules.def"
#undef RULE
};

/* A rule without a source must not build. */
#define RULE(key, name, gravest, words, other_words, from, events)                                 \
	_Static_assert(sizeof("" words) > 20, name ": text missing");                              \
	_Static_assert(sizeof("" from) > 1, name ": source missing");
#include "rules.def"
#undef RULE

const struct rule_row *rule_at(enum rule rule)
{
	return &table[rule];
}

struct finding *findings_add(struct findings *list, enum rule rule)
{
	struct finding *finding = &list->at[list->count < list->max ? list->count : list->max - 1];

	if (list->count < list->max)
		list->count++;
	*finding = (struct finding){.rule = table[rule].id,
				    .severity = table[rule].severity,
				    .text = table[rule].text,
				    .source = table[rule].source,
				    .id = rule};
	return finding;
}

void finding_turn(struct finding *finding, enum severity severity)
{
	finding->severity = severity;
	finding->text = table[finding->id].other_text;
}

void findings_sort(struct findings *list)
{
	for (size_t i = 1; i < list->count; i++) {
		struct finding moved = list->at[i];
		size_t at = i;

		while (at > 0 && list->at[at - 1].severity < moved.severity) {
			list->at[at] = list->at[at - 1];
			at--;
		}
		list->at[at] = moved;
	}
}

void finding_set_value(struct finding *finding, const char *first, const char *between,
		       const char *second)
{
	struct text text;

	text_init(&text, finding->value, sizeof finding->value);
	text_add(&text, first);
	text_add(&text, between);
	text_add(&text, second);
	if (text.cut) {
		text_init(&text, finding->value, sizeof finding->value);
		text_add(&text, second);
	}
}

void finding_number(char *buf, const char *before, int64_t value, const char *after)
{
	char number[DECIMAL_TEXT_MAX];
	struct text text;

	decimal_display(value, 1, number);
	text_init(&text, buf, DECIMAL_TEXT_MAX);
	text_add(&text, before);
	text_add(&text, number);
	text_add(&text, after);
}

const char *severity_name(enum severity severity)
{
	switch (severity) {
	case SEVERITY_INFO:
		return "INFO";
	case SEVERITY_WARN:
		return "WARN";
	case SEVERITY_OVERRIDE:
		return "OVERRIDE";
	case SEVERITY_BLOCK:
		break;
	}
	return "BLOCK";
}

bool findings_refuse(const struct finding *findings, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (findings[i].severity >= SEVERITY_OVERRIDE)
			return true;
	return false;
}
