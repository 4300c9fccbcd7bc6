/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "program_args.h"

#include <stdio.h>
#include <string.h>

#include "program_file.h"
#include "program_text.h"

/* Drug, concentration, dose and low alarm on top of what runs. */
static enum error_code build_simple(const struct values *args, const struct program *running,
				    struct program *out, struct error *error)
{
	const struct drug *drug = args->at[ARG_OF_DRUG].as.drug;
	const struct value *concentration = &args->at[ARG_OF_CONCENTRATION];
	const struct value *low_alarm = &args->at[ARG_OF_LOW_ALARM];
	const bool same = running && !strcmp(running->mixture.parts[0].name, drug->name);
	if (!same && !concentration->present)
		return error_set_at(error, ERR_USAGE, args->at[ARG_OF_DRUG].column,
				 "the pump runs no program with this drug, so its concentration is needed, as in: "
				 "concentration 10 mg/mL");
	if (!running && !low_alarm->present)
		return error_set_at(error, ERR_USAGE, args->at[ARG_OF_DRUG].column,
				 "the pump has no program yet, so the low alarm is needed, as in: low-alarm 2 mL");
	if (same)
		out->mixture = running->mixture;
	out->mode = PROGRAM_SIMPLE;
	out->dose = args->at[ARG_OF_DOSE].as.dose;
	out->low_alarm = low_alarm->present ? low_alarm->as.volume : running->low_alarm;
	if (!same) {
		out->mixture.count = 1;
		(void)snprintf(out->mixture.parts[0].name, sizeof(out->mixture.parts[0].name), "%s",
			       drug->name);
	}
	if (concentration->present)
		out->mixture.parts[0].concentration = concentration->as.concentration;
	return ERR_NONE;
}

/* "each 60 mcg every 12h over 10min": periodic doses on the daily dose as their base. */
static enum error_code add_periodic(const struct values *args, struct program *program,
				    struct error *error)
{
	const struct value *each = &args->at[ARG_OF_EACH], *every = &args->at[ARG_OF_EVERY],
			   *over = &args->at[ARG_OF_OVER];
	if (!each->present && !every->present && !over->present)
		return ERR_NONE;
	if (!each->present || !every->present || !over->present)
		return error_set_at(error, ERR_USAGE, args->at[ARG_OF_DOSE].column,
				 "a periodic dose needs each, every and over, as in: each 50 mcg every 12h over 10min");
	program->mode = PROGRAM_PERIODIC;
	program->periodic = (struct program_periodic){.dose = each->as.mass,
						      .duration = over->as.duration,
						      .interval = every->as.duration,
						      .base = program->dose};
	program->dose = (struct dose_rate){0};
	return program_is_valid(program)
		       ? ERR_NONE
		       : error_set_at(error, ERR_NOT_COMPUTABLE, every->column,
				   "the interval is 1 min to 7 d in whole minutes, and no shorter than the dose takes");
}

static enum error_code ask_patient(const struct values *args, const struct program *running,
				   struct error *error)
{
	char text[128] = "", detail[360];
	(void)program_text_print_patient(running, text, sizeof(text));
	(void)snprintf(detail, sizeof(detail),
		       "the running program has a patient bolus (%s): say what becomes of it, with patient-bolus keep "
		       "or patient-bolus none", text);
	return error_set_at(error, ERR_USAGE, args->at[ARG_OF_DRUG].column, "%s", detail);
}

/* A bolus that runs is named: neither kept nor dropped without a word. */
static enum error_code add_patient(const struct values *args, const struct program *running,
				   struct program *program, struct error *error)
{
	const struct value *value = &args->at[ARG_OF_PATIENT];
	const bool has = running && running->patient.present;
	struct text_error why = {0};
	if (!value->present)
		return has ? ask_patient(args, running, error) : ERR_NONE;
	if (!strcmp(value->as.text, "none"))
		return ERR_NONE;
	if (strcmp(value->as.text, "keep") != 0)
		return program_text_patient(value->as.text, strlen(value->as.text), mixture_unit(&program->mixture, 0),
					    &program->patient, &why) == PUMP_OK
			       ? ERR_NONE
			       : error_set_at(error, ERR_BAD_QUANTITY, value->column, "%s", why.reason);
	if (!has || strcmp(running->mixture.parts[0].name, program->mixture.parts[0].name) != 0)
		return error_set_at(error, ERR_USAGE, value->column,
				 has ? "the patient bolus that runs is one of another drug; type it anew, or none"
				     : "the running program has no patient bolus to keep");
	program->patient = running->patient;
	return ERR_NONE;
}

static enum error_code build_short(const struct values *args, const struct program *running,
				   struct program *out, struct error *error)
{
	const struct value *bridge = &args->at[ARG_OF_BRIDGE];
	struct text_error why = {0};
	enum error_code code = build_simple(args, running, out, error);
	if (!code)
		code = add_periodic(args, out, error);
	if (!code)
		code = add_patient(args, running, out, error);
	if (!code && bridge->present &&
	    program_text_bridge(bridge->as.text, strlen(bridge->as.text), &out->bridge, &why) != PUMP_OK)
		code = error_set_at(error, ERR_BAD_QUANTITY, bridge->column, "%s", why.reason);
	return code;
}

enum error_code program_args_build(const struct values *args, const struct program *running,
				   struct program *out, struct error *error)
{
	/* What belongs to the short form: the whole says all of it. */
	static const size_t parts[] = {ARG_OF_CONCENTRATION, ARG_OF_LOW_ALARM, ARG_OF_EACH,  ARG_OF_EVERY,
				       ARG_OF_OVER,          ARG_OF_PATIENT,   ARG_OF_BRIDGE};
	const struct value *text = &args->at[ARG_OF_TEXT], *from = &args->at[ARG_OF_FROM];
	struct text_error why = {0};
	memset(out, 0, sizeof(*out));
	if (!text->present && !from->present)
		return build_short(args, running, out, error);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (args->at[parts[i]].present)
			return error_set_at(error, ERR_USAGE, args->at[parts[i]].column,
					 "the whole program says this already; change it there");
	if (from->present)
		return program_file_read(from->as.text, out, error);
	/* Its column was told when it was parsed. */
	return program_text_parse(text->as.text, strlen(text->as.text), out, &why) == PUMP_OK
		       ? ERR_NONE
		       : error_set_at(error, ERR_BAD_QUANTITY, text->column, "%s", why.reason);
}

const struct value *program_args_refused(const struct values *args, const char *rule)
{
	static const struct {
		const char *rule;
		size_t argument;
	} rows[] = {{"L-mixture-changed", ARG_OF_CONCENTRATION},
		    {"L-concentration-range", ARG_OF_CONCENTRATION},
		    {"L-mixture-changed", ARG_OF_DRUG},
		    {"L-concentration-range", ARG_OF_DRUG},
		    {"L-alarm-range", ARG_OF_LOW_ALARM},
		    {"L-fill-capacity", ARG_OF_FILL},
		    {"L-restart-gap", ARG_OF_WITHOUT},
		    {"L-interval-short", ARG_OF_EVERY},
		    {"L-bolus-rate", ARG_OF_PATIENT},
		    {"L-bridge-none", ARG_OF_BRIDGE},
		    {"L-bridge-rate", ARG_OF_BRIDGE},
		    {"L-bridge-dose", ARG_OF_BRIDGE},
		    {"L-bridge-volume", ARG_OF_BRIDGE}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcmp(rule, rows[i].rule) && args->at[rows[i].argument].present)
			return &args->at[rows[i].argument];
	if (args->at[ARG_OF_TEXT].present)
		return &args->at[ARG_OF_TEXT];
	return &args->at[args->at[ARG_OF_FROM].present ? ARG_OF_FROM : ARG_OF_DOSE];
}
