/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "limits_case.h"

#include <check.h>
#include <string.h>

struct finding findings[FINDINGS_MAX];
size_t finding_count;
struct limits_request request;
struct program program, running;

void limits_case_reset(void)
{
	program = running = (struct program){0};
	request = (struct limits_request){.program = &program, .model = pump_limits_find("PX40")};
}

void add_drug(struct program *to, const char *drug, int64_t concentration)
{
	struct mixture_part *part = &to->mixture.parts[to->mixture.count++];

	memcpy(part->name, drug, strlen(drug) + 1);
	part->concentration.ng_per_ml = concentration;
}

struct program simple_program(const char *drug, int64_t concentration, int64_t dose)
{
	struct program made = {.mode = PROGRAM_SIMPLE, .dose = {dose}, .low_alarm = {ML(4)}};

	add_drug(&made, drug, concentration);
	return made;
}

const struct finding *find_rule(const char *rule)
{
	for (size_t i = 0; i < finding_count; i++)
		if (strcmp(findings[i].rule, rule) == 0)
			return &findings[i];
	return NULL;
}

const struct finding *check_rule(const char *rule)
{
	finding_count = limits_check(&request, findings);
	return find_rule(rule);
}

const struct finding *expect_rule(const char *rule, enum severity severity, const char *value,
				  const char *limit)
{
	const struct finding *finding = check_rule(rule);

	ck_assert_msg(finding != NULL, "no %s", rule);
	ck_assert_int_eq(finding->severity, severity);
	ck_assert_str_eq(finding->value, value);
	ck_assert_str_eq(finding->limit, limit);
	ck_assert_uint_gt(strlen(finding->text), 20);
	return finding;
}
