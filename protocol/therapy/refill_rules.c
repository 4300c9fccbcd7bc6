/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules of refill.h: what a difference means, and what to mind about the dates. */
#include "refill.h"

__extension__ typedef __int128 wide;

#define LARGE_NL            (2 * NL_PER_ML)
#define SHARE_PERCENT       10
#define SHARE_LEAST_NL      (NL_PER_ML / 2)
#define TREND_PERCENT       5
#define NONE_RATIO          1000 /* of 10,000 */
#define LEVEL_NL            NL_PER_ML

static wide magnitude(int64_t value)
{
	return value < 0 ? -(wide)value : value;
}

static void add_discrepancy(struct findings *list, enum rule rule, struct volume difference,
			    struct volume limit)
{
	char number[DECIMAL_TEXT_MAX];
	bool is_more = difference.nl > 0;
	struct finding *finding = findings_add(list, rule);

	if (!is_more)
		finding_turn(finding, SEVERITY_OVERRIDE);
	volume_display(difference, number);
	finding_set_value(finding, is_more ? "+" : "", "", number);
	volume_display(limit, finding->limit);
}

static bool is_beyond_percent(int64_t difference, int64_t expected, int64_t percent)
{
	return magnitude(difference) * 100 > (wide)expected * percent;
}

static bool is_trend(const struct refill_visit *visit, int64_t expected)
{
	int64_t now = visit->comparison.difference.nl;
	int64_t before;

	if (!visit->has_previous || __builtin_sub_overflow(visit->previous_found.nl,
							   visit->previous_expected.nl, &before))
		return false;
	return (now > 0) == (before > 0) && is_beyond_percent(now, expected, TREND_PERCENT) &&
	       is_beyond_percent(before, visit->previous_expected.nl, TREND_PERCENT);
}

static void check_difference(const struct refill_visit *visit, struct findings *list)
{
	struct volume difference = visit->comparison.difference;
	int64_t expected = visit->found.nl - difference.nl;
	int64_t delivered = visit->filled.nl - expected;

	if (magnitude(difference.nl) > LARGE_NL)
		add_discrepancy(list, RULE_RESIDUAL_LARGE, difference, (struct volume){LARGE_NL});
	if (magnitude(difference.nl) * 1000 > (wide)delivered * REFILL_BAND_PERMILLE)
		add_discrepancy(list, RULE_RESIDUAL_BAND, difference, visit->comparison.band);
	if (is_beyond_percent(difference.nl, expected, SHARE_PERCENT) &&
	    magnitude(difference.nl) > SHARE_LEAST_NL) {
		int64_t share = expected / (100 / SHARE_PERCENT);

		add_discrepancy(list, RULE_RESIDUAL_SHARE, difference,
				(struct volume){share > SHARE_LEAST_NL ? share : SHARE_LEAST_NL});
	}
	if (is_trend(visit, expected))
		add_discrepancy(list, RULE_RESIDUAL_TREND, difference,
				(struct volume){expected / (100 / TREND_PERCENT)});
}

static void check_capacity(const struct refill_visit *visit, struct findings *list)
{
	struct volume most = visit->filled.nl > visit->found.nl ? visit->filled : visit->found;
	struct finding *finding;

	if (visit->found.nl > visit->filled.nl) {
		finding = findings_add(list, RULE_RESIDUAL_ABOVE_FILL);
		volume_display(visit->found, finding->value);
		volume_display(visit->filled, finding->limit);
	}
	if (most.nl > visit->reservoir.nl) {
		finding = findings_add(list, RULE_RESIDUAL_CAPACITY);
		volume_display(most, finding->value);
		volume_display(visit->reservoir, finding->limit);
	}
}

/* A tenth of what was to be delivered, where that was more than the largest ordinary difference. */
static void check_none(const struct refill_visit *visit, struct findings *list)
{
	const struct refill_comparison *comparison = &visit->comparison;
	struct finding *finding;

	if (!comparison->has_ratio || comparison->ratio > NONE_RATIO ||
	    visit->expected.delivered_least.nl <= LARGE_NL)
		return;
	finding = findings_add(list, RULE_RESIDUAL_NONE);
	volume_display((struct volume){visit->filled.nl - visit->found.nl}, finding->value);
	volume_display(visit->expected.delivered_least, finding->limit);
}

static void check_level(const struct refill_visit *visit, struct findings *list)
{
	int64_t limit = visit->comparison.band.nl < LARGE_NL ? visit->comparison.band.nl : LARGE_NL;
	struct finding *finding;

	if (!visit->has_level ||
	    magnitude(visit->level.nl - visit->found.nl) <= (limit > LEVEL_NL ? limit : LEVEL_NL))
		return;
	finding = findings_add(list, RULE_LEVEL_DIFFERS);
	volume_display(visit->level, finding->value);
	volume_display(visit->found, finding->limit);
}

/* 1 mL in a pump of 20 mL, 2 mL in one of 40. */
static void check_pocket(const struct refill_visit *visit, struct findings *list)
{
	int64_t limit = visit->reservoir.nl / 20;
	struct finding *finding;

	if (visit->filled.nl - visit->found.nl <= limit)
		return;
	finding = findings_add(list, RULE_FILL_POCKET);
	volume_display((struct volume){visit->filled.nl - visit->found.nl}, finding->value);
	volume_display((struct volume){limit}, finding->limit);
}

size_t refill_check(const struct refill_visit *visit, struct finding *findings)
{
	struct findings list = {.at = findings, .max = REFILL_FINDINGS_MAX};
	struct finding *finding;

	if (visit->is_recheck)
		check_pocket(visit, &list);
	else
		check_difference(visit, &list);
	check_capacity(visit, &list);
	check_none(visit, &list);
	check_level(visit, &list);
	if (visit->expected.ran_empty) {
		finding = findings_add(&list, RULE_RESIDUAL_EMPTY);
		volume_display(visit->expected.delivered_greatest, finding->value);
		volume_display(visit->filled, finding->limit);
	}
	return list.count;
}

size_t refill_schedule_check(const struct refill_plan *plan, const struct refill_days *days,
			     struct finding *findings)
{
	struct findings list = {.at = findings, .max = REFILL_FINDINGS_MAX};
	struct finding *finding;

	if (plan->alarm.nl >= plan->filled.nl) {
		finding = findings_add(&list, RULE_REFILL_ALARM);
		volume_display(plan->alarm, finding->value);
		volume_display(plan->filled, finding->limit);
	} else if (days->alarm <= plan->lead_days) {
		finding = findings_add(&list, RULE_REFILL_LEAD);
		days_display(days->alarm, finding->value);
		days_display(plan->lead_days, finding->limit);
	} else if (days->alarm_over < days->refill) {
		finding = findings_add(&list, RULE_REFILL_OVER_INFUSION);
		days_display(days->alarm_over, finding->value);
		days_display(days->refill, finding->limit);
	}
	if (plan->has_expiry && plan->expiry_days < days->alarm) {
		finding = findings_add(&list, RULE_REFILL_EXPIRY);
		days_display(plan->expiry_days, finding->value);
		days_display(days->alarm, finding->limit);
	}
	return list.count;
}
