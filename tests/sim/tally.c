/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tally.h"

#include <stdio.h>

static const char *const WORDS[VERDICTS] = {
	[VERDICT_APPLIED] = "applied",
	[VERDICT_REFUSED] = "refused",
	[VERDICT_NOT_SENT] = "not sent",
	[VERDICT_LATER_APPLIED] = "unknown, later found applied",
	[VERDICT_LATER_NOT] = "unknown, later found not to have run",
	[VERDICT_LEFT_OPEN] = "left open, because the disk lost the pump's no",
};

static enum verdict verdict_of(const struct stored *stored)
{
	if (!stored->is_final)
		return VERDICT_LEFT_OPEN;
	if (stored->was_unknown)
		return stored->outcome == OUTCOME_APPLIED ? VERDICT_LATER_APPLIED : VERDICT_LATER_NOT;
	if (stored->outcome == OUTCOME_APPLIED)
		return VERDICT_APPLIED;
	return stored->outcome == OUTCOME_REFUSED ? VERDICT_REFUSED : VERDICT_NOT_SENT;
}

void tally_add(struct tally *tally, const struct desk *desk, size_t orders)
{
	for (size_t i = 0; i < orders; i++)
		tally->verdicts[verdict_of(&desk->stored[i])]++;
}

void tally_print(const struct tally *tally, const char *name)
{
	printf("%s: %zu schedules, %zu faults struck, wrong verdicts %zu\n", name, tally->schedules,
	       tally->struck, tally->failures);
	if (tally->whole > 0)
		printf("  every planned fault struck: %zu schedules\n", tally->whole);
	printf("  therapy stopped with a dead disk, an order open, one operator or the magnet alone: %zu times\n",
	       tally->stopped);
	for (size_t i = 0; i < VERDICTS; i++)
		if (tally->verdicts[i] > 0)
			printf("  %s: %zu\n", WORDS[i], tally->verdicts[i]);
}
