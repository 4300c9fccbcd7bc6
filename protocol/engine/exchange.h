/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * exchange - what the parts of the client machine share: one request and its answer at a time,
 * the queue of actions, the end of a session. Private to protocol/engine.
 */
#ifndef PUMPCTL_EXCHANGE_H
#define PUMPCTL_EXCHANGE_H

#include "client.h"

/* A session ends after one hour (docs/protocol.md 3.3). */
#define CLIENT_SESSION_MS UINT64_C(3600000)

/* Appends an action and returns it, cleared, to be filled in. */
struct action *exchange_push(struct client *c, enum action_type type);
/* Appends a report and returns it to be filled in. */
struct report *exchange_report(struct client *c, enum report_type type);

/* PUMP_OK: a request may be made; PUMP_EBUSY; PUMP_ESTATE: no session is up. */
enum pump_err exchange_may_request(const struct client *c) PUMP_CHECKED;
/*
 * Encodes, seals and loads m; a request (everything but ACK) then awaits its answer. On failure
 * the session ends. Nothing else may be under way.
 */
void exchange_send(struct client *c, const struct message *m);
/* The same for a request without a body. */
void exchange_ask(struct client *c, enum message_op op);

/* Asks at now_ms, if a request may be made; as exchange_may_request. */
enum pump_err exchange_request(struct client *c, enum message_op op, uint64_t now_ms) PUMP_CHECKED;

/*
 * Queues the outcome for storing; REPORT_OUTCOME or REPORT_RESOLVED follows once it is stored.
 */
void exchange_settle(struct client *c, const struct client_outcome *outcome, bool is_resolution);
/*
 * Ends the session for why. What an order on its way has come to is stored and reported first,
 * then ACTION_CLOSE (unless the link is gone already) and REPORT_ENDED.
 */
void exchange_end(struct client *c, enum client_end why);
/* Last two actions of a session; state ENDED. */
void exchange_finish(struct client *c);

/* True while the time-out for an answer runs from asked_ms. */
bool exchange_awaits_pump(const struct client *c);
/* True while pings keep the session alive. */
bool exchange_is_quiet(const struct client *c);
/* The next time at which client_tick has something to do. */
uint64_t exchange_deadline(const struct client *c);

#endif
