/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hex_words.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool hex_words_number(const char *word, unsigned long max, unsigned long *out)
{
	char *end;

	if (!isxdigit((unsigned char)word[0]))
		return false;
	errno = 0;
	*out = strtoul(word, &end, 16);
	return *end == '\0' && errno == 0 && *out <= max;
}

bool hex_words_bytes(const char *word, uint8_t *out, size_t size, size_t *len)
{
	size_t digits = strlen(word);

	if (digits % 2 != 0 || digits / 2 > size)
		return false;
	for (size_t i = 0; i < digits; i += 2) {
		const char byte[3] = {word[i], word[i + 1], '\0'};
		unsigned long value;

		if (!isxdigit((unsigned char)byte[1]) || !hex_words_number(byte, 0xff, &value))
			return false;
		out[i / 2] = (uint8_t)value;
	}
	*len = digits / 2;
	return true;
}
