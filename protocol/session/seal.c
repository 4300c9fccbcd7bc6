/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "seal.h"

#include <sodium.h>
#include <string.h>

#include "bytes.h"

#define COUNTER_LEN 8

/* docs/protocol.md 3.2. Each direction is named by the role that sends in it. */
static const char KEY_NAME[] = "IIS-2 key";
static const char SESSION_NAME[] = "IIS-2 session";

_Static_assert(SEAL_OVERHEAD == COUNTER_LEN + crypto_aead_chacha20poly1305_ietf_ABYTES,
	       "a sealed message is counter, ciphertext and tag");

static void derive_key(uint8_t key[32], const uint8_t secret[SEAL_SECRET_LEN], enum role direction)
{
	uint8_t input[sizeof KEY_NAME];

	memcpy(input, KEY_NAME, sizeof KEY_NAME - 1);
	input[sizeof KEY_NAME - 1] = (uint8_t)direction;
	crypto_generichash(key, 32, input, sizeof input, secret, SEAL_SECRET_LEN);
}

void seal_init(struct seal *seal, enum role role, const uint8_t secret[SEAL_SECRET_LEN])
{
	enum role peer = role == ROLE_PROGRAMMER ? ROLE_PUMP : ROLE_PROGRAMMER;

	memset(seal, 0, sizeof *seal);
	crypto_generichash(seal->session_id, SESSION_ID_LEN, (const uint8_t *)SESSION_NAME,
			   sizeof SESSION_NAME - 1, secret, SEAL_SECRET_LEN);
	derive_key(seal->send_key, secret, role);
	derive_key(seal->receive_key, secret, peer);
	seal->send_direction = (uint8_t)role;
	seal->receive_direction = (uint8_t)peer;
}

void seal_finish(struct seal *seal)
{
	sodium_memzero(seal, sizeof *seal);
}

static void fill_nonce(uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES],
		       enum channel channel, uint64_t counter)
{
	static const uint8_t zeros[3];
	struct writer w;

	writer_init(&w, nonce, crypto_aead_chacha20poly1305_ietf_NPUBBYTES);
	writer_u8(&w, (uint8_t)channel);
	writer_copy(&w, zeros, sizeof zeros);
	writer_u64(&w, counter);
}

static void fill_associated(uint8_t data[SESSION_ID_LEN + 2], const struct seal *seal,
			    enum channel channel, uint8_t direction)
{
	memcpy(data, seal->session_id, SESSION_ID_LEN);
	data[SESSION_ID_LEN] = (uint8_t)channel;
	data[SESSION_ID_LEN + 1] = direction;
}

static bool is_used_up(const uint64_t counters[3])
{
	return counters[0] + counters[1] + counters[2] >= SEAL_MESSAGES_MAX;
}

enum pump_err seal_message(struct seal *seal, enum channel channel, const uint8_t *plain,
			   size_t len, uint8_t *out, size_t *out_len)
{
	uint64_t *counter = &seal->sent[channel - CHANNEL_IN];
	uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];
	uint8_t associated[SESSION_ID_LEN + 2];
	unsigned long long sealed_len;
	struct writer w;

	if (len > PLAINTEXT_MAX)
		return PUMP_ERANGE;
	if (is_used_up(seal->sent))
		return PUMP_ESTATE;
	writer_init(&w, out, COUNTER_LEN);
	writer_u64(&w, *counter);
	fill_nonce(nonce, channel, *counter);
	fill_associated(associated, seal, channel, seal->send_direction);
	crypto_aead_chacha20poly1305_ietf_encrypt(out + COUNTER_LEN, &sealed_len, plain, len,
						  associated, sizeof associated, NULL, nonce,
						  seal->send_key);
	*out_len = COUNTER_LEN + (size_t)sealed_len;
	++*counter;
	return PUMP_OK;
}

enum pump_err seal_open(struct seal *seal, enum channel channel, const uint8_t *message,
			size_t len, uint8_t *plain, size_t *plain_len)
{
	uint64_t *counter = &seal->received[channel - CHANNEL_IN];
	uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];
	uint8_t associated[SESSION_ID_LEN + 2];
	unsigned long long opened_len;
	struct reader r;

	if (len < SEAL_OVERHEAD || len > MESSAGE_MAX)
		return PUMP_EFORM;
	if (is_used_up(seal->received))
		return PUMP_ESTATE;
	reader_init(&r, message, COUNTER_LEN);
	if (reader_u64(&r) != *counter)
		return PUMP_ESEQ;
	fill_nonce(nonce, channel, *counter);
	fill_associated(associated, seal, channel, seal->receive_direction);
	if (crypto_aead_chacha20poly1305_ietf_decrypt(plain, &opened_len, NULL,
						      message + COUNTER_LEN, len - COUNTER_LEN,
						      associated, sizeof associated, nonce,
						      seal->receive_key) != 0)
		return PUMP_EAUTH;
	*plain_len = (size_t)opened_len;
	++*counter;
	return PUMP_OK;
}
