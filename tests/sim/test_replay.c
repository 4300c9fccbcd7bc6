/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whoever hears everything sends it again, or changes it on its way. Pairing, two sessions and a
 * restart of the pump are recorded. Before each single value of them every message heard so far is
 * sent once more, to either side and on each characteristic, as it was and with its segments
 * numbered anew; and each single bit of each value is flipped. Nothing may come of any of it.
 */
#include "suite.h"
#include "wiretap.h"

#include <stdio.h>
#include <string.h>

enum { HEARD_MAX = 256, SECONDS = 280 };

struct heard {
	enum channel channel;
	uint8_t counter; /* of its first segment */
	unsigned session;
	size_t len;
	uint8_t bytes[MESSAGE_MAX];
};

static struct wiretap tap, saved;
static struct heard heard[HEARD_MAX];
static size_t heard_count;
static unsigned sessions;
static struct joiner joiners[3]; /* the listener's own, by channel - CHANNEL_IN */
static unsigned long points, tries, accepted;

/* Messages that a side opened: linked in place of seal_open. */
static unsigned opened_by_client, opened_by_pump;
enum pump_err __real_seal_open(struct seal *seal, enum channel channel, const uint8_t *message, size_t len,
			       uint8_t *plain, size_t *plain_len);
enum pump_err __wrap_seal_open(struct seal *seal, enum channel channel, const uint8_t *message, size_t len,
			       uint8_t *plain, size_t *plain_len);
enum pump_err __wrap_seal_open(struct seal *seal, enum channel channel, const uint8_t *message, size_t len,
			       uint8_t *plain, size_t *plain_len)
{
	enum pump_err err = __real_seal_open(seal, channel, message, len, plain, plain_len);

	if (err == PUMP_OK && seal == &tap.client.seal)
		opened_by_client++;
	if (err == PUMP_OK && seal == &tap.pump.session.seal)
		opened_by_pump++;
	return err;
}

/* What only an order or an enrolment may change; time, tries and the notes of refusals go on. */
static bool is_pump_as_before(void)
{
	const struct pump_memory *is = &tap.pump.memory, *was = &saved.pump.memory;

	return memcmp(is->pairs, was->pairs, sizeof is->pairs) == 0 &&
	       memcmp(&is->operators, &was->operators, sizeof is->operators) == 0 &&
	       memcmp(&is->care, &was->care, sizeof is->care) == 0 &&
	       memcmp(is->access.card_code, was->access.card_code, sizeof is->access.card_code) == 0 &&
	       memcmp(is->access.advert_key, was->access.advert_key, sizeof is->access.advert_key) == 0 &&
	       is->core.image_len == was->core.image_len &&
	       memcmp(is->core.image, was->core.image, sizeof is->core.image) == 0 &&
	       is->core.therapy == was->core.therapy && is->core.fill_nl == was->core.fill_nl &&
	       is->core.utc_s == was->core.utc_s && is->core.alarms == was->core.alarms;
}

static void begin_try(void)
{
	tries++;
	opened_by_client = opened_by_pump = 0;
}

/* Lets everything take its course, notes a success of the attacker, and undoes it all. */
static void end_try(const char *what, enum channel to, size_t number, size_t detail)
{
	bool came_through;

	wiretap_run_out(&tap);
	came_through = (to == CHANNEL_IN ? opened_by_pump : opened_by_client) > 0 ||
		       tap.pump.session.number != saved.pump.session.number || tap.is_ready != saved.is_ready ||
		       tap.pump.session.is_open || !tap.is_ended || !is_pump_as_before();
	if (came_through)
		fprintf(stderr, "accepted: %s %zu (%zu) on channel %d at value %lu\n", what, number, detail, (int)to,
			points);
	accepted += came_through;
	memcpy(&tap, &saved, sizeof tap);
	tap.listen = NULL;
}

static uint8_t counter_awaited(enum channel to)
{
	if (to == CHANNEL_IN)
		return tap.pump.session.is_open ? tap.pump.session.in.counter : tap.pump.visits[0].in.counter;
	return to == CHANNEL_OUT ? tap.client.answers.counter : tap.client.stream.counter;
}

static void send_again(const struct heard *message, enum channel to, uint8_t counter)
{
	static struct splitter splitter;
	struct wire_value value = {.channel = to};

	splitter_init(&splitter);
	splitter.counter = counter;
	ck_assert_int_eq(splitter_load(&splitter, message->bytes, message->len), PUMP_OK);
	while ((value.len = splitter_next(&splitter, value.bytes, WIRETAP_MTU - 3)) > 0)
		wiretap_inject(&tap, &value);
}

static void replay(size_t number, const struct wire_value *next)
{
	static const enum channel channels[] = {CHANNEL_IN, CHANNEL_OUT, CHANNEL_STREAM};
	const struct heard *message = &heard[number];

	for (size_t i = 0; i < 3; i++) {
		begin_try();
		send_again(message, channels[i], message->counter);
		end_try("message as it was", channels[i], number, 0);
		begin_try();
		send_again(message, channels[i], counter_awaited(channels[i]));
		end_try("message", channels[i], number, 0);
	}
	/* In the place of what was to come. */
	begin_try();
	wiretap_swallow(&tap);
	send_again(message, next->channel, counter_awaited(next->channel));
	end_try("message in place of another", next->channel, number, 0);
}

static void hear(const struct wire_value *value)
{
	struct joiner *joiner = &joiners[value->channel - CHANNEL_IN];
	struct heard *message = &heard[heard_count];

	if (value->bytes[0] & 1)
		message->counter = value->bytes[0] >> 2;
	if (joiner_add(joiner, value->bytes, value->len, 0) != PUMP_OK)
		return;
	message->channel = value->channel;
	message->session = sessions;
	message->len = joiner->len;
	memcpy(message->bytes, joiner->message, joiner->len);
	ck_assert_uint_lt(++heard_count, HEARD_MAX);
}

static void on_new_link(void)
{
	sessions++;
	for (size_t i = 0; i < 3; i++)
		joiner_init(&joiners[i]);
}

static void replay_all(struct wiretap *t, const struct wire_value *next)
{
	points++;
	memcpy(&saved, t, sizeof saved);
	t->listen = NULL;
	for (size_t i = 0; i < heard_count; i++)
		replay(i, next);
	t->listen = replay_all;
	hear(next);
}

static void hear_only(struct wiretap *t, const struct wire_value *next)
{
	(void)t;
	points++;
	hear(next);
}

static void flip_all(struct wiretap *t, const struct wire_value *next)
{
	points++;
	memcpy(&saved, t, sizeof saved);
	t->listen = NULL;
	for (size_t bit = 0; bit < 8 * next->len; bit++) {
		begin_try();
		t->wire[t->wire_at].bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		end_try("flipped bit", next->channel, bit, next->len);
	}
	t->listen = flip_all;
}

/* Pairing, a session, a restart, a session that asks about the order before. */
static void go_through(void (*listen)(struct wiretap *t, const struct wire_value *next))
{
	points = tries = accepted = 0;
	heard_count = 0;
	sessions = 0;
	wiretap_init(&tap);
	tap.listen = listen;
	on_new_link();
	wiretap_enrol(&tap);
	wiretap_close(&tap);
	on_new_link();
	wiretap_open(&tap, false);
	wiretap_read(&tap);
	wiretap_order(&tap, ORDER_PROGRAM, 1);
	wiretap_order(&tap, ORDER_STOP, 0);
	wiretap_close(&tap);
	wiretap_restart(&tap);
	on_new_link();
	wiretap_open(&tap, true);
	wiretap_order(&tap, ORDER_RESUME, 0);
	wiretap_order(&tap, ORDER_PROGRAM, 2);
	wiretap_close(&tap);
}

START_TEST(nothing_that_was_heard_is_taken_again_by_anybody)
{
	go_through(replay_all);
	printf("replay: %zu messages heard, sent again before each of %lu values: %lu tries, %lu accepted\n",
	       heard_count, points, tries, accepted);
	fflush(stdout);
	ck_assert_uint_gt(tries, 25000);
	ck_assert_uint_eq(accepted, 0);
}
END_TEST

/* From message number on, all that one side said in that session, on one link, each after the other. */
static void play_part(size_t first, bool is_pumps)
{
	for (size_t i = first; i < heard_count && heard[i].session == heard[first].session; i++) {
		if ((heard[i].channel != CHANNEL_IN) == is_pumps)
			send_again(&heard[i], heard[i].channel, counter_awaited(heard[i].channel));
		while (tap.wire_count > 0)
			wiretap_swallow(&tap); /* answers, to the attacker */
	}
}

START_TEST(who_plays_a_whole_part_again_is_neither_programmer_nor_pump)
{
	go_through(hear_only);
	tap.is_ready = false;
	memcpy(&saved, &tap, sizeof saved);
	for (size_t first = 0; first < heard_count; first++) {
		begin_try();
		wiretap_visit(&tap);
		play_part(first, false);
		end_try("programmer's part", CHANNEL_IN, first, 0);
		begin_try();
		wiretap_call(&tap);
		play_part(first, true);
		end_try("pump's part", CHANNEL_OUT, first, 0);
	}
	printf("parts: played from each of %zu messages on: %lu tries, %lu accepted\n", heard_count, tries, accepted);
	fflush(stdout);
	ck_assert_uint_eq(tries, 2 * heard_count);
	ck_assert_uint_eq(accepted, 0);
}
END_TEST

START_TEST(no_flipped_bit_of_any_value_is_taken_by_anybody)
{
	go_through(flip_all);
	printf("flips: every bit of %lu values: %lu tries, %lu accepted\n", points, tries, accepted);
	fflush(stdout);
	ck_assert_uint_gt(tries, 50000);
	ck_assert_uint_eq(accepted, 0);
}
END_TEST

static bool holds(const void *where, size_t size, const uint8_t key[32])
{
	return memmem(where, size, key, 32) != NULL;
}

/* Keys of a session: of the client, and of what the pump forgets with a link. */
static void check_no_key_left(const struct seal *keys)
{
	const uint8_t *all[] = {keys->send_key, keys->receive_key, tap.pairing_key};

	for (size_t i = 0; i < 3; i++) {
		ck_assert(!holds(&tap.client, sizeof tap.client, all[i]));
		ck_assert(!holds(&tap.pump.session, sizeof tap.pump.session, all[i]));
		ck_assert(!holds(&tap.pump.visits, sizeof tap.pump.visits, all[i]));
	}
}

START_TEST(no_key_outlives_its_session_on_either_side)
{
	struct seal keys;

	wiretap_init(&tap);
	for (int i = 0; i < 2; i++) {
		if (i == 0)
			wiretap_enrol(&tap);
		else
			wiretap_open(&tap, false);
		keys = tap.client.seal;
		ck_assert(holds(&tap.pump.session, sizeof tap.pump.session, keys.send_key));
		wiretap_close(&tap);
		check_no_key_left(&keys);
	}
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("replay");

	tcase_set_timeout(cases, SECONDS);
	tcase_add_test(cases, nothing_that_was_heard_is_taken_again_by_anybody);
	tcase_add_test(cases, who_plays_a_whole_part_again_is_neither_programmer_nor_pump);
	tcase_add_test(cases, no_flipped_bit_of_any_value_is_taken_by_anybody);
	tcase_add_test(cases, no_key_outlives_its_session_on_either_side);
	return suite_run(cases);
}
