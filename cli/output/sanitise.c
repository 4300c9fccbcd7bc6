/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sanitise.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define COMBINING_MAX 2 /* marks on one letter; more climb over the lines above */

/* Decodes one character (RFC 3629). Returns its bytes, 0 if they are not valid UTF-8. */
static size_t decode(const unsigned char *in, size_t len, uint32_t *out)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t need = in[0] < 0x80 ? 1 : in[0] >= 0xF0 ? 4 : in[0] >= 0xE0 ? 3 : 2;
	if (need > len || (in[0] >= 0x80 && in[0] < 0xC0) || in[0] > 0xF4)
		return 0;
	uint32_t c = need == 1 ? in[0] : in[0] & (0xFFu >> (need + 1));
	for (size_t i = 1; i < need; i++) {
		if ((in[i] & 0xC0) != 0x80)
			return 0;
		c = c << 6 | (in[i] & 0x3Fu);
	}
	if (c < least[need] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return 0;
	*out = c;
	return need;
}

/* First and last of what is never shown. */
static const struct range {
	uint32_t first, last;
} hidden[] = {{0, 0x1F},          {0x7F, 0x9F},     {0x061C, 0x061C}, {0x200B, 0x200F},
	      {0x2028, 0x202E}, {0x2060, 0x2069}, {0xFEFF, 0xFEFF}},
  combining[] = {{0x0300, 0x036F}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF}, {0xFE20, 0xFE2F}};

static bool is_in(const struct range *ranges, size_t count, uint32_t c)
{
	for (size_t i = 0; i < count; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

/* *marks: combining marks in a row so far. */
static bool may_show(uint32_t c, unsigned *marks)
{
	*marks = is_in(combining, sizeof(combining) / sizeof(combining[0]), c) ? *marks + 1 : 0;
	return *marks <= COMBINING_MAX && !is_in(hidden, sizeof(hidden) / sizeof(hidden[0]), c);
}

size_t sanitise_text(const char *in, size_t len, char *out, size_t size)
{
	size_t at = 0, used = 0, fits = 0;
	unsigned marks = 0;
	while (at < len) {
		uint32_t c = 0;
		size_t taken = decode((const unsigned char *)in + at, len - at, &c);
		const bool shown = taken && may_show(c, &marks);
		const size_t width = shown ? taken : 1;
		if (used + width + 1 > size) {
			memcpy(out + fits, "...", 4);
			return fits + 3;
		}
		if (shown)
			memcpy(out + used, in + at, taken);
		else
			out[used] = '?';
		used += width;
		if (used + 4 <= size)
			fits = used;
		at += taken ? taken : 1;
	}
	out[used] = '\0';
	return used;
}

char *sanitise_copy(const char *text)
{
	const size_t len = strlen(text), size = len + 4; /* it never grows */
	char *out = malloc(size);
	if (out)
		(void)sanitise_text(text, len, out, size);
	return out;
}
