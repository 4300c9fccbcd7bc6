/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * seal - session keys and sealed messages (docs/protocol.md 3.2, 3.3).
 *
 * ChaCha20-Poly1305-IETF and BLAKE2b are libsodium's. One struct seal per side of a session:
 * it seals in its own direction and opens the other's, with a counter for each characteristic.
 */
#ifndef PUMPCTL_SEAL_H
#define PUMPCTL_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "codes.h"
#include "pump_err.h"

#define SESSION_ID_LEN 16
/* Messages in one direction after which a session must end. */
#define SEAL_MESSAGES_MAX (UINT64_C(1) << 20)

struct seal {
	uint8_t send_key[32], receive_key[32];
	uint8_t session_id[SESSION_ID_LEN];
	uint8_t send_direction, receive_direction;
	uint64_t sent[3], received[3]; /* by channel - CHANNEL_IN */
};

#define SEAL_SECRET_LEN 64 /* what a handshake leaves behind, its ISK */

/* Derives both keys and the session id from the handshake's secret. role: which side this is. */
void seal_init(struct seal *seal, enum role role, const uint8_t secret[SEAL_SECRET_LEN]);
/* Wipes keys and counters. */
void seal_finish(struct seal *seal);

/*
 * Seals plain (len <= PLAINTEXT_MAX) into out (len + SEAL_OVERHEAD bytes; must not overlap).
 * PUMP_ERANGE: too long; PUMP_ESTATE: SEAL_MESSAGES_MAX reached, the session must end.
 */
enum pump_err seal_message(struct seal *seal, enum channel channel, const uint8_t *plain,
			   size_t len, uint8_t *out, size_t *out_len) PUMP_CHECKED;
/*
 * Opens message into plain (at least len - SEAL_OVERHEAD bytes; may be message + 8).
 * PUMP_EFORM: too short; PUMP_ESEQ: counter is not the next; PUMP_EAUTH: does not open;
 * PUMP_ESTATE as above. On any error the session must end without an answer.
 */
enum pump_err seal_open(struct seal *seal, enum channel channel, const uint8_t *message,
			size_t len, uint8_t *plain, size_t *plain_len) PUMP_CHECKED;

#endif
