/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan, connect, disconnect, status. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alarm_words.h"
#include "app.h"
#include "catheter_words.h"
#include "bolus_words.h"
#include "describe.h"
#include "groups.h"
#include "link_view.h"
#include "limits_state.h"
#include "link_key.h"
#include "order_words.h"
#include "program_drift.h"
#include "scan.h"

static enum error_code connect_pump(struct app *app, const struct values *args, struct output *out,
				    struct error *error)
{
	bool fresh = false;
	if (args->at[0].present) {
		app_disconnect(app);
		(void)snprintf(app->pump, sizeof(app->pump), "%s", args->at[0].as.text);
	}
	const enum error_code code = app_connect(app, &fresh, error);
	if (code) {
		app->pump[0] = '\0';
		return code;
	}
	const struct msg_started *pump = session_pump(app->session);
	if (pump->is_virtual)
		output_mark_virtual(out);
	output_peer(output_data(out), "serial", pump->serial, strlen(pump->serial));
	output_peer(output_data(out), "model", pump->model, strlen(pump->model));
	command_tell_resolved(app, out);
	return ERR_NONE;
}

static enum error_code disconnect_pump(struct app *app, const struct values *args,
				       struct output *out, struct error *error)
{
	(void)args;
	(void)error;
	output_note(out, app->session ? "Disconnected." : "No pump was connected.");
	app_disconnect(app);
	app->pump[0] = '\0';
	return ERR_NONE;
}

static void add_alarms(struct cJSON *data, uint32_t alarms)
{
	struct cJSON *list = output_array(data, "alarms");
	const struct alarm_row *row;
	uint32_t rest = alarms;
	for (size_t i = 0; (row = alarm_row_at(i)) != NULL; i++) {
		if (alarms & row->bit)
			output_string(list, NULL, row->text);
		rest &= ~row->bit;
	}
	if (rest)
		output_format(list, NULL, "unknown alarm %" PRIX32, rest);
}

/* What runs beside the program, what was counted and what is due. */
static void add_running(struct output *out, const struct msg_status *status)
{
	struct cJSON *data = output_data(out);
	if (status->bolus) {
		output_string(data, "bolus", bolus_kind_words(status->bolus));
		output_measured_volume(data, "bolus_left", (struct volume){(int64_t)status->bolus_left_nl}, OUTPUT_DELIVERED_STEP_NL);
	} else {
		output_string(data, "bolus", "none");
	}
	if (status->bridge_left_nl) {
		output_measured_volume(data, "bridge_left", (struct volume){(int64_t)status->bridge_left_nl},
				       OUTPUT_DELIVERED_STEP_NL);
		output_warn(out, "BRIDGE_RUNS", "The old drug is still on its way to the tip: the pump denies patient boluses meanwhile.");
	}
	output_unsigned(data, "patient_boluses_in_24_hours", status->boluses_24h);
	if (status->stop_left_s)
		output_seconds(data, "stop_ends_in", status->stop_left_s);
	if (status->countersign_due)
		output_warn(out, "COUNTERSIGN_DUE",
			    "%u order%s given with the magnet wait%s for a countersignature: pumpctl operator countersign NUMBER",
			    status->countersign_due, status->countersign_due == 1 ? "" : "s", status->countersign_due == 1 ? "s" : "");
}

/* Of the acts what a clinician asks for first: whether the way to the tip is known, and which countersignatures wait. */
static void add_care(struct output *out, const struct msg_care *care)
{
	struct cJSON *data = output_data(out);
	struct cJSON *list;
	catheter_words_add_contents(data, care->catheter_nl ? care->contents : 0);
	if (care->filled_nl)
		output_seconds(data, "filled_ago", (int64_t)care->filled_ago_s);
	if (!care->due_count)
		return;
	list = output_array(data, "countersignatures_due");
	for (uint8_t i = 0; i < care->due_count; i++) {
		struct cJSON *row = output_object(list, NULL);
		output_unsigned(row, "order_record", care->due[i].record_seq);
		if (care->due[i].left_s > 0)
			output_seconds(row, "left", care->due[i].left_s);
		else
			output_string(row, "left", "overdue");
	}
}

static void add_status(struct output *out, const struct msg_status *status)
{
	struct cJSON *data = output_data(out);
	output_string(data, "therapy", therapy_state_name(status->therapy));
	output_rate(data, "delivery_rate", (struct volume_rate){(int64_t)status->rate_nl_per_day});
	output_measured_volume(data, "reservoir", (struct volume){(int64_t)status->reservoir_nl},
			      OUTPUT_LEFT_STEP_NL);
	output_measured_volume(data, "delivered_in_all", (struct volume){(int64_t)status->delivered_nl},
			      OUTPUT_LEFT_STEP_NL);
	add_alarms(data, status->alarms);
	output_time(data, "pump_clock", status->clock_s);
	if (status->therapy == THERAPY_STOPPED)
		output_warn(out, "THERAPY_STOPPED", "The pump delivers nothing.");
	else if (status->therapy == THERAPY_MINIMUM)
		output_warn(out, "MINIMUM_RATE", "The pump runs at its minimum rate, not at its program.");
	add_running(out, status);
	const uint32_t heard = status->alarms & ~status->acknowledged;
	if (heard)
		output_warn(out, "ALARM", "%s: the pump raises an alarm. See: pumpctl alarm list", alarm_words_priority(heard));
	else if (status->alarms)
		output_warn(out, "ALARM_ACKNOWLEDGED", "%s: the pump raises an alarm, which was acknowledged.",
			    alarm_words_priority(status->alarms));
}

typedef size_t (*state_check)(const struct pump_state *state, struct finding *findings);

static enum error_code add_findings(struct output *out, const struct msg_status *status,
				    const struct client_program *read, const char *model,
				    state_check check, struct error *error)
{
	const struct pump_state state = {
		.delivery = status->therapy == THERAPY_STOPPED	 ? DELIVERY_NONE
			    : status->therapy == THERAPY_MINIMUM ? DELIVERY_MINIMUM
								 : DELIVERY_PROGRAM,
		.rate = {(int64_t)status->rate_nl_per_day},
		.program = read->present ? &read->program : NULL,
		.model = pump_limits_find(model),
		.has_bolus = status->bolus && status->bolus != BOLUS_KIND_PERIODIC,
		.has_bridge = status->bridge_left_nl > 0,
	};
	struct finding *findings = calloc(FINDINGS_MAX, sizeof(*findings));
	if (!findings)
		return error_set(error, ERR_FAILED, "out of memory");
	describe_findings(out, findings, check(&state, findings));
	free(findings);
	return ERR_NONE;
}

static enum error_code status(struct app *app, const struct values *args, struct output *out,
			      struct error *error)
{
	(void)args;
	struct msg_status now;
	struct msg_care care;
	struct client_program *read = calloc(1, sizeof(*read));
	if (!read)
		return error_set(error, ERR_FAILED, "out of memory");
	enum error_code code = session_read_status(app->session, &now, error);
	if (!code) {
		add_status(out, &now);
		output_hex(output_data(out), "active_digest", now.active_digest, DIGEST_LEN);
		code = session_read_program(app->session, read, error);
	}
	if (!code)
		code = session_read_care(app->session, &care, error);
	if (!code)
		add_care(out, &care);
	if (!code)
		program_drift_tell(app, out, now.active_digest);
	if (!code && read->present)
		describe_program(output_data(out), &read->program);
	else if (!code)
		output_note(out, "The pump has no program.");
	if (!code)
		code = add_findings(out, &now, read, session_pump(app->session)->model,
				    limits_check_state, error);
	free(read);
	return code;
}

/* Recovery of a stall may show only at a second reading. */
static enum error_code mri_check(struct app *app, const struct values *args, struct output *out,
				 struct error *error)
{
	(void)args;
	struct msg_status first, second;
	struct client_program *read = calloc(1, sizeof(*read));
	if (!read)
		return error_set(error, ERR_FAILED, "out of memory");
	enum error_code code = session_read_status(app->session, &first, error);
	if (!code)
		code = session_read_program(app->session, read, error);
	if (!code)
		code = session_read_status(app->session, &second, error);
	if (!code) {
		struct cJSON *data = output_data(out);
		output_string(data, "first_reading", therapy_state_name(first.therapy));
		output_string(data, "second_reading", therapy_state_name(second.therapy));
		add_status(out, &second);
		if (first.therapy != second.therapy)
			output_warn(out, "CHANGED_BETWEEN_READINGS",
				    "*** HIGH: the two readings differ. Read the pump again.");
		code = add_findings(out, &second, read, session_pump(app->session)->model,
				    limits_check_mri, error);
	}
	free(read);
	return code;
}

static const struct command rows[] = {
	{.words = "scan",
	 .summary = "pumps that can be reached now",
	 .args = {{.type = ARG_DURATION,
		   .name = "TIME",
		   .help = "how long to listen for pumps on the air, up to 1h; default: as --timeout",
		   .optional = true},
		  {.type = ARG_FLAG, .keyword = "all", .name = "all", .help = "also devices that are no pumps"}},
	 .example = "scan 2min",
	 .run = scan_run},
	{.words = "connect",
	 .summary = "open a session and keep it until disconnect",
	 .flags = SHELL_ONLY,
	 .args = {{.type = ARG_NAME,
		   .name = "PUMP",
		   .help = "serial, sim:NAME or Bluetooth address; default: the only paired one",
		   .optional = true}},
	 .example = "connect PX20-000123",
	 .run = connect_pump},
	{.words = "disconnect",
	 .summary = "close the session",
	 .flags = SHELL_ONLY,
	 .example = "disconnect",
	 .run = disconnect_pump},
	{.words = "link",
	 .summary = "the radio link: its parameters, and how fast it is against what it could be",
	 .flags = NEEDS_LINK,
	 .example = "link",
	 .run = link_view_run},
	{.words = "link forget",
	 .summary = "forget the key of the Bluetooth link to the pump, so that it pairs anew",
	 .example = "link forget",
	 .run = link_forget},
	{.words = "status",
	 .summary = "therapy, reservoir, alarms and program",
	 .flags = NEEDS_LINK,
	 .example = "status",
	 .run = status},
	{.words = "mri-check",
	 .summary = "read the pump twice before or after MRI, and what to mind",
	 .flags = NEEDS_LINK,
	 .example = "mri-check",
	 .run = mri_check},
};

const struct command_group pump_commands = {"Pump", rows, sizeof(rows) / sizeof(rows[0])};
