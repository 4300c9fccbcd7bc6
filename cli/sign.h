/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sign - who orders: the operators whose keys sign an order, and the second person. A passphrase
 * opens a key for one signature; the key is wiped when it has signed, and when it has not.
 */
#ifndef PUMPCTL_SIGN_H
#define PUMPCTL_SIGN_H

#include <stdbool.h>

#include "client.h"
#include "error.h"

struct app;
struct output;
struct signer;

/* What an order needs signed. */
struct sign_need {
	uint32_t parts;   /* of the change */
	bool only_alarms; /* of the image nothing but its alarm settings differs */
	bool stops_bolus;
	bool gets_safe;
	uint8_t second;   /* enum second_reason: as the pump says; 0: one signature will do */
	/* What the second person enters blind; NULL: nothing. */
	const struct program *program;
	const char *act; /* "bolus morphine 19.1 mg" */
};

/* Reads the pump's list into app->operators, before anything is staged; forgotten with the command. */
enum error_code sign_read_list(struct app *app, struct error *error) __attribute__((warn_unused_result));
void sign_forget_list(struct app *app);

/*
 * The row's right against the role that the pump lists for the operator in question, before
 * anything else is done; reads the list. Nothing is said of an operator who is not known yet. NOT_ALLOWED;
 * errors of reading the list.
 */
enum error_code sign_check_right(struct app *app, enum operator_right right, struct error *error)
	__attribute__((warn_unused_result));

/*
 * Obtains the keys for the next order: the operator's, and where two must sign the second
 * person's, who has entered the program blind before. With --break-glass nobody signs.
 * NOT_SIGNED, LOCKED_OUT, NOT_ALLOWED, SECOND_DIFFERS, or errors of reading the list.
 */
enum error_code sign_obtain(struct app *app, struct output *out, const struct sign_need *need,
			    struct error *error) __attribute__((warn_unused_result));

/*
 * Signs the bytes of an order with what sign_obtain obtained, and wipes the keys. Returns the
 * number of signatures, or -1 if nothing was obtained. For session_config.on_sign.
 */
int sign_order(void *ctx, const uint8_t *order, size_t len, struct order_signature *signatures);
/* Wipes what was obtained and not used. Also when the app ends. */
void sign_forget(struct app *app);

/* Id of the operator of this run: --operator, or the only key here of those that
 * the pump lists, if its list is read; "" if that is not clear. */
void sign_operator_id(struct app *app, char id[OPERATOR_ID_MAX + 1]);

#endif
