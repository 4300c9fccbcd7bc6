/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "quantity.h"

/* Products of two 64-bit values fit without a check. */
__extension__ typedef __int128 wide;

static enum pump_err multiply_divide(int64_t a, int64_t b, int64_t divisor, enum rounding rounding,
				     int64_t *out)
{
	wide product = (wide)a * b;
	wide result = product / divisor;

	if (rounding == ROUND_UP && result * divisor != product)
		result++;
	if (result > INT64_MAX)
		return PUMP_ERANGE;
	*out = (int64_t)result;
	return PUMP_OK;
}

enum pump_err rate_from_dose(struct dose_rate dose, struct concentration concentration,
			     struct volume_rate *out)
{
	if (dose.ng_per_day < 0 || concentration.ng_per_ml < 1)
		return PUMP_ERANGE;
	return multiply_divide(dose.ng_per_day, NL_PER_ML, concentration.ng_per_ml, ROUND_DOWN,
			       &out->nl_per_day);
}

enum pump_err dose_from_rate(struct volume_rate rate, struct concentration concentration,
			     enum rounding rounding, struct dose_rate *out)
{
	if (rate.nl_per_day < 0 || concentration.ng_per_ml < 1)
		return PUMP_ERANGE;
	return multiply_divide(rate.nl_per_day, concentration.ng_per_ml, NL_PER_ML, rounding,
			       &out->ng_per_day);
}

enum pump_err dose_in_mixture(struct dose_rate dose, struct concentration own,
			      struct concentration other, enum rounding rounding,
			      struct dose_rate *out)
{
	if (dose.ng_per_day < 0 || own.ng_per_ml < 1 || other.ng_per_ml < 1)
		return PUMP_ERANGE;
	return multiply_divide(dose.ng_per_day, other.ng_per_ml, own.ng_per_ml, rounding,
			       &out->ng_per_day);
}

enum pump_err volume_from_rate(struct volume_rate rate, struct duration time,
			       enum rounding rounding, struct volume *out)
{
	if (rate.nl_per_day < 0 || time.s < 0)
		return PUMP_ERANGE;
	return multiply_divide(rate.nl_per_day, time.s, SECONDS_PER_DAY, rounding, &out->nl);
}

enum pump_err mass_in_volume(struct volume volume, struct concentration concentration,
			     enum rounding rounding, struct mass *out)
{
	if (volume.nl < 0 || concentration.ng_per_ml < 1)
		return PUMP_ERANGE;
	return multiply_divide(volume.nl, concentration.ng_per_ml, NL_PER_ML, rounding, &out->ng);
}

enum pump_err percent_change(int64_t a, int64_t b, int64_t *percent)
{
	wide twice, result;

	if (a < 1)
		return PUMP_ERANGE;
	twice = ((wide)b - a) * 200;
	/* (2x ± a) / 2a, cut towards zero, is x / a with halves away from zero. */
	result = (twice + (twice < 0 ? -(wide)a : (wide)a)) / (2 * (wide)a);
	if (result > INT64_MAX || result < INT64_MIN)
		return PUMP_ERANGE;
	*percent = (int64_t)result;
	return PUMP_OK;
}
