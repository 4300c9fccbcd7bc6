/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world.h"

#include <stdio.h>
#include <string.h>

#include "world_inside.h"

#define SESSION_SILENCE_MS 3600000

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

uint64_t world_client_ms(const struct world *w)
{
	return w->now_ms + w->desk->skew_ms;
}

uint64_t world_pump_ms(const struct world *w)
{
	return w->now_ms + w->pump_skew_ms;
}

void world_boot(struct world *w, bool power_lost)
{
	uint8_t seed[32];

	world_fill_seed(w, seed);
	w->pump_wake_ms = UINT64_MAX;
	world_expect(w,
		     pump_boot(&w->pump, w->nvm, sizeof w->nvm, w->body, seed, power_lost,
			       world_pump_ms(w)) == PUMP_OK,
		     "the pump boots");
}

static void count_from_here(struct world *w)
{
	w->pdus_carried = 0;
	w->actions_taken = 0;
	w->stores_done = 0;
	w->nvm_writes = 0;
}

void world_plan_two(struct world *w, struct fault one, struct fault two)
{
	w->faults[0] = one;
	w->faults[1] = two;
	w->planned = (size_t)(one.kind != FAULT_NONE) + (two.kind != FAULT_NONE);
	w->happened = 0;
	count_from_here(w);
}

void world_plan(struct world *w, struct fault fault)
{
	world_plan_two(w, fault, (struct fault){.kind = FAULT_NONE});
}

size_t world_happened(const struct world *w)
{
	return w->happened;
}

bool world_all_happened(const struct world *w)
{
	return w->happened == w->planned;
}

size_t world_pause_faults(struct world *w)
{
	size_t planned = w->planned;

	w->planned = w->happened;
	return planned;
}

void world_resume_faults(struct world *w, size_t planned)
{
	w->planned = planned;
	count_from_here(w);
}

const struct fault *world_strikes(struct world *w, enum fault_kind kind, size_t number)
{
	const struct fault *next = &w->faults[w->happened];

	if (world_all_happened(w) || next->kind != kind || next->at != number)
		return NULL;
	w->happened++;
	count_from_here(w);
	return next;
}

/* The channel. */

void world_push(struct world *w, struct desk *desk, enum pdu_type type, const uint8_t *value, size_t len)
{
	struct pdu *pdu = &desk->pdus[(desk->pdu_at + desk->pdu_count) % PDUS_MAX];

	if (!desk->is_linked || desk->link_dropping)
		return;
	world_expect(w, desk->pdu_count < PDUS_MAX, "the channel has room");
	if (desk->pdu_count < PDUS_MAX)
		desk->pdu_count++;
	pdu->type = type;
	pdu->len = len;
	if (len > 0)
		memcpy(pdu->value, value, len);
}

static void drop_link(struct world *w, struct desk *desk)
{
	uint64_t client_ms = w->now_ms + desk->skew_ms;
	bool was_linked = desk->is_linked;

	desk->link_dropping = false;
	desk->is_linked = false;
	desk->pdu_count = 0;
	desk->has_held = false;
	if (was_linked)
		pump_disconnected(&w->pump, desk->link, world_pump_ms(w));
	if (!desk->has_client)
		return;
	if (desk->is_writing) {
		desk->is_writing = false;
		client_sent(&desk->client, CLIENT_WRITE_UNKNOWN, client_ms);
	}
	client_link_lost(&desk->client, client_ms);
}

void world_kill_client(struct world *w)
{
	memset(&w->desk->client, 0, sizeof w->desk->client);
	w->desk->has_client = false;
	w->desk->is_writing = false;
	w->desk->link_dropping = w->desk->is_linked;
}

/* The pump's actions. */

static void begin_write(struct world *w, const struct pump_action *action)
{
	if (w->nvm_writes < NVM_WRITES_MAX)
		w->nvm_lens[w->nvm_writes] = action->len;
	w->nvm_writes++;
	w->write = *action;
	w->is_storing = true;
}

static void end_write(struct world *w)
{
	const struct fault *power;
	size_t len = w->write.len;

	w->is_storing = false;
	if (world_strikes(w, FAULT_NVM_FAIL, w->nvm_writes)) {
		pump_nvm_failed(&w->pump, world_pump_ms(w));
		return;
	}
	power = world_strikes(w, FAULT_POWER, w->nvm_writes);
	if (power) {
		w->power_fails = true;
		len = power->extra < len ? power->extra : len;
	}
	memcpy(w->nvm + w->write.offset, w->write.data, len);
	if (!w->power_fails)
		pump_nvm_done(&w->pump, world_pump_ms(w));
}

static void restart(struct world *w, bool power_lost)
{
	w->is_restarting = false;
	w->power_fails = false;
	w->is_storing = false;
	pump_save_body(&w->pump, w->body);
	for (size_t i = 0; i < 2; i++)
		w->desks[i].link_dropping |= w->desks[i].is_linked;
	world_boot(w, power_lost);
}

static struct desk *desk_of(struct world *w, unsigned link)
{
	return &w->desks[link];
}

void world_run_pump(struct world *w)
{
	struct pump_action action;

	while (!w->power_fails && pump_next_action(&w->pump, &action)) {
		switch (action.type) {
		case PUMP_SEND:
			world_push(w, desk_of(w, action.link),
				   action.channel == CHANNEL_OUT ? PDU_INDICATION
								 : PDU_NOTIFICATION,
				   action.data, action.len);
			break;
		case PUMP_NVM_WRITE:
			begin_write(w, &action);
			break;
		case PUMP_WAKE_AT:
			w->pump_wake_ms = action.wake_at_ms - w->pump_skew_ms;
			break;
		case PUMP_DISCONNECT:
			desk_of(w, action.link)->link_dropping = true;
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
	bool taken = pump_feed(&w->pump, w->desk->link, pdu->value, pdu->len, world_pump_ms(w));

	if (w->answers_first)
		world_run_pump(w);
	world_push(w, w->desk, taken ? PDU_WRITE_RESPONSE : PDU_WRITE_ERROR, NULL, 0);
}

/* The client reads back only what the pump called done. */
static void note_done(struct world *w)
{
	const struct client *client = &w->desk->client;
	struct stored *stored = world_find_stored(w, client->order.intent.token);

	if (stored && client->state == CLIENT_READING_BACK)
		stored->was_done = true;
}

void world_carry(struct world *w, const struct pdu *pdu)
{
	switch (pdu->type) {
	case PDU_WRITE_REQUEST:
		feed_pump(w, pdu);
		return;
	case PDU_WRITE_RESPONSE:
	case PDU_WRITE_ERROR:
		w->desk->is_writing = false;
		client_sent(&w->desk->client,
			    pdu->type == PDU_WRITE_ERROR ? CLIENT_WRITE_REFUSED
							 : CLIENT_WRITE_DELIVERED,
			    world_client_ms(w));
		return;
	case PDU_INDICATION:
		world_push(w, w->desk, PDU_CONFIRMATION, NULL, 0);
		client_feed(&w->desk->client, CHANNEL_OUT, pdu->value, pdu->len, world_client_ms(w));
		note_done(w);
		return;
	case PDU_CONFIRMATION:
		pump_sent(&w->pump, w->desk->link, CHANNEL_OUT, world_pump_ms(w));
		return;
	case PDU_NOTIFICATION:
		client_feed(&w->desk->client, CHANNEL_STREAM, pdu->value, pdu->len, world_client_ms(w));
		pump_sent(&w->pump, w->desk->link, CHANNEL_STREAM, world_pump_ms(w));
		return;
	}
}

/* Time and order. */

bool world_let_time_pass(struct world *w, uint64_t until_ms)
{
	bool has_timer;
	uint64_t at_ms = w->pump_wake_ms;

	if (w->is_storing) {
		end_write(w);
		return true;
	}
	if (w->desk->has_client && !w->desk->is_ended && w->desk->wake_ms != UINT64_MAX &&
	    w->desk->wake_ms - w->desk->skew_ms < at_ms)
		at_ms = w->desk->wake_ms > w->desk->skew_ms ? w->desk->wake_ms - w->desk->skew_ms : 0;
	has_timer = at_ms < until_ms;
	if (!has_timer)
		at_ms = until_ms;
	if (at_ms == UINT64_MAX)
		return false;
	if (at_ms > w->now_ms)
		w->now_ms = at_ms;
	if (w->pump_wake_ms <= w->now_ms)
		w->pump_wake_ms = UINT64_MAX;
	/* When both give up at once, the client acts before it hears of the pump's going. */
	if (w->desk->has_client) {
		client_tick(&w->desk->client, world_client_ms(w));
		world_run_client(w);
	}
	pump_set_clocks(&w->pump, world_pump_ms(w), world_pump_ms(w) / 1000);
	return has_timer;
}

bool world_step(struct world *w)
{
	world_run_pump(w);
	if (!w->desk->link_dropping)
		world_run_client(w);
	for (size_t i = 0; i < 2; i++)
		if (w->desks[i].link_dropping && &w->desks[i] != w->desk)
			drop_link(w, &w->desks[i]);
	if (w->desk->link_dropping) {
		drop_link(w, w->desk);
		world_run_client(w);
		return true;
	}
	if (w->desk->pdu_count > 0 || w->desk->has_held) {
		world_carry_next(w);
		return true;
	}
	return world_let_time_pass(w, UINT64_MAX);
}

void world_run(struct world *w, const bool *flag)
{
	uint64_t until_ms = w->now_ms + SESSION_SILENCE_MS;

	for (size_t i = 0; i < 200000 && w->now_ms < until_ms; i++) {
		if (*flag || w->desk->is_ended || !w->desk->has_client || !world_step(w))
			return;
	}
	world_expect(w, false, "the session comes to an end");
}
