/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of a search, the passkey question's spelling, and what doctor says of kernels. */
#include "suite.h"
#include "finder.h"
#include "passkey.h"
#include "wireless.h"

#include <stdio.h>
#include <string.h>

static struct found_pump found[FINDER_MAX];
static size_t count;
static bool is_news;

static void setup(void)
{
	memset(found, 0, sizeof(found));
	count = 0;
}

static const struct found_pump *hear(const char *address, int8_t rssi, const void *data, size_t len,
				     uint64_t now_ms)
{
	struct wireless_device device = {.is_pump = true, .rssi = rssi, .data = data, .data_len = len};
	(void)snprintf(device.address, sizeof(device.address), "%.31s", address);
	return finder_hear(found, &count, &device, now_ms, &is_news);
}

START_TEST(a_device_is_one_entry_however_often_it_is_heard)
{
	const struct found_pump *pump = hear("AA:BB:CC:DD:EE:01", -60, "", 0, 5);
	ck_assert(is_news);
	ck_assert_ptr_eq(hear("AA:BB:CC:DD:EE:01", -70, "", 0, 9), pump);
	ck_assert(!is_news);
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(pump->rssi, -70);
	ck_assert_uint_eq(pump->heard_ms, 9);
	/* A report without a signal leaves the last one. */
	(void)hear("AA:BB:CC:DD:EE:01", FINDER_RSSI_UNKNOWN, "", 0, 10);
	ck_assert_int_eq(pump->rssi, -70);
	(void)hear("AA:BB:CC:DD:EE:02", -70, "", 0, 10);
	ck_assert(is_news);
	ck_assert_uint_eq(count, 2);
}
END_TEST

START_TEST(a_report_without_data_keeps_what_was_said_before)
{
	static const uint8_t data[] = {4, 9, 'a', 'b', 'c'};
	size_t len;
	const struct found_pump *pump = hear("AA:BB:CC:DD:EE:01", -60, data, sizeof(data), 1);
	(void)hear("AA:BB:CC:DD:EE:01", -60, "", 0, 2);
	const char *name = finder_name(pump, &len);
	ck_assert_uint_eq(len, 3);
	ck_assert_mem_eq(name, "abc", 3);
}
END_TEST

START_TEST(a_full_list_gives_up_the_device_not_heard_for_longest)
{
	char address[32];
	for (int i = 0; i < FINDER_MAX; i++) {
		(void)snprintf(address, sizeof(address), "AA:BB:CC:DD:EE:%02X", i);
		(void)hear(address, -60, "", 0, i == 7 ? 1 : 100 + (uint64_t)i);
	}
	const struct found_pump *late = hear("AA:BB:CC:DD:FF:FF", -60, "", 0, 500);
	ck_assert_ptr_eq(late, &found[7]);
	ck_assert_uint_eq(count, FINDER_MAX);
	ck_assert_str_eq(late->address, "AA:BB:CC:DD:FF:FF");
}
END_TEST

START_TEST(hostile_data_is_cut_and_never_read_past_its_end)
{
	uint8_t data[255];
	size_t len;
	memset(data, 0xff, sizeof(data));
	const struct found_pump *pump = hear("AA:BB:CC:DD:EE:01", -60, data, sizeof(data), 1);
	ck_assert_uint_eq(pump->adv_len, FINDER_ADV_MAX);
	ck_assert_ptr_null(finder_name(pump, &len));
	for (uint8_t cut = 0; cut < 8; cut++) {
		static const uint8_t name[] = {2, 1, 6, 4, 8, 'x', 'y', 'z'};
		(void)hear("AA:BB:CC:DD:EE:02", -60, name, cut, 1);
	}
	ck_assert_ptr_null(finder_name(&found[1], &len));
}
END_TEST

START_TEST(a_passkey_is_six_digits_and_nothing_else)
{
	ck_assert_int_eq(passkey_parse("000000"), 0);
	ck_assert_int_eq(passkey_parse("012345"), 12345);
	ck_assert_int_eq(passkey_parse("999 999\r"), 999999);
	static const char *const bad[] = {"", "12345", "1234567", "12345a", "-12345", "+12345", "0x1234", "１２３４５６"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_int_eq(passkey_parse(bad[i]), -1);
}
END_TEST

START_TEST(kernels_that_crash_on_a_lost_link_are_known_by_debians_patch_level)
{
	ck_assert(wireless_kernel_crashes("6.1.0-56-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-10-01)"));
	ck_assert(wireless_kernel_crashes("6.1.0-51-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.187-1 (2026-08-01)"));
	ck_assert(wireless_kernel_crashes("6.1.190", "#1 SMP"));
	ck_assert(!wireless_kernel_crashes("6.1.0-50-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.176-1 (2026-07-01)"));
	ck_assert(!wireless_kernel_crashes("6.1.0-57-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.193-1 (2026-11-01)"));
	ck_assert(!wireless_kernel_crashes("6.12.117+deb12-amd64", "#1 SMP Debian 6.12.117-1~deb12u1"));
	ck_assert(!wireless_kernel_crashes("6.16.190", "#1 SMP"));
	ck_assert(!wireless_kernel_crashes("6.1.", ""));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_device_is_one_entry_however_often_it_is_heard,
		a_report_without_data_keeps_what_was_said_before,
		a_full_list_gives_up_the_device_not_heard_for_longest,
		hostile_data_is_cut_and_never_read_past_its_end,
		a_passkey_is_six_digits_and_nothing_else,
		kernels_that_crash_on_a_lost_link_are_known_by_debians_patch_level,
		NULL,
	};
	return suite_run_tests("finder", tests, setup, NULL);
}
