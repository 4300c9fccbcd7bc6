/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Discovery as other stacks do it, access rules and malformed requests against a GATT server. */
#include "gatt_server_fixture.h"
#include "suite.h"

struct pair {
	const char *request;
	const char *response;
};

/* What gatttool and bluetoothd ask, at the default MTU. */
static const struct pair discovery[] = {
        /* all primary services: an answer holds one UUID length only */
        {"10 0100 ffff 0028", "11 06 0100 0500 0a18"},
        {"10 0600 ffff 0028", "11 14 0600 1000 " SERVICE_UUID},
        {"10 1100 ffff 0028", "01 10 1100 0a"},
        {"10 0100 ffff 0128", "01 10 0100 0a"}, /* secondary services: none */
        {"10 0100 ffff 0328", "01 10 0100 10"}, /* not a group */
        {"10 0100 ffff fb349b5f800000800010000000280000", "11 06 0100 0500 0a18"},
        /* by UUID */
        {"06 0100 ffff 0028 " SERVICE_UUID, "07 0600 1000"},
        {"06 0100 ffff 0028 0a18", "07 0100 0500"},
        {"06 0200 ffff 0028 0a18", "01 06 0200 0a"},
        {"06 0100 ffff 0028 0f18", "01 06 0100 0a"},
        {"06 0100 ffff 292a 41434d45", "07 0300 0300"}, /* by a value */
        /* included services: none */
        {"08 0100 0500 0228", "01 08 0100 0a"},
        /* characteristics */
        {"08 0100 0500 0328", "09 07 0200 02 0300 292a 0400 02 0500 242a"},
        {"08 0600 1000 0328", "09 15 0700 02 0800 " CHAR_UUID("01")},
        {"08 0800 1000 0328", "09 15 0900 08 0a00 " CHAR_UUID("02")},
        {"08 0a00 1000 0328", "09 15 0b00 20 0c00 " CHAR_UUID("03")},
        {"08 0c00 1000 0328", "09 15 0e00 10 0f00 " CHAR_UUID("04")},
        {"08 0f00 1000 0328", "01 08 0f00 0a"},
        /* descriptors: an answer holds one UUID length only */
        {"04 0d00 0d00", "05 01 0d00 0229"},
        {"04 0c00 1000", "05 02 0c00 " CHAR_UUID("03")},
        {"04 0d00 1000", "05 01 0d00 0229 0e00 0328"},
        {"04 1100 ffff", "01 04 1100 0a"},
        /* reading by type */
        {"08 0100 ffff 292a", "09 06 0300 41434d45"},
        {"08 0100 ffff 0229", "09 04 0d00 0000 1000 0000"},
        {"08 0100 ffff " CHAR_UUID("01"), "09 04 0800 0102"},
        {"08 0100 ffff " CHAR_UUID("02"), "01 08 0a00 02"}, /* not readable */
        {"08 0100 ffff 002a", "01 08 0100 0a"},             /* device name: not here */
        /* impossible ranges */
        {"10 0000 ffff 0028", "01 10 0000 01"},
        {"08 0200 0100 0328", "01 08 0200 01"},
        {"04 0000 0000", "01 04 0000 01"},
        {"06 0500 0400 0028 0a18", "01 06 0500 01"},
};

START_TEST(discovery_is_answered_as_the_standard_says)
{
	fixture_exchange(discovery[_i].request, discovery[_i].response);
	pdu_script_expect_nothing(&fix.script);
}
END_TEST

static const struct pair access_rules[] = {
        {"0a 0100", "0b 0a18"}, /* declarations can be read */
        {"0a 0700", "0b 02 0800 " CHAR_UUID("01")},
        {"0a 0300", "0b 41434d45"},
        {"0a 0a00", "01 0a 0a00 02"}, /* write only */
        {"0a 0f00", "01 0a 0f00 02"}, /* notify only */
        {"0a 0d00", "0b 0000"},
        {"0a 0000", "01 0a 0000 01"},
        {"0a 1100", "01 0a 1100 01"},
        {"0a ffff", "01 0a ffff 01"},
        {"0c 0300 0200", "0d 4d45"},
        {"0c 0300 0400", "0d"},
        {"0c 0300 0500", "01 0c 0300 07"},
        {"0c 0a00 0000", "01 0c 0a00 02"},
        {"12 0100 00", "01 12 0100 03"},
        {"12 0300 00", "01 12 0300 03"},
        {"12 0000 00", "01 12 0000 01"},
        {"12 1100 00", "01 12 1100 01"},
        {"12 0a00 00", "13"},
        {"12 0d00 0200", "13"},
        {"12 0d00 0100", "01 12 0d00 13"}, /* it indicates only */
        {"12 0d00 0300", "01 12 0d00 13"},
        {"12 1000 0100", "13"},
        {"12 1000 0200", "01 12 1000 13"},
        {"12 0d00 02", "01 12 0d00 0d"},
        {"12 0d00 020000", "01 12 0d00 0d"},
        /* several values, prepared writes, unknown, malformed */
        {"0e 0300 0800", "0f 41434d45 0102"},
        {"0e 0300", "01 0e 0000 04"},
        {"20 0300 0800", "21 0400 41434d45 0200 0102"},
        {"16 0a00 0000 00", "17 0a00 0000 00"},
        {"16 0300 0000 00", "01 16 0300 03"},
        {"18 01", "19"},
        {"18 02", "01 18 0000 04"},
        {"bf 00", "01 bf 0000 06"},
        {"0a 03", "01 0a 0000 04"},
        {"0a 0300 00", "01 0a 0000 04"},
        {"12 03", "01 12 0000 04"},
        {"08 0100 ffff 03", "01 08 0000 04"},
        {"02 17", "01 02 0000 04"},
        {"02 1600", "01 02 0000 04"},
};

START_TEST(reads_writes_and_wrong_requests_get_their_codes)
{
	fixture_exchange(access_rules[_i].request, access_rules[_i].response);
	pdu_script_expect_nothing(&fix.script);
	ck_assert_int_eq(fix.closed, 0);
}
END_TEST

START_TEST(every_request_cut_at_every_length_is_answered_once)
{
	uint8_t pdu[LINK_PDU_MAX];
	size_t len = pdu_script_bytes(discovery[_i].request, pdu, sizeof pdu);

	for (size_t cut = 1; cut < len; cut++) {
		uint8_t got[LINK_PDU_MAX];

		pdu_script_send_bytes(&fix.script, pdu, cut);
		ck_assert_uint_gt(pdu_script_take(&fix.script, got, sizeof got), 0);
		pdu_script_expect_nothing(&fix.script);
	}
	ck_assert_int_eq(fix.closed, 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {NULL};
	const struct suite_loop loops[] = {
	        {discovery_is_answered_as_the_standard_says,
	         (int)(sizeof discovery / sizeof discovery[0])},
	        {reads_writes_and_wrong_requests_get_their_codes,
	         (int)(sizeof access_rules / sizeof access_rules[0])},
	        {every_request_cut_at_every_length_is_answered_once,
	         (int)(sizeof discovery / sizeof discovery[0])},
	        {NULL, 0},
	};

	return suite_run_loops("gatt_requests", tests, loops, fixture_setup, fixture_teardown);
}
