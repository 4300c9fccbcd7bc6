/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_rig.h"
#include "suite.h"

#include <sodium.h>
#include <string.h>

/* The session ended, the link is dropped and nothing was said. */
static void check_silent_end(struct rig *r, bool taken)
{
	ck_assert(!taken);
	ck_assert(r->disconnected);
	ck_assert_uint_eq(r->mail_count, 0);
	ck_assert(!rig_feed(r, (const uint8_t[]){3, 1}, 2));
}

START_TEST(session_opens_and_says_what_the_pump_is)
{
	struct rig *r = rig_create(64);
	struct msg_started started;

	rig_connect(r, &started);
	ck_assert_str_eq(started.serial, "PX40-000123");
	ck_assert_str_eq(started.model, "PX40");
	ck_assert_uint_gt(strlen(started.firmware), 0);
	ck_assert(r->hand.pump.capabilities & PUMP_IS_VIRTUAL);
	ck_assert_str_eq(started.patient_tag, "W4-BED2");
	ck_assert_uint_eq(started.operators, r->pump.memory.operators.count);
	ck_assert_uint_eq(started.slot, 0);
	ck_assert_uint_eq(started.epoch, 1);
	ck_assert_uint_eq(started.last_token, 0);
	ck_assert_uint_eq(started.witness_size, 0);
	rig_destroy(r);
}
END_TEST

START_TEST(status_image_and_range_tell_the_state)
{
	struct rig *r = rig_create(64);
	struct message answer;
	uint8_t digest[DIGEST_LEN];

	crypto_generichash(digest, sizeof digest, r->birth.image, r->birth.image_len, NULL, 0);
	rig_connect(r, NULL);
	rig_advance(r, 90);
	rig_wait(r, 1234);
	rig_ask_op(r, OP_GET_STATUS, &answer);
	ck_assert_uint_eq(answer.op, OP_STATUS);
	ck_assert_uint_eq(answer.as.status.therapy, THERAPY_RUNNING);
	ck_assert_mem_eq(answer.as.status.active_digest, digest, sizeof digest);
	ck_assert_uint_eq(answer.as.status.rate_nl_per_day, 120000);
	ck_assert_uint_eq(answer.as.status.delivered_nl, 100);
	ck_assert_uint_eq(answer.as.status.reservoir_nl, 20000000 - 100);
	ck_assert_uint_eq(answer.as.status.low_alarm_nl, 2000000);
	ck_assert_uint_eq(answer.as.status.alarms, 0);
	ck_assert_int_eq(answer.as.status.clock_s, 1700000000 + 90);
	ck_assert_uint_eq(answer.as.status.ticks_ms, 1234);
	rig_ask_op(r, OP_GET_IMAGE, &answer);
	ck_assert_uint_eq(answer.op, OP_IMAGE);
	ck_assert_uint_eq(answer.as.image.image_len, r->birth.image_len);
	ck_assert_mem_eq(answer.as.image.image, r->birth.image, r->birth.image_len);
	ck_assert_mem_eq(answer.as.image.active_digest, digest, sizeof digest);
	rig_check_log(r);
	rig_destroy(r);
}
END_TEST

START_TEST(every_mtu_carries_the_same_messages)
{
	static const uint16_t mtus[] = {5, 23, 24, 100, 247, 517, 65535};
	struct rig *r = rig_create(64);
	struct message answer;

	r->mtu = mtus[_i] < 23 ? 23 : mtus[_i];
	pump_connected(&r->pump, r->link, mtus[_i], r->now_ms);
	r->disconnected = false;
	rig_connect(r, NULL);
	rig_ask_op(r, OP_GET_IMAGE, &answer);
	ck_assert_uint_eq(answer.as.image.image_len, r->birth.image_len);
	rig_destroy(r);
}
END_TEST

START_TEST(replayed_message_ends_the_session)
{
	struct rig *r = rig_create(64);
	struct message ping = {.op = OP_PING};
	struct message answer;
	uint8_t sealed[128];
	size_t len;
	uint8_t plain[8];

	rig_connect(r, NULL);
	ck_assert_int_eq(message_encode(&ping, plain, sizeof plain, &len), PUMP_OK);
	ck_assert_int_eq(seal_message(&r->seal, CHANNEL_IN, plain, len, sealed, &len), PUMP_OK);
	ck_assert(rig_feed_message(r, sealed, len));
	ck_assert(rig_take(r, CHANNEL_OUT, &answer));
	check_silent_end(r, rig_feed_message(r, sealed, len));
	rig_destroy(r);
}
END_TEST

START_TEST(reordered_message_ends_the_session)
{
	struct rig *r = rig_create(64);
	struct message ping = {.op = OP_PING};

	rig_connect(r, NULL);
	r->seal.sent[0]++;
	check_silent_end(r, rig_send(r, &ping));
	rig_destroy(r);
}
END_TEST

START_TEST(message_of_another_channel_or_direction_ends_the_session)
{
	struct rig *r = rig_create(64);
	uint8_t plain[2] = {OP_PING & 0xFF, OP_PING >> 8};
	uint8_t sealed[64];
	size_t len;

	rig_connect(r, NULL);
	r->seal.sent[1] = r->seal.sent[0];
	ck_assert_int_eq(seal_message(&r->seal, CHANNEL_OUT, plain, 2, sealed, &len), PUMP_OK);
	check_silent_end(r, rig_feed_message(r, sealed, len));
	rig_connect(r, NULL);
	memcpy(r->seal.send_key, r->seal.receive_key, sizeof r->seal.send_key);
	r->seal.send_direction = ROLE_PUMP;
	ck_assert_int_eq(seal_message(&r->seal, CHANNEL_IN, plain, 2, sealed, &len), PUMP_OK);
	check_silent_end(r, rig_feed_message(r, sealed, len));
	rig_destroy(r);
}
END_TEST

START_TEST(every_flipped_bit_ends_the_session)
{
	struct rig *r = rig_create(64);
	uint8_t plain[2] = {OP_PING & 0xFF, OP_PING >> 8};
	uint8_t sealed[64];
	size_t len = 0;

	for (size_t bit = 0; bit < (2 + SEAL_OVERHEAD) * 8; bit++) {
		rig_connect(r, NULL);
		ck_assert_int_eq(seal_message(&r->seal, CHANNEL_IN, plain, 2, sealed, &len),
				 PUMP_OK);
		ck_assert_uint_eq(len, 2 + SEAL_OVERHEAD);
		sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
		check_silent_end(r, rig_feed_message(r, sealed, len));
	}
	rig_destroy(r);
}
END_TEST

START_TEST(a_second_request_before_the_answer_ends_the_session)
{
	struct rig *r = rig_create(64);
	struct message ping = {.op = OP_PING};

	rig_connect(r, NULL);
	r->hold_writes = true;
	rig_advance(r, 3600);
	ck_assert(r->held_write);
	ck_assert(rig_send(r, &ping));
	check_silent_end(r, rig_send(r, &ping));
	rig_release_write(r);
	rig_destroy(r);
}
END_TEST

START_TEST(thirty_silent_seconds_end_the_session)
{
	struct rig *r = rig_create(64);
	struct message answer;

	rig_connect(r, NULL);
	rig_wait(r, 29999);
	rig_ask_op(r, OP_PING, &answer);
	rig_wait(r, 29999);
	ck_assert(!r->disconnected);
	rig_wait(r, 1);
	ck_assert(r->disconnected);
	rig_destroy(r);
}
END_TEST

START_TEST(a_session_ends_after_an_hour)
{
	struct rig *r = rig_create(64);
	struct message answer;

	rig_connect(r, NULL);
	for (unsigned s = 20; s < 3600; s += 20) {
		rig_wait(r, 20000);
		rig_ask_op(r, OP_PING, &answer);
	}
	ck_assert(!r->disconnected);
	rig_wait(r, 20000);
	ck_assert(r->disconnected);
	rig_destroy(r);
}
END_TEST

START_TEST(a_message_not_complete_after_five_seconds_ends_the_session)
{
	struct rig *r = rig_create(64);
	uint8_t value[] = {0, 1, 2};

	rig_connect(r, NULL);
	value[0] = (uint8_t)(0x01 | r->in.counter << 2);
	ck_assert(rig_feed(r, value, sizeof value));
	rig_wait(r, 4999);
	ck_assert(!r->disconnected);
	rig_wait(r, 1);
	ck_assert(r->disconnected);
	rig_destroy(r);
}
END_TEST

START_TEST(a_session_ends_after_as_many_messages_as_its_keys_may_seal)
{
	struct rig *r = rig_create(64);
	struct message ping = {.op = OP_PING};

	rig_connect(r, NULL);
	r->pump.session.seal.sent[CHANNEL_STREAM - CHANNEL_IN] = SEAL_MESSAGES_MAX - 1;
	rig_send(r, &ping);
	ck_assert(r->disconnected);
	ck_assert_uint_eq(r->mail_count, 0);
	rig_connect(r, NULL);
	r->pump.session.seal.received[CHANNEL_STREAM - CHANNEL_IN] = SEAL_MESSAGES_MAX - 1;
	check_silent_end(r, rig_send(r, &ping));
	rig_destroy(r);
}
END_TEST

START_TEST(wake_up_is_told_so_that_time_outs_need_no_polling)
{
	struct rig *r = rig_create(64);

	rig_connect(r, NULL);
	while (!r->disconnected) {
		ck_assert_uint_gt(r->wake_ms, r->now_ms);
		rig_wait(r, r->wake_ms - r->now_ms);
	}
	ck_assert_uint_eq(r->now_ms, 1000 + 30000);
	rig_destroy(r);
}
END_TEST

START_TEST(a_new_session_ends_the_older_one)
{
	struct rig *r = rig_create(64);
	struct message ping = {.op = OP_PING};
	struct seal old;
	uint8_t sealed[64];
	uint8_t plain[2] = {OP_PING & 0xFF, OP_PING >> 8};
	size_t len;

	rig_connect(r, NULL);
	old = r->seal;
	rig_connect(r, NULL);
	ck_assert_int_eq(seal_message(&old, CHANNEL_IN, plain, 2, sealed, &len), PUMP_OK);
	check_silent_end(r, rig_feed_message(r, sealed, len));
	rig_connect(r, NULL);
	ck_assert(rig_send(r, &ping));
	rig_destroy(r);
}
END_TEST

START_TEST(unknown_and_malformed_requests_are_refused_and_the_session_goes_on)
{
	static const struct {
		uint8_t plain[8];
		size_t len;
		uint16_t op, code;
	} rows[] = {
		{{0x34, 0x12}, 2, 0x1234, CODE_UNKNOWN_OP},
		{{0x33, 0x33}, 2, OP_STATUS, CODE_UNKNOWN_OP},
		{{0x55, 0x0F, 0}, 3, OP_PING, CODE_MALFORMED},
		{{0x5A, 0x55, 1, 2}, 4, OP_FIND_ORDER, CODE_MALFORMED},
		{{0x55}, 1, 0, CODE_UNKNOWN_OP},
		{{0x33, 0x0F}, 2, OP_START, CODE_NOT_NOW},
		{{0x3C, 0x55}, 2, OP_COMMIT, CODE_MALFORMED},
	};
	struct rig *r = rig_create(64);
	struct message answer;

	rig_connect(r, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ck_assert(rig_send_plain(r, rows[i].plain, rows[i].len));
		ck_assert(rig_take(r, CHANNEL_OUT, &answer));
		ck_assert_uint_eq(answer.op, OP_REFUSED);
		ck_assert_uint_eq(answer.as.refused.op, rows[i].op);
		ck_assert_uint_eq(answer.as.refused.code, rows[i].code);
	}
	rig_ask_op(r, OP_PING, &answer);
	ck_assert_uint_eq(answer.op, OP_PONG);
	rig_destroy(r);
}
END_TEST

START_TEST(reading_goes_on_while_time_is_advanced)
{
	struct rig *r = rig_create(64);
	struct message ping = {.op = OP_PING};
	struct message answer;

	rig_connect(r, NULL);
	r->hold_writes = true;
	rig_advance(r, 100 * 3600);
	for (int i = 0; i < 20; i++) {
		ck_assert(rig_send(r, &ping));
		ck_assert_uint_eq(r->mail_count, 0);
		rig_release_write(r);
		ck_assert(rig_take(r, CHANNEL_OUT, &answer));
		ck_assert_uint_eq(answer.op, OP_PONG);
	}
	rig_destroy(r);
}
END_TEST

START_TEST(magnet_opens_the_window_for_two_minutes)
{
	struct rig *r = rig_create(64);
	struct pump_view view;

	pump_look(&r->pump, &view);
	ck_assert(!view.window_open);
	pump_press_magnet(&r->pump, r->now_ms);
	rig_run(r);
	pump_look(&r->pump, &view);
	ck_assert(view.window_open);
	ck_assert_uint_eq(r->wake_ms, r->now_ms + 120000);
	rig_advance(r, 100000);
	rig_wait(r, 119999);
	pump_look(&r->pump, &view);
	ck_assert(view.window_open);
	rig_wait(r, 1);
	pump_look(&r->pump, &view);
	ck_assert(!view.window_open);
	rig_destroy(r);
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("pump_session");

	tcase_set_timeout(cases, 60);
	tcase_add_test(cases, session_opens_and_says_what_the_pump_is);
	tcase_add_test(cases, status_image_and_range_tell_the_state);
	tcase_add_loop_test(cases, every_mtu_carries_the_same_messages, 0, 7);
	tcase_add_test(cases, replayed_message_ends_the_session);
	tcase_add_test(cases, reordered_message_ends_the_session);
	tcase_add_test(cases, message_of_another_channel_or_direction_ends_the_session);
	tcase_add_test(cases, every_flipped_bit_ends_the_session);
	tcase_add_test(cases, a_second_request_before_the_answer_ends_the_session);
	tcase_add_test(cases, thirty_silent_seconds_end_the_session);
	tcase_add_test(cases, a_session_ends_after_an_hour);
	tcase_add_test(cases, a_message_not_complete_after_five_seconds_ends_the_session);
	tcase_add_test(cases, a_session_ends_after_as_many_messages_as_its_keys_may_seal);
	tcase_add_test(cases, wake_up_is_told_so_that_time_outs_need_no_polling);
	tcase_add_test(cases, a_new_session_ends_the_older_one);
	tcase_add_test(cases, unknown_and_malformed_requests_are_refused_and_the_session_goes_on);
	tcase_add_test(cases, reading_goes_on_while_time_is_advanced);
	tcase_add_test(cases, magnet_opens_the_window_for_two_minutes);
	return suite_run(cases);
}
