/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "world_inside.h"

#define SESSION_SILENCE_MS 3600000

const uint8_t world_pairing_key[PAIRING_KEY_LEN] = {0x4B, 1, 2, 3};
const uint8_t world_workstation[WORKSTATION_LEN] = {0x57, 4, 5, 6};

void world_expect(struct world *w, bool holds, const char *what)
{
	if (!holds && w->failure[0] == '\0')
		snprintf(w->failure, sizeof w->failure, "%s", what);
}

void world_fill_seed(struct world *w, uint8_t seed[32])
{
	memset(seed, 0x5E, 32);
	memcpy(seed, &w->seeds, sizeof w->seeds);
	w->seeds++;
}

static void boot(struct world *w, bool power_lost)
{
	uint8_t seed[32];

	world_fill_seed(w, seed);
	w->pump_wake_ms = UINT64_MAX;
	world_expect(w,
		     pump_boot(&w->pump, w->nvm, sizeof w->nvm, w->body, seed, power_lost,
			       w->now_ms) == PUMP_OK,
		     "the pump boots");
}

void world_operator_key(uint8_t public[OPERATOR_KEY_LEN], uint8_t *secret)
{
	static const uint8_t seed[crypto_sign_SEEDBYTES] = {0x0A};

	crypto_sign_seed_keypair(public, secret, seed);
}

void world_init(struct world *w, uint16_t mtu)
{
	struct pump_birth birth = {.serial = "PX40-000123",
				   .model = "PX40",
				   .utc_s = 1700000000,
				   .reservoir_nl = 20000000};
	struct program program = world_program(0);
	uint8_t secret[crypto_sign_SECRETKEYBYTES];

	memcpy(birth.operator_id, WORLD_OPERATOR, sizeof WORLD_OPERATOR);
	world_operator_key(birth.operator_key, secret);
	memset(w, 0, sizeof *w);
	w->mtu = mtu;
	w->now_ms = 1000;
	birth.paired = true;
	memcpy(birth.workstation, world_workstation, WORKSTATION_LEN);
	memcpy(birth.pairing_key, world_pairing_key, PAIRING_KEY_LEN);
	world_expect(w, client_program_image(&program, birth.image, &birth.image_len) == PUMP_OK,
		     "the first program encodes");
	world_expect(w, pump_format(&birth, w->nvm, sizeof w->nvm, w->body) == PUMP_OK,
		     "the pump is born");
	boot(w, false);
	while (world_step(w) && w->now_ms < 2000)
		;
}

void world_plan(struct world *w, struct fault fault)
{
	w->fault = fault;
	w->fault_happened = false;
	w->pdus_carried = 0;
	w->actions_taken = 0;
	w->stores_done = 0;
	w->nvm_writes = 0;
}

bool world_strikes(struct world *w, enum fault_kind kind, size_t number)
{
	if (w->fault.kind != kind || w->fault.at != number || w->fault_happened)
		return false;
	w->fault_happened = true;
	return true;
}

/* The channel. */

void world_push(struct world *w, enum pdu_type type, const uint8_t *value, size_t len)
{
	struct pdu *pdu = &w->pdus[(w->pdu_at + w->pdu_count) % PDUS_MAX];

	if (!w->is_linked || w->link_dropping)
		return;
	world_expect(w, w->pdu_count < PDUS_MAX, "the channel has room");
	if (w->pdu_count < PDUS_MAX)
		w->pdu_count++;
	pdu->type = type;
	pdu->len = len;
	if (len > 0)
		memcpy(pdu->value, value, len);
}

static void drop_link(struct world *w)
{
	bool was_linked = w->is_linked;

	w->link_dropping = false;
	w->is_linked = false;
	w->pdu_count = 0;
	if (was_linked)
		pump_disconnected(&w->pump, 0, w->now_ms);
	if (!w->has_client)
		return;
	if (w->is_writing) {
		w->is_writing = false;
		client_sent(&w->client, CLIENT_WRITE_UNKNOWN, w->now_ms);
	}
	client_link_lost(&w->client, w->now_ms);
}

void world_kill_client(struct world *w)
{
	memset(&w->client, 0, sizeof w->client);
	w->has_client = false;
	w->is_writing = false;
	w->link_dropping = w->is_linked;
}

/* The pump's actions. */

static void write_nvm(struct world *w, const struct pump_action *action)
{
	size_t len = action->len;

	if (w->nvm_writes < NVM_WRITES_MAX)
		w->nvm_lens[w->nvm_writes] = len;
	w->nvm_writes++;
	if (world_strikes(w, FAULT_NVM_FAIL, w->nvm_writes)) {
		pump_nvm_failed(&w->pump, w->now_ms);
		return;
	}
	if (world_strikes(w, FAULT_POWER, w->nvm_writes)) {
		w->power_fails = true;
		len = w->fault.extra < len ? w->fault.extra : len;
	}
	memcpy(w->nvm + action->offset, action->data, len);
	if (!w->power_fails)
		pump_nvm_done(&w->pump, w->now_ms);
}

static void restart(struct world *w, bool power_lost)
{
	w->is_restarting = false;
	w->power_fails = false;
	pump_save_body(&w->pump, w->body);
	if (w->is_linked)
		w->link_dropping = true;
	boot(w, power_lost);
}

void world_run_pump(struct world *w)
{
	struct pump_action action;

	while (!w->power_fails && pump_next_action(&w->pump, &action)) {
		switch (action.type) {
		case PUMP_SEND:
			world_push(w,
				   action.channel == CHANNEL_OUT ? PDU_INDICATION
								 : PDU_NOTIFICATION,
				   action.data, action.len);
			break;
		case PUMP_NVM_WRITE:
			write_nvm(w, &action);
			break;
		case PUMP_WAKE_AT:
			w->pump_wake_ms = action.wake_at_ms;
			break;
		case PUMP_DISCONNECT:
			w->link_dropping = true;
			break;
		case PUMP_RESTART:
			w->is_restarting = true;
			break;
		}
	}
	if (w->power_fails || w->is_restarting)
		restart(w, w->power_fails);
}

/* One PDU reaches the other side. */

static void feed_pump(struct world *w, const struct pdu *pdu)
{
	bool taken = pump_feed(&w->pump, 0, pdu->value, pdu->len, w->now_ms);

	if (w->answers_first)
		world_run_pump(w);
	world_push(w, taken ? PDU_WRITE_RESPONSE : PDU_WRITE_ERROR, NULL, 0);
}

static void carry(struct world *w, const struct pdu *pdu)
{
	switch (pdu->type) {
	case PDU_WRITE_REQUEST:
		feed_pump(w, pdu);
		return;
	case PDU_WRITE_RESPONSE:
	case PDU_WRITE_ERROR:
		w->is_writing = false;
		client_sent(&w->client,
			    pdu->type == PDU_WRITE_ERROR ? CLIENT_WRITE_REFUSED
							 : CLIENT_WRITE_DELIVERED,
			    w->now_ms);
		return;
	case PDU_INDICATION:
		world_push(w, PDU_CONFIRMATION, NULL, 0);
		client_feed(&w->client, CHANNEL_OUT, pdu->value, pdu->len, w->now_ms);
		return;
	case PDU_CONFIRMATION:
		pump_sent(&w->pump, 0, CHANNEL_OUT, w->now_ms);
		return;
	case PDU_NOTIFICATION:
		client_feed(&w->client, CHANNEL_STREAM, pdu->value, pdu->len, w->now_ms);
		pump_sent(&w->pump, 0, CHANNEL_STREAM, w->now_ms);
		return;
	}
}

static void spoil(struct world *w, struct pdu *pdu)
{
	size_t number = w->pdus_carried;

	if (pdu->len == 0)
		return;
	if (world_strikes(w, FAULT_FLIP, number))
		pdu->value[w->fault.extra / 8 % pdu->len] ^= (uint8_t)(1u << w->fault.extra % 8);
	if (world_strikes(w, FAULT_TRUNCATE, number))
		pdu->len = w->fault.extra % pdu->len;
	/* A second write request has no second response: the value only reaches the pump twice. */
	if (world_strikes(w, FAULT_DUPLICATE, number)) {
		if (pdu->type == PDU_WRITE_REQUEST)
			(void)!pump_feed(&w->pump, 0, pdu->value, pdu->len, w->now_ms);
		else
			carry(w, pdu);
	}
}

static void cut(struct world *w)
{
	w->link_dropping = true;
	if (w->fault.client_dies)
		world_kill_client(w);
}

static void carry_next(struct world *w)
{
	struct pdu pdu = w->pdus[w->pdu_at];

	w->pdu_at = (w->pdu_at + 1) % PDUS_MAX;
	w->pdu_count--;
	w->pdus_carried++;
	if (world_strikes(w, FAULT_CUT_BEFORE, w->pdus_carried)) {
		cut(w);
		return;
	}
	spoil(w, &pdu);
	carry(w, &pdu);
	if (!world_strikes(w, FAULT_CUT_AFTER, w->pdus_carried))
		return;
	/* What the receiver does with it happens; nothing of it travels. */
	cut(w);
	if (pdu.type == PDU_WRITE_REQUEST || pdu.type == PDU_CONFIRMATION)
		world_run_pump(w);
	else
		world_run_client(w);
}

static bool let_time_pass(struct world *w)
{
	uint64_t at_ms = w->pump_wake_ms;

	if (w->has_client && !w->is_ended && w->client_wake_ms < at_ms)
		at_ms = w->client_wake_ms;
	if (at_ms == UINT64_MAX)
		return false;
	if (at_ms > w->now_ms)
		w->now_ms = at_ms;
	if (w->pump_wake_ms <= w->now_ms)
		w->pump_wake_ms = UINT64_MAX;
	pump_set_clocks(&w->pump, w->now_ms, w->now_ms / 1000);
	if (w->has_client)
		client_tick(&w->client, w->now_ms);
	return true;
}

bool world_step(struct world *w)
{
	world_run_pump(w);
	if (!w->link_dropping)
		world_run_client(w);
	if (w->link_dropping) {
		drop_link(w);
		world_run_client(w);
		return true;
	}
	if (w->pdu_count > 0) {
		carry_next(w);
		return true;
	}
	return let_time_pass(w);
}

void world_run(struct world *w, const bool *flag)
{
	uint64_t until_ms = w->now_ms + SESSION_SILENCE_MS;

	for (size_t i = 0; i < 200000 && w->now_ms < until_ms; i++) {
		if (*flag || w->is_ended || !w->has_client || !world_step(w))
			return;
	}
	world_expect(w, false, "the session comes to an end");
}
