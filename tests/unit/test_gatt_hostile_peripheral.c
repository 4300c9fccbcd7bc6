/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A whole conversation of the client, search and operations, with one answer of the peer spoilt in
 * every way: cut at every length, lengthened, every other opcode, every byte at its edges, sent
 * twice, or never. Whatever comes of it: each operation ends once, the link ends at most once and
 * within 30 s of silence, and no write counts as delivered without its own response.
 */
#include "att_peer.h"
#include "pdu_script.h"
#include "suite.h"

#include <errno.h>
#include <string.h>

#define FULL "000102030405060708090a0b0c0d0e0f101112131415"

static const char *const answers[] = {
        "03 1700",
        "11 06 0100 0800 0018",
        "01 10 0900 0a",
        "11 06 0900 0900 0a18",
        "01 10 0a00 0a",
        "09 08 0200 0900 0900 0a18",
        "01 08 0300 0a",
        "09 07 0300 0a 0400 002a 0600 3e 0700 012a",
        "01 08 0700 0a",
        "01 04 0500 0a",
        "05 01 0800 0229",
        "0b " FULL, /* read long of 4 */
        "0d 16",
        "13",                  /* write of 7 */
        "17 0700 0000 010203", /* prepared write of 7 */
        "19",
        "13",            /* subscribe to 7 */
        "09 03 0400 01", /* read by type */
        "01 08 0500 0a",
        "0f 0102", /* read several */
};

#define ANSWERS    (sizeof answers / sizeof answers[0])
#define OPERATIONS 6

struct spoil {
	size_t step;
	uint8_t pdu[64];
	size_t len;
	int copies; /* 0: silence */
};

static int start(int index)
{
	struct gatt_operation by_type = {
	        .kind = GATT_READ_TYPE, .type = att_uuid_16(0x2a00), .start = 1, .end = 0xffff};
	struct gatt_operation several = {
	        .kind = GATT_READ_MULTIPLE, .count = 2, .parts = {{.handle = 4}, {.handle = 7}}};

	switch (index) {
	case 0:
		return att_peer_read(GATT_READ_LONG, 4);
	case 1:
		return att_peer_write(GATT_WRITE, 7, "01");
	case 2:
		return att_peer_write(GATT_WRITE_PREPARED, 7, "010203");
	case 3:
		return gatt_central_subscribe(peer.central, 7, GATT_CCCD_NOTIFY);
	case 4:
		return gatt_central_start(peer.central, &by_type);
	default:
		return gatt_central_start(peer.central, &several);
	}
}

static void answer(size_t step, const struct spoil *spoil)
{
	uint8_t pdu[64];
	size_t len = pdu_script_bytes(answers[step], pdu, sizeof pdu);

	if (!spoil || step != spoil->step) {
		memory_link_send(pdu, len);
		return;
	}
	for (int i = 0; i < spoil->copies; i++)
		memory_link_send(spoil->pdu, spoil->len);
}

/* Plays it to its end. Number of operations that were started. */
static int play(const struct spoil *spoil)
{
	uint8_t request[LINK_PDU_MAX];
	size_t step = 0;
	int started = 0;
	int ended = 0;

	att_peer_setup();
	att_peer_open_central(NULL);
	for (int turns = 0; turns < 60 && !peer.closed; turns++) {
		/* What the peer is asked, it answers; what it is told or has asked itself, it
		 * takes. */
		while (memory_link_take(request) > 0)
			if (request[0] != 0x01 && request[0] != 0x1e && (request[0] & 1) == 0 &&
			    step < ANSWERS)
				answer(step++, spoil);
		memory_link_run(peer.loop);
		ck_assert_int_le(peer.done, started);
		if (peer.done == started && ended < started) {
			ended = started;
			if (peer.result.result == LINK_DELIVERED)
				ck_assert_uint_eq(peer.result.att_error, 0);
		}
		if (peer.ready && peer.done == started && started < OPERATIONS &&
		    start(started) == 0)
			started++;
	}
	memory_link_wait(peer.loop, 30001);
	ck_assert_int_eq(peer.done, started);
	ck_assert_int_le(peer.closed, 1);
	att_peer_teardown();
	return started;
}

static void spoil_with(size_t step, const uint8_t *pdu, size_t len, int copies)
{
	struct spoil spoil = {.step = step, .len = len, .copies = copies};

	memcpy(spoil.pdu, pdu, len);
	(void)play(&spoil);
}

START_TEST(the_conversation_itself_goes_to_its_end)
{
	ck_assert_int_eq(play(NULL), OPERATIONS);
	ck_assert_int_eq(peer.closed, 0);
	ck_assert_int_eq(peer.result.result, LINK_DELIVERED);
}
END_TEST

START_TEST(an_answer_cut_or_lengthened)
{
	uint8_t pdu[64] = {0};
	size_t len = pdu_script_bytes(answers[_i], pdu, sizeof pdu);

	for (size_t n = 0; n < len + 30; n++)
		if (n != len)
			spoil_with((size_t)_i, pdu, n, 1);
}
END_TEST

/* All that mean something, and one of each kind that does not. */
START_TEST(an_answer_with_every_other_opcode)
{
	uint8_t pdu[64];
	size_t len = pdu_script_bytes(answers[_i], pdu, sizeof pdu);
	uint8_t right = pdu[0];

	for (unsigned opcode = 0; opcode <= UINT8_MAX; opcode++) {
		pdu[0] = (uint8_t)opcode;
		if (opcode != right && (opcode < 0x25 || opcode == 0x52 || opcode >= 0xfe))
			spoil_with((size_t)_i, pdu, len, 1);
	}
}
END_TEST

/* Handles out of order or range, lengths, offsets, values. */
START_TEST(an_answer_with_each_byte_at_its_edges)
{
	static const uint8_t edges[] = {0x00, 0x01, 0x02, 0x7f, 0x80, 0xff};
	uint8_t pdu[64];
	size_t len = pdu_script_bytes(answers[_i], pdu, sizeof pdu);

	for (size_t at = 1; at < len; at++)
		for (size_t k = 0; k < sizeof edges; k++) {
			uint8_t right = pdu[at];

			pdu[at] = edges[k];
			spoil_with((size_t)_i, pdu, len, 1);
			pdu[at] = right;
		}
}
END_TEST

START_TEST(an_answer_twice_or_never)
{
	uint8_t pdu[64];
	size_t len = pdu_script_bytes(answers[_i], pdu, sizeof pdu);

	spoil_with((size_t)_i, pdu, len, 2);
	ck_assert_int_eq(peer.closed, 1);
	spoil_with((size_t)_i, pdu, len, 0);
	ck_assert_int_eq(peer.closed, 1);
	ck_assert_int_eq(peer.why, ATT_CLIENT_TIMEOUT);
}
END_TEST

START_TEST(the_link_cut_at_each_answer)
{
	for (size_t step = 0; step < ANSWERS; step++) {
		uint8_t request[LINK_PDU_MAX];
		size_t seen = 0;
		int started = 0;

		att_peer_setup();
		att_peer_open_central(NULL);
		for (int turns = 0; turns < 60 && !peer.closed; turns++) {
			while (memory_link_take(request) > 0 && seen <= step)
				if (seen++ < step)
					answer(seen - 1, NULL);
				else
					memory_link_cut(-ECONNRESET);
			memory_link_run(peer.loop);
			if (peer.ready && !peer.closed && peer.done == started &&
			    start(started) == 0)
				started++;
		}
		att_peer_assert_closed(ATT_CLIENT_LINK);
		ck_assert_int_eq(peer.done, started);
		att_peer_teardown();
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {the_conversation_itself_goes_to_its_end,
	                              the_link_cut_at_each_answer, NULL};
	const struct suite_loop loops[] = {
	        {an_answer_cut_or_lengthened, ANSWERS},
	        {an_answer_with_every_other_opcode, ANSWERS},
	        {an_answer_with_each_byte_at_its_edges, ANSWERS},
	        {an_answer_twice_or_never, ANSWERS},
	        {NULL, 0},
	};

	return suite_run_loops("gatt_hostile_peripheral", tests, loops, NULL, NULL);
}
