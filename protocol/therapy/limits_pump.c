/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program against the pump model. */
#include "limits_check.h"

#define ALARM_TO_EMPTY_S (72 * 3600)

static void check_rate(struct limits_check *c)
{
	const struct pump_limits *model = c->request->model;
	struct volume_rate rate = c->totals.rate;
	struct finding *finding;

	if (rate.nl_per_day > model->greatest.nl_per_day) {
		finding = findings_add(&c->list, RULE_RATE_GREATEST);
		volume_rate_display(model->greatest, finding->limit);
	} else if (rate.nl_per_day < model->least.nl_per_day) {
		finding = findings_add(&c->list, RULE_RATE_LEAST);
		volume_rate_display(model->least, finding->limit);
	} else {
		return;
	}
	volume_rate_display(rate, finding->value);
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
	if (c->totals.rate.nl_per_day < 1)
		return;
	/* At most 40 mL times a day in seconds: no overflow. Early is safe, so it rounds down. */
	if (usable > 0)
		left_s = usable * SECONDS_PER_DAY / c->totals.rate.nl_per_day;
	if (left_s >= ALARM_TO_EMPTY_S)
		return;
	finding = findings_add(&c->list, RULE_ALARM_TO_EMPTY);
	finding_number(finding->value, "", left_s / 3600, " h");
	finding_number(finding->limit, "", ALARM_TO_EMPTY_S / 3600, " h");
}

static void check_fill(struct limits_check *c)
{
	struct volume fill = c->request->fill, reservoir = c->request->model->reservoir;
	struct finding *finding;

	if (!c->request->has_fill || fill.nl <= reservoir.nl)
		return;
	finding = findings_add(&c->list, RULE_FILL_CAPACITY);
	volume_display(fill, finding->value);
	volume_display(reservoir, finding->limit);
}

void limits_check_pump(struct limits_check *c)
{
	check_rate(c);
	check_alarm(c);
	check_fill(c);
}
