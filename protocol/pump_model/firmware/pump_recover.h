/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump_recover - what a boot makes of the NVM.
 *
 * The newest whole state block counts, and the delivery records written after it move its
 * counters on. Where no block is whole, or the log holds more than delivery records after the
 * newest one (a block was lost), running an older therapy would be a guess: the pump then runs
 * at its minimum rate without an image, with a memory alarm, and takes time, volumes, tokens and
 * results from the log.
 */
#ifndef PUMPCTL_PUMP_RECOVER_H
#define PUMPCTL_PUMP_RECOVER_H

#include "pump_birth.h"

/* Fills p->memory, counters, log and store from p->nvm; p->redo_due if an entry is to be redone. */
void pump_recover(struct pump *p, const struct pump_super *super);

#endif
