/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_air.h"

#include <inttypes.h>
#include <stdio.h>

#define FAST_MIN_US    15000
#define FAST_MAX_US    30000
#define SLOW_US        120000
#define SLOW_LATENCY   4
#define SUPERVISION_MS 6000

void pump_air_init(struct pump_air *air)
{
	*air = (struct pump_air){.shaper = {.seed = 1}};
	shaper_default(&air->shaper.config);
}

const char *pump_air_set(struct pump_air *air, const char *text)
{
	struct shaper_config config = air->shaper.config;
	const char *wrong = air_text_parse(text, &config, &air->shaper.seed);
	if (wrong)
		return wrong;
	air->is_on = true;
	shaper_air_change(&air->shaper, &config);
	return NULL;
}

struct link *pump_air_wrap(struct pump_air *air, struct link *inner, struct loop *loop)
{
	if (!inner || !air->is_on)
		return inner;
	return shaper_link_create(inner, loop, &air->shaper);
}

void pump_air_pace(struct pump_air *air, bool is_fast)
{
	struct shaper_config config = air->shaper.config;
	uint32_t interval_us = config.air.interval_us;
	if (!is_fast)
		config.air.interval_us = SLOW_US;
	else if (interval_us < FAST_MIN_US || interval_us > FAST_MAX_US)
		config.air.interval_us = FAST_MAX_US;
	config.latency = is_fast ? 0 : SLOW_LATENCY;
	config.supervision_ms = SUPERVISION_MS;
	shaper_air_adapt(&air->shaper, &config);
}

size_t pump_air_print(struct pump_air *air, char buf[PUMP_AIR_TEXT_MAX])
{
	struct shaper_state state = {.config = air->shaper.config};
	bool is_open = shaper_air_look(&air->shaper, &state);
	size_t at = air_text_print(&state.config, buf);
	int len = snprintf(buf + at, PUMP_AIR_TEXT_MAX - at,
			   "\nopen %d\ncarried %" PRIu64 "\nlost %" PRIu64 "\ndropped %" PRIu64,
			   is_open, state.carried_pairs, state.lost_pairs, state.dropped);
	return at + (len > 0 ? (size_t)len : 0);
}
