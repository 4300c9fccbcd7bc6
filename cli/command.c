/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "audit.h"
#include "options.h"
#include "order_words.h"
#include "output.h"
#include "session.h"
#include "sign.h"
#include "spelling.h"

/* A keyword may be typed as an option, and so may a row's further words: "pair --revoke 3". */
static bool is_row_word(const struct word *word, const char *row, size_t len, bool first)
{
	const size_t dashes = !first && !word->quoted && !strncmp(word->text, "--", 2) ? 2 : 0;
	return word->len == len + dashes && !memcmp(word->text + dashes, row, len);
}

/* Words of the row that begin words: 0 if they differ. *common: how many agree before that. */
static size_t match_row(const struct command *command, const struct words *words, size_t *common)
{
	const char *row = command->words;
	size_t taken = 0;
	*common = 0;
	while (*row) {
		const size_t len = strcspn(row, " ");
		if (taken == words->count || !is_row_word(&words->at[taken], row, len, taken == 0))
			return 0;
		*common = ++taken;
		row += len;
		row += *row == ' ';
	}
	return taken;
}

/* Word number index of a row into buf; "" past its end. */
static void row_word(const struct command *command, size_t index, char *buf, size_t size)
{
	const char *row = command->words;
	for (; index && *row; index--) {
		row += strcspn(row, " ");
		row += *row == ' ';
	}
	(void)snprintf(buf, size, "%.*s", (int)strcspn(row, " "), row);
}

struct near {
	size_t common;         /* words that agree with some row */
	size_t distance;
	char names[256];       /* what may stand at the wrong word */
	char nearest[32];
};

static void note_candidate(struct near *near, const struct command *command,
			   const struct words *words)
{
	char word[32];
	row_word(command, near->common, word, sizeof(word));
	const size_t used = strlen(near->names);
	if (!word[0])
		return;
	if (near->common)
		(void)snprintf(near->names + used, sizeof(near->names) - used, "%s%s", used ? ", " : "",
			       word);
	if (near->common >= words->count)
		return;
	const size_t distance = spelling_distance(words->at[near->common].text, word);
	if (distance < near->distance) {
		near->distance = distance;
		(void)snprintf(near->nearest, sizeof(near->nearest), "%s", word);
	}
}

static void explain_unknown(const struct words *words, struct near *near, struct error *error)
{
	size_t common = 0;
	near->distance = SPELLING_NEAR + 1;
	for (size_t g = 0; g < command_group_count; g++)
		for (size_t i = 0; i < command_groups[g]->count; i++) {
			(void)match_row(&command_groups[g]->commands[i], words, &common);
			if (common == near->common)
				note_candidate(near, &command_groups[g]->commands[i], words);
		}
	const bool ended = near->common >= words->count;
	char detail[400];
	if (near->nearest[0])
		(void)snprintf(detail, sizeof(detail), "there is no such command; did you mean: %s",
			       near->nearest);
	else if (near->common)
		(void)snprintf(detail, sizeof(detail), "%s one of: %s",
			       ended ? "this goes on with" : "there is no such command; this is",
			       near->names);
	else
		(void)snprintf(detail, sizeof(detail), "there is no such command");
	(void)error_set(error, ERR_USAGE, "%s", detail);
	if (!error || !words->count)
		return;
	const struct word *last = &words->at[words->count - 1];
	error->column = ended ? last->column + last->len + 1 : words->at[near->common].column;
}

const struct command *command_find(const struct words *words, size_t *used, struct error *error)
{
	const struct command *found = NULL;
	struct near near = {0};
	*used = 0;
	for (size_t g = 0; g < command_group_count; g++)
		for (size_t i = 0; i < command_groups[g]->count; i++) {
			const struct command *command = &command_groups[g]->commands[i];
			size_t common = 0;
			const size_t taken = match_row(command, words, &common);
			if (taken > *used) {
				*used = taken;
				found = command;
			}
			if (common > near.common)
				near.common = common;
		}
	if (!found)
		explain_unknown(words, &near, error);
	return found;
}

size_t command_usage(const struct command *command, char *buf, size_t size)
{
	size_t used = (size_t)snprintf(buf, size, "%s", command->words);
	for (const struct arg *arg = command->args; arg->type != ARG_END && used < size; arg++) {
		const bool spared = arg->keyword ? !arg->required : arg->optional;
		const char *open = arg->replaces ? " | " : spared ? " [" : " ";
		const char *close = spared && !arg->replaces ? "]" : "";
		const bool value = arg->type != ARG_FLAG;
		used += (size_t)snprintf(buf + used, size - used, "%s%s%s%s%s", open,
					 arg->keyword ? arg->keyword : "", arg->keyword && value ? " " : "",
					 value ? arg->name : "", close);
	}
	return used < size ? used : size - 1;
}

void command_tell_resolved(struct app *app, struct output *out)
{
	const struct client_outcome *outcomes = NULL;
	const size_t count = session_resolved(app->session, &outcomes);
	if (!count)
		return;
	struct cJSON *list = output_array(output_data(out), "earlier_orders");
	for (size_t i = 0; i < count; i++) {
		struct cJSON *row = output_object(list, NULL);
		output_unsigned(row, "number", outcomes[i].token);
		output_string(row, "order", order_kind_name(outcomes[i].kind));
		output_string(row, "outcome", order_outcome_name(outcomes[i].outcome));
		output_string(row, "reason", outcomes[i].reason);
		output_string(row, "meaning", order_reason_words(outcomes[i].reason));
		output_warn(out, "EARLIER_ORDER", "Order %" PRIu64 " (%s) of an earlier session was not settled. %s",
			    outcomes[i].token, order_kind_name(outcomes[i].kind),
			    order_outcome_sentence(outcomes[i].outcome));
	}
}

static void tell_pump(struct app *app, struct output *out)
{
	const struct msg_started *pump = session_pump(app->session);
	struct cJSON *node = output_object(output_data(out), "pump");
	output_peer(node, "serial", pump->serial, strlen(pump->serial));
	output_peer(node, "model", pump->model, strlen(pump->model));
	output_peer(node, "firmware", pump->firmware, strlen(pump->firmware));
	if (pump->patient_tag[0])
		output_peer(node, "patient_tag", pump->patient_tag, strlen(pump->patient_tag));
	output_flag(node, "virtual_pump", pump->is_virtual);
	if (pump->is_virtual)
		output_mark_virtual(out);
}

/* An order that was never settled matters most when the pump cannot be asked. */
static void tell_unsettled(struct app *app, struct error *error)
{
	char serial[STATE_SERIAL_MAX + 1];
	struct audit *audit = NULL;
	if (!error || error->now[0] || app_pump_serial(app, serial, sizeof(serial), NULL) ||
	    app_audit(app, &audit, NULL) || !audit_open_intents(audit, serial, NULL, 0))
		return;
	(void)snprintf(error->now, sizeof(error->now),
		       "an earlier order to %s is not settled; whether it was carried out is not known", serial);
}

static enum error_code open_link(struct app *app, struct output *out, struct error *error)
{
	bool fresh = false;
	const enum error_code code = app_connect(app, &fresh, error);
	if (code) {
		tell_unsettled(app, error);
		return code;
	}
	tell_pump(app, out);
	if (fresh)
		command_tell_resolved(app, out);
	return ERR_NONE;
}

/* Reading and getting safe go on without a sound trail, and say so each time. */
static void tell_trail(struct app *app, struct output *out)
{
	const char *gap = app->session ? session_trail_gap(app->session) : NULL;
	if (app->audit && audit_state(app->audit) != AUDIT_SOUND)
		output_warn(out, "AUDIT_DEGRADED",
			    "The audit trail is %s; orders are refused, therapy stop, minimum and resume are not.",
			    audit_state(app->audit) == AUDIT_FULL ? "full" : "damaged");
	if (gap)
		output_warn(out, "AUDIT_GAP", "Incomplete: %s.", gap);
}

/* On every screen of this pump, until it is seen to do what it was told. */
static void tell_other_effect(struct app *app, struct output *out)
{
	if (app->session && app->audit && audit_differs(app->audit, session_pump(app->session)->serial))
		output_warn(out, "READBACK_DIFFERS",
			    "*** HIGH: this pump recorded an order but was seen to do something else. Do not rely on "
			    "what it shows; get safe with: pumpctl therapy stop or therapy minimum");
}

static bool is_barred(const struct command *command)
{
	return (command->flags & CHANGES_THERAPY) && !(command->flags & GETS_SAFE);
}

/* Who may get safe is asked when the order is signed, and never before it is known what it is. */
static enum error_code check_operator(struct app *app, const struct command *command,
				      struct error *error)
{
	const unsigned both = NEEDS_LINK | CHANGES_THERAPY;
	if ((command->flags & both) != both)
		return ERR_NONE;
	if (is_barred(command))
		return sign_check_right(app, command->right, error);
	if (sign_read_list(app, NULL) != ERR_NONE && !session_is_open(app->session))
		return error_set(error, ERR_LINK_LOST, "there is no session with the pump");
	return ERR_NONE;
}

enum error_code command_run(struct app *app, const struct values *values, struct output *out,
			    struct error *error)
{
	const struct command *command = values->command;
	enum error_code code = ERR_NONE;
	if ((command->flags & SHELL_ONLY) && !app->shell)
		return error_set(error, ERR_USAGE,
				 "this command is for the shell; a single command connects by itself");
	if (is_barred(command)) {
		struct audit *audit = NULL;
		code = app_audit(app, &audit, error);
		if (code)
			return code;
		if (audit_state(audit) != AUDIT_SOUND)
			return error_set(error, ERR_AUDIT_DAMAGED, "%s", audit_damage_text(audit));
	}
	if (command->flags & NEEDS_LINK) {
		code = open_link(app, out, error);
		if (code)
			return code;
	}
	if (is_barred(command) && app->session && session_has_open_intent(app->session))
		return error_set(error, ERR_OPEN_INTENT, NULL);
	code = check_operator(app, command, error);
	if (!code)
		code = command->run(app, values, out, error);
	sign_forget(app);
	sign_forget_list(app);
	tell_trail(app, out);
	tell_other_effect(app, out);
	return code;
}

static void schema_of(const struct command *command, char *buf, size_t size)
{
	(void)snprintf(buf, size, "%s", command ? command->words : "command");
	for (char *c = buf; *c; c++)
		if (*c == ' ')
			*c = '-';
}

static int show_failure(struct app *app, const struct command *command, const struct error *error,
			const struct words *words, size_t line_number)
{
	char schema[48];
	schema_of(command, schema, sizeof(schema));
	struct output *out = output_create(&app->options, schema);
	output_finish(out, error, words, line_number);
	output_destroy(out);
	return error_exit(error->code);
}

static int run_parsed(struct app *app, const struct values *values, const struct words *words,
		      size_t line_number)
{
	char schema[48];
	struct error error = {0};
	schema_of(values->command, schema, sizeof(schema));
	struct output *out = output_create(&app->options, schema);
	const enum error_code code = command_run(app, values, out, &error);
	error.code = code;
	output_finish(out, &error, words, line_number);
	output_destroy(out);
	return error_exit(code);
}

/* The hints write whole commands: in the shell and in scripts the program's name may stand first. */
static void drop_own_name(struct words *words)
{
	if (words->count < 2 || strcmp(words->at[0].text, "pumpctl") != 0)
		return;
	words->count--;
	memmove(words->at, words->at + 1, words->count * sizeof(words->at[0]));
}

/* Options of this line on top of the general ones; its own --confirm replace those. */
static enum error_code take_options(struct app *app, struct words *words, struct error *error)
{
	const struct app_options general = app->options;
	app->options.confirm_count = 0;
	drop_own_name(words);
	const enum error_code code = options_take(words, &app->options, true, error);
	if (!app->options.confirm_count) {
		memcpy(app->options.confirm, general.confirm, sizeof(general.confirm));
		app->options.confirm_count = general.confirm_count;
	}
	return code;
}

int command_execute(struct app *app, struct words *words, size_t line_number)
{
	const struct app_options general = app->options;
	struct error error = {0};
	struct values values = {0};
	enum error_code code = take_options(app, words, &error);
	const bool own = app->options.confirm_count && app->options.confirm[0] != general.confirm[0];
	if (!code)
		code = command_parse(words, &values, &error);
	const int exit_code = code ? show_failure(app, values.command, &error, words, line_number)
				   : run_parsed(app, &values, words, line_number);
	const struct app_options after = app->options;
	app->options = general;
	if (!own) { /* what was used up stays used up */
		memcpy(app->options.confirm, after.confirm, sizeof(after.confirm));
		app->options.confirm_count = after.confirm_count;
	}
	return exit_code;
}

int command_check(struct app *app, struct words *words, size_t line_number)
{
	const struct app_options general = app->options;
	struct error error = {0};
	struct values values = {0};
	enum error_code code = take_options(app, words, &error);
	if (!code)
		code = command_parse(words, &values, &error);
	const int exit_code =
		code ? show_failure(app, values.command, &error, words, line_number) : 0;
	app->options = general;
	return exit_code;
}

int command_report(struct app *app, const struct error *error, const struct words *words,
		   size_t line_number)
{
	return show_failure(app, NULL, error, words, line_number);
}
