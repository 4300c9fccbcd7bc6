/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "read_back.h"

#include "image.h"
#include "schedule.h"
#include "second_image.h"

/* Of one periodic dose alone; 0: the program has none. */
static uint64_t periodic_rate(const struct program *program)
{
	const struct program_periodic *periodic = &program->periodic;
	second_wide nl;

	if (program->mode != PROGRAM_PERIODIC)
		return 0;
	nl = (second_wide)(uint64_t)periodic->dose.ng * UINT64_C(1000000) /
	     (uint64_t)program->mixture.parts[0].concentration.ng_per_ml;
	return (uint64_t)(nl * UINT64_C(86400) / (uint64_t)periodic->duration.s);
}

static bool is_base_rate(const struct program *program, uint64_t nl_per_day)
{
	struct schedule schedule;
	const uint64_t periodic = periodic_rate(program);

	/* Without a model: at the minimum rate a pump does not run. */
	if (schedule_make(program, NULL, &schedule) != PUMP_OK)
		return false;
	for (size_t i = 0; i < schedule.count; i++) {
		const uint64_t base = (uint64_t)schedule.segments[i].rate.nl_per_day;

		if (base == nl_per_day || base + periodic == nl_per_day)
			return true;
	}
	return false;
}

bool read_back_rate(const uint8_t *image, size_t len, uint64_t nl_per_day, bool is_bridging,
		    struct program *program)
{
	if (image_decode(image, len, program) != PUMP_OK)
		return false;
	if (!is_bridging)
		return is_base_rate(program, nl_per_day);
	return program->bridge.kind == BRIDGE_UNSAID ||
	       (program->bridge.kind == BRIDGE_RUNS &&
		(uint64_t)program->bridge.rate.nl_per_day == nl_per_day);
}
