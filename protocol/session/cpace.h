/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cpace - CPACE-RISTR255-SHA512 of draft-irtf-cfrg-cpace, with the draft's explicit key
 * confirmation: a password-authenticated key exchange in which a wrong secret costs an attacker
 * one run for one guess, and nothing that was heard can be tried again in private.
 *
 * Initiator and responder are the programmer and the pump (handshake.h, docs/protocol.md 3). The
 * group, the hash and HMAC are libsodium's.
 */
#ifndef PUMPCTL_CPACE_H
#define PUMPCTL_CPACE_H

#include "pump_err.h"

#include <stddef.h>
#include <stdint.h>

#define CPACE_POINT_LEN  32
#define CPACE_SCALAR_LEN 32
#define CPACE_SEED_LEN   64 /* uniform bytes that become a scalar */
#define CPACE_ISK_LEN    64
#define CPACE_TAG_LEN    32 /* of the 64 bytes of HMAC-SHA-512 that are sent */

/* Bytes that are borrowed for a call. */
struct cpace_bytes {
	const uint8_t *data;
	size_t len;
};

/* What both sides know before they begin. */
struct cpace_context {
	struct cpace_bytes secret; /* PRS */
	struct cpace_bytes channel; /* CI: whom it is between */
	struct cpace_bytes session; /* sid */
};

/* A side's share and the associated data that it vouches for. */
struct cpace_side {
	uint8_t share[CPACE_POINT_LEN];
	struct cpace_bytes data;
};

/* The generator that the secret leads to. */
void cpace_generator(const struct cpace_context *context, uint8_t generator[CPACE_POINT_LEN]);
/*
 * Own scalar (from seed, which must be fresh) and share. PUMP_ERANGE: the seed leads to no usable
 * scalar (one in 2^252): take another.
 */
enum pump_err cpace_share(const struct cpace_context *context, const uint8_t seed[CPACE_SEED_LEN],
			  uint8_t scalar[CPACE_SCALAR_LEN], uint8_t share[CPACE_POINT_LEN])
	PUMP_CHECKED;
/*
 * Intermediate session key from own scalar and the peer's share. PUMP_EAUTH: the share is no
 * point of the group, or the neutral one; isk is wiped then.
 */
enum pump_err cpace_key(const struct cpace_bytes *session, const uint8_t scalar[CPACE_SCALAR_LEN],
			const uint8_t peer_share[CPACE_POINT_LEN], const struct cpace_side *initiator,
			const struct cpace_side *responder, uint8_t isk[CPACE_ISK_LEN]) PUMP_CHECKED;
/* The tag with which a side proves that it holds isk. */
void cpace_tag(const struct cpace_bytes *session, const uint8_t isk[CPACE_ISK_LEN],
	       const struct cpace_side *side, uint8_t tag[CPACE_TAG_LEN]);

#endif
