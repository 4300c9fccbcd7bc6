/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wrap.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* A space may end a line unless it stands inside a quantity: "1.2 mg per day". */
static bool may_break(const char *text, size_t at)
{
	static const char per[] = " per";
	if (text[at] != ' ' || (at > 0 && isdigit((unsigned char)text[at - 1])))
		return false;
	return strncmp(text + at, " per ", 5) != 0 &&
	       !(at >= sizeof(per) - 1 && !strncmp(text + at - (sizeof(per) - 1), per, sizeof(per) - 1));
}

size_t wrap_fit(const char *text, size_t width)
{
	size_t columns = 0, fit = 0, at = 0;
	for (; text[at]; at++) {
		if (may_break(text, at)) {
			if (fit && columns > width)
				return fit;
			fit = at;
		}
		columns += ((unsigned char)text[at] & 0xc0) != 0x80; /* one for each UTF-8 character */
	}
	return fit && columns > width ? fit : at;
}

void wrap_write(FILE *file, const char *text, size_t used, size_t indent, size_t width)
{
	while (width > indent) {
		const size_t len = wrap_fit(text, width > used ? width - used : 0);
		(void)fprintf(file, "%.*s", (int)len, text);
		text += len;
		if (!*text)
			break;
		text++;
		(void)fprintf(file, "\n%*s", (int)indent, "");
		used = indent;
	}
	(void)fprintf(file, "%s\n", text);
}
