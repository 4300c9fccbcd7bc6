/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calc program: a program of any mode in its text form, its amounts and what the rules say. No pump, no state. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calc_common.h"
#include "describe.h"
#include "drug_site.h"
#include "groups.h"
#include "program_file.h"
#include "program_text.h"
#include "therapy_limits.h"

enum { PROGRAM_MODEL, PROGRAM_FILE };

/* What is computed for one call; too large for the stack. */
struct checked {
	char text[PROGRAM_TEXT_MAX];
	struct program program;
	struct program_totals totals;
	struct finding findings[FINDINGS_MAX];
	size_t count;
};

static const char *const model_names[] = {"PX20", "PX40", NULL};

/* The words as they were typed, one space between them. False: more than a program can be. */
static bool join(const struct values *args, char *text, size_t size)
{
	size_t at = 0;
	text[0] = '\0';
	for (size_t i = 0; i < args->rest_count && at < size; i++)
		at += (size_t)snprintf(text + at, size - at, "%s%s", i ? " " : "", args->rest[i]);
	return at < size;
}

static enum error_code read_program(const struct values *args, struct checked *c, struct error *error)
{
	struct text_error mistake = {.column = 0};
	const struct value *file = &args->at[PROGRAM_FILE];
	if (file->present == (args->rest_count > 0))
		return error_set(error, ERR_USAGE, "either the program itself is typed, or the file that holds it");
	if (file->present)
		return program_file_read(file->as.text, &c->program, error);
	if (!join(args, c->text, sizeof(c->text)))
		return error_set(error, ERR_BAD_QUANTITY, "the program is longer than any that a pump can run");
	if (program_text_parse(c->text, strlen(c->text), &c->program, &mistake) == PUMP_OK)
		return ERR_NONE;
	return error_set(error, ERR_BAD_QUANTITY, "character %zu of the program: %s%s%s", mistake.column,
			 mistake.reason, mistake.suggestion[0] ? "; type it as: " : "", mistake.suggestion);
}

static void add_totals(struct cJSON *data, const struct checked *c)
{
	struct cJSON *list = output_array(data, "total_per_day");
	for (size_t i = 0; i < c->program.mixture.count; i++) {
		const enum mass_unit unit = mixture_unit(&c->program.mixture, i);
		struct cJSON *row = output_object(list, NULL);
		char name[DESCRIBE_NAME_MAX];
		describe_drug(&c->program.mixture, i, name);
		output_string(row, "drug", name);
		output_dose(row, "dose", c->totals.daily[i], unit);
		output_dose(row, "worst_case", c->totals.worst[i], unit);
	}
	output_rate(data, "rate", c->totals.rate);
	output_volume(data, "volume_24h", c->totals.volume_24h);
	output_volume(data, "greatest_hour", c->totals.greatest_hour);
	output_volume(data, "worst_24h", c->totals.worst_24h);
	if (c->program.patient.present)
		output_integer(data, "patient_boluses", c->totals.patient_boluses);
	if (c->program.mode == PROGRAM_PERIODIC)
		output_integer(data, "periodic_doses", c->totals.periodic_doses);
}

static enum error_code check(struct app *app, const struct values *args, struct output *out,
			     struct checked *c, struct error *error)
{
	const struct pump_limits *model = pump_limits_find(model_names[args->at[PROGRAM_MODEL].as.choice]);
	const struct drug_site *site;
	enum error_code code = read_program(args, c, error);
	if (!code)
		code = drug_site_use(app, &site, error);
	if (code)
		return code;
	if (program_totals(&c->program, model, &c->totals) != PUMP_OK)
		return calc_refuse(error, NULL, "an amount is too large to be counted");
	(void)program_text_print(&c->program, c->text, sizeof(c->text));
	output_string(output_data(out), "program", c->text);
	add_totals(output_data(out), c);
	const struct limits_request request = {.program = &c->program, .model = model, .site = site};
	c->count = limits_check(&request, c->findings);
	describe_findings(out, c->findings, c->count);
	if (findings_refuse(c->findings, c->count))
		return error_set(error, ERR_REFUSED_LIMIT, "%s: %.*s", c->findings[0].rule,
				 (int)strcspn(c->findings[0].text, "."), c->findings[0].text);
	output_note(out, "No rule refuses this program as a first one.");
	return ERR_NONE;
}

static enum error_code calc_program(struct app *app, const struct values *args, struct output *out,
				    struct error *error)
{
	struct checked *c = calloc(1, sizeof(*c));
	if (!c)
		return error_set(error, ERR_FAILED, "out of memory");
	const enum error_code code = check(app, args, out, c, error);
	free(c);
	return code;
}

static const struct command rows[] = {
	{.words = "calc program",
	 .summary = "the amounts of a program of any mode, and what the rules say of it as a first one",
	 .flags = OFFLINE,
	 .args = {[PROGRAM_MODEL] = {.type = ARG_CHOICE, .name = "MODEL", .choices = model_names,
				     .help = "of the pump: PX20 or PX40"},
		  [PROGRAM_FILE] = {.type = ARG_FILE, .name = "FILE", .keyword = "file", .optional = true,
				    .help = "with the program as JSON (docs/program.schema.json)"},
		  {.type = ARG_REST, .name = "PROGRAM", .optional = true,
		   .help = "mixture; regimen; low alarm; what the patient may take"}},
	 .example = "calc program PX20 \"baclofen 500 mcg/mL; flex 00:00 180 mcg/day, 06:00 240 mcg/day; "
		    "low-alarm 4 mL\"",
	 .run = calc_program},
};

const struct command_group calc_program_commands = {"Calculator for a program", rows,
						    sizeof(rows) / sizeof(rows[0])};
