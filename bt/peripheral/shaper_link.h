/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shaper_link - a link around another with a shaper's air in between, driven by a loop: for the
 * peripheral's side of a local link, where nothing else takes time.
 *
 * What the user sends arrives at the far end of inner when the air has carried it, and the other
 * way round. A reader of the far end that is too slow loses PDUs without a word, as with the
 * kernel's ATT sockets. When one side closes, what it had sent arrives at once, then the end; after
 * a supervision timeout it does not. Times are as fine as the loop's: 1 ms.
 */
#ifndef PUMPCTL_BT_SHAPER_LINK_H
#define PUMPCTL_BT_SHAPER_LINK_H

#include "loop.h"
#include "shaper.h"

struct shaper_link;

/* What outlives connections; the owner's memory, borrowed by the open link. */
struct shaper_air {
	struct shaper_config config;
	uint64_t seed;            /* of the next connection; goes up by one with each */
	struct shaper_link *link; /* the open one, or NULL */
};

/*
 * Wraps inner, which is owned from now on, also on failure. The link returned is the user's; the
 * rest lives until both sides are closed or shaper_air_close. An older link of the same air is
 * closed. NULL: out of memory or descriptors, or of places in the loop.
 */
struct link *shaper_link_create(struct link *inner, struct loop *loop, struct shaper_air *air);

/* A new air, valid by shaper_is_valid; for an open link as shaper_change. */
void shaper_air_change(struct shaper_air *air, const struct shaper_config *config);
/* The same for the open link alone: the next one begins as before. */
void shaper_air_adapt(struct shaper_air *air, const struct shaper_config *config);
/* Cuts the open link, if there is one; both sides see its end. */
void shaper_air_close(struct shaper_air *air);

/* Of the open link: what is in force, and what was lost on the way. False: none is open. */
struct shaper_state {
	struct shaper_config config;
	uint64_t carried_pairs, lost_pairs, dropped;
};
bool shaper_air_look(struct shaper_air *air, struct shaper_state *out);

#endif
