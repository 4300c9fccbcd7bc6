/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * advert - what a pump says of itself to everybody (docs/protocol.md section 1): nothing but that its
 * pairing window is open, and a tag that only those who hold its advert key can map to it. Nonce
 * and tag are new every 15 minutes, so that nobody else can follow it about.
 */
#ifndef PUMPCTL_ADVERT_H
#define PUMPCTL_ADVERT_H

#include "codes.h"

#include <stdbool.h>
#include <stddef.h>

#define ADVERT_NONCE_LEN 4
#define ADVERT_TAG_LEN   4
#define ADVERT_LEN       (1 + ADVERT_NONCE_LEN + ADVERT_TAG_LEN)
#define ADVERT_PERIOD_MS UINT64_C(900000)

void advert_write(const uint8_t key[ADVERT_KEY_LEN], const uint8_t nonce[ADVERT_NONCE_LEN],
		  bool window_open, uint8_t out[ADVERT_LEN]);
/* True if the pump with this key said it. */
bool advert_is_of(const uint8_t advert[ADVERT_LEN], const uint8_t key[ADVERT_KEY_LEN]);
bool advert_window_open(const uint8_t advert[ADVERT_LEN]);

#endif
