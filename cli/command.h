/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * command - the contract of the command table, and the one dispatcher.
 *
 * A row says what a command is called, what it takes and what it may do; from it come dispatch,
 * argument checking, help and the JSON dump. Rows live with their group in commands/GROUP.c as
 * one const array; command_table.c lists the groups. Handlers get values, never strings to
 * parse. The flags are enforced in command_run and nowhere else, so a new row cannot forget.
 */
#ifndef PUMPCTL_COMMAND_H
#define PUMPCTL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calendar.h"
#include "client.h"
#include "drug.h"
#include "error.h"
#include "line.h"
#include "quantity.h"
#include "strength.h"

struct app;
struct command;
struct output;
struct values;

enum arg_type {
	ARG_END,           /* closes a row's list; what a missing initialiser means */
	ARG_DRUG,          /* generic name; as.drug */
	ARG_DOSE,          /* "1.2 mg/day", one quoted word or two; as.dose */
	ARG_CONCENTRATION, /* "10 mg/mL"; as.concentration */
	ARG_MASS,          /* "50 mcg", an amount of a drug; as.mass */
	ARG_VOLUME,        /* "2 mL"; as.volume */
	ARG_DURATION,      /* "12h"; as.duration */
	ARG_SERIAL,        /* pump serial, letters, digits and '-'; as.text */
	ARG_NAME,          /* letters, digits, '-', '_', at most 32; as.text */
	ARG_INTEGER,       /* decimal, least..greatest; as.integer */
	ARG_CHOICE,        /* one of choices; as.choice is its index */
	ARG_FILE,          /* a path; as.text */
	ARG_FLAG,          /* keyword without a value; only `present` matters */
	ARG_REST,          /* all words left; values.rest */
	ARG_RATE,          /* "0.4 mL/day"; as.rate */
	ARG_DAYS,          /* "90 d"; as.integer */
	ARG_DATE,          /* "2026-08-19"; as.date */
	ARG_STRENGTH,      /* "500 mcg/mL" or "50 mg in 20 mL"; as.strength */
	ARG_LENGTH,        /* "110 cm"; as.length */
	ARG_VOLUME_PER_LENGTH, /* "0.0026 mL/cm"; as.volume_per_length */
	ARG_PREPARATION,   /* "morphine 20 mg/mL", or with a strength as above; as.preparation */
	/* One word in quotes, in the text form of program_text.h; as.text, checked: */
	ARG_PROGRAM,       /* a whole program */
	ARG_PATIENT,       /* a patient bolus of the drug typed before it, or "keep" or "none" */
	ARG_BRIDGE,        /* a bridge, or a reason for none */
};

#define ARGS_MAX 16 /* per row, ARG_END included */
#define REST_MAX 16

struct arg {
	enum arg_type type;
	const char *name;    /* as in the usage line: "DOSE"; for ARG_CHOICE may be NULL */
	const char *help;    /* one line, without full stop */
	bool optional;
	/* NULL: by position. Else the word that introduces it, anywhere after the command:
	 * "low-alarm 2 mL"; also accepted as "--low-alarm 2 mL". Optional unless `required`. Rows
	 * in succession with one keyword: the word may be given that often. */
	const char *keyword;
	bool required;
	bool replaces; /* of a keyword: what goes by position is then neither needed nor taken */
	const char *const *choices; /* ARG_CHOICE: NULL-terminated */
	int64_t least, greatest;    /* ARG_INTEGER */
};

enum command_flag {
	CHANGES_THERAPY = 1 << 0, /* refused while an order is unsettled or the trail damaged */
	NEEDS_LINK = 1 << 1,      /* app->session is open when the handler runs */
	READS_SECRET = 1 << 2,    /* never kept in the history */
	GETS_SAFE = 1 << 3,       /* a CHANGES_THERAPY row that is never refused for the above */
	OFFLINE = 1 << 4,         /* touches no pump and no socket */
	SHELL_ONLY = 1 << 5,      /* makes no sense in a one-shot call */
};

typedef enum error_code (*command_fn)(struct app *app, const struct values *args,
				      struct output *out, struct error *error);

struct command {
	const char *words;   /* "program apply" */
	const char *summary; /* one line, without full stop */
	unsigned flags;      /* enum command_flag */
	enum operator_right right; /* CHANGES_THERAPY: what the operator must be allowed */
	struct arg args[ARGS_MAX];
	const char *example; /* what may follow "pumpctl " */
	command_fn run;
};

struct command_group {
	const char *title; /* of the group in help */
	const struct command *commands;
	size_t count;
};

/* command_table.c: the one list. */
extern const struct command_group *const command_groups[];
extern const size_t command_group_count;

/* A drug as the label of its syringe names it. */
struct preparation {
	const struct drug *drug;
	struct strength strength;
};

struct value {
	bool present;
	size_t column; /* where it was typed, 1-based */
	enum mass_unit unit; /* of a dose, amount, strength or preparation, as typed */
	union {
		const struct drug *drug;
		struct dose_rate dose;
		struct concentration concentration;
		struct mass mass;
		struct volume volume;
		struct duration duration;
		const char *text; /* borrowed from the words */
		int64_t integer;
		size_t choice;
		struct volume_rate rate;
		struct date date;
		struct strength strength;
		struct preparation preparation;
		struct length length;
		struct volume_per_length volume_per_length;
	} as;
};

/* What was typed, by the index of the argument in the row. */
struct values {
	const struct command *command;
	struct value at[ARGS_MAX];
	const char *rest[REST_MAX]; /* ARG_REST */
	size_t rest_count;
};

/*
 * Finds the row whose words begin the line. *used is the number of words it took. NULL:
 * *error is USAGE with the column and, for a near miss, the right spelling.
 */
const struct command *command_find(const struct words *words, size_t *used, struct error *error);

/*
 * Parses a whole line (options already taken out of it) into values; no effect, no I/O. Errors: USAGE, BAD_QUANTITY, UNKNOWN_DRUG,
 * with the column of the mistake in the typed line and the right spelling in the detail.
 * Pointers in *out live as long as words.
 */
enum error_code command_parse(const struct words *words, struct values *out, struct error *error)
	__attribute__((warn_unused_result));

/*
 * Runs a parsed command: enforces the row's flags, opens the session, tells what became of
 * earlier orders, calls the handler. What to show is in out, also on error.
 */
enum error_code command_run(struct app *app, const struct values *values, struct output *out,
			    struct error *error) __attribute__((warn_unused_result));

/* Puts into out what became of orders of earlier sessions that this one asked about. */
void command_tell_resolved(struct app *app, struct output *out);

/*
 * Parses, runs and shows one line or argument vector as one result: text or one JSON envelope.
 * Options among the words (options_take_line) hold for this command only. line_number: of the
 * script, 0 if none. Returns the exit code.
 */
int command_execute(struct app *app, struct words *words, size_t line_number);
/* Parses only, as --check does: shows nothing when all is well. Returns the exit code. */
int command_check(struct app *app, struct words *words, size_t line_number);
/* Shows an error that arose before any command: the line could not be split. */
int command_report(struct app *app, const struct error *error, const struct words *words,
		   size_t line_number);

/* "program apply DRUG DOSE [concentration CONCENTRATION] …" into buf; returns its length. */
size_t command_usage(const struct command *command, char *buf, size_t size);

#endif
