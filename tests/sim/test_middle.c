/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A man in the middle of whole commands: pairing by card code, status, an order. He loses, doubles,
 * delays, reorders, flips, cuts short, invents and replays, at every PDU in turn, both programs' own stacks
 * around him. Whatever he does, nobody is paired with a key that is not the pump's, no screen says what
 * is not so, and what follows without him goes well.
 */
#include "air_command.h"
#include "air_pairing.h"
#include "audit.h"
#include "codes.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

#define DAYS   2
#define SEED   7
#define SERIAL "PX40-000321"
/* A PDU that is lost costs an answer's time-out of 30 s, and a session that ends one more. */
#define DEADLINE_US (70 * UINT64_C(1000000))
#define DELAY_US    (3 * UINT64_C(1000000))

enum { HEARD_MAX = 512, SECONDS = 280, OPCODE_NOTIFY = 0x1B, OPCODE_INDICATE = 0x1D, OPCODE_WRITE = 0x12 };

enum attack {
	NOTHING,
	LOSE,
	DOUBLE,
	DELAY,
	REORDER,      /* behind the next one of its direction */
	FLIP_OPCODE,  /* one bit of its first byte */
	FLIP_MIDDLE,
	FLIP_LAST,
	SHORTEN,      /* by one byte */
	SHORTEN_MOST, /* to one byte */
	INVENT,       /* a value of his own comes first */
	REPLAY_LAST,  /* the one before it of its direction comes first */
	REPLAY_FIRST, /* the first value of its direction comes first */
	REFLECT,      /* the last one of the other direction comes first */
	ATTACKS,
};

struct pdu {
	uint8_t bytes[LINK_PDU_MAX];
	size_t len; /* 0: none */
};

/* The man: what he does at which PDU, what he heard, what he will send of his own. */
static struct {
	enum attack attack;
	uint64_t at, passed;
	struct pdu last[SHAPER_SIDES], first[SHAPER_SIDES], own[SHAPER_SIDES], held[SHAPER_SIDES];
} man;

static void keep(struct pdu *pdu, const uint8_t *bytes, size_t len)
{
	memcpy(pdu->bytes, bytes, len);
	pdu->len = len;
}

static bool is_value(const uint8_t *bytes)
{
	return bytes[0] == OPCODE_WRITE || bytes[0] == OPCODE_INDICATE || bytes[0] == OPCODE_NOTIFY;
}

/* pdu now, and the genuine one next. */
static void put_first(enum shaper_side side, const struct pdu *pdu, uint8_t *bytes, size_t *len)
{
	if (pdu->len == 0)
		return;
	const struct pdu before = *pdu;
	keep(&man.own[side], bytes, *len);
	memcpy(bytes, before.bytes, before.len);
	*len = before.len;
}

static void invent(enum shaper_side side, uint8_t *bytes, size_t *len)
{
	struct pdu pdu = man.first[side];
	if (pdu.len == 0)
		pdu = (struct pdu){.bytes = {side == SHAPER_CENTRAL ? OPCODE_INDICATE : OPCODE_WRITE, 0x0A}, .len = 40};
	memset(pdu.bytes + 3, 0xA5, pdu.len - 3);
	put_first(side, &pdu, bytes, len);
}

static bool strike(enum shaper_side side, uint8_t *bytes, size_t *len)
{
	const enum shaper_side other = side == SHAPER_CENTRAL ? SHAPER_PERIPHERAL : SHAPER_CENTRAL;
	switch (man.attack) {
	case LOSE:
		return false;
	case DOUBLE:
		keep(&man.own[side], bytes, *len);
		break;
	case DELAY:
		air.paused_until_us[side] = virtual_now_us() + DELAY_US;
		keep(&man.own[side], bytes, *len);
		return false;
	case REORDER:
		keep(&man.held[side], bytes, *len);
		return false;
	case FLIP_OPCODE:
		bytes[0] ^= 0x02;
		break;
	case FLIP_MIDDLE:
		bytes[*len / 2] ^= 0x10;
		break;
	case FLIP_LAST:
		bytes[*len - 1] ^= 0x01;
		break;
	case SHORTEN:
		*len -= *len > 1;
		break;
	case SHORTEN_MOST:
		*len = 1;
		break;
	case INVENT:
		invent(side, bytes, len);
		break;
	case REPLAY_LAST:
		put_first(side, &man.last[side], bytes, len);
		break;
	case REPLAY_FIRST:
		put_first(side, &man.first[side], bytes, len);
		break;
	case REFLECT:
		put_first(side, &man.last[other], bytes, len);
		break;
	case NOTHING:
	case ATTACKS:
		break;
	}
	return true;
}

static bool pass(enum shaper_side side, uint8_t *bytes, size_t *len)
{
	struct pdu genuine;
	bool goes_on = true;
	keep(&genuine, bytes, *len);
	if (++man.passed == man.at) {
		goes_on = strike(side, bytes, len);
	} else if (man.held[side].len) {
		man.own[side] = man.held[side];
		man.held[side].len = 0;
	}
	man.last[side] = genuine;
	if (!man.first[side].len && is_value(genuine.bytes))
		man.first[side] = genuine;
	return goes_on;
}

static size_t own(enum shaper_side side, uint8_t *bytes)
{
	const size_t len = man.own[side].len;
	if (!bytes || !len)
		return len;
	memcpy(bytes, man.own[side].bytes, len);
	man.own[side].len = 0;
	return len;
}

static const struct air_middle middle = {pass, own};

static void setup(void)
{
	air_clinic_open(DAYS, 247);
}

static void teardown(void)
{
	air_clinic_close();
}

static void start(enum attack attack, uint64_t at)
{
	struct shaper_config config;

	shaper_default(&config);
	air_clinic_reset(&config, SEED);
	memset(&man, 0, sizeof man);
	man.attack = attack;
	man.at = at;
	air.middle = &middle;
}

static void leave_alone(void)
{
	air_clinic_settle();
	man.attack = NOTHING;
	memset(man.own, 0, sizeof man.own);
	memset(man.held, 0, sizeof man.held);
}

/* Commands: what they may end with. Nothing else is ever said. */
static const char *const reading[] = {"status", NULL};
static const char *const stopping[] = {"therapy", "stop", "--confirm", SERIAL " stop", NULL};
static const char *const resuming[] = {"therapy", "resume", "--confirm", SERIAL " resume", NULL};

/* Every exit code that an attacker may cause: no pump, not authentic, the pump said no, unknown. */
static bool is_honest(const struct air_result *result)
{
	static const struct {
		int exit_code;
		const char *code;
	} rows[] = {{0, ""},          {6, "LINK_LOST"},     {6, "TIMED_OUT"},       {12, "PROTOCOL"},
		    {7, "TAMPERED"},   {7, "NOT_AUTHENTIC"}, {7, "NOT_KNOWN_THERE"}, {9, "OUTCOME_UNKNOWN"}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].exit_code == result->exit_code && strcmp(rows[i].code, result->code) == 0)
			return true;
	return false;
}

static struct air_result run(const char *const *words)
{
	const struct air_result result = air_command(words);

	ck_assert_msg(is_honest(&result), "%s, attack %d at PDU %u: exit %d %s", words[0], (int)man.attack,
		      (unsigned)man.at, result.exit_code, result.code);
	ck_assert(result.tells_next == (result.exit_code != 0));
	ck_assert_uint_le(result.took_us, DEADLINE_US);
	return result;
}

static void run_well(const char *const *words)
{
	struct air_result result;

	leave_alone();
	result = air_command(words);
	ck_assert_msg(result.exit_code == 0, "%s afterwards: exit %d %s", words[0], result.exit_code, result.code);
}

struct tally {
	unsigned tries, came_through;
};

static void tell(const char *what, int attack, uint64_t pdus, const struct tally *tally)
{
	printf("%s: attack %d at each of %u PDUs; it went well all the same in %u\n", what, attack, (unsigned)pdus,
	       tally->came_through);
	fflush(stdout);
	ck_assert_uint_eq(tally->tries, pdus);
}

static bool is_stopped(void)
{
	struct pump_view view;

	peripheral_look(clinic.pump, &view);
	return view.therapy == THERAPY_STOPPED;
}

START_TEST(reading_under_attack_ends_in_time_and_says_what_happened)
{
	struct tally tally = {0};
	uint64_t pdus;

	start(NOTHING, 0);
	run_well(reading);
	pdus = man.passed;
	for (uint64_t at = 1; at <= pdus; at++) {
		start((enum attack)_i, at);
		tally.came_through += run(reading).exit_code == 0;
		tally.tries++;
	}
	run_well(reading);
	tell("status", _i, pdus, &tally);
}
END_TEST

static void check_stop(const struct air_result *result)
{
	leave_alone();
	if (result->exit_code != 9)
		ck_assert_msg(is_stopped() == (result->exit_code == 0), "attack %d at PDU %u: exit %d", (int)man.attack,
			      (unsigned)man.at, result->exit_code);
	ck_assert_uint_eq(air_command_open_intents(), result->exit_code == 9);
	run_well(reading);
	ck_assert_uint_eq(air_command_open_intents(), 0);
	if (is_stopped())
		run_well(resuming);
	ck_assert(!is_stopped());
}

START_TEST(an_order_under_attack_is_told_as_it_ended_in_the_pump)
{
	struct tally tally = {0};
	uint64_t pdus;

	start(NOTHING, 0);
	ck_assert_int_eq(run(stopping).exit_code, 0);
	pdus = man.passed;
	run_well(resuming);
	for (uint64_t at = 1; at <= pdus; at++) {
		start((enum attack)_i, at);
		const struct air_result result = run(stopping);

		tally.came_through += result.exit_code == 0;
		tally.tries++;
		check_stop(&result);
	}
	tell("therapy stop", _i, pdus, &tally);
}
END_TEST

/* Whoever was told that it is paired holds the pump's key; whoever was not is told why. */
static void check_pairing(const struct air_pairing *pairing)
{
	ck_assert_uint_le(pairing->took_us, DEADLINE_US);
	if (pairing->is_enrolled) {
		air_pairing_keep(pairing);
		run_well(reading);
		return;
	}
	ck_assert(pairing->has_ended);
}

START_TEST(a_pairing_under_attack_gives_the_pumps_key_or_none)
{
	struct air_pairing pairing;
	struct tally tally = {0};
	uint64_t pdus;

	start(NOTHING, 0);
	pairing = air_pair();
	ck_assert(pairing.is_enrolled);
	pdus = man.passed;
	check_pairing(&pairing);
	for (uint64_t at = 1; at <= pdus; at++) {
		start((enum attack)_i, at);
		pairing = air_pair();
		tally.came_through += pairing.is_enrolled;
		tally.tries++;
		check_pairing(&pairing);
		start(NOTHING, 0);
		pairing = air_pair();
		ck_assert(pairing.is_enrolled);
		check_pairing(&pairing);
	}
	tell("pairing", _i, pdus, &tally);
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("middle");

	tcase_set_timeout(cases, SECONDS);
	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_loop_test(cases, reading_under_attack_ends_in_time_and_says_what_happened, LOSE, ATTACKS);
	tcase_add_loop_test(cases, an_order_under_attack_is_told_as_it_ended_in_the_pump, LOSE, ATTACKS);
	tcase_add_loop_test(cases, a_pairing_under_attack_gives_the_pumps_key_or_none, LOSE, ATTACKS);
	return suite_run(cases);
}
