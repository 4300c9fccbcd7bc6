/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An image that is accepted has one byte form, and every program can be checked. */
#include "fuzz.h"
#include "image.h"
#include "therapy_limits.h"

#include <stdlib.h>
#include <string.h>

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_limits(const struct program *program)
{
	static const char *const models[] = {"PX20", "PX40"};
	static struct finding findings[FINDINGS_MAX];

	for (size_t i = 0; i < 2; i++) {
		struct limits_request request = {.program = program,
						 .model = pump_limits_find(models[i])};
		size_t count = limits_check(&request, findings);

		require(count >= 1 && count < FINDINGS_MAX);
		for (size_t j = 0; j < count; j++)
			require(findings[j].text && findings[j].source && findings[j].rule &&
				memchr(findings[j].value, '\0', DECIMAL_TEXT_MAX) &&
				memchr(findings[j].limit, '\0', DECIMAL_TEXT_MAX));
		request.running = program;
		count = limits_check(&request, findings);
		for (size_t j = 0; j < count; j++)
			require(findings[j].severity != SEVERITY_OVERRIDE);
	}
}

static void check_image(const uint8_t *data, size_t size)
{
	struct program program, other;
	struct program_totals totals;
	uint8_t again[IMAGE_MAX];
	size_t len;

	if (image_decode(data, size, &program) != PUMP_OK)
		return;
	require(image_encode(&program, again, sizeof again, &len) == PUMP_OK);
	require(len == size && memcmp(again, data, size) == 0);
	require(image_decode(again, len, &other) == PUMP_OK);
	require(mixture_equal(&program.mixture, &other.mixture));
	if (program_totals(&program, NULL, &totals) == PUMP_OK)
		require(program.mode != PROGRAM_SIMPLE ||
			totals.daily[0].ng_per_day <= program.dose.ng_per_day);
	check_limits(&program);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_image(data, size);
	return 0;
}
