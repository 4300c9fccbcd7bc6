/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump_year - the pump model runs one year of a flex program of 13 steps on each of 7 days, with
 * a patient who presses the button every two hours and gets four boluses a day. Prints seconds, then
 * the boluses given and the mL delivered, so that nobody measures a pump that stands still.
 */
#include "image.h"
#include "loop.h"
#include "pump.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAYS = 365, LOG_SLOTS = 4096, PRESS_S = 7200 };

static uint8_t nvm[PUMP_NVM_BASE + LOG_SLOTS * PUMP_LOG_SLOT];
static struct pump pump;

static struct program busy_program(void)
{
	struct program program = {
		.mixture = {.count = 2,
			    .parts = {{"morphine", {20000000}}, {"bupivacaine", {30000000}}}},
		.mode = PROGRAM_FLEX,
		.flex = {.count = 7, .of_day = {0, 1, 2, 3, 4, 5, 6}},
		.patient = {.present = true, .dose = {500000}, .duration = {600},
			    .lockout = {PRESS_S}, .most = 4},
		.low_alarm = {2000000}};

	for (int64_t day = 0; day < WEEKDAYS; day++) {
		struct program_pattern *pattern = &program.flex.patterns[day];

		pattern->count = FLEX_STEPS_MAX;
		for (int64_t i = 0; i < FLEX_STEPS_MAX; i++)
			pattern->steps[i] = (struct program_step){
				i * 110, {3000000 + day * 100000 + i * 50000}};
	}
	return program;
}

static void run(void)
{
	struct pump_action action;

	while (pump_next_action(&pump, &action)) {
		if (action.type != PUMP_NVM_WRITE)
			continue;
		memcpy(nvm + action.offset, action.data, action.len);
		pump_nvm_done(&pump, 0);
	}
}

int main(void)
{
	static struct pump_birth birth = {.serial = "PX20-000123", .model = "PX20",
					  .utc_s = INT64_C(1767571200),
					  .reservoir_nl = 20000000};
	static const uint8_t seed[32];
	const struct program program = busy_program();
	uint8_t body[PUMP_BODY_LEN];
	struct pump_view view;
	unsigned given = 0;
	uint64_t start;

	if (sodium_init() < 0 ||
	    image_encode(&program, birth.image, sizeof birth.image, &birth.image_len) != PUMP_OK ||
	    pump_format(&birth, nvm, sizeof nvm, body) != PUMP_OK ||
	    pump_boot(&pump, nvm, sizeof nvm, body, seed, false, 0) != PUMP_OK)
		return 1;
	start = loop_now_ms();
	for (uint64_t t = PRESS_S; t <= DAYS * UINT64_C(86400); t += PRESS_S) {
		uint8_t before;

		pump_set_clocks(&pump, 0, t);
		run();
		pump_look(&pump, &view);
		before = view.boluses_24h;
		pump_press_button(&pump, 0);
		run();
		pump_look(&pump, &view);
		given += view.boluses_24h > before;
		if (view.believed_reservoir_nl < 3000000) {
			pump_set_reservoir(&pump, 20000000, 0);
			run();
		}
	}
	printf("%.3f %u %.1f\n", (double)(loop_now_ms() - start) / 1000, given,
	       (double)view.delivered_nl / 1e6);
	return given == 0;
}
