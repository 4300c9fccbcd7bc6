/* SPDX-License-Identifier: GPL-3.0-or-later */
/* air_command - one-shot commands of pumpctl, run in this process against the pump of air_clinic. */
#ifndef PUMPCTL_TESTS_AIR_COMMAND_H
#define PUMPCTL_TESTS_AIR_COMMAND_H

#include "air_clinic.h"

#define AIR_COMMAND_WORDS_MAX 12

struct air_result {
	int exit_code;
	char code[32];    /* error.code of the JSON envelope; "" when all went well */
	bool tells_next;  /* a person reads what to do next */
	uint64_t took_us; /* virtual time */
};

/* words end with NULL; "--json" and the state directory are added. The session is closed after it. */
struct air_result air_command(const char *const *words);
/* What the trail holds open for any pump, read afresh. */
size_t air_command_open_intents(void);

#endif
