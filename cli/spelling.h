/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spelling - how far two words are apart, for "did you mean": shown, never acted on. */
#ifndef PUMPCTL_SPELLING_H
#define PUMPCTL_SPELLING_H

#include <stddef.h>

/* Words further apart than this are not suggested. */
#define SPELLING_NEAR 2

/*
 * Letters to insert, delete, replace or swap with their neighbour to get from a to b, without
 * regard to case, except that a difference in case alone counts 1. Words past 32 letters are
 * farther than SPELLING_NEAR from everything.
 */
size_t spelling_distance(const char *a, const char *b);

#endif
