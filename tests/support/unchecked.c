/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * unchecked - what an attacker makes of pumpctl: the product's own objects, linked with --wrap so
 * that every check of the client says yes. Findings, roles, confirmation, the second person, the
 * two signatures and the comparison of what was staged are gone; what is left to stop an order is
 * the pump. One more command, "order KIND HEX", sends any bytes at all as a change.
 *
 * Who signs: --operator and --second, each with the key that the next passphrase opens; with a key
 * made on the spot if there is none of that name here. Without either nobody signs.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app.h"
#include "command.h"
#include "confirm.h"
#include "operator_key.h"
#include "order.h"
#include "second.h"
#include "secret.h"
#include "sign.h"
#include "therapy_limits.h"

/* The linker's names; the product's headers declare the others. */
#define WRAPS(function) __wrap_##function
#define REAL(function)  __real_##function

static struct {
	uint8_t bytes[CHANGE_MAX];
	size_t len; /* 0: the client's own change goes out */
} forged;

static struct {
	int count;
	struct {
		char id[OPERATOR_ID_MAX + 1];
		uint8_t secret[OPERATOR_KEY_SECRET_LEN];
	} people[SIGNATURES_MAX];
} signers;

size_t WRAPS(limits_check)(const struct limits_request *request, struct finding *out);
size_t WRAPS(limits_check)(const struct limits_request *request, struct finding *out)
{
	(void)request;
	(void)out;
	return 0;
}

bool WRAPS(findings_refuse)(const struct finding *findings, size_t count);
bool WRAPS(findings_refuse)(const struct finding *findings, size_t count)
{
	(void)findings;
	(void)count;
	return false;
}

enum error_code WRAPS(confirm_obtain)(struct app *app, struct output *out, const struct confirm_step *steps,
				      size_t count, struct error *error);
enum error_code WRAPS(confirm_obtain)(struct app *app, struct output *out, const struct confirm_step *steps,
				      size_t count, struct error *error)
{
	(void)app;
	(void)out;
	(void)steps;
	(void)count;
	(void)error;
	return ERR_NONE;
}

enum error_code WRAPS(sign_check_right)(struct app *app, enum operator_right right, struct error *error);
enum error_code WRAPS(sign_check_right)(struct app *app, enum operator_right right, struct error *error)
{
	(void)app;
	(void)right;
	(void)error;
	return ERR_NONE;
}

enum pump_err WRAPS(second_compare)(const uint8_t *change, size_t len, enum order_kind kind,
				    const struct change *meant, const struct program *program,
				    const struct msg_staged *staged);
enum pump_err WRAPS(second_compare)(const uint8_t *change, size_t len, enum order_kind kind,
				    const struct change *meant, const struct program *program,
				    const struct msg_staged *staged)
{
	(void)change;
	(void)len;
	(void)kind;
	(void)meant;
	(void)program;
	(void)staged;
	return PUMP_OK;
}

bool WRAPS(second_amounts_agree)(const struct change *meant, uint64_t primary_ng_per_ml,
				 const struct msg_staged *staged);
bool WRAPS(second_amounts_agree)(const struct change *meant, uint64_t primary_ng_per_ml,
				 const struct msg_staged *staged)
{
	(void)meant;
	(void)primary_ng_per_ml;
	(void)staged;
	return true;
}

bool WRAPS(order_kind_fits)(uint16_t kind, uint32_t parts);
bool WRAPS(order_kind_fits)(uint16_t kind, uint32_t parts)
{
	(void)kind;
	(void)parts;
	return true;
}

bool WRAPS(session_has_open_intent)(const struct session *session);
bool WRAPS(session_has_open_intent)(const struct session *session)
{
	(void)session;
	return false;
}

/* Keys of the attacker's operators open fast. */
int REAL(operator_key_create)(const char *state_dir, const char *id, const char *passphrase,
			      enum operator_key_cost cost, uint8_t *public);
int WRAPS(operator_key_create)(const char *state_dir, const char *id, const char *passphrase,
			       enum operator_key_cost cost, uint8_t *public);
int WRAPS(operator_key_create)(const char *state_dir, const char *id, const char *passphrase,
			       enum operator_key_cost cost, uint8_t *public)
{
	(void)cost;
	return REAL(operator_key_create)(state_dir, id, passphrase, OPERATOR_KEY_FAST, public);
}

enum pump_err REAL(change_encode)(const struct change *change, uint8_t *buf, size_t size, size_t *len);
enum pump_err WRAPS(change_encode)(const struct change *change, uint8_t *buf, size_t size, size_t *len);
enum pump_err WRAPS(change_encode)(const struct change *change, uint8_t *buf, size_t size, size_t *len)
{
	if (!forged.len)
		return REAL(change_encode)(change, buf, size, len);
	if (forged.len > size)
		return PUMP_ESHORT;
	memcpy(buf, forged.bytes, forged.len);
	*len = forged.len;
	return PUMP_OK;
}

static enum error_code add_signer(struct app *app, const char *id, struct error *error)
{
	char passphrase[SECRET_MAX];
	uint8_t public[OPERATOR_KEY_PUBLIC_LEN], *secret = signers.people[signers.count].secret;
	const char *dir = NULL;
	int64_t wait_s = 0;
	enum error_code code = app_state_dir(app, &dir, error);
	if (!code)
		code = secret_read(app, "passphrase", passphrase, error);
	if (code)
		return code;
	if (operator_key_open(dir, id, passphrase, OPERATOR_KEY_ORDERS, (int64_t)time(NULL), secret, &wait_s))
		(void)crypto_sign_keypair(public, secret);
	(void)snprintf(signers.people[signers.count].id, OPERATOR_ID_MAX + 1, "%s", id);
	signers.count++;
	return ERR_NONE;
}

enum error_code WRAPS(sign_obtain)(struct app *app, struct output *out, const struct sign_need *need,
				   struct error *error);
enum error_code WRAPS(sign_obtain)(struct app *app, struct output *out, const struct sign_need *need,
				   struct error *error)
{
	enum error_code code = ERR_NONE;
	(void)out;
	(void)need;
	signers.count = 0;
	if (app->options.operator_id)
		code = add_signer(app, app->options.operator_id, error);
	if (!code && app->options.second)
		code = add_signer(app, app->options.second, error);
	return code;
}

int WRAPS(sign_order)(void *ctx, const uint8_t *order, size_t len, struct order_signature *signatures);
int WRAPS(sign_order)(void *ctx, const uint8_t *order, size_t len, struct order_signature *signatures)
{
	uint8_t message[ORDER_SIGNED_MAX];
	const size_t prefix = sizeof(ORDER_SIGNED_PREFIX) - 1;
	(void)ctx;
	memcpy(message, ORDER_SIGNED_PREFIX, prefix);
	memcpy(message + prefix, order, len);
	for (int i = 0; i < signers.count; i++) {
		memcpy(signatures[i].id, signers.people[i].id, sizeof(signatures[i].id));
		(void)crypto_sign_detached(signatures[i].bytes, NULL, message, prefix + len, signers.people[i].secret);
	}
	return signers.count;
}

enum { ARG_OF_KIND, ARG_OF_BYTES };

static enum error_code give_order(struct app *app, enum order_kind kind, struct output *out,
				  struct msg_staged *staged, struct error *error)
{
	static const struct change nothing;
	struct order_steps steps = {.steps = {{.text = "order", .why = ""}}, .count = 1};
	struct msg_status status;
	enum error_code code = session_read_status(app->session, &status, error);
	if (!code)
		code = session_stage_change(app->session, kind, &nothing, NULL,
					    order_gets_safe((uint16_t)kind) ? NULL : status.active_digest, staged, error);
	if (code)
		return code;
	output_unsigned(output_data(out), "second", staged->second);
	return order_carry_out(app, out, staged, &steps, NULL, error);
}

static enum error_code order(struct app *app, const struct values *args, struct output *out, struct error *error)
{
	const char *hex = args->at[ARG_OF_BYTES].as.text;
	struct msg_staged *staged = calloc(1, sizeof(*staged));
	enum error_code code = ERR_FAILED;
	if (staged && !sodium_hex2bin(forged.bytes, sizeof(forged.bytes), hex, strlen(hex), NULL, &forged.len, NULL))
		code = give_order(app, (enum order_kind)args->at[ARG_OF_KIND].as.integer, out, staged, error);
	forged.len = 0;
	free(staged);
	return code;
}

static const struct command row = {
	.words = "order",
	.summary = "stage and commit any bytes",
	.flags = NEEDS_LINK | CHANGES_THERAPY,
	.args = {[ARG_OF_KIND] = {.type = ARG_INTEGER, .name = "KIND", .least = 0, .greatest = UINT16_MAX},
		 [ARG_OF_BYTES] = {.type = ARG_FILE, .name = "HEX"}},
	.run = order,
};

const struct command *REAL(command_find)(const struct words *words, size_t *used, struct error *error);
const struct command *WRAPS(command_find)(const struct words *words, size_t *used, struct error *error);
const struct command *WRAPS(command_find)(const struct words *words, size_t *used, struct error *error)
{
	if (!words->count || strcmp(words->at[0].text, row.words) != 0)
		return REAL(command_find)(words, used, error);
	*used = 1;
	return &row;
}
