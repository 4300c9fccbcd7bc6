/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * world - the real client machine against the real pump model in virtual time. Between them lies
 * a channel in memory that carries one PDU at a time: write request, write response, indication,
 * confirmation, notification. One fault may be planned; the rest is deterministic, so a case
 * replays from its numbers.
 *
 * world.c is link, time, disk and faults; world_clinic.c is what a clinician does and what must
 * hold afterwards.
 */
#ifndef PUMPCTL_TESTS_WORLD_H
#define PUMPCTL_TESTS_WORLD_H

#include "client.h"
#include "pump.h"

enum pdu_type {
	PDU_WRITE_REQUEST,
	PDU_WRITE_RESPONSE,
	PDU_WRITE_ERROR,
	PDU_INDICATION,
	PDU_CONFIRMATION,
	PDU_NOTIFICATION,
};

struct pdu {
	enum pdu_type type;
	size_t len;
	uint8_t value[SEGMENT_VALUE_MAX];
};

#define PDUS_MAX    16
#define STORED_MAX  32
#define ARCHIVE_MAX 256
#define NVM_WRITES_MAX 8

enum fault_kind {
	FAULT_NONE,
	/* At PDU number at, counted from 1 since the fault was planned: */
	FAULT_CUT_BEFORE, /* the link drops, the PDU is lost */
	FAULT_CUT_AFTER,  /* the receiver took it, then the link drops */
	FAULT_NOT_SENT,   /* the link is found dead when the client wants to send it */
	FAULT_DUPLICATE,
	FAULT_FLIP,     /* bit number extra of its value, modulo its length */
	FAULT_TRUNCATE, /* to extra bytes, modulo its length */
	/* After action number at of the client: */
	FAULT_CRASH,     /* what it wrote is lost on the way */
	FAULT_CRASH_SENT, /* what it wrote arrives */
	/* At store number at of the client's disk: */
	FAULT_STORE,
	/* At write number at of the pump's memory: */
	FAULT_POWER,    /* power fails after extra bytes of it */
	FAULT_NVM_FAIL, /* the write fails, the pump restarts */
};

struct fault {
	enum fault_kind kind;
	size_t at, extra;
	bool client_dies; /* with the link (CUT_BEFORE, CUT_AFTER) */
};

/* What the client's disk holds of one order. */
struct stored {
	struct order_intent intent;
	bool is_final; /* an outcome or resolution other than UNKNOWN */
	bool is_told;  /* any outcome was stored */
	bool is_lost;  /* the disk failed to store its outcome */
	enum order_outcome outcome;
};

struct world {
	struct client client;
	bool has_client, is_writing;
	struct pump pump;
	uint8_t nvm[PUMP_NVM_MIN];
	uint8_t body[PUMP_BODY_LEN];
	uint64_t now_ms, client_wake_ms, pump_wake_ms;
	uint16_t mtu;
	bool answers_first; /* indications overtake the response to the write that caused them */
	uint32_t seeds;

	bool is_linked, link_dropping, is_restarting, power_fails;
	struct pdu pdus[PDUS_MAX];
	size_t pdu_at, pdu_count;

	struct fault fault;
	size_t pdus_carried, actions_taken, stores_done, nvm_writes; /* since planned */
	size_t nvm_lens[NVM_WRITES_MAX]; /* of the first of them */
	bool fault_happened;

	/* The client's disk. */
	struct stored stored[STORED_MAX];
	size_t stored_count;
	bool disk_failed; /* in this session: it takes nothing but what gets safe */
	uint64_t audit_size;
	uint8_t archive[ARCHIVE_MAX][RECORD_MAX]; /* by sequence */
	uint8_t archive_len[ARCHIVE_MAX];
	uint64_t archive_last; /* highest sequence stored */

	/* What the client reported since it was started. */
	bool is_ready, is_ended, has_report, has_outcome;
	enum client_end end;
	struct report report; /* the last one that answers a request */
	struct client_outcome outcome;

	char failure[160]; /* first thing that must hold and does not */
};

/* A pump in its first clinic, running world_program(0); no client, no link. */
void world_init(struct world *w, uint16_t mtu);
void world_plan(struct world *w, struct fault fault);
/* The client starts a session with what its disk says. */
void world_connect(struct world *w);
/* The process ends; what it had in memory is gone. */
void world_kill_client(struct world *w);
/* Does the next thing, or lets time go on. False: nothing will ever happen. */
bool world_step(struct world *w);
/* Until *flag or the session has ended. */
void world_run(struct world *w, const bool *flag);
/* Notes the first failure. */
void world_expect(struct world *w, bool holds, const char *what);

/* Programs 0, 1, … of one mixture with different doses. */
struct program world_program(unsigned number);
void world_program_digest(unsigned number, uint8_t digest[DIGEST_LEN]);
/* Connects and waits until ready; false: the session ended. */
bool world_open(struct world *w);
/* Ends the session, if there is one, as a user would. */
void world_close(struct world *w);
/*
 * One order in an open session: reads status and program, stages, confirms and waits for the
 * outcome. PROGRAM applies world_program(number). True: there was an outcome.
 */
bool world_order(struct world *w, enum order_kind kind, unsigned number);
/* Downloads the whole log into the archive. */
bool world_pull(struct world *w);
/*
 * Connects again, and checks: every intent is settled and agrees with the pump's log and with
 * what it runs; no token ran twice; every getting-safe order succeeds; the downloaded log is the
 * pump's.
 */
void world_check_all(struct world *w);

#endif
