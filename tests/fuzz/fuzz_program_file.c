/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Program files: what is accepted is a valid program; what is refused says so in words. */
#include "fuzz.h"
#include "program_file.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct program program;
	struct error error = {.code = ERR_NONE};

	if (program_file_parse((const char *)data, size, "program", &program, &error) == ERR_NONE) {
		if (!program_is_valid(&program))
			abort();
	} else if (error.code == ERR_NONE) {
		abort();
	}
	return 0;
}
