/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "handshake.h"

#include <sodium.h>
#include <string.h>

#include "bytes.h"

/* Names of the protocol within its hashes; docs/protocol.md 3.2. */
static const char CHANNEL_NAME[] = "IIS-2";
static const char MAC_NAME[] = "IIS-2 share";
static const char PAIRING_NAME[] = "IIS-2 pairing key";

#define CHANNEL_MAX (1 + sizeof CHANNEL_NAME + 1 + WORKSTATION_LEN + 1 + SERIAL_MAX)

_Static_assert(HAND_SHARE_MAC_LEN <= HANDSHAKE_MAX && HELLO_PROGRAMMER_LEN <= HANDSHAKE_MAX &&
		       HAND_TAG_LEN <= HANDSHAKE_MAX,
	       "HANDSHAKE_MAX is the longest message");

static void expand_seed(const struct handshake *h, const char *name, uint8_t *out, size_t len)
{
	size_t name_len = 0;

	while (name[name_len] != '\0')
		name_len++;
	crypto_generichash(out, len, (const uint8_t *)name, name_len, h->setup.seed,
			   sizeof h->setup.seed);
}

static struct cpace_bytes session_of(const struct handshake *h)
{
	return (struct cpace_bytes){h->session, sizeof h->session};
}

static struct cpace_side programmer_of(const struct handshake *h)
{
	struct cpace_side side = {.data = {h->programmer_data, sizeof h->programmer_data}};

	memcpy(side.share, h->setup.role == ROLE_PROGRAMMER ? h->own_share : h->peer_share,
	       CPACE_POINT_LEN);
	return side;
}

static struct cpace_side pump_of(const struct handshake *h)
{
	struct cpace_side side = {.data = {h->pump_data, sizeof h->pump_data}};

	memcpy(side.share, h->setup.role == ROLE_PUMP ? h->own_share : h->peer_share,
	       CPACE_POINT_LEN);
	return side;
}

static enum pump_err fail(struct handshake *h, enum pump_err err)
{
	enum hello_refusal refusal = h->refusal;

	handshake_finish(h);
	h->refusal = refusal;
	return err;
}

static void keep_programmer(struct handshake *h, const uint8_t *hello)
{
	h->programmer_data[0] = ROLE_PROGRAMMER;
	memcpy(h->programmer_data + 1, hello, HELLO_PROGRAMMER_LEN);
	memcpy(h->session, hello + HELLO_PROGRAMMER_LEN - NONCE_LEN, NONCE_LEN);
}

static void keep_pump(struct handshake *h, const uint8_t *hello)
{
	h->pump_data[0] = ROLE_PUMP;
	memcpy(h->pump_data + 1, hello, HELLO_PUMP_LEN);
	memcpy(h->session + NONCE_LEN, hello + HELLO_PUMP_LEN - NONCE_LEN, NONCE_LEN);
}

void handshake_begin(struct handshake *h, const struct handshake_setup *setup,
		     uint8_t out[HELLO_PROGRAMMER_LEN])
{
	struct hello_programmer hello = {
		.major = PROTOCOL_MAJOR,
		.minor = PROTOCOL_MINOR,
		.secret = setup->secret_kind,
		.capabilities = setup->capabilities,
	};

	memset(h, 0, sizeof *h);
	h->setup = *setup;
	memcpy(hello.workstation, setup->workstation, WORKSTATION_LEN);
	expand_seed(h, "nonce", hello.nonce, NONCE_LEN);
	hello_programmer_encode(&hello, out);
	keep_programmer(h, out);
	h->state = HANDSHAKE_HELLO;
}

void handshake_meet(struct handshake *h, const struct handshake_setup *setup,
		    const uint8_t hello[HELLO_PROGRAMMER_LEN], uint8_t out[HELLO_PUMP_LEN])
{
	struct hello_pump own = {
		.major = PROTOCOL_MAJOR,
		.minor = PROTOCOL_MINOR,
		.capabilities = setup->capabilities,
	};

	memset(h, 0, sizeof *h);
	h->setup = *setup;
	expand_seed(h, "nonce", own.nonce, NONCE_LEN);
	hello_pump_encode(&own, out);
	keep_programmer(h, hello);
	keep_pump(h, out);
	h->state = HANDSHAKE_SHARE;
}

/* Both hellos and the share, so that nothing heard earlier passes. */
static void make_mac(const struct handshake *h, const uint8_t share[CPACE_POINT_LEN],
		     uint8_t mac[HAND_MAC_LEN])
{
	uint8_t input[sizeof MAC_NAME - 1 + HELLO_PROGRAMMER_LEN + HELLO_PUMP_LEN + CPACE_POINT_LEN];
	struct writer w;

	writer_init(&w, input, sizeof input);
	writer_copy(&w, (const uint8_t *)MAC_NAME, sizeof MAC_NAME - 1);
	writer_copy(&w, h->programmer_data + 1, HELLO_PROGRAMMER_LEN);
	writer_copy(&w, h->pump_data + 1, HELLO_PUMP_LEN);
	writer_copy(&w, share, CPACE_POINT_LEN);
	crypto_generichash(mac, HAND_MAC_LEN, input, sizeof input, h->setup.secret, PAIRING_KEY_LEN);
}

enum pump_err handshake_check_share(const struct handshake *h, const uint8_t *message, size_t len)
{
	bool has_mac = h->setup.role == ROLE_PUMP && h->setup.secret_kind == SECRET_KEY;
	uint8_t mac[HAND_MAC_LEN];

	if (len != (has_mac ? HAND_SHARE_MAC_LEN : HAND_SHARE_LEN) || message[0] != HAND_SHARE)
		return PUMP_EFORM;
	if (!has_mac)
		return PUMP_OK;
	make_mac(h, message + 1, mac);
	return sodium_memcmp(mac, message + HAND_SHARE_LEN, HAND_MAC_LEN) == 0 ? PUMP_OK : PUMP_EAUTH;
}

static size_t fill_channel(const struct handshake *h, uint8_t channel[CHANNEL_MAX])
{
	struct writer w;

	/* Each part is shorter than 128 bytes, so its LEB128 length is one byte, as string8's. */
	writer_init(&w, channel, CHANNEL_MAX);
	writer_string8(&w, CHANNEL_NAME);
	writer_u8(&w, WORKSTATION_LEN);
	writer_copy(&w, h->setup.workstation, WORKSTATION_LEN);
	writer_string8(&w, h->setup.serial);
	return writer_len(&w);
}

static enum pump_err make_share(struct handshake *h)
{
	uint8_t channel[CHANNEL_MAX];
	uint8_t seed[CPACE_SEED_LEN];
	struct cpace_context context = {
		.secret = {h->setup.secret,
			   h->setup.secret_kind == SECRET_KEY ? PAIRING_KEY_LEN : CARD_CODE_LEN},
		.channel = {channel, fill_channel(h, channel)},
		.session = session_of(h),
	};
	enum pump_err err;

	expand_seed(h, "scalar", seed, sizeof seed);
	err = cpace_share(&context, seed, h->scalar, h->own_share);
	sodium_memzero(seed, sizeof seed);
	return err;
}

static enum pump_err take_share(struct handshake *h, const uint8_t *message)
{
	struct cpace_bytes session = session_of(h);
	struct cpace_side programmer, pump;

	memcpy(h->peer_share, message + 1, CPACE_POINT_LEN);
	if (memcmp(h->peer_share, h->own_share, CPACE_POINT_LEN) == 0)
		return PUMP_EPEER;
	programmer = programmer_of(h);
	pump = pump_of(h);
	if (cpace_key(&session, h->scalar, h->peer_share, &programmer, &pump, h->isk) != PUMP_OK)
		return PUMP_EPEER;
	sodium_memzero(h->scalar, sizeof h->scalar);
	return PUMP_OK;
}

static size_t put_tag(const struct handshake *h, uint8_t *out)
{
	struct cpace_bytes session = session_of(h);
	struct cpace_side own = h->setup.role == ROLE_PUMP ? pump_of(h) : programmer_of(h);

	out[0] = HAND_TAG;
	cpace_tag(&session, h->isk, &own, out + 1);
	return HAND_TAG_LEN;
}

static enum pump_err check_tag(const struct handshake *h, const uint8_t *message, size_t len)
{
	struct cpace_bytes session = session_of(h);
	struct cpace_side peer = h->setup.role == ROLE_PUMP ? programmer_of(h) : pump_of(h);
	uint8_t expected[CPACE_TAG_LEN];

	if (len != HAND_TAG_LEN || message[0] != HAND_TAG)
		return PUMP_EFORM;
	cpace_tag(&session, h->isk, &peer, expected);
	return sodium_memcmp(expected, message + 1, CPACE_TAG_LEN) == 0 ? PUMP_OK : PUMP_EAUTH;
}

static enum pump_err on_hello(struct handshake *h, const uint8_t *message, size_t len, uint8_t *out,
			      size_t *out_len)
{
	enum pump_err err = hello_pump_decode(message, len, &h->pump, &h->refusal);

	if (err != PUMP_OK)
		return err;
	if (h->pump.major != PROTOCOL_MAJOR) {
		h->refusal = HELLO_VERSION;
		return PUMP_EUNKNOWN;
	}
	keep_pump(h, message);
	err = make_share(h);
	if (err != PUMP_OK)
		return err;
	out[0] = HAND_SHARE;
	memcpy(out + 1, h->own_share, CPACE_POINT_LEN);
	*out_len = HAND_SHARE_LEN;
	if (h->setup.secret_kind == SECRET_KEY) {
		make_mac(h, h->own_share, out + HAND_SHARE_LEN);
		*out_len = HAND_SHARE_MAC_LEN;
	}
	h->state = HANDSHAKE_SHARE;
	return PUMP_OK;
}

static enum pump_err on_share(struct handshake *h, const uint8_t *message, size_t len, uint8_t *out,
			      size_t *out_len)
{
	enum pump_err err = handshake_check_share(h, message, len);

	if (err == PUMP_OK && h->setup.role == ROLE_PUMP)
		err = make_share(h);
	if (err == PUMP_OK)
		err = take_share(h, message);
	if (err != PUMP_OK)
		return err;
	h->state = HANDSHAKE_TAG;
	if (h->setup.role == ROLE_PROGRAMMER) {
		*out_len = put_tag(h, out);
		return PUMP_OK;
	}
	out[0] = HAND_SHARE;
	memcpy(out + 1, h->own_share, CPACE_POINT_LEN);
	*out_len = HAND_SHARE_LEN;
	return PUMP_OK;
}

static enum pump_err on_tag(struct handshake *h, const uint8_t *message, size_t len, uint8_t *out,
			    size_t *out_len)
{
	enum pump_err err = check_tag(h, message, len);

	if (err != PUMP_OK)
		return err;
	if (h->setup.role == ROLE_PUMP)
		*out_len = put_tag(h, out);
	sodium_memzero(h->setup.secret, sizeof h->setup.secret);
	sodium_memzero(h->setup.seed, sizeof h->setup.seed);
	h->state = HANDSHAKE_DONE;
	return PUMP_OK;
}

enum pump_err handshake_take(struct handshake *h, const uint8_t *message, size_t len,
			     uint8_t out[HANDSHAKE_MAX], size_t *out_len)
{
	enum pump_err err = PUMP_ESTATE;

	*out_len = 0;
	switch (h->state) {
	case HANDSHAKE_HELLO:
		err = on_hello(h, message, len, out, out_len);
		break;
	case HANDSHAKE_SHARE:
		err = on_share(h, message, len, out, out_len);
		break;
	case HANDSHAKE_TAG:
		err = on_tag(h, message, len, out, out_len);
		break;
	case HANDSHAKE_FAILED:
	case HANDSHAKE_DONE:
		break;
	}
	return err == PUMP_OK ? PUMP_OK : fail(h, err);
}

void handshake_seal(const struct handshake *h, struct seal *seal)
{
	seal_init(seal, h->setup.role, h->isk);
}

void handshake_pairing_key(const struct handshake *h, uint8_t key[PAIRING_KEY_LEN])
{
	crypto_generichash(key, PAIRING_KEY_LEN, (const uint8_t *)PAIRING_NAME,
			   sizeof PAIRING_NAME - 1, h->isk, sizeof h->isk);
}

void handshake_finish(struct handshake *h)
{
	sodium_memzero(h, sizeof *h);
}
