/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a running virtual pump can be told: sim advance, speed, fill, fault, press, magnet, reset. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "air_view.h"
#include "app.h"
#include "output.h"
#include "sim.h"

#define ANSWER_WAIT_MS 20000
#define NO_LIMIT       (-1)
#define SECONDS_MAX    INT64_C(31557600000) /* what pumpsim takes: 1,000 years */

/* The pump named by the first argument, which must exist. */
enum error_code sim_place_typed(struct app *app, const struct values *args, struct sim_place *place,
			    struct error *error)
{
	const enum error_code code = sim_place_find(app, args->at[0].as.text, place, error);
	if (code)
		return code;
	if (!place->about.serial[0])
		return error_set(error, ERR_SIM_NOT_RUNNING, "there is no virtual pump called %s here",
				 place->name);
	return ERR_NONE;
}

enum error_code sim_explain(struct error *error, const char *name, int err, const char *answer)
{
	switch (-err) {
	case 0:
		return ERR_NONE;
	case ENODEV:
		return error_set(error, ERR_SIM_NOT_RUNNING, "the virtual pump %s does not run", name);
	case EEXIST:
		return error_set(error, ERR_SIM_FAILED,
				 "a virtual pump called %s runs from another state directory", name);
	case EREMOTEIO:
		return error_set(error, ERR_SIM_FAILED, "it answered: %.200s", answer);
	case ETIMEDOUT:
		return error_set(error, ERR_SIM_FAILED, "it did not answer in time");
	case ECONNRESET:
		return error_set(error, ERR_SIM_FAILED, "it ended before it answered");
	default:
		return error_set(error, ERR_SIM_FAILED, "%s", strerror(-err));
	}
}

void sim_show_name(struct output *out, const struct sim_place *place)
{
	output_mark_virtual(out);
	output_string(output_data(out), "name", place->name);
	output_string(output_data(out), "serial", place->about.serial);
}

/* Sends one request to the pump of the first argument; it must be this workstation's own. */
static enum error_code ask(struct app *app, const struct values *args, struct output *out,
			   struct error *error, const char *request, int timeout_ms)
{
	struct sim_place place;
	struct simulator_status status;
	char answer[SIMULATOR_ANSWER_MAX] = "";
	const enum error_code code = sim_place_typed(app, args, &place, error);
	if (code)
		return code;
	int err = simulator_look(place.directory, place.name, &status);
	if (!err && app->options.dry_run) {
		output_note(out, "Dry run: the virtual pump %s was told nothing.", place.name);
		return ERR_NONE;
	}
	if (!err)
		err = simulator_ask(place.name, request, timeout_ms, NULL, NULL, answer);
	if (err)
		return sim_explain(error, place.name, err, answer);
	sim_show_name(out, &place);
	return ERR_NONE;
}

enum error_code sim_advance(struct app *app, const struct values *args, struct output *out,
				   struct error *error)
{
	char request[64];
	const int64_t seconds = args->at[1].as.duration.s;
	if (seconds < 1 || seconds > SECONDS_MAX)
		return error_set(error, ERR_USAGE, "time can be advanced by 1s to 365250d");
	(void)snprintf(request, sizeof(request), "advance %" PRId64, seconds);
	const enum error_code code = ask(app, args, out, error, request, NO_LIMIT);
	if (!code && !app->options.dry_run)
		output_seconds(output_data(out), "advanced", seconds);
	return code;
}

enum error_code sim_speed(struct app *app, const struct values *args, struct output *out,
				 struct error *error)
{
	char request[64];
	(void)snprintf(request, sizeof(request), "speed %" PRId64, args->at[1].as.integer);
	const enum error_code code = ask(app, args, out, error, request, ANSWER_WAIT_MS);
	if (!code && !app->options.dry_run)
		output_integer(output_data(out), "speed", args->at[1].as.integer);
	return code;
}

enum error_code sim_fill(struct app *app, const struct values *args, struct output *out,
				struct error *error)
{
	char request[64];
	(void)snprintf(request, sizeof(request), "fill %" PRId64, args->at[1].as.volume.nl);
	const enum error_code code = ask(app, args, out, error, request, ANSWER_WAIT_MS);
	if (!code && !app->options.dry_run)
		output_volume(output_data(out), "contents", args->at[1].as.volume);
	return code;
}

enum fault_name {
	FAULT_DROP, FAULT_HOLD, FAULT_RELEASE, FAULT_STORE, FAULT_LOW,
	FAULT_OTHER_DOSE, FAULT_OTHER_RATE, FAULT_STALL, FAULT_SOUND, FAULT_COUNT,
};
const char *const sim_fault_names[] = {
	[FAULT_DROP] = "drop", [FAULT_HOLD] = "hold", [FAULT_RELEASE] = "release",
	[FAULT_STORE] = "store", [FAULT_LOW] = "low", [FAULT_OTHER_DOSE] = "other-dose",
	[FAULT_OTHER_RATE] = "other-rate", [FAULT_STALL] = "stall", [FAULT_SOUND] = "sound",
	[FAULT_COUNT] = NULL,
};
const char *const sim_fault_places[] = {"before", "after", NULL};

/* What pumpsim is asked for, and what is told of it. */
static const struct {
	const char *request, *what;
	bool takes_number, takes_place;
} faults[FAULT_COUNT] = {
	[FAULT_DROP] = {"drop", "the link drops at the packet given", true, true},
	[FAULT_HOLD] = {"hold", "from the packet given nothing is delivered until released", true, false},
	[FAULT_RELEASE] = {"release", "nothing is held back any more", false, false},
	[FAULT_STORE] = {"fail", "the next store of the pump fails", false, false},
	[FAULT_LOW] = {"low", "the contents are just above the alarm", false, false},
	[FAULT_OTHER_DOSE] = {"fault other-dose", "the pump answers and records new programs, and goes on with the old one",
			      false, false},
	[FAULT_OTHER_RATE] = {"fault other-rate", "the pump shows its program, and runs at half its rate", false, false},
	[FAULT_STALL] = {"fault stall", "the motor stands still", false, false},
	[FAULT_SOUND] = {"fault sound", "the pump does as it says, and its motor runs", false, false},
};

enum error_code sim_fault(struct app *app, const struct values *args, struct output *out,
				 struct error *error)
{
	char request[64];
	const enum fault_name fault = (enum fault_name)args->at[1].as.choice;
	const int64_t number = args->at[2].present ? args->at[2].as.integer : 1;
	const char *place = sim_fault_places[args->at[3].present ? args->at[3].as.choice : 0];
	int at = snprintf(request, sizeof(request), "%s", faults[fault].request);
	if (faults[fault].takes_number)
		at += snprintf(request + at, sizeof(request) - (size_t)at, " %" PRId64, number);
	if (faults[fault].takes_place)
		(void)snprintf(request + at, sizeof(request) - (size_t)at, " %s", place);
	const enum error_code code = ask(app, args, out, error, request, ANSWER_WAIT_MS);
	if (!code && !app->options.dry_run)
		output_string(output_data(out), "fault", faults[fault].what);
	return code;
}

/* The words after the name, as pumpsim reads them. */
static bool air_request(const struct values *args, char *request, size_t size)
{
	size_t at = (size_t)snprintf(request, size, "air");
	for (size_t i = 0; i < args->rest_count && at < size; i++)
		at += (size_t)snprintf(request + at, size - at, " %s", args->rest[i]);
	return at < size;
}

static void show_air(struct output *out, const struct air_view *view)
{
	struct cJSON *data = output_data(out);
	air_view_show(data, view);
	output_format(data, "loss", "%" PRIu32 ".%04" PRIu32 " %%", view->loss_ppm / 10000,
		      view->loss_ppm % 10000);
	output_flag(data, "in_range", !view->is_out_of_range);
	output_flag(data, "connected", view->is_open);
	output_unsigned(data, "packet_pairs_carried", view->carried);
	output_unsigned(data, "packet_pairs_lost", view->lost);
	output_unsigned(data, "packets_dropped", view->dropped);
	if (!view->is_open)
		output_note(out, "The next connection takes time as this says.");
}

enum error_code sim_air(struct app *app, const struct values *args, struct output *out,
			struct error *error)
{
	char request[200], answer[SIMULATOR_ANSWER_MAX] = "";
	struct sim_place place;
	struct simulator_status status;
	struct air_view view;
	const enum error_code code = sim_place_typed(app, args, &place, error);
	if (code)
		return code;
	if (!air_request(args, request, sizeof(request)))
		return error_set(error, ERR_USAGE, "these are too many words");
	int err = simulator_look(place.directory, place.name, &status);
	if (!err && app->options.dry_run) {
		output_note(out, "Dry run: the virtual pump %s was told nothing.", place.name);
		return ERR_NONE;
	}
	if (!err)
		err = air_view_ask(place.name, request, &view, answer);
	if (!err || err == -ENOENT)
		sim_show_name(out, &place);
	if (!err)
		show_air(out, &view);
	if (err != -ENOENT)
		return sim_explain(error, place.name, err, answer);
	output_note(out, "Its link takes no time. To have it take time as a radio does, name a value, "
			 "as in: sim air %s interval 30000", place.name);
	return ERR_NONE;
}

enum error_code sim_magnet(struct app *app, const struct values *args, struct output *out,
				 struct error *error)
{
	const enum error_code code = ask(app, args, out, error, "magnet", ANSWER_WAIT_MS);
	if (!code && !app->options.dry_run)
		output_string(output_data(out), "pairing_window", "open for 120 s");
	return code;
}

enum error_code sim_press(struct app *app, const struct values *args, struct output *out,
				 struct error *error)
{
	const enum error_code code = ask(app, args, out, error, "press", ANSWER_WAIT_MS);
	if (!code && !app->options.dry_run)
		output_note(out, "The log of the pump says whether the patient gets a bolus: pumpctl log pull");
	return code;
}

enum error_code sim_reset(struct app *app, const struct values *args, struct output *out,
				 struct error *error)
{
	return ask(app, args, out, error, "reset", ANSWER_WAIT_MS);
}
