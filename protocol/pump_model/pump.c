/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump.h"

#include "pump_alarms.h"
#include "pump_birth.h"
#include "pump_enrol.h"
#include "pump_infusion.h"
#include "pump_log.h"
#include "pump_order.h"
#include "pump_patient.h"
#include "pump_recover.h"
#include "pump_requests.h"
#include "pump_session.h"
#include "pump_store.h"
#include "pump_stream.h"
#include "pump_visit.h"

#include <sodium.h>
#include <string.h>

/* docs/protocol.md section 1, milliseconds. */
#define MAGNET_WINDOW_MS UINT64_C(120000)

enum boot_cause { CAUSE_RESTART = 0x55, CAUSE_POWER_LOSS = 0x5A };

static void record_boot(struct pump *p)
{
	uint8_t raw[RECORD_MAX];
	struct writer w;

	pump_log_begin(&w, raw, RECORD_POWER_ON, p->counters.therapy_s);
	writer_u8(&w, p->boot_cause);
	pump_log_prepare(p, raw, writer_len(&w));
	pump_store_begin(p);
	p->next.core.ticks_limit_ms = pump_requests_ticks(p) + PUMP_TICKS_AHEAD_MS;
	pump_store_commit(p, PUMP_AFTER_NOTHING);
	p->boot_cause = 0;
}

static void store_refill(struct pump *p)
{
	pump_store_begin(p);
	p->next.core.fill_nl = p->refill_nl;
	p->next.core.fill_delivered_nl = p->counters.delivered_nl;
	pump_store_commit(p, PUMP_AFTER_REFILL);
	p->refill_due = false;
}

/*
 * Does the first thing that is due; it may start a write. False: nothing is due, or only what
 * waits for the link. Reading requests come before infusion, so that a long advance of time does
 * not silence the pump; what changes something comes after.
 */
static bool work(struct pump *p)
{
	if (p->redo_due) {
		p->redo_due = false;
		pump_store_redo(p);
	} else if (pump_enrol_record_revoked(p)) {
		return true;
	} else if (p->boot_cause == 0 && !p->shutting_down && pump_requests_run(p, false)) {
		return true;
	} else if (pump_infusion_step(p)) {
		return true;
	} else if (p->boot_cause != 0) {
		record_boot(p);
	} else if (p->refill_due) {
		store_refill(p);
	} else if (!p->shutting_down && (pump_visit_count(p) || pump_security_record(p))) {
		return true;
	} else if (p->presses > 0) {
		p->presses--;
		pump_patient_press(p);
	} else if (p->shutting_down) {
		p->shutting_down = false;
		p->off = true;
		return pump_store_save(p, pump_requests_ticks(p));
	} else {
		return pump_requests_run(p, true);
	}
	return true;
}

static void run(struct pump *p)
{
	while (!p->off && !pump_store_busy(p) && work(p))
		;
	pump_stream_run(p);
}

static void note_time(struct pump *p, uint64_t now_ms)
{
	if (now_ms > p->now_ms)
		p->now_ms = now_ms;
	pump_session_check(p);
	pump_visit_check(p);
}

static void close_links(struct pump *p)
{
	pump_session_close(p);
	for (unsigned i = 0; i < PUMP_LINKS; i++)
		pump_visit_close(p, i);
}

enum pump_err pump_boot(struct pump *p, const uint8_t *nvm, size_t nvm_size,
			const uint8_t body[PUMP_BODY_LEN], const uint8_t seed[32],
			bool power_lost, uint64_t now_ms)
{
	struct pump_super super;
	const struct pump_model_limits *limits;

	if (pump_birth_read(nvm, nvm_size, &super) != PUMP_OK)
		return PUMP_EFORM;
	limits = pump_limits_of(super.model);
	memset(p, 0, sizeof *p);
	if (!limits || !body_load(&p->body, body))
		return PUMP_EFORM;
	p->nvm = nvm;
	p->nvm_size = nvm_size;
	p->limits = limits;
	memcpy(p->serial, super.serial, sizeof p->serial);
	memcpy(p->seed, seed, sizeof p->seed);
	p->now_ms = now_ms;
	p->boot_ms = now_ms;
	close_links(p);
	pump_recover(p, &super);
	p->boot_ticks_ms = p->memory.core.ticks_limit_ms;
	body_advance(&p->body, p->counters.therapy_s);
	pump_infusion_command(p);
	/* The body's clock went on while the firmware had no power to write. */
	p->told_s = p->body.therapy_s;
	/* A bolus that lost its power is never resumed. */
	if (power_lost)
		pump_doses_end_bolus(&p->memory.doses, p->told_s);
	if (power_lost)
		p->boot_cause = CAUSE_POWER_LOSS;
	else if (!p->memory.core.clean || p->log.last != p->memory.core.log_last)
		p->boot_cause = CAUSE_RESTART;
	run(p);
	return PUMP_OK;
}

int pump_pick_link(const struct pump *p)
{
	return pump_visit_pick(p);
}

static bool is_sessions(const struct pump *p, unsigned link)
{
	return p->session.is_open && p->session.link == link;
}

void pump_connected(struct pump *p, unsigned link, uint16_t mtu, uint64_t now_ms)
{
	note_time(p, now_ms);
	if (!p->off)
		pump_visit_open(p, link, mtu);
}

void pump_disconnected(struct pump *p, unsigned link, uint64_t now_ms)
{
	note_time(p, now_ms);
	if (is_sessions(p, link))
		pump_session_close(p);
	pump_visit_close(p, link);
	run(p);
}

bool pump_feed(struct pump *p, unsigned link, const uint8_t *value, size_t len, uint64_t now_ms)
{
	bool taken = false;

	note_time(p, now_ms);
	if (!p->off)
		taken = is_sessions(p, link) ? pump_session_feed(p, value, len)
					     : pump_visit_feed(p, link, value, len);
	run(p);
	return taken;
}

void pump_sent(struct pump *p, unsigned link, enum channel channel, uint64_t now_ms)
{
	note_time(p, now_ms);
	if (is_sessions(p, link))
		pump_session_sent(p, channel);
	else
		pump_visit_sent(p, link);
	run(p);
}

void pump_nvm_done(struct pump *p, uint64_t now_ms)
{
	struct pump_durable done;

	note_time(p, now_ms);
	if (!pump_store_busy(p))
		return;
	done = pump_store_done(p);
	/* Together with the count that it is taken from: a magnet may have come since. */
	if (done.memory && done.after == PUMP_AFTER_ENROL)
		p->window_tries = 0;
	if (done.memory && done.after == PUMP_AFTER_REFILL)
		body_fill(&p->body, p->memory.core.fill_nl);
	if (done.memory)
		pump_infusion_command(p);
	if (done.transaction && done.after == PUMP_AFTER_COMMIT)
		pump_order_committed(p);
	if (done.transaction && done.after == PUMP_AFTER_ENROL)
		pump_enrol_stored(p);
	if (done.transaction && done.after == PUMP_AFTER_CARD_TRY)
		pump_visit_counted(p);
	run(p);
}

void pump_nvm_failed(struct pump *p, uint64_t now_ms)
{
	note_time(p, now_ms);
	close_links(p);
	p->store.under_way = PUMP_WRITE_NONE;
	p->magnet_ms = 0;
	p->off = true;
	p->restart_due = true;
}

void pump_set_clocks(struct pump *p, uint64_t now_ms, uint64_t therapy_s)
{
	note_time(p, now_ms);
	if (therapy_s > p->told_s)
		p->told_s = therapy_s;
	run(p);
}

uint64_t pump_therapy_s(const struct pump *p)
{
	return p->told_s;
}

/* Deadlines that have moved on are found when the told one comes, so few are told. */
static bool wake_action(struct pump *p, struct pump_action *out)
{
	uint64_t deadline = pump_session_deadline(p);
	uint64_t visit = pump_visit_deadline(p), update = pump_alarms_deadline(p);

	if (visit < deadline)
		deadline = visit;
	if (update > p->now_ms && update < deadline)
		deadline = update;
	if (p->magnet_ms > p->now_ms && p->magnet_ms < deadline)
		deadline = p->magnet_ms;
	if (deadline == UINT64_MAX || (p->wake_ms > p->now_ms && p->wake_ms <= deadline))
		return false;
	p->wake_ms = deadline;
	*out = (struct pump_action){.type = PUMP_WAKE_AT, .wake_at_ms = deadline};
	return true;
}

bool pump_next_action(struct pump *p, struct pump_action *out)
{
	if (p->restart_due) {
		p->restart_due = false;
		*out = (struct pump_action){.type = PUMP_RESTART};
		return true;
	}
	return pump_store_action(p, out) || pump_session_action(p, out) ||
	       pump_visit_action(p, out) || wake_action(p, out);
}

void pump_shut_down(struct pump *p, uint64_t now_ms)
{
	note_time(p, now_ms);
	if (p->off)
		return;
	for (unsigned i = 0; i < PUMP_LINKS; i++)
		pump_visit_end(p, i);
	pump_session_close(p);
	p->shutting_down = true;
	run(p);
}

void pump_save_body(const struct pump *p, uint8_t body[PUMP_BODY_LEN])
{
	body_save(&p->body, body);
}

void pump_press_magnet(struct pump *p, uint64_t now_ms)
{
	note_time(p, now_ms);
	p->magnet_ms = p->now_ms + MAGNET_WINDOW_MS;
	p->window_tries = p->memory.access.card_tries;
}

void pump_press_button(struct pump *p, uint64_t now_ms)
{
	note_time(p, now_ms);
	if (p->presses < UINT8_MAX)
		p->presses++;
	run(p);
}

void pump_set_reservoir(struct pump *p, uint64_t nl, uint64_t now_ms)
{
	note_time(p, now_ms);
	p->refill_nl = nl < p->limits->reservoir_nl ? nl : p->limits->reservoir_nl;
	p->refill_due = true;
	run(p);
}

void pump_set_fault(struct pump *p, enum pump_fault fault, uint64_t now_ms)
{
	note_time(p, now_ms);
	run(p);
	p->body.is_stalled = fault == PUMP_STALL;
	p->lie = fault == PUMP_STALL ? PUMP_SOUND : fault;
	pump_infusion_command(p);
	run(p);
}

static uint64_t advert_period(const struct pump *p)
{
	return (p->now_ms - p->boot_ms) / ADVERT_PERIOD_MS;
}

/* The nonce is BLAKE2b(key = seed of this boot, input = "advert" || period). */
void pump_advert(const struct pump *p, uint8_t out[ADVERT_LEN])
{
	uint8_t input[6 + 8] = {'a', 'd', 'v', 'e', 'r', 't'};
	uint8_t nonce[32];
	uint64_t period = advert_period(p);

	for (unsigned i = 0; i < 8; i++)
		input[6 + i] = (uint8_t)(period >> (8 * i));
	crypto_generichash(nonce, sizeof nonce, input, sizeof input, p->seed, sizeof p->seed);
	advert_write(p->memory.access.advert_key, nonce, p->now_ms < p->magnet_ms, out);
}

void pump_look(const struct pump *p, struct pump_view *view)
{
	*view = (struct pump_view){
		.therapy_s = p->counters.therapy_s,
		.true_reservoir_nl = p->body.reservoir_nl,
		.believed_reservoir_nl = pump_infusion_reservoir(p),
		.delivered_nl = p->counters.delivered_nl,
		.rate_nl_per_day = p->program.rate_nl_per_day,
		.low_alarm_nl = p->program.low_alarm_nl,
		.bridge_nl = pump_doses_bridge_left(&p->memory.doses, p->counters.delivered_nl),
		.boluses_24h = pump_doses_count(&p->memory.doses, p->counters.therapy_s),
		.log_first = p->log.first,
		.log_last = p->log.last,
		.therapy = p->memory.core.therapy,
		.alarms = p->memory.core.alarms,
		.window_open = p->now_ms < p->magnet_ms,
		.advert_epoch = advert_period(p) << 1 | (p->now_ms < p->magnet_ms),
	};
	memcpy(view->active_digest, p->program.digest, DIGEST_LEN);
}

size_t pump_log_read(const struct pump *p, uint64_t seq, uint8_t *raw)
{
	struct pump_entry entry;

	if (!pump_log_get(p, seq, &entry))
		return 0;
	memcpy(raw, entry.raw, entry.len);
	return entry.len;
}
