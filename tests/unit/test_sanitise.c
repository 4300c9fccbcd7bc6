/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "sanitise.h"
#include "suite.h"

struct row {
	const char *in, *out;
};

static const struct row rows[] = {
	{"PX20-000123", "PX20-000123"},
	{"", ""},
	{"\033[2J\033]0;x\007", "?[2J?]0;x?"},          /* terminal control */
	{"a\nb\rc\td\x7f", "a?b?c?d?"},
	{"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"}, /* valid UTF-8 */
	{"\xc2\x9b" "31m", "?31m"},                     /* C1 CSI */
	{"\xe2\x80\xae" "abc", "?abc"},                 /* right-to-left override */
	{"\xe2\x81\xa6x\xe2\x81\xa9", "?x?"},           /* isolates */
	{"\xe2\x80\x8f\xe2\x80\xa8", "??"},             /* direction mark, line separator */
	{"a\xe2\x80\x8b" "b\xe2\x81\xa0", "a?b?"},      /* without width */
	{"\xd8\x9c\xef\xbb\xbf", "??"},                /* Arabic letter mark, byte order mark */
	{"e\xcc\x81\xcc\xa7x\xcc\x81\xcc\x81\xcc\x81", "e\xcc\x81\xcc\xa7x\xcc\x81\xcc\x81?"}, /* marks in a row */
	{"\xff\xfe\x80", "???"},                        /* no UTF-8 at all */
	{"\xc0\xaf\xe0\x80\xaf", "?????"},              /* overlong */
	{"\xed\xa0\x80", "???"},                        /* surrogate */
	{"\xf4\x90\x80\x80", "????"},                   /* past U+10FFFF */
	{"ab\xe2\x82", "ab??"},                         /* cut in the middle */
};

START_TEST(only_harmless_text_passes)
{
	char out[64];
	const size_t len = sanitise_text(rows[_i].in, strlen(rows[_i].in), out, sizeof(out));
	ck_assert_str_eq(out, rows[_i].out);
	ck_assert_uint_eq(len, strlen(rows[_i].out));
}
END_TEST

START_TEST(a_zero_byte_does_not_hide_what_follows)
{
	char out[16];
	(void)sanitise_text("a\0b", 3, out, sizeof(out));
	ck_assert_str_eq(out, "a?b");
}
END_TEST

START_TEST(text_that_does_not_fit_says_so_and_is_never_cut_inside_a_character)
{
	char out[8];
	ck_assert_uint_eq(sanitise_text("1234567", 7, out, sizeof(out)), 7);
	ck_assert_str_eq(out, "1234567");
	(void)sanitise_text("12345678", 8, out, sizeof(out));
	ck_assert_str_eq(out, "1234...");
	(void)sanitise_text("123\xe2\x82\xac\xe2\x82\xac", 9, out, sizeof(out));
	ck_assert_str_eq(out, "123...");
	char least[4];
	(void)sanitise_text("12345", 5, least, sizeof(least));
	ck_assert_str_eq(least, "...");
}
END_TEST

/* Whatever comes in: what goes out is its own fixed point and has no control byte. */
START_TEST(every_pair_of_bytes_gives_clean_text)
{
	char in[2], out[16], again[16];
	for (unsigned i = 0; i < 65536; i++) {
		in[0] = (char)(i >> 8);
		in[1] = (char)i;
		const size_t len = sanitise_text(in, 2, out, sizeof(out));
		for (size_t k = 0; k < len; k++)
			ck_assert((unsigned char)out[k] >= 0x20 && (unsigned char)out[k] != 0x7f);
		(void)sanitise_text(out, len, again, sizeof(again));
		ck_assert_str_eq(out, again);
	}
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("sanitise");
	tcase_add_loop_test(tc, only_harmless_text_passes, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tc, a_zero_byte_does_not_hide_what_follows);
	tcase_add_test(tc, text_that_does_not_fit_says_so_and_is_never_cut_inside_a_character);
	tcase_add_test(tc, every_pair_of_bytes_gives_clean_text);
	return suite_run(tc);
}
