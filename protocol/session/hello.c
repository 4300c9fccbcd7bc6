/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hello.h"

#include <stdbool.h>

#include "bytes.h"

static void begin(struct writer *w, uint8_t *out, size_t size, uint8_t major, uint8_t minor)
{
	writer_init(w, out, size);
	writer_u8(w, HAND_HELLO);
	writer_u8(w, major);
	writer_u8(w, minor);
}

void hello_programmer_encode(const struct hello_programmer *hello,
			     uint8_t out[HELLO_PROGRAMMER_LEN])
{
	struct writer w;

	begin(&w, out, HELLO_PROGRAMMER_LEN, hello->major, hello->minor);
	writer_u8(&w, ROLE_PROGRAMMER);
	writer_u8(&w, (uint8_t)hello->secret);
	writer_u32(&w, hello->capabilities);
	writer_copy(&w, hello->workstation, WORKSTATION_LEN);
	writer_copy(&w, hello->nonce, NONCE_LEN);
}

enum pump_err hello_programmer_decode(const uint8_t *message, size_t len,
				      struct hello_programmer *out)
{
	struct reader r;
	uint8_t role, secret;

	if (len != HELLO_PROGRAMMER_LEN || message[0] != HAND_HELLO)
		return PUMP_EFORM;
	reader_init(&r, message + 1, len - 1);
	out->major = reader_u8(&r);
	out->minor = reader_u8(&r);
	role = reader_u8(&r);
	secret = reader_u8(&r);
	out->capabilities = reader_u32(&r);
	reader_copy(&r, out->workstation, WORKSTATION_LEN);
	reader_copy(&r, out->nonce, NONCE_LEN);
	if (role != ROLE_PROGRAMMER)
		return PUMP_EPEER;
	if (secret != SECRET_CARD && secret != SECRET_KEY)
		return PUMP_EFORM;
	out->secret = (enum hello_secret)secret;
	return PUMP_OK;
}

void hello_pump_encode(const struct hello_pump *hello, uint8_t out[HELLO_PUMP_LEN])
{
	struct writer w;

	begin(&w, out, HELLO_PUMP_LEN, hello->major, hello->minor);
	writer_u8(&w, ROLE_PUMP);
	writer_u32(&w, hello->capabilities);
	writer_copy(&w, hello->nonce, NONCE_LEN);
}

static bool is_refusal(const uint8_t *message, size_t len)
{
	if (len != HELLO_REFUSED_LEN || message[0] != HAND_REFUSED)
		return false;
	return message[1] == HELLO_VERSION || message[1] == HELLO_UNKNOWN_WORKSTATION ||
	       message[1] == HELLO_CARD_CLOSED || message[1] == HELLO_CARD_TRIES;
}

enum pump_err hello_pump_decode(const uint8_t *message, size_t len, struct hello_pump *out,
				enum hello_refusal *refusal)
{
	struct reader r;
	uint8_t role;

	if (is_refusal(message, len)) {
		*refusal = (enum hello_refusal)message[1];
		return PUMP_EUNKNOWN;
	}
	if (len != HELLO_PUMP_LEN || message[0] != HAND_HELLO)
		/* A programmer's own hello that came back has another length. */
		return len > 3 && message[0] == HAND_HELLO && message[3] == ROLE_PROGRAMMER ? PUMP_EPEER
										   : PUMP_EFORM;
	reader_init(&r, message + 1, len - 1);
	out->major = reader_u8(&r);
	out->minor = reader_u8(&r);
	role = reader_u8(&r);
	out->capabilities = reader_u32(&r);
	reader_copy(&r, out->nonce, NONCE_LEN);
	return role == ROLE_PUMP ? PUMP_OK : PUMP_EPEER;
}

void hello_refuse(enum hello_refusal refusal, uint8_t out[HELLO_REFUSED_LEN])
{
	out[0] = HAND_REFUSED;
	out[1] = (uint8_t)refusal;
}
