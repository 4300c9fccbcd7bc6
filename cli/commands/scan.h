/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan - looks for pumps: local virtual ones, and those that a Bluetooth adapter hears. */
#ifndef PUMPCTL_COMMANDS_SCAN_H
#define PUMPCTL_COMMANDS_SCAN_H

#include "command.h"

/* Arguments of the row, by index. */
enum { SCAN_TIME, SCAN_ALL };

/*
 * Handler of the row "scan". With --json each device is a line as soon as it is heard, and again
 * when its pairing window opens or closes; the envelope lists them all. Without an adapter it
 * tells why only local pumps were asked; an adapter that was named makes that an error.
 */
enum error_code scan_run(struct app *app, const struct values *args, struct output *out,
			 struct error *error);

#endif
