/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules of refill.h: what a difference means, and what to mind about the dates. */
#include "refill.h"

#include "text.h"

__extension__ typedef __int128 wide;

#define SOURCE_TRACK                                                                               \
	"over 2 mL or outside the accuracy of the device must be evaluated "                       \
	"(epostersonline.com/ASRAFALL17/node/1139)"
#define SOURCE_BAND "over-infusion is more than 14.5 % above the program (mdd.gov.hk, 18 Mar 2014)"
#define SOURCE_TREND                                                                               \
	"a residual below the expected one at four visits revealed diversion "                     \
	"(anesthesiology.pubs.asahq.org/article.aspx?articleid=1943186)"
#define SOURCE_PUMPCTL "rule of pumpctl, to be confirmed by the clinic"
#define SOURCE_EXPIRY  "shelf life in the pump as given by the label"

#define LARGE_NL            (2 * NL_PER_ML)
#define SHARE_PERCENT       10
#define SHARE_LEAST_NL      (NL_PER_ML / 2)
#define TREND_PERCENT       5

#define MORE_LEFT                                                                                  \
	"More was left than expected, so less drug was given. Think of a stall, a blocked or "     \
	"displaced catheter, a granuloma, or a filling by somebody else. "
#define LESS_LEFT                                                                                  \
	"Less was left than expected. Think of over-infusion, a leak, a filling beside the pump, " \
	"or drug taken out. Look for signs of overdose. "
#define ASK "Going on needs a reason."

enum discrepancy { LARGE, BAND, SHARE, TREND };

static const struct {
	const char *rule, *more, *less, *source;
} discrepancies[] = {
	[LARGE] = {"L-residual-large", MORE_LEFT "The difference is over 2 mL. " ASK,
		   LESS_LEFT "The difference is over 2 mL. " ASK, SOURCE_TRACK},
	[BAND] = {"L-residual-band",
		  MORE_LEFT "The difference is outside the accuracy of the pump. " ASK,
		  LESS_LEFT "The difference is outside the accuracy of the pump. " ASK, SOURCE_BAND},
	[SHARE] = {"L-residual-share",
		   MORE_LEFT "The difference is over 10 % of what should be left. " ASK,
		   LESS_LEFT "The difference is over 10 % of what should be left. " ASK,
		   SOURCE_PUMPCTL},
	[TREND] = {"L-residual-trend",
		   MORE_LEFT "The visit before was off to the same side. " ASK,
		   LESS_LEFT "The visit before was off to the same side. " ASK, SOURCE_TREND},
};

struct list {
	struct finding *findings;
	size_t count;
};

static struct finding *add(struct list *list, enum severity severity, const char *rule,
			   const char *text, const char *source)
{
	struct finding *finding = &list->findings[list->count++];

	*finding = (struct finding){
		.rule = rule, .severity = severity, .text = text, .source = source};
	return finding;
}

static wide magnitude(int64_t value)
{
	return value < 0 ? -(wide)value : value;
}

static void add_discrepancy(struct list *list, enum discrepancy which, struct volume difference,
			    struct volume limit)
{
	char number[DECIMAL_TEXT_MAX];
	bool is_more = difference.nl > 0;
	struct finding *finding =
		add(list, SEVERITY_OVERRIDE, discrepancies[which].rule,
		    is_more ? discrepancies[which].more : discrepancies[which].less,
		    discrepancies[which].source);
	struct text text;

	volume_display(difference, number);
	text_init(&text, finding->value, sizeof finding->value);
	text_add(&text, is_more ? "+" : "");
	text_add(&text, number);
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

static void check_difference(const struct refill_visit *visit, struct list *list)
{
	struct volume difference = visit->comparison.difference;
	int64_t expected = visit->found.nl - difference.nl;
	int64_t delivered = visit->filled.nl - expected;

	if (magnitude(difference.nl) > LARGE_NL)
		add_discrepancy(list, LARGE, difference, (struct volume){LARGE_NL});
	if (magnitude(difference.nl) * 1000 > (wide)delivered * REFILL_BAND_PERMILLE)
		add_discrepancy(list, BAND, difference, visit->comparison.band);
	if (is_beyond_percent(difference.nl, expected, SHARE_PERCENT) &&
	    magnitude(difference.nl) > SHARE_LEAST_NL) {
		int64_t share = expected / (100 / SHARE_PERCENT);

		add_discrepancy(list, SHARE, difference,
				(struct volume){share > SHARE_LEAST_NL ? share : SHARE_LEAST_NL});
	}
	if (is_trend(visit, expected))
		add_discrepancy(list, TREND, difference,
				(struct volume){expected / (100 / TREND_PERCENT)});
}

static void check_capacity(const struct refill_visit *visit, struct list *list)
{
	struct volume most = visit->filled.nl > visit->found.nl ? visit->filled : visit->found;
	struct finding *finding;

	if (visit->found.nl > visit->filled.nl) {
		finding = add(list, SEVERITY_OVERRIDE, "L-residual-above-fill",
			      "More was found than had been filled. Read both volumes again; think of a "
			      "filling by somebody else. Going on needs a reason.",
			      SOURCE_PUMPCTL);
		volume_display(visit->found, finding->value);
		volume_display(visit->filled, finding->limit);
	}
	if (most.nl > visit->reservoir.nl) {
		finding = add(list, SEVERITY_OVERRIDE, "L-residual-capacity",
			      "This volume does not fit the reservoir. Read the volumes and the size of "
			      "the pump again. Going on needs a reason.",
			      SOURCE_PUMPCTL);
		volume_display(most, finding->value);
		volume_display(visit->reservoir, finding->limit);
	}
}

size_t refill_check(const struct refill_visit *visit, struct finding *findings)
{
	struct list list = {findings, 0};
	struct finding *finding;

	check_difference(visit, &list);
	check_capacity(visit, &list);
	if (visit->expected.ran_empty) {
		finding = add(&list, SEVERITY_WARN, "L-residual-empty",
			      "By this account the reservoir ran empty before now and the patient was "
			      "without drug. Look for signs of withdrawal.",
			      SOURCE_PUMPCTL);
		volume_display(visit->expected.delivered_greatest, finding->value);
		volume_display(visit->filled, finding->limit);
	}
	return list.count;
}

size_t refill_schedule_check(const struct refill_plan *plan, const struct refill_days *days,
			     struct finding *findings)
{
	struct list list = {findings, 0};
	struct finding *finding;

	if (plan->alarm.nl >= plan->filled.nl) {
		finding = add(&list, SEVERITY_WARN, "L-refill-alarm",
			      "The alarm level is not below the filling: the alarm would sound at once.",
			      SOURCE_PUMPCTL);
		volume_display(plan->alarm, finding->value);
		volume_display(plan->filled, finding->limit);
	} else if (days->alarm <= plan->lead_days) {
		finding = add(&list, SEVERITY_WARN, "L-refill-lead",
			      "The filling lasts no longer than the lead time before the alarm. Plan the "
			      "next refill at once or fill more.",
			      SOURCE_PUMPCTL);
		days_display(days->alarm, finding->value);
		days_display(plan->lead_days, finding->limit);
	} else if (days->alarm_over < days->refill) {
		finding = add(&list, SEVERITY_WARN, "L-refill-over-infusion",
			      "A pump that delivers 14.5 % too much would raise the alarm before the "
			      "refill date. An earlier refill leaves room for it.",
			      SOURCE_BAND);
		days_display(days->alarm_over, finding->value);
		days_display(days->refill, finding->limit);
	}
	if (plan->has_expiry && plan->expiry_days < days->alarm) {
		finding = add(&list, SEVERITY_INFO, "L-refill-expiry",
			      "The drug expires before the alarm.", SOURCE_EXPIRY);
		days_display(plan->expiry_days, finding->value);
		days_display(days->alarm, finding->limit);
	}
	return list.count;
}
