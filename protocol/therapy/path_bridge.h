/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * path_bridge - prime and bridge: filling the line, and keeping the old dose until the new drug
 * has reached the tip. Outputs are untouched on error. Formulas: clinical fact sheet 3.3 to 3.5.
 */
#ifndef PUMPCTL_PATH_BRIDGE_H
#define PUMPCTL_PATH_BRIDGE_H

#include "path.h"

#define CATHETER_UM_MAX (1000 * UM_PER_CM)

/*
 * (full - trimmed) * per_length, rounded down; *exact: nothing was. PUMP_ERANGE: negative, trimmed
 * not shorter than full, full over CATHETER_UM_MAX, per_length < 1 nL/cm or the result over
 * PATH_VOLUME_MAX.
 */
enum pump_err catheter_volume(struct length full, struct length trimmed,
			      struct volume_per_length per_length, struct volume *out, bool *exact)
	PUMP_CHECKED;

/* What the old program did when it is replaced. */
enum bridge_old { BRIDGE_OLD_RUNNING, BRIDGE_OLD_ZERO, BRIDGE_OLD_MINIMUM, BRIDGE_OLD_UNKNOWN };

struct bridge_request {
	struct volume volume;        /* tubing and catheter, or what is left of it (path_volume_ahead) */
	const struct mixture *old;   /* what is in them; part 0 is the primary drug; borrowed */
	enum bridge_old state;
	struct volume_rate old_rate; /* BRIDGE_OLD_RUNNING: the old program's mean volume rate */
	struct dose_rate stated;     /* else: dose of the old primary drug during the bridge; 0: none */
};

struct bridge {
	struct volume_rate rate;
	struct duration duration;            /* rounded up: the new drug is at the tip at its end */
	struct dose_rate daily[MIXTURE_MAX]; /* of each old drug meanwhile, rounded up */
};

/*
 * Plans a bridge: the old program's mean rate until volume has left. All old drugs go on as they
 * were; new ones do not enter. PUMP_ESTATE: the old program delivered nothing that may go on, so
 * a dose must be stated. PUMP_ERANGE: volume or mixture out of range, rate below 1 nL per day,
 * overflow.
 */
enum pump_err bridge_plan(const struct bridge_request *request, struct bridge *out) PUMP_CHECKED;

/* What happens when the new program starts without a bridge. */
struct bridge_omitted {
	int64_t ratio;                       /* to the bridge's doses, in 1/10000, to nearest */
	bool ratio_exact;
	struct duration duration;            /* until the new drug arrives, rounded up */
	struct dose_rate daily[MIXTURE_MAX]; /* of each old drug meanwhile, rounded up */
};

/*
 * bridge: made from request. new_rate: of the program after it. PUMP_ESTATE: new_rate 0.
 * PUMP_ERANGE: negative or overflow.
 */
enum pump_err bridge_omit(const struct bridge_request *request, const struct bridge *bridge,
			  struct volume_rate new_rate, struct bridge_omitted *out) PUMP_CHECKED;

struct bridge_stage {
	struct volume volume;
	struct volume_rate rate;   /* rounded down */
	struct duration time;      /* rounded up */
};

/*
 * A bridge through whatever lies in the line, from the tip on, that holds the dose of the drug in
 * slot: for two changes in a row, or a change in the middle of a bridge. stages: room for
 * PATH_SEGMENTS_MAX. *count 0: the reservoir's liquid is at the tip. PUMP_EUNKNOWN: meets unknown
 * contents. PUMP_ESTATE: meets a liquid without that drug. PUMP_ERANGE: dose < 1, a rate below
 * 1 nL per day, no such slot, overflow; stages may then be written, *count is not.
 */
enum pump_err bridge_stages(const struct path *path, size_t slot, struct dose_rate dose,
			    struct bridge_stage *stages, size_t *count) PUMP_CHECKED;

#endif
