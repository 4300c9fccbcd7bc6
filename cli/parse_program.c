/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words that hold a program or a part of one in its text form. */
#include <stdio.h>
#include <string.h>

#include "parse.h"
#include "program_text.h"

/* Of the drug typed before; a unit that none of them doses in is then a mistake of spelling. */
static enum pump_err parse_patient(const struct parser *p, const struct word *word,
				   struct text_error *why)
{
	struct program_patient_bolus bolus;
	if (!strcmp(word->text, "keep") || !strcmp(word->text, "none"))
		return PUMP_OK;
	for (size_t i = 0; p->command->args[i].type != ARG_END; i++)
		if (p->command->args[i].type == ARG_DRUG && p->out->at[i].present)
			return program_text_patient(word->text, word->len, p->out->at[i].as.drug->unit, &bolus,
						    why);
	why->column = 1;
	why->reason = "the drug comes before its patient bolus";
	return PUMP_EFORM;
}

static enum pump_err parse_text(const struct parser *p, const struct arg *arg, const struct word *word,
				struct text_error *why)
{
	struct program program;
	if (arg->type == ARG_PATIENT)
		return parse_patient(p, word, why);
	if (arg->type == ARG_BRIDGE)
		return program_text_bridge(word->text, word->len, &program.bridge, why);
	return program_text_parse(word->text, word->len, &program, why);
}

enum error_code parse_program(struct parser *p, const struct arg *arg, const struct word *word,
			      struct value *value)
{
	struct text_error why = {0};
	char detail[256];
	value->as.text = word->text;
	if (parse_text(p, arg, word, &why) == PUMP_OK)
		return ERR_NONE;
	(void)snprintf(detail, sizeof(detail), "%s: %s%s%s%s", arg->name, why.reason,
		       why.suggestion[0] ? "; type it as: " : "", why.suggestion,
		       word->quoted ? "" : " (it stands in quotes, as one word)");
	return parse_refuse(p, ERR_BAD_QUANTITY, word->column + why.column - 1, detail);
}
