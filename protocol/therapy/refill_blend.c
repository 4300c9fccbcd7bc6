/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a filling becomes when it mixes with what stayed behind. */
#include "limits_check.h"
#include "refill.h"

#define APART_PERCENT 5

enum pump_err refill_estimate(const struct refill_blend *blend, const char *drug,
			      struct concentration *out)
{
	const struct path_contents none = {.holds = PATH_NO_DRUG};
	const struct path_contents stayed = {.holds = PATH_DECLARED, .mixture = *blend->stayed};
	const struct path_contents label = {.holds = PATH_DECLARED, .mixture = *blend->label};
	const struct path_setup setup = {.reservoir = blend->left,
					 .reservoir_holds = &stayed,
					 .tubing_holds = &none,
					 .catheter_holds = &none};
	struct path path;
	struct path_amount removed;
	size_t slot;
	enum pump_err err = path_init(&path, &setup);

	if (err == PUMP_OK)
		err = path_fill(&path, (struct volume){blend->after.nl - blend->left.nl}, &label, false, &removed);
	if (err == PUMP_OK)
		err = path_drug_slot(&path, drug, &slot);
	return err == PUMP_OK ? path_reservoir_concentration(&path, slot, out) : err;
}

/* 0: the mixture lacks the drug. */
static struct concentration of(const struct mixture *mixture, const char *drug)
{
	size_t at = mixture_find(mixture, drug);

	return at < mixture->count ? mixture->parts[at].concentration : (struct concentration){0};
}

static void check_part(const struct refill_blend *blend, const struct mixture *mixture, size_t at,
		       struct findings *list)
{
	const struct mixture_part *part = &mixture->parts[at];
	const struct drug *drug = limits_drug_of(part);
	enum mass_unit unit = mixture_unit(mixture, at);
	struct concentration label = of(blend->label, part->name), estimate;
	int64_t base = label.ng_per_ml > 0 ? label.ng_per_ml : part->concentration.ng_per_ml;
	int64_t apart;
	struct finding *finding;
	char number[DECIMAL_TEXT_MAX];

	if (refill_estimate(blend, part->name, &estimate) != PUMP_OK)
		return;
	apart = estimate.ng_per_ml - label.ng_per_ml;
	if ((apart < 0 ? -apart : apart) * 100 <= base * APART_PERCENT)
		return;
	finding = findings_add(list, RULE_FILL_BLEND);
	concentration_display(estimate, unit, number);
	finding_set_value(finding, drug ? drug->display : part->name, "  ", number);
	concentration_display(label, unit, finding->limit);
}

size_t refill_check_blend(const struct refill_blend *blend, struct finding *findings)
{
	struct findings list = {.at = findings, .max = REFILL_FINDINGS_MAX};

	for (size_t i = 0; i < blend->label->count; i++)
		check_part(blend, blend->label, i, &list);
	for (size_t i = 0; i < blend->stayed->count; i++)
		if (mixture_find(blend->label, blend->stayed->parts[i].name) == blend->label->count)
			check_part(blend, blend->stayed, i, &list);
	return list.count;
}
