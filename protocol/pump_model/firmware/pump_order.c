/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_order.h"

#include "pump_acts.h"
#include "pump_describe.h"
#include "pump_log.h"
#include "pump_requests.h"
#include "pump_session.h"
#include "pump_store.h"
#include "pump_visit.h"

#include <string.h>

/* A commit while it is checked. */
struct commit {
	const struct msg_commit *message;
	struct read_order order;
	struct pump_plan plan;
	const struct pump_result *repeated; /* the stored answer is given again */
	bool keeps_witness;                 /* that of the slot, not the order's */
	bool breaks_glass;                  /* unsigned, by the magnet */
};

static void keep_stage(struct pump *p, const uint8_t *digest)
{
	struct pump_stage *stage = &p->stage;
	struct read_change *change = &stage->change;

	memcpy(stage->digest, digest, DIGEST_LEN);
	stage->expires_ms = pump_requests_ticks(p) + PUMP_STAGE_MS;
	if (!(change->parts & PART_IMAGE))
		return;
	memcpy(stage->image_bytes, change->image_bytes, change->image_len);
	change->image_bytes = stage->image_bytes;
	image_read_digest(stage->image_bytes, change->image_len, stage->image_digest);
}

static void tell_acts(const struct read_change *change, struct msg_staged *staged)
{
	struct writer w;

	writer_init(&w, staged->acts, sizeof staged->acts);
	change_read_tell(change, &w);
	staged->acts_len = writer_len(&w);
}

enum result_code pump_order_stage(struct pump *p, const struct message *m, struct message *answer)
{
	const struct msg_stage *request = &m->as.stage;
	struct msg_staged *staged = &answer->as.staged;
	const struct read_change *change = &p->stage.change;
	struct pump_plan plan;
	enum result_code code;

	p->stage.present = false;
	if (change_read(request->change, request->change_len, &p->stage.change) != PUMP_OK)
		return CODE_MALFORMED;
	image_read_digest(request->change, request->change_len, staged->stage_digest);
	keep_stage(p, staged->stage_digest);
	code = pump_acts_plan(p, &p->stage, &plan);
	if (code != CODE_DONE)
		return code;
	staged->has_image = (change->parts & PART_IMAGE) != 0;
	if (staged->has_image &&
	    !pump_describe_image(&change->image, &plan.amounts, &staged->image))
		return CODE_OUT_OF_RANGE;
	p->stage.present = true;
	answer->op = OP_STAGED;
	memcpy(staged->active_digest, plan.digest, DIGEST_LEN);
	staged->therapy = plan.therapy;
	staged->rate_nl_per_day = plan.rate_nl_per_day;
	staged->reservoir_nl = plan.reservoir_nl;
	staged->expires_ticks_ms = p->stage.expires_ms;
	staged->operators = p->memory.operators.version;
	staged->second = plan.second;
	staged->bolus_nl = plan.bolus.nl;
	staged->bolus_nl_per_day = plan.bolus.nl_per_day;
	staged->bolus_s = plan.bolus.seconds;
	staged->clock_nl = plan.clock_nl;
	tell_acts(change, staged);
	return CODE_DONE;
}

static enum result_code check_form(const struct pump *p, struct commit *c)
{
	(void)p;
	if (change_read_order(c->message->order, c->message->order_len, &c->order) != PUMP_OK ||
	    c->order.token > INT64_MAX || c->message->witness_size > INT64_MAX)
		return CODE_MALFORMED;
	return CODE_DONE;
}

static enum result_code check_serial(const struct pump *p, struct commit *c)
{
	size_t i = 0;

	while (p->serial[i] != '\0' && p->serial[i] == c->order.serial[i])
		i++;
	return p->serial[i] == c->order.serial[i] ? CODE_DONE : CODE_WRONG_SERIAL;
}

static const struct pump_result *find_result(const struct pump_pair *pair, uint64_t token)
{
	for (uint8_t i = 0; i < pair->result_count; i++)
		if (pair->results[i].token == token)
			return &pair->results[i];
	return NULL;
}

static enum result_code check_token(const struct pump *p, struct commit *c)
{
	const struct pump_pair *pair = &p->memory.pairs[p->session.slot];
	const struct pump_result *result;

	if (c->order.token > pair->last_token)
		return CODE_DONE;
	result = find_result(pair, c->order.token);
	if (!result || result->kind != c->order.kind ||
	    memcmp(result->stage_digest, c->order.stage_digest, DIGEST_LEN) != 0)
		return CODE_TOKEN_USED;
	c->repeated = result;
	return CODE_DONE;
}

static enum result_code check_time(const struct pump *p, struct commit *c)
{
	return pump_requests_ticks(p) > c->order.not_after_ms ? CODE_EXPIRED : CODE_DONE;
}

static enum result_code check_stage(const struct pump *p, struct commit *c)
{
	const struct pump_stage *stage = &p->stage;

	if (!stage->present || pump_requests_ticks(p) >= stage->expires_ms ||
	    memcmp(stage->digest, c->order.stage_digest, DIGEST_LEN) != 0)
		return CODE_NO_STAGE;
	return CODE_DONE;
}

static bool gets_safe(uint16_t kind)
{
	return kind == ORDER_STOP || kind == ORDER_RESUME || kind == ORDER_MINIMUM ||
	       kind == ORDER_BOLUS_STOP;
}

static enum result_code check_kind(const struct pump *p, struct commit *c)
{
	return pump_operators_kind_fits(c->order.kind, &p->stage.change) ? CODE_DONE : CODE_MALFORMED;
}

/* Nobody signed: only getting safe may do without, while a hand holds a magnet over the pump. */
static enum result_code check_magnet(const struct pump *p, struct commit *c)
{
	c->breaks_glass = gets_safe(c->order.kind) && p->now_ms < p->magnet_ms;
	return c->breaks_glass ? CODE_DONE : CODE_NEEDS_SIGNATURE;
}

static enum result_code check_signature(const struct pump *p, const struct commit *c, size_t i)
{
	const struct msg_commit *m = c->message;
	const struct pump_operator *operator =
		pump_operators_find(&p->memory.operators, m->signatures[i].id);

	if (!operator || !pump_operators_signed(operator, m->order, m->order_len,
						m->signatures[i].bytes))
		return CODE_BAD_SIGNATURE;
	if (gets_safe(c->order.kind) ||
	    pump_operators_allow(operator->role, &p->stage.change, c->plan.only_alarms))
		return CODE_DONE;
	return CODE_NOT_ALLOWED;
}

static bool is_signed_twice_by_one(const struct msg_commit *m)
{
	return m->signature_count == 2 && memcmp(m->signatures[0].id, m->signatures[1].id,
						 sizeof m->signatures[0].id) == 0;
}

static enum result_code check_signatures(const struct pump *p, struct commit *c)
{
	const struct msg_commit *m = c->message;
	enum result_code code = pump_acts_plan(p, &p->stage, &c->plan);

	if (code != CODE_DONE)
		return code;
	if (m->signature_count == 0)
		return check_magnet(p, c);
	if (!gets_safe(c->order.kind) && c->order.operators != p->memory.operators.version)
		return CODE_OLD_OPERATORS;
	if (is_signed_twice_by_one(m))
		return CODE_BAD_SIGNATURE;
	for (size_t i = 0; i < m->signature_count && code == CODE_DONE; i++)
		code = check_signature(p, c, i);
	return code;
}

static enum result_code check_witness(const struct pump *p, struct commit *c)
{
	const struct pump_pair *pair = &p->memory.pairs[p->session.slot];
	const struct msg_commit *order = c->message;
	static const uint8_t none[ORIGIN_LEN];
	const bool carries_none = memcmp(order->witness_origin, none, ORIGIN_LEN) == 0;

	if (!carries_none &&
	    (memcmp(pair->origin, order->witness_origin, ORIGIN_LEN) != 0 ||
	     pair->size < order->witness_size ||
	     (pair->size == order->witness_size &&
	      memcmp(pair->root, order->witness_root, DIGEST_LEN) == 0)))
		return CODE_DONE;
	if (!gets_safe(c->order.kind))
		return CODE_ROLLED_BACK;
	c->keeps_witness = true;
	return CODE_DONE;
}

static enum result_code check_expected(const struct pump *p, struct commit *c)
{
	if (gets_safe(c->order.kind) ||
	    memcmp(p->program.digest, c->order.expected_digest, DIGEST_LEN) == 0)
		return CODE_DONE;
	return CODE_ACTIVE_CHANGED;
}

static enum result_code check_limits(const struct pump *p, struct commit *c)
{
	if (!(p->stage.change.parts & PART_IMAGE))
		return CODE_DONE;
	return pump_limits_allow(p->limits, &p->stage.change.image, &c->plan.amounts)
		       ? CODE_DONE
		       : CODE_OUT_OF_RANGE;
}

static enum result_code check_mixture(const struct pump *p, struct commit *c)
{
	const struct read_change *change = &p->stage.change;

	(void)c;
	if (!(change->parts & PART_IMAGE) || !p->program.present || (change->parts & PART_REASON) ||
	    change->image.bridge != READ_BRIDGE_UNSAID ||
	    image_read_same_mixture(&p->program.image, &change->image))
		return CODE_DONE;
	return CODE_NEEDS_BRIDGE;
}

static enum result_code check_acts(const struct pump *p, struct commit *c)
{
	return pump_acts_check(p, &p->stage, &c->plan);
}

static bool has_supervisor(const struct pump *p, const struct msg_commit *m)
{
	for (size_t i = 0; i < m->signature_count; i++) {
		const struct pump_operator *operator =
			pump_operators_find(&p->memory.operators, m->signatures[i].id);

		if (operator && pump_operators_override(operator->role))
			return true;
	}
	return false;
}

static enum result_code check_second(const struct pump *p, struct commit *c)
{
	if (c->plan.second == 0 || gets_safe(c->order.kind))
		return CODE_DONE;
	if (c->message->signature_count < SIGNATURES_MAX)
		return CODE_NEEDS_SECOND;
	if ((c->plan.second & SECOND_OVERRIDE) && !has_supervisor(p, c->message))
		return CODE_NOT_ALLOWED;
	return CODE_DONE;
}

static enum result_code check_order(const struct pump *p, struct commit *c)
{
	/* The order of docs/protocol.md section 7. */
	static enum result_code (*const CHECKS[])(const struct pump *, struct commit *) = {
		check_form,     check_serial, check_token,   check_time,
		check_stage,    check_kind,   check_signatures, check_witness,
		check_expected, check_limits, check_mixture, check_acts,
		check_second,
	};

	for (size_t i = 0; i < sizeof CHECKS / sizeof CHECKS[0]; i++) {
		enum result_code code = CHECKS[i](p, c);

		if (code != CODE_DONE || c->repeated)
			return code;
	}
	return CODE_DONE;
}

static void prepare_record(struct pump *p, const struct commit *c)
{
	const struct msg_commit *m = c->message;
	uint8_t raw[RECORD_MAX];
	struct writer w;

	pump_log_begin(&w, raw, RECORD_ORDER, p->counters.therapy_s);
	writer_u8(&w, p->session.slot);
	writer_copy(&w, p->memory.pairs[p->session.slot].workstation, WORKSTATION_LEN);
	writer_u64(&w, c->order.token);
	writer_u16(&w, c->order.kind);
	writer_copy(&w, c->order.stage_digest, DIGEST_LEN);
	writer_copy(&w, c->plan.digest, DIGEST_LEN);
	writer_u8(&w, c->plan.therapy);
	writer_u64(&w, m->witness_size);
	writer_copy(&w, m->witness_root, DIGEST_LEN);
	writer_u32(&w, p->memory.operators.version);
	for (size_t i = 0; i < SIGNATURES_MAX; i++)
		writer_copy(&w, (const uint8_t *)m->signatures[i].id, OPERATOR_ID_MAX);
	writer_u64(&w, pump_acts_amount(p, c->order.kind, &p->stage.change));
	pump_log_prepare(p, raw, writer_len(&w));
}

static void execute(struct pump *p, const struct commit *c)
{
	struct pump_pair *pair = &p->next.pairs[p->session.slot];
	struct pump_core *core = &p->next.core;
	struct pump_result result = {
		.token = c->order.token,
		.kind = c->order.kind,
		.therapy = c->plan.therapy,
		.record_seq = p->log.last + 1,
	};

	memcpy(result.stage_digest, c->order.stage_digest, DIGEST_LEN);
	memcpy(result.active_digest, c->plan.digest, DIGEST_LEN);
	prepare_record(p, c);
	pump_store_begin(p);
	core->therapy = c->plan.therapy;
	if ((p->stage.change.parts & PART_IMAGE) && p->lie != PUMP_OTHER_DOSE) {
		memset(core->image, 0, sizeof core->image);
		memcpy(core->image, p->stage.image_bytes, p->stage.change.image_len);
		core->image_len = (uint16_t)p->stage.change.image_len;
		core->memory_lost = false;
	}
	pump_acts_apply(p, &p->stage, &c->plan);
	if (c->breaks_glass)
		pump_care_add_due(&p->next.care, result.record_seq,
				  p->counters.therapy_s + PUMP_COUNTERSIGN_S);
	pair->last_token = result.token;
	pump_block_add_result(pair, &result);
	if (!c->keeps_witness) {
		memcpy(pair->origin, c->message->witness_origin, ORIGIN_LEN);
		pair->size = c->message->witness_size;
		memcpy(pair->root, c->message->witness_root, DIGEST_LEN);
	}
	pump_acts_finish(p, &p->stage.change);
	p->stage.present = false;
	p->committed = result;
	p->commit_session = p->session.number;
	pump_store_commit(p, PUMP_AFTER_COMMIT);
}

static void fill_committed(struct message *answer, const struct pump_result *result)
{
	answer->op = OP_COMMITTED;
	answer->as.committed.token = result->token;
	answer->as.committed.code = CODE_DONE;
	memcpy(answer->as.committed.active_digest, result->active_digest, DIGEST_LEN);
	answer->as.committed.therapy = result->therapy;
	answer->as.committed.record_seq = result->record_seq;
}

enum result_code pump_order_commit(struct pump *p, const struct message *m,
				   struct message *answer)
{
	struct commit c = {.message = &m->as.commit};
	enum result_code code = check_order(p, &c);

	if (code != CODE_DONE)
		return code;
	if (c.repeated)
		fill_committed(answer, c.repeated);
	else
		execute(p, &c);
	return CODE_DONE;
}

void pump_order_committed(struct pump *p)
{
	struct message answer = {.op = 0};

	/* Who shakes hands with a key or a code that counts no longer must not come to its end. */
	if (p->committed.kind == ORDER_REVOKE || p->committed.kind == ORDER_CARD)
		pump_visit_end_all(p);
	/* A session that began since has its own question; the order stands in the results. */
	if (p->session.number != p->commit_session || !pump_session_can_send(p, CHANNEL_OUT)) {
		pump_session_end_revoked(p);
		return;
	}
	fill_committed(&answer, &p->committed);
	pump_session_send(p, CHANNEL_OUT, &answer);
}

enum result_code pump_order_find(struct pump *p, const struct message *m, struct message *answer)
{
	const struct pump_pair *pair = &p->memory.pairs[p->session.slot];
	const struct pump_result *result = find_result(pair, m->as.find_order.token);
	struct msg_found *found = &answer->as.found;

	answer->op = OP_FOUND;
	found->token = m->as.find_order.token;
	found->found = result != NULL;
	/* Requests are answered between transactions only: nothing is pending then. */
	found->pending = false;
	found->last_token = pair->last_token;
	found->first_seq = p->log.first;
	if (!result)
		return CODE_DONE;
	found->kind = result->kind;
	memcpy(found->stage_digest, result->stage_digest, DIGEST_LEN);
	memcpy(found->active_digest, result->active_digest, DIGEST_LEN);
	found->therapy = result->therapy;
	found->record_seq = result->record_seq;
	return CODE_DONE;
}
