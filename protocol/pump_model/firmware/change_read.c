/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "change_read.h"

#include <string.h>

enum { FORM_VERSION = 1, YEAR_S = 31536000 };

/* False: no value of the list is code. */
static bool is_one_of(uint8_t code, const uint8_t *codes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (codes[i] == code)
			return true;
	return false;
}

#define IS_ONE_OF(code, ...)                                                                       \
	is_one_of((code), (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

bool change_read_is_id(const char *id)
{
	size_t i = 0;

	if (id[0] < 'a' || id[0] > 'z')
		return false;
	for (; id[i] != '\0'; i++) {
		bool letter = id[i] >= 'a' && id[i] <= 'z';
		bool digit = id[i] >= '0' && id[i] <= '9';

		if (!letter && !digit && id[i] != '-' && id[i] != '.')
			return false;
	}
	return i <= OPERATOR_ID_MAX;
}

/* Each part: read it, say whether it is good; then say it again. */

static bool read_countersign(struct reader *r, struct read_change *c)
{
	c->countersign = reader_u64(r);
	return true;
}

static void tell_countersign(struct writer *w, const struct read_change *c)
{
	writer_u64(w, c->countersign);
}

static bool read_reason(struct reader *r, struct read_change *c)
{
	reader_string8(r, c->reason, sizeof c->reason);
	return c->reason[0] != '\0';
}

static void tell_reason(struct writer *w, const struct read_change *c)
{
	writer_string8(w, c->reason);
}

static bool read_therapy(struct reader *r, struct read_change *c)
{
	uint8_t act = reader_u8(r);

	c->act = (enum therapy_act)act;
	return IS_ONE_OF(act, ACT_STOP, ACT_RESUME, ACT_MINIMUM);
}

static void tell_therapy(struct writer *w, const struct read_change *c)
{
	writer_u8(w, (uint8_t)c->act);
}

static bool read_duration(struct reader *r, struct read_change *c)
{
	c->stop_s = reader_u32(r);
	/* The therapy act, if there is one, was read before. */
	return (c->parts & PART_THERAPY) && c->act == ACT_STOP && c->stop_s >= 1 &&
	       c->stop_s <= YEAR_S;
}

static void tell_duration(struct writer *w, const struct read_change *c)
{
	writer_u32(w, c->stop_s);
}

static bool read_fill(struct reader *r, struct read_change *c)
{
	struct read_fill *fill = &c->fill;
	uint8_t rinsed;

	fill->volume_nl = reader_u32(r);
	fill->drawn_nl = reader_u32(r);
	rinsed = reader_u8(r);
	fill->rinsed = rinsed == FLAG_YES;
	fill->expiry_day = reader_u32(r);
	reader_string8(r, fill->lot, sizeof fill->lot);
	return IS_ONE_OF(rinsed, FLAG_YES, FLAG_NO) &&
	       image_read_mixture(r, fill->drugs, &fill->count);
}

static void tell_fill(struct writer *w, const struct read_change *c)
{
	const struct read_fill *fill = &c->fill;

	writer_u32(w, fill->volume_nl);
	writer_u32(w, fill->drawn_nl);
	writer_u8(w, fill->rinsed ? FLAG_YES : FLAG_NO);
	writer_u32(w, fill->expiry_day);
	writer_string8(w, fill->lot);
	writer_u8(w, fill->count);
	for (uint8_t i = 0; i < fill->count; i++) {
		writer_string8(w, fill->drugs[i].name);
		writer_u32(w, fill->drugs[i].concentration_ng_per_ml);
	}
}

static bool read_catheter(struct reader *r, struct read_change *c)
{
	struct read_catheter *catheter = &c->catheter;
	bool empty;

	catheter->what = reader_u8(r);
	catheter->length_mm = reader_u16(r);
	catheter->volume_nl = reader_u32(r);
	reader_string8(r, catheter->tip, sizeof catheter->tip);
	catheter->contents = reader_u8(r);
	empty = catheter->length_mm == 0 && catheter->volume_nl == 0 && catheter->tip[0] == '\0';
	if (catheter->what == CATHETER_ASPIRATED)
		return empty && catheter->contents == CONTENTS_FLUID;
	return IS_ONE_OF(catheter->what, CATHETER_SET, CATHETER_REVISED) &&
	       catheter->length_mm > 0 && catheter->volume_nl > 0 &&
	       IS_ONE_OF(catheter->contents, CONTENTS_UNKNOWN, CONTENTS_FLUID, CONTENTS_RESERVOIR);
}

static void tell_catheter(struct writer *w, const struct read_change *c)
{
	writer_u8(w, c->catheter.what);
	writer_u16(w, c->catheter.length_mm);
	writer_u32(w, c->catheter.volume_nl);
	writer_string8(w, c->catheter.tip);
	writer_u8(w, c->catheter.contents);
}

static bool read_bolus(struct reader *r, struct read_change *c)
{
	c->bolus = reader_u8(r);
	c->bolus_amount = reader_u64(r);
	c->bolus_s = reader_u32(r);
	if (c->bolus == BOLUS_STOP)
		return c->bolus_amount == 0 && c->bolus_s == 0;
	return IS_ONE_OF(c->bolus, BOLUS_SINGLE, BOLUS_PRIMING) && c->bolus_amount > 0 &&
	       c->bolus_amount <= INT64_MAX && c->bolus_s > 0;
}

static void tell_bolus(struct writer *w, const struct read_change *c)
{
	writer_u8(w, c->bolus);
	writer_u64(w, c->bolus_amount);
	writer_u32(w, c->bolus_s);
}

static bool read_clock(struct reader *r, struct read_change *c)
{
	c->clock_s = reader_i64(r);
	c->clock_ticks_ms = reader_u64(r);
	c->zone_min = (int16_t)reader_u16(r);
	return true;
}

static void tell_clock(struct writer *w, const struct read_change *c)
{
	writer_i64(w, c->clock_s);
	writer_u64(w, c->clock_ticks_ms);
	writer_u16(w, (uint16_t)c->zone_min);
}

static bool read_operator(struct reader *r, struct read_change *c)
{
	struct read_operator *act = &c->operator_act;

	act->what = reader_u8(r);
	reader_string8(r, act->id, sizeof act->id);
	if (!change_read_is_id(act->id) || act->what == OPERATOR_REMOVE)
		return change_read_is_id(act->id);
	act->role = reader_u8(r);
	reader_copy(r, act->key, OPERATOR_KEY_LEN);
	return act->what == OPERATOR_PUT && IS_ONE_OF(act->role, OPERATOR_VIEWER, OPERATOR_NURSE,
						      OPERATOR_PROGRAMMER, OPERATOR_SUPERVISOR);
}

static void tell_operator(struct writer *w, const struct read_change *c)
{
	writer_u8(w, c->operator_act.what);
	writer_string8(w, c->operator_act.id);
	if (c->operator_act.what != OPERATOR_PUT)
		return;
	writer_u8(w, c->operator_act.role);
	writer_copy(w, c->operator_act.key, OPERATOR_KEY_LEN);
}

static bool read_revoke(struct reader *r, struct read_change *c)
{
	c->revoke = reader_u8(r);
	return true;
}

static void tell_revoke(struct writer *w, const struct read_change *c)
{
	writer_u8(w, c->revoke);
}

static bool read_card(struct reader *r, struct read_change *c)
{
	uint8_t salted = 0;

	reader_string8(r, c->card, sizeof c->card);
	reader_copy(r, c->card_salt, CARD_SALT_LEN);
	for (size_t i = 0; i < CARD_SALT_LEN; i++)
		salted |= c->card_salt[i];
	if (salted == 0)
		return false;
	for (size_t i = 0; i < CARD_CODE_LEN; i++) {
		char symbol = c->card[i];
		bool digit = symbol >= '0' && symbol <= '9';
		bool letter = symbol >= 'A' && symbol <= 'Z' && symbol != 'I' && symbol != 'L' &&
			      symbol != 'O' && symbol != 'U';

		if (!digit && !letter)
			return false;
	}
	return true;
}

static void tell_card(struct writer *w, const struct read_change *c)
{
	writer_string8(w, c->card);
	writer_copy(w, c->card_salt, CARD_SALT_LEN);
}

static bool read_tag(struct reader *r, struct read_change *c)
{
	reader_string8(r, c->tag, sizeof c->tag);
	return true;
}

static void tell_tag(struct writer *w, const struct read_change *c)
{
	writer_string8(w, c->tag);
}

static bool read_alarm(struct reader *r, struct read_change *c)
{
	c->alarm = reader_u8(r);
	c->alarm_bits = reader_u32(r);
	return c->alarm == ALARM_ACKNOWLEDGE ? c->alarm_bits != 0
					     : c->alarm == ALARM_TEST && c->alarm_bits == 0;
}

static void tell_alarm(struct writer *w, const struct read_change *c)
{
	writer_u8(w, c->alarm);
	writer_u32(w, c->alarm_bits);
}

static const struct part {
	uint8_t tag;
	uint32_t bit;
	bool (*read)(struct reader *, struct read_change *); /* NULL: the image */
	void (*tell)(struct writer *, const struct read_change *);
} PARTS[] = {
	{0x0F, PART_COUNTERSIGN, read_countersign, tell_countersign},
	{0x33, PART_IMAGE, NULL, NULL},
	{0x3C, PART_REASON, read_reason, tell_reason},
	{0x55, PART_THERAPY, read_therapy, tell_therapy},
	{0x5A, PART_DURATION, read_duration, tell_duration},
	{0x66, PART_FILL, read_fill, tell_fill},
	{0x69, PART_CATHETER, read_catheter, tell_catheter},
	{0x96, PART_BOLUS, read_bolus, tell_bolus},
	{0x99, PART_CLOCK, read_clock, tell_clock},
	{0xA5, PART_OPERATOR, read_operator, tell_operator},
	{0xAA, PART_REVOKE, read_revoke, tell_revoke},
	{0xC3, PART_CARD, read_card, tell_card},
	{0xCC, PART_TAG, read_tag, tell_tag},
	{0xF0, PART_ALARM, read_alarm, tell_alarm},
};

#define PART_COUNT (sizeof PARTS / sizeof PARTS[0])

static bool read_part(const struct part *part, const uint8_t *body, size_t len,
		      struct read_change *out)
{
	struct reader r;

	if (part->bit == PART_IMAGE) {
		out->image_bytes = body;
		out->image_len = len;
		return image_read(body, len, &out->image) == PUMP_OK;
	}
	reader_init(&r, body, len);
	return part->read(&r, out) && reader_done(&r);
}

static const struct part *find_part(uint8_t tag)
{
	for (size_t i = 0; i < PART_COUNT; i++)
		if (PARTS[i].tag == tag)
			return &PARTS[i];
	return NULL;
}

enum pump_err change_read(const uint8_t *bytes, size_t len, struct read_change *out)
{
	struct reader r;
	uint8_t before = 0;

	memset(out, 0, sizeof *out);
	reader_init(&r, bytes, len);
	if (len > CHANGE_MAX || reader_u8(&r) != FORM_VERSION)
		return PUMP_EFORM;
	while (reader_left(&r) > 0) {
		uint8_t tag = reader_u8(&r);
		size_t body_len;
		const uint8_t *body = reader_bytes16(&r, &body_len);
		const struct part *part = find_part(tag);

		if (!body || !part || tag <= before || !read_part(part, body, body_len, out))
			return PUMP_EFORM;
		out->parts |= part->bit;
		before = tag;
	}
	return reader_done(&r) && out->parts != 0 ? PUMP_OK : PUMP_EFORM;
}

void change_read_tell(const struct read_change *change, struct writer *w)
{
	if ((change->parts & ~(uint32_t)PART_IMAGE) == 0)
		return;
	writer_u8(w, FORM_VERSION);
	for (size_t i = 0; i < PART_COUNT; i++) {
		uint8_t body[256];
		struct writer inner;

		if (!PARTS[i].tell || !(change->parts & PARTS[i].bit))
			continue;
		writer_init(&inner, body, sizeof body);
		PARTS[i].tell(&inner, change);
		writer_u8(w, PARTS[i].tag);
		writer_bytes16(w, body, writer_len(&inner));
	}
}

enum pump_err change_read_order(const uint8_t *bytes, size_t len, struct read_order *out)
{
	struct reader r;

	memset(out, 0, sizeof *out);
	reader_init(&r, bytes, len);
	if (reader_u8(&r) != FORM_VERSION)
		return PUMP_EFORM;
	reader_string8(&r, out->serial, sizeof out->serial);
	out->token = reader_u64(&r);
	out->kind = reader_u16(&r);
	reader_copy(&r, out->stage_digest, DIGEST_LEN);
	reader_copy(&r, out->expected_digest, DIGEST_LEN);
	out->operators = reader_u32(&r);
	out->not_after_ms = reader_u64(&r);
	return reader_done(&r) ? PUMP_OK : PUMP_EFORM;
}
