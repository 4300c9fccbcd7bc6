/* SPDX-License-Identifier: GPL-3.0-or-later */
/* doctor - what pumpctl needs on this computer, looked at and told in words; changes nothing. */
#ifndef PUMPCTL_COMMANDS_DOCTOR_H
#define PUMPCTL_COMMANDS_DOCTOR_H

#include "command.h"

/* Handler of the row "doctor". FAILED: a check found something to mend. */
enum error_code doctor_run(struct app *app, const struct values *args, struct output *out,
			   struct error *error);

#endif
