/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_rig.h"

#include <check.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

size_t rig_image(uint8_t *image, const char *drug, uint32_t concentration, uint64_t dose,
		 uint32_t low_nl)
{
	struct writer w;

	writer_init(&w, image, IMAGE_MAX);
	writer_u8(&w, 1);
	writer_u8(&w, 0x0F);
	writer_u16(&w, (uint16_t)(1 + 1 + strlen(drug) + 4));
	writer_u8(&w, 1);
	writer_string8(&w, drug);
	writer_u32(&w, concentration);
	writer_u8(&w, 0x33);
	writer_u16(&w, 9);
	writer_u8(&w, 0x55);
	writer_u64(&w, dose);
	writer_u8(&w, 0x55);
	writer_u16(&w, 4);
	writer_u32(&w, low_nl);
	ck_assert(!w.failed);
	return writer_len(&w);
}

void rig_default_birth(struct pump_birth *birth)
{
	memset(birth, 0, sizeof *birth);
	memcpy(birth->serial, "PX40-000123", 12);
	memcpy(birth->model, "PX40", 5);
	birth->paired = true;
	memset(birth->workstation, 0x17, sizeof birth->workstation);
	memset(birth->pairing_key, 0x42, sizeof birth->pairing_key);
	memcpy(birth->card_code, "7K3M9QXA", CARD_CODE_LEN);
	memset(birth->advert_key, 0xAD, sizeof birth->advert_key);
	memcpy(birth->patient_tag, "W4-BED2", 8);
	memcpy(birth->operator_id, "anna", 5);
	rig_operator_key(0, birth->operator_key, NULL);
	birth->utc_s = 1700000000;
	birth->reservoir_nl = 20000000;
	birth->image_len = rig_image(birth->image, "morphine", 10000000, 1200000, 2000000);
}

struct rig *rig_create_from(const struct pump_birth *birth, uint64_t log_slots)
{
	struct rig *r = calloc(1, sizeof *r);

	ck_assert_ptr_nonnull(r);
	ck_assert_int_ge(sodium_init(), 0);
	r->birth = *birth;
	r->nvm_size = PUMP_NVM_BASE + (size_t)log_slots * PUMP_LOG_SLOT;
	r->nvm = malloc(r->nvm_size);
	ck_assert_ptr_nonnull(r->nvm);
	r->now_ms = 1000;
	r->mtu = 247;
	r->setup = (struct handshake_setup){.role = ROLE_PROGRAMMER, .secret_kind = SECRET_KEY};
	memcpy(r->setup.secret, birth->pairing_key, PAIRING_KEY_LEN);
	memcpy(r->setup.workstation, birth->workstation, WORKSTATION_LEN);
	memcpy(r->setup.serial, birth->serial, sizeof r->setup.serial);
	ck_assert_int_eq(pump_format(birth, r->nvm, r->nvm_size, r->body), PUMP_OK);
	rig_boot(r, false);
	return r;
}

struct rig *rig_create(uint64_t log_slots)
{
	struct pump_birth birth;

	rig_default_birth(&birth);
	return rig_create_from(&birth, log_slots);
}

struct program rig_baclofen(void)
{
	return (struct program){.mixture = {.count = 1, .parts = {{"baclofen", {500000}}}},
				.mode = PROGRAM_SIMPLE, .dose = {200000}, .low_alarm = {2000000}};
}

struct rig *rig_create_running(const struct program *program, int64_t utc_s)
{
	struct pump_birth birth;
	struct rig *r;

	rig_default_birth(&birth);
	if (utc_s)
		birth.utc_s = utc_s;
	ck_assert_int_eq(image_encode(program, birth.image, sizeof birth.image, &birth.image_len),
			 PUMP_OK);
	r = rig_create_from(&birth, 64);
	rig_connect(r, NULL);
	return r;
}

void rig_destroy(struct rig *r)
{
	free(r->nvm);
	free(r);
}

void rig_boot(struct rig *r, bool power_lost)
{
	uint8_t seed[32];

	memset(seed, 0x5C, sizeof seed);
	memcpy(seed, &r->now_ms, sizeof r->now_ms);
	r->restarted = false;
	r->disconnected = true;
	r->held_write = false;
	r->held_stream = 0;
	ck_assert_int_eq(pump_boot(&r->pump, r->nvm, r->nvm_size, r->body, seed, power_lost,
				   r->now_ms),
			 PUMP_OK);
	rig_run(r);
}

static void keep_write(struct rig *r, const struct pump_action *action)
{
	struct rig_write *write = &r->writes[r->write_count];

	ck_assert_uint_lt(r->write_count, RIG_WRITES_MAX);
	ck_assert_uint_le(action->len, sizeof write->bytes);
	write->offset = action->offset;
	write->len = action->len;
	memcpy(write->bytes, action->data, action->len);
}

static void apply_write(struct rig *r, const struct pump_action *action)
{
	ck_assert_uint_le(action->offset + action->len, r->nvm_size);
	memcpy(r->nvm + action->offset, action->data, action->len);
	pump_nvm_done(&r->pump, r->now_ms);
}

static void take_write(struct rig *r, const struct pump_action *action)
{
	if (r->keeps_writes)
		keep_write(r, action);
	r->write_count++;
	if (r->fail_write) {
		r->fail_write = false;
		pump_nvm_failed(&r->pump, r->now_ms);
	} else if (r->hold_writes) {
		ck_assert(!r->held_write);
		r->held_write = true;
		r->held = *action;
	} else {
		apply_write(r, action);
	}
}

void rig_release_write(struct rig *r)
{
	ck_assert(r->held_write);
	r->held_write = false;
	apply_write(r, &r->held);
	rig_run(r);
}

/* False: not a message that the handshake takes. */
static bool take_hand(struct rig *r)
{
	if (handshake_take(&r->hand, r->out.message, r->out.len, r->hand_reply,
			   &r->hand_reply_len) != PUMP_OK) {
		r->hand_reply_len = 0;
		return false;
	}
	r->hello_done = r->hand.state == HANDSHAKE_DONE;
	if (r->hello_done)
		handshake_seal(&r->hand, &r->seal);
	return true;
}

static void take_value(struct rig *r, const struct pump_action *action)
{
	struct joiner *joiner = action->channel == CHANNEL_OUT ? &r->out : &r->stream;
	struct rig_mail *mail = &r->inbox[r->mail_count];
	enum pump_err err;

	ck_assert_uint_le(action->len, r->mtu - 3);
	err = joiner_add(joiner, action->data, action->len, r->now_ms);
	if (err == PUMP_EAGAIN)
		return;
	ck_assert_int_eq(err, PUMP_OK);
	if (action->channel == CHANNEL_OUT && !r->hello_done && take_hand(r))
		return;
	ck_assert_uint_lt(r->mail_count, RIG_INBOX_MAX);
	mail->channel = action->channel;
	if (!r->hello_done) {
		memcpy(mail->plain, joiner->message, joiner->len);
		mail->len = joiner->len;
	} else {
		ck_assert_int_eq(seal_open(&r->seal, action->channel, joiner->message, joiner->len,
					   mail->plain, &mail->len),
				 PUMP_OK);
	}
	r->mail_count++;
}

void rig_run(struct rig *r)
{
	struct pump_action action;

	while (pump_next_action(&r->pump, &action)) {
		switch (action.type) {
		case PUMP_SEND:
			/* What others are told nobody reads here. */
			if (action.link == r->link)
				take_value(r, &action);
			if (action.channel == CHANNEL_STREAM && r->hold_stream)
				r->held_stream++;
			else if (action.channel == CHANNEL_OUT && r->hold_out)
				r->held_out = true;
			else
				pump_sent(&r->pump, action.link, action.channel, r->now_ms);
			break;
		case PUMP_NVM_WRITE:
			take_write(r, &action);
			break;
		case PUMP_WAKE_AT:
			r->wake_ms = action.wake_at_ms;
			break;
		case PUMP_DISCONNECT:
			if (action.link == r->link)
				r->disconnected = true;
			pump_disconnected(&r->pump, action.link, r->now_ms);
			break;
		case PUMP_RESTART:
			r->restarted = true;
			break;
		}
	}
}

void rig_release_stream(struct rig *r)
{
	ck_assert_uint_eq(r->held_stream, 1);
	r->held_stream = 0;
	pump_sent(&r->pump, r->link, CHANNEL_STREAM, r->now_ms);
	rig_run(r);
}

void rig_release_out(struct rig *r)
{
	ck_assert(r->held_out);
	r->held_out = false;
	r->hold_out = false;
	pump_sent(&r->pump, r->link, CHANNEL_OUT, r->now_ms);
	rig_run(r);
}

void rig_advance(struct rig *r, uint64_t therapy_s)
{
	pump_set_clocks(&r->pump, r->now_ms, therapy_s);
	rig_run(r);
}

void rig_wait(struct rig *r, uint64_t ms)
{
	r->now_ms += ms;
	pump_set_clocks(&r->pump, r->now_ms, pump_therapy_s(&r->pump));
	rig_run(r);
}

bool rig_feed(struct rig *r, const uint8_t *value, size_t len)
{
	bool taken = pump_feed(&r->pump, r->link, value, len, r->now_ms);

	rig_run(r);
	return taken;
}

bool rig_feed_message(struct rig *r, const uint8_t *message, size_t len)
{
	uint8_t value[SEGMENT_VALUE_MAX];
	bool taken = true;

	ck_assert_int_eq(splitter_load(&r->in, message, len), PUMP_OK);
	while (taken && splitter_pending(&r->in)) {
		size_t value_len = splitter_next(&r->in, value, (size_t)r->mtu - 3);

		value[value_len - 1] ^= r->flip;
		r->flip = 0;
		taken = rig_feed(r, value, value_len);
	}
	if (!taken)
		splitter_init(&r->in);
	return taken;
}

bool rig_send_plain(struct rig *r, const uint8_t *plain, size_t len)
{
	size_t sealed_len;

	ck_assert_int_eq(seal_message(&r->seal, CHANNEL_IN, plain, len, r->sealed, &sealed_len),
			 PUMP_OK);
	return rig_feed_message(r, r->sealed, sealed_len);
}

bool rig_send(struct rig *r, const struct message *m)
{
	size_t len;

	ck_assert_int_eq(message_encode(m, r->plain, sizeof r->plain, &len), PUMP_OK);
	return rig_send_plain(r, r->plain, len);
}

bool rig_take(struct rig *r, enum channel channel, struct message *m)
{
	for (size_t i = 0; i < r->mail_count; i++) {
		if (r->inbox[i].channel != channel)
			continue;
		r->taken = r->inbox[i];
		r->mail_count--;
		memmove(&r->inbox[i], &r->inbox[i + 1],
			(r->mail_count - i) * sizeof r->inbox[0]);
		ck_assert_int_eq(message_decode(r->taken.plain, r->taken.len, m), PUMP_OK);
		return true;
	}
	return false;
}

void rig_ask(struct rig *r, const struct message *m, struct message *answer)
{
	ck_assert_msg(rig_send(r, m), "the pump ended the session");
	ck_assert_msg(rig_take(r, CHANNEL_OUT, answer), "no answer to %04x", m->op);
}

void rig_ask_op(struct rig *r, uint16_t op, struct message *answer)
{
	struct message m = {.op = op};

	rig_ask(r, &m, answer);
}
