/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pump_air - whether and how the local link of a virtual pump takes time on the air. */
#ifndef PUMPSIM_PUMP_AIR_H
#define PUMPSIM_PUMP_AIR_H

#include "air_text.h"

struct pump_air {
	bool is_on; /* else the local link takes no time at all */
	struct shaper_air shaper;
};

/* Off, with a usual air for when it is switched on. */
void pump_air_init(struct pump_air *air);
/* Switches it on and changes what text (air_text.h) names. NULL, or why not (static). */
const char *pump_air_set(struct pump_air *air, const char *text);

/* A link on which inner (owned, also on failure) takes time if air is on. NULL as shaper_link_create. */
struct link *pump_air_wrap(struct pump_air *air, struct link *inner, struct loop *loop);

/*
 * What a central asks for before a download and after it: 15 to 30 ms without latency; 120 ms with
 * a pump that may sleep through four events. 6 s of supervision in both cases. For the open link.
 */
void pump_air_pace(struct pump_air *air, bool is_fast);

/* "KEY VALUE\n…" of what is in force, and what became of the packets. Returns its length. */
#define PUMP_AIR_TEXT_MAX (AIR_TEXT_MAX + 128)
size_t pump_air_print(struct pump_air *air, char buf[PUMP_AIR_TEXT_MAX]);

#endif
