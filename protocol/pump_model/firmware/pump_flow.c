/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_flow.h"

#include "pump_amounts.h"
#include "pump_clock.h"

enum { MINUTE_S = 60 };

static void shorten(struct pump_flow *flow, uint64_t until_s)
{
	if (until_s < flow->until_s)
		flow->until_s = until_s;
}

static void add_base(const struct pump *p, struct pump_flow *flow)
{
	const struct read_image *image = &p->program.image;
	uint32_t second = pump_clock_local_second(p);
	uint32_t minute = second / MINUTE_S;
	uint64_t rate;

	/* An active image has amounts: they were worked out when it became active. */
	if (!pump_amounts_base(image, p->limits, minute, &rate))
		return;
	flow->nl_per_day += rate;
	if (image->mode == READ_MODE_FLEX)
		shorten(flow, p->counters.therapy_s +
				      pump_amounts_minutes_left(image, minute) * MINUTE_S -
				      second % MINUTE_S);
}

/* The periodic dose that runs now. False: none does; the next one begins in left_s. */
static bool periodic_now(const struct pump *p, struct pump_burst *out)
{
	const struct read_image *image = &p->program.image;
	uint64_t since_s = p->counters.therapy_s - p->memory.doses.order_s;
	uint64_t phase_s = since_s % image->interval_s;
	uint64_t nl;

	/* The first dose comes one interval after the order. */
	if (since_s < image->interval_s || phase_s >= image->periodic_s ||
	    !pump_amounts_volume(image, image->periodic_ng, &nl)) {
		*out = (struct pump_burst){.left_s = image->interval_s - phase_s};
		return false;
	}
	*out = (struct pump_burst){.kind = BOLUS_KIND_PERIODIC,
				   .nl_per_day = pump_amounts_burst_rate(nl, image->periodic_s),
				   .left_s = image->periodic_s - phase_s};
	return true;
}

static bool bolus_now(const struct pump *p, struct pump_burst *out)
{
	const struct pump_doses *doses = &p->memory.doses;

	if (p->counters.therapy_s >= doses->bolus_end_s)
		return false;
	*out = (struct pump_burst){.kind = doses->bolus_kind,
				   .nl_per_day = doses->bolus_nl_per_day,
				   .left_s = doses->bolus_end_s - p->counters.therapy_s};
	return true;
}

/* A program runs, and no bridge before it. */
static bool program_runs(const struct pump *p)
{
	return p->memory.core.therapy == THERAPY_RUNNING && p->program.present &&
	       pump_doses_bridge_left(&p->memory.doses, p->counters.delivered_nl) == 0;
}

bool pump_flow_burst(const struct pump *p, struct pump_burst *out)
{
	if (!program_runs(p))
		return false;
	return bolus_now(p, out) ||
	       (p->program.image.mode == READ_MODE_PERIODIC && periodic_now(p, out));
}

void pump_flow_now(const struct pump *p, struct pump_flow *out)
{
	const struct pump_doses *doses = &p->memory.doses;
	struct pump_burst burst;

	*out = (struct pump_flow){.until_s = UINT64_MAX};
	if (p->memory.core.therapy == THERAPY_MINIMUM)
		out->nl_per_day = p->limits->minimum_nl_per_day;
	if (p->memory.core.therapy != THERAPY_RUNNING || !p->program.present)
		return;
	if (pump_doses_bridge_left(doses, p->counters.delivered_nl) > 0) {
		out->nl_per_day = doses->bridge_nl_per_day;
		return;
	}
	add_base(p, out);
	if (p->program.image.mode == READ_MODE_PERIODIC) {
		out->nl_per_day += periodic_now(p, &burst) ? burst.nl_per_day : 0;
		shorten(out, p->counters.therapy_s + burst.left_s);
	}
	if (bolus_now(p, &burst)) {
		out->nl_per_day += burst.nl_per_day;
		shorten(out, p->counters.therapy_s + burst.left_s);
	}
}
