/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The product against the worked example of docs/protocol.md section 3, which a program of its own
 * made from the document alone (tests/support/handshake.py).
 */
#include "advert.h"
#include "handshake.h"
#include "suite.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 16384, VALUE_MAX = 128 };

static char text[TEXT_MAX];
static const char *kind; /* "key" or "card" */
static struct handshake programmer, pump;
static uint8_t out[HANDSHAKE_MAX];
static size_t out_len;

static void setup(void)
{
	FILE *file = fopen(TEST_DATA "/vectors/handshake.txt", "r");
	size_t len;

	ck_assert_ptr_nonnull(file);
	len = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	text[len] = '\0';
	kind = "";
}

/* Value of the line "name hex"; of "kind.name hex" if there is a kind. */
static size_t value(const char *name, uint8_t *bytes)
{
	char wanted[64];
	const char *at;
	size_t len;

	snprintf(wanted, sizeof wanted, "\n%s%s%s ", kind, *kind ? "." : "", name);
	at = strstr(text, wanted);
	ck_assert_msg(at != NULL, "no line%s", wanted);
	at += strlen(wanted);
	ck_assert_int_eq(sodium_hex2bin(bytes, VALUE_MAX, at, strcspn(at, "\n"), NULL, &len, NULL), 0);
	return len;
}

static void expect(const char *name, const uint8_t *bytes, size_t len)
{
	uint8_t expected[VALUE_MAX];

	ck_assert_msg(value(name, expected) == len && memcmp(expected, bytes, len) == 0, "%s.%s", kind,
		      name);
}

static struct handshake_setup make_setup(enum role role, enum hello_secret secret)
{
	struct handshake_setup made = {.role = role, .secret_kind = secret};
	uint8_t bytes[VALUE_MAX];
	const char *of = kind;

	kind = "";
	(void)value("workstation", bytes);
	memcpy(made.workstation, bytes, WORKSTATION_LEN);
	memcpy(made.serial, bytes, value("serial", bytes));
	kind = of;
	memcpy(made.secret, bytes, value("secret", bytes));
	(void)value(role == ROLE_PUMP ? "pump_seed" : "programmer_seed", bytes);
	memcpy(made.seed, bytes, sizeof made.seed);
	made.capabilities = role == ROLE_PUMP ? PUMP_IS_VIRTUAL : 0;
	return made;
}

/* Hands out to h; its answer is expected under this name. */
static void take(struct handshake *h, const char *answer)
{
	uint8_t message[HANDSHAKE_MAX];
	size_t len = out_len;

	memcpy(message, out, len);
	ck_assert_int_eq(handshake_take(h, message, len, out, &out_len), PUMP_OK);
	if (answer)
		expect(answer, out, out_len);
	else
		ck_assert_uint_eq(out_len, 0);
}

static void check_messages(enum hello_secret secret)
{
	struct handshake_setup of_programmer = make_setup(ROLE_PROGRAMMER, secret);
	struct handshake_setup of_pump = make_setup(ROLE_PUMP, secret);
	uint8_t hello[HELLO_PROGRAMMER_LEN];

	handshake_begin(&programmer, &of_programmer, hello);
	expect("hello_programmer", hello, sizeof hello);
	handshake_meet(&pump, &of_pump, hello, out);
	out_len = HELLO_PUMP_LEN;
	expect("hello_pump", out, out_len);
	take(&programmer, "share_programmer");
	take(&pump, "share_pump");
	take(&programmer, "tag_programmer");
	take(&pump, "tag_pump");
	take(&programmer, NULL);
	ck_assert_int_eq(programmer.state, HANDSHAKE_DONE);
	ck_assert_int_eq(pump.state, HANDSHAKE_DONE);
}

static void check_seal(struct seal *seal, enum channel channel, const void *plain, size_t len,
		       const char *name)
{
	uint8_t sealed[VALUE_MAX + SEAL_OVERHEAD];
	size_t sealed_len;

	ck_assert_int_eq(seal_message(seal, channel, plain, len, sealed, &sealed_len), PUMP_OK);
	expect(name, sealed, sealed_len);
}

static void check_keys(void)
{
	struct seal ours, theirs;
	uint8_t key[PAIRING_KEY_LEN];
	uint8_t pong[10] = {0x5A, 0x0F, 0x00, 0x5C, 0x26, 0x05};
	uint8_t block[72] = {0x55, 0x66};

	for (uint8_t i = 0; i < 70; i++)
		block[2 + i] = i;
	handshake_seal(&programmer, &ours);
	handshake_seal(&pump, &theirs);
	expect("session_id", ours.session_id, SESSION_ID_LEN);
	expect("key_to_pump", ours.send_key, sizeof ours.send_key);
	expect("key_to_programmer", theirs.send_key, sizeof theirs.send_key);
	check_seal(&ours, CHANNEL_IN, "\x33\x0f", 2, "sealed_start");
	check_seal(&theirs, CHANNEL_OUT, pong, sizeof pong, "sealed_pong");
	check_seal(&theirs, CHANNEL_STREAM, block, sizeof block, "sealed_block");
	handshake_pairing_key(&programmer, key);
	expect("pairing_key", key, sizeof key);
	handshake_pairing_key(&pump, key);
	expect("pairing_key", key, sizeof key);
}

START_TEST(a_session_under_the_pairing_key_is_the_documents)
{
	kind = "key";
	check_messages(SECRET_KEY);
	check_keys();
}
END_TEST

START_TEST(an_enrolment_by_card_code_is_the_documents)
{
	kind = "card";
	check_messages(SECRET_CARD);
	check_keys();
}
END_TEST

START_TEST(an_advertisement_is_the_documents)
{
	uint8_t key[VALUE_MAX], advert[ADVERT_LEN], expected[VALUE_MAX];

	kind = "advert";
	ck_assert_uint_eq(value("key", key), ADVERT_KEY_LEN);
	(void)value("data", expected);
	advert_write(key, expected + 1, true, advert);
	expect("data", advert, sizeof advert);
	ck_assert(advert_is_of(expected, key));
	ck_assert(advert_window_open(expected));
	key[0] ^= 1;
	ck_assert(!advert_is_of(expected, key));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_session_under_the_pairing_key_is_the_documents,
		an_enrolment_by_card_code_is_the_documents,
		an_advertisement_is_the_documents,
		NULL,
	};

	return suite_run_tests("handshake vectors", tests, setup, NULL);
}
