/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * att_bearer - what a client and a server share: one link on the loop, received in batches,
 * one answer held back while the link is full, and a safe end from inside any callback.
 *
 * The owner embeds the struct and touches its members only through these functions.
 */
#ifndef PUMPCTL_BT_ATT_BEARER_H
#define PUMPCTL_BT_ATT_BEARER_H

#include "link.h"
#include "loop.h"

/* PDUs taken from the link in one turn of the loop before others get their turn. */
#define ATT_BEARER_BATCH 64

struct att_bearer_handlers {
	/* One received PDU; borrowed for the call. */
	void (*on_pdu)(void *ctx, const uint8_t *pdu, size_t len);
	/* The link takes PDUs again after att_bearer_send gave -EAGAIN. */
	void (*on_writable)(void *ctx);
	/* Called once: the link ended by itself; error 0 (peer closed) or -errno. It is closed. */
	void (*on_ended)(void *ctx, int error);
	/* After att_bearer_release, when no handler is running any more: the memory may go. */
	void (*on_released)(void *ctx);
};

struct att_bearer {
	struct loop *loop;
	struct link *link; /* NULL once closed */
	const struct att_bearer_handlers *handlers;
	void *ctx;
	int depth; /* handlers on the stack */
	int send_error;
	bool is_released;
	bool wants_room;
	size_t answer_len; /* 0: none held back */
	uint8_t answer[LINK_PDU_MAX];
};

/* Owns link from now on, also on failure. handlers and ctx borrowed. 0 or the loop's error. */
int att_bearer_init(struct att_bearer *bearer, struct loop *loop, struct link *link,
                    const struct att_bearer_handlers *handlers, void *ctx)
        __attribute__((warn_unused_result));

/* Closes the link; no handler but on_released follows. May be repeated. */
void att_bearer_close(struct att_bearer *bearer);

/*
 * Closes and gives the memory back through on_released: within this call, or, when called
 * from a handler, after the outermost one returned.
 */
void att_bearer_release(struct att_bearer *bearer);

/* Bracket for handlers that the owner calls from its own timers. */
void att_bearer_enter(struct att_bearer *bearer);
void att_bearer_leave(struct att_bearer *bearer);

bool att_bearer_is_open(const struct att_bearer *bearer);

/*
 * Sends one PDU. 0; -EAGAIN not taken, on_writable follows; -ENOTCONN closed; other -errno: not
 * taken and the link is dead: on_ended follows from the loop, unless the owner closes it before.
 */
int att_bearer_send(struct att_bearer *bearer, const uint8_t *pdu, size_t len)
        __attribute__((warn_unused_result));

/*
 * Sends an answer to a PDU just received. A full link holds it back and receives nothing more
 * until it is gone, so one place is enough. Only from on_pdu, at most once per PDU.
 */
void att_bearer_answer(struct att_bearer *bearer, const uint8_t *pdu, size_t len);

#endif
