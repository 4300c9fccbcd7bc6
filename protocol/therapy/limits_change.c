/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program against what is in the pump now. */
#include "limits_check.h"

#include "text.h"

#define STEP_PERCENT 30

/* One drug that is in both programs. */
struct change {
	const struct drug *drug;
	int64_t now, then; /* ng per day */
	const struct drug_row *step; /* NULL: the general step */
};

static void set_doses(const struct change *change, struct finding *finding)
{
	char now[DECIMAL_TEXT_MAX], then[DECIMAL_TEXT_MAX];

	dose_rate_display((struct dose_rate){change->now}, change->drug->unit, now);
	dose_rate_display((struct dose_rate){change->then}, change->drug->unit, then);
	finding_set_value(finding, now, " to ", then);
}

static void check_moved_point(struct limits_check *c, const struct change *change)
{
	struct finding *finding;

	if (change->now == change->then ||
	    limits_digits(change->now) != limits_digits(change->then))
		return;
	finding = findings_add(&c->list, RULE_MOVED_POINT);
	if (change->then < change->now)
		finding_turn(finding, SEVERITY_WARN);
	set_doses(change, finding);
}

/* The greatest dose that one step may lead to. Compared exactly: the per cent is rounded for showing. */
static int64_t greatest_after_step(const struct change *change)
{
	int64_t percent = change->step && change->step->step_percent > 0
				  ? change->step->step_percent
				  : STEP_PERCENT;
	int64_t reach;

	if (change->step && change->step->step.ng_per_day > 0)
		percent = 0;
	reach = change->now / 100 * percent + change->now % 100 * percent / 100;
	if (percent == 0)
		reach = change->step->step.ng_per_day;
	return __builtin_add_overflow(change->now, reach, &reach) ? INT64_MAX : reach;
}

static void check_step(struct limits_check *c, const struct change *change)
{
	struct finding *finding;
	int64_t percent;

	if (change->then <= greatest_after_step(change) ||
	    percent_change(change->now, change->then, &percent) != PUMP_OK)
		return;
	finding = findings_add(&c->list, RULE_CHANGE_LARGE);
	finding_number(finding->value, "+", percent, " % (higher)");
	if (!change->step) {
		finding_number(finding->limit, "+", STEP_PERCENT, " %");
		return;
	}
	finding->source = change->step->source;
	finding->unverified = !change->step->verified;
	if (change->step->step.ng_per_day > 0)
		dose_rate_display(change->step->step, change->drug->unit, finding->limit);
	else
		finding_number(finding->limit, "+", change->step->step_percent, " %");
}

/* A step within the interval that the drug's row asks for. */
static void check_interval(struct limits_check *c, const struct change *change)
{
	struct duration since = c->request->since_change;
	struct finding *finding;

	if (!c->request->has_since_change || !change->step || change->then <= change->now ||
	    since.s >= change->step->step_interval.s)
		return;
	finding = findings_add(&c->list, RULE_STEP_EARLY);
	finding->source = change->step->source;
	finding->unverified = !change->step->verified;
	finding_number(finding->value, "", since.s / 3600, " h after the last one");
	finding_number(finding->limit, "", change->step->step_interval.s / 3600, " h");
}

static void check_dose(struct limits_check *c, const struct mixture_part *part)
{
	struct drug_limits limits;
	struct change change = {.drug = limits_drug_of(part)};

	change.now = limits_running_daily(c, part->name);
	change.then = limits_daily(c, part->name);
	if (!change.drug || change.now < 1)
		return;
	drug_limits_find(change.drug, c->request->site, &limits);
	change.step = limits.step;
	check_moved_point(c, &change);
	check_interval(c, &change);
	if (change.then / 10 >= change.now)
		set_doses(&change, findings_add(&c->list, RULE_TEN_FOLD));
	else
		check_step(c, &change);
}

bool limits_check_gap(struct duration without_drug, const struct drug_site *site,
		      struct findings *list)
{
	bool is_agreed = site && site->restart_after.s > 0;
	struct duration limit = {is_agreed ? site->restart_after.s : LIMITS_RESTART_AFTER_S};
	struct finding *finding;

	if (without_drug.s <= limit.s)
		return false;
	finding = findings_add(list, RULE_RESTART_GAP);
	finding_number(finding->value, "", without_drug.s / 3600, " h without drug");
	finding_number(finding->limit, "", limit.s / 3600, " h");
	finding->unverified = !is_agreed;
	return true;
}

/* Less than the old dose is a new start like any other. */
static void check_restart(struct limits_check *c)
{
	const char *name = c->request->program->mixture.parts[0].name;
	int64_t old = limits_old_daily(c, name);

	if (old > 0 && limits_daily(c, name) >= old)
		(void)limits_check_gap(c->request->without_drug, c->request->site, &c->list);
}

void limits_check_change(struct limits_check *c)
{
	const struct limits_request *request = c->request;
	const struct mixture *mixture = &request->program->mixture;
	bool is_same;

	if (limits_is_new_start(c))
		findings_add(&c->list, RULE_FIRST_PROGRAM);
	if (!request->running)
		return;
	is_same = mixture_equal(mixture, &request->running->mixture);
	/* In an unchanged mixture all drugs change alike: the primary one speaks for them. */
	for (size_t i = 0; i < (is_same ? 1 : mixture->count); i++)
		check_dose(c, &mixture->parts[i]);
	check_restart(c);
}
