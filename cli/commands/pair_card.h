/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pair_card - a new code for the implant card. */
#ifndef PUMPCTL_COMMANDS_PAIR_CARD_H
#define PUMPCTL_COMMANDS_PAIR_CARD_H

#include "command.h"

/*
 * Makes a code, orders it and shows it once, on the terminal alone: before the line is typed, so that an order whose
 * outcome is not known leaves nobody without a code. NO_TERMINAL: there is none to show it on.
 */
enum error_code pair_new_card(struct app *app, const struct values *args, struct output *out, struct error *error)
	__attribute__((warn_unused_result));

#endif
