/* SPDX-License-Identifier: GPL-3.0-or-later */
/* path_queue - the moving parts of path: segments that split, join and mix without losing mass. */
#ifndef PUMPCTL_PATH_QUEUE_H
#define PUMPCTL_PATH_QUEUE_H

#include "path.h"

/*
 * One liquid: pieces of the same liquid, the same ratio of every drug to the volume, or both not
 * known. Only such neighbours are joined.
 */
bool path_same_liquid(const struct path_segment *a, const struct path_segment *b);
/* Splits volume (0..from's) off: masses rounded down, what is left stays in from. */
void path_split(struct path_segment *from, struct volume volume, struct path_segment *part);
/* Adds part to into, mixed; of an unknown and a known part comes an unknown one. */
void path_mix(struct path_segment *into, const struct path_segment *part);
/* Adds segment to what left. */
void path_amount_add(struct path_amount *amount, const struct path_segment *segment);
/* volume of contents under a new liquid number. Takes slots for its drugs. PUMP_ERANGE as path_init. */
enum pump_err path_make_liquid(struct path *path, struct volume volume,
			       const struct path_contents *contents, struct path_segment *out)
	PUMP_CHECKED;
/* What comes from source joins the last segment of the line. */
bool path_joins(const struct path *path, const struct path_segment *source);
/*
 * Puts segment at the pump's end of the line: into the last segment, or behind it, which needs
 * room. One of volume 0 is dropped. joins: path_joins of the liquid it was split off, since a
 * part that was rounded down no longer has its exact ratio.
 */
void path_push(struct path *path, const struct path_segment *segment, bool joins);
/* Takes volume (at most what is in line) off at the tip and adds it to *out. */
void path_pop(struct path *path, struct volume volume, struct path_amount *out);

#endif
