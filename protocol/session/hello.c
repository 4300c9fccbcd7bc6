/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hello.h"

#include <string.h>

enum { HELLO_FIRST = 0x0F, HELLO_REFUSED = 0xF0, HELLO_REFUSED_LEN = 2 };

void hello_programmer_encode(const struct hello_programmer *hello,
			     uint8_t out[HELLO_PROGRAMMER_LEN])
{
	out[0] = HELLO_FIRST;
	out[1] = hello->major;
	out[2] = hello->minor;
	out[3] = ROLE_PROGRAMMER;
	memcpy(out + 4, hello->workstation, WORKSTATION_LEN);
	memcpy(out + 4 + WORKSTATION_LEN, hello->nonce, NONCE_LEN);
}

enum pump_err hello_programmer_decode(const uint8_t *message, size_t len,
				      struct hello_programmer *out)
{
	if (len != HELLO_PROGRAMMER_LEN || message[0] != HELLO_FIRST ||
	    message[3] != ROLE_PROGRAMMER)
		return PUMP_EFORM;
	out->major = message[1];
	out->minor = message[2];
	memcpy(out->workstation, message + 4, WORKSTATION_LEN);
	memcpy(out->nonce, message + 4 + WORKSTATION_LEN, NONCE_LEN);
	return PUMP_OK;
}

void hello_pump_encode(const struct hello_pump *hello, uint8_t out[HELLO_PUMP_LEN])
{
	out[0] = HELLO_FIRST;
	out[1] = hello->major;
	out[2] = hello->minor;
	out[3] = ROLE_PUMP;
	memcpy(out + 4, hello->nonce, NONCE_LEN);
}

enum pump_err hello_pump_decode(const uint8_t *message, size_t len, struct hello_pump *out,
				enum hello_refusal *refusal)
{
	if (len == HELLO_REFUSED_LEN && message[0] == HELLO_REFUSED &&
	    (message[1] == HELLO_VERSION || message[1] == HELLO_UNKNOWN_WORKSTATION)) {
		*refusal = (enum hello_refusal)message[1];
		return PUMP_EUNKNOWN;
	}
	if (len != HELLO_PUMP_LEN || message[0] != HELLO_FIRST || message[3] != ROLE_PUMP)
		return PUMP_EFORM;
	out->major = message[1];
	out->minor = message[2];
	memcpy(out->nonce, message + 4, NONCE_LEN);
	return PUMP_OK;
}
