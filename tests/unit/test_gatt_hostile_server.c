/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A GATT client against servers that lack something, lie, loop or break off. */
#include "gatt_client_fixture.h"
#include "suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Lines of the usual start before the answer that a test replaces. */
enum {
	AT_SERVICE = 3,
	AT_CHARACTERISTICS = 5,
	AT_CHARACTERISTICS_END = 7,
	AT_OUT_CCCD = 9,
	AT_STREAM_CCCD = 11,
	AT_READ = 13,
	AT_SUBSCRIBE = 15,
};

static const struct lie {
	size_t at;
	enum gatt_close why;
	const char *hex;
} lies[] = {
        {AT_SERVICE, GATT_CLOSE_NO_SERVICE, "01 06 0100 0a"},
        {AT_SERVICE, GATT_CLOSE_NO_SERVICE, "07 1000 1000"}, /* a service with nothing in it */
        {AT_SERVICE, GATT_CLOSE_NO_SERVICE, "07 ffff ffff"},
        {AT_SERVICE, GATT_CLOSE_PROTOCOL, "07 0000 1f00"},
        {AT_SERVICE, GATT_CLOSE_PROTOCOL, "07 1f00 1000"},
        {AT_SERVICE, GATT_CLOSE_PROTOCOL, "07 1000"},
        {AT_SERVICE, GATT_CLOSE_PROTOCOL, "07"},
        {AT_SERVICE, GATT_CLOSE_REFUSED, "01 06 0100 05"},
        {AT_CHARACTERISTICS, GATT_CLOSE_NO_SERVICE, "01 08 1100 0a"},
        {AT_CHARACTERISTICS, GATT_CLOSE_REFUSED, "01 08 1100 0f"},
        /* declaration before the range; value before, on and beyond its place */
        {AT_CHARACTERISTICS, GATT_CLOSE_PROTOCOL, "09 07 1000 02 1200 0f18"},
        {AT_CHARACTERISTICS, GATT_CLOSE_PROTOCOL, "09 07 1200 02 1100 0f18"},
        {AT_CHARACTERISTICS, GATT_CLOSE_PROTOCOL, "09 07 1100 02 1100 0f18"},
        {AT_CHARACTERISTICS, GATT_CLOSE_PROTOCOL, "09 07 1100 02 2000 0f18"},
        {AT_CHARACTERISTICS, GATT_CLOSE_PROTOCOL, "09 07 2000 02 2100 0f18"},
        /* falling and repeated handles within one answer */
        {AT_CHARACTERISTICS, GATT_CLOSE_PROTOCOL, "09 07 1500 02 1600 0f18 1300 02 1400 0f18"},
        {AT_CHARACTERISTICS, GATT_CLOSE_PROTOCOL, "09 07 1500 02 1600 0f18 1500 02 1600 0f18"},
        /* item lengths that no characteristic has */
        {AT_CHARACTERISTICS, GATT_CLOSE_PROTOCOL, "09 08 1100 02 1200 0f1800"},
        {AT_CHARACTERISTICS, GATT_CLOSE_PROTOCOL, "09 02 1100"},
        {AT_CHARACTERISTICS, GATT_CLOSE_PROTOCOL, "09 00"},
        /* all handles are used up before the wanted ones came */
        {AT_CHARACTERISTICS, GATT_CLOSE_NO_SERVICE, "09 07 1100 02 1f00 0f18"},
        /* the wanted UUID, but Out cannot indicate */
        {AT_CHARACTERISTICS, GATT_CLOSE_NO_SERVICE,
         "09 15 1100 02 1200 " CHAR_UUID("01") " 1300 08 1400 " CHAR_UUID(
                 "02") " 1500 02 1600 " CHAR_UUID("03") " 1e00 10 1f00 " CHAR_UUID("04")},
        /* Stream's value is the last handle: there is no room for its CCCD */
        {AT_CHARACTERISTICS, GATT_CLOSE_NO_SERVICE,
         "09 15 1100 02 1200 " CHAR_UUID("01") " 1300 08 1400 " CHAR_UUID(
                 "02") " 1500 20 1600 " CHAR_UUID("03") " 1700 10 1f00 " CHAR_UUID("04")},
        {AT_CHARACTERISTICS_END, GATT_CLOSE_PROTOCOL, "09 07 1100 02 1200 0f18"},
        {AT_OUT_CCCD, GATT_CLOSE_NO_SERVICE, "01 04 1700 0a"},
        {AT_OUT_CCCD, GATT_CLOSE_NO_SERVICE, "05 01 1700 0129"},
        {AT_OUT_CCCD, GATT_CLOSE_PROTOCOL, "05 01 1600 0229"},
        {AT_OUT_CCCD, GATT_CLOSE_PROTOCOL, "05 01 1800 0229"},
        {AT_OUT_CCCD, GATT_CLOSE_PROTOCOL, "05 03 1700 0229"},
        {AT_STREAM_CCCD, GATT_CLOSE_PROTOCOL, "05 01 1b00 0129 1b00 0129"},
        {AT_STREAM_CCCD, GATT_CLOSE_NO_SERVICE, "05 01 1f00 0129"},
        {AT_READ, GATT_CLOSE_REFUSED, "01 0a 1200 05"},
        {AT_READ, GATT_CLOSE_REFUSED, "01 0a 1200 07"}, /* not the end of a long read */
        {AT_READ, GATT_CLOSE_PROTOCOL, "0d 01"},
        {AT_SUBSCRIBE, GATT_CLOSE_REFUSED, "01 12 1700 fd"},
        {AT_SUBSCRIBE, GATT_CLOSE_PROTOCOL, "01 12 1a00 fd"},
};

#define LIES (sizeof lies / sizeof lies[0])

START_TEST(a_lie_or_a_lack_while_starting_closes_with_its_reason)
{
	const struct lie *lie = &lies[_i];

	gatt_fixture_play(lie->at);
	pdu_script_send(&gatt.script, lie->hex);
	ck_assert_msg(gatt.closed == 1 && gatt.why == lie->why, "%s: closed %d, %s", lie->hex,
	              gatt.closed, gatt_close_text(gatt.why));
	gatt_fixture_assert_closed(lie->why);
	ck_assert_int_eq(gatt.ready, 0);
}
END_TEST

START_TEST(the_att_code_of_a_refusal_reaches_the_caller)
{
	gatt_fixture_play(AT_READ);
	pdu_script_send(&gatt.script, "01 0a 1200 05");
	gatt_fixture_assert_closed(GATT_CLOSE_REFUSED);
	ck_assert_int_eq(gatt.error, 0x05);
}
END_TEST

/* Answers one request after another with make() until the client gives up. */
static int play_endlessly(void (*make)(const uint8_t *request, char *hex, size_t size))
{
	int rounds = 0;

	while (!gatt.has_closed) {
		uint8_t request[64];
		char hex[160];

		ck_assert_int_lt(rounds, 1000);
		ck_assert_uint_gt(pdu_script_take(&gatt.script, request, sizeof request), 0);
		make(request, hex, sizeof hex);
		pdu_script_send(&gatt.script, hex);
		rounds++;
	}
	return rounds;
}

static void next_characteristic(const uint8_t *request, char *hex, size_t size)
{
	unsigned start = request[1] | (unsigned)request[2] << 8;

	snprintf(hex, size, "09 07 %02x%02x 02 %02x%02x 0f18", start & 0xff, start >> 8,
	         (start + 1) & 0xff, (start + 1) >> 8);
}

static void next_descriptor(const uint8_t *request, char *hex, size_t size)
{
	snprintf(hex, size, "05 01 %02x%02x 0129", request[1], request[2]);
}

START_TEST(an_endless_list_of_characteristics_is_broken_off)
{
	gatt_fixture_play(AT_SERVICE);
	pdu_script_send(&gatt.script, "07 0100 ffff");
	ck_assert_int_lt(play_endlessly(next_characteristic), 100);
	gatt_fixture_assert_closed(GATT_CLOSE_PROTOCOL);
}
END_TEST

START_TEST(an_endless_list_of_descriptors_is_broken_off)
{
	gatt_fixture_play(AT_SERVICE);
	pdu_script_send(&gatt.script, "07 1000 ffff");
	pdu_script_expect(&gatt.script, "08 1100 ffff 0328");
	pdu_script_send(&gatt.script, fixture_start[AT_CHARACTERISTICS].hex);
	pdu_script_expect(&gatt.script, "08 1a00 ffff 0328");
	pdu_script_send(&gatt.script, "01 08 1a00 0a");
	pdu_script_expect(&gatt.script, fixture_start[AT_OUT_CCCD - 1].hex);
	pdu_script_send(&gatt.script, fixture_start[AT_OUT_CCCD].hex);
	ck_assert_int_lt(play_endlessly(next_descriptor), 100);
	gatt_fixture_assert_closed(GATT_CLOSE_PROTOCOL);
}
END_TEST

START_TEST(a_service_up_to_the_last_handle_ends_there)
{
	gatt_fixture_play(AT_SERVICE);
	pdu_script_send(&gatt.script, "07 f000 ffff");
	pdu_script_expect(&gatt.script, "08 f100 ffff 0328");
	pdu_script_send(&gatt.script, "09 07 f100 02 ffff 0f18");
	gatt_fixture_assert_closed(GATT_CLOSE_NO_SERVICE);
}
END_TEST

START_TEST(a_response_cut_short_at_any_byte_never_makes_the_client_ready)
{
	uint8_t pdu[LINK_PDU_MAX];
	size_t at = (size_t)_i;
	size_t len = pdu_script_bytes(fixture_start[at].hex, pdu, sizeof pdu);

	if (!fixture_start[at].is_from_peer)
		return;
	for (size_t cut = 1; cut < len; cut++) {
		gatt_fixture_teardown();
		gatt_fixture_open(247);
		gatt_fixture_play(at);
		pdu_script_send_bytes(&gatt.script, pdu, cut);
		ck_assert_int_eq(gatt.ready, 0);
		pdu_script_cut(&gatt.script);
		ck_assert_int_eq(gatt.closed, 1);
	}
}
END_TEST

/* Same kind of response, or an Error Response to the same kind of request. */
static bool is_fitting(size_t at, size_t other)
{
	const char *answer = fixture_start[other].hex;
	const char *request = fixture_start[at - 1].hex;

	return memcmp(fixture_start[at].hex, answer, 2) == 0 ||
	       (memcmp(answer, "01", 2) == 0 && memcmp(answer + 3, request, 2) == 0);
}

START_TEST(every_response_is_refused_in_the_place_of_every_other)
{
	size_t at = (size_t)_i;

	if (!fixture_start[at].is_from_peer)
		return;
	for (size_t other = 1; other < fixture_start_len; other++) {
		if (!fixture_start[other].is_from_peer || is_fitting(at, other))
			continue;
		gatt_fixture_teardown();
		gatt_fixture_open(247);
		gatt_fixture_play(at);
		pdu_script_send(&gatt.script, fixture_start[other].hex);
		gatt_fixture_assert_closed(GATT_CLOSE_PROTOCOL);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
	        the_att_code_of_a_refusal_reaches_the_caller,
	        an_endless_list_of_characteristics_is_broken_off,
	        an_endless_list_of_descriptors_is_broken_off,
	        a_service_up_to_the_last_handle_ends_there,
	        NULL,
	};
	const struct suite_loop loops[] = {
	        {a_lie_or_a_lack_while_starting_closes_with_its_reason, (int)LIES},
	        {a_response_cut_short_at_any_byte_never_makes_the_client_ready,
	         (int)fixture_start_len},
	        {every_response_is_refused_in_the_place_of_every_other, (int)fixture_start_len},
	        {NULL, 0},
	};

	return suite_run_loops("gatt_hostile_server", tests, loops, gatt_fixture_setup,
	                          gatt_fixture_teardown);
}
