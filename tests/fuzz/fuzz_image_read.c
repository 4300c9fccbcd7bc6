/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The programmer's reader and the pump's were written apart: whatever the bytes, they must accept
 * the same and understand the same.
 */
#include "fuzz.h"
#include "image.h"
#include "image_read.h"

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
	require((uint64_t)ours->dose.ng_per_day == theirs->dose_ng_per_day);
	require(ours->low_alarm.nl == theirs->low_alarm_nl);
}

static void check_totals(const struct program *ours, const struct read_image *theirs)
{
	struct program_totals totals;
	uint64_t rate = 0;
	enum pump_err err = image_read_rate(theirs, &rate);

	/* The programmer's totals hold more numbers, so they may fail where the rate does not. */
	if (program_totals(ours, NULL, &totals) != PUMP_OK)
		return;
	require(err == PUMP_OK && rate == (uint64_t)totals.rate.nl_per_day);
}

static void check_image(const uint8_t *data, size_t size)
{
	struct program ours;
	struct read_image theirs;
	enum pump_err our_err = image_decode(data, size, &ours);

	if (image_read(data, size, &theirs) != PUMP_OK) {
		require(our_err != PUMP_OK);
		return;
	}
	/* Doses beyond 63 bits are beyond what the programmer can show. */
	if (theirs.dose_ng_per_day > INT64_MAX) {
		require(our_err != PUMP_OK);
		return;
	}
	require(our_err == PUMP_OK);
	compare_images(&ours, &theirs);
	check_totals(&ours, &theirs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_image(data, size);
	return 0;
}
