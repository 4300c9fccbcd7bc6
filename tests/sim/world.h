/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * world - the real client machine against the real pump model in virtual time. Between them lies
 * a channel in memory that carries one PDU at a time: write request, write response, indication,
 * confirmation, notification. Up to two faults may be planned; the rest is deterministic, so a case
 * replays from its numbers.
 *
 * world.c is link, time and pump; world_faults.c what goes wrong with a PDU; world_desk.c a programmer
 * and its disk; world_birth.c how everything begins; world_clinic.c what a clinician does;
 * world_check.c what must hold afterwards.
 *
 * All of it is plain memory: a world that was copied and is copied back goes on from there.
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
	/* At PDU number at, counted from 1: */
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
	/* At PDU number at again: */
	FAULT_DROP,       /* it is lost, and nothing tells of it */
	FAULT_DELAY,      /* it and all behind it come extra ms later */
	FAULT_REORDER,    /* the next one of its sender comes first */
	FAULT_PUMP_CRASH, /* the pump's power fails before it */
	FAULT_CLOCK,      /* the clock of the client (extra even) or the pump (odd) jumps extra ms ahead */
	FAULT_SECOND,     /* another programmer comes and does enum second_act extra */
	FAULT_KINDS,
};

enum second_act { SECOND_ENTERS, SECOND_STOPS, SECOND_PROGRAMS, SECOND_ACTS };

struct fault {
	enum fault_kind kind;
	size_t at, extra;
	bool client_dies; /* with the link (CUT_BEFORE, CUT_AFTER) */
};

#define FAULTS_MAX 2

/* What a client's disk holds of one order. */
struct stored {
	struct order_intent intent;
	bool is_final; /* an outcome or resolution other than UNKNOWN */
	bool is_told;  /* any outcome was stored */
	bool was_unknown;
	bool is_lost;  /* the disk failed to store its outcome */
	bool was_done; /* the pump answered so */
	enum order_outcome outcome;
};

/* A programmer: its link, its process and its disk. */
struct desk {
	unsigned link; /* its number in the pump */
	uint8_t workstation[WORKSTATION_LEN], key[PAIRING_KEY_LEN];
	bool is_paired; /* has its key */
	uint64_t pump_ticks_ms; /* of the last status */
	uint64_t skew_ms; /* that its clock is ahead */

	struct client client;
	bool has_client, is_writing;
	uint64_t wake_ms;

	bool is_linked, link_dropping;
	struct pdu pdus[PDUS_MAX];
	size_t pdu_at, pdu_count;
	struct pdu held; /* until another one of its sender has come */
	bool has_held;

	struct stored stored[STORED_MAX];
	size_t stored_count;
	bool disk_failed; /* in this session: it takes nothing but what gets safe */
	bool disk_dead;   /* trail damaged and disk full: it takes nothing at all */
	bool signs_nothing;
	uint64_t last_token; /* of orders that are no longer on it */
	uint64_t audit_size;
	uint8_t archive[ARCHIVE_MAX][RECORD_MAX]; /* by sequence */
	uint8_t archive_len[ARCHIVE_MAX];
	uint64_t archive_last; /* highest sequence stored */

	/* What the client reported since it was started. */
	bool is_ready, is_ended, has_report, has_outcome;
	enum client_end end;
	struct report report; /* the last one that answers a request */
	struct client_outcome outcome;
};

struct world {
	struct desk desks[2]; /* the first programmer, and one who comes in between */
	struct desk *desk;    /* at which things happen now */
	struct pump pump;
	uint8_t nvm[PUMP_NVM_MIN];
	uint8_t body[PUMP_BODY_LEN];
	uint64_t now_ms, pump_skew_ms, pump_wake_ms;
	uint16_t mtu;
	bool answers_first; /* indications overtake the response to the write that caused them */
	uint32_t seeds;
	bool is_restarting, power_fails;
	bool is_storing; /* a write of the pump has begun; it ends when no PDU may travel */
	struct pump_action write;

	struct fault faults[FAULTS_MAX];
	size_t planned, happened; /* how many of them */
	/* Since the last fault happened, or since they were planned: */
	size_t pdus_carried, actions_taken, stores_done, nvm_writes;
	size_t nvm_lens[NVM_WRITES_MAX]; /* of the first of them */

	char failure[160]; /* first thing that must hold and does not */
};

/* A pump in its first clinic, running world_program(0), two paired programmers; no client, no link. */
void world_init(struct world *w, uint16_t mtu);
/* The same, but the first programmer is not paired yet. */
void world_init_unpaired(struct world *w, uint16_t mtu);
/* Plans one fault or two. The places of the first are counted from now on, of the second from when the first happened. */
void world_plan(struct world *w, struct fault fault);
void world_plan_two(struct world *w, struct fault one, struct fault two);
/* How many of them have happened; true if all have. */
size_t world_happened(const struct world *w);
bool world_all_happened(const struct world *w);
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
/* Reads status and program in an open session. */
bool world_look(struct world *w);
/*
 * One order in an open session: reads status and program, stages, confirms and waits for the
 * outcome. PROGRAM applies world_program(number). True: there was an outcome.
 */
bool world_order(struct world *w, enum order_kind kind, unsigned number);
/* Downloads the whole log into the archive. */
bool world_pull(struct world *w);
/* Magnet, card code, enrolment; the desk has its key then. False: it did not come so far. */
bool world_pair(struct world *w);
/* The other programmer comes, does what is said, and what happens next happens at the first one's desk again. */
void world_second(struct world *w, enum second_act act);
/*
 * Connects again, and checks: every intent is settled and agrees with the pump's log and with
 * what it runs; no token ran twice; every getting-safe order succeeds; the downloaded log is the
 * pump's; an hour later the pump has counted all that left it.
 */
void world_check_all(struct world *w);
/*
 * From here therapy can be stopped, by one operator and without any but with the magnet, while the
 * trail takes nothing, an order is open and nobody countersigns. Leaves w as it was. Returns the orders that succeeded.
 */
size_t world_check_safety(struct world *w);

#endif
