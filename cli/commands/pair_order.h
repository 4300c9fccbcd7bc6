/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pair_order - orders about who is paired with the pump, and the code on its card. */
#ifndef PUMPCTL_COMMANDS_PAIR_ORDER_H
#define PUMPCTL_COMMANDS_PAIR_ORDER_H

#include "command.h"

/* Argument 0 is the number of a slot. */
enum error_code pair_revoke(struct app *app, const struct values *args, struct output *out, struct error *error)
	__attribute__((warn_unused_result));

#endif
