/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every request to the server spoilt in every way: cut at every length, lengthened, every opcode,
 * every byte at its edges. Whatever it is, it gets one answer if it is a request and none if it is
 * not, and a good request after it is answered byte for byte as ever, or the link was ended.
 */
#include "att_peer.h"
#include "pdu_script.h"
#include "suite.h"

#include <string.h>

static const char *const requests[] = {
        "02 4000",
        "04 0100 ffff",
        "06 0100 ffff 0028 0018",
        "08 0100 ffff 0328",
        "0a 0300",
        "0c 0300 0200",
        "0e 0300 0300",
        "10 0100 ffff 0028",
        "12 0700 010203",
        "12 0800 0300",
        "16 0700 0000 0102",
        "18 01",
        "20 0300 0300",
        "1e",
        "52 0700 01",
        "d2 0700 01 000000000000000000000000",
        "1d 0700 01",
        "1b 0700 01",
        "23 0300 0100 01 0700 0100 02",
};

#define REQUESTS (sizeof requests / sizeof requests[0])

static bool has_answer(uint8_t opcode)
{
	return (opcode & 0x40) == 0 && opcode != 0x1b && opcode != 0x1e && opcode != 0x23;
}

/* Small numbers, single bits and what lies around them. */
static bool is_edge(unsigned value)
{
	return value < 12 || value > 0xfc || (value & (value - 1)) == 0 ||
	       (value & (value + 1)) == 0;
}

/* A fresh server takes pdu and must stay itself. */
static void try(const uint8_t *pdu, size_t len)
{
	uint8_t got[LINK_PDU_MAX];
	size_t n;

	att_peer_setup();
	att_peer_open_server();
	memory_link_send(pdu, len);
	memory_link_run(peer.loop);
	n = memory_link_take(got);
	if (peer.closed) {
		ck_assert_uint_eq(n, 0);
		ck_assert(memory_link_is_closed());
	} else {
		ck_assert_msg((n > 0) == (len > 0 && has_answer(pdu[0])), "%02x of %zu bytes",
		              len > 0 ? pdu[0] : 0, len);
		if (n > 0 && got[0] == 0x01)
			ck_assert_uint_eq(got[1], pdu[0]);
		att_peer_hears_nothing();
		att_peer_says("0c 0300 2300");
		att_peer_hears("0d 7a");
		att_peer_says("04 0600 0700");
		att_peer_hears("05 01 0600 0328 0700 012a");
	}
	att_peer_teardown();
}

START_TEST(a_request_cut_or_lengthened)
{
	uint8_t pdu[64] = {0};
	size_t len = pdu_script_bytes(requests[_i], pdu, sizeof pdu);

	/* An empty message is the end of a link. */
	for (size_t n = 1; n < len + 30; n++)
		try(pdu, n);
}
END_TEST

START_TEST(a_request_with_every_opcode)
{
	uint8_t pdu[64];
	size_t len = pdu_script_bytes(requests[_i], pdu, sizeof pdu);

	for (unsigned opcode = 0; opcode <= UINT8_MAX; opcode++) {
		pdu[0] = (uint8_t)opcode;
		try(pdu, len);
	}
}
END_TEST

START_TEST(a_request_with_each_byte_at_its_edges)
{
	uint8_t pdu[64];
	size_t len = pdu_script_bytes(requests[_i], pdu, sizeof pdu);

	for (size_t at = 1; at < len; at++)
		for (unsigned value = 0; value <= UINT8_MAX; value++) {
			uint8_t right = pdu[at];

			pdu[at] = (uint8_t)value;
			if (is_edge(value))
				try(pdu, len);
			pdu[at] = right;
		}
}
END_TEST

START_TEST(a_client_that_never_confirms_or_reads_is_left)
{
	static const uint8_t value[] = {1};
	int sent = 0;

	att_peer_setup();
	att_peer_open_server();
	att_peer_says("12 0800 0300");
	att_peer_hears("13");
	while (gatt_server_notify(peer.server, ATT_PEER_ROW, value, 1) == 0)
		sent++;
	ck_assert_int_eq(sent, MEMORY_LINK_PDUS);
	/* Its request is answered once there is room, and nothing more is taken from it before. */
	att_peer_says("0a 0800");
	att_peer_says("0a 0800");
	for (int i = 0; i < sent; i++)
		att_peer_hears("1b 0700 01");
	memory_link_run(peer.loop);
	att_peer_hears("0b 0300");
	att_peer_hears("0b 0300");
	ck_assert_int_eq(gatt_server_indicate(peer.server, ATT_PEER_ROW, value, 1), 0);
	memory_link_wait(peer.loop, 30001);
	ck_assert_int_eq(peer.closed, 1);
	att_peer_teardown();
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_client_that_never_confirms_or_reads_is_left, NULL};
	const struct suite_loop loops[] = {
	        {a_request_cut_or_lengthened, REQUESTS},
	        {a_request_with_every_opcode, REQUESTS},
	        {a_request_with_each_byte_at_its_edges, REQUESTS},
	        {NULL, 0},
	};

	return suite_run_loops("gatt_hostile_client", tests, loops, NULL, NULL);
}
