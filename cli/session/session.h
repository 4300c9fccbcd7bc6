/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * session - drives a protocol client over a GATT link: the one meeting point of bt/ and
 * protocol/, which carries opaque buffers between them. Commands see only this header and the
 * engine's structs.
 *
 * Each call runs the loop until its answer is there, or the session has ended. While no call
 * runs, the owner's loop keeps the session alive (pings); on_closed tells when it ends by itself.
 * From before connecting until session_close the pump is locked for other processes.
 *
 * Errors are error codes of errors.def, ERR_NONE when it went well. After ERR_LINK_LOST,
 * ERR_TIMED_OUT, ERR_NOT_AUTHENTIC, ERR_PROTOCOL or ERR_OUTCOME_UNKNOWN the session may have
 * ended: session_is_open() tells.
 */
#ifndef PUMPCTL_SESSION_H
#define PUMPCTL_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "client.h"
#include "error.h"

struct archive;
struct audit;
struct cJSON;
struct loop;
struct session;

struct session_config {
	struct loop *loop;
	struct audit *audit; /* the workstation's trail; borrowed until session_close */
	const char *state_dir;
	const char *pump;    /* serial, "sim:NAME" or a Bluetooth address */
	int adapter;         /* hciN for a Bluetooth address */
	bool link_security;  /* ask for an encrypted link with a passkey */
	/* As wireless_config's; may be NULL. */
	int32_t (*ask_passkey)(void *ctx, const char *address, bool (*stop)(void *stop_ctx),
			       void *stop_ctx);
	int timeout_ms;      /* for finding and connecting */
	/* The pump has been silent for two seconds while a call waits for it; may be NULL. */
	void (*on_waiting)(void *ctx);
	/*
	 * Signs the bytes of an order: number of signatures written (0: the order gets safe by the
	 * magnet), or -1: nobody signs. May be NULL: nobody does.
	 */
	int (*on_sign)(void *ctx, const uint8_t *order, size_t len, struct order_signature *signatures);
	/* The session ended outside a call; may be NULL. */
	void (*on_closed)(void *ctx, const struct error *why);
	void *ctx;
};

/*
 * Opens a session: finds the pairing, locks the pump, connects, proves the keys, and settles
 * open intents before anything else. *out is valid until session_close. Errors: NOT_PAIRED, BUSY
 * (detail names the holder's pid), NOT_FOUND, NO_ADAPTER, TIMED_OUT, LINK_LOST, NOT_AUTHENTIC,
 * NOT_KNOWN_THERE, PROTOCOL, FAILED, and those of wireless.h. Nothing can have been changed in the pump.
 */
enum error_code session_open(struct session **out, const struct session_config *config,
			     struct error *error) __attribute__((warn_unused_result));
/* Closes the link, unlocks the pump, wipes the keys. Accepts NULL. */
void session_close(struct session *session);
bool session_is_open(const struct session *session);

/* 128-bit UUID of a pump's service, 16 bytes in text order. */
const uint8_t *session_service(void);

/* What the pump said of itself under its key; borrowed. */
const struct msg_started *session_pump(const struct session *session);

/* Orders of earlier sessions that this one asked about while opening, and what came of each. */
#define SESSION_RESOLVED_MAX INTENTS_MAX
size_t session_resolved(const struct session *session, const struct client_outcome **outcomes);
/* True while an order to this pump is not settled: orders other than getting safe are refused. */
bool session_has_open_intent(const struct session *session);

/*
 * What the audit trail lacks of this session, as a sentence; NULL: nothing. Orders that get safe
 * go out without a record if none can be written; the pump's own log record then stands for it.
 */
const char *session_trail_gap(const struct session *session);

enum error_code session_read_status(struct session *session, struct msg_status *out,
				    struct error *error) __attribute__((warn_unused_result));
/* What acts told the pump of its fill, its catheter and its clock. */
enum error_code session_read_care(struct session *session, struct msg_care *out,
				  struct error *error) __attribute__((warn_unused_result));
/* Also UNREADABLE: of a form not known here, or not its digest's; the session goes on. */
enum error_code session_read_program(struct session *session, struct client_program *out,
				     struct error *error) __attribute__((warn_unused_result));

/* The pump's list of operators. */
enum error_code session_read_operators(struct session *session, struct msg_operators *out,
				       struct error *error) __attribute__((warn_unused_result));

struct session_pull {
	uint32_t epoch;
	uint64_t first, last;  /* what the pump retains now */
	uint64_t stored;       /* records this pull added */
	uint64_t lost;         /* records that the pump had overwritten before anyone read them */
	bool complete;         /* first..last of the pump are all in the archive, chain unbroken */
};

/*
 * Downloads what the archive lacks. progress (may be NULL) is told after each stored block. ERR_PARTIAL:
 * *out says what arrived; ERR_INTEGRITY: the pump's log does not continue the stored one.
 */
enum error_code session_pull_log(struct session *session, struct archive *archive,
				 void (*progress)(void *ctx, uint64_t stored, uint64_t wanted),
				 void *ctx, struct session_pull *out, struct error *error)
	__attribute__((warn_unused_result));

/*
 * Stages an order and returns the pump's own decoding, already compared with a second decoder.
 * program: what the change's image means, NULL if it has none. expected: digest of the image seen
 * running (zeros: none), NULL for orders that get safe. Errors: OPEN_INTENT, STAGE_DIFFERS,
 * PUMP_REFUSED, link errors. Nothing is delivered.
 */
enum error_code session_stage_change(struct session *session, enum order_kind kind,
				     const struct change *change, const struct program *program,
				     const uint8_t *expected, struct msg_staged *out,
				     struct error *error) __attribute__((warn_unused_result));

/*
 * Commits what was staged, shown and confirmed: intent durable, commit, read-back, outcome
 * durable. text: what the operator confirmed; details: kind's own fields for the audit trail,
 * borrowed, may be NULL. Errors by outcome: ERR_NONE APPLIED; PUMP_REFUSED, STALE (another
 * program is active); OUTCOME_UNKNOWN; READBACK_DIFFERS; AUDIT_DAMAGED, NOT_SIGNED or LINK_LOST: NOT_SENT.
 * *out is filled whenever client_confirm was reached.
 */
enum error_code session_commit(struct session *session, const uint8_t stage_digest[DIGEST_LEN],
			       const char *text, const struct cJSON *details,
			       struct client_outcome *out, struct error *error)
	__attribute__((warn_unused_result));

#endif
