/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the old mixture leaves the line when the mixture changes. */
#include "limits_check.h"

/* The old primary drug at the rate that the line really has, as a daily dose. */
static void set_old_dose(struct limits_check *c, struct finding *finding, struct volume_rate rate)
{
	const struct mixture_part *part = &c->request->running->mixture.parts[0];
	const struct drug *drug = limits_drug_of(part);
	struct dose_rate dose;

	if (drug && dose_from_rate(rate, part->concentration, ROUND_UP, &dose) == PUMP_OK)
		limits_set_dose(finding, drug, dose.ng_per_day);
}

static void check_none(struct limits_check *c)
{
	struct finding *finding = findings_add(&c->list, RULE_BRIDGE_NONE);
	const struct mixture *old = &c->request->running->mixture;

	if (c->request->program->bridge.reason != BRIDGE_ACCEPTED) {
		finding_turn(finding, SEVERITY_WARN);
		return;
	}
	set_old_dose(c, finding, c->totals.rate);
	if (c->has_running)
		dose_rate_display((struct dose_rate){limits_old_daily(c, old->parts[0].name)},
				  mixture_unit(old, 0), finding->limit);
}

/* The mean rate of the old program in both ways of rounding it. */
static bool is_mean_rate(const struct limits_check *c, struct volume_rate rate)
{
	return rate.nl_per_day >= c->running.rate.nl_per_day &&
	       rate.nl_per_day <= c->running.rate.nl_per_day + 1;
}

static void check_stated_dose(struct limits_check *c)
{
	const struct mixture_part *part = &c->request->running->mixture.parts[0];
	const struct drug *drug = limits_drug_of(part);
	struct drug_limits limits;
	struct dose_rate dose;
	struct finding *finding;

	if (!drug ||
	    dose_from_rate(c->request->program->bridge.rate, part->concentration, ROUND_UP, &dose) !=
		    PUMP_OK)
		return;
	drug_limits_find(drug, c->request->site, &limits);
	if (!limits.maximum || dose.ng_per_day <= limits.maximum->daily_maximum.ng_per_day)
		return;
	finding = findings_add(&c->list, RULE_BRIDGE_DOSE);
	finding->source = limits.maximum->source;
	finding->unverified = !limits.maximum->verified;
	limits_set_dose(finding, drug, dose.ng_per_day);
	dose_rate_display(limits.maximum->daily_maximum, drug->unit, finding->limit);
}

static void check_rate(struct limits_check *c)
{
	struct volume_rate rate = c->request->program->bridge.rate;
	struct finding *finding;

	if (!c->has_running || limits_is_new_start(c)) {
		check_stated_dose(c);
		return;
	}
	if (is_mean_rate(c, rate))
		return;
	finding = findings_add(&c->list, RULE_BRIDGE_RATE);
	volume_rate_display(rate, finding->value);
	volume_rate_display(c->running.rate, finding->limit);
}

/* At least the tubing is full of the old drug, and nobody knows what more; where a bridge runs, of two old drugs. */
static void check_known(struct limits_check *c)
{
	const struct limits_request *request = c->request;
	char bridge[DECIMAL_TEXT_MAX], tubing[DECIMAL_TEXT_MAX];

	if (!request->model || (request->has_catheter && !request->holds_unknown && request->bridge_left.nl == 0))
		return;
	volume_display(request->program->bridge.volume, bridge);
	volume_display(request->model->tubing, tubing);
	finding_set_value(findings_add(&c->list, RULE_BRIDGE_UNKNOWN), bridge, ", the tubing alone ", tubing);
}

static void check_volume(struct limits_check *c)
{
	int64_t is = c->request->program->bridge.volume.nl;
	struct volume line;
	struct finding *finding;

	if (!c->request->model)
		return;
	line.nl = c->request->model->tubing.nl + (c->request->has_catheter ? c->request->catheter.nl : 0);
	if (is == line.nl || (is > line.nl && !c->request->has_catheter))
		return;
	finding = findings_add(&c->list, RULE_BRIDGE_VOLUME);
	if (is > line.nl)
		finding_turn(finding, SEVERITY_OVERRIDE);
	volume_display((struct volume){is}, finding->value);
	volume_display(line, finding->limit);
}

/* Without a change of mixture there is nothing to bridge but what is left of a bridge that runs. */
static void check_unchanged(struct limits_check *c)
{
	const struct program_bridge *is = &c->request->program->bridge, *was = &c->request->running->bridge;
	struct finding *finding;

	if (is->kind != BRIDGE_RUNS || is->volume.nl == c->request->bridge_left.nl ||
	    (was->kind == BRIDGE_RUNS && is->volume.nl == was->volume.nl &&
	     is->rate.nl_per_day == was->rate.nl_per_day))
		return;
	finding = findings_add(&c->list, RULE_BRIDGE_VOLUME);
	if (is->volume.nl > c->request->bridge_left.nl)
		finding_turn(finding, SEVERITY_OVERRIDE);
	volume_display(is->volume, finding->value);
	volume_display(c->request->bridge_left, finding->limit);
}

void limits_check_bridge(struct limits_check *c)
{
	const struct limits_request *request = c->request;

	if (!request->running)
		return;
	if (mixture_equal(&request->program->mixture, &request->running->mixture)) {
		check_unchanged(c);
		return;
	}
	switch (request->program->bridge.kind) {
	case BRIDGE_UNSAID:
		findings_add(&c->list, RULE_MIXTURE_CHANGED);
		break;
	case BRIDGE_RUNS:
		if (request->program->mode == PROGRAM_STOPPED || request->program->mode == PROGRAM_MINIMUM)
			findings_add(&c->list, RULE_BRIDGE_IDLE);
		check_known(c);
		/* What is in the line has another strength than the mean rate was made for. */
		if (request->bridge_left.nl == 0)
			check_rate(c);
		check_volume(c);
		break;
	case BRIDGE_NONE:
		check_none(c);
		break;
	}
}
