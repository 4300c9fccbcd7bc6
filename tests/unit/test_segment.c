/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "segment.h"
#include "suite.h"

#include <string.h>

static struct splitter splitter;
static struct joiner joiner;
static uint8_t message[MESSAGE_MAX];
static uint8_t value[SEGMENT_VALUE_MAX];

static void setup(void)
{
	splitter_init(&splitter);
	joiner_init(&joiner);
	for (size_t i = 0; i < sizeof message; i++)
		message[i] = (uint8_t)(i * 7 + i / 251);
}

static void load(size_t len)
{
	ck_assert_int_eq(splitter_load(&splitter, message, len), PUMP_OK);
}

/* Sends message[0..len) in values of value_max; the joiner must give it back whole. */
static void carry(size_t len, size_t value_max)
{
	size_t left = (len + value_max - 2) / (value_max - 1);

	load(len);
	ck_assert(splitter_at_start(&splitter));
	for (; left > 0; left--) {
		size_t n = splitter_next(&splitter, value, value_max);

		ck_assert(n >= 2 && n <= value_max);
		ck_assert_int_eq(joiner_add(&joiner, value, n, 0),
				 left == 1 ? PUMP_OK : PUMP_EAGAIN);
		ck_assert(!splitter_at_start(&splitter));
	}
	ck_assert(!splitter_pending(&splitter));
	ck_assert_uint_eq(splitter_next(&splitter, value, value_max), 0);
	ck_assert_uint_eq(joiner.len, len);
	ck_assert_mem_eq(joiner.message, message, len);
}

START_TEST(every_split_size_carries_every_edge_length)
{
	for (size_t value_max = 2; value_max <= SEGMENT_VALUE_MAX; value_max++) {
		size_t payload = value_max - 1;

		for (size_t len = 1; len <= 3 * payload + 1 && len <= MESSAGE_MAX; len++)
			if (len < 3 || len % payload <= 1 || len % payload == payload - 1)
				carry(len, value_max);
		carry(MESSAGE_MAX, value_max);
	}
}
END_TEST

START_TEST(every_length_passes_at_the_usual_sizes)
{
	static const size_t sizes[] = {20, 61, 182, 244, 514};

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		for (size_t len = 1; len <= MESSAGE_MAX; len++)
			carry(len, sizes[i]);
}
END_TEST

START_TEST(header_bits_are_those_of_the_document)
{
	load(5);
	ck_assert_uint_eq(splitter_next(&splitter, value, 3), 3);
	ck_assert_uint_eq(value[0], 0x01); /* first, counter 0 */
	ck_assert_uint_eq(splitter_next(&splitter, value, 3), 3);
	ck_assert_uint_eq(value[0], 0x04); /* neither, counter 1 */
	ck_assert_uint_eq(splitter_next(&splitter, value, 3), 2);
	ck_assert_uint_eq(value[0], 0x0A); /* last, counter 2 */
	load(1);
	ck_assert_uint_eq(splitter_next(&splitter, value, 20), 2);
	ck_assert_uint_eq(value[0], 0x0F); /* both, counter 3 */
}
END_TEST

START_TEST(counter_is_modulo_64)
{
	for (unsigned i = 0; i < 200; i++) {
		load(1);
		splitter_next(&splitter, value, 20);
		ck_assert_uint_eq(value[0] >> 2, i % 64);
		ck_assert_int_eq(joiner_add(&joiner, value, 2, 0), PUMP_OK);
	}
}
END_TEST

START_TEST(loading_is_refused_while_one_is_under_way_or_of_no_length)
{
	ck_assert_int_eq(splitter_load(&splitter, message, 0), PUMP_ERANGE);
	ck_assert_int_eq(splitter_load(&splitter, message, MESSAGE_MAX + 1), PUMP_ERANGE);
	load(30);
	ck_assert_int_eq(splitter_load(&splitter, message, 1), PUMP_EBUSY);
	splitter_next(&splitter, value, 20);
	ck_assert_int_eq(splitter_load(&splitter, message, 1), PUMP_EBUSY);
	splitter_next(&splitter, value, 20);
	load(1);
}
END_TEST

START_TEST(value_never_exceeds_the_largest_of_the_link)
{
	load(MESSAGE_MAX);
	ck_assert_uint_eq(splitter_next(&splitter, value, 4000), SEGMENT_VALUE_MAX);
}
END_TEST

/* What the joiner answers to values given as header and payload length. */
struct add {
	uint8_t header;
	size_t payload;
	uint64_t now_ms;
	enum pump_err expected;
};

static void run(const struct add *adds, size_t count)
{
	uint8_t bytes[600] = {0};

	setup();
	for (size_t i = 0; i < count; i++) {
		bytes[0] = adds[i].header;
		ck_assert_int_eq(joiner_add(&joiner, bytes, adds[i].payload + 1, adds[i].now_ms),
				 adds[i].expected);
	}
}

#define RUN(...)                                                                                   \
	do {                                                                                       \
		static const struct add adds[] = {__VA_ARGS__};                                    \
		run(adds, sizeof adds / sizeof adds[0]);                                           \
	} while (0)

enum { FIRST = 1, LAST = 2 };
#define N(counter) ((counter) << 2)

START_TEST(disorder_ends_the_session)
{
	RUN({FIRST | N(1), 5, 0, PUMP_ESEQ});                                  /* first missing */
	RUN({FIRST, 5, 0, PUMP_EAGAIN}, {N(2), 5, 0, PUMP_ESEQ});              /* one missing */
	RUN({FIRST, 5, 0, PUMP_EAGAIN}, {FIRST, 5, 0, PUMP_ESEQ});             /* duplicate */
	RUN({FIRST, 5, 0, PUMP_EAGAIN}, {N(2), 5, 0, PUMP_ESEQ}, {N(1), 5, 0, PUMP_EAGAIN});
	RUN({N(0), 5, 0, PUMP_EFORM});                                         /* no message */
	RUN({LAST, 5, 0, PUMP_EFORM});
	RUN({FIRST, 5, 0, PUMP_EAGAIN}, {FIRST | N(1), 5, 0, PUMP_EFORM});     /* inside one */
	RUN({FIRST | LAST, 5, 0, PUMP_OK}, {FIRST | LAST, 5, 0, PUMP_ESEQ});
	RUN({FIRST | LAST, 5, 0, PUMP_OK}, {LAST | N(1), 5, 0, PUMP_EFORM});
	RUN({FIRST | LAST, 0, 0, PUMP_EFORM});                                 /* no payload */
}
END_TEST

START_TEST(an_empty_value_is_refused)
{
	ck_assert_int_eq(joiner_add(&joiner, message, 0, 0), PUMP_EFORM);
}
END_TEST

START_TEST(message_longer_than_the_greatest_is_refused)
{
	for (unsigned i = 0; i < 8; i++) {
		value[0] = (uint8_t)((i == 0 ? FIRST : 0) | N(i));
		ck_assert_int_eq(joiner_add(&joiner, value, 513, 0), PUMP_EAGAIN);
	}
	value[0] = LAST | N(8);
	ck_assert_int_eq(joiner_add(&joiner, value, 2, 0), PUMP_ERANGE);
}
END_TEST

START_TEST(message_must_be_complete_in_five_seconds)
{
	RUN({FIRST, 5, 100, PUMP_EAGAIN}, {LAST | N(1), 5, 5099, PUMP_OK});
	RUN({FIRST, 5, 100, PUMP_EAGAIN}, {LAST | N(1), 5, 5100, PUMP_ETIME});
	/* Time runs from the first segment, not from the last one. */
	RUN({FIRST, 5, 0, PUMP_EAGAIN}, {N(1), 5, 4000, PUMP_EAGAIN}, {N(2), 5, 5000, PUMP_ETIME});
	/* Nothing runs between messages. */
	RUN({FIRST | LAST, 5, 0, PUMP_OK}, {FIRST | LAST | N(1), 5, 90000, PUMP_OK});
}
END_TEST

START_TEST(check_tells_the_time_out_without_a_segment)
{
	value[0] = FIRST;
	ck_assert_int_eq(joiner_check(&joiner, 99999), PUMP_OK);
	ck_assert_int_eq(joiner_add(&joiner, value, 20, 1000), PUMP_EAGAIN);
	ck_assert_int_eq(joiner_check(&joiner, 5999), PUMP_OK);
	ck_assert_int_eq(joiner_check(&joiner, 6000), PUMP_ETIME);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		every_split_size_carries_every_edge_length,
		every_length_passes_at_the_usual_sizes,
		header_bits_are_those_of_the_document,
		counter_is_modulo_64,
		loading_is_refused_while_one_is_under_way_or_of_no_length,
		value_never_exceeds_the_largest_of_the_link,
		disorder_ends_the_session,
		an_empty_value_is_refused,
		message_longer_than_the_greatest_is_refused,
		message_must_be_complete_in_five_seconds,
		check_tells_the_time_out_without_a_segment,
		NULL,
	};

	return suite_run_tests("segment", tests, setup, NULL);
}
