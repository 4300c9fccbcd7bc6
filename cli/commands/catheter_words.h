/* SPDX-License-Identifier: GPL-3.0-or-later */
/* catheter_words - catheter data as members of a result. */
#ifndef PUMPCTL_COMMANDS_CATHETER_WORDS_H
#define PUMPCTL_COMMANDS_CATHETER_WORDS_H

#include "models.h"
#include "output.h"

#define CATHETER_LENGTH_TEXT_MAX 16

struct catheter_facts {
	uint16_t length_mm;
	struct volume to_tip; /* from the reservoir; the model's tubing is part of it */
	const char *tip;      /* borrowed; "": not said */
	uint8_t contents;     /* enum catheter_contents */
};

/* "unknown", "fluid", "reservoir": as it is typed. */
const char *catheter_words_choice(uint8_t contents);
/* "90 cm". */
void catheter_words_length(uint16_t length_mm, char buf[CATHETER_LENGTH_TEXT_MAX]);
/* data gets "catheter_holds". */
void catheter_words_add_contents(struct cJSON *data, uint8_t contents);
/* data gets "implanted_length", "catheter_volume", "tubing", "volume_to_tip", "tip" and "catheter_holds". */
void catheter_words_add(struct cJSON *data, const struct catheter_facts *facts, const struct pump_limits *model);

#endif
