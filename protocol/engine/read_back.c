/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "read_back.h"

#include "image.h"
#include "schedule.h"

static bool is_base_rate(const struct program *program, uint64_t nl_per_day)
{
	struct schedule schedule;

	/* Without a model: at the minimum rate a pump does not run. */
	if (schedule_make(program, NULL, &schedule) != PUMP_OK)
		return false;
	for (size_t i = 0; i < schedule.count; i++)
		if ((uint64_t)schedule.segments[i].rate.nl_per_day == nl_per_day)
			return true;
	return false;
}

bool read_back_rate(const uint8_t *image, size_t len, uint64_t nl_per_day, struct program *program)
{
	if (image_decode(image, len, program) != PUMP_OK)
		return false;
	if (program->bridge.kind == BRIDGE_RUNS &&
	    (uint64_t)program->bridge.rate.nl_per_day == nl_per_day)
		return true;
	return is_base_rate(program, nl_per_day);
}
