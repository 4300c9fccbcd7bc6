/* SPDX-License-Identifier: GPL-3.0-or-later */
/* program_tip - what reaches the catheter's tip in the 24 h after a program begins, as far as the pump was told of its line. */
#ifndef PUMPCTL_COMMANDS_PROGRAM_TIP_H
#define PUMPCTL_COMMANDS_PROGRAM_TIP_H

#include "path_day.h"
#include "program_screen.h"

struct program_tip {
	bool known; /* false: the contents of the line, or the reservoir's, are not; amounts mean nothing */
	struct path path;
	struct path_amount amount;
};

/*
 * Works it out on the heap; the caller frees; never NULL. Known only where the pump was told that the line holds what the
 * reservoir holds, and no bridge has left two liquids in it; then the reservoir holds the mixture that was typed, and
 * the line that which runs.
 */
struct program_tip *program_tip_ahead(const struct program_view *view);
/* Of one drug, rounded up. False: it was never in the path, or the amount cannot be counted. */
bool program_tip_mass(const struct program_tip *tip, const char *drug, struct mass *out);

#endif
