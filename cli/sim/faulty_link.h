/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * faulty_link - a link around another that counts PDUs in both directions and, at a chosen one,
 * drops the connection or stops delivering.
 *
 * The order for a fault outlives links: it may be given before the programmer connects, and the
 * count goes on from one connection to the next. A fault strikes once.
 */
#ifndef PUMPSIM_FAULTY_LINK_H
#define PUMPSIM_FAULTY_LINK_H

#include "link.h"
#include "loop.h"

/* PDUs from the pump that are kept while nothing is delivered; one more ends the link. */
#define FAULTY_LINK_HELD_MAX 128

enum fault {
	FAULT_NONE,
	FAULT_DROP_BEFORE, /* the connection ends; the PDU never arrives */
	FAULT_DROP_AFTER,  /* the PDU arrives, then the connection ends */
	FAULT_HOLD,        /* from this PDU on nothing arrives on either side, until released */
};

struct faulty_link;

struct faults {
	uint64_t pdus; /* seen so far, both directions */
	uint64_t at;   /* number of the PDU that the fault strikes, 1 for the first of all */
	enum fault fault;
	struct faulty_link *link; /* the open one, or NULL */
};

/* The n-th PDU from now (n >= 1) meets fault; replaces an earlier order. */
void faults_order(struct faults *faults, enum fault fault, uint64_t n);
/* Delivers what a hold kept back and takes a standing order back. */
void faults_release(struct faults *faults);

/*
 * Wraps inner, which the new link owns. loop: the one that its user watches it with; faults and
 * loop are borrowed for the link's life; one link at a time. NULL: out of memory, inner destroyed.
 */
struct link *faulty_link_create(struct link *inner, struct loop *loop, struct faults *faults);

#endif
