/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The handshake of both sides against one another, and against everything an attacker may do in between. */
#include "handshake.h"
#include "suite.h"

#include <string.h>

enum { FRAMES = 6 };

static struct handshake_setup of_programmer, of_pump;
static struct handshake programmer, pump;
/* Of the last run, as they were sent; the last delivery has no answer. */
static uint8_t frames[FRAMES + 1][HANDSHAKE_MAX];
static size_t lens[FRAMES + 1];

static void set_secret(enum hello_secret kind)
{
	of_programmer.secret_kind = kind;
	of_pump.secret_kind = kind;
}

static void setup(void)
{
	of_programmer = (struct handshake_setup){.role = ROLE_PROGRAMMER, .secret_kind = SECRET_KEY};
	memcpy(of_programmer.secret, "7K3M9QXA and the rest of the key", PAIRING_KEY_LEN);
	memset(of_programmer.workstation, 0x57, WORKSTATION_LEN);
	memcpy(of_programmer.serial, "PX40-000123", 12);
	memset(of_programmer.seed, 0x11, sizeof of_programmer.seed);
	of_pump = of_programmer;
	of_pump.role = ROLE_PUMP;
	of_pump.capabilities = PUMP_IS_VIRTUAL;
	memset(of_pump.seed, 0x22, sizeof of_pump.seed);
	memset(&programmer, 0, sizeof programmer);
	memset(&pump, 0, sizeof pump);
}

/* What happens to a frame on its way: bit (-1: nothing) is flipped, or it is cut to length cut. */
struct harm {
	size_t frame;
	int bit;
	size_t cut;
};

static bool deliver(size_t frame, const struct harm *harm)
{
	struct handshake *to = frame % 2 ? &programmer : &pump;
	uint8_t message[HANDSHAKE_MAX];
	size_t len = lens[frame];
	struct hello_programmer hello;

	memcpy(message, frames[frame], len);
	if (harm && harm->frame == frame && harm->bit >= 0)
		message[harm->bit / 8] ^= (uint8_t)(1u << harm->bit % 8);
	if (harm && harm->frame == frame && harm->bit < 0)
		len = harm->cut;
	if (frame > 0)
		return handshake_take(to, message, len, frames[frame + 1], &lens[frame + 1]) == PUMP_OK;
	if (hello_programmer_decode(message, len, &hello) != PUMP_OK || hello.major != PROTOCOL_MAJOR)
		return false;
	/* A pump takes secret and workstation from what it is told. */
	of_pump.secret_kind = hello.secret;
	memcpy(of_pump.workstation, hello.workstation, WORKSTATION_LEN);
	handshake_meet(&pump, &of_pump, message, frames[1]);
	lens[1] = HELLO_PUMP_LEN;
	return true;
}

static void run(const struct harm *harm)
{
	size_t frame = 0;

	handshake_begin(&programmer, &of_programmer, frames[0]);
	lens[0] = HELLO_PROGRAMMER_LEN;
	while (frame < FRAMES && deliver(frame, harm))
		frame++;
}

static bool agree(void)
{
	return programmer.state == HANDSHAKE_DONE && pump.state == HANDSHAKE_DONE &&
	       memcmp(programmer.isk, pump.isk, CPACE_ISK_LEN) == 0;
}

START_TEST(both_sides_come_to_the_same_keys_with_either_secret)
{
	struct seal ours, theirs;
	uint8_t key[PAIRING_KEY_LEN], other[PAIRING_KEY_LEN];

	for (int i = 0; i < 2; i++) {
		set_secret(i ? SECRET_CARD : SECRET_KEY);
		run(NULL);
		ck_assert(agree());
		handshake_seal(&programmer, &ours);
		handshake_seal(&pump, &theirs);
		ck_assert_mem_eq(ours.send_key, theirs.receive_key, 32);
		ck_assert_mem_eq(ours.receive_key, theirs.send_key, 32);
		ck_assert_mem_ne(ours.send_key, ours.receive_key, 32);
		handshake_pairing_key(&programmer, key);
		handshake_pairing_key(&pump, other);
		ck_assert_mem_eq(key, other, sizeof key);
		ck_assert_uint_eq(programmer.pump.capabilities, PUMP_IS_VIRTUAL);
	}
}
END_TEST

static void check_harmed(size_t frame)
{
	ck_assert_msg(programmer.state != HANDSHAKE_DONE, "the programmer took a changed frame %zu", frame);
	/* After its last word the pump hears no more: the programmer is the one who finds out. */
	ck_assert_msg(pump.state != HANDSHAKE_DONE || frame == FRAMES - 1, "the pump took frame %zu", frame);
}

START_TEST(no_flipped_bit_of_any_frame_is_accepted)
{
	unsigned flips = 0;

	for (int kind = 0; kind < 2; kind++) {
		size_t all[FRAMES];

		set_secret(kind ? SECRET_CARD : SECRET_KEY);
		run(NULL);
		memcpy(all, lens, sizeof all);
		for (struct harm harm = {.frame = 0}; harm.frame < FRAMES; harm.frame++) {
			for (harm.bit = 0; harm.bit < (int)(8 * all[harm.frame]); harm.bit++) {
				setup();
				set_secret(kind ? SECRET_CARD : SECRET_KEY);
				run(&harm);
				check_harmed(harm.frame);
				flips++;
			}
		}
	}
	ck_assert_uint_ge(flips, 2 * 8 * (33 + 24 + 33 + 33 + 33 + 33));
}
END_TEST

START_TEST(no_shortened_frame_is_accepted)
{
	run(NULL);
	for (struct harm harm = {.frame = 0, .bit = -1}; harm.frame < FRAMES; harm.frame++) {
		for (harm.cut = 0; harm.cut < 33; harm.cut++) {
			if (harm.cut == HELLO_PUMP_LEN && harm.frame == 1)
				continue;
			setup();
			run(&harm);
			check_harmed(harm.frame);
		}
	}
}
END_TEST

START_TEST(another_secret_serial_or_workstation_gives_no_session)
{
	for (int i = 0; i < 4; i++) {
		setup();
		set_secret(SECRET_CARD); /* no MAC finds out before the tags do */
		if (i == 0)
			of_pump.secret[7] ^= 1;
		else if (i == 1)
			of_pump.serial[10] ^= 1;
		else if (i == 2)
			of_pump.serial[11] = '4';
		else
			of_programmer.secret[0] ^= 1;
		run(NULL);
		ck_assert(programmer.state != HANDSHAKE_DONE);
		ck_assert(pump.state == HANDSHAKE_FAILED);
	}
}
END_TEST

START_TEST(a_wrong_mac_is_found_before_the_share_is_looked_at)
{
	uint8_t share[HAND_SHARE_MAC_LEN] = {HAND_SHARE}; /* the neutral element */

	run(&(struct harm){.frame = 2, .bit = -1});
	handshake_meet(&pump, &of_pump, frames[0], frames[1]);
	ck_assert_int_eq(handshake_check_share(&pump, share, sizeof share), PUMP_EAUTH);
	ck_assert_int_eq(handshake_check_share(&pump, share, sizeof share - 1), PUMP_EFORM);
	ck_assert_int_eq(pump.state, HANDSHAKE_SHARE);
	ck_assert_int_eq(handshake_take(&pump, share, sizeof share, frames[3], &lens[3]), PUMP_EAUTH);
	ck_assert_int_eq(pump.state, HANDSHAKE_FAILED);
}
END_TEST

/* Brings both sides to where the shares are awaited. */
static void greet(void)
{
	set_secret(SECRET_CARD);
	handshake_begin(&programmer, &of_programmer, frames[0]);
	handshake_meet(&pump, &of_pump, frames[0], frames[1]);
	ck_assert_int_eq(handshake_take(&programmer, frames[1], HELLO_PUMP_LEN, frames[2], &lens[2]),
			 PUMP_OK);
}

START_TEST(own_role_and_own_share_are_refused)
{
	uint8_t answer[HANDSHAKE_MAX];
	size_t len;

	handshake_begin(&programmer, &of_programmer, frames[0]);
	ck_assert_int_eq(handshake_take(&programmer, frames[0], HELLO_PROGRAMMER_LEN, answer, &len),
			 PUMP_EPEER);
	greet();
	ck_assert_int_eq(handshake_take(&programmer, frames[2], lens[2], answer, &len), PUMP_EPEER);
	ck_assert_int_eq(programmer.state, HANDSHAKE_FAILED);
	greet();
	/* With the programmer's scalar the pump makes the programmer's share. */
	memcpy(pump.setup.seed, of_programmer.seed, sizeof pump.setup.seed);
	ck_assert_int_eq(handshake_take(&pump, frames[2], lens[2], answer, &len), PUMP_EPEER);
}
END_TEST

START_TEST(shares_that_are_no_points_are_refused)
{
	static const uint8_t bad[3][CPACE_POINT_LEN] = {
		{0}, /* the neutral element */
		{0x2B, 0x3C, 0x6B, 0x8C, 0x4F, 0x38, 0x00, 0xE7, 0xAE, 0xF6, 0x86, 0x40, 0x25, 0xB4, 0xED, 0x79,
		 0xBD, 0x59, 0x91, 0x17, 0xE4, 0x27, 0xC4, 0x1B, 0xD4, 0x7D, 0x93, 0xD6, 0x54, 0xB4, 0xA5, 0x1C},
		{0xFF, 0xFF},
	};
	uint8_t share[HAND_SHARE_LEN] = {HAND_SHARE}, answer[HANDSHAKE_MAX];
	size_t len;

	for (size_t i = 0; i < 3; i++) {
		memcpy(share + 1, bad[i], CPACE_POINT_LEN);
		greet();
		ck_assert_int_eq(handshake_take(&pump, share, sizeof share, answer, &len), PUMP_EPEER);
		ck_assert_int_eq(handshake_take(&programmer, share, sizeof share, answer, &len), PUMP_EPEER);
	}
}
END_TEST

START_TEST(a_tag_sent_back_is_refused)
{
	uint8_t tag[HANDSHAKE_MAX], answer[HANDSHAKE_MAX];
	size_t tag_len, len;

	greet();
	ck_assert_int_eq(handshake_take(&pump, frames[2], lens[2], frames[3], &lens[3]), PUMP_OK);
	ck_assert_int_eq(handshake_take(&programmer, frames[3], lens[3], tag, &tag_len), PUMP_OK);
	ck_assert_int_eq(handshake_take(&programmer, tag, tag_len, answer, &len), PUMP_EAUTH);
}
END_TEST

START_TEST(frames_of_another_run_are_refused)
{
	uint8_t kept[FRAMES][HANDSHAKE_MAX];
	size_t kept_lens[FRAMES];

	run(NULL);
	memcpy(kept, frames, sizeof kept);
	memcpy(kept_lens, lens, sizeof kept_lens);
	of_programmer.seed[0] ^= 1;
	of_pump.seed[0] ^= 1;
	for (size_t frame = 0; frame < FRAMES; frame++) {
		handshake_begin(&programmer, &of_programmer, frames[0]);
		lens[0] = HELLO_PROGRAMMER_LEN;
		for (size_t at = 0; at < FRAMES; at++) {
			if (at == frame && at > 0)
				memcpy(frames[at], kept[at], kept_lens[at]);
			if (!deliver(at, NULL))
				break;
		}
		ck_assert(frame == 0 || programmer.state != HANDSHAKE_DONE);
	}
}
END_TEST

START_TEST(a_refusal_says_why_and_leaves_nothing_secret)
{
	static const struct handshake nothing;
	uint8_t refused[HELLO_REFUSED_LEN], answer[HANDSHAKE_MAX];
	size_t len;

	handshake_begin(&programmer, &of_programmer, frames[0]);
	hello_refuse(HELLO_CARD_TRIES, refused);
	ck_assert_int_eq(handshake_take(&programmer, refused, sizeof refused, answer, &len), PUMP_EUNKNOWN);
	ck_assert_int_eq(programmer.refusal, HELLO_CARD_TRIES);
	ck_assert_mem_eq(&programmer.setup, &nothing.setup, sizeof nothing.setup);
	ck_assert_int_eq(handshake_take(&programmer, refused, sizeof refused, answer, &len), PUMP_ESTATE);
}
END_TEST

START_TEST(card_codes_are_read_as_people_write_them)
{
	static const struct {
		const char *text;
		enum pump_err err;
	} rows[] = {
		{"7K3M-9QXAZ", PUMP_EMISMATCH}, {"", PUMP_ESHORT},       {"7K3M9QXA", PUMP_ESHORT},
		{"7K3M9QXA55", PUMP_EFORM},     {"7U3M9QXA5", PUMP_EFORM}, {"7K3M_9QXA", PUMP_EFORM},
	};
	char code[CARD_CODE_LEN], typed[CARD_CODE_LEN], text[CARD_CODE_TEXT];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ck_assert_int_eq(card_code_read(rows[i].text, strlen(rows[i].text), code), rows[i].err);
	card_code_make((const uint8_t[]){0x00, 0x44, 0x32, 0x14, 0xC7}, code);
	ck_assert_mem_eq(code, "01234567", CARD_CODE_LEN);
	card_code_print(code, text);
	ck_assert_int_eq(card_code_read(text, strlen(text), typed), PUMP_OK);
	ck_assert_mem_eq(typed, code, CARD_CODE_LEN);
	text[0] = 'o';
	for (size_t i = 0; i < 3; i++) {
		text[1] = "IlL"[i];
		ck_assert_int_eq(card_code_read(text, strlen(text), typed), PUMP_OK);
		ck_assert_mem_eq(typed, code, CARD_CODE_LEN);
	}
}
END_TEST

START_TEST(one_wrong_character_of_a_card_code_is_found)
{
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	char code[CARD_CODE_LEN], text[CARD_CODE_TEXT], wrong[CARD_CODE_TEXT];

	for (uint8_t seed = 0; seed < 64; seed++) {
		card_code_make((const uint8_t[]){seed, (uint8_t)(seed * 7), 0x5A, (uint8_t)(255 - seed), 9}, code);
		card_code_print(code, text);
		for (size_t at = 0; at < CARD_CODE_LEN + 1; at++) {
			memcpy(wrong, text, sizeof wrong);
			for (size_t d = 0; d < 32 && text[at] != '-'; d++) {
				wrong[at] = digits[d];
				ck_assert_int_eq(card_code_read(wrong, strlen(wrong), code),
						 digits[d] == text[at] ? PUMP_OK : PUMP_EMISMATCH);
			}
		}
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		both_sides_come_to_the_same_keys_with_either_secret,
		no_flipped_bit_of_any_frame_is_accepted,
		no_shortened_frame_is_accepted,
		another_secret_serial_or_workstation_gives_no_session,
		a_wrong_mac_is_found_before_the_share_is_looked_at,
		own_role_and_own_share_are_refused,
		shares_that_are_no_points_are_refused,
		a_tag_sent_back_is_refused,
		frames_of_another_run_are_refused,
		a_refusal_says_why_and_leaves_nothing_secret,
		card_codes_are_read_as_people_write_them,
		one_wrong_character_of_a_card_code_is_found,
		NULL,
	};

	return suite_run_tests("handshake", tests, setup, NULL);
}
