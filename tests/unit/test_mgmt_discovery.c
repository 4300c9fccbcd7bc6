/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suite.h"
#include "fake_kernel.h"
#include "mgmt_discovery.h"

#include <errno.h>
#include <string.h>

#define START       0x0023
#define STOP        0x0024
#define FOUND       0x0012
#define DISCOVERING 0x0013

static const uint8_t service[MGMT_UUID_LEN] = {0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07,
                                               0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f};
static const uint8_t types = 6;

static struct fake_kernel kernel;
static struct mgmt_discovery discovery;
static int count;
static struct mgmt_found last;
static uint8_t last_data[MGMT_EIR_MAX];

static void on_found(void *ctx, const struct mgmt_found *found)
{
	(void)ctx;
	count++;
	last = *found;
	memcpy(last_data, found->data, found->data_len);
}

static void on_event(void *ctx, uint16_t event, uint16_t index, const uint8_t *params, size_t len)
{
	(void)mgmt_discovery_feed(ctx, event, index, params, len);
}

static void setup(void)
{
	count = 0;
	discovery = (struct mgmt_discovery){.on_found = on_found};
	fake_kernel_start(&kernel);
	mgmt_set_listener(kernel.mgmt, on_event, &discovery);
}

static void teardown(void)
{
	fake_kernel_stop(&kernel);
}

static void start(const uint8_t *filter)
{
	fake_kernel_complete(&kernel, START, 0, &types, 1);
	ck_assert_int_eq(mgmt_discovery_start(&discovery, kernel.mgmt, 0, filter), 0);
	fake_kernel_expect(&kernel, START, 0, &types, 1);
}

/* A report with this data; claimed: the length that it names. */
static void report(uint16_t index, const uint8_t *data, size_t len, uint16_t claimed)
{
	uint8_t params[14 + 600] = {1, 2, 3, 4, 5, 6, MGMT_LE_RANDOM, (uint8_t)-60, 4};

	params[12] = (uint8_t)claimed;
	params[13] = (uint8_t)(claimed >> 8);
	memcpy(params + 14, data, len);
	fake_kernel_send(&kernel, FOUND, index, params, 14 + len);
	ck_assert_int_eq(mgmt_receive(kernel.mgmt), 0);
}

START_TEST(a_report_is_handed_over_with_all_it_says)
{
	static const uint8_t data[] = {2, 1, 6};

	start(NULL);
	report(0, data, sizeof data, sizeof data);
	ck_assert_int_eq(count, 1);
	ck_assert_uint_eq(last.peer.address[5], 6);
	ck_assert_uint_eq(last.peer.type, MGMT_LE_RANDOM);
	ck_assert_int_eq(last.rssi, -60);
	ck_assert_uint_eq(last.flags, 4);
	ck_assert_uint_eq(last.data_len, sizeof data);
	ck_assert_mem_eq(last_data, data, sizeof data);
}
END_TEST

START_TEST(a_report_whose_data_is_shorter_than_it_says_is_dropped)
{
	static const uint8_t data[600] = {2, 1, 6};

	start(NULL);
	report(0, data, 3, 4);
	report(0, data, 600, 600);
	fake_kernel_send(&kernel, FOUND, 0, data, 13);
	ck_assert_int_eq(mgmt_receive(kernel.mgmt), 0);
	ck_assert_int_eq(count, 0);
}
END_TEST

START_TEST(with_a_filter_only_devices_of_the_service_are_reported)
{
	uint8_t data[18] = {17, 7};
	static const uint8_t other[] = {2, 1, 6};

	for (size_t i = 0; i < sizeof service; i++)
		data[2 + i] = service[sizeof service - 1 - i];
	start(service);
	report(0, other, sizeof other, sizeof other);
	ck_assert_int_eq(count, 0);
	report(0, data, sizeof data, sizeof data);
	ck_assert_int_eq(count, 1);
	data[1] = 6;
	report(0, data, sizeof data, sizeof data);
	ck_assert_int_eq(count, 2);
	data[1] = 0x21;
	report(0, data, sizeof data, sizeof data);
	ck_assert_int_eq(count, 3);
	for (uint8_t type = 6; type <= 7; type++) {
		data[1] = type;
		data[17]++;
		report(0, data, sizeof data, sizeof data);
	}
	data[0] = 16;
	data[1] = 0x21;
	report(0, data, sizeof data - 1, sizeof data - 1);
	ck_assert_int_eq(count, 3);
}
END_TEST

START_TEST(a_run_that_the_kernel_ended_is_started_again)
{
	static const uint8_t off[] = {6, 0};
	static const uint8_t on[] = {6, 1};

	start(service);
	fake_kernel_send(&kernel, DISCOVERING, 0, on, sizeof on);
	fake_kernel_send(&kernel, DISCOVERING, 1, off, sizeof off);
	ck_assert_int_eq(mgmt_receive(kernel.mgmt), 0);
	fake_kernel_expect_nothing(&kernel);
	fake_kernel_send(&kernel, DISCOVERING, 0, off, sizeof off);
	ck_assert_int_eq(mgmt_receive(kernel.mgmt), 0);
	fake_kernel_expect(&kernel, START, 0, &types, 1);
}
END_TEST

START_TEST(after_stopping_nothing_is_reported_or_started)
{
	static const uint8_t data[] = {2, 1, 6};
	static const uint8_t off[] = {6, 0};

	start(NULL);
	fake_kernel_complete(&kernel, STOP, 0, &types, 1);
	ck_assert_int_eq(mgmt_discovery_stop(&discovery), 0);
	fake_kernel_expect(&kernel, STOP, 0, &types, 1);
	report(0, data, sizeof data, sizeof data);
	fake_kernel_send(&kernel, DISCOVERING, 0, off, sizeof off);
	ck_assert_int_eq(mgmt_receive(kernel.mgmt), 0);
	ck_assert_int_eq(count, 0);
	ck_assert_int_eq(mgmt_discovery_stop(&discovery), 0);
	fake_kernel_expect_nothing(&kernel);
}
END_TEST

START_TEST(a_discovery_that_did_not_start_is_not_running)
{
	fake_kernel_status(&kernel, START, 0, 0x0a);
	ck_assert_int_eq(mgmt_discovery_start(&discovery, kernel.mgmt, 0, NULL), -EBUSY);
	ck_assert(!discovery.running);
}
END_TEST

START_TEST(other_events_are_not_for_a_discovery)
{
	static const uint8_t data[20];

	start(NULL);
	ck_assert(!mgmt_discovery_feed(&discovery, 0x000c, 0, data, sizeof data));
	ck_assert(!mgmt_discovery_feed(&discovery, FOUND, 1, data, sizeof data));
	ck_assert(mgmt_discovery_feed(&discovery, DISCOVERING, 0, data, 1));
}
END_TEST

START_TEST(fields_of_hostile_data_are_read_up_to_the_first_that_does_not_fit)
{
	static const uint8_t data[] = {2, 1, 6, 3, 9, 'a', 'b', 5, 8, 'x'};
	static const uint8_t gap[] = {0, 2, 1, 6};
	size_t len;

	ck_assert_ptr_eq(mgmt_data_field(data, sizeof data, 9, &len), data + 5);
	ck_assert_uint_eq(len, 2);
	ck_assert_ptr_null(mgmt_data_field(data, sizeof data, 8, &len));
	ck_assert_uint_eq(len, 0);
	ck_assert_ptr_null(mgmt_data_field(gap, sizeof gap, 1, &len));
	ck_assert_ptr_null(mgmt_data_field(data, 0, 1, &len));
	for (size_t cut = 0; cut < sizeof data; cut++)
		(void)mgmt_data_field(data, cut, 0xff, &len);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
	        a_report_is_handed_over_with_all_it_says,
	        a_report_whose_data_is_shorter_than_it_says_is_dropped,
	        with_a_filter_only_devices_of_the_service_are_reported,
	        a_run_that_the_kernel_ended_is_started_again,
	        after_stopping_nothing_is_reported_or_started,
	        a_discovery_that_did_not_start_is_not_running,
	        other_events_are_not_for_a_discovery,
	        fields_of_hostile_data_are_read_up_to_the_first_that_does_not_fit,
	        NULL,
	};

	return suite_run_tests("mgmt_discovery", tests, setup, teardown);
}
