/* SPDX-License-Identifier: GPL-3.0-or-later */
/* program_drift - whether the pump runs what this workstation ordered last. */
#ifndef PUMPCTL_COMMANDS_PROGRAM_DRIFT_H
#define PUMPCTL_COMMANDS_PROGRAM_DRIFT_H

#include "app.h"
#include "output.h"
#include "session.h"

/*
 * Warns (NOT_AS_ORDERED) when the pump's program, by the digest that STATUS tells (zeros: none), is another one than after the last order of this workstation that it
 * carried out. Nothing is said where there was none, where the trail cannot be read, where an order is
 * unsettled, or where a read-back differed: those are told already.
 */
void program_drift_tell(const struct app *app, struct output *out, const uint8_t active[DIGEST_LEN]);

#endif
