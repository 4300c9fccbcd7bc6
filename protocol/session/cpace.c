/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cpace.h"

#include <sodium.h>
#include <string.h>

/* Input block of SHA-512: the secret alone fills the first one, so that its length is not heard. */
#define HASH_BLOCK 128
#define LENGTH_MAX 10 /* bytes of a LEB128 length */

static const uint8_t GENERATOR_LABEL[] = "CPaceRistretto255";
static const uint8_t KEY_LABEL[] = "CPaceRistretto255_ISK";
static const uint8_t MAC_LABEL[] = "CPaceMac";

static size_t put_length(uint8_t out[LENGTH_MAX], size_t len)
{
	size_t n = 0;

	for (; len > 0x7f; len >>= 7)
		out[n++] = (uint8_t)(0x80 | (len & 0x7f));
	out[n++] = (uint8_t)len;
	return n;
}

/* Length and bytes, so that no two lists of inputs hash alike. */
static void hash_counted(crypto_hash_sha512_state *hash, const uint8_t *data, size_t len)
{
	uint8_t length[LENGTH_MAX];

	crypto_hash_sha512_update(hash, length, put_length(length, len));
	crypto_hash_sha512_update(hash, data, len);
}

static void mac_counted(crypto_auth_hmacsha512_state *mac, const uint8_t *data, size_t len)
{
	uint8_t length[LENGTH_MAX];

	crypto_auth_hmacsha512_update(mac, length, put_length(length, len));
	crypto_auth_hmacsha512_update(mac, data, len);
}

void cpace_generator(const struct cpace_context *context, uint8_t generator[CPACE_POINT_LEN])
{
	static const uint8_t zeros[HASH_BLOCK];
	const size_t label_len = sizeof GENERATOR_LABEL - 1;
	uint8_t length[LENGTH_MAX];
	uint8_t digest[crypto_core_ristretto255_HASHBYTES];
	crypto_hash_sha512_state hash;
	size_t used = put_length(length, label_len) + label_len +
		      put_length(length, context->secret.len) + context->secret.len + 1;

	crypto_hash_sha512_init(&hash);
	hash_counted(&hash, GENERATOR_LABEL, label_len);
	hash_counted(&hash, context->secret.data, context->secret.len);
	hash_counted(&hash, zeros, used < HASH_BLOCK ? HASH_BLOCK - used : 0);
	hash_counted(&hash, context->channel.data, context->channel.len);
	hash_counted(&hash, context->session.data, context->session.len);
	crypto_hash_sha512_final(&hash, digest);
	crypto_core_ristretto255_from_hash(generator, digest);
	sodium_memzero(digest, sizeof digest);
	sodium_memzero(&hash, sizeof hash);
}

enum pump_err cpace_share(const struct cpace_context *context, const uint8_t seed[CPACE_SEED_LEN],
			  uint8_t scalar[CPACE_SCALAR_LEN], uint8_t share[CPACE_POINT_LEN])
{
	uint8_t generator[CPACE_POINT_LEN];
	int err;

	cpace_generator(context, generator);
	crypto_core_ristretto255_scalar_reduce(scalar, seed);
	err = crypto_scalarmult_ristretto255(share, scalar, generator);
	sodium_memzero(generator, sizeof generator);
	return err ? PUMP_ERANGE : PUMP_OK;
}

enum pump_err cpace_key(const struct cpace_bytes *session, const uint8_t scalar[CPACE_SCALAR_LEN],
			const uint8_t peer_share[CPACE_POINT_LEN], const struct cpace_side *initiator,
			const struct cpace_side *responder, uint8_t isk[CPACE_ISK_LEN])
{
	uint8_t point[CPACE_POINT_LEN];
	crypto_hash_sha512_state hash;

	if (crypto_scalarmult_ristretto255(point, scalar, peer_share) != 0) {
		sodium_memzero(isk, CPACE_ISK_LEN);
		return PUMP_EAUTH;
	}
	crypto_hash_sha512_init(&hash);
	hash_counted(&hash, KEY_LABEL, sizeof KEY_LABEL - 1);
	hash_counted(&hash, session->data, session->len);
	hash_counted(&hash, point, sizeof point);
	hash_counted(&hash, initiator->share, CPACE_POINT_LEN);
	hash_counted(&hash, initiator->data.data, initiator->data.len);
	hash_counted(&hash, responder->share, CPACE_POINT_LEN);
	hash_counted(&hash, responder->data.data, responder->data.len);
	crypto_hash_sha512_final(&hash, isk);
	sodium_memzero(point, sizeof point);
	sodium_memzero(&hash, sizeof hash);
	return PUMP_OK;
}

void cpace_tag(const struct cpace_bytes *session, const uint8_t isk[CPACE_ISK_LEN],
	       const struct cpace_side *side, uint8_t tag[CPACE_TAG_LEN])
{
	uint8_t key[crypto_hash_sha512_BYTES];
	uint8_t whole[crypto_auth_hmacsha512_BYTES];
	crypto_hash_sha512_state hash;
	crypto_auth_hmacsha512_state mac;

	crypto_hash_sha512_init(&hash);
	crypto_hash_sha512_update(&hash, MAC_LABEL, sizeof MAC_LABEL - 1);
	crypto_hash_sha512_update(&hash, session->data, session->len);
	crypto_hash_sha512_update(&hash, isk, CPACE_ISK_LEN);
	crypto_hash_sha512_final(&hash, key);
	crypto_auth_hmacsha512_init(&mac, key, sizeof key);
	mac_counted(&mac, side->share, CPACE_POINT_LEN);
	mac_counted(&mac, side->data.data, side->data.len);
	crypto_auth_hmacsha512_final(&mac, whole);
	memcpy(tag, whole, CPACE_TAG_LEN);
	sodium_memzero(key, sizeof key);
	sodium_memzero(whole, sizeof whole);
	sodium_memzero(&hash, sizeof hash);
	sodium_memzero(&mac, sizeof mac);
}
