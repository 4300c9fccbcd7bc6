/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What needs no radio; the rest runs in the virtual machine's tests. */
#include "suite.h"
#include "link_l2cap.h"

#include <errno.h>
#include <string.h>

/* No machine has so many adapters. */
#define ABSENT_ADAPTER 9999

START_TEST(an_address_is_read_in_kernel_order)
{
	static const uint8_t want[6] = {0xff, 0xee, 0xdd, 0x0c, 0xbb, 0xaa};
	uint8_t addr[6];
	bool is_random = true;

	ck_assert(link_l2cap_parse_address("AA:bb:0C:DD:ee:ff", addr, &is_random));
	ck_assert_mem_eq(addr, want, sizeof want);
	ck_assert(!is_random);
	ck_assert(link_l2cap_parse_address("AA:BB:0C:DD:EE:FF/random", addr, &is_random));
	ck_assert_mem_eq(addr, want, sizeof want);
	ck_assert(is_random);
}
END_TEST

START_TEST(what_is_no_address_is_refused_and_changes_nothing)
{
	static const char *const bad[] = {
	        "",
	        "AA",
	        "AA:BB:CC:DD:EE",
	        "AA:BB:CC:DD:EE:",
	        "AA:BB:CC:DD:EE:F",
	        "AA:BB:CC:DD:EE:FF:00",
	        "AA:BB:CC:DD:EE:FG",
	        "AA-BB-CC-DD-EE-FF",
	        "AA:BB:CC:DD:EE:FF/public",
	        "AA:BB:CC:DD:EE:FF/RANDOM",
	        " AA:BB:CC:DD:EE:FF",
	        "AA:BB:CC:DD:EE:FF ",
	        "A:BB:CC:DD:EE:FF",
	        "AABBCCDDEEFF",
	        "0x:BB:CC:DD:EE:FF",
	};
	static const uint8_t untouched[6] = {1, 2, 3, 4, 5, 6};
	uint8_t addr[6];
	bool is_random = true;

	memcpy(addr, untouched, sizeof addr);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_msg(!link_l2cap_parse_address(bad[i], addr, &is_random), "%s", bad[i]);
	ck_assert_mem_eq(addr, untouched, sizeof addr);
	ck_assert(is_random);
}
END_TEST

static bool is_absent(int err)
{
	/* The kernel has Bluetooth but no such adapter, or has no Bluetooth, or refuses us both. */
	return err == -ENODEV || err == -EAFNOSUPPORT || err == -EPERM;
}

START_TEST(an_absent_adapter_is_reported_at_once)
{
	static const uint8_t peer[6] = {1, 2, 3, 4, 5, 6};
	uint8_t addr[6];
	struct link *link;

	ck_assert(is_absent(link_l2cap_own_address(ABSENT_ADAPTER, addr)));
	ck_assert(is_absent(link_l2cap_connect(&link, ABSENT_ADAPTER, peer, false, 60000)));
	ck_assert_ptr_null(link);
	ck_assert(is_absent(link_l2cap_listen(ABSENT_ADAPTER)));
}
END_TEST

START_TEST(an_impossible_adapter_is_no_adapter)
{
	uint8_t addr[6];

	ck_assert_int_eq(link_l2cap_own_address(-1, addr), -ENODEV);
	ck_assert_int_eq(link_l2cap_own_address(0x10000, addr), -ENODEV);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
	        an_address_is_read_in_kernel_order,
	        what_is_no_address_is_refused_and_changes_nothing,
	        an_absent_adapter_is_reported_at_once,
	        an_impossible_adapter_is_no_adapter,
	        NULL,
	};

	return suite_run_tests("link_l2cap", tests, NULL, NULL);
}
