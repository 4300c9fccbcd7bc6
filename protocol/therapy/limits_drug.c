/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each drug of a mixture by itself, and each pair of drugs. */
#include "limits_check.h"

#include "text.h"

#define ALARM_SEVERE_NL (4 * NL_PER_ML)

/* One drug of the mixture. */
struct part_check {
	struct limits_check *c;
	const struct mixture_part *part;
	const struct drug *drug;
	struct drug_limits limits;
};

static struct finding *add_with(struct part_check *p, enum rule rule, const struct drug_row *row)
{
	struct finding *finding = findings_add(&p->c->list, rule);

	finding->source = row->source;
	finding->unverified = !row->verified;
	return finding;
}

static void set_concentration(struct part_check *p, struct finding *finding)
{
	char value[DECIMAL_TEXT_MAX];

	concentration_display(p->part->concentration, p->drug->unit, value);
	finding_set_value(finding, p->drug->display, "  ", value);
}

static void set_range(struct part_check *p, struct finding *finding)
{
	const struct drug_row *least = p->limits.least, *greatest = p->limits.greatest;
	char bound[DECIMAL_TEXT_MAX];
	struct text limit;

	text_init(&limit, finding->limit, sizeof finding->limit);
	if (least) {
		concentration_display(least->least, p->drug->unit, bound);
		text_add(&limit, greatest ? "" : "at least ");
		text_add(&limit, bound);
		text_add(&limit, greatest ? " to " : "");
	} else {
		text_add(&limit, "at most ");
	}
	if (greatest) {
		concentration_display(greatest->greatest, p->drug->unit, bound);
		text_add(&limit, bound);
	}
}

/* True if there is something to say. */
static bool check_range(struct part_check *p)
{
	int64_t is = p->part->concentration.ng_per_ml;
	const struct drug_row *broken = NULL;
	struct finding *finding;

	if (p->limits.least && is < p->limits.least->least.ng_per_ml)
		broken = p->limits.least;
	if (p->limits.greatest && is > p->limits.greatest->greatest.ng_per_ml)
		broken = p->limits.greatest;
	if (!broken)
		return false;
	finding = add_with(p, RULE_CONCENTRATION_RANGE, broken);
	set_concentration(p, finding);
	set_range(p, finding);
	return true;
}

static bool is_moved(struct concentration a, struct concentration b)
{
	return a.ng_per_ml != b.ng_per_ml &&
	       limits_digits(a.ng_per_ml) == limits_digits(b.ng_per_ml);
}

/* The strength in stock, or the concentration in the pump, that this one may have been meant to be. */
static struct concentration likely_meant(const struct part_check *p)
{
	const struct drug_row *stocked = p->limits.stocked;
	const struct program *running = p->c->request->running;
	struct concentration is = p->part->concentration, none = {0}, found = {0};

	for (size_t i = 0; stocked && i < DRUG_STOCKED_MAX; i++) {
		if (stocked->stocked[i].ng_per_ml == is.ng_per_ml)
			return none;
		if (stocked->stocked[i].ng_per_ml > 0 && is_moved(stocked->stocked[i], is))
			found = stocked->stocked[i];
	}
	for (size_t i = 0; running && i < running->mixture.count; i++) {
		const struct mixture_part *part = &running->mixture.parts[i];

		if (!text_equal(part->name, p->part->name, text_len(p->part->name)))
			continue;
		if (part->concentration.ng_per_ml == is.ng_per_ml)
			return none;
		if (is_moved(part->concentration, is))
			found = part->concentration;
	}
	return found;
}

static void check_concentration(struct part_check *p)
{
	struct concentration meant;
	struct finding *finding;

	if (check_range(p))
		return;
	meant = likely_meant(p);
	if (meant.ng_per_ml > 0) {
		finding = findings_add(&p->c->list, RULE_CONCENTRATION_TENFOLD);
		set_concentration(p, finding);
		concentration_display(meant, p->drug->unit, finding->limit);
	}
	if (!p->limits.least)
		set_concentration(p, findings_add(&p->c->list, RULE_CONCENTRATION_OPEN));
}

static void check_maximum(struct part_check *p, int64_t daily, int64_t running)
{
	const struct drug_row *row = p->limits.maximum, *second = p->limits.second_maximum;
	struct finding *finding;

	if (row && daily > row->daily_maximum.ng_per_day) {
		finding = add_with(p, RULE_DAILY_MAXIMUM, row);
		if (daily <= running)
			finding_turn(finding, SEVERITY_WARN);
	} else if (second && daily > second->daily_maximum.ng_per_day) {
		finding = add_with(p, RULE_SECOND_MAXIMUM, second);
		row = second;
	} else {
		return;
	}
	limits_set_dose(finding, p->drug, daily);
	dose_rate_display(row->daily_maximum, p->drug->unit, finding->limit);
}

/* From nothing, from a stopped pump or from another drug there is no ratio: a new start. */
static void check_start(struct part_check *p, int64_t daily, int64_t running)
{
	const struct drug_row *row = p->limits.start;
	struct finding *finding;

	if (running > 0 || !row || daily <= row->start_greatest.ng_per_day)
		return;
	finding = add_with(p, RULE_START_RANGE, row);
	limits_set_dose(finding, p->drug, daily);
	dose_rate_display(row->start_greatest, p->drug->unit, finding->limit);
}

static void check_unverified(struct part_check *p)
{
	const struct drug_limits *limits = &p->limits;
	const struct drug_row *used[] = {limits->least, limits->greatest, limits->start, limits->maximum,
					 limits->stocked, limits->step};
	struct finding *finding;

	for (size_t i = 0; i < sizeof used / sizeof used[0]; i++) {
		if (!used[i] || used[i]->verified)
			continue;
		finding = add_with(p, RULE_UNVERIFIED, used[i]);
		finding_set_value(finding, p->drug->display, "  ", "unverified");
		return;
	}
}

static void check_low_alarm(struct part_check *p)
{
	struct volume alarm = p->c->request->program->low_alarm;
	struct finding *finding;

	if (p->drug->withdrawal != WITHDRAWAL_SEVERE || alarm.nl >= ALARM_SEVERE_NL ||
	    !p->c->request->model)
		return;
	finding = findings_add(&p->c->list, RULE_LOW_ALARM);
	volume_display(alarm, finding->value);
	volume_display((struct volume){ALARM_SEVERE_NL}, finding->limit);
}

static bool is_named_before(const struct mixture *mixture, size_t part)
{
	const char *name = mixture->parts[part].name;

	for (size_t i = 0; i < part; i++)
		if (text_equal(mixture->parts[i].name, name, text_len(name)))
			return true;
	return false;
}

static void check_part(struct limits_check *c, size_t i)
{
	const struct mixture *mixture = &c->request->program->mixture;
	struct part_check p = {.c = c, .part = &mixture->parts[i],
			       .drug = limits_drug_of(&mixture->parts[i])};
	int64_t daily, running;

	if (is_named_before(mixture, i)) {
		finding_set_value(findings_add(&c->list, RULE_DRUG_TWICE), p.part->name, "  ",
				  "named twice");
		return;
	}
	if (!p.drug) {
		finding_set_value(findings_add(&c->list, RULE_DRUG_UNKNOWN), p.part->name, "  ",
				  "not in the table");
		return;
	}
	drug_limits_find(p.drug, c->request->site, &p.limits);
	daily = limits_daily(c, p.part->name);
	running = limits_running_daily(c, p.part->name);
	check_concentration(&p);
	check_maximum(&p, daily, running);
	check_start(&p, daily, running);
	check_unverified(&p);
	check_low_alarm(&p);
}

static bool holds(const struct program *program, const char *name)
{
	for (size_t i = 0; program && i < program->mixture.count; i++)
		if (text_equal(program->mixture.parts[i].name, name, text_len(name)))
			return true;
	return false;
}

static void check_pair(struct limits_check *c, const struct mixture_part *one,
		       const struct mixture_part *other)
{
	const struct mixing_row *row = mixing_find(one->name, other->name);
	const struct drug *first = limits_drug_of(one), *second = limits_drug_of(other);
	struct finding *finding;

	if (!first || !second || first == second || (row && row->mixing == MIXING_STABLE))
		return;
	finding = findings_add(&c->list, row ? RULE_MIXING : RULE_MIXING_UNKNOWN);
	if (row && holds(c->request->running, one->name) && holds(c->request->running, other->name))
		finding_turn(finding, SEVERITY_WARN);
	if (row)
		finding->source = row->source;
	finding_set_value(finding, first->display, " with ", second->display);
}

void limits_check_drugs(struct limits_check *c)
{
	const struct mixture *mixture = &c->request->program->mixture;

	for (size_t i = 0; i < mixture->count; i++)
		check_part(c, i);
	for (size_t i = 0; i < mixture->count; i++)
		for (size_t k = i + 1; k < mixture->count; k++)
			check_pair(c, &mixture->parts[i], &mixture->parts[k]);
}
