/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tree.h"

#include <sodium.h>
#include <string.h>

void tree_init(struct tree *tree)
{
	memset(tree, 0, sizeof(*tree));
}

void tree_leaf(const void *data, size_t len, uint8_t hash[TREE_HASH_LEN])
{
	static const uint8_t prefix = 0x00;
	crypto_hash_sha256_state state;
	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, &prefix, 1);
	crypto_hash_sha256_update(&state, data, len);
	crypto_hash_sha256_final(&state, hash);
}

/* hash may be either side. */
static void tree_node(const uint8_t left[TREE_HASH_LEN], const uint8_t right[TREE_HASH_LEN],
		      uint8_t hash[TREE_HASH_LEN])
{
	static const uint8_t prefix = 0x01;
	crypto_hash_sha256_state state;
	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, &prefix, 1);
	crypto_hash_sha256_update(&state, left, TREE_HASH_LEN);
	crypto_hash_sha256_update(&state, right, TREE_HASH_LEN);
	crypto_hash_sha256_final(&state, hash);
}

void tree_append(struct tree *tree, const uint8_t leaf[TREE_HASH_LEN])
{
	uint8_t hash[TREE_HASH_LEN];
	unsigned level = 0;
	memcpy(hash, leaf, sizeof(hash));
	for (; tree->size >> level & 1; level++)
		tree_node(tree->subtrees[level], hash, hash);
	memcpy(tree->subtrees[level], hash, sizeof(hash));
	tree->size++;
}

void tree_root(const struct tree *tree, uint8_t root[TREE_HASH_LEN])
{
	unsigned level = 0;
	if (tree->size == 0) {
		crypto_hash_sha256(root, NULL, 0);
		return;
	}
	while (!(tree->size >> level & 1))
		level++;
	memcpy(root, tree->subtrees[level], TREE_HASH_LEN);
	while (++level < 64)
		if (tree->size >> level & 1)
			tree_node(tree->subtrees[level], root, root);
}
