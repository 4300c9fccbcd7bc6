/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pair, unpair: this workstation's keys, and who else has one. */
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "finder.h"
#include "groups.h"
#include "operator_key.h"
#include "output.h"
#include "pair_card.h"
#include "pair_order.h"
#include "secret.h"
#include "session_pair.h"

#define SCAN_MS 1000

enum { PAIR_SERIAL, PAIR_OPERATOR, PAIR_LIST, PAIR_SLOTS };

/* The pump whose window is open; how many there are. */
static int look_around(char *address, size_t size, size_t *open)
{
	size_t count = 0;
	struct found_pump *found = calloc(FINDER_MAX, sizeof(*found));
	if (!found)
		return -ENOMEM;
	const int err = finder_scan(SCAN_MS, found, FINDER_MAX, &count);
	*open = 0;
	for (size_t i = 0; !err && i < count; i++) {
		if (!found[i].window_open)
			continue;
		(void)snprintf(address, size, "%.*s", FINDER_TEXT_MAX - 1, found[i].address);
		++*open;
	}
	free(found);
	return err;
}

/* The address of the pump to be paired: the one named, else the only one whose window is open here. */
static enum error_code find_window(struct app *app, char *address, size_t size, struct error *error)
{
	size_t open;
	if (app->options.pump) {
		(void)snprintf(address, size, "%s", app->options.pump);
		return ERR_NONE;
	}
	const int err = look_around(address, size, &open);
	if (err)
		return error_set(error, ERR_FAILED, "the directory of local pumps cannot be used: %s",
				 strerror(-err));
	if (open > 1)
		return error_set(error, ERR_NO_PUMP_NAMED,
				 "several pumps have felt a magnet; name the address with --pump, see: pumpctl scan");
	return open ? ERR_NONE
		    : error_set(error, ERR_NO_MAGNET,
				"no pump near here has felt a magnet; one on the air is named by its address: --pump ADDRESS");
}

/* Public half of the first supervisor's key, made if there is none of that name here. */
static enum error_code supervisor_key(struct app *app, const char *id, uint8_t *public, struct error *error)
{
	char passphrase[SECRET_MAX], what[64];
	const char *dir = NULL;
	enum error_code code = app_state_dir(app, &dir, error);
	if (code)
		return code;
	int err = operator_key_public(dir, id, public);
	if (err != -ENOENT)
		return err ? error_set(error, ERR_FAILED, "the key of %s cannot be used: %s", id, strerror(-err))
			   : ERR_NONE;
	(void)sodium_mlock(passphrase, sizeof(passphrase));
	(void)snprintf(what, sizeof(what), "new passphrase of %s", id);
	code = secret_read_new(app, what, passphrase, error);
	err = code ? 0 : operator_key_create(dir, id, passphrase, OPERATOR_KEY_SLOW, public);
	(void)sodium_munlock(passphrase, sizeof(passphrase));
	if (err == -EINVAL)
		code = error_set(error, ERR_USAGE,
				 "an operator is named by 1 to %d letters a-z, digits, '-' or '.', and a passphrase "
				 "has %d to %d characters",
				 OPERATOR_KEY_ID_MAX, OPERATOR_PASSPHRASE_MIN, OPERATOR_PASSPHRASE_MAX);
	else if (err)
		code = error_set(error, ERR_FAILED, "the key of %s could not be made: %s", id, strerror(-err));
	return code;
}

static enum error_code enrol(struct app *app, const struct value *operator, struct output *out,
			     struct error *error)
{
	const struct msg_started *pump = session_pump(app->session);
	uint8_t public[OPERATOR_KEY_PUBLIC_LEN];
	const char *id = NULL;
	uint8_t slot = 0;
	enum error_code code = ERR_NONE;
	if (pump->is_virtual)
		output_mark_virtual(out);
	if (!pump->operators && !operator->present)
		return error_set(error, ERR_USAGE,
				 "the pump lists no operator yet; name its first supervisor: pair %s operator ID",
				 pump->serial);
	if (!pump->operators)
		id = operator->as.text;
	if (id)
		code = supervisor_key(app, id, public, error);
	if (!code)
		code = session_enrol(app->session, id, id ? public : NULL, &slot, error);
	if (code)
		return code;
	struct cJSON *data = output_data(out);
	output_peer(data, "serial", pump->serial, strlen(pump->serial));
	output_peer(data, "model", pump->model, strlen(pump->model));
	output_unsigned(data, "pairing_slot", slot);
	if (id)
		output_string(data, "first_supervisor", id);
	else if (operator->present)
		output_warn(out, "OPERATOR_NOT_ADDED",
			    "The pump lists operators already; %s was not added. One of its supervisors adds operators: "
			    "pumpctl operator add ID ROLE.",
			    operator->as.text);
	output_note(out, "Paired. The card code is kept nowhere. Next: pumpctl --pump %s status", pump->serial);
	return ERR_NONE;
}

static enum error_code open_by_card(struct app *app, const char *serial, struct error *error)
{
	char card[SECRET_MAX], what[64], address[APP_PUMP_MAX];
	struct session_config config = {.adapter = app->options.adapter,
					.timeout_ms = app->options.timeout_ms};
	enum error_code code = app_state_dir(app, &config.state_dir, error);
	if (!code)
		code = app_loop(app, &config.loop, error);
	if (!code)
		code = app_audit(app, &config.audit, error);
	if (!code)
		code = find_window(app, address, sizeof(address), error);
	if (code)
		return code;
	config.pump = address;
	app_disconnect(app);
	(void)sodium_mlock(card, sizeof(card));
	(void)snprintf(what, sizeof(what), "card code of %s", serial);
	code = secret_read(app, what, card, error);
	if (!code)
		code = session_open_by_card(&app->session, &config, serial, card, error);
	(void)sodium_munlock(card, sizeof(card));
	return code;
}

static void add_pairing(void *ctx, const struct state_pairing *pairing)
{
	struct cJSON *row = output_object(ctx, NULL);
	output_string(row, "serial", pairing->serial);
	output_string(row, "address", pairing->address);
	output_flag(row, "found_by_its_advertisement", pairing->has_advert_key);
}

static enum error_code list_local(struct app *app, struct output *out, struct error *error)
{
	const char *dir = NULL;
	uint8_t id[STATE_WORKSTATION_LEN];
	enum error_code code = app_state_dir(app, &dir, error);
	if (code)
		return code;
	int err = state_workstation(dir, id);
	if (!err) {
		output_hex(output_data(out), "this_workstation", id, sizeof(id));
		err = state_pairing_visit(dir, add_pairing, output_array(output_data(out), "pairings"));
	}
	return err ? error_set(error, ERR_FAILED, "a pairing cannot be read: %s", strerror(-err)) : ERR_NONE;
}

static void show_slots(struct output *out, const struct msg_slots *slots,
		       const struct session_security *security)
{
	struct cJSON *data = output_data(out);
	struct cJSON *list = output_array(data, "slots");
	for (uint8_t i = 0; i < slots->count; i++) {
		const struct slot_row *slot = &slots->rows[i];
		struct cJSON *row = output_object(list, NULL);
		output_unsigned(row, "slot", slot->slot);
		output_hex(row, "workstation", slot->workstation, WORKSTATION_LEN);
		output_unsigned(row, "last_order", slot->last_token);
	}
	output_unsigned(data, "card_tries", slots->card_tries);
	output_unsigned(data, "refused_in_all", security->total);
	list = output_array(data, "refused");
	for (size_t i = 0; i < security->count; i++) {
		struct cJSON *row = output_object(list, NULL);
		output_string(row, "what", session_security_words(security->rows[i].kind));
		output_hex(row, "workstation", security->rows[i].workstation, WORKSTATION_LEN);
		output_unsigned(row, "times", security->rows[i].times);
	}
}

static enum error_code list_slots(struct app *app, struct output *out, struct error *error)
{
	bool fresh = false;
	struct msg_slots slots;
	struct session_security *security = calloc(1, sizeof(*security));
	if (!security)
		return error_set(error, ERR_FAILED, "out of memory");
	enum error_code code = app_connect(app, &fresh, error);
	if (!code && session_pump(app->session)->is_virtual)
		output_mark_virtual(out);
	if (!code)
		code = session_read_slots(app->session, &slots, error);
	if (!code)
		code = session_read_security(app->session, security, error);
	if (!code)
		show_slots(out, &slots, security);
	free(security);
	return code;
}

static enum error_code pair(struct app *app, const struct values *args, struct output *out,
			    struct error *error)
{
	const struct value *serial = &args->at[PAIR_SERIAL];
	if (args->at[PAIR_SLOTS].present)
		return list_slots(app, out, error);
	if (args->at[PAIR_LIST].present)
		return list_local(app, out, error);
	if (!serial->present)
		return error_set(error, ERR_USAGE, "name the serial on the implant card: pair SERIAL");
	if (app->options.dry_run) {
		output_note(out, "Dry run: nothing was sent to %s.", serial->as.text);
		return ERR_NONE;
	}
	enum error_code code = open_by_card(app, serial->as.text, error);
	if (!code)
		code = enrol(app, &args->at[PAIR_OPERATOR], out, error);
	app_disconnect(app); /* the next session is under the new key */
	return code;
}

static enum error_code unpair(struct app *app, const struct values *args, struct output *out,
			      struct error *error)
{
	const char *serial = args->at[0].as.text;
	const char *dir = NULL;
	enum error_code code = app_state_dir(app, &dir, error);
	if (code)
		return code;
	if (app->options.dry_run) {
		output_note(out, "Dry run: the key of %s is still here.", serial);
		return ERR_NONE;
	}
	app_disconnect(app);
	const int err = state_pairing_remove(dir, serial);
	if (err == -ENOENT)
		return error_set(error, ERR_NOT_PAIRED, "no key for \"%s\"", serial);
	if (err)
		return error_set(error, ERR_FAILED, "the pairing could not be removed: %s", strerror(-err));
	output_string(output_data(out), "serial", serial);
	output_note(out, "The key of %s is gone from this workstation. The pump keeps the slot until another workstation "
			 "revokes it; to pair again takes implant card and magnet.",
		    serial);
	return ERR_NONE;
}

static const struct command rows[] = {
	{.words = "pair",
	 .summary = "enrol this workstation in a pump, by the code on the implant card",
	 .flags = READS_SECRET,
	 .args = {[PAIR_SERIAL] = {.type = ARG_SERIAL, .name = "SERIAL", .optional = true,
				   .help = "of the pump, from the implant card; a blank card code tells what to do without a card"},
		  [PAIR_OPERATOR] = {.type = ARG_NAME, .name = "ID", .keyword = "operator",
				     .help = "first supervisor of a pump that lists no operator yet"},
		  [PAIR_LIST] = {.type = ARG_FLAG, .keyword = "list", .help = "the pumps paired with this workstation"},
		  [PAIR_SLOTS] = {.type = ARG_FLAG, .keyword = "slots",
				  .help = "the workstations paired with the pump, and what it refused"}},
	 .example = "pair PX20-000123 operator anna",
	 .run = pair},
	{.words = "pair revoke",
	 .summary = "take the pairing of another workstation off the pump",
	 .flags = NEEDS_LINK | CHANGES_THERAPY,
	 .right = RIGHT_PAIRING,
	 .args = {{.type = ARG_INTEGER, .name = "NUMBER", .least = 0, .greatest = SLOTS_MAX - 1,
		   .help = "of the pairing, as shown by: pumpctl pair --slots"}},
	 .example = "pair revoke 3",
	 .run = pair_revoke},
	{.words = "pair new-card",
	 .summary = "put a new code on the implant card; the one before opens nothing any more",
	 .flags = NEEDS_LINK | CHANGES_THERAPY | READS_SECRET,
	 .right = RIGHT_PAIRING,
	 .example = "pair new-card",
	 .run = pair_new_card},
	{.words = "unpair",
	 .summary = "forget the key of a pump",
	 .args = {{.type = ARG_SERIAL, .name = "SERIAL", .help = "of the pump"}},
	 .example = "unpair PX20-000123",
	 .run = unpair},
};

const struct command_group pair_commands = {"Pairing", rows, sizeof(rows) / sizeof(rows[0])};
