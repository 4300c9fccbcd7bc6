/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "advert.h"

#include <sodium.h>
#include <string.h>

enum { WINDOW_OPEN = 1, TAG_AT = 1 + ADVERT_NONCE_LEN };

static void make_tag(const uint8_t key[ADVERT_KEY_LEN], const uint8_t nonce[ADVERT_NONCE_LEN],
		     uint8_t tag[ADVERT_TAG_LEN])
{
	uint8_t whole[32];

	crypto_generichash(whole, sizeof whole, nonce, ADVERT_NONCE_LEN, key, ADVERT_KEY_LEN);
	memcpy(tag, whole, ADVERT_TAG_LEN);
}

void advert_write(const uint8_t key[ADVERT_KEY_LEN], const uint8_t nonce[ADVERT_NONCE_LEN],
		  bool window_open, uint8_t out[ADVERT_LEN])
{
	out[0] = window_open ? WINDOW_OPEN : 0;
	memcpy(out + 1, nonce, ADVERT_NONCE_LEN);
	make_tag(key, nonce, out + TAG_AT);
}

bool advert_is_of(const uint8_t advert[ADVERT_LEN], const uint8_t key[ADVERT_KEY_LEN])
{
	uint8_t tag[ADVERT_TAG_LEN];

	make_tag(key, advert + 1, tag);
	return memcmp(tag, advert + TAG_AT, ADVERT_TAG_LEN) == 0;
}

bool advert_window_open(const uint8_t advert[ADVERT_LEN])
{
	return (advert[0] & WINDOW_OPEN) != 0;
}
