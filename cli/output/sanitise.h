/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sanitise - the one door for text that came from a pump, a radio or a file of others.
 *
 * Valid UTF-8 passes, except C0 and C1 controls, DEL, line and paragraph separators, the
 * direction marks and overrides (U+061C, U+200E, U+200F, U+202A..202E, U+2066..2069), characters
 * without width (U+200B..200D, U+2060..2064, U+FEFF), a third combining mark in a row and surrogates.
 * What does not pass is shown as one '?' a byte or character. Nothing is lost silently: text
 * that does not fit ends in "...".
 */
#ifndef PUMPCTL_SANITISE_H
#define PUMPCTL_SANITISE_H

#include <stddef.h>

/* in: len bytes, borrowed. out: size >= 4 bytes, NUL-terminated. Returns the length of out. */
size_t sanitise_text(const char *in, size_t len, char *out, size_t size);
/* The whole of text, in memory that the caller frees; NULL: out of memory. */
char *sanitise_copy(const char *text);

#endif
