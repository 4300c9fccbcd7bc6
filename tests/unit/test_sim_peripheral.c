/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <check.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gatt_client.h"
#include "image.h"
#include "link_local.h"
#include "peripheral.h"
#include "records.h"

#define NVM_SIZE (PUMP_NVM_BASE + 512 * PUMP_LOG_SLOT)
#define TURNS_MAX 20000

#define PUMP_UUID(n)                                                                               \
	{                                                                                          \
		{                                                                                  \
			0x7d, 0x1c, 0x00, (n), 0x5a, 0x3b, 0x4f, 0x6e, 0x9c, 0x2d, 0x1b, 0x8e,     \
				0x4a, 0x7f, 0x3c, 0x60                                             \
		}                                                                                  \
	}

static const struct gatt_profile profile = {
	.service = PUMP_UUID(0x01),
	.wanted = {{.uuid = PUMP_UUID(0x02), .read = true},
		   {.uuid = PUMP_UUID(0x03)},
		   {.uuid = PUMP_UUID(0x04), .subscription = GATT_SUBSCRIBE_INDICATE},
		   {.uuid = PUMP_UUID(0x05), .subscription = GATT_SUBSCRIBE_NOTIFY}},
	.count = 4,
};
enum { W_VERSION, W_IN, W_OUT, W_STREAM };

/* The program is linked with --wrap=fdatasync. */
int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);

static struct {
	unsigned count;
	bool fail;
} syncs;

int __wrap_fdatasync(int fd)
{
	syncs.count++;
	if (!syncs.fail)
		return __real_fdatasync(fd);
	errno = EIO;
	return -1;
}

static const uint8_t workstation[WORKSTATION_LEN] = {1, 2, 3, 4, 5, 6, 7, 8};

struct bench {
	char directory[64];
	struct loop *loop;
	struct nvm nvm;
	struct peripheral *pump;
	struct gatt_client *client;
	bool ready, closed, advanced;
	int written, failed; /* result of the last write, -1 under way; error of the storage */
	uint8_t att_error, version[8], out[64];
	size_t version_len, out_len, advert_changes;
};

static struct bench bench;

static void on_ready(void *ctx, uint16_t mtu)
{
	(void)ctx;
	ck_assert_uint_eq(mtu, 247);
	bench.ready = true;
}

static void on_value(void *ctx, size_t index, const uint8_t *value, size_t len)
{
	(void)ctx;
	if (index == W_VERSION) {
		bench.version_len = len;
		memcpy(bench.version, value, len);
	} else if (index == W_OUT) {
		ck_assert_uint_le(len, sizeof(bench.out));
		bench.out_len = len;
		memcpy(bench.out, value, len);
	}
}

static void on_written(void *ctx, enum link_write_result result, uint8_t att_error)
{
	(void)ctx;
	bench.written = (int)result;
	bench.att_error = att_error;
}

static void on_closed(void *ctx, enum gatt_close why, int error)
{
	(void)ctx;
	(void)why;
	(void)error;
	bench.closed = true;
}

static void on_advanced(void *ctx)
{
	(void)ctx;
	bench.advanced = true;
}

static void on_failed(void *ctx, int error)
{
	(void)ctx;
	bench.failed = error;
}

static void on_advert_changed(void *ctx)
{
	(void)ctx;
	bench.advert_changes++;
}

static void boot(void)
{
	ck_assert_int_eq(nvm_open(&bench.nvm, bench.directory, "bench"), 0);
	const struct peripheral_config config = {
		.loop = bench.loop, .nvm = &bench.nvm, .speed = 1, .mtu = 247,
		.on_advanced = on_advanced, .on_failed = on_failed,
		.on_advert_changed = on_advert_changed};
	ck_assert_int_eq(peripheral_create(&bench.pump, &config), 0);
}

static void lose_power(void)
{
	peripheral_destroy(bench.pump);
	nvm_close(&bench.nvm, false);
}

static void shut_down(void)
{
	ck_assert_int_eq(peripheral_shut_down(bench.pump), 0);
	peripheral_destroy(bench.pump);
	nvm_close(&bench.nvm, true);
}

static void set_up(void)
{
	struct pump_birth birth = {.serial = "PX20-000777", .model = "PX20", .utc_s = 1700000000,
				   .reservoir_nl = 20 * NL_PER_ML};
	struct program program = {.mixture = {.count = 1, .parts = {{"morphine", {10000000}}}},
				  .mode = PROGRAM_SIMPLE, .dose = {1250000},
				  .low_alarm = {2 * NL_PER_ML}};
	ck_assert_int_ge(sodium_init(), 0);
	memset(&bench, 0, sizeof(bench));
	birth.paired = true;
	birth.advert_key[0] = 0xad;
	memcpy(birth.workstation, workstation, sizeof(workstation));
	memset(birth.pairing_key, 0x5a, sizeof(birth.pairing_key));
	ck_assert_int_eq(image_encode(&program, birth.image, sizeof(birth.image), &birth.image_len),
			 PUMP_OK);
	(void)snprintf(bench.directory, sizeof(bench.directory), "sim-bench-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(bench.directory));
	bench.loop = loop_create();
	ck_assert_int_eq(nvm_create(bench.directory, &birth, NVM_SIZE, "bench"), 0);
	boot();
}

static void tear_down(void)
{
	gatt_client_destroy(bench.client);
	if (bench.pump)
		lose_power();
	loop_destroy(bench.loop);
	nvm_discard(bench.directory);
	ck_assert_int_eq(rmdir(bench.directory), 0);
}

static void turn_until(const bool *condition)
{
	for (int i = 0; i < TURNS_MAX && !*condition; i++)
		(void)loop_turn(bench.loop, 1000);
	ck_assert(*condition);
}

/* As many turns as anything that is due now needs. */
static void settle(void)
{
	for (int i = 0; i < 20; i++)
		(void)loop_turn(bench.loop, 0);
}

static void connect_client(void)
{
	static const struct gatt_client_handlers handlers = {on_ready, on_value, on_written, on_closed};
	int ends[2];
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	ck_assert_int_eq(peripheral_connect(bench.pump, link_local_wrap(ends[0])), 0);
	ck_assert_int_eq(gatt_client_create(&bench.client, bench.loop, link_local_wrap(ends[1]),
					    &profile, 247, &handlers, NULL), 0);
	turn_until(&bench.ready);
}

static void write_in(const uint8_t *value, size_t len)
{
	bench.written = -1;
	ck_assert_int_eq(gatt_client_write(bench.client, W_IN, value, len), 0);
	for (int i = 0; i < TURNS_MAX && bench.written < 0; i++)
		(void)loop_turn(bench.loop, 1000);
}

static struct pump_view look(void)
{
	struct pump_view view;
	peripheral_look(bench.pump, &view);
	return view;
}

static uint16_t type_of_record(uint64_t seq)
{
	uint8_t raw[RECORD_MAX];
	struct record_view view;
	size_t len = peripheral_log_read(bench.pump, seq, raw);
	ck_assert_int_eq(record_decode(raw, len, &view), PUMP_OK);
	return view.type;
}

static void advance(uint64_t seconds)
{
	bench.advanced = false;
	peripheral_advance(bench.pump, seconds);
	turn_until(&bench.advanced);
}

START_TEST(serves_the_version_and_answers_a_hello)
{
	uint8_t hello[34] = {0x03, 0x0f, 2, 0, 0x33, 0x55}; /* first and last segment, counter 0 */
	memcpy(hello + 10, workstation, sizeof(workstation));
	connect_client();
	ck_assert_uint_eq(bench.version_len, 2);
	ck_assert_uint_eq(bench.version[0], 2);
	ck_assert_uint_eq(bench.version[1], 0);
	write_in(hello, sizeof(hello));
	ck_assert_int_eq(bench.written, LINK_DELIVERED);
	settle();
	ck_assert_uint_eq(bench.out_len, 25);
	ck_assert_uint_eq(bench.out[0], 0x03);
	ck_assert_uint_eq(bench.out[1], 0x0f);
	ck_assert_uint_eq(bench.out[4], 0x55);
}
END_TEST

START_TEST(refuses_a_broken_segment_with_its_own_error_and_drops_the_link)
{
	static const uint8_t continuation[] = {0x02, 0xaa};
	connect_client();
	write_in(continuation, sizeof(continuation));
	ck_assert_int_eq(bench.written, LINK_REFUSED);
	ck_assert_uint_eq(bench.att_error, 0x80);
	turn_until(&bench.closed);
	ck_assert(!peripheral_is_connected(bench.pump));
}
END_TEST

START_TEST(a_newcomer_takes_the_place_of_the_oldest_who_proved_nothing)
{
	int ends[PUMP_LINKS][2];
	char byte;
	connect_client();
	for (size_t i = 0; i < PUMP_LINKS; i++) {
		ck_assert(!bench.closed);
		ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends[i]), 0);
		ck_assert_int_eq(peripheral_connect(bench.pump, link_local_wrap(ends[i][0])), 0);
	}
	turn_until(&bench.closed);
	for (size_t i = 0; i < PUMP_LINKS; i++) {
		ck_assert_int_eq(recv(ends[i][1], &byte, 1, MSG_DONTWAIT), -1);
		ck_assert_int_eq(close(ends[i][1]), 0);
	}
	settle();
	ck_assert(!peripheral_is_connected(bench.pump));
	gatt_client_destroy(bench.client);
	bench.client = NULL;
	bench.ready = false;
	connect_client();
}
END_TEST

START_TEST(advance_delivers_and_logs_every_hour)
{
	uint64_t before = look().log_last;
	advance(24 * 3600);
	ck_assert_uint_ge(look().therapy_s, 24 * 3600);
	ck_assert_uint_eq(look().log_last, before + 24);
	ck_assert_uint_eq(type_of_record(look().log_last), RECORD_DELIVERY);
	ck_assert_uint_eq(look().true_reservoir_nl, 20 * NL_PER_ML - 125000);
}
END_TEST

START_TEST(slices_of_a_long_advance_leave_room_for_the_link)
{
	connect_client();
	peripheral_advance(bench.pump, UINT64_C(3) * 36000000);
	(void)loop_turn(bench.loop, 0);
	ck_assert(peripheral_is_advancing(bench.pump));
	ck_assert(!bench.advanced);
	turn_until(&bench.advanced);
	ck_assert(!peripheral_is_advancing(bench.pump));
	ck_assert(peripheral_is_connected(bench.pump));
}
END_TEST

START_TEST(loss_of_power_keeps_the_log_and_is_logged)
{
	advance(10 * 3600);
	uint64_t last = look().log_last, contents = look().true_reservoir_nl;
	lose_power();
	boot();
	settle();
	ck_assert(bench.nvm.power_lost);
	ck_assert_uint_eq(look().log_last, last + 1);
	ck_assert_uint_eq(type_of_record(last + 1), RECORD_POWER_ON);
	ck_assert_uint_eq(look().true_reservoir_nl, contents);
}
END_TEST

START_TEST(shut_down_is_no_loss_of_power)
{
	advance(10 * 3600);
	uint64_t last = look().log_last;
	shut_down();
	boot();
	settle();
	ck_assert(!bench.nvm.power_lost);
	ck_assert_uint_eq(look().log_last, last);
}
END_TEST

START_TEST(one_process_runs_a_pump_at_a_time)
{
	struct nvm second;
	ck_assert_int_eq(nvm_open(&second, bench.directory, "bench"), -EBUSY);
	ck_assert_int_eq(nvm_open(&second, bench.directory, "other"), -ENXIO);
}
END_TEST

START_TEST(failed_store_restarts_the_pump_without_a_trace_of_it)
{
	connect_client();
	advance(2 * 3600);
	uint64_t last = look().log_last, contents = look().true_reservoir_nl;
	peripheral_fail_next_store(bench.pump);
	peripheral_fill(bench.pump, 5 * NL_PER_ML);
	turn_until(&bench.closed);
	settle();
	ck_assert_uint_eq(look().true_reservoir_nl, contents);
	ck_assert_uint_eq(look().log_last, last + 1);
	ck_assert_uint_eq(type_of_record(last + 1), RECORD_POWER_ON);
	ck_assert_int_eq(bench.failed, 0);
}
END_TEST

START_TEST(each_store_is_synced_but_a_long_advance_once)
{
	unsigned before = syncs.count;
	advance(3600);
	ck_assert_uint_ge(syncs.count - before, 1);
	before = syncs.count;
	advance(400 * 3600);
	ck_assert_uint_ge(syncs.count - before, 1);
	ck_assert_uint_le(syncs.count - before, 3);
	ck_assert(!bench.nvm.unsynced);
}
END_TEST

START_TEST(storage_that_breaks_ends_the_pump_and_is_told)
{
	connect_client();
	syncs.fail = true;
	peripheral_fill(bench.pump, 5 * NL_PER_ML);
	turn_until(&bench.closed);
	syncs.fail = false;
	ck_assert_int_eq(bench.failed, -EIO);
	ck_assert_int_eq(peripheral_shut_down(bench.pump), -EIO);
}
END_TEST

START_TEST(advertisement_tells_the_service_the_window_and_a_tag_for_those_who_know_it)
{
	static const uint8_t head[] = {0x02, 0x01, 0x06, 0x1a, 0x21, 0x60, 0x3c, 0x7f, 0x4a, 0x8e, 0x1b,
				       0x2d, 0x9c, 0x6e, 0x4f, 0x3b, 0x5a, 0x01, 0x00, 0x1c, 0x7d};
	static const uint8_t key[ADVERT_KEY_LEN] = {0xad}, other[ADVERT_KEY_LEN] = {0xae};
	uint8_t adv[PERIPHERAL_ADV_MAX];
	ck_assert_uint_eq(peripheral_advert(bench.pump, adv), sizeof(head) + ADVERT_LEN);
	ck_assert_mem_eq(adv, head, sizeof(head));
	ck_assert_uint_eq(adv[sizeof(head)], 0);
	ck_assert(advert_is_of(adv + sizeof(head), key));
	ck_assert(!advert_is_of(adv + sizeof(head), other));
	peripheral_press_magnet(bench.pump);
	settle();
	ck_assert_uint_eq(bench.advert_changes, 1);
	ck_assert_uint_eq(peripheral_advert(bench.pump, adv), sizeof(head) + ADVERT_LEN);
	ck_assert_uint_eq(adv[sizeof(head)], 0x01);
	ck_assert(advert_is_of(adv + sizeof(head), key));
}
END_TEST

START_TEST(pump_is_not_made_twice_nor_over_another)
{
	struct pump_birth birth = {.serial = "PX20-000778", .model = "PX20"};
	ck_assert_int_eq(nvm_create(bench.directory, &birth, NVM_SIZE, "bench"), -EEXIST);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sim_peripheral");
	TCase *tests = tcase_create("sim_peripheral");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, serves_the_version_and_answers_a_hello);
	tcase_add_test(tests, refuses_a_broken_segment_with_its_own_error_and_drops_the_link);
	tcase_add_test(tests, a_newcomer_takes_the_place_of_the_oldest_who_proved_nothing);
	tcase_add_test(tests, advance_delivers_and_logs_every_hour);
	tcase_add_test(tests, slices_of_a_long_advance_leave_room_for_the_link);
	tcase_add_test(tests, loss_of_power_keeps_the_log_and_is_logged);
	tcase_add_test(tests, shut_down_is_no_loss_of_power);
	tcase_add_test(tests, one_process_runs_a_pump_at_a_time);
	tcase_add_test(tests, failed_store_restarts_the_pump_without_a_trace_of_it);
	tcase_add_test(tests, each_store_is_synced_but_a_long_advance_once);
	tcase_add_test(tests, storage_that_breaks_ends_the_pump_and_is_told);
	tcase_add_test(tests, advertisement_tells_the_service_the_window_and_a_tag_for_those_who_know_it);
	tcase_add_test(tests, pump_is_not_made_twice_nor_over_another);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
