/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Links that have not proved themselves: what the pump refuses, what it counts, and whom nobody can keep out. */
#include "pump_rig.h"
#include "suite.h"

#include <sodium.h>
#include <string.h>

static struct rig *r;

static void setup(void)
{
	r = rig_create(64);
}

static void teardown(void)
{
	rig_destroy(r);
}

static const struct pump_security_event *last_event(void)
{
	const struct pump_security *ring = &r->pump.security;

	return ring->count ? &ring->events[ring->count - 1] : NULL;
}

/* The link is dropped, nothing was said, and the ring knows why. */
static void check_put_out(bool taken, enum security_kind kind)
{
	ck_assert(!taken);
	ck_assert(r->disconnected);
	ck_assert_uint_eq(r->mail_count, 0);
	ck_assert_ptr_nonnull(last_event());
	ck_assert_uint_eq(last_event()->kind, kind);
	ck_assert(!rig_feed(r, (const uint8_t[]){3, 1}, 2));
}

static bool say_hello(const struct hello_programmer *hello)
{
	uint8_t message[HELLO_PROGRAMMER_LEN];

	hello_programmer_encode(hello, message);
	rig_link(r);
	return rig_feed_message(r, message, sizeof message);
}

static struct hello_programmer good_hello(void)
{
	struct hello_programmer hello = {.major = PROTOCOL_MAJOR, .secret = SECRET_KEY};

	memcpy(hello.workstation, r->setup.workstation, WORKSTATION_LEN);
	return hello;
}

static void check_refused(const struct hello_programmer *hello, enum hello_refusal refusal,
			  enum security_kind kind)
{
	ck_assert(say_hello(hello));
	ck_assert_uint_eq(r->mail_count, 1);
	ck_assert_uint_eq(r->inbox[0].len, 2);
	ck_assert_uint_eq(r->inbox[0].plain[0], 0xF0);
	ck_assert_uint_eq(r->inbox[0].plain[1], refusal);
	ck_assert(r->disconnected);
	ck_assert_uint_eq(last_event()->kind, kind);
	ck_assert_mem_eq(last_event()->workstation, hello->workstation, WORKSTATION_LEN);
}

START_TEST(a_hello_of_another_version_workstation_or_without_magnet_is_refused_in_words)
{
	struct hello_programmer hello = good_hello();

	hello.major = 1;
	check_refused(&hello, HELLO_VERSION, SECURITY_VERSION);
	hello = good_hello();
	hello.workstation[7] ^= 1;
	check_refused(&hello, HELLO_UNKNOWN_WORKSTATION, SECURITY_WORKSTATION);
	hello.secret = SECRET_CARD;
	check_refused(&hello, HELLO_CARD_CLOSED, SECURITY_CARD_CLOSED);
	hello = good_hello();
	hello.minor = 9;
	ck_assert(say_hello(&hello));
	ck_assert(!r->disconnected);
}
END_TEST

START_TEST(junk_and_the_pumps_own_role_end_the_link)
{
	static const struct {
		uint8_t value[3];
		size_t len;
		enum security_kind kind;
	} rows[] = {
		{{0x03, 0, 0}, 1, SECURITY_FORM},                   /* no payload */
		{{0x03 | 5 << 2, 0, 0}, 2, SECURITY_OUT_OF_ORDER}, /* counter */
		{{0x02, 0, 0}, 2, SECURITY_FORM},                   /* continuation outside a message */
		{{0x03, 0, 0}, 3, SECURITY_FORM},                   /* whole, but no hello */
	};
	struct hello_programmer hello = good_hello();
	uint8_t message[HELLO_PROGRAMMER_LEN], longer[HANDSHAKE_MAX + 2] = {HAND_HELLO};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rig_link(r);
		check_put_out(rig_feed(r, rows[i].value, rows[i].len), rows[i].kind);
	}
	hello_programmer_encode(&hello, message);
	message[3] = ROLE_PUMP;
	rig_link(r);
	check_put_out(rig_feed_message(r, message, sizeof message), SECURITY_REFLECTED);
	rig_link(r);
	check_put_out(rig_feed_message(r, longer, sizeof longer), SECURITY_FORM);
}
END_TEST

START_TEST(a_wrong_key_is_found_by_its_mac_and_ends_the_link_silently)
{
	r->setup.secret[31] ^= 1;
	rig_greet(r);
	ck_assert(!r->hello_done);
	check_put_out(false, SECURITY_KEY);
	ck_assert_int_eq(r->hand.state, HANDSHAKE_SHARE); /* no share of the pump's was heard */
}
END_TEST

/* Handshakes with bit of the programmer's message number (0 hello, 1 share, 2 tag) flipped. */
static void greet_flipped(size_t number, size_t bit)
{
	uint8_t message[HANDSHAKE_MAX];
	size_t len = HELLO_PROGRAMMER_LEN;

	rig_link(r);
	r->setup.seed[0]++;
	handshake_begin(&r->hand, &r->setup, message);
	for (size_t i = 0; len > 0; i++) {
		if (i == number)
			message[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (!rig_feed_message(r, message, len))
			return;
		len = r->hand_reply_len;
		memcpy(message, r->hand_reply, len);
		r->hand_reply_len = 0;
	}
}

START_TEST(no_flipped_bit_of_a_handshake_opens_a_session)
{
	static const size_t lens[] = {HELLO_PROGRAMMER_LEN, HAND_SHARE_MAC_LEN, HAND_TAG_LEN};
	unsigned accepted = 0;

	for (size_t number = 0; number < 3; number++) {
		for (size_t bit = 0; bit < 8 * lens[number]; bit++) {
			greet_flipped(number, bit);
			accepted += r->pump.session.is_open;
		}
	}
	ck_assert_uint_eq(accepted, 0);
	rig_connect(r, NULL);
}
END_TEST

START_TEST(a_recorded_handshake_played_again_opens_nothing)
{
	uint8_t kept[3][HANDSHAKE_MAX];
	size_t lens[3] = {HELLO_PROGRAMMER_LEN}, count = 0, len = HELLO_PROGRAMMER_LEN;

	rig_link(r);
	handshake_begin(&r->hand, &r->setup, kept[0]);
	while (len > 0) {
		lens[count] = len;
		ck_assert(rig_feed_message(r, kept[count], len));
		len = r->hand_reply_len;
		if (len > 0)
			memcpy(kept[++count], r->hand_reply, len);
		r->hand_reply_len = 0;
	}
	ck_assert(r->pump.session.is_open);
	rig_link(r);
	memset(&r->hand, 0, sizeof r->hand);
	ck_assert(rig_feed_message(r, kept[0], lens[0]));
	ck_assert(!rig_feed_message(r, kept[1], lens[1]));
	ck_assert(!r->pump.session.is_open);
	ck_assert_uint_eq(last_event()->kind, SECURITY_KEY);
}
END_TEST

START_TEST(ten_seconds_without_proof_end_the_link)
{
	struct hello_programmer hello = good_hello();

	ck_assert(say_hello(&hello));
	ck_assert_uint_eq(r->wake_ms, r->now_ms + 10000);
	rig_wait(r, 9999);
	ck_assert(!r->disconnected);
	rig_wait(r, 1);
	r->mail_count = 0; /* the pump's hello */
	check_put_out(false, SECURITY_LATE);
}
END_TEST

START_TEST(nonces_never_repeat_within_a_boot)
{
	uint8_t ids[8][SESSION_ID_LEN];

	for (size_t i = 0; i < 8; i++) {
		r->setup.seed[0] = 0; /* a programmer that repeats itself */
		rig_connect(r, NULL);
		memcpy(ids[i], r->seal.session_id, SESSION_ID_LEN);
		for (size_t j = 0; j < i; j++)
			ck_assert_mem_ne(ids[i], ids[j], SESSION_ID_LEN);
	}
}
END_TEST

START_TEST(a_new_session_ends_the_older_one_before_it_is_confirmed)
{
	uint8_t message[HANDSHAKE_MAX];
	size_t len = HELLO_PROGRAMMER_LEN;
	unsigned sent = 0;

	rig_connect(r, NULL);
	ck_assert_uint_eq(r->pump.session.link, 0);
	r->link = 1;
	r->disconnected = true; /* the older link stays up */
	rig_link(r);
	handshake_begin(&r->hand, &r->setup, message);
	for (; sent < 2; sent++) {
		ck_assert(rig_feed_message(r, message, len));
		len = r->hand_reply_len;
		memcpy(message, r->hand_reply, len);
		ck_assert_uint_eq(r->pump.session.link, 0);
		ck_assert(r->pump.session.is_open);
	}
	r->hold_out = true; /* the last tag is not handed on */
	ck_assert(rig_feed_message(r, message, len));
	ck_assert(!r->pump.visits[0].disconnect_due);
	ck_assert(!pump_feed(&r->pump, 0, (const uint8_t[]){3, 1}, 2, r->now_ms));
	ck_assert_uint_eq(r->pump.session.link, 1);
}
END_TEST

START_TEST(a_newcomer_takes_the_place_of_the_stranger_who_was_there_longest)
{
	rig_connect(r, NULL); /* link 0 is the session's */
	for (unsigned i = 1; i < PUMP_LINKS; i++) {
		ck_assert_int_eq(pump_pick_link(&r->pump), (int)i);
		pump_connected(&r->pump, i, 247, r->now_ms + i);
	}
	ck_assert_int_eq(pump_pick_link(&r->pump), 1);
	/* Whoever showed a right MAC is left alone. */
	pump_disconnected(&r->pump, 1, r->now_ms);
	r->link = 1;
	r->disconnected = true;
	r->hold_out = false;
	rig_link(r);
	r->pump.visits[1].proven = true;
	r->pump.visits[1].arrival = 0;
	ck_assert_int_eq(pump_pick_link(&r->pump), 2);
	for (unsigned i = 2; i < PUMP_LINKS; i++)
		r->pump.visits[i].proven = true;
	ck_assert_int_eq(pump_pick_link(&r->pump), -1);
}
END_TEST

/* One bogus handshake after another on ever new links, as fast as the pump takes them. */
static void flood(unsigned count, uint8_t *seed)
{
	struct handshake_setup bogus = r->setup;
	uint8_t hello[HELLO_PROGRAMMER_LEN], value[1 + HELLO_PROGRAMMER_LEN] = {3};
	struct handshake hand;

	for (unsigned i = 0; i < count; i++) {
		int link = pump_pick_link(&r->pump);

		ck_assert_int_ge(link, 0);
		if (r->pump.visits[link].phase != PUMP_VISIT_FREE)
			pump_disconnected(&r->pump, (unsigned)link, r->now_ms);
		memcpy(bogus.seed, &i, sizeof i);
		bogus.seed[31] = ++*seed;
		bogus.secret_kind = i % 2 ? SECRET_CARD : SECRET_KEY;
		handshake_begin(&hand, &bogus, hello);
		memcpy(value + 1, hello, sizeof hello);
		pump_connected(&r->pump, (unsigned)link, 247, r->now_ms);
		(void)pump_feed(&r->pump, (unsigned)link, value, sizeof value, r->now_ms);
		rig_run(r);
	}
}

START_TEST(bogus_handshakes_at_full_rate_delay_no_nurse_who_stops_therapy)
{
	struct msg_committed committed;
	uint8_t message[HANDSHAKE_MAX], seed = 0;
	size_t len = HELLO_PROGRAMMER_LEN;
	uint64_t begun_ms;

	pump_press_magnet(&r->pump, r->now_ms);
	for (unsigned round = 0; round < 20; round++) {
		r->link = PUMP_LINKS; /* none of the strangers' */
		flood(40, &seed);
		begun_ms = r->now_ms;
		r->link = (unsigned)pump_pick_link(&r->pump);
		pump_disconnected(&r->pump, r->link, r->now_ms);
		r->disconnected = true;
		rig_link(r);
		r->setup.seed[1]++;
		handshake_begin(&r->hand, &r->setup, message);
		for (len = HELLO_PROGRAMMER_LEN; len > 0;) {
			/* Between any two of the nurse's messages seven strangers come. */
			ck_assert(rig_feed_message(r, message, len));
			len = r->hand_reply_len;
			memcpy(message, r->hand_reply, len);
			r->hand_reply_len = 0;
			flood(7, &seed);
		}
		ck_assert(r->hello_done);
		ck_assert_uint_eq(rig_commit_act(r, ORDER_STOP, ACT_STOP, round + 1, &committed), CODE_DONE);
		ck_assert_uint_eq(r->now_ms, begun_ms);
	}
	ck_assert_uint_le(r->pump.memory.access.card_tries, 5);
}
END_TEST

START_TEST(junk_by_the_hour_adds_one_record_an_hour_to_the_log)
{
	uint64_t before = r->pump.log.last;
	struct message answer;

	for (unsigned minute = 0; minute < 180; minute++) {
		for (unsigned i = 0; i < 10; i++) {
			rig_link(r);
			(void)!rig_feed(r, (const uint8_t[]){0x03, 0x77, (uint8_t)i}, 3);
		}
		rig_wait(r, 60000);
	}
	ck_assert_uint_eq(r->pump.log.last, before + 4); /* at once, and after each of three hours */
	for (uint64_t seq = before + 1; seq <= before + 4; seq++)
		ck_assert_uint_eq(rig_record(r, seq)->type, RECORD_SECURITY);
	rig_record(r, before + 2);
	ck_assert_int_eq(r->record.fields[0].number, 599);
	ck_assert_int_eq(r->record.fields[1].number, 1);
	rig_connect(r, NULL);
	rig_ask_op(r, OP_GET_SECURITY, &answer);
	ck_assert_uint_eq(answer.as.security.total, 1800);
	ck_assert_uint_eq(answer.as.security.count, 1); /* alike ones are one event */
}
END_TEST

START_TEST(the_ring_keeps_its_last_events_over_a_restart)
{
	for (unsigned i = 0; i < SECURITY_EVENTS_MAX + 3; i++) {
		struct hello_programmer hello = good_hello();

		hello.workstation[0] = (uint8_t)i;
		hello.workstation[1] ^= 1;
		(void)!say_hello(&hello);
	}
	rig_wait(r, 3600000); /* what is written then holds the ring */
	ck_assert_uint_eq(r->pump.security.count, SECURITY_EVENTS_MAX);
	ck_assert_uint_eq(r->pump.security.events[0].workstation[0], 3);
	rig_boot(r, true);
	ck_assert_uint_eq(r->pump.security.count, SECURITY_EVENTS_MAX);
	ck_assert_uint_eq(r->pump.security.total, SECURITY_EVENTS_MAX + 3);
	ck_assert_uint_eq(r->pump.security.events[0].workstation[0], 3);
}
END_TEST

START_TEST(what_is_changed_repeated_or_out_of_order_in_a_session_is_counted)
{
	uint8_t sealed[64], plain[2] = {OP_PING & 0xFF, OP_PING >> 8};
	struct message answer;
	size_t len;

	rig_connect(r, NULL);
	ck_assert_int_eq(seal_message(&r->seal, CHANNEL_IN, plain, 2, sealed, &len), PUMP_OK);
	ck_assert(rig_feed_message(r, sealed, len));
	ck_assert(rig_take(r, CHANNEL_OUT, &answer));
	check_put_out(rig_feed_message(r, sealed, len), SECURITY_OUT_OF_ORDER);
	rig_connect(r, NULL);
	ck_assert_int_eq(seal_message(&r->seal, CHANNEL_IN, plain, 2, sealed, &len), PUMP_OK);
	sealed[len - 1] ^= 1;
	check_put_out(rig_feed_message(r, sealed, len), SECURITY_CHANGED);
}
END_TEST

START_TEST(an_advertisement_changes_every_quarter_of_an_hour_and_names_the_pump_to_its_own)
{
	uint8_t first[ADVERT_LEN], now[ADVERT_LEN];
	struct pump_view before, after;

	pump_advert(&r->pump, first);
	pump_look(&r->pump, &before);
	ck_assert(advert_is_of(first, r->birth.advert_key));
	rig_wait(r, 899999);
	pump_advert(&r->pump, now);
	ck_assert_mem_eq(now, first, sizeof now);
	rig_wait(r, 1);
	pump_advert(&r->pump, now);
	pump_look(&r->pump, &after);
	ck_assert_mem_ne(now + 1, first + 1, ADVERT_LEN - 1);
	ck_assert(advert_is_of(now, r->birth.advert_key));
	ck_assert_uint_ne(before.advert_epoch, after.advert_epoch);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_hello_of_another_version_workstation_or_without_magnet_is_refused_in_words,
		junk_and_the_pumps_own_role_end_the_link,
		a_wrong_key_is_found_by_its_mac_and_ends_the_link_silently,
		no_flipped_bit_of_a_handshake_opens_a_session,
		a_recorded_handshake_played_again_opens_nothing,
		ten_seconds_without_proof_end_the_link,
		nonces_never_repeat_within_a_boot,
		a_new_session_ends_the_older_one_before_it_is_confirmed,
		a_newcomer_takes_the_place_of_the_stranger_who_was_there_longest,
		bogus_handshakes_at_full_rate_delay_no_nurse_who_stops_therapy,
		junk_by_the_hour_adds_one_record_an_hour_to_the_log,
		the_ring_keeps_its_last_events_over_a_restart,
		what_is_changed_repeated_or_out_of_order_in_a_session_is_counted,
		an_advertisement_changes_every_quarter_of_an_hour_and_names_the_pump_to_its_own,
		NULL,
	};

	return suite_run_tests("pump_visit", tests, setup, teardown);
}
