/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "limits_bolus.h"

#include "limits_check.h"
#include "path_ahead.h"

static struct volume beyond(struct volume volume, int64_t ahead_nl)
{
	return (struct volume){volume.nl > ahead_nl ? volume.nl - ahead_nl : 0};
}

void bolus_prime_at_tip(struct volume prime, struct volume to_tip, struct volume tubing, struct volume moved,
			struct volume *least, struct volume *most)
{
	const struct volume catheter = beyond(to_tip, tubing.nl);

	*least = beyond(prime, to_tip.nl);
	*most = beyond(prime, beyond(catheter, moved.nl).nl);
}

/* The fastest that can run beside a bolus: the pump denies the patient one meanwhile. */
static int64_t beside(struct schedule *schedule)
{
	schedule->patient = (struct schedule_burst){0};
	return schedule_peak_rate(schedule).nl_per_day;
}

enum pump_err bolus_least_duration(const struct program *program, const struct pump_limits *model,
				   struct volume volume, struct duration *out)
{
	struct schedule schedule;
	struct volume_rate room;
	struct duration least;

	if (schedule_make(program, model, &schedule) != PUMP_OK)
		return PUMP_ERANGE;
	room.nl_per_day = model->greatest.nl_per_day - beside(&schedule);
	if (room.nl_per_day < 1 || path_time(volume, room, &least) != PUMP_OK ||
	    least.s > INT64_MAX - BOLUS_STEP_S)
		return PUMP_ERANGE;
	out->s = least.s < 1 ? BOLUS_STEP_S : (least.s + BOLUS_STEP_S - 1) / BOLUS_STEP_S * BOLUS_STEP_S;
	return PUMP_OK;
}

static void check_rate(const struct bolus_request *request, struct schedule *schedule, struct findings *list)
{
	const int64_t peak = beside(schedule), greatest = request->model->greatest.nl_per_day;
	struct volume_rate together;
	struct finding *finding;

	/* volume is at most SCHEDULE_MAX, and so is peak: no overflow. */
	together.nl_per_day = peak + request->volume.nl * SECONDS_PER_DAY / request->duration.s;
	if (together.nl_per_day <= greatest)
		return;
	finding = findings_add(list, RULE_BOLUS_RATE);
	volume_rate_display(together, finding->value);
	volume_rate_display(request->model->greatest, finding->limit);
}

static void check_stroke(const struct bolus_request *request, struct findings *list)
{
	if (request->volume.nl < request->model->stroke.nl)
		volume_display(request->volume, findings_add(list, RULE_STROKE_NONE)->value);
}

/* The bolus, those of the last 24 h and the worst day of the program, against the drug's greatest day. */
static void check_day(const struct bolus_request *request, const struct program_totals *totals, size_t i,
		      struct findings *list)
{
	const struct mixture_part *part = &request->program->mixture.parts[i];
	const struct volume dose = request->primes ? request->most_at_tip : request->volume;
	struct volume boluses;
	const struct drug *drug = limits_drug_of(part);
	struct drug_limits limits;
	struct finding *finding;
	struct mass mass;
	int64_t day;

	if (!drug || dose.nl < 1)
		return;
	drug_limits_find(drug, request->site, &limits);
	if (!limits.maximum)
		return;
	if (__builtin_add_overflow(dose.nl, request->given.nl, &boluses.nl) ||
	    mass_in_volume(boluses, part->concentration, ROUND_UP, &mass) != PUMP_OK ||
	    __builtin_add_overflow(mass.ng, totals->worst[i].ng_per_day, &day))
		day = INT64_MAX;
	if (day <= limits.maximum->daily_maximum.ng_per_day)
		return;
	finding = findings_add(list, RULE_DAILY_MAXIMUM);
	finding->source = limits.maximum->source;
	finding->unverified = !limits.maximum->verified;
	limits_set_dose(finding, drug, day);
	dose_rate_display(limits.maximum->daily_maximum, drug->unit, finding->limit);
}

static void check_prime(const struct bolus_request *request, struct findings *list)
{
	struct finding *finding;

	if (!request->primes)
		return;
	if (request->most_at_tip.nl > 0) {
		finding = findings_add(list, RULE_PRIME_DELIVERS);
		volume_display(request->most_at_tip, finding->value);
		if (request->least_at_tip.nl < request->most_at_tip.nl)
			finding_turn(finding, SEVERITY_OVERRIDE);
	}
	findings_add(list, RULE_PRIME_MIXING);
}

size_t limits_check_bolus(const struct bolus_request *request, struct finding *findings)
{
	struct findings list = {.at = findings, .max = FINDINGS_MAX};
	struct program_totals totals;
	struct schedule schedule;

	if (request->volume.nl < 1 || request->volume.nl > SCHEDULE_MAX || request->duration.s < 1 ||
	    schedule_make(request->program, request->model, &schedule) != PUMP_OK ||
	    program_totals(request->program, request->model, &totals) != PUMP_OK) {
		findings_add(&list, RULE_NOT_COMPUTABLE);
		return list.count;
	}
	check_rate(request, &schedule, &list);
	check_stroke(request, &list);
	for (size_t i = 0; i < request->program->mixture.count; i++)
		check_day(request, &totals, i, &list);
	check_prime(request, &list);
	findings_add(&list, RULE_BOLUS_NOT_RESUMED);
	findings_sort(&list);
	return list.count;
}
