/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Typed programs: what is accepted is valid, and its printed form is read back as the same text; what is
 * refused has a reason and a column inside the text.
 */
#include "fuzz.h"
#include "program_text.h"

#include <stdlib.h>
#include <string.h>

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[PROGRAM_TEXT_MAX], again[PROGRAM_TEXT_MAX];
	struct text_error error = {.reason = NULL};
	struct program program;
	size_t len;

	if (program_text_parse((const char *)data, size, &program, &error) != PUMP_OK) {
		require(error.reason && error.column >= 1 && error.column <= size + 1);
		return 0;
	}
	require(program_is_valid(&program));
	len = program_text_print(&program, text, sizeof text);
	require(len > 0 && program_text_parse(text, len, &program, &error) == PUMP_OK);
	require(program_text_print(&program, again, sizeof again) == len && !memcmp(text, again, len));
	return 0;
}
