/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pump_patient - the patient's button, and the records of boluses and of a bridge that ended. */
#ifndef PUMPCTL_PUMP_PATIENT_H
#define PUMPCTL_PUMP_PATIENT_H

#include "pump.h"

/* Grants or denies a bolus now; starts the write of the record of it. */
void pump_patient_press(struct pump *p);
/* Starts the write of a record that is due: a bridge or a bolus has ended. False: none is due. */
bool pump_patient_step(struct pump *p);

#endif
