/* SPDX-License-Identifier: GPL-3.0-or-later */
/* link_view - the handler of `link`. */
#ifndef PUMPCTL_COMMANDS_LINK_VIEW_H
#define PUMPCTL_COMMANDS_LINK_VIEW_H

#include "command.h"

enum error_code link_view_run(struct app *app, const struct values *args, struct output *out,
			      struct error *error);

#endif
