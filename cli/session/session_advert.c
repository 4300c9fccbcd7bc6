/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session_advert.h"

#include <string.h>

#include "advert.h"

_Static_assert(SESSION_ADVERT_LEN == ADVERT_LEN, "the protocol's length");

bool session_advert_read(const uint8_t *data, size_t len, uint8_t advert[SESSION_ADVERT_LEN])
{
	/* Service data of a 128-bit UUID, least significant byte first (docs/protocol.md section 1). */
	static const uint8_t head[] = {1 + 16 + ADVERT_LEN, 0x21, 0x60, 0x3c, 0x7f, 0x4a, 0x8e, 0x1b, 0x2d,
				       0x9c, 0x6e, 0x4f, 0x3b, 0x5a, 0x01, 0x00, 0x1c, 0x7d};
	for (size_t at = 0; at < len; at += (size_t)data[at] + 1) {
		if (len - at < sizeof(head) + ADVERT_LEN || memcmp(data + at, head, sizeof(head)) != 0)
			continue;
		memcpy(advert, data + at + sizeof(head), ADVERT_LEN);
		return true;
	}
	return false;
}

bool session_advert_is_of(const uint8_t advert[SESSION_ADVERT_LEN], const uint8_t *advert_key)
{
	return advert_is_of(advert, advert_key);
}

bool session_advert_window_open(const uint8_t advert[SESSION_ADVERT_LEN])
{
	return advert_window_open(advert);
}
