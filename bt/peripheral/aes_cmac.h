/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * aes_cmac - AES-128 CMAC (RFC 4493, FIPS 197) for one purpose: the GATT Database Hash, whose key
 * is zero and whose message is public (Core 5.3, Vol 3, Part G, 7.3.1). Not constant time: never
 * give it a secret. docs/decisions says why it is here.
 */
#ifndef PUMPCTL_BT_AES_CMAC_H
#define PUMPCTL_BT_AES_CMAC_H

#include <stddef.h>
#include <stdint.h>

#define AES_CMAC_LEN 16

struct aes_cmac {
	uint8_t round_keys[11][16];
	uint8_t state[16];
	uint8_t block[16]; /* the last bytes, not yet taken in */
	size_t used;       /* of block */
};

void aes_cmac_init(struct aes_cmac *cmac, const uint8_t key[16]);
void aes_cmac_update(struct aes_cmac *cmac, const uint8_t *bytes, size_t len);
/* Writes the tag, first byte first as in RFC 4493. cmac is used up. */
void aes_cmac_final(struct aes_cmac *cmac, uint8_t tag[AES_CMAC_LEN]);

#endif
