/* SPDX-License-Identifier: GPL-3.0-or-later */
/* program - a therapy program as the clinician means it, and what follows from it. */
#ifndef PUMPCTL_PROGRAM_H
#define PUMPCTL_PROGRAM_H

#include <stdbool.h>

#include "drug.h"

#define MIXTURE_MAX 6

struct mixture_part {
	char name[DRUG_NAME_MAX + 1]; /* generic name, NUL-terminated */
	struct concentration concentration;
};

struct mixture {
	size_t count; /* 1..MIXTURE_MAX; part 0 is the primary drug */
	struct mixture_part parts[MIXTURE_MAX];
};

enum program_mode { PROGRAM_SIMPLE };

struct program {
	struct mixture mixture;
	enum program_mode mode;
	struct dose_rate dose; /* of the primary drug */
	struct volume low_alarm;
};

/* What a program does in a day. */
struct program_totals {
	struct volume_rate rate;      /* floor */
	struct volume volume_24h;     /* rate over 24 h */
	struct volume greatest_hour;  /* greatest volume in any hour, rounded up */
	struct dose_rate daily[MIXTURE_MAX]; /* per drug, rounded up */
};

/* PUMP_ERANGE: overflow, count outside 1..MIXTURE_MAX, or dose/concentration < 1. */
enum pump_err program_totals(const struct program *program, struct program_totals *out)
	PUMP_CHECKED;
/* Same drugs at the same concentrations in the same order. */
bool mixture_equal(const struct mixture *a, const struct mixture *b);
/* Unit to show the drug of part i in: the table's, or mcg for one the table lacks. */
enum mass_unit mixture_unit(const struct mixture *mixture, size_t part);

#endif
