/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wrap - sentences over several terminal lines: broken at spaces, a quantity stays whole. */
#ifndef PUMPCTL_WRAP_H
#define PUMPCTL_WRAP_H

#include <stddef.h>
#include <stdio.h>

/*
 * Bytes of text (UTF-8, NUL-terminated) that go on a line of width columns, the space at which
 * it breaks not counted; all of text if it fits, or up to the first place to break if a word is wider.
 */
size_t wrap_fit(const char *text, size_t width);

/* The usual indentation of further lines. */
#define WRAP_INDENT 2

/*
 * Writes text and a newline. width: columns of the terminal, 0: do not wrap. used: columns taken
 * on the first line; indent: those left free on further lines.
 */
void wrap_write(FILE *file, const char *text, size_t used, size_t indent, size_t width);

#endif
