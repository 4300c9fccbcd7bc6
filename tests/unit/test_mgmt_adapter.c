/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suite.h"
#include "fake_kernel.h"
#include "mgmt_adapter.h"

#include <errno.h>
#include <string.h>

/* doc/mgmt-protocol.rst */
#define READ_INDEX_LIST  0x0003
#define READ_INFO        0x0004
#define SET_POWERED      0x0005
#define SET_BONDABLE     0x0009
#define SET_SSP          0x000b
#define SET_LE           0x000d
#define DISCONNECT       0x0014
#define SET_IO           0x0018
#define SET_SC           0x002d
#define LOAD_CONN_PARAM  0x0035
#define READ_ADVERTISING 0x003d
#define ADD_ADVERTISING  0x003e
#define REMOVE_ADVERT    0x003f

#define ALL (MGMT_LE | MGMT_SSP | MGMT_SECURE_CONNECTIONS | MGMT_BONDABLE)

static struct fake_kernel kernel;

static void setup(void)
{
	fake_kernel_start(&kernel);
}

static void teardown(void)
{
	fake_kernel_stop(&kernel);
}

static void expect_set(uint16_t opcode, uint8_t value)
{
	fake_kernel_expect(&kernel, opcode, 0, &value, 1);
}

START_TEST(adapters_are_listed_as_far_as_there_is_room)
{
	static const uint8_t list[] = {3, 0, 0, 0, 1, 0, 7, 0};
	uint16_t indexes[2];
	size_t count;

	fake_kernel_complete(&kernel, READ_INDEX_LIST, MGMT_INDEX_NONE, list, sizeof list);
	ck_assert_int_eq(mgmt_list_adapters(kernel.mgmt, indexes, 2, &count), 0);
	ck_assert_uint_eq(count, 2);
	ck_assert_uint_eq(indexes[0], 0);
	ck_assert_uint_eq(indexes[1], 1);
	fake_kernel_complete(&kernel, READ_INDEX_LIST, MGMT_INDEX_NONE, list, 5);
	ck_assert_int_eq(mgmt_list_adapters(kernel.mgmt, indexes, 2, &count), -EPROTO);
	ck_assert_uint_eq(count, 0);
	fake_kernel_complete(&kernel, READ_INDEX_LIST, MGMT_INDEX_NONE, list, 1);
	ck_assert_int_eq(mgmt_list_adapters(kernel.mgmt, indexes, 2, &count), -EPROTO);
	fake_kernel_status(&kernel, READ_INDEX_LIST, MGMT_INDEX_NONE, 0x14);
	ck_assert_int_eq(mgmt_list_adapters(kernel.mgmt, indexes, 2, &count), -EPERM);
}
END_TEST

START_TEST(the_information_of_an_adapter_is_read_whole_or_not_at_all)
{
	static const uint8_t address[] = {1, 2, 3, 4, 5, 6};
	struct mgmt_info info;

	fake_kernel_info(&kernel, 0, 0x12345678, 0x87654321);
	ck_assert_int_eq(mgmt_read_info(kernel.mgmt, 0, &info), 0);
	ck_assert_mem_eq(info.address, address, sizeof address);
	ck_assert_uint_eq(info.version, 9);
	ck_assert_uint_eq(info.supported, 0x12345678);
	ck_assert_uint_eq(info.current, 0x87654321);
	ck_assert_str_eq(info.name, "desk");
	fake_kernel_complete(&kernel, READ_INFO, 0, address, sizeof address);
	ck_assert_int_eq(mgmt_read_info(kernel.mgmt, 0, &info), -EPROTO);
	fake_kernel_status(&kernel, READ_INFO, 0, 0x11);
	ck_assert_int_eq(mgmt_read_info(kernel.mgmt, 0, &info), -ENODEV);
	ck_assert_uint_eq(info.current, 0);
}
END_TEST

START_TEST(a_setting_counts_only_when_the_answer_shows_it)
{
	static const uint8_t half[] = {1};

	fake_kernel_settings(&kernel, SET_LE, 0, MGMT_LE);
	ck_assert_int_eq(mgmt_set(kernel.mgmt, 0, MGMT_LE, true), 0);
	expect_set(SET_LE, 1);
	fake_kernel_settings(&kernel, SET_SC, 0, MGMT_LE);
	ck_assert_int_eq(mgmt_set(kernel.mgmt, 0, MGMT_SECURE_CONNECTIONS, true), -EREMOTEIO);
	expect_set(SET_SC, 1);
	fake_kernel_settings(&kernel, SET_POWERED, 0, MGMT_POWERED);
	ck_assert_int_eq(mgmt_set(kernel.mgmt, 0, MGMT_POWERED, false), -EREMOTEIO);
	expect_set(SET_POWERED, 0);
	fake_kernel_complete(&kernel, 0x0007, 0, half, sizeof half);
	ck_assert_int_eq(mgmt_set(kernel.mgmt, 0, MGMT_CONNECTABLE, true), -EPROTO);
	fake_kernel_status(&kernel, SET_POWERED, 0, 0x12);
	ck_assert_int_eq(mgmt_set(kernel.mgmt, 0, MGMT_POWERED, true), -ERFKILL);
	ck_assert_int_eq(mgmt_set(kernel.mgmt, 0, MGMT_BREDR, true), -EINVAL);
}
END_TEST

START_TEST(preparing_switches_only_what_is_off)
{
	fake_kernel_info(&kernel, 0, MGMT_LE, MGMT_LE | MGMT_POWERED);
	ck_assert_int_eq(mgmt_prepare(kernel.mgmt, 0), 0);
	fake_kernel_expect(&kernel, READ_INFO, 0, NULL, 0);
	fake_kernel_expect_nothing(&kernel);
	fake_kernel_info(&kernel, 0, MGMT_LE, 0);
	fake_kernel_settings(&kernel, SET_LE, 0, MGMT_LE);
	fake_kernel_settings(&kernel, SET_POWERED, 0, MGMT_LE | MGMT_POWERED);
	ck_assert_int_eq(mgmt_prepare(kernel.mgmt, 0), 0);
	fake_kernel_expect(&kernel, READ_INFO, 0, NULL, 0);
	expect_set(SET_LE, 1);
	expect_set(SET_POWERED, 1);
	fake_kernel_expect_nothing(&kernel);
}
END_TEST

START_TEST(an_adapter_without_low_energy_is_refused)
{
	fake_kernel_info(&kernel, 0, MGMT_BREDR, MGMT_POWERED);
	ck_assert_int_eq(mgmt_prepare(kernel.mgmt, 0), -EOPNOTSUPP);
	fake_kernel_info(&kernel, 0, MGMT_BREDR, MGMT_POWERED);
	ck_assert_int_eq(mgmt_prepare_secure(kernel.mgmt, 0, MGMT_DISPLAY_ONLY), -EOPNOTSUPP);
	fake_kernel_status(&kernel, READ_INFO, 0, 0x11);
	ck_assert_int_eq(mgmt_prepare_secure(kernel.mgmt, 0, MGMT_DISPLAY_ONLY), -ENODEV);
}
END_TEST

/* Queues the answers to a whole preparation of an adapter that is on with LE alone. */
static void queue_secure(uint32_t supported, uint32_t at_the_end)
{
	fake_kernel_info(&kernel, 0, supported, MGMT_LE | MGMT_POWERED);
	fake_kernel_settings(&kernel, SET_POWERED, 0, MGMT_LE);
	fake_kernel_settings(&kernel, SET_SSP, 0, MGMT_LE | MGMT_SSP);
	fake_kernel_settings(&kernel, SET_SC, 0, ALL);
	fake_kernel_settings(&kernel, SET_BONDABLE, 0, ALL);
	fake_kernel_complete(&kernel, SET_IO, 0, NULL, 0);
	fake_kernel_settings(&kernel, SET_POWERED, 0, ALL | MGMT_POWERED);
	fake_kernel_info(&kernel, 0, supported, at_the_end);
}

START_TEST(preparing_for_pairing_switches_off_sets_in_order_and_switches_on)
{
	queue_secure(ALL | MGMT_BREDR, ALL | MGMT_POWERED);
	ck_assert_int_eq(mgmt_prepare_secure(kernel.mgmt, 0, MGMT_KEYBOARD_ONLY), 0);
	fake_kernel_expect(&kernel, READ_INFO, 0, NULL, 0);
	expect_set(SET_POWERED, 0);
	expect_set(SET_SSP, 1);
	expect_set(SET_SC, 1);
	expect_set(SET_BONDABLE, 1);
	expect_set(SET_IO, 2);
	expect_set(SET_POWERED, 1);
	fake_kernel_expect(&kernel, READ_INFO, 0, NULL, 0);
	fake_kernel_expect_nothing(&kernel);
}
END_TEST

START_TEST(an_adapter_of_low_energy_alone_has_no_simple_pairing_to_set)
{
	const uint32_t supported = MGMT_LE | MGMT_SECURE_CONNECTIONS | MGMT_BONDABLE;

	fake_kernel_info(&kernel, 0, supported, supported | MGMT_POWERED);
	fake_kernel_complete(&kernel, SET_IO, 0, NULL, 0);
	fake_kernel_info(&kernel, 0, supported, supported | MGMT_POWERED);
	ck_assert_int_eq(mgmt_prepare_secure(kernel.mgmt, 0, MGMT_DISPLAY_ONLY), 0);
	fake_kernel_expect(&kernel, READ_INFO, 0, NULL, 0);
	expect_set(SET_IO, 0);
	fake_kernel_expect(&kernel, READ_INFO, 0, NULL, 0);
	fake_kernel_expect_nothing(&kernel);
}
END_TEST

START_TEST(a_setting_that_stays_gone_at_the_end_is_a_silent_downgrade_and_an_error)
{
	for (int tries = 0; tries < 3; tries++)
		queue_secure(ALL, (uint32_t)(ALL | MGMT_POWERED) & ~(uint32_t)MGMT_SECURE_CONNECTIONS);
	ck_assert_int_eq(mgmt_prepare_secure(kernel.mgmt, 0, MGMT_DISPLAY_ONLY), -EREMOTEIO);
}
END_TEST

START_TEST(an_adapter_that_went_off_meanwhile_is_prepared_once_more)
{
	queue_secure(ALL, ALL);
	queue_secure(ALL, ALL | MGMT_POWERED);
	ck_assert_int_eq(mgmt_prepare_secure(kernel.mgmt, 0, MGMT_DISPLAY_ONLY), 0);
}
END_TEST

START_TEST(rejected_secure_connections_end_the_preparation)
{
	fake_kernel_info(&kernel, 0, ALL, MGMT_LE);
	fake_kernel_settings(&kernel, SET_SSP, 0, MGMT_LE | MGMT_SSP);
	fake_kernel_status(&kernel, SET_SC, 0, 0x0b);
	ck_assert_int_eq(mgmt_prepare_secure(kernel.mgmt, 0, MGMT_DISPLAY_ONLY), -ECONNREFUSED);
}
END_TEST

START_TEST(advertising_carries_the_data_as_it_is)
{
	static const uint8_t adv[] = {2, 1, 6};
	static const uint8_t want[] = {1, 1, 0, 0, 0, 0, 0, 0, 0, 3, 0, 2, 1, 6};
	static const uint8_t instance = 1;
	static const uint8_t too_long[MGMT_ADV_MAX + 1];

	fake_kernel_complete(&kernel, ADD_ADVERTISING, 0, &instance, 1);
	ck_assert_int_eq(mgmt_advertise(kernel.mgmt, 0, adv, sizeof adv), 0);
	fake_kernel_expect(&kernel, ADD_ADVERTISING, 0, want, sizeof want);
	ck_assert_int_eq(mgmt_advertise(kernel.mgmt, 0, too_long, sizeof too_long), -EINVAL);
	fake_kernel_complete(&kernel, REMOVE_ADVERT, 0, &instance, 1);
	ck_assert_int_eq(mgmt_stop_advertising(kernel.mgmt, 0), 0);
	fake_kernel_expect(&kernel, REMOVE_ADVERT, 0, &instance, 1);
}
END_TEST

START_TEST(connection_parameters_are_15_to_30_ms_and_six_seconds)
{
	static const struct mgmt_peer peer = {{1, 2, 3, 4, 5, 6}, MGMT_LE_PUBLIC};
	static const uint8_t want[] = {1, 0, 1, 2, 3, 4, 5, 6, 1, 12, 0, 24, 0, 0, 0, 0x58, 0x02};

	fake_kernel_complete(&kernel, LOAD_CONN_PARAM, 0, NULL, 0);
	ck_assert_int_eq(mgmt_load_parameters(kernel.mgmt, 0, &peer, &MGMT_PARAMETERS_FAST), 0);
	fake_kernel_expect(&kernel, LOAD_CONN_PARAM, 0, want, sizeof want);
}
END_TEST

START_TEST(the_right_to_manage_is_asked_for_by_a_command_that_only_reads)
{
	fake_kernel_status(&kernel, READ_ADVERTISING, 0, 0x14);
	ck_assert_int_eq(mgmt_may_manage(kernel.mgmt, 0), -EPERM);
	fake_kernel_expect(&kernel, READ_ADVERTISING, 0, NULL, 0);
}
END_TEST

START_TEST(a_link_is_closed_by_the_address_of_its_peer)
{
	static const struct mgmt_peer peer = {{1, 2, 3, 4, 5, 6}, MGMT_LE_RANDOM};
	static const uint8_t want[] = {1, 2, 3, 4, 5, 6, 2};

	fake_kernel_status(&kernel, DISCONNECT, 0, 0x02);
	ck_assert_int_eq(mgmt_disconnect(kernel.mgmt, 0, &peer), -ENOTCONN);
	fake_kernel_expect(&kernel, DISCONNECT, 0, want, sizeof want);
}
END_TEST

START_TEST(changes_of_the_adapter_and_of_links_are_told_apart)
{
	static const uint8_t link[] = {1, 2, 3, 4, 5, 6, 1, 3};
	uint8_t settings[4];
	struct mgmt_peer peer;
	uint8_t code;

	ck_assert_int_eq(mgmt_read_change(0, 0x0005, 0, NULL, 0, &peer, &code),
	                 MGMT_CHANGE_REMOVED);
	ck_assert_int_eq(mgmt_read_change(0, 0x0005, 1, NULL, 0, &peer, &code), MGMT_CHANGE_NONE);
	mgmt_put_u32(settings, MGMT_LE);
	ck_assert_int_eq(mgmt_read_change(0, 0x0006, 0, settings, 4, &peer, &code),
	                 MGMT_CHANGE_OFF);
	mgmt_put_u32(settings, MGMT_POWERED);
	ck_assert_int_eq(mgmt_read_change(0, 0x0006, 0, settings, 4, &peer, &code),
	                 MGMT_CHANGE_ON);
	ck_assert_int_eq(mgmt_read_change(0, 0x000b, 0, link, 7, &peer, &code),
	                 MGMT_CHANGE_CONNECTED);
	ck_assert_int_eq(mgmt_read_change(0, 0x000c, 0, link, 8, &peer, &code),
	                 MGMT_CHANGE_DISCONNECTED);
	ck_assert_uint_eq(code, 3);
	ck_assert_uint_eq(peer.address[0], 1);
	ck_assert_uint_eq(peer.type, MGMT_LE_PUBLIC);
	ck_assert_int_eq(mgmt_read_change(0, 0x000d, 0, link, 8, &peer, &code),
	                 MGMT_CHANGE_UNREACHED);
	ck_assert_int_eq(mgmt_read_change(0, 0x000c, 0, link, 7, &peer, &code), MGMT_CHANGE_NONE);
	ck_assert_int_eq(mgmt_read_change(0, 0x000b, 0, link, 6, &peer, &code), MGMT_CHANGE_NONE);
	ck_assert_int_eq(mgmt_read_change(0, 0x0012, 0, link, 8, &peer, &code), MGMT_CHANGE_NONE);
}
END_TEST

START_TEST(every_reason_of_a_disconnection_has_words)
{
	for (unsigned i = 0; i < 256; i++)
		ck_assert_uint_gt(strlen(mgmt_disconnect_text((uint8_t)i)), 10);
	ck_assert_str_ne(mgmt_disconnect_text(1), mgmt_disconnect_text(3));
	ck_assert_str_eq(mgmt_disconnect_text(200), mgmt_disconnect_text(0));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
	        adapters_are_listed_as_far_as_there_is_room,
	        the_information_of_an_adapter_is_read_whole_or_not_at_all,
	        a_setting_counts_only_when_the_answer_shows_it,
	        preparing_switches_only_what_is_off,
	        an_adapter_without_low_energy_is_refused,
	        preparing_for_pairing_switches_off_sets_in_order_and_switches_on,
	        an_adapter_of_low_energy_alone_has_no_simple_pairing_to_set,
	        a_setting_that_stays_gone_at_the_end_is_a_silent_downgrade_and_an_error,
		an_adapter_that_went_off_meanwhile_is_prepared_once_more,
	        rejected_secure_connections_end_the_preparation,
	        advertising_carries_the_data_as_it_is,
	        connection_parameters_are_15_to_30_ms_and_six_seconds,
	        the_right_to_manage_is_asked_for_by_a_command_that_only_reads,
	        a_link_is_closed_by_the_address_of_its_peer,
	        changes_of_the_adapter_and_of_links_are_told_apart,
	        every_reason_of_a_disconnection_has_words,
	        NULL,
	};

	return suite_run_tests("mgmt_adapter", tests, setup, teardown);
}
