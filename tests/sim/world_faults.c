/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world.h"

#include "world_inside.h"

static bool is_from_pump(const struct pdu *pdu)
{
	return pdu->type != PDU_WRITE_REQUEST && pdu->type != PDU_CONFIRMATION;
}

static void cut(struct world *w, const struct fault *fault)
{
	w->desk->link_dropping = true;
	if (fault->client_dies)
		world_kill_client(w);
}

static void spoil(struct world *w, struct pdu *pdu)
{
	const struct fault *fault;

	if (pdu->len == 0)
		return;
	fault = world_strikes(w, FAULT_FLIP, w->pdus_carried);
	if (fault)
		pdu->value[fault->extra / 8 % pdu->len] ^= (uint8_t)(1u << fault->extra % 8);
	fault = world_strikes(w, FAULT_TRUNCATE, w->pdus_carried);
	if (fault)
		pdu->len = fault->extra % pdu->len;
	if (!world_strikes(w, FAULT_DUPLICATE, w->pdus_carried))
		return;
	/* A second write request has no second response: the value only reaches the pump twice. */
	if (pdu->type == PDU_WRITE_REQUEST)
		(void)!pump_feed(&w->pump, w->desk->link, pdu->value, pdu->len, world_pump_ms(w));
	else
		world_carry(w, pdu);
}

static void delay(struct world *w, uint64_t ms)
{
	uint64_t until_ms = w->now_ms + ms;

	while (w->now_ms < until_ms && !w->desk->link_dropping) {
		world_let_time_pass(w, until_ms);
		world_run_pump(w);
		if (!w->desk->link_dropping)
			world_run_client(w);
	}
}

/* Things that happen before the PDU arrives. False: it does not. */
static bool let_arrive(struct world *w, const struct pdu *pdu)
{
	const struct fault *fault = world_strikes(w, FAULT_CUT_BEFORE, w->pdus_carried);

	if (fault) {
		cut(w, fault);
		return false;
	}
	if (world_strikes(w, FAULT_DROP, w->pdus_carried))
		return false;
	fault = world_strikes(w, FAULT_CLOCK, w->pdus_carried);
	if (fault && fault->extra % 2 == 0)
		w->desk->skew_ms += fault->extra;
	else if (fault)
		w->pump_skew_ms += fault->extra;
	if (world_strikes(w, FAULT_PUMP_CRASH, w->pdus_carried)) {
		w->power_fails = true;
		world_run_pump(w);
	}
	fault = world_strikes(w, FAULT_SECOND, w->pdus_carried);
	if (fault)
		world_second(w, (enum second_act)(fault->extra % SECOND_ACTS));
	fault = world_strikes(w, FAULT_DELAY, w->pdus_carried);
	if (fault)
		delay(w, fault->extra);
	if (w->desk->link_dropping || !w->desk->is_linked)
		return false;
	if (w->desk->has_held || !world_strikes(w, FAULT_REORDER, w->pdus_carried))
		return true;
	w->desk->held = *pdu;
	w->desk->has_held = true;
	return false;
}

static void arrive(struct world *w, struct pdu *pdu)
{
	const struct fault *fault;

	spoil(w, pdu);
	world_carry(w, pdu);
	fault = world_strikes(w, FAULT_CUT_AFTER, w->pdus_carried);
	if (!fault)
		return;
	/* What the receiver does with it happens; nothing of it travels. */
	cut(w, fault);
	if (is_from_pump(pdu))
		world_run_client(w);
	else
		world_run_pump(w);
}

void world_carry_next(struct world *w)
{
	struct desk *desk = w->desk;
	struct pdu pdu;

	if (desk->pdu_count == 0) {
		desk->has_held = false;
		world_carry(w, &desk->held);
		return;
	}
	pdu = desk->pdus[desk->pdu_at];
	desk->pdu_at = (desk->pdu_at + 1) % PDUS_MAX;
	desk->pdu_count--;
	w->pdus_carried++;
	if (!let_arrive(w, &pdu))
		return;
	arrive(w, &pdu);
	if (!desk->has_held || is_from_pump(&desk->held) != is_from_pump(&pdu) || desk->link_dropping)
		return;
	desk->has_held = false;
	world_carry(w, &desk->held);
}
