/* SPDX-License-Identifier: GPL-3.0-or-later */
/* client_state - the members of struct client; private to protocol/engine, included by client.h. */
#ifndef PUMPCTL_CLIENT_STATE_H
#define PUMPCTL_CLIENT_STATE_H

#include "client.h" /* so that it also compiles alone */
#include "read_back.h"

enum client_state {
	CLIENT_CLOSED,    /* client_start was not called */
	CLIENT_SHAKING,   /* the next message of the handshake is awaited */
	CLIENT_STARTING,  /* STARTED is awaited */
	CLIENT_RESOLVING, /* open intents are asked about, one after the other */
	CLIENT_READY,
	CLIENT_STAGING,      /* STAGED is awaited */
	CLIENT_STAGED,       /* what was staged waits to be confirmed; as READY otherwise */
	CLIENT_SIGNING,      /* client_signed is awaited */
	CLIENT_STORING,      /* client_intent_stored is awaited; no commit message exists yet */
	CLIENT_COMMITTING,   /* COMMITTED is awaited */
	CLIENT_READING_BACK, /* the pump said DONE; status, then image are read */
	CLIENT_SETTLING,     /* client_outcome_stored is awaited */
	CLIENT_ENDING,       /* the session is over, but something is still to be stored */
	CLIENT_ENDED,
};

/* Deepest: a report not yet taken, then CLOSE and REPORT_ENDED; requests need an empty queue. */
#define CLIENT_QUEUE_MAX 4

struct client_block {
	uint8_t plain[PLAINTEXT_MAX];
	struct msg_block block; /* points into plain */
	uint8_t chain[DIGEST_LEN];
};

/* One PULL. Counts of blocks; received >= stored >= acknowledged. */
struct client_pull {
	bool has_chain, has_last_hash;
	uint32_t epoch;
	uint64_t first, last, next; /* window; sequence that the next block must start with */
	uint32_t received, stored, acknowledged;
	uint64_t stored_ms; /* the last block */
	uint16_t refused_code; /* the pump gave up in the middle; 0: it did not */
	uint8_t chain[DIGEST_LEN]; /* h(next - 1) */
	uint8_t last_hash[DIGEST_LEN];
	struct client_block blocks[BLOCKS_UNACKNOWLEDGED_MAX]; /* number modulo their count */
};

/* The order on its way. */
struct client_order {
	uint8_t change[CHANGE_MAX];
	size_t change_len;
	struct change meant;    /* its image counts by program */
	struct program program; /* if it has an image */
	uint8_t order[ORDER_MAX]; /* as signed */
	size_t order_len;
	uint8_t signature_count;
	struct order_signature signatures[SIGNATURES_MAX];
	struct msg_staged staged;
	struct order_intent intent;
	bool commit_begun;     /* its first write was handed out */
	bool commit_delivered; /* … and taken by the pump */
	uint64_t record_seq;
	enum read_back_finding answered; /* by COMMITTED itself */
	struct msg_status status;        /* read after it */
	bool differs;
};

struct client {
	enum client_state state;
	enum client_end end;
	uint64_t now_ms, opened_ms, sent_ms;

	struct seal seal;
	struct splitter out;
	struct joiner answers, stream;
	uint8_t value[SEGMENT_VALUE_MAX];
	size_t value_max;
	bool is_writing, is_link_lost;

	uint16_t request; /* op that awaits its answer; 0: none */
	uint64_t asked_ms;

	struct handshake handshake; /* wiped once the session keys are there */
	bool is_card, is_virtual;
	uint8_t pairing_key[PAIRING_KEY_LEN]; /* is_card: to be told once the pump has stored it */
	char serial[SERIAL_MAX + 1];
	struct msg_started started;
	uint64_t ticks_ms, ticks_at_ms; /* the pump's ticks, and when they were heard */
	uint64_t last_token;

	struct order_intent open[INTENTS_MAX];
	size_t open_count, open_at;
	unsigned asked_again;
	uint64_t ask_at_ms; /* 0: no question waits */
	size_t unsettled;   /* intents without a final outcome */

	/* The image that client_read_program read last; primary 0: none that can be read. */
	uint8_t read_digest[DIGEST_LEN];
	uint64_t read_primary_ng_per_ml;

	struct client_order order;
	struct client_outcome outcome; /* to be stored, then reported */
	bool is_settling, is_resolution;
	struct client_pull pull;

	/* Actions handed out and not yet answered. */
	bool owes_signature, owes_intent, owes_outcome, owes_records;
	struct action queue[CLIENT_QUEUE_MAX];
	size_t queue_at, queue_count;
	uint64_t wake_told_ms;
};

#endif
