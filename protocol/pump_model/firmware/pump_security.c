/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_security.h"

#include "pump_log.h"
#include "pump_requests.h"
#include "pump_store.h"

#include <string.h>

#define SUMMARY_MS UINT64_C(3600000)

static const uint8_t KINDS[] = {
	SECURITY_FORM,         SECURITY_VERSION,    SECURITY_WORKSTATION, SECURITY_KEY,
	SECURITY_CARD_CODE,    SECURITY_CARD_CLOSED, SECURITY_REFLECTED,   SECURITY_CHANGED,
	SECURITY_OUT_OF_ORDER, SECURITY_LATE,
};

static uint16_t bit_of(enum security_kind kind)
{
	unsigned i = 0;

	while (i < sizeof KINDS - 1 && KINDS[i] != kind)
		i++;
	return (uint16_t)(1u << i);
}

static bool is_alike(const struct pump_security_event *event, enum security_kind kind,
		     const uint8_t workstation[WORKSTATION_LEN])
{
	return event->kind == kind && memcmp(event->workstation, workstation, WORKSTATION_LEN) == 0;
}

/* The last event if it is alike, else a new one in place of the oldest. */
static struct pump_security_event *event_for(struct pump_security *ring, enum security_kind kind,
					     const uint8_t workstation[WORKSTATION_LEN])
{
	struct pump_security_event *last = ring->count > 0 ? &ring->events[ring->count - 1] : NULL;

	if (last && is_alike(last, kind, workstation) && last->times < UINT32_MAX)
		return last;
	if (ring->count == SECURITY_EVENTS_MAX) {
		memmove(ring->events, ring->events + 1,
			(SECURITY_EVENTS_MAX - 1) * sizeof ring->events[0]);
		ring->count--;
	}
	last = &ring->events[ring->count++];
	memset(last, 0, sizeof *last);
	last->kind = (uint8_t)kind;
	memcpy(last->workstation, workstation, WORKSTATION_LEN);
	return last;
}

void pump_security_note(struct pump *p, enum security_kind kind, const uint8_t *workstation)
{
	static const uint8_t nobody[WORKSTATION_LEN];
	struct pump_security *ring = &p->security;
	struct pump_security_event *event = event_for(ring, kind, workstation ? workstation : nobody);

	event->last_ms = pump_requests_ticks(p);
	if (event->times == 0)
		event->first_ms = event->last_ms;
	event->times++;
	ring->total++;
	if (ring->unsummed < UINT32_MAX)
		ring->unsummed++;
	ring->kinds |= bit_of(kind);
}

bool pump_security_record(struct pump *p)
{
	struct pump_security *ring = &p->security;
	uint64_t ticks = pump_requests_ticks(p);
	uint8_t raw[RECORD_MAX];
	struct writer w;

	if (ring->unsummed == 0 || ticks < ring->next_ms)
		return false;
	pump_log_begin(&w, raw, RECORD_SECURITY, p->counters.therapy_s);
	writer_u32(&w, ring->unsummed);
	writer_u16(&w, ring->kinds);
	ring->next_ms = ticks + SUMMARY_MS;
	ring->unsummed = 0;
	ring->kinds = 0;
	pump_log_prepare(p, raw, writer_len(&w));
	pump_store_begin(p);
	pump_store_commit(p, PUMP_AFTER_NOTHING);
	return true;
}

void pump_security_put(uint8_t *part, const struct pump_security *ring)
{
	struct writer w;

	writer_init(&w, part, PUMP_SECURITY_LEN);
	writer_u64(&w, ring->total);
	writer_u64(&w, ring->next_ms);
	writer_u32(&w, ring->unsummed);
	writer_u16(&w, ring->kinds);
	writer_u8(&w, ring->count);
	for (size_t i = 0; i < SECURITY_EVENTS_MAX; i++) {
		writer_u8(&w, ring->events[i].kind);
		writer_copy(&w, ring->events[i].workstation, WORKSTATION_LEN);
		writer_u64(&w, ring->events[i].first_ms);
		writer_u64(&w, ring->events[i].last_ms);
		writer_u32(&w, ring->events[i].times);
	}
}

void pump_security_get(const uint8_t *part, struct pump_security *ring)
{
	struct reader r;

	reader_init(&r, part, PUMP_SECURITY_LEN);
	ring->total = reader_u64(&r);
	ring->next_ms = reader_u64(&r);
	ring->unsummed = reader_u32(&r);
	ring->kinds = reader_u16(&r);
	ring->count = reader_u8(&r);
	if (ring->count > SECURITY_EVENTS_MAX) /* a bound of an array, even where a CRC was made to fit */
		ring->count = 0;
	for (size_t i = 0; i < SECURITY_EVENTS_MAX; i++) {
		ring->events[i].kind = reader_u8(&r);
		reader_copy(&r, ring->events[i].workstation, WORKSTATION_LEN);
		ring->events[i].first_ms = reader_u64(&r);
		ring->events[i].last_ms = reader_u64(&r);
		ring->events[i].times = reader_u32(&r);
	}
}
