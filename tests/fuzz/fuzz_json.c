/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever the strict parser accepts prints in canonical form, which parses and prints the same. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "json.h"

enum { TEXT_MAX = 65536 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cJSON *item = json_parse((const char *)data, size);
	if (!item)
		return 0;
	char *first = malloc(TEXT_MAX), *second = malloc(TEXT_MAX);
	const long len = json_print(item, first, TEXT_MAX);
	if (len > 0) {
		cJSON *again = json_parse(first, (size_t)len);
		if (!again || json_print(again, second, TEXT_MAX) != len ||
		    memcmp(first, second, (size_t)len) != 0)
			abort();
		cJSON_Delete(again);
	}
	free(first);
	free(second);
	cJSON_Delete(item);
	return 0;
}
