/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "resolve.h"

#include <string.h>

#include "exchange.h"
#include "reconcile.h"

/* A pump that is still working on an order is asked so often, so many ms apart. */
#define ASK_AGAIN_MAX 5
#define ASK_AGAIN_MS  1000

static void ask(struct client *c)
{
	struct message m;

	memset(&m, 0, sizeof m);
	m.op = OP_FIND_ORDER;
	m.as.find_order.token = c->open[c->open_at].token;
	exchange_send(c, &m);
}

void resolve_next(struct client *c)
{
	c->asked_again = 0;
	if (c->open_at < c->open_count) {
		ask(c);
		return;
	}
	c->state = CLIENT_READY;
	exchange_report(c, REPORT_READY)->as.started = c->started;
}

void resolve_on_stored(struct client *c)
{
	c->open_at++;
	resolve_next(c);
}

static void resolve(struct client *c, enum order_outcome verdict, const char *reason,
		    const struct msg_found *found)
{
	const struct order_intent *intent = &c->open[c->open_at];
	struct client_outcome outcome = {
		.token = intent->token,
		.kind = intent->kind,
		.outcome = verdict,
		.reason = reason,
		.code = verdict == OUTCOME_REFUSED ? CODE_TOKEN_USED : 0,
	};

	if (verdict == OUTCOME_APPLIED) {
		outcome.record_seq = found->record_seq;
		outcome.differs = found->therapy != intent->result_therapy ||
				  memcmp(found->active_digest, intent->result_digest,
					 DIGEST_LEN) != 0;
	}
	exchange_settle(c, &outcome, true);
}

void resolve_on_found(struct client *c, const struct message *m)
{
	const struct msg_found *found = &m->as.found;
	const struct order_intent *intent = &c->open[c->open_at];
	struct evidence evidence = {
		.found = found->found,
		.pending = found->pending,
		.last_token = found->last_token,
		.kind = found->kind,
	};
	enum order_outcome verdict;
	const char *reason;

	if (found->token != intent->token) {
		exchange_end(c, CLIENT_END_PROTOCOL);
		return;
	}
	memcpy(evidence.stage_digest, found->stage_digest, DIGEST_LEN);
	verdict = reconcile_intent(intent, &evidence, &reason);
	if (!found->found && found->pending && c->asked_again < ASK_AGAIN_MAX) {
		c->asked_again++;
		c->ask_at_ms = c->now_ms + ASK_AGAIN_MS;
		return;
	}
	resolve(c, verdict, reason, found);
}

void resolve_on_refused(struct client *c, const struct msg_refused *refused)
{
	(void)refused;
	resolve(c, OUTCOME_UNKNOWN, "pump-would-not-say", NULL);
}

void resolve_on_tick(struct client *c)
{
	if (c->ask_at_ms == 0 || c->now_ms < c->ask_at_ms)
		return;
	c->ask_at_ms = 0;
	ask(c);
}
