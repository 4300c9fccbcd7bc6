/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order.h"

#include <string.h>

#include "exchange.h"
#include "second.h"
#include "second_image.h"

/* Every code that a pump may give to a COMMIT that it did not carry out. */
static bool is_refusal(uint16_t code)
{
	static const uint16_t refusals[] = {
		CODE_UNKNOWN_OP,	CODE_MALFORMED,	      CODE_NOT_NOW,	   CODE_NO_STAGE,
		CODE_ACTIVE_CHANGED,	CODE_EXPIRED,	      CODE_TOKEN_USED,	   CODE_OUT_OF_RANGE,
		CODE_NEEDS_BRIDGE,	CODE_WRONG_SERIAL,    CODE_ROLLED_BACK,	   CODE_NO_PROGRAM,
		CODE_BAD_SIGNATURE,	CODE_NOT_ALLOWED,     CODE_NEEDS_SECOND,   CODE_OLD_OPERATORS,
		CODE_NEEDS_SIGNATURE,	CODE_LAST_SUPERVISOR, CODE_WRONG_MIXTURE,  CODE_NO_SUCH_THING,
		CODE_BOLUS_RUNS,	CODE_NOT_RUNNING,
	};

	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
		if (refusals[i] == code)
			return true;
	return false;
}

static enum therapy_act act_of(enum order_kind kind)
{
	if (kind == ORDER_RESUME)
		return ACT_RESUME;
	return kind == ORDER_MINIMUM ? ACT_MINIMUM : ACT_STOP;
}

static enum pump_err take_change(struct client_order *order, enum order_kind kind,
				 const struct change *change, const struct program *program)
{
	if (!order_kind_fits((uint16_t)kind, change->parts) ||
	    ((change->parts & PART_IMAGE) != 0) != (program != NULL))
		return PUMP_ERANGE;
	order->meant = *change;
	order->meant.image = NULL;
	if (program)
		order->program = *program;
	return change_encode(change, order->change, sizeof order->change, &order->change_len);
}

static bool is_single_bolus(const struct change *change)
{
	return (change->parts & PART_BOLUS) && change->bolus.what == BOLUS_SINGLE;
}

/* Without its concentration no second decoder could tell what a mass means in volume. */
static bool was_read(const struct client *c, const uint8_t *digest)
{
	return digest && c->read_primary_ng_per_ml > 0 &&
	       memcmp(c->read_digest, digest, DIGEST_LEN) == 0;
}

enum pump_err client_stage_change(struct client *c, enum order_kind kind,
				  const struct change *change, const struct program *program,
				  const uint8_t *expected_digest, uint64_t now_ms)
{
	bool gets_safe = order_gets_safe((uint16_t)kind);
	enum pump_err err = exchange_may_request(c);
	struct message m;

	if (err != PUMP_OK)
		return err;
	if (!gets_safe && c->unsettled > 0)
		return PUMP_ESTATE;
	if (gets_safe == (expected_digest != NULL))
		return PUMP_ERANGE;
	/* Without a higher token to give, no order could ever be told from an old one. */
	if (c->last_token >= INT64_MAX)
		return PUMP_ERANGE;
	c->now_ms = now_ms;
	c->state = CLIENT_READY;
	memset(&c->order, 0, sizeof c->order);
	if (take_change(&c->order, kind, change, program) != PUMP_OK ||
	    (is_single_bolus(change) && !was_read(c, expected_digest)))
		return PUMP_ERANGE;
	c->order.intent.kind = (uint16_t)kind;
	c->order.intent.gets_safe = gets_safe;
	if (expected_digest)
		memcpy(c->order.intent.expected_digest, expected_digest, DIGEST_LEN);
	memset(&m, 0, sizeof m);
	m.op = OP_STAGE;
	m.as.stage.change = c->order.change;
	m.as.stage.change_len = c->order.change_len;
	c->state = CLIENT_STAGING;
	exchange_send(c, &m);
	return PUMP_OK;
}

enum pump_err client_stage(struct client *c, enum order_kind kind, const struct program *program,
			   const uint8_t *expected_digest, uint64_t now_ms)
{
	struct change change = {.parts = PART_THERAPY, .therapy = act_of(kind)};
	uint8_t image[IMAGE_MAX];

	if (kind == ORDER_PROGRAM) {
		change.parts = PART_IMAGE;
		change.image = image;
		if (!program || image_encode(program, image, sizeof image, &change.image_len) != PUMP_OK)
			return exchange_may_request(c) == PUMP_OK ? PUMP_ERANGE : exchange_may_request(c);
	}
	return client_stage_change(c, kind, &change, program, expected_digest, now_ms);
}

void order_on_staged(struct client *c, const struct message *m)
{
	struct client_order *order = &c->order;
	const struct msg_staged *staged = &m->as.staged;
	enum order_kind kind = (enum order_kind)order->intent.kind;
	const struct program *program = order->meant.parts & PART_IMAGE ? &order->program : NULL;

	if (second_compare(order->change, order->change_len, kind, &order->meant, program,
			   staged) != PUMP_OK ||
	    !second_amounts_agree(&order->meant, c->read_primary_ng_per_ml, staged)) {
		c->state = CLIENT_READY;
		exchange_report(c, REPORT_STAGE_DIFFERS)->as.staged = *staged;
		return;
	}
	order->staged = *staged;
	memcpy(order->intent.stage_digest, staged->stage_digest, DIGEST_LEN);
	memcpy(order->intent.result_digest, staged->active_digest, DIGEST_LEN);
	order->intent.result_therapy = staged->therapy;
	c->state = CLIENT_STAGED;
	exchange_report(c, REPORT_STAGED)->as.staged = *staged;
}

void order_on_stage_refused(struct client *c, const struct msg_refused *refused)
{
	c->state = CLIENT_READY;
	exchange_report(c, REPORT_REFUSED)->as.refused = *refused;
}

static uint64_t add_capped(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static enum pump_err encode_order(struct client_order *o)
{
	const struct order_intent *intent = &o->intent;
	struct order order = {
		.token = intent->token,
		.kind = intent->kind,
		.operators = o->staged.operators,
		.not_after_ms = intent->not_after_ms,
	};

	memcpy(order.serial, intent->serial, sizeof order.serial);
	memcpy(order.stage_digest, intent->stage_digest, DIGEST_LEN);
	memcpy(order.expected_digest, intent->expected_digest, DIGEST_LEN);
	return order_encode(&order, o->order, sizeof o->order, &o->order_len);
}

enum pump_err client_confirm(struct client *c, const uint8_t stage_digest[DIGEST_LEN],
			     uint64_t now_ms)
{
	struct order_intent *intent = &c->order.intent;
	struct action *action;
	enum pump_err err = exchange_may_request(c);

	if (err != PUMP_OK)
		return err;
	if (c->state != CLIENT_STAGED)
		return PUMP_ESTATE;
	if (memcmp(stage_digest, intent->stage_digest, DIGEST_LEN) != 0)
		return PUMP_EMISMATCH;
	c->now_ms = now_ms;
	intent->token = ++c->last_token;
	intent->not_after_ms = add_capped(add_capped(c->ticks_ms, now_ms - c->ticks_at_ms),
					  CLIENT_ORDER_LIFE_MS);
	memcpy(intent->serial, c->serial, sizeof intent->serial);
	if (encode_order(&c->order) != PUMP_OK)
		return PUMP_ERANGE;
	c->state = CLIENT_SIGNING;
	action = exchange_push(c, ACTION_SIGN);
	action->as.sign.order = c->order.order;
	action->as.sign.len = c->order.order_len;
	action->as.sign.kind = intent->kind;
	return PUMP_OK;
}

static struct client_outcome outcome_of(const struct client *c, enum order_outcome outcome,
					const char *reason)
{
	return (struct client_outcome){
		.token = c->order.intent.token,
		.kind = c->order.intent.kind,
		.outcome = outcome,
		.reason = reason,
		.record_seq = c->order.record_seq,
		.differs = outcome == OUTCOME_APPLIED && c->order.differs,
	};
}

static void settle(struct client *c, const struct client_outcome *outcome)
{
	if (c->state != CLIENT_ENDING)
		c->state = CLIENT_SETTLING;
	exchange_settle(c, outcome, false);
}

void client_signed(struct client *c, const struct order_signature *signatures, uint8_t count,
		   uint64_t now_ms)
{
	if (!c->owes_signature || count > SIGNATURES_MAX)
		return;
	c->owes_signature = false;
	c->now_ms = now_ms;
	if (c->state != CLIENT_SIGNING)
		return;
	c->order.signature_count = count;
	for (uint8_t i = 0; i < count; i++)
		c->order.signatures[i] = signatures[i];
	c->state = CLIENT_STORING;
	exchange_push(c, ACTION_STORE_INTENT)->as.intent = c->order.intent;
}

void client_sign_failed(struct client *c, uint64_t now_ms)
{
	struct client_outcome outcome = outcome_of(c, OUTCOME_NOT_SENT, "not-signed");

	if (!c->owes_signature)
		return;
	c->owes_signature = false;
	c->now_ms = now_ms;
	if (c->state != CLIENT_SIGNING)
		return;
	exchange_report(c, REPORT_OUTCOME)->as.outcome = outcome;
	c->state = CLIENT_READY;
}

void client_intent_stored(struct client *c, uint64_t token, const uint8_t origin[ORIGIN_LEN],
			  uint64_t size, const uint8_t root[DIGEST_LEN], uint64_t now_ms)
{
	const struct client_order *order = &c->order;
	struct message m;

	if (!c->owes_intent || token != order->intent.token)
		return;
	c->owes_intent = false;
	c->now_ms = now_ms;
	c->unsettled++;
	if (c->state == CLIENT_ENDING) {
		struct client_outcome outcome =
			outcome_of(c, OUTCOME_NOT_SENT, "session-ended-before-commit");

		settle(c, &outcome);
		return;
	}
	memset(&m, 0, sizeof m);
	m.op = OP_COMMIT;
	m.as.commit.order = order->order;
	m.as.commit.order_len = order->order_len;
	m.as.commit.signature_count = order->signature_count;
	memcpy(m.as.commit.signatures, order->signatures, sizeof order->signatures);
	memcpy(m.as.commit.witness_origin, origin, ORIGIN_LEN);
	m.as.commit.witness_size = size;
	memcpy(m.as.commit.witness_root, root, DIGEST_LEN);
	c->state = CLIENT_COMMITTING;
	exchange_send(c, &m);
}

void client_intent_failed(struct client *c, uint64_t now_ms)
{
	struct client_outcome outcome = outcome_of(c, OUTCOME_NOT_SENT, "intent-not-stored");

	if (!c->owes_intent)
		return;
	c->owes_intent = false;
	c->now_ms = now_ms;
	exchange_report(c, REPORT_OUTCOME)->as.outcome = outcome;
	if (c->state == CLIENT_ENDING)
		exchange_finish(c);
	else
		c->state = CLIENT_READY;
}

static void settle_refused(struct client *c, uint16_t code)
{
	struct client_outcome outcome = outcome_of(c, OUTCOME_REFUSED, "refused-by-pump");

	outcome.code = code;
	settle(c, &outcome);
}

/* A pump drops a workstation that revokes itself right after its answer: nothing is read back. */
static bool ends_own_session(const struct client *c)
{
	return c->order.intent.kind == ORDER_REVOKE && c->order.meant.revoke == c->started.slot;
}

void order_on_committed(struct client *c, const struct message *m)
{
	const struct msg_committed *committed = &m->as.committed;
	struct client_order *order = &c->order;

	if (committed->token != order->intent.token) {
		exchange_end(c, CLIENT_END_PROTOCOL);
		return;
	}
	if (is_refusal(committed->code)) {
		settle_refused(c, committed->code);
		return;
	}
	if (committed->code != CODE_DONE) {
		exchange_end(c, CLIENT_END_PROTOCOL);
		return;
	}
	order->record_seq = committed->record_seq;
	order->answered = READ_BACK_EQUAL;
	if (committed->therapy != order->intent.result_therapy)
		order->answered = READ_BACK_THERAPY;
	else if (memcmp(committed->active_digest, order->intent.result_digest, DIGEST_LEN) != 0)
		order->answered = READ_BACK_PROGRAM;
	if (ends_own_session(c)) {
		struct client_outcome outcome;

		order->differs = order->answered != READ_BACK_EQUAL;
		outcome = outcome_of(c, OUTCOME_APPLIED, "own-pairing-revoked");
		settle(c, &outcome);
		return;
	}
	c->state = CLIENT_READING_BACK;
	exchange_ask(c, OP_GET_STATUS);
}

void order_on_commit_refused(struct client *c, const struct msg_refused *refused)
{
	/* A code that is not known does not say that nothing was done. */
	if (is_refusal(refused->code))
		settle_refused(c, refused->code);
	else
		exchange_end(c, CLIENT_END_PROTOCOL);
}

void order_on_status(struct client *c, const struct msg_status *status)
{
	c->order.status = *status;
	exchange_ask(c, OP_GET_IMAGE);
}

void order_on_image(struct client *c, const struct msg_image *image)
{
	static const char *const reasons[] = {
		[READ_BACK_EQUAL] = "read-back-equal",
		[READ_BACK_THERAPY] = "read-back-other-therapy",
		[READ_BACK_PROGRAM] = "read-back-other-program",
		[READ_BACK_RATE] = "read-back-other-rate",
	};
	const struct client_order *order = &c->order;
	struct read_back_ordered ordered = {
		.model = c->started.model,
		.therapy = order->intent.result_therapy,
		.digest = order->intent.result_digest,
		.rate_nl_per_day = order->staged.rate_nl_per_day,
		.bolus_nl_per_day = order->staged.bolus_nl_per_day,
		.leaves_delivery =
			!(order->meant.parts & (PART_IMAGE | PART_THERAPY | PART_BOLUS)),
	};
	enum read_back_finding finding;
	struct client_outcome outcome;

	finding = read_back_compare(&ordered, &order->status, image);
	if (finding == READ_BACK_EQUAL)
		finding = order->answered;
	c->order.differs = finding != READ_BACK_EQUAL;
	outcome = outcome_of(c, OUTCOME_APPLIED, reasons[finding]);
	settle(c, &outcome);
}

void order_on_read_back_refused(struct client *c)
{
	struct client_outcome outcome = outcome_of(c, OUTCOME_UNKNOWN, "read-back-refused");

	settle(c, &outcome);
}

static const char *reason_after_commit(enum client_end end)
{
	switch (end) {
	case CLIENT_END_LINK:
		return "link-lost-after-commit";
	case CLIENT_END_TIMEOUT:
		return "no-answer-to-commit";
	case CLIENT_END_EXPIRED:
		return "session-ended-after-commit";
	case CLIENT_END_VERSION:
	case CLIENT_END_UNKNOWN_HERE:
	case CLIENT_END_KEY:
	case CLIENT_END_CARD_CODE:
	case CLIENT_END_CARD_CLOSED:
	case CLIENT_END_CARD_TRIES:
	case CLIENT_END_TAMPERED:
	case CLIENT_END_PROTOCOL:
		break;
	}
	return "protocol-broken-after-commit";
}

/* No intent exists: what nobody signed is told at once. */
static bool end_signing(struct client *c)
{
	struct client_outcome outcome =
		outcome_of(c, OUTCOME_NOT_SENT, "session-ended-before-commit");

	if (!c->owes_signature)
		c->queue_count = 0; /* the action that nobody took */
	exchange_report(c, REPORT_OUTCOME)->as.outcome = outcome;
	return false;
}

static bool end_storing(struct client *c)
{
	struct client_outcome outcome =
		outcome_of(c, OUTCOME_NOT_SENT, "session-ended-before-commit");

	/* It may be on its way to the disk: only the answer tells whether an outcome is owed. */
	if (c->owes_intent)
		return true;
	c->queue_count = 0; /* the intent that nobody took */
	exchange_report(c, REPORT_OUTCOME)->as.outcome = outcome;
	return false;
}

static bool end_committing(struct client *c)
{
	struct client_outcome outcome =
		c->order.commit_begun
			? outcome_of(c, OUTCOME_UNKNOWN, reason_after_commit(c->end))
			: outcome_of(c, OUTCOME_NOT_SENT, "commit-not-sent");

	settle(c, &outcome);
	return true;
}

static bool end_reading_back(struct client *c)
{
	struct client_outcome outcome = outcome_of(c, OUTCOME_UNKNOWN,
						   c->end == CLIENT_END_LINK
							   ? "link-lost-before-read-back"
							   : "session-ended-before-read-back");

	settle(c, &outcome);
	return true;
}

bool order_on_end(struct client *c, enum client_state state)
{
	switch (state) {
	case CLIENT_SIGNING:
		return end_signing(c);
	case CLIENT_STORING:
		return end_storing(c);
	case CLIENT_COMMITTING:
		return end_committing(c);
	case CLIENT_READING_BACK:
		return end_reading_back(c);
	case CLIENT_CLOSED:
	case CLIENT_SHAKING:
	case CLIENT_STARTING:
	case CLIENT_RESOLVING:
	case CLIENT_READY:
	case CLIENT_STAGING:
	case CLIENT_STAGED:
	case CLIENT_SETTLING:
	case CLIENT_ENDING:
	case CLIENT_ENDED:
		break;
	}
	return false;
}
