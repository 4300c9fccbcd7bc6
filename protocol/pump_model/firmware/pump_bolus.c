/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_bolus.h"

#include "pump_infusion.h"

enum result_code pump_bolus_plan(const struct read_change *change, const struct read_image *image,
				 struct pump_bolus *out)
{
	*out = (struct pump_bolus){.kind = 0};
	if (!(change->parts & PART_BOLUS) || change->bolus == BOLUS_STOP)
		return CODE_DONE;
	out->kind = change->bolus == BOLUS_SINGLE ? BOLUS_KIND_SINGLE : BOLUS_KIND_PRIMING;
	out->seconds = change->bolus_s;
	out->nl = change->bolus_amount;
	if (change->bolus == BOLUS_SINGLE && !image)
		return CODE_NO_PROGRAM;
	if (change->bolus == BOLUS_SINGLE &&
	    !pump_amounts_volume(image, change->bolus_amount, &out->nl))
		return CODE_OUT_OF_RANGE;
	if (out->nl > PUMP_AMOUNT_MAX)
		return CODE_OUT_OF_RANGE;
	out->nl_per_day = pump_amounts_burst_rate(out->nl, out->seconds);
	return CODE_DONE;
}

/* Whether a bridge runs once the change is carried out. */
static bool leaves_bridge(const struct pump *p, const struct read_change *change)
{
	struct pump_doses doses = p->memory.doses;
	uint64_t delivered_nl = p->counters.delivered_nl;

	if (change->parts & PART_IMAGE)
		pump_doses_image(&doses, p->program.present ? &p->program.image : NULL,
				 &change->image, delivered_nl);
	return pump_doses_bridge_left(&doses, delivered_nl) > 0;
}

bool pump_bolus_is_there(const struct pump_model_limits *limits, const struct pump_bolus *bolus,
			 const struct pump_amounts *amounts, uint64_t reservoir_nl)
{
	uint64_t beside = amounts->greatest_nl_per_day + amounts->periodic_nl_per_day;
	uint64_t beside_nl = (beside * bolus->seconds + PUMP_DAY_S - 1) / PUMP_DAY_S;

	return bolus->nl + beside_nl + limits->residual_nl <= reservoir_nl;
}

static bool is_within_physics(const struct pump_model_limits *limits,
			      const struct pump_bolus *bolus,
			      const struct pump_bolus_setting *setting)
{
	const struct pump_amounts *amounts = setting->amounts;
	uint64_t together = amounts->greatest_nl_per_day + amounts->periodic_nl_per_day +
			    bolus->nl_per_day;

	return bolus->seconds <= PUMP_BOLUS_MAX_S && bolus->nl >= limits->stroke_nl &&
	       together <= limits->greatest_nl_per_day &&
	       pump_bolus_is_there(limits, bolus, amounts, setting->reservoir_nl);
}

enum result_code pump_bolus_check(const struct pump *p, const struct read_change *change,
				  const struct pump_bolus *bolus,
				  const struct pump_bolus_setting *setting)
{
	if (bolus->kind == 0)
		return CODE_DONE;
	if (setting->therapy != THERAPY_RUNNING || !setting->image)
		return CODE_NOT_RUNNING;
	if (pump_doses_has_bolus(&p->memory.doses) || leaves_bridge(p, change))
		return CODE_BOLUS_RUNS;
	return is_within_physics(p->limits, bolus, setting) ? CODE_DONE : CODE_OUT_OF_RANGE;
}

void pump_bolus_apply(const struct pump_bolus *bolus, uint64_t now_s, struct pump_doses *doses)
{
	if (bolus->kind == 0)
		pump_doses_end_bolus(doses, now_s);
	else
		pump_doses_begin_bolus(doses, bolus->kind, now_s, bolus->seconds,
				       bolus->nl_per_day);
}
