/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump_security - a ring of what strangers and broken links tried, apart from the therapy log: junk
 * by the hour must not push evidence out of the log. At most once an hour the log gets one record
 * that sums up what the ring has counted since.
 *
 * The ring is kept in memory and becomes durable with every block that is written anyway, so that
 * nobody without a key can wear out the NVM.
 */
#ifndef PUMPCTL_PUMP_SECURITY_H
#define PUMPCTL_PUMP_SECURITY_H

#include "codes.h"

#include <stdbool.h>

#define PUMP_SECURITY_EVENT_LEN 29
#define PUMP_SECURITY_LEN       (8 + 8 + 4 + 2 + 1 + SECURITY_EVENTS_MAX * PUMP_SECURITY_EVENT_LEN)

struct pump_security_event {
	uint8_t kind; /* enum security_kind */
	uint8_t workstation[WORKSTATION_LEN]; /* as it named itself; zeros: it did not */
	uint64_t first_ms, last_ms; /* ticks */
	uint32_t times;             /* alike, one after the other */
};

struct pump_security {
	uint64_t total;      /* events ever */
	uint64_t next_ms;    /* ticks before which the log gets no further record */
	uint32_t unsummed;   /* events since */
	uint16_t kinds;      /* of those, bits in the order of enum security_kind */
	uint8_t count;       /* oldest first */
	struct pump_security_event events[SECURITY_EVENTS_MAX];
};

struct pump;

/* Counts an event. workstation may be NULL. */
void pump_security_note(struct pump *p, enum security_kind kind, const uint8_t *workstation);
/* Starts the store of the record that is due; false: none is. */
bool pump_security_record(struct pump *p);

/* part: PUMP_SECURITY_LEN bytes; all zeros are an empty ring. */
void pump_security_put(uint8_t *part, const struct pump_security *ring);
void pump_security_get(const uint8_t *part, struct pump_security *ring);

#endif
