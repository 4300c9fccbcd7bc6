/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sanitise.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

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

static bool may_show(uint32_t c)
{
	return c >= 0x20 && !(c >= 0x7F && c <= 0x9F) && c != 0x200E && c != 0x200F &&
	       !(c >= 0x2028 && c <= 0x202E) && !(c >= 0x2066 && c <= 0x2069) && c != 0xFEFF;
}

size_t sanitise_text(const char *in, size_t len, char *out, size_t size)
{
	size_t at = 0, used = 0, fits = 0;
	while (at < len) {
		uint32_t c = 0;
		size_t taken = decode((const unsigned char *)in + at, len - at, &c);
		const bool shown = taken && may_show(c);
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
