/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * wiretap - the real client and the real pump model on a wire of values that somebody listens to. All
 * state lies in one struct without pointers to elsewhere, so the listener may copy it, try something on
 * the wire and put the copy back. Deterministic.
 */
#ifndef PUMPCTL_TESTS_WIRETAP_H
#define PUMPCTL_TESTS_WIRETAP_H

#include "client.h"
#include "pump.h"

/* Five blocks of 19 values, and an answer. */
#define WIRE_MAX 128
#define WIRETAP_MTU 247

struct wire_value {
	enum channel channel;
	size_t len;
	uint8_t bytes[SEGMENT_VALUE_MAX];
};

struct wiretap {
	struct client client;
	struct pump pump;
	uint8_t nvm[PUMP_NVM_MIN], body[PUMP_BODY_LEN];
	uint64_t now_ms;
	uint32_t seeds;
	bool is_linked, is_closing;
	struct wire_value wire[WIRE_MAX];
	size_t wire_at, wire_count;

	/* The programmer's disk: what was paired, and the last order. */
	uint8_t workstation[WORKSTATION_LEN], pairing_key[PAIRING_KEY_LEN];
	struct order_intent intent;
	uint64_t audit_size;

	/* What the client reported in this session. */
	bool is_ready, is_ended, has_report;
	struct report report;

	/* Called before each value is delivered; NULL: nobody listens. */
	void (*listen)(struct wiretap *t, const struct wire_value *next);
};

/* A PX40 with a program, one operator "anna" and the card code of wiretap_card; no workstation is paired. */
void wiretap_init(struct wiretap *t);
/* Power off and on. */
void wiretap_restart(struct wiretap *t);
/* Enrols by the card, magnet and all, and keeps the key. */
void wiretap_enrol(struct wiretap *t);
/* Opens a session with that key. is_unsettled: the last order's outcome is not known, so the pump is asked. */
void wiretap_open(struct wiretap *t, bool is_unsettled);
/* Reads all there is to read, downloads the log. */
void wiretap_read(struct wiretap *t);
/* One order, staged, signed, committed and read back: PROGRAM, whose dose grows with number, or a therapy act. */
void wiretap_order(struct wiretap *t, enum order_kind kind, unsigned number);
/* A link to the pump on which nobody says anything of himself: the attacker's own. */
void wiretap_visit(struct wiretap *t);
/* The programmer begins a session, and its first value is on the wire. */
void wiretap_call(struct wiretap *t);
/* The programmer goes. */
void wiretap_close(struct wiretap *t);
/* Until the link is gone on both sides, with all that time brings. */
void wiretap_run_out(struct wiretap *t);
/* A value of the attacker's own: on In to the pump, on the others to the programmer. */
void wiretap_inject(struct wiretap *t, const struct wire_value *value);
/* Takes the next value off the wire; its sender is told that it arrived. */
void wiretap_swallow(struct wiretap *t);

#endif
