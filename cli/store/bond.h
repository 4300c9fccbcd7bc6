/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bond - link keys of Bluetooth peers, kept between runs: one file of mode 0600 for each local
 * adapter, <directory>/bonds-ADDRESS, of rows of BOND_KEY_LEN bytes as the kernel hands them
 * out. Here only their first bytes mean something: address and its type (7), key type, central.
 */
#ifndef PUMPCTL_STORE_BOND_H
#define PUMPCTL_STORE_BOND_H

#include <stddef.h>
#include <stdint.h>

#define BOND_KEY_LEN  36
#define BOND_PEER_LEN 7 /* device address in kernel order, and its type */
#define BOND_MAX      32

/* The keys made on one adapter. Secret: wipe after use. */
struct bond_list {
	uint8_t keys[BOND_MAX][BOND_KEY_LEN];
	size_t count;
};

/* Reads the keys of the adapter with this address (kernel order); none is no error. 0, -EBADMSG
 * (not whole rows), -EFBIG or -errno. */
int bond_load(const char *directory, const uint8_t adapter[6], struct bond_list *out)
	__attribute__((warn_unused_result));
/* Adds a key durably, in place of one of the same peer, type and role; when full, of the oldest. */
int bond_store(const char *directory, const uint8_t adapter[6], const uint8_t key[BOND_KEY_LEN])
	__attribute__((warn_unused_result));
/* Forgets all keys of a peer, durably. 0, -ENOENT there was none, or -errno. */
int bond_remove(const char *directory, const uint8_t adapter[6], const uint8_t peer[BOND_PEER_LEN])
	__attribute__((warn_unused_result));
/* The first key of a peer in list, or NULL. */
const uint8_t *bond_find(const struct bond_list *list, const uint8_t peer[BOND_PEER_LEN]);

#endif
