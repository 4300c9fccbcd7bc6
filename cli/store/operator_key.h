/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * operator_key - the signing key of an operator, <state>/operators/ID (0600): an Ed25519 seed in a
 * secretbox whose key Argon2id makes from the operator's passphrase. The passphrase opens the key
 * for one signature. Wrong passphrases are counted in a file beside it, before each try.
 */
#ifndef PUMPCTL_STORE_OPERATOR_KEY_H
#define PUMPCTL_STORE_OPERATOR_KEY_H

#include <stddef.h>
#include <stdint.h>

#define OPERATOR_KEY_ID_MAX     16
#define OPERATOR_KEY_PUBLIC_LEN 32
#define OPERATOR_KEY_SECRET_LEN 64
#define OPERATOR_PASSPHRASE_MIN 8
#define OPERATOR_PASSPHRASE_MAX 128

/* So many wrong passphrases in a row lock an operator out here, for so long. */
#define OPERATOR_KEY_TRIES  5
#define OPERATOR_KEY_LOCK_S 900

/* How hard the passphrase is to guess: SLOW 256 MiB, FAST 64 MiB and for training only. */
enum operator_key_cost { OPERATOR_KEY_SLOW, OPERATOR_KEY_FAST };

/*
 * Makes a key, or puts another one in its place. public: OPERATOR_KEY_PUBLIC_LEN bytes. 0, -EINVAL (not an
 * id, or a passphrase too short or long), -ENOMEM, or -errno.
 */
int operator_key_create(const char *state_dir, const char *id, const char *passphrase,
			enum operator_key_cost cost, uint8_t *public) __attribute__((warn_unused_result));
/*
 * What a key is opened for. GETS_SAFE: neither a lock nor a disk that cannot count the try stands in the way;
 * the passphrase must be right all the same. A wrong one counts, unless a lock stands or it cannot be stored.
 */
enum operator_key_use { OPERATOR_KEY_ORDERS, OPERATOR_KEY_GETS_SAFE };

/*
 * Opens a key. secret: OPERATOR_KEY_SECRET_LEN bytes, the caller's to wipe. now_s: wall clock. 0; -ENOENT;
 * -EBADMSG (no such file of ours); -EPERM (readable by others); -EACCES (wrong passphrase); -EAGAIN (locked
 * out, *wait_s says how long); -EIO (the try cannot be counted); -ENOMEM; or -errno.
 */
int operator_key_open(const char *state_dir, const char *id, const char *passphrase, enum operator_key_use use,
		      int64_t now_s, uint8_t *secret, int64_t *wait_s) __attribute__((warn_unused_result));
/* The same key under another passphrase. Errors of both above. */
int operator_key_change(const char *state_dir, const char *id, const char *old_passphrase,
			const char *new_passphrase, int64_t now_s, int64_t *wait_s)
	__attribute__((warn_unused_result));
/* The public half, without a passphrase. */
int operator_key_public(const char *state_dir, const char *id, uint8_t *public)
	__attribute__((warn_unused_result));
int operator_key_remove(const char *state_dir, const char *id) __attribute__((warn_unused_result));

/* Calls visit with the id of each key here. 0 (also if there is none) or -errno. */
typedef void (*operator_key_fn)(void *ctx, const char *id);
int operator_key_visit(const char *state_dir, operator_key_fn visit, void *ctx)
	__attribute__((warn_unused_result));

#endif
