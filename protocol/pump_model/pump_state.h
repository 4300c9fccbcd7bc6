/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump_state - the private members of struct pump. About 220 KiB: not for the stack.
 *
 * struct pump_memory is what a state block of the NVM holds (pump_block.h); everything else is
 * lost at a restart.
 */
#ifndef PUMPCTL_PUMP_STATE_H
#define PUMPCTL_PUMP_STATE_H

#include "pump.h" /* so that it also compiles alone */

#include "body.h"
#include "change_read.h"
#include "handshake.h"
#include "image_read.h"
#include "pump_amounts.h"
#include "pump_block.h"
#include "pump_limits.h"
#include "segment.h"

/* The image and therapy of struct pump_memory, worked out. */
struct pump_program {
	struct read_image image; /* if present */
	bool present;
	uint8_t digest[DIGEST_LEN]; /* zeros: no image */
	bool has_amounts;
	struct pump_amounts amounts; /* of the image, if has_amounts: worked out once, for it takes long */
	uint64_t rate_nl_per_day;   /* commanded now */
	uint64_t low_alarm_nl;
};

struct pump_log {
	uint64_t slots;
	uint64_t first, last; /* retained; first = last + 1: none */
	uint8_t chain[DIGEST_LEN]; /* h(last) */
};

/* What follows once a transaction is durable. */
enum pump_after {
	PUMP_AFTER_NOTHING,
	PUMP_AFTER_COMMIT,
	PUMP_AFTER_REFILL,
	PUMP_AFTER_CARD_TRY,
	PUMP_AFTER_ENROL,
};

enum pump_write { PUMP_WRITE_NONE, PUMP_WRITE_BLOCK, PUMP_WRITE_ENTRY };

/* The one write that may be under way, and the record of its transaction. */
struct pump_store {
	enum pump_write under_way;
	bool handed_out;
	uint8_t block[PUMP_BLOCK_LEN];
	uint8_t entry[PUMP_ENTRY_LEN];
	bool has_entry;
	uint8_t entry_chain[DIGEST_LEN];
	uint64_t generation; /* of the block that counts */
	unsigned current;    /* slot that it lies in, 0 or 1 */
	enum pump_after after;
};

struct pump_sender {
	struct splitter splitter;
	uint8_t value[SEGMENT_VALUE_MAX];
	bool in_flight;
};

enum pump_visit_phase {
	PUMP_VISIT_FREE,
	PUMP_VISIT_HELLO,    /* hello is awaited */
	PUMP_VISIT_SHARE,    /* the programmer's share is awaited */
	PUMP_VISIT_COUNTING, /* a run with the card code waits to be counted */
	PUMP_VISIT_TAG,      /* the programmer's tag is awaited */
	PUMP_VISIT_REFUSED,  /* the refusal of a hello is on its way */
	PUMP_VISIT_SESSION,  /* the link is the session's */
	PUMP_VISIT_GONE,     /* the link should go */
};

/* A link, as long as nobody has proved himself on it (pump_visit.h). */
struct pump_visit {
	enum pump_visit_phase phase;
	bool disconnect_due;
	bool proven; /* its share carried a MAC made with a pairing key */
	bool is_card;
	uint8_t slot; /* unless is_card */
	uint16_t mtu;
	uint64_t connected_ms;
	uint64_t arrival; /* how many came before */
	uint8_t workstation[WORKSTATION_LEN]; /* as it names itself */
	struct handshake handshake;
	uint8_t share[HANDSHAKE_MAX]; /* COUNTING: taken once the run is counted */
	size_t share_len;
	struct joiner in;
	struct pump_sender out;
};

/* The one session there may be. */
struct pump_session {
	bool is_open;
	unsigned link;
	uint32_t number; /* since boot: an answer is for the session that asked */
	uint64_t opened_ms, received_ms;
	bool is_card;  /* opened with the card code: only to be enrolled */
	uint8_t slot;  /* unless is_card */
	uint8_t workstation[WORKSTATION_LEN];
	uint8_t pairing_key[PAIRING_KEY_LEN]; /* is_card: what enrolment will store */
	struct seal seal;
	struct joiner in;
	struct pump_sender out, stream;
	uint8_t request[PLAINTEXT_MAX];
	size_t request_len;
	bool request_waiting, started;
	uint8_t plain[PLAINTEXT_MAX], sealed[MESSAGE_MAX];
};

struct pump_pull {
	bool running;
	uint64_t first, last, next;
	uint32_t sent, acknowledged; /* blocks */
	uint8_t packed[PLAINTEXT_MAX];
};

struct pump_stage {
	bool present;
	uint8_t digest[DIGEST_LEN];
	uint64_t expires_ms; /* ticks */
	struct read_change change; /* its image_bytes are those below */
	uint8_t image_bytes[IMAGE_MAX];
	uint8_t image_digest[DIGEST_LEN];
};

struct pump {
	const uint8_t *nvm;
	size_t nvm_size;
	char serial[SERIAL_MAX + 1];
	const struct pump_model_limits *limits;
	uint8_t seed[32];
	uint64_t seeds; /* made from it */

	uint64_t now_ms, boot_ms, boot_ticks_ms;
	uint64_t told_s;    /* therapy time that the caller told */
	uint64_t wake_ms;   /* that the caller was told, 0: none */
	uint64_t magnet_ms; /* end of the window */
	uint32_t window_tries; /* memory.access.card_tries when the magnet came */

	struct pump_memory memory; /* durable */
	struct pump_memory next;   /* being made durable */
	struct pump_counters counters;
	struct pump_program program;
	struct pump_log log;
	struct pump_store store;
	struct body body;

	struct pump_security security; /* durable with each block that is written */
	struct pump_visit visits[PUMP_LINKS]; /* by link */
	uint64_t arrivals;
	unsigned counted_link; /* whose run with the card code is being counted */
	struct pump_session session;
	uint32_t enrol_session; /* that waits for ENROLLED */
	uint8_t enrol_slot;
	struct pump_pull pull;
	struct pump_stage stage;
	uint32_t commit_session; /* that waits for COMMITTED */
	struct pump_result committed; /* what it will say */

	uint8_t boot_cause; /* of the power-on record that is due; 0: none */
	bool redo_due, refill_due, shutting_down, off, restart_due;
	uint64_t refill_nl;
	enum pump_fault lie; /* OTHER_DOSE, OTHER_RATE or none */
	uint8_t presses; /* of the patient's button, not answered yet */
};

#endif
