/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sign.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app.h"
#include "operator_key.h"
#include "output.h"
#include "second_person.h"
#include "secret.h"
#include "session.h"

struct person {
	char id[OPERATOR_ID_MAX + 1];
	uint8_t secret[OPERATOR_KEY_SECRET_LEN];
};

/* Locked memory; wiped with the signature. */
struct signer {
	bool ready;
	uint8_t count;
	struct person people[SIGNATURES_MAX];
};

static const struct operator_row *find_row(const struct msg_operators *list, const char *id)
{
	for (uint8_t i = 0; i < list->count; i++)
		if (!strcmp(list->rows[i].id, id))
			return &list->rows[i];
	return NULL;
}

struct keys_here {
	const struct msg_operators *list; /* NULL: every key counts */
	size_t count;
	char only[OPERATOR_ID_MAX + 1];
};

static void count_key(void *ctx, const char *id)
{
	struct keys_here *here = ctx;
	if (here->list && !find_row(here->list, id))
		return;
	here->count++;
	(void)snprintf(here->only, sizeof(here->only), "%s", id);
}

void sign_operator_id(struct app *app, char id[OPERATOR_ID_MAX + 1])
{
	struct keys_here here = {.list = app->operators};
	const char *dir = NULL;
	id[0] = '\0';
	if (app->options.operator_id)
		(void)snprintf(id, OPERATOR_ID_MAX + 1, "%s", app->options.operator_id);
	else if (!app_state_dir(app, &dir, NULL) && !operator_key_visit(dir, count_key, &here) &&
		 here.count == 1)
		(void)snprintf(id, OPERATOR_ID_MAX + 1, "%s", here.only);
}

static enum error_code refuse_role(const struct operator_row *row, const char *what, struct error *error)
{
	return error_set(error, ERR_NOT_ALLOWED, "%s is a %s on this pump's list, who may not %s", row->id,
			 operator_role_name(row->role), what);
}

static enum error_code refuse_unlisted(const char *id, struct error *error)
{
	return error_set(error, ERR_NOT_ALLOWED, "this pump does not list an operator called %s", id);
}

enum error_code sign_read_list(struct app *app, struct error *error)
{
	struct msg_operators *list = app->operators ? app->operators : calloc(1, sizeof(*list));
	if (!list)
		return error_set(error, ERR_FAILED, "out of memory");
	const enum error_code code = session_read_operators(app->session, list, error);
	app->operators = list;
	if (code)
		sign_forget_list(app);
	return code;
}

void sign_forget_list(struct app *app)
{
	free(app->operators);
	app->operators = NULL;
}

enum error_code sign_check_right(struct app *app, enum operator_right right, struct error *error)
{
	char id[OPERATOR_ID_MAX + 1];
	const enum error_code code = sign_read_list(app, error);
	sign_operator_id(app, id);
	if (code || !id[0] || app->operators->count == 0)
		return code;
	const struct operator_row *row = find_row(app->operators, id);
	if (!row)
		return refuse_unlisted(id, error);
	return operator_may(row->role, right) ? ERR_NONE
					      : refuse_role(row, operator_right_words(right), error);
}

static struct signer *signer_of(struct app *app)
{
	if (!app->signer) {
		app->signer = calloc(1, sizeof(*app->signer));
		if (app->signer)
			(void)sodium_mlock(app->signer, sizeof(*app->signer));
	}
	return app->signer;
}

void sign_forget(struct app *app)
{
	if (!app->signer)
		return;
	(void)sodium_munlock(app->signer, sizeof(*app->signer));
	free(app->signer);
	app->signer = NULL;
}

static enum error_code explain_key(const char *id, int err, int64_t wait_s, struct error *error)
{
	if (err == -EACCES)
		return error_set(error, ERR_NOT_SIGNED, "the passphrase of %s is wrong", id);
	if (err == -EAGAIN)
		return error_set(error, ERR_LOCKED_OUT, "%d wrong passphrases; %s may try again in %" PRId64 " min", OPERATOR_KEY_TRIES,
				 id, (wait_s + 59) / 60);
	if (err == -ENOENT)
		return error_set(error, ERR_NOT_SIGNED, "there is no key of %s on this workstation", id);
	if (err == -EPERM)
		return error_set(error, ERR_NOT_SIGNED, "the key file of %s may be read by other users", id);
	if (err == -EIO)
		return error_set(error, ERR_AUDIT_DAMAGED,
				 "the disk of this workstation takes nothing, neither a count of passphrases nor a record");
	return error_set(error, ERR_NOT_SIGNED, "the key of %s cannot be used: %s", id, strerror(-err));
}

static enum error_code open_key(struct app *app, const char *id, enum operator_key_use use,
				struct person *person, struct error *error)
{
	char passphrase[SECRET_MAX], what[64];
	const char *dir = NULL;
	int64_t wait_s = 0;
	enum error_code code = app_state_dir(app, &dir, error);
	if (code)
		return code;
	(void)sodium_mlock(passphrase, sizeof(passphrase));
	(void)snprintf(what, sizeof(what), "passphrase of %s", id);
	code = secret_read(app, what, passphrase, error);
	if (!code) {
		const int err = operator_key_open(dir, id, passphrase, use, (int64_t)time(NULL),
						  person->secret, &wait_s);
		if (err)
			code = explain_key(id, err, wait_s, error);
	}
	(void)sodium_munlock(passphrase, sizeof(passphrase));
	(void)snprintf(person->id, sizeof(person->id), "%s", id);
	return code;
}

static enum error_code add_person(struct app *app, const struct msg_operators *list, const char *id,
				  const struct sign_need *need, struct error *error)
{
	const struct operator_row *row = find_row(list, id);
	struct signer *signer = signer_of(app);
	if (!signer)
		return error_set(error, ERR_FAILED, "out of memory");
	if (!row)
		return refuse_unlisted(id, error);
	if (!need->gets_safe &&
	    !operator_may_order(row->role, need->parts, need->only_alarms, need->stops_bolus))
		return refuse_role(row, "give this order", error);
	const enum error_code code = open_key(app, id, need->gets_safe ? OPERATOR_KEY_GETS_SAFE : OPERATOR_KEY_ORDERS,
					      &signer->people[signer->count], error);
	if (!code)
		signer->count++;
	return code;
}

static const char *why_two(uint8_t second)
{
	if (second & SECOND_FIRST)
		return "it is the first program of this pump";
	if (second & SECOND_TENFOLD)
		return "a drug goes up ten-fold or more";
	return "it overrides a finding";
}

static enum error_code add_second(struct app *app, const struct msg_operators *list,
				  const struct sign_need *need, struct error *error)
{
	const struct signer *signer = app->signer;
	char id[OPERATOR_ID_MAX + 1];
	enum error_code code = second_person_name(app, why_two(need->second), id, error);
	if (code)
		return code;
	if (!find_row(list, id))
		return refuse_unlisted(id, error);
	if (!strcmp(id, signer->people[0].id))
		return error_set(error, ERR_NOT_SIGNED, "%s cannot be both persons", id);
	code = second_person_enter(app, id, need->act, need->program, error);
	if (!code)
		code = add_person(app, list, id, need, error);
	if (code || !(need->second & SECOND_OVERRIDE))
		return code;
	for (uint8_t i = 0; i < signer->count; i++) {
		const struct operator_row *row = find_row(list, signer->people[i].id);
		if (row && operator_may(row->role, RIGHT_OVERRIDE))
			return ERR_NONE;
	}
	return error_set(error, ERR_NOT_ALLOWED, "to override a finding, one of the two must be a supervisor");
}

static enum error_code obtain(struct app *app, const struct sign_need *need, struct error *error)
{
	char id[OPERATOR_ID_MAX + 1];
	enum error_code code = app->operators ? ERR_NONE : sign_read_list(app, error);
	if (code)
		return code;
	const struct msg_operators *list = app->operators;
	sign_operator_id(app, id);
	if (list->count == 0)
		return error_set(error, ERR_NOT_ALLOWED, "this pump lists no operator yet; enrol it first with its card: pumpctl pair");
	if (!id[0])
		return error_set(error, ERR_NOT_SIGNED, "say who orders, with --operator ID; see: pumpctl operator list");
	code = add_person(app, list, id, need, error);
	if (!code && need->second && !need->gets_safe)
		code = add_second(app, list, need, error);
	return code;
}

enum error_code sign_obtain(struct app *app, struct output *out, const struct sign_need *need,
			    struct error *error)
{
	sign_forget(app);
	struct signer *signer = signer_of(app);
	if (!signer)
		return error_set(error, ERR_FAILED, "out of memory");
	if (app->options.break_glass) {
		if (!need->gets_safe)
			return error_set(error, ERR_USAGE, "--break-glass: this is for orders that get safe alone");
		output_warn(out, "BREAK_GLASS",
			    "EMERGENCY: this order goes out unsigned, while a magnet is held over the pump. A "
			    "countersignature is due within 24 hours: pumpctl operator countersign NUMBER");
		signer->ready = true;
		return ERR_NONE;
	}
	const enum error_code code = obtain(app, need, error);
	if (code)
		sign_forget(app);
	else
		app->signer->ready = true;
	return code;
}

int sign_order(void *ctx, const uint8_t *order, size_t len, struct order_signature *signatures)
{
	struct app *app = ctx;
	struct signer *signer = app->signer;
	uint8_t message[ORDER_SIGNED_MAX];
	const size_t prefix = sizeof(ORDER_SIGNED_PREFIX) - 1;
	if (!signer || !signer->ready || len > ORDER_MAX)
		return -1;
	memcpy(message, ORDER_SIGNED_PREFIX, prefix);
	memcpy(message + prefix, order, len);
	const int count = signer->count;
	for (int i = 0; i < count; i++) {
		memcpy(signatures[i].id, signer->people[i].id, sizeof(signatures[i].id));
		(void)crypto_sign_detached(signatures[i].bytes, NULL, message, prefix + len,
					   signer->people[i].secret);
	}
	sign_forget(app);
	return count;
}
