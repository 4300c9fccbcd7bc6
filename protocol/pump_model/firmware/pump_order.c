/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_order.h"

#include "pump_infusion.h"
#include "pump_log.h"
#include "pump_requests.h"
#include "pump_session.h"
#include "pump_store.h"
#include "quantity.h"

#include <string.h>

/* Where a change leads from what is active now. */
struct plan {
	uint8_t therapy;
	const uint8_t *digest;
	uint64_t rate_nl_per_day;
};

/* A commit while it is checked. */
struct commit {
	const struct msg_commit *message;
	struct read_order order;
	struct plan plan;
	const struct pump_result *repeated; /* the stored answer is given again */
	bool keeps_witness;                 /* that of the slot, not the order's */
};

static const struct {
	uint16_t kind;
	enum therapy_act act;
	uint8_t therapy;
} SAFE_KINDS[] = {
	{ORDER_STOP, ACT_STOP, THERAPY_STOPPED},
	{ORDER_RESUME, ACT_RESUME, THERAPY_RUNNING},
	{ORDER_MINIMUM, ACT_MINIMUM, THERAPY_MINIMUM},
};

#define SAFE_COUNT (sizeof SAFE_KINDS / sizeof SAFE_KINDS[0])

static uint8_t therapy_after(const struct pump_stage *stage)
{
	for (size_t i = 0; stage->has_act && i < SAFE_COUNT; i++)
		if (SAFE_KINDS[i].act == stage->act)
			return SAFE_KINDS[i].therapy;
	return THERAPY_RUNNING;
}

static enum result_code make_plan(const struct pump *p, const struct pump_stage *stage,
				  struct plan *plan)
{
	uint64_t rate = 0;
	const struct read_image *image = stage->has_image ? &stage->image : &p->program.image;

	plan->therapy = therapy_after(stage);
	plan->digest = stage->has_image ? stage->image_digest : p->program.digest;
	if (stage->has_image || p->program.present) {
		if (image_read_rate(image, &rate) != PUMP_OK)
			return CODE_OUT_OF_RANGE;
	} else if (plan->therapy == THERAPY_RUNNING ||
		   (plan->therapy == THERAPY_MINIMUM && !p->memory.core.memory_lost)) {
		/* A pump that lost its program went to minimum rate by itself: so may an order. */
		return CODE_NO_PROGRAM;
	}
	plan->rate_nl_per_day = pump_infusion_rate(p->limits, plan->therapy, rate);
	return CODE_DONE;
}

/* ceil(rate * concentration / 1,000,000), ng/day; false if no number holds it. */
static bool daily_total(uint64_t rate_nl_per_day, uint32_t concentration, uint64_t *ng)
{
	uint64_t product;

	if (__builtin_mul_overflow(rate_nl_per_day, concentration, &product))
		return false;
	*ng = product / (uint64_t)NL_PER_ML + (product % (uint64_t)NL_PER_ML > 0 ? 1 : 0);
	return true;
}

static bool describe_image(const struct read_image *image, uint64_t rate_nl_per_day,
			   struct staged_image *out)
{
	_Static_assert(sizeof out->drugs[0].name == sizeof image->drugs[0].name, "same names");
	out->mode = image->mode;
	out->dose_ng_per_day = image->dose_ng_per_day;
	out->low_alarm_nl = image->low_alarm_nl;
	out->volume_24h_nl = rate_nl_per_day;
	out->greatest_hour_nl = rate_nl_per_day / 24 + (rate_nl_per_day % 24 > 0 ? 1 : 0);
	out->count = image->count;
	for (uint8_t i = 0; i < image->count; i++) {
		uint32_t concentration = image->drugs[i].concentration_ng_per_ml;

		memcpy(out->drugs[i].name, image->drugs[i].name, sizeof out->drugs[i].name);
		out->drugs[i].concentration_ng_per_ml = concentration;
		if (!daily_total(rate_nl_per_day, concentration, &out->drugs[i].daily_ng))
			return false;
	}
	return true;
}

static void keep_stage(struct pump *p, const struct read_change *change, const uint8_t *digest)
{
	struct pump_stage *stage = &p->stage;

	memcpy(stage->digest, digest, DIGEST_LEN);
	stage->expires_ms = pump_requests_ticks(p) + PUMP_STAGE_MS;
	stage->has_image = change->has_image;
	stage->has_act = change->has_act;
	stage->act = change->act;
	stage->image_len = change->image_len;
	if (!change->has_image)
		return;
	stage->image = change->image;
	memcpy(stage->image_bytes, change->image_bytes, change->image_len);
	image_read_digest(change->image_bytes, change->image_len, stage->image_digest);
}

enum result_code pump_order_stage(struct pump *p, const struct message *m, struct message *answer)
{
	const struct msg_stage *request = &m->as.stage;
	struct msg_staged *staged = &answer->as.staged;
	struct read_change change;
	struct plan plan;
	enum result_code code;
	uint64_t image_rate = 0;

	p->stage.present = false;
	if (image_read_change(request->change, request->change_len, &change) != PUMP_OK)
		return CODE_MALFORMED;
	image_read_digest(request->change, request->change_len, staged->stage_digest);
	keep_stage(p, &change, staged->stage_digest);
	code = make_plan(p, &p->stage, &plan);
	if (code != CODE_DONE)
		return code;
	if (change.has_image && (image_read_rate(&change.image, &image_rate) != PUMP_OK ||
				 !describe_image(&change.image, image_rate, &staged->image)))
		return CODE_OUT_OF_RANGE;
	p->stage.present = true;
	answer->op = OP_STAGED;
	memcpy(staged->active_digest, plan.digest, DIGEST_LEN);
	staged->therapy = plan.therapy;
	staged->rate_nl_per_day = plan.rate_nl_per_day;
	staged->expires_ticks_ms = p->stage.expires_ms;
	staged->has_image = change.has_image;
	return CODE_DONE;
}

static enum result_code check_form(const struct pump *p, struct commit *c)
{
	(void)p;
	if (image_read_order(c->message->order, c->message->order_len, &c->order) != PUMP_OK ||
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
	for (size_t i = 0; i < SAFE_COUNT; i++)
		if (SAFE_KINDS[i].kind == kind)
			return true;
	return false;
}

static enum result_code check_kind(const struct pump *p, struct commit *c)
{
	const struct pump_stage *stage = &p->stage;

	if (c->order.kind == ORDER_PROGRAM)
		return stage->has_image && !stage->has_act ? CODE_DONE : CODE_MALFORMED;
	for (size_t i = 0; i < SAFE_COUNT; i++)
		if (SAFE_KINDS[i].kind == c->order.kind && !stage->has_image &&
		    stage->has_act && SAFE_KINDS[i].act == stage->act)
			return CODE_DONE;
	return CODE_MALFORMED;
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
	enum result_code code = make_plan(p, &p->stage, &c->plan);

	if (code != CODE_DONE || gets_safe(c->order.kind))
		return code;
	return pump_limits_allow(p->limits, c->plan.rate_nl_per_day, p->stage.image.low_alarm_nl)
		       ? CODE_DONE
		       : CODE_OUT_OF_RANGE;
}

static enum result_code check_mixture(const struct pump *p, struct commit *c)
{
	if (gets_safe(c->order.kind) || !p->program.present ||
	    image_read_same_mixture(&p->program.image, &p->stage.image))
		return CODE_DONE;
	return CODE_NEEDS_BRIDGE;
}

static enum result_code check_order(const struct pump *p, struct commit *c)
{
	/* The order of docs/protocol.md section 7. */
	static enum result_code (*const CHECKS[])(const struct pump *, struct commit *) = {
		check_form,  check_serial,  check_token,    check_time,   check_stage,
		check_kind,  check_witness, check_expected, check_limits, check_mixture,
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
	if (p->stage.has_image) {
		memset(core->image, 0, sizeof core->image);
		memcpy(core->image, p->stage.image_bytes, p->stage.image_len);
		core->image_len = (uint16_t)p->stage.image_len;
		core->memory_lost = false;
	}
	pair->last_token = result.token;
	pump_block_add_result(pair, &result);
	if (!c->keeps_witness) {
		memcpy(pair->origin, c->message->witness_origin, ORIGIN_LEN);
		pair->size = c->message->witness_size;
		memcpy(pair->root, c->message->witness_root, DIGEST_LEN);
	}
	p->stage.present = false;
	p->commit_session = p->session.number;
	p->commit_slot = p->session.slot;
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
	const struct pump_pair *pair = &p->memory.pairs[p->commit_slot];
	struct message answer = {.op = 0};

	/* A session that began since has its own question; the order stands in the results. */
	if (p->session.number != p->commit_session || !pump_session_can_send(p, CHANNEL_OUT))
		return;
	fill_committed(&answer, &pair->results[pair->result_count - 1]);
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
