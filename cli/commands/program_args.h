/* SPDX-License-Identifier: GPL-3.0-or-later */
/* program_args - what is typed after program check, diff and apply, and the program that it stands for. */
#ifndef PUMPCTL_COMMANDS_PROGRAM_ARGS_H
#define PUMPCTL_COMMANDS_PROGRAM_ARGS_H

#include "command.h"
#include "program.h"

enum { ARG_OF_DRUG, ARG_OF_DOSE, ARG_OF_CONCENTRATION, ARG_OF_LOW_ALARM, ARG_OF_FILL, ARG_OF_WITHOUT,
       ARG_OF_LAST_CHANGE, ARG_OF_EACH, ARG_OF_EVERY, ARG_OF_OVER, ARG_OF_PATIENT, ARG_OF_BRIDGE, ARG_OF_TEXT,
       ARG_OF_FROM };

/* Of a command row, one grammar for all three. */
#define PROGRAM_ARGS                                                                               \
	[ARG_OF_DRUG] = {.type = ARG_DRUG, .name = "DRUG", .help = "generic name; see: pumpctl drug list"}, \
	[ARG_OF_DOSE] = {.type = ARG_DOSE, .name = "DOSE",                                         \
			 .help = "dose of the day with its unit, such as 1.2 mg/day"},             \
	[ARG_OF_CONCENTRATION] = {.type = ARG_CONCENTRATION, .name = "CONCENTRATION",              \
				  .keyword = "concentration",                                      \
				  .help = "such as 10 mg/mL; default: as the pump runs it"},       \
	[ARG_OF_LOW_ALARM] = {.type = ARG_VOLUME, .name = "VOLUME", .keyword = "low-alarm",        \
			      .help = "such as 2 mL; default: as the pump has it"},                \
	[ARG_OF_FILL] = {.type = ARG_VOLUME, .name = "VOLUME", .keyword = "fill",                  \
			 .help = "what is filled at this visit, such as 18.5 mL"},                 \
	[ARG_OF_WITHOUT] = {.type = ARG_DURATION, .name = "TIME", .keyword = "without-drug",       \
			    .help = "how long the patient was without drug, such as 30h"},         \
	[ARG_OF_LAST_CHANGE] = {.type = ARG_DURATION, .name = "TIME", .keyword = "last-change",    \
				.help = "how long ago the dose was changed, such as 2d"},          \
	[ARG_OF_EACH] = {.type = ARG_MASS, .name = "AMOUNT", .keyword = "each",                    \
			 .help = "of a periodic dose, such as 50 mcg; DOSE is then its base"},     \
	[ARG_OF_EVERY] = {.type = ARG_DURATION, .name = "TIME", .keyword = "every",                \
			  .help = "from one periodic dose to the next, such as 12h"},              \
	[ARG_OF_OVER] = {.type = ARG_DURATION, .name = "TIME", .keyword = "over",                  \
			 .help = "that a periodic dose takes, such as 10min"},                     \
	[ARG_OF_PATIENT] = {.type = ARG_PATIENT, .name = "BOLUS", .keyword = "patient-bolus",      \
			    .help = "keep, none, or as in: \"25 mcg over 10min lockout 2h most 4\""}, \
	[ARG_OF_BRIDGE] = {.type = ARG_BRIDGE, .name = "BRIDGE", .keyword = "bridge",              \
			   .help = "to another mixture, as in: \"0.4 mL at 0.4 mL/day\", or a reason for none, as in: "    \
				   "\"none line-aspirated\""},                                     \
	[ARG_OF_TEXT] = {.type = ARG_PROGRAM, .name = "PROGRAM", .keyword = "text", .replaces = true, \
			 .help = "the whole program as program show prints it, in quotes"},        \
	[ARG_OF_FROM] = {.type = ARG_FILE, .name = "FILE", .keyword = "from", .replaces = true,    \
			 .help = "with the whole program as JSON (docs/program.schema.json)"}

/*
 * The program that was typed or read. In the short form, on top of what runs (NULL: nothing): the other drugs of the
 * mixture, the concentration and the low alarm stay as they are where nothing else is said; a patient bolus that runs
 * must be named, so that it neither stays nor goes unsaid; the mode, its steps and a bridge do not stay. USAGE,
 * BAD_QUANTITY, NOT_COMPUTABLE with the column; *out is then of no use.
 */
enum error_code program_args_build(const struct values *args, const struct program *running,
				   struct program *out, struct error *error)
	__attribute__((warn_unused_result));
/* What was typed that a rule is about; the dose, or the whole, where it is about several things. */
const struct value *program_args_refused(const struct values *args, const char *rule);

#endif
