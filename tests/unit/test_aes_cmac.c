/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The examples of RFC 4493, 4, in one piece and in pieces of every size. */
#include "aes_cmac.h"
#include "pdu_script.h"
#include "suite.h"

static const char *const message =
        "6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51"
        "30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710";

static const struct {
	size_t len;
	const char *tag;
} examples[] = {
        {0, "bb1d6929e95937287fa37d129b756746"},
        {16, "070a16b46b4d4144f79bdd9dd04a287c"},
        {40, "dfa66747de9ae63030ca32611497c827"},
        {64, "51f0bebf7e3b9d92fc49741779363cfe"},
};

START_TEST(tags_are_those_of_the_standard_in_pieces_of_every_size)
{
	uint8_t key[16];
	uint8_t bytes[64];
	uint8_t want[AES_CMAC_LEN];

	pdu_script_bytes("2b7e151628aed2a6abf7158809cf4f3c", key, sizeof key);
	pdu_script_bytes(message, bytes, sizeof bytes);
	pdu_script_bytes(examples[_i].tag, want, sizeof want);
	for (size_t piece = 1; piece <= 64; piece++) {
		uint8_t tag[AES_CMAC_LEN];
		struct aes_cmac cmac;

		aes_cmac_init(&cmac, key);
		for (size_t at = 0; at < examples[_i].len; at += piece) {
			size_t left = examples[_i].len - at;

			aes_cmac_update(&cmac, bytes + at, left < piece ? left : piece);
		}
		aes_cmac_final(&cmac, tag);
		ck_assert_mem_eq(tag, want, sizeof tag);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {NULL};
	const struct suite_loop loops[] = {
	        {tags_are_those_of_the_standard_in_pieces_of_every_size, 4},
	        {NULL, 0},
	};

	return suite_run_loops("aes_cmac", tests, loops, NULL, NULL);
}
