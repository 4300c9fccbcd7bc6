/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "att.h"
#include "pdu_script.h"
#include "suite.h"

#include <string.h>

#define UUID128 "f0 de bc 9a 78 56 34 12 f0 de bc 9a 78 56 34 12"

/* One well-formed PDU of each layout, and the lengths of it that are well-formed as well. */
static const struct sample {
	const char *hex;
	uint16_t shorter[4]; /* 0 ends */
} samples[] = {
        {"01 08 01 00 0a", {0}},
        {"02 f7 00", {0}},
        {"03 f7 00", {0}},
        {"04 01 00 ff ff", {0}},
        {"05 01 03 00 02 29 04 00 01 29", {6}},
        {"05 02 03 00 " UUID128, {0}},
        {"06 01 00 ff ff 00 28 0f 18", {7, 8}},
        {"06 01 00 ff ff 00 28 " UUID128, {7, 8, 9, 10}},
        {"07 01 00 05 00 10 00 1f 00", {5}},
        {"08 01 00 ff ff 03 28", {0}},
        {"08 01 00 ff ff " UUID128, {7}},
        {"09 07 02 00 0a 03 00 00 2a 04 00 02 05 00 01 2a", {9}},
        {"09 15 02 00 0a 03 00 " UUID128, {0}},
        {"0a 03 00", {0}},
        {"0b 11 22 33", {1, 2, 3}},
        {"0c 03 00 16 00", {0}},
        {"0d 11 22", {1, 2}},
        {"0e 03 00 08 00 09 00", {5}},
        {"0f 11 22", {1, 2}},
        {"10 01 00 ff ff 00 28", {0}},
        {"11 06 01 00 05 00 00 18 06 00 09 00 01 18", {8}},
        {"11 14 01 00 05 00 " UUID128, {0}},
        {"12 03 00 01 02", {3, 4}},
        {"13", {0}},
        {"16 03 00 12 00 01 02", {5, 6}},
        {"17 03 00 12 00 01 02", {5, 6}},
        {"18 01", {0}},
        {"19", {0}},
        {"1b 03 00 01 02", {3, 4}},
        {"1d 03 00 01 02", {3, 4}},
        {"1e", {0}},
        {"20 03 00 08 00", {0}},
        {"21 02 00 11 22", {1, 2, 3, 4}},
        {"23 03 00 02 00 11 22 05 00 00 00", {0}},
        {"52 03 00 01 02", {3, 4}},
        {"d2 03 00 01 00 00 00 00 11 22 33 44 55 66 77 88", {15}},
};

#define SAMPLES (sizeof samples / sizeof samples[0])

static bool is_listed(const struct sample *sample, size_t len)
{
	for (size_t i = 0; i < 4; i++)
		if (sample->shorter[i] == len && len > 0)
			return true;
	return false;
}

/* A prefix of the long Find By Type Value sample is well-formed from its seventh byte on. */
static bool is_open_ended(const uint8_t *bytes)
{
	return bytes[0] == ATT_FIND_VALUE_REQ;
}

static void assert_same_bytes(const struct att_pdu *pdu, const uint8_t *bytes, size_t len)
{
	uint8_t again[LINK_PDU_MAX];

	ck_assert_uint_eq(att_encode(pdu, again, sizeof again), len);
	ck_assert_mem_eq(again, bytes, len);
	if (len > 0)
		ck_assert_uint_eq(att_encode(pdu, again, len - 1), 0);
}

START_TEST(every_pdu_survives_decoding_and_encoding)
{
	for (size_t i = 0; i < SAMPLES; i++) {
		uint8_t bytes[64];
		struct att_pdu pdu;
		size_t len = pdu_script_bytes(samples[i].hex, bytes, sizeof bytes);

		ck_assert_msg(att_decode(bytes, len, &pdu), "%s", samples[i].hex);
		assert_same_bytes(&pdu, bytes, len);
	}
}
END_TEST

START_TEST(every_pdu_cut_at_every_length_is_refused_or_means_what_it_says)
{
	for (size_t i = 0; i < SAMPLES; i++) {
		uint8_t bytes[64];
		size_t len = pdu_script_bytes(samples[i].hex, bytes, sizeof bytes);

		for (size_t cut = 0; cut < len; cut++) {
			uint8_t *exact = malloc(cut ? cut : 1);
			struct att_pdu pdu;
			bool is_valid;

			ck_assert_ptr_nonnull(exact);
			memcpy(exact, bytes, cut);
			is_valid = att_decode(exact, cut, &pdu);
			if (!is_open_ended(bytes) || cut < 7)
				ck_assert_msg(is_valid == is_listed(&samples[i], cut),
				              "%s cut to %zu", samples[i].hex, cut);
			if (is_valid)
				assert_same_bytes(&pdu, exact, cut);
			else
				ck_assert_uint_eq(pdu.opcode, cut ? bytes[0] : 0);
			free(exact);
		}
	}
}
END_TEST

START_TEST(a_byte_too_many_is_refused_where_the_length_is_fixed)
{
	static const char *const fixed[] = {
	        "01 08 01 00 0a 00",
	        "02 f7 00 00",
	        "03 f7 00 00",
	        "04 01 00 ff ff 00",
	        "08 01 00 ff ff 03 28 00",
	        "0a 03 00 00",
	        "0c 03 00 16 00 00",
	        "10 01 00 ff ff 00 28 00",
	        "13 00",
	        "1e 00",
	        "0e 03 00 08 00 09",
	        "18 01 00",
	        "19 00",
	        "23 03 00 01 00 11 05 00 00 00 00",
	        "05 01 03 00 02 29 00",
	        "05 02 03 00 " UUID128 " 00",
	        "07 01 00 05 00 10",
	        "09 07 02 00 0a 03 00 00 2a 04",
	        "11 06 01 00 05 00 00 18 06",
	};

	for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
		uint8_t bytes[64];
		struct att_pdu pdu;
		size_t len = pdu_script_bytes(fixed[i], bytes, sizeof bytes);

		ck_assert_msg(!att_decode(bytes, len, &pdu), "%s", fixed[i]);
	}
}
END_TEST

START_TEST(lists_with_impossible_item_lengths_are_refused)
{
	static const char *const bad[] = {
	        "05 00 03 00 02 29",
	        "05 03 03 00 02 29",
	        "09 00 11 22",
	        "09 01 11 22",
	        "09 02",
	        "11 00 01 00 05 00 00 18",
	        "11 03 01 00 05",
	        "11 06",
	        "07",
	        "05 01",
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		uint8_t bytes[64];
		struct att_pdu pdu;
		size_t len = pdu_script_bytes(bad[i], bytes, sizeof bytes);

		ck_assert_msg(!att_decode(bytes, len, &pdu), "%s", bad[i]);
	}
}
END_TEST

START_TEST(an_unknown_opcode_is_refused_and_named)
{
	uint8_t bytes[] = {0xbf, 0x00};
	struct att_pdu pdu;

	ck_assert(!att_decode(bytes, sizeof bytes, &pdu));
	ck_assert_uint_eq(pdu.opcode, 0xbf);
	pdu = (struct att_pdu){.opcode = 0xbf};
	ck_assert_uint_eq(att_encode(&pdu, bytes, sizeof bytes), 0);
}
END_TEST

START_TEST(fields_land_where_they_belong)
{
	uint8_t bytes[64];
	struct att_pdu pdu;
	size_t len = pdu_script_bytes("01 08 34 12 0a", bytes, sizeof bytes);

	ck_assert(att_decode(bytes, len, &pdu));
	ck_assert_uint_eq(pdu.request, 0x08);
	ck_assert_uint_eq(pdu.handle, 0x1234);
	ck_assert_uint_eq(pdu.error, ATT_ERR_NOT_FOUND);
	len = pdu_script_bytes("06 01 00 fe ff 00 28 0f 18", bytes, sizeof bytes);
	ck_assert(att_decode(bytes, len, &pdu));
	ck_assert_uint_eq(pdu.start, 1);
	ck_assert_uint_eq(pdu.end, 0xfffe);
	ck_assert_uint_eq(att_get_u16(pdu.type.bytes), ATT_UUID_PRIMARY);
	ck_assert_uint_eq(pdu.len, 2);
	len = pdu_script_bytes("05 02 03 00 " UUID128, bytes, sizeof bytes);
	ck_assert(att_decode(bytes, len, &pdu));
	ck_assert_uint_eq(pdu.item_len, 18);
	ck_assert_uint_eq(att_item_count(&pdu), 1);
	ck_assert_uint_eq(att_get_u16(att_item(&pdu, 0)), 3);
}
END_TEST

START_TEST(malformed_fields_are_not_encoded)
{
	uint8_t buf[ATT_MTU_MAX];
	static const uint8_t data[ATT_MTU_MAX];
	const struct att_pdu bad[] = {
	        {.opcode = ATT_READ_TYPE_REQ},
	        {.opcode = ATT_READ_TYPE_REQ, .type = {.len = 4}},
	        {.opcode = ATT_FIND_VALUE_REQ, .type = {.len = 16}},
	        {.opcode = ATT_FIND_INFO_RSP, .item_len = 5, .data = data, .len = 5},
	        {.opcode = ATT_FIND_INFO_RSP, .item_len = 4, .data = data, .len = 0},
	        {.opcode = ATT_FIND_VALUE_RSP, .item_len = 0, .data = data, .len = 4},
	        {.opcode = ATT_READ_TYPE_RSP, .item_len = 7, .data = data, .len = 8},
	        {.opcode = ATT_WRITE_REQ, .data = data, .len = ATT_MTU_MAX - 2},
	        {.opcode = 0},
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_msg(att_encode(&bad[i], buf, sizeof buf) == 0, "case %zu", i);
}
END_TEST

START_TEST(values_of_unequal_length_are_taken_one_by_one)
{
	uint8_t bytes[64];
	struct att_pdu pdu;
	size_t at = 0;
	uint16_t handle;
	const uint8_t *value;
	size_t len;

	ck_assert(att_decode(bytes,
	                     pdu_script_bytes("23 03 00 02 00 11 22 05 00 00 00", bytes, 64), &pdu));
	ck_assert(att_tuple_next(&pdu, &at, &handle, &value, &len));
	ck_assert(handle == 3 && len == 2 && value[1] == 0x22);
	ck_assert(att_tuple_next(&pdu, &at, &handle, &value, &len));
	ck_assert(handle == 5 && len == 0);
	ck_assert(!att_tuple_next(&pdu, &at, &handle, &value, &len));
	/* The last value of a response may be cut at the MTU (3.4.4.12). */
	at = 0;
	ck_assert(att_decode(bytes, pdu_script_bytes("21 01 00 11 05 00 22 33", bytes, 64), &pdu));
	ck_assert(att_tuple_next(&pdu, &at, &handle, &value, &len));
	ck_assert(len == 1 && value[0] == 0x11);
	ck_assert(att_tuple_next(&pdu, &at, &handle, &value, &len));
	ck_assert(len == 2 && value[1] == 0x33);
	ck_assert(!att_tuple_next(&pdu, &at, &handle, &value, &len));
}
END_TEST

START_TEST(every_error_has_words_of_its_own_or_of_its_range)
{
	for (unsigned a = 0; a <= ATT_ERR_VALUE_NOT_ALLOWED; a++) {
		ck_assert_ptr_nonnull(att_error_text((uint8_t)a));
		for (unsigned b = 0; b < a; b++)
			ck_assert_str_ne(att_error_text((uint8_t)a), att_error_text((uint8_t)b));
	}
	for (unsigned code = 0; code <= UINT8_MAX; code++)
		ck_assert_uint_gt(strlen(att_error_text((uint8_t)code)), 0);
	ck_assert_str_eq(att_error_text(0x80), att_error_text(0x9f));
	ck_assert_str_ne(att_error_text(0x9f), att_error_text(0xa0));
	ck_assert_str_ne(att_error_text(0xfc), att_error_text(0xfd));
	ck_assert_str_ne(att_error_text(0xfe), att_error_text(0xff));
}
END_TEST

START_TEST(only_a_request_has_a_response)
{
	ck_assert_uint_eq(att_response_to(ATT_WRITE_REQ), ATT_WRITE_RSP);
	ck_assert_uint_eq(att_response_to(ATT_WRITE_CMD), 0);
	ck_assert_uint_eq(att_response_to(ATT_INDICATE), 0);
	ck_assert_uint_eq(att_response_to(0), 0);
	ck_assert(att_is_response(ATT_ERROR_RSP));
	ck_assert(att_is_response(ATT_FIND_INFO_RSP));
	ck_assert(!att_is_response(ATT_FIND_INFO_REQ));
	ck_assert(!att_is_response(ATT_NOTIFY));
	ck_assert(!att_is_response(0));
}
END_TEST

START_TEST(a_short_uuid_equals_its_long_form)
{
	static const uint8_t text[16] = {0x00, 0x00, 0x29, 0x02, 0x00, 0x00, 0x10, 0x00,
	                                 0x80, 0x00, 0x00, 0x80, 0x5f, 0x9b, 0x34, 0xfb};
	struct att_uuid longer = att_uuid_from_text(text, 16);
	struct att_uuid shorter = att_uuid_from_text(text + 2, 2);
	struct att_uuid other = att_uuid_16(0x2901);

	ck_assert_uint_eq(shorter.bytes[0], 0x02);
	ck_assert(att_uuid_equal(&longer, &shorter));
	ck_assert(!att_uuid_equal(&longer, &other));
	ck_assert_uint_eq(att_uuid_from_text(text, 4).len, 0);
	ck_assert_uint_eq(att_uuid_from_wire(text, 15).len, 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
	        every_pdu_survives_decoding_and_encoding,
	        every_pdu_cut_at_every_length_is_refused_or_means_what_it_says,
	        a_byte_too_many_is_refused_where_the_length_is_fixed,
	        lists_with_impossible_item_lengths_are_refused,
	        an_unknown_opcode_is_refused_and_named,
	        fields_land_where_they_belong,
	        malformed_fields_are_not_encoded,
	        values_of_unequal_length_are_taken_one_by_one,
	        every_error_has_words_of_its_own_or_of_its_range,
	        only_a_request_has_a_response,
	        a_short_uuid_equals_its_long_form,
	        NULL,
	};

	return suite_run_tests("att", tests, NULL, NULL);
}
