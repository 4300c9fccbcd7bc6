/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * confirm - the typed read-back before an order leaves.
 *
 * What was shown for confirming comes from the pump's decoding of the staged bytes, and the
 * caller commits exactly their digest afterwards. On a terminal each step is typed by hand
 * within CONFIRM_MS; elsewhere, or with --no-input, the same texts come with --confirm. There is
 * no switch that says yes to everything.
 */
#ifndef PUMPCTL_CONFIRM_H
#define PUMPCTL_CONFIRM_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

#define CONFIRM_MS        60000
#define CONFIRM_TEXT_MAX  384
#define CONFIRM_STEPS_MAX 5

struct confirm_step {
	char text[CONFIRM_TEXT_MAX]; /* "PX20-000123 morphine 1.2 mg/day" */
	const char *why;             /* sentence above the question; static; "" if none */
};

struct app;
struct output;

/*
 * True when typed means the same as expected: the same words, and each quantity, parsed as
 * input, the same value in the same unit. "1.2mg/day" equals "1.2 mg/day"; "1200 mcg/day" does not.
 */
bool confirm_matches(const char *expected, const char *typed);

/*
 * Obtains every step in order. NOT_CONFIRMED with the reason: wrong or missing text, pasted, too
 * late, cancelled; LINK_LOST: the session ended meanwhile. Nothing is sent in any case.
 */
enum error_code confirm_obtain(struct app *app, struct output *out,
			       const struct confirm_step *steps, size_t count, struct error *error)
	__attribute__((warn_unused_result));

#endif
