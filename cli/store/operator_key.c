/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "operator_key.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state.h"

#define MAGIC "pumpctl-operator 1"

/* Greatest values that a file may ask for: what we never write must not stop the machine. */
#define OPS_MAX UINT64_C(16)
#define MEM_MAX (UINT64_C(1) << 30)

enum {
	SEED_LEN = crypto_sign_SEEDBYTES,
	BOX_LEN = SEED_LEN + crypto_secretbox_MACBYTES,
	FILE_MAX = 640,
	TRIES_MAX = 64,
};

struct sealed_key {
	uint8_t public[OPERATOR_KEY_PUBLIC_LEN];
	uint8_t salt[crypto_pwhash_SALTBYTES];
	uint8_t nonce[crypto_secretbox_NONCEBYTES];
	uint8_t box[BOX_LEN];
	uint64_t ops, mem;
};

static bool is_id(const char *id)
{
	const size_t len = strlen(id);
	return len >= 1 && len <= OPERATOR_KEY_ID_MAX && id[0] >= 'a' && id[0] <= 'z' &&
	       strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-.") == len;
}

static bool is_passphrase(const char *text)
{
	const size_t len = strlen(text);
	return len >= OPERATOR_PASSPHRASE_MIN && len <= OPERATOR_PASSPHRASE_MAX;
}

static int folder(const char *state_dir, char *buf, size_t size)
{
	const int n = snprintf(buf, size, "%s/operators", state_dir);
	if (n < 0 || (size_t)n >= size)
		return -ENAMETOOLONG;
	return mkdir(buf, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

/* A name that no id can have keeps the counts apart from the keys. */
static void tries_name(const char *id, char buf[OPERATOR_KEY_ID_MAX + 8])
{
	(void)snprintf(buf, OPERATOR_KEY_ID_MAX + 8, "%s_tries", id);
}

static int derive(const struct sealed_key *sealed, const char *passphrase, uint8_t *key)
{
	return crypto_pwhash(key, crypto_secretbox_KEYBYTES, passphrase, strlen(passphrase),
			     sealed->salt, sealed->ops, (size_t)sealed->mem,
			     crypto_pwhash_ALG_ARGON2ID13)
		       ? -ENOMEM
		       : 0;
}

static int seal_seed(struct sealed_key *sealed, const uint8_t *seed, const char *passphrase)
{
	uint8_t key[crypto_secretbox_KEYBYTES];
	(void)sodium_mlock(key, sizeof(key));
	randombytes_buf(sealed->salt, sizeof(sealed->salt));
	randombytes_buf(sealed->nonce, sizeof(sealed->nonce));
	const int err = derive(sealed, passphrase, key);
	if (!err)
		(void)crypto_secretbox_easy(sealed->box, seed, SEED_LEN, sealed->nonce, key);
	(void)sodium_munlock(key, sizeof(key));
	return err;
}

static int open_seed(const struct sealed_key *sealed, const char *passphrase, uint8_t *seed)
{
	uint8_t key[crypto_secretbox_KEYBYTES];
	(void)sodium_mlock(key, sizeof(key));
	int err = derive(sealed, passphrase, key);
	if (!err && crypto_secretbox_open_easy(seed, sealed->box, BOX_LEN, sealed->nonce, key))
		err = -EACCES;
	(void)sodium_munlock(key, sizeof(key));
	return err;
}

static int write_key(const char *state_dir, const char *id, const struct sealed_key *sealed)
{
	char dir[STATE_PATH_MAX], text[FILE_MAX];
	char public[2 * sizeof(sealed->public) + 1], salt[2 * sizeof(sealed->salt) + 1],
		nonce[2 * sizeof(sealed->nonce) + 1], box[2 * BOX_LEN + 1];
	const int err = folder(state_dir, dir, sizeof(dir));
	if (err)
		return err;
	sodium_bin2hex(public, sizeof(public), sealed->public, sizeof(sealed->public));
	sodium_bin2hex(salt, sizeof(salt), sealed->salt, sizeof(sealed->salt));
	sodium_bin2hex(nonce, sizeof(nonce), sealed->nonce, sizeof(sealed->nonce));
	sodium_bin2hex(box, sizeof(box), sealed->box, BOX_LEN);
	const int len = snprintf(text, sizeof(text),
				 MAGIC "\npublic %s\nsalt %s\nnonce %s\nops %" PRIu64 "\nmem %" PRIu64 "\nbox %s\n",
				 public, salt, nonce, sealed->ops, sealed->mem, box);
	return state_replace_file(dir, id, text, (size_t)len);
}

/* The value of the next line, which must begin with name; NULL: it does not. */
static char *take_line(char **at, const char *name)
{
	char *line = *at, *end = strchr(line, '\n');
	const size_t len = strlen(name);
	if (!end || strncmp(line, name, len) != 0 || line[len] != ' ')
		return NULL;
	*end = '\0';
	*at = end + 1;
	return line + len + 1;
}

static bool take_hex(char **at, const char *name, uint8_t *out, size_t size)
{
	size_t len = 0;
	const char *end = NULL, *text = take_line(at, name);
	return text && strlen(text) == 2 * size &&
	       !sodium_hex2bin(out, size, text, 2 * size, NULL, &len, &end) && len == size;
}

/* What follows the digits; NULL: there are none, or they say more than greatest. */
static const char *read_digits(const char *text, uint64_t greatest, uint64_t *out)
{
	uint64_t number = 0;
	const char *at = text;
	for (; *at >= '0' && *at <= '9'; at++) {
		const uint64_t digit = (uint64_t)(*at - '0');
		if (digit > greatest || number > (greatest - digit) / 10)
			return NULL;
		number = number * 10 + digit;
	}
	*out = number;
	return at == text ? NULL : at;
}

static bool take_number(char **at, const char *name, uint64_t greatest, uint64_t *out)
{
	const char *text = take_line(at, name);
	if (!text || *text == '0')
		return false;
	const char *end = read_digits(text, greatest, out);
	return end && !*end;
}

static int check_private(const char *dir, const char *id)
{
	char path[STATE_PATH_MAX];
	struct stat st;
	const int n = snprintf(path, sizeof(path), "%s/%s", dir, id);
	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	if (stat(path, &st) < 0)
		return -errno;
	return st.st_mode & 0077 ? -EPERM : 0;
}

static int read_key(const char *state_dir, const char *id, struct sealed_key *out)
{
	char dir[STATE_PATH_MAX], text[FILE_MAX + 1];
	int err = is_id(id) ? folder(state_dir, dir, sizeof(dir)) : -ENOENT;
	if (!err)
		err = check_private(dir, id);
	if (err)
		return err;
	const long len = state_read_file(dir, id, text, FILE_MAX);
	if (len < 0)
		return len == -EFBIG ? -EBADMSG : (int)len;
	text[len] = '\0';
	char *at = text;
	if (strncmp(at, MAGIC "\n", sizeof(MAGIC)) != 0)
		return -EBADMSG;
	at += sizeof(MAGIC);
	if (!take_hex(&at, "public", out->public, sizeof(out->public)) ||
	    !take_hex(&at, "salt", out->salt, sizeof(out->salt)) ||
	    !take_hex(&at, "nonce", out->nonce, sizeof(out->nonce)) ||
	    !take_number(&at, "ops", OPS_MAX, &out->ops) ||
	    !take_number(&at, "mem", MEM_MAX, &out->mem) ||
	    !take_hex(&at, "box", out->box, BOX_LEN) || at != text + len)
		return -EBADMSG;
	return 0;
}

int operator_key_create(const char *state_dir, const char *id, const char *passphrase,
			enum operator_key_cost cost, uint8_t *public)
{
	const bool fast = cost == OPERATOR_KEY_FAST;
	struct sealed_key sealed = {
		.ops = fast ? crypto_pwhash_OPSLIMIT_INTERACTIVE : crypto_pwhash_OPSLIMIT_MODERATE,
		.mem = fast ? crypto_pwhash_MEMLIMIT_INTERACTIVE : crypto_pwhash_MEMLIMIT_MODERATE,
	};
	uint8_t seed[SEED_LEN], secret[crypto_sign_SECRETKEYBYTES];
	if (!is_id(id) || !is_passphrase(passphrase))
		return -EINVAL;
	(void)sodium_mlock(seed, sizeof(seed));
	(void)sodium_mlock(secret, sizeof(secret));
	randombytes_buf(seed, sizeof(seed));
	(void)crypto_sign_seed_keypair(sealed.public, secret, seed);
	int err = seal_seed(&sealed, seed, passphrase);
	(void)sodium_munlock(seed, sizeof(seed));
	(void)sodium_munlock(secret, sizeof(secret));
	if (!err)
		err = write_key(state_dir, id, &sealed);
	if (!err)
		memcpy(public, sealed.public, sizeof(sealed.public));
	return err;
}

struct tries {
	unsigned long count;
	long long last_s;
};

static void read_tries(const char *dir, const char *id, struct tries *out)
{
	char name[OPERATOR_KEY_ID_MAX + 8], text[TRIES_MAX + 1];
	uint64_t count = 0, last_s = 0;
	*out = (struct tries){0};
	tries_name(id, name);
	const long len = state_read_file(dir, name, text, TRIES_MAX);
	if (len <= 0)
		return;
	text[len] = '\0';
	const char *end = read_digits(text, UINT32_MAX, &count);
	if (end && *end == ' ' && read_digits(end + 1, INT64_MAX, &last_s))
		*out = (struct tries){(unsigned long)count, (long long)last_s};
}

static int write_tries(const char *dir, const char *id, const struct tries *tries)
{
	char name[OPERATOR_KEY_ID_MAX + 8], text[TRIES_MAX];
	tries_name(id, name);
	const int len = snprintf(text, sizeof(text), "%lu %lld\n", tries->count, tries->last_s);
	return state_replace_file(dir, name, text, (size_t)len);
}

/* Counted before the try, so that a kill in between does not give one for nothing. */
static int count_try(const char *state_dir, const char *id, enum operator_key_use use, int64_t now_s,
		     int64_t *wait_s)
{
	char dir[STATE_PATH_MAX];
	struct tries tries;
	int err = folder(state_dir, dir, sizeof(dir));
	if (err)
		return err;
	read_tries(dir, id, &tries);
	if (tries.count >= OPERATOR_KEY_TRIES) {
		const int64_t left = tries.last_s + OPERATOR_KEY_LOCK_S - now_s;
		/* A clock that was set back must not lock anybody out for longer. */
		const bool is_locked = left > 0 && left <= OPERATOR_KEY_LOCK_S;
		if (is_locked && use == OPERATOR_KEY_ORDERS) {
			*wait_s = left;
			return -EAGAIN;
		}
		/* A try to get safe keeps the lock for other orders and makes it no longer. */
		if (is_locked)
			return 0;
		tries.count = 0;
	}
	tries.count++;
	tries.last_s = now_s;
	return write_tries(dir, id, &tries) && use == OPERATOR_KEY_ORDERS ? -EIO : 0;
}

static void forget_tries(const char *state_dir, const char *id)
{
	char name[OPERATOR_KEY_ID_MAX + 8], path[STATE_PATH_MAX];
	tries_name(id, name);
	const int n = snprintf(path, sizeof(path), "%s/operators/%s", state_dir, name);
	if (n > 0 && (size_t)n < sizeof(path) && unlink(path) < 0)
		return; /* one wrong passphrase the less before the lock */
}

static int open_counted(const char *state_dir, const char *id, const char *passphrase,
			enum operator_key_use use, int64_t now_s, struct sealed_key *sealed, uint8_t *seed, int64_t *wait_s)
{
	int err = read_key(state_dir, id, sealed);
	if (!err)
		err = count_try(state_dir, id, use, now_s, wait_s);
	if (!err)
		err = open_seed(sealed, passphrase, seed);
	if (!err)
		forget_tries(state_dir, id);
	return err;
}

int operator_key_open(const char *state_dir, const char *id, const char *passphrase, enum operator_key_use use,
		      int64_t now_s, uint8_t *secret, int64_t *wait_s)
{
	struct sealed_key sealed;
	uint8_t seed[SEED_LEN], public[OPERATOR_KEY_PUBLIC_LEN];
	(void)sodium_mlock(seed, sizeof(seed));
	int err = open_counted(state_dir, id, passphrase, use, now_s, &sealed, seed, wait_s);
	if (!err) {
		(void)crypto_sign_seed_keypair(public, secret, seed);
		if (memcmp(public, sealed.public, sizeof(public)) != 0)
			err = -EBADMSG;
	}
	if (err)
		sodium_memzero(secret, OPERATOR_KEY_SECRET_LEN);
	(void)sodium_munlock(seed, sizeof(seed));
	return err;
}

int operator_key_change(const char *state_dir, const char *id, const char *old_passphrase,
			const char *new_passphrase, int64_t now_s, int64_t *wait_s)
{
	struct sealed_key sealed;
	uint8_t seed[SEED_LEN];
	if (!is_passphrase(new_passphrase))
		return -EINVAL;
	(void)sodium_mlock(seed, sizeof(seed));
	int err = open_counted(state_dir, id, old_passphrase, OPERATOR_KEY_ORDERS, now_s, &sealed, seed, wait_s);
	if (!err)
		err = seal_seed(&sealed, seed, new_passphrase);
	(void)sodium_munlock(seed, sizeof(seed));
	return err ? err : write_key(state_dir, id, &sealed);
}

int operator_key_public(const char *state_dir, const char *id, uint8_t *public)
{
	struct sealed_key sealed;
	const int err = read_key(state_dir, id, &sealed);
	if (!err)
		memcpy(public, sealed.public, sizeof(sealed.public));
	return err;
}

int operator_key_remove(const char *state_dir, const char *id)
{
	char path[STATE_PATH_MAX];
	const int n = snprintf(path, sizeof(path), "%s/operators/%s", state_dir, id);
	if (!is_id(id))
		return -ENOENT;
	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	return unlink(path) < 0 ? -errno : 0;
}

int operator_key_visit(const char *state_dir, operator_key_fn visit, void *ctx)
{
	char dir[STATE_PATH_MAX];
	const int err = folder(state_dir, dir, sizeof(dir));
	struct dirent **list = NULL;
	if (err)
		return err;
	const int count = scandir(dir, &list, NULL, alphasort);
	if (count < 0)
		return -errno;
	for (int i = 0; i < count; i++) {
		if (is_id(list[i]->d_name))
			visit(ctx, list[i]->d_name);
		free(list[i]);
	}
	free(list);
	return 0;
}
