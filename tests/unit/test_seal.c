/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The expected bytes were computed by tests/support/handshake.py (its own ChaCha20-Poly1305, and a
 * BLAKE2b of another library) for the secret of setup().
 */
#include "seal.h"
#include "suite.h"

#include <string.h>

static uint8_t secret[SEAL_SECRET_LEN];
static struct seal ours, theirs; /* programmer, pump */
static uint8_t sealed[MESSAGE_MAX], plain[MESSAGE_MAX];
static size_t len;

static void count_from(uint8_t *bytes, size_t n, uint8_t first)
{
	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)(first + i);
}

static void setup(void)
{
	count_from(secret, sizeof secret, 0);
	seal_init(&ours, ROLE_PROGRAMMER, secret);
	seal_init(&theirs, ROLE_PUMP, secret);
}

static uint8_t digit(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static void assert_hex(const uint8_t *bytes, size_t n, const char *hex)
{
	ck_assert_uint_eq(strlen(hex), 2 * n);
	for (size_t i = 0; i < n; i++)
		ck_assert_uint_eq(bytes[i], digit(hex[2 * i]) * 16u + digit(hex[2 * i + 1]));
}

static void seal_text(struct seal *side, enum channel channel, const void *text, size_t n)
{
	ck_assert_int_eq(seal_message(side, channel, text, n, sealed, &len), PUMP_OK);
}

START_TEST(keys_and_session_id_are_those_of_the_document)
{
	assert_hex(ours.send_key, 32,
		   "f2c2fa5623bc249f745a213a3435a2f6bc4c33b1310e2e1abe8006bed7eff175");
	assert_hex(ours.receive_key, 32,
		   "eecb9016b0ab67fd29a4f5e3bbd661e298e00f49b1405ff37841afb8409718ea");
	assert_hex(ours.session_id, 16, "d8d6f56deea8448e5c34ea935dd41026");
	ck_assert_mem_eq(theirs.send_key, ours.receive_key, 32);
	ck_assert_mem_eq(theirs.receive_key, ours.send_key, 32);
	ck_assert_mem_eq(theirs.session_id, ours.session_id, SESSION_ID_LEN);
}
END_TEST

START_TEST(sealed_bytes_are_those_of_the_document)
{
	uint8_t body[72] = {0x3c, 0x0f};

	count_from(body + 2, 70, 0);
	seal_text(&ours, CHANNEL_IN, "\x33\x0f", 2);
	assert_hex(sealed, len, "0000000000000000ed768ce2a9e75d7014b82d66485b74972a73");
	seal_text(&ours, CHANNEL_IN, "pumpctl", 7);
	assert_hex(sealed, len, "0100000000000000e5b27ca71ab5c141dca61add3ad134b083d3031062120f");
	seal_text(&theirs, CHANNEL_OUT, body, sizeof body);
	assert_hex(sealed, len,
		   "0000000000000000118a3be4dd073c25b2d03ced0061f117290879462f529166ebb225e44b14cd1d"
		   "a24d39773654ce2e666e95933061eed6fc557241f0ff1e13dcd30489f64b2720d55c4f8102d457fa"
		   "42bbe1b01f68879fc45c2fd03a5ee56a");
	seal_text(&theirs, CHANNEL_STREAM, body, 0);
	assert_hex(sealed, len, "0000000000000000b6bf654b91962cddf27219b510ce38b7");
}
END_TEST

START_TEST(every_length_opens_again_also_in_place)
{
	static uint8_t text[PLAINTEXT_MAX];
	size_t n;

	count_from(text, sizeof text, 3);
	for (size_t i = 0; i <= PLAINTEXT_MAX; i += i < 200 ? 1 : 97) {
		seal_text(&ours, CHANNEL_IN, text, i);
		ck_assert_uint_eq(len, i + SEAL_OVERHEAD);
		ck_assert_int_eq(seal_open(&theirs, CHANNEL_IN, sealed, len, sealed + 8, &n),
				 PUMP_OK);
		ck_assert_uint_eq(n, i);
		ck_assert_mem_eq(sealed + 8, text, i);
	}
	ck_assert_int_eq(seal_message(&ours, CHANNEL_IN, text, PLAINTEXT_MAX + 1, sealed, &len),
			 PUMP_ERANGE);
}
END_TEST

START_TEST(a_flipped_bit_anywhere_does_not_open)
{
	size_t n;

	seal_text(&ours, CHANNEL_IN, "stop therapy", 12);
	for (size_t bit = 0; bit < len * 8; bit++) {
		sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert_int_eq(seal_open(&theirs, CHANNEL_IN, sealed, len, plain, &n),
				 bit < 64 ? PUMP_ESEQ : PUMP_EAUTH);
		sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	ck_assert_int_eq(seal_open(&theirs, CHANNEL_IN, sealed, len, plain, &n), PUMP_OK);
}
END_TEST

START_TEST(every_other_length_does_not_open)
{
	size_t n;

	seal_text(&ours, CHANNEL_IN, "stop therapy", 12);
	for (size_t i = 0; i < len; i++)
		ck_assert_int_eq(seal_open(&theirs, CHANNEL_IN, sealed, i, plain, &n),
				 i < SEAL_OVERHEAD ? PUMP_EFORM : PUMP_EAUTH);
	ck_assert_int_eq(seal_open(&theirs, CHANNEL_IN, sealed, len + 1, plain, &n), PUMP_EAUTH);
	ck_assert_int_eq(seal_open(&theirs, CHANNEL_IN, sealed, MESSAGE_MAX + 1, plain, &n),
			 PUMP_EFORM);
}
END_TEST

START_TEST(another_secret_does_not_open)
{
	size_t n;

	for (size_t i = 0; i < sizeof secret; i++) {
		secret[i] ^= 0x10;
		seal_init(&theirs, ROLE_PUMP, secret);
		secret[i] ^= 0x10;
		seal_init(&ours, ROLE_PROGRAMMER, secret);
		seal_text(&ours, CHANNEL_IN, "x", 1);
		ck_assert_int_eq(seal_open(&theirs, CHANNEL_IN, sealed, len, plain, &n),
				 PUMP_EAUTH);
	}
}
END_TEST

START_TEST(a_message_opens_once)
{
	size_t n;

	seal_text(&ours, CHANNEL_IN, "x", 1);
	ck_assert_int_eq(seal_open(&theirs, CHANNEL_IN, sealed, len, plain, &n), PUMP_OK);
	ck_assert_int_eq(seal_open(&theirs, CHANNEL_IN, sealed, len, plain, &n), PUMP_ESEQ);
}
END_TEST

START_TEST(a_gap_in_the_counter_does_not_open)
{
	size_t n;

	seal_text(&ours, CHANNEL_IN, "x", 1);
	seal_text(&ours, CHANNEL_IN, "x", 1);
	ck_assert_int_eq(seal_open(&theirs, CHANNEL_IN, sealed, len, plain, &n), PUMP_ESEQ);
}
END_TEST

START_TEST(a_reflected_message_does_not_open)
{
	size_t n;

	seal_text(&ours, CHANNEL_IN, "x", 1);
	ck_assert_int_eq(seal_open(&ours, CHANNEL_IN, sealed, len, plain, &n), PUMP_EAUTH);
	ck_assert_int_eq(seal_open(&ours, CHANNEL_OUT, sealed, len, plain, &n), PUMP_EAUTH);
}
END_TEST

START_TEST(a_message_of_another_characteristic_does_not_open)
{
	size_t n;

	seal_text(&theirs, CHANNEL_OUT, "x", 1);
	ck_assert_int_eq(seal_open(&ours, CHANNEL_STREAM, sealed, len, plain, &n), PUMP_EAUTH);
	ck_assert_int_eq(seal_open(&ours, CHANNEL_OUT, sealed, len, plain, &n), PUMP_OK);
}
END_TEST

START_TEST(characteristics_count_for_themselves)
{
	size_t n;

	for (int i = 0; i < 3; i++) {
		seal_text(&theirs, CHANNEL_OUT, "x", 1);
		ck_assert_int_eq(seal_open(&ours, CHANNEL_OUT, sealed, len, plain, &n), PUMP_OK);
	}
	seal_text(&theirs, CHANNEL_STREAM, "y", 1);
	ck_assert_uint_eq(sealed[0], 0);
	ck_assert_int_eq(seal_open(&ours, CHANNEL_STREAM, sealed, len, plain, &n), PUMP_OK);
}
END_TEST

START_TEST(a_session_carries_no_more_than_its_messages_in_one_direction)
{
	size_t n;

	theirs.sent[CHANNEL_OUT - CHANNEL_IN] = SEAL_MESSAGES_MAX - 10;
	theirs.sent[CHANNEL_STREAM - CHANNEL_IN] = 9;
	memcpy(ours.received, theirs.sent, sizeof ours.received);
	seal_text(&theirs, CHANNEL_STREAM, "x", 1);
	ck_assert_int_eq(seal_open(&ours, CHANNEL_STREAM, sealed, len, plain, &n), PUMP_OK);
	ck_assert_int_eq(seal_message(&theirs, CHANNEL_STREAM, plain, 1, sealed, &len),
			 PUMP_ESTATE);
	ck_assert_int_eq(seal_open(&ours, CHANNEL_STREAM, sealed, len, plain, &n), PUMP_ESTATE);
	seal_text(&ours, CHANNEL_IN, "the other direction goes on", 27);
}
END_TEST

START_TEST(finish_leaves_no_key)
{
	static const struct seal nothing;

	seal_finish(&ours);
	ck_assert_mem_eq(&ours, &nothing, sizeof ours);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		keys_and_session_id_are_those_of_the_document,
		sealed_bytes_are_those_of_the_document,
		every_length_opens_again_also_in_place,
		a_flipped_bit_anywhere_does_not_open,
		every_other_length_does_not_open,
		another_secret_does_not_open,
		a_message_opens_once,
		a_gap_in_the_counter_does_not_open,
		a_reflected_message_does_not_open,
		a_message_of_another_characteristic_does_not_open,
		characteristics_count_for_themselves,
		a_session_carries_no_more_than_its_messages_in_one_direction,
		finish_leaves_no_key,
		NULL,
	};

	return suite_run_tests("seal", tests, setup, NULL);
}
