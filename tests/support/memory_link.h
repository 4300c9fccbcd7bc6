/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * memory_link - a link whose other end is the test itself: no socket, no waiting; the time is the
 * virtual loop's. One at a time in a program.
 */
#ifndef PUMPCTL_TESTS_MEMORY_LINK_H
#define PUMPCTL_TESTS_MEMORY_LINK_H

#include "link.h"
#include "virtual_loop.h"

/* PDUs on the way in one direction; more find the link full (a send of the peer is dropped). */
#define MEMORY_LINK_PDUS 64

/* The side under test owns the link, as any other. Whatever was on the way before is gone. */
struct link *memory_link_open(void);

/* The peer sends one PDU of any length up to MEMORY_LINK_BYTES, also an empty one. */
#define MEMORY_LINK_BYTES 640
void memory_link_send(const uint8_t *pdu, size_t len);
/* Takes the oldest PDU from the side under test; 0: none. buf: LINK_PDU_MAX bytes. */
size_t memory_link_take(uint8_t *buf);
/* The peer is gone: what it sent before can still be read, then the link ends with error (0:
 * closed). */
void memory_link_cut(int error);
/* The side under test has closed its end. */
bool memory_link_is_closed(void);

/* Turns the loop until nothing is ready; time stands still. */
void memory_link_run(struct loop *loop);
/* Lets time pass, to each timer in turn. */
void memory_link_wait(struct loop *loop, unsigned ms);

#endif
