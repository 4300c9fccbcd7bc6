/* SPDX-License-Identifier: GPL-3.0-or-later */
/* link_key - keys of the Bluetooth link beneath the pump's own encryption. */
#ifndef PUMPCTL_COMMANDS_LINK_KEY_H
#define PUMPCTL_COMMANDS_LINK_KEY_H

#include "command.h"

/* Handler of the row "link forget": the pump's pairing stays, its link key goes. NOT_FOUND. */
enum error_code link_forget(struct app *app, const struct values *args, struct output *out,
			    struct error *error);

#endif
