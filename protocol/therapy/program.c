/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "program.h"

#include "text.h"

enum pump_err program_totals(const struct program *program, struct program_totals *out)
{
	static const struct duration day = {SECONDS_PER_DAY}, hour = {3600};
	const struct mixture *mixture = &program->mixture;
	struct program_totals totals = {0};
	enum pump_err err;

	if (mixture->count < 1 || mixture->count > MIXTURE_MAX || program->dose.ng_per_day < 1)
		return PUMP_ERANGE;
	err = rate_from_dose(program->dose, mixture->parts[0].concentration, &totals.rate);
	if (err == PUMP_OK)
		err = volume_from_rate(totals.rate, day, ROUND_UP, &totals.volume_24h);
	if (err == PUMP_OK)
		err = volume_from_rate(totals.rate, hour, ROUND_UP, &totals.greatest_hour);
	for (size_t i = 0; err == PUMP_OK && i < mixture->count; i++)
		err = dose_from_rate(totals.rate, mixture->parts[i].concentration, ROUND_UP,
				     &totals.daily[i]);
	if (err == PUMP_OK)
		*out = totals;
	return err;
}

bool mixture_equal(const struct mixture *a, const struct mixture *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->parts[i].concentration.ng_per_ml != b->parts[i].concentration.ng_per_ml ||
		    !text_equal(a->parts[i].name, b->parts[i].name, text_len(b->parts[i].name)))
			return false;
	return true;
}

enum mass_unit mixture_unit(const struct mixture *mixture, size_t part)
{
	const char *name = mixture->parts[part].name;
	const struct drug *drug = drug_find(name, text_len(name));

	return drug ? drug->unit : UNIT_MCG;
}
