/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hello.h"
#include "suite.h"

#include <stdbool.h>
#include <string.h>

static uint8_t programmer[HELLO_PROGRAMMER_LEN], pump[HELLO_PUMP_LEN];
static struct hello_programmer from_programmer;
static struct hello_pump from_pump;
static enum hello_refusal refusal;

static void setup(void)
{
	struct hello_programmer a = {
		.major = 2, .minor = 0, .secret = SECRET_KEY, .capabilities = 0x04030201};
	struct hello_pump b = {.major = 2, .minor = 7, .capabilities = 0x14131211};

	memset(a.workstation, 0xA1, sizeof a.workstation);
	memset(a.nonce, 0xB2, sizeof a.nonce);
	memset(b.nonce, 0xC3, sizeof b.nonce);
	hello_programmer_encode(&a, programmer);
	hello_pump_encode(&b, pump);
}

START_TEST(bytes_lie_where_the_document_puts_them)
{
	ck_assert_mem_eq(programmer, "\x0F\x02\x00\x33\x55\x01\x02\x03\x04\xA1", 10);
	ck_assert_uint_eq(programmer[16], 0xA1);
	ck_assert_uint_eq(programmer[17], 0xB2);
	ck_assert_uint_eq(programmer[32], 0xB2);
	ck_assert_mem_eq(pump, "\x0F\x02\x07\x55\x11\x12\x13\x14\xC3", 9);
	ck_assert_uint_eq(pump[23], 0xC3);
}
END_TEST

START_TEST(what_is_encoded_is_read_back)
{
	ck_assert_int_eq(hello_programmer_decode(programmer, sizeof programmer, &from_programmer),
			 PUMP_OK);
	ck_assert_uint_eq(from_programmer.major, 2);
	ck_assert_uint_eq(from_programmer.minor, 0);
	ck_assert_int_eq(from_programmer.secret, SECRET_KEY);
	ck_assert_uint_eq(from_programmer.capabilities, 0x04030201);
	ck_assert_mem_eq(from_programmer.workstation, programmer + 9, WORKSTATION_LEN);
	ck_assert_mem_eq(from_programmer.nonce, programmer + 17, NONCE_LEN);
	ck_assert_int_eq(hello_pump_decode(pump, sizeof pump, &from_pump, &refusal), PUMP_OK);
	ck_assert_uint_eq(from_pump.minor, 7);
	ck_assert_uint_eq(from_pump.capabilities, 0x14131211);
	ck_assert_mem_eq(from_pump.nonce, pump + 8, NONCE_LEN);
}
END_TEST

START_TEST(every_other_length_is_refused)
{
	uint8_t longer[64] = {0};

	for (size_t len = 0; len < sizeof longer; len++) {
		memcpy(longer, programmer, sizeof programmer);
		if (len != sizeof programmer)
			ck_assert_int_eq(hello_programmer_decode(longer, len, &from_programmer),
					 PUMP_EFORM);
		memcpy(longer, pump, sizeof pump);
		if (len != sizeof pump)
			ck_assert_int_eq(hello_pump_decode(longer, len, &from_pump, &refusal),
					 PUMP_EFORM);
	}
}
END_TEST

START_TEST(a_side_refuses_its_own_role_and_every_other_byte)
{
	for (unsigned byte = 0; byte < 256; byte++) {
		programmer[3] = (uint8_t)byte;
		pump[3] = (uint8_t)byte;
		ck_assert_int_eq(hello_programmer_decode(programmer, sizeof programmer,
							 &from_programmer),
				 byte == ROLE_PROGRAMMER ? PUMP_OK : PUMP_EPEER);
		ck_assert_int_eq(hello_pump_decode(pump, sizeof pump, &from_pump, &refusal),
				 byte == ROLE_PUMP ? PUMP_OK : PUMP_EPEER);
	}
}
END_TEST

START_TEST(a_programmers_own_hello_that_comes_back_is_known_as_such)
{
	ck_assert_int_eq(hello_pump_decode(programmer, sizeof programmer, &from_pump, &refusal),
			 PUMP_EPEER);
}
END_TEST

START_TEST(there_are_two_kinds_of_secret)
{
	for (unsigned byte = 0; byte < 256; byte++) {
		bool known = byte == SECRET_CARD || byte == SECRET_KEY;

		programmer[4] = (uint8_t)byte;
		ck_assert_int_eq(hello_programmer_decode(programmer, sizeof programmer,
							 &from_programmer),
				 known ? PUMP_OK : PUMP_EFORM);
	}
}
END_TEST

START_TEST(every_other_first_byte_is_refused)
{
	for (unsigned byte = 0; byte < 256; byte++) {
		if (byte == 0x0F)
			continue;
		programmer[0] = (uint8_t)byte;
		pump[0] = (uint8_t)byte;
		ck_assert_int_eq(hello_programmer_decode(programmer, sizeof programmer,
							 &from_programmer),
				 PUMP_EFORM);
		ck_assert_int_eq(hello_pump_decode(pump, sizeof pump, &from_pump, &refusal),
				 PUMP_EFORM);
	}
}
END_TEST

START_TEST(a_refusal_names_its_reason_and_no_other_reason_is_known)
{
	for (unsigned byte = 0; byte < 256; byte++) {
		uint8_t refused[2];
		bool known = byte == HELLO_VERSION || byte == HELLO_UNKNOWN_WORKSTATION ||
			     byte == HELLO_CARD_CLOSED || byte == HELLO_CARD_TRIES;

		hello_refuse((enum hello_refusal)byte, refused);
		ck_assert_mem_eq(refused, "\xF0", 1);
		ck_assert_int_eq(hello_pump_decode(refused, 2, &from_pump, &refusal),
				 known ? PUMP_EUNKNOWN : PUMP_EFORM);
		if (known)
			ck_assert_uint_eq(refusal, byte);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		bytes_lie_where_the_document_puts_them,
		what_is_encoded_is_read_back,
		every_other_length_is_refused,
		a_side_refuses_its_own_role_and_every_other_byte,
		a_programmers_own_hello_that_comes_back_is_known_as_such,
		there_are_two_kinds_of_secret,
		every_other_first_byte_is_refused,
		a_refusal_names_its_reason_and_no_other_reason_is_known,
		NULL,
	};

	return suite_run_tests("hello", tests, setup, NULL);
}
