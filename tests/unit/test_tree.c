/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "crc32c.h"
#include "suite.h"
#include "tree.h"

/*
 * Leaf inputs and roots for sizes 1..8 of the Certificate Transparency reference tree
 * (transparency-dev/merkle, testonly/constants.go, Apache-2.0).
 */
static const char *const leaves[8] = {
	"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
};
static const char *const roots[9] = {
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

START_TEST(root_equals_the_reference_tree)
{
	struct tree tree;
	uint8_t root[32], data[16], leaf[32];
	char hex[65];
	size_t len;
	tree_init(&tree);
	for (int size = 0; size <= 8; size++) {
		tree_root(&tree, root);
		sodium_bin2hex(hex, sizeof(hex), root, sizeof(root));
		ck_assert_str_eq(hex, roots[size]);
		if (size == 8)
			break;
		ck_assert_int_eq(sodium_hex2bin(data, sizeof(data), leaves[size],
						strlen(leaves[size]), NULL, &len, NULL), 0);
		tree_leaf(data, len, leaf);
		tree_append(&tree, leaf);
	}
}
END_TEST

/* RFC 6962 section 2.1, word by word: k is the largest power of two below n. */
static void naive_root(uint8_t (*hashes)[32], size_t n, uint8_t out[32])
{
	if (n == 1) {
		memcpy(out, hashes[0], 32);
		return;
	}
	size_t k = 1;
	while (k * 2 < n)
		k *= 2;
	uint8_t node[65] = {0x01};
	naive_root(hashes, k, node + 1);
	naive_root(hashes + k, n - k, node + 33);
	crypto_hash_sha256(out, node, sizeof(node));
}

START_TEST(root_equals_the_recursive_definition_for_every_size_to_300)
{
	static uint8_t hashes[300][32];
	struct tree tree;
	uint8_t root[32], expected[32];
	tree_init(&tree);
	for (uint32_t n = 1; n <= 300; n++) {
		tree_leaf(&n, sizeof(n), hashes[n - 1]);
		tree_append(&tree, hashes[n - 1]);
		tree_root(&tree, root);
		naive_root(hashes, n, expected);
		ck_assert_mem_eq(root, expected, 32);
	}
}
END_TEST

START_TEST(crc32c_gives_the_published_check_values)
{
	/* RFC 3720 appendix B.4 */
	uint8_t data[32] = {0};
	ck_assert_uint_eq(crc32c("123456789", 9), 0xe3069283);
	ck_assert_uint_eq(crc32c(data, 32), 0x8a9136aa);
	memset(data, 0xff, sizeof(data));
	ck_assert_uint_eq(crc32c(data, 32), 0x62a8ab43);
	for (uint8_t i = 0; i < 32; i++)
		data[i] = i;
	ck_assert_uint_eq(crc32c(data, 32), 0x46dd794e);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("tree");
	tcase_add_test(tc, root_equals_the_reference_tree);
	tcase_add_test(tc, root_equals_the_recursive_definition_for_every_size_to_300);
	tcase_add_test(tc, crc32c_gives_the_published_check_values);
	return suite_run(tc);
}
