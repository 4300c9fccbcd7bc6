/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mgmt_pairing - the agent of one adapter: a passkey that one side shows and the other types is
 * the only way to pair. Just works and numeric comparison are refused. Keys that a pairing makes
 * live in the kernel's memory only; whoever runs the agent keeps them and loads them again.
 */
#ifndef PUMPCTL_BT_MGMT_PAIRING_H
#define PUMPCTL_BT_MGMT_PAIRING_H

#include "mgmt.h"

/* A long-term key as the kernel hands it out and takes it back. Secret. */
#define MGMT_KEY_LEN 36
struct mgmt_key {
	uint8_t bytes[MGMT_KEY_LEN]; /* address 7, type, central, size, ediv 2, rand 8, value 16 */
};

struct mgmt_peer mgmt_key_peer(const struct mgmt_key *key);
/*
 * True for a key made by Secure Connections with a passkey: authenticated P-256 (type 3) of all
 * 16 bytes. Everything else is what a listener could have made.
 */
bool mgmt_key_is_strong(const struct mgmt_key *key);

/* Replaces all keys of the adapter in the kernel by these. 0 or an error of mgmt.h. */
#define MGMT_KEYS_MAX 32
int mgmt_load_keys(struct mgmt *mgmt, int index, const struct mgmt_key *keys, size_t count)
        __attribute__((warn_unused_result));
/* Forgets what the kernel knows of peer, and ends its link. -EKEYREJECTED: it knew nothing. */
int mgmt_unpair(struct mgmt *mgmt, int index, const struct mgmt_peer *peer);

enum mgmt_refused { MGMT_REFUSED_JUST_WORKS, MGMT_REFUSED_COMPARISON };

/* All may be NULL. Called while events are fed; they may post commands, not wait for any. */
struct mgmt_agent_handlers {
	/* The person here must type what peer shows: mgmt_agent_answer. NULL: refused. */
	void (*on_wanted)(void *ctx, const struct mgmt_peer *peer);
	/* Show passkey, six digits with leading zeros. Told again for each digit that is typed. */
	void (*on_show)(void *ctx, const struct mgmt_peer *peer, uint32_t passkey);
	/* A key to keep, or not (keep false: it holds for this link only). Wipe copies. */
	void (*on_key)(void *ctx, const struct mgmt_key *key, bool keep);
	void (*on_refused)(void *ctx, const struct mgmt_peer *peer, enum mgmt_refused why);
	/* error as for a command: -EACCES a wrong passkey, or the peer refused. */
	void (*on_failed)(void *ctx, const struct mgmt_peer *peer, int error);
};

struct mgmt_agent {
	struct mgmt *mgmt;
	int index;
	const struct mgmt_agent_handlers *handlers;
	void *ctx;
};

/* Hands one event of the listener over; true if it was about a pairing on this adapter. */
bool mgmt_agent_feed(const struct mgmt_agent *agent, uint16_t event, uint16_t index,
                     const uint8_t *params, size_t len);
/* Answers on_wanted. passkey 0..999999, or negative: the person gave up. */
int mgmt_agent_answer(const struct mgmt_agent *agent, const struct mgmt_peer *peer,
                      int32_t passkey);

#endif
