/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "catheter_words.h"

#include <stdio.h>
#include <string.h>

#include "client.h"

#define MM_PER_CM 10

static const struct {
	uint8_t code;
	const char *choice, *words;
} rows[] = {
	{CONTENTS_UNKNOWN, "unknown", "not known: how much drug a prime or a bolus brings to the patient is not known either"},
	{CONTENTS_FLUID, "fluid", "fluid of the body, no drug"},
	{CONTENTS_RESERVOIR, "reservoir", "what the reservoir holds"},
};

const char *catheter_words_choice(uint8_t contents)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].code == contents)
			return rows[i].choice;
	return "never said";
}

void catheter_words_length(uint16_t length_mm, char buf[CATHETER_LENGTH_TEXT_MAX])
{
	char number[DECIMAL_TEXT_MAX];
	(void)decimal_print(length_mm, MM_PER_CM, number);
	(void)snprintf(buf, CATHETER_LENGTH_TEXT_MAX, "%.10s cm", number);
}

void catheter_words_add_contents(struct cJSON *data, uint8_t contents)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].code == contents) {
			output_string(data, "catheter_holds", rows[i].words);
			return;
		}
	output_unknown(data, "catheter_holds");
}

static void add_length(struct cJSON *data, uint16_t length_mm)
{
	char number[DECIMAL_TEXT_MAX], text[CATHETER_LENGTH_TEXT_MAX];
	struct cJSON *quantity = output_object(data, "implanted_length");
	(void)decimal_print(length_mm, MM_PER_CM, number);
	catheter_words_length(length_mm, text);
	output_string(quantity, "value", number);
	output_string(quantity, "unit", "cm");
	output_string(quantity, "display", text);
}

void catheter_words_add(struct cJSON *data, const struct catheter_facts *facts, const struct pump_limits *model)
{
	add_length(data, facts->length_mm);
	if (model && facts->to_tip.nl >= model->tubing.nl) {
		output_volume(data, "catheter_volume", (struct volume){facts->to_tip.nl - model->tubing.nl});
		output_volume(data, "tubing", model->tubing);
	}
	output_volume(data, "volume_to_tip", facts->to_tip);
	if (facts->tip[0])
		output_peer(data, "tip", facts->tip, strlen(facts->tip));
	else
		output_unknown(data, "tip");
	catheter_words_add_contents(data, facts->contents);
}
