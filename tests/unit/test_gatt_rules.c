/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules 7 to 12 of docs/bluetooth.md, each by its name, for the client and for the server. */
#include "att_peer.h"
#include "suite.h"

#include <errno.h>
#include <string.h>

static void open_ready(void)
{
	att_peer_open_central(NULL);
	att_peer_make_ready();
}

#define FULL "000102030405060708090a0b0c0d0e0f101112131415"

START_TEST(rule_7_a_long_value_ends_with_a_short_part_or_its_errors)
{
	static const char *const ends[] = {"0d 16", "0d", "01 0c 0300 07", "01 0c 0300 0b"};

	open_ready();
	for (size_t i = 0; i < 4; i++) {
		ck_assert_int_eq(att_peer_read(GATT_READ_LONG, 3), 0);
		att_peer_hears("0a 0300");
		att_peer_says("0b " FULL);
		att_peer_hears("0c 0300 1600");
		att_peer_says(ends[i]);
		att_peer_assert_done(LINK_DELIVERED, 0);
		ck_assert_uint_eq(peer.result.len, i == 0 ? 23 : 22);
		ck_assert_uint_eq(peer.value[21], 0x15);
	}
	ck_assert_int_eq(att_peer_read(GATT_READ_LONG, 3), 0);
	att_peer_hears("0a 0300");
	att_peer_says("01 0a 0300 07");
	att_peer_assert_done(LINK_REFUSED, 0x07);
}
END_TEST

START_TEST(rule_7_a_value_never_grows_past_512_bytes)
{
	int parts = 1;

	open_ready();
	ck_assert_int_eq(att_peer_read(GATT_READ_LONG, 3), 0);
	att_peer_says("0b " FULL);
	while (!peer.closed && parts < 100) {
		att_peer_says("0d " FULL);
		parts++;
	}
	ck_assert_int_eq(parts, 512 / 22 + 1);
	att_peer_assert_closed(ATT_CLIENT_PROTOCOL);
}
END_TEST

START_TEST(rule_8_every_flipped_bit_of_an_echo_cancels_the_write)
{
	open_ready();
	for (int bit = 8; bit < 8 * 8; bit++) {
		uint8_t echo[] = {0x17, 0x07, 0x00, 0x00, 0x00, 0x01, 0x02, 0x03};

		ck_assert_int_eq(att_peer_write(GATT_WRITE_PREPARED, 7, "010203"), 0);
		att_peer_hears("16 0700 0000 010203");
		echo[bit / 8] ^= (uint8_t)(1 << bit % 8);
		memory_link_send(echo, sizeof echo);
		memory_link_run(peer.loop);
		att_peer_hears("18 00");
		att_peer_says("19");
		att_peer_assert_done(LINK_NOT_SENT, 0);
		ck_assert(peer.result.is_echo_wrong);
	}
}
END_TEST

START_TEST(rule_8_a_part_too_short_or_too_long_cancels_the_write)
{
	static const char *const echoes[] = {"17 0700 0000 0102", "17 0700 0000 01020300",
	                                     "17 0700 0000"};

	open_ready();
	for (size_t i = 0; i < 3; i++) {
		ck_assert_int_eq(att_peer_write(GATT_WRITE_PREPARED, 7, "010203"), 0);
		att_peer_hears("16 0700 0000 010203");
		att_peer_says(echoes[i]);
		att_peer_hears("18 00");
		att_peer_says("19");
		att_peer_assert_done(LINK_NOT_SENT, 0);
	}
}
END_TEST

START_TEST(rule_8_a_link_lost_before_the_execution_means_not_sent_after_it_unknown)
{
	open_ready();
	ck_assert_int_eq(att_peer_write(GATT_WRITE_PREPARED, 7, "010203"), 0);
	if (_i == 1)
		att_peer_says("17 0700 0000 010203");
	memory_link_cut(-ECONNRESET);
	memory_link_run(peer.loop);
	att_peer_assert_done(_i == 1 ? LINK_UNKNOWN : LINK_NOT_SENT, 0);
	att_peer_assert_closed(ATT_CLIENT_LINK);
}
END_TEST

START_TEST(rule_9_a_search_that_could_go_on_for_ever_is_ended)
{
	unsigned asked = 0;
	uint8_t request[LINK_PDU_MAX];

	att_peer_open_central(NULL);
	att_peer_hears("02 0502");
	att_peer_says("03 1700");
	/* One descriptor in each answer, of one characteristic that never ends. */
	att_peer_says("11 06 0100 ffff 0018");
	att_peer_says("01 10 0100 0a");
	att_peer_says("01 08 0100 0a");
	att_peer_says("09 07 0200 02 0300 002a");
	att_peer_says("01 08 0300 0a");
	while (!peer.closed && memory_link_take(request) > 0) {
		if (request[0] != 0x04)
			continue;
		memory_link_send((const uint8_t[]){0x05, 0x01, request[1], request[2], 0x01, 0x29},
		                 6);
		memory_link_run(peer.loop);
		asked++;
	}
	ck_assert_uint_eq(asked, GATT_TREE_DESCRIPTORS + 1);
	att_peer_assert_closed(ATT_CLIENT_PROTOCOL);
}
END_TEST

/* Answers up to a search, and one to it that goes back, out of its range, or nowhere. */
static const struct {
	const char *before[6];
	const char *bad;
} wrong[] = {
        {{"03 1700"}, "11 06 0000 0100 0018"},
        {{"03 1700"}, "11 06 0500 0400 0018"},
        {{"03 1700"}, "11 06 0500 0900 0018 0800 0a00 0018"},
        {{"03 1700"}, "11 07 0100 0400 0018 00"},
        {{"03 1700", "11 06 0100 0800 0018"}, "11 06 0800 0900 0018"},
        {{"03 1700", "11 06 0100 ffff 0018"}, "01 10 0100 01"},
        {{"03 1700", "11 06 0100 ffff 0018", "01 10 0100 0a"}, "09 08 0000 0100 0200 0018"},
        {{"03 1700", "11 06 0100 00f0 0018", "01 10 01f0 0a", "01 10 0100 0a"},
         "09 08 01f0 0100 0200 0018"},
        {{"03 1700", "11 06 0100 ffff 0018", "01 10 0100 0a"}, "09 08 0200 0000 0200 0018"},
        {{"03 1700", "11 06 0100 ffff 0018", "01 10 0100 0a"}, "09 08 0200 0900 0200 0018"},
        {{"03 1700", "11 06 0100 ffff 0018", "01 10 0100 0a"}, "09 07 0200 0900 0a00 18"},
        {{"03 1700", "11 06 0100 ffff 0018", "01 10 0100 0a", "09 06 0200 0300 0400"}, "0b 0018"},
        {{"03 1700", "11 06 0100 ffff 0018", "01 10 0100 0a", "09 06 0200 0300 0400"},
         "01 0a 0300 0a"},
        {{"03 1700", "11 06 0100 ffff 0018", "01 10 0100 0a", "01 08 0100 0a"},
         "09 07 0500 02 0500 002a"},
        {{"03 1700", "11 06 0100 ffff 0018", "01 10 0100 0a", "01 08 0100 0a"},
         "09 07 0200 02 0300 002a 0300 02 0400 002a"},
        {{"03 1700", "11 06 0100 00f0 0018", "01 10 01f0 0a", "01 10 0100 0a", "01 08 0100 0a"},
         "09 07 00f0 02 01f0 002a"},
        {{"03 1700", "11 06 0100 ffff 0018", "01 10 0100 0a", "01 08 0100 0a",
          "09 07 0200 02 0300 002a", "01 08 0300 0a"},
         "05 01 0300 0129"},
        {{"03 1700", "11 06 0100 ffff 0018", "01 10 0100 0a", "01 08 0100 0a",
          "09 07 0200 02 0300 002a", "01 08 0300 0a"},
         "05 01 0500 0129 0400 0129"},
};
#define WRONG (int)(sizeof wrong / sizeof wrong[0])

START_TEST(rule_9_handles_rise_and_lie_in_the_range_asked)
{
	att_peer_open_central(NULL);
	for (size_t i = 0; i < 6 && wrong[_i].before[i]; i++)
		att_peer_says(wrong[_i].before[i]);
	ck_assert_int_eq(peer.closed, 0);
	att_peer_says(wrong[_i].bad);
	att_peer_assert_closed(ATT_CLIENT_PROTOCOL);
	ck_assert_int_eq(peer.ready, 0);
}
END_TEST

START_TEST(rule_10_a_tree_is_used_again_only_for_a_bond_or_its_hash)
{
	struct gatt_central_config config = {.mtu = 517, .cache = &peer.cache};
	bool has_hash = _i & 1;
	bool is_bonded = _i & 2;

	open_ready();
	gatt_central_destroy(peer.central);
	peer.cache.has_hash = has_hash;
	memset(peer.cache.hash, 0x11, 16);
	config.is_bonded = is_bonded;
	att_peer_open_central(&config);
	att_peer_hears("02 0502");
	att_peer_says("03 1700");
	if (has_hash) {
		att_peer_hears("08 0100 ffff 2a2b");
		att_peer_says("09 12 0900 11111111111111111111111111111111");
	}
	if (!has_hash && !is_bonded)
		att_peer_hears("10 0100 ffff 0028");
	ck_assert_int_eq(peer.ready, has_hash || is_bonded ? 2 : 1);
	att_peer_hears_nothing();
}
END_TEST

START_TEST(rule_10_a_tree_with_another_hash_is_found_anew)
{
	static const char *const answers[] = {"09 12 0900 22222222222222222222222222222222",
	                                      "01 08 0100 0a", "09 03 0900 11"};
	struct gatt_central_config config = {.mtu = 517, .cache = &peer.cache, .is_bonded = true};

	open_ready();
	gatt_central_destroy(peer.central);
	peer.cache.has_hash = true;
	memset(peer.cache.hash, 0x11, 16);
	att_peer_open_central(&config);
	att_peer_hears("02 0502");
	att_peer_says("03 1700");
	att_peer_hears("08 0100 ffff 2a2b");
	att_peer_says(answers[_i]);
	att_peer_hears("10 0100 ffff 0028");
	ck_assert_int_eq(peer.changes, 0);
}
END_TEST

/* Another connection of a bonded client, whose database has become another one if has_changed. */
static void come_back(bool has_changed, bool follows)
{
	struct gatt_peer kept;

	att_peer_open_server();
	att_peer_says("12 1500 01");
	att_peer_hears("13");
	att_peer_says("12 0800 0100");
	att_peer_hears("13");
	if (follows) {
		att_peer_says("12 1300 0200");
		att_peer_hears("13");
	}
	gatt_server_save(peer.server, &kept);
	gatt_server_destroy(peer.server);
	att_peer_open_server();
	kept.hash[5] ^= has_changed;
	gatt_server_restore(peer.server, &kept);
}

START_TEST(rule_10_a_server_knows_a_returning_client_and_what_it_missed)
{
	come_back(_i & 1, _i & 2);
	if (_i == 3) {
		att_peer_hears("1d 1200 0100 ffff");
		att_peer_says("1e");
	} else if (_i == 1) {
		ck_assert_int_eq(gatt_server_notify(peer.server, ATT_PEER_ROW, NULL, 0), -EPERM);
		att_peer_says("0a 0800");
		att_peer_hears("01 0a 0800 12");
	}
	att_peer_says("0a 0800");
	att_peer_hears("0b 0100");
	ck_assert_int_eq(gatt_server_notify(peer.server, ATT_PEER_ROW, NULL, 0), 0);
	att_peer_hears("1b 0700");
	ck_assert_int_eq(peer.confirmed, 0);
}
END_TEST

START_TEST(rule_11_security_is_raised_once_and_the_request_repeated_once)
{
	static const uint8_t codes[] = {0x05, 0x08, 0x0c, 0x0f};
	const uint8_t refusal[] = {0x01, 0x12, 0x07, 0x00, codes[_i]};

	open_ready();
	peer.can_raise = true;
	ck_assert_int_eq(att_peer_write(GATT_WRITE, 7, "01"), 0);
	att_peer_hears("12 0700 01");
	memory_link_send(refusal, sizeof refusal);
	memory_link_run(peer.loop);
	att_peer_hears_nothing();
	ck_assert_int_eq(peer.security, 1);
	ck_assert_int_eq(att_peer_read(GATT_READ, 3), -EBUSY);
	gatt_central_security_raised(peer.central, true);
	att_peer_hears("12 0700 01");
	memory_link_send(refusal, sizeof refusal);
	memory_link_run(peer.loop);
	ck_assert_int_eq(peer.security, 1);
	att_peer_assert_done(LINK_REFUSED, codes[_i]);
}
END_TEST

START_TEST(rule_11_security_that_cannot_be_raised_refuses)
{
	open_ready();
	peer.can_raise = _i;
	ck_assert_int_eq(att_peer_write(GATT_WRITE_PREPARED, 7, "01"), 0);
	att_peer_hears("16 0700 0000 01");
	att_peer_says("01 16 0700 05");
	if (_i)
		gatt_central_security_raised(peer.central, false);
	att_peer_hears("18 00");
	att_peer_says("19");
	att_peer_assert_done(LINK_REFUSED, 0x05);
	gatt_central_security_raised(peer.central, true);
	att_peer_hears_nothing();
}
END_TEST

START_TEST(rule_11_a_link_lost_while_security_is_raised_means_not_sent)
{
	open_ready();
	peer.can_raise = true;
	ck_assert_int_eq(att_peer_write(GATT_WRITE, 7, "01"), 0);
	att_peer_says("01 12 0700 05");
	memory_link_cut(0);
	memory_link_run(peer.loop);
	att_peer_assert_done(LINK_NOT_SENT, 0);
	att_peer_assert_closed(ATT_CLIENT_LINK);
}
END_TEST

START_TEST(rule_12_signed_writes_are_ignored)
{
	att_peer_open_server();
	att_peer_says("d2 0700 01 000000000000000000000000");
	att_peer_hears_nothing();
	ck_assert_int_eq(peer.writes, 0);
	att_peer_says("52 0700 01");
	ck_assert_int_eq(peer.writes, 1);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
	        rule_7_a_long_value_ends_with_a_short_part_or_its_errors,
	        rule_7_a_value_never_grows_past_512_bytes,
	        rule_8_every_flipped_bit_of_an_echo_cancels_the_write,
	        rule_8_a_part_too_short_or_too_long_cancels_the_write,
	        rule_9_a_search_that_could_go_on_for_ever_is_ended,
	        rule_11_a_link_lost_while_security_is_raised_means_not_sent,
	        rule_12_signed_writes_are_ignored,
	        NULL,
	};
	const struct suite_loop loops[] = {
	        {rule_8_a_link_lost_before_the_execution_means_not_sent_after_it_unknown, 2},
	        {rule_9_handles_rise_and_lie_in_the_range_asked, WRONG},
	        {rule_10_a_tree_is_used_again_only_for_a_bond_or_its_hash, 4},
	        {rule_10_a_tree_with_another_hash_is_found_anew, 3},
	        {rule_10_a_server_knows_a_returning_client_and_what_it_missed, 4},
	        {rule_11_security_is_raised_once_and_the_request_repeated_once, 4},
	        {rule_11_security_that_cannot_be_raised_refuses, 2},
	        {NULL, 0},
	};

	return suite_run_loops("gatt_rules", tests, loops, att_peer_setup, att_peer_teardown);
}
