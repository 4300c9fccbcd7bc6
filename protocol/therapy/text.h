/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text - builds short NUL-terminated text in the caller's buffer; what does not fit is remembered. */
#ifndef PUMPCTL_TEXT_H
#define PUMPCTL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
	char *buf;
	size_t size, len;
	bool cut; /* something did not fit */
};

/* buf: size bytes, at least 1; becomes "". */
void text_init(struct text *text, char *buf, size_t size);
void text_add(struct text *text, const char *string);
void text_add_bytes(struct text *text, const char *bytes, size_t len);
/* Length of string, which is NUL-terminated. */
size_t text_len(const char *string);
/* a is NUL-terminated, b has len bytes. */
bool text_equal(const char *a, const char *b, size_t len);

#endif
