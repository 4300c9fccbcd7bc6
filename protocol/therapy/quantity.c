/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "quantity.h"

#include <stdbool.h>

/*@ requires 0 <= a && 0 <= b && \valid(out);
    assigns *out;
    ensures \result <==> a * b <= INT64_MAX;
    ensures \result ==> *out == a * b; */
static bool multiply(int64_t a, int64_t b, int64_t *out)
{
	if (a > 0 && b > INT64_MAX / a) {
		//@ assert a * b >= a * (INT64_MAX / a + 1) > INT64_MAX;
		return false;
	}
	//@ assert a > 0 ==> a * b <= a * (INT64_MAX / a);
	*out = a * b;
	return true;
}

/*
 * rest * b / divisor where rest is less than the divisor: no step of it can overflow.
 * *left: what the division leaves over.
 */
/*@ requires 0 <= rest < divisor <= DIVISOR_MAX && 0 <= b && \valid(left);
    assigns *left;
    ensures \result * divisor + *left == rest * b;
    ensures 0 <= *left < divisor && 0 <= \result <= b; */
static int64_t share(int64_t rest, int64_t b, int64_t divisor, int64_t *left)
{
	int64_t many = b / divisor, few = b % divisor;
	uint64_t product, whole;

	//@ assert 0 <= rest * few <= (divisor - 1) * (divisor - 1) <= UINT64_MAX;
	product = (uint64_t)rest * (uint64_t)few;
	whole = product / (uint64_t)divisor;
	//@ assert 0 <= whole <= few;
	*left = (int64_t)(product % (uint64_t)divisor);
	//@ assert 0 <= rest * many <= divisor * many;
	//@ assert rest * b == rest * many * divisor + rest * few;
	return rest * many + (int64_t)whole;
}

/*@ requires 0 <= a && 0 <= b && 1 <= divisor <= DIVISOR_MAX && \valid(out);
    assigns *out;
    ensures \result == PUMP_OK || \result == PUMP_ERANGE;
    ensures \result == PUMP_OK ==> quotient(*out, a * b, divisor, rounding);
    ensures \result != PUMP_OK ==> *out == \old(*out) && too_large(a * b, divisor, rounding); */
static enum pump_err multiply_divide(int64_t a, int64_t b, int64_t divisor, enum rounding rounding,
				     int64_t *out)
{
	int64_t most = a / divisor, rest = a % divisor;
	int64_t whole, part, left;

	//@ assert a * b == (most * b) * divisor + rest * b;
	if (!multiply(most, b, &whole)) {
		//@ assert a * b >= (INT64_MAX + 1) * divisor;
		return PUMP_ERANGE;
	}
	part = share(rest, b, divisor, &left);
	//@ assert a * b == (whole + part) * divisor + left;
	if (rounding == ROUND_UP && left > 0)
		part++;
	if (part > INT64_MAX - whole)
		return PUMP_ERANGE;
	*out = whole + part;
	return PUMP_OK;
}

enum pump_err rate_from_dose(struct dose_rate dose, struct concentration concentration,
			     struct volume_rate *out)
{
	if (dose.ng_per_day < 0 || concentration.ng_per_ml < 1 ||
	    concentration.ng_per_ml > DIVISOR_MAX)
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
	if (dose.ng_per_day < 0 || own.ng_per_ml < 1 || own.ng_per_ml > DIVISOR_MAX ||
	    other.ng_per_ml < 1)
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
	int64_t gap, whole, part;

	if (a < 1 || a > PERCENT_BASE_MAX || b < 0)
		return PUMP_ERANGE;
	gap = b >= a ? b - a : a - b;
	//@ assert gap == (gap / a) * a + gap % a;
	if (!multiply(gap / a, 100, &whole))
		return PUMP_ERANGE;
	/* (2x + a) / 2a, cut, is x / a with halves upwards. */
	part = (200 * (gap % a) + a) / (2 * a);
	//@ assert 0 <= part <= 100;
	//@ assert (2 * part - 1) * a <= 200 * (gap % a) < (2 * part + 1) * a;
	//@ assert (2 * (whole + part) - 1) * a <= 200 * gap < (2 * (whole + part) + 1) * a;
	if (part > INT64_MAX - whole)
		return PUMP_ERANGE;
	*percent = b >= a ? whole + part : -(whole + part);
	return PUMP_OK;
}
