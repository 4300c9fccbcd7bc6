/* SPDX-License-Identifier: GPL-3.0-or-later */
/* alarm list, ack, test. */
#include <inttypes.h>
#include <stdio.h>

#include "act.h"
#include "alarm_words.h"
#include "groups.h"

enum { ACK_WHICH };

static const char *const alarm_choices[] = {"low", "empty", "memory", "stall", "stopped", "update", NULL};

static void list_alarms(struct cJSON *data, uint32_t alarms, uint32_t acknowledged)
{
	struct cJSON *list = output_array(data, "alarms");
	const struct alarm_row *row;
	for (size_t i = 0; (row = alarm_row_at(i)) != NULL; i++) {
		if (alarms & row->bit) {
			struct cJSON *node = output_object(list, NULL);
			output_string(node, "alarm", row->word);
			output_string(node, "priority", alarm_words_priority(row->bit));
			output_string(node, "what", row->text);
			output_flag(node, "acknowledged", (acknowledged & row->bit) != 0);
			output_string(node, "meaning", row->meaning);
		}
		alarms &= ~row->bit;
	}
	if (alarms)
		output_format(output_object(list, NULL), "alarm", "unknown alarm %" PRIX32, alarms);
}

static enum error_code alarm_list(struct app *app, const struct values *args, struct output *out,
				  struct error *error)
{
	(void)args;
	struct msg_status status;
	const enum error_code code = session_read_status(app->session, &status, error);
	if (code)
		return code;
	list_alarms(output_data(out), status.alarms, status.acknowledged);
	if (!status.alarms)
		output_note(out, "The pump raises no alarm.");
	return ERR_NONE;
}

static void show_ack(void *ctx, struct output *out, const struct change *understood, struct act_words *words)
{
	char names[ALARM_WORDS_MAX];
	(void)ctx;
	alarm_words_print(understood->alarm.bits, names);
	output_string(output_data(out), "acknowledge", names);
	output_note(out, "What raised an alarm stays as it is; acknowledging only says that it was seen.");
	(void)snprintf(words->text, sizeof(words->text), "alarm ack %s", names);
	(void)snprintf(words->ordered, sizeof(words->ordered), "alarm %s acknowledged", names);
}

static void show_test(void *ctx, struct output *out, const struct change *understood, struct act_words *words)
{
	(void)ctx;
	(void)understood;
	output_note(out, "The pump sounds its alarm once, so that the patient knows it. Nothing else changes.");
	(void)snprintf(words->text, sizeof(words->text), "alarm test");
	(void)snprintf(words->ordered, sizeof(words->ordered), "the alarm sounded once");
}

static void tell_alarms(void *ctx, struct output *out, const struct msg_status *now)
{
	char names[ALARM_WORDS_MAX];
	(void)ctx;
	alarm_words_print(now->alarms, names);
	output_note(out, "Pump now reports %s%s%s.", now->alarms ? "alarm " : "no alarm", names,
		    now->alarms && !(now->alarms & ~now->acknowledged) ? ", acknowledged" : "");
}

static enum error_code alarm_ack(struct app *app, const struct values *args, struct output *out,
				 struct error *error)
{
	struct act act = {.kind = ORDER_ALARM, .show = show_ack, .tell = tell_alarms};
	const struct value *which = &args->at[ACK_WHICH];
	struct msg_status status;
	const enum error_code code = session_read_status(app->session, &status, error);
	if (code)
		return code;
	list_alarms(output_data(out), status.alarms, status.acknowledged);
	const uint32_t wanted = which->present ? alarm_row_at(which->as.choice)->bit : status.alarms;
	if (!(status.alarms & wanted))
		return error_set(error, ERR_NOTHING_TO_DO, "the pump does not raise %s alarm",
				 which->present ? "this" : "any");
	act.change = (struct change){.parts = PART_ALARM, .alarm = {.what = ALARM_ACKNOWLEDGE, .bits = wanted}};
	(void)snprintf(act.unchanged, sizeof(act.unchanged), "the alarm is not acknowledged");
	return act_carry_out(app, out, &act, error);
}

static enum error_code alarm_test(struct app *app, const struct values *args, struct output *out,
				  struct error *error)
{
	struct act act = {.kind = ORDER_ALARM, .show = show_test, .tell = tell_alarms};
	(void)args;
	act.change = (struct change){.parts = PART_ALARM, .alarm = {.what = ALARM_TEST}};
	(void)snprintf(act.unchanged, sizeof(act.unchanged), "no alarm was sounded");
	return act_carry_out(app, out, &act, error);
}

static const struct command rows[] = {
	{.words = "alarm list",
	 .summary = "the alarms that the pump raises, and what to do",
	 .flags = NEEDS_LINK,
	 .example = "alarm list",
	 .run = alarm_list},
	{.words = "alarm ack",
	 .summary = "tell the pump that an alarm was seen",
	 .flags = NEEDS_LINK | CHANGES_THERAPY,
	 .right = RIGHT_ACKNOWLEDGE,
	 .args = {[ACK_WHICH] = {.type = ARG_CHOICE, .name = "ALARM", .choices = alarm_choices, .optional = true,
				 .help = "low, empty, memory, stall, stopped or update; default: every one that is raised"}},
	 .example = "alarm ack low",
	 .run = alarm_ack},
	{.words = "alarm test",
	 .summary = "let the pump sound its alarm once",
	 .flags = NEEDS_LINK | CHANGES_THERAPY,
	 .right = RIGHT_ACKNOWLEDGE,
	 .example = "alarm test",
	 .run = alarm_test},
};

const struct command_group alarm_commands = {"Alarms", rows, sizeof(rows) / sizeof(rows[0])};
