/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "airtime.h"

#include "suite.h"

struct bound_row {
	uint16_t mtu;
	enum airtime_phy phy;
	uint16_t data_len;
	uint32_t kbit_tenths; /* 0.1 kbit/s, rounded */
};

/* Continuous, encrypted. */
static const struct bound_row bounds[] = {
        {23, AIRTIME_1M, 27, 2260},   {23, AIRTIME_1M, 251, 2260},   {23, AIRTIME_2M, 27, 3125},
        {23, AIRTIME_2M, 251, 3125},  {185, AIRTIME_1M, 27, 2938},   {185, AIRTIME_1M, 251, 7265},
        {185, AIRTIME_2M, 27, 4062},  {185, AIRTIME_2M, 251, 12552}, {247, AIRTIME_1M, 27, 2818},
        {247, AIRTIME_1M, 251, 7808}, {247, AIRTIME_2M, 27, 3870},   {247, AIRTIME_2M, 251, 13864},
        {498, AIRTIME_1M, 251, 7920}, {498, AIRTIME_2M, 251, 14062}, {517, AIRTIME_1M, 27, 2935},
        {517, AIRTIME_1M, 251, 7286}, {517, AIRTIME_2M, 27, 4046},   {517, AIRTIME_2M, 251, 12476},
};

START_TEST(the_continuous_bound_is_that_of_the_table)
{
	const struct bound_row *row = &bounds[_i];
	const struct airtime air = {
	        .phy = row->phy, .data_len = row->data_len, .is_encrypted = true};
	uint32_t tenths = (airtime_bound(&air, row->mtu) + 50) / 100;

	/* The table was rounded from floating point. */
	ck_assert_uint_le(tenths, row->kbit_tenths + 1);
	ck_assert_uint_ge(tenths + 1, row->kbit_tenths);
}
END_TEST

START_TEST(packets_take_the_time_of_their_octets)
{
	const struct airtime slow = {.phy = AIRTIME_1M, .data_len = 251, .is_encrypted = true};
	const struct airtime fast = {.phy = AIRTIME_2M, .data_len = 251, .is_encrypted = true};
	const struct airtime clear = {.phy = AIRTIME_1M, .data_len = 251};

	ck_assert_uint_eq(airtime_packet(&slow, 0), 80);
	ck_assert_uint_eq(airtime_packet(&fast, 0), 44);
	ck_assert_uint_eq(airtime_packet(&slow, 251), 2120);
	ck_assert_uint_eq(airtime_packet(&fast, 251), 1064);
	ck_assert_uint_eq(airtime_packet(&clear, 251), 2088);
	ck_assert_uint_eq(airtime_pair(&slow, 251, 0), 2500);
	ck_assert_uint_eq(airtime_pair(&fast, 0, 251), 1408);
}
END_TEST

static uint32_t bound_of(enum airtime_phy phy, uint32_t interval_us, uint16_t packets, uint16_t mtu)
{
	const struct airtime air = {.phy = phy,
	                            .data_len = 251,
	                            .is_encrypted = true,
	                            .interval_us = interval_us,
	                            .packets = packets};

	return airtime_bound(&air, mtu);
}

START_TEST(an_event_takes_whole_pairs_only)
{
	/* 12 pairs of 2,500 us in 30 ms; 21 of 1,408; one less where the last would not fit. */
	ck_assert_uint_eq(bound_of(AIRTIME_1M, 30000, 0, 247), 12 * 244 * 8 * 1000 / 30);
	ck_assert_uint_eq(bound_of(AIRTIME_2M, 30000, 0, 247), 21 * 244 * 8 * 1000 / 30);
	ck_assert_uint_eq(bound_of(AIRTIME_1M, 28750, 0, 247), 11 * 244 * 8 * 4000 / 115);
}
END_TEST

START_TEST(packets_in_an_event_bound_what_it_carries)
{
	ck_assert_uint_eq(bound_of(AIRTIME_1M, 30000, 4, 247), 260266);
	ck_assert_uint_eq(bound_of(AIRTIME_2M, 30000, 4, 247), 260266);
	ck_assert_uint_eq(bound_of(AIRTIME_1M, 50000, 4, 247), 156160);
	/* Two pairs for each PDU. */
	ck_assert_uint_eq(bound_of(AIRTIME_1M, 30000, 4, 498), 264000);
	/* More than fit anyway. */
	ck_assert_uint_eq(bound_of(AIRTIME_1M, 30000, 40, 247), 780800);
}
END_TEST

START_TEST(what_bluetooth_does_not_allow_is_not_valid)
{
	const struct airtime good = {.phy = AIRTIME_2M, .data_len = 27, .interval_us = 7500};
	struct airtime air = good;

	ck_assert(airtime_is_valid(&good));
	air.interval_us = 0;
	ck_assert(airtime_is_valid(&air));
	air.interval_us = 6250;
	ck_assert(!airtime_is_valid(&air));
	air.interval_us = 4001250;
	ck_assert(!airtime_is_valid(&air));
	air.interval_us = 10001;
	ck_assert(!airtime_is_valid(&air));
	air = good;
	air.data_len = 26;
	ck_assert(!airtime_is_valid(&air));
	air.data_len = 252;
	ck_assert(!airtime_is_valid(&air));
	air = good;
	air.phy = (enum airtime_phy)3;
	ck_assert(!airtime_is_valid(&air));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
	        packets_take_the_time_of_their_octets,
	        an_event_takes_whole_pairs_only,
	        packets_in_an_event_bound_what_it_carries,
	        what_bluetooth_does_not_allow_is_not_valid,
	        NULL,
	};
	const struct suite_loop loops[] = {
	        {the_continuous_bound_is_that_of_the_table, sizeof bounds / sizeof bounds[0]},
	        {NULL, 0},
	};

	return suite_run_loops("airtime", tests, loops, NULL, NULL);
}
