/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Virtual pumps: sim stop, list, show, log, and the rows of the whole group. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "groups.h"
#include "output.h"
#include "sim.h"

#define ANSWER_WAIT_MS 20000
#define STOP_WAIT_MS   20000

static enum error_code stop_one(const struct sim_place *place, struct cJSON *list,
				struct error *error)
{
	const int err = simulator_stop(place->directory, STOP_WAIT_MS);
	if (err && err != -ENODEV)
		return error_set(error, ERR_SIM_FAILED, "%s does not stop: %s", place->name,
				 strerror(-err));
	struct cJSON *row = output_object(list, NULL);
	output_string(row, "name", place->name);
	output_string(row, "serial", place->about.serial);
	output_string(row, "state", err ? "was not running" : "stopped");
	return ERR_NONE;
}

typedef enum error_code (*visit_fn)(struct app *app, const struct sim_place *place,
				    struct cJSON *list, struct error *error);

static int is_pump(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Visits each virtual pump of this workstation, by name. */
static enum error_code visit_all(struct app *app, visit_fn visit, struct cJSON *list,
				 struct error *error)
{
	const char *state = NULL;
	char root[SIMULATOR_PATH_MAX];
	struct dirent **names = NULL;
	enum error_code code = app_state_dir(app, &state, error);
	if (code)
		return code;
	const int err = simulator_root(state, root);
	const int count = err ? -1 : scandir(root, &names, is_pump, alphasort);
	if (count < 0)
		return error_set(error, ERR_FAILED, "the virtual pumps cannot be listed: %s",
				 strerror(err ? -err : errno));
	for (int i = 0; i < count; i++) {
		struct sim_place place;
		/* What is no pump (a start that was cut off) is left out. */
		if (!code && strlen(names[i]->d_name) <= SIMULATOR_NAME_MAX &&
		    !sim_place_find(app, names[i]->d_name, &place, NULL) && place.about.serial[0])
			code = visit(app, &place, list, error);
		free(names[i]);
	}
	free(names);
	return code;
}

static enum error_code visit_stop(struct app *app, const struct sim_place *place,
				  struct cJSON *list, struct error *error)
{
	(void)app;
	return stop_one(place, list, error);
}

static enum error_code sim_stop(struct app *app, const struct values *args, struct output *out,
				struct error *error)
{
	struct sim_place place;
	const bool all = !strcmp(args->at[0].as.text, "all");
	enum error_code code = all ? ERR_NONE : sim_place_typed(app, args, &place, error);
	if (code)
		return code;
	if (app->options.dry_run) {
		output_note(out, "Dry run: no virtual pump was stopped.");
		return ERR_NONE;
	}
	app_disconnect(app); /* it may be this one */
	struct cJSON *list = output_array(output_data(out), "pumps");
	output_mark_virtual(out);
	return all ? visit_all(app, visit_stop, list, error) : stop_one(&place, list, error);
}

struct lookup {
	const char *serial;
	char address[STATE_ADDRESS_MAX + 1];
};

static void match_serial(void *ctx, const struct state_pairing *pairing)
{
	struct lookup *lookup = ctx;
	if (!strcmp(lookup->serial, pairing->serial))
		memcpy(lookup->address, pairing->address, sizeof(lookup->address));
}

static enum error_code visit_list(struct app *app, const struct sim_place *place,
				  struct cJSON *list, struct error *error)
{
	const char *state = NULL;
	struct simulator_status status;
	struct lookup lookup = {.serial = place->about.serial};
	const enum error_code code = app_state_dir(app, &state, error);
	if (code)
		return code;
	const int err = simulator_look(place->directory, place->name, &status);
	struct cJSON *row = output_object(list, NULL);
	output_string(row, "name", place->name);
	output_string(row, "serial", place->about.serial);
	output_string(row, "model", place->about.model);
	output_string(row, "state", !err ? "running" : (err == -ENODEV || err == -EEXIST) ? "stopped"
											   : "does not answer");
	if (state_pairing_visit(state, match_serial, &lookup) || !lookup.address[0])
		output_string(row, "address", "not paired");
	else
		output_string(row, "address", lookup.address);
	return ERR_NONE;
}

static enum error_code sim_list(struct app *app, const struct values *args, struct output *out,
				struct error *error)
{
	(void)args;
	output_mark_virtual(out);
	return visit_all(app, visit_list, output_array(output_data(out), "pumps"), error);
}

static enum error_code sim_show(struct app *app, const struct values *args, struct output *out,
				struct error *error)
{
	struct sim_place place;
	struct simulator_status status;
	enum error_code code = sim_place_typed(app, args, &place, error);
	if (!code)
		code = sim_explain(error, place.name, simulator_look(place.directory, place.name, &status), "");
	if (code)
		return code;
	struct cJSON *data = output_data(out);
	sim_show_name(out, &place);
	output_string(data, "model", place.about.model);
	output_string(data, "transport", status.transport);
	output_flag(data, "connected", status.connected != 0);
	output_string(data, "therapy", status.therapy);
	output_seconds(data, "running_time", status.therapy_s);
	output_rate(data, "rate", (struct volume_rate){status.rate});
	output_measured_volume(data, "true_contents", (struct volume){status.reservoir},
			      OUTPUT_LEFT_STEP_NL);
	output_measured_volume(data, "believed_contents", (struct volume){status.believed},
			      OUTPUT_LEFT_STEP_NL);
	output_measured_volume(data, "delivered", (struct volume){status.delivered},
			      OUTPUT_LEFT_STEP_NL);
	output_integer(data, "first_record", status.log_first);
	output_integer(data, "last_record", status.log_last);
	output_integer(data, "packets_exchanged", status.pdus);
	return ERR_NONE;
}

/* "SEQUENCE HEX" */
static void list_record(void *ctx, const char *line)
{
	const size_t digits = strcspn(line, " ");
	struct cJSON *item = output_item();
	char number[24];
	int64_t sequence = 0;
	(void)snprintf(number, sizeof(number), "%.*s", (int)digits, line);
	(void)simulator_number(number, &sequence);
	output_integer(item, "sequence", sequence);
	output_string(item, "raw", line[digits] ? line + digits + 1 : "");
	output_stream(ctx, item);
}

static enum error_code sim_log(struct app *app, const struct values *args, struct output *out,
			       struct error *error)
{
	struct sim_place place;
	struct simulator_status status;
	char answer[SIMULATOR_ANSWER_MAX] = "";
	const enum error_code code = sim_place_typed(app, args, &place, error);
	if (code)
		return code;
	output_mark_virtual(out);
	int err = simulator_look(place.directory, place.name, &status);
	if (!err)
		err = simulator_ask(place.name, "log", ANSWER_WAIT_MS, list_record, out, answer);
	if (err)
		return sim_explain(error, place.name, err, answer);
	sim_show_name(out, &place);
	output_string(output_data(out), "records", answer);
	return ERR_NONE;
}

#define NAME_ARG {.type = ARG_NAME, .name = "NAME", .help = "name of the virtual pump"}
#define KEYWORD(word, type_, name_, help_)                                                         \
	{.type = (type_), .name = (name_), .help = (help_), .keyword = (word)}
#define NUMBER(word, name_, help_, least_, greatest_)                                              \
	{.type = ARG_INTEGER, .name = (name_), .help = (help_), .keyword = (word),                 \
	 .least = (least_), .greatest = (greatest_)}

static const char *const model_names[] = {"PX20", "PX40", NULL};

static const struct command rows[] = {
	{.words = "sim start",
	 .summary = "start a virtual pump, made and paired if there is none of that name",
	 .args = {[START_NAME] = {.type = ARG_NAME, .name = "NAME", .optional = true,
				  .help = "its name; demo unless given"},
		  [START_MODEL] = {.type = ARG_CHOICE, .name = "MODEL", .keyword = "model",
				   .help = "PX20 or PX40", .choices = model_names},
		  [START_SERIAL] = KEYWORD("serial", ARG_SERIAL, "SERIAL", "its serial; the next free one"),
		  [START_DRUG] = KEYWORD("drug", ARG_DRUG, "DRUG", "what it delivers; morphine"),
		  [START_CONCENTRATION] = KEYWORD("concentration", ARG_CONCENTRATION, "CONCENTRATION",
						  "of the drug; 10 mg/mL"),
		  [START_DOSE] = KEYWORD("dose", ARG_DOSE, "DOSE", "a day; 1.25 mg/day"),
		  [START_RESERVOIR] = KEYWORD("reservoir", ARG_VOLUME, "VOLUME",
					      "contents when its history begins; 20 mL"),
		  [START_LOW_ALARM] = KEYWORD("low-alarm", ARG_VOLUME, "VOLUME", "2 mL"),
		  [START_DAYS] = NUMBER("days", "DAYS", "of history; 30", 0, 50000),
		  [START_LOG_SLOTS] = NUMBER("log-slots", "NUMBER", "records that it keeps; 4096", 64,
					     4000000),
		  [START_UNPAIRED] = {.type = ARG_FLAG, .keyword = "unpaired",
				      .help = "to be paired by its card code, for training"},
		  [START_SPEED] = NUMBER("speed", "NUMBER", "seconds of therapy in one second", 1,
					 1000000),
		  [START_HCI] = NUMBER("hci", "NUMBER", "serve on the Bluetooth adapter hciNUMBER", 0,
				       65535)},
	 .example = "sim start demo",
	 .run = sim_start},
	{.words = "sim stop",
	 .summary = "shut a virtual pump down",
	 .args = {{.type = ARG_NAME, .name = "NAME", .help = "name of the virtual pump, or all"}},
	 .example = "sim stop demo",
	 .run = sim_stop},
	{.words = "sim list",
	 .summary = "the virtual pumps of this workstation",
	 .example = "sim list",
	 .run = sim_list},
	{.words = "sim show",
	 .summary = "a virtual pump as it truly is, not as it reports itself",
	 .args = {NAME_ARG},
	 .example = "sim show demo",
	 .run = sim_show},
	{.words = "sim advance",
	 .summary = "let time pass for a virtual pump",
	 .args = {NAME_ARG, {.type = ARG_DURATION, .name = "DURATION", .help = "how much, as in 12h"}},
	 .example = "sim advance demo 12h",
	 .run = sim_advance},
	{.words = "sim speed",
	 .summary = "let time run faster for a virtual pump",
	 .args = {NAME_ARG, {.type = ARG_INTEGER, .name = "NUMBER", .least = 1, .greatest = 1000000,
			     .help = "seconds of therapy in one second"}},
	 .example = "sim speed demo 60",
	 .run = sim_speed},
	{.words = "sim fill",
	 .summary = "set the contents of a virtual pump",
	 .args = {NAME_ARG, {.type = ARG_VOLUME, .name = "VOLUME", .help = "contents, as in 18 mL"}},
	 .example = "sim fill demo 18 mL",
	 .run = sim_fill},
	{.words = "sim fault",
	 .summary = "make something go wrong in a virtual pump or its link",
	 .args = {NAME_ARG,
		  {.type = ARG_CHOICE, .name = "WHAT", .choices = sim_fault_names,
		   .help = "of the link: drop, hold, release; of the pump: store, low, other-dose, other-rate, stall, or sound again"},
		  {.type = ARG_INTEGER, .name = "PACKET", .least = 1, .greatest = INT64_MAX,
		   .optional = true, .help = "for drop and hold: the how many-th packet from now; 1"},
		  {.type = ARG_CHOICE, .name = "WHERE", .choices = sim_fault_places, .optional = true,
		   .help = "for drop: before or after that packet arrives; before"}},
	 .example = "sim fault demo drop 40 after",
	 .run = sim_fault},
	{.words = "sim air",
	 .summary = "let the link of a virtual pump take time as a radio does",
	 .args = {NAME_ARG,
		  {.type = ARG_REST, .name = "KEY VALUE", .optional = true,
		   .help = "interval US, packets N, phy 1M or 2M, loss PPM, seed N, latency N, "
			   "supervision MS, data-length N, range in or out"}},
	 .example = "sim air demo interval 30000 packets 4 loss 50000",
	 .run = sim_air},
	{.words = "sim press",
	 .summary = "press the patient's bolus button of a virtual pump",
	 .args = {NAME_ARG},
	 .example = "sim press demo",
	 .run = sim_press},
	{.words = "sim magnet",
	 .summary = "hold a magnet over a virtual pump",
	 .args = {NAME_ARG},
	 .example = "sim magnet demo",
	 .run = sim_magnet},
	{.words = "sim reset",
	 .summary = "restart the firmware of a virtual pump",
	 .args = {NAME_ARG},
	 .example = "sim reset demo",
	 .run = sim_reset},
	{.words = "sim log",
	 .summary = "the records that a virtual pump holds, read past the link",
	 .args = {NAME_ARG},
	 .example = "sim log demo",
	 .run = sim_log},
};

const struct command_group sim_commands = {"Virtual pumps", rows, sizeof(rows) / sizeof(rows[0])};
