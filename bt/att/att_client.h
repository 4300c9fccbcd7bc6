/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * att_client - the requesting side of one ATT bearer (Core 5.3, Vol 3, Part F, 3.3).
 *
 * One request at a time. Indications are confirmed at once, whatever the request does; the
 * peer's own requests are answered (MTU; everything else with an error, there is no database
 * here); its unknown commands are ignored. An answer that does not fit the request under way
 * is never taken for it: the bearer is closed, since nothing after it can be trusted.
 */
#ifndef PUMPCTL_BT_ATT_CLIENT_H
#define PUMPCTL_BT_ATT_CLIENT_H

#include "att.h"
#include "att_bearer.h"

/* Transaction time-out (Core Vol 3, Part F, 3.3.3). */
#define ATT_TIMEOUT_MS 30000

enum att_client_end {
	ATT_CLIENT_LINK,     /* the link ended; error 0 or -errno */
	ATT_CLIENT_TIMEOUT,  /* a request was not answered in time */
	ATT_CLIENT_PROTOCOL, /* the peer broke ATT */
};

/*
 * Result of a request. DELIVERED: response is its answer (borrowed for the call). REFUSED:
 * att_error is the peer's code. NOT_SENT, UNKNOWN: neither.
 */
typedef void (*att_client_fn)(void *ctx, enum link_write_result result, uint8_t att_error,
                              const struct att_pdu *response);

struct att_client_handlers {
	/*
	 * A notification (ATT_NOTIFY, also each value of a multiple one) or indication
	 * (ATT_INDICATE, already confirmed); borrowed.
	 */
	void (*on_value)(void *ctx, const struct att_pdu *pdu);
	/* Called once; a request under way was finished before. The link is closed. */
	void (*on_ended)(void *ctx, enum att_client_end why, int error);
	/* After att_client_finish, when no handler is running any more: the memory may go. */
	void (*on_released)(void *ctx);
};

struct att_client {
	struct att_bearer bearer;
	const struct att_client_handlers *handlers;
	void *ctx;
	unsigned timeout_ms;
	int timer;
	uint16_t own_mtu;
	uint16_t mtu;
	bool is_mtu_asked;
	bool is_sent;     /* the link took the request under way */
	att_client_fn fn; /* NULL: no request under way */
	void *fn_ctx;
	uint64_t started_ms;
	size_t request_len;
	uint8_t request[LINK_PDU_MAX];
};

/*
 * Starts on link, which the client owns from now on, also on failure. own_mtu: 23 to ATT_MTU_MAX.
 * timeout_ms: ATT_TIMEOUT_MS, or less for a peer known to be quick. handlers and ctx borrowed.
 * 0, -EINVAL or the loop's error; on failure there is nothing to finish.
 */
int att_client_init(struct att_client *client, struct loop *loop, struct link *link,
                    uint16_t own_mtu, unsigned timeout_ms,
                    const struct att_client_handlers *handlers, void *ctx)
        __attribute__((warn_unused_result));

/* Closes the link; only on_released follows, perhaps within this call. The request is dropped. */
void att_client_finish(struct att_client *client);

/* Changes the time-out, also of the request under way (counted from its start). 0 or -ENOSPC. */
int att_client_set_timeout(struct att_client *client, unsigned timeout_ms)
        __attribute__((warn_unused_result));

/*
 * Sends request (its data is copied). 0: fn follows exactly once, from the loop, unless the
 * client is finished before. Nothing was sent: -EBUSY one is under way; -EALREADY a second MTU
 * exchange; -EMSGSIZE longer than the agreed MTU; -EINVAL not a well-formed request; -ENOTCONN;
 * -ENOSPC no timer.
 * An MTU exchange takes effect by itself. A request that the link never took ends as NOT_SENT.
 */
int att_client_request(struct att_client *client, const struct att_pdu *request, att_client_fn fn,
                       void *fn_ctx) __attribute__((warn_unused_result));

/*
 * Sends a command. 0: handed to the link; -EAGAIN not taken; -EMSGSIZE longer than the agreed MTU;
 * -EINVAL no command; -ENOTCONN; or the errno of a dead link: on_ended follows.
 */
int att_client_command(struct att_client *client, const struct att_pdu *command)
        __attribute__((warn_unused_result));

/* Agreed MTU, ATT_MTU_DEFAULT until exchanged. */
uint16_t att_client_mtu(const struct att_client *client);

#endif
