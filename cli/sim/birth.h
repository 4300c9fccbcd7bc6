/* SPDX-License-Identifier: GPL-3.0-or-later */
/* birth - makes a new virtual pump from pumpsim's options, with some history in its log. */
#ifndef PUMPSIM_BIRTH_H
#define PUMPSIM_BIRTH_H

#include "loop.h"
#include "sim_options.h"

/* Exit code 0, 1 (failed) or 2 (usage); why was said on stderr. A failed one leaves no pump. */
int birth_create(struct loop *loop, const struct sim_options *options);

#endif
