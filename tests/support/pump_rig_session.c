/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_rig.h"

#include <check.h>
#include <sodium.h>
#include <string.h>

void rig_link(struct rig *r)
{
	rig_disconnect(r);
	r->disconnected = false;
	r->hello_done = false;
	r->mail_count = 0;
	r->hand_reply_len = 0;
	splitter_init(&r->in);
	joiner_init(&r->out);
	joiner_init(&r->stream);
	pump_connected(&r->pump, r->link, r->mtu, r->now_ms);
	rig_run(r);
}

void rig_greet(struct rig *r)
{
	uint8_t message[HANDSHAKE_MAX];
	size_t len = HELLO_PROGRAMMER_LEN;

	rig_link(r);
	r->setup.seed[0]++;
	handshake_begin(&r->hand, &r->setup, message);
	while (len > 0 && rig_feed_message(r, message, len)) {
		len = r->hand_reply_len;
		memcpy(message, r->hand_reply, len);
		r->hand_reply_len = 0;
	}
}

void rig_connect(struct rig *r, struct msg_started *started)
{
	struct message answer;

	rig_greet(r);
	ck_assert(r->hello_done);
	rig_ask_op(r, OP_START, &answer);
	ck_assert_uint_eq(answer.op, OP_STARTED);
	if (started)
		*started = answer.as.started;
}

void rig_disconnect(struct rig *r)
{
	if (r->disconnected)
		return;
	r->disconnected = true;
	pump_disconnected(&r->pump, r->link, r->now_ms);
	rig_run(r);
}

static uint16_t refusal_of(const struct message *answer, uint16_t asked, uint16_t expected)
{
	if (answer->op == OP_REFUSED) {
		ck_assert_uint_eq(answer->as.refused.op, asked);
		return answer->as.refused.code;
	}
	ck_assert_uint_eq(answer->op, expected);
	return CODE_DONE;
}

uint16_t rig_stage(struct rig *r, const uint8_t *change, size_t len, struct msg_staged *staged)
{
	struct message m = {.op = OP_STAGE, .as.stage = {.change = change, .change_len = len}};
	struct message answer;
	uint16_t code;

	rig_ask(r, &m, &answer);
	code = refusal_of(&answer, OP_STAGE, OP_STAGED);
	if (code == CODE_DONE)
		*staged = answer.as.staged;
	return code;
}

uint16_t rig_stage_image(struct rig *r, const uint8_t *image, size_t len, struct msg_staged *staged)
{
	uint8_t change[CHANGE_MAX];
	size_t change_len;

	ck_assert_int_eq(change_encode_image(image, len, change, sizeof change, &change_len),
			 PUMP_OK);
	return rig_stage(r, change, change_len, staged);
}

uint16_t rig_stage_act(struct rig *r, enum therapy_act act, struct msg_staged *staged)
{
	uint8_t change[CHANGE_MAX];
	size_t change_len;

	ck_assert_int_eq(change_encode_act(act, change, sizeof change, &change_len), PUMP_OK);
	return rig_stage(r, change, change_len, staged);
}

void rig_operator_key(uint8_t number, uint8_t public[OPERATOR_KEY_LEN], uint8_t *secret)
{
	const uint8_t seed[crypto_sign_SEEDBYTES] = {0x0D, number};
	uint8_t both[crypto_sign_SECRETKEYBYTES];

	crypto_sign_seed_keypair(public, both, seed);
	if (secret)
		memcpy(secret, both, sizeof both);
}

void rig_signer(struct rig_order *o, const char *id, uint8_t key)
{
	ck_assert_uint_lt(o->signer_count, SIGNATURES_MAX);
	memset(o->signers[o->signer_count].id, 0, sizeof o->signers[0].id);
	memcpy(o->signers[o->signer_count].id, id, strlen(id));
	o->signers[o->signer_count++].key = key;
}

static void sign(const struct rig_order *o, const uint8_t *order, size_t len, struct msg_commit *commit)
{
	static const char prefix[] = "IIS-order-1";
	uint8_t message[sizeof prefix - 1 + ORDER_MAX];
	uint8_t public[OPERATOR_KEY_LEN], secret[crypto_sign_SECRETKEYBYTES];

	memcpy(message, prefix, sizeof prefix - 1);
	memcpy(message + sizeof prefix - 1, order, len);
	commit->signature_count = o->signer_count;
	for (uint8_t i = 0; i < o->signer_count; i++) {
		struct order_signature *signature = &commit->signatures[i];

		rig_operator_key(o->signers[i].key, public, secret);
		memcpy(signature->id, o->signers[i].id, sizeof signature->id);
		crypto_sign_detached(signature->bytes, NULL, message, sizeof prefix - 1 + len, secret);
	}
}

void rig_order(struct rig *r, struct rig_order *o, uint16_t kind, uint64_t token,
	       const struct msg_staged *staged)
{
	memset(o, 0, sizeof *o);
	memcpy(o->order.serial, r->birth.serial, sizeof o->order.serial);
	o->order.token = token;
	o->order.kind = kind;
	memcpy(o->order.stage_digest, staged->stage_digest, DIGEST_LEN);
	if (kind != ORDER_STOP && kind != ORDER_RESUME && kind != ORDER_MINIMUM)
		memcpy(o->order.expected_digest, r->pump.program.digest, DIGEST_LEN);
	o->order.not_after_ms = UINT64_MAX;
	memset(o->origin, 0x77, sizeof o->origin);
	o->size = token;
	memset(o->root, (int)(token & 0x7f), sizeof o->root);
	o->version = 1;
	o->order.operators = r->pump.memory.operators.version;
	rig_signer(o, "anna", 0);
	if (r->pump.memory.operators.count > 1)
		rig_signer(o, "bo", 1);
}

uint16_t rig_stage_change(struct rig *r, const struct change *change, struct msg_staged *staged)
{
	uint8_t bytes[CHANGE_MAX];
	size_t len;

	ck_assert_int_eq(change_encode(change, bytes, sizeof bytes, &len), PUMP_OK);
	return rig_stage(r, bytes, len, staged);
}

size_t rig_commit_plain(const struct rig_order *o, uint8_t *plain)
{
	uint8_t order[ORDER_MAX];
	size_t order_len;
	size_t len;
	struct message m = {.op = OP_COMMIT};

	ck_assert_int_eq(order_encode(&o->order, order, sizeof order, &order_len), PUMP_OK);
	order[0] = o->version;
	m.as.commit.order = order;
	m.as.commit.order_len = order_len;
	sign(o, order, order_len, &m.as.commit);
	memcpy(m.as.commit.witness_origin, o->origin, ORIGIN_LEN);
	m.as.commit.witness_size = o->size;
	memcpy(m.as.commit.witness_root, o->root, DIGEST_LEN);
	ck_assert_int_eq(message_encode(&m, plain, PLAINTEXT_MAX, &len), PUMP_OK);
	return len;
}

uint16_t rig_commit(struct rig *r, const struct rig_order *o, struct msg_committed *committed)
{
	struct message answer;
	uint16_t code;

	ck_assert(rig_send_plain(r, r->plain, rig_commit_plain(o, r->plain)));
	ck_assert(rig_take(r, CHANNEL_OUT, &answer));
	code = refusal_of(&answer, OP_COMMIT, OP_COMMITTED);
	if (code == CODE_DONE)
		*committed = answer.as.committed;
	return code;
}

void rig_list_second(struct rig *r, uint64_t token)
{
	struct change change = {.parts = PART_OPERATOR,
				.operator_act = {OPERATOR_PUT, {"bo", OPERATOR_SUPERVISOR, {0}}}};
	struct msg_staged staged;
	struct msg_committed committed;
	struct rig_order order;

	rig_operator_key(1, change.operator_act.row.key, NULL);
	ck_assert_uint_eq(rig_stage_change(r, &change, &staged), CODE_DONE);
	rig_order(r, &order, ORDER_OPERATORS, token, &staged);
	ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_DONE);
}

uint16_t rig_give(struct rig *r, uint16_t kind, const struct change *change, struct msg_staged *staged,
		  struct msg_committed *committed)
{
	uint16_t code = rig_stage_change(r, change, staged);
	struct rig_order order;

	if (code != CODE_DONE)
		return code;
	rig_order(r, &order, kind, r->token + 1, staged);
	code = rig_commit(r, &order, committed);
	r->token += code == CODE_DONE;
	return code;
}

void rig_check_same_answer(const struct msg_committed *a, const struct msg_committed *b)
{
	ck_assert_uint_eq(a->token, b->token);
	ck_assert_uint_eq(a->code, b->code);
	ck_assert_mem_eq(a->active_digest, b->active_digest, DIGEST_LEN);
	ck_assert_uint_eq(a->therapy, b->therapy);
	ck_assert_uint_eq(a->record_seq, b->record_seq);
}

void rig_stage_dose(struct rig *r, uint64_t dose_ng_per_day, struct msg_staged *staged)
{
	uint8_t image[IMAGE_MAX];
	size_t len = rig_image(image, "morphine", MG_PER_ML_10, dose_ng_per_day, LOW_NL);

	ck_assert_uint_eq(rig_stage_image(r, image, len, staged), CODE_DONE);
}

uint16_t rig_commit_act(struct rig *r, uint16_t kind, enum therapy_act act, uint64_t token,
			struct msg_committed *committed)
{
	struct msg_staged staged;
	struct rig_order order;
	uint16_t code = rig_stage_act(r, act, &staged);

	if (code != CODE_DONE)
		return code;
	rig_order(r, &order, kind, token, &staged);
	return rig_commit(r, &order, committed);
}

void rig_program(struct rig *r, uint64_t token, uint64_t dose_ng_per_day)
{
	struct msg_staged staged;
	struct msg_committed committed;
	struct rig_order order;

	rig_stage_dose(r, dose_ng_per_day, &staged);
	rig_order(r, &order, ORDER_PROGRAM, token, &staged);
	ck_assert_uint_eq(rig_commit(r, &order, &committed), CODE_DONE);
}

void rig_chain(const uint8_t before[DIGEST_LEN], uint32_t epoch, uint64_t seq, const uint8_t *raw,
	       size_t len, uint8_t after[DIGEST_LEN])
{
	crypto_generichash_state state;
	uint8_t numbers[12];

	for (int i = 0; i < 4; i++)
		numbers[i] = (uint8_t)(epoch >> (8 * i));
	for (int i = 0; i < 8; i++)
		numbers[4 + i] = (uint8_t)(seq >> (8 * i));
	crypto_generichash_init(&state, NULL, 0, DIGEST_LEN);
	crypto_generichash_update(&state, before, DIGEST_LEN);
	crypto_generichash_update(&state, numbers, sizeof numbers);
	crypto_generichash_update(&state, raw, len);
	crypto_generichash_final(&state, after, DIGEST_LEN);
}

void rig_check_log(struct rig *r)
{
	struct message answer;
	uint8_t hash[DIGEST_LEN];
	uint8_t raw[RECORD_MAX];

	rig_ask_op(r, OP_GET_RANGE, &answer);
	ck_assert_uint_eq(answer.op, OP_RANGE);
	memcpy(hash, answer.as.range.before, DIGEST_LEN);
	for (uint64_t seq = answer.as.range.first; seq <= answer.as.range.last; seq++) {
		size_t len = pump_log_read(&r->pump, seq, raw);

		ck_assert_uint_gt(len, 0);
		rig_chain(hash, answer.as.range.epoch, seq, raw, len, hash);
	}
	ck_assert_mem_eq(hash, answer.as.range.last_hash, DIGEST_LEN);
}

uint64_t rig_ask_ticks(struct rig *r)
{
	struct message answer;

	rig_ask_op(r, OP_PING, &answer);
	ck_assert_uint_eq(answer.op, OP_PONG);
	return answer.as.pong.ticks_ms;
}

void rig_check_chain(const struct rig *r)
{
	uint8_t hash[DIGEST_LEN] = {0};
	uint8_t raw[RECORD_MAX];
	struct pump_view view;

	pump_look(&r->pump, &view);
	for (uint64_t seq = view.log_first; seq <= view.log_last; seq++) {
		size_t len = pump_log_read(&r->pump, seq, raw);

		ck_assert_uint_gt(len, 0);
		if (seq == view.log_first && seq > 1)
			memcpy(hash, r->nvm + PUMP_NVM_BASE +
					     (seq - 1) % r->pump.log.slots * PUMP_LOG_SLOT + 28,
			       DIGEST_LEN);
		rig_chain(hash, 1, seq, raw, len, hash);
	}
	ck_assert_mem_eq(hash, r->pump.log.chain, DIGEST_LEN);
}

const struct record_view *rig_record(struct rig *r, uint64_t seq)
{
	size_t len = pump_log_read(&r->pump, seq, r->raw);

	ck_assert_int_eq(record_decode(r->raw, len, &r->record), PUMP_OK);
	return &r->record;
}
