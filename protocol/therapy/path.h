/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * path - the drug's way from the reservoir to the catheter tip, as one queue.
 *
 * The reservoir is one mixed liquid: what stayed behind mixes with what goes in. Pump tubing and
 * catheter are segments in a row that move as they are, without mixing (plug flow); delivering a
 * volume takes it off at the tip and lets as much in from the reservoir. Prime, bridge, an
 * interrupted bridge, two changes in a row, aspiration and "what does the patient get in the
 * next hours" are all this one queue.
 *
 * Mass is counted in fg (1 nL of 1 ng/mL holds 1 fg) and conserved exactly: a part that is split
 * off takes its share rounded down, the rest stays where it was. Contents that nobody declared
 * are not known; what they become or deliver is then not known either, and never a number.
 *
 * Everything is in the caller's memory. On any error the path is as it was and outputs are
 * untouched, unless said otherwise. Model: clinical fact sheet 3 (FIFO of segments); plug flow is
 * an approximation, real drugs also diffuse.
 */
#ifndef PUMPCTL_PATH_H
#define PUMPCTL_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "program.h"

#define PATH_DRUGS_MAX    12 /* two whole mixtures at once */
#define PATH_SEGMENTS_MAX 16
/* Greatest reservoir, tubing or catheter, and greatest concentration (32 bits on the wire): no
 * sum of masses in a path can then overflow. */
#define PATH_VOLUME_MAX        INT64_C(100000000)  /* nL: 100 mL */
#define PATH_CONCENTRATION_MAX INT64_C(4294967295) /* ng/mL */

/* What a person says about a liquid. */
enum path_holds { PATH_UNKNOWN, PATH_NO_DRUG, PATH_DECLARED };
struct path_contents {
	enum path_holds holds;
	struct mixture mixture; /* PATH_DECLARED only */
};

struct path_segment {
	struct volume volume;
	bool known;        /* false: fg is all 0 and means nothing */
	uint64_t liquid;   /* pieces of one liquid carry one number */
	int64_t fg[PATH_DRUGS_MAX]; /* by slot of path.drugs */
};

struct path {
	char drugs[PATH_DRUGS_MAX][DRUG_NAME_MAX + 1]; /* "": free slot */
	struct path_segment reservoir;
	struct path_segment line[PATH_SEGMENTS_MAX + 1]; /* [0] is at the tip */
	size_t count;                                    /* of segments in line */
	struct volume tubing, catheter;
	int64_t carry;   /* of path_deliver_for: what is left of a nL, in 1/86400 nL */
	uint64_t liquids; /* numbers given so far */
};

/* What left the path. */
struct path_amount {
	struct volume volume;
	struct volume unknown;      /* part of volume whose contents are not known */
	int64_t fg[PATH_DRUGS_MAX]; /* of the known part, by slot; read it with path_amount_mass */
};

struct path_setup {
	struct volume reservoir, tubing, catheter;
	const struct path_contents *reservoir_holds, *tubing_holds, *catheter_holds; /* borrowed */
};

/*
 * Starts a path. PUMP_ERANGE: a volume outside 0..PATH_VOLUME_MAX, a mixture of other than
 * 1..MIXTURE_MAX parts, a concentration outside 1..PATH_CONCENTRATION_MAX, more than
 * PATH_DRUGS_MAX drugs in all; *path is then empty and of no use.
 */
enum pump_err path_init(struct path *path, const struct path_setup *setup) PUMP_CHECKED;

/*
 * Fills volume of liquid into the reservoir. rinsed: the reservoir was rinsed with that liquid
 * first, so that what had stayed behind is replaced by as much of it; *removed is what was rinsed
 * out. Not rinsed: it mixes; mixing with unknown contents gives unknown contents. PUMP_ERANGE: as
 * for path_init, volume < 1, or more than PATH_VOLUME_MAX afterwards.
 */
enum pump_err path_fill(struct path *path, struct volume volume, const struct path_contents *liquid,
			bool rinsed, struct path_amount *removed) PUMP_CHECKED;

/* Takes volume out of the reservoir through the septum. PUMP_ERANGE: negative, or more than it holds. */
enum pump_err path_reservoir_take(struct path *path, struct volume volume,
				  struct path_amount *removed) PUMP_CHECKED;

/*
 * The catheter now has this volume and holds this (revised, or its contents declared); *removed
 * is what it held. The tubing is not touched. PUMP_ERANGE: as for path_init, or no free segment.
 */
enum pump_err path_catheter_set(struct path *path, struct volume volume,
				const struct path_contents *contents, struct path_amount *removed)
	PUMP_CHECKED;
/* The catheter was aspirated through its port: it holds no drug. PUMP_ERANGE: no free segment. */
enum pump_err path_catheter_aspirate(struct path *path, struct path_amount *removed) PUMP_CHECKED;

/*
 * Delivers volume (a bolus, or whatever the pump moved): *out is what left at the tip, which with
 * another liquid in the line is not what left the reservoir. PUMP_ERANGE: negative, more than the
 * reservoir holds, or no free segment.
 */
enum pump_err path_deliver(struct path *path, struct volume volume, struct path_amount *out)
	PUMP_CHECKED;
/* The same for a rate over a time; a part of a nL is carried to the next call, at any rate. */
enum pump_err path_deliver_for(struct path *path, struct volume_rate rate, struct duration time,
			       struct path_amount *out) PUMP_CHECKED;

/*
 * Slot of a drug by NUL-terminated name. PUMP_EUNKNOWN: the path has never held it. A slot keeps its
 * drug until some other call puts a further drug in after the last of this one has left.
 */
enum pump_err path_drug_slot(const struct path *path, const char *name, size_t *slot) PUMP_CHECKED;
/* Mass of one drug in what left. PUMP_EUNKNOWN: part of it is not known. PUMP_ERANGE: no such slot. */
enum pump_err path_amount_mass(const struct path_amount *amount, size_t slot, enum rounding rounding,
			       struct mass *out) PUMP_CHECKED;
/*
 * Concentration of a drug in the mixed reservoir, rounded up (it is a divisor). PUMP_EUNKNOWN: the
 * contents are not known. PUMP_ESTATE: the reservoir is empty. PUMP_ERANGE: no such slot.
 */
enum pump_err path_reservoir_concentration(const struct path *path, size_t slot,
					   struct concentration *out) PUMP_CHECKED;

#endif
