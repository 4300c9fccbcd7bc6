/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The log download over the air in virtual time: session, engine, ATT and GATT, virtual pump and
 * shaper as the programs have them. What the air allows is the bound of airtime.h.
 */
#include "air_clinic.h"
#include "session_state.h"
#include "suite.h"

#include <inttypes.h>
#include <stdio.h>

/* One record an hour: a log of four years, and of nine where the beginning must not count. */
#define DAYS        1500
#define LONG_DAYS   3300
#define SEED        2024
#define MTU         247
#define OUTSTANDING 96
#define SINGLE      40

struct air_case {
	const char *name;
	enum airtime_phy phy;
	uint16_t packets;
};

static const struct air_case cases[] = {
        {"1M, 4 packets in an event", AIRTIME_1M, 4},
        {"1M, as many as fit", AIRTIME_1M, 0},
        {"2M, 4 packets in an event", AIRTIME_2M, 4},
        {"2M, as many as fit", AIRTIME_2M, 0},
};

enum { CASES = sizeof cases / sizeof cases[0] };

static struct shaper_config config_of(const struct air_case *air_case)
{
	struct shaper_config config;

	shaper_default(&config);
	config.air.phy = air_case->phy;
	config.air.packets = air_case->packets;
	return config;
}

static void teardown(void)
{
	air_clinic_close();
}

static void connect_clinic(void)
{
	enum error_code code = air_clinic_connect();

	ck_assert_msg(code == ERR_NONE, "%s: %s", error_text(code), clinic.error.detail);
}

static void check_pulled(void)
{
	uint64_t octets;

	air_clinic_check_archive();
	ck_assert_uint_eq(clinic.stored, air_clinic_records(&octets));
	ck_assert_uint_eq(air_dropped(), 0);
	ck_assert_uint_le(air.notified_most, OUTSTANDING);
}

static void check_bound(const struct air_case *air_case)
{
	const struct shaper_config config = config_of(air_case);
	uint64_t bound = airtime_bound(&config.air, MTU);
	uint64_t begun, took_us, records_octets, values, records;

	air_clinic_reset(&config, SEED);
	connect_clinic();
	begun = virtual_now_us();
	ck_assert_int_eq(air_clinic_pull(NULL), ERR_NONE);
	took_us = virtual_now_us() - begun;
	(void)air_clinic_records(&records_octets);
	values = air.notified_octets * 8 * 1000000 / took_us;
	records = records_octets * 8 * 1000000 / took_us;
	printf("30 ms, MTU 247, %s: %" PRIu64 " bit/s of values, bound %" PRIu64 ": %" PRIu64
	       ".%" PRIu64 " %% of it; records alone %" PRIu64 ".%" PRIu64 " %%\n",
	       air_case->name, values, bound, values * 100 / bound, values * 1000 / bound % 10,
	       records * 100 / bound, records * 1000 / bound % 10);
	ck_assert_uint_ge(values * 10, bound * 9);
	ck_assert_uint_ge(records * 10, bound * 9);
	check_pulled();
}

START_TEST(the_download_takes_at_least_nine_tenths_of_the_bound)
{
	air_clinic_open(LONG_DAYS, MTU);
	for (size_t i = 0; i < CASES; i++)
		check_bound(&cases[i]);
}
END_TEST

/* As a clinician would: connects again and pulls again until nothing is missing. */
static void pull_to_the_end(void)
{
	while (air_clinic_connect() != ERR_NONE || air_clinic_pull(NULL) != ERR_NONE)
		air_clinic_disconnect();
}

static void check_loss_and_cuts(const struct air_case *air_case)
{
	struct shaper_config config = config_of(air_case);

	config.loss_ppm = 50000;
	air_clinic_reset(&config, SEED);
	air.cut_every = 2000;
	pull_to_the_end();
	printf("%s, 5 %% loss, %" PRIu64 " cuts in %" PRIu64 " PDUs, %" PRIu64
	       " of the last connection's pairs lost: %" PRIu64 " records, each once\n",
	       air_case->name, air.cuts, air.pdus, air.shaper.lost_pairs, clinic.stored);
	ck_assert_uint_ge(air.cuts, 2);
	ck_assert_uint_gt(air.shaper.lost_pairs, 0);
	check_pulled();
}

START_TEST(loss_and_a_cut_every_2000_pdus_lose_and_repeat_nothing)
{
	air_clinic_open(LONG_DAYS, MTU);
	for (size_t i = 0; i < CASES; i++)
		check_loss_and_cuts(&cases[i]);
}
END_TEST

static void pause_once(void *ctx, uint64_t stored, uint64_t wanted)
{
	(void)ctx;
	if (air.paused_until_us[SHAPER_CENTRAL] == 0 && stored > wanted / 4)
		air.paused_until_us[SHAPER_CENTRAL] = virtual_now_us() + 4000000;
}

static void check_pause(const struct air_case *air_case)
{
	const struct shaper_config config = config_of(air_case);
	uint64_t begun;

	air_clinic_reset(&config, SEED);
	connect_clinic();
	begun = virtual_now_us();
	ck_assert_int_eq(air_clinic_pull(pause_once), ERR_NONE);
	ck_assert_uint_gt(air.paused_until_us[SHAPER_CENTRAL], begun);
	printf("%s, reader paused for 4 s: at most %zu PDUs outstanding, %" PRIu64 " dropped\n",
	       air_case->name, air.notified_most, air_dropped());
	check_pulled();
}

START_TEST(a_reader_that_pauses_four_seconds_loses_nothing)
{
	air_clinic_open(DAYS, MTU);
	for (size_t i = 0; i < CASES; i++)
		check_pause(&cases[i]);
}
END_TEST

/* Small values: a block of 4 KiB would be more of them than the kernel keeps for a slow reader. */
START_TEST(at_any_mtu_no_more_is_outstanding_than_a_slow_reader_can_hold)
{
	static const uint16_t mtus[] = {23, 24, 27, 64, 128, 185, 246, 247};
	const struct shaper_config config = config_of(&cases[3]);
	size_t most = 0;

	for (size_t i = 0; i < sizeof mtus / sizeof mtus[0]; i++) {
		air_clinic_open(100, mtus[i]);
		air_clinic_reset(&config, SEED);
		connect_clinic();
		ck_assert_int_eq(air_clinic_pull(pause_once), ERR_NONE);
		check_pulled();
		most = air.notified_most > most ? air.notified_most : most;
		air_clinic_close();
	}
	printf("at MTU 23 to 247, reader paused for 4 s: at most %zu PDUs outstanding\n", most);
	/* The limit is reached, so it is one. */
	ck_assert_uint_gt(most, OUTSTANDING / 2);
	air_clinic_open(1, MTU);
}
END_TEST

/* The same pause under a stream without credit, so that the test above is known to be able to fail.
 */
START_TEST(a_stream_without_credit_loses_what_comes_during_the_pause)
{
	const struct shaper_config config = config_of(&cases[1]);
	const uint8_t pdu[MTU] = {0x1b};
	struct link *ends[SHAPER_SIDES];

	air_clinic_open(1, MTU);
	air_clinic_reset(&config, SEED);
	air_connect(ends);
	air.paused_until_us[SHAPER_CENTRAL] = virtual_now_us() + 4000000;
	for (unsigned sent = 0; sent < 4000;) {
		while (sent < 4000 && link_send(ends[SHAPER_PERIPHERAL], pdu, sizeof pdu) == 0)
			sent++;
		ck_assert_int_eq(loop_turn(clinic.loop, 10), 0);
	}
	ck_assert_uint_gt(air_dropped(), 1000);
	link_destroy(ends[SHAPER_CENTRAL]);
	link_destroy(ends[SHAPER_PERIPHERAL]);
}
END_TEST

/* us for each record, when each is a request of its own. */
static uint64_t pull_each(void)
{
	struct session *session = clinic.session;
	struct msg_range range;
	uint64_t begun;

	ck_assert_int_eq(session_read_range(session, &range, &clinic.error), ERR_NONE);
	session->archive = clinic.archive;
	begun = virtual_now_us();
	for (uint64_t seq = range.first; seq < range.first + SINGLE; seq++)
		ck_assert_int_eq(session_pull_window(session, range.epoch, seq, seq, NULL, NULL,
		                                     &clinic.error),
		                 ERR_NONE);
	session->archive = NULL;
	return (virtual_now_us() - begun) / SINGLE;
}

static void check_single(const struct air_case *air_case)
{
	const struct shaper_config config = config_of(air_case);
	uint64_t begun, single_us, stream_us, octets;

	air_clinic_reset(&config, SEED);
	connect_clinic();
	single_us = pull_each();
	air_clinic_reset(&config, SEED);
	connect_clinic();
	begun = virtual_now_us();
	ck_assert_int_eq(air_clinic_pull(NULL), ERR_NONE);
	stream_us = (virtual_now_us() - begun) / air_clinic_records(&octets);
	printf("%s: a record takes %" PRIu64 " us in the stream, %" PRIu64 " us by itself: %" PRIu64
	       " times as long\n",
	       air_case->name, stream_us, single_us, single_us / stream_us);
	ck_assert_uint_ge(single_us, 50 * stream_us);
}

START_TEST(one_request_for_each_record_is_at_least_50_times_slower)
{
	air_clinic_open(DAYS, MTU);
	for (size_t i = 0; i < CASES; i++)
		check_single(&cases[i]);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
	        the_download_takes_at_least_nine_tenths_of_the_bound,
	        loss_and_a_cut_every_2000_pdus_lose_and_repeat_nothing,
	        a_reader_that_pauses_four_seconds_loses_nothing,
	        at_any_mtu_no_more_is_outstanding_than_a_slow_reader_can_hold,
	        a_stream_without_credit_loses_what_comes_during_the_pause,
	        one_request_for_each_record_is_at_least_50_times_slower,
	        NULL,
	};

	return suite_run_tests("stream", tests, NULL, teardown);
}
