/* SPDX-License-Identifier: GPL-3.0-or-later */
/* any_program - valid programs of every mode for property tests, from random(). */
#ifndef PUMPCTL_TESTS_ANY_PROGRAM_H
#define PUMPCTL_TESTS_ANY_PROGRAM_H

#include "program.h"

/* From least to greatest, both included. */
int64_t any_between(int64_t least, int64_t greatest);
/* A valid program whose totals can be worked out; pumps cannot run all of them. */
void any_program(struct program *program);
/* Changes one thing of it; it stays valid. */
void any_program_change(struct program *program);

#endif
