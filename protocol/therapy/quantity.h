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

enum rounding { ROUND_DOWN, ROUND_UP };

/* floor(dose * 1,000,000 / concentration), nL/day. PUMP_ERANGE: negative dose, concentration < 1, overflow. */
enum pump_err rate_from_dose(struct dose_rate dose, struct concentration concentration,
			     struct volume_rate *out) PUMP_CHECKED;
/* rate * concentration / 1,000,000, ng/day. PUMP_ERANGE as above. */
enum pump_err dose_from_rate(struct volume_rate rate, struct concentration concentration,
			     enum rounding rounding, struct dose_rate *out) PUMP_CHECKED;
/*
 * Dose of a drug that is mixed with another: dose * other / own, ng/day. dose, own: of the drug
 * that fixes the volume; other: concentration of the drug asked for. PUMP_ERANGE as above.
 */
enum pump_err dose_in_mixture(struct dose_rate dose, struct concentration own,
			      struct concentration other, enum rounding rounding,
			      struct dose_rate *out) PUMP_CHECKED;
/* Volume of rate over time: rate * s / 86400, nL. PUMP_ERANGE: negative or overflow. */
enum pump_err volume_from_rate(struct volume_rate rate, struct duration time,
			       enum rounding rounding, struct volume *out) PUMP_CHECKED;
/* Mass in volume: nL * ng/mL / 1,000,000, ng. */
enum pump_err mass_in_volume(struct volume volume, struct concentration concentration,
			     enum rounding rounding, struct mass *out) PUMP_CHECKED;
/* 100 * (b - a) / a, per cent rounded to nearest, halves away from zero. PUMP_ERANGE: a < 1 or overflow. */
enum pump_err percent_change(int64_t a, int64_t b, int64_t *percent) PUMP_CHECKED;

#endif
