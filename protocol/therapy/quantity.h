/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * quantity - typed integer quantities and the only arithmetic between them.
 *
 * Every operation is checked: PUMP_ERANGE leaves *out untouched. Rounding never raises what is
 * delivered: a rate derived from a dose rounds down; a total compared with a maximum rounds up.
 */
#ifndef PUMPCTL_QUANTITY_H
#define PUMPCTL_QUANTITY_H

#include <stdint.h>

#include "pump_err.h"

struct volume {
	int64_t nl;
};
struct volume_rate {
	int64_t nl_per_day;
};
struct concentration {
	int64_t ng_per_ml;
};
struct mass {
	int64_t ng;
};
struct dose_rate {
	int64_t ng_per_day;
};
struct duration {
	int64_t s;
};
struct length {
	int64_t um;
};
struct volume_per_length {
	int64_t nl_per_cm;
};

#define NL_PER_ML       INT64_C(1000000)
#define SECONDS_PER_DAY INT64_C(86400)
#define UM_PER_CM       INT64_C(10000)

/* The greatest divisor, and with it the greatest concentration that a rate is worked out from: 4.29 g/mL,
 * more than any liquid holds and all that the wire carries. */
#define DIVISOR_MAX INT64_C(4294967295)
/* The greatest value that percent_change compares with. */
#define PERCENT_BASE_MAX (INT64_MAX / 201)

enum rounding { ROUND_DOWN, ROUND_UP };

/*
 * The contracts below are proved for all inputs (docs/testing.md, formal). quotient: q is n / d,
 * rounded; too_large: n / d, rounded, is more than 64 bits hold.
 */
/*@ predicate quotient(integer q, integer n, integer d, enum rounding rounding) =
      0 <= q &&
      (rounding == ROUND_UP ? (q - 1) * d < n <= q * d : q * d <= n < (q + 1) * d);
    predicate too_large(integer n, integer d, enum rounding rounding) =
      rounding == ROUND_UP ? n > INT64_MAX * d : n >= (INT64_MAX + 1) * d;
    predicate nearest_percent(integer percent, integer a, integer b) =
      b >= a ? (2 * percent - 1) * a <= 200 * (b - a) < (2 * percent + 1) * a
             : (-2 * percent - 1) * a <= 200 * (a - b) < (-2 * percent + 1) * a; */

/*
 * floor(dose * 1,000,000 / concentration), nL/day: what it delivers is never more than the dose.
 * PUMP_ERANGE: negative dose, concentration outside 1..DIVISOR_MAX, overflow.
 */
/*@ requires \valid(out);
    assigns *out;
    ensures \result == PUMP_OK || \result == PUMP_ERANGE;
    ensures \result == PUMP_OK ==> quotient(out->nl_per_day, dose.ng_per_day * NL_PER_ML,
                                            concentration.ng_per_ml, ROUND_DOWN);
    ensures \result == PUMP_OK ==>
              out->nl_per_day * concentration.ng_per_ml <= dose.ng_per_day * NL_PER_ML;
    ensures \result != PUMP_OK ==> *out == \old(*out) &&
              (dose.ng_per_day < 0 || !(1 <= concentration.ng_per_ml <= DIVISOR_MAX) ||
               too_large(dose.ng_per_day * NL_PER_ML, concentration.ng_per_ml, ROUND_DOWN)); */
enum pump_err rate_from_dose(struct dose_rate dose, struct concentration concentration,
			     struct volume_rate *out) PUMP_CHECKED;
/* rate * concentration / 1,000,000, ng/day. PUMP_ERANGE: negative rate, concentration < 1, overflow. */
/*@ requires \valid(out);
    assigns *out;
    ensures \result == PUMP_OK || \result == PUMP_ERANGE;
    ensures \result == PUMP_OK ==> quotient(out->ng_per_day, rate.nl_per_day * concentration.ng_per_ml,
                                            NL_PER_ML, rounding);
    ensures \result != PUMP_OK ==> *out == \old(*out) &&
              (rate.nl_per_day < 0 || concentration.ng_per_ml < 1 ||
               too_large(rate.nl_per_day * concentration.ng_per_ml, NL_PER_ML, rounding)); */
enum pump_err dose_from_rate(struct volume_rate rate, struct concentration concentration,
			     enum rounding rounding, struct dose_rate *out) PUMP_CHECKED;
/*
 * Dose of a drug that is mixed with another: dose * other / own, ng/day. dose, own: of the drug
 * that fixes the volume; other: concentration of the drug asked for. PUMP_ERANGE: negative dose,
 * own outside 1..DIVISOR_MAX, other < 1, overflow.
 */
/*@ requires \valid(out);
    assigns *out;
    ensures \result == PUMP_OK || \result == PUMP_ERANGE;
    ensures \result == PUMP_OK ==> quotient(out->ng_per_day, dose.ng_per_day * other.ng_per_ml,
                                            own.ng_per_ml, rounding);
    ensures \result != PUMP_OK ==> *out == \old(*out) &&
              (dose.ng_per_day < 0 || !(1 <= own.ng_per_ml <= DIVISOR_MAX) || other.ng_per_ml < 1 ||
               too_large(dose.ng_per_day * other.ng_per_ml, own.ng_per_ml, rounding)); */
enum pump_err dose_in_mixture(struct dose_rate dose, struct concentration own,
			      struct concentration other, enum rounding rounding,
			      struct dose_rate *out) PUMP_CHECKED;
/* Volume of rate over time: rate * s / 86400, nL. PUMP_ERANGE: negative or overflow. */
/*@ requires \valid(out);
    assigns *out;
    ensures \result == PUMP_OK || \result == PUMP_ERANGE;
    ensures \result == PUMP_OK ==>
              quotient(out->nl, rate.nl_per_day * time.s, SECONDS_PER_DAY, rounding);
    ensures \result != PUMP_OK ==> *out == \old(*out) &&
              (rate.nl_per_day < 0 || time.s < 0 ||
               too_large(rate.nl_per_day * time.s, SECONDS_PER_DAY, rounding)); */
enum pump_err volume_from_rate(struct volume_rate rate, struct duration time,
			       enum rounding rounding, struct volume *out) PUMP_CHECKED;
/* Mass in volume: nL * ng/mL / 1,000,000, ng. PUMP_ERANGE: negative volume, concentration < 1, overflow. */
/*@ requires \valid(out);
    assigns *out;
    ensures \result == PUMP_OK || \result == PUMP_ERANGE;
    ensures \result == PUMP_OK ==>
              quotient(out->ng, volume.nl * concentration.ng_per_ml, NL_PER_ML, rounding);
    ensures \result != PUMP_OK ==> *out == \old(*out) &&
              (volume.nl < 0 || concentration.ng_per_ml < 1 ||
               too_large(volume.nl * concentration.ng_per_ml, NL_PER_ML, rounding)); */
enum pump_err mass_in_volume(struct volume volume, struct concentration concentration,
			     enum rounding rounding, struct mass *out) PUMP_CHECKED;
/*
 * 100 * (b - a) / a, per cent rounded to nearest, halves away from zero. PUMP_ERANGE: a outside
 * 1..PERCENT_BASE_MAX, b negative, overflow.
 */
/*@ requires \valid(percent);
    assigns *percent;
    ensures \result == PUMP_OK || \result == PUMP_ERANGE;
    ensures \result == PUMP_OK ==> nearest_percent(*percent, a, b);
    ensures \result != PUMP_OK ==> *percent == \old(*percent) &&
              (!(1 <= a <= PERCENT_BASE_MAX) || b < 0 || 200 * (b - a) >= (2 * INT64_MAX + 1) * a); */
enum pump_err percent_change(int64_t a, int64_t b, int64_t *percent) PUMP_CHECKED;

#endif
