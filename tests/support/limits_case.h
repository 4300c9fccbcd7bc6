/* SPDX-License-Identifier: GPL-3.0-or-later */
/* limits_case - one request to the limits and what it found, for the tests of the rules. */
#ifndef PUMPCTL_TESTS_LIMITS_CASE_H
#define PUMPCTL_TESTS_LIMITS_CASE_H

#include "therapy_limits.h"

#define ML(n)  (INT64_C(n) * 1000000)
#define MG(n)  (INT64_C(n) * 1000000)
#define MCG(n) (INT64_C(n) * 1000)

extern struct finding findings[FINDINGS_MAX];
extern size_t finding_count;
extern struct limits_request request;
extern struct program program, running;

/* request checks program against nothing running, for a PX40. */
void limits_case_reset(void);
/* Simple, low alarm 4 mL; ng/mL and ng/day. */
struct program simple_program(const char *drug, int64_t concentration, int64_t dose);
void add_drug(struct program *to, const char *drug, int64_t concentration);
/* The finding of a rule among those found last; NULL: none. */
const struct finding *find_rule(const char *rule);
/* Checks request, then as find_rule. */
const struct finding *check_rule(const char *rule);
/* Checks request; fails the test if the finding is not there as given. Returns it. */
const struct finding *expect_rule(const char *rule, enum severity severity, const char *value,
				  const char *limit);

#endif
