/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bytes.h"
#include "suite.h"

#include <string.h>

START_TEST(integers_are_little_endian_and_survive)
{
	static const uint8_t expected[] = {0x12, 0x34, 0x12, 0x78, 0x56, 0x34, 0x12, 0x08,
					   0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01, 0xfe,
					   0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	uint8_t buf[64];
	struct writer w;
	struct reader r;

	writer_init(&w, buf, sizeof buf);
	writer_u8(&w, 0x12);
	writer_u16(&w, 0x1234);
	writer_u32(&w, 0x12345678);
	writer_u64(&w, UINT64_C(0x0102030405060708));
	writer_i64(&w, -2);
	ck_assert_uint_eq(writer_len(&w), sizeof expected);
	ck_assert_mem_eq(buf, expected, sizeof expected);

	reader_init(&r, buf, writer_len(&w));
	ck_assert_uint_eq(reader_u8(&r), 0x12);
	ck_assert_uint_eq(reader_u16(&r), 0x1234);
	ck_assert_uint_eq(reader_u32(&r), 0x12345678);
	ck_assert_uint_eq(reader_u64(&r), UINT64_C(0x0102030405060708));
	ck_assert(!reader_done(&r));
	ck_assert_int_eq(reader_i64(&r), -2);
	ck_assert(reader_done(&r));
}
END_TEST

START_TEST(a_failed_reader_gives_zeros_for_ever)
{
	static const uint8_t input[] = {1, 2, 3, 4};
	uint8_t copy[2] = {9, 9};
	char text[4] = "xx";
	size_t len = 7;
	struct reader r;

	reader_init(&r, input, sizeof input);
	ck_assert_uint_eq(reader_u8(&r), 1);
	ck_assert_uint_eq(reader_u32(&r), 0);
	ck_assert(r.failed);
	ck_assert_uint_eq(reader_u8(&r), 0);
	ck_assert_ptr_null(reader_take(&r, 1));
	reader_copy(&r, copy, sizeof copy);
	ck_assert_uint_eq(copy[0] | copy[1], 0);
	reader_string8(&r, text, sizeof text);
	ck_assert_str_eq(text, "");
	ck_assert_ptr_null(reader_bytes16(&r, &len));
	ck_assert_uint_eq(len, 0);
	ck_assert_uint_eq(reader_left(&r), 0);
	ck_assert(!reader_done(&r));
}
END_TEST

START_TEST(a_failed_writer_writes_nothing_more)
{
	uint8_t buf[8];
	struct writer w;

	memset(buf, 0xee, sizeof buf);
	writer_init(&w, buf, 3);
	writer_u16(&w, 0x0101);
	writer_u16(&w, 0x0202);
	writer_u8(&w, 3);
	ck_assert(w.failed);
	ck_assert_uint_eq(writer_len(&w), 0);
	for (size_t i = 2; i < sizeof buf; i++)
		ck_assert_uint_eq(buf[i], 0xee);
}
END_TEST

START_TEST(strings_survive_up_to_their_room)
{
	uint8_t buf[16];
	char out[6];
	struct writer w;
	struct reader r;

	writer_init(&w, buf, sizeof buf);
	writer_string8(&w, "PX40~");
	ck_assert_uint_eq(writer_len(&w), 6);
	ck_assert_uint_eq(buf[0], 5);
	reader_init(&r, buf, 6);
	reader_string8(&r, out, sizeof out);
	ck_assert(reader_done(&r));
	ck_assert_str_eq(out, "PX40~");

	reader_init(&r, buf, 6);
	reader_string8(&r, out, 5);
	ck_assert(r.failed);
	ck_assert_str_eq(out, "");
}
END_TEST

START_TEST(strings_with_control_or_foreign_bytes_are_refused)
{
	static const uint8_t bad[] = {0x00, 0x09, 0x0a, 0x1b, 0x1f, 0x7f, 0x80, 0xc2, 0xff};

	for (size_t i = 0; i < sizeof bad; i++) {
		const uint8_t input[] = {3, 'a', bad[i], 'b'};
		char out[8];
		struct reader r;

		reader_init(&r, input, sizeof input);
		reader_string8(&r, out, sizeof out);
		ck_assert_msg(r.failed, "byte %02x", bad[i]);
		ck_assert_str_eq(out, "");
	}
}
END_TEST

START_TEST(a_string_of_256_bytes_fails_the_writer)
{
	static uint8_t buf[512];
	char text[257];
	struct writer w;

	memset(text, 'a', sizeof text);
	text[255] = '\0';
	writer_init(&w, buf, sizeof buf);
	writer_string8(&w, text);
	ck_assert_uint_eq(writer_len(&w), 256);
	text[255] = 'a';
	text[256] = '\0';
	writer_init(&w, buf, sizeof buf);
	writer_string8(&w, text);
	ck_assert(w.failed);
}
END_TEST

START_TEST(bytes16_point_into_the_input)
{
	static const uint8_t input[] = {2, 0, 0xaa, 0xbb, 0, 0, 3, 0, 1};
	const uint8_t *bytes;
	struct reader r;
	size_t len;

	reader_init(&r, input, sizeof input);
	bytes = reader_bytes16(&r, &len);
	ck_assert_ptr_eq(bytes, input + 2);
	ck_assert_uint_eq(len, 2);
	bytes = reader_bytes16(&r, &len);
	ck_assert_ptr_nonnull(bytes);
	ck_assert_uint_eq(len, 0);
	bytes = reader_bytes16(&r, &len);
	ck_assert_ptr_null(bytes);
	ck_assert(r.failed);
}
END_TEST

START_TEST(bytes16_of_65536_bytes_fail_the_writer)
{
	static uint8_t data[65536], buf[65540];
	struct writer w;

	writer_init(&w, buf, sizeof buf);
	writer_bytes16(&w, data, 65535);
	ck_assert_uint_eq(writer_len(&w), 65537);
	writer_init(&w, buf, sizeof buf);
	writer_bytes16(&w, data, 65536);
	ck_assert(w.failed);
}
END_TEST

START_TEST(empty_input_without_an_address_is_read_safely)
{
	struct reader r;

	reader_init(&r, NULL, 0);
	ck_assert(reader_done(&r));
	ck_assert_ptr_nonnull(reader_take(&r, 0));
	ck_assert_uint_eq(reader_u8(&r), 0);
	ck_assert(r.failed);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		integers_are_little_endian_and_survive,
		a_failed_reader_gives_zeros_for_ever,
		a_failed_writer_writes_nothing_more,
		strings_survive_up_to_their_room,
		strings_with_control_or_foreign_bytes_are_refused,
		a_string_of_256_bytes_fails_the_writer,
		bytes16_point_into_the_input,
		bytes16_of_65536_bytes_fail_the_writer,
		empty_input_without_an_address_is_read_safely,
		NULL,
	};

	return suite_run_tests("bytes", tests, NULL, NULL);
}
