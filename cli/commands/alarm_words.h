/* SPDX-License-Identifier: GPL-3.0-or-later */
/* alarm_words - the alarms of a pump by name. */
#ifndef PUMPCTL_COMMANDS_ALARM_WORDS_H
#define PUMPCTL_COMMANDS_ALARM_WORDS_H

#include <stddef.h>
#include <stdint.h>

#define ALARM_WORDS_MAX 64

struct alarm_row {
	uint32_t bit;        /* enum alarm_bit */
	const char *word;    /* as it is typed: "low" */
	const char *text;    /* "low reservoir" */
	const char *meaning; /* what is so and what to do; a sentence */
};

/* NULL: past the end. */
const struct alarm_row *alarm_row_at(size_t index);
/* Of the gravest of these alarms: "*** HIGH" where the pump sounds its two-tone alarm, else "** MEDIUM". */
const char *alarm_words_priority(uint32_t alarms);
/* "low empty" into buf; a bit without a name as "unknown". */
void alarm_words_print(uint32_t bits, char buf[ALARM_WORDS_MAX]);

#endif
