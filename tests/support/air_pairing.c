/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "air_pairing.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "gatt_client.h"
#include "loop.h"
#include "state.h"

enum { VERSION, IN, OUT, STREAM };

#define PUMP_UUID(n)                                                                               \
	{                                                                                          \
		{                                                                                  \
			0x7d, 0x1c, 0x00, (n), 0x5a, 0x3b, 0x4f, 0x6e, 0x9c, 0x2d, 0x1b, 0x8e,     \
				0x4a, 0x7f, 0x3c, 0x60                                             \
		}                                                                                  \
	}

static const struct gatt_profile profile = {
	.service = PUMP_UUID(0x01),
	.wanted = {[VERSION] = {.uuid = PUMP_UUID(0x02), .read = true},
		   [IN] = {.uuid = PUMP_UUID(0x03)},
		   [OUT] = {.uuid = PUMP_UUID(0x04), .subscription = GATT_SUBSCRIBE_INDICATE},
		   [STREAM] = {.uuid = PUMP_UUID(0x05), .subscription = GATT_SUBSCRIBE_NOTIFY}},
	.count = 4};

/* One enrolment under way. */
static struct {
	struct gatt_client *gatt;
	struct client *client; /* started once the services are there */
	struct air_pairing result;
	bool is_ready, is_asked, is_draining;
	int timer;
} run;

static void drain(void);

static void on_wake(void *ctx)
{
	(void)ctx;
	run.timer = 0;
	client_tick(run.client, loop_now_ms());
	drain();
}

static void take_report(const struct report *report)
{
	if (report->type == REPORT_READY) {
		run.is_ready = true;
	} else if (report->type == REPORT_ENROLLED) {
		run.result.is_enrolled = true;
		run.result.slot = report->as.enrolled.pump.slot;
		memcpy(run.result.key, report->as.enrolled.pairing_key, PAIRING_KEY_LEN);
	} else if (report->type == REPORT_ENDED) {
		run.result.has_ended = true;
		run.result.end = report->as.end;
	}
}

static void carry_out(const struct action *action)
{
	switch (action->type) {
	case ACTION_SEND:
		if (!run.gatt || gatt_client_write(run.gatt, IN, action->as.send.value,
						   action->as.send.len) != 0)
			client_sent(run.client, CLIENT_WRITE_NOT_SENT, loop_now_ms());
		break;
	case ACTION_WAKE_AT:
		loop_cancel_timer(clinic.loop, run.timer);
		run.timer = loop_add_timer(clinic.loop, action->as.wake_at_ms, on_wake, NULL);
		break;
	case ACTION_REPORT:
		take_report(&action->as.report);
		break;
	case ACTION_CLOSE:
		gatt_client_destroy(run.gatt);
		run.gatt = NULL;
		break;
	case ACTION_SIGN:
	case ACTION_STORE_INTENT:
	case ACTION_STORE_OUTCOME:
	case ACTION_STORE_RECORDS:
		ck_abort_msg("an enrolment stores nothing");
	}
}

static void drain(void)
{
	struct action action;
	if (run.is_draining)
		return;
	run.is_draining = true;
	while (client_next_action(run.client, &action))
		carry_out(&action);
	run.is_draining = false;
	if (!run.is_ready || run.is_asked)
		return;
	run.is_asked = true;
	const bool lists_none = client_pump(run.client)->operators == 0;
	ck_assert_int_eq(client_enrol(run.client, lists_none ? "first" : NULL,
				      lists_none ? (const uint8_t[OPERATOR_KEY_LEN]){1} : NULL,
				      loop_now_ms()),
			 PUMP_OK);
	drain();
}

static void on_ready(void *ctx, uint16_t mtu)
{
	struct client_config config = {.secret = SECRET_CARD, .mtu = mtu};
	(void)ctx;
	memcpy(config.seed, &(uint64_t){virtual_now_us()}, sizeof(uint64_t));
	air_clinic_identity(config.serial, config.workstation, config.card_code);
	run.client = calloc(1, sizeof(*run.client));
	ck_assert_ptr_nonnull(run.client);
	client_start(run.client, &config, loop_now_ms());
	drain();
}

static void on_value(void *ctx, size_t index, const uint8_t *value, size_t len)
{
	(void)ctx;
	if (!run.client)
		return;
	client_feed(run.client, index == OUT ? CHANNEL_OUT : CHANNEL_STREAM, value, len, loop_now_ms());
	drain();
}

static void on_written(void *ctx, enum link_write_result result, uint8_t att_error)
{
	static const enum client_write map[] = {[LINK_NOT_SENT] = CLIENT_WRITE_NOT_SENT,
						[LINK_DELIVERED] = CLIENT_WRITE_DELIVERED,
						[LINK_REFUSED] = CLIENT_WRITE_REFUSED,
						[LINK_UNKNOWN] = CLIENT_WRITE_UNKNOWN};
	(void)ctx;
	(void)att_error;
	client_sent(run.client, map[result], loop_now_ms());
	drain();
}

static void on_closed(void *ctx, enum gatt_close why, int error)
{
	(void)ctx;
	(void)error;
	run.result.was_broken_off = why != GATT_CLOSE_LINK;
	gatt_client_destroy(run.gatt);
	run.gatt = NULL;
	if (run.client) {
		client_link_lost(run.client, loop_now_ms());
		drain();
		return;
	}
	run.result.has_ended = true; /* before there was anything to enrol in */
	run.result.end = CLIENT_END_LINK;
}

struct air_pairing air_pair(void)
{
	static const struct gatt_client_handlers handlers = {on_ready, on_value, on_written, on_closed};
	struct link *ends[SHAPER_SIDES];
	const uint64_t begun = virtual_now_us();
	memset(&run, 0, sizeof(run));
	peripheral_press_magnet(clinic.pump);
	air_clinic_settle();
	air_connect(ends);
	ck_assert_int_eq(peripheral_connect(clinic.pump, ends[SHAPER_PERIPHERAL]), 0);
	ck_assert_int_eq(gatt_client_create(&run.gatt, clinic.loop, ends[SHAPER_CENTRAL], &profile,
					    LINK_PDU_MAX, &handlers, NULL),
			 0);
	while (!run.result.has_ended && !run.result.is_enrolled)
		ck_assert_int_eq(loop_turn(clinic.loop, -1), 0);
	run.result.took_us = virtual_now_us() - begun;
	gatt_client_destroy(run.gatt);
	loop_cancel_timer(clinic.loop, run.timer);
	free(run.client);
	return run.result;
}

void air_pairing_keep(const struct air_pairing *pairing)
{
	air_clinic_pair(pairing->key);
}
