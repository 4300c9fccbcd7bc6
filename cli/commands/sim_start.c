/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "operator_key.h"
#include "output.h"
#include "session_pair.h"
#include "sim.h"

#define CREATE_WAIT_MS  600000 /* a history of 100 years takes minutes on a slow machine */
#define START_WAIT_MS   30000
#define SERIAL_FIRST    123
#define SERIAL_LAST     999999
#define DAYS_DEFAULT    30
#define PREFIX          "sim:"
#define ADDRESS_PREFIX  PREFIX

/* What a new pump is like unless told otherwise. */
#define DEFAULT_MODEL "PX20"
#define DEFAULT_DRUG  "morphine"
static const struct concentration default_concentration = {10000000}; /* 10 mg/mL */
static const struct dose_rate default_dose = {1250000};		       /* 1.25 mg/day */
static const struct volume default_reservoir = {20 * NL_PER_ML};
static const struct volume default_low_alarm = {2 * NL_PER_ML};

enum error_code sim_place_find(struct app *app, const char *typed, struct sim_place *place,
			       struct error *error)
{
	const char *state = NULL;
	memset(place, 0, sizeof(*place));
	const enum error_code code = app_state_dir(app, &state, error);
	if (code)
		return code;
	if (!strncmp(typed, PREFIX, strlen(PREFIX)))
		typed += strlen(PREFIX);
	if (!*typed || strchr(typed, ':'))
		return error_set(error, ERR_USAGE,
				 "a virtual pump is named by letters, digits, '-' or '_'");
	(void)snprintf(place->name, sizeof(place->name), "%s", typed);
	int err = simulator_directory(state, place->name, place->directory);
	if (!err)
		err = simulator_about(place->directory, &place->about);
	if (err == -ENOENT) {
		memset(&place->about, 0, sizeof(place->about));
		err = 0;
	}
	if (err)
		return error_set(error, ERR_FAILED, "the virtual pump in %.300s cannot be read: %s",
				 place->directory, strerror(-err));
	return ERR_NONE;
}

static bool is_free(const char *state, const char *serial)
{
	struct state_pairing pairing;
	const int err = state_pairing_find(state, serial, &pairing);
	sodium_memzero(&pairing, sizeof(pairing));
	return err == -ENOENT;
}

static enum error_code choose_serial(const char *state, const struct value *typed,
				     const char *model, char serial[STATE_SERIAL_MAX + 1],
				     struct error *error)
{
	if (typed->present) {
		if (strlen(typed->as.text) > STATE_SERIAL_MAX || strchr(typed->as.text, ':'))
			return error_set(error, ERR_USAGE, "a serial has up to %d letters, digits or '-'",
					 STATE_SERIAL_MAX);
		(void)snprintf(serial, STATE_SERIAL_MAX + 1, "%s", typed->as.text);
		if (is_free(state, serial))
			return ERR_NONE;
		return error_set(error, ERR_SIM_FAILED, "this workstation is paired with %s already",
				 serial);
	}
	for (int number = SERIAL_FIRST; number <= SERIAL_LAST; number++) {
		(void)snprintf(serial, STATE_SERIAL_MAX + 1, "%s-%06d", model, number);
		if (is_free(state, serial))
			return ERR_NONE;
	}
	return error_set(error, ERR_SIM_FAILED, "no serial is free; name one: serial SERIAL");
}

/* Everything that pumpsim is told about a new pump, as text. */
struct plan {
	const char *model, *drug;
	char concentration[DECIMAL_TEXT_MAX], dose[DECIMAL_TEXT_MAX], reservoir[DECIMAL_TEXT_MAX],
		low_alarm[DECIMAL_TEXT_MAX], days[24], log_slots[24];
	char workstation[2 * STATE_WORKSTATION_LEN + 1];
	bool unpaired;
	uint8_t card[SESSION_CARD_RANDOM];
	char operator_key[2 * OPERATOR_KEY_PUBLIC_LEN + 1];
};

static enum error_code make_plan(const struct values *args, struct plan *plan, struct error *error)
{
	static const char *const models[] = {"PX20", "PX40"};
	const struct value *at = args->at;
	const struct drug *drug =
		at[START_DRUG].present ? at[START_DRUG].as.drug : drug_find(DEFAULT_DRUG, strlen(DEFAULT_DRUG));
	const bool other = at[START_DRUG].present && strcmp(drug->name, DEFAULT_DRUG) != 0;
	if (other && (!at[START_CONCENTRATION].present || !at[START_DOSE].present))
		return error_set(error, ERR_USAGE, "with %s also give concentration and dose",
				 drug->name);
	const enum mass_unit unit = drug && drug->unit == UNIT_MCG ? UNIT_MCG : UNIT_MG;
	plan->model = at[START_MODEL].present ? models[at[START_MODEL].as.choice] : DEFAULT_MODEL;
	plan->drug = drug ? drug->name : DEFAULT_DRUG;
	(void)concentration_print(at[START_CONCENTRATION].present ? at[START_CONCENTRATION].as.concentration
								  : default_concentration,
				  unit, plan->concentration);
	(void)dose_rate_print(at[START_DOSE].present ? at[START_DOSE].as.dose : default_dose, unit,
			      plan->dose);
	(void)volume_print(at[START_RESERVOIR].present ? at[START_RESERVOIR].as.volume : default_reservoir,
			   plan->reservoir);
	(void)volume_print(at[START_LOW_ALARM].present ? at[START_LOW_ALARM].as.volume : default_low_alarm,
			   plan->low_alarm);
	plan->unpaired = at[START_UNPAIRED].present;
	const int64_t days = at[START_DAYS].present ? at[START_DAYS].as.integer : DAYS_DEFAULT;
	(void)snprintf(plan->days, sizeof(plan->days), "%lld", (long long)days);
	if (at[START_LOG_SLOTS].present)
		(void)snprintf(plan->log_slots, sizeof(plan->log_slots), "%lld",
			       (long long)at[START_LOG_SLOTS].as.integer);
	return ERR_NONE;
}

/* What pumpsim said, or why it could not be run, as one sentence. */
/* The last line that pumpsim said; what it said before is cut off, and is in *before. */
static char *last_line(char *said, const char **before)
{
	size_t len = strlen(said);
	while (len && said[len - 1] == '\n')
		said[--len] = '\0';
	char *last = strrchr(said, '\n');
	*before = last ? said : said + len;
	if (!last)
		return said;
	*last = '\0';
	return last + 1;
}

static const char *without_name(const char *line)
{
	return strncmp(line, "pumpsim: ", 9) ? line : line + 9;
}

static enum error_code blame(struct error *error, const char *what, int result, const char *last)
{
	const char *text = without_name(last);
	if (result < 0)
		text = result == -ENOENT ? "the program pumpsim is not there" : strerror(-result);
	return error_set(error, ERR_SIM_FAILED, "%s: %.300s", what, *text ? text : "pumpsim failed");
}

static enum error_code run_create(const struct sim_place *place, const struct plan *plan,
				  const struct state_pairing *pairing, struct error *error)
{
	const char *before;
	char said[320] = "";
	uint8_t keys[SIMULATOR_KEYS_LEN];
	const char *arguments[32] = {
		"--create", "--name", place->name, "--state", place->directory, "--serial",
		pairing->serial, "--model", plan->model, "--workstation", plan->workstation,
		"--key-fd", SIMULATOR_KEY_FD_TEXT, "--reservoir", plan->reservoir, "--drug", plan->drug,
		"--concentration", plan->concentration, "--dose", plan->dose, "--low-alarm",
		plan->low_alarm, "--days", plan->days};
	size_t count = 0;
	while (arguments[count])
		count++;
	if (plan->log_slots[0]) {
		arguments[count++] = "--log-slots";
		arguments[count++] = plan->log_slots;
	}
	/* An unpaired pump gets its first supervisor when it is paired. */
	if (plan->unpaired) {
		arguments[count] = "--unpaired";
	} else {
		arguments[count++] = "--operator";
		arguments[count++] = SIM_TRAINER;
		arguments[count++] = "--operator-key";
		arguments[count] = plan->operator_key;
	}
	memcpy(keys, pairing->key, STATE_KEY_LEN);
	memcpy(keys + STATE_KEY_LEN, pairing->advert_key, STATE_ADVERT_KEY_LEN);
	memcpy(keys + STATE_KEY_LEN + STATE_ADVERT_KEY_LEN, plan->card, SESSION_CARD_RANDOM);
	const int result = simulator_spawn(arguments, keys, CREATE_WAIT_MS, said, sizeof(said));
	sodium_memzero(keys, sizeof(keys));
	return result ? blame(error, "the virtual pump could not be made", result, last_line(said, &before)) : ERR_NONE;
}

/* The supervisor of virtual pumps, whose passphrase everybody may know: made once for a workstation. */
static enum error_code find_trainer(const char *state, struct plan *plan, struct error *error)
{
	uint8_t public[OPERATOR_KEY_PUBLIC_LEN];
	int err = operator_key_public(state, SIM_TRAINER, public);
	if (err == -ENOENT)
		err = operator_key_create(state, SIM_TRAINER, SIM_TRAINER_PASSPHRASE, OPERATOR_KEY_FAST, public);
	if (err)
		return error_set(error, ERR_FAILED, "the key of the operator %s cannot be used: %s", SIM_TRAINER,
				 strerror(-err));
	(void)sodium_bin2hex(plan->operator_key, sizeof(plan->operator_key), public, sizeof(public));
	return ERR_NONE;
}

/* A pairing left by a start that was cut off before its pump was made. */
struct leftover {
	char address[STATE_ADDRESS_MAX + 1];
	char serial[STATE_SERIAL_MAX + 1];
};

static void match_leftover(void *ctx, const struct state_pairing *pairing)
{
	struct leftover *leftover = ctx;
	if (!strcmp(leftover->address, pairing->address))
		memcpy(leftover->serial, pairing->serial, sizeof(leftover->serial));
}

static void remove_leftover(const char *state, const char *name)
{
	struct leftover leftover = {.serial = ""};
	(void)snprintf(leftover.address, sizeof(leftover.address), ADDRESS_PREFIX "%s", name);
	if (!state_pairing_visit(state, match_leftover, &leftover) && leftover.serial[0] &&
	    state_pairing_remove(state, leftover.serial) != 0)
		return; /* the serial stays taken, which hurts nobody */
}

static enum error_code make(struct sim_place *place, const struct plan *plan,
			    const struct state_pairing *pairing, struct error *error)
{
	const enum error_code code = run_create(place, plan, pairing, error);
	if (code)
		return code;
	const int err = simulator_about(place->directory, &place->about);
	return err ? error_set(error, ERR_FAILED, "the new virtual pump cannot be read: %s", strerror(-err))
		   : ERR_NONE;
}

/* The pairing is stored first: a pump without one could be reached by its card alone. */
static enum error_code pair_and_create(const char *state, struct sim_place *place,
				       const struct plan *plan, struct state_pairing *pairing,
				       struct error *error)
{
	randombytes_buf(pairing->key, sizeof(pairing->key));
	randombytes_buf(pairing->advert_key, sizeof(pairing->advert_key));
	pairing->has_advert_key = true;
	(void)snprintf(pairing->address, sizeof(pairing->address), ADDRESS_PREFIX "%s", place->name);
	if (plan->unpaired)
		return make(place, plan, pairing, error);
	int err = state_pairing_store(state, pairing);
	if (err)
		return error_set(error, ERR_FAILED, "the pairing could not be stored: %s", strerror(-err));
	const enum error_code code = make(place, plan, pairing, error);
	if (!code || place->about.serial[0])
		return code;
	err = state_pairing_remove(state, pairing->serial);
	return err && err != -ENOENT
		       ? error_set(error, ERR_FAILED, "the pairing could not be removed: %s", strerror(-err))
		       : code;
}

static enum error_code create(struct app *app, const struct values *args, struct sim_place *place,
			      char *card, struct error *error)
{
	const char *state = NULL;
	struct plan plan = {0};
	struct state_pairing pairing = {.serial = ""};
	enum error_code code = app_state_dir(app, &state, error);
	if (!code)
		code = make_plan(args, &plan, error);
	if (code)
		return code;
	const int err = state_workstation(state, pairing.workstation);
	if (err)
		return error_set(error, ERR_FAILED, "the identity of this workstation cannot be read: %s",
				 strerror(-err));
	(void)sodium_bin2hex(plan.workstation, sizeof(plan.workstation), pairing.workstation,
			     sizeof(pairing.workstation));
	remove_leftover(state, place->name);
	code = find_trainer(state, &plan, error);
	if (code)
		return code;
	code = choose_serial(state, &args->at[START_SERIAL], plan.model, pairing.serial, error);
	randombytes_buf(plan.card, sizeof(plan.card));
	if (!code)
		code = pair_and_create(state, place, &plan, &pairing, error);
	if (!code && plan.unpaired)
		session_card_code_print(plan.card, card);
	sodium_memzero(&pairing, sizeof(pairing));
	sodium_memzero(&plan, sizeof(plan));
	return code;
}

static enum error_code run(const struct values *args, const struct sim_place *place, struct output *out, char *ready,
			   size_t size, struct error *error)
{
	const char *before;
	char said[512] = "";
	char speed[24], hci[24];
	const char *arguments[12] = {"--name", place->name, "--state", place->directory};
	size_t count = 4;
	if (args->at[START_SPEED].present) {
		(void)snprintf(speed, sizeof(speed), "%lld", (long long)args->at[START_SPEED].as.integer);
		arguments[count++] = "--speed";
		arguments[count++] = speed;
	}
	if (args->at[START_HCI].present) {
		(void)snprintf(hci, sizeof(hci), "%lld", (long long)args->at[START_HCI].as.integer);
		arguments[count++] = "--hci";
		arguments[count++] = hci;
	}
	const int result = simulator_spawn(arguments, NULL, START_WAIT_MS, said, sizeof(said));
	const char *last = last_line(said, &before);
	if (result || strncmp(last, "ready ", 6) != 0)
		return blame(error, "the virtual pump could not be started", result, last);
	/* It serves, and has something to say about that. */
	for (size_t len; *before; before += before[len] ? len + 1 : len) {
		const char *line = without_name(before);
		len = strcspn(before, "\n");
		output_warn(out, "PUMPSIM_SAYS", "The virtual pump says: %.*s.", (int)(before + len - line), line);
	}
	(void)snprintf(ready, size, "%s", last);
	return ERR_NONE;
}

/* "ready NAME SERIAL" or "ready NAME SERIAL ADDRESS": where the pump is found from now on. */
static enum error_code store_address(const char *state, const struct sim_place *place,
				     const char *ready, char *address, bool *is_paired, struct error *error)
{
	struct state_pairing pairing;
	const char *last = strrchr(ready, ' ');
	if (last && strchr(last, ':'))
		(void)snprintf(address, STATE_ADDRESS_MAX + 1, "%s", last + 1);
	else
		(void)snprintf(address, STATE_ADDRESS_MAX + 1, ADDRESS_PREFIX "%s", place->name);
	int err = state_pairing_find(state, place->about.serial, &pairing);
	*is_paired = err != -ENOENT;
	if (!err && strcmp(address, pairing.address) != 0) {
		(void)snprintf(pairing.address, sizeof(pairing.address), "%s", address);
		err = state_pairing_store(state, &pairing);
	}
	sodium_memzero(&pairing, sizeof(pairing));
	return err && *is_paired
		       ? error_set(error, ERR_FAILED, "the pairing could not be stored: %s", strerror(-err))
		       : ERR_NONE;
}

/* Options that say what a new pump is like mean nothing to one that exists. */
static enum error_code refuse_birth_arguments(const struct values *args,
					      const struct sim_place *place, struct error *error)
{
	for (size_t i = START_MODEL; i < START_SPEED; i++) {
		if (!args->at[i].present)
			continue;
		return error_set_at(error, ERR_USAGE, args->at[i].column,
				    "the virtual pump %s exists already and stays as it is; of it only speed and "
				    "hci can be chosen now",
				    place->name);
	}
	return ERR_NONE;
}

static void show(const struct app *app, struct output *out, const struct sim_place *place,
		 const char *address, bool is_new, bool is_paired, const char *card)
{
	struct cJSON *data = output_data(out);
	output_mark_virtual(out);
	output_string(data, "name", place->name);
	output_string(data, "serial", place->about.serial);
	output_string(data, "model", place->about.model);
	output_string(data, "address", address);
	output_string(data, "state", "running");
	output_flag(data, "new", is_new);
	if (!is_paired) {
		if (*card)
			output_string(data, "card_code", card);
		output_note(out, "Not paired. Hold the magnet over it: sim magnet %s; then: pair %s operator ID",
			    place->name, place->about.serial);
		return;
	}
	output_string(data, "operator", SIM_TRAINER);
	output_string(data, "training_passphrase", SIM_TRAINER_PASSPHRASE);
	output_note(out, app->shell ? "Next: connect %s" : "Next: pumpctl --pump %s status",
		    place->about.serial);
}

enum error_code sim_start(struct app *app, const struct values *args, struct output *out,
			  struct error *error)
{
	const char *state = NULL;
	struct sim_place place;
	struct simulator_status status;
	char ready[256], address[STATE_ADDRESS_MAX + 1], card[SESSION_CARD_TEXT_MAX] = "";
	bool is_paired = false;
	const struct value *name = &args->at[START_NAME];
	enum error_code code = app_state_dir(app, &state, error);
	if (!code)
		code = sim_place_find(app, name->present ? name->as.text : SIM_NAME_DEFAULT, &place, error);
	if (code)
		return code;
	const bool is_new = !place.about.serial[0];
	if (!is_new)
		code = refuse_birth_arguments(args, &place, error);
	if (code)
		return code;
	const int err = simulator_look(place.directory, place.name, &status);
	if (!err || err == -EEXIST)
		return error_set(error, ERR_SIM_FAILED,
				 err ? "a virtual pump called %s runs from another state directory"
				     : "the virtual pump %s runs already",
				 place.name);
	if (app->options.dry_run) {
		output_note(out, "Dry run: the virtual pump %s was not started.", place.name);
		return ERR_NONE;
	}
	if (is_new)
		code = create(app, args, &place, card, error);
	if (!code)
		code = run(args, &place, out, ready, sizeof(ready), error);
	if (!code)
		code = store_address(state, &place, ready, address, &is_paired, error);
	if (!code)
		show(app, out, &place, address, is_new, is_paired, card);
	return code;
}
