/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * handshake - how a programmer and a pump prove to one another that they hold the same secret,
 * and come to the keys of a session (docs/protocol.md 3.1, 3.2). One handshake for enrolment,
 * where the secret is the code on the implant card, and for every session, where it is the
 * pairing key that enrolment left behind.
 *
 *     programmer                          pump
 *     HELLO (versions, nonce)      ->
 *                                  <-     HELLO (versions, nonce)
 *     SHARE (with a pairing key:   ->     the MAC is checked before anything costs
 *       MAC under that key)
 *                                  <-     SHARE
 *     TAG                          ->     checked; only then
 *                                  <-     TAG
 *
 * Each side's tag vouches for its role and its whole hello. All state is the caller's memory; a
 * failed handshake has wiped what was secret in it and takes nothing more.
 */
#ifndef PUMPCTL_HANDSHAKE_H
#define PUMPCTL_HANDSHAKE_H

#include "card_code.h"
#include "cpace.h"
#include "hello.h"
#include "seal.h"

#include <stdbool.h>

#define HAND_MAC_LEN       16
#define HAND_SHARE_LEN     (1 + CPACE_POINT_LEN)
#define HAND_SHARE_MAC_LEN (HAND_SHARE_LEN + HAND_MAC_LEN)
#define HAND_TAG_LEN       (1 + CPACE_TAG_LEN)
/* No message of a handshake is longer. */
#define HANDSHAKE_MAX 64

struct handshake_setup {
	enum role role;
	enum hello_secret secret_kind;
	/* SECRET_KEY: PAIRING_KEY_LEN bytes. SECRET_CARD: CARD_CODE_LEN characters, the rest unused. */
	uint8_t secret[PAIRING_KEY_LEN];
	uint8_t workstation[WORKSTATION_LEN];
	char serial[SERIAL_MAX + 1]; /* of the pump that is meant */
	uint32_t capabilities;       /* own */
	uint8_t seed[32];            /* fresh for each handshake */
};

enum handshake_state {
	HANDSHAKE_FAILED, /* also before it has begun */
	HANDSHAKE_HELLO,  /* the peer's HELLO is awaited (programmer) */
	HANDSHAKE_SHARE,  /* the peer's SHARE is awaited */
	HANDSHAKE_TAG,    /* the peer's TAG is awaited */
	HANDSHAKE_DONE,
};

/* Members are private but for state, refusal and pump. */
struct handshake {
	enum handshake_state state;
	enum hello_refusal refusal; /* after PUMP_EUNKNOWN */
	struct hello_pump pump;     /* programmer: the pump's; to be believed once DONE */
	struct handshake_setup setup;
	/* Role byte and whole hello of each side. */
	uint8_t programmer_data[1 + HELLO_PROGRAMMER_LEN], pump_data[1 + HELLO_PUMP_LEN];
	uint8_t session[2 * NONCE_LEN];
	uint8_t scalar[CPACE_SCALAR_LEN];
	uint8_t own_share[CPACE_POINT_LEN], peer_share[CPACE_POINT_LEN];
	uint8_t isk[CPACE_ISK_LEN];
};

/* Programmer: begins. setup is copied. out: HELLO_PROGRAMMER_LEN bytes to be sent. */
void handshake_begin(struct handshake *h, const struct handshake_setup *setup,
		     uint8_t out[HELLO_PROGRAMMER_LEN]);
/*
 * Pump: answers a programmer's HELLO that was decoded well and names the workstation and the kind of
 * secret of setup. out: HELLO_PUMP_LEN bytes to be sent.
 */
void handshake_meet(struct handshake *h, const struct handshake_setup *setup,
		    const uint8_t hello[HELLO_PROGRAMMER_LEN], uint8_t out[HELLO_PUMP_LEN]);
/*
 * Pump, in HANDSHAKE_SHARE: what can be said of a SHARE at next to no cost. PUMP_EFORM: not one;
 * PUMP_EAUTH: its MAC is not made with the pairing key. The handshake itself is left as it is.
 */
enum pump_err handshake_check_share(const struct handshake *h, const uint8_t *message, size_t len)
	PUMP_CHECKED;
/*
 * Takes the peer's next message. out (HANDSHAKE_MAX bytes): the answer to be sent, *out_len 0 for
 * none. When state is DONE afterwards (the pump's last answer is still to be sent) the peer has
 * proved itself. PUMP_EFORM: not the message that is due; PUMP_EPEER: reflected, or no valid
 * share; PUMP_EAUTH: the peer does not hold the secret, or something was changed on the way;
 * PUMP_EUNKNOWN: the pump refused or speaks another major version, see refusal; PUMP_ESTATE:
 * nothing is due. After an error state is HANDSHAKE_FAILED.
 */
enum pump_err handshake_take(struct handshake *h, const uint8_t *message, size_t len,
			     uint8_t out[HANDSHAKE_MAX], size_t *out_len) PUMP_CHECKED;

/* Once DONE: the keys of the session. */
void handshake_seal(const struct handshake *h, struct seal *seal);
/* Once DONE with a card code: the pairing key of every later session. */
void handshake_pairing_key(const struct handshake *h, uint8_t key[PAIRING_KEY_LEN]);
/* Wipes everything. */
void handshake_finish(struct handshake *h);

#endif
