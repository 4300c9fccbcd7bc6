/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "json.h"
#include "suite.h"

static const char *const good[] = {
	"{}", "[]", "null", "0", "-1", "2147483647", "\"\"", "{\"a\":1,\"b\":[null,\"x\"]}",
	"\"\\u00b5 \\\" \\\\ \\ud83d\\ude00\"",
};
static const char *const bad[] = {
	"", "{", "{}x", "{} {}", "01", "1.", "1.0", "1e3", "-0", "-", "+1", "2147483648", "0x10",
	"true", "{\"a\":1,\"a\":2}", "{\"b\":{\"a\":1,\"a\":1}}", "{a:1}", "[1,]", "\"\\u0000\"",
	"\"\\x\"", "\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"a\nb\"", "nul", "'a'",
	"[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]",
};

START_TEST(canonical_text_comes_back_as_it_was)
{
	char buf[256];
	cJSON *item = json_parse(good[_i], strlen(good[_i]));
	ck_assert_msg(item != NULL, "%s", good[_i]);
	ck_assert_int_eq(json_print(item, buf, sizeof(buf)), (long)strlen(good[_i]));
	ck_assert_str_eq(buf, good[_i]);
	for (size_t size = 0; size <= strlen(good[_i]); size++)
		ck_assert_int_eq(json_print(item, buf, size), -EMSGSIZE);
	cJSON_Delete(item);
}
END_TEST

START_TEST(what_the_rules_forbid_is_refused)
{
	cJSON *item = json_parse(bad[_i], strlen(bad[_i]));
	ck_assert_msg(item == NULL, "%s", bad[_i]);
}
END_TEST

START_TEST(keys_are_sorted_and_text_is_ascii)
{
	static const char text[] = "{ \"b\" : 1, \"a\" : \"\xc2\xb5\", \"B\" : [ ] }";
	char buf[128];
	cJSON *item = json_parse(text, strlen(text));
	ck_assert_int_gt(json_print(item, buf, sizeof(buf)), 0);
	ck_assert_str_eq(buf, "{\"B\":[],\"a\":\"\\u00b5\",\"b\":1}");
	cJSON_Delete(item);
}
END_TEST

START_TEST(numbers_beyond_32_bits_travel_as_decimal_text)
{
	static const uint64_t values[] = {0, 1, 9, 10, UINT64_C(1) << 53, UINT64_C(1772615730123450), UINT64_MAX};
	static const char *const wrong[] = {"", "01", "-1", "1 ", "18446744073709551616", "1x"};
	char buf[64];
	uint64_t got;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		cJSON *object = cJSON_CreateObject();
		json_add_decimal(object, "n", values[i]);
		ck_assert_int_gt(json_print(object, buf, sizeof(buf)), 0);
		cJSON *back = json_parse(buf, strlen(buf));
		ck_assert_int_eq(json_get_decimal(back, "n", &got), 0);
		ck_assert_uint_eq(got, values[i]);
		cJSON_Delete(object);
		cJSON_Delete(back);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		cJSON *object = cJSON_CreateObject();
		cJSON_AddStringToObject(object, "n", wrong[i]);
		ck_assert_int_ne(json_get_decimal(object, "n", &got), 0);
		cJSON_Delete(object);
	}
}
END_TEST

START_TEST(member_readers_insist_on_type_and_length)
{
	static const char text[] = "{\"hex\":\"00ff\",\"n\":5,\"t\":\"abc\"}";
	cJSON *item = json_parse(text, strlen(text));
	uint8_t bytes[2];
	char t[4];
	int64_t n;
	ck_assert_int_eq(json_get_hex(item, "hex", bytes, 2), 0);
	ck_assert_uint_eq(bytes[1], 0xff);
	ck_assert_int_eq(json_get_hex(item, "hex", bytes, 1), -ERANGE);
	ck_assert_int_eq(json_get_hex(item, "t", bytes, 2), -ERANGE);
	ck_assert_int_eq(json_get_text(item, "t", t, 4), 0);
	ck_assert_int_eq(json_get_text(item, "t", t, 3), -ERANGE);
	ck_assert_int_eq(json_get_text(item, "T", t, 4), -ENOENT);
	ck_assert_int_eq(json_get_integer(item, "n", &n), 0);
	ck_assert_int_eq(json_get_integer(item, "t", &n), -ENOENT);
	cJSON_Delete(item);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("json");
	tcase_add_loop_test(tc, canonical_text_comes_back_as_it_was, 0, sizeof(good) / sizeof(good[0]));
	tcase_add_loop_test(tc, what_the_rules_forbid_is_refused, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(tc, keys_are_sorted_and_text_is_ascii);
	tcase_add_test(tc, numbers_beyond_32_bits_travel_as_decimal_text);
	tcase_add_test(tc, member_readers_insist_on_type_and_length);
	return suite_run(tc);
}
