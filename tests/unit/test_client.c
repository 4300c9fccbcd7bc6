/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Session, requests, pings, time-outs and unexpected input of the client machine. */
#include "fake_pump.h"
#include "suite.h"

#include <string.h>

static struct rig rig;

static void setup(void)
{
	rig_init(&rig);
}

static void tick(uint64_t after_ms)
{
	rig.now_ms += after_ms;
	client_tick(&rig.client, rig.now_ms);
	rig_run(&rig);
}

START_TEST(session_opens_with_the_handshake_and_start_and_is_ready)
{
	ck_assert(!client_is_idle(&rig.client));
	rig_start(&rig);
	ck_assert_uint_eq(rig.pump.received, 1);
	ck_assert_ptr_null(client_pump(&rig.client));
	for (size_t i = 2; i <= 4; i++) {
		ck_assert_ptr_null(client_pump(&rig.client));
		rig_reply(&rig);
		ck_assert_uint_eq(rig.pump.received, i);
	}
	ck_assert_uint_eq(rig.pump.request.op, OP_START);
	ck_assert_uint_eq(rig.report_count, 0);
	rig_say(&rig, &(struct message){.op = OP_STARTED, .as = fake_started().as});
	ck_assert_int_eq(rig_last(&rig)->type, REPORT_READY);
	ck_assert_str_eq(rig_last(&rig)->as.started.serial, FAKE_SERIAL);
	ck_assert(rig_last(&rig)->as.started.is_virtual);
	ck_assert_str_eq(client_pump(&rig.client)->serial, FAKE_SERIAL);
	ck_assert(client_is_idle(&rig.client));
}
END_TEST

START_TEST(every_mtu_carries_a_session)
{
	for (uint16_t mtu = 0; mtu <= 600; mtu++) {
		rig_init(&rig);
		rig.config.mtu = mtu;
		client_start(&rig.client, &rig.config, 0);
		rig.config.mtu = mtu < 23 ? 23 : mtu > 517 ? 517 : mtu;
		rig_run(&rig);
		rig_greet(&rig);
		ck_assert_uint_eq(rig.pump.request.op, OP_START);
	}
}
END_TEST

START_TEST(another_serial_is_not_our_pump)
{
	struct message m = fake_started();

	m.as.started.serial[10] = '4';
	rig_start(&rig);
	rig_greet(&rig);
	rig_say(&rig, &m);
	ck_assert(rig_ended(&rig, CLIENT_END_KEY));
	ck_assert_ptr_null(client_pump(&rig.client));
}
END_TEST

START_TEST(status_program_and_range_are_reported)
{
	struct message m = fake_status();
	struct program program = fake_program();

	rig_ready(&rig);
	ck_assert_int_eq(client_read_status(&rig.client, rig.now_ms), PUMP_OK);
	rig_run(&rig);
	ck_assert_uint_eq(rig.pump.request.op, OP_GET_STATUS);
	ck_assert(!client_is_idle(&rig.client));
	ck_assert_int_eq(client_read_program(&rig.client, rig.now_ms), PUMP_EBUSY);
	rig_say(&rig, &m);
	ck_assert_int_eq(rig_last(&rig)->type, REPORT_STATUS);
	ck_assert_uint_eq(rig_last(&rig)->as.status.reservoir_nl, 20000000);

	ck_assert_int_eq(client_read_program(&rig.client, rig.now_ms), PUMP_OK);
	rig_run(&rig);
	m = fake_image();
	rig_say(&rig, &m);
	ck_assert_int_eq(rig_last(&rig)->type, REPORT_PROGRAM);
	ck_assert(rig_last(&rig)->as.program.present);
	ck_assert_int_eq(rig_last(&rig)->as.program.program.dose.ng_per_day,
			 program.dose.ng_per_day);

	ck_assert_int_eq(client_read_range(&rig.client, rig.now_ms), PUMP_OK);
	rig_run(&rig);
	m = (struct message){.op = OP_RANGE, .as.range = {.epoch = 1, .first = 3, .last = 9}};
	rig_say(&rig, &m);
	ck_assert_int_eq(rig_last(&rig)->type, REPORT_RANGE);
	ck_assert_uint_eq(rig_last(&rig)->as.range.last, 9);
}
END_TEST

START_TEST(no_image_is_a_program_that_is_not_there)
{
	rig_ready(&rig);
	ck_assert_int_eq(client_read_program(&rig.client, rig.now_ms), PUMP_OK);
	rig_run(&rig);
	rig_say(&rig, &(struct message){.op = OP_IMAGE});
	ck_assert_int_eq(rig_last(&rig)->type, REPORT_PROGRAM);
	ck_assert(!rig_last(&rig)->as.program.present);
}
END_TEST

START_TEST(a_program_that_cannot_be_read_leaves_the_way_to_safety_open)
{
	enum { WRONG_DIGEST, NO_IMAGE, NEWER_FORM, CASES };

	for (int form = 0; form < CASES; form++) {
		uint8_t newer[] = {2, 0x0F, 0, 0};
		struct message m = form == NO_IMAGE ? (struct message){.op = OP_IMAGE} : fake_image();

		rig_init(&rig);
		rig_ready(&rig);
		ck_assert_int_eq(client_read_program(&rig.client, rig.now_ms), PUMP_OK);
		rig_run(&rig);
		m.as.image.active_digest[31] ^= 1;
		if (form == NEWER_FORM) {
			m.as.image.image = newer;
			m.as.image.image_len = sizeof newer;
			digest_bytes(newer, sizeof newer, m.as.image.active_digest);
		}
		rig_say(&rig, &m);
		ck_assert_int_eq(rig_last(&rig)->type, REPORT_UNREADABLE);
		rig_stage(&rig, ORDER_STOP);
		ck_assert_int_eq(rig_last(&rig)->type, REPORT_STAGED);
	}
}
END_TEST

START_TEST(a_refused_request_leaves_the_session_up)
{
	rig_ready(&rig);
	ck_assert_int_eq(client_read_status(&rig.client, rig.now_ms), PUMP_OK);
	rig_run(&rig);
	rig_say_refused(&rig, OP_GET_STATUS, CODE_NOT_NOW);
	ck_assert_int_eq(rig_last(&rig)->type, REPORT_REFUSED);
	ck_assert_uint_eq(rig_last(&rig)->as.refused.code, CODE_NOT_NOW);
	ck_assert(client_is_idle(&rig.client));
}
END_TEST

START_TEST(a_ping_goes_out_after_five_quiet_seconds_and_keeps_the_session)
{
	rig_ready(&rig);
	ck_assert_uint_eq(rig.wake_at_ms, rig.now_ms + CLIENT_PING_MS);
	for (unsigned i = 1; i <= 10; i++) {
		size_t before = rig.pump.received;

		tick(CLIENT_PING_MS - 1);
		ck_assert_uint_eq(rig.pump.received, before);
		tick(1);
		ck_assert_uint_eq(rig.pump.received, before + 1);
		ck_assert_uint_eq(rig.pump.request.op, OP_PING);
		ck_assert_int_eq(client_read_status(&rig.client, rig.now_ms), PUMP_EBUSY);
		rig_say(&rig, &(struct message){.op = OP_PONG, .as.pong = {1000 * i}});
		ck_assert(client_is_idle(&rig.client));
	}
}
END_TEST

START_TEST(no_ping_while_a_request_is_under_way)
{
	rig_ready(&rig);
	ck_assert_int_eq(client_read_status(&rig.client, rig.now_ms), PUMP_OK);
	rig_run(&rig);
	tick(CLIENT_PING_MS + 1);
	ck_assert_uint_eq(rig.pump.request.op, OP_GET_STATUS);
	ck_assert_uint_eq(rig.pump.received, 5);
}
END_TEST

START_TEST(a_hello_without_answer_times_out)
{
	rig_start(&rig);
	ck_assert_uint_eq(rig.wake_at_ms, rig.now_ms + CLIENT_ANSWER_TIMEOUT_MS);
	tick(CLIENT_ANSWER_TIMEOUT_MS - 1);
	ck_assert_ptr_null(rig_last(&rig));
	tick(1);
	ck_assert(rig_ended(&rig, CLIENT_END_TIMEOUT));
	ck_assert(rig.is_closed);
}
END_TEST

START_TEST(a_request_without_answer_times_out)
{
	rig_ready(&rig);
	ck_assert_int_eq(client_read_range(&rig.client, rig.now_ms), PUMP_OK);
	rig_run(&rig);
	ck_assert_uint_eq(rig.wake_at_ms, rig.now_ms + CLIENT_ANSWER_TIMEOUT_MS);
	tick(CLIENT_ANSWER_TIMEOUT_MS);
	ck_assert(rig_ended(&rig, CLIENT_END_TIMEOUT));
}
END_TEST

START_TEST(an_answer_that_stops_half_way_times_out_after_five_seconds)
{
	static const uint8_t value[20] = {1 | 1 << 2};

	rig_ready(&rig);
	ck_assert_int_eq(client_read_range(&rig.client, rig.now_ms), PUMP_OK);
	rig_run(&rig);
	rig.now_ms += 10;
	/* The hello and STARTED were four segments at this MTU. */
	client_feed(&rig.client, CHANNEL_OUT,
		    (const uint8_t[]){(uint8_t)(1 | rig.pump.out.counter << 2), 0, 0},
		    3, rig.now_ms);
	rig_run(&rig);
	ck_assert_uint_eq(rig.wake_at_ms, rig.now_ms + SEGMENT_TIMEOUT_MS);
	tick(SEGMENT_TIMEOUT_MS);
	ck_assert(rig_ended(&rig, CLIENT_END_TIMEOUT));
	client_feed(&rig.client, CHANNEL_OUT, value, sizeof value, rig.now_ms);
	rig_run(&rig);
}
END_TEST

START_TEST(a_session_ends_after_an_hour)
{
	rig_ready(&rig);
	tick(3600000 - 1);
	rig_say(&rig, &(struct message){.op = OP_PONG});
	tick(1);
	ck_assert(rig_ended(&rig, CLIENT_END_EXPIRED));
}
END_TEST

START_TEST(a_session_ends_when_its_messages_are_used_up)
{
	rig_ready(&rig);
	rig.client.seal.sent[0] = SEAL_MESSAGES_MAX;
	ck_assert_int_eq(client_read_status(&rig.client, rig.now_ms), PUMP_OK);
	rig_run(&rig);
	ck_assert(rig_ended(&rig, CLIENT_END_EXPIRED));
}
END_TEST

START_TEST(a_lost_link_ends_the_session_without_closing_it_again)
{
	rig_ready(&rig);
	client_link_lost(&rig.client, rig.now_ms);
	rig_run(&rig);
	ck_assert(rig_ended(&rig, CLIENT_END_LINK));
	ck_assert(!rig.is_closed);
	ck_assert_int_eq(client_read_status(&rig.client, rig.now_ms), PUMP_ESTATE);
	client_link_lost(&rig.client, rig.now_ms);
	client_tick(&rig.client, rig.now_ms + 99999);
	rig_run(&rig);
}
END_TEST

START_TEST(every_failed_write_ends_the_session)
{
	static const struct {
		enum client_write result;
		enum client_end end;
	} rows[] = {
		{CLIENT_WRITE_NOT_SENT, CLIENT_END_LINK},
		{CLIENT_WRITE_REFUSED, CLIENT_END_TAMPERED},
		{CLIENT_WRITE_UNKNOWN, CLIENT_END_LINK},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rig_init(&rig);
		rig_ready(&rig);
		rig.fail_write = rig.writes + 1;
		rig.write_result = rows[i].result;
		ck_assert_int_eq(client_read_status(&rig.client, rig.now_ms), PUMP_OK);
		rig_run(&rig);
		ck_assert(rig_ended(&rig, rows[i].end));
		ck_assert(rig.is_closed);
	}
}
END_TEST

START_TEST(the_next_segment_waits_for_the_last_one)
{
	struct action action;
	size_t sends = 0;

	rig.config.mtu = 23;
	client_start(&rig.client, &rig.config, rig.now_ms);
	for (int i = 0; i < 5; i++)
		while (client_next_action(&rig.client, &action))
			sends += action.type == ACTION_SEND;
	ck_assert_uint_eq(sends, 1);
	client_sent(&rig.client, CLIENT_WRITE_DELIVERED, rig.now_ms);
	ck_assert(client_next_action(&rig.client, &action));
	ck_assert_int_eq(action.type, ACTION_SEND);
}
END_TEST

START_TEST(an_answer_before_its_request_has_left_ends_the_session)
{
	struct action action;
	struct message m = fake_status();

	rig_ready(&rig);
	rig.client.value_max = 20;
	ck_assert_int_eq(client_read_status(&rig.client, rig.now_ms), PUMP_OK);
	ck_assert(client_next_action(&rig.client, &action));
	rig.fail_write = 1;
	rig_say(&rig, &m);
	ck_assert(rig_ended(&rig, CLIENT_END_PROTOCOL));
}
END_TEST

START_TEST(out_of_place_events_are_ignored)
{
	static const uint8_t nothing[DIGEST_LEN];

	rig_ready(&rig);
	client_sent(&rig.client, CLIENT_WRITE_UNKNOWN, rig.now_ms);
	client_intent_stored(&rig.client, 41, nothing, 1, nothing, rig.now_ms);
	client_intent_failed(&rig.client, rig.now_ms);
	client_outcome_stored(&rig.client, rig.now_ms);
	client_records_stored(&rig.client, rig.now_ms);
	client_records_failed(&rig.client, rig.now_ms);
	rig_run(&rig);
	ck_assert(client_is_idle(&rig.client));
	ck_assert_uint_eq(rig.report_count, 1);
}
END_TEST

START_TEST(a_request_with_reports_not_taken_is_busy)
{
	struct message m = fake_status();
	uint8_t plain[256], sealed[512], value[SEGMENT_VALUE_MAX];
	size_t len, n;

	rig_ready(&rig);
	ck_assert_int_eq(client_read_status(&rig.client, rig.now_ms), PUMP_OK);
	rig_run(&rig);
	ck_assert_int_eq(message_encode(&m, plain, sizeof plain, &len), PUMP_OK);
	ck_assert_int_eq(seal_message(&rig.pump.seal, CHANNEL_OUT, plain, len, sealed, &len), PUMP_OK);
	ck_assert_int_eq(splitter_load(&rig.pump.out, sealed, len), PUMP_OK);
	while ((n = splitter_next(&rig.pump.out, value, 61)) > 0)
		client_feed(&rig.client, CHANNEL_OUT, value, n, rig.now_ms);
	ck_assert_int_eq(client_read_status(&rig.client, rig.now_ms), PUMP_EBUSY);
	rig_run(&rig);
	ck_assert_int_eq(client_read_status(&rig.client, rig.now_ms), PUMP_OK);
}
END_TEST

START_TEST(a_dead_client_does_nothing)
{
	struct action action;

	memset(&rig.client, 0, sizeof rig.client);
	client_feed(&rig.client, CHANNEL_OUT, (const uint8_t *)"abc", 3, 0);
	client_tick(&rig.client, 99999);
	client_link_lost(&rig.client, 0);
	ck_assert(!client_next_action(&rig.client, &action));
	ck_assert_int_eq(client_read_status(&rig.client, 0), PUMP_ESTATE);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		session_opens_with_the_handshake_and_start_and_is_ready,
		every_mtu_carries_a_session,
		another_serial_is_not_our_pump,
		status_program_and_range_are_reported,
		no_image_is_a_program_that_is_not_there,
		a_program_that_cannot_be_read_leaves_the_way_to_safety_open,
		a_refused_request_leaves_the_session_up,
		a_ping_goes_out_after_five_quiet_seconds_and_keeps_the_session,
		no_ping_while_a_request_is_under_way,
		a_hello_without_answer_times_out,
		a_request_without_answer_times_out,
		an_answer_that_stops_half_way_times_out_after_five_seconds,
		a_session_ends_after_an_hour,
		a_session_ends_when_its_messages_are_used_up,
		a_lost_link_ends_the_session_without_closing_it_again,
		every_failed_write_ends_the_session,
		the_next_segment_waits_for_the_last_one,
		an_answer_before_its_request_has_left_ends_the_session,
		out_of_place_events_are_ignored,
		a_request_with_reports_not_taken_is_busy,
		a_dead_client_does_nothing,
		NULL,
	};

	return suite_run_tests("client", tests, setup, NULL);
}
