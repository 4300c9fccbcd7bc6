/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump_alarms - the alarms that the pump raises by itself, each with a record when it is raised and
 * when it clears. When is in docs/protocol.md section 9. What is raised is durable with its record;
 * that an alarm was acknowledged is forgotten when it clears.
 */
#ifndef PUMPCTL_PUMP_ALARMS_H
#define PUMPCTL_PUMP_ALARMS_H

#include "pump.h"

enum pump_alarm_state { PUMP_ALARM_CLEARED = 0x33, PUMP_ALARM_RAISED = 0x55 };

/* A stop without a duration may last so long (clinical practice: 48 h). */
#define PUMP_STOPPED_MAX_S (UINT64_C(48) * 3600)

/* Bit of an alarm's code in a log record; 0 if there is no such code. */
uint32_t pump_alarms_bit(uint8_t code);
/* Starts the write of one change of alarms. False: none is due. */
bool pump_alarms_step(struct pump *p);
/* Therapy seconds until time alone raises the next one; UINT64_MAX: never. */
uint64_t pump_alarms_left(const struct pump *p);
/* now_ms at which a staged change becomes one that was not finished; UINT64_MAX: never. */
uint64_t pump_alarms_deadline(const struct pump *p);

#endif
