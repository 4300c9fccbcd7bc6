/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fake_pump - a scripted pump for tests of the client machine: it opens what the client writes
 * and says what the test tells it to, right or wrong. It decides nothing by itself.
 *
 * struct rig couples it to a client: writes reach the pump at once and are told as delivered,
 * reports and stores are kept for the test, which answers the stores itself.
 */
#ifndef PUMPCTL_TESTS_FAKE_PUMP_H
#define PUMPCTL_TESTS_FAKE_PUMP_H

#include "client.h"

#define FAKE_SERIAL "PX40-000123"

struct fake_pump {
	struct handshake_setup setup; /* its secret is the pairing key or the card code */
	struct handshake hand;
	/* What it would say next in the handshake; 0: nothing. */
	uint8_t reply[HANDSHAKE_MAX];
	size_t reply_len;
	struct seal seal;
	struct joiner in;
	struct splitter out, stream;
	size_t value_max;
	bool is_greeted;
	/* What the client sent last. */
	size_t received;        /* messages, those of the handshake among them */
	struct message request; /* points into plain */
	uint8_t plain[PLAINTEXT_MAX];
};

#define RIG_REPORTS_MAX 64

struct rig {
	struct client client;
	struct client_config config;
	struct fake_pump pump;
	uint64_t now_ms, wake_at_ms;
	/* Seen since rig_start. */
	struct report reports[RIG_REPORTS_MAX];
	size_t report_count;
	struct action store; /* the last STORE_… action */
	size_t signs, intents, outcomes, records;
	struct action sign;   /* the last ACTION_SIGN */
	bool holds_signature; /* rig_sign is left to the test */
	size_t writes, commit_writes;
	bool is_closed;
	/* Writes from this one on (1-based; 0: none) end as write_result and do not arrive. */
	size_t fail_write;
	enum client_write write_result;
};

/* Fills config and pump for one another; the client is not started. */
void rig_init(struct rig *rig);
/* Starts the client and runs it: the hello has arrived at the pump. */
void rig_start(struct rig *rig);
/* Takes actions until there is none. */
void rig_run(struct rig *rig);

/* The pump's next message of the handshake; all of them; or the two bytes of a refusal. */
void rig_reply(struct rig *rig);
void rig_greet(struct rig *rig);
void rig_refuse_hello(struct rig *rig, enum hello_refusal refusal);
/* Seals m and feeds it, then runs the client. */
void rig_say(struct rig *rig, const struct message *m);
void rig_say_on(struct rig *rig, enum channel channel, const struct message *m);
/* The same with arbitrary plaintext. */
void rig_say_plain(struct rig *rig, enum channel channel, const uint8_t *plain, size_t len);
/* Feeds raw segments of an unsealed message. */
void rig_say_clear(struct rig *rig, const uint8_t *message, size_t len);
void rig_say_refused(struct rig *rig, enum message_op op, enum result_code code);

/* Ready-made answers; each may be changed before rig_say. */
struct message fake_started(void);
struct message fake_status(void);
struct message fake_image(void);
struct message fake_staged(const struct rig *rig);
struct message fake_committed(const struct rig *rig, enum result_code code);
struct message fake_found(const struct rig *rig, bool found);
/* The program that fake_status and fake_image show and rig_stage asks for, and its bytes. */
struct program fake_program(void);
size_t fake_program_image(uint8_t image[IMAGE_MAX], uint8_t digest[DIGEST_LEN]);

/* From rig_init to READY; to STAGED; to STORING; to COMMITTING (commit arrived). */
void rig_ready(struct rig *rig);
void rig_stage(struct rig *rig, enum order_kind kind);
void rig_confirm(struct rig *rig);
/* Answers ACTION_SIGN with one signature of nobody's key. */
void rig_sign(struct rig *rig);
void rig_store_intent(struct rig *rig);
void rig_store_outcome(struct rig *rig);

/* The last report; NULL before the first. */
const struct report *rig_last(const struct rig *rig);
/* True if the session ended for this reason and closed the link. */
bool rig_ended(const struct rig *rig, enum client_end end);
/* The outcome reported last, found from the end; NULL if none. */
const struct client_outcome *rig_outcome(const struct rig *rig);

#endif
