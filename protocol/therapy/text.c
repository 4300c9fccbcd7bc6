/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text.h"

#include <string.h>

void text_init(struct text *text, char *buf, size_t size)
{
	*text = (struct text){.buf = buf, .size = size};
	buf[0] = '\0';
}

void text_add_bytes(struct text *text, const char *bytes, size_t len)
{
	if (text->cut || len >= text->size - text->len) {
		text->cut = true;
		return;
	}
	memcpy(text->buf + text->len, bytes, len);
	text->len += len;
	text->buf[text->len] = '\0';
}

void text_add(struct text *text, const char *string)
{
	text_add_bytes(text, string, text_len(string));
}

size_t text_len(const char *string)
{
	/* volatile keeps the compiler from turning the loop into a call of strlen. */
	const volatile char *end = string;

	while (*end != '\0')
		end++;
	return (size_t)(end - string);
}

bool text_equal(const char *a, const char *b, size_t len)
{
	return text_len(a) == len && memcmp(a, b, len) == 0;
}
