/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * client - the programmer's side of a session as a pure state machine: events in, actions out.
 *
 * The driver calls client_start once the link is ready, then loops: take every action from
 * client_next_action and carry it out; hand in what happens. Nothing here does I/O, asks the
 * time or makes random numbers.
 *
 *   CLOSED -start-> SHAKING (hello, share, tag) -> STARTING -> [open intents: FIND_ORDER for each] -> READY
 *   READY or STAGED -request-> the same, busy until its answer
 *   READY -client_stage-> STAGING -> STAGED -client_confirm-> SIGNING (ACTION_SIGN)
 *         -client_signed-> STORING (ACTION_STORE_INTENT) -client_intent_stored-> COMMITTING -> READING_BACK -> SETTLING
 *         (ACTION_STORE_OUTCOME) -client_outcome_stored-> READY
 *   any -link lost, protocol broken, time out-> ENDED (after ACTION_STORE_OUTCOME if a commit
 *         had begun)
 *
 * The durability barrier is an action: there is no commit message to send until
 * client_intent_stored has been called for its token.
 */
#ifndef PUMPCTL_CLIENT_H
#define PUMPCTL_CLIENT_H

#include "change.h"
#include "handshake.h"
#include "image.h"
#include "intent.h"
#include "messages.h"
#include "order_bytes.h"
#include "segment.h"

/* The session ends itself after so long without an answer to a request, ms. */
#define CLIENT_ANSWER_TIMEOUT_MS 30000
/* A ping goes out when nothing was sent for so long, ms (the pump gives up after 30 s). */
#define CLIENT_PING_MS 5000
/* Stored blocks of a download are acknowledged so many at a time, or after so long, ms. */
#define CLIENT_ACK_BLOCKS  3
#define CLIENT_ACK_WAIT_MS 200
/* An order may wait so long on its way, ms of pump ticks. */
#define CLIENT_ORDER_LIFE_MS 60000

struct client_config {
	uint8_t seed[32]; /* fresh for each session; expanded to nonce and scalar; never stored */
	enum hello_secret secret; /* SECRET_CARD: a session to be enrolled in, and nothing else */
	uint8_t pairing_key[PAIRING_KEY_LEN];
	char card_code[CARD_CODE_LEN]; /* canonical */
	uint8_t workstation[WORKSTATION_LEN];
	char serial[SERIAL_MAX + 1]; /* the pump must name itself so */
	uint16_t mtu;                /* ATT MTU of the link */
	uint64_t last_token;         /* highest token this workstation ever used for the pump */
	const struct order_intent *open; /* intents to reconcile first; copied */
	size_t open_count;               /* <= INTENTS_MAX */
};

/* Why a session ended. */
enum client_end {
	CLIENT_END_LINK,         /* client_link_lost, a write that failed, or client_records_failed */
	CLIENT_END_VERSION,      /* the pump speaks no common version */
	CLIENT_END_UNKNOWN_HERE, /* the pump does not know this workstation */
	CLIENT_END_KEY,          /* the pump does not hold our pairing key, or is another pump */
	CLIENT_END_CARD_CODE,    /* card code or serial is not this pump's */
	CLIENT_END_CARD_CLOSED,  /* no magnet was held over the pump in the last 120 s */
	CLIENT_END_CARD_TRIES,   /* the tries of this magnet are used up */
	CLIENT_END_TAMPERED,     /* a message was changed, repeated, lost or made up on its way */
	CLIENT_END_PROTOCOL,     /* the pump broke the protocol */
	CLIENT_END_TIMEOUT,      /* no answer in CLIENT_ANSWER_TIMEOUT_MS */
	CLIENT_END_EXPIRED,      /* one hour or 2^20 messages: connect again */
};

enum report_type {
	REPORT_READY,    /* session up and, if intents were open, all asked about; as.started */
	REPORT_ENROLLED, /* as.enrolled; the session is of no further use */
	REPORT_SLOTS,    /* as.slots */
	REPORT_SECURITY, /* as.security; its rows are valid until the next event */
	REPORT_STATUS,   /* as.status */
	REPORT_CARE,     /* as.care */
	REPORT_PROGRAM,  /* as.program */
	REPORT_OPERATORS, /* as.operators */
	REPORT_UNREADABLE, /* instead: its program is of a form not known here, or not its digest's */
	REPORT_RANGE,    /* as.range */
	REPORT_PULLED,   /* the window of client_pull is stored; as.pulled */
	REPORT_STAGED,   /* the pump's decoding agrees with our own second one; as.staged */
	REPORT_STAGE_DIFFERS, /* it does not: nothing may be committed */
	REPORT_OUTCOME,  /* of the order, after its outcome is stored; as.outcome */
	REPORT_RESOLVED, /* an open intent was asked about, after its resolution is stored; as.outcome */
	REPORT_REFUSED,  /* the pump did not carry out the last request; as.refused */
	REPORT_FORK,     /* the log does not continue what is stored; as.fork_seq */
	REPORT_ENDED,    /* as.end; last action of a client */
};

struct client_outcome {
	uint64_t token;
	uint16_t kind;
	enum order_outcome outcome;
	const char *reason;   /* stable word with hyphens: "read-back-equal", "link-lost-after-commit", … */
	uint16_t code;        /* pump's code when REFUSED, else 0 */
	bool differs;         /* APPLIED by the record, but the read-back shows something else */
	uint64_t record_seq;  /* of the pump's order record; 0 unknown */
};

struct client_program {
	bool present;
	uint8_t digest[DIGEST_LEN];
	struct program program;
	uint8_t image[IMAGE_MAX]; /* canonical bytes, as the pump sent them */
	size_t image_len;
};

struct client_enrolled {
	struct msg_enrolled pump;             /* what the pump answered */
	uint8_t pairing_key[PAIRING_KEY_LEN]; /* of every later session; the caller's to wipe */
};

struct report {
	enum report_type type;
	union {
		struct msg_started started;
		struct client_enrolled enrolled;
		struct msg_slots slots;
		struct msg_security security;
		struct msg_status status;
		struct msg_care care;
		struct client_program program;
		struct msg_operators operators;
		struct msg_range range;
		struct msg_pulled pulled;
		struct msg_staged staged;
		struct client_outcome outcome;
		struct msg_refused refused;
		uint64_t fork_seq;
		enum client_end end;
	} as;
};

enum action_type {
	ACTION_SEND,          /* write this value to In; then client_sent exactly once */
	ACTION_SIGN,          /* have operators sign, then client_signed or client_sign_failed */
	ACTION_STORE_INTENT,  /* make durable, then client_intent_stored or client_intent_failed */
	ACTION_STORE_OUTCOME, /* make durable, then client_outcome_stored (also when that failed) */
	ACTION_STORE_RECORDS, /* make durable, then client_records_stored or client_records_failed */
	ACTION_WAKE_AT,       /* call client_tick at this time; replaces any earlier one */
	ACTION_REPORT,
	ACTION_CLOSE,         /* close the link; REPORT_ENDED follows */
};

struct action_records {
	uint32_t epoch;
	uint64_t first;
	uint16_t count;
	const uint8_t *packed; /* (length u8, raw)*; valid until client_records_stored */
	size_t packed_len;
	bool has_chain;
	uint8_t chain[DIGEST_LEN]; /* h after the last of them */
};

struct action {
	enum action_type type;
	union {
		struct {
			const uint8_t *value; /* valid until client_sent */
			size_t len;
			bool commits; /* from this write on the order may be executed */
		} send;
		struct {
			const uint8_t *order; /* bytes to sign, valid until the answer */
			size_t len;
			uint16_t kind; /* enum order_kind */
		} sign;
		struct order_intent intent;
		struct {
			struct client_outcome outcome;
			bool resolution; /* settles an intent of an earlier session */
		} store;
		struct action_records records;
		uint64_t wake_at_ms;
		struct report report;
	} as;
};

/* How a write to In ended; the four values of the link layer, by the driver's mapping. */
enum client_write { CLIENT_WRITE_NOT_SENT, CLIENT_WRITE_DELIVERED, CLIENT_WRITE_REFUSED, CLIENT_WRITE_UNKNOWN };

/* State is the caller's memory; its members are private. About 60 KiB: not for the stack. */
struct client;
#include "client_state.h"

/* Begins a session on a ready link. config is copied. now_ms: monotonic, milliseconds, everywhere. */
void client_start(struct client *c, const struct client_config *config, uint64_t now_ms);

/* Events. Each may produce actions. Out-of-place ones are ignored or end the session; never UB. */
void client_feed(struct client *c, enum channel channel, const uint8_t *value, size_t len,
		 uint64_t now_ms);
void client_sent(struct client *c, enum client_write result, uint64_t now_ms);
/*
 * The order is signed: count signatures (0 to SIGNATURES_MAX) over ORDER_SIGNED_PREFIX and the
 * bytes of ACTION_SIGN. None is for getting safe with the magnet. Nothing is checked here: the
 * pump does. ACTION_STORE_INTENT follows.
 */
void client_signed(struct client *c, const struct order_signature *signatures, uint8_t count,
		   uint64_t now_ms);
/* Nobody signed; the order ends NOT_SENT ("not-signed"), no outcome to store. */
void client_sign_failed(struct client *c, uint64_t now_ms);
void client_intent_stored(struct client *c, uint64_t token, const uint8_t origin[ORIGIN_LEN],
			  uint64_t size, const uint8_t root[DIGEST_LEN], uint64_t now_ms);
/* Nothing was committed; the order ends NOT_SENT ("intent-not-stored"), no outcome to store. */
void client_intent_failed(struct client *c, uint64_t now_ms);
void client_outcome_stored(struct client *c, uint64_t now_ms);
void client_records_stored(struct client *c, uint64_t now_ms);
/* The pull stops; the session ends (records not acknowledged will be sent again). */
void client_records_failed(struct client *c, uint64_t now_ms);
void client_link_lost(struct client *c, uint64_t now_ms);
void client_tick(struct client *c, uint64_t now_ms);

/* Takes the next action; false if there is none now. */
bool client_next_action(struct client *c, struct action *out);

/*
 * Requests. PUMP_OK: a report follows. PUMP_EBUSY: an exchange is under way (a ping too: wait
 * for client_is_idle) or actions are still to be taken; PUMP_ESTATE: no session is up. Nothing
 * was sent on error.
 */
enum pump_err client_read_status(struct client *c, uint64_t now_ms) PUMP_CHECKED;
/* What acts told the pump of its fill, its catheter and its clock. */
enum pump_err client_read_care(struct client *c, uint64_t now_ms) PUMP_CHECKED;
enum pump_err client_read_program(struct client *c, uint64_t now_ms) PUMP_CHECKED;
enum pump_err client_read_operators(struct client *c, uint64_t now_ms) PUMP_CHECKED;
enum pump_err client_read_range(struct client *c, uint64_t now_ms) PUMP_CHECKED;
/* Who is paired with the pump, and what it refused. */
enum pump_err client_read_slots(struct client *c, uint64_t now_ms) PUMP_CHECKED;
enum pump_err client_read_security(struct client *c, uint64_t now_ms) PUMP_CHECKED;
/*
 * Enrols this workstation in a session that the card code opened. operator_id NULL: no operator
 * goes along (the pump lists some: msg_started). REPORT_ENROLLED or REPORT_REFUSED follows. Also
 * PUMP_ESTATE: not such a session; PUMP_ERANGE: operator_id.
 */
enum pump_err client_enrol(struct client *c, const char *operator_id,
			   const uint8_t operator_key[OPERATOR_KEY_LEN], uint64_t now_ms)
	PUMP_CHECKED;
/*
 * Pulls records first..last of epoch. hash_before: h(first - 1) if known, else NULL (no chain is
 * then checked). hash_last: h(last) if known, else NULL. Also PUMP_ERANGE: no such window.
 * REPORT_PULLED, REPORT_FORK (hash_before does not lead to hash_last; everything is stored) or
 * REPORT_REFUSED follows; a pump may also refuse in the middle, when it overwrote the rest: what
 * came before is stored then.
 */
enum pump_err client_pull(struct client *c, uint32_t epoch, uint64_t first, uint64_t last,
			  const uint8_t *hash_before, const uint8_t *hash_last, uint64_t now_ms)
	PUMP_CHECKED;

/*
 * Stages an order of kind. change: what it holds; copied, image and all. program: what its image
 * means, NULL if it has none. expected: digest of the image seen running (zeros: none), NULL for
 * orders that get safe. Also PUMP_ESTATE while an intent is open and kind does not get safe;
 * PUMP_ERANGE: not encodable, not of this kind, a single bolus into a program that was not read
 * in this session, or no token is left above the last. An earlier
 * stage is forgotten. REPORT_STAGED, REPORT_STAGE_DIFFERS or REPORT_REFUSED follows.
 */
enum pump_err client_stage_change(struct client *c, enum order_kind kind,
				  const struct change *change, const struct program *program,
				  const uint8_t *expected_digest, uint64_t now_ms) PUMP_CHECKED;
/* PROGRAM with exactly this program; STOP, RESUME, MINIMUM with program NULL. As above. */
enum pump_err client_stage(struct client *c, enum order_kind kind, const struct program *program,
			   const uint8_t *expected_digest, uint64_t now_ms) PUMP_CHECKED;
/*
 * What was staged was shown and confirmed: stage_digest must be the staged one, else
 * PUMP_EMISMATCH. ACTION_SIGN follows; REPORT_OUTCOME ends it. PUMP_ESTATE: nothing staged.
 */
enum pump_err client_confirm(struct client *c, const uint8_t stage_digest[DIGEST_LEN],
			     uint64_t now_ms) PUMP_CHECKED;

/* What the pump said of itself in STARTED; NULL before it came. Borrowed. */
const struct msg_started *client_pump(const struct client *c);
/* True while an intent of this or an earlier session has no final outcome. */
bool client_has_open_intent(const struct client *c);
/* True when the session is up and a request would be taken now. */
bool client_is_idle(const struct client *c);

/* Canonical bytes of a program (IMAGE_MAX of room) and their digest. PUMP_ERANGE: not encodable. */
enum pump_err client_program_image(const struct program *program, uint8_t image[IMAGE_MAX],
				   size_t *len) PUMP_CHECKED;
enum pump_err client_program_digest(const struct program *program, uint8_t digest[DIGEST_LEN])
	PUMP_CHECKED;

#endif
