/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session_state - what session.c, session_link.c, session_store.c and session_pull.c share; private to them. */
#ifndef PUMPCTL_SESSION_STATE_H
#define PUMPCTL_SESSION_STATE_H

#include "archive.h"
#include "audit.h"
#include "gatt_client.h"
#include "loop.h"
#include "session.h"
#include "state.h"

#define SESSION_ID_TEXT 16 /* hex digits */

/* An outcome that the trail could not take; its intent is still open there. */
struct session_unsaved {
	uint64_t token;
	enum audit_outcome outcome;
	const char *reason; /* static */
	bool resolution;
};

/* What came on Stream since it was last cleared; times in ms of the loop. */
struct session_stream {
	uint64_t octets, first_octets, first_ms, last_ms;
};

struct session {
	struct session_config config;
	struct state_pairing pairing;
	const char *card_code; /* CARD_CODE_LEN characters while a session is opened with it; else NULL */
	int lock_fd;
	struct wireless *wireless; /* NULL: over a local link */
	struct gatt_client *gatt;
	struct client client;
	int wake_timer;
	int link_fd; /* of the open link, which gatt owns */
	uint16_t mtu;
	struct session_stream stream;
	bool link_ready, version_ok;
	enum gatt_close close_why; /* once the link has closed */
	int close_error;           /* -errno of the link, 0: none known */
	bool ready;  /* REPORT_READY came */
	bool ended;  /* REPORT_ENDED came, or the link closed before a client was started */
	bool in_call;
	bool context_set;
	char id[SESSION_ID_TEXT + 1]; /* names the session in the audit trail */
	bool draining;
	uint64_t active_ms;   /* when the client last had something to do */
	bool told_waiting;
	struct action action; /* the one being carried out */
	bool intent_missing;  /* a getting-safe order went out without a record in the trail */
	bool record_missing;  /* a record of the session, or of an order without intent, could not be */
	struct session_unsaved unsaved[AUDIT_OPEN_MAX]; /* oldest first */
	size_t unsaved_count;
	struct error why; /* of ended */
	struct msg_started pump;
	struct client_outcome resolved[SESSION_RESOLVED_MAX];
	size_t resolved_count;
	bool has_report;
	struct report report;
	/* The order under way. image: of the program staged; len 0 for other kinds. */
	uint8_t image[IMAGE_MAX];
	size_t image_len;
	const char *order_text;
	const struct cJSON *order_details;
	/* The download under way. */
	struct archive *archive;
	int store_error; /* -errno of the last failed store of records */
	uint64_t stored, wanted;
	void (*progress)(void *ctx, uint64_t stored, uint64_t wanted);
	void *progress_ctx;
};

/* session.c: a session of nothing yet; NULL: out of memory. */
struct session *session_create(const struct session_config *config);
/* session.c: locks the pump of s->pairing for this process. */
enum error_code session_lock(struct session *session, struct error *error)
	__attribute__((warn_unused_result));
/* session.c: runs the client until it is ready. */
enum error_code session_start(struct session *session, struct error *error)
	__attribute__((warn_unused_result));
/* session.c: carries out every action the client has. */
void session_drain(struct session *session);
/* session.c: one turn of the loop within a call; tells on_waiting when the pump is silent. */
void session_turn(struct session *session);
/* session.c: runs the loop until a report of a request is there or the session ended. */
enum error_code session_wait(struct session *session, enum report_type wanted, struct error *error)
	__attribute__((warn_unused_result));

/* session_requests.c: words for a pump's refusal code; static text. */
const char *session_code_text(uint16_t code);
/* session_requests.c: turns the engine's answer to a request into an error code. */
enum error_code session_begin(struct session *session, enum pump_err err, struct error *error)
	__attribute__((warn_unused_result));
enum error_code session_read_range(struct session *session, struct msg_range *out,
				   struct error *error) __attribute__((warn_unused_result));
/* Pulls one window; arguments as client_pull. */
enum error_code session_pull_window(struct session *session, uint32_t epoch, uint64_t first,
				    uint64_t last, const uint8_t *hash_before,
				    const uint8_t *hash_last, struct error *error)
	__attribute__((warn_unused_result));

/*
 * session_air.c: asks for the connection parameters of a download (15 to 30 ms), or for slow ones
 * after it. Where nobody hears of it, nothing changes.
 */
void session_pace(struct session *session, bool is_fast);

/*
 * session_find.c: looks for the pump by what it advertises, where only its pairing knows it. True: it is at another
 * address than it was, which is now in s->pairing.
 */
bool session_find(struct session *session, const uint8_t *service);

/* session_link.c: connects to the pairing's address and starts GATT; waits until it is ready. */
enum error_code session_connect(struct session *session, struct error *error)
	__attribute__((warn_unused_result));

/* session_store.c: the durable halves of the client's actions. */
void session_store_intent(struct session *session, const struct order_intent *intent);
void session_store_outcome(struct session *session, const struct client_outcome *outcome,
			   bool resolution);
/*
 * Tries again to store the outcomes that the trail could not take: before the next intent and when
 * the session closes, because a later order of the same session makes the pump forget about them.
 * A trail that this process may not write any more is opened and read afresh for it.
 */
void session_store_unsaved(struct session *session);
void session_store_records(struct session *session, const struct action_records *records);
/*
 * Open intents of this pump as the engine wants them; returns their number. The trail is read up
 * to its end first: another process may have written of this pump before the lock was ours.
 */
size_t session_load_intents(struct session *session, struct order_intent *out, size_t max);
/* Notes in the trail that the session opened or closed; a failure is not fatal. */
void session_note_opened(struct session *session);
void session_note_closed(struct session *session);

#endif
