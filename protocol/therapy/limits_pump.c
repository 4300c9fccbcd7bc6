/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rates and alarm of a program against the pump model. */
#include "limits_check.h"

#define ALARM_TO_EMPTY_S (72 * 3600)

static void add_rate(struct limits_check *c, enum rule rule, struct volume_rate rate,
		     struct volume_rate limit)
{
	struct finding *finding = findings_add(&c->list, rule);

	volume_rate_display(rate, finding->value);
	volume_rate_display(limit, finding->limit);
}

static void check_rates(struct limits_check *c)
{
	const struct pump_limits *model = c->request->model;
	struct volume_rate base = schedule_greatest_rate(&c->schedule);
	enum program_mode mode = c->request->program->mode;

	if (mode == PROGRAM_STOPPED || mode == PROGRAM_MINIMUM)
		return;
	if (base.nl_per_day > model->greatest.nl_per_day)
		add_rate(c, RULE_RATE_GREATEST, base, model->greatest);
	else if (c->totals.greatest.nl_per_day > model->greatest.nl_per_day)
		add_rate(c, RULE_BOLUS_RATE, c->totals.greatest, model->greatest);
	if (c->totals.least.nl_per_day < model->least.nl_per_day)
		add_rate(c, RULE_RATE_LEAST, c->totals.least, model->least);
}

static void check_bridge_rate(struct limits_check *c)
{
	const struct program_bridge *bridge = &c->request->program->bridge;
	const struct pump_limits *model = c->request->model;

	if (bridge->kind != BRIDGE_RUNS)
		return;
	if (bridge->rate.nl_per_day > model->greatest.nl_per_day)
		add_rate(c, RULE_RATE_GREATEST, bridge->rate, model->greatest);
	if (bridge->rate.nl_per_day < model->least.nl_per_day)
		add_rate(c, RULE_RATE_LEAST, bridge->rate, model->least);
}

static void check_alarm(struct limits_check *c)
{
	const struct pump_limits *model = c->request->model;
	struct volume alarm = c->request->program->low_alarm;
	int64_t usable = alarm.nl - model->residual.nl, left_s = 0;
	struct finding *finding;

	if (alarm.nl > model->reservoir.nl) {
		finding = findings_add(&c->list, RULE_ALARM_RANGE);
		volume_display(alarm, finding->value);
		volume_display(model->reservoir, finding->limit);
		return;
	}
	if (c->totals.worst_24h.nl < 1)
		return;
	/* At most 40 mL times a day in seconds: no overflow. Early is safe, so it rounds down. */
	if (usable > 0)
		left_s = usable * SECONDS_PER_DAY / c->totals.worst_24h.nl;
	if (left_s >= ALARM_TO_EMPTY_S)
		return;
	finding = findings_add(&c->list, RULE_ALARM_TO_EMPTY);
	finding_number(finding->value, "", left_s / 3600, " h");
	finding_number(finding->limit, "", ALARM_TO_EMPTY_S / 3600, " h");
}

void limits_check_pump(struct limits_check *c)
{
	check_rates(c);
	check_bridge_rate(c);
	check_alarm(c);
}
