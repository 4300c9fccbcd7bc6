/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is filled at a visit: whether it fits, how long it lasts, and what nobody can see from here. */
#include "limits_check.h"
#include "refill.h"

static void check_capacity(struct limits_check *c)
{
	struct volume fill = c->request->fill, reservoir = c->request->model->reservoir;
	struct finding *finding;

	if (fill.nl <= reservoir.nl)
		return;
	finding = findings_add(&c->list, RULE_FILL_CAPACITY);
	volume_display(fill, finding->value);
	volume_display(reservoir, finding->limit);
}

static void check_lasting(struct limits_check *c)
{
	const struct limits_request *request = c->request;
	struct refill_plan plan = {.filled = request->fill,
				   .alarm = request->program->low_alarm,
				   .has_residual = true,
				   .residual = request->model->residual,
				   .first = request->fill_day,
				   .lead_days = REFILL_LEAD_DAYS,
				   .has_expiry = request->has_expiry,
				   .expiry_days = request->expiry_days};
	struct finding found[REFILL_FINDINGS_MAX];
	struct refill_days days;
	size_t count;
	bool changes;

	changes = request->running && !mixture_equal(&request->running->mixture, &request->program->mixture);
	refill_plan_days(&plan, &c->schedule, changes ? &request->program->bridge : NULL);
	if (refill_schedule(&plan, &days) != PUMP_OK)
		return;
	count = refill_schedule_check(&plan, &days, found);
	for (size_t i = 0; i < count; i++)
		*findings_add(&c->list, found[i].id) = found[i];
}

void limits_check_visit(struct limits_check *c)
{
	if (!c->request->has_fill)
		return;
	check_capacity(c);
	check_lasting(c);
	findings_add(&c->list, RULE_CHECK_LABEL);
	findings_add(&c->list, RULE_CHECK_AIR);
	findings_add(&c->list, RULE_CHECK_PORT);
	findings_add(&c->list, RULE_CHECK_ASPIRATE);
}
