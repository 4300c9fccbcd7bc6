/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * air - connections over a shaper in virtual time (virtual_loop.h), one at a time: a pair of links
 * that behave as the kernel's ATT sockets do, with air between them.
 *
 * There is one air in a program.
 */
#ifndef PUMPCTL_TESTS_AIR_H
#define PUMPCTL_TESTS_AIR_H

#include "shaper.h"
#include "virtual_loop.h"

enum air_fault {
	AIR_NO_FAULT,
	AIR_CUT_BEFORE, /* the PDU is lost and the link with it */
	AIR_CUT_AFTER,  /* the reader gets the PDU, then the link is lost */
	AIR_SILENCE,    /* the reader gets the PDU, then nothing gets through any more */
};

/*
 * Somebody in the middle. pass: a PDU on its way to the reader at side, who gets what is left in bytes (LINK_PDU_MAX
 * of room) and *len, or with false nothing now. own: a PDU of the attacker's for that reader, who gets it first; its
 * length, 0: none; bytes NULL: only asked.
 */
struct air_middle {
	bool (*pass)(enum shaper_side side, uint8_t *bytes, size_t *len);
	size_t (*own)(enum shaper_side side, uint8_t *bytes);
};

struct air {
	struct shaper_config config; /* of the next connection */
	uint64_t seed;
	struct shaper shaper;
	unsigned connections;
	struct link *ends[SHAPER_SIDES]; /* NULL: closed */
	int error;                       /* 0: up */

	uint64_t pdus;      /* taken by a reader, both ways, over all connections */
	uint64_t cut_every; /* PDUs after which the connection is cut; 0: never */
	uint64_t cuts;
	enum air_fault fault; /* strikes once, at the PDU of this number, 1 for the first */
	uint64_t fault_at;
	const struct air_middle *middle; /* NULL: nobody */
	bool is_flushed[SHAPER_SIDES]; /* what arrived there is lost */
	uint64_t dropped;              /* by full receive queues, all earlier connections */
	uint64_t paused_until_us[SHAPER_SIDES]; /* the side's reader does nothing so long */
	/* Notifications sent and not yet read: now and at most; octets of values that were read. */
	size_t notified, notified_most;
	uint64_t notified_octets;
};

extern struct air air;

/* Forgets everything; ready to connect. */
void air_reset(const struct shaper_config *config, uint64_t seed);
/* A new connection; out[side] are links that the caller owns. The old one must be closed. */
void air_connect(struct link *out[SHAPER_SIDES]);
/* The link is lost: what arrived can be read, then both sides see error (-errno). */
void air_cut(int error);
/* PDUs dropped silently so far, both ways. */
uint64_t air_dropped(void);

#endif
