/* SPDX-License-Identifier: GPL-3.0-or-later */
/* operator list, add, passphrase, disable, countersign. */
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "act.h"
#include "groups.h"
#include "operator_key.h"
#include "secret.h"

enum { ARG_OF_ID, ARG_OF_ROLE };

static const char *const role_names[] = {"viewer", "nurse", "programmer", "supervisor", NULL};
static const uint8_t role_codes[] = {OPERATOR_VIEWER, OPERATOR_NURSE, OPERATOR_PROGRAMMER,
				     OPERATOR_SUPERVISOR};

static enum error_code operator_list(struct app *app, const struct values *args, struct output *out,
				     struct error *error)
{
	struct msg_operators list;
	const char *dir = NULL;
	uint8_t public[OPERATOR_KEY_PUBLIC_LEN];
	(void)args;
	enum error_code code = app_state_dir(app, &dir, error);
	if (!code)
		code = session_read_operators(app->session, &list, error);
	if (code)
		return code;
	output_unsigned(output_data(out), "list_version", list.version);
	struct cJSON *rows = output_array(output_data(out), "operators");
	for (uint8_t i = 0; i < list.count; i++) {
		struct cJSON *row = output_object(rows, NULL);
		const bool here = !operator_key_public(dir, list.rows[i].id, public) &&
				  !memcmp(public, list.rows[i].key, sizeof(public));
		output_peer(row, "operator", list.rows[i].id, strlen(list.rows[i].id));
		output_string(row, "role", operator_role_name(list.rows[i].role));
		output_flag(row, "key_on_this_workstation", here);
	}
	if (!list.count)
		output_note(out, "The pump lists no operator yet.");
	return ERR_NONE;
}

/* The line to type and what is then so; the engine has compared what the pump understood with what was meant. */
static void show_words(void *ctx, struct output *out, const struct change *understood, struct act_words *words)
{
	(void)out;
	(void)understood;
	*words = *(const struct act_words *)ctx;
}

static enum error_code order_act(struct app *app, struct output *out, enum order_kind kind,
				 const struct change *change, struct act_words *words, struct error *error)
{
	struct act act = {.kind = kind, .change = *change, .show = show_words, .ctx = words};
	(void)snprintf(act.unchanged, sizeof(act.unchanged), "operators and therapy as before");
	return act_carry_out(app, out, &act, error);
}

static enum error_code explain(const char *id, int err, struct error *error)
{
	if (err == -EINVAL)
		return error_set(error, ERR_USAGE,
				 "an operator is named by 1 to %d letters a-z, digits, '-' or '.', first a letter",
				 OPERATOR_KEY_ID_MAX);
	if (err == -EACCES)
		return error_set(error, ERR_NOT_SIGNED, "the passphrase of %s is wrong", id);
	if (err == -EAGAIN)
		return error_set(error, ERR_LOCKED_OUT, "%d wrong passphrases of %s", OPERATOR_KEY_TRIES, id);
	if (err == -ENOENT)
		return error_set(error, ERR_NOT_SIGNED, "there is no key of %s on this workstation", id);
	return error_set(error, ERR_FAILED, "the key of %s cannot be used: %s", id, strerror(-err));
}

/* The new person's key; nothing is kept of it if the pump does not list it. */
static enum error_code make_key(struct app *app, const char *dir, const char *id, uint8_t *public,
				struct error *error)
{
	char passphrase[SECRET_MAX], what[64];
	(void)sodium_mlock(passphrase, sizeof(passphrase));
	(void)snprintf(what, sizeof(what), "new passphrase of %s", id);
	enum error_code code = secret_read_new(app, what, passphrase, error);
	if (!code) {
		const int err = operator_key_create(dir, id, passphrase, OPERATOR_KEY_SLOW, public);
		if (err)
			code = explain(id, err, error);
	}
	(void)sodium_munlock(passphrase, sizeof(passphrase));
	return code;
}

static enum error_code put_operator(struct app *app, struct output *out, const char *dir, const char *id,
				    uint8_t role, struct error *error)
{
	struct change change = {.parts = PART_OPERATOR};
	struct act_operator *act = &change.operator_act;
	struct act_words words;
	act->what = OPERATOR_PUT;
	act->row.role = role;
	(void)snprintf(act->row.id, sizeof(act->row.id), "%s", id);
	(void)snprintf(words.text, sizeof(words.text), "operator %s %s", id, operator_role_name(role));
	(void)snprintf(words.ordered, sizeof(words.ordered), "%s listed as %s", id, operator_role_name(role));
	/* A dry run makes no key; any stands for it. */
	enum error_code code = ERR_NONE;
	if (!app->options.dry_run)
		code = make_key(app, dir, id, act->row.key, error);
	return code ? code : order_act(app, out, ORDER_OPERATORS, &change, &words, error);
}

static enum error_code operator_add(struct app *app, const struct values *args, struct output *out,
				    struct error *error)
{
	const char *id = args->at[ARG_OF_ID].as.text;
	const uint8_t role = role_codes[args->at[ARG_OF_ROLE].as.choice];
	uint8_t public[OPERATOR_KEY_PUBLIC_LEN];
	struct msg_operators list;
	const char *dir = NULL;
	if (!operator_id_is_valid(id, strlen(id)))
		return explain(id, -EINVAL, error);
	enum error_code code = app_state_dir(app, &dir, error);
	if (!code)
		code = session_read_operators(app->session, &list, error);
	if (code)
		return code;
	for (uint8_t i = 0; i < list.count; i++)
		if (!strcmp(list.rows[i].id, id) && !operator_key_public(dir, id, public) &&
		    !memcmp(public, list.rows[i].key, sizeof(public)))
			output_warn(out, "KEY_REPLACED",
				    "%s has a key here already; it is replaced, and the old passphrase signs nothing any more.", id);
	code = put_operator(app, out, dir, id, role, error);
	if (!code && !app->options.dry_run)
		output_note(out, "%s may now order as %s, with the passphrase just given.", id,
			    operator_role_name(role));
	return code;
}

static enum error_code operator_disable(struct app *app, const struct values *args, struct output *out,
					struct error *error)
{
	const char *id = args->at[ARG_OF_ID].as.text;
	struct change change = {.parts = PART_OPERATOR};
	struct act_words words;
	if (!operator_id_is_valid(id, strlen(id)))
		return explain(id, -EINVAL, error);
	change.operator_act.what = OPERATOR_REMOVE;
	(void)snprintf(change.operator_act.row.id, sizeof(change.operator_act.row.id), "%s", id);
	(void)snprintf(words.text, sizeof(words.text), "operator %s disable", id);
	(void)snprintf(words.ordered, sizeof(words.ordered), "%s not listed any more", id);
	return order_act(app, out, ORDER_OPERATORS, &change, &words, error);
}

static enum error_code operator_countersign(struct app *app, const struct values *args,
					    struct output *out, struct error *error)
{
	struct change change = {.parts = PART_COUNTERSIGN};
	struct act_words words = {.ordered = "the order of that record countersigned"};
	change.countersign = (uint64_t)args->at[ARG_OF_ID].as.integer;
	(void)snprintf(words.text, sizeof(words.text), "countersign %" PRIu64, change.countersign);
	return order_act(app, out, ORDER_COUNTERSIGN, &change, &words, error);
}

static enum error_code change_passphrase(struct app *app, const char *dir, const char *id, char *before,
					 char *after, struct error *error)
{
	char what[64];
	int64_t wait_s = 0;
	(void)snprintf(what, sizeof(what), "passphrase of %s", id);
	enum error_code code = secret_read(app, what, before, error);
	if (!code) {
		(void)snprintf(what, sizeof(what), "new passphrase of %s", id);
		code = secret_read_new(app, what, after, error);
	}
	if (code)
		return code;
	const int err = operator_key_change(dir, id, before, after, (int64_t)time(NULL), &wait_s);
	return err ? explain(id, err, error) : ERR_NONE;
}

static enum error_code operator_passphrase(struct app *app, const struct values *args,
					   struct output *out, struct error *error)
{
	char passphrases[2][SECRET_MAX];
	const char *dir = NULL;
	const char *id = args->at[ARG_OF_ID].as.text;
	enum error_code code = app_state_dir(app, &dir, error);
	if (code)
		return code;
	(void)sodium_mlock(passphrases, sizeof(passphrases));
	code = change_passphrase(app, dir, id, passphrases[0], passphrases[1], error);
	(void)sodium_munlock(passphrases, sizeof(passphrases));
	if (!code)
		output_note(out, "The passphrase of %s is changed on this workstation; the key is the same.", id);
	return code;
}

#define ID_ARG                                                                                     \
	[ARG_OF_ID] = {.type = ARG_NAME, .name = "ID", .help = "who: small letters, digits, '-'"}

static const struct command rows[] = {
	{.words = "operator list",
	 .summary = "who may order what, by the pump's list",
	 .flags = NEEDS_LINK,
	 .example = "operator list",
	 .run = operator_list},
	{.words = "operator add",
	 .summary = "list an operator with a new key, or give one another key or role",
	 .flags = NEEDS_LINK | CHANGES_THERAPY | READS_SECRET,
	 .right = RIGHT_OPERATORS,
	 .args = {ID_ARG,
		  [ARG_OF_ROLE] = {.type = ARG_CHOICE, .name = "ROLE", .choices = role_names,
				   .help = "viewer, nurse, programmer or supervisor"}},
	 .example = "operator add anna nurse",
	 .run = operator_add},
	{.words = "operator disable",
	 .summary = "take an operator off the pump's list",
	 .flags = NEEDS_LINK | CHANGES_THERAPY | READS_SECRET,
	 .right = RIGHT_OPERATORS,
	 .args = {ID_ARG},
	 .example = "operator disable anna",
	 .run = operator_disable},
	{.words = "operator countersign",
	 .summary = "sign afterwards for an order that was given with the magnet",
	 .flags = NEEDS_LINK | CHANGES_THERAPY | READS_SECRET,
	 .right = RIGHT_COUNTERSIGN,
	 .args = {[ARG_OF_ID] = {.type = ARG_INTEGER, .name = "NUMBER", .least = 1, .greatest = INT64_MAX,
				 .help = "of the order in the pump's log"}},
	 .example = "operator countersign 724",
	 .run = operator_countersign},
	{.words = "operator passphrase",
	 .summary = "change the passphrase of an operator's key on this workstation",
	 .flags = OFFLINE | READS_SECRET,
	 .args = {ID_ARG},
	 .example = "operator passphrase anna",
	 .run = operator_passphrase},
};

const struct command_group operator_commands = {"Operators", rows, sizeof(rows) / sizeof(rows[0])};
