/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * session_pair - enrols this workstation in a pump by the code on the implant card, and reads who
 * else is enrolled. The code is not kept anywhere.
 */
#ifndef PUMPCTL_SESSION_PAIR_H
#define PUMPCTL_SESSION_PAIR_H

#include "session.h"

#define SESSION_CARD_TEXT_MAX 64

/*
 * True if text is a card code; else *error says what is wrong with it: CARD_CODE_FORM, or NO_CARD
 * for a blank one. Nothing is sent.
 */
bool session_card_code_is_good(const char *text, struct error *error);

/* As an implant card shows it, of SESSION_CARD_RANDOM bytes. text: SESSION_CARD_TEXT_MAX bytes. */
#define SESSION_CARD_RANDOM 5
void session_card_code_print(const uint8_t random[SESSION_CARD_RANDOM], char *text);

/* The same code as the pump gets it; no end. */
void session_card_code_make(const uint8_t random[SESSION_CARD_RANDOM], char code[CARD_CODE_LEN]);

/*
 * Opens a session by card code with the pump at config->pump ("sim:NAME" or an address), which must be
 * the one called serial. Errors as session_open; CARD_CODE, NO_MAGNET, CARD_TRIES; PAIRED_ALREADY.
 * Nothing but session_enrol can be done in it.
 */
enum error_code session_open_by_card(struct session **out, const struct session_config *config,
				     const char *serial, const char *card_code, struct error *error)
	__attribute__((warn_unused_result));
/*
 * Enrols this workstation and stores the pairing. operator_id NULL: the pump lists operators; else
 * its first supervisor with that Ed25519 public key. *slot: the pairing slot. PUMP_REFUSED, FAILED
 * (the pairing could not be stored: pair again), link errors.
 */
enum error_code session_enrol(struct session *session, const char *operator_id,
			      const uint8_t *operator_key, uint8_t *slot, struct error *error)
	__attribute__((warn_unused_result));

enum error_code session_read_slots(struct session *session, struct msg_slots *out,
				   struct error *error) __attribute__((warn_unused_result));

/* What the pump refused, newest last. */
struct session_security {
	uint64_t total;
	size_t count;
	struct security_row rows[SECURITY_EVENTS_MAX];
};
enum error_code session_read_security(struct session *session, struct session_security *out,
				      struct error *error) __attribute__((warn_unused_result));
/* "wrong key", "wrong card code", …; a word for a kind that is not known. */
const char *session_security_words(uint8_t kind);

#endif
