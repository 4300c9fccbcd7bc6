/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pdu_script - plays the other end of a link from hex text: bytes in, expected bytes out.
 *
 * Both ends are one AF_UNIX pair in one process, so after a few turns of the loop everything
 * that can happen has happened; nothing waits.
 */
#ifndef PUMPCTL_TESTS_PDU_SCRIPT_H
#define PUMPCTL_TESTS_PDU_SCRIPT_H

#include "link.h"
#include "loop.h"

struct pdu_script {
	struct loop *loop;
	struct link *link; /* for the side under test, which owns it */
	int peer;          /* -1 once cut */
};

void pdu_script_open(struct pdu_script *script);
void pdu_script_close(struct pdu_script *script);

/* Turns the loop until nothing more is ready. */
void pdu_script_run(struct pdu_script *script);
/* Turns the loop, waiting for timers, until *is_done. */
void pdu_script_run_until(struct pdu_script *script, const bool *is_done);

/* The peer sends one PDU ("02 f7 00", spaces are free), then the loop runs. */
void pdu_script_send(struct pdu_script *script, const char *hex);
void pdu_script_send_bytes(struct pdu_script *script, const uint8_t *pdu, size_t len);
/* Same without running the loop. */
void pdu_script_queue(struct pdu_script *script, const char *hex);
/* The next PDU that the side under test sent must be this one. */
void pdu_script_expect(struct pdu_script *script, const char *hex);
/* Takes the next PDU, whatever it is. Its length, 0 when there is none. */
size_t pdu_script_take(struct pdu_script *script, uint8_t *buf, size_t size);
void pdu_script_expect_nothing(struct pdu_script *script);
/* The peer closes its end, then the loop runs. */
void pdu_script_cut(struct pdu_script *script);

/* Fills the way to the peer until the link takes nothing more; returns the number of PDUs. */
size_t pdu_script_jam(struct pdu_script *script);
/* The peer reads n PDUs away. */
void pdu_script_drain(struct pdu_script *script, size_t n);

/* Text to bytes; the test fails on anything but hex digits and spaces. Returns the length. */
size_t pdu_script_bytes(const char *hex, uint8_t *out, size_t size);

#endif
