/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The programmer's reader and the pump's were written apart: whatever the bytes, they must accept
 * the same and understand the same.
 */
#include "fuzz.h"
#include "image.h"
#include "image_read.h"
#include "pump_amounts.h"
#include "schedule.h"

#include <stdlib.h>
#include <string.h>

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void compare_images(const struct program *ours, const struct read_image *theirs)
{
	require(ours->mixture.count == theirs->count);
	for (size_t i = 0; i < theirs->count; i++) {
		require(memcmp(ours->mixture.parts[i].name, theirs->drugs[i].name,
			       strlen(theirs->drugs[i].name) + 1) == 0);
		require(ours->mixture.parts[i].concentration.ng_per_ml ==
			theirs->drugs[i].concentration_ng_per_ml);
	}
	require((uint64_t)ours->dose.ng_per_day ==
		(theirs->mode == READ_MODE_SIMPLE ? theirs->dose_ng_per_day : 0));
	require(ours->low_alarm.nl == theirs->low_alarm_nl);
	require(ours->patient.present == theirs->has_patient &&
		(uint64_t)ours->patient.dose.ng == theirs->patient_ng);
	require(ours->bridge.volume.nl == theirs->bridge_nl &&
		ours->bridge.rate.nl_per_day == theirs->bridge_nl_per_day);
}

static void check_totals(const struct program *ours, const struct read_image *theirs)
{
	const struct pump_model_limits *limits = pump_limits_of("PX20");
	struct program_totals totals;
	struct pump_amounts amounts;
	struct schedule schedule;
	bool worked = pump_amounts_work_out(theirs, limits, &amounts);

	require(worked ==
		(schedule_make(ours, pump_limits_find("PX20"), &schedule) == PUMP_OK));
	/* The programmer's totals hold more numbers, so they may fail where the amounts do not. */
	if (program_totals(ours, pump_limits_find("PX20"), &totals) != PUMP_OK)
		return;
	require(worked && amounts.mean_nl_per_day == (uint64_t)totals.rate.nl_per_day);
	require(amounts.least_nl_per_day == (uint64_t)totals.least.nl_per_day);
	require(amounts.greatest_nl_per_day + amounts.periodic_nl_per_day +
			amounts.patient_nl_per_day ==
		(uint64_t)totals.greatest.nl_per_day);
	require(amounts.volume_24h_nl == (uint64_t)totals.volume_24h.nl);
	require(amounts.greatest_hour_nl == (uint64_t)totals.greatest_hour.nl);
	require(amounts.worst_24h_nl == (uint64_t)totals.worst_24h.nl);
}

static void check_image(const uint8_t *data, size_t size)
{
	static unsigned accepted;
	struct program ours;
	struct read_image theirs;
	enum pump_err our_err = image_decode(data, size, &ours);

	require((image_read(data, size, &theirs) == PUMP_OK) == (our_err == PUMP_OK));
	if (our_err != PUMP_OK)
		return;
	compare_images(&ours, &theirs);
	/* The pump's walk over every minute of a week takes a thousand times as long as the rest. */
	if (accepted++ % 16 == 0)
		check_totals(&ours, &theirs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_image(data, size);
	return 0;
}
