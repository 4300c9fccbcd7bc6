/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "limits_check.h"

#include "text.h"

const struct drug *limits_drug_of(const struct mixture_part *part)
{
	return drug_find(part->name, text_len(part->name));
}

/* The primary drug's as programmed, its rate is rounded; on top what the patient may ask for. */
static int64_t daily_of(const struct program *program, const struct program_totals *totals,
			const char *name)
{
	const struct mixture *mixture = &program->mixture;

	if (text_equal(mixture->parts[0].name, name, text_len(name)))
		return program_daily_dose(program, totals).ng_per_day + totals->worst[0].ng_per_day -
		       totals->daily[0].ng_per_day;
	for (size_t i = 1; i < mixture->count; i++)
		if (text_equal(mixture->parts[i].name, name, text_len(name)))
			return totals->worst[i].ng_per_day;
	return 0;
}

int64_t limits_daily(const struct limits_check *c, const char *name)
{
	return daily_of(c->request->program, &c->totals, name);
}

int64_t limits_old_daily(const struct limits_check *c, const char *name)
{
	return c->has_running ? daily_of(c->request->running, &c->running, name) : 0;
}

bool limits_is_restart(const struct limits_check *c)
{
	const struct drug_site *site = c->request->site;
	int64_t limit_s = site && site->restart_after.s > 0 ? site->restart_after.s
							    : LIMITS_RESTART_AFTER_S;

	return c->request->without_drug.s > limit_s;
}

bool limits_is_new_start(const struct limits_check *c)
{
	const struct program *running = c->request->running;

	return !running || c->request->is_idle || limits_is_restart(c) ||
	       running->mode == PROGRAM_MINIMUM || running->mode == PROGRAM_STOPPED;
}

int64_t limits_running_daily(const struct limits_check *c, const char *name)
{
	return limits_is_new_start(c) ? 0 : limits_old_daily(c, name);
}

int64_t limits_digits(int64_t value)
{
	while (value > 0 && value % 10 == 0)
		value /= 10;
	return value;
}

/* A finding must say which drug of a mixture it is about. */
void limits_set_dose(struct finding *finding, const struct drug *drug, int64_t ng_per_day)
{
	char value[DECIMAL_TEXT_MAX];

	dose_rate_display((struct dose_rate){ng_per_day}, drug->unit, value);
	finding_set_value(finding, drug->display, "  ", value);
}

static bool begin(struct limits_check *c, const struct limits_request *request,
		  struct finding *findings)
{
	*c = (struct limits_check){.request = request,
				   .list = {.at = findings, .max = FINDINGS_MAX}};
	c->has_running = request->running && program_totals(request->running, request->model,
							    &c->running) == PUMP_OK;
	if (schedule_make(request->program, request->model, &c->schedule) == PUMP_OK &&
	    program_totals(request->program, request->model, &c->totals) == PUMP_OK)
		return true;
	findings_add(&c->list, RULE_NOT_COMPUTABLE);
	return false;
}

size_t limits_check(const struct limits_request *request, struct finding *findings)
{
	struct limits_check c;

	if (begin(&c, request, findings)) {
		if (request->model) {
			limits_check_pump(&c);
			limits_check_schedule(&c);
			limits_check_visit(&c);
		}
		limits_check_drugs(&c);
		limits_check_change(&c);
		limits_check_bridge(&c);
		if (request->program->mode == PROGRAM_STOPPED ||
		    request->program->mode == PROGRAM_MINIMUM)
			limits_add_stop(request->program, &c.list);
	}
	if (!request->model)
		findings_add(&c.list, RULE_MODEL_UNKNOWN);
	findings_sort(&c.list);
	return c.list.count;
}

size_t limits_check_mixture(const struct limits_request *request, struct finding *findings)
{
	struct limits_check c;

	if (begin(&c, request, findings))
		limits_check_drugs(&c);
	findings_sort(&c.list);
	return c.list.count;
}
