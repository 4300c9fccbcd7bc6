/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "program_tip.h"

#include <stdio.h>
#include <stdlib.h>

/* 1970-01-01 was a Thursday. */
#define THURSDAY 3

static int64_t minute_of_week(const struct program_view *view)
{
	const int64_t days = view->clock_s / SECONDS_PER_DAY % WEEKDAYS + THURSDAY;
	const int64_t minute =
		days * MINUTES_PER_DAY + view->clock_s % SECONDS_PER_DAY / 60 + view->zone_min;
	return (minute % MINUTES_PER_WEEK + MINUTES_PER_WEEK) % MINUTES_PER_WEEK;
}

static bool work_out(const struct program_view *view, struct program_tip *tip)
{
	const struct program_bridge *bridge = &view->next->bridge;
	struct path_contents line = {.holds = PATH_DECLARED, .mixture = view->running->mixture};
	struct path_contents reservoir = {.holds = PATH_DECLARED, .mixture = view->next->mixture};
	struct schedule schedule;
	struct path_day day = {.schedule = &schedule, .minute = minute_of_week(view)};
	if (bridge->kind == BRIDGE_RUNS && !mixture_equal(&line.mixture, &reservoir.mixture)) {
		day.bridge = bridge->volume;
		day.bridge_rate = bridge->rate;
	}
	return path_init(&tip->path, &(struct path_setup){.reservoir = view->reservoir,
							  .tubing = view->model->tubing,
							  .catheter = view->catheter,
							  .reservoir_holds = &reservoir,
							  .tubing_holds = &line,
							  .catheter_holds = &line}) == PUMP_OK &&
	       schedule_make(view->next, view->model, &schedule) == PUMP_OK &&
	       path_day_ahead(&tip->path, &day, &tip->amount) == PUMP_OK;
}

struct program_tip *program_tip_ahead(const struct program_view *view)
{
	struct program_tip *tip = calloc(1, sizeof(*tip));
	if (!tip) {
		(void)fputs("pumpctl: out of memory\n", stderr);
		exit(1);
	}
	tip->known = view->running && view->model && view->has_catheter && view->is_filled &&
		     view->bridge_left.nl == 0 && work_out(view, tip);
	return tip;
}

bool program_tip_mass(const struct program_tip *tip, const char *drug, struct mass *out)
{
	size_t slot;
	return path_drug_slot(&tip->path, drug, &slot) == PUMP_OK &&
	       path_amount_mass(&tip->amount, slot, ROUND_UP, out) == PUMP_OK;
}
