/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CPace against the published vectors of its draft (tests/vectors/cpace/README.md). */
#include "cpace.h"
#include "suite.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 8192, VALUE_MAX = 128 };

static char text[TEXT_MAX];
static uint8_t secret[VALUE_MAX], channel[VALUE_MAX], session[VALUE_MAX], data_a[VALUE_MAX],
	data_b[VALUE_MAX];
static struct cpace_context context;
static struct cpace_side a, b;

static void load(void)
{
	FILE *file = fopen(TEST_DATA "/vectors/cpace/ristretto255.json", "r");
	size_t len;

	ck_assert_ptr_nonnull(file);
	len = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	text[len] = '\0';
}

/* Value of the first member of that name after the name of its object. */
static size_t value(const char *object, const char *name, uint8_t *out)
{
	char wanted[64];
	const char *at = strstr(text, object);
	size_t len;

	ck_assert_ptr_nonnull(at);
	snprintf(wanted, sizeof wanted, "\"%s\": \"", name);
	at = strstr(at, wanted);
	ck_assert_msg(at != NULL, "no vector %s", name);
	at += strlen(wanted);
	ck_assert_int_eq(sodium_hex2bin(out, VALUE_MAX, at, strcspn(at, "\""), NULL, &len, NULL), 0);
	return len;
}

static struct cpace_bytes bytes(const char *name, uint8_t *out)
{
	return (struct cpace_bytes){out, value("\"G_Coffee25519\"", name, out)};
}

static void setup(void)
{
	load();
	context.secret = bytes("PRS", secret);
	context.channel = bytes("CI", channel);
	context.session = bytes("sid", session);
	a.data = bytes("ADa", data_a);
	b.data = bytes("ADb", data_b);
	(void)bytes("Ya", a.share);
	(void)bytes("Yb", b.share);
}

static void check_equal(const uint8_t *got, const char *name)
{
	uint8_t expected[VALUE_MAX];
	size_t len = value("\"G_Coffee25519\"", name, expected);

	ck_assert_mem_eq(got, expected, len);
}

START_TEST(the_generator_is_the_drafts)
{
	uint8_t generator[CPACE_POINT_LEN];

	cpace_generator(&context, generator);
	check_equal(generator, "g");
}
END_TEST

START_TEST(shares_and_keys_are_the_drafts)
{
	static const char *const scalars[] = {"ya", "yb"};
	static const char *const shares[] = {"Ya", "Yb"};
	const uint8_t *peers[] = {b.share, a.share};
	uint8_t seed[VALUE_MAX] = {0}; /* a reduced scalar is its own remainder */
	uint8_t scalar[CPACE_SCALAR_LEN], share[CPACE_POINT_LEN], isk[CPACE_ISK_LEN];

	for (size_t i = 0; i < 2; i++) {
		memset(seed, 0, sizeof seed);
		(void)bytes(scalars[i], seed);
		ck_assert_int_eq(cpace_share(&context, seed, scalar, share), PUMP_OK);
		check_equal(scalar, scalars[i]);
		check_equal(share, shares[i]);
		ck_assert_int_eq(cpace_key(&context.session, scalar, peers[i], &a, &b, isk), PUMP_OK);
		check_equal(isk, "ISK_IR");
	}
}
END_TEST

START_TEST(the_valid_point_multiplies_as_the_draft_says)
{
	uint8_t scalar[VALUE_MAX], point[VALUE_MAX], expected[VALUE_MAX], got[CPACE_POINT_LEN];

	(void)value("\"Valid\"", "s", scalar);
	(void)value("\"Valid\"", "X", point);
	(void)value("\"Valid\"", "G.scalar_mult_vfy(s,X)", expected);
	ck_assert_int_eq(crypto_scalarmult_ristretto255(got, scalar, point), 0);
	ck_assert_mem_eq(got, expected, sizeof got);
}
END_TEST

START_TEST(invalid_points_give_no_key)
{
	static const char *const names[] = {"Invalid Y1", "Invalid Y2"};
	uint8_t scalar[VALUE_MAX], point[VALUE_MAX], isk[CPACE_ISK_LEN];
	static const uint8_t nothing[CPACE_ISK_LEN];

	(void)value("\"Valid\"", "s", scalar);
	for (size_t i = 0; i < 2; i++) {
		memset(isk, 0xEE, sizeof isk);
		(void)value("\"G_Coffee25519_points\"", names[i], point);
		ck_assert_int_eq(cpace_key(&context.session, scalar, point, &a, &b, isk), PUMP_EAUTH);
		ck_assert_mem_eq(isk, nothing, sizeof isk);
	}
}
END_TEST

START_TEST(a_scalar_of_zero_is_refused)
{
	uint8_t seed[CPACE_SEED_LEN] = {0}, scalar[CPACE_SCALAR_LEN], share[CPACE_POINT_LEN];

	ck_assert_int_eq(cpace_share(&context, seed, scalar, share), PUMP_ERANGE);
}
END_TEST

START_TEST(tags_are_hmac_of_what_each_side_vouches_for)
{
	uint8_t isk[CPACE_ISK_LEN], mac_key[64], message[1 + 32 + 1 + 3], whole[64], tag[CPACE_TAG_LEN];
	crypto_hash_sha512_state hash;
	crypto_auth_hmacsha512_state mac;

	(void)bytes("ISK_IR", isk);
	crypto_hash_sha512_init(&hash);
	crypto_hash_sha512_update(&hash, (const uint8_t *)"CPaceMac", 8);
	crypto_hash_sha512_update(&hash, session, context.session.len);
	crypto_hash_sha512_update(&hash, isk, sizeof isk);
	crypto_hash_sha512_final(&hash, mac_key);
	message[0] = 32;
	memcpy(message + 1, a.share, 32);
	message[33] = 3;
	memcpy(message + 34, data_a, 3);
	crypto_auth_hmacsha512_init(&mac, mac_key, sizeof mac_key);
	crypto_auth_hmacsha512_update(&mac, message, sizeof message);
	crypto_auth_hmacsha512_final(&mac, whole);
	cpace_tag(&context.session, isk, &a, tag);
	ck_assert_mem_eq(tag, whole, sizeof tag);
	cpace_tag(&context.session, isk, &b, tag);
	ck_assert_mem_ne(tag, whole, sizeof tag);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		the_generator_is_the_drafts,
		shares_and_keys_are_the_drafts,
		the_valid_point_multiplies_as_the_draft_says,
		invalid_points_give_no_key,
		a_scalar_of_zero_is_refused,
		tags_are_hmac_of_what_each_side_vouches_for,
		NULL,
	};

	return suite_run_tests("cpace", tests, setup, NULL);
}
