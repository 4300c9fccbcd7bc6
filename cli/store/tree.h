/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tree - the Merkle tree of RFC 6962 section 2.1 over SHA-256, appended to in constant memory.
 * Only the roots of its complete subtrees are kept: one for each set bit of the size.
 */
#ifndef PUMPCTL_STORE_TREE_H
#define PUMPCTL_STORE_TREE_H

#include <stddef.h>
#include <stdint.h>

#define TREE_HASH_LEN 32

struct tree {
	uint64_t size;
	uint8_t subtrees[64][TREE_HASH_LEN]; /* [k]: complete subtree of 2^k leaves, if bit k of size is set */
};

void tree_init(struct tree *tree);
/* SHA-256(0x00 || data). */
void tree_leaf(const void *data, size_t len, uint8_t hash[TREE_HASH_LEN]);
void tree_append(struct tree *tree, const uint8_t leaf[TREE_HASH_LEN]);
/* Root; SHA-256 of nothing for the empty tree. */
void tree_root(const struct tree *tree, uint8_t root[TREE_HASH_LEN]);

#endif
